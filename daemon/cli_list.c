/*
 * nthpi list and nthpi show: rows, as anybody reads them, here or elsewhere (place.h).
 */
#include "config.h"

#include "daemon/place.h"

#include "common/store_list.h"

#include <stdio.h>

enum { LIST_DEFAULT = 50 };

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

static int
print_list(struct cli *cli, const struct place_flags *where,
           const struct store_filter *filter, uint64_t limit, bool json)
{
    struct place p;
    json_t *rows = NULL;
    int code = place_open(&p, cli, where, true);

    if (code == CLI_OK) {
        code = p.kind->list(&p, filter, limit, &rows);
    }
    if (code == CLI_OK && json) {
        rows_print_json(rows);
    } else if (code == CLI_OK) {
        rows_print_table(rows);
    }
    json_decref(rows);
    place_close(&p);
    return code;
}

int
cli_list(int argc, char **argv)
{
    const char *status = NULL, *radix = NULL, *algorithm = NULL, *limit_text = NULL;
    const char *json = NULL;
    struct place_flags where = {NULL, NULL};
    const struct conf_flag flags[] = {
        {"status", "STATUS", "queued, running, done, failed or cancelled", &status},
        {"radix", "10|16", "only this radix", &radix},
        {"algorithm", "NAME", "auto, spigot, chudnovsky or bbp", &algorithm},
        {"limit", "COUNT", "at most so many rows, 50 unless given", &limit_text},
        {"json", NULL, "print the rows as JSON", &json},
        PLACE_FLAGS(where),
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
    return cli_end(&cli, print_list(&cli, &where, &filter, limit, json != NULL));
}

static int
show(struct cli *cli, const struct place_flags *where, int64_t id, bool json)
{
    struct place p;
    json_t *row = NULL, *history = NULL;
    int code = place_open(&p, cli, where, true);

    if (code == CLI_OK) {
        code = p.kind->get(&p, id, &row);
    }
    if (code == CLI_OK) {
        code = p.kind->history(&p, id, &history);
    }
    if (code == CLI_OK && json) {
        json_object_set(row, "history", history);
        rows_print_json(row);
    } else if (code == CLI_OK) {
        rows_print_details(row, history);
    }
    json_decref(history);
    json_decref(row);
    place_close(&p);
    return code;
}

int
cli_show(int argc, char **argv)
{
    const char *json = NULL;
    struct place_flags where = {NULL, NULL};
    const struct conf_flag flags[] = {
        {"json", NULL, "print the computation as JSON", &json},
        PLACE_FLAGS(where),
        {NULL, NULL, NULL, NULL},
    };
    struct cli cli;
    int64_t id;
    int code = cli_begin(&cli, argc, argv,
                         "nthpi show [OPTIONS] ID: shows a computation and its history",
                         flags, 1);

    if (code >= 0) {
        return code;
    }
    if (!cli_id(cli.argument, &id)) {
        return cli_end(&cli, CLI_USAGE);
    }
    return cli_end(&cli, show(&cli, &where, id, json != NULL));
}
