/*
 * A file gets its mode aside and then its name, by link(2), which fails where another
 * program was faster. With open() and fchmod() that program would find a file that the
 * umask has closed to it: with the umask of our units, two programs that start at the
 * same time on a new state folder did.
 */
#include "config.h"

#include "shared_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int
shared_file_make(const char *path, mode_t mode)
{
    char *aside;
    int fd, result = -1, error;

    if (access(path, F_OK) == 0)
        return 0;
    if (asprintf(&aside, "%s.new-XXXXXX", path) < 0) {
        errno = ENOMEM;
        return -1;
    }
    fd = mkstemp(aside);
    if (fd >= 0) {
        if (fchmod(fd, mode) == 0 && (link(aside, path) == 0 || errno == EEXIST))
            result = 0;
        error = errno;
        close(fd);
        unlink(aside);
        errno = error;
    }
    free(aside);
    return result;
}
