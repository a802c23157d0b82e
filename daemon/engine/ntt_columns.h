/*
 * The parts of a kernel (ntt_kernel.h) put together of ntt_transform.h: a template as
 * that is, to be included after it.
 *
 * Blocks are worked on depth first: all of a part that fits into the processor's first
 * cache is finished before the next.
 */

/* Words that fit into the first cache. */
#define NEAR_WORDS 2048

/* From this length on the arrays of a product do not fit into any near cache, so that
 * asking for columns early pays. */
#define FAR_WORDS (UINT64_C(1) << 19)

/* An even number of levels, at least two, below node J, whose LENGTH words are at X,
 * down to nodes of END words, which become rows TO; what is at X is lost. */
INLINE void
split_down(const struct ntt_field *field, const struct constants *c, struct rows to,
           uint64_t *x, size_t length, size_t end, size_t j)
{
    size_t quarter = length / 4, nodes = 1, i;
    struct rows part;

    for (; quarter > end; quarter /= 4, nodes *= 4)
        for (i = 0; i < nodes; i++) {
            part = (struct rows){x + 4 * i * quarter, quarter};
            split_quarters(field, c, part, part, quarter, j * nodes + i);
        }
    for (i = 0; i < nodes; i++)
        split_quarters(field, c, (struct rows){row(to, 4 * i), to.step},
                       (struct rows){x + 4 * i * end, end}, end, j * nodes + i);
}

/* Back: from rows FROM to X. */
INLINE void
unite_up(const struct ntt_field *field, const struct constants *c, size_t last,
         uint64_t *x, struct rows from, size_t length, size_t end, size_t j)
{
    size_t quarter = end, nodes = length / end / 4, i;
    struct rows part;

    for (i = 0; i < nodes; i++)
        unite_quarters(field, c, last, (struct rows){x + 4 * i * end, end},
                       (struct rows){row(from, 4 * i), from.step}, end, j * nodes + i);
    while (nodes > 1) {
        quarter *= 4;
        nodes /= 4;
        for (i = 0; i < nodes; i++) {
            part = (struct rows){x + 4 * i * quarter, quarter};
            unite_quarters(field, c, last, part, part, quarter, j * nodes + i);
        }
    }
}

TARGET static void
split_block(const struct ntt_field *field, const struct constants *c, uint64_t *x,
            size_t length, size_t j)
{
    const struct rows quarters = {x, length / 4};
    size_t i;

    if (length > NEAR_WORDS) {
        split_quarters(field, c, quarters, quarters, length / 4, j);
        UNROLLED
        for (i = 0; i < 4; i++)
            split_block(field, c, row(quarters, i), length / 4, 4 * j + i);
        return;
    }
    split_down(field, c, (struct rows){x, 8}, x, length, 8, j);
    split_leaves(field, c, x, length, j * (length / (8 * LANES)));
}

TARGET static void
unite_block(const struct ntt_field *field, const struct constants *c,
            const struct ntt_shape *shape, uint64_t *x, size_t length, size_t j)
{
    const size_t last = ntt_node_count(shape) - 1;
    const struct rows quarters = {x, length / 4};
    size_t i;

    if (length > NEAR_WORDS) {
        UNROLLED
        for (i = 0; i < 4; i++)
            unite_block(field, c, shape, row(quarters, i), length / 4, 4 * j + i);
        unite_quarters(field, c, last, quarters, quarters, length / 4, j);
        return;
    }
    unite_leaves(field, c, ntt_leaf_count(shape, LANES) - 1, x, length,
                 j * (length / (8 * LANES)));
    unite_up(field, c, last, x, (struct rows){x, 8}, length, 8, j);
}

TARGET static void
forward(const struct ntt_field *field, const struct ntt_shape *shape, uint64_t *block,
        size_t index)
{
    const struct constants c = constants_of(field);

    split_block(field, &c, block, shape->columns, index & ((1u << shape->top) - 1));
}

TARGET static void
backward(const struct ntt_field *field, const struct ntt_shape *shape, uint64_t *block,
         size_t index)
{
    const struct constants c = constants_of(field);

    unite_block(field, &c, shape, block, shape->columns,
                index & ((1u << shape->top) - 1));
}

TARGET static void
multiply(const struct ntt_field *field, uint64_t *r, const uint64_t *a,
         const uint64_t *b, size_t count)
{
    const struct constants c = constants_of(field);
    struct factor f;
    size_t i;

    for (i = 0; i < count; i += LANES) {
        f = factor_of(&c, narrow(&c, load(b + i)));
        store(r + i, product(&c, load(a + i), &f));
    }
}

/*
 * The odd step on rows of COUNT words, the first of which are at Q modulo odd. There:
 * out_j[q] = sum of omega^(j (q + n t)) in_t[q] over those TERMS that are not all 0;
 * back: in_t[q] odd = sum of omega^(-j (q + n t)) out_j[q]. N is the part's length
 * modulo odd.
 */
INLINE void
spread_odd(const struct ntt_field *field, const struct constants *c, struct rows to,
           struct rows from, size_t count, size_t q, size_t n, unsigned terms,
           unsigned odd)
{
    vec x[NTT_MOST_ODD];
    size_t e[NTT_MOST_ODD] = {0}, i;
    struct factor f;
    struct total total;
    unsigned j, t;

    UNROLLED
    for (t = 0; t < odd; t++)
        e[t] = (q + n * t) % odd * LANES;
    for (i = 0; i < count; i += LANES) {
        UNROLLED
        for (t = 0; t < odd; t++)
            x[t] = load(row(from, t) + i);
        UNROLLED
        for (j = 0; j < odd; j++) {
            total = total_zero(c);
            UNROLLED
            for (t = 0; t < odd && t < terms; t++) {
                f = factors_at(&field->odd, j * odd * LANES + e[t]);
                total_add(c, &total, x[t], &f);
            }
            store(row(to, j) + i, total_wide(c, &total));
        }
        UNROLLED
        for (t = 0; t < odd; t++)
            e[t] = (e[t] + LANES * LANES) % (odd * LANES);
    }
}

INLINE void
gather_odd(const struct ntt_field *field, const struct constants *c, struct rows to,
           struct rows from, size_t count, size_t q, size_t n, unsigned odd)
{
    vec x[NTT_MOST_ODD];
    size_t e[NTT_MOST_ODD] = {0}, i;
    struct factor f;
    struct total total;
    unsigned j, t;

    UNROLLED
    for (t = 0; t < odd; t++)
        e[t] = (q + n * t) % odd * LANES;
    for (i = 0; i < count; i += LANES) {
        UNROLLED
        for (j = 0; j < odd; j++)
            x[j] = load(row(from, j) + i);
        UNROLLED
        for (t = 0; t < odd; t++) {
            total = total_zero(c);
            UNROLLED
            for (j = 0; j < odd; j++) {
                f = factors_at(&field->odd, (odd - j) % odd * odd * LANES + e[t]);
                total_add(c, &total, x[j], &f);
            }
            store(row(to, t) + i, total_wide(c, &total));
            e[t] = (e[t] + LANES * LANES) % (odd * LANES);
        }
    }
}

/* The odd step for row I of each part, with an odd number that the compiler knows. */
INLINE void
odd_step(const struct ntt_field *field, const struct constants *c,
         const struct ntt_shape *shape, struct rows to, struct rows from, size_t i,
         size_t column, unsigned terms, bool back)
{
    const size_t rows = (size_t)1 << shape->top, width = shape->width;
    const size_t q = (i * shape->columns + column) % shape->odd;
    const size_t n = shape->part % shape->odd;
    const struct rows t = {row(to, i), rows * to.step};
    const struct rows f = {row(from, i), rows * from.step};

    switch (shape->odd * 2 + back) {
    case 6:
        spread_odd(field, c, t, f, width, q, n, terms, 3);
        break;
    case 7:
        gather_odd(field, c, t, f, width, q, n, 3);
        break;
    case 10:
        spread_odd(field, c, t, f, width, q, n, terms, 5);
        break;
    case 11:
        gather_odd(field, c, t, f, width, q, n, 5);
        break;
    case 14:
        spread_odd(field, c, t, f, width, q, n, terms, 7);
        break;
    default:
        gather_odd(field, c, t, f, width, q, n, 7);
        break;
    }
}

/* COUNT words of X from the limbs AT .. AT + COUNT - 1 of those there are, END. */
INLINE void
convert(const struct constants *c, uint64_t *x, size_t count, const mp_limb_t *limbs,
        size_t at, size_t end)
{
    size_t i = 0;

    for (; i < count && at + i + LANES <= end; i += LANES)
        store(x + i, residues(c, limbs + at + i));
    for (; i < count; i += LANES)
        store(x + i,
              residues_of_some(c, limbs + at + i, at + i < end ? end - at - i : 0));
}

/* The first level or two, an odd number if TOP is, of TOP levels at node 0, whose words
 * are in 2^top rows of COUNT; and how many nodes there are then. */
INLINE void
split_first(const struct ntt_field *field, const struct constants *c, struct rows to,
            struct rows from, unsigned top, size_t count)
{
    const size_t rows = (size_t)1 << top, each = top % 2 == 1 ? rows / 2 : rows / 4;
    struct rows t = {to.x, each * to.step}, f = {from.x, each * from.step};
    size_t i;

    for (i = 0; i < each; i++, t.x += to.step, f.x += from.step)
        if (top % 2 == 1)
            split_halves(field, c, t, f, count);
        else
            split_quarters(field, c, t, f, count, 0);
}

INLINE void
unite_last(const struct ntt_field *field, const struct constants *c, size_t last,
           struct rows to, struct rows from, unsigned top, size_t count)
{
    const size_t rows = (size_t)1 << top, each = top % 2 == 1 ? rows / 2 : rows / 4;
    struct rows t = {to.x, each * to.step}, f = {from.x, each * from.step};
    size_t i;

    for (i = 0; i < each; i++, t.x += to.step, f.x += from.step)
        if (top % 2 == 1)
            unite_halves(field, c, last, t, f, count);
        else
            unite_quarters(field, c, last, t, f, count, 0);
}

/* The top levels of all parts: from rows IN, a buffer without gaps, to rows OUT. */
INLINE void
split_top(const struct ntt_field *field, const struct constants *c,
          const struct ntt_shape *shape, struct rows out, struct rows in)
{
    const size_t rows = (size_t)1 << shape->top, heads = shape->top % 2 == 1 ? 2 : 4;
    const size_t each = rows / heads;
    size_t i, j;

    for (i = 0; i < shape->odd; i++, out.x += rows * out.step, in.x += rows * in.step) {
        split_first(field, c, each == 1 ? out : in, in, shape->top, shape->width);
        for (j = 0; j < heads && each > 1; j++)
            split_down(field, c, (struct rows){row(out, j * each), out.step},
                       row(in, j * each), each * in.step, in.step, j);
    }
}

/* Back: from rows OUT to rows IN, or back to rows OUT. */
INLINE void
unite_top(const struct ntt_field *field, const struct constants *c,
          const struct ntt_shape *shape, struct rows out, struct rows in, bool back)
{
    const size_t rows = (size_t)1 << shape->top, heads = shape->top % 2 == 1 ? 2 : 4;
    const size_t each = rows / heads, last = ntt_node_count(shape) - 1;
    size_t i, j;

    for (i = 0; i < shape->odd; i++, out.x += rows * out.step, in.x += rows * in.step) {
        for (j = 0; j < heads && each > 1; j++)
            unite_up(field, c, last, row(in, j * each),
                     (struct rows){row(out, j * each), out.step}, each * in.step,
                     in.step, j);
        unite_last(field, c, last, back ? out : in, each == 1 ? out : in, shape->top,
                   shape->width);
    }
}

/* Asks for memory that the next columns need: COUNT words at X. */
INLINE void
prefetch(const uint64_t *x, size_t count)
{
    size_t i;

    for (i = 0; i < count; i += 8)
        __builtin_prefetch(x + i, 1, 2);
}

TARGET static void
spread(const struct ntt_field *field, const struct ntt_shape *shape,
       const mp_limb_t *limbs, size_t count, uint64_t *array, size_t column,
       uint64_t *buffer)
{
    const struct constants c = constants_of(field);
    const size_t rows = (size_t)1 << shape->top, width = shape->width;
    const struct rows out = {array + column, shape->columns}, in = {buffer, width};
    const struct rows odd_to = shape->top > 0 ? in : out;
    const struct rows to = shape->odd > 1 ? in : odd_to;
    unsigned terms;
    size_t i, at;

    for (i = 0; i < shape->odd * rows; i++) {
        at = i * shape->columns + column;
        if (shape->length >= FAR_WORDS)
            prefetch(row(out, i) + width, width);
        if (shape->length >= FAR_WORDS && at + 2 * width <= count)
            prefetch(limbs + at + width, width);
        convert(&c, row(to, i), width, limbs, at, count);
    }
    for (i = 0; i < rows && shape->odd > 1; i++) {
        at = i * shape->columns + column;
        terms = at < count ? (unsigned)((count - at - 1) / shape->part) + 1 : 0;
        odd_step(field, &c, shape, odd_to, in, i, column, terms, false);
    }
    if (shape->top > 0)
        split_top(field, &c, shape, out, in);
}

TARGET static void
gather(const struct ntt_field *field, const struct ntt_shape *shape, uint64_t *array,
       size_t column, uint64_t *buffer)
{
    const struct constants c = constants_of(field);
    const size_t rows = (size_t)1 << shape->top, width = shape->width;
    const struct rows out = {array + column, shape->columns}, in = {buffer, width};
    const struct rows odd_from = shape->top > 0 ? in : out;
    size_t i;

    for (i = 0; i < shape->odd * rows && shape->length >= 4 * FAR_WORDS; i++)
        prefetch(row(out, i) + width, width);
    if (shape->top > 0)
        unite_top(field, &c, shape, out, in, shape->odd == 1);
    for (i = 0; i < rows && shape->odd > 1; i++)
        odd_step(field, &c, shape, out, odd_from, i, column, 0, true);
}
