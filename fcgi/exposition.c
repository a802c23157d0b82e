/*
 * The text format. Seconds are printed from whole microseconds, so that sums and
 * bounds are exact; other times to the microsecond, too.
 */
#include "config.h"

#include "fcgi/exposition.h"

#include <inttypes.h>

/* TEXT with backslash, line feed and, in a label's value, the quote escaped. */
static void
put_escaped(FILE *out, const char *text, bool quotes)
{
    for (; *text; text++) {
        if (*text == '\n')
            fputs("\\n", out);
        else if (*text == '\\' || (quotes && *text == '"'))
            fprintf(out, "\\%c", *text);
        else
            putc(*text, out);
    }
}

void
exposition_metric(FILE *out, const char *name, const char *type, const char *help)
{
    fprintf(out, "# HELP %s ", name);
    put_escaped(out, help, false);
    fprintf(out, "\n# TYPE %s %s\n", name, type);
}

/* NAME, SUFFIX and {LABELS}, with the label "le" of value LE unless it is NULL. */
static void
put_name(FILE *out, const char *name, const char *suffix, const char *const *labels,
         const char *le)
{
    char separator = '{';
    fprintf(out, "%s%s", name, suffix);
    for (; labels && *labels; labels += 2) {
        fprintf(out, "%c%s=\"", separator, labels[0]);
        put_escaped(out, labels[1], true);
        putc('"', out);
        separator = ',';
    }
    if (le) {
        fprintf(out, "%cle=\"%s\"", separator, le);
        separator = ',';
    }
    fputs(separator == ',' ? "} " : " ", out);
}

void
exposition_integer(FILE *out, const char *name, const char *const *labels,
                   int64_t value)
{
    put_name(out, name, "", labels, NULL);
    fprintf(out, "%" PRId64 "\n", value);
}

void
exposition_real(FILE *out, const char *name, const char *const *labels, double value)
{
    put_name(out, name, "", labels, NULL);
    fprintf(out, "%.6f\n", value);
}

/* US microseconds as seconds: "0.00025", "1". */
static const char *
seconds(uint64_t us, char text[static 32])
{
    int n = snprintf(text, 32, "%" PRIu64 ".%06" PRIu64, us / 1000000, us % 1000000);
    while (text[n - 1] == '0')
        text[--n] = '\0';
    if (text[n - 1] == '.')
        text[n - 1] = '\0';
    return text;
}

void
exposition_histogram(FILE *out, const char *name, const char *const *labels,
                     const struct histogram *histogram)
{
    char text[32];
    uint64_t count = 0;
    for (size_t i = 0; i <= METRICS_BOUNDS; i++) {
        count += histogram->counts[i];
        put_name(out, name, "_bucket", labels,
                 i < METRICS_BOUNDS ? seconds((uint64_t)metrics_bounds[i], text)
                                    : "+Inf");
        fprintf(out, "%" PRIu64 "\n", count);
    }
    put_name(out, name, "_sum", labels, NULL);
    fprintf(out, "%s\n", seconds(histogram->sum_us, text));
    put_name(out, name, "_count", labels, NULL);
    fprintf(out, "%" PRIu64 "\n", count);
}
