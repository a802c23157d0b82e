/*
 * Waiting rows, see daemon.h. Each look reads the rows that wait, oldest first
 * and then the smallest, and decides about each: answered at once from known
 * digits (answer.c), started in a slot, refused because it can never run here,
 * or left to wait. A row is leased only when its worker is started, so a
 * daemon never holds rows that it can't work on.
 *
 * A job that waits for memory or disk that our own jobs will free holds up all
 * behind it except small ones: otherwise a stream of middling jobs could keep a
 * large one waiting for ever. When nothing of ours runs, others have what is
 * missing, nobody knows for how long, and the rows behind it get their turn.
 *
 * A look ends where the database is locked, or has failed in another way for
 * REFUSED_MAX rows: a single broken row does not stop the others, and a full
 * disk is not tried for every row again and again.
 */
#include "config.h"

#include "daemon/daemon.h"

#include "daemon/engine/checked.h"
#include "daemon/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PENDING_MAX = 128, REFUSED_MAX = 3 };

#define MIB      (UINT64_C(1) << 20)
#define RETRY_US INT64_C(1000000)

static bool
is_wide(const struct job *j)
{
    return j->need.wide && !j->slot.express && !plan_small(&j->need);
}

static uint64_t
less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

/* What is free now, with what running jobs will still take held back. Unknown
 * amounts count as plenty: the system's own limits remain. */
static void
measure_room(const struct daemon *d, struct plan_room *room)
{
    *room = (struct plan_room){.cpus = d->cpus};
    if (!machine_memory(&room->memory_total, &room->memory_free)) {
        room->memory_total = room->memory_free = UINT64_MAX;
    }
    if (!machine_disk(d->work_fd, &room->disk_total, &room->disk_free)) {
        room->disk_total = room->disk_free = UINT64_MAX;
    }
    for (const struct job *j = d->jobs; j; j = j->next) {
        if (j->worker.pid == 0) {
            continue;
        }
        if (j->slot.express) {
            room->express = true;
        } else {
            room->threads += j->slot.threads;
        }
        room->wide = room->wide || is_wide(j);
        room->memory_free = less(room->memory_free,
                                 less(j->need.memory, machine_resident(j->worker.pid)));
        room->disk_free =
            less(room->disk_free, less(j->need.disk, aside_size(&j->aside)));
    }
}

/* What ROW needs, its verification included, by the engine's cost model. */
static void
estimate(const struct daemon *d, const struct engine_algorithm *algorithm,
         const struct computation *row, struct plan_need *need)
{
    struct engine_job job = {row->radix, row->position, 1};

    need->wide = algorithm->wide;
    need->seconds = engine_checked_seconds(algorithm, &job);
    need->disk = daemon_file_bytes(algorithm, row->position);
    job.threads = algorithm->wide ? d->cpus : 1;
    need->memory = engine_checked_memory(algorithm, &job);
}

/* Estimated time of ROW with all the threads it can use. */
static double
best_seconds(const struct daemon *d, const struct engine_algorithm *algorithm,
             const struct computation *row)
{
    const struct engine_job job = {row->radix, row->position,
                                   algorithm->wide ? d->cpus : 1};

    return engine_checked_seconds(algorithm, &job);
}

/* Leases ROW. The job is in D's list also when nobody can tell whether the
 * lease was committed; it then gives the lease back. NULL: nothing is leased. */
static struct job *
lease(struct daemon *d, const struct computation *row,
      const struct engine_algorithm *algorithm, const struct plan_need *need)
{
    enum algorithm method = ALGORITHM_AUTO;
    struct store_lease lease;
    struct job *j;
    enum store_rc rc;

    daemon_lease(d, &lease);
    j = algorithm_parse(algorithm->name, &method) ? daemon_add_job(d, row) : NULL;
    if (!j) {
        return NULL;
    }
    j->algorithm = algorithm;
    j->need = *need;
    rc = store_take(d->durable, row->id, &lease, method);
    if (rc == STORE_CONFLICT || rc == STORE_NOT_FOUND) {
        daemon_drop_job(d, j); /* another daemon was faster, or it is not wanted */
        return NULL;
    }
    if (rc != STORE_OK) {
        log_warning("row %" PRId64 ": not taken: %s", row->id, store_rc_name(rc));
        settle_requeue(j, false, 1000, reason_text(REASON_NO_DATABASE));
        j->settle_at = store_boottime() + RETRY_US;
        j->untaken = rc;
        return j;
    }
    j->row.method = method;
    j->row.attempts++;
    return j;
}

/* Takes ROW and fails it. */
static enum store_rc
refuse(struct daemon *d, const struct computation *row,
       const struct engine_algorithm *algorithm, const struct plan_need *need,
       const char *message)
{
    struct job *j = lease(d, row, algorithm, need);

    if (j && j->untaken == STORE_OK) {
        settle_fail_words(j, message);
    }
    return j ? j->untaken : STORE_OK;
}

uint64_t
launch_address_space(uint64_t memory, int threads)
{
#ifdef NTHPI_SANITIZED
    (void)memory;
    (void)threads;
    return 0;
#else
    return memory + 512 * MIB + (uint64_t)threads * 80 * MIB;
#endif
}

/* The limit of J's worker. What job-memory allows is memory in use, which guard.c
 * looks at once a second; the address space that it makes bounds it meanwhile. */
static void
limit_memory(const struct daemon *d, struct job *j)
{
    uint64_t allowed = d->conf->job_memory * MIB;

    j->memory_capped = allowed > 0 && allowed < 3 * j->need.memory;
    /* The estimate may be off by a factor of 3. */
    j->memory_limit = launch_address_space(
        j->memory_capped ? allowed : 3 * j->need.memory, j->slot.threads);
}

/* True for errors that are the machine's at this moment, and no row's. */
static bool
is_shortage(int error)
{
    return error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE;
}

/* J's worker could not be started, because of ERROR. */
static void
not_started(struct daemon *d, struct job *j, int error)
{
    const char *why = reason_text(REASON_NOT_STARTED);

    log_error("row %" PRId64 ": cannot start a worker: %s", j->row.id, strerror(error));
    if (is_shortage(error)) {
        unsigned delay_ms = settle_delay_ms((int)++d->shortages);

        d->short_until = store_boottime() + (int64_t)delay_ms * 1000;
        settle_requeue(j, false, delay_ms, why);
    } else if (j->row.attempts < DAEMON_ATTEMPTS) {
        settle_requeue(j, true, settle_delay_ms(j->row.attempts), why);
    } else {
        settle_fail(j, REASON_NOT_STARTED_WHY,
                    &(struct reason_values){.why = strerror(error)});
    }
}

/* The files that J's worker writes. 0, or an errno. It can do without checkpoints. */
static int
make_files(struct daemon *d, struct job *j)
{
    const struct engine_job model = {j->row.radix, j->row.position, j->slot.threads};
    int error;

    if (j->algorithm->prefix) {
        return aside_make(&j->aside, d->work_fd, j->row.id);
    }
    if (engine_checked_saves(j->algorithm, &model) && !plan_small(&j->need)) {
        error = aside_make_save(&j->aside, d->work_fd, j->row.id);
        if (error) {
            log_warning("row %" PRId64 ": there will be no checkpoints: %s", j->row.id,
                        strerror(error));
        }
    }
    return 0;
}

/* Starts J's worker in the slot that was chosen. */
static void
start(struct daemon *d, struct job *j)
{
    struct worker_order order = {
        .exe_fd = d->exe_fd,
        .algorithm = j->algorithm->name,
        .radix = j->row.radix,
        .position = j->row.position,
        .threads = j->slot.threads,
        .niceness = d->conf->niceness,
        .sandbox = d->conf->sandbox,
        .score_fd = d->score_fd,
        .score = d->score,
    };
    struct engine_job model = {order.radix, order.position, order.threads};
    int error;

    limit_memory(d, j);
    order.memory = j->memory_limit;
    j->seconds = engine_checked_seconds(j->algorithm, &model);
    error = make_files(d, j);
    order.text_fd = j->aside.text_fd;
    order.sum_fd = j->aside.sum_fd;
    order.save_fd = j->aside.save_fd;
    if (!error) {
        error = worker_start(&j->worker, &order,
                             j->algorithm->prefix ? j->row.position : 0);
    }
    if (error) {
        not_started(d, j, error);
        return;
    }
    d->shortages = 0;
    progress_begins(d, j);
    log_info("row %" PRId64 ": %s, position %" PRIu64
             ", radix %d, %d thread%s%s, pid %ld",
             j->row.id, order.algorithm, order.position, order.radix, order.threads,
             order.threads == 1 ? "" : "s", j->slot.express ? ", express" : "",
             (long)j->worker.pid);
}

/* Why a row can never run here, into MESSAGE; false when it can. */
static bool
never(const struct plan_room *room, const struct plan_need *need,
      const struct plan_choice *choice, char message[COMPUTATION_TEXT_SIZE])
{
    uint64_t total = room->memory_total - room->memory_total / PLAN_EXPRESS_SHARE;
    struct reason_values values = {need->memory / MIB + 1, total / MIB, NULL};

    if (choice->verdict == PLAN_NEVER_MEMORY) {
        reason_print(message, COMPUTATION_TEXT_SIZE, REASON_MEMORY_NEVER, &values);
    } else if (choice->verdict == PLAN_NEVER_DISK) {
        values.number = plan_disk_needed(need->disk) / MIB + 1;
        values.limit = room->disk_total / MIB;
        reason_print(message, COMPUTATION_TEXT_SIZE, REASON_DISK_NEVER, &values);
    } else {
        return false;
    }
    return true;
}

/* The row says what it waits for: PHASE, "": a slot. */
static enum store_rc
say_waits(struct daemon *d, const struct computation *row, const char *phase)
{
    enum store_rc rc;

    if (strcmp(row->phase, phase) == 0) {
        return STORE_OK;
    }
    rc = store_waits(d->relaxed, row->id, phase[0] ? phase : NULL);
    if (rc == STORE_OK) {
        daemon_changed(d);
    }
    return rc == STORE_CONFLICT ? STORE_OK : rc; /* it does not wait any more */
}

/* Decides about one row; *HELD: a job before it waits for what our jobs will
 * free. STORE_OK unless the database failed. */
static enum store_rc
consider(struct daemon *d, const struct computation *row, struct plan_room *room,
         bool *held)
{
    const struct engine_algorithm *algorithm = daemon_algorithm(&d->conf->limits, row);
    char message[COMPUTATION_TEXT_SIZE];
    struct plan_choice choice;
    struct plan_need need;
    enum store_rc rc;
    struct job *j;

    if (daemon_find_job(d, row->id)) {
        return STORE_OK; /* an earlier lease of it is not settled yet */
    }
    if (!algorithm || !engine_has_radix(algorithm, row->radix) ||
        row->position < algorithm->least || row->position > algorithm->largest) {
        log_warning("row %" PRId64 " asks for what the engine can't do", row->id);
        algorithm = algorithm ? algorithm : &engine_algorithms[0];
        need = (struct plan_need){0};
        return refuse(d, row, algorithm, &need, engine_strerror(ENGINE_BAD_JOB));
    }
    rc = row->algorithm == ALGORITHM_AUTO ? answer_row(d, row) : STORE_NOT_FOUND;
    if (rc != STORE_NOT_FOUND) {
        return rc;
    }
    estimate(d, algorithm, row, &need);
    if (row->algorithm == ALGORITHM_AUTO && answer_is_coming(d, row, &need)) {
        return STORE_OK;
    }
    if (!guard_allows(d->conf, &need, best_seconds(d, algorithm, row), message)) {
        return refuse(d, row, algorithm, &need, message);
    }
    if (*held && !plan_small(&need)) {
        return STORE_OK;
    }
    choice = plan_choose(room, &need);
    if (choice.verdict == PLAN_START && store_boottime() < d->short_until) {
        choice.verdict = PLAN_WAIT_SLOT;
    }
    if (never(room, &need, &choice, message)) {
        return refuse(d, row, algorithm, &need, message);
    }
    if (choice.verdict == PLAN_WAIT_MEMORY || choice.verdict == PLAN_WAIT_DISK) {
        log_debug("row %" PRId64 " waits for %s", row->id,
                  choice.verdict == PLAN_WAIT_MEMORY ? "memory" : "disk");
        *held = !plan_is_idle(room);
        return say_waits(d, row,
                         choice.verdict == PLAN_WAIT_MEMORY ? STORE_WAITS_MEMORY
                                                            : STORE_WAITS_DISK);
    } else if (choice.verdict == PLAN_WAIT_SLOT) {
        return say_waits(d, row, "");
    } else if (choice.verdict == PLAN_START) {
        j = lease(d, row, algorithm, &need);
        if (j && j->untaken != STORE_OK) {
            return j->untaken;
        }
        if (j) {
            j->slot = choice;
            plan_book(room, &need, &choice);
            start(d, j);
            daemon_changed(d); /* with its worker noted: once for both */
        }
    }
    return STORE_OK;
}

/* Rows that could not be taken and are still to be given back. */
static int
count_untaken(const struct daemon *d)
{
    int count = 0;

    for (const struct job *j = d->jobs; j; j = j->next) {
        count += j->untaken != STORE_OK;
    }
    return count;
}

void
launch_pending(struct daemon *d)
{
    struct computation rows[PENDING_MAX];
    struct plan_room room;
    size_t count = 0;
    bool held = false;
    int refused = count_untaken(d);
    enum store_rc rc = STORE_OK;

    if (refused >= REFUSED_MAX ||
        store_pending(d->durable, rows, PENDING_MAX, &count) != STORE_OK ||
        count == 0) {
        return;
    }
    measure_room(d, &room);
    for (size_t i = 0; i < count && rc != STORE_BUSY && refused < REFUSED_MAX; i++) {
        rc = consider(d, &rows[i], &room, &held);
        refused += rc != STORE_OK;
    }
}
