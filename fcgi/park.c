/*
 * Opening, running and closing, and the lists through which the other threads
 * reach the loop's (park_loop.c). How the parts relate is in park_internal.h.
 */
#include "config.h"

#include "fcgi/park_internal.h"

#include "common/log.h"

#include <errno.h>
#include <fcgiapp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

int64_t
park_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t
park_ms(void)
{
    return park_us() / 1000;
}

/* ---- what other threads leave for the loop ---- */

static void
wake_loop(struct park *park)
{
    uint64_t one = 1;
    (void)!write(park->wake.fd, &one, sizeof one);
}

void
park_return(struct park *park, struct conn *conn)
{
    pthread_mutex_lock(&park->lock);
    conn->queued = park->returned;
    park->returned = conn;
    pthread_mutex_unlock(&park->lock);
    wake_loop(park);
}

struct conn *
park_returned(struct park *park)
{
    pthread_mutex_lock(&park->lock);
    struct conn *conns = park->returned;
    park->returned = NULL;
    pthread_mutex_unlock(&park->lock);
    return conns;
}

int
park_publish(struct park *park, const struct wait *wait, struct blob *blob)
{
    struct answer *answer = malloc(sizeof *answer);
    if (!answer)
        return -1;
    *answer = (struct answer){.wait = *wait, .blob = blob};
    pthread_mutex_lock(&park->lock);
    *park->answers_last = answer;
    park->answers_last = &answer->next;
    pthread_mutex_unlock(&park->lock);
    wake_loop(park);
    return 0;
}

void
park_publish_wait(struct park *park)
{
    pthread_mutex_lock(&park->lock);
    while (park->answers && !park->notifier.stopping)
        pthread_cond_wait(&park->answered, &park->lock);
    pthread_mutex_unlock(&park->lock);
}

struct answer *
park_answer(struct park *park)
{
    pthread_mutex_lock(&park->lock);
    struct answer *answer = park->answers;
    pthread_mutex_unlock(&park->lock);
    return answer;
}

void
park_answer_drop(struct park *park)
{
    pthread_mutex_lock(&park->lock);
    struct answer *answer = park->answers;
    park->answers = answer->next;
    if (!park->answers) {
        park->answers_last = &park->answers;
        pthread_cond_signal(&park->answered);
    }
    pthread_mutex_unlock(&park->lock);
    blob_release(answer->blob);
    free(answer);
}

void
park_send(struct park *park, struct conn *conn,
          void (*close_conn)(struct park *park, struct conn *conn))
{
    switch (conn_send(conn)) {
    case CONN_DONE:
        if (conn->keep && conn_arm(conn, &park->epolls, CONN_IDLE) == 0)
            return;
        break;
    case CONN_LATER:
        if (conn_arm(conn, &park->epolls, CONN_SENDING) == 0)
            return;
        break;
    case CONN_BROKEN:
        break;
    }
    close_conn(park, conn);
}

/* ---- opening and closing ---- */

/* libfcgi reads this in FCGX_Init(): a cut record would cost it 2 s otherwise.
 * It also takes SIGTERM, SIGPIPE and SIGUSR1 unless they have a handler. */
static int
init_libfcgi(void)
{
    static const int signals[] = {SIGPIPE, SIGUSR1};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (signal(signals[i], SIG_IGN) == SIG_ERR) {
            log_error("cannot ignore a signal: %s", strerror(errno));
            return -1;
        }
    if (setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1) != 0 || FCGX_Init() != 0) {
        log_error("libfcgi cannot be used here");
        return -1;
    }
    return 0;
}

/* How many connections leave enough descriptors for everything else: databases,
 * files that are sent. */
static long long
most_connections(const struct conf *conf)
{
    enum { OWN = 64, EACH_THREAD = 16, LEAST = 16 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return LLONG_MAX;
    long long most =
        (long long)limit.rlim_cur - OWN - (long long)conf->threads * EACH_THREAD;
    return most > LEAST ? most : LEAST;
}

static int
watch(int epoll_fd, struct source *source, uint32_t mask)
{
    struct epoll_event event = {.events = mask, .data.ptr = source};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, source->fd, &event) == 0)
        return 0;
    log_error("cannot watch a descriptor: %s", strerror(errno));
    return -1;
}

struct park *
park_open(struct app *app)
{
    struct park *park = calloc(1, sizeof *park);
    if (!park) {
        log_error("no memory for the server");
        return NULL;
    }
    park->app = app;
    park->epolls = (struct epolls){-1, -1};
    park->wake.fd = park->pool.stop.fd = -1;
    park->next = (struct source){SOURCE_NEXT, -1};
    park->heir = (struct source){SOURCE_HEIR, -1};
    park->predecessor = -1;
    park->answers_last = &park->answers;
    park->connections_most = most_connections(app->conf);
    pthread_mutex_init(&park->lock, NULL);
    pthread_cond_init(&park->answered, NULL);
    pthread_mutex_init(&park->pool.lock, NULL);
    pthread_cond_init(&park->pool.room, NULL);
    /* However long another program writes, some threads answer who only reads. */
    store_crowd_init(&park->pool.crowd,
                     app->conf->threads > 1 ? (int)app->conf->threads / 2 : 1);
    if (init_libfcgi() != 0)
        goto fail;
    park->epolls.pool = epoll_create1(EPOLL_CLOEXEC);
    park->epolls.loop = epoll_create1(EPOLL_CLOEXEC);
    park->wake.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    park->pool.stop.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    park->waits = waits_new(app->conf->waiters);
    if (park->epolls.pool < 0 || park->epolls.loop < 0 || park->wake.fd < 0 ||
        park->pool.stop.fd < 0 || !park->waits) {
        log_error("cannot set up the server: %s", strerror(errno));
        goto fail;
    }
    if (watch(park->epolls.loop, &park->wake, EPOLLIN) != 0 ||
        watch(park->epolls.pool, &park->pool.stop, EPOLLIN) != 0 ||
        listen_open(park, app->conf) != 0 || heir_prepare(park) != 0)
        goto fail;
    for (size_t i = 0; i < park->listener_count; i++)
        if (watch(park->epolls.loop, &park->listeners[i].source, 0) != 0)
            goto fail;
    return park;
fail:
    park_close(park);
    return NULL;
}

void
park_close(struct park *park)
{
    if (!park)
        return;
    heir_close(park);
    listen_close(park);
    waits_free(park->waits);
    if (park->wake.fd >= 0)
        close(park->wake.fd);
    if (park->pool.stop.fd >= 0)
        close(park->pool.stop.fd);
    if (park->epolls.loop >= 0)
        close(park->epolls.loop);
    if (park->epolls.pool >= 0)
        close(park->epolls.pool);
    store_crowd_destroy(&park->pool.crowd);
    pthread_cond_destroy(&park->pool.room);
    pthread_mutex_destroy(&park->pool.lock);
    pthread_cond_destroy(&park->answered);
    pthread_mutex_destroy(&park->lock);
    free(park);
}

/* ---- running ---- */

/* All signals that say nothing about the program itself. */
static void
fill_signals(sigset_t *set)
{
    static const int own[] = {SIGSEGV, SIGBUS,  SIGFPE, SIGILL,
                              SIGABRT, SIGTRAP, SIGSYS};
    sigfillset(set);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        sigdelset(set, own[i]);
}

int
park_run(struct park *park, const volatile sig_atomic_t *stop)
{
    /* Blocked before threads start, so that all have it so; only the loop takes
     * signals, and only while it sleeps. */
    sigset_t blocked, before, mask;
    fill_signals(&blocked);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    mask = before;
    sigdelset(&mask, SIGTERM);
    sigdelset(&mask, SIGINT);

    int result = -1;
    if (pool_start(park, park->app->conf) == 0) {
        if (notify_start(park) == 0) {
            heir_ready(park);
            if (heir_listen(park) == 0)
                loop_run(park, stop, &mask);
            result = *stop || park->handed_over ? 0 : -1;
        }
        loop_end(park);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

void
park_stats(struct park *park, struct park_stats *stats)
{
    *stats = (struct park_stats){
        .connections = atomic_load(&park->connections),
        .parked = (int64_t)waits_count(park->waits),
        .answered = atomic_load(&park->answered_count),
        .expired = atomic_load(&park->expired),
        .gone = atomic_load(&park->gone),
        .turned_away = atomic_load(&park->turned_away),
        .requests = atomic_load(&park->requests),
        .held_up = atomic_load(&park->held_up),
    };
}
