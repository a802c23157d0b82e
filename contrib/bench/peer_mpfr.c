/*
 * peer_mpfr N: pi to N digits after the point by MPFR.
 */
#include <stdio.h>
#include <stdlib.h>

#include <mpfr.h>

int
main(int argc, char **argv)
{
    unsigned long digits = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    mpfr_exp_t exponent;
    mpfr_t pi;
    char *text;

    if (digits == 0) {
        return 2;
    }
    mpfr_init2(pi, (mpfr_prec_t)((double)digits * 3.3219280948873624) + 32);
    mpfr_const_pi(pi, MPFR_RNDZ);
    text = mpfr_get_str(NULL, &exponent, 10, digits + 1, pi, MPFR_RNDZ);
    if (!text || printf("%c.%s", text[0], text + 1) < 0 || fflush(stdout) != 0) {
        return 1;
    }
    mpfr_free_str(text);
    mpfr_clear(pi);
    mpfr_free_cache();
    return 0;
}
