/*
 * What was rendered is kept here for everybody who asks for the same: whole
 * pages, rows, answers to polls. A key says all that a text depends on (what it
 * shows, the revision of that, the version of the templates, the form's token where
 * there is one), so that nothing kept is ever out of date. What is not asked for any
 * more, mostly because a newer revision took its place, is dropped when something
 * else is put in: after CACHE_KEEP_MS, or earlier when room is needed, the longest
 * unused first. Nothing that is personal may be put here, and nothing that depends on
 * anything that is not in its key.
 *
 * All functions may be called by any thread. A NULL cache keeps nothing.
 */
#ifndef NTHPI_CACHE_H
#define NTHPI_CACHE_H

#include "fcgi/share.h"

#include <stddef.h>
#include <stdint.h>

struct cache;

/* The first member of every key, which tells one kind of keys from another. */
enum cache_kind {
    CACHE_PAGE = 1, /* a first screen of the list */
    CACHE_ANSWER,   /* an answer to a poll */
    CACHE_ROW,      /* a row of the list */
    CACHE_SUM,      /* the SHA-256 of a text of pi */
    CACHE_SPEEDS,   /* the version of the speeds; see picture.h */
    CACHE_PICTURE,  /* a picture, or the page of them */
    CACHE_GZIP,     /* the short form of any of these; see encode.h */
};

/* Bytes of a key, at most, and milliseconds that an unused text is kept at least
 * while there is room. */
enum { CACHE_KEY_SIZE = 176, CACHE_KEEP_MS = 10000 };

/* A snapshot: counts since the start, but for the last two. */
struct cache_stats {
    int64_t hits;    /* what was asked for was there, or came while one waited */
    int64_t waits;   /* had to wait for another thread's rendering */
    int64_t misses;  /* it was not there: the caller was told to render it */
    int64_t renders; /* texts that were put in */
    int64_t dropped; /* texts that made room for others, or were not used any more */
    int64_t entries, bytes;
};

/* A cache of at most MOST bytes. NULL: no memory. */
struct cache *cache_new(size_t most);

/* Frees it; nobody may be using it. Shares that are in use live on. */
void cache_free(struct cache *cache);

/*
 * Looks for KEY, SIZE bytes without padding that is not zeroed. CACHE_FOUND:
 * *SHARE is a reference for the caller. CACHE_MAKE: it is the caller's to make,
 * and others who ask for the same wait until it calls cache_put(): which it must,
 * whatever happens. While it makes one text a thread may ask for texts of a kind
 * later in the enum only, so that no two can wait for each other.
 */
enum cache_rc { CACHE_FOUND, CACHE_MAKE };
enum cache_rc cache_get(struct cache *cache, const void *key, size_t size,
                        struct share **share);

/* What KEY stands for, a reference for the caller; NULL: it is not there, and the
 * caller owes nothing. */
struct share *cache_find(struct cache *cache, const void *key, size_t size);

/* Ends what CACHE_MAKE began. SHARE, whose reference stays the caller's, is what
 * KEY stands for, and gets a number that no other share of this cache has; NULL: it
 * could not be made, and the next who asks will try. Only its maker may know SHARE
 * before. */
void cache_put(struct cache *cache, const void *key, size_t size, struct share *share);

void cache_stats(struct cache *cache, struct cache_stats *stats);

#endif
