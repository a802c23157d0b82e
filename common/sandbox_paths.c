/*
 * Landlock: rights to files (linux/landlock.h, Documentation/userspace-api/landlock).
 *
 * Everything that version 2 can restrict is restricted, and given back below the paths
 * that are named. Version 2 knows nothing of truncation: a file that may only be read
 * can be emptied by open() with O_TRUNC and by truncate(), which sandbox_calls.c
 * therefore deals with. Where there is version 3, it is restricted here as well.
 *
 * A rule belongs to the file or folder that has the name now. The kernel keeps that
 * alive; but a folder of /proc is made anew after it was forgotten, and would be
 * another one: descriptors of those stay open, so that they are not forgotten.
 */
#include "config.h"

#include "sandbox_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

enum { VERSION_LEAST = 2, VERSION_TRUNCATE = 3 };

/* All rights of version 2: bits 0 (execute) to 13 (refer). */
#define HANDLED ((LANDLOCK_ACCESS_FS_REFER << 1) - 1)

/* What there is for a single file; the others are for folders. */
#define OF_FILES                                                                       \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |                      \
     LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)

/* Our rights in the kernel's terms. */
static uint64_t
translate(unsigned rights)
{
    static const struct {
        unsigned right;
        uint64_t access;
    } table[] = {
        {SANDBOX_READ, LANDLOCK_ACCESS_FS_READ_FILE},
        {SANDBOX_LIST, LANDLOCK_ACCESS_FS_READ_DIR},
        {SANDBOX_WRITE, LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE},
        {SANDBOX_MAKE, LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                           LANDLOCK_ACCESS_FS_REFER},
        {SANDBOX_FOLDERS, LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR},
        {SANDBOX_RUN, LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE},
    };
    uint64_t access = 0;

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (rights & table[i].right) {
            access |= table[i].access;
        }
    }
    return access;
}

/* Whether FD must stay open for its rule to hold. */
static bool
must_stay(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/* 0, or an errno. */
static int
add_rule(int ruleset, uint64_t handled, const struct sandbox_path *path)
{
    int fd = open(path->path, O_PATH | O_CLOEXEC), error = 0;
    uint64_t access = translate(path->rights) & handled;
    struct stat info;

    if (fd < 0) {
        /* What is not there, or can't be reached, needs no rule. */
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : errno;
    }
    if (fstat(fd, &info) != 0) {
        error = errno;
    } else {
        access &= S_ISDIR(info.st_mode) ? ~UINT64_C(0) : OF_FILES;
        error = sandbox_landlock_add(ruleset, fd, access) == 0 ? 0 : errno;
    }
    if (error != 0 || !must_stay(fd)) {
        close(fd);
    }
    return error;
}

int
sandbox_enter_paths(const struct sandbox *s)
{
    int version = sandbox_landlock_version(), ruleset, error = 0;
    uint64_t handled = HANDLED;

    if (version < 0) {
        return errno;
    }
    if (version < VERSION_LEAST) {
        return EOPNOTSUPP;
    }
    if (version >= VERSION_TRUNCATE) {
        handled |= LANDLOCK_ACCESS_FS_TRUNCATE;
    }
    ruleset = sandbox_landlock_create(handled);
    if (ruleset < 0) {
        return errno;
    }
    for (size_t i = 0; i < s->path_count && error == 0; i++) {
        error = add_rule(ruleset, handled, &s->paths[i]);
    }
    if (error == 0 && sandbox_landlock_restrict(ruleset) != 0) {
        error = errno;
    }
    close(ruleset);
    return error;
}
