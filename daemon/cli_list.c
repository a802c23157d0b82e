/*
 * nthpi list and nthpi show: rows, as anybody reads them.
 */
#include "daemon/cli.h"

#include "common/store_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { PAGE = 100, LIST_DEFAULT = 50, EVENTS_MAX = 200 };

/* "2026-01-31 12:00:00" UTC, for microseconds since 1970. */
static void
format_time(int64_t at, char text[32])
{
    time_t seconds = (time_t)(at / 1000000);
    struct tm tm;

    if (!gmtime_r(&seconds, &tm) || strftime(text, 32, "%Y-%m-%d %H:%M:%S", &tm) == 0) {
        text[0] = '\0';
    }
}

/* The last column: the digit, how far it is, or what went wrong. */
static void
print_state(const struct computation *c)
{
    switch (c->status) {
    case STATUS_DONE:
        printf("%c\n", c->digit);
        break;
    case STATUS_RUNNING:
        printf("%.0f %% %s\n", c->progress * 100, c->phase);
        break;
    case STATUS_FAILED:
        printf("%s\n", c->error);
        break;
    default:
        printf("\n");
        break;
    }
}

static void
print_line(const struct computation *c)
{
    printf("%8" PRId64 " %14" PRIu64 " %5d %-10s %-9s ", c->id, c->position, c->radix,
           algorithm_name(c->algorithm), status_name(c->status));
    print_state(c);
}

static int
print_list(struct cli *cli, const struct store_filter *filter, uint64_t limit)
{
    struct computation rows[PAGE];
    struct store_cursor cursor = {.id = 0};
    size_t count;

    printf("%8s %14s %5s %-10s %-9s %s\n", "ID", "POSITION", "RADIX", "ALGORITHM",
           "STATUS", "DIGIT");
    do {
        size_t max = limit < PAGE ? (size_t)limit : PAGE;

        if (store_list(cli->store, filter, &cursor, rows, max, &count, &cursor) !=
            STORE_OK) {
            cli_error("%s", store_message(cli->store));
            return CLI_FAILED;
        }
        for (size_t i = 0; i < count; i++) {
            print_line(&rows[i]);
        }
        limit -= count;
    } while (cursor.id != 0 && limit > 0);
    return CLI_OK;
}

static bool
parse_filter(const char *status, const char *radix, const char *algorithm,
             struct store_filter *filter)
{
    enum status s;
    enum algorithm a;

    if (status && !status_parse(status, &s)) {
        cli_error(
            "status \"%s\" is not known: queued, running, done, failed or cancelled",
            status);
        return false;
    }
    if (algorithm && !algorithm_parse(algorithm, &a)) {
        cli_error("algorithm \"%s\" is not known: auto, spigot, chudnovsky or bbp",
                  algorithm);
        return false;
    }
    if (radix && !radix_parse(radix, &filter->radix)) {
        cli_error("radix \"%s\" is not known: 10 or 16", radix);
        return false;
    }
    filter->status = status ? (int)s : -1;
    filter->algorithm = algorithm ? (int)a : -1;
    return true;
}

int
cli_list(int argc, char **argv)
{
    const char *status = NULL, *radix = NULL, *algorithm = NULL, *limit_text = NULL;
    const struct conf_flag flags[] = {
        {"status", "STATUS", "queued, running, done, failed or cancelled", &status},
        {"radix", "10|16", "only this radix", &radix},
        {"algorithm", "NAME", "auto, spigot, chudnovsky or bbp", &algorithm},
        {"limit", "COUNT", "at most so many rows, 50 unless given", &limit_text},
        {NULL, NULL, NULL, NULL},
    };
    struct store_filter filter = STORE_FILTER_ANY;
    uint64_t limit = LIST_DEFAULT;
    struct cli cli;
    int code = cli_begin(&cli, argc, argv,
                         "nthpi list [OPTIONS]: lists computations, running ones first",
                         flags, 0);

    if (code >= 0) {
        return code;
    }
    if (!parse_filter(status, radix, algorithm, &filter) ||
        (limit_text && !cli_number("limit", limit_text, 1, POSITION_MAX, &limit))) {
        return cli_end(&cli, CLI_USAGE);
    }
    if (!cli_open_store(&cli, STORE_READER)) {
        return cli_end(&cli, CLI_FAILED);
    }
    return cli_end(&cli, print_list(&cli, &filter, limit));
}

static void
print_field(const char *name, const char *value)
{
    if (value[0]) {
        printf("%-12s %s\n", name, value);
    }
}

static void
print_row(const struct computation *c)
{
    char digit[2] = {c->digit, '\0'};

    printf("%-12s %" PRId64 "\n", "id", c->id);
    printf("%-12s %" PRIu64 "\n", "position", c->position);
    printf("%-12s %d\n", "radix", c->radix);
    print_field("algorithm", algorithm_name(c->algorithm));
    print_field("method", c->method == ALGORITHM_AUTO ? "" : algorithm_name(c->method));
    print_field("status", status_name(c->status));
    print_field("stage", stage_name(c->stage));
    if (c->status == STATUS_RUNNING) {
        printf("%-12s %.1f %% %s\n", "progress", c->progress * 100, c->phase);
    }
    if (c->status == STATUS_DONE) {
        print_field("digit", digit);
        print_field("window", c->window);
        print_field("verified", c->verified[0] ? c->verified : "not checked");
    }
    print_field("error", c->error);
    if (c->answered_by > 0) {
        printf("%-12s %" PRId64 "\n", "answered by", c->answered_by);
    }
    printf("%-12s %d\n", "attempts", c->attempts);
    if (c->cpu_s >= 0 && c->wall_s >= 0 && c->peak_kib > 0) {
        printf("%-12s %.2f s of wall time, %.2f s of CPU time, %" PRId64 " KiB\n",
               "cost", c->wall_s, c->cpu_s, c->peak_kib);
    }
}

static int
show(struct cli *cli, int64_t id)
{
    struct event events[EVENTS_MAX];
    struct computation c;
    size_t count = 0;
    enum store_rc rc = store_get(cli->store, id, &c);

    if (rc == STORE_NOT_FOUND) {
        cli_error("there is no computation %" PRId64, id);
        return CLI_FAILED;
    }
    if (rc == STORE_OK) {
        rc = store_events(cli->store, id, events, EVENTS_MAX, &count);
    }
    if (rc != STORE_OK) {
        cli_error("%s", store_message(cli->store));
        return CLI_FAILED;
    }
    print_row(&c);
    printf("history\n");
    for (size_t i = 0; i < count; i++) {
        char at[32];

        format_time(events[i].at, at);
        printf("  %s UTC  %-10s  %s\n", at, events[i].stage, events[i].detail);
    }
    return CLI_OK;
}

int
cli_show(int argc, char **argv)
{
    struct cli cli;
    int64_t id;
    int code = cli_begin(&cli, argc, argv,
                         "nthpi show [OPTIONS] ID: shows a computation and its history",
                         NULL, 1);

    if (code >= 0) {
        return code;
    }
    if (!cli_id(cli.argument, &id)) {
        return cli_end(&cli, CLI_USAGE);
    }
    if (!cli_open_store(&cli, STORE_READER)) {
        return cli_end(&cli, CLI_FAILED);
    }
    return cli_end(&cli, show(&cli, id));
}
