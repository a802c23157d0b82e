/*
 * Digits of a binary fraction, in radix 16 by looking, in radix 10 by a tree.
 *
 * Tree: the digits of a fraction x of d digits are those of its first m digits,
 * for which the leading limbs of x suffice, followed by those of the fraction of
 * 10^m x, for which d - m digits' worth of limbs suffice. Every level costs one
 * multiplication by 5^m (the factor 2^m is a shift) of about a third of the
 * level's length, so the whole is O(M(n) log n). Below LEAF_DIGITS digits the
 * fraction is multiplied by 10^19 again and again; the limb that overflows is
 * the next 19 digits. (The idea of computing with leading parts only is that of
 * D. J. Bernstein, "Scaled remainder trees", 2004, in its simplest form.)
 * m is always a leaf size times a power of 2, so that one power of 5 per level
 * serves all nodes of the level.
 *
 * Error: every fraction kept is a lower bound of the true one, because limbs are
 * only ever dropped. A fraction that d digits are taken from keeps at least
 * d log2(10) / 64 + g limbs, g the guard, so dropping the limbs below costs less
 * than one ulp, which grows by at most 10^d to less than 2^(-64 g) when the end of
 * the last digit is reached. The way from the root to the end of a leaf drops
 * limbs at most once per level and once per step in the leaf: fewer than 64 + 28
 * times, and the root starts with RADIX_SLACK ulps. So what is left of the
 * fraction after a leaf's last digit is below the true rest by less than
 * E = RADIX_SLACK + 128 units of 2^(-64 g). If rest + E < 1, the digits before
 * are right; otherwise the leaf is undecided. A wrong carry anywhere in the tree
 * appears as such an undecided leaf just before it.
 *
 * In radix 16 the digits are the leading bits themselves, with one check for all.
 */
#include "radix.h"

#include <stdlib.h>
#include <string.h>

#include "pair.h"

/* A leaf has LEAF_DIGITS / 2 + 1 to LEAF_DIGITS digits. */
#define LEAF_DIGITS 512
#define LEAF_LIMBS  96 /* room for radix_limbs(10, LEAF_DIGITS, MOST_GUARD) */
#define MOST_GUARD  64

/* Digits taken per step in a leaf: the most that fit a limb. */
#define STEP_DIGITS 19

/* From this many digits on a second thread pays. */
#define PARALLEL_DIGITS 20000

#define MAX_LEVELS 40

/* log2(10) < LOG_NUM / LOG_DEN. */
#define LOG_NUM UINT64_C(3321928095)
#define LOG_DEN UINT64_C(1000000000)

struct tree {
    uint64_t leaf;           /* digits of a leaf */
    int levels;              /* nodes of level i have up to leaf 2^i digits */
    mpz_t power[MAX_LEVELS]; /* power[i] = 5^(leaf 2^i), for the nodes of level i+1 */
    unsigned guard;
    atomic_bool undecided;
};

/* COUNT digits to be taken from the LEN limbs at X into TEXT. */
struct node {
    struct tree *tree;
    const mp_limb_t *x;
    size_t len;
    char *text;
    uint64_t count;
    int level;
    int threads;
};

size_t
radix_limbs(int radix, uint64_t count, unsigned guard)
{
    uint64_t bits = radix == 16 ? 4 * count : count * LOG_NUM / LOG_DEN + 1;

    return (size_t)((bits + 63) / 64) + guard;
}

/* True when a carry from the error bound could pass through the GUARD limbs. */
static bool
guard_full(const mp_limb_t *rest, unsigned guard)
{
    mp_limb_t sum[MOST_GUARD];

    return mpn_add_1(sum, rest, (mp_size_t)guard, RADIX_SLACK + 128) != 0;
}

static void
write_digits(char *text, mp_limb_t value, unsigned digits)
{
    while (digits-- > 0) {
        text[digits] = (char)('0' + value % 10);
        value /= 10;
    }
}

static void
leaf(const struct node *node)
{
    mp_limb_t x[LEAF_LIMBS];
    size_t len = radix_limbs(10, node->count, node->tree->guard);
    size_t keep;
    char *text = node->text;
    uint64_t left = node->count;
    unsigned digits;
    mp_limb_t scale = UINT64_C(10000000000000000000);
    mp_limb_t *low = x;

    memcpy(x, node->x + node->len - len, len * sizeof x[0]);
    while (left > 0) {
        digits = STEP_DIGITS;
        for (; digits > left; digits--)
            scale /= 10;
        write_digits(text, mpn_mul_1(low, low, (mp_size_t)len, scale), digits);
        text += digits;
        left -= digits;
        keep = left > 0 ? radix_limbs(10, left, node->tree->guard) : node->tree->guard;
        low += len - keep;
        len = keep;
    }
    if (guard_full(low, node->tree->guard))
        atomic_store(&node->tree->undecided, true);
}

/*
 * OUT (OUT_LEN limbs) becomes the leading limbs of the fraction of 10^m x, x the
 * LEN limbs at X, POWER = 5^m. TMP has room for LEN + size of POWER limbs. As
 * only the fraction counts, the leading m bits of x are left out.
 */
static void
shift_digits(mp_limb_t *out, size_t out_len, const mp_limb_t *x, size_t len,
             const mpz_t power, uint64_t m, mp_limb_t *tmp)
{
    size_t whole = (size_t)(m / 64);
    unsigned bits = (unsigned)(m % 64);
    size_t used = len - whole;
    size_t at = used - out_len;

    if (used >= mpz_size(power))
        mpn_mul(tmp, x, (mp_size_t)used, mpz_limbs_read(power),
                (mp_size_t)mpz_size(power));
    else
        mpn_mul(tmp, mpz_limbs_read(power), (mp_size_t)mpz_size(power), x,
                (mp_size_t)used);
    if (bits == 0) {
        mpn_copyi(out, tmp + at, (mp_size_t)out_len);
        return;
    }
    mpn_lshift(out, tmp + at, (mp_size_t)out_len, bits);
    if (at > 0)
        out[0] |= tmp[at - 1] >> (64 - bits);
}

static void
walk(struct run *run, void *arg)
{
    const struct node *node = arg;
    struct tree *tree = node->tree;
    struct node left = *node, right = *node;
    uint64_t m;
    size_t len;
    mp_limb_t *rest = NULL, *tmp = NULL;

    if (!run_going(run) || atomic_load_explicit(&tree->undecided, memory_order_relaxed))
        return;
    if (node->level == 0) {
        leaf(node);
        run_work(run, node->count);
        return;
    }
    m = tree->leaf << (node->level - 1);
    left.level = right.level = node->level - 1;
    if (node->count <= m) {
        walk(run, &left);
        return;
    }
    left.count = m;
    right.count = node->count - m;
    right.text = node->text + m;
    right.len = radix_limbs(10, right.count, tree->guard);
    right.threads = node->threads / 2;
    left.threads = node->threads - right.threads;

    len = radix_limbs(10, node->count, tree->guard);
    tmp = malloc((len + mpz_size(tree->power[left.level])) * sizeof *tmp);
    rest = malloc(right.len * sizeof *rest);
    if (tmp == NULL || rest == NULL) {
        run_fail(run, ENGINE_NO_MEMORY);
        goto out;
    }
    shift_digits(rest, right.len, node->x + node->len - len, len,
                 tree->power[left.level], m, tmp);
    free(tmp);
    tmp = NULL;
    right.x = rest;
    run_work(run, node->count);
    pair_run(run, node->threads > 1 && node->count >= PARALLEL_DIGITS, walk, &right,
             walk, &left);
out:
    free(tmp);
    free(rest);
}

static uint64_t
leaf_size(uint64_t count, int *levels)
{
    uint64_t leaf = count;

    *levels = 0;
    while (leaf > LEAF_DIGITS) {
        leaf = leaf / 2 + leaf % 2;
        (*levels)++;
    }
    return leaf;
}

static enum radix_rc
decimal(struct run *run, char *text, uint64_t count, const mp_limb_t *limbs,
        unsigned guard, int threads)
{
    struct tree tree = {.guard = guard};
    struct node root = {
        .tree = &tree,
        .x = limbs,
        .len = radix_limbs(10, count, guard),
        .text = text,
        .count = count,
        .threads = threads,
    };
    int i;

    atomic_init(&tree.undecided, false);
    tree.leaf = leaf_size(count, &tree.levels);
    root.level = tree.levels;
    for (i = 0; i < tree.levels; i++) {
        mpz_init(tree.power[i]);
        if (i == 0)
            mpz_ui_pow_ui(tree.power[i], 5, tree.leaf);
        else if (run_going(run))
            mpz_mul(tree.power[i], tree.power[i - 1], tree.power[i - 1]);
    }
    run_work(run, 0);
    walk(run, &root);
    for (i = 0; i < tree.levels; i++)
        mpz_clear(tree.power[i]);
    if (!run_going(run))
        return RADIX_STOPPED;
    return atomic_load(&tree.undecided) ? RADIX_UNDECIDED : RADIX_OK;
}

static enum radix_rc
hexadecimal(struct run *run, char *text, uint64_t count, const mp_limb_t *limbs,
            unsigned guard)
{
    static const char digit[] = "0123456789abcdef";
    const uint64_t piece = 1 << 20;
    size_t len = radix_limbs(16, count, guard);
    mp_limb_t rest[MOST_GUARD + 1];
    uint64_t i;

    for (i = 0; i < count; i++) {
        text[i] = digit[limbs[len - 1 - i / 16] >> (60 - i % 16 * 4) & 15];
        if (i % piece == piece - 1 && !run_work(run, piece))
            return RADIX_STOPPED;
    }
    /* What follows the last digit: the rest of its limb and the guard. */
    mpn_copyi(rest, limbs, (mp_size_t)guard + 1);
    if (count % 16 == 0)
        return guard_full(rest, guard) ? RADIX_UNDECIDED : RADIX_OK;
    mpn_lshift(rest, rest, (mp_size_t)guard + 1, (unsigned)(count % 16 * 4));
    return guard_full(rest + 1, guard) ? RADIX_UNDECIDED : RADIX_OK;
}

enum radix_rc
radix_digits(struct run *run, char *text, uint64_t count, const mp_limb_t *limbs,
             int radix, unsigned guard, int threads)
{
    if (radix == 16)
        return hexadecimal(run, text, count, limbs, guard);
    return decimal(run, text, count, limbs, guard, threads);
}

double
radix_cost(int radix, uint64_t count)
{
    int levels;

    if (radix == 16)
        return (double)count;
    leaf_size(count, &levels);
    return (double)count * (levels + 1);
}
