/*
 * nthpi digit and nthpi digits with --url: a site elsewhere finds the digits, and what
 * it has found and verified is fetched. The site's word is taken for the digits, but
 * not for the question that they answer (place_check.c), nor for the length of what it
 * sends.
 */
#include "config.h"

#include "daemon/place.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A text of so many bytes takes a while to come. */
enum { PATH_SIZE = 64, LONG_TEXT = 1 << 20 };

/* Asks for Q and waits; *ROW is done when the result is CLI_OK. */
static int
ask_and_wait(struct place *p, const struct cli_question *q, bool progress, json_t **row)
{
    int code = p->kind->add(p, q, row);

    if (code == CLI_OK) {
        code = place_wait(p, row, progress);
    }
    if (code == CLI_OK && !row_is(*row, "done")) {
        cli_error("computation %" PRId64 ": %s %s", row_number(*row, "id"),
                  row_text(*row, "status"), row_text(*row, "error"));
        code = CLI_FAILED;
    }
    return code;
}

int
site_digit(struct cli *cli, const struct place_flags *where,
           const struct cli_question *q, bool window, bool json, bool progress)
{
    struct place p;
    json_t *row = NULL;
    int code = place_open(&p, cli, where, false);

    if (code == CLI_OK) {
        code = ask_and_wait(&p, q, progress, &row);
    }
    if (code == CLI_OK && window && row_text(row, "window")[0] == '\0') {
        cli_error("%s: it does not say which digits follow", remote_url(p.remote));
        code = CLI_FAILED;
    }
    if (code == CLI_OK && json) {
        rows_print_json(row);
    } else if (code == CLI_OK) {
        printf("%s\n", row_text(row, window ? "window" : "digit"));
    }
    json_decref(row);
    place_close(&p);
    return code;
}

/* A text that comes. */
struct text {
    struct cli_output *output;
    struct cli_progress progress;
    uint64_t length, got; /* bytes that it will have, that came */
    const char *digits;   /* those of its radix */
    bool wrong;           /* it is not pi, or not as long */
};

static bool
take_text(void *ctx, const char *data, size_t length, uint64_t size)
{
    static const char start[] = "3.";
    struct text *t = ctx;

    for (size_t i = 0; t->got + i < 2 && i < length; i++) {
        t->wrong = t->wrong || data[i] != start[t->got + i];
    }
    for (size_t i = t->got < 2 ? 2 - (size_t)t->got : 0; i < length; i++) {
        t->wrong = t->wrong || data[i] == '\0' || !strchr(t->digits, data[i]);
    }
    t->wrong =
        t->wrong || (size != 0 && size != t->length) || length > t->length - t->got;
    if (t->wrong) {
        return false;
    }
    t->got += length;
    cli_progress_tell(&t->progress, "download", (double)t->got / (double)t->length);
    return cli_output_write(t->output, data, length);
}

/* Fetches the text of Q. *STATUS is what the site answered, 0 for nothing; with 200 the
 * result says whether the text is whole. Other answers are for the caller to tell. */
static int
fetch(struct place *p, const struct cli_question *q, struct cli_output *output,
      bool progress, int *status)
{
    struct text t = {
        .output = output,
        .length = q->position + 2,
        .digits = q->radix == 16 ? "0123456789abcdef" : "0123456789",
    };
    struct remote_answer a;
    char path[PATH_SIZE];
    bool came;

    snprintf(path, sizeof path, "/pi/%" PRIu64 ".txt%s", q->position,
             q->radix == 16 ? "?radix=16" : "");
    cli_progress_begin(&t.progress,
                       progress || (isatty(STDERR_FILENO) && t.length >= LONG_TEXT), 0);
    came = remote_send(p->remote,
                       &(struct remote_call){
                           .method = "GET", .path = path, .sink = take_text, .ctx = &t},
                       &a);
    cli_progress_end(&t.progress);
    *status = a.status;
    remote_clear(&a);
    if (cli_signal() != 0) {
        return CLI_SIGNAL + cli_signal();
    }
    if (came && a.status == 200 && t.got == t.length) {
        return CLI_OK;
    }
    if (t.wrong || (came && a.status == 200)) {
        cli_error("%s: what came is not pi to %" PRIu64 " digits",
                  remote_url(p->remote), q->position);
    } else if (!came && !output->error) {
        cli_error("%s: %s", remote_url(p->remote), a.error);
    } else if (came && a.status != 404) {
        cli_error("%s: status %d", remote_url(p->remote), a.status);
    }
    return CLI_FAILED;
}

/* The same; a text that is not known is computed first. */
static int
fetch_or_ask(struct place *p, const struct cli_question *q, struct cli_output *output,
             bool progress)
{
    json_t *row = NULL;
    int status, code = fetch(p, q, output, progress, &status);

    if (code != CLI_FAILED || status != 404) {
        return code;
    }
    code = ask_and_wait(p, q, progress, &row);
    json_decref(row);
    if (code != CLI_OK) {
        return code;
    }
    code = fetch(p, q, output, progress, &status);
    if (status == 404) {
        cli_error("%s: it found the digit, but has no text of all digits up to there",
                  remote_url(p->remote));
    }
    return code;
}

int
site_digits(struct cli *cli, const struct place_flags *where,
            const struct cli_question *q, const char *output, bool progress)
{
    bool terminal = !output && isatty(STDOUT_FILENO);
    struct cli_output out;
    struct place p;
    int code = place_open(&p, cli, where, false);

    if (code != CLI_OK) {
        place_close(&p);
        return code;
    }
    code = CLI_FAILED;
    if (cli_catch_signals() && cli_output_open(&out, output)) {
        code = fetch_or_ask(&p, q, &out, progress);
        if (terminal && code == CLI_OK) {
            cli_output_write(&out, "\n", 1);
        }
        if (!cli_output_close(&out, code == CLI_OK) && code == CLI_OK) {
            code = CLI_FAILED;
        }
    }
    place_close(&p);
    return code;
}
