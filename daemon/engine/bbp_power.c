/*
 * Powers Q of primes q, and the few primes below BBP_LEAST_MODULUS, term by term.
 *
 * With y = 2^(-s Q) the sum over odd m <= J, q not dividing m, of
 * chi(Q m) 2^-ceil(s Q m / 2) / m modulo Q is wanted for each part. When m grows by the
 * period 2 Q (even s) or 4 Q (odd s), m stays the same modulo Q, chi changes its sign,
 * and the power has a constant factor; so each m below the period stands for a
 * geometric series. All parts are summed at the same time, as they share the divisors:
 * with the weights w of m, the sum of w / m is n / d, n = n' m + d' w, d = d' m.
 */
#include "bbp_units.h"
#include "modular.h"

/* Fractions between two reports of work. */
#define REPORT 64

/* One part's weights. */
struct weights {
    uint64_t now, step;       /* the weight of m without sign; what the next one has */
    uint64_t limit;           /* the largest m, below the period */
    uint64_t whole;           /* up to this m the geometric series has one term more */
    uint64_t longer, shorter; /* the geometric series */
};

/* 1 + z + .. + z^(count - 1), by doubling: no division. */
static uint64_t
geometric(const struct modulus *m, uint64_t z, uint64_t count)
{
    uint64_t sum = 0, power = m->one; /* of the bits so far: z^bits */
    int bit;

    for (bit = 63; bit >= 0; bit--) {
        sum = mod_add(m, sum, mod_mul(m, sum, power));
        power = mod_mul(m, power, power);
        if (count >> bit & 1) {
            sum = mod_add(m, sum, power);
            power = mod_mul(m, power, z);
        }
    }
    return sum;
}

static struct weights
weights_of(const struct modulus *m, const struct bbp_part *part, uint64_t top)
{
    const uint64_t q = m->q, period = (part->s % 2 == 0 ? 2 : 4) * q;
    const uint64_t periods = top / period;
    struct weights w = {
        .now = mod_mul(m, mod_halves(m, (part->s * q + 1) / 2),
                       mod_enter(m, UINT64_C(1) << part->kappa)),
        .step = mod_halves(m, part->s * q),
        .limit = periods > 0 ? period - 1 : top,
        .whole = top % period,
        .longer = m->one,
    };
    uint64_t z;

    if (part->sign < 0)
        w.now = mod_negate(m, w.now);
    if (periods > 0) {
        z = mod_negate(m, mod_power(m, w.step, period / 2));
        w.longer = geometric(m, z, periods + 1);
        w.shorter = geometric(m, z, periods);
    }
    return w;
}

/* The numerator of the fraction over Q, a power of PRIME. */
static uint64_t
residue(const struct bbp_head *head, uint64_t q, uint64_t prime)
{
    const struct modulus modulus = modulus_of(q), *m = &modulus;
    const unsigned parts = head->series->parts;
    uint64_t most = 0, n = 0, d = m->one, sum, value, j, form = m->one, rest = 1;
    const uint64_t two = mod_add(m, m->one, m->one);
    struct weights w[BBP_MOST_PARTS];
    unsigned k;

    for (k = 0; k < parts; k++) {
        w[k] = weights_of(m, &head->series->part[k], head->most[k] / q);
        most = w[k].limit > most ? w[k].limit : most;
    }
    for (j = 1; j <= most; j += 2) { /* form is j, rest is j modulo the prime */
        for (k = 0, sum = 0; k < parts; k++) {
            if (j > w[k].limit)
                continue;
            value = w[k].now;
            if (j > w[k].whole)
                value = mod_mul(m, value, w[k].shorter);
            else if (w[k].longer != m->one)
                value = mod_mul(m, value, w[k].longer);
            w[k].now = mod_mul(m, w[k].now, w[k].step);
            sum = bbp_sign(&head->series->part[k], q * j) > 0 ? mod_add(m, sum, value)
                                                              : mod_sub(m, sum, value);
        }
        if (rest != 0) {
            n = mod_add(m, mod_mul(m, n, form), mod_mul(m, d, sum));
            d = mod_mul(m, d, form);
        }
        form = mod_add(m, form, two);
        rest += rest + 2 < prime ? 2 : 2 - prime;
    }
    n = mod_mul(m, mod_enter(m, n), mod_invert(m, d));
    return mod_mul(m, n, mod_power(m, two, head->exponent));
}

bool
bbp_sum_power(const struct bbp_head *head, const struct bbp_unit *unit,
              struct fixed *sum)
{
    uint64_t i, p, q;

    for (i = unit->from; i < unit->to; i++) {
        p = head->primes.list[i];
        for (q = p < BBP_LEAST_MODULUS ? p : p * p; q <= head->most[0]; q *= p)
            fixed_add_quotient(sum, residue(head, q, p), q);
        if ((i + 1 - unit->from) % REPORT == 0 &&
            !run_work(head->run, unit->work * REPORT / (unit->to - unit->from)))
            break;
    }
    return true;
}
