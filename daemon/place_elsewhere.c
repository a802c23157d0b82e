/*
 * A site elsewhere, by its API (openapi.json). What changes a row bears the token that
 * the site gave us when we first asked for something. Waiting is a poll that the site
 * answers when there is news; a site that restarts, or is away for some minutes, does
 * not end it.
 */
#include "config.h"

#include "daemon/place.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { POLL_S = 25, TRIES = 12, PAUSE_MOST_S = 30, PAGE = 100, PATH_SIZE = 200 };

static const char rows_path[] = "/api/v1/computations";

/* The text of a problem document, or of whatever came instead. */
static void
tell_problem(const struct place *p, const struct remote_answer *a)
{
    json_t *problem = remote_json(a);
    const char *detail = row_text(problem, "detail");
    const char *url = remote_url(p->remote);

    if (detail[0]) {
        cli_error("%s: %s (status %d)", url, detail, a->status);
    } else if (a->status >= 300 && a->status < 400) {
        cli_error("%s: it sends us to another address (status %d); name that one", url,
                  a->status);
    } else {
        cli_error("%s: status %d; is that a site of nthpi?", url, a->status);
    }
    json_decref(problem);
}

/* The exit code when nothing came as A says, or the signal that ended it. */
static int
tell_silence(const struct place *p, const struct remote_answer *a)
{
    if (cli_signal() != 0) {
        return CLI_SIGNAL + cli_signal();
    }
    cli_error("%s: %s", remote_url(p->remote), a->error);
    return CLI_FAILED;
}

/* Sends CALL and reads the JSON of its answer into *JSON, a new reference, or NULL for
 * an answer without a body. CLI_OK for a status below 300 and for 304; *STATUS (or
 * NULL) is that status. */
static int
call_site(struct place *p, const struct remote_call *call, json_t **json, int *status)
{
    struct remote_answer a;
    int code = CLI_FAILED;

    *json = NULL;
    if (!remote_send(p->remote, call, &a)) {
        code = tell_silence(p, &a);
    } else if (a.status >= 400 || (a.status >= 300 && a.status != 304)) {
        tell_problem(p, &a);
    } else if (a.length > 0 && !(*json = remote_json(&a))) {
        cli_error("%s: the answer is not JSON; is that a site of nthpi?",
                  remote_url(p->remote));
    } else {
        code = CLI_OK;
    }
    if (status) {
        *status = a.status;
    }
    remote_clear(&a);
    return code;
}

/* The same where the answer has to be a row: that of ID, unless it is 0. */
static int
call_row(struct place *p, const struct remote_call *call, int64_t id, json_t **row)
{
    int code = call_site(p, call, row, NULL);

    if (code == CLI_OK &&
        (!row_is_sound(*row) || (id != 0 && row_number(*row, "id") != id))) {
        cli_error("%s: the answer is not a computation%s", remote_url(p->remote),
                  row_is_sound(*row) ? ", or another one" : "");
        json_decref(*row);
        *row = NULL;
        code = CLI_FAILED;
    }
    return code;
}

int
place_fetch(struct place *p, const char *path, json_t **json)
{
    int code =
        call_site(p, &(struct remote_call){.method = "GET", .path = path}, json, NULL);

    if (code == CLI_OK && !*json) {
        cli_error("%s: there is no answer", remote_url(p->remote));
        code = CLI_FAILED;
    }
    return code;
}

/* Keeps the token that comes with the answer ROW to a first question. */
static void
keep_token(struct place *p, json_t *row)
{
    const char *token = row_text(row, "owner_token");

    if (token[0] && remote_token_write(remote_url(p->remote), token)) {
        free(p->token);
        p->token = strdup(token);
    }
    json_object_del(row, "owner_token");
}

static int
add(struct place *p, const struct cli_question *q, json_t **row)
{
    json_t *question =
        json_pack("{s:I, s:i, s:s}", "position", (json_int_t)q->position, "radix",
                  q->radix, "algorithm", algorithm_name(q->algorithm));
    char *body = json_dumps(question, JSON_COMPACT);
    int code = CLI_FAILED;

    *row = NULL;
    if (body) {
        code = call_row(
            p,
            &(struct remote_call){
                .method = "POST", .path = rows_path, .body = body, .token = p->token},
            0, row);
    } else {
        cli_error("not enough memory");
    }
    if (code == CLI_OK) {
        keep_token(p, *row);
        if (!row_answers(*row, q)) {
            cli_error("%s: the answer is to another question", remote_url(p->remote));
            json_decref(*row);
            *row = NULL;
            code = CLI_FAILED;
        }
    }
    free(body);
    json_decref(question);
    return code;
}

static int
get(struct place *p, int64_t id, json_t **row)
{
    char path[PATH_SIZE];

    snprintf(path, sizeof path, "%s/%" PRId64, rows_path, id);
    return call_row(p, &(struct remote_call){.method = "GET", .path = path}, id, row);
}

/* True when the answer A may be another one soon. */
static bool
is_passing(const struct remote_answer *a)
{
    return a->status == 0 ? !a->lasting
                          : a->status == 429 || (a->status >= 500 && a->status != 501);
}

/* Sleeps before another try, longer after each of FAILURES, and as long as the site
 * ASKED for; a signal ends it. */
static void
pause_before_retry(unsigned failures, unsigned asked)
{
    unsigned seconds = failures < 5 ? 1u << failures : PAUSE_MOST_S;
    struct timespec t = {.tv_sec = asked > seconds ? asked : seconds};

    if (t.tv_sec > PAUSE_MOST_S) {
        t.tv_sec = PAUSE_MOST_S;
    }
    nanosleep(&t, NULL);
}

static double
now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* True when NEWER is a later state of ROW. */
static bool
is_news(const json_t *newer, const json_t *row)
{
    return newer && row_is_sound(newer) && row_follows(newer, row) &&
           row_number(newer, "revision") != row_number(row, "revision");
}

static int
news(struct place *p, json_t **row)
{
    struct remote_answer a;
    char path[PATH_SIZE];
    json_t *newer = NULL;
    double asked_at = now();
    int code = CLI_OK;

    snprintf(path, sizeof path, "%s/%" PRId64 "?since=%" PRId64, rows_path,
             row_number(*row, "id"), row_number(*row, "revision"));
    remote_send(p->remote,
                &(struct remote_call){
                    .method = "GET", .path = path, .wait_s = p->brief ? 1 : POLL_S},
                &a);
    if (a.status == 200) {
        newer = remote_json(&a);
    }
    if (is_news(newer, *row)) {
        json_decref(*row);
        *row = json_incref(newer);
        p->failures = 0;
    } else if (a.status == 304) {
        /* One that does not let us wait is not asked all the time. */
        if (now() - asked_at < 1) {
            pause_before_retry(0, a.retry_after);
        }
        p->failures = 0;
    } else if (is_passing(&a) && p->failures < TRIES) {
        pause_before_retry(p->failures++, a.retry_after);
    } else {
        code = CLI_FAILED;
        if (a.status == 0) {
            code = tell_silence(p, &a);
        } else if (a.status == 200) {
            cli_error("%s: the answer is not a newer state of that computation",
                      remote_url(p->remote));
        } else {
            tell_problem(p, &a);
        }
    }
    json_decref(newer);
    remote_clear(&a);
    return code;
}

/* The path of a page of the list that begins at AFTER (NULL: the first). */
static void
list_path(char path[PATH_SIZE], const struct store_filter *f, uint64_t limit,
          const char *after)
{
    int used = snprintf(path, PATH_SIZE, "%s?limit=%" PRIu64, rows_path,
                        limit < PAGE ? limit : PAGE);

    if (f->status >= 0) {
        used += snprintf(path + used, PATH_SIZE - (size_t)used, "&status=%s",
                         status_name((enum status)f->status));
    }
    if (f->radix > 0) {
        used += snprintf(path + used, PATH_SIZE - (size_t)used, "&radix=%d", f->radix);
    }
    if (f->algorithm >= 0) {
        used += snprintf(path + used, PATH_SIZE - (size_t)used, "&algorithm=%s",
                         algorithm_name((enum algorithm)f->algorithm));
    }
    if (after) {
        snprintf(path + used, PATH_SIZE - (size_t)used, "&after=%s", after);
    }
}

/* True when SOME are rows, MOST at most. */
static bool
are_rows(const json_t *some, uint64_t most)
{
    size_t i;
    json_t *row;
    bool ok = json_is_array(some) && json_array_size(some) <= most;

    json_array_foreach(some, i, row)
    {
        ok = ok && row_is_sound(row);
    }
    return ok;
}

/* Puts the cursor of the page behind PAGE into AFTER, "" when there is none. False when
 * it is none, or the one that we came by. */
static bool
take_cursor(const json_t *page, char after[STORE_CURSOR_SIZE])
{
    const char *next = row_text(page, "next");
    struct store_cursor cursor;

    if (next[0] && (!store_cursor_parse(next, &cursor) || strcmp(next, after) == 0)) {
        return false;
    }
    snprintf(after, STORE_CURSOR_SIZE, "%s", next);
    return true;
}

static int
list(struct place *p, const struct store_filter *filter, uint64_t limit, json_t **rows)
{
    char path[PATH_SIZE], after[STORE_CURSOR_SIZE] = "";
    size_t count;
    int code;

    *rows = json_array();
    do {
        json_t *page, *some;

        list_path(path, filter, limit, after[0] ? after : NULL);
        code = call_site(p, &(struct remote_call){.method = "GET", .path = path}, &page,
                         NULL);
        some = json_object_get(page, "computations");
        if (code == CLI_OK && (!are_rows(some, limit) || !take_cursor(page, after))) {
            cli_error("%s: the answer is not a list of computations",
                      remote_url(p->remote));
            code = CLI_FAILED;
        }
        count = json_array_size(some);
        if (code == CLI_OK) {
            limit -= count;
            json_array_extend(*rows, some);
        }
        json_decref(page);
    } while (code == CLI_OK && limit > 0 && count > 0 && after[0]);
    if (code != CLI_OK) {
        json_decref(*rows);
        *rows = NULL;
    }
    return code;
}

static int
act(struct place *p, enum place_deed deed, int64_t id, json_t **row)
{
    static const char *const paths[] = {
        [PLACE_CANCEL] = "/cancel", [PLACE_RETRY] = "/retry", [PLACE_DELETE] = ""};
    char path[PATH_SIZE];
    const struct remote_call call = {.method = deed == PLACE_DELETE ? "DELETE" : "POST",
                                     .path = path,
                                     .token = p->token};
    int code, status;

    snprintf(path, sizeof path, "%s/%" PRId64 "%s", rows_path, id, paths[deed]);
    if (deed != PLACE_DELETE) {
        return call_row(p, &call, id, row);
    }
    code = call_site(p, &call, row, &status);
    json_decref(*row);
    *row = code == CLI_OK ? place_deleted(id, status == 204) : NULL;
    return code == CLI_OK && !*row ? CLI_FAILED : code;
}

static int
history(struct place *p, int64_t id, json_t **events)
{
    (void)p;
    (void)id;
    *events = NULL;
    return CLI_OK;
}

const struct place_kind place_elsewhere = {
    .add = add,
    .get = get,
    .news = news,
    .list = list,
    .act = act,
    .history = history,
};
