/*
 * Preloaded into a program, lets system calls on chosen files fail.
 *
 * NTHPI_SHIM names a control file that the test and all processes with the shim map
 * together, so that faults are turned on and off while they run and a count goes
 * through all of them. tests/lib/shim.mjs writes it:
 *
 *     active   0: everything passes
 *     calls    which calls, or-ed (enum call)
 *     error    the errno they fail with; 0: half of what was asked is done
 *     skip     how many calls pass before the first that fails
 *     count    how many fail then; negative: all
 *     seen, failed   how many calls there were, and how many failed
 *     path     what a file's path must contain
 */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum call {
    CALL_OPEN = 1,
    CALL_READ = 2,
    CALL_WRITE = 4,
    CALL_SYNC = 8,
    CALL_RENAME = 16,
    CALL_TRUNCATE = 32,
};

struct control {
    atomic_int active, calls, error, skip, count, seen, failed, unused;
    char path[96];
};

static struct control *control;

__attribute__((constructor)) static void
begin(void)
{
    const char *name = getenv("NTHPI_SHIM");
    int fd = name != NULL ? open(name, O_RDWR | O_CLOEXEC) : -1;
    void *map;

    if (fd < 0)
        return;
    map = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map != MAP_FAILED)
        control = map;
}

/* The next function NAME, that of the C library. */
static void *
next(const char *name)
{
    void *f = dlsym(RTLD_NEXT, name);

    if (f == NULL)
        abort();
    return f;
}

/* Takes one off *N unless it is 0; true when there was one. */
static int
take(atomic_int *n)
{
    int left = atomic_load(n);

    while (left != 0) {
        if (left < 0 || atomic_compare_exchange_weak(n, &left, left - 1))
            return 1;
    }
    return 0;
}

/* True when this CALL on PATH is one that fails. */
static int
fails_path(enum call call, const char *path)
{
    if (control == NULL || !atomic_load(&control->active) ||
        (atomic_load(&control->calls) & (int)call) == 0 ||
        strstr(path, control->path) == NULL)
        return 0;
    atomic_fetch_add(&control->seen, 1);
    if (take(&control->skip) || !take(&control->count))
        return 0;
    atomic_fetch_add(&control->failed, 1);
    return 1;
}

static int
fails_fd(enum call call, int fd)
{
    char link[32], path[512];
    ssize_t n;

    if (control == NULL || !atomic_load(&control->active))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, path, sizeof path - 1);
    if (n < 0)
        return 0;
    path[n] = '\0';
    return fails_path(call, path);
}

/* The path of NAME in the folder FD. */
static int
fails_at(enum call call, int fd, const char *name)
{
    char link[32], path[1024];
    ssize_t n = 0;

    if (control == NULL || !atomic_load(&control->active))
        return 0;
    if (fd != AT_FDCWD && name[0] != '/') {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        n = readlink(link, path, 512);
        if (n < 0)
            return 0;
    }
    snprintf(path + n, sizeof path - (size_t)n, "/%s", name);
    return fails_path(call, path);
}

/* What a transfer of SIZE bytes that fails does: -1, or how many bytes are left. */
#define TRANSFER(call, fd, size)                                                       \
    do {                                                                               \
        if (fails_fd((call), (fd))) {                                                  \
            int error = atomic_load(&control->error);                                  \
            if (error != 0) {                                                          \
                errno = error;                                                         \
                return -1;                                                             \
            }                                                                          \
            (size) = (size) > 1 ? (size) / 2 : (size);                                 \
        }                                                                              \
    } while (0)

#define FAIL_IF(condition)                                                             \
    do {                                                                               \
        if (condition) {                                                               \
            errno = atomic_load(&control->error);                                      \
            return -1;                                                                 \
        }                                                                              \
    } while (0)

ssize_t
write(int fd, const void *buffer, size_t size)
{
    TRANSFER(CALL_WRITE, fd, size);
    return ((ssize_t(*)(int, const void *, size_t))next("write"))(fd, buffer, size);
}

ssize_t
read(int fd, void *buffer, size_t size)
{
    TRANSFER(CALL_READ, fd, size);
    return ((ssize_t(*)(int, void *, size_t))next("read"))(fd, buffer, size);
}

#define PWRITE(name)                                                                   \
    ssize_t name(int fd, const void *buffer, size_t size, off64_t offset)              \
    {                                                                                  \
        TRANSFER(CALL_WRITE, fd, size);                                                \
        return ((ssize_t(*)(int, const void *, size_t, off64_t))next(#name))(          \
            fd, buffer, size, offset);                                                 \
    }
#define PREAD(name)                                                                    \
    ssize_t name(int fd, void *buffer, size_t size, off64_t offset)                    \
    {                                                                                  \
        TRANSFER(CALL_READ, fd, size);                                                 \
        return ((ssize_t(*)(int, void *, size_t, off64_t))next(#name))(fd, buffer,     \
                                                                       size, offset);  \
    }
#define SYNC(name)                                                                     \
    int name(int fd)                                                                   \
    {                                                                                  \
        FAIL_IF(fails_fd(CALL_SYNC, fd));                                              \
        return ((int (*)(int))next(#name))(fd);                                        \
    }
#define TRUNCATE(name)                                                                 \
    int name(int fd, off64_t size)                                                     \
    {                                                                                  \
        FAIL_IF(fails_fd(CALL_TRUNCATE, fd));                                          \
        return ((int (*)(int, off64_t))next(#name))(fd, size);                         \
    }
/* A mode is passed on whether or not there is one. */
#define OPEN(name)                                                                     \
    int name(const char *path, int flags, ...)                                         \
    {                                                                                  \
        va_list more;                                                                  \
        unsigned mode;                                                                 \
        va_start(more, flags);                                                         \
        mode = va_arg(more, unsigned);                                                 \
        va_end(more);                                                                  \
        FAIL_IF(fails_at(CALL_OPEN, AT_FDCWD, path));                                  \
        return ((int (*)(const char *, int, ...))next(#name))(path, flags, mode);      \
    }
#define OPENAT(name)                                                                   \
    int name(int fd, const char *path, int flags, ...)                                 \
    {                                                                                  \
        va_list more;                                                                  \
        unsigned mode;                                                                 \
        va_start(more, flags);                                                         \
        mode = va_arg(more, unsigned);                                                 \
        va_end(more);                                                                  \
        FAIL_IF(fails_at(CALL_OPEN, fd, path));                                        \
        return ((int (*)(int, const char *, int, ...))next(#name))(fd, path, flags,    \
                                                                   mode);              \
    }

PWRITE(pwrite)
PWRITE(pwrite64)
PREAD(pread)
PREAD(pread64)
SYNC(fsync)
SYNC(fdatasync)
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int
renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    FAIL_IF(fails_at(CALL_RENAME, to_fd, to));
    return ((int (*)(int, const char *, int, const char *))next("renameat"))(
        from_fd, from, to_fd, to);
}
