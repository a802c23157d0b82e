/*
 * What places have in common: opening, waiting, reading rows.
 */
#include "config.h"

#include "daemon/place.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Seconds that need no bar. */
#define SHORT_S 0.5

int
place_open(struct place *p, struct cli *cli, const struct place_flags *flags,
           bool reading)
{
    int code;

    *p = (struct place){.kind = &place_here, .cli = cli};
    if (!flags->url) {
        if (flags->ca_file) {
            cli_error("--ca-file goes with --url");
            return CLI_USAGE;
        }
        return cli_open_store(cli, reading ? STORE_READER : STORE_DURABLE) ? CLI_OK
                                                                           : CLI_FAILED;
    }
    p->kind = &place_elsewhere;
    code = remote_open(&p->remote, flags->url, flags->ca_file);
    if (code == CLI_OK && !reading) {
        p->token = remote_token_read(remote_url(p->remote));
    }
    return code;
}

void
place_close(struct place *p)
{
    remote_close(p->remote);
    free(p->token);
    p->remote = NULL;
    p->token = NULL;
}

json_t *
place_deleted(int64_t id, bool done)
{
    json_t *row = json_pack("{s:I, s:s}", "id", (json_int_t)id, "status",
                            done ? "deleted" : "deleting");

    if (!row) {
        cli_error("not enough memory");
    }
    return row;
}

int64_t
row_number(const json_t *row, const char *name)
{
    return (int64_t)json_integer_value(json_object_get(row, name));
}

double
row_real(const json_t *row, const char *name)
{
    const json_t *value = json_object_get(row, name);

    return json_is_number(value) ? json_number_value(value) : -1;
}

const char *
row_text(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));

    return text ? text : "";
}

bool
row_is(const json_t *row, const char *status)
{
    return strcmp(row_text(row, "status"), status) == 0;
}

bool
row_is_final(const json_t *row)
{
    return !row_is(row, "queued") && !row_is(row, "running");
}

int
place_wait(struct place *p, json_t **row, bool progress)
{
    struct cli_progress told;
    int code = CLI_OK;

    if (!cli_catch_signals()) {
        return CLI_FAILED;
    }
    cli_progress_begin(&told, progress || isatty(STDERR_FILENO), 0);
    while (code == CLI_OK && !row_is_final(*row)) {
        /* What nobody asked to see is shown when there is something to wait for. */
        p->brief = !progress && cli_progress_age(&told) < SHORT_S;
        if (!p->brief) {
            cli_progress_tell_left(
                &told, row_is(*row, "queued") ? "queued" : row_text(*row, "phase"),
                row_real(*row, "progress"), row_real(*row, "eta_s"));
        }
        code = p->kind->news(p, row);
        if (cli_signal() != 0) {
            code = CLI_SIGNAL + cli_signal();
        }
    }
    cli_progress_end(&told);
    return code;
}
