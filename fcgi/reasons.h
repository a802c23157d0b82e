/*
 * What the daemon wrote about a row, for people. Pure; may be called by any thread.
 */
#ifndef NTHPI_REASONS_H
#define NTHPI_REASONS_H

#include "common/computation.h"
#include "common/store_list.h"
#include "fcgi/text.h"
#include "fcgi/view.h"

/* Shows WORDS, an error or another reason, in LANG: sets in D
 * VIEW_MESSAGE, and the section VIEW_ENGLISH where they are English although LANG is
 * not, since they are none of the table of reasons (of another version, or somebody
 * else's). */
void reasons_show(enum lang lang, struct dict *d, const char *words);

/* The same for what an event E of C's history adds to its name. */
void reasons_show_event(enum lang lang, struct dict *d, const struct computation *c,
                        const struct event *e);

/* The first words of WORDS, an error, in LANG into OUT: "memory", "the worker was killed".
 * False: they are not known in LANG. */
bool reasons_short(enum lang lang, char out[TEXT_SIZE], const char *words);

/* WORDS in LANG into OUT; false: they are not known, and OUT is as they are. */
bool reasons_text(enum lang lang, char out[TEXT_SIZE], const char *words);

#endif
