/*
 * nthpi search: where a string of digits is among those that a site has published.
 * With --url a site elsewhere searches. Exit status: 0 it is there, 1 it is not (or
 * something failed), 2 bad arguments.
 */
#include "config.h"

#include "daemon/place.h"

#include "common/search.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONTEXT = 20 }; /* digits before and behind */

/* What was found. */
struct result {
    struct published published;
    struct search_found found;
    char before[CONTEXT + 1], behind[CONTEXT + 1];
};

static bool
read_question(const char *typed, const char *radix_text, const char *after,
              struct search_ask *ask)
{
    int radix = 10;
    uint64_t beyond = 0;

    if (radix_text && !radix_parse(radix_text, &radix)) {
        cli_error("radix \"%s\" is not known: 10 or 16", radix_text);
        return false;
    }
    if (after && strcmp(after, "0") != 0 &&
        !cli_number("after", after, 1, POSITION_MAX, &beyond)) {
        return false;
    }
    switch (search_parse(typed, radix, ask)) {
    case SEARCH_GOOD:
        ask->after = beyond;
        return true;
    case SEARCH_TOO_LONG:
        cli_error("at most %d digits can be searched for", SEARCH_LENGTH_MOST);
        return false;
    case SEARCH_LETTERS:
        cli_error("the digits a to f are hexadecimal: give --radix=16");
        return false;
    case SEARCH_FOREIGN:
        cli_error("the digits have to be 0 to 9, not those of another script");
        return false;
    default:
        cli_error("\"%s\" is no string of digits of radix %d", typed, radix);
        return false;
    }
}

/* The digits around what was found. */
static enum digits_rc
read_context(const struct digits_file *file, const struct search_ask *ask,
             struct result *r)
{
    uint64_t at = r->found.position, end = at + ask->length - 1;
    uint64_t left = at - 1 < CONTEXT ? at - 1 : CONTEXT;
    uint64_t right = file->length - end < CONTEXT ? file->length - end : CONTEXT;
    enum digits_rc rc;

    if (at == 0) {
        return DIGITS_OK;
    }
    rc = digits_read(file, at - left, (size_t)left, r->before);
    if (rc == DIGITS_OK) {
        rc = digits_read(file, end + 1, (size_t)right, r->behind);
    }
    return rc;
}

/* Looks for ASK in the published digits, whose folder is DIGITS_FD. */
static enum digits_rc
look(int digits_fd, struct search_ask *ask, struct result *r)
{
    struct search_beginning beginning;
    const struct published *p = &r->published;
    struct search_index *index = NULL;
    struct digits_file file;
    enum digits_rc rc =
        digits_open_checked(&file, NULL, digits_fd, p->radix, p->length, p->sha256);

    if (rc != DIGITS_OK) {
        return rc;
    }
    search_index_open(&index, digits_fd, p->radix, p->length, p->sha256);
    rc = search_begin(&file, ask, &beginning);
    if (rc == DIGITS_OK) {
        rc = search_run(&file, index, ask, 1, &r->found);
    }
    if (rc == DIGITS_BROKEN && index) {
        rc = search_run(&file, NULL, ask, 1, &r->found); /* the index is damaged */
    }
    if (rc == DIGITS_OK) {
        rc = read_context(&file, ask, r);
    }
    search_index_release(index);
    digits_close(&file);
    return rc;
}

static void
print_text(const json_t *found)
{
    const char *query = row_text(found, "query");
    int64_t position = row_number(found, "position");
    int64_t searched = row_number(found, "searched"),
            after = row_number(found, "after"),
            occurrence = row_number(found, "occurrence");

    if (position > 0) {
        printf("%s: %s at position %" PRId64 "\n", query, after > 0 ? "next" : "first",
               position);
        printf("  %s%s [%s] %s\n", position > CONTEXT + 1 ? "..." : "3.",
               row_text(found, "before"), query, row_text(found, "behind"));
    } else {
        printf("%s: not in the first %" PRId64 " digits%s\n", query, searched,
               after > 0 ? " after that position" : "");
    }
    if (occurrence > 1) {
        printf("occurrence %" PRId64 " of %" PRId64 " in the first %" PRId64
               " digits\n",
               occurrence, row_number(found, "count"), searched);
    } else {
        printf("occurrences: %" PRId64 " in the first %" PRId64 " digits\n",
               row_number(found, "count"), searched);
    }
    if (searched < row_number(found, "known")) {
        printf("(%" PRId64 " are known; all will be searched when there is an index)\n",
               row_number(found, "known"));
    }
}

/* NUMBER, or null for 0. */
static json_t *
number_or_null(uint64_t number)
{
    return number > 0 ? json_integer((json_int_t)number) : json_null();
}

/* The members that /search has; a new reference, or NULL: no memory. */
static json_t *
result_json(const struct search_ask *ask, const struct result *r)
{
    const struct search_found *found = &r->found;
    json_t *object =
        json_pack("{ss, si, sI, so, so, sI, sI, sI, sb, ss, ss}", "query", ask->text,
                  "radix", ask->radix, "after", (json_int_t)ask->after, "position",
                  number_or_null(found->position), "occurrence",
                  number_or_null(found->occurrence), "count", (json_int_t)found->count,
                  "searched", (json_int_t)found->searched, "known",
                  (json_int_t)r->published.length, "indexed", found->indexed, "before",
                  r->before, "behind", r->behind);

    if (!object) {
        cli_error("not enough memory");
    }
    return object;
}

/* Searches what is published in the state folder; *FOUND is a new reference. */
static int
search_here(struct cli *cli, struct search_ask *ask, json_t **found)
{
    struct result r = {.found = {.searched = 0}};
    char *path = conf_path(&cli->conf, "digits");
    int digits_fd = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    enum digits_rc rc = DIGITS_OK;

    free(path);
    if (digits_fd < 0 ||
        store_published(cli->store, ask->radix, &r.published) != STORE_OK) {
        cli_error("cannot read what is published");
        rc = DIGITS_IO;
    } else if (r.published.length > 0) {
        rc = look(digits_fd, ask, &r);
        if (rc != DIGITS_OK) {
            cli_error("%s cannot be read, or is damaged", r.published.file);
        }
    }
    if (digits_fd >= 0) {
        close(digits_fd);
    }
    *found = rc == DIGITS_OK ? result_json(ask, &r) : NULL;
    return *found ? CLI_OK : CLI_FAILED;
}

/* True when FOUND, which a site elsewhere says, is of ASK. Of 3.14 the site may have
 * looked for what is behind the point. */
static bool
answers(const json_t *found, const struct search_ask *ask)
{
    int64_t position = row_number(found, "position");
    const char *query = row_text(found, "query");

    return (strcmp(query, ask->text) == 0 ||
            (ask->pointed && strcmp(query, ask->text + 1) == 0)) &&
           row_number(found, "radix") == ask->radix &&
           row_number(found, "after") == (int64_t)ask->after &&
           (position == 0 || position > (int64_t)ask->after);
}

/* Lets the site elsewhere search. */
static int
search_elsewhere(struct place *p, const struct search_ask *ask, json_t **found)
{
    char path[SEARCH_LENGTH_MOST + 80];

    int code;

    /* As it was typed: the site knows what pi begins with. */
    snprintf(path, sizeof path, "/search?q=%.*s%s%s&radix=%d&after=%" PRIu64,
             ask->pointed ? 1 : 0, ask->text, ask->pointed ? "." : "",
             ask->text + (ask->pointed ? 1 : 0), ask->radix, ask->after);
    code = place_fetch(p, path, found);
    if (code == CLI_OK && !answers(*found, ask)) {
        cli_error("%s: the answer is to another question", remote_url(p->remote));
        code = CLI_FAILED;
    }
    return code;
}

static int
answer(struct cli *cli, const struct place_flags *where, struct search_ask *ask,
       bool json)
{
    struct place p;
    json_t *found = NULL;
    int code = place_open(&p, cli, where, true);

    if (code == CLI_OK) {
        code = where->url ? search_elsewhere(&p, ask, &found)
                          : search_here(cli, ask, &found);
    }
    if (code == CLI_OK) {
        if (json) {
            rows_print_json(found);
        } else {
            print_text(found);
        }
        code = row_number(found, "position") > 0 ? CLI_OK : CLI_FAILED;
    }
    json_decref(found);
    place_close(&p);
    return code;
}

int
cli_search(int argc, char **argv)
{
    const char *radix = NULL, *after = NULL, *json = NULL;
    struct place_flags where = {NULL, NULL};
    const struct conf_flag flags[] = {
        {"radix", "10|16", "decimal digits unless given", &radix},
        {"after", "POSITION", "the first occurrence after this position", &after},
        {"json", NULL, "the answer as JSON", &json},
        PLACE_FLAGS(where),
        {NULL, NULL, NULL, NULL},
    };
    struct search_ask ask;
    struct cli cli;
    int code =
        cli_begin(&cli, argc, argv,
                  "nthpi search [OPTIONS] DIGITS: finds a string of digits among those "
                  "that are published; status 0: it is there, 1: it is not",
                  flags, 1);

    if (code >= 0) {
        return code;
    }
    if (!read_question(cli.argument, radix, after, &ask)) {
        return cli_end(&cli, CLI_USAGE);
    }
    return cli_end(&cli, answer(&cli, &where, &ask, json != NULL));
}
