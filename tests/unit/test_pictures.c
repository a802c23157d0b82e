/*
 * The pages of pictures, and the pictures: which there are, what they say, and how long
 * they may be kept. That they show the right numbers of pi is seen by
 * tests/http/pictures.test.mjs.
 */
#include "site_fixture.h"

#include "fcgi/picture.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = {"frequencies", "walk", "matrix", "transitions",
                                    "speed"};

static void
publish(struct site *site, int radix, uint64_t length)
{
    site_publish(site, radix, length,
                 put_as(site->store, radix, length, ALGORITHM_CHUDNOVSKY, NULL));
}

/* Computes row ID. */
static void
compute(struct site *site, int64_t id)
{
    take(site->store, id, "token");
    calculate(site->store, id, "token");
    finish(site->store, id, "token");
}

/* How often TEXT stands in the last answer. */
static int
count_of(struct site *site, const char *text)
{
    int count = 0;
    for (const char *at = site_body(site); (at = strstr(at, text)) != NULL; at++)
        count++;
    return count;
}

static void
pictures_have_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < PICTURE_COUNT; i++) {
        char path[64];
        snprintf(path, sizeof path, "/pictures/%s.svg", names[i]);
        assert_ptr_equal(picture_find(path), &pictures[i]);
    }
    assert_null(picture_find("/pictures/walks.svg"));
    assert_null(picture_find("/pictures/walk.svgz"));
    assert_null(picture_find("/pictures/walk"));
    assert_null(picture_find("/pictures"));
}

static void
nothing_is_known_at_first(void **state)
{
    struct site *site = *state;
    site_get(site, "/pictures");
    assert_status(site, 200);
    assert_has(site,
               "Pictures of digits need at least 100 of them. Known here so far: 0.");
    assert_has(site, "href=\"/pi/100\"");
    assert_has_not(site, "class=\"error\"");
    assert_has_not(site, "role=\"alert\"");
    assert_has(site, "As soon as something is computed, the time that it took is shown"
                     " here");
    assert_has(site, "<option value=\"100\" selected>100</option>");
    assert_int_equal(count_of(site, "<img "), 1);
    site_get(site, "/pictures/speed.svg");
    assert_status(site, 200);
    assert_has(site, "Nothing was computed on this site yet.");
    site_get(site, "/pictures/walk.svg");
    assert_status(site, 404);
}

static void
the_page_has_all_pictures(void **state)
{
    struct site *site = *state;
    publish(site, 10, 12345);
    publish(site, 16, 1000);
    site_get(site, "/pictures");
    assert_status(site, 200);
    assert_int_equal(count_of(site, "<img "), 5);
    assert_int_equal(count_of(site, "<table>"), 5);
    assert_int_equal(count_of(site, "<caption>"), 5);
    for (size_t i = 0; i < PICTURE_COUNT - 1; i++) {
        char address[96];
        snprintf(address, sizeof address, "src=\"/pictures/%s.svg?radix=10&amp;n=10000",
                 names[i]);
        assert_has(site, address);
    }
    assert_has(site, "src=\"/pictures/speed.svg\"");
    assert_has(site, "Among the first 10,000 digits in radix 10, each would come 1,000 "
                     "times");
    assert_has(site, "Chi-squared is ");
    /* What can be chosen, and what is. */
    assert_has(site, "<option value=\"100\">100</option>");
    assert_has(site, "<option value=\"10000\" selected>10,000</option>");
    assert_has_not(site, "<option value=\"100000\"");
    site_get(site, "/pictures?radix=16&n=");
    assert_has(site, "<option value=\"1000\" selected>1,000</option>");
    assert_has(site, "in radix 16, each would come 62.5 times");
}

/* Captions tell what the table below them has, not what was asked for. */
static void
captions_tell_what_is_shown(void **state)
{
    struct site *site = *state;
    publish(site, 10, 12345);
    publish(site, 10, 100000);
    site_get(site, "/pictures?n=100000");
    assert_has(site, "How often each digit comes (digits: 100,000, radix 10)");
    assert_has(site, "A walk by the digits (digits: 100,000, radix 10)");
    assert_has(site, "The digits in colour (digits: 10,000, radix 10)");
}

/* Without a choice the page shows the radix that has pictures. */
static void
the_radix_that_is_known_is_shown(void **state)
{
    struct site *site = *state;
    publish(site, 16, 1000);
    site_get(site, "/pictures");
    assert_has(site, "<option value=\"16\" selected>");
    assert_int_equal(count_of(site, "<img "), 5);
    site_get(site, "/pictures?radix=10");
    assert_has(site, "<option value=\"10\" selected>");
    publish(site, 10, 100);
    site_get(site, "/pictures");
    assert_has(site, "<option value=\"10\" selected>");
    assert_int_equal(count_of(site, "<img "), 5);
}

static void
what_is_not_known_is_said(void **state)
{
    struct site *site = *state;
    publish(site, 10, 12345);
    site_get(site, "/pictures?n=100000");
    assert_status(site, 404);
    assert_has(
        site, "The first 100,000 digits are not known here yet. Known so far: 12,345.");
    assert_has(site, "href=\"/pi/100000\"");
    assert_has(site, "<option value=\"100000\" selected>");
    assert_int_equal(count_of(site, "<img "), 1);
    site_get(site, "/pictures/matrix.svg?n=100000");
    assert_status(site, 404);
    site_get_json(site, "/pictures/matrix.svg?n=100000&radix=16");
    assert_status(site, 404);
    assert_has(site, "\"field\":");
    for (size_t i = 0; i < 6; i++) {
        static const char *const bad[] = {"n=10",  "n=0",     "n=2000",
                                          "n=1e3", "radix=7", "n=100&n=100"};
        char target[64];
        snprintf(target, sizeof target, "/pictures?%s", bad[i]);
        site_get(site, target);
        assert_status(site, 400);
    }
}

/* Pages of digits lead to the pictures of them. */
static void
digits_lead_to_pictures(void **state)
{
    struct site *site = *state;
    publish(site, 10, 12345);
    publish(site, 16, 1000);
    site_get(site, "/pi/12345");
    assert_has(site, "href=\"/pictures?radix=10&amp;n=10000\"");
    site_get(site, "/pi/999");
    assert_has(site, "href=\"/pictures?radix=10&amp;n=100\"");
    site_get(site, "/pi/1000?radix=16");
    assert_has(site, "href=\"/pictures?radix=16&amp;n=1000\"");
    assert_has(site, "Pictures of the first 1,000 digits");
    site_get(site, "/pi/20000");
    assert_has_not(site, "/pictures?"); /* not all of them are known */
    site_get(site, "/pi/99");
    assert_has_not(site, "/pictures?"); /* but the link in the head */
}

/* More digits than the program counts itself, and nobody has counted them yet. */
/* Asks for PATH again with ETAG: is it the same still? Takes its new ETag. */
static bool
is_same(struct site *site, const char *path, char etag[SITE_HEADER_SIZE])
{
    site_ask(site, &(struct ask){.target = path, .if_none_match = etag});
    bool same = site->reply.status == 304;
    site_header(site, "ETag", etag);
    return same;
}

static void
counts_are_waited_for(void **state)
{
    struct site *site = *state;
    char million[SITE_HEADER_SIZE] = "";
    struct statistics s;
    publish(site, 10, 10000000);
    site_get(site, "/pictures?n=10000000");
    assert_status(site, 503);
    assert_header(site, "Retry-After", "5");
    assert_has(site, "The first 10,000,000 digits are being counted.");
    site_get(site, "/pictures/walk.svg?n=10000000");
    assert_status(site, 503);
    site_get(site, "/pictures?n=1000000");
    assert_status(site, 200);
    assert_has_not(site, "<option value=\"10000000\"");
    site_header(site, "ETag", million);
    assert_true(is_same(site, "/pictures?n=1000000", million));

    statistics_init(&s, 10);
    for (int i = 0; i < 1000000; i++)
        statistics_add(&s, "0123456789", 10);
    assert_int_equal(store_keep_statistics(site->store->s, &s), STORE_OK);
    assert_false(is_same(site, "/pictures?n=1000000", million));
    assert_has(site, "<option value=\"10000000\"");
    site_get(site, "/pictures?n=10000000");
    assert_status(site, 200);
    assert_has(site, "each would come 1,000,000 times");
    assert_has(site, "Chi-squared is 0.00");
    assert_has(site, "these are remarkably even");
    assert_has(site, "A walk of 1,000,000 steps"); /* as many as are drawn */
    for (size_t i = 0; i < PICTURE_COUNT; i++) {
        char target[64];
        snprintf(target, sizeof target, "/pictures/%s.svg?n=10000000", names[i]);
        site_get(site, target);
        assert_status(site, 200);
    }
}

/* The address of picture NAME on the last page into TARGET. */
static void
address_of(struct site *site, const char *name, char target[160])
{
    char begin[64];
    snprintf(begin, sizeof begin, "src=\"/pictures/%s.svg", name);
    const char *at = strstr(site_body(site), begin);
    size_t used = 0;
    assert_non_null(at);
    for (at += 5; *at != '"' && used < 159; at++) {
        if (strncmp(at, "&amp;", 5) == 0) {
            target[used++] = '&';
            at += 4;
        } else {
            target[used++] = *at;
        }
    }
    target[used] = '\0';
}

static void
pictures_are_kept(void **state)
{
    static const char forever[] = "public, max-age=31536000, immutable";
    struct site *site = *state;
    char target[160], etag[SITE_HEADER_SIZE], again[SITE_HEADER_SIZE];
    publish(site, 10, 1000);
    for (size_t i = 0; i < PICTURE_COUNT; i++) {
        bool of_digits = strcmp(names[i], "speed") != 0;
        site_get(site, "/pictures");
        address_of(site, names[i], target);
        site_get(site, target);
        assert_status(site, 200);
        assert_header(site, "Content-Type", "image/svg+xml; charset=utf-8");
        assert_header(site, "Cache-Control", of_digits ? forever : "no-cache");
        assert_has(site, "role=\"img\"");
        assert_has(site, "<title id=\"title\">");
        assert_has(site, "<desc id=\"description\">");
        site_header(site, "ETag", etag);
        site_ask(site, &(struct ask){.target = target, .if_none_match = etag});
        assert_status(site, 304);
        assert_header(site, "Cache-Control", of_digits ? forever : "no-cache");
        /* Of a page that another version made, or asked for by hand. */
        snprintf(target, sizeof target, "/pictures/%s.svg?n=1000&v=1", names[i]);
        site_get(site, target);
        assert_status(site, 200);
        assert_header(site, "Cache-Control", "no-cache");
        /* Digits do not change, speeds do, when there is another computation. */
        site_header(site, "ETag", etag);
        int64_t id = put(site->store, 50000 * (i + 1), NULL);
        site_get(site, target);
        assert_header(site, "ETag", etag);
        compute(site, id);
        site_get(site, target);
        site_header(site, "ETag", again);
        assert_int_equal(strcmp(etag, again) == 0, of_digits);
    }
}

/* The page is another one only when it shows something else. */
static void
the_page_is_kept_while_nothing_changes(void **state)
{
    struct site *site = *state;
    char page[SITE_HEADER_SIZE] = "", hexadecimal[SITE_HEADER_SIZE] = "",
         thousand[SITE_HEADER_SIZE] = "";
    assert_false(is_same(site, "/pictures", page));
    publish(site, 10, 1000);
    assert_false(is_same(site, "/pictures", page));
    assert_header(site, "Cache-Control", "no-cache");
    assert_true(is_same(site, "/pictures", page));
    assert_false(is_same(site, "/pictures?radix=16", hexadecimal));
    assert_false(is_same(site, "/pictures?n=1000", thousand));
    assert_string_equal(page, thousand);

    /* Rows come and go. */
    int64_t id = put(site->store, 50000, NULL);
    take(site->store, id, "token");
    assert_true(is_same(site, "/pictures", page));
    assert_true(is_same(site, "/pictures?radix=16", hexadecimal));
    /* Another computation is done: both show how fast it was. */
    calculate(site->store, id, "token");
    assert_true(is_same(site, "/pictures", page));
    finish(site->store, id, "token");
    assert_false(is_same(site, "/pictures", page));
    assert_false(is_same(site, "/pictures?radix=16", hexadecimal));
    assert_false(is_same(site, "/pictures?n=1000", thousand));
    /* There is more to choose from. */
    publish(site, 10, 100000);
    assert_false(is_same(site, "/pictures?n=1000", thousand));
    assert_true(is_same(site, "/pictures?n=1000", thousand));
}

/* The style sheet in a picture is allowed there, and nowhere else. */
static void
pictures_may_have_a_style(void **state)
{
    struct site *site = *state;
    publish(site, 10, 1000);
    site_get(site, "/pictures/walk.svg?n=100");
    assert_non_null(
        strstr(site->reply.headers, "style-src 'self' 'unsafe-inline'; base-uri"));
    site_get(site, "/pictures?n=100");
    assert_non_null(strstr(site->reply.headers, "style-src 'self'; base-uri"));
    site_get(site, "/pictures/walk.svg?n=10000");
    assert_non_null(strstr(site->reply.headers, "style-src 'self'; base-uri"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_have_addresses),
        TEST(nothing_is_known_at_first),
        TEST(the_page_has_all_pictures),
        TEST(captions_tell_what_is_shown),
        TEST(the_radix_that_is_known_is_shown),
        TEST(what_is_not_known_is_said),
        TEST(digits_lead_to_pictures),
        TEST(counts_are_waited_for),
        TEST(pictures_are_kept),
        TEST(the_page_is_kept_while_nothing_changes),
        TEST(pictures_may_have_a_style),
    };
    return cmocka_run_group_tests_name("pictures", tests, NULL, NULL);
}
