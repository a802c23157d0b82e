/*
 * Reads a template as far as its markers go. Without the pragma ctemplate would
 * escape nothing; a name that is in no list would always be empty; a section that
 * is not closed is an error to ctemplate too, but it does not say where.
 */
#include "config.h"

#include "fcgi/view_check.h"

#include "common/log.h"

#include <string.h>

enum { DEPTH = 16 };

static const char pragma[] = "{{%AUTOESCAPE ";

static const char *const names[] = {
#define VIEW_KEY(name) #name,
#include "fcgi/view_keys.h"
#undef VIEW_KEY
};

/* A piece of the template, not terminated. */
struct piece {
    const char *text;
    size_t length;
};

struct check {
    const char *file;
    int line;
    struct {
        struct piece name;
        int line;
    } open[DEPTH]; /* sections */
    size_t depth;
};

static bool
is(struct piece piece, const char *text)
{
    return piece.length == strlen(text) && memcmp(piece.text, text, piece.length) == 0;
}

static bool
has(struct piece piece, const char *text)
{
    return memmem(piece.text, piece.length, text, strlen(text)) != NULL;
}

static bool
is_known(struct piece name)
{
    static const char separator[] = "_separator"; /* between a section's repeats */
    const size_t tail = sizeof separator - 1;
    if (is(name, "BI_SPACE") || is(name, "BI_NEWLINE"))
        return true;
    if (name.length > tail &&
        memcmp(name.text + name.length - tail, separator, tail) == 0)
        name.length -= tail;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is(name, names[i]))
            return true;
    return false;
}

static bool
begin_section(struct check *c, struct piece name)
{
    if (c->depth == DEPTH) {
        log_error("template %s:%d: too many sections within each other", c->file,
                  c->line);
        return false;
    }
    c->open[c->depth].name = name;
    c->open[c->depth].line = c->line;
    c->depth++;
    return true;
}

static bool
end_section(struct check *c, struct piece name)
{
    if (c->depth > 0) {
        struct piece open = c->open[c->depth - 1].name;
        if (open.length == name.length &&
            memcmp(open.text, name.text, name.length) == 0) {
            c->depth--;
            return true;
        }
    }
    log_error("template %s:%d: section %.*s ends, but is not open here", c->file,
              c->line, (int)name.length, name.text);
    return false;
}

/* Checks what stands between two pairs of braces. */
static bool
check_marker(struct check *c, struct piece marker)
{
    char kind = marker.length > 0 ? *marker.text : ' ';
    if (kind == '!' || kind == '%')
        return true;
    struct piece name = marker;
    if (kind == '#' || kind == '/' || kind == '>') {
        name.text++;
        name.length--;
    }
    const char *colon = memchr(name.text, ':', name.length);
    if (colon != NULL)
        name.length = (size_t)(colon - name.text);
    if (has(marker, ":none")) {
        log_error("template %s:%d: a value is not escaped (:none)", c->file, c->line);
        return false;
    }
    if (!is_known(name)) {
        log_error("template %s:%d: %.*s is not in view_keys.h", c->file, c->line,
                  (int)name.length, name.text);
        return false;
    }
    if (kind == '#')
        return begin_section(c, name);
    return kind != '/' || end_section(c, name);
}

static int
count_lines(const char *from, const char *to)
{
    int lines = 0;
    for (; from < to; from++)
        lines += *from == '\n';
    return lines;
}

bool
view_check(const char *file, const char *text, size_t length)
{
    struct check c = {.file = file, .line = 1};
    if (strlen(text) != length) {
        log_error("template %s: it has a zero byte", file);
        return false;
    }
    if (strncmp(text, pragma, sizeof pragma - 1) != 0) {
        log_error("template %s:1: this is not the AUTOESCAPE pragma", file);
        return false;
    }
    const char *begin;
    for (const char *at = text; (begin = strstr(at, "{{")) != NULL;) {
        c.line += count_lines(at, begin);
        const char *end = strstr(begin, "}}");
        if (end == NULL) {
            log_error("template %s:%d: {{ without }}", file, c.line);
            return false;
        }
        if (!check_marker(&c, (struct piece){begin + 2, (size_t)(end - begin - 2)}))
            return false;
        c.line += count_lines(begin, end);
        at = end + 2;
    }
    if (c.depth > 0) {
        log_error("template %s:%d: section %.*s is never closed", file,
                  c.open[c.depth - 1].line, (int)c.open[c.depth - 1].name.length,
                  c.open[c.depth - 1].name.text);
        return false;
    }
    return true;
}
