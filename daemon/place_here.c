/*
 * A state folder of this machine. Who can write its database may do all; the web
 * program's rules about askers are for its visitors.
 */
#include "config.h"

#include "daemon/place.h"

#include "common/computation_json.h"
#include "common/store_ask.h"
#include "common/store_list.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>

enum { WAIT_MS = 1000, DAEMON_SILENT_S = 30, PAGE = 100, EVENTS_MOST = 200 };

static const struct store_asker administrator = {.admin = true};

/* What RC means for row ID, on standard error; the exit code. */
static int
tell_rc(const struct cli *cli, int64_t id, enum store_rc rc)
{
    switch (rc) {
    case STORE_OK:
        return CLI_OK;
    case STORE_NOT_FOUND:
        cli_error("there is no computation %" PRId64, id);
        break;
    case STORE_CONFLICT:
        cli_error("computation %" PRId64 ": its status does not allow that", id);
        break;
    case STORE_FULL:
        cli_error("the queue is full (%u rows)", cli->conf.queue_limit);
        break;
    case STORE_BUSY:
        cli_error("the database is busy; try again");
        break;
    default:
        cli_error("%s", store_message(cli->store));
        break;
    }
    return CLI_FAILED;
}

/* C and its worker as *ROW. */
static int
give(struct cli *cli, const struct computation *c, json_t **row)
{
    struct store_worker worker;
    enum store_rc rc = store_get_worker(cli->store, c->id, &worker);

    if (rc != STORE_OK && rc != STORE_NOT_FOUND) {
        return tell_rc(cli, c->id, rc);
    }
    *row = json_detail(c, rc == STORE_OK ? &worker : NULL);
    if (!*row) {
        cli_error("not enough memory");
    }
    return *row ? CLI_OK : CLI_FAILED;
}

static void
warn_without_daemon(struct cli *cli)
{
    double age;
    enum store_rc rc = store_heartbeat_age(cli->store, &age);

    if (rc == STORE_NOT_FOUND || (rc == STORE_OK && age > DAEMON_SILENT_S)) {
        cli_error("note: no nthpid is running here; the row waits for one");
    }
}

static int
get(struct place *p, int64_t id, json_t **row)
{
    struct computation c;
    enum store_rc rc = store_get(p->cli->store, id, &c);

    return rc == STORE_OK ? give(p->cli, &c, row) : tell_rc(p->cli, id, rc);
}

static int
add(struct place *p, const struct cli_question *q, json_t **row)
{
    enum store_added added;
    int64_t id = 0;
    enum store_rc rc = store_add(p->cli->store, q->radix, q->position, q->algorithm,
                                 &administrator, p->cli->conf.queue_limit, &id, &added);
    int code;

    if (rc != STORE_OK) {
        return tell_rc(p->cli, id, rc);
    }
    doorbell_ring(p->cli->bell);
    code = get(p, id, row);
    if (code == CLI_OK && !row_is_final(*row)) {
        warn_without_daemon(p->cli);
    }
    return code;
}

/* A command that only reads has no doorbell: it looks once a second. */
static int
news(struct place *p, json_t **row)
{
    struct doorbell *ringing = p->cli->bell;
    struct pollfd bell = {.fd = ringing ? doorbell_fd(ringing) : -1, .events = POLLIN};
    int64_t id = row_number(*row, "id");
    struct computation c;
    enum store_rc rc;

    if (poll(&bell, 1, WAIT_MS) < 0 && errno != EINTR) {
        cli_error("waiting failed: %s", strerror(errno));
        return CLI_FAILED;
    }
    if (ringing) {
        doorbell_drain(ringing);
    }
    rc = store_get(p->cli->store, id, &c);
    if (rc == STORE_BUSY) {
        return CLI_OK;
    }
    if (rc != STORE_OK) {
        return tell_rc(p->cli, id, rc);
    }
    json_decref(*row);
    return give(p->cli, &c, row);
}

static int
list(struct place *p, const struct store_filter *filter, uint64_t limit, json_t **rows)
{
    struct computation page[PAGE];
    struct store_cursor cursor = {.id = 0};
    size_t count;

    *rows = json_array();
    do {
        size_t most = limit < PAGE ? (size_t)limit : PAGE;
        enum store_rc rc =
            store_list(p->cli->store, filter, &cursor, page, most, &count, &cursor);

        if (rc != STORE_OK) {
            json_decref(*rows);
            *rows = NULL;
            return tell_rc(p->cli, 0, rc);
        }
        for (size_t i = 0; i < count; i++) {
            if (json_array_append_new(*rows, json_computation(&page[i])) != 0) {
                cli_error("not enough memory");
                json_decref(*rows);
                *rows = NULL;
                return CLI_FAILED;
            }
        }
        limit -= count;
    } while (cursor.id != 0 && limit > 0);
    return CLI_OK;
}

static int
act(struct place *p, enum place_deed deed, int64_t id, json_t **row)
{
    struct store *store = p->cli->store;
    enum store_rc rc = STORE_ERROR;
    enum store_wish wish = WISH_NOTED;

    *row = NULL;
    switch (deed) {
    case PLACE_CANCEL:
        rc = store_cancel(store, id, &administrator, &wish);
        break;
    case PLACE_RETRY:
        rc = store_retry(store, id, &administrator, p->cli->conf.queue_limit);
        break;
    case PLACE_DELETE:
        rc = store_delete(store, id, &administrator, &wish);
        break;
    }
    if (rc != STORE_OK) {
        return tell_rc(p->cli, id, rc);
    }
    doorbell_ring(p->cli->bell);
    if (deed != PLACE_DELETE) {
        return get(p, id, row);
    }
    *row = place_deleted(id, wish == WISH_DONE);
    return *row ? CLI_OK : CLI_FAILED;
}

static int
history(struct place *p, int64_t id, json_t **events)
{
    struct event list[EVENTS_MOST];
    size_t count = 0;
    enum store_rc rc = store_events(p->cli->store, id, list, EVENTS_MOST, &count);

    *events = NULL;
    if (rc != STORE_OK) {
        return tell_rc(p->cli, id, rc);
    }
    *events = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(
            *events, json_pack("{s:s, s:o, s:s}", "stage", list[i].stage, "at",
                               json_time(list[i].at), "detail", list[i].detail));
    }
    return CLI_OK;
}

const struct place_kind place_here = {
    .add = add,
    .get = get,
    .news = news,
    .list = list,
    .act = act,
    .history = history,
};
