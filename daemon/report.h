/*
 * What one worker has told so far: the bytes of its pipe are cut into lines,
 * the lines into messages, and the messages must come in an order that makes
 * sense. Pure; a report belongs to whoever feeds it.
 */
#ifndef NTHPI_REPORT_H
#define NTHPI_REPORT_H

#include "daemon/protocol.h"

struct report {
    /* what to expect */
    int radix;            /* the window's digits are of this radix; 0: an index is
                             made, which has neither window nor verification */
    uint64_t file_length; /* digits the file must have, or 0: no file is made */

    /* what was told */
    bool hello, done;
    bool changed;        /* progress since the reader last set this to false */
    unsigned ppm, first; /* of the last and the first line of progress */
    bool begun;          /* there was one */
    unsigned saved;      /* millionths that the last checkpoint has, 0: none */
    char phase[COMPUTATION_PHASE_SIZE];
    char window[COMPUTATION_WINDOW_SIZE]; /* "" before it was told */
    char sha256[DIGITS_SHA256_SIZE];      /* "" before it was told */
    char verified[PROTOCOL_ERROR_SIZE];   /* "" before it was told */
    char error[PROTOCOL_ERROR_SIZE];      /* "" when there is none */

    /* the line that is still coming */
    size_t used;
    char line[PROTOCOL_LINE_SIZE];
};

/* An empty report of a run in RADIX (0: see above) that makes a file of FILE_LENGTH
 * digits, or none (0). */
void report_init(struct report *r, int radix, uint64_t file_length);

/*
 * Takes LENGTH bytes from the pipe. False when they are nonsense: a line that
 * is no message or too long, another program's version, a message out of order,
 * a window that is too short or of another radix, a file of another length. *WHY
 * is then a static English text, and R must not be fed again.
 */
bool report_feed(struct report *r, const char *bytes, size_t length, const char **why);

/* True when R holds a whole result: all was told up to "done". */
bool report_complete(const struct report *r);

#endif
