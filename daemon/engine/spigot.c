/*
 * The unbounded streaming spigot: digits of pi one after another, each final as
 * soon as it is known, with no precision chosen in advance.
 *
 * Source: J. Gibbons, "Unbounded Spigot Algorithms for the Digits of Pi",
 * Amer. Math. Monthly 113 (2006), 318-328, with Gosper's series of its last
 * section. Batching and the interval below are worked out here.
 *
 * Series:  pi = X(1),  X(i) = 5i - 2 + rho(i) X(i+1),
 *          rho(i) = i(2i-1) / (3(3i+1)(3i+2)) < 2/27,
 * about log10(13.5) = 1.13 digits per term.
 *
 * State: integers q, r, t and the index i of the next term, so that the digits
 * not yet delivered are the fraction y = (q X(i) + r) / t. The steps are
 * - consume: x -> 5i - 2 + rho(i) x is the matrix (a b; 0 c) with
 *   a = i(2i-1), c = 3(3i+1)(3i+2), b = (5i-2) c; the state is multiplied by it
 *   from the right. The matrices of a batch of terms are multiplied with each
 *   other first (halving the batch), so that the long numbers of the state are
 *   touched once per batch and not once per term.
 * - produce: when the next D digits d are certain, y becomes 10^D y - d, that is
 *   q <- 10^D q, r <- 10^D r - d t.
 * - reduce: only the ratios q : r : t matter. Their common factor makes up most
 *   of their size (five sixths after 4,000 terms) and is divided out whenever
 *   they have doubled since the last time.
 *
 * Safety: X(i) lies in [(27i-12)/5, (27i-11)/5]. Each f(x) = 5i - 2 + rho(i) x
 * grows with x and maps the interval of i+1 into that of i:
 *   lower end: rho(i) (27i+15) >= 2i - 2   because  i^2 + 9i + 4 >= 0,
 *   upper end: rho(i) (27i+16) <= 2i - 1   because  16i <= 27i + 6,
 * both after multiplying out; and since rho(i) < 2/27 shrinks the width 1/5 at
 * every term, X(i) is the one point common to all. So
 *   n / 5t <= y <= (n + q) / 5t   with   n = q (27i-12) + 5r,
 * and D digits are certain when floor(10^D y) is the same at both ends. It is
 * computed from the leading bits of n, q and 5t, rounded outwards; digits on
 * which the two ends differ are left for the next batch. A delivered digit is
 * therefore always right, through any run of nines or zeros.
 *
 * Largest position: 3(3i+1)(3i+2) is computed in 64 bits, right to i = 8e8;
 * the position is limited far below, by the time a reduction takes.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gmp.h>

#include "algorithms.h"
#include "run.h"

/* Terms per batch: a part of all, within limits that keep the batches worth
 * their overhead and the deliveries frequent. */
#define BATCHES     256
#define BATCH_LEAST 16
#define BATCH_MOST  4096

/* Bits kept of the ends of the interval beyond those of the digits. */
#define GUARD_BITS 64

/* An upper triangular matrix: x -> (a x + b) / c. */
struct map {
    mpz_t a, b, c;
};

struct spigot {
    mpz_t q, r, t;
    uint64_t i;        /* next term */
    size_t reduced;    /* bits of t after the last reduction */
    uint64_t position; /* next position to deliver */
    uint64_t count;    /* digits wanted in all */
    char *text;        /* room for the digits of a batch */
    size_t room;       /* its size */
};

static void
map_init(struct map *map)
{
    mpz_inits(map->a, map->b, map->c, NULL);
}

static void
map_clear(struct map *map)
{
    mpz_clears(map->a, map->b, map->c, NULL);
}

/* MAP becomes the product of the maps of the terms FIRST .. LAST - 1. */
static void
compose(struct map *map, uint64_t first, uint64_t last)
{
    struct map right;

    if (last - first == 1) {
        mpz_set_ui(map->a, first * (2 * first - 1));
        mpz_set_ui(map->c, 3 * (3 * first + 1) * (3 * first + 2));
        mpz_mul_ui(map->b, map->c, 5 * first - 2);
        return;
    }
    map_init(&right);
    compose(map, first, first + (last - first) / 2);
    compose(&right, first + (last - first) / 2, last);
    mpz_mul(map->b, map->b, right.c);
    mpz_addmul(map->b, map->a, right.b);
    mpz_mul(map->a, map->a, right.a);
    mpz_mul(map->c, map->c, right.c);
    map_clear(&right);
}

static void
consume(struct spigot *s, uint64_t terms)
{
    struct map map;

    map_init(&map);
    compose(&map, s->i, s->i + terms);
    mpz_mul(s->r, s->r, map.c);
    mpz_addmul(s->r, s->q, map.b);
    mpz_mul(s->q, s->q, map.a);
    mpz_mul(s->t, s->t, map.c);
    s->i += terms;
    map_clear(&map);
}

static void
reduce(struct spigot *s)
{
    mpz_t common;

    if (mpz_sizeinbase(s->t, 2) < 2 * s->reduced)
        return;
    mpz_init(common);
    mpz_gcd(common, s->q, s->t);
    mpz_gcd(common, common, s->r);
    mpz_divexact(s->q, s->q, common);
    mpz_divexact(s->r, s->r, common);
    mpz_divexact(s->t, s->t, common);
    s->reduced = mpz_sizeinbase(s->t, 2);
    mpz_clear(common);
}

/* How many digits the width q / 5t of the interval may allow, at most LIMIT. */
static size_t
digits_possible(const struct spigot *s, size_t limit)
{
    size_t q = mpz_sizeinbase(s->q, 2);
    size_t t = mpz_sizeinbase(s->t, 2) + 2;
    size_t digits = t > q ? (size_t)((double)(t - q) * 0.30103) : 0;

    return digits < limit ? digits : limit;
}

/*
 * D becomes the certain digits that come next, at most LIMIT of them, as one
 * number. Returns how many they are, 0 .. LIMIT.
 */
static size_t
certain(mpz_t d, const struct spigot *s, size_t limit)
{
    size_t digits = digits_possible(s, limit);
    mpz_t low, high, den, scale;
    size_t bits, keep;

    if (digits == 0)
        return 0;
    mpz_inits(low, high, den, scale, NULL);
    mpz_mul_ui(low, s->q, 27 * s->i - 12);
    mpz_addmul_ui(low, s->r, 5);
    mpz_add(high, low, s->q);
    mpz_mul_ui(den, s->t, 5);

    bits = mpz_sizeinbase(den, 2);
    keep = digits * 4 + GUARD_BITS;
    if (bits > keep) {
        mpz_fdiv_q_2exp(low, low, bits - keep);
        mpz_cdiv_q_2exp(high, high, bits - keep);
        mpz_fdiv_q_2exp(den, den, bits - keep);
    }
    mpz_ui_pow_ui(scale, 10, digits);
    mpz_mul(high, high, scale);
    mpz_fdiv_q(high, high, den);
    if (bits > keep)
        mpz_add_ui(den, den, 1);
    mpz_mul(low, low, scale);
    mpz_fdiv_q(low, low, den);

    while (digits > 0 && mpz_cmp(low, high) != 0) {
        mpz_fdiv_q_ui(low, low, 10);
        mpz_fdiv_q_ui(high, high, 10);
        digits--;
    }
    mpz_swap(d, low);
    mpz_clears(low, high, den, scale, NULL);
    return digits;
}

/* Takes the DIGITS digits D off the front of the state. */
static void
produce(struct spigot *s, const mpz_t d, size_t digits)
{
    mpz_t scale;

    mpz_init(scale);
    mpz_ui_pow_ui(scale, 10, digits);
    mpz_mul(s->r, s->r, scale);
    mpz_submul(s->r, d, s->t);
    mpz_mul(s->q, s->q, scale);
    mpz_clear(scale);
}

/* Delivers the DIGITS digits D, with their leading zeros. */
static bool
deliver(struct run *run, struct spigot *s, const mpz_t d, size_t digits)
{
    uint64_t first = s->position;
    size_t length;

    mpz_get_str(s->text, 10, d);
    length = strlen(s->text);
    memmove(s->text + digits - length, s->text, length);
    memset(s->text, '0', digits - length);
    s->position += digits;
    return run_deliver(run, first, s->text, digits);
}

/* pi = 3 + X(2) / 60: the state after the leading 3. */
static void
spigot_start(struct spigot *s, uint64_t count)
{
    mpz_init_set_ui(s->q, 1);
    mpz_init_set_ui(s->r, 0);
    mpz_init_set_ui(s->t, 60);
    s->i = 2;
    s->reduced = 4096;
    s->position = 1;
    s->count = count;
}

static void
spigot_clear(struct spigot *s)
{
    mpz_clears(s->q, s->r, s->t, NULL);
    free(s->text);
}

/* Units of work for the digits before POSITION: their time was found to grow
 * with the power 3/2. */
static uint64_t
cost(uint64_t position)
{
    return (uint64_t)pow((double)position, 1.5);
}

static void
stream(struct run *run, struct spigot *s)
{
    uint64_t batch = s->count / BATCHES;
    uint64_t left;
    size_t digits, limit;
    mpz_t d;

    if (batch < BATCH_LEAST)
        batch = BATCH_LEAST;
    if (batch > BATCH_MOST)
        batch = BATCH_MOST;
    s->room = 2 * batch;
    s->text = malloc(s->room + 2);
    if (s->text == NULL) {
        run_fail(run, ENGINE_NO_MEMORY);
        return;
    }

    mpz_init(d);
    run_phase(run, "streaming", 0, 1, (double)cost(s->count + 1));
    while (run_going(run) && s->position <= s->count) {
        consume(s, batch);
        reduce(s);
        left = s->count - s->position + 1;
        limit = left < s->room ? (size_t)left : s->room;
        digits = certain(d, s, limit);
        if (digits > 0) {
            produce(s, d, digits);
            deliver(run, s, d, digits);
        }
        run_work(run, cost(s->position) - cost(s->position - digits));
    }
    mpz_clear(d);
}

enum engine_rc
spigot_run(const struct engine_job *job, const struct engine_callbacks *callbacks)
{
    struct spigot s = {.text = NULL};
    struct run run;

    run_init(&run, job, callbacks);
    spigot_start(&s, job->position + ENGINE_WINDOW - 1);
    stream(&run, &s);
    spigot_clear(&s);
    return run_finish(&run);
}

/* Measured: 0.012 s for 1e4 digits, 0.4 s for 1e5, 11 s for 1e6. */
double
spigot_seconds(const struct engine_job *job)
{
    return 0.0002 + 1.15e-8 * pow((double)job->position, 1.5);
}

/* Measured: 10 bytes per digit at 1e6, and what the process needs anyway. */
uint64_t
spigot_memory(const struct engine_job *job)
{
    return UINT64_C(2500000) + 12 * job->position;
}
