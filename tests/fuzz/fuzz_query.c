/*
 * Query strings and urlencoded forms. What is accepted has no NUL, is UTF-8, and
 * comes back the same after it is written in escapes and read again; what has a
 * broken escape, or one of NUL, is refused. Decoding agrees with a plain decoder.
 */
#include "config.h"

#include "fuzz.h"

#include "fcgi/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every byte of TEXT as an escape, at OUT; what comes behind it. */
static char *
escape(char *out, const char *text)
{
    for (; *text; text++)
        out += snprintf(out, sizeof "%FF", "%%%02X", (unsigned char)*text);
    return out;
}

static void
free_fields(struct field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(fields[i].name);
        free(fields[i].value);
    }
}

static void
read_again(const struct field *fields, size_t count)
{
    struct field again[REQUEST_FIELDS_MAX];
    size_t room = 1, found;
    for (size_t i = 0; i < count; i++)
        room += 3 * (strlen(fields[i].name) + strlen(fields[i].value)) + 2;
    char *text = fuzz_memory(room);
    char *end = text;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            *end++ = '&';
        end = escape(end, fields[i].name);
        *end++ = '=';
        end = escape(end, fields[i].value);
    }
    PROPERTY(request_fields(text, (size_t)(end - text), again, &found) == 0);
    PROPERTY(found == count);
    for (size_t i = 0; i < count; i++) {
        PROPERTY(strcmp(again[i].name, fields[i].name) == 0);
        PROPERTY(strcmp(again[i].value, fields[i].value) == 0);
    }
    free_fields(again, found);
    free(text);
}

static int
hex_value(char c)
{
    const char *digits = "0123456789abcdef";
    char lower = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
    const char *p = lower ? strchr(digits, lower) : NULL;
    return p ? (int)(p - digits) : -1;
}

/* The plain decoder: the length of what is at OUT, or -1. */
static int
decode(const char *text, size_t length, char *out)
{
    int n = 0;
    for (size_t i = 0; i < length; i++, n++) {
        out[n] = text[i];
        if (text[i] == '%') {
            if (length - i < 3 || hex_value(text[i + 1]) < 0 ||
                hex_value(text[i + 2]) < 0)
                return -1;
            out[n] = (char)(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        }
        if (out[n] == '\0')
            return -1;
    }
    out[n] = '\0';
    return fuzz_utf8(out) ? n : -1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct field fields[REQUEST_FIELDS_MAX];
    size_t count;
    char *text = fuzz_memory(size);
    char *plain = fuzz_memory(size + 1);
    char *decoded;
    memcpy(text, data, size);

    int expected = decode(text, size, plain);
    int status = request_decode(text, size, &decoded);
    PROPERTY(status == (expected < 0 ? 400 : 0));
    PROPERTY(status != 0 || strcmp(decoded, plain) == 0);
    PROPERTY(status == 0 || decoded == NULL);
    free(decoded);

    status = request_fields(text, size, fields, &count);
    PROPERTY(status == 0 || status == 400);
    PROPERTY(count <= REQUEST_FIELDS_MAX);
    for (size_t i = 0; i < count; i++) {
        PROPERTY(fuzz_utf8(fields[i].name) && fuzz_utf8(fields[i].value));
        PROPERTY(fields[i].name[0] != '\0' || fields[i].value[0] != '\0');
    }
    if (status == 0)
        read_again(fields, count);
    free_fields(fields, count);
    free(plain);
    free(text);
    return 0;
}
