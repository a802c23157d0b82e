/*
 * The table of costs: reading between its points, and as text.
 */
#include "cost.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const struct cost_line *
cost_line(const struct cost_table *table, enum algorithm algorithm, int radix)
{
    return &table->lines[algorithm][radix == 16];
}

/* On a line through A at 0 and B at 1, both logarithms: what is at X. */
static double
between(double a, double b, double x)
{
    return a * pow(b / a, x);
}

bool
cost_at(const struct cost_line *line, uint64_t position, struct cost *cost)
{
    double place = log10((double)position);
    int i = (int)place;
    const struct cost *a, *b;

    if (line->count < 2)
        return false;
    if (i > line->count - 2)
        i = line->count - 2;
    a = &line->at[i];
    b = &line->at[i + 1];
    cost->seconds = between(a->seconds, b->seconds, place - i);
    cost->mib = between(a->mib, b->mib, place - i);
    return true;
}

bool
cost_is_narrow(enum algorithm algorithm)
{
    return algorithm == ALGORITHM_SPIGOT;
}

void
cost_print(const struct cost_line *line, char text[COST_TEXT_SIZE])
{
    size_t used = 0;

    text[0] = '\0';
    for (int i = 0; i < line->count; i++)
        used +=
            (size_t)snprintf(text + used, COST_TEXT_SIZE - used, "%s%.3g/%.3g",
                             i > 0 ? " " : "", line->at[i].seconds, line->at[i].mib);
}

/* Reads a number greater than 0 that ends with END off the front of *TEXT. */
static bool
take_number(const char **text, char end, double *number)
{
    char *rest;

    *number = strtod(*text, &rest);
    if (rest == *text || !(*number > 0) || isinf(*number) ||
        (*rest != end && *rest != '\0'))
        return false;
    *text = *rest == '\0' ? rest : rest + 1;
    return end == ' ' || *rest == end;
}

bool
cost_parse(const char *text, struct cost_line *line)
{
    struct cost_line parsed = {.count = 0};

    while (*text != '\0') {
        struct cost *at = &parsed.at[parsed.count];

        if (parsed.count == COST_POINTS || !take_number(&text, '/', &at->seconds) ||
            !take_number(&text, ' ', &at->mib))
            return false;
        parsed.count++;
    }
    *line = parsed;
    return true;
}
