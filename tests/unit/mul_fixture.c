#include "mul_fixture.h"

#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/engine/mul_plan.h"

/* Lengths around which something changes: one limb, FLINT's beginning, second
 * threads, GMP's transforms. setup() adds those around the beginning of ours. */
size_t mul_edges[24] = {1,   2,   3,    16,   63,   64,   99,   100, 101,
                        400, 749, 1499, 1500, 1501, 3000, 3001, 7000};
size_t mul_edge_count = 17;

static gmp_randstate_t randomness;

int
mul_setup(void **state)
{
    size_t from = mul_from();

    (void)state;
    gmp_randinit_default(randomness);
    if (from < 20000) {
        mul_edges[mul_edge_count++] = from - 1;
        mul_edges[mul_edge_count++] = from;
        mul_edges[mul_edge_count++] = 3 * from + 1;
    }
    return 0;
}

int
mul_teardown(void **state)
{
    (void)state;
    gmp_randclear(randomness);
    return 0;
}

/* A number of exactly LIMBS limbs, on every second call with long runs of ones and
 * zeros. */
void
mul_any_number(mpz_t z, size_t limbs)
{
    static int calls;

    if (calls++ % 2 == 0)
        mpz_urandomb(z, randomness, 64 * limbs);
    else
        mpz_rrandomb(z, randomness, 64 * limbs);
    mpz_setbit(z, 64 * limbs - 1);
}

/* A place of LIMBS limbs that holds nothing of use. */
mp_limb_t *
mul_place(size_t limbs)
{
    mp_limb_t *p = malloc(limbs * sizeof *p);

    assert_non_null(p);
    memset(p, 0xaa, limbs * sizeof *p);
    return p;
}
