/*
 * The state folder. Two users that share a group work in it, nginx and the
 * daemon: the set-group-id bit makes what they create in db/, work/ and run/
 * belong to that group. Permissions of folders that exist are left alone.
 */
#include "config.h"

#include "conf.h"

#include "log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char *
conf_path(const struct conf *conf, const char *path)
{
    char *joined;

    if (path[0] == '/')
        return strdup(path);
    return asprintf(&joined, "%s/%s", conf->state, path) < 0 ? NULL : joined;
}

/* Creates the folder PATH with exactly MODE unless there is one. */
static bool
make_folder(const char *path, mode_t mode)
{
    struct stat info;

    if (mkdir(path, 0700) == 0) {
        if (chmod(path, mode) == 0)
            return true;
    } else if (errno == EEXIST) {
        if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
            return true;
        errno = ENOTDIR;
    }
    log_error("creating the folder %s: %s", path, strerror(errno));
    return false;
}

/* Creates the state folder and those above it. */
static bool
make_root(const struct conf *conf)
{
    char *path = strdup(conf->state);
    bool made = path != NULL;

    if (path == NULL) {
        log_error("no memory");
        return false;
    }
    for (char *p = path + 1; made && *p != '\0'; p++)
        if (*p == '/') {
            *p = '\0';
            made = make_folder(path, 0755);
            *p = '/';
        }
    if (made)
        made = make_folder(path, 0755);
    free(path);
    return made;
}

int
conf_make_state(const struct conf *conf)
{
    static const struct {
        const char *name;
        mode_t mode;
    } parts[] = {
        {"db", 02770},
        {"digits", 0755},
        {"work", 02750}, /* the web program reads digits as they come */
        {"run", 02771},  /* nginx must reach the sockets */
    };
    bool made = make_root(conf);

    for (size_t i = 0; made && i < sizeof parts / sizeof parts[0]; i++) {
        char *path = conf_path(conf, parts[i].name);

        made = path != NULL && make_folder(path, parts[i].mode);
        free(path);
    }
    return made ? 0 : -1;
}
