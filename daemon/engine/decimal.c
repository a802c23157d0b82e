/*
 * Decimal digits of a binary fraction by a tree.
 *
 * Tree: the digits of a fraction x of d digits are those of its first m digits,
 * for which the leading limbs of x suffice, followed by those of the fraction of
 * 10^m x, for which d - m digits' worth of limbs suffice (decimal_step.c). Every level
 * costs one multiplication by 5^m (the factor 2^m is a shift) of about a third of
 * the level's length, so the whole is O(M(n) log n). Below some hundred digits the
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
 * Together: where transforms are used, the right halves of up to BUNDLE neighbouring
 * nodes are computed at a time, as the power of 5 is transformed only once for them.
 *
 * Parallel: large nodes wait on a shelf, from which every thread takes the largest.
 * The left half of a node needs no multiplication, so it is put on the shelf before
 * the multiplication for the right half begins, and even the root keeps two threads
 * busy. Small nodes are done by the thread that meets them. Where transforms are long,
 * all threads share those of the first levels instead, until there are enough nodes for
 * every thread.
 *
 * Evidence: along the right edge of the tree, from the root to the last leaf, the
 * numbers of each multiplication are noted modulo a prime (see evidence.h). The left
 * half's digits D satisfy 10^m x = D B^len + rest exactly, so this proves all digits
 * with work that halves from level to level.
 */
#include "radix.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "decimal_step.h"
#include "mul.h"
#include "pair.h"

/* From this many digits on a second thread pays. */
#define PARALLEL_DIGITS 20000

/* Nodes on the shelf have at least 1 / SHELF_PART of all digits, so that not more
 * than this many can wait at a time. */
#define SHELF_PART 256
#define SHELF_ROOM 512

/* Nodes that are multiplied together at most by one thread. With more of them a node
 * would cost between 2 and 2 1/4 transforms, alone it costs 3. */
#define BUNDLE 4

/* With t threads, all of them work on the first levels until there are GROWN t nodes,
 * or GROWN_MOST. */
#define GROWN      4
#define GROWN_MOST 64

/* Neighbouring nodes of the same level. */
struct bundle {
    struct node node[BUNDLE];
    int nodes;
};

struct tree {
    struct decimal decimal;
    uint64_t least; /* digits of a node that goes to the shelf */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct bundle shelf[SHELF_ROOM]; /* the largest last */
    int waiting, busy;               /* on the shelf; taken and not finished */
    struct decimal_levels levels;
    uint64_t alone; /* more digits of a node are done without waiting for others */
    int threads;
};

static void
free_nodes(struct node *nodes, int count)
{
    int i;

    for (i = 0; i < count; i++)
        free(nodes[i].x);
}

static void
shelve(struct tree *tree, const struct bundle *bundle)
{
    int i;

    pthread_mutex_lock(&tree->lock);
    for (i = tree->waiting++;
         i > 0 && tree->shelf[i - 1].node[0].count > bundle->node[0].count; i--)
        tree->shelf[i] = tree->shelf[i - 1];
    tree->shelf[i] = *bundle;
    pthread_cond_signal(&tree->changed);
    pthread_mutex_unlock(&tree->lock);
}

static void convert(struct run *run, struct tree *tree, struct bundle *bundle);

/* Does the COUNT NODES now, or puts them on the shelf if they are large. */
static void
offer(struct run *run, struct tree *tree, const struct node *nodes, int count)
{
    struct bundle bundle = {.nodes = count};

    if (count == 0)
        return;
    memcpy(bundle.node, nodes, (size_t)count * sizeof *nodes);
    if (tree->threads > 1 && nodes[0].count >= tree->least)
        shelve(tree, &bundle);
    else
        convert(run, tree, &bundle);
}

/*
 * The children of COUNT NODES, which are multiplied together, in order; a node without
 * a right half is its own child. The nodes lose their limbs. Returns the number of
 * children, 0 when the run stopped.
 */
static int
split_nodes(struct run *run, struct tree *tree, struct node *nodes, int count,
            struct node *children, int threads)
{
    const struct decimal *decimal = &tree->decimal;
    struct node right[MUL_MOST_PARTS];
    int full = count, made = 0, i;

    /* Only the tree's last node can be so short. */
    if (nodes[count - 1].count <= decimal_half(decimal, nodes[0].level))
        full--;
    for (i = 0; i < full; i++)
        if (!decimal_left(run, decimal, &nodes[i], &children[2 * i]))
            break;
    made = i;
    if (made == full && full > 0)
        decimal_right(run, decimal, nodes, right, (size_t)full, threads);
    if (made < full || !run_going(run)) {
        for (i = 0; i < made; i++)
            free(children[2 * i].x);
        free_nodes(nodes, count);
        return 0;
    }
    for (i = 0; i < full; i++)
        children[2 * i + 1] = right[i];
    if (full < count) {
        children[2 * full] = nodes[full];
        children[2 * full].level--;
    }
    return full + count;
}

/* Does NODE alone, and frees its limbs. */
static void
convert_node(struct run *run, struct tree *tree, struct node *node)
{
    struct node left, right;

    if (node->level == 0) {
        decimal_leaf(&tree->decimal, node);
        run_work(run, (uint64_t)decimal_leaf_cost(node->count));
        free(node->x);
    } else if (node->count <= decimal_half(&tree->decimal, node->level)) {
        node->level--;
        offer(run, tree, node, 1);
    } else if (decimal_left(run, &tree->decimal, node, &left)) {
        offer(run, tree, &left, 1);
        decimal_right(run, &tree->decimal, node, &right, 1, 1);
        if (run_going(run))
            offer(run, tree, &right, 1);
    } else {
        free(node->x);
    }
}

/* Does the nodes of BUNDLE, and frees their limbs. */
static void
convert(struct run *run, struct tree *tree, struct bundle *bundle)
{
    struct node *nodes = bundle->node, child[2 * BUNDLE];
    int count = bundle->nodes, children, i;

    if (!run_going(run) ||
        atomic_load_explicit(&tree->decimal.undecided, memory_order_relaxed)) {
        free_nodes(nodes, count);
    } else if (nodes[0].level >= tree->levels.together &&
               (count > 1 || nodes[0].count <= tree->alone || tree->threads == 1)) {
        children = split_nodes(run, tree, nodes, count, child, 1);
        i = children > BUNDLE ? children / 2 : children;
        offer(run, tree, child, i);
        offer(run, tree, child + i, children - i);
    } else {
        for (i = 0; i < count; i++)
            convert_node(run, tree, &nodes[i]);
    }
}

/* Takes the largest node from the shelf; false when there is none and none can
 * come any more. */
static bool
take(struct tree *tree, struct bundle *bundle)
{
    bool taken = false;

    pthread_mutex_lock(&tree->lock);
    while (tree->waiting == 0 && tree->busy > 0)
        pthread_cond_wait(&tree->changed, &tree->lock);
    if (tree->waiting > 0) {
        *bundle = tree->shelf[--tree->waiting];
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
    struct bundle bundle;

    if (crew->threads > 1) {
        pair_run(run, true, serve, &one, serve, &other);
        return;
    }
    while (take(tree, &bundle)) {
        convert(run, tree, &bundle);
        pthread_mutex_lock(&tree->lock);
        if (--tree->busy == 0)
            pthread_cond_broadcast(&tree->changed);
        pthread_mutex_unlock(&tree->lock);
    }
}

/* Puts ROOT on the shelf, or, where products are shared by the threads, its descendants
 * of the first level that has enough of them. */
static void
grow(struct run *run, struct tree *tree, const struct node *root)
{
    struct node nodes[2 * GROWN_MOST] = {*root}, children[2 * GROWN_MOST];
    int most = tree->threads * GROWN < GROWN_MOST ? tree->threads * GROWN : GROWN_MOST;
    int count = 1, made, at, here;
    struct bundle bundle;

    while (run_going(run) && count < most && nodes[0].level >= tree->levels.wide) {
        for (at = made = 0; at < count; at += here) {
            here = count - at < MUL_MOST_PARTS ? count - at : MUL_MOST_PARTS;
            made += split_nodes(run, tree, nodes + at, here, children + made,
                                tree->threads);
        }
        count = made;
        memcpy(nodes, children, (size_t)count * sizeof *nodes);
    }
    for (at = 0; at < count; at += here) {
        here = count <= 2 * tree->threads ? 1
               : count - at < BUNDLE      ? count - at
                                          : BUNDLE;
        bundle.nodes = here;
        memcpy(bundle.node, nodes + at, (size_t)here * sizeof *nodes);
        shelve(tree, &bundle);
    }
}

/* Converts the root of TREE. */
static void
plant(struct run *run, struct tree *tree, struct node *root)
{
    struct crew crew = {tree, tree->threads};

    if (pthread_mutex_init(&tree->lock, NULL) != 0) {
        run_fail(run, ENGINE_NO_MEMORY);
        free(root->x);
        return;
    }
    if (pthread_cond_init(&tree->changed, NULL) != 0) {
        run_fail(run, ENGINE_NO_MEMORY);
        free(root->x);
    } else {
        grow(run, tree, root);
        serve(run, &crew);
        while (tree->waiting > 0) {
            tree->waiting--;
            free_nodes(tree->shelf[tree->waiting].node,
                       tree->shelf[tree->waiting].nodes);
        }
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
    tree->decimal.powers = job->powers;
    tree->decimal.guard = job->guard;
    tree->decimal.evidence = job->evidence;
    atomic_init(&tree->decimal.undecided, false);
    tree->threads = job->count >= PARALLEL_DIGITS ? job->threads : 1;
    tree->least = job->count / SHELF_PART + 1;
    if (tree->least < PARALLEL_DIGITS / 4)
        tree->least = PARALLEL_DIGITS / 4;
    tree->levels = decimal_levels(&tree->decimal);
    if (tree->threads > 1)
        tree->alone = job->count / (2 * (uint64_t)tree->threads);
    if (decimal_copy(run, &root, job->limbs, root.len))
        plant(run, tree, &root);
    if (run_going(run))
        rc = atomic_load(&tree->decimal.undecided) ? RADIX_UNDECIDED : RADIX_OK;
    free(tree);
    return rc;
}

double
decimal_cost(uint64_t count)
{
    struct fives powers;
    struct decimal decimal = {.powers = &powers, .guard = 1};
    double units = decimal_leaf_cost(count), nodes;
    size_t together;
    int level, least;

    fives_init(&powers, 10, count);
    least = decimal_levels(&decimal).together;
    for (level = 1; level <= powers.levels; level++) {
        nodes = (double)(UINT64_C(1) << (powers.levels - level));
        together = level < least ? 1 : nodes < BUNDLE ? (size_t)nodes : BUNDLE;
        units +=
            nodes / (double)together * decimal_right_cost(&decimal, level, together);
    }
    fives_clear(&powers);
    return units;
}
