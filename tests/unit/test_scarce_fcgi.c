/*
 * Memory that is full for a moment: every request, with each of its allocations
 * failing once, in turn, wherever it is made (our code, SQLite, ctemplate, jansson,
 * uriparser). The answer is then the usual one, to the byte, or 500 or 503; the
 * program goes on, loses no memory, and the next answer is the usual one again.
 *
 * What ctemplate allocates for the entries of a dictionary it does not check: a
 * program that has no memory for these ends, and is started again (Restart= of the
 * units). Those allocations are left out here; what it gets by way of operator new
 * is not. When that fails while a template is expanded, ctemplate loses a few of its
 * own blocks; blocks are counted where nothing is expanded.
 */
#include "config.h"

#include "scarce.h"
#include "site_fixture.h"

#include "fcgi/cache.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 20000, ROUNDS = 3 };

struct trial {
    const char *name;
    struct ask ask;
    int status;
    const char *undo; /* SQL after each */
    bool expands;     /* makes HTML */
};

#define UNDO_ADD                                                                       \
    "DELETE FROM asker WHERE computation_id IN (SELECT id FROM computation WHERE "     \
    "position = 777); DELETE FROM event WHERE computation_id IN (SELECT id FROM "      \
    "computation WHERE position = 777); DELETE FROM computation WHERE position = 777"

static const struct trial trials[] = {
    {"main page", {.target = "/"}, 200, NULL, true},
    {"main page, filtered", {.target = "/?status=queued&radix=10"}, 200, NULL, true},
    {"main page as asked before",
     {.target = "/", .if_none_match = "\"x\""},
     200,
     NULL,
     true},
    {"highlight", {.target = "/?highlight=1"}, 200, NULL, true},
    {"computation", {.target = "/computations/1"}, 200, NULL, true},
    {"computation, live", {.target = "/computations/1", .json = true}, 200, NULL, true},
    {"comparison", {.target = "/computations/1/compare"}, 200, NULL, true},
    {"comparison, live",
     {.target = "/computations/1/compare", .json = true},
     200,
     NULL,
     true},
    {"digits", {.target = "/pi/1000"}, 200, NULL, true},
    {"digits, a part", {.target = "/pi/1000?from=301"}, 200, NULL, true},
    {"digits, fewer", {.target = "/pi/900"}, 200, NULL, true},
    {"digits, live", {.target = "/pi/1000", .json = true}, 200, NULL, true},
    {"digits nobody asked for", {.target = "/pi/5000?radix=16"}, 404, NULL, true},
    {"search", {.target = "/search?q=12"}, 200, NULL, true},
    {"search, JSON", {.target = "/search?q=12", .json = true}, 200, NULL, false},
    {"search, bad", {.target = "/search?q=x"}, 400, NULL, true},
    {"search, a date", {.target = "/search?day=1&month=2&year=2003"}, 200, NULL, true},
    {"pictures", {.target = "/pictures?n=100"}, 200, NULL, true},
    {"a picture", {.target = "/pictures/walk.svg?n=100"}, 200, NULL, true},
    {"a picture of speeds", {.target = "/pictures/speed.svg"}, 200, NULL, true},
    {"text", {.target = "/pi/900.txt"}, 200, NULL, false},
    {"text, a range",
     {.target = "/pi/900.txt", .range = "bytes=10-19"},
     206,
     NULL,
     false},
    {"report", {.target = "/computations/1.txt"}, 200, NULL, false},
    {"updates", {.target = "/updates?since=1"}, 200, NULL, true},
    {"updates, filtered", {.target = "/updates?since=1&status=done"}, 200, NULL, true},
    {"list", {.target = "/api/v1/computations"}, 200, NULL, false},
    {"list, bad", {.target = "/api/v1/computations?radix=7"}, 400, NULL, false},
    {"row", {.target = "/api/v1/computations/1"}, 200, NULL, false},
    {"delivery", {.target = "/v1/pi?start=1&numberOfDigits=50"}, 200, NULL, false},
    {"delivery, bad", {.target = "/v1/pi?start=-1"}, 400, NULL, false},
    {"nothing there", {.target = "/nowhere"}, 404, NULL, true},
    {"form",
     {.method = "POST",
      .target = "/computations",
      .body = "position=777&radix=10&algorithm=auto"},
     303,
     UNDO_ADD,
     false},
    {"form, bad",
     {.method = "POST",
      .target = "/computations",
      .body = "position=many&radix=10&algorithm=auto"},
     422,
     NULL,
     true},
    {"comparison, bad",
     {.method = "POST", .target = "/computations/1/compare", .body = "algorithm=many"},
     422,
     NULL,
     true},
    {"API",
     {.method = "POST",
      .target = "/api/v1/computations",
      .body = "{\"position\":777}",
      .type = "application/json"},
     201,
     UNDO_ADD,
     false},
    {"API, bad",
     {.method = "POST",
      .target = "/api/v1/computations",
      .body = "{\"position\":",
      .type = "application/json"},
     400,
     NULL,
     false},
};

/* The usual answer to a trial. */
struct usual {
    char *body;
    size_t length;
};

/* Is the answer always the same? Those to posts hold a random token. */
static bool
is_told(const struct trial *trial)
{
    /* That a row has left a list is said when the database does not tell. */
    return trial->ask.method == NULL && strcmp(trial->name, "updates, filtered") != 0;
}

/* Thousands of failures are logged meanwhile; nobody wants to read that. */
static int heard, silence;

static void
begin(size_t at)
{
    dup2(silence, STDERR_FILENO);
    scarce_begin(at);
}

static size_t
end(void)
{
    size_t count = scarce_end();
    dup2(heard, STDERR_FILENO);
    return count;
}

/* Answers TRIAL with the allocation AT failing. Returns how many there were. */
static size_t
ask_scarcely(struct site *site, const struct trial *trial, size_t at)
{
    site->scarce_begin = begin;
    site->scarce_end = end;
    site->scarce_at = at;
    site_ask(site, &trial->ask);
    site->scarce_begin = NULL;
    return site->scarce_count;
}

static void
check_answer(struct site *site, const struct trial *trial, const struct usual *usual,
             size_t at)
{
    const struct reply *reply = &site->reply;
    if (reply->status != trial->status && reply->status != 500 && reply->status != 503)
        fail_msg("%s, allocation %zu: %d", trial->name, at, reply->status);
    if (reply->status == trial->status && is_told(trial) &&
        (reply->body_length != usual->length ||
         memcmp(reply->body, usual->body, usual->length) != 0))
        fail_msg("%s, allocation %zu: another answer:\n%.*s", trial->name, at,
                 (int)reply->body_length, reply->body);
}

static void
undo(struct site *site, const struct trial *trial)
{
    if (trial->undo != NULL) {
        int64_t rows = select_integer(
            site->store, "SELECT count(*) FROM computation WHERE position = 777");
        assert_true(rows == 0 || (rows == 1 && site->reply.status == trial->status) ||
                    (rows == 1 && site->reply.status >= 500));
        run_sql(site->store, trial->undo);
    }
}

/* Once around: each allocation fails. Returns how many there are. */
static size_t
go_round(struct site *site, const struct trial *trial, const struct usual *usual)
{
    size_t at = 1;
    while (ask_scarcely(site, trial, at) >= at) {
        check_answer(site, trial, usual, at);
        undo(site, trial);
        assert_true(++at < MOST);
    }
    assert_int_equal(site->reply.status, trial->status);
    undo(site, trial);
    return at - 1;
}

static void
try(struct site *site, const struct trial *trial)
{
    struct usual usual = {NULL, 0};
    long blocks[ROUNDS];
    size_t allocations = 0;

    site_ask(site, &trial->ask);
    assert_int_equal(site->reply.status, trial->status);
    undo(site, trial);
    usual.length = site->reply.body_length;
    usual.body = malloc(usual.length + 1);
    assert_non_null(usual.body);
    memcpy(usual.body, site->reply.body != NULL ? site->reply.body : "", usual.length);
    for (int round = 0; round < ROUNDS; round++) {
        allocations = go_round(site, trial, &usual);
        reply_clear(&site->reply);
        reply_init(&site->reply);
        blocks[round] = scarce_blocks();
    }
    print_message("%s: %zu allocations\n", trial->name, allocations);
    assert_true(allocations > 0);
    if (!trial->expands && blocks[ROUNDS - 1] > blocks[ROUNDS - 2])
        fail_msg("%s: %ld blocks more after a round of failures", trial->name,
                 blocks[ROUNDS - 1] - blocks[ROUNDS - 2]);
    free(usual.body);
}

static void
fill(struct site *site)
{
    int64_t id = put(site->store, 1000, ALICE);
    site_publish(site, 10, 1000, id);
    put(site->store, 2000, NULL);
    put_as(site->store, 16, 3000, ALGORITHM_BBP, BOB);
}

static void
requests_without_cache(void **state)
{
    struct site *site = *state;
    assert_true(scarce_spare("libctemplate"));
    heard = dup(STDERR_FILENO);
    silence = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_true(heard >= 0 && silence >= 0);
    fill(site);
    cache_free(site->app.cache);
    site->app.cache = NULL;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++)
        try(site, &trials[i]);
    close(heard);
    close(silence);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(requests_without_cache, site_setup,
                                        site_teardown),
    };
    return cmocka_run_group_tests_name("scarce_fcgi", tests, NULL, NULL);
}
