/*
 * Sending JSON.
 */
#include "fcgi/json.h"

#include <stdlib.h>
#include <string.h>

/* Has this thread lacked memory for JSON? */
static _Thread_local bool lacking;

static void *
allocate(size_t size)
{
    void *block = malloc(size);
    if (!block)
        lacking = true;
    return block;
}

void
json_init(void)
{
    json_set_alloc_funcs(allocate, free);
}

void
json_begin(void)
{
    lacking = false;
}

char *
json_text(json_t *value)
{
    char *text =
        value != NULL ? json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(value);
    if (lacking) {
        free(text);
        text = NULL;
    }
    return text;
}

void
json_send_as(struct reply *reply, int status, const char *type, json_t *value)
{
    char *text = json_text(value);
    reply_header(reply, "Cache-Control", "no-store");
    reply_take(reply, status, type, text, text != NULL ? strlen(text) : 0);
}

void
json_send(struct reply *reply, int status, json_t *value)
{
    json_send_as(reply, status, "application/json", value);
}
