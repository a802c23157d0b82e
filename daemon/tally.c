/*
 * Counts the published digits for the site's pictures (common/statistics.h): at each
 * power of ten beyond those that the web program counts itself, counts are kept in the
 * database. They are facts, so what is kept once stays; a longer file is counted from
 * its beginning again, since that takes seconds.
 *
 * A block every STEP_US bounds what it takes of the processor (a tenth of one), and
 * workers are not held up. Every block is compared with its checksum before it is
 * counted; when it is damaged the count ends, and what is whole is counted later.
 */
#include "daemon/daemon.h"

#include <inttypes.h>
#include <stdlib.h>

enum { STEP_US = 25 * 1000 };

#define LATER_US INT64_C(60000000)

/* The largest power of ten that is at most LENGTH (>= 1). */
static uint64_t
power_within(uint64_t length)
{
    uint64_t power = 1;

    while (power <= length / 10) {
        power *= 10;
    }
    return power;
}

/* The next power of ten after LENGTH that is to be kept. */
static uint64_t
next_power(uint64_t length)
{
    uint64_t power = STATISTICS_AT_ONCE * 10;

    while (power <= length) {
        power *= 10;
    }
    return power;
}

/* Begins to count what is published in RADIX, if there is something new. */
static bool
begin(struct daemon *d, struct tally *tally, int radix)
{
    struct published p;
    uint64_t until;

    if (store_published(d->durable, radix, &p) != STORE_OK || p.length == 0) {
        return false;
    }
    until = power_within(p.length);
    if (until <= STATISTICS_AT_ONCE || store_has_statistics(d->durable, radix, until) ||
        digits_open_checked(&tally->file, d->trust, d->digits_fd, radix, p.length,
                            p.sha256) != DIGITS_OK) {
        return false;
    }
    tally->block = malloc(DIGITS_BLOCK);
    if (!tally->block) {
        digits_close(&tally->file);
        return false;
    }
    tally->until = until;
    statistics_init(&tally->counts, radix);
    return true;
}

/* Reads and counts up to a block's end or a power of ten. */
static enum digits_rc
count_block(struct tally *tally)
{
    struct statistics *counts = &tally->counts;
    /* The block of the file that has the next digit's byte, behind "3.". */
    uint64_t end = (counts->length + 2) / DIGITS_BLOCK * DIGITS_BLOCK + DIGITS_BLOCK;
    uint64_t most = end - 2, power = next_power(counts->length);
    size_t n = (size_t)((most < power ? most : power) - counts->length);
    enum digits_rc rc = digits_read(&tally->file, counts->length + 1, n, tally->block);

    if (rc == DIGITS_OK) {
        statistics_add(counts, tally->block, n);
    }
    return rc;
}

/* Keeps the counts at a power of ten; false: the database does not take them. */
static bool
keep(struct daemon *d, const struct tally *tally)
{
    const struct statistics *counts = &tally->counts;

    if (store_has_statistics(d->durable, counts->radix, counts->length)) {
        return true;
    }
    if (store_keep_statistics(d->durable, counts) != STORE_OK) {
        return false;
    }
    log_info("counted the first %" PRIu64 " digits of radix %d", counts->length,
             counts->radix);
    daemon_changed(d);
    return true;
}

bool
tally_step(struct daemon *d)
{
    struct tally *tally = &d->tally;
    bool ok = true;

    tally->due = store_boottime() + STEP_US;
    if (!tally->block) {
        if (!begin(d, tally, 10) && !begin(d, tally, 16)) {
            tally->due = store_boottime() + LATER_US;
        }
        return true;
    }
    if (count_block(tally) != DIGITS_OK) {
        log_warning("the digits of radix %d can't be counted now", tally->counts.radix);
        tally_end(tally);
        tally->due = store_boottime() + LATER_US;
        return true;
    }
    if (next_power(tally->counts.length - 1) == tally->counts.length) {
        ok = keep(d, tally);
    }
    if (!ok || tally->counts.length == tally->until) {
        tally_end(tally);
    }
    return ok;
}

int64_t
tally_due(const struct daemon *d)
{
    return d->tally.due;
}

void
tally_end(struct tally *tally)
{
    if (tally->block) {
        digits_close(&tally->file);
        free(tally->block);
        tally->block = NULL;
    }
}
