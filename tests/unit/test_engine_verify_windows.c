/* The checks by other computations accept what is right and refuse every change of it:
 * windows of hexadecimal digits, and all digits of a spigot. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/engine/verify.h"
#include "verify_fixture.h"

/* Windows from a text of hexadecimal digits, the wrong-th with a mistake. */
struct source {
    const char *text;
    int asked, wrong;
    bool fails;
};

static enum engine_rc
windows_of(void *ctx, const uint64_t *positions, int count,
           char (*digits)[ENGINE_WINDOW])
{
    struct source *source = ctx;
    int i;

    source->asked = count;
    for (i = 0; i < count; i++)
        memcpy(digits[i], source->text + positions[i] - 1, ENGINE_WINDOW);
    if (source->wrong > 0)
        digits[source->wrong - 1][source->wrong * 3] ^= 1;
    return source->fails ? ENGINE_NO_MEMORY : ENGINE_OK;
}

static void
test_windows(void **state)
{
    struct collected hex = verify_result(16, 30000), c = verify_result(10, 30000);
    struct source source = {.text = hex.text};
    char words[VERIFY_WORDS];
    int i;

    (void)state;
    assert_int_equal(verify_windows(&c.evidence, windows_of, &source, NULL, words),
                     VERIFY_GOOD);
    assert_int_equal(source.asked, EVIDENCE_WINDOWS);
    assert_non_null(strstr(words, "same by bbp"));
    for (i = 1; i <= EVIDENCE_WINDOWS; i++) {
        source.wrong = i;
        assert_int_equal(verify_windows(&c.evidence, windows_of, &source, NULL, words),
                         VERIFY_BAD);
        expect_difference(words);
    }
    source.wrong = 0;
    source.fails = true;
    assert_int_equal(verify_windows(&c.evidence, windows_of, &source, NULL, words),
                     VERIFY_NO_MEMORY);
    assert_string_equal(words, "");
    source.fails = false;
    for (i = 0; i < ENGINE_WINDOW; i++) {
        c.evidence.window[0].digits[i] ^= 1;
        assert_int_equal(verify_windows(&c.evidence, windows_of, &source, NULL, words),
                         VERIFY_BAD);
        c.evidence.window[0].digits[i] ^= 1;
    }
    /* the first is at the end: 30000 decimal digits are 24914 hexadecimal ones */
    assert_true(c.evidence.window[0].position > 24900);
    for (i = 1; i < EVIDENCE_WINDOWS; i++)
        assert_in_range(c.evidence.window[i].position, 1,
                        (c.evidence.window[0].position >> (2 * i - 1)) + 1);
    c.evidence.windows = 0;
    assert_int_equal(verify_windows(&c.evidence, windows_of, &source, NULL, words),
                     VERIFY_STOPPED);
    collected_free(&hex);
    collected_free(&c);
}

/* A listener that stops the check when it has heard enough. */
struct listener {
    double fraction;
    int reports, patience;
};

static void
on_progress(void *ctx, const char *phase, double fraction)
{
    struct listener *listener = ctx;

    assert_string_equal(phase, "verifying");
    assert_true(fraction >= listener->fraction && fraction <= 1);
    listener->fraction = fraction;
    listener->reports++;
}

static bool
on_cancelled(void *ctx)
{
    struct listener *listener = ctx;

    return listener->patience > 0 && listener->reports >= listener->patience;
}

static void
test_windows_by_bbp(void **state)
{
    struct listener listener = {0};
    const struct engine_callbacks callbacks = {
        .ctx = &listener, .progress = on_progress, .cancelled = on_cancelled};
    struct verify_bbp bbp = {2, &callbacks};
    struct collected c = verify_result(10, 150000);
    char words[VERIFY_WORDS];

    (void)state;
    assert_int_equal(
        verify_windows(&c.evidence, verify_window_by_bbp, &bbp, &callbacks, words),
        VERIFY_GOOD);
    assert_true(listener.fraction == 1 && listener.reports >= 2);
    listener = (struct listener){.patience = 2};
    assert_int_equal(
        verify_windows(&c.evidence, verify_window_by_bbp, &bbp, &callbacks, words),
        VERIFY_STOPPED);
    bbp.threads = 0; /* a job that bbp refuses */
    listener = (struct listener){0};
    assert_int_equal(
        verify_windows(&c.evidence, verify_window_by_bbp, &bbp, &callbacks, words),
        VERIFY_STOPPED);
    bbp.threads = 1;
    c.evidence.window[2].digits[15] ^= 1;
    assert_int_equal(
        verify_windows(&c.evidence, verify_window_by_bbp, &bbp, &callbacks, words),
        VERIFY_BAD);
    collected_free(&c);
}

static void
test_prefix(void **state)
{
    const struct engine_algorithm *chudnovsky = engine_find("chudnovsky");
    char *text = digits_of("spigot", 10, 1200, 1, NULL), words[VERIFY_WORDS], right;
    struct listener listener = {0};
    const struct engine_callbacks callbacks = {
        .ctx = &listener, .progress = on_progress, .cancelled = on_cancelled};
    uint64_t length = strlen(text), n;

    (void)state;
    for (n = 1; n <= length; n += n < 40 ? 1 : 97)
        assert_int_equal(verify_prefix(chudnovsky, 10, text, n, 1, NULL, words),
                         VERIFY_GOOD);
    assert_int_equal(verify_prefix(chudnovsky, 10, text, length, 2, &callbacks, words),
                     VERIFY_GOOD);
    assert_string_equal(words, "all 1215 digits are the same by chudnovsky");
    assert_true(listener.reports > 0 && listener.fraction == 1);
    for (n = 0; n < length; n++) {
        right = text[n];
        text[n] = right == '9' ? '0' : (char)(right + 1);
        assert_int_equal(verify_prefix(chudnovsky, 10, text, length, 1, NULL, words),
                         VERIFY_BAD);
        text[n] = right;
    }
    expect_difference(words);
    listener = (struct listener){.patience = 1};
    assert_int_equal(verify_prefix(chudnovsky, 10, text, length, 1, &callbacks, words),
                     VERIFY_STOPPED);
    assert_int_equal(verify_prefix(chudnovsky, 2, text, length, 1, NULL, words),
                     VERIFY_STOPPED);
    assert_string_equal(words, "");
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_windows_by_bbp),
        cmocka_unit_test(test_prefix),
    };

    return cmocka_run_group_tests_name("engine verify windows", tests, NULL, NULL);
}
