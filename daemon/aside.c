/*
 * Files written aside, see aside.h.
 */
#include "daemon/aside.h"

#include "daemon/slots.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
aside_init(struct aside *a)
{
    memset(a, 0, sizeof *a);
    a->text_fd = a->sum_fd = a->save_fd = -1;
}

static void
set_names(struct aside *a, int64_t id)
{
    aside_init(a);
    snprintf(a->text, sizeof a->text, "%" PRId64 ".txt", id);
    snprintf(a->sum, sizeof a->sum, "%" PRId64 ".sum", id);
}

/* A new, empty file NAME with MODE, whatever the umask, opened with FLAGS, or -1 with
 * errno. */
static int
make_file(int work_fd, const char *name, int flags, mode_t mode)
{
    int fd, error;

    if (unlinkat(work_fd, name, 0) != 0 && errno != ENOENT) {
        return -1;
    }
    fd = openat(work_fd, name, flags | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd >= 0 && fchmod(fd, mode) != 0) {
        error = errno;
        close(fd);
        unlinkat(work_fd, name, 0);
        errno = error;
        return -1;
    }
    return fd;
}

int
aside_make(struct aside *a, int work_fd, int64_t id)
{
    int error;

    set_names(a, id);
    /* The web program reads the digits while they come. */
    a->text_fd = make_file(work_fd, a->text, O_RDWR, 0644);
    if (a->text_fd >= 0) {
        a->sum_fd = make_file(work_fd, a->sum, O_RDWR, 0644);
    }
    if (a->sum_fd < 0) {
        error = errno;
        aside_remove(a, work_fd);
        return error;
    }
    return 0;
}

bool
aside_find(struct aside *a, int work_fd, int64_t id)
{
    const int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC;

    set_names(a, id);
    a->text_fd = openat(work_fd, a->text, flags);
    a->sum_fd = openat(work_fd, a->sum, flags);
    if (a->text_fd < 0 || a->sum_fd < 0) {
        aside_close(a);
        return false;
    }
    return true;
}

/* The checkpoint of the file FROM_FD, if it has a whole one, into the new file TO_FD.
 * 0, or an errno. */
static int
copy_save(int from_fd, int to_fd)
{
    struct slots from, to;
    size_t length;
    void *bytes;
    int error;

    if (!slots_init(&from, from_fd) || !slots_init(&to, to_fd)) {
        return ENOSYS;
    }
    bytes = slots_read(&from, &length);
    error = bytes ? slots_write(&to, bytes, length) : 0;
    free(bytes);
    return error;
}

int
aside_make_save(struct aside *a, int work_fd, int64_t id)
{
    char temporary[ASIDE_NAME_SIZE];
    int old, error = 0;

    snprintf(a->save, sizeof a->save, "%" PRId64 ".ckpt", id);
    snprintf(temporary, sizeof temporary, "%" PRId64 ".new", id);
    old = openat(work_fd, a->save, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    a->save_fd = make_file(work_fd, temporary, O_RDWR, 0600);
    if (a->save_fd < 0) {
        error = errno;
        a->save_fd = old;
        return error;
    }
    if (old >= 0) {
        error = copy_save(old, a->save_fd);
    }
    if (!error && renameat(work_fd, temporary, work_fd, a->save) != 0) {
        error = errno;
    }
    if (error) {
        unlinkat(work_fd, temporary, 0);
        close(a->save_fd);
        a->save_fd = old;
    } else if (old >= 0) {
        close(old);
    }
    return error;
}

void
aside_find_save(struct aside *a, int work_fd, int64_t id)
{
    snprintf(a->save, sizeof a->save, "%" PRId64 ".ckpt", id);
    a->save_fd = openat(work_fd, a->save, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

void
aside_keep_save(struct aside *a)
{
    if (a->save_fd >= 0) {
        close(a->save_fd);
    }
    a->save_fd = -1;
}

static bool
is_same(int work_fd, const char *name, const struct stat *file)
{
    struct stat st;

    return fstatat(work_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           st.st_dev == file->st_dev && st.st_ino == file->st_ino;
}

static void
remove_same(int work_fd, const char *name, int fd)
{
    struct stat st;

    if (fd >= 0 && fstat(fd, &st) == 0 && is_same(work_fd, name, &st)) {
        unlinkat(work_fd, name, 0);
    }
}

void
aside_remove(struct aside *a, int work_fd)
{
    remove_same(work_fd, a->text, a->text_fd);
    remove_same(work_fd, a->sum, a->sum_fd);
    remove_same(work_fd, a->save, a->save_fd);
    aside_close(a);
}

void
aside_close(struct aside *a)
{
    if (a->text_fd >= 0) {
        close(a->text_fd);
    }
    if (a->sum_fd >= 0) {
        close(a->sum_fd);
    }
    a->text_fd = a->sum_fd = -1;
    aside_keep_save(a);
}

uint64_t
aside_size(const struct aside *a)
{
    struct stat st;

    return a->text_fd >= 0 && fstat(a->text_fd, &st) == 0 ? (uint64_t)st.st_size : 0;
}

int64_t
aside_name_id(const char *name)
{
    static const char *const ends[] = {".txt", ".sum", ".ckpt", ".new"};
    char *end;
    long long id;

    if (name[0] < '1' || name[0] > '9') {
        return 0;
    }
    errno = 0;
    id = strtoll(name, &end, 10);
    for (size_t i = 0; errno == 0 && i < sizeof ends / sizeof ends[0]; i++) {
        if (strcmp(end, ends[i]) == 0) {
            return id;
        }
    }
    return 0;
}

bool
aside_name_is_save(const char *name)
{
    const char *end = strchr(name, '.');

    return end && (strcmp(end, ".ckpt") == 0 || strcmp(end, ".new") == 0);
}

int
aside_sweep(int work_fd, bool (*keep)(void *ctx, const char *name), void *ctx)
{
    int fd = openat(work_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), removed = 0;
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    struct stat st;

    if (!folder) {
        if (fd >= 0) {
            close(fd);
        }
        return 0;
    }
    while ((entry = readdir(folder)) != NULL) {
        /* The inode first: KEEP's answer is about the file as it was then. */
        if (fstatat(work_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode) && !keep(ctx, entry->d_name) &&
            is_same(work_fd, entry->d_name, &st) &&
            unlinkat(work_fd, entry->d_name, 0) == 0) {
            removed++;
        }
    }
    closedir(folder);
    return removed;
}
