/*
 * Reads all published digits again, a block at a time, and compares them with their
 * checksums: at the start of the daemon, and then every recheck-h hours. A disk
 * that lost them is found before a visitor needs them.
 *
 * A block every STEP_US bounds what it takes of the disk (10 MiB/s) and of the
 * processor (some per cent of one), however long the file. What was replaced
 * meanwhile is only read to its end: the next round has the new file.
 */
#include "daemon/daemon.h"

#include <string.h>

enum { STEP_US = 100 * 1000 };

#define HOUR_US INT64_C(3600000000)

/* Begins with the next radix; false: all were read. */
static bool
begin(struct daemon *d, struct scrub *scrub)
{
    scrub->radix = scrub->radix == 0 ? 10 : 16;
    scrub->rc = DIGITS_OK;
    if (store_published(d->durable, scrub->radix, &scrub->published) != STORE_OK) {
        scrub->published.length = 0;
    }
    if (scrub->published.length > 0) {
        scrub->rc = digits_checker_new(&scrub->checker, d->digits_fd, scrub->radix,
                                       scrub->published.length);
    }
    return scrub->radix == 16;
}

/* The file is read, or could not be. */
static void
judge(struct daemon *d, struct scrub *scrub)
{
    const struct published *p = &scrub->published;
    char sha256[DIGITS_SHA256_SIZE];

    if (scrub->checker && scrub->rc == DIGITS_OK) {
        scrub->rc = digits_checker_end(scrub->checker, sha256);
        if (scrub->rc == DIGITS_OK && strcmp(sha256, p->sha256) != 0) {
            scrub->rc = DIGITS_BROKEN;
        }
    }
    if (p->length > 0 && scrub->rc == DIGITS_OK) {
        log_info("%s was read again: it is whole", p->file);
    } else if (scrub->rc == DIGITS_IO || scrub->rc == DIGITS_NO_MEMORY) {
        log_error("%s could not be read again", p->file);
    } else if (scrub->rc != DIGITS_OK) {
        mend_published(d, scrub->radix, true); /* if it is still this one */
    }
    scrub_end(scrub);
}

bool
scrub_step(struct daemon *d)
{
    struct scrub *scrub = &d->scrub;
    int64_t now = store_boottime();
    bool done = true;

    scrub->due = now + STEP_US;
    if (!scrub->checker) {
        bool last = begin(d, scrub);

        if (scrub->checker) {
            return true;
        }
        judge(d, scrub);
        done = last;
    } else {
        scrub->rc = digits_checker_step(scrub->checker, &done);
        if (scrub->rc == DIGITS_OK && !done) {
            return true;
        }
        judge(d, scrub);
        done = scrub->radix == 16;
    }
    if (done) {
        scrub->radix = 0;
        scrub->due = d->conf->recheck_h > 0
                         ? now + (int64_t)d->conf->recheck_h * HOUR_US
                         : INT64_MAX;
    }
    return true;
}

int64_t
scrub_due(const struct daemon *d)
{
    return d->scrub.due;
}

void
scrub_end(struct scrub *scrub)
{
    digits_checker_free(scrub->checker);
    scrub->checker = NULL;
}
