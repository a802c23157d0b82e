/*
 * nthpi backup: the state of a site in one file, while its programs work.
 *
 * The database is copied as it is at one moment, and everything else is read from the
 * copy: which digits are published, in what schema. Their files never change, but a
 * longer one may take their place meanwhile, and they go a while later: then all begins
 * anew with a newer copy. The archive is written aside, in a folder of its own beside
 * FILE, synced, and gets its name when it is whole.
 */
#include "config.h"

#include "daemon/archive.h"
#include "daemon/cli.h"

#include "common/state.h"
#include "common/store_backup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 5 };

struct backup {
    struct cli *cli;
    bool digits, key, force;
    const char *path; /* of the result */
    char *aside;      /* the folder it is made in, or NULL */
    char *copy;       /* the database's copy in it, or NULL */
    char *tar;        /* the archive in it, or NULL */
    int digits_fd;
    int fds[ARCHIVE_MEMBERS_MAX]; /* what the members are read from */
    size_t fd_count;
    struct published published[2];
    struct archive_manifest manifest;
};

/* Adds NAME, which FD is open on (negative: it could not be opened), to the manifest.
 */
static bool
add(struct backup *b, const char *name, int fd)
{
    if (fd < 0) {
        cli_error("cannot read %s: %s", name, strerror(errno));
        return false;
    }
    b->fds[b->fd_count++] = fd;
    return archive_add(&b->manifest, name, fd);
}

static void
forget_members(struct backup *b)
{
    while (b->fd_count > 0) {
        close(b->fds[--b->fd_count]);
    }
    b->manifest.count = 0;
}

/* ---- what belongs into it ---- */

static bool
copy_database(struct backup *b)
{
    struct store *copy = NULL;
    bool read;

    if (store_copy(b->cli->store, b->copy) != STORE_OK ||
        store_open(&copy, b->copy, STORE_READER) != STORE_OK) {
        cli_error("the database was not copied");
        return false;
    }
    read = store_published(copy, 10, &b->published[0]) == STORE_OK &&
           store_published(copy, 16, &b->published[1]) == STORE_OK;
    store_close(copy);
    b->manifest.schema = store_schema_of(b->copy);
    return read && add(b, "db/nthpi.db", open(b->copy, O_RDONLY | O_CLOEXEC));
}

/* True when P is not what is published any more. */
static bool
is_superseded(struct backup *b, const struct published *p)
{
    struct published now;

    return store_published(b->cli->store, p->radix, &now) == STORE_OK &&
           (now.length != p->length || now.revision != p->revision);
}

static bool
add_digits_file(struct backup *b, const struct published *p, const char *kind)
{
    char name[DIGITS_NAME_SIZE], member[ARCHIVE_NAME_SIZE];

    digits_name(name, p->radix, p->length, kind);
    snprintf(member, sizeof member, "digits/%s", name);
    return add(b, member,
               openat(b->digits_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
}

/* Checks the files of P and adds them. *AGAIN: they went while we looked. */
static bool
add_digits(struct backup *b, const struct published *p, bool *again)
{
    char sha256[DIGITS_SHA256_SIZE];
    enum digits_rc rc;

    if (p->length == 0) {
        return true;
    }
    rc = digits_check(b->digits_fd, p->radix, p->length, sha256);
    if (rc == DIGITS_OK && strcmp(sha256, p->sha256) != 0) {
        rc = DIGITS_BROKEN;
    }
    if (rc == DIGITS_OK && add_digits_file(b, p, "sum") &&
        add_digits_file(b, p, "txt")) {
        return true;
    }
    *again = is_superseded(b, p);
    if (!*again && rc != DIGITS_OK) {
        cli_error("%s is %s: not backed up; start nthpid, which mends that, or leave "
                  "the digits out",
                  p->file,
                  rc == DIGITS_MISSING  ? "missing"
                  : rc == DIGITS_BROKEN ? "broken: its checksums do not fit"
                                        : "not readable");
    }
    return false;
}

static bool
add_key(struct backup *b)
{
    char *path = conf_path(&b->cli->conf, "key");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    bool missing =
        path && fd < 0 && errno == ENOENT; /* no nthpi-fcgi has started yet */

    free(path);
    if (!missing && fd < 0) {
        cli_error("cannot read the key: %s; be its owner, or leave it out by "
                  "--without-key",
                  strerror(errno));
        return false;
    }
    return missing || add(b, "key", fd);
}

/* Fills the manifest. */
static bool
collect(struct backup *b)
{
    for (int i = 0; i < TRIES; i++) {
        bool again = false;

        forget_members(b);
        if (!copy_database(b)) {
            return false;
        }
        if (!b->digits || (add_digits(b, &b->published[0], &again) &&
                           add_digits(b, &b->published[1], &again))) {
            return !b->key || add_key(b);
        }
        if (!again) {
            return false;
        }
    }
    cli_error("the published digits changed too often; try again");
    return false;
}

/* ---- the file ---- */

/* Syncs the folder that PATH is in. */
static bool
sync_folder(const char *path)
{
    char *copy = strdup(path);
    int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool synced = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0) {
        close(fd);
    }
    free(copy);
    return synced;
}

static bool
write_tar(struct backup *b)
{
    int fd = open(b->tar, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written;

    if (fd < 0) {
        cli_error("cannot write %s: %s", b->tar, strerror(errno));
        return false;
    }
    written = archive_write(&b->manifest, fd);
    if (written && fsync(fd) != 0) {
        cli_error("writing %s: %s", b->tar, strerror(errno));
        written = false;
    }
    close(fd);
    return written;
}

/* A new name, and no other file loses it. Not every file system has links. */
static int
name_new(const char *from, const char *to)
{
    if (link(from, to) == 0) {
        return 0;
    }
    return errno == EEXIST || errno == ENOENT
               ? -1
               : renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

/* The archive gets its name; without --force only one that nothing has. */
static bool
give_name(struct backup *b)
{
    if ((b->force ? rename(b->tar, b->path) : name_new(b->tar, b->path)) != 0) {
        cli_error(errno == EEXIST ? "%s exists; --force replaces it"
                                  : "cannot make %s: %s",
                  b->path, strerror(errno));
        return false;
    }
    if (!sync_folder(b->path)) {
        cli_error("syncing %s: %s", b->path, strerror(errno));
        return false;
    }
    return true;
}

static bool
make_aside(struct backup *b)
{
    struct stat st;

    if (!b->force && lstat(b->path, &st) == 0) {
        cli_error("%s exists; --force replaces it", b->path);
        return false;
    }
    if (asprintf(&b->aside, "%s.XXXXXX", b->path) < 0) {
        b->aside = NULL;
        cli_error("out of memory");
        return false;
    }
    if (!mkdtemp(b->aside)) {
        cli_error("cannot write beside %s: %s", b->path, strerror(errno));
        free(b->aside);
        b->aside = NULL;
        return false;
    }
    if (asprintf(&b->copy, "%s/nthpi.db", b->aside) < 0) {
        b->copy = NULL;
    }
    if (asprintf(&b->tar, "%s/backup.tar", b->aside) < 0) {
        b->tar = NULL;
    }
    return b->copy && b->tar;
}

static void
remove_aside(struct backup *b)
{
    forget_members(b);
    if (b->copy) {
        unlink(b->copy);
    }
    if (b->tar) {
        unlink(b->tar);
    }
    if (b->aside) {
        rmdir(b->aside);
    }
    free(b->copy);
    free(b->tar);
    free(b->aside);
}

static void
tell(const struct backup *b)
{
    printf("%s: schema %d", b->path, b->manifest.schema);
    for (int i = 0; b->digits && i < 2; i++) {
        if (b->published[i].length > 0) {
            printf(", %" PRIu64 " digits in radix %d", b->published[i].length,
                   b->published[i].radix);
        }
    }
    puts(archive_find(&b->manifest, "key") ? ", with the key" : ", without the key");
}

static int
make_backup(struct backup *b)
{
    time_t now = time(NULL);
    struct tm tm;
    char *path;
    bool made;

    path = conf_path(&b->cli->conf, "digits");
    b->digits_fd = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (b->digits_fd < 0) {
        cli_error("cannot open the folder of digits: %s", strerror(errno));
    }
    free(path);
    gmtime_r(&now, &tm);
    strftime(b->manifest.created, sizeof b->manifest.created, "%Y-%m-%dT%H:%M:%SZ",
             &tm);
    b->manifest.digits = b->digits;
    made = b->digits_fd >= 0 && make_aside(b) && collect(b) && write_tar(b) &&
           give_name(b);
    if (made) {
        tell(b);
    }
    remove_aside(b);
    if (b->digits_fd >= 0) {
        close(b->digits_fd);
    }
    return made ? CLI_OK : CLI_FAILED;
}

int
cli_backup(int argc, char **argv)
{
    const char *with_digits = NULL, *without_key = NULL, *force = NULL;
    const struct conf_flag flags[] = {
        {"with-digits", NULL, "the published digits, too; else they are computed again",
         &with_digits},
        {"without-key", NULL, "not the key: visitors lose their rights to their rows",
         &without_key},
        {"force", NULL, "replace FILE if it exists", &force},
        {NULL, NULL, NULL, NULL},
    };
    struct cli cli;
    struct backup b = {.cli = &cli, .digits_fd = -1};
    int lock,
        code = cli_begin(&cli, argc, argv,
                         "nthpi backup [OPTIONS] FILE: writes the site's state to "
                         "FILE, a tar archive, while it runs",
                         flags, 1);

    if (code >= 0) {
        return code;
    }
    b.digits = with_digits != NULL;
    b.key = without_key == NULL;
    b.force = force != NULL;
    b.path = cli.argument;
    lock = sodium_init() < 0 ? -1 : state_lock(&cli.conf, STATE_SHARED);
    if (lock < 0) {
        return cli_end(&cli, CLI_FAILED);
    }
    code = cli_open_store(&cli, STORE_READER) ? make_backup(&b) : CLI_FAILED;
    close(lock);
    return cli_end(&cli, code);
}
