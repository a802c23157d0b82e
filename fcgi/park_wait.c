/*
 * Two ways into one set of waiters: a hash table of groups (equal waits), and a
 * wheel of slots by deadline. The hash is keyed, because what clients wait for
 * is their choice.
 *
 * No wake-up is lost: a group remembers at which revision it was last found to
 * have nothing new. The notifier announces a revision and lists, under the
 * lock, the groups that were not looked at there; a waiter that comes in under
 * the same lock with another revision than the announced one asks for a new
 * look. So each waiter is either seen by the announcement or asks for one.
 *
 * Nobody waits longer than 60 s, and the wheel is longer than that, so that all
 * waiters of a slot end in the same turn.
 */
#include "config.h"

#include "fcgi/park_wait.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { SLOT_MS = 100, SLOTS = 1024, BUCKETS = 4096, LONGEST_MS = 90 * 1000 };

_Static_assert(LONGEST_MS < SLOT_MS * (SLOTS - 1), "a turn is longer than any wait");

struct wait_group {
    struct wait_group *next, **link; /* in its bucket */
    struct wait wait;
    int64_t checked;
    struct waiter *waiters;
};

struct waits {
    pthread_mutex_t lock;
    size_t most, count, groups;
    bool ended;
    int64_t announced;
    int announced_absent;
    int64_t turn; /* the slot (not reduced) that was looked at last */
    unsigned char key[crypto_shorthash_KEYBYTES];
    struct wait_group *buckets[BUCKETS];
    struct waiter *slots[SLOTS];
};

struct waits *
waits_new(size_t most)
{
    struct waits *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    if (pthread_mutex_init(&w->lock, NULL) != 0) {
        free(w);
        return NULL;
    }
    w->most = most;
    crypto_shorthash_keygen(w->key);
    return w;
}

void
waits_free(struct waits *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while (w->buckets[i]) {
            struct wait_group *group = w->buckets[i];
            w->buckets[i] = group->next;
            free(group);
        }
    }
    pthread_mutex_destroy(&w->lock);
    free(w);
}

/* WAIT with all padding zero, member by member: equal ones are equal bytes. */
static void
normalize(struct wait *out, const struct wait *wait)
{
    memset(out, 0, sizeof *out);
    out->kind = wait->kind;
    out->since = wait->since;
    out->row_id = wait->row_id;
    out->number = wait->number;
    out->from = wait->from;
    out->mark_first = wait->mark_first;
    out->mark_last = wait->mark_last;
    out->filter.status = wait->filter.status;
    out->filter.radix = wait->filter.radix;
    out->filter.algorithm = wait->filter.algorithm;
    out->filter.position = wait->filter.position;
    out->filter.sort = wait->filter.sort;
    out->after.running = wait->after.running;
    out->after.sort = wait->after.sort;
    out->after.key = wait->after.key;
    out->after.id = wait->after.id;
    out->limit = wait->limit;
    out->columns = wait->columns;
    out->lang = wait->lang;
    out->gzip = wait->gzip;
    out->front_headers = wait->front_headers;
    out->asks_absent = wait->asks_absent;
    out->absent = wait->absent;
}

/* The group of WAIT and, in *BUCKET, where it is or would be. */
static struct wait_group *
find_group(struct waits *w, const struct wait *wait, struct wait_group ***bucket)
{
    struct wait key;
    normalize(&key, wait);
    union {
        unsigned char bytes[crypto_shorthash_BYTES];
        uint64_t number;
    } hash;
    crypto_shorthash(hash.bytes, (const unsigned char *)&key, sizeof key, w->key);
    *bucket = &w->buckets[hash.number % BUCKETS];
    for (struct wait_group *group = **bucket; group; group = group->next)
        if (memcmp(&group->wait, &key, sizeof key) == 0)
            return group;
    return NULL;
}

static struct wait_group *
add_group(struct waits *w, struct wait_group **bucket, const struct wait *wait,
          int64_t checked)
{
    struct wait_group *group = calloc(1, sizeof *group);
    if (!group)
        return NULL;
    normalize(&group->wait, wait);
    group->checked = checked;
    group->next = *bucket;
    group->link = bucket;
    if (group->next)
        group->next->link = &group->next;
    *bucket = group;
    w->groups++;
    return group;
}

static void
drop_group(struct waits *w, struct wait_group *group)
{
    *group->link = group->next;
    if (group->next)
        group->next->link = group->link;
    free(group);
    w->groups--;
}

static void
link_waiter(struct waits *w, struct waiter *waiter, struct wait_group *group)
{
    waiter->group = group;
    waiter->group_next = group->waiters;
    waiter->group_link = &group->waiters;
    if (waiter->group_next)
        waiter->group_next->group_link = &waiter->group_next;
    group->waiters = waiter;

    /* Not into a slot that was looked at: a thread may have been held up. */
    int64_t turn = waiter->deadline_ms / SLOT_MS;
    if (turn <= w->turn)
        turn = w->turn + 1;
    struct waiter **slot = &w->slots[turn % SLOTS];
    waiter->slot_next = *slot;
    waiter->slot_link = slot;
    if (waiter->slot_next)
        waiter->slot_next->slot_link = &waiter->slot_next;
    *slot = waiter;
    w->count++;
}

static void
unlink_waiter(struct waits *w, struct waiter *waiter)
{
    *waiter->group_link = waiter->group_next;
    if (waiter->group_next)
        waiter->group_next->group_link = waiter->group_link;
    *waiter->slot_link = waiter->slot_next;
    if (waiter->slot_next)
        waiter->slot_next->slot_link = waiter->slot_link;
    if (!waiter->group->waiters)
        drop_group(w, waiter->group);
    memset(waiter, 0, sizeof *waiter);
    w->count--;
}

/* True when WAIT's clients show another state of the daemon than was announced. */
static bool
shows_other(const struct waits *w, const struct wait *wait)
{
    return wait->asks_absent && wait->absent != w->announced_absent;
}

enum waits_rc
waits_add(struct waits *w, struct waiter *waiter, const struct wait *wait,
          int64_t checked, unsigned wait_s, int64_t now_ms, void (*commit)(void *ctx),
          void *ctx)
{
    enum waits_rc rc = WAITS_FULL;
    pthread_mutex_lock(&w->lock);
    if (w->ended || w->count >= w->most)
        goto out;
    struct wait_group **bucket;
    struct wait_group *group = find_group(w, wait, &bucket);
    if (!group)
        group = add_group(w, bucket, wait, checked);
    if (!group)
        goto out;
    /* That nothing was new is said of the wait, not of one who waits. */
    if (checked > group->checked)
        group->checked = checked;
    int64_t wait_ms = (int64_t)wait_s * 1000;
    waiter->deadline_ms = now_ms + (wait_ms < LONGEST_MS ? wait_ms : LONGEST_MS);
    if (w->count == 0)
        w->turn = now_ms / SLOT_MS - 1;
    /* An idle notifier does not follow revisions: the first one wakes it. */
    bool looked = group->checked == w->announced && !shows_other(w, wait);
    rc = w->count == 0 || !looked ? WAITS_NEWS : WAITS_ADDED;
    link_waiter(w, waiter, group);
    commit(ctx);
out:
    pthread_mutex_unlock(&w->lock);
    return rc;
}

bool
waits_remove(struct waits *w, struct waiter *waiter)
{
    pthread_mutex_lock(&w->lock);
    bool found = waiter->group != NULL;
    if (found)
        unlink_waiter(w, waiter);
    pthread_mutex_unlock(&w->lock);
    return found;
}

size_t
waits_take(struct waits *w, const struct wait *wait, struct waiter **out, size_t max)
{
    size_t n = 0;
    pthread_mutex_lock(&w->lock);
    struct wait_group **bucket;
    struct wait_group *group = find_group(w, wait, &bucket);
    while (group && n < max) {
        struct waiter *waiter = group->waiters;
        /* The last one takes its group with it. */
        if (!waiter->group_next)
            group = NULL;
        unlink_waiter(w, waiter);
        out[n++] = waiter;
    }
    pthread_mutex_unlock(&w->lock);
    return n;
}

size_t
waits_take_expired(struct waits *w, int64_t now_ms, struct waiter **out,
                   struct wait *waits, size_t max)
{
    size_t n = 0;
    pthread_mutex_lock(&w->lock);
    int64_t until = now_ms / SLOT_MS - 1; /* slots that are wholly over */
    if (w->ended)
        until = w->turn + SLOTS;
    else if (until - w->turn > SLOTS)
        w->turn = until - SLOTS;
    while (w->count > 0 && w->turn < until) {
        struct waiter **slot = &w->slots[(w->turn + 1) % SLOTS];
        while (*slot && n < max) {
            out[n] = *slot;
            waits[n++] = (*slot)->group->wait;
            unlink_waiter(w, *slot);
        }
        if (*slot)
            break;
        w->turn++;
    }
    pthread_mutex_unlock(&w->lock);
    return n;
}

void
waits_end(struct waits *w)
{
    pthread_mutex_lock(&w->lock);
    w->ended = true;
    pthread_mutex_unlock(&w->lock);
}

int64_t
waits_next(struct waits *w, int64_t now_ms)
{
    int64_t result = -1;
    pthread_mutex_lock(&w->lock);
    for (int64_t turn = w->turn + 1; w->count > 0 && turn <= w->turn + SLOTS; turn++) {
        if (!w->slots[turn % SLOTS])
            continue;
        /* A slot is due when it is wholly over. */
        result = (turn + 1) * SLOT_MS - now_ms;
        if (result < 0)
            result = 0;
        break;
    }
    pthread_mutex_unlock(&w->lock);
    return result;
}

size_t
waits_count(struct waits *w)
{
    pthread_mutex_lock(&w->lock);
    size_t count = w->count;
    pthread_mutex_unlock(&w->lock);
    return count;
}

size_t
waits_announce(struct waits *w, int64_t revision, int absent, struct wait **list)
{
    size_t n = 0;
    *list = NULL;
    pthread_mutex_lock(&w->lock);
    w->announced_absent = absent;
    if (w->groups > 0) {
        *list = calloc(w->groups, sizeof **list);
        if (!*list) {
            pthread_mutex_unlock(&w->lock);
            return SIZE_MAX;
        }
        for (size_t i = 0; i < BUCKETS; i++)
            for (struct wait_group *g = w->buckets[i]; g; g = g->next)
                if (g->checked != revision || shows_other(w, &g->wait))
                    (*list)[n++] = g->wait;
    }
    w->announced = revision;
    pthread_mutex_unlock(&w->lock);
    return n;
}

void
waits_checked(struct waits *w, const struct wait *wait, int64_t checked)
{
    pthread_mutex_lock(&w->lock);
    struct wait_group **bucket;
    struct wait_group *group = find_group(w, wait, &bucket);
    if (group)
        group->checked = checked;
    pthread_mutex_unlock(&w->lock);
}
