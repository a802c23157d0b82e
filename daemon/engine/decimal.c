/*
 * Decimal digits of a binary fraction by a tree.
 *
 * Tree: the digits of a fraction x of d digits are those of its first m digits,
 * for which the leading limbs of x suffice, followed by those of the fraction of
 * 10^m x, for which d - m digits' worth of limbs suffice. Every level costs one
 * multiplication by 5^m (the factor 2^m is a shift) of about a third of the
 * level's length, so the whole is O(M(n) log n). Below some hundred digits the
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
 * Parallel: large nodes wait on a shelf, from which every thread takes the largest.
 * The left half of a node needs no multiplication, so it is put on the shelf before
 * the multiplication for the right half begins, and even the root keeps two threads
 * busy. Small nodes are done by the thread that meets them.
 *
 * Evidence: along the right edge of the tree, from the root to the last leaf, the
 * numbers of each multiplication are noted modulo a prime (see evidence.h). The left
 * half's digits D satisfy 10^m x = D B^len + rest exactly, as the multiplication is
 * exact; so this proves all digits with work that halves from level to level.
 */
#include "radix.h"

#include <stdlib.h>
#include <string.h>

#include "mul.h"
#include "pair.h"
#include "residue.h"

/* Room for radix_limbs(10, digits of a leaf, RADIX_MOST_GUARD). */
#define LEAF_LIMBS 96

/* Digits taken per step in a leaf: the most that fit a limb. */
#define STEP_DIGITS 19

/* From this many digits on a second thread pays. */
#define PARALLEL_DIGITS 20000

/* Nodes on the shelf have at least 1 / SHELF_PART of all digits, so that not more
 * than this many can wait at a time. */
#define SHELF_PART 256
#define SHELF_ROOM 512

/* Units of work for a digit in a leaf. */
#define DIGIT_UNITS 1.6

/* COUNT digits to be taken from the LEN limbs at X into TEXT. */
struct node {
    mp_limb_t *x; /* belongs to the node */
    size_t len;
    char *text;
    uint64_t count;
    int level;
    int edge; /* its number on the right edge from the root on, or -1 */
};

struct tree {
    const struct fives *powers;
    unsigned guard;
    struct engine_evidence *evidence;
    atomic_bool undecided;

    uint64_t least; /* digits of a node that goes to the shelf */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct node shelf[SHELF_ROOM]; /* the largest last */
    int waiting, busy;             /* on the shelf; taken and not finished */
    int threads;
};

/* DIGITS decimal digits of VALUE. */
static void
write_digits(char *text, mp_limb_t value, unsigned digits)
{
    static const char pair[201] = "00010203040506070809101112131415161718192021222324"
                                  "25262728293031323334353637383940414243444546474849"
                                  "50515253545556575859606162636465666768697071727374"
                                  "75767778798081828384858687888990919293949596979899";

    for (; digits >= 2; digits -= 2) {
        memcpy(text + digits - 2, pair + value % 100 * 2, 2);
        value /= 100;
    }
    if (digits > 0)
        text[0] = (char)('0' + value % 10);
}

static void
leaf(struct tree *tree, const struct node *node)
{
    mp_limb_t x[LEAF_LIMBS];
    size_t len = node->len;
    size_t keep;
    char *text = node->text;
    uint64_t left = node->count;
    unsigned digits;
    mp_limb_t scale = UINT64_C(10000000000000000000);
    mp_limb_t *low = x;

    if (node->edge >= 0)
        radix_last_step(tree->evidence, node->edge, 10, left, node->x, len);
    memcpy(x, node->x, len * sizeof x[0]);
    while (left > 0) {
        digits = STEP_DIGITS;
        for (; digits > left; digits--)
            scale /= 10;
        write_digits(text, mpn_mul_1(low, low, (mp_size_t)len, scale), digits);
        text += digits;
        left -= digits;
        keep = left > 0 ? radix_limbs(10, left, tree->guard) : tree->guard;
        low += len - keep;
        len = keep;
    }
    if (radix_guard_full(low, tree->guard))
        atomic_store(&tree->undecided, true);
}

/* A step of the evidence; see evidence.h. PRODUCT is X (without its leading limbs,
 * USED are left) times 5^m, of which RIGHT keeps the limbs from AT on. */
static void
note_step(struct engine_evidence *evidence, const struct node *node,
          const struct node *right, uint64_t m, const mp_limb_t *product, size_t used,
          size_t at)
{
    struct evidence_step *step = &evidence->step[node->edge];
    uint64_t twos = residue_pow(2, m);

    *step = (struct evidence_step){
        .digits = m,
        .limbs = node->len,
        .dropped = node->len - right->len,
        .value = residue_limbs(node->x, 64 * node->len),
        .rest = residue_mul(residue_limbs(product, 64 * used - m % 64), twos),
        .lost = residue_mul(residue_limbs(product, 64 * at - m % 64), twos),
    };
}

/*
 * The limbs of RIGHT become the leading ones of the fraction of 10^m x, x being that
 * of NODE and POWER = 5^m. As only the fraction counts, the leading m bits of x are
 * left out. False if the run stopped.
 */
static bool
shift_digits(struct run *run, struct tree *tree, const struct node *node,
             struct node *right, const mpz_t power, uint64_t m)
{
    unsigned bits = (unsigned)(m % 64);
    size_t used = node->len - (size_t)(m / 64);
    size_t at = used - right->len;
    uint64_t units = (uint64_t)mul_cost((double)used, (double)mpz_size(power));
    mp_limb_t *product = malloc((used + mpz_size(power)) * sizeof *product);

    right->x = malloc(right->len * sizeof *right->x);
    if (product == NULL || right->x == NULL) {
        run_fail(run, ENGINE_NO_MEMORY);
        goto out;
    }
    run_begin(run, units);
    mul_limbs(product, node->x, used, mpz_limbs_read(power), mpz_size(power));
    run_end(run, units);
    if (bits == 0) {
        mpn_copyi(right->x, product + at, (mp_size_t)right->len);
    } else {
        mpn_lshift(right->x, product + at, (mp_size_t)right->len, bits);
        right->x[0] |= product[at - 1] >> (64 - bits);
    }
    if (node->edge >= 0)
        note_step(tree->evidence, node, right, m, product, used, at);
out:
    free(product);
    return run_going(run);
}

/* NODE, whose other members are set, gets a copy of the leading limbs of the LEN at
 * X. */
static bool
copy_limbs(struct run *run, struct node *node, const mp_limb_t *x, size_t len)
{
    node->x = malloc(node->len * sizeof *node->x);
    if (node->x == NULL) {
        run_fail(run, ENGINE_NO_MEMORY);
        return false;
    }
    mpn_copyi(node->x, x + len - node->len, (mp_size_t)node->len);
    return true;
}

static void
shelve(struct tree *tree, const struct node *node)
{
    int i;

    pthread_mutex_lock(&tree->lock);
    for (i = tree->waiting++; i > 0 && tree->shelf[i - 1].count > node->count; i--)
        tree->shelf[i] = tree->shelf[i - 1];
    tree->shelf[i] = *node;
    pthread_cond_signal(&tree->changed);
    pthread_mutex_unlock(&tree->lock);
}

static void convert(struct run *run, struct tree *tree, struct node *node);

/* Does NODE now, or puts it on the shelf if it is large. */
static void
offer(struct run *run, struct tree *tree, struct node *node)
{
    if (tree->threads > 1 && node->count >= tree->least)
        shelve(tree, node);
    else
        convert(run, tree, node);
}

/* Does NODE, and frees its limbs. */
static void
convert(struct run *run, struct tree *tree, struct node *node)
{
    struct node left = *node, right = *node;
    uint64_t m;

    if (!run_going(run) || atomic_load_explicit(&tree->undecided, memory_order_relaxed))
        goto out;
    if (node->level == 0) {
        leaf(tree, node);
        run_work(run, (uint64_t)((double)node->count * DIGIT_UNITS));
        goto out;
    }
    m = tree->powers->leaf << (node->level - 1);
    if (node->count <= m) {
        node->level--;
        convert(run, tree, node);
        return;
    }
    left.level = right.level = node->level - 1;
    left.count = m;
    left.len = radix_limbs(10, m, tree->guard);
    left.edge = -1;
    if (!copy_limbs(run, &left, node->x, node->len))
        goto out;
    offer(run, tree, &left);
    right.count -= m;
    right.text += m;
    right.len = radix_limbs(10, right.count, tree->guard);
    if (right.edge >= 0)
        right.edge++;
    if (shift_digits(run, tree, node, &right, tree->powers->power[right.level], m)) {
        free(node->x);
        offer(run, tree, &right);
        return;
    }
    free(right.x);
out:
    free(node->x);
}

/* Takes the largest node from the shelf; false when there is none and none can
 * come any more. */
static bool
take(struct tree *tree, struct node *node)
{
    bool taken = false;

    pthread_mutex_lock(&tree->lock);
    while (tree->waiting == 0 && tree->busy > 0)
        pthread_cond_wait(&tree->changed, &tree->lock);
    if (tree->waiting > 0) {
        *node = tree->shelf[--tree->waiting];
        tree->busy++;
        taken = true;
    }
    pthread_mutex_unlock(&tree->lock);
    return taken;
}

struct crew {
    struct tree *tree;
    int threads;
};

/* What THREADS threads do: one node after another. */
static void
serve(struct run *run, void *arg)
{
    const struct crew *crew = arg;
    struct tree *tree = crew->tree;
    struct crew one = {tree, crew->threads / 2};
    struct crew other = {tree, crew->threads - crew->threads / 2};
    struct node node;

    if (crew->threads > 1) {
        pair_run(run, true, serve, &one, serve, &other);
        return;
    }
    while (take(tree, &node)) {
        convert(run, tree, &node);
        pthread_mutex_lock(&tree->lock);
        if (--tree->busy == 0)
            pthread_cond_broadcast(&tree->changed);
        pthread_mutex_unlock(&tree->lock);
    }
}

/* Converts the root of TREE. */
static void
plant(struct run *run, struct tree *tree, struct node *root, int threads)
{
    struct crew crew = {tree, threads};

    if (pthread_mutex_init(&tree->lock, NULL) != 0) {
        run_fail(run, ENGINE_NO_MEMORY);
        free(root->x);
        return;
    }
    if (pthread_cond_init(&tree->changed, NULL) != 0) {
        run_fail(run, ENGINE_NO_MEMORY);
        free(root->x);
    } else {
        shelve(tree, root);
        serve(run, &crew);
        while (tree->waiting > 0)
            free(tree->shelf[--tree->waiting].x);
        pthread_cond_destroy(&tree->changed);
    }
    pthread_mutex_destroy(&tree->lock);
}

enum radix_rc
decimal_digits(struct run *run, const struct radix_job *job)
{
    struct tree *tree = calloc(1, sizeof *tree);
    struct node root = {
        .len = radix_limbs(10, job->count, job->guard),
        .text = job->text,
        .count = job->count,
        .level = job->powers->levels,
        .edge = job->evidence != NULL ? 0 : -1,
    };
    enum radix_rc rc = RADIX_STOPPED;

    if (tree == NULL) {
        run_fail(run, ENGINE_NO_MEMORY);
        return RADIX_STOPPED;
    }
    tree->powers = job->powers;
    tree->guard = job->guard;
    tree->evidence = job->evidence;
    tree->threads = job->count >= PARALLEL_DIGITS ? job->threads : 1;
    tree->least = job->count / SHELF_PART + 1;
    if (tree->least < PARALLEL_DIGITS / 4)
        tree->least = PARALLEL_DIGITS / 4;
    atomic_init(&tree->undecided, false);
    if (copy_limbs(run, &root, job->limbs, root.len))
        plant(run, tree, &root, tree->threads);
    if (run_going(run))
        rc = atomic_load(&tree->undecided) ? RADIX_UNDECIDED : RADIX_OK;
    free(tree);
    return rc;
}

double
decimal_cost(uint64_t count)
{
    struct fives powers;
    double units = (double)count * DIGIT_UNITS, nodes, limbs;
    int level;

    fives_init(&powers, 10, count);
    for (level = 0; level < powers.levels; level++) {
        limbs = (double)(powers.leaf << level) / 64;
        nodes = (double)(UINT64_C(1) << (powers.levels - 1 - level));
        units += nodes * mul_cost(5.644 * limbs, 2.322 * limbs);
    }
    fives_clear(&powers);
    return units;
}
