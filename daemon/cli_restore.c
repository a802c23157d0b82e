/*
 * nthpi restore: the state of a site from a file that nthpi backup made.
 *
 * Nobody else uses the state folder meanwhile (common/state.h). Everything is unpacked
 * into restore.new and verified there, the database migrated and made fit to be worked
 * on; up to here nothing of the present state was touched, and a restore that is cut
 * off leaves but that folder, which the next one removes. Then it is renamed, and from
 * then on it counts: whoever comes next puts the files into place.
 */
#include "config.h"

#include "daemon/archive.h"
#include "daemon/cli.h"

#include "common/schema.h"
#include "common/state.h"
#include "common/store_backup.h"
#include "common/store_check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct restore {
    const struct conf *conf;
    struct archive_manifest manifest;
    char *aside;    /* restore.new */
    char *db;       /* the database in it */
    int aside_fd;   /* restore.new, or -1 */
    int64_t beyond; /* the revision of the present database, 0: none */
    bool lost[2];   /* radix 10, 16: the published digits are nowhere */
    int problems;
    struct store_restored what;
};

/* ---- folders ---- */

/* Removes restore.new of an earlier try: two levels of folders, with files. */
static bool
remove_folder(int at, const char *name)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    bool removed = true;

    if (!folder) {
        if (fd >= 0) {
            close(fd);
        }
        return errno == ENOENT;
    }
    while (removed && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        removed =
            unlinkat(fd, entry->d_name, 0) == 0 ||
            ((errno == EISDIR || errno == EPERM) && remove_folder(fd, entry->d_name));
    }
    closedir(folder);
    return removed && unlinkat(at, name, AT_REMOVEDIR) == 0;
}

static bool
make_aside(struct restore *r)
{
    r->aside = conf_path(r->conf, STATE_RESTORE_NEW);
    r->db = conf_path(r->conf, STATE_RESTORE_NEW "/db/nthpi.db");
    if (!r->aside || !r->db) {
        cli_error("out of memory");
        return false;
    }
    if (!remove_folder(AT_FDCWD, r->aside) || mkdir(r->aside, 0700) != 0 ||
        (r->aside_fd = open(r->aside, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
        cli_error("cannot make %s: %s", r->aside, strerror(errno));
        return false;
    }
    return true;
}

/* ---- verifying ---- */

static void
found(void *ctx, const char *problem)
{
    struct restore *r = ctx;

    cli_error("the backup's database: %s", problem);
    r->problems++;
}

/* The files that P names in the folder FOLDER are whole and the right ones. */
static bool
are_whole(const struct conf *conf, const char *folder, const struct published *p)
{
    char sha256[DIGITS_SHA256_SIZE], *path = conf_path(conf, folder);
    int fd = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool whole = fd >= 0 &&
                 digits_check(fd, p->radix, p->length, sha256) == DIGITS_OK &&
                 strcmp(sha256, p->sha256) == 0;

    if (fd >= 0) {
        close(fd);
    }
    free(path);
    return whole;
}

/* Digits that the backup has must be right; those it has not may be here. */
static bool
check_digits(struct restore *r, struct store *s)
{
    size_t members = 1 + (archive_find(&r->manifest, "key") != NULL);

    for (int i = 0; i < 2; i++) {
        char name[DIGITS_NAME_SIZE], member[ARCHIVE_NAME_SIZE];
        struct published p;

        if (store_published(s, i == 0 ? 10 : 16, &p) != STORE_OK) {
            return false;
        }
        if (p.length == 0) {
            continue;
        }
        digits_name(name, p.radix, p.length, "txt");
        snprintf(member, sizeof member, "digits/%s", name);
        if (archive_find(&r->manifest, member)) {
            if (!are_whole(r->conf, STATE_RESTORE_NEW "/digits", &p)) {
                cli_error("%s in the backup is broken: its checksums do not fit", name);
                return false;
            }
            members += 2;
        } else {
            r->lost[i] = !are_whole(r->conf, "digits", &p);
        }
    }
    if (members != r->manifest.count) {
        cli_error("the backup holds digits that its database does not know");
        return false;
    }
    return true;
}

/* Verifies and migrates the database and makes it ready. */
static bool
prepare(struct restore *r)
{
    struct store *s = NULL;
    int schema = store_schema_of(r->db);
    bool ready;

    if (schema < 0) {
        return false;
    }
    if (schema > schema_version) {
        cli_error("the backup has schema %d, this program knows only %d: install a "
                  "newer nthpi",
                  schema, schema_version);
        return false;
    }
    if (store_open(&s, r->db, STORE_DURABLE) != STORE_OK) {
        cli_error("the backup's database cannot be opened");
        return false;
    }
    ready =
        store_check(s, false, found, r, NULL) == STORE_OK && r->problems == 0 &&
        check_digits(r, s) &&
        store_restored(s, r->beyond, r->lost, &r->conf->limits, &r->what) == STORE_OK;
    if (store_close_whole(s) != STORE_OK) {
        ready = false;
    }
    return ready;
}

/* ---- putting it into place ---- */

/* NAME in restore.new gets MODE and the owner of LIKE in the state folder. */
static bool
give_owner(const struct restore *r, const char *name, mode_t mode, const char *like)
{
    char *path = conf_path(r->conf, like);
    struct stat st, mine;
    bool given = path && stat(path, &st) == 0 &&
                 fstatat(r->aside_fd, name, &mine, AT_SYMLINK_NOFOLLOW) == 0 &&
                 ((st.st_uid == mine.st_uid && st.st_gid == mine.st_gid) ||
                  fchownat(r->aside_fd, name, geteuid() == 0 ? st.st_uid : (uid_t)-1,
                           st.st_gid, AT_SYMLINK_NOFOLLOW) == 0) &&
                 fchmodat(r->aside_fd, name, mode, 0) == 0;

    if (!given) {
        cli_error("cannot give %s the owner of %s: %s", name, like, strerror(errno));
    }
    free(path);
    return given;
}

static bool
give_owners(const struct restore *r)
{
    char *key = conf_path(r->conf, "key");
    bool has_key = key && access(key, F_OK) == 0;

    free(key);
    for (size_t i = 0; i < r->manifest.count; i++) {
        const char *name = r->manifest.members[i].name;
        bool given = strcmp(name, "key") == 0
                         ? give_owner(r, name, 0600, has_key ? "key" : "run")
                     : strncmp(name, "db/", 3) == 0
                         ? give_owner(r, name, 0660, "db")
                         : give_owner(r, name, 0644, "digits");

        if (!given) {
            return false;
        }
    }
    return true;
}

static bool
sync_folder(int at, const char *name)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;

    if (!synced) {
        cli_error("syncing %s: %s", name, strerror(errno));
    }
    if (fd >= 0) {
        close(fd);
    }
    return synced;
}

static bool
put_into_place(struct restore *r)
{
    char *ready = conf_path(r->conf, STATE_RESTORE_READY);
    bool renamed;

    if (!ready || !sync_folder(r->aside_fd, "db") ||
        !sync_folder(r->aside_fd, "digits") || !sync_folder(r->aside_fd, ".")) {
        free(ready);
        return false;
    }
    renamed = rename(r->aside, ready) == 0;
    if (!renamed) {
        cli_error("cannot make %s: %s", ready, strerror(errno));
    }
    free(ready);
    return renamed && sync_folder(AT_FDCWD, r->conf->state) &&
           state_put_into_place(r->conf);
}

/* The revision of the database that is there, and whether it may be replaced. */
static bool
look_at_present(struct restore *r, bool force)
{
    char *path = conf_path(r->conf, CONF_DB);
    struct store *s = NULL;
    bool there = path && access(path, F_OK) == 0;
    bool replace = path && (!there || force);

    if (there && store_schema_of(path) >= 0 &&
        store_open(&s, path, STORE_READER) == STORE_OK) {
        r->beyond = store_revision(s);
        /* A revision of 1: nothing was ever asked here. */
        replace = force || r->beyond <= 1;
        store_close(s);
    }
    if (!replace) {
        cli_error("%s has a database; --force replaces it", r->conf->state);
    }
    free(path);
    return replace;
}

static void
tell(const struct restore *r)
{
    printf("restored the state of %s, revision %" PRId64 "\n", r->manifest.created,
           r->what.revision);
    if (r->what.given_back > 0) {
        printf("%zu computation%s that ran then: back in the queue\n",
               r->what.given_back, r->what.given_back == 1 ? "" : "s");
    }
    for (int i = 0; i < 2; i++) {
        if (r->lost[i]) {
            printf("the digits in radix %d are not in the backup, nor here: nothing is "
                   "published until they are computed again\n",
                   i == 0 ? 10 : 16);
        }
    }
    if (r->what.asked_again > 0) {
        printf("%zu computation%s: queued again for that\n", r->what.asked_again,
               r->what.asked_again == 1 ? "" : "s");
    }
    if (!archive_find(&r->manifest, "key")) {
        puts("the key is not in the backup: the one that is here stays, if any");
    }
}

static int
restore(struct restore *r, const char *path, bool force)
{
    bool done = look_at_present(r, force) && make_aside(r) &&
                archive_unpack(path, r->aside_fd, &r->manifest) && prepare(r) &&
                give_owners(r) && put_into_place(r);

    if (done) {
        tell(r);
    } else if (r->aside && access(r->aside, F_OK) == 0) {
        remove_folder(AT_FDCWD, r->aside);
        cli_error("nothing was changed");
    }
    if (r->aside_fd >= 0) {
        close(r->aside_fd);
    }
    free(r->aside);
    free(r->db);
    return done ? CLI_OK : CLI_FAILED;
}

int
cli_restore(int argc, char **argv)
{
    const char *force = NULL, *finish = NULL;
    const struct conf_flag flags[] = {
        {"force", NULL, "replace the database that is there", &force},
        {"finish", NULL, "only end a restore that was cut off; no FILE", &finish},
        {NULL, NULL, NULL, NULL},
    };
    struct cli cli;
    struct restore r = {.conf = &cli.conf, .aside_fd = -1};
    int lock, code;
    bool only_finish = false;

    for (int i = 1; i < argc; i++) {
        only_finish = only_finish || strcmp(argv[i], "--finish") == 0;
    }
    code = cli_begin(&cli, argc, argv,
                     "nthpi restore [OPTIONS] FILE: the site's state from a backup; no "
                     "other program may use it",
                     flags, only_finish ? 0 : 1);
    if (code >= 0) {
        return code;
    }
    if (sodium_init() < 0 || conf_make_state(&cli.conf) != 0) {
        return cli_end(&cli, CLI_FAILED);
    }
    lock = state_lock(&cli.conf, STATE_ALONE);
    if (lock < 0) {
        return cli_end(&cli, CLI_FAILED);
    }
    code = finish ? CLI_OK : restore(&r, cli.argument, force != NULL);
    close(lock);
    return cli_end(&cli, code);
}
