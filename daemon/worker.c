/*
 * Starting and ending workers.
 *
 * A worker is this very program, executed again through a descriptor opened
 * when the daemon started: an upgrade on disk can't mix versions. Between fork
 * and exec only async-signal-safe calls and bare system calls are made
 * (setrlimit, setpriority, prctl and close_range take no locks).
 *
 * The worker dies with the daemon (PR_SET_PDEATHSIG; the parent is compared
 * once more for the case that it died before the call), has its own process
 * group (a Ctrl-C at the daemon's terminal is for the daemon alone), and gets
 * up to four descriptors besides the standard ones.
 */
#include "config.h"

#include "daemon/worker.h"

#include "common/reason.h"
#include "common/store_queue.h"
#include "common/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void
worker_init(struct worker *w)
{
    memset(w, 0, sizeof *w);
    w->pipe = -1;
}

/* What the child needs, made before the fork. */
struct child {
    const struct worker_order *order;
    pid_t parent;
    int pipe, text, sum, save; /* all >= WORKER_FIRST_FREE, or -1 */
    struct rlimit memory;
    char *argv[9];
};

static void
child_signals(void)
{
    static const int reset[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGPIPE, SIGQUIT};
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (size_t i = 0; i < sizeof reset / sizeof reset[0]; i++) {
        sigaction(reset[i], &action, NULL);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool
child_descriptors(const struct child *c)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(c->pipe, WORKER_PIPE_FD) < 0) {
        return false;
    }
    if (c->text >= 0 &&
        (dup2(c->text, WORKER_TEXT_FD) < 0 || dup2(c->sum, WORKER_SUM_FD) < 0)) {
        return false;
    }
    if (c->save >= 0) {
        if (dup2(c->save, WORKER_SAVE_FD) < 0) {
            return false;
        }
    } else {
        close(WORKER_SAVE_FD); /* it asks whether the descriptor is there */
    }
    /* All of ours are close-on-exec already; this is for those of libraries. An
     * old kernel that does not know the call loses nothing. */
    close_range(WORKER_FIRST_FREE, ~0U, CLOSE_RANGE_CLOEXEC);
    return true;
}

static _Noreturn void
child_run(const struct child *c)
{
    struct rlimit none = {0, 0};

    setpgid(0, 0);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != c->parent) {
        _exit(WORKER_PIPE);
    }
    if (!child_descriptors(c) || setrlimit(RLIMIT_CORE, &none) != 0 ||
        (c->order->memory > 0 && setrlimit(RLIMIT_AS, &c->memory) != 0)) {
        _exit(WORKER_USAGE);
    }
    setpriority(PRIO_PROCESS, 0, (int)c->order->niceness);
    child_signals();
    sandbox_execute(c->order->exe_fd, c->argv, environ);
    _exit(WORKER_USAGE);
}

/* A copy of FD above those that a worker finds; -1 for -1. */
static int
copy_high(int fd)
{
    return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, WORKER_FIRST_FREE);
}

static void
close_fd(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

/* MEMORY bytes as a limit, as far as our own hard limit goes. */
static struct rlimit
memory_limit(uint64_t memory)
{
    struct rlimit own;
    rlim_t limit = (rlim_t)memory;

    if (getrlimit(RLIMIT_AS, &own) == 0 && own.rlim_max != RLIM_INFINITY &&
        own.rlim_max < limit) {
        limit = own.rlim_max;
    }
    return (struct rlimit){limit, limit};
}

static void
set_score(const struct worker_order *o, const char *score)
{
    ssize_t written =
        o->score_fd < 0 ? 0 : pwrite(o->score_fd, score, strlen(score), 0);

    (void)written; /* the kernel then chooses by size, which is the worker, too */
}

/* When the machine runs out of memory, the worker should go and not the daemon or the
 * web program. Raising one's own score needs no privilege, nor does taking that back.
 * The child inherits it: the file of its own it could not open in the sandbox. */
static int
fork_child(struct worker *w, struct child *c)
{
    pid_t pid;
    int error;

    set_score(c->order, "500");
    pid = fork();
    if (pid == 0) {
        child_run(c);
    }
    error = errno;
    set_score(c->order, c->order->score);
    if (pid < 0) {
        return error;
    }
    /* Also from here: the group must be there before the first kill. It fails
     * harmlessly once the child has executed. */
    setpgid(pid, pid);
    w->pid = pid;
    return 0;
}

int
worker_start(struct worker *w, const struct worker_order *o, uint64_t file_length)
{
    char radix[16], position[24], threads[16];
    struct child c = {.order = o,
                      .parent = getpid(),
                      .pipe = -1,
                      .text = -1,
                      .sum = -1,
                      .save = -1,
                      .memory = memory_limit(o->memory)};
    int fds[2] = {-1, -1}, error = 0;

    worker_init(w);
    snprintf(radix, sizeof radix, "%d", o->radix);
    snprintf(position, sizeof position, "%" PRIu64, o->position);
    snprintf(threads, sizeof threads, "%d", o->threads);
    c.argv[0] = (char *)"nthpid";
    c.argv[1] = (char *)WORKER_FLAG;
    c.argv[2] = (char *)o->algorithm;
    c.argv[3] = radix;
    c.argv[4] = position;
    c.argv[5] = threads;
    c.argv[6] = (char *)sandbox_mode_name(o->sandbox);

    if (pipe2(fds, O_CLOEXEC) != 0) {
        return errno;
    }
    c.pipe = copy_high(fds[1]);
    c.text = copy_high(o->text_fd);
    c.sum = copy_high(o->sum_fd);
    c.save = copy_high(o->save_fd);
    if (c.pipe < 0 || (o->text_fd >= 0 && (c.text < 0 || c.sum < 0)) ||
        (o->save_fd >= 0 && c.save < 0) || fcntl(fds[0], F_SETFL, O_NONBLOCK) != 0) {
        error = errno;
    } else {
        error = fork_child(w, &c);
    }
    close(fds[1]);
    close_fd(c.pipe);
    close_fd(c.text);
    close_fd(c.sum);
    close_fd(c.save);
    if (error) {
        close(fds[0]);
        return error;
    }
    w->pipe = fds[0];
    w->saves = o->save_fd >= 0;
    w->started_us = store_boottime();
    report_init(&w->report, o->radix, file_length);
    return 0;
}

void
worker_read(struct worker *w)
{
    char bytes[4096];
    ssize_t n;

    /* Bounded, so that a worker that never stops talking holds up nobody. */
    for (int i = 0; i < 16 && w->pipe >= 0; i++) {
        n = read(w->pipe, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno == EAGAIN) {
            return;
        }
        if (n <= 0) {
            close(w->pipe);
            w->pipe = -1;
            return;
        }
        w->heard += (uint64_t)n;
        if (!w->nonsense && !report_feed(&w->report, bytes, (size_t)n, &w->nonsense)) {
            worker_kill(w);
        } else if ((size_t)n < sizeof bytes) {
            return; /* the others get their turn */
        }
    }
}

void
worker_stop(struct worker *w)
{
    if (w->pid > 0 && w->saves) {
        kill(w->pid, SIGTERM);
    }
}

void
worker_kill(struct worker *w)
{
    if (w->pid > 0) {
        kill(-w->pid, SIGKILL);
        kill(w->pid, SIGKILL);
    }
}

void
worker_ended(struct worker *w, int status, const struct rusage *usage)
{
    w->pid = 0;
    w->status = status;
    w->usage = *usage;
    w->ended_us = store_boottime();
    /* The writer is gone: what the pipe holds is bounded, its end is near. */
    for (int i = 0; i < 64 && w->pipe >= 0; i++) {
        worker_read(w);
    }
    close_fd(w->pipe);
    w->pipe = -1;
}

/* The end by signal NUMBER that we did not send. */
static enum worker_outcome
judge_signal(int number, char message[WORKER_MESSAGE_SIZE])
{
    const struct reason_values values = {.why = strsignal(number)};

    if (number == SIGSYS) {
        reason_print(message, WORKER_MESSAGE_SIZE, REASON_FORBIDDEN_CALL, NULL);
        return OUTCOME_FAILED;
    }
    if (number == SIGKILL || number == SIGTERM || number == SIGINT) {
        reason_print(message, WORKER_MESSAGE_SIZE, REASON_KILLED, &values);
        return OUTCOME_AGAIN;
    }
    reason_print(message, WORKER_MESSAGE_SIZE, REASON_CRASHED, &values);
    return OUTCOME_FAILED;
}

static void
say_memory(uint64_t estimate, uint64_t limit, char message[WORKER_MESSAGE_SIZE])
{
    const uint64_t mib = UINT64_C(1) << 20;
    const struct reason_values values = {.number = estimate / mib + 1,
                                         .limit = limit / mib};

    reason_print(message, WORKER_MESSAGE_SIZE,
                 limit > 0 ? REASON_MEMORY_LIMITED : REASON_MEMORY_OUT, &values);
}

bool
worker_lacked_memory(const struct worker *w)
{
    return WIFEXITED(w->status) && WEXITSTATUS(w->status) == WORKER_MEMORY;
}

enum worker_outcome
worker_judge(const struct worker *w, uint64_t memory_estimate,
             uint64_t memory_limit_bytes, char message[WORKER_MESSAGE_SIZE])
{
    message[0] = '\0';
    if (w->nonsense) {
        reason_print(message, WORKER_MESSAGE_SIZE, REASON_NONSENSE,
                     &(struct reason_values){.why = w->nonsense});
        return OUTCOME_FAILED;
    }
    if (WIFSIGNALED(w->status)) {
        return judge_signal(WTERMSIG(w->status), message);
    }
    switch (WEXITSTATUS(w->status)) {
    case WORKER_OK:
        if (report_complete(&w->report)) {
            return OUTCOME_RESULT;
        }
        reason_print(message, WORKER_MESSAGE_SIZE, REASON_NO_RESULT, NULL);
        break;
    case WORKER_MEMORY:
        say_memory(memory_estimate, memory_limit_bytes, message);
        break;
    case WORKER_ENGINE:
    case WORKER_OUTPUT:
        snprintf(message, WORKER_MESSAGE_SIZE, "%s",
                 w->report.error[0] ? w->report.error
                                    : reason_text(REASON_SAID_NOTHING));
        break;
    case WORKER_STOPPED:
        reason_print(message, WORKER_MESSAGE_SIZE, REASON_TOLD_TO_STOP, NULL);
        return OUTCOME_AGAIN;
    case WORKER_PIPE:
        reason_print(message, WORKER_MESSAGE_SIZE, REASON_LOST_DAEMON, NULL);
        return OUTCOME_AGAIN;
    default:
        reason_print(message, WORKER_MESSAGE_SIZE, REASON_EXITED,
                     &(struct reason_values){.number = WEXITSTATUS(w->status)});
        break;
    }
    return OUTCOME_FAILED;
}
