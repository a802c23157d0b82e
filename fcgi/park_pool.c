/*
 * The request threads. Each waits for idle connections by itself, in one epoll
 * instance that they share, and takes one connection at a time: a request crosses
 * no other thread on its way, and those that wait for a thread do so in the kernel.
 * Handing them over from a loop and waking a thread for them would cost as much as
 * most answers do. (epoll wakes the thread that slept last, so that few are awake
 * when there is little to do.)
 */
#include "config.h"

#include "fcgi/park_internal.h"

#include "common/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct worker {
    pthread_t thread;
    struct park *park;
    struct context context;
};

/* True when the other side of an idle connection has closed it. */
static bool
is_closed(const struct conn *conn)
{
    char byte;
    ssize_t n = recv(conn->source.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

static void
take(struct worker *worker, struct conn *conn, uint32_t events)
{
    atomic_exchange_explicit(&conn->state, CONN_BUSY, memory_order_acquire);
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) && is_closed(conn))
        park_return(worker->park, conn);
    else
        serve(worker->park, &worker->context, conn);
}

/* The eventfd stays readable once the pool is to stop. Then a second event is asked
 * for with it: without one there is nothing left to read. */
static void *
work(void *argument)
{
    struct worker *worker = argument;
    const struct park *park = worker->park;
    struct epoll_event events[2];
    bool stopping = false;
    for (;;) {
        int n = epoll_wait(park->epolls.pool, events, stopping ? 2 : 1, -1);
        if (n < 0 && errno != EINTR) {
            log_error("cannot wait for requests: %s", strerror(errno));
            return NULL;
        }
        bool taken = false;
        for (int i = 0; i < n; i++) {
            struct source *source = events[i].data.ptr;
            if (source == &park->pool.stop) {
                taken = taken || !stopping;
                stopping = true;
            } else {
                take(worker, (struct conn *)source, events[i].events);
                taken = true;
            }
        }
        if (stopping && n > 0 && !taken)
            return NULL;
    }
}

int
pool_start(struct park *park, const struct conf *conf)
{
    struct pool *pool = &park->pool;
    /* However long another program writes, some threads answer who only reads. */
    pool->crowd.most = conf->threads > 1 ? (int)conf->threads / 2 : 1;
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
        store_join(worker->context.store, &pool->crowd);
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
    uint64_t one = 1;
    (void)!write(pool->stop.fd, &one, sizeof one);
    for (unsigned i = 0; i < pool->count; i++) {
        pthread_join(pool->workers[i].thread, NULL);
        store_close(pool->workers[i].context.store);
    }
    pool->count = 0;
    free(pool->workers);
    pool->workers = NULL;
}
