/*
 * Parts of the engine that no command of nthpi shows by themselves:
 *
 *     parts direct N THREADS          hexadecimal digits at N, term by term
 *     parts KERNEL N THREADS          the same by primes with ifma, avx2 or portable
 *     parts convert N THREADS         from a fraction to N decimal digits: prints the
 *                                     engine's seconds and those of mpz_get_str()
 *
 * Exit status 3: this machine cannot run KERNEL.
 */
#include "daemon/engine/bbp.h"
#include "daemon/engine/radix.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double
now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int
hexadecimal(const char *how, const struct engine_job *job)
{
    struct bbp_pass pass = {.series = &bbp_hutton, .phase = "summing", .to = 1};
    char text[FIXED_MOST_DIGITS];
    struct bbp_place place = {.position = job->position};
    struct run run;

    run_init(&run, job, NULL);
    if (strcmp(how, "direct") == 0) {
        bbp_direct(&run, &place);
    } else {
        pass.kernel = bbp_kernel_find(how);
        if (!pass.kernel) {
            return 3;
        }
        bbp_windows(&run, &place, 1, &pass);
    }
    if (run_finish(&run) != ENGINE_OK) {
        return 1;
    }
    printf("%.*s\n", fixed_certain(text, &place.sum, &place.error), text);
    return 0;
}

/* The COUNT digits of the fraction in LIMBS, by GMP; the seconds of mpz_get_str()
 * alone. */
static char *
convert_by_gmp(const mp_limb_t *limbs, size_t length, uint64_t count, double *seconds)
{
    mpz_t x, power;
    char *text = malloc(count + 2);
    double begun;

    if (!text) {
        return NULL;
    }
    mpz_init(power);
    mpz_ui_pow_ui(power, 10, count);
    mpz_init(x);
    mpz_import(x, length, -1, sizeof *limbs, 0, 0, limbs);
    mpz_mul(x, x, power);
    mpz_fdiv_q_2exp(x, x, 64 * length);
    begun = now();
    mpz_get_str(text, 10, x);
    *seconds = now() - begun;
    mpz_clears(x, power, NULL);
    return text;
}

static int
convert(const struct engine_job *job)
{
    uint64_t count = job->position;
    size_t length = radix_limbs(10, count, 1);
    mp_limb_t *limbs = malloc(length * sizeof *limbs);
    char *text = malloc(count), *other = NULL;
    struct radix_job radix = {
        .radix = 10, .count = count, .guard = 1, .threads = job->threads};
    double begun, ours, theirs = 0;
    struct fives powers;
    struct run run;
    int code = 1;

    if (!limbs || !text) {
        goto end;
    }
    /* The top bit is set, so that the first digit is not 0. */
    mpn_random(limbs, (mp_size_t)length);
    limbs[length - 1] |= (mp_limb_t)1 << 63;
    radix.limbs = limbs;
    radix.text = text;
    radix.powers = &powers;
    run_init(&run, job, NULL);
    fives_init(&powers, 10, count);
    begun = now();
    run_phase(&run, "converting", 0, 1, fives_cost(10, count) + radix_cost(10, count));
    fives_compute(&run, &powers);
    if (radix_digits(&run, &radix) == RADIX_OK) {
        ours = now() - begun;
        other = convert_by_gmp(limbs, length, count, &theirs);
        if (other && strlen(other) == count && memcmp(text, other, count) == 0) {
            printf("%.6f %.6f\n", ours, theirs);
            code = 0;
        }
    }
    fives_clear(&powers);
end:
    free(other);
    free(text);
    free(limbs);
    return code;
}

int
main(int argc, char **argv)
{
    struct engine_job job = {16, 0, 0};

    if (argc != 4) {
        fputs("usage: parts direct|convert|KERNEL N THREADS\n", stderr);
        return 2;
    }
    job.position = strtoull(argv[2], NULL, 10);
    job.threads = (int)strtol(argv[3], NULL, 10);
    if (job.position < 10000 || job.threads < 1) {
        return 2;
    }
    return strcmp(argv[1], "convert") == 0 ? convert(&job) : hexadecimal(argv[1], &job);
}
