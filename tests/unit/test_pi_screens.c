/*
 * What a visitor chooses on a page of pi (how many digits a screen has, how many groups
 * a line), how screens are named and kept, and what the page says about the file. The
 * digits published here are those of site_digit().
 */
#include "site_fixture.h"

#include "fcgi/text.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
publish(struct site *site, int radix, uint64_t length)
{
    site_publish(site, radix, length,
                 put_as(site->store, radix, length, ALGORITHM_AUTO, NULL));
}

/* Between BEGIN and END of the last answer, of which there must be one: a copy that
 * the caller frees. */
static char *
cut(struct site *site, const char *begin, const char *end)
{
    const char *from = strstr(site_body(site), begin);
    assert_non_null(from);
    from += strlen(begin);
    const char *to = strstr(from, end);
    assert_non_null(to);
    char *copy = strndup(from, (size_t)(to - from));
    assert_non_null(copy);
    return copy;
}

/* Asserts that the digits from FROM on, COUNT of them, are on the screen, with LINE
 * digits in a line of their text. */
static void
assert_lines(struct site *site, uint64_t from, size_t count, size_t line)
{
    char *pre = cut(site, "<pre id=\"digits\"", "</pre>");
    size_t found = 0;
    bool tag = true;
    for (const char *at = pre; *at; at++) {
        if (*at == '<' || *at == '>') {
            tag = *at == '<';
        } else if (!tag && *at == '\n' && found > 0) {
            assert_true(found % line == 0 || found == count);
        } else if (!tag && *at == ' ') {
            assert_int_equal(found % 10, 0);
            assert_int_not_equal(found % line, 0);
        } else if (!tag && *at != '\n' && strncmp(at, "3.", 2) == 0) {
            assert_int_equal(found, 0);
            assert_int_equal(from, 1);
            at++;
        } else if (!tag && *at != '\n') {
            assert_int_equal(*at, site_digit(from + found++));
        }
    }
    assert_int_equal(found, count);
    free(pre);
}

static void
a_screen_can_have_ten_thousand_digits(void **state)
{
    struct site *site = *state;
    publish(site, 10, 25000);
    site_get(site, "/pi/25000?per=10000");
    assert_status(site, 200);
    assert_lines(site, 1, 10000, 100);
    assert_has(site, "href=\"/pi/25000?per=10000&amp;from=10001\" rel=\"next\"");
    assert_has(site, "href=\"/pi/25000?per=10000&amp;from=20001\" rel=\"last\"");
    assert_has(site, "href=\"/pi/25000?per=10000&amp;from=20001#n\"");
    assert_has(site, "<input type=\"hidden\" name=\"per\" value=\"10000\">");
    assert_has(site, "href=\"/pi/25000?from=1\">1,000</a>");
    assert_has(site,
               "href=\"/pi/25000?per=10000&amp;from=1\" aria-current=\"true\">10,000<");
    site_get(site, "/pi/25000?per=10000&from=15001");
    assert_lines(site, 15001, 10000, 100);
    assert_has(site, "href=\"/pi/25000?per=10000&amp;from=5001\" rel=\"prev\"");
    assert_has_not(site, "rel=\"next\"");
    site_get(site, "/pi/25000?per=1000&from=24500");
    assert_lines(site, 24500, 501, 100);
    assert_has_not(site, "per=1000&amp;");
    site_get(site, "/pi/25000?per=5000");
    assert_status(site, 400);
}

static void
lines_have_as_many_groups_as_were_chosen(void **state)
{
    struct site *site = *state;
    publish(site, 10, 3000);
    static const unsigned columns[] = {5, 10, 20};
    for (size_t i = 0; i < 3; i++) {
        char text[160];
        snprintf(text, sizeof text, "/pi/3000?columns=%u&from=1001", columns[i]);
        site_get(site, text);
        assert_lines(site, 1001, 1000, (size_t)columns[i] * 10);
        snprintf(text, sizeof text, "<pre id=\"digits\" class=\"columns-%u\"",
                 columns[i]);
        assert_has(site, text);
        snprintf(text, sizeof text,
                 "href=\"/pi/3000?columns=%u&amp;from=2001\" rel=\"next\"", columns[i]);
        assert_has(site, text);
        snprintf(text, sizeof text,
                 "href=\"/pi/3000?columns=%u&amp;from=1001\" aria-current=\"true\">%u<",
                 columns[i], columns[i]);
        assert_has(site, text);
        snprintf(text, sizeof text,
                 "<input type=\"hidden\" name=\"columns\" value=\"%u\">", columns[i]);
        assert_has(site, text);
    }
    site_get(site, "/pi/3000");
    assert_lines(site, 1, 1000, 100);
    assert_has(site, "<pre id=\"digits\" class=\"fit\"");
    assert_has(site, "href=\"/pi/3000?from=1\" aria-current=\"true\">as many as fit<");
    assert_has_not(site, "name=\"columns\"");
}

static void
every_group_can_be_linked_to(void **state)
{
    struct site *site = *state;
    publish(site, 10, 1234);
    for (int from = 1; from <= 1231; from += 615) {
        char text[160];
        snprintf(text, sizeof text, "/pi/1234?from=%d", from);
        site_get(site, text);
        for (int p = from; p < from + 1000 && p <= 1234; p += 10) {
            char label[TEXT_NUMBER_SIZE];
            snprintf(text, sizeof text,
                     "<a href=\"#p-%d\" aria-label=\"%s\"></a><span id=\"p-%d\">%c", p,
                     text_number(LANG_EN, label, (uint64_t)p), p,
                     site_digit((uint64_t)p));
            assert_has(site, text);
        }
    }
}

static void
one_screen_has_nothing_to_turn(void **state)
{
    struct site *site = *state;
    publish(site, 10, 1000);
    site_get(site, "/pi/1000");
    assert_has(site, "Digits 1 to 1,000");
    assert_has_not(site, "<kbd>");
    assert_has_not(site, "per=10000");
    assert_has_not(site, "class=\"turn\"");
    assert_has_not(site, "id=\"jump\"");
    site_get(site, "/pi/1000?from=2");
    assert_has(site, "<kbd>");
    assert_has(site, "href=\"/pi/1000?from=1\" rel=\"first\"");
}

static void
choices_stay_on_a_page_that_is_live(void **state)
{
    struct site *site = *state;
    int64_t id = put_as(site->store, 10, 30000, ALGORITHM_SPIGOT, NULL);
    take(site->store, id, TOKEN);
    site_write_aside(site, 10, 25000, id);
    site_get(site, "/pi/30000?per=10000&columns=5&from=10001");
    assert_has(site, "data-live=\"/pi/30000?per=10000&amp;columns=5&amp;from=10001\"");
    site_get_json(site, "/pi/30000?per=10000&columns=5&from=10001");
    json_t *answer = site_json(site);
    const char *html = json_string_value(json_object_get(answer, "html"));
    assert_non_null(strstr(html, "class=\"columns-5\" data-from=\"10001\""));
    assert_non_null(strstr(html, "id=\"p-19991\""));
    assert_null(strstr(html, "class=\"sum\""));
    json_decref(answer);
    char etag[SITE_HEADER_SIZE];
    site_header(site, "ETag", etag);
    const struct ask again = {.target = "/pi/30000?per=10000&columns=5",
                              .json = true,
                              .if_none_match = etag,
                              .wait_s = 9};
    const struct reply *reply = site_ask(site, &again);
    assert_int_equal(reply->wait.kind, WAIT_PI);
    assert_int_equal(reply->wait.limit, 10000);
    assert_int_equal(reply->wait.columns, 5);
}

/* ---- what browsers keep ---- */

static int
asked_again(struct site *site, const char *target, const char *etag)
{
    return site_ask(site, &(struct ask){.target = target, .if_none_match = etag})
        ->status;
}

static void
published_digits_are_the_same_for_ever(void **state)
{
    struct site *site = *state;
    char known[SITE_HEADER_SIZE], whole[SITE_HEADER_SIZE], coming[SITE_HEADER_SIZE];
    publish(site, 10, 2000);
    site_get(site, "/pi/1500?from=1001");
    site_header(site, "ETag", known);
    site_get(site, "/pi/2000");
    site_header(site, "ETag", whole);
    put_as(site->store, 10, 5000, ALGORITHM_CHUDNOVSKY, NULL);
    site_get(site, "/pi/4000");
    assert_status(site, 200);
    site_header(site, "ETag", coming);
    assert_int_equal(asked_again(site, "/pi/4000", coming), 304);

    site_publish(site, 10, 5000,
                 select_integer(site->store, "SELECT max(id) FROM computation"));
    assert_int_equal(asked_again(site, "/pi/1500?from=1001", known), 304);
    assert_int_equal(asked_again(site, "/pi/2000", whole), 304);
    assert_int_equal(asked_again(site, "/pi/4000", coming), 200);
}

static void
a_sum_stays_when_more_is_known(void **state)
{
    struct site *site = *state;
    char etag[SITE_HEADER_SIZE];
    publish(site, 10, 1000001);
    site_get(site, "/pi/1000001");
    assert_has(site, "class=\"sum\"");
    site_header(site, "ETag", etag);
    publish(site, 10, 1000002);
    assert_int_equal(asked_again(site, "/pi/1000001", etag), 304);
    site_get(site, "/pi/1000001");
    assert_has(site, "class=\"sum\"");
    assert_has(site, "class=\"button\" href=\"/pi/1000001.txt\"");
}

/* ---- the file ---- */

/* Asserts that the page TARGET tells the SHA-256 of COUNT digits. */
static void
assert_sum(struct site *site, const char *target, size_t count)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    char wanted[DIGITS_SHA256_SIZE];
    char *text = malloc(count + 2);
    assert_non_null(text);
    text[0] = '3';
    text[1] = '.';
    for (size_t i = 0; i < count; i++)
        text[2 + i] = site_digit(i + 1);
    crypto_hash_sha256(digest, (const unsigned char *)text, count + 2);
    sodium_bin2hex(wanted, sizeof wanted, digest, sizeof digest);
    free(text);
    site_get(site, target);
    assert_status(site, 200);
    char *found = cut(site, "<code class=\"sum\">", "</code>");
    assert_string_equal(found, wanted);
    free(found);
}

static void
the_file_is_described(void **state)
{
    struct site *site = *state;
    publish(site, 10, 200000);
    assert_sum(site, "/pi/200000", 200000);
    assert_has(site, "href=\"/pi/200000.txt\" download=\"pi-200000.txt\"");
    assert_has(site, "200,002 bytes (195 KiB)");
    assert_has(site, "and 200,000 digits");
    assert_has(site, "<code>sha256sum pi-200000.txt</code>");
    assert_sum(site, "/pi/199999?from=5001", 199999);
    assert_sum(site, "/pi/1", 1);
    assert_has(site, "3 bytes<");
    assert_has(site, "and 1 digit,");
    publish(site, 16, 700);
    assert_sum(site, "/pi/700?radix=16", 700);
    assert_has(site, "href=\"/pi/700.txt?radix=16\" download=\"pi-hex-700.txt\"");
    assert_sum(site, "/pi/70?radix=16", 70);
}

static void
digits_that_are_not_all_there_are_no_file(void **state)
{
    struct site *site = *state;
    publish(site, 10, 100);
    put_as(site->store, 10, 4000, ALGORITHM_SPIGOT, NULL);
    site_get(site, "/pi/4000");
    assert_has_not(site, ".txt");
    assert_has_not(site, "SHA-256");
    int64_t id = put_as(site->store, 16, 5000, ALGORITHM_BBP, NULL);
    take(site->store, id, TOKEN);
    calculate(site->store, id, TOKEN);
    finish(site->store, id, TOKEN);
    site_get(site, "/pi/5000?radix=16&columns=5");
    assert_has(site, "data-from=\"5000\"");
    assert_has_not(site, ".txt");
    assert_has_not(site, "class=\"screens\"");
    assert_has_not(site, "<kbd>");
}

static void
without_a_script_they_can_be_copied(void **state)
{
    struct site *site = *state;
    publish(site, 10, 2500);
    site_get(site, "/pi/2500?from=1001");
    char *field =
        cut(site, "<textarea id=\"plain\" readonly rows=\"4\">", "</textarea>");
    assert_int_equal(strlen(field), 1000);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(field[i], site_digit(1001 + i));
    free(field);
}

int
main(void)
{
#define SCREEN_TEST(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)
    const struct CMUnitTest tests[] = {
        SCREEN_TEST(a_screen_can_have_ten_thousand_digits),
        SCREEN_TEST(lines_have_as_many_groups_as_were_chosen),
        SCREEN_TEST(every_group_can_be_linked_to),
        SCREEN_TEST(one_screen_has_nothing_to_turn),
        SCREEN_TEST(choices_stay_on_a_page_that_is_live),
        SCREEN_TEST(published_digits_are_the_same_for_ever),
        SCREEN_TEST(a_sum_stays_when_more_is_known),
        SCREEN_TEST(the_file_is_described),
        SCREEN_TEST(digits_that_are_not_all_there_are_no_file),
        SCREEN_TEST(without_a_script_they_can_be_copied),
    };
    return cmocka_run_group_tests_name("pi_screens", tests, NULL, NULL);
}
