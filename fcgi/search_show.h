/*
 * What a search found, as part of a page, and where its links lead. All functions are
 * pure but for what they write to; any thread may call them.
 */
#ifndef NTHPI_SEARCH_SHOW_H
#define NTHPI_SEARCH_SHOW_H

#include "fcgi/lang.h"
#include "fcgi/search_find.h"
#include "fcgi/view.h"

enum { SEARCH_URL_SIZE = SEARCH_LENGTH_MOST + 96 };

/* The screen of the KNOWN digits that has ASK's string at POSITION, marked. */
void search_pi_url(char url[SEARCH_URL_SIZE], const struct search_ask *ask,
                   uint64_t position, uint64_t known);

/* The search that finds the first of ASK's strings after AFTER. */
void search_url(char url[SEARCH_URL_SIZE], const struct search_ask *ask,
                uint64_t after);

/* The search that finds the one before what was FOUND, which has one: the search for
 * the first where that is known to be it. */
void search_previous_url(char url[SEARCH_URL_SIZE], const struct search_ask *ask,
                         const struct search_found *found);

/* The section of PAGE that says how ASK's string compares with what pi begins with
 * (after search_begin()), where that is worth it. */
void search_show_beginning(enum lang lang, struct dict *page,
                           const struct search_ask *ask,
                           const struct search_beginning *beginning, uint64_t known);

/* The section of PAGE that says what ANSWER has about ASK: where, how often, how often
 * by chance, the digits around, and the way to the others and to all KNOWN digits. */
void search_show_answer(enum lang lang, struct dict *page, const struct search_ask *ask,
                        const struct search_answer *answer, uint64_t known);

#endif
