/*
 * What the parts of the daemon share: one struct daemon per process, one struct
 * job per row that it has leased. One thread.
 *
 *   daemon.c   opening and closing everything
 *   sched.c    the poll loop and its timed tasks
 *   launch.c   waiting rows: started, refused, what they wait for
 *   guard.c    running workers: those that hang, and what a job may need
 *   answer.c   waiting rows: answered from known digits
 *   settle.c   what becomes of a job after its worker ended
 *   publish.c  digits files into place, superseded ones away
 *   mend.c     published digits that went bad, and longer ones that are not published
 *   scrub.c    published digits, read again now and then
 *   index.c, index_files.c   indexes of published digits, for searching
 *   tally.c    published digits, counted
 *   recover.c  rows that dead daemons left behind
 *   progress.c what workers tell, into the database
 *   estimates.c what jobs cost here, for those who ask before
 *   upkeep.c   heartbeat, checkpoints of the log, old rows
 */
#ifndef NTHPI_DAEMON_H
#define NTHPI_DAEMON_H

#include "common/conf.h"
#include "common/cost.h"
#include "common/doorbell.h"
#include "common/reason.h"
#include "common/store_list.h"
#include "common/store_queue.h"
#include "common/store_statistics.h"
#include "daemon/aside.h"
#include "daemon/engine/engine.h"
#include "daemon/plan.h"
#include "daemon/watch.h"
#include "daemon/worker.h"

#include <dirent.h>

/* Attempts a row has before a worker that keeps being killed, or hangs, fails it. One
 * whose checkpoint got on by a hundredth does not count. */
enum { DAEMON_ATTEMPTS = 3 };

/* What is to be committed about a job whose worker is gone. */
enum settle {
    SETTLE_NOT_YET, /* its worker runs */
    SETTLE_RESULT,  /* calculated, published, stored */
    SETTLE_FAILED,  /* with MESSAGE */
    SETTLE_REQUEUE, /* because of MESSAGE */
    SETTLE_GRANT,   /* cancelled or deleted, as was wished */
    SETTLE_FORGET,  /* the lease is lost: nothing to commit */
};

struct job {
    struct job *next;
    struct computation
        row; /* as it was when it was leased; attempts includes this one */
    const struct engine_algorithm *algorithm;
    struct plan_need need;
    struct plan_choice slot;
    uint64_t memory_limit; /* bytes, 0: none */
    bool memory_capped;    /* the limit is less than usual, by job-memory */
    double seconds;        /* estimate with the threads it has */
    struct worker worker;
    struct aside aside;
    struct watch watch;
    enum watch_verdict verdict; /* not WATCH_GOOD: MESSAGE says why it was killed */
    bool granted;               /* a wish ended it */
    bool lost;                  /* its lease is lost */
    bool noted;                 /* its worker is in the database */
    bool unsaid;                /* its progress is to be committed at once */
    int64_t said_at;            /* CLOCK_BOOTTIME of the last commit of it, or 0 */
    bool resumed;               /* that it goes on from a checkpoint was logged */
    bool resume_told;           /* and is in its history */
    enum store_rc untaken; /* not STORE_OK: why nobody knows whether it is leased */

    enum settle settle;
    bool calculated;    /* stage calculated is committed */
    bool count_attempt; /* SETTLE_REQUEUE */
    unsigned delay_ms;  /* SETTLE_REQUEUE */
    int64_t settle_at;  /* CLOCK_BOOTTIME: not tried before */
    char message[COMPUTATION_TEXT_SIZE];
    char window[COMPUTATION_WINDOW_SIZE]; /* SETTLE_RESULT */
    char sha256[DIGITS_SHA256_SIZE];      /* SETTLE_RESULT, "": no file */
    char verified[COMPUTATION_TEXT_SIZE]; /* SETTLE_RESULT: what was, in words */
    struct store_cost cost; /* SETTLE_RESULT, SETTLE_REQUEUE: of its worker */
};

/* A digits file that a longer one replaced, removed after a while. */
struct superseded {
    struct superseded *next;
    int radix;
    uint64_t length;
    int64_t remove_at; /* CLOCK_BOOTTIME */
};

/* Reading what is published again. */
struct scrub {
    int radix; /* 10, 16; 0: a round begins at DUE */
    struct published published;
    struct digits_checker *checker; /* NULL: none is being read */
    enum digits_rc rc;
    int64_t due; /* CLOCK_BOOTTIME */
};

/* Making search indexes, one at a time. */
struct indexing {
    struct worker worker; /* pid 0: none is being made */
    struct watch watch;   /* over it */
    int radix;            /* of the one that is */
    struct published of;  /* and its file */
    int out_fd, lock;     /* its aside; run/index.lock, held meanwhile; or -1 */
    bool superseded;      /* they are not published any more: it was ended */
    unsigned failures;    /* in a row */
    int64_t retry_at;     /* CLOCK_BOOTTIME: none is begun before */
    int64_t idle_since;   /* CLOCK_BOOTTIME: nothing has run since; 0: something runs */
    /* of radix 10 and 16: */
    int64_t ready[2];          /* revision of what is published and has its index */
    int64_t seen[2], since[2]; /* revision of what is published, and since when */
};

/* Counting what is published. */
struct tally {
    char *block;             /* DIGITS_BLOCK bytes; NULL: nothing is being counted */
    struct digits_file file; /* open while there is a block */
    struct statistics counts;
    uint64_t until; /* digits to count */
    int64_t due;    /* CLOCK_BOOTTIME */
};

struct daemon {
    const struct conf *conf;
    int cpus; /* the thread budget */
    struct store *durable, *relaxed;
    struct doorbell *bell;
    char *wal_path;
    int exe_fd, work_fd, digits_fd, signal_fd;
    int score_fd;                               /* our own oom_score_adj, or -1 */
    char score[16];                             /* what is in it */
    int state_lock, name_lock, checkpoint_lock; /* -1: not held */
    struct job *jobs;
    struct superseded *superseded;
    struct digits_trust *trust; /* what is read of published files */
    struct scrub scrub;
    struct indexing indexing;
    struct tally tally;
    char token[LEASE_SIZE]; /* of all our leases: tells us from a predecessor */
    unsigned shortages;     /* times that no worker could be started, in a row */
    int64_t short_until;    /* CLOCK_BOOTTIME: none is started before */
    /* How many times as long as by its model a job of each method took, 0: not known;
     * and what of it is in the database. */
    double speed[ALGORITHM_COUNT], told[ALGORITHM_COUNT];
    bool told_once;
    int64_t clock_offset; /* wall clock less CLOCK_BOOTTIME, when it began */
    bool clock_set;       /* it has changed since */
    bool look;            /* look for work and wishes soon */
    bool stop;
};

/* Opens everything CONF names: state folder, locks, database, descriptors,
 * signals (blocked, read from signal_fd). False with a message logged;
 * daemon_close() then frees what was opened. *D must not move. */
bool daemon_open(struct daemon *d, const struct conf *conf);

/* Frees everything. Workers must be gone. */
void daemon_close(struct daemon *d);

/* Rings the doorbell: a visible change was committed. */
void daemon_changed(struct daemon *d);

/* A lease of D that begins now. */
void daemon_lease(const struct daemon *d, struct store_lease *lease);

/* A new job for ROW in D's list; NULL: no memory (logged). */
struct job *daemon_add_job(struct daemon *d, const struct computation *row);

/* The job of row ID, or NULL. */
struct job *daemon_find_job(struct daemon *d, int64_t id);

/* Takes J out of D's list and frees it. */
void daemon_drop_job(struct daemon *d, struct job *j);

/* The engine's algorithm for ROW, auto resolved by LIMITS, or NULL. */
const struct engine_algorithm *daemon_algorithm(const struct limits *limits,
                                                const struct computation *row);

/* Bytes of the digits file ALGORITHM makes for POSITION, 0: none. */
uint64_t daemon_file_bytes(const struct engine_algorithm *algorithm, uint64_t position);

/* launch.c: looks at the rows that wait; answers, starts or refuses them. */
void launch_pending(struct daemon *d);

/* The limit of the address space of a worker that may use MEMORY bytes, each of whose
 * THREADS has a stack and an arena of its own; 0: none, in builds with sanitizers. */
uint64_t launch_address_space(uint64_t memory, int threads);

/* answer.c */

/* Answers queued ROW, which asks for auto, when the published digits or a row that
 * computed the same position have its window. STORE_OK: it is answered, gone, or to
 * be looked at again; STORE_NOT_FOUND: it has to be computed; otherwise the
 * database failed (logged). */
enum store_rc answer_row(struct daemon *d, const struct computation *row);

/* True when a job of D will bring ROW's digits before a job of its own, which has
 * NEED, could. */
bool answer_is_coming(const struct daemon *d, const struct computation *row,
                      const struct plan_need *need);

/* settle.c */

/* J's worker has ended: decides what is to be committed. */
void settle_judge(struct daemon *d, struct job *j);

/* Tries to commit what is decided about all jobs whose time has come, and
 * forgets those that are settled. */
void settle_jobs(struct daemon *d);

/* When the next try is due (CLOCK_BOOTTIME), or INT64_MAX. */
int64_t settle_due(const struct daemon *d);

/* Decides "failed" or "requeue" for a job without a running worker. The words of a
 * failure, and WHY, come from the table of reasons (common/reason.h). */
void settle_fail_words(struct job *j, const char *words);
void settle_fail(struct job *j, enum reason reason, const struct reason_values *values);
void settle_requeue(struct job *j, bool count_attempt, unsigned delay_ms,
                    const char *why);

/* How long to wait after FAILURES (>= 1) of them: a second, and four times as long
 * after each, but a minute at most; and up to a quarter more by chance, so that rows
 * which failed together do not come back together. Milliseconds. */
unsigned settle_delay_ms(int failures);

/* guard.c */

/* Kills workers that hang, or that need more than the configuration allows. */
bool guard_jobs(struct daemon *d);

/* One look at W, if it runs, by LIMITS; WATCH has what was seen before. */
enum watch_verdict guard_look(const struct worker *w, struct watch *watch,
                              const struct watch_limits *limits);

/* False, with MESSAGE, when CONF does not allow a job that NEEDs this, and SECONDS with
 * all threads. */
bool guard_allows(const struct conf *conf, const struct plan_need *need, double seconds,
                  char message[COMPUTATION_TEXT_SIZE]);

/* The MESSAGE of a job that needed more memory than CONF allows. */
void guard_say_memory(const struct conf *conf, char message[COMPUTATION_TEXT_SIZE]);

/* publish.c */

/* Commits stage stored of J, its digits file put into place where it is longer
 * than what is published. STORE_ERROR with J decided as failed when the files
 * can't be published. */
enum store_rc publish_job(struct daemon *d, struct job *j);

/* True when the published file of J's length is whole and has J's digest. */
bool publish_in_place(const struct daemon *d, const struct job *j);

/* True when a row that runs will publish the file of LENGTH digits, or when the
 * database does not tell. */
bool publish_is_awaited(struct daemon *d, int radix, uint64_t length);

/* Removes superseded files whose time has come, looks after the files that are
 * published, and publishes longer ones that are whole and of no job; true when all
 * went well. */
bool publish_tidy(struct daemon *d);

/* Puts superseded files found in the digits folder on the list. */
void publish_scan(struct daemon *d);

/* Puts one file on the list of those to be removed; is it there? */
void publish_supersede(struct daemon *d, int radix, uint64_t length);
bool publish_is_superseded(const struct daemon *d, int radix, uint64_t length);

/* The digits folder, to be read and closed by the caller; NULL: logged. */
DIR *publish_open_folder(const struct daemon *d);

/* mend.c */

/* Looks at the published file of RADIX: is it missing, or has it another size
 * (THOROUGH: or is broken anywhere, which takes reading it)? Then what is whole is
 * published instead and the digits are computed again, or its sidecar is made anew.
 * True when that was done. */
bool mend_published(struct daemon *d, int radix, bool thorough);

/* Does so with files that were marked as damaged. */
void mend_marked(struct daemon *d);

/* Publishes a whole file of RADIX that is longer than what is published and that no
 * job will publish. */
void mend_adopt(struct daemon *d, int radix);

/* scrub.c */

/* The next step of reading the published digits again; always true. */
bool scrub_step(struct daemon *d);

/* When it is due (CLOCK_BOOTTIME), or INT64_MAX. */
int64_t scrub_due(const struct daemon *d);

/* Frees what SCRUB has open. */
void scrub_end(struct scrub *scrub);

/* index.c */

/* Looks after the index that is being made, or begins with the next; always true. */
bool index_step(struct daemon *d);

/* The worker that made an index has ended. */
void index_ended(struct daemon *d, int status, const struct rusage *usage);

/* Ends the worker, if there is one, and removes what it wrote. */
void index_stop(struct daemon *d);

/* index_files.c */

/* What an index is written to in work/, and the lock of the daemon that makes one. */
#define INDEX_ASIDE "index.new"
#define INDEX_LOCK  "index"

/* At the start: nothing is under way, whatever the database says, and indexes whose
 * files are gone go, too. */
void index_begin(struct daemon *d);

/* The worker is done: what it wrote gets its name. False with MESSAGE: that failed, or
 * it cannot be read back, as on a disk that loses what is written, and is gone; a
 * second try at once would not mend that. */
bool index_publish(struct daemon *d, char message[WORKER_MESSAGE_SIZE]);

/* True when NAME in work/ is the aside of an index that a daemon makes now. */
bool index_needs(const struct daemon *d, const char *name);

/* Removes indexes whose digits are gone: renamed into place in the moment when these
 * were superseded. */
void index_sweep(struct daemon *d);

/* Notes in the database how far the index of LENGTH digits is; see store_status.h. */
void index_note(struct daemon *d, int radix, uint64_t length, int percent);

/* tally.c */

/* The next step of counting published digits; false: the database did not take the
 * counts, which are begun again. */
bool tally_step(struct daemon *d);

/* When it is due (CLOCK_BOOTTIME). */
int64_t tally_due(const struct daemon *d);

/* Frees what TALLY has open. */
void tally_end(struct tally *tally);

/* recover.c */

/* Takes back what dead daemons and expired leases left: rows go back to the
 * queue, or are stored when their digits are whole. False: try again soon. */
bool recover_rows(struct daemon *d);

/* Removes files in work/ that no running row needs, and checkpoints that no waiting row
 * needs, either. At the start. */
void recover_asides(struct daemon *d);

/* The checkpoints among them: those of rows that were cancelled, deleted or answered
 * while they waited. At any time. */
void recover_saves(struct daemon *d);

/* progress.c */

/* J's worker has been started: tells who looks at the row which process it is. What the
 * database does not take now progress_tell() tries again. */
void progress_begins(struct daemon *d, struct job *j);

/* J's worker was read: logs once where it goes on, if it does. */
void progress_heard(struct job *j);

/* Commits what running jobs have told, as far as it is due, and kills those whose lease
 * turns out to be lost. False: the database did not answer. */
bool progress_tell(struct daemon *d);

/* CLOCK_BOOTTIME of the next news that are due, INT64_MAX when there are none. */
int64_t progress_due(const struct daemon *d);

/* estimates.c */

/* J came to its result: what it cost says how fast this machine is. */
void estimates_learn(struct daemon *d, const struct job *j);

/* Tells the database what jobs cost here, when that has changed. False: again soon. */
bool estimates_tell(struct daemon *d);

/* upkeep.c: timed tasks; false: again soon */
bool upkeep_heartbeat(struct daemon *d);
bool upkeep_checkpoint(struct daemon *d);
bool upkeep_prune(struct daemon *d);

/* The wall clock less CLOCK_BOOTTIME, microseconds: changes when it is set. */
int64_t upkeep_clock_offset(void);

#endif
