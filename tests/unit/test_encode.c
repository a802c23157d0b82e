/*
 * The short form of answers: who gets it, what has one, that it is made once for all,
 * and what its headers say.
 */
#include "cmocka_all.h"

#include "fcgi/cache.h"
#include "fcgi/encode.h"
#include "fcgi/request.h"
#include "fcgi/share.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { LENGTH = 30000, READERS = 8 };

static int
setup(void **state)
{
    struct app *app = calloc(1, sizeof *app);
    assert_non_null(app);
    app->cache = cache_new(1 << 20);
    assert_non_null(app->cache);
    *state = app;
    return 0;
}

static int
teardown(void **state)
{
    struct app *app = *state;
    cache_free(app->cache);
    free(app);
    return 0;
}

/* A text of LENGTH bytes that gets shorter. */
static char *
repeated(size_t length)
{
    char *text = malloc(length + 1);
    assert_non_null(text);
    for (size_t i = 0; i < length; i++)
        text[i] = (char)('a' + i % 23);
    text[length] = '\0';
    return text;
}

/* Makes REPLY a 200 with BODY, which it takes over, and puts it into the cache. */
static void
fill(struct app *app, struct reply *reply, const char *key, char *body, size_t length)
{
    struct share *share;
    reply_init(reply);
    reply_header(reply, "ETag", "\"7\"");
    reply_take(reply, 200, "text/plain", body, length);
    assert_int_equal(cache_get(app->cache, key, strlen(key), &share), CACHE_MAKE);
    share = share_of(reply, 0);
    assert_non_null(share);
    cache_put(app->cache, key, strlen(key), share);
    share_release(share);
}

/* What gzip makes of REPLY's body must be the LENGTH bytes of TEXT. */
static void
assert_decodes(const struct reply *reply, const char *text, size_t length)
{
    char *out = malloc(length + 1);
    z_stream z = {.next_in = (unsigned char *)reply->body,
                  .avail_in = (unsigned)reply->body_length,
                  .next_out = (unsigned char *)out,
                  .avail_out = (unsigned)length + 1};
    assert_non_null(out);
    assert_int_equal(inflateInit2(&z, MAX_WBITS + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, length);
    assert_int_equal(z.avail_in, 0);
    assert_memory_equal(out, text, length);
    inflateEnd(&z);
    free(out);
}

static int64_t
renders(struct app *app)
{
    struct cache_stats stats;
    cache_stats(app->cache, &stats);
    return stats.renders;
}

static void
what_many_get_has_a_short_form(void **state)
{
    struct app *app = *state;
    struct reply reply;
    char *text = repeated(LENGTH);
    fill(app, &reply, "page", repeated(LENGTH), LENGTH);
    encode_reply(app, &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(
        reply.headers,
        "ETag: W/\"7\"\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\n");
    assert_true(reply.body_length < LENGTH / 10);
    assert_int_equal(reply_body_size(&reply), reply.body_length);
    assert_decodes(&reply, text, LENGTH);
    reply_clear(&reply);
    free(text);
}

static void
each_text_has_its_own(void **state)
{
    struct app *app = *state;
    struct reply one, other;
    char *text = repeated(LENGTH);
    fill(app, &one, "one", repeated(LENGTH), LENGTH);
    fill(app, &other, "other", repeated(LENGTH - 1), LENGTH - 1);
    encode_reply(app, &other);
    encode_reply(app, &one);
    assert_decodes(&one, text, LENGTH);
    assert_decodes(&other, text, LENGTH - 1);
    assert_int_equal(renders(app), 4);
    reply_clear(&one);
    reply_clear(&other);
    free(text);
}

/* REPLY is as it was, and nothing was made. */
static void
assert_unchanged(struct app *app, struct reply *reply, int64_t before)
{
    struct reply copy = *reply;
    encode_reply(app, reply);
    assert_string_equal(reply->headers, copy.headers);
    assert_ptr_equal(reply->body, copy.body);
    assert_int_equal(reply->body_length, copy.body_length);
    assert_int_equal(renders(app), before);
    reply_clear(reply);
}

static void
other_answers_stay_as_they_are(void **state)
{
    struct app *app = *state;
    struct reply reply;

    /* For one visitor only. */
    reply_init(&reply);
    reply_take(&reply, 200, "text/plain", repeated(LENGTH), LENGTH);
    assert_unchanged(app, &reply, 0);

    /* Shared, but not to be had by anybody else. */
    reply_init(&reply);
    reply_take(&reply, 200, "text/plain", repeated(LENGTH), LENGTH);
    share_release(share_of(&reply, 0));
    assert_unchanged(app, &reply, 0);

    fill(app, &reply, "short", repeated(ENCODE_LEAST - 1), ENCODE_LEAST - 1);
    assert_unchanged(app, &reply, 1);

    reply_init(&reply);
    reply_not_modified(&reply, "\"7\"");
    assert_unchanged(app, &reply, 1);

    fill(app, &reply, "of another status", repeated(LENGTH), LENGTH);
    reply.status = 206;
    assert_unchanged(app, &reply, 2);
}

static void
what_gets_no_shorter_is_tried_once(void **state)
{
    struct app *app = *state;
    struct cache_stats stats;
    struct reply reply;
    char *noise = calloc(1, LENGTH + 1);
    assert_non_null(noise);
    randombytes_buf(noise, LENGTH);
    fill(app, &reply, "noise", noise, LENGTH);
    for (int i = 0; i < 3; i++) {
        encode_reply(app, &reply);
        assert_ptr_equal(reply.body, noise);
        assert_null(strstr(reply.headers, "gzip"));
        assert_null(strstr(reply.headers, "W/"));
    }
    cache_stats(app->cache, &stats);
    assert_int_equal(stats.renders, 2);
    reply_clear(&reply);
}

/* A thread that wants the short form of the same share. */
struct reader {
    struct app *app;
    struct share *share;
    pthread_t thread;
    struct reply reply;
};

static void *
read_short(void *argument)
{
    struct reader *reader = argument;
    reply_init(&reader->reply);
    share_send(reader->share, &reader->reply);
    encode_reply(reader->app, &reader->reply);
    return NULL;
}

static void
it_is_made_once_for_all_threads(void **state)
{
    struct app *app = *state;
    struct reader readers[READERS];
    struct reply first;
    char *text = repeated(LENGTH);
    fill(app, &first, "page", repeated(LENGTH), LENGTH);
    for (int i = 0; i < READERS; i++) {
        readers[i].app = app;
        readers[i].share = first.share;
        assert_int_equal(
            pthread_create(&readers[i].thread, NULL, read_short, &readers[i]), 0);
    }
    for (int i = 0; i < READERS; i++) {
        pthread_join(readers[i].thread, NULL);
        assert_decodes(&readers[i].reply, text, LENGTH);
        assert_ptr_equal(readers[i].reply.body, readers[0].reply.body);
    }
    assert_int_equal(renders(app), 2);
    /* Who did not ask for it has the text itself. */
    assert_string_equal(first.body, text);
    for (int i = 0; i < READERS; i++)
        reply_clear(&readers[i].reply);
    reply_clear(&first);
    free(text);
}

static void
without_room_it_is_made_for_each(void **state)
{
    struct app *app = *state;
    struct reply reply;
    char *text = repeated(LENGTH);
    cache_free(app->cache);
    app->cache = cache_new(1000);
    fill(app, &reply, "page", repeated(LENGTH), LENGTH);
    encode_reply(app, &reply);
    assert_decodes(&reply, text, LENGTH);
    reply_clear(&reply);
    free(text);
}

static void
reads_accept_encoding(void **state)
{
    static const struct {
        const char *header;
        bool gzip;
    } cases[] = {
        {"gzip", true},
        {"gzip, deflate, br, zstd", true},
        {"deflate,GZip", true},
        {"x-gzip", true},
        {"br;q=1.0, gzip;q=0.8, *;q=0.1", true},
        {" gzip ; q=0.001", true},
        {"*", true},
        {"*;q=0.5", true},
        {"identity;q=0.5, gzip;q=0.5", true},
        {"identity;q=0, *", true},
        {",, gzip,", true},
        {"gzip;Q=1.000", true},
        {NULL, false},
        {"", false},
        {"identity", false},
        {"br, deflate", false},
        {"gzip;q=0", false},
        {"gzip;q=0.000, *", false},
        {"*;q=0", false},
        {"gzip;q=0.3, identity;q=0.7", false},
        {"identity, *;q=0.9", false},
        {"gzipped, not-gzip", false},
        {"\"gzip\"", false},
        /* Not weights. */
        {"gzip;q=2", false},
        {"gzip;q=1.5", false},
        {"gzip;level=1", false},
        {"gzip;q=", false},
        {"gzip;", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (request_accepts_gzip(cases[i].header) != cases[i].gzip)
            fail_msg("Accept-Encoding: %s", cases[i].header);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_many_get_has_a_short_form),
        TEST(each_text_has_its_own),
        TEST(other_answers_stay_as_they_are),
        TEST(what_gets_no_shorter_is_tried_once),
        TEST(it_is_made_once_for_all_threads),
        TEST(without_room_it_is_made_for_each),
        cmocka_unit_test(reads_accept_encoding),
    };
    return cmocka_run_group_tests_name("encode", tests, NULL, NULL);
}
