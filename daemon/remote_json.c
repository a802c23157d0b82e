/*
 * What a site says, as JSON. Its words end up on somebody's terminal, and terminals
 * obey control characters: none of them is let in.
 */
#include "config.h"

#include "daemon/remote.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of the character of UTF-8 at P that a terminal obeys, 0: it is another. They
 * are the control characters of ASCII, U+0080 to U+009F (C2 80 ..), Unicode's
 * Bidi_Control (U+061C, D8 9C; U+200E, U+200F and U+202A to U+202E, E2 80 8E ..; U+2066
 * to U+2069, E2 81 A6 ..), and its separators of lines, U+2028 and U+2029. */
static size_t
command_length(const unsigned char *p)
{
    if (*p < ' ' || *p == 0x7f) {
        return 1;
    }
    if (*p == 0xc2) {
        return p[1] >= 0x80 && p[1] <= 0x9f ? 2 : 0;
    }
    if (*p == 0xd8) {
        return p[1] == 0x9c ? 2 : 0;
    }
    if (*p == 0xe2 && p[1] == 0x80) {
        return p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xa8 && p[2] <= 0xae) ? 3 : 0;
    }
    return *p == 0xe2 && p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9 ? 3 : 0;
}

bool
remote_make_plain(char *text)
{
    bool found = false;

    for (size_t i = 0; text[i] != '\0';) {
        size_t length = command_length((const unsigned char *)text + i);

        memset(text + i, ' ', length);
        found = found || length > 0;
        i += length > 0 ? length : 1;
    }
    return found;
}

/* True when the name of a member has nothing to make plain. */
static bool
is_plain_name(const char *name)
{
    char *copy = strdup(name);
    bool plain = copy && !remote_make_plain(copy);

    free(copy);
    return plain;
}

/* Makes every string in VALUE plain. False: no memory, or a name that is not plain. */
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
        remote_make_plain(text);
        ok = json_string_set(value, text) == 0;
        free(text);
    }
    json_array_foreach(value, i, item)
    {
        ok = ok && make_plain(item);
    }
    json_object_foreach(value, name, item)
    {
        ok = ok && is_plain_name(name) && make_plain(item);
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
