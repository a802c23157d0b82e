/*
 * nthpi check: is everything in the state folder what it should be? It reads only, and
 * the site may run: what changes under it is looked at again before it is told.
 *
 * Exit status: 0 all is well, 1 something is not, 2 it could not be checked (the
 * configuration is wrong, there is no database).
 */
#include "config.h"

#include "daemon/cli.h"

#include "common/search_index.h"
#include "common/store_check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct check {
    struct cli *cli;
    bool quick;
    json_t *problems; /* with --json: an array; otherwise NULL and they are printed */
    const char *area; /* what is looked at */
    int64_t found, rows, files, bytes;
    int digits_fd;
};

/* Tells a problem. */
__attribute__((format(printf, 2, 3))) static void
problem(struct check *c, const char *format, ...)
{
    char text[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    c->found++;
    if (c->problems) {
        json_array_append_new(c->problems, json_pack("{ss, ss%}", "area", c->area,
                                                     "problem", text, strlen(text)));
    } else {
        printf("%s: %s\n", c->area, text);
    }
}

static void
found_in_database(void *ctx, const char *text)
{
    problem(ctx, "%s", text);
}

/* ---- folders ---- */

/* PATH must be a folder (or a file, FOLDER false) that grants nothing beyond MOST. */
static void
check_mode(struct check *c, const char *name, bool folder, mode_t most)
{
    char *path = conf_path(&c->cli->conf, name);
    struct stat st;

    if (!path || lstat(path, &st) != 0) {
        if (folder || errno != ENOENT) {
            problem(c, "%s: %s", name, strerror(errno));
        }
    } else if (folder ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode)) {
        problem(c, "%s is not a %s", name, folder ? "folder" : "file");
    } else if ((st.st_mode & 0777 & ~most) != 0) {
        problem(c, "%s has mode %04o and should grant no more than %04o", name,
                (unsigned)st.st_mode & 07777, (unsigned)most);
    }
    free(path);
}

/* A file in db/ that is there must be its folder's group's to write. */
static void
check_group(struct check *c, const char *name)
{
    char *path = conf_path(&c->cli->conf, name), *db = conf_path(&c->cli->conf, "db");
    struct stat file, folder;

    if (path && db && stat(db, &folder) == 0 && stat(path, &file) == 0) {
        if (file.st_gid != folder.st_gid) {
            problem(c, "%s is of another group than db/", name);
        } else if ((file.st_mode & S_IWGRP) == 0) {
            problem(c, "%s cannot be written by its group", name);
        }
    }
    free(path);
    free(db);
}

static void
check_folders(struct check *c)
{
    static const struct {
        const char *name;
        bool folder;
        mode_t most;
    } parts[] = {
        {"", true, 0755},
        {"db", true, 0770},
        {"digits", true, 0755},
        {"work", true, 0750},
        {"run", true, 0771},
        {"key", false, 0600},
        {CONF_DB, false, 0660},
        {CONF_DB "-wal", false, 0660},
        {CONF_DB "-shm", false, 0660},
    };
    char *path = conf_path(&c->cli->conf, "key");
    struct stat st;

    c->area = "folders";
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        check_mode(c, parts[i].name, parts[i].folder, parts[i].most);
    }
    check_group(c, CONF_DB);
    check_group(c, CONF_DB "-wal");
    if (path && stat(path, &st) == 0 && st.st_size != 32) {
        problem(c, "key has %" PRIdMAX " bytes instead of 32", (intmax_t)st.st_size);
    }
    free(path);
}

/* ---- digits ---- */

static const char *
words_of(enum digits_rc rc)
{
    switch (rc) {
    case DIGITS_MISSING:
        return "is missing, or its checksums are";
    case DIGITS_BROKEN:
        return "is broken: size, characters or checksums are wrong";
    case DIGITS_NO_MEMORY:
        return "was not checked: out of memory";
    default:
        return strerror(errno);
    }
}

static enum digits_rc
check_file(struct check *c, int radix, uint64_t length, char sha256[DIGITS_SHA256_SIZE])
{
    struct digits_file file;
    enum digits_rc rc;

    sha256[0] = '\0';
    if (!c->quick) {
        rc = digits_check(c->digits_fd, radix, length, sha256);
    } else {
        rc = digits_open(&file, c->digits_fd, radix, length);
        digits_close(&file);
    }
    if (rc == DIGITS_OK) {
        c->files++;
        c->bytes += c->quick ? 0 : (int64_t)length + 2;
    }
    return rc;
}

/* What is published in RADIX; looked at anew when it changed meanwhile. */
static bool
check_published(struct check *c, int radix)
{
    char sha256[DIGITS_SHA256_SIZE];
    struct published p, now;
    enum digits_rc rc;

    if (store_published(c->cli->store, radix, &now) != STORE_OK) {
        return false;
    }
    do {
        p = now;
        rc = p.length > 0 ? check_file(c, radix, p.length, sha256) : DIGITS_OK;
        if (store_published(c->cli->store, radix, &now) != STORE_OK) {
            return false;
        }
    } while (now.length != p.length || now.revision != p.revision);
    if (rc != DIGITS_OK) {
        problem(c, "%s, which is published, %s", p.file, words_of(rc));
    } else if (p.length > 0 && sha256[0] && strcmp(sha256, p.sha256) != 0) {
        problem(c, "%s is not the file that was published: its sha256 differs", p.file);
    }
    return true;
}

/* An index that is there; that of a superseded file goes with it. */
static bool
check_index(struct check *c, const char *name, int radix, uint64_t length)
{
    struct search_index *index = NULL;
    struct published p;
    enum digits_rc rc = DIGITS_OK;

    if (store_published(c->cli->store, radix, &p) != STORE_OK) {
        return false;
    }
    if (p.length == length) {
        rc = search_index_open(&index, c->digits_fd, radix, length, p.sha256);
        search_index_release(index);
    }
    if (rc != DIGITS_OK && rc != DIGITS_MISSING) {
        problem(c, "%s %s", name, words_of(rc));
    }
    return true;
}

/* A file in digits/ besides those that are published. */
static bool
check_other(struct check *c, const char *name)
{
    char sha256[DIGITS_SHA256_SIZE];
    struct published p;
    uint64_t length;
    enum digits_rc rc;
    int radix;

    if (digits_is_put_away(name)) {
        return true; /* broken, as is known; kept for the administrator */
    }
    if (search_parse_name(name, &radix, &length)) {
        return check_index(c, name, radix, length);
    }
    if (!digits_parse_name(name, &radix, &length)) {
        problem(c, "%s does not belong there", name);
        return true;
    }
    if (strcmp(name + strlen(name) - 3, "txt") != 0) {
        return true; /* looked at with its text */
    }
    if (store_published(c->cli->store, radix, &p) != STORE_OK) {
        return false;
    }
    if (p.length == length) {
        return true;
    }
    rc = check_file(c, radix, length, sha256);
    /* Superseded files go at any time. */
    if (rc != DIGITS_OK &&
        (rc != DIGITS_MISSING || faccessat(c->digits_fd, name, F_OK, 0) == 0)) {
        problem(c, "%s %s", name, words_of(rc));
    }
    return true;
}

static bool
check_digits(struct check *c)
{
    char *path = conf_path(&c->cli->conf, "digits");
    DIR *folder = path ? opendir(path) : NULL;
    struct dirent *entry;
    bool ok = true;

    free(path);
    c->area = "digits";
    if (!folder) {
        problem(c, "the folder cannot be read: %s", strerror(errno));
        return true;
    }
    c->digits_fd = dirfd(folder);
    ok = check_published(c, 10) && check_published(c, 16);
    while (ok && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            ok = check_other(c, entry->d_name);
        }
    }
    closedir(folder);
    return ok;
}

/* ---- all ---- */

static bool
check_database(struct check *c)
{
    c->area = "database";
    return store_check(c->cli->store, c->quick, found_in_database, c, &c->rows) ==
           STORE_OK;
}

static void
report(struct check *c)
{
    json_t *all;

    if (!c->problems) {
        printf("%" PRId64 " computation%s, %" PRId64 " digits file%s", c->rows,
               c->rows == 1 ? "" : "s", c->files, c->files == 1 ? "" : "s");
        if (!c->quick) {
            printf(" of %" PRId64 " bytes", c->bytes);
        }
        printf(": %" PRId64 " problem%s\n", c->found, c->found == 1 ? "" : "s");
        return;
    }
    all = json_pack("{sb, sb, sI, sI, sI, sO}", "ok", c->found == 0, "quick", c->quick,
                    "computations", (json_int_t)c->rows, "digits_files",
                    (json_int_t)c->files, "digits_bytes", (json_int_t)c->bytes,
                    "problems", c->problems);
    if (!all || json_dumpf(all, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII) != 0) {
        cli_error("out of memory");
    }
    putchar('\n');
    json_decref(all);
}

static int
check(struct check *c)
{
    bool looked;

    check_folders(c);
    looked = check_database(c) && check_digits(c);
    if (!looked) {
        cli_error("not everything was checked: %s", store_message(c->cli->store));
        return CLI_USAGE;
    }
    report(c);
    return c->found == 0 ? CLI_OK : CLI_FAILED;
}

int
cli_check(int argc, char **argv)
{
    const char *quick = NULL, *json = NULL;
    const struct conf_flag flags[] = {
        {"quick", NULL, "not every index and not every digit", &quick},
        {"json", NULL, "the report as JSON", &json},
        {NULL, NULL, NULL, NULL},
    };
    struct cli cli;
    struct check c = {.cli = &cli, .digits_fd = -1};
    int code =
        cli_begin(&cli, argc, argv,
                  "nthpi check [OPTIONS]: checks configuration, database, digits "
                  "and folders; status 0: all is well, 1: it is not, 2: it could "
                  "not be checked",
                  flags, 0);

    if (code >= 0) {
        return code;
    }
    c.quick = quick != NULL;
    if (json) {
        c.problems = json_array();
    }
    if (sodium_init() < 0 || (json && !c.problems) ||
        !cli_open_store(&cli, STORE_READER)) {
        json_decref(c.problems);
        return cli_end(&cli, CLI_USAGE);
    }
    code = check(&c);
    json_decref(c.problems);
    return cli_end(&cli, code) == code ? code : CLI_USAGE;
}
