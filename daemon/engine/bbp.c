/*
 * Hexadecimal digits of pi at position n without those before it.
 *
 * Series (F. Bellard, "A new formula to compute the n'th binary digit of pi",
 * 1997; the method is that of D. Bailey, P. Borwein and S. Plouffe, "On the rapid
 * computation of various polylogarithmic constants", Math. Comp. 66 (1997)):
 *
 *   pi = sum_{k>=0} (-1)^k 2^(-10k-6) ( - 2^5/(4k+1) - 1/(4k+3) + 2^8/(10k+1)
 *        - 2^6/(10k+3) - 2^2/(10k+5) - 2^2/(10k+7) + 1/(10k+9) ).
 *
 * The digits from position n on are those of frac(16^(n-1) pi), a sum of
 * fractions +-2^e / j, e = 4(n-1) - 6 - 10k + (0 .. 8), each needed modulo 1:
 * while e >= 0 it is (2^e mod j) / j; the few terms with e < 0 are divided as they
 * are, until they are below the precision.
 *
 * Powers: Montgomery multiplication with R = 2^64, redc(a b) = a b / R mod j. With
 * j < 2^53 no step has to be reduced: if x < 4j then redc(x x) < 16 j^2 / R + j
 * < 2j, and doubling it when the exponent's bit is set gives x < 4j again. The
 * seven powers for one k have the same exponent but for a factor of 2^0 .. 2^8,
 * which is put in at the end; they are computed side by side, which keeps the
 * multiplier busy.
 *
 * Fractions: with r < j the first 64 bits of r/j are f = floor(r R / j). As
 * r R = f j + r' with r' = r R mod j, f = -r' j^-1 mod R: a multiplication, no
 * division. r' is r in Montgomery form, and takes the place of r for the next 64.
 *
 * Error: each fraction is floored to 192 bits, so it is short of the true one by
 * less than 2^-192, and at most TERMS(n) = 7 (0.4 n + 24) < 2.8 n + 168 of them are
 * added (a sum modulo 1 is exact). What is left out from the first k with e < -200
 * for all seven on is below 2^-192 in all. Hence the sum is off by less than
 * E = (3 n + 200) 2^-192 in either direction: for n = 1e13 less than 2^-147. A
 * digit is trusted when the sum less E and the sum plus E agree in it and in all
 * before it, up to MOST_DIGITS. That leaves at least 51 bits for a carry to stop
 * in; a window in which fewer than ENGINE_WINDOW digits are certain ends as
 * ENGINE_UNTRUSTED.
 *
 * Largest position: j <= 10k + 9 < 4n + 30 and e < 4n stay far below 2^53 for
 * n = 1e13.
 */
#include <math.h>
#include <string.h>

#include "algorithms.h"
#include "run.h"

/* Fixed-point numbers modulo 1: word[2] holds the first 64 bits after the point. */
#define WORDS 3
#define BITS  (64 * WORDS)

/* Digits reported at most, of the 48 that WORDS words hold. */
#define MOST_DIGITS 24

/* Terms of the series per k. */
#define SERIES 7

/* Values of k a thread takes at a time; some milliseconds of work at most. */
#define BLOCK 2048

/* Terms with a factor below 2^LEAST_EXPONENT are left out. */
#define LEAST_EXPONENT (-200)

typedef unsigned __int128 u128;

struct fixed {
    uint64_t word[WORDS];
};

/* One of the seven: sign (-1)^k * sign, 2^shift / (step k + offset). */
struct series {
    uint64_t step, offset;
    unsigned shift;
    bool negative;
};

static const struct series series[SERIES] = {
    {4, 1, 5, true},  {4, 3, 0, true},  {10, 1, 8, false}, {10, 3, 6, true},
    {10, 5, 2, true}, {10, 7, 2, true}, {10, 9, 0, false},
};

/* What the threads of a run share. */
struct bbp {
    struct run *run;
    uint64_t top;          /* 4(n-1) - 6, the exponent of k = 0 without the shift */
    uint64_t powers;       /* terms with top - 10 k >= 0 */
    _Atomic uint64_t next; /* the next block of k that nobody has taken */
};

/* A thread and its share of the sum. */
struct share {
    struct bbp *bbp;
    struct fixed sum; /* set at the end */
    pthread_t thread;
};

static void
fixed_add(struct fixed *sum, const struct fixed *x, bool negative)
{
    uint64_t carry = negative ? 1 : 0;
    uint64_t flip = negative ? UINT64_MAX : 0;
    u128 t;
    int i;

    for (i = 0; i < WORDS; i++) {
        t = (u128)sum->word[i] + (x->word[i] ^ flip) + carry;
        sum->word[i] = (uint64_t)t;
        carry = (uint64_t)(t >> 64);
    }
}

/* a / R modulo j, below 2j when a < j R; NEG is -j^-1 mod R. */
static inline uint64_t
redc(u128 a, uint64_t j, uint64_t neg)
{
    uint64_t m = (uint64_t)a * neg;

    return (uint64_t)((a + (u128)m * j) >> 64);
}

/* -j^-1 mod 2^64 for odd j, by Newton's iteration from 5 right bits. */
static inline uint64_t
negative_inverse(uint64_t j)
{
    uint64_t x = (3 * j) ^ 2;
    int i;

    for (i = 0; i < 4; i++)
        x *= 2 - j * x;
    return 0 - x;
}

/*
 * Adds the seven terms of K to SUM; E = top - 10 K >= 0 is their common exponent.
 *
 * x runs through R 2^(leading bits of e), as usual from the left; two leading
 * bits are put in by a shift (R mod j < j, shifted < 8j: the first square then is
 * below 64 j^2 / R + j < 2j). r2 becomes R^2 mod j by squaring 2^4 R four times.
 */
static void
add_powers(struct fixed *sum, uint64_t k, uint64_t e)
{
    uint64_t j[SERIES], neg[SERIES], one[SERIES], x[SERIES], r2[SERIES];
    int length = e == 0 ? 0 : 64 - __builtin_clzll(e);
    int bit = length > 2 ? length - 2 : 0;
    struct fixed f;
    uint64_t r;
    int i, s, w;

    for (s = 0; s < SERIES; s++) {
        j[s] = series[s].step * k + series[s].offset;
        neg[s] = negative_inverse(j[s]);
        one[s] = (0 - j[s]) % j[s];
        x[s] = one[s] << (e >> bit);
        r2[s] = one[s] << 4;
    }
    for (i = 0; i < 4; i++)
        for (s = 0; s < SERIES; s++)
            r2[s] = redc((u128)r2[s] * r2[s], j[s], neg[s]);
    while (bit-- > 0)
        for (s = 0; s < SERIES; s++)
            x[s] = redc((u128)x[s] * x[s], j[s], neg[s]) << (e >> bit & 1);

    for (s = 0; s < SERIES; s++) {
        r = redc((u128)(x[s] << series[s].shift) * one[s], j[s], neg[s]);
        for (w = WORDS - 1; w >= 0; w--) {
            r = r >= j[s] ? r - j[s] : r;
            f.word[w] = r * neg[s];
            r = redc((u128)r * r2[s], j[s], neg[s]);
        }
        fixed_add(sum, &f, series[s].negative != (k % 2 == 1));
    }
}

/* Adds frac(2^E / J) to SUM or subtracts it, E at most 8. */
static void
add_single(struct fixed *sum, int64_t e, uint64_t j, bool negative)
{
    struct fixed f = {{0}};
    uint64_t rest = e >= 0 ? (UINT64_C(1) << e) % j : 0;
    u128 t;
    int w;

    if (e < -BITS)
        return;
    if (e < 0)
        f.word[(BITS + e) / 64] = UINT64_C(1) << ((BITS + e) % 64);
    for (w = WORDS - 1; w >= 0; w--) {
        t = (u128)rest << 64 | f.word[w];
        f.word[w] = (uint64_t)(t / j);
        rest = (uint64_t)(t % j);
    }
    fixed_add(sum, &f, negative);
}

/* Adds the terms of all k with top - 10 k < 0 that count. */
static void
add_rest(struct fixed *sum, int64_t top, uint64_t k)
{
    int64_t e;
    int s;

    for (; (e = top - 10 * (int64_t)k) >= LEAST_EXPONENT - 8; k++)
        for (s = 0; s < SERIES; s++)
            add_single(sum, e + series[s].shift, series[s].step * k + series[s].offset,
                       series[s].negative != (k % 2 == 1));
}

/* What each thread does: one block after another until none is left. */
static void *
sum_blocks(void *arg)
{
    struct share *share = arg;
    struct bbp *bbp = share->bbp;
    struct fixed sum = {{0}};
    uint64_t k, end;

    do {
        k = BLOCK * atomic_fetch_add(&bbp->next, 1);
        if (k >= bbp->powers)
            break;
        end = bbp->powers - k < BLOCK ? bbp->powers : k + BLOCK;
        for (; k < end; k++)
            add_powers(&sum, k, bbp->top - 10 * k);
    } while (run_work(bbp->run, 1));
    share->sum = sum;
    return NULL;
}

/* Adds the terms of all k with top - 10 k >= 0, in all threads. */
static void
add_blocks(struct run *run, struct fixed *sum, int64_t top)
{
    struct bbp bbp = {.run = run, .top = (uint64_t)top};
    struct share share[ENGINE_MAX_THREADS];
    uint64_t blocks;
    int threads, started, i;

    atomic_init(&bbp.next, 0);
    bbp.powers = top < 0 ? 0 : (uint64_t)top / 10 + 1;
    blocks = (bbp.powers + BLOCK - 1) / BLOCK;
    run_phase(run, "summing", 0, 1, (double)blocks);
    threads = blocks < (uint64_t)run->job->threads ? (int)blocks : run->job->threads;
    for (i = 0; i < threads; i++)
        share[i].bbp = &bbp;
    for (started = 1; started < threads; started++)
        if (pthread_create(&share[started].thread, NULL, sum_blocks, &share[started]) !=
            0) {
            run_fail(run, ENGINE_NO_THREAD);
            break;
        }
    if (threads > 0)
        sum_blocks(&share[0]);
    for (i = 1; i < started; i++)
        pthread_join(share[i].thread, NULL);
    for (i = 0; i < started && i < threads; i++)
        fixed_add(sum, &share[i].sum, false);
}

static char
digit(const struct fixed *x, int index)
{
    uint64_t word = x->word[WORDS - 1 - index / 16];

    return "0123456789abcdef"[word >> (60 - index % 16 * 4) & 15];
}

/* Writes the digits of SUM that are certain although it may be off by ERROR units
 * of its last place. Returns how many. */
static int
certain(char text[MOST_DIGITS], const struct fixed *sum, uint64_t error)
{
    struct fixed low = *sum, high = *sum;
    struct fixed bound = {{error}};
    int i;

    fixed_add(&low, &bound, true);
    fixed_add(&high, &bound, false);
    for (i = 0; i < MOST_DIGITS && digit(&low, i) == digit(&high, i); i++)
        text[i] = digit(&low, i);
    return i;
}

enum engine_rc
bbp_run(const struct engine_job *job, const struct engine_callbacks *callbacks)
{
    int64_t top = 4 * ((int64_t)job->position - 1) - 6;
    struct fixed sum = {{0}};
    char text[MOST_DIGITS];
    struct run run;
    int digits;

    run_init(&run, job, callbacks);
    add_blocks(&run, &sum, top);
    add_rest(&sum, top, top < 0 ? 0 : (uint64_t)top / 10 + 1);
    digits = certain(text, &sum, 3 * job->position + 200);
    if (digits < ENGINE_WINDOW)
        run_fail(&run, ENGINE_UNTRUSTED);
    run_deliver(&run, job->position, text, (size_t)digits);
    return run_finish(&run);
}

/* Measured with 1 thread: 0.1 s for 1e6, 1.1 s for 1e7, 12.4 s for 1e8. */
double
bbp_seconds(const struct engine_job *job)
{
    double n = (double)job->position;

    return 0.0002 + 2.8e-9 * n * (log2(n) + 18) / job->threads;
}

/* Nothing but the process and its threads' stacks. */
uint64_t
bbp_memory(const struct engine_job *job)
{
    return UINT64_C(2500000) + UINT64_C(100000) * (uint64_t)job->threads;
}
