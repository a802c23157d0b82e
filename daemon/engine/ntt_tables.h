/*
 * The tables of factors that ntt_transform.h reads: a template as that is, to be
 * included after it. They are made anew for every product, which takes less than a
 * hundredth of its time, and need a tenth of one array's memory.
 */

/* 2^LEAF_SCALE = 8 LANES */
#define LEAF_SCALE (LANES == 8 ? 6 : LANES == 4 ? 5 : 3)

static void
enter_all(const struct ntt_field *field, const struct ntt_factors *factors, size_t at,
          const uint64_t *form, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        factors->word[at + i] = enter(field, form[i]);
        factors->helper[at + i] = helper_of(field, factors->word[at + i]);
    }
}

/* Fills COUNT of FACTORS, a power of 2, with e(theta(l) / 2^SCALE), and number COUNT
 * with LAST: theta(2^b + l) = theta(l) + 1 / 2^(b+1) for l < 2^b. ROOTS[i] is e(1 /
 * 2^i). */
TARGET static void
fill(const struct ntt_field *field, const uint64_t *roots,
     const struct ntt_factors *factors, size_t count, unsigned scale, uint64_t last)
{
    const struct constants c = constants_of(field);
    uint64_t form[NTT_MOST_LANES] = {field->m.one};
    const uint64_t *root = roots + scale + 1;
    struct factor step, f;
    size_t begun, i;

    for (begun = 1; begun < NTT_MOST_LANES && begun < count; begun *= 2, root++)
        for (i = 0; i < begun; i++)
            form[begun + i] = mod_mul(&field->m, form[i], *root);
    enter_all(field, factors, 0, form, begun);
    for (; begun < count; begun *= 2, root++) {
        step = factor_of(&c, all(enter(field, *root)));
        for (i = 0; i < begun; i += LANES) {
            f = factor_of(&c, product(&c, load(factors->word + i), &step));
            store(factors->word + begun + i, f.word);
            store(factors->helper + begun + i, f.helper);
        }
    }
    enter_all(field, factors, count, &last, 1);
}

/* The lanes' factors: e(theta(l) / 8), and e(-theta(l) / 8 - 1 / (8 LANES)), the second
 * part belonging to the mirror of the group. As theta(l) + theta(LANES - 1 - l) = 1 - 1
 * / LANES, this is e(theta(LANES - 1 - l) / 8 - 1 / 8), and e(-1/8) = -e(3/8). */
static void
fill_lanes(const struct ntt_field *field, const uint64_t *roots)
{
    const struct modulus *m = &field->m;
    const uint64_t turn = mod_negate(m, mod_mul(m, roots[2], roots[3]));
    uint64_t form[2 * LANES];
    size_t begun, i;
    unsigned b;

    form[0] = m->one;
    for (begun = 1, b = 4; begun < LANES; begun *= 2, b++)
        for (i = 0; i < begun; i++)
            form[begun + i] = mod_mul(m, form[i], roots[b]);
    for (i = 0; i < LANES; i++)
        form[2 * LANES - 1 - i] = mod_mul(m, form[i], turn);
    enter_all(field, &field->lane, 0, form, 2 * LANES);
}

/* The odd step's factors: number (j odd + e) LANES + l is omega^(j (e + l)). */
static void
fill_odd(const struct ntt_field *field, unsigned prime, unsigned odd)
{
    const struct modulus *m = &field->m;
    const uint64_t omega = ntt_root(m, prime, odd);
    uint64_t power[NTT_MOST_ODD] = {m->one}, form[LANES];
    unsigned j, e, l;

    for (e = 1; e < odd; e++)
        power[e] = mod_mul(m, power[e - 1], omega);
    UNROLLED
    for (j = 0; j < odd; j++)
        for (e = 0; e < odd; e++) {
            for (l = 0; l < LANES; l++)
                form[l] = power[j * (e + l) % odd];
            enter_all(field, &field->odd, (j * odd + e) * LANES, form, LANES);
        }
}

static uint64_t *
take(uint64_t **memory, size_t words)
{
    uint64_t *taken = *memory;

    *memory += (words + NTT_MOST_LANES - 1) / NTT_MOST_LANES * NTT_MOST_LANES;
    return taken;
}

static struct ntt_factors
take_factors(uint64_t **memory, size_t count)
{
    uint64_t *word = take(memory, count);

    return (struct ntt_factors){word, take(memory, count)};
}

TARGET static void
prepare(struct ntt_field *field, const struct ntt_shape *shape, unsigned prime,
        uint64_t *memory)
{
    const size_t nodes = ntt_node_count(shape), leaves = ntt_leaf_count(shape, LANES);
    struct modulus *m = &field->m;
    uint64_t roots[NTT_MOST_LEVELS + 1];
    unsigned i;

    *m = modulus_of(ntt_primes[prime]);
    prepare_field(field, shape, prime);
    field->nodes = take_factors(&memory, nodes + NTT_MOST_LANES);
    field->leaves = take_factors(&memory, leaves + NTT_MOST_LANES);
    field->lane = take_factors(&memory, 2 * LANES);
    roots[shape->levels] = ntt_root(m, prime, shape->part);
    for (i = shape->levels; i > 0; i--)
        roots[i - 1] = mod_mul(m, roots[i], roots[i]);
    fill(field, roots, &field->nodes, nodes - 1, 1, mod_negate(m, m->one));
    fill(field, roots, &field->leaves, leaves - 1, LEAF_SCALE, roots[LEAF_SCALE]);
    fill_lanes(field, roots);
    if (shape->odd > 1) {
        field->odd = take_factors(&memory, shape->odd * shape->odd * LANES);
        fill_odd(field, prime, shape->odd);
    }
}
