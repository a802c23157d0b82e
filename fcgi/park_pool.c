/*
 * The request threads. Each waits for idle connections by itself, in one epoll
 * instance that they share, and takes one connection at a time: a request crosses
 * no other thread on its way, and those that wait for a thread do so in the kernel.
 * Handing them over from a loop and waking a thread for them would cost as much as
 * most answers do.
 *
 * Only as many threads are "in front", which means they take requests, as there are
 * processors. With more of them the kernel wakes one for nearly every request: each
 * comes while the others are busy for some microseconds more, and the change of
 * threads costs a third of an answer. (Measured on 2 processors: 4 threads in front
 * switched once a request, 2 hardly ever, and answered 1.1 to 1.25 times as many.)
 *
 * The others are there for when one in front is held up. Who knows that it may be (by
 * a commit, or by a file that is read) makes way before; that costs one change of
 * threads, which is little beside a commit. Who is held up and did not know is noticed
 * by the loop, within a second. Either way a thread that was made way for is behind,
 * and comes in front again, after its request, when there is room.
 */
#include "config.h"

#include "fcgi/park_internal.h"

#include "common/log.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    FRONT_LEAST = 2, /* of one processor, too: one of them may be held up */
    LONG_MS = 200,   /* between two looks of the loop; see TURN_MS there */
};

struct worker {
    pthread_t thread;
    struct park *park;
    struct context context;
    atomic_bool in_front; /* changes under the pool's lock */
    atomic_uint turns;    /* grows when a request is taken, and after it: odd is busy */
    unsigned seen;        /* the loop's: what it was when that looked last */
};

/* ---- who is in front ---- */

static void
come_in_front(struct worker *worker)
{
    struct pool *pool = &worker->park->pool;
    if (atomic_load_explicit(&worker->in_front, memory_order_relaxed))
        return;
    pthread_mutex_lock(&pool->lock);
    while (pool->front >= pool->most && !pool->stopping)
        pthread_cond_wait(&pool->room, &pool->lock);
    pool->front++;
    worker->in_front = true;
    pthread_mutex_unlock(&pool->lock);
}

/* Puts WORKER behind, if it is in front and still at TURNS. True: it was. */
static bool
put_behind(struct worker *worker, unsigned turns)
{
    struct pool *pool = &worker->park->pool;
    pthread_mutex_lock(&pool->lock);
    bool found = worker->in_front && worker->turns == turns;
    if (found) {
        worker->in_front = false;
        pool->front--;
        pthread_cond_signal(&pool->room);
    }
    pthread_mutex_unlock(&pool->lock);
    return found;
}

static void
make_way(struct context *ctx)
{
    struct worker *worker =
        (struct worker *)((char *)ctx - offsetof(struct worker, context));
    put_behind(worker, worker->turns);
}

void
pool_look(struct park *park)
{
    struct pool *pool = &park->pool;
    int64_t now = park_ms();
    if (now < pool->look_at)
        return;
    pool->look_at = now + LONG_MS;
    for (unsigned i = 0; i < pool->count; i++) {
        struct worker *worker = &pool->workers[i];
        unsigned turns = worker->turns;
        if (turns % 2 != 0 && turns == worker->seen && put_behind(worker, turns))
            atomic_fetch_add(&park->held_up, 1);
        worker->seen = turns;
    }
}

/* ---- taking requests ---- */

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
    worker->turns++;
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) && is_closed(conn))
        park_return(worker->park, conn);
    else
        serve(worker->park, &worker->context, conn);
    worker->turns++;
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
        come_in_front(worker);
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

/* How many threads may be in front. */
static unsigned
most_in_front(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
    return n > FRONT_LEAST ? (unsigned)n : FRONT_LEAST;
}

int
pool_start(struct park *park, const struct conf *conf)
{
    struct pool *pool = &park->pool;
    pool->most = most_in_front();
    pool->workers = calloc(conf->threads, sizeof *pool->workers);
    if (!pool->workers) {
        log_error("no memory for %u request threads", conf->threads);
        return -1;
    }
    for (unsigned i = 0; i < conf->threads; i++) {
        struct worker *worker = &pool->workers[i];
        worker->park = park;
        worker->context.app = park->app;
        worker->context.make_way = make_way;
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
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->room);
    pthread_mutex_unlock(&pool->lock);
    (void)!write(pool->stop.fd, &one, sizeof one);
    for (unsigned i = 0; i < pool->count; i++) {
        pthread_join(pool->workers[i].thread, NULL);
        store_close(pool->workers[i].context.store);
    }
    pool->count = 0;
    free(pool->workers);
    pool->workers = NULL;
}
