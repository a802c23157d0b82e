/*
 * Places in the queue. Rows start by their turns as slots become free: jobs that use
 * all threads one after the other, jobs of one thread side by side, and small ones
 * beside all of these, in a slot of their own (daemon/plan.h). When each starts follows
 * from what runs now and from the costs of those before it.
 *
 * All places are read at once, in the order of an index, so a page costs the same
 * however many of its rows wait.
 */
#include "fcgi/estimate.h"

#include "common/store_list.h"

#include <stdlib.h>

/* Jobs under this many seconds have a slot of their own: PLAN_EXPRESS_S. */
#define SMALL_S 1.0

/* Running jobs that are looked at. */
enum { RUNNING_MOST = 16 };

/* Seconds until the jobs that run now have ended into *SUM; false: the database failed.
 */
static bool
until_free(struct context *ctx, const struct cost_table *costs, double *sum)
{
    struct store_filter running = STORE_FILTER_ANY;
    const struct store_cursor start = {.id = 0};
    struct computation rows[RUNNING_MOST];
    size_t count;

    running.status = STATUS_RUNNING;
    *sum = 0;
    if (store_list(ctx->store, &running, &start, rows, RUNNING_MOST, &count, NULL) !=
        STORE_OK)
        return false;
    for (size_t i = 0; i < count; i++) {
        double left = rows[i].eta_s;
        struct cost cost;
        if (left < 0 && estimate_cost(ctx->app, costs, rows[i].radix, rows[i].position,
                                      rows[i].method, &cost))
            left = cost.seconds * (1 - rows[i].progress);
        if (left > 0)
            *sum += cost_is_narrow(rows[i].method) ? left / costs->threads : left;
    }
    return true;
}

/* False: the database failed. */
static bool
foresee(struct context *ctx, struct queue *queue)
{
    struct cost_table costs;
    double free_in, small_in = 0;

    for (size_t i = 0; i < queue->count; i++)
        queue->start_s[i] = -1;
    if (store_costs(ctx->store, &costs) != STORE_OK)
        return false;
    if (costs.threads < 1 || ctx->absent != 0)
        return true;
    if (!until_free(ctx, &costs, &free_in))
        return false;
    for (size_t i = 0; i < queue->count; i++) {
        const struct store_waiting *row = &queue->rows[i];
        struct cost cost;
        if (!estimate_cost(ctx->app, &costs, row->radix, row->position, row->algorithm,
                           &cost))
            break;
        if (cost.seconds < SMALL_S) {
            queue->start_s[i] = small_in < free_in ? small_in : free_in;
            small_in += cost.seconds;
        } else {
            queue->start_s[i] = free_in;
            free_in += cost_is_narrow(row->algorithm) ? cost.seconds / costs.threads
                                                      : cost.seconds;
        }
    }
    return true;
}

struct queue *
queue_load(struct context *ctx)
{
    struct queue *queue = malloc(sizeof *queue);
    if (queue == NULL)
        return NULL;
    if (store_queue_front(ctx->store, queue->rows, ESTIMATE_QUEUE, &queue->count) !=
            STORE_OK ||
        !foresee(ctx, queue)) {
        free(queue);
        return NULL;
    }
    return queue;
}

bool
queue_waits(const struct computation *c)
{
    return c->id != 0 && c->status == STATUS_QUEUED && c->phase[0] == '\0';
}

const char *
queue_place(enum lang lang, const struct queue *queue, const struct computation *c,
            char out[TEXT_SIZE])
{
    char place[TEXT_NUMBER_SIZE], time[TEXT_SPAN_SIZE];
    size_t i = 0;

    out[0] = '\0';
    if (queue == NULL || !queue_waits(c))
        return out;
    while (i < queue->count && queue->rows[i].id != c->id)
        i++;
    text_number(lang, place, i < queue->count ? i + 1 : queue->count);
    if (i == queue->count)
        return text_fill(out, TEXT_SIZE, text_get(lang, TEXT_QUEUE_FAR), "n", place,
                         NULL);
    bool soon = queue->start_s[i] < 1; /* or nobody knows */
    enum text_key key = i == 0 ? soon ? TEXT_QUEUE_NEXT : TEXT_QUEUE_NEXT_START
                        : soon ? TEXT_QUEUE_PLACE
                               : TEXT_QUEUE_PLACE_START;
    return text_fill(out, TEXT_SIZE, text_get(lang, key), "n", place, "time",
                     text_span(lang, time, queue->start_s[i]), NULL);
}
