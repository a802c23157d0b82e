/*
 * Percent-encoding and fields, by liburiparser. The library ends a string at
 * %00 and leaves broken escapes as they are; both are refused here before it
 * sees them, so that no value is ever cut or changed silently.
 */
#include "config.h"

#include "fcgi/request.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <uriparser/Uri.h>

static bool
is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Every '%' starts a whole escape of something else than NUL. */
static bool
escapes_valid(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\0')
            return false;
        if (text[i] != '%')
            continue;
        if (length - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))
            return false;
        if (text[i + 1] == '0' && text[i + 2] == '0')
            return false;
        i += 2;
    }
    return true;
}

/* jansson makes strings of valid UTF-8 only (RFC 3629). */
static bool
utf8_valid(const char *text)
{
    json_t *string = json_string(text);
    json_decref(string);
    return string != NULL;
}

int
request_decode(const char *text, size_t length, char **out)
{
    *out = NULL;
    if (!escapes_valid(text, length))
        return 400;
    char *copy = strndup(text, length);
    if (!copy)
        return 500;
    uriUnescapeInPlaceExA(copy, URI_FALSE, URI_BR_DONT_TOUCH);
    if (!utf8_valid(copy)) {
        free(copy);
        return 400;
    }
    *out = copy;
    return 0;
}

/* How many fields TEXT may have at most. */
static size_t
count_separators(const char *text, size_t length)
{
    size_t n = 1;
    for (size_t i = 0; i < length; i++)
        n += text[i] == '&';
    return n;
}

int
request_fields(const char *text, size_t length, struct field *fields, size_t *count)
{
    *count = 0;
    if (length == 0)
        return 0;
    if (!escapes_valid(text, length) ||
        count_separators(text, length) > REQUEST_FIELDS_MAX)
        return 400;

    UriQueryListA *list = NULL;
    int n = 0;
    if (uriDissectQueryMallocExA(&list, &n, text, text + length, URI_TRUE,
                                 URI_BR_DONT_TOUCH) != URI_SUCCESS)
        return 500;
    int status = 0;
    for (UriQueryListA *item = list; item && status == 0; item = item->next) {
        const char *value = item->value ? item->value : "";
        if (!*item->key && !*value)
            continue;
        if (!utf8_valid(item->key) || !utf8_valid(value)) {
            status = 400;
            break;
        }
        struct field *field = &fields[*count];
        field->name = strdup(item->key);
        field->value = strdup(value);
        if (field->name && field->value) {
            (*count)++;
        } else {
            free(field->name);
            free(field->value);
            status = 500;
        }
    }
    uriFreeQueryListA(list);
    return status;
}
