/*
 * Products by number-theoretic transforms: what is done when, where the arrays are, and
 * by which thread. The transforms themselves are the kernels' (ntt_kernel.h).
 *
 * One prime after the other: every operand is transformed into its home, an array;
 * block by block the homes are multiplied and transformed back into the products'
 * arrays, of which there are three for each product, one for each prime. To save memory
 * an operand's home is the array of the product that needs it last, if that is not
 * another operand's. Or else it is the place where a result will be, if it is long; a
 * short one gets an array of its own, because results are not aligned to cache lines,
 * which costs up to a tenth of the time.
 *
 * Each of these steps consists of tasks that are independent of each other. A crew of
 * threads takes them one by one, and waits for the last before the next step.
 */
#include "config.h"

#include "ntt.h"

#include <pthread.h>
#include <stdlib.h>

#include "ntt_block.h"
#include "ntt_kernel.h"

/* Coefficients in a task of the last step. */
#define JOIN_WORDS 8192

/* Below this length more threads than one do not pay. */
#define CREW_LENGTH 65536

/* From this length on homes may be where results will be. */
#define LONG_LENGTH ((size_t)1 << 19)

#define STEPS (4 * NTT_PRIMES + 1)

struct work {
    const struct ntt_kernel *kernel;
    struct run *run;
    struct ntt_shape shape;
    const struct ntt_operand *operands;
    const struct ntt_product *products;
    size_t operand_count, count;
    struct ntt_field fields[NTT_PRIMES];
    struct ntt_block table;
    struct ntt_block arrays;   /* of the products, NTT_PRIMES each, then extra homes */
    size_t *places;            /* of the operands' homes, see below */
    size_t extra;              /* homes that are neither a product's nor a result's */
    struct ntt_carry *carries; /* out of the pieces of each result */
    struct ntt_block buffers;  /* one for each thread */

    pthread_mutex_t gate; /* held until all threads have been started */
    pthread_barrier_t barrier;
    _Atomic size_t next[STEPS]; /* task of each step */
    _Atomic size_t numbers;     /* of threads */
};

static int
crew_size(size_t length, int threads)
{
    return length < CREW_LENGTH || threads < 1 ? 1 : threads;
}

static size_t
join_pieces(size_t length)
{
    return (length + JOIN_WORDS - 1) / JOIN_WORDS;
}

/* How many operands have homes that need no memory of their own. */
static size_t
homes_for_nothing(size_t length, size_t count)
{
    return length < LONG_LENGTH ? count : 2 * count;
}

/* All that the work needs. One block for all arrays, which can be kept for the next
 * product, and so is taken first: a long table would take it else. */
static bool
allocate_all(struct work *w, int threads)
{
    w->arrays = ntt_block_take(w->shape.length * (NTT_PRIMES * w->count + w->extra));
    w->table = ntt_block_take(ntt_table_words(&w->shape, w->kernel->lanes));
    w->buffers = ntt_block_take(ntt_buffer_words(&w->shape) * (size_t)threads);
    w->carries = malloc(w->count * join_pieces(w->shape.length) * sizeof *w->carries);
    return w->table.words != NULL && w->buffers.words != NULL && w->carries != NULL &&
           w->arrays.words != NULL;
}

static void
free_all(struct work *w)
{
    ntt_block_give(w->arrays);
    free(w->carries);
    ntt_block_give(w->buffers);
    ntt_block_give(w->table);
    free(w->places);
}

/*
 * The homes. Place 0 .. count - 1 is the array of that product, then come the results
 * of the products, if they may be used, then the extra arrays.
 */
static bool
last_needed(const struct work *w, size_t operand, size_t product)
{
    size_t i;

    for (i = product + 1; i < w->count; i++)
        if (w->products[i].a == operand || w->products[i].b == operand)
            return false;
    return true;
}

static void
find_homes(struct work *w)
{
    const size_t none = SIZE_MAX;
    const size_t free_homes = homes_for_nothing(w->shape.length, w->count);
    size_t next = w->count, i;

    for (i = 0; i < w->operand_count; i++)
        w->places[i] = none;
    for (i = 0; i < w->count; i++) {
        if (last_needed(w, w->products[i].a, i))
            w->places[w->products[i].a] = i;
        else if (last_needed(w, w->products[i].b, i))
            w->places[w->products[i].b] = i;
    }
    for (i = 0; i < w->operand_count; i++)
        if (w->places[i] == none)
            w->places[i] = next++;
    w->extra = next > free_homes ? next - free_homes : 0;
}

static uint64_t *
array_of(const struct work *w, size_t product, size_t prime)
{
    return w->arrays.words + (NTT_PRIMES * product + prime) * w->shape.length;
}

static uint64_t *
home(const struct work *w, size_t operand, size_t prime)
{
    const size_t free_homes = homes_for_nothing(w->shape.length, w->count);
    const size_t place = w->places[operand];

    if (place < w->count)
        return array_of(w, place, prime);
    if (place < free_homes)
        return w->products[place - w->count].r;
    return array_of(w, w->count, place - free_homes);
}

/* The tasks of the steps. INDEX counts them, BUFFER is the thread's. */
typedef void task_fn(struct work *w, size_t prime, size_t index, uint64_t *buffer);

static void
prepare(struct work *w, size_t prime, size_t index, uint64_t *buffer)
{
    (void)index;
    (void)buffer;
    w->kernel->prepare(&w->fields[prime], &w->shape, (unsigned)prime, w->table.words);
}

static void
spread(struct work *w, size_t prime, size_t index, uint64_t *buffer)
{
    const size_t groups = w->shape.columns / w->shape.width;
    const struct ntt_operand *operand = &w->operands[index / groups];

    w->kernel->spread(&w->fields[prime], &w->shape, operand->limbs, operand->count,
                      home(w, index / groups, prime), index % groups * w->shape.width,
                      buffer);
}

static void
blocks(struct work *w, size_t prime, size_t index, uint64_t *buffer)
{
    const struct ntt_field *field = &w->fields[prime];
    const size_t columns = w->shape.columns, at = index * columns;
    uint64_t *array;
    size_t i;

    (void)buffer;
    for (i = 0; i < w->operand_count; i++)
        w->kernel->forward(field, &w->shape, home(w, i, prime) + at, index);
    for (i = 0; i < w->count; i++) {
        array = array_of(w, i, prime) + at;
        w->kernel->multiply(field, array, home(w, w->products[i].a, prime) + at,
                            home(w, w->products[i].b, prime) + at, columns);
        w->kernel->backward(field, &w->shape, array, index);
    }
}

static void
gather(struct work *w, size_t prime, size_t index, uint64_t *buffer)
{
    const size_t groups = w->shape.columns / w->shape.width;

    w->kernel->gather(&w->fields[prime], &w->shape, array_of(w, index / groups, prime),
                      index % groups * w->shape.width, buffer);
}

static void
join(struct work *w, size_t prime, size_t index, uint64_t *buffer)
{
    const size_t pieces = join_pieces(w->shape.length);
    const size_t product = index / pieces, at = index % pieces * JOIN_WORDS;
    const size_t left = w->shape.length - at;
    uint64_t *residues[NTT_PRIMES];
    size_t i;

    (void)prime;
    (void)buffer;
    for (i = 0; i < NTT_PRIMES; i++)
        residues[i] = array_of(w, product, i) + at;
    w->carries[index] =
        w->kernel->join(w->fields, w->products[product].r + at, residues,
                        left < JOIN_WORDS ? left : JOIN_WORDS);
}

/* Does the tasks of all steps together with the other threads of the crew. */
static void
work_through(struct work *w)
{
    static task_fn *const tasks[] = {prepare, spread, blocks, gather};
    const size_t groups = w->shape.columns / w->shape.width;
    const size_t counts[] = {1, w->operand_count * groups,
                             (size_t)w->shape.odd << w->shape.top, w->count * groups};
    uint64_t *buffer = w->buffers.words + w->numbers++ * ntt_buffer_words(&w->shape);
    size_t step, index, count;
    task_fn *task;

    for (step = 0; step < STEPS; step++) {
        task = step == STEPS - 1 ? join : tasks[step % 4];
        count = step == STEPS - 1 ? w->count * join_pieces(w->shape.length)
                                  : counts[step % 4];
        while (run_work(w->run, 0) && (index = w->next[step]++) < count)
            task(w, step / 4, index, buffer);
        pthread_barrier_wait(&w->barrier);
    }
}

static void *
crew_main(void *arg)
{
    struct work *w = arg;

    pthread_mutex_lock(&w->gate);
    pthread_mutex_unlock(&w->gate);
    work_through(w);
    return NULL;
}

/* Starts the crew of SIZE threads, the present one included. The barrier is for those
 * that could be started. */
static void
work_together(struct work *w, int size)
{
    pthread_t *threads = malloc((size_t)size * sizeof *threads);
    int started = 0, i;

    if (threads == NULL) {
        run_fail(w->run, ENGINE_NO_MEMORY);
        return;
    }
    pthread_mutex_init(&w->gate, NULL);
    pthread_mutex_lock(&w->gate);
    while (started < size - 1 &&
           pthread_create(&threads[started], NULL, crew_main, w) == 0)
        started++;
    if (started < size - 1)
        run_fail(w->run, ENGINE_NO_THREAD);
    pthread_barrier_init(&w->barrier, NULL, (unsigned)started + 1);
    pthread_mutex_unlock(&w->gate);
    work_through(w);
    for (i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&w->barrier);
    pthread_mutex_destroy(&w->gate);
    free(threads);
}

/* Adds CARRY to the LENGTH limbs R from limb AT on, round and round. */
static void
add_carry(mp_limb_t *r, size_t length, size_t at, const struct ntt_carry *carry)
{
    u128 sum = 0;
    size_t i;

    for (i = 0; i < 2 || sum != 0; i++) {
        sum += (u128)r[at] + (i < 2 ? carry->limb[i] : 0);
        r[at] = (mp_limb_t)sum;
        sum >>= 64;
        at = at + 1 < length ? at + 1 : 0;
    }
}

static void
add_carries(struct work *w)
{
    const size_t length = w->shape.length, pieces = join_pieces(length);
    size_t i, piece;

    for (i = 0; i < w->count; i++)
        for (piece = 0; piece < pieces; piece++)
            add_carry(w->products[i].r, length,
                      piece + 1 < pieces ? (piece + 1) * JOIN_WORDS : 0,
                      &w->carries[i * pieces + piece]);
}

void
ntt_products_with(const struct ntt_kernel *kernel, struct run *run, size_t length,
                  const struct ntt_operand *operands, size_t operand_count,
                  const struct ntt_product *products, size_t count, int threads)
{
    const int size = crew_size(length, threads);
    struct work w = {
        .kernel = kernel,
        .run = run,
        .shape = ntt_shape_of(length),
        .operands = operands,
        .products = products,
        .operand_count = operand_count,
        .count = count,
    };
    bool ready = false;

    w.places = malloc((operand_count + 1) * sizeof *w.places);
    if (w.places != NULL) {
        find_homes(&w);
        ready = allocate_all(&w, size);
    }
    if (ready)
        work_together(&w, size);
    else
        run_fail(run, ENGINE_NO_MEMORY);
    if (run_going(run))
        add_carries(&w);
    free_all(&w);
}

void
ntt_products(struct run *run, size_t length, const struct ntt_operand *operands,
             size_t operand_count, const struct ntt_product *products, size_t count,
             int threads)
{
    ntt_products_with(ntt_kernel_best(), run, length, operands, operand_count, products,
                      count, threads);
}
