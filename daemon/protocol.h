/*
 * The lines a worker writes on its pipe and the daemon reads: short ASCII
 * text, one message a line. Any thread; all but protocol_send() are pure functions.
 *
 *   hello VERSION PACKAGE        first: protocol and program version
 *   progress PPM PHASE           0 .. 1,000,000 millionths of the run, and a word
 *   saved PPM                    a checkpoint with so much of the run is on the disk
 *   verified TEXT                what was checked; nothing is done without it
 *   window DIGITS                digits from the position on, 16 to 64 of them
 *   file LENGTH SHA256           the digits file is whole and synced
 *   error TEXT                   why the worker gives up
 *   done                         last: nothing is missing
 */
#ifndef NTHPI_PROTOCOL_H
#define NTHPI_PROTOCOL_H

#include "common/computation.h"
#include "common/digits.h"

enum {
    PROTOCOL_VERSION = 3,
    PROTOCOL_LINE_SIZE = 512, /* longest line, its end included */
    PROTOCOL_PPM = 1000000,
    PROTOCOL_PACKAGE_SIZE = 32,
    PROTOCOL_ERROR_SIZE = 400,
};

/* How a worker ends. Anything else, and any signal, is a crash. */
enum worker_exit {
    WORKER_OK = 0,
    WORKER_USAGE = 2,   /* called wrongly: never by a daemon of the same version */
    WORKER_MEMORY = 3,  /* out of memory */
    WORKER_ENGINE = 4,  /* the engine gave up; the error line says why */
    WORKER_OUTPUT = 5,  /* the digits file could not be written; see error line */
    WORKER_PIPE = 6,    /* the daemon is gone */
    WORKER_STOPPED = 7, /* by SIGTERM; its checkpoint is written */
};

enum message_kind {
    MESSAGE_HELLO,
    MESSAGE_PROGRESS,
    MESSAGE_SAVED,
    MESSAGE_WINDOW,
    MESSAGE_FILE,
    MESSAGE_VERIFIED,
    MESSAGE_ERROR,
    MESSAGE_DONE,
};

struct message {
    enum message_kind kind;
    unsigned version;                     /* hello */
    char package[PROTOCOL_PACKAGE_SIZE];  /* hello */
    unsigned ppm;                         /* progress, saved */
    char phase[COMPUTATION_PHASE_SIZE];   /* progress: lower-case letters, '-' */
    char window[COMPUTATION_WINDOW_SIZE]; /* window: digits of radix 16 */
    uint64_t length;                      /* file: digits after the point */
    char sha256[DIGITS_SHA256_SIZE];      /* file */
    char error[PROTOCOL_ERROR_SIZE];      /* error: printable ASCII */
    char verified[PROTOCOL_ERROR_SIZE];   /* verified: printable ASCII */
};

/* Writes M as one line, its line feed included and no terminator after it, into
 * LINE. Characters that a text may not hold become '?'. Returns the line's
 * length. */
size_t protocol_print(const struct message *m, char line[PROTOCOL_LINE_SIZE]);

/* Writes M as one line to the pipe FD, all of it, however long that blocks. False when
 * it could not be (errno): nobody reads any more, and SIGPIPE is ignored. */
bool protocol_send(int fd, const struct message *m);

/* Reads the LENGTH bytes at LINE, without their line feed, into *M. False when
 * they are no message; *M is then undefined. */
bool protocol_parse(const char *line, size_t length, struct message *m);

#endif
