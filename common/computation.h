/*
 * A computation: one row of the table, "the digit of pi at position n in
 * radix r by algorithm a", with the words that both programs, the database and
 * the API use for it. Plain values: a struct computation owns no memory and
 * may be copied. All functions here are pure and thread-safe.
 */
#ifndef NTHPI_COMPUTATION_H
#define NTHPI_COMPUTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How far a computation has come. It stays at the last stage reached. */
enum stage {
    STAGE_REGISTERED, /* the form handler committed the row */
    STAGE_SCHEDULED,  /* a daemon leased it into its plan */
    STAGE_TAKEN,      /* a worker process started */
    STAGE_CALCULATED, /* the worker has the digits */
    STAGE_STORED,     /* checked, published, final */
    STAGE_COUNT
};

enum status {
    STATUS_QUEUED,    /* registered or scheduled */
    STATUS_RUNNING,   /* taken or calculated */
    STATUS_DONE,      /* stored */
    STATUS_FAILED,    /* see error */
    STATUS_CANCELLED, /* by one who asked for it */
    STATUS_COUNT
};

/* What visitors or the command line wish to become of a row. */
enum wanted { WANTED_RUN, WANTED_CANCEL, WANTED_DELETE, WANTED_COUNT };

enum algorithm {
    ALGORITHM_AUTO, /* as a method: none yet */
    ALGORITHM_SPIGOT,
    ALGORITHM_CHUDNOVSKY,
    ALGORITHM_BBP,
    ALGORITHM_COUNT
};

/* The names used in the database, in forms, in HTML and in JSON. STAGE etc.
 * must be in range; the result is static. */
const char *stage_name(enum stage stage);
const char *status_name(enum status status);
const char *wanted_name(enum wanted wanted);
const char *algorithm_name(enum algorithm algorithm);

/* The value named TEXT into *OUT; false (and *OUT untouched) for another. */
bool stage_parse(const char *text, enum stage *out);
bool status_parse(const char *text, enum status *out);
bool wanted_parse(const char *text, enum wanted *out);
bool algorithm_parse(const char *text, enum algorithm *out);

/* "10" or "16" exactly into *RADIX; false for anything else. */
bool radix_parse(const char *text, int *radix);

/* Room for texts of a row, terminator included. */
enum {
    COMPUTATION_WINDOW_SIZE = 65,
    COMPUTATION_PHASE_SIZE = 32,
    COMPUTATION_TEXT_SIZE = 512, /* error, verified */
};

/* Largest position any configuration can allow: 10^13. */
#define POSITION_MAX UINT64_C(10000000000000)

/* No site's "auto" runs chudnovsky beyond this position in radix 16. */
#define AUTO_HEX_LIMIT UINT64_C(10000000)

struct computation {
    int64_t id;
    int radix;         /* 10 or 16 */
    uint64_t position; /* 1 .. POSITION_MAX */
    enum algorithm algorithm;
    enum stage stage;
    enum status status;
    enum wanted wanted;
    enum algorithm method; /* what "auto" really ran; ALGORITHM_AUTO: not known yet */
    int64_t answered_by;   /* id of the row whose digits answered this one, or 0 */
    char digit;            /* the answer, or 0 */
    char window[COMPUTATION_WINDOW_SIZE]; /* digits from position on, or "" */
    char error[COMPUTATION_TEXT_SIZE];    /* why it failed, or "" */
    char verified[COMPUTATION_TEXT_SIZE]; /* what was checked, in words, or "" */
    double progress;                      /* 0 .. 1 */
    char phase[COMPUTATION_PHASE_SIZE];   /* what the worker does now, or "" */
    double eta_s;                         /* seconds left, or negative: not known */
    int attempts;
    /* When each stage was reached: microseconds since 1970 UTC, 0: not yet. */
    int64_t at[STAGE_COUNT];
    double cpu_s, wall_s; /* what the work cost, negative: not known */
    int64_t peak_kib;     /* peak memory of the worker, 0: not known */
    int64_t revision;     /* of its last visible change */
};

/* How many digits C had for each second of its work; negative: it is not done, did not
 * compute all digits up to its own (bbp, or answered from others), or its time is not
 * known. Pure. */
double computation_speed(const struct computation *c);

/* The largest positions a site accepts. */
struct limits {
    uint64_t spigot, chudnovsky, bbp;
};

/* What is wrong with something asked for. */
enum ask_problem {
    ASK_OK = 0,
    ASK_EMPTY,        /* no position given */
    ASK_NOT_A_NUMBER, /* other characters than ASCII digits */
    ASK_NEGATIVE,     /* a minus sign and digits */
    ASK_NOT_WHOLE,    /* a decimal point or an exponent */
    ASK_ZERO,         /* position 0 */
    ASK_ABOVE_LIMIT,  /* above what the site accepts for this algorithm */
    ASK_RADIX,        /* the algorithm does not know this radix */
};

/* Reads a position as people type it: ASCII white space around it is dropped,
 * the rest must be ASCII digits. Numbers above POSITION_MAX are
 * ASK_ABOVE_LIMIT, however long; zero is ASK_ZERO. *POSITION is set only for
 * ASK_OK. TEXT may be NULL (ASK_EMPTY). */
enum ask_problem position_parse(const char *text, uint64_t *position);

/* True when ALGORITHM can compute in RADIX: spigot in 10, bbp in 16,
 * chudnovsky and auto in both. */
bool algorithm_has_radix(enum algorithm algorithm, int radix);

/* The largest position for which "auto" runs chudnovsky in RADIX, so that the page
 * gets all digits up to it: in radix 10 whatever LIMITS say (they bound what is
 * asked), in radix 16 AUTO_HEX_LIMIT or LIMITS->chudnovsky, whichever is less. 0
 * for another radix. */
uint64_t auto_prefix_limit(const struct limits *limits, int radix);

/* What "auto" runs for POSITION in RADIX (10 or 16): chudnovsky up to
 * auto_prefix_limit(), bbp beyond. Each question that ask_check() allows for auto is
 * within LIMITS for the algorithm named here. */
enum algorithm algorithm_auto(const struct limits *limits, int radix,
                              uint64_t position);

/* The largest position LIMITS allow for ALGORITHM in RADIX (for auto: that of
 * the algorithm it runs furthest out). 0 when it does not know the radix. */
uint64_t position_limit(const struct limits *limits, enum algorithm algorithm,
                        int radix);

/* Checks a whole question: ASK_OK, ASK_ZERO, ASK_RADIX or ASK_ABOVE_LIMIT. */
enum ask_problem ask_check(const struct limits *limits, int radix, uint64_t position,
                           enum algorithm algorithm);

#endif
