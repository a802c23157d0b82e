/*
 * Files written aside, see aside.h.
 */
#include "daemon/aside.h"

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
    a->text_fd = a->sum_fd = -1;
}

static void
set_names(struct aside *a, int64_t id)
{
    aside_init(a);
    snprintf(a->text, sizeof a->text, "%" PRId64 ".txt", id);
    snprintf(a->sum, sizeof a->sum, "%" PRId64 ".sum", id);
}

/* A new, empty file NAME, or -1 with errno. */
static int
make_file(int work_fd, const char *name)
{
    int fd, error;

    if (unlinkat(work_fd, name, 0) != 0 && errno != ENOENT) {
        return -1;
    }
    fd = openat(work_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    /* Whatever the umask: the web program reads the digits while they come. */
    if (fd >= 0 && fchmod(fd, 0644) != 0) {
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
    a->text_fd = make_file(work_fd, a->text);
    if (a->text_fd >= 0) {
        a->sum_fd = make_file(work_fd, a->sum);
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
    char *end;
    long long id;

    if (name[0] < '1' || name[0] > '9') {
        return 0;
    }
    errno = 0;
    id = strtoll(name, &end, 10);
    return errno == 0 && (strcmp(end, ".txt") == 0 || strcmp(end, ".sum") == 0) ? id
                                                                                : 0;
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
