/*
 * Lines that come again and again: a full disk or a locked database would otherwise
 * write the same error several times a second, for as long as it lasts. Pure; the
 * caller sees to it that one thread at a time uses a struct log_repeat.
 */
#ifndef NTHPI_LOG_REPEAT_H
#define NTHPI_LOG_REPEAT_H

#include <stdbool.h>
#include <stdint.h>

/* How many different lines are remembered, and for how long one is not repeated. */
enum { LOG_REPEAT_LINES = 16 };
#define LOG_REPEAT_US INT64_C(10000000)

/* All zero at first. */
struct log_repeat {
    struct {
        uint64_t hash;
        int64_t at;       /* when it was written */
        unsigned dropped; /* since then */
    } lines[LOG_REPEAT_LINES];
};

/* True when TEXT is to be written at NOW (microseconds of a clock that nobody sets,
 * > 0); *DROPPED says how many like it were not, since it was written last. */
bool log_repeat_admits(struct log_repeat *r, const char *text, int64_t now,
                       unsigned *dropped);

#endif
