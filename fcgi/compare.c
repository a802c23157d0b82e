/*
 * Comparing. Every computation of a digit is found by what it asks, one look into an
 * index for each algorithm. Results that were read from digits of another row, or come
 * from the same method, are no evidence for each other: only different methods are.
 */
#include "fcgi/compare.h"

#include "fcgi/rows.h"

#include <string.h>

static void
add(struct compare *compare, const struct computation *c)
{
    compare->rows[compare->count++] = *c;
    compare->live = compare->live || rows_is_live(c);
    if (c->revision > compare->revision)
        compare->revision = c->revision;
}

enum store_rc
compare_read(struct store *store, int64_t id, struct compare *compare)
{
    struct computation c;
    memset(compare, 0, sizeof *compare);
    enum store_rc rc = store_get(store, id, &c);
    if (rc != STORE_OK)
        return rc;
    add(compare, &c);
    for (int a = 0; a < ALGORITHM_COUNT; a++) {
        const struct computation *first = &compare->rows[0];
        if ((enum algorithm)a == first->algorithm)
            continue;
        rc = store_find(store, first->radix, first->position, (enum algorithm)a, &c);
        if (rc == STORE_OK)
            add(compare, &c);
        else if (rc != STORE_NOT_FOUND)
            return rc;
    }
    return store_costs(store, &compare->costs);
}

/* How many digits A and B, both done, have alike from their position on. */
static size_t
alike(const struct computation *a, const struct computation *b)
{
    size_t n = 0;
    while (a->window[n] != '\0' && a->window[n] == b->window[n])
        n++;
    return n;
}

/* True when A and B, both done, have no two different digits at one place. */
static bool
agree(const struct computation *a, const struct computation *b, size_t n)
{
    return a->digit == b->digit && (a->window[n] == '\0' || b->window[n] == '\0');
}

enum compare_verdict
compare_verdict(const struct compare *compare, size_t *digits)
{
    const struct computation *first = NULL, *witness = NULL;
    size_t done = 0, coming = 0;
    bool other_way = false, same = true;
    *digits = 0;
    for (size_t i = 0; i < compare->count; i++) {
        const struct computation *c = &compare->rows[i];
        coming += rows_is_live(c);
        if (c->status != STATUS_DONE)
            continue;
        /* Answered from digits whose row is gone: nobody knows which way those were
         * computed, whatever its method says. */
        if (c->answered_by > 0 || c->wall_s >= 0) {
            other_way = other_way || (witness && c->method != witness->method);
            witness = witness ? witness : c;
        }
        if (done++ == 0) {
            first = c;
            *digits = strlen(c->window);
            continue;
        }
        size_t n = alike(first, c);
        same = same && agree(first, c, n);
        *digits = n < *digits ? n : *digits;
    }
    if (!same)
        return COMPARE_DIFFERS;
    if (other_way)
        return COMPARE_AGREES;
    if (coming > 0 && compare->count > 1)
        return COMPARE_WAITING;
    return done > 1 ? COMPARE_ONE_WAY : COMPARE_ALONE;
}

/* The algorithm that C is done by, or will be. */
static enum algorithm
method_of(const struct computation *c, const struct limits *limits)
{
    if (c->method != ALGORITHM_AUTO)
        return c->method;
    if (c->algorithm != ALGORITHM_AUTO)
        return c->algorithm;
    return algorithm_auto(limits, c->radix, c->position);
}

bool
compare_tried(const struct compare *compare, const struct limits *limits,
              enum algorithm algorithm)
{
    for (size_t i = 0; i < compare->count; i++) {
        const struct computation *c = &compare->rows[i];
        bool counts = i == 0 || c->status == STATUS_DONE || rows_is_live(c);
        if (counts && method_of(c, limits) == algorithm)
            return true;
    }
    return false;
}

bool
compare_offers(const struct compare *compare, const struct limits *limits,
               enum algorithm algorithm)
{
    const struct computation *first = &compare->rows[0];
    return ask_check(limits, first->radix, first->position, algorithm) == ASK_OK &&
           !compare_tried(compare, limits, algorithm);
}
