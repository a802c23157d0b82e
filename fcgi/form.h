/*
 * The form for a new computation: what was typed, what is wrong with it, and
 * the question it makes.
 */
#ifndef NTHPI_FORM_H
#define NTHPI_FORM_H

#include "fcgi/app.h"
#include "fcgi/text.h"
#include "fcgi/view.h"

#include <stdbool.h>

enum form_field { FORM_POSITION, FORM_RADIX, FORM_ALGORITHM, FORM_FIELDS };

struct form {
    enum lang lang;                       /* of its messages */
    const char *typed[FORM_FIELDS];       /* as it came; not owned */
    char problem[FORM_FIELDS][TEXT_SIZE]; /* "" where all is well */
    char notice[TEXT_SIZE];               /* about the form as a whole, or "" */
    bool focus;                           /* the page is about the form */
    const struct request *sent;           /* what sent it, on a page for that visitor
                                             alone, or NULL */

    /* the question, after form_check() returned true */
    uint64_t position;
    int radix;
    enum algorithm algorithm;
};

/* An empty form: radix 10, algorithm auto. Its messages will be in LANG. */
void form_init(struct form *form, enum lang lang);

/* Reads what was typed into the question; false: FORM's problems say what is
 * wrong, all of it at once. */
bool form_check(struct form *form, const struct limits *limits);

/* True when *ALGORITHM does not compute POSITION (from 1) in *RADIX, and another one
 * does, or it does in the other radix, within LIMITS: sets both to that, which is what
 * the messages of form_check() name. Pure. */
bool form_instead(const struct limits *limits, uint64_t position, int *radix,
                  enum algorithm *algorithm);

/* Includes form.tpl where PAGE says {{>FORM}}, filled in with FORM. With REFRESH
 * (see page_new()) it brings the link that stands for its fields without
 * JavaScript. */
void form_show(struct context *ctx, struct dict *page, const struct form *form,
               bool refresh);

/* What is wrong with a position that could not be read, for people, in LANG, into OUT:
 * PROBLEM is position_read()'s, not ASK_OK, and LAST the largest position there is. */
void form_unread(char out[TEXT_SIZE], enum lang lang, enum ask_problem problem,
                 uint64_t last);

/* "The largest position for ALGORITHM in RADIX is …" in LANG into OUT. */
void form_limit(char out[TEXT_SIZE], enum lang lang, const struct limits *limits,
                int radix, enum algorithm algorithm);

/* What PROBLEM (not ASK_OK) means, for people, in LANG, into OUT; and the name of the
 * field it is about ("position" or "radix"; static storage). */
const char *form_problem(char out[TEXT_SIZE], enum lang lang, enum ask_problem problem,
                         const struct limits *limits, int radix,
                         enum algorithm algorithm);
const char *form_problem_field(enum ask_problem problem);

#endif
