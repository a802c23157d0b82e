/*
 * Where the digits of nthpi digits go.
 *
 * A file is written aside, in the folder where it will be, and renamed when it is
 * whole and synced: whoever finds the name finds all digits, and what had the name
 * before stays until then. Where the file system can, the file has no name at all
 * while it is written (open(2), O_TMPFILE), so that it vanishes with the process,
 * however that ends; elsewhere it is removed by cli_output_close().
 */
#include "config.h"

#include "daemon/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
note_error(struct cli_output *o)
{
    if (!o->error) {
        o->error = errno ? errno : EIO;
    }
}

/* The folder of PATH, malloc()ed, or NULL. */
static char *
folder_of(const char *path)
{
    char *copy = strdup(path), *folder = copy ? strdup(dirname(copy)) : NULL;

    free(copy);
    return folder;
}

/* The file's mode once it has its name: that of what it replaces, or the usual one. */
static mode_t
mode_of(const char *path)
{
    struct stat st;
    mode_t mask;

    if (stat(path, &st) == 0) {
        return st.st_mode & 0777;
    }
    mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/* A file in the place of O->path, without a name or with O->aside. -1 with errno. */
static int
open_aside(struct cli_output *o)
{
    char *folder = folder_of(o->path);
    int fd = folder ? open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) : -1;

    if (folder && fd < 0 &&
        (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT)) {
        if (asprintf(&o->aside, "%s.XXXXXX", o->path) < 0) {
            o->aside = NULL;
            errno = ENOMEM;
        } else {
            fd = mkostemp(o->aside, O_CLOEXEC);
        }
        if (fd < 0) {
            free(o->aside);
            o->aside = NULL;
        }
    }
    free(folder);
    return fd;
}

/* O's file at PATH. -1 with errno. */
static int
open_path(struct cli_output *o, const char *path)
{
    size_t length = strlen(path);
    struct stat st;

    if (length > 0 && path[length - 1] == '/') {
        errno = EISDIR;
        return -1;
    }
    o->direct = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
    if (o->direct) {
        o->path = strdup(path);
        return o->path ? open(path, O_WRONLY | O_CLOEXEC) : -1;
    }
    /* What a link stands for is replaced, not the link. */
    o->path = realpath(path, NULL);
    if (o->path) {
        return access(o->path, W_OK) == 0 ? open_aside(o) : -1;
    }
    o->path = errno == ENOENT ? strdup(path) : NULL;
    return o->path ? open_aside(o) : -1;
}

bool
cli_output_open(struct cli_output *o, const char *path)
{
    int fd;

    memset(o, 0, sizeof *o);
    if (!path) {
        o->file = stdout;
        o->direct = true;
        return true;
    }
    fd = open_path(o, path);
    o->file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!o->file) {
        cli_error("cannot write %s: %s", path, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        cli_output_close(o, false);
        return false;
    }
    return true;
}

bool
cli_output_write(struct cli_output *o, const char *text, size_t length)
{
    errno = 0;
    if (fwrite(text, 1, length, o->file) != length) {
        note_error(o);
    }
    return !o->error;
}

bool
cli_output_flush(struct cli_output *o)
{
    errno = 0;
    if (fflush(o->file) != 0) {
        note_error(o);
    }
    return !o->error;
}

/* Gives the file without a name the name O->aside. */
static bool
give_name(struct cli_output *o)
{
    char self[48];

    snprintf(self, sizeof self, "/proc/self/fd/%d", fileno(o->file));
    for (int i = 0; i < 100; i++) {
        if (asprintf(&o->aside, "%s.%ld-%d", o->path, (long)getpid(), i) < 0) {
            o->aside = NULL;
            errno = ENOMEM;
            return false;
        }
        if (linkat(AT_FDCWD, self, AT_FDCWD, o->aside, AT_SYMLINK_FOLLOW) == 0) {
            return true;
        }
        free(o->aside);
        o->aside = NULL;
        if (errno != EEXIST) {
            return false;
        }
    }
    return false;
}

/* Puts the file, whole, in the place of O->path. */
static bool
put_into_place(struct cli_output *o)
{
    int fd = fileno(o->file);

    if (fchmod(fd, mode_of(o->path)) != 0 || fsync(fd) != 0 ||
        (!o->aside && !give_name(o)) || rename(o->aside, o->path) != 0) {
        return false;
    }
    free(o->aside);
    o->aside = NULL;
    return true;
}

bool
cli_output_close(struct cli_output *o, bool keep)
{
    bool is_stdout = o->file == stdout;

    keep = keep && !o->error && cli_output_flush(o);
    errno = 0;
    if (keep && !o->direct && !put_into_place(o)) {
        note_error(o);
    }
    if (o->file && !is_stdout && fclose(o->file) != 0) {
        note_error(o);
    }
    if (o->aside) {
        unlink(o->aside);
    }
    if (o->error && o->error != EPIPE && o->error != EINTR) {
        cli_error("cannot write %s: %s", is_stdout ? "the digits" : o->path,
                  strerror(o->error));
    }
    if (is_stdout && (o->error || cli_signal())) {
        /* It has been told, or its reader is gone: nobody waits for the rest. */
        clearerr(stdout);
        __fpurge(stdout);
    }
    free(o->aside);
    free(o->path);
    o->file = NULL;
    o->path = o->aside = NULL;
    return keep && !o->error;
}
