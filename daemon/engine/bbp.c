/*
 * The row "bbp" of the table: hexadecimal digits of pi at position n without those
 * before it, by primes (bbp_primes.c) or, for small n, term by term (bbp_direct.c).
 *
 * Both give frac(16^(n-1) pi) and a bound E of its error. A digit is trusted when the
 * sum less E and the sum plus E agree in it and in all before it, up to
 * FIXED_MOST_DIGITS = 24 digits. At n = 1e13 E is below 2^-104, which leaves 8 bits for
 * a carry to stop in, at n = 1e9 below 2^-117; where it does not stop, fewer digits are
 * reported. A window in which fewer than ENGINE_WINDOW digits are certain ends as
 * ENGINE_UNTRUSTED; the chance of that at any one position is below 2^-39.
 */
#include "bbp.h"

#include <math.h>
#include <string.h>

#include "algorithms.h"

/* Writes the certain digits of PLACE to TEXT and returns how many; ends the run if they
 * are too few. */
static size_t
certain(struct run *run, const struct bbp_place *place, char text[FIXED_MOST_DIGITS])
{
    int digits = fixed_certain(text, &place->sum, &place->error);

    if (digits < ENGINE_WINDOW)
        run_fail(run, ENGINE_UNTRUSTED);
    return (size_t)digits;
}

/* One run: term by term when PASS is NULL, else by primes. */
static enum engine_rc
window(const struct engine_job *job, const struct engine_callbacks *callbacks,
       const struct bbp_pass *pass)
{
    struct bbp_place place = {.position = job->position};
    char text[FIXED_MOST_DIGITS];
    struct run run;

    run_init(&run, job, callbacks);
    if (pass == NULL)
        bbp_direct(&run, &place);
    else
        bbp_windows(&run, &place, 1, pass);
    if (run_going(&run))
        run_deliver(&run, job->position, text, certain(&run, &place, text));
    return run_finish(&run);
}

enum engine_rc
bbp_run(const struct engine_job *job, const struct engine_callbacks *callbacks)
{
    const struct bbp_pass pass = {
        .series = &bbp_hutton, .phase = "summing", .from = 0, .to = 1};

    return window(job, callbacks, job->position < BBP_PRIMES_FROM ? NULL : &pass);
}

enum engine_rc
bbp_again(const struct engine_job *job, const struct engine_callbacks *callbacks)
{
    const struct bbp_pass pass = {
        .series = &bbp_bellard, .phase = "verifying", .from = 0, .to = 1};

    return window(job, callbacks, &pass);
}

enum engine_rc
bbp_several(const struct engine_job *job, const uint64_t *positions, int count,
            const struct engine_callbacks *callbacks, char (*digits)[ENGINE_WINDOW])
{
    const struct bbp_pass pass = {
        .series = &bbp_hutton, .phase = "summing", .from = 0, .to = 1};
    struct bbp_place place[BBP_MOST_PLACES];
    int index[BBP_MOST_PLACES], primes = 0, rest = count, at, i;
    char text[FIXED_MOST_DIGITS];
    struct run run;

    run_init(&run, job, callbacks);
    for (i = 0; i < count; i++) { /* those by primes in front, the others at the end */
        at = positions[i] < BBP_PRIMES_FROM ? --rest : primes++;
        place[at] = (struct bbp_place){.position = positions[i]};
        index[at] = i;
    }
    if (primes > 0)
        bbp_windows(&run, place, primes, &pass);
    for (at = primes; at < count && run_going(&run); at++)
        bbp_direct(&run, &place[at]);
    for (at = 0; at < count && run_going(&run); at++)
        if (certain(&run, &place[at], text) >= ENGINE_WINDOW)
            memcpy(digits[index[at]], text, ENGINE_WINDOW);
    return run_finish(&run);
}

/* Measured with 1 thread: 0.12 s for 1e8, 1.0 s for 1e9 with the ifma kernel; below
 * BBP_PRIMES_FROM less than a millisecond. */
double
bbp_seconds(const struct engine_job *job)
{
    double n = (double)job->position;

    return 0.0005 + 1.1e-9 * n * bbp_kernel_best()->slowness / job->threads;
}

/* The list of units, the primes up to sqrt(M), and each thread's sieve and numbers. */
uint64_t
bbp_memory(const struct engine_job *job)
{
    double root = sqrt(8.0 / 3 * (double)job->position);
    double thread = 8e6 + 12 * root;

    return (uint64_t)(4e6 + 20 * root + 1e-6 * (double)job->position +
                      thread * job->threads);
}
