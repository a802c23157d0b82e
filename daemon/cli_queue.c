/*
 * nthpi submit, cancel, retry, delete: rows as an administrator changes them.
 * Who can write the database may do all; the web program's rules about askers
 * are for its visitors.
 */
#include "daemon/cli.h"

#include "common/store_ask.h"
#include "common/store_list.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

enum { WAIT_MS = 1000, DAEMON_SILENT_S = 30 };

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

static bool
is_final(enum status status)
{
    return status != STATUS_QUEUED && status != STATUS_RUNNING;
}

static void
print_row(const struct computation *c)
{
    if (c->status == STATUS_DONE) {
        printf("%" PRId64 " %s %c\n", c->id, status_name(c->status), c->digit);
    } else {
        printf("%" PRId64 " %s\n", c->id, status_name(c->status));
    }
    if (c->status == STATUS_FAILED) {
        cli_error("%s", c->error);
    }
}

/* Waits until row ID is final. */
static int
wait_final(struct cli *cli, int64_t id)
{
    struct pollfd bell = {.fd = doorbell_fd(cli->bell), .events = POLLIN};
    struct computation c;
    enum store_rc rc;

    for (;;) {
        rc = store_get(cli->store, id, &c);
        if (rc != STORE_OK && rc != STORE_BUSY) {
            return tell_rc(cli, id, rc);
        }
        if (rc == STORE_OK && is_final(c.status)) {
            print_row(&c);
            return c.status == STATUS_DONE ? CLI_OK : CLI_FAILED;
        }
        if (poll(&bell, 1, WAIT_MS) < 0 && errno != EINTR) {
            cli_error("waiting failed: %s", strerror(errno));
            return CLI_FAILED;
        }
        doorbell_drain(cli->bell);
    }
}

static void
warn_without_daemon(struct cli *cli)
{
    double age = store_heartbeat_age(cli->store);

    if (age < 0 || age > DAEMON_SILENT_S) {
        cli_error("note: no nthpid is running here; the row waits for one");
    }
}

static int
submit(struct cli *cli, const struct cli_question *q, bool wait)
{
    enum store_added added;
    struct computation c;
    int64_t id = 0;
    enum store_rc rc = store_add(cli->store, q->radix, q->position, q->algorithm,
                                 &administrator, cli->conf.queue_limit, &id, &added);

    if (rc != STORE_OK) {
        return tell_rc(cli, id, rc);
    }
    doorbell_ring(cli->bell);
    if (wait) {
        warn_without_daemon(cli);
        return wait_final(cli, id);
    }
    rc = store_get(cli->store, id, &c);
    if (rc != STORE_OK) {
        return tell_rc(cli, id, rc);
    }
    print_row(&c);
    if (!is_final(c.status)) {
        warn_without_daemon(cli);
    }
    return CLI_OK;
}

int
cli_submit(int argc, char **argv)
{
    const char *radix = NULL, *algorithm = NULL, *wait = NULL;
    const struct conf_flag flags[] = {
        {"radix", "10|16", "radix of the digit, 10 unless given", &radix},
        {"algorithm", "NAME", "auto, spigot, chudnovsky or bbp", &algorithm},
        {"wait", NULL, "wait for the end, print the digit", &wait},
        {NULL, NULL, NULL, NULL},
    };
    struct cli_question q;
    struct cli cli;
    int code = cli_begin(&cli, argc, argv,
                         "nthpi submit [OPTIONS] N: asks the site for the digit at N",
                         flags, 1);

    if (code >= 0) {
        return code;
    }
    if (!cli_question(&cli.conf.limits, cli.argument, radix, algorithm, &q)) {
        return cli_end(&cli, CLI_USAGE);
    }
    if (!cli_open_store(&cli, STORE_DURABLE)) {
        return cli_end(&cli, CLI_FAILED);
    }
    return cli_end(&cli, submit(&cli, &q, wait != NULL));
}

/* The commands that do one thing to one row. */
static int
change(int argc, char **argv, const char *usage,
       enum store_rc (*act)(struct cli *cli, int64_t id))
{
    struct cli cli;
    enum store_rc rc;
    int64_t id;
    int code = cli_begin(&cli, argc, argv, usage, NULL, 1);

    if (code >= 0) {
        return code;
    }
    if (!cli_id(cli.argument, &id)) {
        return cli_end(&cli, CLI_USAGE);
    }
    if (!cli_open_store(&cli, STORE_DURABLE)) {
        return cli_end(&cli, CLI_FAILED);
    }
    rc = act(&cli, id);
    if (rc == STORE_OK) {
        doorbell_ring(cli.bell);
    }
    return cli_end(&cli, tell_rc(&cli, id, rc));
}

static enum store_rc
act_cancel(struct cli *cli, int64_t id)
{
    enum store_wish wish;

    return store_cancel(cli->store, id, &administrator, &wish);
}

static enum store_rc
act_retry(struct cli *cli, int64_t id)
{
    return store_retry(cli->store, id, &administrator, cli->conf.queue_limit);
}

static enum store_rc
act_delete(struct cli *cli, int64_t id)
{
    enum store_wish wish;

    return store_delete(cli->store, id, &administrator, &wish);
}

int
cli_cancel(int argc, char **argv)
{
    return change(argc, argv, "nthpi cancel [OPTIONS] ID: cancels a computation",
                  act_cancel);
}

int
cli_retry(int argc, char **argv)
{
    return change(argc, argv, "nthpi retry [OPTIONS] ID: queues a computation again",
                  act_retry);
}

int
cli_delete(int argc, char **argv)
{
    return change(argc, argv, "nthpi delete [OPTIONS] ID: deletes a computation",
                  act_delete);
}
