/*
 * nthpi prune: what is old and not needed any more goes. Rows go in small lots, each a
 * transaction of its own with tombstones for the pages that show them. The daemon does
 * the same by its option retention-days and looks after its files; this is for an
 * administrator who needs the room now.
 */
#include "config.h"

#include "daemon/aside.h"
#include "daemon/place.h"

#include "common/digits.h"
#include "common/state.h"
#include "common/store_list.h"
#include "common/store_queue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LOT = 500 };

struct prune {
    struct cli *cli;
    int64_t age_s;
    int status; /* negative: any final one */
    bool dry;
    int64_t rows, digits, broken, leftovers; /* removed, or found */
};

/* "90s", "30m", "12h", "30d", "2w" into seconds. */
static bool
parse_age(const char *text, int64_t *seconds)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
    size_t length = strspn(text, "0123456789");
    int64_t number = length > 0 && length <= 6 ? strtol(text, NULL, 10) : -1;

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (number >= 0 && text[length] == units[i].unit && text[length + 1] == '\0') {
            *seconds = number * units[i].seconds;
            return true;
        }
    }
    cli_error("--older-than \"%s\": a number and its unit are needed, as in 30d, 12h, "
              "45m or 2w",
              text);
    return false;
}

static bool
prune_rows(struct prune *p)
{
    int64_t before = store_now() - p->age_s * 1000000;
    size_t removed = 0;
    enum store_rc rc;

    if (p->dry) {
        rc = store_count_ended(p->cli->store, before, p->status, &p->rows);
    } else {
        do {
            rc = store_prune_ended(p->cli->store, before, p->status, LOT, &removed);
            p->rows += (int64_t)removed;
        } while (rc == STORE_OK && removed == LOT);
        if (p->rows > 0) {
            doorbell_ring(p->cli->bell);
        }
    }
    if (rc != STORE_OK) {
        cli_error("%s", store_message(p->cli->store));
    }
    return rc == STORE_OK;
}

/* True when what ST is of was last written as long ago as P says. */
static bool
is_old(const struct prune *p, const struct stat *st)
{
    return st->st_mtime <= time(NULL) - p->age_s;
}

/* Calls REMOVE(p, folder, name) for each old file in the folder NAME of the state. */
static bool
each_old_file(struct prune *p, const char *name,
              bool (*remove)(struct prune *p, int folder, const char *name))
{
    char *path = conf_path(&p->cli->conf, name);
    DIR *folder = path ? opendir(path) : NULL;
    struct dirent *entry;
    struct stat st;
    bool ok = folder != NULL;

    if (!folder) {
        cli_error("cannot read %s/: %s", name, strerror(errno));
    }
    while (ok && (entry = readdir(folder)) != NULL) {
        if (fstatat(dirfd(folder), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode) && is_old(p, &st)) {
            ok = remove(p, dirfd(folder), entry->d_name);
        }
    }
    if (folder) {
        closedir(folder);
    }
    free(path);
    return ok;
}

/* Removes NAME in FOLDER and counts it. */
static bool
remove_file(const struct prune *p, int folder, const char *in, const char *name,
            int64_t *count)
{
    if (!p->dry && unlinkat(folder, name, 0) != 0 && errno != ENOENT) {
        cli_error("cannot remove %s/%s: %s", in, name, strerror(errno));
        return false;
    }
    ++*count;
    return true;
}

/* Digits that a longer file holds, too, which was written as long ago as P says: until
 * then somebody may be about to read the shorter one. And those that the daemon found
 * broken. */
static bool
remove_superseded(struct prune *p, int folder, const char *name)
{
    struct digits_file longer;
    struct published now;
    struct stat st;
    uint64_t length;
    enum digits_rc rc;
    bool old;
    int radix;

    if (digits_is_put_away(name)) {
        return remove_file(p, folder, "digits", name, &p->broken);
    }
    if (!digits_parse_name(name, &radix, &length) ||
        strcmp(name + strlen(name) - 3, "txt") != 0) {
        return true;
    }
    if (store_published(p->cli->store, radix, &now) != STORE_OK) {
        cli_error("%s", store_message(p->cli->store));
        return false;
    }
    if (length >= now.length) {
        return true;
    }
    rc = digits_open(&longer, folder, radix, now.length);
    if (rc != DIGITS_OK) {
        return true; /* the daemon may want this one instead */
    }
    old = fstat(longer.fd, &st) == 0 && is_old(p, &st);
    digits_close(&longer);
    if (!old) {
        return true;
    }
    if (!p->dry && digits_remove(folder, radix, length) != DIGITS_OK) {
        cli_error("cannot remove digits/%s: %s", name, strerror(errno));
        return false;
    }
    p->digits++;
    return true;
}

/* Files of workers whose row is at an end or gone. */
static bool
remove_leftover(struct prune *p, int folder, const char *name)
{
    int64_t id = aside_name_id(name);
    struct computation row;
    enum store_rc rc;

    if (id <= 0) {
        return true;
    }
    rc = store_get(p->cli->store, id, &row);
    if (rc != STORE_OK && rc != STORE_NOT_FOUND) {
        cli_error("%s", store_message(p->cli->store));
        return false;
    }
    if (rc == STORE_OK &&
        (row.status == STATUS_QUEUED || row.status == STATUS_RUNNING)) {
        return true;
    }
    return remove_file(p, folder, "work", name, &p->leftovers);
}

/* COUNT, or null for files that were left ALONE. */
static json_t *
count_json(int64_t count, bool alone)
{
    return alone ? json_null() : json_integer((json_int_t)count);
}

static bool
print_json(const struct prune *p, bool files)
{
    json_t *all = json_pack("{s:b, s:I, s:o, s:o, s:o}", "dry_run", p->dry,
                            "computations", (json_int_t)p->rows, "superseded_files",
                            count_json(p->digits, !files), "leftover_files",
                            count_json(p->leftovers, !files), "broken_files",
                            count_json(p->broken, !files));

    if (!all) {
        cli_error("not enough memory");
        return false;
    }
    rows_print_json(all);
    json_decref(all);
    return true;
}

static void
print_text(const struct prune *p, bool files)
{
    printf("%s%" PRId64 " computation%s", p->dry ? "would remove " : "removed ",
           p->rows, p->rows == 1 ? "" : "s");
    if (files) {
        printf(", %" PRId64 " superseded digits file%s, %" PRId64
               " leftover%s of workers",
               p->digits, p->digits == 1 ? "" : "s", p->leftovers,
               p->leftovers == 1 ? "" : "s");
    }
    if (p->broken > 0) {
        printf(", %" PRId64 " broken digits file%s", p->broken,
               p->broken == 1 ? "" : "s");
    }
    putchar('\n');
}

static int
prune(struct prune *p, bool files, bool json)
{
    bool ok =
        prune_rows(p) && (!files || (each_old_file(p, "digits", remove_superseded) &&
                                     each_old_file(p, "work", remove_leftover)));

    if (json) {
        ok = print_json(p, files) && ok;
    } else {
        print_text(p, files);
    }
    return ok ? CLI_OK : CLI_FAILED;
}

/* A status that rows end with. */
static bool
parse_final(const char *text, int *status)
{
    enum status parsed;

    if (!status_parse(text, &parsed) || parsed == STATUS_QUEUED ||
        parsed == STATUS_RUNNING) {
        cli_error("--status \"%s\": done, failed or cancelled is needed", text);
        return false;
    }
    *status = (int)parsed;
    return true;
}

int
cli_prune(int argc, char **argv)
{
    const char *age = NULL, *status = NULL, *dry = NULL, *json = NULL;
    const struct conf_flag flags[] = {
        {"older-than", "AGE", "ended so long ago: 30d, 12h, 45m, 2w", &age},
        {"status", "STATUS", "only done, failed or cancelled ones, and no files",
         &status},
        {"dry-run", NULL, "only say what would be removed", &dry},
        {"json", NULL, "print the numbers as JSON", &json},
        {NULL, NULL, NULL, NULL},
    };
    struct cli cli;
    struct prune p = {.cli = &cli, .status = -1};
    int code = cli_begin(&cli, argc, argv,
                         "nthpi prune --older-than=AGE [OPTIONS]: removes computations "
                         "that ended long ago, and files that nobody needs",
                         flags, 0);

    if (code >= 0) {
        return code;
    }
    if (!age) {
        cli_error("prune: --older-than is missing; see --help");
        return cli_end(&cli, CLI_USAGE);
    }
    if (!parse_age(age, &p.age_s) || (status && !parse_final(status, &p.status))) {
        return cli_end(&cli, CLI_USAGE);
    }
    p.dry = dry != NULL;
    if (!cli_open_store(&cli, STORE_DURABLE)) {
        return cli_end(&cli, CLI_FAILED);
    }
    return cli_end(&cli, prune(&p, !status, json != NULL));
}
