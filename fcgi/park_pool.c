/*
 * The request threads. The queue is a list through the connections themselves:
 * it needs no memory, and the loop stops accepting while it is long.
 *
 * Sleeping threads are woken one after the other, each by the one before it when
 * there is more to do than that one takes. Threads that are awake empty the queue
 * mostly by themselves; waking one for every connection would cost more than many
 * an answer does.
 */
#include "config.h"

#include "fcgi/park_internal.h"

#include "common/log.h"

#include <stdlib.h>
#include <string.h>

struct worker {
    pthread_t thread;
    struct park *park;
    struct context context;
};

/* Wakes a thread, unless one is on its way. Under the lock. */
static void
wake(struct pool *pool)
{
    if (pool->idle == 0 || pool->waking)
        return;
    pool->waking = true;
    pthread_cond_signal(&pool->filled);
}

void
pool_push(struct park *park, struct conn *conn)
{
    struct pool *pool = &park->pool;
    conn->queued = NULL;
    pthread_mutex_lock(&pool->lock);
    *pool->last = conn;
    pool->last = &conn->queued;
    pool->length++;
    wake(pool);
    pthread_mutex_unlock(&pool->lock);
}

size_t
pool_length(struct park *park)
{
    struct pool *pool = &park->pool;
    pthread_mutex_lock(&pool->lock);
    size_t length = pool->length;
    pthread_mutex_unlock(&pool->lock);
    return length;
}

/* The next connection, or NULL: the pool is stopping and the queue is empty. */
static struct conn *
pop(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    while (!pool->first && !pool->stopping) {
        pool->idle++;
        pthread_cond_wait(&pool->filled, &pool->lock);
        pool->idle--;
        pool->waking = false;
    }
    struct conn *conn = pool->first;
    if (conn) {
        pool->first = conn->queued;
        if (!pool->first)
            pool->last = &pool->first;
        conn->queued = NULL;
        pool->length--;
        if (pool->first)
            wake(pool);
    }
    pthread_mutex_unlock(&pool->lock);
    return conn;
}

static void *
work(void *argument)
{
    struct worker *worker = argument;
    struct conn *conn;
    while ((conn = pop(&worker->park->pool)))
        serve(worker->park, &worker->context, conn);
    return NULL;
}

int
pool_start(struct park *park, const struct conf *conf)
{
    struct pool *pool = &park->pool;
    pool->first = NULL;
    pool->last = &pool->first;
    pool->stopping = false;
    pool->workers = calloc(conf->threads, sizeof *pool->workers);
    if (!pool->workers) {
        log_error("no memory for %u request threads", conf->threads);
        return -1;
    }
    for (unsigned i = 0; i < conf->threads; i++) {
        struct worker *worker = &pool->workers[i];
        worker->park = park;
        worker->context.app = park->app;
        if (store_open(&worker->context.store, park->app->db_path, STORE_DURABLE) !=
            STORE_OK)
            goto fail;
        int rc = pthread_create(&worker->thread, NULL, work, worker);
        if (rc != 0) {
            log_error("cannot start a request thread: %s", strerror(rc));
            store_close(worker->context.store);
            goto fail;
        }
        pool->count++;
    }
    return 0;
fail:
    pool_stop(park);
    return -1;
}

void
pool_stop(struct park *park)
{
    struct pool *pool = &park->pool;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->filled);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->count; i++) {
        pthread_join(pool->workers[i].thread, NULL);
        store_close(pool->workers[i].context.store);
    }
    pool->count = 0;
    free(pool->workers);
    pool->workers = NULL;
}
