#include "config.h"

#include "park_fixture.h"
#include "temporary.h"

#include "common/log.h"
#include "common/store_ask.h"
#include "fcgi/middleware.h"
#include "fcgi/share.h"
#include "fcgi/updates.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 90000 };

/* One server runs at a time; its handlers have no other place for these. */
static atomic_long renderings;
static atomic_int blocked;
static atomic_bool unblocked;
static volatile sig_atomic_t stop;
static pthread_t thread;
static int result;

static void
pause_ms(long ms)
{
    const struct timespec t = {.tv_nsec = ms * 1000000};
    nanosleep(&t, NULL);
}

char
park_byte(uint64_t i)
{
    return (char)('a' + (i * 7 + i / 251 + i / 65536) % 26);
}

/* ---- what the server calls ---- */

static void
answer_big(struct reply *reply, size_t length)
{
    char *body = malloc(length + 1);
    assert_non_null(body);
    for (size_t i = 0; i < length; i++)
        body[i] = park_byte(i);
    reply_take(reply, 200, "text/plain", body, length);
}

/* The same, as what several replies share; this one is its last user. */
static void
answer_shared(struct reply *reply, size_t length)
{
    struct reply first;
    reply_init(&first);
    answer_big(&first, length);
    struct share *share = share_of(&first, 0);
    assert_non_null(share);
    reply_clear(&first);
    share_send(share, reply);
    share_release(share);
}

static void
answer_poll(struct context *ctx, struct request *r, struct reply *reply, int64_t since,
            unsigned tag, bool late)
{
    const struct wait wait = {
        .kind = WAIT_UPDATES, .since = since, .limit = tag, .lang = LANG_EN};
    int64_t checked = since;
    if (!late && updates_answer(ctx, &wait, reply, &checked))
        return;
    reply_park(reply, &wait, checked, r->wait_s);
}

void
middleware_run(struct context *ctx, struct request *r, int status, struct reply *reply)
{
    uint64_t one = 0, two = 0;
    char *path = r->path;
    if (status != 0)
        reply_text(reply, status, "text/plain", "refused");
    else if (strcmp(path, "/echo") == 0)
        reply_text(reply, 200, "text/plain", r->body);
    else if (sscanf(path, "/big/%" SCNu64, &one) == 1)
        answer_big(reply, (size_t)one);
    else if (sscanf(path, "/shared/%" SCNu64, &one) == 1)
        answer_shared(reply, (size_t)one);
    else if (sscanf(path, "/file/%" SCNu64 "/%" SCNu64, &one, &two) == 2)
        reply_file(reply, 200, "text/plain",
                   openat(ctx->app->work_fd, "file", O_RDONLY | O_CLOEXEC), one, two);
    else if (sscanf(path, "/wait/%" SCNu64 "/%" SCNu64, &one, &two) == 2)
        answer_poll(ctx, r, reply, (int64_t)one, (unsigned)two, false);
    else if (sscanf(path, "/late/%" SCNu64 "/%" SCNu64, &one, &two) == 2)
        answer_poll(ctx, r, reply, (int64_t)one, (unsigned)two, true);
    else if (strcmp(path, "/block") == 0 || strcmp(path, "/held") == 0) {
        if (path[1] == 'h')
            ctx->make_way(ctx);
        blocked++;
        while (!unblocked)
            pause_ms(1);
        blocked--;
        reply_text(reply, 200, "text/plain", "unblocked");
    } else
        reply_text(reply, 200, "text/plain", "hello");
    reply->head_only = r->method == HTTP_HEAD;
}

void
middleware_headers(bool in_front, struct reply *reply)
{
    if (!in_front)
        reply_header(reply, "X-Every", "answer");
}

bool
updates_answer(struct context *ctx, const struct wait *wait, struct reply *reply,
               int64_t *checked)
{
    int64_t revision = store_revision(ctx->store);
    char text[32];
    *checked = revision;
    if (revision <= wait->since)
        return false;
    renderings++;
    snprintf(text, sizeof text, "%" PRId64, revision);
    reply_text(reply, 200, "text/plain", text);
    return true;
}

void
updates_nothing_new(const struct wait *wait, struct reply *reply)
{
    char etag[32];
    snprintf(etag, sizeof etag, "\"%" PRId64 "\"", wait->since);
    reply_not_modified(reply, etag);
}

/* ---- the fixture ---- */

static void
on_term(int signal)
{
    (void)signal;
    stop = 1;
}

static int
open_folder(const struct conf *conf, const char *name)
{
    char *path = conf_path(conf, name);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(path);
    return fd;
}

int
server_setup(void **state)
{
    struct server *s = calloc(1, sizeof *s);
    assert_non_null(s);
    assert_true(sodium_init() >= 0);
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_ERROR);
    temporary_make(s->state, sizeof s->state);
    s->conf = (struct conf){
        .state = s->state,
        .listen = strdup("run/one.sock, run/two.sock,"),
        .socket_mode = 0600,
        .threads = 2,
        .wait_max = 60,
        .waiters = 1000,
        .body_limit = 16384,
    };
    assert_int_equal(conf_make_state(&s->conf), 0);
    snprintf(s->path[0], sizeof s->path[0], "%s/run/one.sock", s->state);
    snprintf(s->path[1], sizeof s->path[1], "%s/run/two.sock", s->state);
    s->app.conf = &s->conf;
    s->app.db_path = conf_path(&s->conf, CONF_DB);
    s->app.digits_fd = open_folder(&s->conf, "digits");
    s->app.work_fd = open_folder(&s->conf, "work");
    char *bell = conf_path(&s->conf, CONF_DOORBELL);
    s->app.bell = doorbell_open(bell, 1);
    free(bell);
    assert_non_null(s->app.bell);
    assert_int_equal(store_open(&s->store, s->app.db_path, STORE_DURABLE), STORE_OK);
    renderings = 0;
    unblocked = false;
    const struct sigaction action = {.sa_handler = on_term};
    assert_int_equal(sigaction(SIGTERM, &action, NULL), 0);
    *state = s;
    return 0;
}

int
server_teardown(void **state)
{
    struct server *s = *state;
    unblocked = true;
    if (s->running)
        server_stop(s);
    store_close(s->store);
    doorbell_close(s->app.bell);
    close(s->app.digits_fd);
    close(s->app.work_fd);
    free(s->app.db_path);
    free(s->conf.listen);
    temporary_remove(s->state);
    free(s);
    return 0;
}

static void *
run(void *argument)
{
    struct server *s = argument;
    result = park_run(s->app.park, &stop);
    return NULL;
}

void
server_start(struct server *s)
{
    stop = 0;
    s->app.park = park_open(&s->app);
    assert_non_null(s->app.park);
    assert_int_equal(pthread_create(&thread, NULL, run, s), 0);
    s->running = true;
}

void
server_signal(struct server *s)
{
    assert_true(s->running);
    assert_int_equal(pthread_kill(thread, SIGTERM), 0);
}

int
server_stop(struct server *s)
{
    server_signal(s);
    assert_int_equal(pthread_join(thread, NULL), 0);
    park_close(s->app.park);
    s->app.park = NULL;
    s->running = false;
    return result;
}

int64_t
server_change(struct server *s, bool ring)
{
    static uint64_t position = 1000;
    const struct store_asker nobody = {0};
    int64_t id;
    enum store_added added;
    assert_int_equal(store_add(s->store, 10, position++, ALGORITHM_AUTO, &nobody,
                               1000000, &id, &added),
                     STORE_OK);
    if (ring)
        doorbell_ring(s->app.bell);
    return store_revision(s->store);
}

struct park_stats
server_stats(struct server *s)
{
    struct park_stats stats;
    park_stats(s->app.park, &stats);
    return stats;
}

void
server_wait(struct server *s, bool (*reached)(const struct park_stats *, int64_t),
            int64_t value)
{
    for (int i = 0; i < PATIENCE_MS; i++) {
        struct park_stats stats = server_stats(s);
        if (reached(&stats, value))
            return;
        pause_ms(1);
    }
    fail_msg("the server did not get there");
}

bool
parked_is(const struct park_stats *stats, int64_t value)
{
    return stats->parked == value;
}

bool
gone_is(const struct park_stats *stats, int64_t value)
{
    return stats->gone == value;
}

bool
connections_is(const struct park_stats *stats, int64_t value)
{
    return stats->connections == value;
}

bool
requests_is(const struct park_stats *stats, int64_t value)
{
    return stats->requests >= value;
}

long
server_renderings(void)
{
    return renderings;
}

void
park_file(struct server *s, uint64_t length)
{
    int fd = openat(s->app.work_fd, "file", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    for (uint64_t i = 0; i < length; i++)
        assert_true(fputc(park_byte(i), file) != EOF);
    assert_int_equal(fclose(file), 0);
}

void
park_unblock(void)
{
    unblocked = true;
}

int
park_blocked(void)
{
    return blocked;
}

void
park_wait_blocked(int count)
{
    for (int i = 0; i < PATIENCE_MS && blocked < count; i++)
        pause_ms(1);
    assert_int_equal(blocked, count);
}

void
expect_answer(int fd, int id, int status, const char *body)
{
    struct answer_text a;
    assert_true(client_read(fd, id, &a));
    assert_int_equal(a.status, status);
    assert_string_equal(a.body, body);
    answer_clear(&a);
}

void
get_answer(int fd, int id, const char *uri, int status, const char *body)
{
    client_get(fd, id, true, uri, NULL);
    expect_answer(fd, id, status, body);
}
