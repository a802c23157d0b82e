/*
 * What a site says, as JSON. Its words end up on somebody's terminal, and terminals
 * obey control characters: none of them is let in.
 */
#include "config.h"

#include "daemon/remote.h"

#include <stdlib.h>
#include <string.h>

/* Puts a space in the place of every control character of TEXT, which is UTF-8: those
 * of ASCII, and U+0080 to U+009F, which are C2 80 to C2 9F there. */
static void
blank_controls(char *text)
{
    for (unsigned char *p = (unsigned char *)text; *p; p++) {
        if (*p < ' ' || *p == 0x7f) {
            *p = ' ';
        } else if (*p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f) {
            *p++ = ' ';
            *p = ' ';
        }
    }
}

/* The same for every string in VALUE. False: no memory. */
static bool
make_plain(json_t *value)
{
    const char *name;
    char *text;
    json_t *item;
    size_t i;
    bool ok = true;

    if (json_is_string(value)) {
        text = strdup(json_string_value(value));
        if (!text) {
            return false;
        }
        blank_controls(text);
        ok = json_string_set(value, text) == 0;
        free(text);
    }
    json_array_foreach(value, i, item)
    {
        ok = ok && make_plain(item);
    }
    json_object_foreach(value, name, item)
    {
        ok = ok && make_plain(item);
    }
    return ok;
}

json_t *
remote_json(const struct remote_answer *answer)
{
    json_t *value =
        answer->body ? json_loadb(answer->body, answer->length, 0, NULL) : NULL;

    if (value && (!json_is_object(value) || !make_plain(value))) {
        json_decref(value);
        value = NULL;
    }
    return value;
}
