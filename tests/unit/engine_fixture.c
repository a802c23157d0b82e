/* What the tests of the engine share; see engine_fixture.h. */
#include "engine_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
note_thread(struct collected *c)
{
    if (!pthread_equal(c->caller, pthread_self()))
        c->stranger = true;
}

static void
on_progress(void *ctx, const char *phase, double fraction)
{
    struct collected *c = ctx;

    note_thread(c);
    if (!(fraction >= c->fraction && fraction <= 1))
        c->fell = true;
    c->reports++;
    c->phase = phase;
    c->fraction = fraction;
}

static bool
on_cancelled(void *ctx)
{
    struct collected *c = ctx;

    note_thread(c);
    c->asked++;
    return (c->cancel_at > 0 && c->asked >= c->cancel_at) ||
           (c->give_up_at > 0 && c->reports >= c->give_up_at);
}

static int
on_digits(void *ctx, uint64_t first, const char *text, size_t length)
{
    struct collected *c = ctx;

    note_thread(c);
    if ((c->refuse_at > 0 && c->deliveries >= c->refuse_at) ||
        (c->cancel_at > 0 && c->asked >= c->cancel_at))
        c->late = true;
    if (c->deliveries == 0) {
        c->first = first;
        c->first_delivery = c->fraction;
    }
    if (first != c->first + c->length || length == 0)
        c->gap = true;
    c->deliveries++;
    c->text = realloc(c->text, c->length + length + 1);
    assert_non_null(c->text);
    memcpy(c->text + c->length, text, length);
    c->length += length;
    c->text[c->length] = '\0';
    return c->deliveries == c->refuse_at;
}

static void
on_evidence(void *ctx, const struct engine_evidence *evidence)
{
    struct collected *c = ctx;

    note_thread(c);
    if (c->deliveries > 0)
        c->late = true;
    c->evidence = *evidence;
    c->evidences++;
}

struct engine_callbacks
collector(struct collected *c)
{
    c->caller = pthread_self();
    return (struct engine_callbacks){
        .ctx = c,
        .progress = on_progress,
        .digits = on_digits,
        .cancelled = on_cancelled,
        .evidence = on_evidence,
    };
}

enum engine_rc
collect(struct collected *c, const char *algorithm, int radix, uint64_t position,
        int threads)
{
    const struct engine_job job = {radix, position, threads};
    const struct engine_callbacks callbacks = collector(c);

    return engine_run(engine_find(algorithm), &job, &callbacks);
}

void
collected_free(struct collected *c)
{
    free(c->text);
    c->text = NULL;
}

char *
digits_of(const char *algorithm, int radix, uint64_t position, int threads,
          size_t *length)
{
    struct collected c = {0};

    assert_int_equal(collect(&c, algorithm, radix, position, threads), ENGINE_OK);
    assert_false(c.gap);
    assert_false(c.fell);
    assert_false(c.stranger);
    assert_true(c.reports > 0);
    assert_true(c.asked > 0);
    assert_true(c.fraction == 1.0);
    if (engine_find(algorithm)->prefix) {
        assert_int_equal(c.first, 1);
        assert_int_equal(c.length, position + ENGINE_WINDOW - 1);
    } else {
        assert_int_equal(c.first, position);
        assert_true(c.length >= ENGINE_WINDOW);
    }
    if (length != NULL)
        *length = c.length;
    return c.text;
}

char *hex_digits;

int
hex_digits_setup(void **state)
{
    (void)state;
    hex_digits = digits_of("chudnovsky", 16, HEX_DIGITS, 2, NULL);
    return 0;
}

int
hex_digits_teardown(void **state)
{
    (void)state;
    free(hex_digits);
    return 0;
}

void
assert_bbp(uint64_t position, int threads)
{
    size_t length;
    char *text = digits_of("bbp", 16, position, threads, &length);

    assert_in_range(length, ENGINE_WINDOW, 48);
    assert_memory_equal(text, hex_digits + position - 1, length);
    free(text);
}

uint64_t
random_below(uint64_t *state, uint64_t limit)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*state >> 33) % limit;
}
