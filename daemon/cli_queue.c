/*
 * nthpi submit, wait, cancel, retry, delete: rows as one who asks or an administrator
 * changes them, here or elsewhere (place.h).
 */
#include "config.h"

#include "daemon/place.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Shows what has become of ROW. The exit code, for one that waited: 1 unless it is
 * done. */
static int
show_result(const json_t *row, bool json, bool waited)
{
    if (json) {
        rows_print_json(row);
    } else {
        rows_print_result(row);
    }
    return !waited || row_is(row, "done") ? CLI_OK : CLI_FAILED;
}

/* What a command on one row is told. */
struct orders {
    struct place_flags place;
    bool json, wait, progress;
};

static int
submit(struct cli *cli, const struct orders *o, const struct cli_question *q)
{
    struct place p;
    json_t *row = NULL;
    int code = place_open(&p, cli, &o->place, false);

    if (code == CLI_OK) {
        code = p.kind->add(&p, q, &row);
    }
    if (code == CLI_OK && o->wait) {
        code = place_wait(&p, &row, o->progress);
    }
    if (code == CLI_OK) {
        code = show_result(row, o->json, o->wait);
    }
    json_decref(row);
    place_close(&p);
    return code;
}

int
cli_submit(int argc, char **argv)
{
    const char *radix = NULL, *algorithm = NULL, *wait = NULL, *progress = NULL,
               *json = NULL;
    struct orders o = {.wait = false};
    const struct conf_flag flags[] = {
        {"radix", "10|16", "radix of the digit, 10 unless given", &radix},
        {"algorithm", "NAME", "auto, spigot, chudnovsky or bbp", &algorithm},
        {"wait", NULL, "wait for the end, print the digit", &wait},
        {"progress", NULL, "tell on standard error how far it is", &progress},
        {"json", NULL, "print the computation as JSON", &json},
        PLACE_FLAGS(o.place),
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
    /* A site elsewhere has limits of its own. */
    if (!cli_question(o.place.url ? NULL : &cli.conf.limits, cli.argument, radix,
                      algorithm, &q)) {
        return cli_end(&cli, CLI_USAGE);
    }
    o.json = json != NULL;
    o.wait = wait != NULL;
    o.progress = progress != NULL;
    return cli_end(&cli, submit(&cli, &o, &q));
}

static int
wait_for(struct cli *cli, const struct orders *o, int64_t id)
{
    struct place p;
    json_t *row = NULL;
    int code = place_open(&p, cli, &o->place, false);

    if (code == CLI_OK) {
        code = p.kind->get(&p, id, &row);
    }
    if (code == CLI_OK) {
        code = place_wait(&p, &row, o->progress);
    }
    if (code == CLI_OK) {
        code = show_result(row, o->json, true);
    }
    json_decref(row);
    place_close(&p);
    return code;
}

int
cli_wait(int argc, char **argv)
{
    const char *progress = NULL, *json = NULL;
    struct orders o = {.wait = true};
    const struct conf_flag flags[] = {
        {"progress", NULL, "tell on standard error how far it is", &progress},
        {"json", NULL, "print the computation as JSON", &json},
        PLACE_FLAGS(o.place),
        {NULL, NULL, NULL, NULL},
    };
    struct cli cli;
    int64_t id;
    int code = cli_begin(&cli, argc, argv,
                         "nthpi wait [OPTIONS] ID: waits for the end of a computation",
                         flags, 1);

    if (code >= 0) {
        return code;
    }
    if (!cli_id(cli.argument, &id)) {
        return cli_end(&cli, CLI_USAGE);
    }
    o.json = json != NULL;
    o.progress = progress != NULL;
    return cli_end(&cli, wait_for(&cli, &o, id));
}

/* The commands that do one thing to one row. */
static int
change(int argc, char **argv, const char *usage, enum place_deed deed)
{
    const char *json = NULL;
    struct place_flags where = {NULL, NULL};
    const struct conf_flag flags[] = {
        {"json", NULL, "print what became of it as JSON", &json},
        PLACE_FLAGS(where),
        {NULL, NULL, NULL, NULL},
    };
    struct cli cli;
    struct place p;
    json_t *row = NULL;
    int64_t id;
    int code = cli_begin(&cli, argc, argv, usage, flags, 1);

    if (code >= 0) {
        return code;
    }
    if (!cli_id(cli.argument, &id)) {
        return cli_end(&cli, CLI_USAGE);
    }
    code = place_open(&p, &cli, &where, false);
    if (code == CLI_OK) {
        code = p.kind->act(&p, deed, id, &row);
    }
    if (code == CLI_OK && json) {
        rows_print_json(row);
    }
    json_decref(row);
    place_close(&p);
    return cli_end(&cli, code);
}

int
cli_cancel(int argc, char **argv)
{
    return change(argc, argv, "nthpi cancel [OPTIONS] ID: cancels a computation",
                  PLACE_CANCEL);
}

int
cli_retry(int argc, char **argv)
{
    return change(argc, argv, "nthpi retry [OPTIONS] ID: queues a computation again",
                  PLACE_RETRY);
}

int
cli_delete(int argc, char **argv)
{
    return change(argc, argv, "nthpi delete [OPTIONS] ID: deletes a computation",
                  PLACE_DELETE);
}
