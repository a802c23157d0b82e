/*
 * Digits into place. The rename happens inside the transaction of store_stored,
 * which excludes every other publisher, so a shorter prefix never replaces a
 * longer one and the row in `published` always names a whole file.
 *
 * A commit may fail after the rename (a full disk, a power cut): the next try
 * then finds the files in place already, and takes them when they are whole and
 * are those that the worker made.
 */
#include "daemon/daemon.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Digits that are read back within some tens of milliseconds. */
#define PUBLISH_CHECKED (UINT64_C(16) << 20)

struct publishing {
    struct daemon *d;
    struct job *j;
    enum digits_rc rc;
    int error; /* errno of DIGITS_IO */
};

bool
publish_in_place(const struct daemon *d, const struct job *j)
{
    char sha256[DIGITS_SHA256_SIZE];

    return digits_check(d->digits_fd, j->row.radix, j->row.position, sha256) ==
               DIGITS_OK &&
           strcmp(sha256, j->sha256) == 0;
}

static int
put_into_place(void *ctx)
{
    struct publishing *p = ctx;

    errno = 0;
    p->rc = digits_commit(p->d->work_fd, p->j->aside.text, p->j->aside.sum,
                          p->d->digits_fd, p->j->row.radix, p->j->row.position);
    p->error = errno;
    if (p->rc != DIGITS_OK && publish_in_place(p->d, p->j)) {
        p->rc = DIGITS_OK;
    }
    return p->rc == DIGITS_OK ? 0 : -1;
}

bool
publish_is_superseded(const struct daemon *d, int radix, uint64_t length)
{
    const struct superseded *s = d->superseded;

    while (s && (s->radix != radix || s->length != length)) {
        s = s->next;
    }
    return s != NULL;
}

void
publish_supersede(struct daemon *d, int radix, uint64_t length)
{
    struct superseded *s;

    if (publish_is_superseded(d, radix, length)) {
        return;
    }
    s = calloc(1, sizeof *s);
    if (!s) {
        log_warning("out of memory: pi-%d-%" PRIu64 ".txt stays", radix, length);
        return;
    }
    s->radix = radix;
    s->length = length;
    s->remove_at = store_boottime() + (int64_t)d->conf->grace_s * 1000000;
    s->next = d->superseded;
    d->superseded = s;
}

/* False when J's files are there and are not what its worker told. Longer ones than
 * PUBLISH_CHECKED are not read here, where everything else would have to wait: the
 * worker has read them back, and each block is checked when it is read. */
static bool
is_as_told(const struct job *j)
{
    char sha256[DIGITS_SHA256_SIZE];
    enum digits_rc rc;

    if (j->row.position > PUBLISH_CHECKED || j->aside.text_fd < 0 ||
        j->aside.sum_fd < 0) {
        return true;
    }
    rc = digits_check_open(j->aside.text_fd, j->aside.sum_fd, j->row.radix,
                           j->row.position, sha256);
    return rc != DIGITS_BROKEN && (rc != DIGITS_OK || strcmp(sha256, j->sha256) == 0);
}

enum store_rc
publish_job(struct daemon *d, struct job *j)
{
    struct publishing p = {.d = d, .j = j, .rc = DIGITS_OK};
    struct published published = {.radix = j->row.radix, .length = j->row.position};
    uint64_t superseded = 0;
    bool done = false;
    enum store_rc rc;

    if (!j->sha256[0]) {
        return store_stored(d->durable, j->row.id, d->token, j->verified, NULL, NULL,
                            NULL, NULL, NULL);
    }
    if (!is_as_told(j)) {
        settle_fail(j, REASON_VERIFICATION,
                    &(struct reason_values){.why = reason_text(REASON_FILE_CHANGED)});
        return STORE_ERROR;
    }
    mend_published(d, j->row.radix, false); /* a file that is gone is no longer one */
    digits_name(published.file, j->row.radix, j->row.position, "txt");
    memcpy(published.sha256, j->sha256, sizeof published.sha256);
    memcpy(published.verified, j->verified, sizeof published.verified);
    rc = store_stored(d->durable, j->row.id, d->token, j->verified, &published,
                      put_into_place, &p, &done, &superseded);
    if (rc == STORE_OK && done) {
        d->tally.due = 0; /* there may be more to count */
        if (superseded > 0) {
            publish_supersede(d, j->row.radix, superseded);
        }
    }
    if (rc == STORE_ERROR && p.rc != DIGITS_OK) {
        const char *why = p.rc == DIGITS_IO && p.error
                              ? strerror(p.error)
                              : reason_text(REASON_FILES_NOT_WHOLE);

        settle_fail(j, REASON_PUBLISHING_FAILED, &(struct reason_values){.why = why});
    }
    return rc;
}

bool
publish_is_awaited(struct daemon *d, int radix, uint64_t length)
{
    struct computation row;
    enum store_rc rc;

    for (int a = 0; a < ALGORITHM_COUNT; a++) {
        rc = store_find(d->durable, radix, length, (enum algorithm)a, &row);
        if (rc == STORE_OK ? row.status == STATUS_RUNNING : rc != STORE_NOT_FOUND) {
            return true;
        }
    }
    return false;
}

/* True for a file that is longer than what is published, of no job, and broken for
 * certain. */
static bool
is_rubbish(struct daemon *d, const struct published *p, uint64_t length)
{
    enum digits_rc rc;

    if (length <= p->length || publish_is_awaited(d, p->radix, length)) {
        return false;
    }
    rc = digits_check(d->digits_fd, p->radix, length, NULL);
    return rc == DIGITS_MISSING || rc == DIGITS_BROKEN;
}

/* Removes one superseded file, unless it is what is published (a restored
 * database may have gone back) or may be. False: the database did not answer. */
static bool
remove_superseded(struct daemon *d, const struct superseded *s)
{
    struct published p;

    if (store_published(d->durable, s->radix, &p) != STORE_OK) {
        return false;
    }
    if (s->length < p.length || is_rubbish(d, &p, s->length)) {
        if (digits_remove(d->digits_fd, s->radix, s->length) != DIGITS_OK) {
            log_warning("cannot remove pi-%d-%" PRIu64 ".txt", s->radix, s->length);
        } else {
            log_debug("removed pi-%d-%" PRIu64 ".txt", s->radix, s->length);
        }
    }
    return true;
}

DIR *
publish_open_folder(const struct daemon *d)
{
    int fd = openat(d->digits_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);

    if (!folder) {
        log_warning("cannot read the digits folder: %s", strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
    }
    return folder;
}

void
publish_scan(struct daemon *d)
{
    DIR *folder = publish_open_folder(d);
    struct dirent *entry;
    struct published p;
    uint64_t length;
    int radix;

    while (folder && (entry = readdir(folder)) != NULL) {
        if (digits_parse_name(entry->d_name, &radix, &length) &&
            store_published(d->durable, radix, &p) == STORE_OK && length < p.length) {
            publish_supersede(d, radix, length);
        }
    }
    if (folder) {
        closedir(folder);
    }
}

bool
publish_tidy(struct daemon *d)
{
    struct superseded **link = &d->superseded;
    int64_t now = store_boottime();

    for (int radix = 10; radix <= 16; radix += 6) {
        mend_published(d, radix, false);
        mend_adopt(d, radix);
    }
    while (*link) {
        struct superseded *s = *link;

        if (s->remove_at > now) {
            link = &s->next;
        } else if (remove_superseded(d, s)) {
            *link = s->next;
            free(s);
        } else {
            return false;
        }
    }
    return true;
}
