/*
 * The tokens that sites gave us, a file for each; see remote.h. A token is the right to
 * cancel and delete what was asked with it, so only its user may read it. Files appear
 * whole: two programs that get a token at the same moment leave one of the two, and
 * what was asked with the other can be read by all but changed by nobody any more.
 */
#include "config.h"

#include "daemon/remote.h"

#include "daemon/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOKEN_MOST = 200 };

/* The folder of all states of this user, malloc()ed, or NULL. */
static char *
state_home(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    char *path = NULL;

    /* Relative ones are to be ignored (XDG Base Directory Specification 0.8). */
    if (state && state[0] == '/') {
        return strdup(state);
    }
    if (!home || home[0] != '/' || asprintf(&path, "%s/.local/state", home) < 0) {
        return NULL;
    }
    return path;
}

/* The path of URL's token, malloc()ed, or NULL. What divides an address becomes "_",
 * and what else could mean something in a path "%" and its code: an address has one
 * scheme, one host and one port, so no two are alike. */
static char *
token_path(const char *url)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    static const char folder[] = "/nthpi/tokens/";
    char *home = state_home(), *path = NULL, *end;
    size_t size = home ? strlen(home) + sizeof folder + 3 * strlen(url) : 0;

    if (size > 0) {
        path = malloc(size);
    }
    if (path) {
        end = path + snprintf(path, size, "%s%s", home, folder);
        for (; *url; url++) {
            bool divides = strchr(":/[]", *url) != NULL;

            if (divides || strchr(plain, *url)) {
                *end++ = divides ? '_' : *url;
            } else {
                end += snprintf(end, 4, "%%%02X", (unsigned char)*url);
            }
        }
        *end = '\0';
    }
    free(home);
    return path;
}

/* Makes the folders above PATH, for this user only, where they are missing. */
static bool
make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
        *slash = '/';
        if (!made) {
            return false;
        }
    }
    return true;
}

/* Reads the token that FD is open on, malloc()ed, or NULL. */
static char *
read_token(int fd)
{
    char text[TOKEN_MOST + 2];
    ssize_t length = read(fd, text, sizeof text - 1);

    if (length <= 0) {
        return NULL;
    }
    text[length] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    for (const char *p = text; *p; p++) {
        if (*p <= ' ' || *p > '~') {
            return NULL;
        }
    }
    return text[0] ? strdup(text) : NULL;
}

char *
remote_token_read(const char *url)
{
    char *path = token_path(url), *token = NULL;
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    struct stat st;

    if (fd >= 0) {
        if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (st.st_mode & 077) != 0 ||
            st.st_uid != geteuid()) {
            cli_error("%s is not used: only you may be able to read it (chmod 600)",
                      path);
        } else {
            token = read_token(fd);
        }
        close(fd);
    }
    free(path);
    return token;
}

/* Writes LINE and a line feed to the new file ASIDE. */
static bool
write_aside(int fd, const char *token)
{
    char line[TOKEN_MOST + 2];
    int length = snprintf(line, sizeof line, "%s\n", token);

    if (length >= (int)sizeof line) {
        errno = EMSGSIZE;
        return false;
    }
    return write(fd, line, (size_t)length) == length && fsync(fd) == 0;
}

bool
remote_token_write(const char *url, const char *token)
{
    char *path = token_path(url), *aside = NULL;
    bool ok = false;
    int fd = -1;

    errno = ENOENT; /* without a path: there is no home */
    if (path && make_folders(path) && asprintf(&aside, "%s.XXXXXX", path) >= 0) {
        fd = mkostemp(aside, O_CLOEXEC); /* of mode 0600 */
        ok = fd >= 0 && write_aside(fd, token);
        /* What is there already was of no use to us, but may be the right to all that
         * was asked before: it stays. */
        ok = (fd < 0 || close(fd) == 0) && ok && link(aside, path) == 0;
        if (fd >= 0) {
            int error = errno;
            unlink(aside);
            errno = error;
        }
    } else {
        aside = NULL;
    }
    if (!ok) {
        cli_error("the token of %s cannot be kept in %s: %s", url,
                  path ? path : "a home (see HOME)", strerror(errno));
    }
    free(aside);
    free(path);
    return ok;
}
