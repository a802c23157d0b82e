/*
 * Reasons: why a row failed, went back to the queue or is computed again, in the words
 * that the daemon writes into rows and events. They are English sentences with numbers
 * in them, and stay so in the database, the JSON and the command line; as all of them
 * are in one table (reason.def), whoever shows them in another language finds out again
 * which one it is, and with what numbers. All functions are pure (they write only what
 * they are given) and may be called by any thread.
 */
#ifndef NTHPI_REASON_H
#define NTHPI_REASON_H

#include "common/computation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum reason {
#define REASON(key, text) REASON_##key,
#include "common/reason.def"
#undef REASON
    REASON_COUNT
};

/* What stands for the placeholders: {number} and {limit}, whole numbers, and {why},
 * another reason or words of somebody else's. Those that a text has not are ignored. */
struct reason_values {
    uint64_t number, limit;
    const char *why;
};

/* What reason_find() found. */
struct reason_found {
    enum reason reason;
    uint64_t number, limit;
    char why[COMPUTATION_TEXT_SIZE]; /* "" when the text has no {why} */
};

/* The text of REASON, with its placeholders; static storage. */
const char *reason_text(enum reason reason);

/* The text of REASON with VALUES (NULL: it has no placeholders) into OUT, cut at SIZE
 * (from 1). Returns OUT. VALUES->why may lie in OUT. */
char *reason_print(char *out, size_t size, enum reason reason,
                   const struct reason_values *values);

/* Which reason WORDS are, with its values, into *FOUND; false: none of the table. */
bool reason_find(const char *words, struct reason_found *found);

#endif
