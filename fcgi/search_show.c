/*
 * What a search found, see search_show.h.
 */
#include "fcgi/search_show.h"

#include "fcgi/pi_screen.h"
#include "fcgi/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

void
search_pi_url(char url[SEARCH_URL_SIZE], const struct search_ask *ask,
              uint64_t position, uint64_t known)
{
    uint64_t last = position + ask->length - 1;
    char mark[PI_MARK_SIZE];
    pi_mark(mark, position, last);
    snprintf(url, SEARCH_URL_SIZE, "/pi/%" PRIu64 "?%sfrom=%" PRIu64 "&mark=%s#found",
             known, ask->radix == 16 ? "radix=16&" : "",
             pi_screen_with(position, last, PI_SCREEN), mark);
}

void
search_url(char url[SEARCH_URL_SIZE], const struct search_ask *ask, uint64_t after)
{
    int n = snprintf(url, SEARCH_URL_SIZE, "/search?q=%s%s", ask->text,
                     ask->radix == 16 ? "&radix=16" : "");
    if (after > 0)
        snprintf(url + n, SEARCH_URL_SIZE - (size_t)n, "&after=%" PRIu64, after);
}

void
search_previous_url(char url[SEARCH_URL_SIZE], const struct search_ask *ask,
                    const struct search_found *found)
{
    search_url(url, ask, found->occurrence == 2 ? 0 : found->previous - 1);
}

/* KEY with POSITION, AFTER and LENGTH filled in. */
static void
set_sentence(enum lang lang, struct dict *d, enum text_key key, uint64_t position,
             uint64_t after, uint64_t length)
{
    char text[TEXT_SIZE], first[TEXT_NUMBER_SIZE], second[TEXT_NUMBER_SIZE],
        third[TEXT_NUMBER_SIZE];
    dict_set(d, VIEW_MESSAGE,
             text_fill(text, sizeof text, text_get(lang, key), "position",
                       text_number(lang, first, position), "after",
                       text_number(lang, second, after), "length",
                       text_number(lang, third, length), NULL));
}

/* How often it is there, or the so-manieth of how many this one is. */
static void
show_count(enum lang lang, struct dict *d, const struct search_ask *ask,
           const struct search_found *found)
{
    char text[TEXT_SIZE], count[TEXT_NUMBER_SIZE], length[TEXT_NUMBER_SIZE],
        occurrence[TEXT_NUMBER_SIZE];
    bool later = ask->after > 0 && found->occurrence > 0;
    if (found->count == 0)
        return;
    dict_set(d, VIEW_COUNTED,
             text_fill(text, sizeof text,
                       later ? text_get(lang, TEXT_SEARCH_OCCURRENCE)
                             : text_plural(lang, TEXT_SEARCH_COUNT, found->count),
                       "occurrence", text_number(lang, occurrence, found->occurrence),
                       "count", text_number(lang, count, found->count), "length",
                       text_number(lang, length, found->searched), NULL));
}

/* How often it would be there by chance: a given string of L digits begins at a place
 * with probability radix^-L. */
static void
show_expected(enum lang lang, struct dict *d, const struct search_ask *ask,
              const struct search_found *found)
{
    char text[TEXT_SIZE], count[TEXT_NUMBER_SIZE];
    double places = (double)(found->searched - ask->length + 1);
    double once = pow(ask->radix, (double)ask->length);
    if (found->searched < ask->length || once > 1e18)
        return;
    uint64_t n = (uint64_t)(places >= once ? places / once + .5 : once);
    text_fill(text, sizeof text,
              places >= once ? text_plural(lang, TEXT_SEARCH_EXPECTED, n)
                             : text_get(lang, TEXT_SEARCH_ONCE_IN),
              "count", text_number(lang, count, n), NULL);
    dict_set(dict_section(d, VIEW_EXPECTED), VIEW_MESSAGE, text);
}

void
search_show_beginning(enum lang lang, struct dict *page, const struct search_ask *ask,
                      const struct search_beginning *beginning, uint64_t known)
{
    char text[TEXT_SIZE], count[TEXT_NUMBER_SIZE], url[SEARCH_URL_SIZE];
    struct search_ask agreed = {.radix = ask->radix, .length = beginning->agree};
    /* "31" is not meant to be pi, "314" is. */
    bool told = ask->pointed || (beginning->all && beginning->agree >= 2);
    enum text_key key = !ask->pointed    ? TEXT_SEARCH_WITH_THREE
                        : beginning->all ? TEXT_SEARCH_BEGINS
                                         : TEXT_SEARCH_DEVIATES;
    if (!told || beginning->agree == 0)
        return;
    struct dict *d = dict_section(page, VIEW_BEGINNING);
    dict_set(d, VIEW_MESSAGE,
             text_fill(text, sizeof text, text_plural(lang, key, beginning->agree),
                       "count", text_number(lang, count, beginning->agree), "digits",
                       beginning->goes_on, NULL));
    search_pi_url(url, &agreed, 1, known);
    dict_set(d, VIEW_HREF, url);
}

static void
show_found(enum lang lang, struct dict *d, const struct search_ask *ask,
           const struct search_answer *answer, uint64_t known)
{
    const struct search_found *found = &answer->found;
    char url[SEARCH_URL_SIZE];
    set_sentence(lang, d, ask->after > 0 ? TEXT_SEARCH_NEXT : TEXT_SEARCH_FIRST,
                 found->position, ask->after, found->searched);
    struct dict *context = dict_section(d, VIEW_CONTEXT);
    search_pi_url(url, ask, found->position, known);
    dict_set(context, VIEW_HREF, url);
    dict_setf(context, VIEW_BEFORE, "%s%s",
              found->position > SEARCH_CONTEXT + 1 ? "…" : "3.", answer->before);
    dict_set(context, VIEW_DIGITS, ask->text);
    dict_setf(context, VIEW_REST, "%s…", answer->behind);
    /* After the last one the page says that there are no more. */
    if (found->count > 1) {
        search_url(url, ask, found->position);
        dict_set(dict_section(d, VIEW_NEXT), VIEW_HREF, url);
    }
}

void
search_show_answer(enum lang lang, struct dict *page, const struct search_ask *ask,
                   const struct search_answer *answer, uint64_t known)
{
    const struct search_found *found = &answer->found;
    struct dict *d = dict_section(page, VIEW_ANSWER);
    char url[SEARCH_URL_SIZE];
    dict_setf(d, VIEW_FOUND, "%d", found->position > 0);
    dict_set(d, VIEW_QUERY, ask->text);
    if (found->position > 0)
        show_found(lang, d, ask, answer, known);
    else
        set_sentence(lang, d, ask->after > 0 ? TEXT_SEARCH_NO_NEXT : TEXT_SEARCH_NONE,
                     0, ask->after, found->searched);
    show_count(lang, d, ask, found);
    show_expected(lang, d, ask, found);
    if (found->previous > 0) {
        search_previous_url(url, ask, found);
        dict_set(dict_section(d, VIEW_PREVIOUS), VIEW_HREF, url);
    }
    if (ask->after > 0) {
        search_url(url, ask, 0);
        dict_set(dict_section(d, VIEW_FIRST), VIEW_HREF, url);
    }
}
