/*
 * The lock of a state folder, and the last step of a restore. See state.h.
 *
 * The order of that step: digits files are only added, which is right for the old
 * database, too. Then the key. Then the old database's WAL goes, which must never be
 * applied to another database, and the new one takes the place of the old. Each file
 * is moved by a rename, so a step that was done is seen by what is missing in
 * restore.ready, and that folder goes last.
 */
#include "config.h"

#include "state.h"

#include "log.h"
#include "shared_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 5000, TURN_MS = 100, STEP_MS = 20 };
enum { LOCK_MODE = S_IRUSR | S_IWUSR | S_IRGRP };

/* flock(), tried for up to MS milliseconds. 0, or -1 with errno. */
static int
lock_within(int fd, int operation, int ms)
{
    const struct timespec step = {0, STEP_MS * 1000000L};

    while (flock(fd, operation | LOCK_NB) != 0) {
        if (errno == EINTR)
            continue;
        if (errno != EWOULDBLOCK || ms <= 0)
            return -1;
        nanosleep(&step, NULL);
        ms -= STEP_MS;
    }
    return 0;
}

/* Opens the lock file for reading, which is enough to lock it: it may be another
 * user's of the folder's group. Where it is, O_CREAT would be refused in a sticky
 * folder that a group can write to (proc(5), fs.protected_regular). */
static int
open_lock(const struct conf *conf)
{
    char *path = conf_path(conf, "run/state.lock");
    struct stat st;
    int fd = -1;

    if (path != NULL && shared_file_make(path, LOCK_MODE) == 0)
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        log_error("cannot open the lock of the state folder %s: %s", conf->state,
                  strerror(errno));
    else if (fstat(fd, &st) == 0 && st.st_uid == geteuid())
        (void)fchmod(fd, LOCK_MODE); /* one that was copied, or made by hand */
    free(path);
    return fd;
}

/* True when there is a folder restore.ready. */
static bool
is_ready(const struct conf *conf)
{
    char *path = conf_path(conf, STATE_RESTORE_READY);
    bool ready = path != NULL && access(path, F_OK) == 0;

    free(path);
    return ready;
}

/* Makes the shared lock FD ours alone, to end a restore. Of several programs that start
 * at once one does that; *DONE: it was another one, and the lock is shared again. */
static bool
be_alone(const struct conf *conf, int fd, bool *done)
{
    *done = false;
    for (int ms = 0; lock_within(fd, LOCK_EX, TURN_MS) != 0; ms += TURN_MS) {
        /* Trying gives up the lock that there was (flock(2)). */
        *done = lock_within(fd, LOCK_SH, TURN_MS) == 0 && !is_ready(conf);
        if (*done)
            break;
        if (ms >= WAIT_MS)
            return false;
    }
    return true;
}

/* Ends a restore that was cut off, alone for that time. */
static bool
end_restore(const struct conf *conf, int fd, enum state_use use)
{
    bool done = false;

    if (use == STATE_SHARED && !be_alone(conf, fd, &done)) {
        log_error("a restore of %s was cut off; it can be ended when no program uses "
                  "the folder",
                  conf->state);
        return false;
    }
    if (done)
        return true;
    if (!state_put_into_place(conf)) {
        log_error("a restore of %s was cut off: end it with nthpi restore --finish",
                  conf->state);
        return false;
    }
    return use == STATE_ALONE || lock_within(fd, LOCK_SH, WAIT_MS) == 0;
}

int
state_lock(const struct conf *conf, enum state_use use)
{
    bool shared = use == STATE_SHARED;
    int fd = open_lock(conf), error;

    if (fd < 0)
        return -1;
    if (lock_within(fd, shared ? LOCK_SH : LOCK_EX, shared ? WAIT_MS : 0) != 0) {
        error = errno;
        if (error != EWOULDBLOCK)
            log_error("cannot lock %s: %s", conf->state, strerror(error));
        else
            log_error(shared ? "%s is being restored"
                             : "%s is in use: stop nthpi-fcgi "
                               "and nthpid first",
                      conf->state);
    } else if (!is_ready(conf) || end_restore(conf, fd, use)) {
        return fd;
    } else {
        error = EIO;
    }
    close(fd);
    errno = error;
    return -1;
}

/* ---- into place ---- */

static int
open_folder(int at, const char *name)
{
    return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static bool
fail(const char *doing)
{
    log_error("restoring: %s: %s", doing, strerror(errno));
    return false;
}

/* Moves NAME from the folder FROM to the folder TO; one that is not there was moved
 * before. */
static bool
move(int from, int to, const char *name)
{
    return renameat(from, name, to, name) == 0 || errno == ENOENT || fail(name);
}

/* Moves the digits files of the KIND "sum" or "txt". */
static bool
move_digits_of(int from, int to, const char *kind)
{
    int fd = open_folder(from, ".");
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    bool moved = folder != NULL || fail("digits");

    if (folder == NULL && fd >= 0)
        close(fd);
    while (moved && (entry = readdir(folder)) != NULL) {
        size_t length = strlen(entry->d_name);

        if (length > 3 && strcmp(entry->d_name + length - 3, kind) == 0)
            moved = move(from, to, entry->d_name);
    }
    if (folder != NULL)
        closedir(folder);
    return moved;
}

/* A file of digits is there only with its sidecar: these go first. */
static bool
move_digits(int ready, int state)
{
    int from = open_folder(ready, "digits"), to = open_folder(state, "digits");
    bool moved = from < 0
                     ? errno == ENOENT || fail("digits")
                     : (to >= 0 || fail("digits")) && move_digits_of(from, to, "sum") &&
                           move_digits_of(from, to, "txt") &&
                           (fsync(to) == 0 || fail("digits"));

    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    return moved && (unlinkat(ready, "digits", AT_REMOVEDIR) == 0 || errno == ENOENT ||
                     fail("digits"));
}

static bool
drop(int folder, const char *name)
{
    return unlinkat(folder, name, 0) == 0 || errno == ENOENT || fail(name);
}

/* The database: see the top of the file. */
static bool
move_database(int ready, int state)
{
    int from = open_folder(ready, "db"), to = open_folder(state, "db");
    bool moved = from < 0 ? errno == ENOENT || fail("db") : to >= 0 || fail("db");

    if (moved && from >= 0 && faccessat(from, "nthpi.db", F_OK, 0) == 0)
        moved = drop(to, "nthpi.db-wal") && drop(to, "nthpi.db-shm") &&
                (fsync(to) == 0 || fail("db")) && move(from, to, "nthpi.db") &&
                (fsync(to) == 0 || fail("db"));
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    return moved &&
           (unlinkat(ready, "db", AT_REMOVEDIR) == 0 || errno == ENOENT || fail("db"));
}

bool
state_put_into_place(const struct conf *conf)
{
    int state = open(conf->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ready;
    bool done;

    if (state < 0)
        return fail(conf->state);
    ready = open_folder(state, STATE_RESTORE_READY);
    if (ready < 0) {
        done = errno == ENOENT || fail(STATE_RESTORE_READY);
        close(state);
        return done;
    }
    done = move_digits(ready, state) && move(ready, state, "key") &&
           move_database(ready, state) && (fsync(state) == 0 || fail(conf->state)) &&
           (unlinkat(state, STATE_RESTORE_READY, AT_REMOVEDIR) == 0 ||
            fail(STATE_RESTORE_READY)) &&
           (fsync(state) == 0 || fail(conf->state));
    if (done)
        log_info("the restored state is in its place");
    close(ready);
    close(state);
    return done;
}
