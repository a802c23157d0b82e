/*
 * The cache by itself: what is found, what is dropped, and who makes what many ask
 * for at the same time.
 */
#include "cmocka_all.h"

#include "fcgi/cache.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ASKERS = 8 };

/* The linker puts it in clock_gettime()'s place: the clock, and LATER milliseconds. */
int __real_clock_gettime(clockid_t clock, struct timespec *t);
int __wrap_clock_gettime(clockid_t clock, struct timespec *t);
static atomic_llong later;

int
__wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
    int rc = __real_clock_gettime(clock, t);
    t->tv_sec += later / 1000;
    return rc;
}

static struct share *
share_text(const char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    struct share *share = share_new(copy, strlen(text));
    assert_non_null(share);
    return share;
}

/* Asks for KEY, which must have to be made, and puts TEXT in. */
static void
put(struct cache *cache, const char *key, const char *text)
{
    struct share *share;
    assert_int_equal(cache_get(cache, key, strlen(key), &share), CACHE_MAKE);
    assert_null(share);
    share = share_text(text);
    cache_put(cache, key, strlen(key), share);
    share_release(share);
}

/* True when KEY is there; its text must be TEXT. When it is not, nobody is making
 * it afterwards. */
static bool
has(struct cache *cache, const char *key, const char *text)
{
    struct share *share;
    if (cache_get(cache, key, strlen(key), &share) == CACHE_MAKE) {
        cache_put(cache, key, strlen(key), NULL);
        return false;
    }
    assert_int_equal(share->length, strlen(text));
    assert_memory_equal(share->body, text, share->length);
    share_release(share);
    return true;
}

static void
a_text_is_found_by_its_whole_key_only(void **state)
{
    (void)state;
    struct cache *cache = cache_new(1 << 20);
    assert_non_null(cache);
    put(cache, "row 1 at 7", "seven");
    assert_true(has(cache, "row 1 at 7", "seven"));
    assert_false(has(cache, "row 1 at 8", ""));
    assert_false(has(cache, "row 1 at 77", ""));
    assert_false(has(cache, "row 1 at ", ""));
    put(cache, "row 1 at 8", "eight");
    assert_true(has(cache, "row 1 at 8", "eight"));
    assert_true(has(cache, "row 1 at 7", "seven"));
    cache_free(cache);
}

static void
what_could_not_be_made_is_tried_again(void **state)
{
    (void)state;
    struct cache_stats stats;
    struct cache *cache = cache_new(1 << 20);
    assert_false(has(cache, "key", ""));
    assert_false(has(cache, "key", ""));
    cache_stats(cache, &stats);
    assert_int_equal(stats.misses, 2);
    assert_int_equal(stats.renders, 0);
    assert_int_equal(stats.entries, 0);
    put(cache, "key", "text");
    assert_true(has(cache, "key", "text"));
    cache_free(cache);
}

static void
the_longest_unused_makes_room(void **state)
{
    (void)state;
    enum { MOST = 64 * 1024, LENGTH = 1000, KEYS = 500 };
    struct cache_stats stats;
    char key[16], text[LENGTH + 1];
    struct cache *cache = cache_new(MOST);
    memset(text, 'x', LENGTH);
    text[LENGTH] = '\0';
    put(cache, "in use", text);
    for (int i = 0; i < KEYS; i++) {
        snprintf(key, sizeof key, "%d", i);
        put(cache, key, text);
        assert_true(has(cache, "in use", text));
        cache_stats(cache, &stats);
        assert_true(stats.bytes <= MOST);
    }
    assert_true(stats.bytes > MOST / 2);
    assert_int_equal(stats.dropped, KEYS + 1 - stats.entries);
    assert_false(has(cache, "0", ""));
    snprintf(key, sizeof key, "%d", KEYS - 1);
    assert_true(has(cache, key, text));
    cache_free(cache);
}

static void
what_nobody_uses_any_more_is_dropped(void **state)
{
    (void)state;
    struct cache_stats stats;
    struct cache *cache = cache_new(1 << 20);
    put(cache, "old", "text");
    put(cache, "in use", "text");
    later += CACHE_KEEP_MS - 2000;
    put(cache, "new", "text");
    assert_true(has(cache, "in use", "text"));
    later += 4000;
    put(cache, "newer", "text");
    cache_stats(cache, &stats);
    assert_int_equal(stats.dropped, 1);
    assert_int_equal(stats.entries, 3);
    assert_false(has(cache, "old", ""));
    assert_true(has(cache, "in use", "text"));
    cache_free(cache);
}

static void
a_text_in_use_outlives_the_cache(void **state)
{
    (void)state;
    struct share *share;
    struct cache *cache = cache_new(4096);
    put(cache, "key", "text");
    assert_int_equal(cache_get(cache, "key", 3, &share), CACHE_FOUND);
    char *large = calloc(1, 4096);
    memset(large, 'x', 4095);
    put(cache, "too large to be kept", large);
    free(large);
    assert_false(has(cache, "key", ""));
    cache_free(cache);
    assert_string_equal(share->body, "text");
    share_release(share);
}

static void
without_a_cache_everything_is_made(void **state)
{
    (void)state;
    struct cache_stats stats;
    put(NULL, "key", "text");
    put(NULL, "key", "text");
    cache_stats(NULL, &stats);
    assert_int_equal(stats.misses, 0);
    cache_free(NULL);
}

/* One of many who ask for the same. Makes it when it is his to make, unless that
 * is to fail once. */
struct asker {
    struct cache *cache;
    pthread_t thread;
    bool made;
};

static void *
ask(void *argument)
{
    struct asker *asker = argument;
    struct share *share;
    asker->made = cache_get(asker->cache, "key", 3, &share) == CACHE_MAKE;
    if (asker->made) {
        share = share_text("made by an asker");
        cache_put(asker->cache, "key", 3, share);
    }
    share_release(share);
    return NULL;
}

/* Lets ASKERS ask while the caller makes it, and fails or not; returns how many of
 * them made it. */
static int
ask_while_making(struct cache *cache, bool fail)
{
    struct asker askers[ASKERS];
    struct cache_stats stats;
    struct share *share;
    int made = 0;
    assert_int_equal(cache_get(cache, "key", 3, &share), CACHE_MAKE);
    for (int i = 0; i < ASKERS; i++) {
        askers[i].cache = cache;
        assert_int_equal(pthread_create(&askers[i].thread, NULL, ask, &askers[i]), 0);
    }
    do {
        sched_yield();
        cache_stats(cache, &stats);
    } while (stats.waits < ASKERS);
    if (!fail)
        share = share_text("made by the first");
    cache_put(cache, "key", 3, share);
    share_release(share);
    for (int i = 0; i < ASKERS; i++) {
        assert_int_equal(pthread_join(askers[i].thread, NULL), 0);
        made += askers[i].made;
    }
    return made;
}

static void
others_wait_for_the_one_who_makes_it(void **state)
{
    (void)state;
    struct cache_stats stats;
    struct cache *cache = cache_new(1 << 20);
    assert_int_equal(ask_while_making(cache, false), 0);
    cache_stats(cache, &stats);
    assert_int_equal(stats.misses, 1);
    assert_int_equal(stats.renders, 1);
    assert_int_equal(stats.hits, ASKERS);
    cache_free(cache);
}

static void
one_of_those_who_wait_makes_what_failed(void **state)
{
    (void)state;
    struct cache_stats stats;
    struct cache *cache = cache_new(1 << 20);
    assert_int_equal(ask_while_making(cache, true), 1);
    assert_true(has(cache, "key", "made by an asker"));
    cache_stats(cache, &stats);
    assert_int_equal(stats.misses, 2);
    assert_int_equal(stats.renders, 1);
    cache_free(cache);
}

static void
a_reply_shares_its_body_and_new_headers(void **state)
{
    (void)state;
    struct reply first, second;
    reply_init(&first);
    reply_header(&first, "Preference-Applied", "wait=5");
    size_t before = first.headers_length;
    reply_header(&first, "ETag", "\"7\"");
    reply_take(&first, 200, "text/plain", strdup("seven"), 5);
    struct share *share = share_of(&first, before);
    assert_non_null(share);
    reply_clear(&first);

    reply_init(&second);
    reply_header(&second, "X-Own", "1");
    share_send(share, &second);
    share_release(share);
    assert_int_equal(second.status, 200);
    assert_string_equal(second.headers,
                        "X-Own: 1\r\nETag: \"7\"\r\nContent-Type: text/plain\r\n");
    assert_int_equal(second.body_length, 5);
    assert_string_equal(second.body, "seven");
    assert_int_equal(reply_body_size(&second), 5);
    reply_clear(&second);
}

static void
headers_that_do_not_fit_make_no_half_answer(void **state)
{
    (void)state;
    char value[REPLY_HEADERS_SIZE - 64];
    struct reply first, second;
    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    reply_init(&first);
    reply_header(&first, "X-Long", "%s", value);
    reply_take(&first, 200, "text/plain", strdup("text"), 4);
    struct share *share = share_of(&first, 0);
    reply_clear(&first);
    reply_init(&second);
    reply_header(&second, "X-Long", "%s", value);
    share_send(share, &second);
    share_release(share);
    assert_true(second.headers_cut);
    assert_int_equal(reply_body_size(&second), 0);
    reply_clear(&second);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_found_by_its_whole_key_only),
        cmocka_unit_test(what_could_not_be_made_is_tried_again),
        cmocka_unit_test(the_longest_unused_makes_room),
        cmocka_unit_test(what_nobody_uses_any_more_is_dropped),
        cmocka_unit_test(a_text_in_use_outlives_the_cache),
        cmocka_unit_test(without_a_cache_everything_is_made),
        cmocka_unit_test(others_wait_for_the_one_who_makes_it),
        cmocka_unit_test(one_of_those_who_wait_makes_what_failed),
        cmocka_unit_test(a_reply_shares_its_body_and_new_headers),
        cmocka_unit_test(headers_that_do_not_fit_make_no_half_answer),
    };
    return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
