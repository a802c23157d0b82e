/*
 * The cache: a table of chains and a list from the longest unused entry to the
 * latest used one, under one lock, which is held for a lookup only. An entry
 * whose text is being made is in the table but not in the list, so that it is not
 * dropped; who finds such a one waits for the condition and looks again.
 *
 * Keys contain what visitors choose (the revision a poll names), so the hash is a
 * keyed one: nobody can choose keys of one chain.
 */
#include "config.h"

#include "fcgi/cache.h"

#include <pthread.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHAINS = 1024 };

struct entry {
    struct entry *chain;
    struct entry *older, *newer; /* in the list of those that have a text */
    struct share *share;         /* NULL: being made */
    int64_t used_ms;             /* the last time, of CLOCK_MONOTONIC */
    size_t key_size;
    unsigned char key[CACHE_KEY_SIZE];
};

struct cache {
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t made;  /* a text was put in, or could not be made */
    size_t most;
    int64_t numbers; /* the last one given */
    struct entry *oldest, *newest;
    struct cache_stats stats;
    unsigned char hash_key[crypto_shorthash_KEYBYTES];
    struct entry *chains[CHAINS];
};

struct cache *
cache_new(size_t most)
{
    struct cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return NULL;
    if (pthread_mutex_init(&cache->lock, NULL) != 0) {
        free(cache);
        return NULL;
    }
    if (pthread_cond_init(&cache->made, NULL) != 0) {
        pthread_mutex_destroy(&cache->lock);
        free(cache);
        return NULL;
    }
    cache->most = most;
    crypto_shorthash_keygen(cache->hash_key);
    return cache;
}

/* ---- entries; all under the lock ---- */

/* Where the pointer to the entry of KEY is, or where it would be. */
static struct entry **
find(struct cache *cache, const void *key, size_t size)
{
    uint64_t hash;
    _Static_assert(sizeof hash == crypto_shorthash_BYTES, "a hash is a number");
    crypto_shorthash((unsigned char *)&hash, key, size, cache->hash_key);
    struct entry **at = &cache->chains[hash % CHAINS];
    while (*at && ((*at)->key_size != size || memcmp((*at)->key, key, size) != 0))
        at = &(*at)->chain;
    return at;
}

static int64_t
weight(const struct entry *entry)
{
    return (int64_t)(sizeof *entry + entry->share->length +
                     entry->share->headers_length);
}

static void
unlist(struct cache *cache, struct entry *entry)
{
    *(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
    *(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
}

static int64_t
now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
list_newest(struct cache *cache, struct entry *entry)
{
    entry->used_ms = now_ms();
    entry->older = cache->newest;
    entry->newer = NULL;
    *(entry->older ? &entry->older->newer : &cache->oldest) = entry;
    cache->newest = entry;
}

/* Drops the longest unused entry. */
static void
drop_oldest(struct cache *cache)
{
    struct entry *entry = cache->oldest;
    struct entry **at = find(cache, entry->key, entry->key_size);
    *at = entry->chain;
    unlist(cache, entry);
    cache->stats.bytes -= weight(entry);
    cache->stats.entries--;
    share_release(entry->share);
    free(entry);
}

/* Drops what there is no room for, and what nobody has used for long. */
static void
drop_unused(struct cache *cache)
{
    int64_t since = now_ms() - CACHE_KEEP_MS;
    while (cache->oldest && (cache->stats.bytes > (int64_t)cache->most ||
                             cache->oldest->used_ms < since)) {
        drop_oldest(cache);
        cache->stats.dropped++;
    }
}

/* ---- the interface ---- */

void
cache_free(struct cache *cache)
{
    if (!cache)
        return;
    while (cache->oldest)
        drop_oldest(cache);
    pthread_cond_destroy(&cache->made);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

/* Notes at AT that KEY is being made. Without memory for that it is made all the
 * same, by everybody for himself. */
static void
note_making(struct entry **at, const void *key, size_t size)
{
    struct entry *entry = malloc(sizeof *entry);
    if (!entry)
        return;
    entry->chain = *at;
    entry->share = NULL;
    entry->key_size = size;
    memcpy(entry->key, key, size);
    *at = entry;
}

/* The share of ENTRY for one more user. */
static struct share *
use(struct cache *cache, struct entry *entry)
{
    unlist(cache, entry);
    list_newest(cache, entry);
    cache->stats.hits++;
    return share_keep(entry->share);
}

struct share *
cache_find(struct cache *cache, const void *key, size_t size)
{
    if (!cache || size > CACHE_KEY_SIZE)
        return NULL;
    pthread_mutex_lock(&cache->lock);
    struct entry *entry = *find(cache, key, size);
    struct share *share = entry && entry->share ? use(cache, entry) : NULL;
    pthread_mutex_unlock(&cache->lock);
    return share;
}

enum cache_rc
cache_get(struct cache *cache, const void *key, size_t size, struct share **share)
{
    *share = NULL;
    if (!cache || size > CACHE_KEY_SIZE)
        return CACHE_MAKE;
    enum cache_rc rc = CACHE_MAKE;
    bool waited = false;
    pthread_mutex_lock(&cache->lock);
    struct entry **at = find(cache, key, size);
    while (*at && !(*at)->share) {
        cache->stats.waits += !waited;
        waited = true;
        pthread_cond_wait(&cache->made, &cache->lock);
        at = find(cache, key, size);
    }
    if (*at) {
        rc = CACHE_FOUND;
        *share = use(cache, *at);
    } else {
        note_making(at, key, size);
        cache->stats.misses++;
    }
    pthread_mutex_unlock(&cache->lock);
    return rc;
}

void
cache_put(struct cache *cache, const void *key, size_t size, struct share *share)
{
    if (!cache || size > CACHE_KEY_SIZE)
        return;
    pthread_mutex_lock(&cache->lock);
    struct entry **at = find(cache, key, size);
    struct entry *entry = *at;
    if (entry && !entry->share && share) {
        share->number = ++cache->numbers;
        entry->share = share_keep(share);
        list_newest(cache, entry);
        cache->stats.renders++;
        cache->stats.entries++;
        cache->stats.bytes += weight(entry);
        drop_unused(cache);
    } else if (entry && !entry->share) {
        *at = entry->chain;
        free(entry);
    }
    pthread_cond_broadcast(&cache->made);
    pthread_mutex_unlock(&cache->lock);
}

void
cache_stats(struct cache *cache, struct cache_stats *stats)
{
    *stats = (struct cache_stats){.hits = 0};
    if (!cache)
        return;
    pthread_mutex_lock(&cache->lock);
    *stats = cache->stats;
    pthread_mutex_unlock(&cache->lock);
}
