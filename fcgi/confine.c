/*
 * The paths are those of folders, since files in them come and go: SQLite's beside the
 * database, templates that an editor replaces, the doorbell. The key in the state
 * folder has been read and is out of reach from now on.
 */
#include "config.h"

#include "fcgi/confine.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>

bool
confine_web(const struct conf *conf)
{
    static const struct sandbox_path parts[] = {
        {"db", SANDBOX_READ | SANDBOX_LIST | SANDBOX_WRITE | SANDBOX_MAKE},
        {"run", SANDBOX_READ | SANDBOX_WRITE | SANDBOX_MAKE},
        {"digits", SANDBOX_READ | SANDBOX_LIST},
        {"work", SANDBOX_READ},
    };
    enum { PARTS = sizeof parts / sizeof parts[0] };
    struct sandbox_path paths[PARTS + 4];
    size_t count = 0;
    bool held = false;
    char *log_file = NULL;

    for (; count < PARTS; count++) {
        paths[count].rights = parts[count].rights;
        paths[count].path = conf_path(conf, parts[count].path);
        if (!paths[count].path) {
            log_error("no memory for the sandbox's paths");
            goto end;
        }
    }
    paths[count++] =
        (struct sandbox_path){conf->templates, SANDBOX_READ | SANDBOX_LIST};
    /* Opened, and made, anew when logs are rotated. */
    if (conf->log_file) {
        log_file = strdup(conf->log_file);
        if (!log_file) {
            log_error("no memory for the sandbox's paths");
            count = PARTS;
            goto end;
        }
        paths[count++] =
            (struct sandbox_path){dirname(log_file), SANDBOX_WRITE | SANDBOX_MAKE};
    }
    /* For /metrics; for random numbers where there is no getrandom(). */
    paths[count++] = (struct sandbox_path){"/proc/self", SANDBOX_READ | SANDBOX_LIST};
    paths[count++] = (struct sandbox_path){"/dev/urandom", SANDBOX_READ};
    held = sandbox_enter(&(struct sandbox){
        .program = SANDBOX_WEB,
        .mode = conf->sandbox,
        .paths = paths,
        .path_count = count,
        .syslog = conf->log_target == LOG_TARGET_SYSLOG,
    });
    count = PARTS;
end:
    free(log_file);
    while (count > 0)
        free((char *)paths[--count].path);
    return held;
}
