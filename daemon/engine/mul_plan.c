/*
 * Which products are made by transforms, and what they cost.
 */
#include "config.h"

#include "mul.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "mul_plan.h"
#include "mul_short.h"
#include "ntt.h"

#ifdef NTHPI_FLINT
#include <flint/flint.h>
#endif

/* Operands whose lengths differ by more than this factor may be cut. */
#define UNEVEN 4

/* Up to this many limbs mul_short() is faster than transforms. */
#define FROM_SHORT 650

/* From this length on threads share a transform well. */
#define WIDE_LENGTH 65536

/* More pieces are not tried. */
#define MOST_PIECES 1000

size_t
mul_from(void)
{
#ifdef NTHPI_FLINT
    /* FLINT is faster than the other kernels. */
    if (strcmp(ntt_kernel(), "ifma") != 0)
        return SIZE_MAX;
#endif
    if (mul_short_usable() && ntt_from() < FROM_SHORT)
        return FROM_SHORT;
    return ntt_from();
}

const char *
mul_backend(void)
{
    if (mul_from() < SIZE_MAX) {
        if (strcmp(ntt_kernel(), "ifma") == 0)
            return "nthpi ifma";
        return strcmp(ntt_kernel(), "avx2") == 0 ? "nthpi avx2" : "nthpi portable";
    }
#ifdef NTHPI_FLINT
    return "FLINT " FLINT_VERSION;
#else
    return "GMP";
#endif
}

bool
mul_whole(size_t length, size_t an, size_t bn)
{
    size_t shorter = an < bn ? an : bn;

    return shorter >= mul_from() && ntt_fits(an, bn) && ntt_length(length) == length;
}

bool
mul_plan(struct mul_plan *plan, size_t an, size_t bn)
{
    size_t k = 1, piece = an;

    if (an < bn)
        return mul_plan(plan, bn, an);
    if (bn < mul_from())
        return false;
    if (an > UNEVEN * bn)
        k = (size_t)sqrt((double)an / (2 * (double)bn));
    for (; k <= MOST_PIECES; k++) {
        piece = (an + k - 1) / k;
        plan->length = ntt_length(piece + bn);
        if (plan->length > 0 && ntt_fits(piece, bn))
            break;
    }
    plan->piece = k > 1 ? piece : 0;
    plan->batch = k < MUL_BATCH ? k : MUL_BATCH;
    return k <= MOST_PIECES;
}

size_t
mul_room(size_t an, size_t bn)
{
    struct mul_plan plan;

    return mul_plan(&plan, an, bn) && plan.piece == 0 ? plan.length : an + bn;
}

bool
mul_shares(size_t an, size_t bn)
{
    struct mul_plan plan;

    return mul_plan(&plan, an, bn) && plan.piece == 0;
}

bool
mul_wide(size_t an, size_t bn)
{
    struct mul_plan plan;

    return mul_plan(&plan, an, bn) && plan.length >= WIDE_LENGTH;
}

size_t
mul_pair_length(size_t an, size_t bn, size_t cn)
{
    size_t longer = an > bn ? an : bn, shorter = an < bn ? an : bn;
    size_t length = ntt_length(longer + cn);
    double alone = mul_cost((double)an, (double)cn) + mul_cost((double)bn, (double)cn);

    if (!mul_whole(length, longer, cn) || !mul_whole(length, shorter, cn) ||
        ntt_cost(length, 3, 2) > alone)
        return 0;
    return length;
}

/* What N limbs by M cost without transforms of ours, measured with mul_short(), with
 * GMP 6.2 on balanced operands of 64 to 2,000,000 limbs and with FLINT 3; within a
 * quarter of either nearly everywhere. */
static double
plain_cost(double n, double m)
{
    double limbs = n + m;
    double shorter = n < m ? n : m;
    double per_limb;

    if (mul_short_usable() && fmax(n, m) <= MUL_SHORT_MOST)
        return fmin(60 + 1.6 * limbs + 0.075 * n * m, limbs * (0.15 * shorter + 1));
#ifdef NTHPI_FLINT
    per_limb = 2.2 * log2(limbs + 2);
#else
    if (limbs < 2000)
        per_limb = 0.66 * pow(limbs, 0.55);
    else
        per_limb = 17 * (log2(limbs) - 8.5);
#endif
    return limbs * fmin(per_limb, 0.3 * shorter + 1);
}

double
mul_cost(double an, double bn)
{
    struct mul_plan plan;
    double pieces;

    if (an < 1 || bn < 1)
        return 0;
    if (!mul_plan(&plan, (size_t)an, (size_t)bn))
        return plain_cost(an, bn);
    if (plan.piece == 0)
        return ntt_cost(plan.length, 2, 1);
    pieces = ceil(fmax(an, bn) / (double)plan.piece);
    return ceil(pieces / (double)plan.batch) *
           ntt_cost(plan.length, plan.batch + 1, plan.batch);
}

double
mul_wrapped_cost(size_t length, size_t count, size_t an, size_t bn)
{
    if (mul_whole(length, an, bn))
        return ntt_cost(length, count + 1, count);
    return (double)count * mul_cost((double)an, (double)bn);
}

double
mul_pair_cost(double an, double bn, double cn)
{
    size_t length = mul_pair_length((size_t)an, (size_t)bn, (size_t)cn);

    return length > 0 ? ntt_cost(length, 3, 2) : mul_cost(an, cn) + mul_cost(bn, cn);
}

double
mul_memory(double bytes)
{
#ifdef NTHPI_FLINT
    if (mul_from() == SIZE_MAX)
        return 8e6 + 2.1 * bytes;
#endif
    if (mul_from() == SIZE_MAX)
        return bytes;
    /* The last: transforms of several products that meet, on a busy machine. */
    return 3.5e6 + 1.27 * bytes + fmin(0.35 * bytes, 16e6);
}

double
mul_seconds(double seconds)
{
    if (mul_from() < SIZE_MAX)
        return (strcmp(ntt_kernel(), "ifma") == 0 ? 0.43 : 0.8) * seconds;
#ifdef NTHPI_FLINT
    return 0.6 * seconds;
#else
    return seconds;
#endif
}
