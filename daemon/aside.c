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

static void
set_names(struct aside *a, int64_t id)
{
    memset(a, 0, sizeof *a);
    snprintf(a->text, sizeof a->text, "%" PRId64 ".txt", id);
    snprintf(a->sum, sizeof a->sum, "%" PRId64 ".sum", id);
}

/* A new, empty file NAME; *INODE and *DEVICE tell it apart from others. */
static int
make_file(int work_fd, const char *name, dev_t *device, ino_t *inode)
{
    struct stat st;
    int fd, error;

    if (unlinkat(work_fd, name, 0) != 0 && errno != ENOENT) {
        return -1;
    }
    fd = openat(work_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        return -1;
    }
    /* Whatever the umask: the web program reads the digits while they come. */
    if (fchmod(fd, 0644) != 0 || fstat(fd, &st) != 0) {
        error = errno;
        close(fd);
        unlinkat(work_fd, name, 0);
        errno = error;
        return -1;
    }
    *device = st.st_dev;
    *inode = st.st_ino;
    return fd;
}

int
aside_make(struct aside *a, int work_fd, int64_t id, int *text_fd, int *sum_fd)
{
    int error;

    set_names(a, id);
    *text_fd = make_file(work_fd, a->text, &a->device, &a->text_inode);
    if (*text_fd < 0) {
        return errno;
    }
    *sum_fd = make_file(work_fd, a->sum, &a->device, &a->sum_inode);
    if (*sum_fd < 0) {
        error = errno;
        close(*text_fd);
        unlinkat(work_fd, a->text, 0);
        return error;
    }
    a->made = true;
    return 0;
}

void
aside_find(struct aside *a, int work_fd, int64_t id)
{
    struct stat text, sum;

    set_names(a, id);
    if (fstatat(work_fd, a->text, &text, AT_SYMLINK_NOFOLLOW) == 0 &&
        fstatat(work_fd, a->sum, &sum, AT_SYMLINK_NOFOLLOW) == 0) {
        a->made = true;
        a->device = text.st_dev;
        a->text_inode = text.st_ino;
        a->sum_inode = sum.st_ino;
    }
}

static void
remove_same(int work_fd, const char *name, dev_t device, ino_t inode)
{
    struct stat st;

    if (fstatat(work_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_dev == device &&
        st.st_ino == inode) {
        unlinkat(work_fd, name, 0);
    }
}

void
aside_remove(struct aside *a, int work_fd)
{
    if (a->made) {
        remove_same(work_fd, a->text, a->device, a->text_inode);
        remove_same(work_fd, a->sum, a->device, a->sum_inode);
        a->made = false;
    }
}

uint64_t
aside_size(const struct aside *a, int work_fd)
{
    struct stat st;

    if (!a->made || fstatat(work_fd, a->text, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return 0;
    }
    return (uint64_t)st.st_size;
}

/* The id in an aside's NAME, or 0. */
static int64_t
name_id(const char *name)
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
aside_sweep(int work_fd, bool (*keep)(void *ctx, int64_t id), void *ctx)
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
        int64_t id = name_id(entry->d_name);

        /* The inode first: KEEP's answer is about the file as it was then. */
        if (fstatat(work_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(st.st_mode) || (id > 0 && keep(ctx, id))) {
            continue;
        }
        remove_same(work_fd, entry->d_name, st.st_dev, st.st_ino);
        removed++;
    }
    closedir(folder);
    return removed;
}
