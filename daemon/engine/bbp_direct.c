/*
 * Hexadecimal digits of pi at position n without those before it, term by term: for
 * small n, and the oracle of the engine that goes by primes (bbp.md).
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
 * are, until they are below the precision. bbp_terms.c does both.
 *
 * Error: each fraction is floored to 192 bits, so it is short of the true one by
 * less than 2^-192, and at most TERMS(n) = 7 (0.4 n + 24) < 2.8 n + 168 of them are
 * added (a sum modulo 1 is exact). What is left out from the first k with e < -200
 * for all seven on is below 2^-192 in all. Hence the sum is off by less than
 * (3 n + 200) 2^-192 in either direction: for n = 1e13 less than 2^-147.
 *
 * Largest position: j <= 10k + 9 < 4n + 30 and e < 4n stay far below 2^53 for
 * n = 1e13.
 */
#include "algorithms.h"
#include "bbp.h"
#include "bbp_terms.h"
#include "run.h"

/* Values of k a thread takes at a time; some milliseconds of work at most. */
#define BLOCK 2048

/* Terms with a factor below 2^LEAST_EXPONENT are left out. */
#define LEAST_EXPONENT (-200)

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

/* Adds the terms of all k with top - 10 k < 0 that count. */
static void
add_rest(struct fixed *sum, int64_t top, uint64_t k)
{
    int64_t e;
    int s;

    for (; (e = top - 10 * (int64_t)k) >= LEAST_EXPONENT - 8; k++)
        for (s = 0; s < BBP_TERMS; s++)
            bbp_add_single(sum, e + bbp_terms[s].shift,
                           bbp_terms[s].step * k + bbp_terms[s].offset,
                           bbp_terms[s].negative != (k % 2 == 1));
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
            bbp_add_powers(&sum, k, bbp->top - 10 * k);
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

void
bbp_direct(struct run *run, struct bbp_place *place)
{
    int64_t top = 4 * ((int64_t)place->position - 1) - 6;

    place->sum = (struct fixed){{0}};
    place->error = (struct fixed){{3 * place->position + 200}};
    add_blocks(run, &place->sum, top);
    add_rest(&place->sum, top, top < 0 ? 0 : (uint64_t)top / 10 + 1);
}
