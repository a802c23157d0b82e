/*
 * What a program asks: {"position":1000,"radix":10,"algorithm":"auto"}, the last two
 * optional. Pure; any thread.
 */
#ifndef NTHPI_QUESTION_H
#define NTHPI_QUESTION_H

#include "common/computation.h"
#include "fcgi/text.h"

#include <stdbool.h>
#include <stddef.h>

struct question {
    uint64_t position;
    int radix;
    enum algorithm algorithm;
};

/* What is wrong with a body. */
struct fault {
    enum lang lang;         /* of detail */
    int status;             /* 400: it is not JSON; 422: its members are wrong */
    char field[64];         /* the member at fault, cut if need be, or "" */
    char detail[TEXT_SIZE]; /* a sentence for people */
};

/* Reads the LENGTH bytes of TEXT (not terminated) into *Q, whose question is then
 * within LIMITS; false: *F says what is wrong, in LANG. */
bool question_read(enum lang lang, const char *text, size_t length,
                   const struct limits *limits, struct question *q, struct fault *f);

#endif
