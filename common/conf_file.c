/*
 * The configuration file. libinih splits lines into names and values; the
 * reader below hands it the lines one by one, so that errors know their line,
 * and refuses what we do not use: sections, continued and over-long lines.
 */
#include "config.h"

#include "conf_internal.h"

#include <errno.h>
#include <ini.h>
#include <string.h>

struct parse {
    struct conf *conf;
    FILE *file;
    int line;   /* the one that was read last */
    int failed; /* the line of the first error we found, 0: none */
    char reason[CONF_REASON_SIZE];
    bool seen[CONF_OPTIONS_MAX]; /* options given in this file, by index */
};

static void
fail(struct parse *parse, const char *reason)
{
    parse->failed = parse->line;
    snprintf(parse->reason, sizeof parse->reason, "%s", reason);
}

/* True when there is a control character in LINE, white space aside, or a NUL before
 * its end: SIZE bytes were not NUL before it was read. What is shown of a value, or
 * given to others, is then all of it. */
static bool
has_control(const char *line, size_t size)
{
    const char *end = memrchr(line, '\0', size);
    const char *last = end;

    while (last > line && (last[-1] == '\n' || last[-1] == '\r'))
        last--;
    for (const char *p = line; p < last; p++)
        if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
            return true;
    return false;
}

/* fgets() for libinih. Leading white space is dropped: it would make a line
 * continue the one before. */
static char *
read_line(char *line, int size, void *stream)
{
    struct parse *parse = stream;
    size_t blanks, length;

    memset(line, ' ', (size_t)size);
    if (parse->failed || fgets(line, size, parse->file) == NULL)
        return NULL;
    parse->line++;
    if (has_control(line, (size_t)size)) {
        fail(parse, "there is a control character in the line");
        return NULL;
    }
    length = strlen(line);
    if (length + 1 == (size_t)size && line[length - 1] != '\n') {
        fail(parse, "the line is too long");
        return NULL;
    }
    blanks = strspn(line, " \t");
    memmove(line, line + blanks, length - blanks + 1);
    if (line[0] == '[') {
        fail(parse, "there are no sections in this file");
        return NULL;
    }
    return line;
}

/* A name and its value; nonzero: go on. */
static int
take_value(void *user, const char *section, const char *name, const char *value)
{
    struct parse *parse = user;
    const struct conf_option *option = conf_find(name);
    char reason[CONF_REASON_SIZE];

    (void)section;
    if (option == NULL)
        snprintf(reason, sizeof reason, "there is no option \"%.60s\"", name);
    else if (parse->seen[option - conf_options])
        snprintf(reason, sizeof reason, "%s is given twice", name);
    else if (conf_set(parse->conf, option, value, reason)) {
        parse->seen[option - conf_options] = true;
        return 1;
    }
    fail(parse, reason);
    return 0;
}

int
conf_read_file(struct conf *conf, const char *path)
{
    struct parse parse = {.conf = conf, .file = fopen(path, "re")};
    int line;

    if (parse.file == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    line = ini_parse_stream(read_line, &parse, take_value, &parse);
    if (ferror(parse.file)) {
        fprintf(stderr, "%s: it could not be read\n", path);
        line = -1;
    } else if (parse.failed > 0 && (line <= 0 || parse.failed <= line)) {
        line = parse.failed;
        fprintf(stderr, "%s:%d: %s\n", path, line, parse.reason);
    } else if (line > 0) {
        fprintf(stderr, "%s:%d: the line is not of the form \"name = value\"\n", path,
                line);
    } else if (line < 0) {
        fprintf(stderr, "%s: no memory\n", path);
    }
    fclose(parse.file);
    return line == 0 ? 0 : -1;
}
