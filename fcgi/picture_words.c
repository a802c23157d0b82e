/*
 * What is said about counts: the most and the least frequent, all of them where several
 * come equally often, each in a sentence of its own, since languages form plurals in
 * different ways.
 */
#include "config.h"

#include "fcgi/picture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* So many that come equally often are named; of more, only their number is told. */
enum { NAMED = 5 };

void
picture_say_more(char text[PICTURE_SENTENCE], const char *sentence)
{
    size_t used = strlen(text);
    snprintf(text + used, PICTURE_SENTENCE - used, "%s%s", used > 0 ? " " : "",
             sentence);
}

uint64_t
picture_plural(double mean)
{
    double shown = round(10 * mean) / 10;
    return shown == floor(shown) ? (uint64_t)shown : 2;
}

/* "0", or of pairs "04": what KIND stands for. */
static void
print_kind(char text[4], const struct picture_counts *c, int kind)
{
    if (c->pairs)
        snprintf(text, 4, "%x%x", (unsigned)(kind / c->radix) & 15,
                 (unsigned)(kind % c->radix) & 15);
    else
        snprintf(text, 4, "%x", (unsigned)kind & 15);
}

/* "0, 4 and 7": all kinds that come COUNT times, up to NAMED; their number. */
static int
list_kinds(enum lang lang, char list[TEXT_SIZE], const struct picture_counts *c,
           uint64_t count)
{
    int found = 0, last = 0, told = 0;
    list[0] = '\0';
    for (int i = 0; i < c->kinds; i++)
        if (c->counts[i] == count) {
            found++;
            last = i;
        }
    for (int i = 0; i < c->kinds && told < NAMED; i++) {
        char kind[4], all[TEXT_SIZE];
        if (c->counts[i] != count)
            continue;
        print_kind(kind, c, i);
        if (told++ == 0)
            snprintf(all, sizeof all, "%s", kind);
        else
            text_fill(all, sizeof all,
                      text_get(lang, i == last ? TEXT_LIST_LAST : TEXT_LIST_MORE),
                      "list", list, "next", kind, NULL);
        memcpy(list, all, sizeof all);
    }
    return found;
}

/* One sentence about those that come COUNT times: ONE, TIED or MANY, by how many. */
static void
say_count(enum lang lang, char text[PICTURE_SENTENCE], const struct picture_counts *c,
          uint64_t count, const enum text_key keys[3])
{
    char list[TEXT_SIZE], sentence[TEXT_SIZE], times[TEXT_NUMBER_SIZE],
        number[TEXT_NUMBER_SIZE];
    int kinds = list_kinds(lang, list, c, count);
    enum text_key key = keys[kinds == 1 ? 0 : kinds <= NAMED ? 1 : 2];
    uint64_t n = count == 0 ? (uint64_t)kinds : count;
    text_fill(sentence, sizeof sentence, text_plural(lang, key, n), "list", list,
              "kinds", text_number(lang, number, (uint64_t)kinds), "count",
              text_number(lang, times, count), NULL);
    picture_say_more(text, sentence);
}

void
picture_say_extremes(enum lang lang, char text[PICTURE_SENTENCE],
                     const struct picture_counts *c)
{
    static const enum text_key most_keys[] = {TEXT_MOST_ONE, TEXT_MOST_TIED,
                                              TEXT_MOST_MANY};
    static const enum text_key least_keys[] = {TEXT_LEAST_ONE, TEXT_LEAST_TIED,
                                               TEXT_LEAST_MANY};
    static const enum text_key never_keys[] = {TEXT_NEVER_FEW, TEXT_NEVER_FEW,
                                               TEXT_NEVER_MANY};
    static const enum text_key alike_keys[] = {TEXT_ALL_ALIKE, TEXT_ALL_ALIKE,
                                               TEXT_ALL_ALIKE};
    uint64_t most = c->counts[0], least = c->counts[0];
    for (int i = 1; i < c->kinds; i++) {
        most = c->counts[i] > most ? c->counts[i] : most;
        least = c->counts[i] < least ? c->counts[i] : least;
    }
    say_count(lang, text, c, most, most == least ? alike_keys : most_keys);
    if (most != least)
        say_count(lang, text, c, least, least == 0 ? never_keys : least_keys);
}
