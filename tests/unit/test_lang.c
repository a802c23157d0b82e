/*
 * Languages: which one a visitor gets, that what is made for one is never given to
 * another, and the button that changes it.
 */
#include "config.h"

#include "site_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void
the_header_names_a_language(void **state)
{
    static const struct {
        const char *header;
        enum lang lang;
    } cases[] = {
        {"ru", LANG_RU},
        {"ru-RU", LANG_RU},
        {"RU", LANG_RU},
        {"ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", LANG_RU},
        {"de, ru;q=0.5", LANG_RU},
        {"uk,ru;q=0.8,en;q=0.7", LANG_RU},
        {"en;q=0.5, ru", LANG_RU},
        {"ru, en", LANG_RU},
        {" ru ; q=0.001", LANG_RU},
        {"ru;q=0.2, en;q=0.1", LANG_RU},
        {"ru;q=0.2, ru-RU, en", LANG_RU},
        {"en;q=0, *", LANG_RU},
        {NULL, LANG_EN},
        {"", LANG_EN},
        {"en-US,en;q=0.5", LANG_EN},
        {"en, ru", LANG_EN},
        {"de-DE, fr", LANG_EN},
        {"ru;q=0", LANG_EN},
        {"ru;q=0.5, *", LANG_EN},
        {"*", LANG_EN},
        {"rus, runic, r", LANG_EN},
        {"ru;q=2", LANG_EN},
        {",,;;=\"", LANG_EN},
        {"-ru", LANG_EN},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaa-ru", LANG_EN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (request_accepts_lang(cases[i].header) != cases[i].lang)
            fail_msg("Accept-Language: %s", cases[i].header);
}

static void
the_first_range_is_the_locale(void **state)
{
    static const struct {
        const char *header, *locale;
    } cases[] = {
        {"en-US,en;q=0.9", "en-US"},
        {"en;q=0.8, sv-SE", "sv-SE"},
        {"de, ru", "de"},
        {" zh-Hant-TW ; q=0.001", "zh-Hant-TW"},
        {"*", "*"},
        {"ru;q=0", ""},
        {"ru;q=2, hu;q=0.1", "hu"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, hu;q=0.1", "hu"},
        {",,;;=\"", ""},
        {"", ""},
        {NULL, ""},
    };
    char locale[REQUEST_LOCALE_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        request_locale(cases[i].header, locale);
        if (strcmp(locale, cases[i].locale) != 0)
            fail_msg("Accept-Language: %s: %s", cases[i].header, locale);
    }
}

static void
the_cookie_has_the_last_word(void **state)
{
    (void)state;
    assert_int_equal(request_lang("nthpi_lang=ru", "en"), LANG_RU);
    assert_int_equal(request_lang("a=b; nthpi_lang=en; c=d", "ru"), LANG_EN);
    /* What is none of ours says nothing. */
    assert_int_equal(request_lang("nthpi_lang=xx", "ru"), LANG_RU);
    assert_int_equal(request_lang("nthpi_lang=", "ru"), LANG_RU);
    assert_int_equal(request_lang("nthpi_lang=rururururu", "ru"), LANG_RU);
    assert_int_equal(request_lang("other_nthpi_lang=en", "ru"), LANG_RU);
    assert_int_equal(request_lang(NULL, NULL), LANG_EN);
}

static void
names_are_tags(void **state)
{
    enum lang lang;
    (void)state;
    for (int i = 0; i < LANG_COUNT; i++) {
        assert_true(lang_parse(lang_code((enum lang)i), &lang));
        assert_int_equal(lang, i);
    }
    assert_false(lang_parse("", &lang));
    assert_false(lang_parse("EN", &lang));
}

/* Asks for TARGET in LANGUAGE. */
static void
get_in(struct site *site, const char *target, const char *language)
{
    site_ask(site, &(struct ask){.target = target, .accept_language = language});
}

static void
each_language_has_pages_of_its_own(void **state)
{
    struct site *site = *state;
    char english[SITE_HEADER_SIZE], russian[SITE_HEADER_SIZE], vary[SITE_HEADER_SIZE];
    put(site->store, 1000, NULL);
    for (int turn = 0; turn < 2; turn++) { /* rendered, then kept */
        get_in(site, "/", "en");
        assert_has(site, "<html lang=\"en\">");
        assert_has(site, "class=\"status\">queued");
        site_header(site, "ETag", english);
        get_in(site, "/", "ru");
        assert_has(site, "<html lang=\"ru\">");
        assert_has(site, "class=\"status\">в очереди");
        assert_has_not(site, ">queued");
        site_header(site, "ETag", russian);
        assert_string_not_equal(english, russian);
        site_header(site, "Vary", vary);
        assert_non_null(strstr(vary, "Accept-Language"));
        assert_non_null(strstr(vary, "Cookie"));
    }
    /* The one is not news to who has the other. */
    site_ask(site, &(struct ask){.target = "/",
                                 .accept_language = "ru",
                                 .if_none_match = russian});
    assert_status(site, 304);
    site_ask(site, &(struct ask){.target = "/",
                                 .accept_language = "ru",
                                 .if_none_match = english});
    assert_status(site, 200);
}

static void
polls_bring_rows_in_their_language(void **state)
{
    struct site *site = *state;
    put(site->store, 1000, NULL);
    for (int turn = 0; turn < 2; turn++) {
        get_in(site, "/updates?since=0", "ru");
        assert_has(site, ">в очереди");
        get_in(site, "/updates?since=0", "en");
        assert_has_not(site, "в очереди");
    }
    char target[64];
    snprintf(target, sizeof target, "/updates?since=%" PRId64,
             store_revision(site->store->s));
    const struct ask waits = {.target = target, .accept_language = "ru", .wait_s = 5};
    assert_int_equal(site_ask(site, &waits)->wait.lang, LANG_RU);
}

static void
errors_speak_the_language(void **state)
{
    struct site *site = *state;
    get_in(site, "/nothing", "ru");
    assert_status(site, 404);
    assert_has(site, "Здесь ничего нет");
    get_in(site, "/api/v1/computations/99", "ru");
    assert_status(site, 404);
    assert_has(site, "Такого вычисления нет.");
    assert_has(site, "\"title\":\"Здесь ничего нет\"");
    assert_header(site, "Content-Language", "ru");
    get_in(site, "/api/v1/computations/99", NULL);
    assert_has(site, "\"title\":\"Not Found\"");
    assert_header(site, "Content-Language", "en");
    get_in(site, "/api/v1/computations?radix=3", "ru");
    assert_has(site, "radix\u00a0— это 10 или 16.");
    site_ask(site, &(struct ask){.method = "POST",
                                 .target = "/computations",
                                 .body = "position=-1&radix=10&algorithm=auto",
                                 .accept_language = "ru"});
    assert_status(site, 422);
    assert_has(site, "отрицательных не бывает");
    assert_has(site, "<html lang=\"ru\">");
}

/* Presses the button for LANGUAGE on the page at REFERER. */
static void
press(struct site *site, const char *language, const char *referer)
{
    char target[32];
    snprintf(target, sizeof target, "/language/%s", language);
    site_ask(site, &(struct ask){.method = "POST",
                                 .target = target,
                                 .host = "pi.example:8080",
                                 .referer = referer});
}

static void
a_button_changes_the_language(void **state)
{
    struct site *site = *state;
    press(site, "ru", "http://pi.example:8080/pi/1000?from=1");
    assert_status(site, 303);
    assert_header(site, "Location", "/pi/1000?from=1");
    assert_header(site, "Set-Cookie",
                  "nthpi_lang=ru; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax");
    press(site, "en", "http://pi.example:8080/");
    assert_header(site, "Location", "/");
    press(site, "xx", "http://pi.example:8080/");
    assert_status(site, 404);
    site_get(site, "/language/ru");
    assert_status(site, 405);
}

/* Where a form on several rows was refused, its address has the view, but no rows. */
static void
it_leads_to_the_list_from_rows_that_were_refused(void **state)
{
    static const struct {
        const char *query, *back;
    } cases[] = {
        {"", "/"},
        {"?status=done&sort=position", "/?status=done&sort=position"},
        {"?ids=5.7", "/computations/bulk?ids=5.7"},
        {"?status=done&ids=5", "/computations/bulk?status=done&ids=5"},
    };
    struct site *site = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char from[128];
        snprintf(from, sizeof from, "http://pi.example:8080/computations/bulk%s",
                 cases[i].query);
        press(site, "ru", from);
        assert_status(site, 303);
        assert_header(site, "Location", cases[i].back);
    }
}

static void
it_leads_nowhere_else(void **state)
{
    static const char *const others[] = {
        NULL,
        "",
        "/pi/1000",
        "http://pi.example/pi/1000",
        "http://other.example:8080/pi/1000",
        "http://pi.example:8080",
        "http://pi.example:8080@other.example/",
        "http://pi.example:8080//other.example/",
        "http://pi.example:8080/computations",
        "http://pi.example:8080/computations/5/cancel",
        "http://pi.example:8080/nothing",
        "http://pi.example:8080/pi/1000%0d%0aX:y",
    };
    struct site *site = *state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        press(site, "ru", others[i]);
        assert_status(site, 303);
        assert_header(site, "Location", "/");
    }
    char far[1000];
    snprintf(far, sizeof far, "http://pi.example:8080/?%0900d", 0);
    press(site, "ru", far);
    assert_header(site, "Location", "/");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, site_setup, site_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_names_a_language),
        cmocka_unit_test(the_first_range_is_the_locale),
        cmocka_unit_test(the_cookie_has_the_last_word),
        cmocka_unit_test(names_are_tags),
        TEST(each_language_has_pages_of_its_own),
        TEST(polls_bring_rows_in_their_language),
        TEST(errors_speak_the_language),
        TEST(a_button_changes_the_language),
        TEST(it_leads_to_the_list_from_rows_that_were_refused),
        TEST(it_leads_nowhere_else),
    };
    return cmocka_run_group_tests_name("lang", tests, NULL, NULL);
}
