/*
 * Published digits that went bad, and files that are longer than what is published.
 *
 * Files can go bad behind our back (removed by hand, written to, a disk that
 * failed). A row in `published` whose file is missing or broken would stand in the
 * way of every shorter prefix and of the pages, so it gives way to the longest file
 * that is whole, or to none; the file goes aside, and its digits are computed again
 * by the row that made it. When only the sidecar (or the "3.") went bad, the digits
 * still being those of the database's digest, a copy with a new sidecar takes their
 * place.
 * nthpi-fcgi leaves a mark in the database when it meets such a file; scrub.c looks
 * by itself.
 *
 * A file may be longer than what is published and belong to no job any more: its
 * commit failed and its row was deleted, or the database is an older one that was
 * restored. Files come into the folder only with verified digits, so one that is
 * whole is published (how it was verified is not known any more); one that is not
 * goes like a superseded one.
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

/* ---- files that went bad ---- */

/* True unless P's file is missing or broken for certain. THOROUGH: not only its
 * size counts. */
static bool
is_usable(const struct daemon *d, const struct published *p, bool thorough)
{
    char sha256[DIGITS_SHA256_SIZE];
    struct digits_file file;
    enum digits_rc rc;

    if (thorough) {
        rc = digits_check(d->digits_fd, p->radix, p->length, sha256);
        if (rc == DIGITS_OK && strcmp(sha256, p->sha256) != 0) {
            rc = DIGITS_BROKEN;
        }
    } else {
        rc = digits_open(&file, d->digits_fd, p->radix, p->length);
        digits_close(&file);
    }
    return rc != DIGITS_MISSING && rc != DIGITS_BROKEN;
}

/* The longest length below BELOW, other than BUT, of RADIX's files; 0: none. */
static uint64_t
longest_below(const struct daemon *d, int radix, uint64_t below, uint64_t but)
{
    DIR *folder = publish_open_folder(d);
    struct dirent *entry;
    uint64_t length, longest = 0;
    int of;

    while (folder && (entry = readdir(folder)) != NULL) {
        if (digits_parse_name(entry->d_name, &of, &length) && of == radix &&
            length < below && length != but && length > longest) {
            longest = length;
        }
    }
    if (folder) {
        closedir(folder);
    }
    return longest;
}

/* The longest file that is whole and can take BROKEN's place; false: none. */
static bool
find_whole(const struct daemon *d, const struct published *broken,
           struct published *found)
{
    uint64_t length = UINT64_MAX;

    *found = (struct published){.radix = broken->radix};
    do {
        length = longest_below(d, broken->radix, length, broken->length);
    } while (length > 0 && digits_check(d->digits_fd, broken->radix, length,
                                        found->sha256) != DIGITS_OK);
    found->length = length;
    digits_name(found->file, found->radix, length, "txt");
    return length > 0;
}

/* Copies the digits of FILE to W; BLOCK has DIGITS_BLOCK bytes. */
static enum digits_rc
copy_digits(const struct digits_file *file, struct digits_writer *w, char *block)
{
    enum digits_rc rc = DIGITS_OK;

    for (uint64_t at = 1; rc == DIGITS_OK && at <= file->length; at += DIGITS_BLOCK) {
        uint64_t left = file->length - at + 1;
        size_t count = left < DIGITS_BLOCK ? (size_t)left : DIGITS_BLOCK;

        rc = digits_read(file, at, count, block);
        if (rc == DIGITS_OK) {
            rc = digits_writer_add(w, block, count);
        }
    }
    return rc;
}

/* Writes a copy of P's file with a sidecar to the open files of ASIDE; true when the
 * digits are those that were published. */
static bool
copy_file(struct daemon *d, const struct published *p, struct aside *aside)
{
    struct digits_writer *w = NULL;
    char sha256[DIGITS_SHA256_SIZE], *block = malloc(DIGITS_BLOCK);
    struct digits_file file;
    bool same = false;

    if (digits_open(&file, d->digits_fd, p->radix, p->length) == DIGITS_OK && block) {
        w = digits_writer_new(aside->text_fd, aside->sum_fd, p->radix);
        same = w && copy_digits(&file, w, block) == DIGITS_OK &&
               digits_writer_finish(w, sha256) == DIGITS_OK &&
               strcmp(sha256, p->sha256) == 0;
    }
    digits_writer_free(w);
    digits_close(&file);
    free(block);
    return same;
}

static bool
put_copy(struct daemon *d, const struct published *p, const struct aside *aside)
{
    for (int i = 0; i < 2; i++) {
        if (digits_commit(d->work_fd, aside->text, aside->sum, d->digits_fd, p->radix,
                          p->length) == DIGITS_OK) {
            return true;
        }
        /* A folder that has taken the sidecar's place is in the way. */
        if (digits_put_away(d->digits_fd, p->radix, p->length) != DIGITS_OK) {
            break;
        }
    }
    return false;
}

/* When P's digits are as they were published: gives them a new sidecar. */
static bool
renew_sidecar(struct daemon *d, const struct published *p)
{
    struct aside aside;
    bool done = false;

    aside_init(&aside);
    /* Under a name that is no row's, nor another daemon's. */
    if (aside_make(&aside, d->work_fd, -(int64_t)getpid()) == 0) {
        done = copy_file(d, p, &aside) && put_copy(d, p, &aside);
        aside_remove(&aside, d->work_fd);
    }
    if (done) {
        log_error("%s or its checksums were damaged: made anew from its digits, which "
                  "are whole",
                  p->file);
        store_clear_damaged(d->durable, p->radix);
    }
    return done;
}

/* Takes back what is published as P and is not usable. */
static bool
take_back(struct daemon *d, const struct published *p)
{
    struct published instead;
    bool found = find_whole(d, p, &instead);
    int64_t id;

    if (store_take_back(d->durable, p, found ? &instead : NULL, &d->conf->limits,
                        &id) != STORE_OK) {
        return false;
    }
    log_error("the published file %s is missing or broken: %s takes its place", p->file,
              found ? instead.file : "none");
    if (id > 0) {
        log_info("row %" PRId64 ": computes %s again", id, p->file);
    }
    if (digits_put_away(d->digits_fd, p->radix, p->length) != DIGITS_OK) {
        log_error("cannot take %s out of the way: %s", p->file, strerror(errno));
    }
    daemon_changed(d);
    d->look = true;
    return true;
}

bool
mend_published(struct daemon *d, int radix, bool thorough)
{
    struct published p;

    if (store_published(d->durable, radix, &p) != STORE_OK || p.length == 0 ||
        is_usable(d, &p, thorough)) {
        return false;
    }
    return renew_sidecar(d, &p) || take_back(d, &p);
}

void
mend_marked(struct daemon *d)
{
    for (int radix = 10; radix <= 16; radix += 6) {
        uint64_t length;

        if (store_damaged(d->durable, radix, &length) != STORE_OK || length == 0) {
            continue;
        }
        log_warning("pi-%d-%" PRIu64 ".txt was found damaged: it is checked", radix,
                    length);
        /* What was found whole, or is no longer published, needs no mark. */
        if (!mend_published(d, radix, true) &&
            store_clear_damaged(d->durable, radix) != STORE_OK) {
            log_warning("the mark of pi-%d-%" PRIu64 ".txt stays", radix, length);
        }
    }
}

/* ---- files that are longer ---- */

/* Publishes FOUND, a whole file, instead of the shorter P. */
static void
publish_longer(struct daemon *d, const struct published *p, struct published *found)
{
    digits_name(found->file, found->radix, found->length, "txt");
    if (store_mend(d->durable, p, found) != STORE_OK) {
        return; /* it is found again */
    }
    log_info("%s was longer than what was published, and is whole: published",
             found->file);
    publish_scan(d);
    daemon_changed(d);
}

void
mend_adopt(struct daemon *d, int radix)
{
    struct published p, found = {.radix = radix};
    uint64_t length = UINT64_MAX;

    if (store_published(d->durable, radix, &p) != STORE_OK) {
        return;
    }
    while ((length = longest_below(d, radix, length, 0)) > p.length) {
        enum digits_rc rc;

        if (publish_is_superseded(d, radix, length) ||
            publish_is_awaited(d, radix, length)) {
            continue;
        }
        rc = digits_check(d->digits_fd, radix, length, found.sha256);
        if (rc == DIGITS_OK) {
            found.length = length;
            publish_longer(d, &p, &found);
            return;
        }
        if (rc == DIGITS_MISSING || rc == DIGITS_BROKEN) {
            log_warning("pi-%d-%" PRIu64 ".txt is not whole: removed in %u s", radix,
                        length, d->conf->grace_s);
            publish_supersede(d, radix, length);
        }
    }
}
