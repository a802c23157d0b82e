/*
 * peer_arb N THREADS: pi to N digits after the point by arb, which is a library of its
 * own beside FLINT 2 and a part of FLINT 3. Without arguments: FLINT's version.
 */
#include <stdio.h>
#include <stdlib.h>

#if __has_include(<flint/arb.h>)
#include <flint/arb.h>
#else
#include <arb.h>
#endif

int
main(int argc, char **argv)
{
    long digits, threads;
    char *text;
    arb_t pi;

    if (argc != 3) {
        puts(FLINT_VERSION);
        return 0;
    }
    digits = strtol(argv[1], NULL, 10);
    threads = strtol(argv[2], NULL, 10);
    if (digits < 1 || threads < 1) {
        return 2;
    }
    flint_set_num_threads((int)threads);
    arb_init(pi);
    arb_const_pi(pi, (slong)((double)digits * 3.3219280948873624) + 32);
    text = arb_get_str(pi, digits + 1, ARB_STR_NO_RADIUS);
    if (!text || fputs(text, stdout) < 0 || fflush(stdout) != 0) {
        return 1;
    }
    flint_free(text);
    arb_clear(pi);
    flint_cleanup_master();
    return 0;
}
