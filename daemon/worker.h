/*
 * A worker process, seen from the daemon: started, read from, killed, and its
 * end judged. The daemon has one thread; none of this is thread-safe.
 */
#ifndef NTHPI_WORKER_H
#define NTHPI_WORKER_H

#include "common/sandbox.h"
#include "daemon/report.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/* Descriptors a worker finds open. */
enum {
    WORKER_PIPE_FD = 3,
    WORKER_TEXT_FD = 4,
    WORKER_SUM_FD = 5,
    WORKER_SAVE_FD = 6,
    WORKER_FIRST_FREE = 7
};

/* The argument that turns nthpid into a worker. */
#define WORKER_FLAG "--worker"

/* What ps shows a worker as, once it is ready to compute. */
#define WORKER_NAME "nthpi-worker"

/* What to start. */
struct worker_order {
    int exe_fd;            /* the program */
    const char *algorithm; /* engine's name */
    int radix;
    uint64_t position;
    int threads;
    int text_fd, sum_fd; /* where the digits go, or -1 */
    int save_fd;         /* where checkpoints are, and go, or -1 */
    unsigned niceness;
    uint64_t memory; /* address space limit in bytes, 0: none */
    enum sandbox_mode sandbox;
    int score_fd;      /* this process's own oom_score_adj, or -1 */
    const char *score; /* what is in it */
};

struct worker {
    pid_t pid;  /* 0: no process */
    bool saves; /* it has a file for checkpoints */
    int pipe;   /* reading end, non-blocking, or -1 */
    struct report report;
    uint64_t heard;       /* bytes read from it */
    const char *nonsense; /* what was wrong with its report, or NULL */
    int64_t started_us;   /* CLOCK_BOOTTIME */
    int64_t ended_us;     /* 0: not yet */
    int status;           /* of waitpid() */
    struct rusage usage;
};

/* A struct worker without a process. */
void worker_init(struct worker *w);

/*
 * Forks and executes O's program as a worker in a process group of its own that
 * dies with this process. 0, or an errno; *W owns the process and the pipe on 0.
 * FILE_LENGTH: see report_init().
 */
int worker_start(struct worker *w, const struct worker_order *o, uint64_t file_length);

/* Reads what the pipe holds now. A worker that tells nonsense is killed. */
void worker_read(struct worker *w);

/* Asks the process, if there is one and it has a file for checkpoints, to write one and
 * end: it will do that soon, or not at all. */
void worker_stop(struct worker *w);

/* Kills the process and its group, if there is one. */
void worker_kill(struct worker *w);

/* Notes the end that waitpid() told, reads the rest of the pipe, closes it. */
void worker_ended(struct worker *w, int status, const struct rusage *usage);

/* What has become of a worker that ended by itself. */
enum worker_outcome {
    OUTCOME_RESULT, /* all digits are there */
    OUTCOME_AGAIN,  /* killed from outside: worth another attempt */
    OUTCOME_FAILED, /* no use to try again */
};

/* True when W has ended for lack of memory. */
bool worker_lacked_memory(const struct worker *w);

enum { WORKER_MESSAGE_SIZE = COMPUTATION_TEXT_SIZE };

/* Judges W after worker_ended(). MESSAGE receives an English sentence unless it
 * is a result. MEMORY_ESTIMATE and MEMORY_LIMIT (0: none) in bytes are what a
 * lack of memory is explained with. Pure. */
enum worker_outcome worker_judge(const struct worker *w, uint64_t memory_estimate,
                                 uint64_t memory_limit,
                                 char message[WORKER_MESSAGE_SIZE]);

#endif
