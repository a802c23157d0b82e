/*
 * Checks of a finished result.
 *
 * Windows. A mistake anywhere in the series, the root or the division changes the
 * end of the fraction, as every digit of a product or quotient hangs on all those
 * before; so its last 16 hexadecimal digits, found in another way, vouch for all.
 * Some other places guard against mistakes that come later, in memory.
 *
 * Conversion. Each step of the evidence takes some digits D off a fraction X / B^L,
 *
 *   X radix^m = D B^L + R,   R = X' B^dropped + C,
 *
 * where X' is the fraction of the next step. These are equations between integers,
 * so they hold modulo a prime p too, where both sides can be computed from the text
 * alone and a handful of numbers. R < B^L and C < B^dropped hold by the way their
 * residues were made (where products were folded, decimal_step.c tells how), so D is
 * the right number if the equation holds. If one digit of D is changed, D changes by
 * d radix^j, 0 < |d| < 16, which is no multiple of p: the equation fails. That L
 * limbs are enough, and that what was dropped does not matter, is the business of the
 * conversion's error bound. The residue of D comes from those of its parts, D =
 * D' radix^j + D'', side by side.
 */
#include "verify.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "bbp.h"
#include "residue.h"

/* Digits that are worth a thread of their own, and threads at most. */
#define LEAST_PART 100000
#define MOST_PARTS 16

/* Characters looked at side by side. */
#define BLOCK 64

_Static_assert(EVIDENCE_WINDOWS <= BBP_MOST_PLACES, "more windows than bbp can do");

static bool
cancelled(const struct engine_callbacks *callbacks)
{
    return callbacks != NULL && callbacks->cancelled != NULL &&
           callbacks->cancelled(callbacks->ctx);
}

static void
report(const struct engine_callbacks *callbacks, double fraction)
{
    if (callbacks != NULL && callbacks->progress != NULL)
        callbacks->progress(callbacks->ctx, "verifying", fraction);
}

static void
window_progress(void *ctx, const char *phase, double fraction)
{
    (void)phase;
    report(((const struct verify_bbp *)ctx)->callbacks, fraction);
}

static bool
window_cancelled(void *ctx)
{
    return cancelled(((const struct verify_bbp *)ctx)->callbacks);
}

enum engine_rc
verify_window_by_bbp(void *ctx, const uint64_t *positions, int count,
                     char (*digits)[ENGINE_WINDOW])
{
    const struct engine_callbacks callbacks = {
        .ctx = ctx,
        .progress = window_progress,
        .cancelled = window_cancelled,
    };
    struct engine_job job = {.radix = 16,
                             .threads = ((const struct verify_bbp *)ctx)->threads};
    int i;

    for (i = 0; i < count; i++) {
        job.position = positions[i];
        if (engine_allows(engine_find("bbp"), &job) != ENGINE_OK)
            return ENGINE_BAD_JOB;
    }
    return bbp_several(&job, positions, count, &callbacks, digits);
}

enum verify_rc
verify_windows(const struct engine_evidence *evidence, verify_window_fn *window,
               void *ctx, const struct engine_callbacks *callbacks, char *words)
{
    char digits[EVIDENCE_WINDOWS][ENGINE_WINDOW];
    uint64_t positions[EVIDENCE_WINDOWS];
    enum engine_rc rc;
    int i;

    words[0] = '\0';
    if (evidence->windows == 0)
        return VERIFY_STOPPED;
    for (i = 0; i < evidence->windows; i++)
        positions[i] = evidence->window[i].position;
    report(callbacks, 0);
    if (cancelled(callbacks))
        return VERIFY_STOPPED;
    rc = window(ctx, positions, evidence->windows, digits);
    if (rc != ENGINE_OK)
        return verify_stopped(rc);
    for (i = 0; i < evidence->windows; i++)
        if (memcmp(digits[i], evidence->window[i].digits, ENGINE_WINDOW) != 0) {
            snprintf(words, VERIFY_WORDS,
                     "hexadecimal digits from position %" PRIu64
                     " on differ from those by bbp",
                     positions[i]);
            return VERIFY_BAD;
        }
    report(callbacks, 1);
    snprintf(words, VERIFY_WORDS,
             "hexadecimal digits at the end, from position %" PRIu64
             " on, and at %d other places are the same by bbp",
             positions[0], evidence->windows - 1);
    return VERIFY_GOOD;
}

void
verify_conversion_start(struct verify_conversion *check,
                        const struct engine_evidence *evidence, int threads)
{
    *check = (struct verify_conversion){.evidence = evidence, .threads = threads};
}

/* B^LIMBS. */
static uint64_t
shift(uint64_t limbs)
{
    return residue_pow(residue_pow(2, 64), limbs);
}

/* Whether the equations of STEP hold for its digits' residue D. */
static bool
step_holds(const struct engine_evidence *evidence, int index, uint64_t d)
{
    const struct evidence_step *step = &evidence->step[index];
    uint64_t left =
        residue_mul(step->value, residue_pow((uint64_t)evidence->radix, step->digits));
    uint64_t right = residue_add(residue_mul(d, shift(step->limbs)), step->rest);

    if (left != right)
        return false;
    if (index + 1 == evidence->steps)
        return true;
    right = residue_add(residue_mul(step[1].value, shift(step->dropped)), step->lost);
    return step->rest == right && step[1].limbs == step->limbs - step->dropped;
}

/* Whether C is no digit in RADIX, without a branch. */
static inline unsigned
other_than_digit(char c, int radix)
{
    const unsigned decimal = (unsigned char)(c - '0') < 10;
    const unsigned letter = (unsigned char)(c - 'a') < 6;

    return !(decimal | (letter & (radix == 16)));
}

/* False if TEXT has anything but digits in RADIX. In blocks of a fixed size, of which a
 * compiler makes vectors. */
static bool
only_digits(const char *text, size_t length, int radix)
{
    unsigned char other = 0;
    size_t i;

    for (; length >= BLOCK; length -= BLOCK, text += BLOCK)
        for (i = 0; i < BLOCK; i++)
            other |= (unsigned char)other_than_digit(text[i], radix);
    for (i = 0; i < length; i++)
        other |= (unsigned char)other_than_digit(text[i], radix);
    return !other;
}

/* Some of the digits, and what a thread finds out about them. */
struct part {
    const char *text;
    size_t length;
    int radix;
    bool good;        /* they are digits */
    uint64_t residue; /* of the number they make */
};

static void *
look_at(void *arg)
{
    struct part *part = arg;

    part->good = only_digits(part->text, part->length, part->radix);
    part->residue = residue_digits(0, part->text, part->length, part->radix);
    return NULL;
}

/* Takes LENGTH digits into CHECK's residue, cut in parts of about the same length. A
 * thread that does not start is no failure: the part is done here. */
static void
take(struct verify_conversion *check, const char *text, size_t length)
{
    int threads = check->threads < MOST_PARTS ? check->threads : MOST_PARTS;
    size_t most = length / LEAST_PART + 1, at = 0, i;
    size_t parts = most < (size_t)threads ? most : (size_t)threads;
    struct part part[MOST_PARTS];
    pthread_t thread[MOST_PARTS];
    bool started[MOST_PARTS];
    uint64_t scale;

    for (i = 0; i < parts; i++) {
        part[i] = (struct part){.text = text + at, .radix = check->evidence->radix};
        part[i].length = (length - at) / (parts - i);
        at += part[i].length;
        started[i] =
            i + 1 < parts && pthread_create(&thread[i], NULL, look_at, &part[i]) == 0;
        if (!started[i])
            look_at(&part[i]);
    }
    for (i = 0; i < parts; i++) {
        if (started[i])
            pthread_join(thread[i], NULL);
        scale = residue_pow((uint64_t)part[i].radix, part[i].length);
        check->residue =
            residue_add(residue_mul(check->residue, scale), part[i].residue);
        check->bad = check->bad || !part[i].good;
    }
    check->taken += length;
}

void
verify_conversion_digits(struct verify_conversion *check, const char *text,
                         size_t length)
{
    const struct engine_evidence *evidence = check->evidence;
    uint64_t left;
    size_t part;

    while (length > 0 && !check->bad) {
        if (check->step == evidence->steps) {
            check->bad = true; /* too many */
            return;
        }
        left = evidence->step[check->step].digits - check->taken;
        part = length < left ? length : (size_t)left;
        take(check, text, part);
        text += part;
        length -= part;
        if (part == left) {
            check->bad =
                check->bad || !step_holds(evidence, check->step, check->residue);
            check->step++;
            check->taken = check->residue = 0;
        }
    }
}

enum verify_rc
verify_conversion_end(const struct verify_conversion *check, char *words)
{
    const struct engine_evidence *evidence = check->evidence;
    const char *radix = evidence->radix == 16 ? "hexadecimal" : "decimal";

    if (check->bad || evidence->steps == 0 || check->step < evidence->steps) {
        snprintf(words, VERIFY_WORDS,
                 "%s digits differ from the binary fraction modulo 2^61 - 31", radix);
        return VERIFY_BAD;
    }
    snprintf(words, VERIFY_WORDS,
             "all %" PRIu64
             " %s digits agree with the binary fraction modulo 2^61 - 31",
             evidence->count, radix);
    return VERIFY_GOOD;
}

/* A comparison with the digits of a run. */
struct comparison {
    const char *text;
    uint64_t length, same;
    bool differs;
    const struct engine_callbacks *callbacks;
};

static int
compare_digits(void *ctx, uint64_t first, const char *text, size_t length)
{
    struct comparison *c = ctx;
    uint64_t left = c->length - c->same;
    size_t part = length < left ? length : (size_t)left;

    if ((first != c->same + 1 && part > 0) ||
        memcmp(c->text + c->same, text, part) != 0)
        c->differs = true;
    c->same += part;
    return c->differs;
}

static void
compare_progress(void *ctx, const char *phase, double fraction)
{
    (void)phase;
    report(((struct comparison *)ctx)->callbacks, fraction);
}

static bool
compare_cancelled(void *ctx)
{
    return cancelled(((struct comparison *)ctx)->callbacks);
}

enum verify_rc
verify_prefix(const struct engine_algorithm *other, int radix, const char *text,
              uint64_t length, int threads, const struct engine_callbacks *callbacks,
              char *words)
{
    struct comparison c = {.text = text, .length = length, .callbacks = callbacks};
    const struct engine_callbacks own = {
        .ctx = &c,
        .progress = compare_progress,
        .digits = compare_digits,
        .cancelled = compare_cancelled,
    };
    struct engine_job job = {radix, 1, threads};
    enum engine_rc rc;

    words[0] = '\0';
    if (length >= ENGINE_WINDOW)
        job.position = length - ENGINE_WINDOW + 1;
    rc = engine_run(other, &job, &own);
    if (c.differs) {
        snprintf(words, VERIFY_WORDS, "the digits differ from those by %s",
                 other->name);
        return VERIFY_BAD;
    }
    if (rc != ENGINE_OK || c.same < length)
        return verify_stopped(rc);
    snprintf(words, VERIFY_WORDS, "all %" PRIu64 " digits are the same by %s", length,
             other->name);
    return VERIFY_GOOD;
}
