/*
 * The daemon keeps what its workers need to start, since they inherit its limits: the
 * folders of the shared libraries that this very program has (they may be replaced by
 * an upgrade meanwhile, so not the files), and the right to execute the loader among
 * them. Each worker gives that up again as soon as it runs.
 */
#include "config.h"

#include "daemon/confine.h"

#include <libgen.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIBRARIES_MAX = 40, PATHS_MAX = LIBRARIES_MAX + 16 };

struct folders {
    struct sandbox_path paths[PATHS_MAX];
    size_t count;
    char *owned[LIBRARIES_MAX + 8]; /* to be freed */
    size_t owned_count;
    bool complete;
};

/* Takes PATH over, which must be malloc()ed; NULL: there was no memory for it. */
static void
take(struct folders *f, char *path, unsigned rights)
{
    if (path && f->count < PATHS_MAX &&
        f->owned_count < sizeof f->owned / sizeof f->owned[0]) {
        f->owned[f->owned_count++] = path;
        f->paths[f->count++] = (struct sandbox_path){path, rights};
    } else {
        free(path);
        f->complete = false;
    }
}

static void
take_folder_of(struct folders *f, const char *file, unsigned rights)
{
    char *copy = strdup(file);

    /* dirname() shortens its argument in place, or returns a constant. */
    if (copy && dirname(copy) == copy) {
        take(f, copy, rights);
    } else {
        free(copy);
    }
}

/* The loader that the program's own header names, "/lib64/ld-linux-x86-64.so.2". */
static void
take_loader(struct folders *f, const struct dl_phdr_info *program)
{
    for (int i = 0; i < program->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &program->dlpi_phdr[i];

        if (header->p_type == PT_INTERP) {
            char *loader =
                realpath((const char *)(program->dlpi_addr + header->p_vaddr), NULL);

            if (loader) {
                take_folder_of(f, loader, SANDBOX_RUN);
            }
            free(loader);
        }
    }
}

static int
take_library(struct dl_phdr_info *library, size_t size, void *ctx)
{
    struct folders *f = ctx;

    (void)size;
    if (library->dlpi_name[0] == '/') {
        take_folder_of(f, library->dlpi_name, SANDBOX_READ);
    } else if (library->dlpi_name[0] == '\0') {
        take_loader(f, library);
    }
    return 0;
}

bool
confine_daemon(const struct conf *conf, int exe_fd)
{
    static const char *const parts[] = {"db", "digits", "work", "run"};
    static const struct sandbox_path others[] = {
        {"/dev/null", SANDBOX_READ},
        {"/dev/urandom", SANDBOX_READ},
        {"/proc", SANDBOX_READ}, /* memory: ours and the machine's; the boot's id */
        {"/etc/ld.so.cache", SANDBOX_READ},
        {"/etc/ld.so.preload", SANDBOX_READ},
    };
    struct folders f = {.complete = true};
    char program[32];
    bool held;

    /* A folder may stand where a digits file belongs, and is put away, too. */
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        take(&f, conf_path(conf, parts[i]),
             SANDBOX_READ | SANDBOX_LIST | SANDBOX_WRITE | SANDBOX_MAKE |
                 (strcmp(parts[i], "digits") == 0 ? SANDBOX_FOLDERS : 0));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        f.paths[f.count++] = others[i];
    }
    /* The file itself, which need not be the one that has its name now. */
    snprintf(program, sizeof program, "/proc/self/fd/%d", exe_fd);
    f.paths[f.count++] = (struct sandbox_path){program, SANDBOX_RUN};
    dl_iterate_phdr(take_library, &f);
    /* Opened, and made, anew when logs are rotated. */
    if (conf->log_file) {
        take_folder_of(&f, conf->log_file, SANDBOX_WRITE | SANDBOX_MAKE);
    }
    if (!f.complete) {
        log_error("sandbox: no memory for the folders of the libraries");
    }
    held = f.complete && sandbox_enter(&(struct sandbox){
                             .program = SANDBOX_DAEMON,
                             .mode = conf->sandbox,
                             .paths = f.paths,
                             .path_count = f.count,
                             .syslog = conf->log_target == LOG_TARGET_SYSLOG,
                             .exe_fd = exe_fd,
                         });
    for (size_t i = 0; i < f.owned_count; i++) {
        free(f.owned[i]);
    }
    return held;
}

bool
confine_worker(enum sandbox_mode mode)
{
    return sandbox_enter(
        &(struct sandbox){.program = SANDBOX_WORKER, .mode = mode, .quiet = true});
}
