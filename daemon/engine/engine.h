/*
 * The engine: digits of pi, and nothing else.
 *
 * libnthpi is pure computing. It opens no file, prints nothing, never calls
 * exit(), keeps no state between calls and talks to its caller only through
 * the callbacks below. The one exception to "errors are returned" is lack of
 * memory inside GMP: GMP's allocators may not return failure, so GMP ends the
 * process. The daemon therefore runs every job in a process of its own.
 *
 * Words (as everywhere in nthpi): position n is the index of a digit after the
 * point, counted from 1; position 0 is the leading 3. Digits are truncated,
 * never rounded. Hexadecimal digits are lower case.
 */
#ifndef NTHPI_ENGINE_H
#define NTHPI_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Digits every run delivers beyond the position asked for, counted with it:
 * positions n .. n + ENGINE_WINDOW - 1 are the result's window. */
#define ENGINE_WINDOW 16

/* Set of radices an algorithm can compute in. */
enum engine_radices {
    ENGINE_RADIX_10 = 1 << 0,
    ENGINE_RADIX_16 = 1 << 1,
};

enum engine_rc {
    ENGINE_OK = 0,
    ENGINE_CANCELLED,   /* callbacks->cancelled said so, or digits() refused */
    ENGINE_BAD_JOB,     /* radix or position outside the algorithm's range */
    ENGINE_NO_MEMORY,   /* an allocation outside GMP failed */
    ENGINE_NO_THREAD,   /* a thread could not be started */
    ENGINE_UNTRUSTED,   /* the error bound leaves fewer than ENGINE_WINDOW digits */
    ENGINE_MISMATCH,    /* the result failed its verification (checked.h) */
    ENGINE_UNVERIFIED,  /* the verification could not be done (checked.h) */
};

/* What to compute. */
struct engine_job {
    int radix;          /* 10 or 16 */
    uint64_t position;  /* n, within the algorithm's range */
    int threads;        /* how many threads may be used, 1 .. 256 */
};

struct engine_evidence;

/*
 * How a run talks to its caller. Every member may be NULL. All are called from
 * the thread that called engine_run(), one at a time, so they need no locks.
 */
struct engine_callbacks {
    void *ctx; /* handed back to every callback */

    /* The run is in PHASE (a short English word, static storage: "splitting",
     * "dividing", "converting", "summing", "streaming") and FRACTION
     * (0 .. 1, never falling) of its whole estimated time has passed. */
    void (*progress)(void *ctx, const char *phase, double fraction);

    /* LENGTH digits (not terminated, valid during the call only) starting at
     * position FIRST. Runs that produce a prefix (spigot, chudnovsky) deliver
     * positions 1 .. n + ENGINE_WINDOW - 1 in order and without gaps; a run
     * that jumps (bbp) delivers n .. n + k - 1 with k >= ENGINE_WINDOW.
     * Return 0 to go on; anything else ends the run with ENGINE_CANCELLED. */
    int (*digits)(void *ctx, uint64_t first, const char *text, size_t length);

    /* True when the run should stop soon. */
    bool (*cancelled)(void *ctx);

    /* What a run of chudnovsky knows about its result (evidence.h; valid during the
     * call only), once, before it delivers the first digits. verify.h has the use. */
    void (*evidence)(void *ctx, const struct engine_evidence *evidence);

    /* LENGTH bytes (valid during the call only) from which a later run of the same
     * job can go on, in this or another process on a machine with the same order of
     * bytes, with any number of threads. Called about every checkpoint_seconds, and
     * once more when the run was cancelled, by runs that can: bbp from n = 8,000 on.
     * The bytes are not a secret and hold a digest of themselves against damage. */
    void (*checkpoint)(void *ctx, const void *state, size_t length);
    double checkpoint_seconds; /* 0: ENGINE_CHECKPOINT_SECONDS */

    /* What an earlier run of the same job last handed to checkpoint(), or NULL to
     * begin anew. Bytes that are damaged, or belong to another job or version, are
     * not used: the run begins anew then, too. They stay the caller's, and unchanged
     * until the run ends. */
    const void *resume;
    size_t resume_length;
};

/* Least time between two checkpoints, unless the caller says otherwise. */
#define ENGINE_CHECKPOINT_SECONDS 5

/* One row of the table of algorithms. */
struct engine_algorithm {
    const char *name;       /* "spigot", "chudnovsky", "bbp" */
    unsigned radices;       /* enum engine_radices, or-ed */
    bool prefix;            /* delivers every digit from position 1 */
    bool streams;           /* delivers digits while it runs, not all at its end */
    bool wide;              /* makes use of more than one thread */
    uint64_t least;         /* least position */
    uint64_t largest;       /* largest position the code can compute correctly;
                               what a site accepts is configured, and lower */

    /* Cost model: seconds of wall time and bytes of memory that JOB will
     * need, roughly (within a factor of 3 on a machine of our time). Pure. */
    double (*seconds)(const struct engine_job *job);
    uint64_t (*memory)(const struct engine_job *job);

    enum engine_rc (*run)(const struct engine_job *job,
                          const struct engine_callbacks *callbacks);
};

/* The table, ended by a row whose name is NULL. Static, immutable. */
extern const struct engine_algorithm engine_algorithms[];

/* The row named NAME, or NULL. Thread-safe. */
const struct engine_algorithm *engine_find(const char *name);

/* True when ALGORITHM can compute in RADIX (10 or 16). */
bool engine_has_radix(const struct engine_algorithm *algorithm, int radix);

/* ENGINE_OK when ALGORITHM's row allows JOB, else ENGINE_BAD_JOB. Either may be NULL.
 * Pure. */
enum engine_rc engine_allows(const struct engine_algorithm *algorithm,
                             const struct engine_job *job);

/*
 * Computes JOB with ALGORITHM in the calling thread (and up to job->threads - 1
 * threads that it starts and joins). Blocks until the end. CALLBACKS may be
 * NULL. Returns ENGINE_OK only when every digit delivered is right by the
 * algorithm's error bound. May be called from several threads at once.
 */
enum engine_rc engine_run(const struct engine_algorithm *algorithm,
                          const struct engine_job *job,
                          const struct engine_callbacks *callbacks);

/* One English sentence for RC, without a full stop. Static storage. */
const char *engine_strerror(enum engine_rc rc);

#endif
