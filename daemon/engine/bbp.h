/*
 * Hexadecimal digits at n: the two engines behind the row "bbp" of the table, and
 * the series they sum. The mathematics is in bbp.md.
 */
#ifndef NTHPI_ENGINE_BBP_H
#define NTHPI_ENGINE_BBP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bbp_kernel.h"
#include "fixed.h"
#include "run.h"

/*
 * A series for pi: the sum over its parts of
 *     sign sum over odd j of chi(j) 2^(kappa - ceil(s j / 2)) / j,
 * where chi(1), chi(3), chi(5), chi(7), chi(9) ... are +, -, +, -, ... for even s and
 * +, +, -, -, + ... for odd s. The first part has the least s.
 */
#define BBP_MOST_PARTS 4
struct bbp_part {
    unsigned s, kappa;
    int sign;
};
struct bbp_series {
    const char *name;
    uint64_t id; /* in checkpoints */
    unsigned parts;
    struct bbp_part part[BBP_MOST_PARTS];
};

/* pi = 8 atan(1/3) + 4 atan(1/7): the one to compute with; moduli up to 8n/3. */
extern const struct bbp_series bbp_hutton;
/* pi = 8 atan(1/2) - 4 atan(1/7), grouped as by Bellard: the one to check with; moduli
 * up to 4n. */
extern const struct bbp_series bbp_bellard;

/* chi(j) of PART for odd J. */
static inline int
bbp_sign(const struct bbp_part *part, uint64_t j)
{
    return part->s % 2 == 0 ? (j & 2) == 0 ? 1 : -1 : (j & 4) == 0 ? 1 : -1;
}

/* Least position the prime engine is able to do, and the first it is used for: from
 * there on it is the faster one. */
#define BBP_PRIMES_LEAST UINT64_C(2000)
#define BBP_PRIMES_FROM  UINT64_C(8000)

/* One summation by primes. */
struct bbp_pass {
    const struct bbp_series *series;
    const struct bbp_kernel *kernel; /* NULL: the best one */
    const char *phase;               /* shown while it runs; static storage */
    double from, to;                 /* the run's progress at its start and end */
};

/* A position n, BBP_PRIMES_LEAST .. BBP_LARGEST, and what is found there. */
struct bbp_place {
    uint64_t position;
    struct fixed sum;   /* frac(16^(n - 1) pi), off by less than ... */
    struct fixed error; /* ... this in either direction */
};

/* Places that a run can do together. */
#define BBP_MOST_PLACES 4

/*
 * Finds sum and error of the COUNT PLACES (1 .. BBP_MOST_PLACES) by primes. Uses the
 * threads of the run's job for all of them together. For a single place it hands
 * checkpoints to the run's callbacks, and goes on from the one they resume if it fits.
 * On failure (see run_going()) the sums mean nothing. Only in the caller's thread.
 */
void bbp_windows(struct run *run, struct bbp_place *places, int count,
                 const struct bbp_pass *pass);

/* A run like that of the table's row, by primes with bbp_bellard, and with the phase
 * "verifying". JOB's position is at least BBP_PRIMES_LEAST. */
enum engine_rc bbp_again(const struct engine_job *job,
                         const struct engine_callbacks *callbacks);

/*
 * Runs for the COUNT POSITIONS (1 .. BBP_MOST_PLACES), all such that JOB would be
 * allowed with them, together; JOB says the rest. DIGITS becomes ENGINE_WINDOW digits
 * from each position on, not terminated. Of CALLBACKS, which may be NULL, progress()
 * and cancelled() are called.
 */
enum engine_rc bbp_several(const struct engine_job *job, const uint64_t *positions,
                           int count, const struct engine_callbacks *callbacks,
                           char (*digits)[ENGINE_WINDOW]);

/* As bbp_windows() for one place, but term by term, for any position from 1 to
 * BBP_LARGEST and without checkpoints: the whole run's progress. */
void bbp_direct(struct run *run, struct bbp_place *place);

#endif
