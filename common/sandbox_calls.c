/*
 * seccomp: the filter of system calls, from the tables of sandbox_table.c and from
 * rules about arguments.
 *
 * The filter is of libseccomp's tree form: its cost does not grow with the number of
 * calls; and what is allowed whatever its arguments are, newer kernels look up in a
 * map.
 */
#include "config.h"

#include "sandbox_internal.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of clone(): worlds of their own, in which one may be root. */
#define NAMESPACES                                                                     \
    (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |        \
     CLONE_NEWUTS | CLONE_NEWCGROUP)

/* A filter as it is made; its first error is kept. */
struct filter {
    scmp_filter_ctx context;
    unsigned program;
    int error;
};

/* Comparisons of argument NUMBER, from 0: it is VALUE, it is not, its bits of MASK are
 * those of VALUE. */
static struct scmp_arg_cmp
is(unsigned number, scmp_datum_t value)
{
    return (struct scmp_arg_cmp){number, SCMP_CMP_EQ, value, 0};
}

static struct scmp_arg_cmp
is_not(unsigned number, scmp_datum_t value)
{
    return (struct scmp_arg_cmp){number, SCMP_CMP_NE, value, 0};
}

static struct scmp_arg_cmp
has(unsigned number, scmp_datum_t mask, scmp_datum_t value)
{
    return (struct scmp_arg_cmp){number, SCMP_CMP_MASKED_EQ, mask, value};
}

/* CALL leads to ACTION when all of the COUNT comparisons hold. */
static void
rule(struct filter *f, uint32_t action, int call, unsigned count,
     const struct scmp_arg_cmp *comparisons)
{
    int rc = f->error == 0
                 ? seccomp_rule_add_array(f->context, action, call, count, comparisons)
                 : 0;

    if (rc != 0) {
        f->error = -rc;
    }
}

static void
rule_if(struct filter *f, uint32_t action, int call, struct scmp_arg_cmp comparison)
{
    rule(f, action, call, 1, &comparison);
}

/* CALL is allowed unless argument NUMBER has one of the bits that FORBIDDEN is; then
 * it leads to ACTION. */
static void
rule_without(struct filter *f, uint32_t action, int call, unsigned number,
             scmp_datum_t forbidden)
{
    rule_if(f, SCMP_ACT_ALLOW, call, has(number, forbidden, 0));
    rule_if(f, action, call, has(number, forbidden, forbidden));
}

static bool
is_allowed(const struct filter *f, int call)
{
    for (size_t i = 0; i < sandbox_allowed_count; i++) {
        if (sandbox_allowed[i].call == call &&
            sandbox_allowed[i].programs & f->program) {
            return true;
        }
    }
    return false;
}

/* Memory that can be executed is only for the start of a worker, whose libraries are
 * loaded then. */
static void
add_memory(struct filter *f)
{
    const uint32_t refuse = SCMP_ACT_ERRNO(EACCES);

    if (f->program == SANDBOX_DAEMON) {
        rule(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 0, NULL);
        rule(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 0, NULL);
    } else {
        rule_without(f, refuse, SCMP_SYS(mmap), 2, PROT_EXEC);
        rule_without(f, refuse, SCMP_SYS(mprotect), 2, PROT_EXEC);
    }
}

/* New threads, by clone3() and, where that fails with ENOSYS, by clone(); the filter
 * can't look into clone3()'s arguments. Signals only to ourselves, and no limits but
 * to be read. The daemon's filter is also that of a worker until it has its own. */
static void
add_processes(struct filter *f)
{
    if (f->program == SANDBOX_DAEMON) {
        rule_if(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), has(0, NAMESPACES, 0));
        rule(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 0, NULL);
        rule(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 0, NULL);
    } else {
        const scmp_datum_t self = (scmp_datum_t)getpid();

        rule_if(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), has(0, CLONE_THREAD, CLONE_THREAD));
        rule_if(f, SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), has(0, CLONE_THREAD, 0));
        rule_if(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), is(0, self));
        rule_if(f, SCMP_ACT_KILL_PROCESS, SCMP_SYS(tgkill), is_not(0, self));
        rule_if(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), is(2, 0));
        rule_if(f, SCMP_ACT_ALLOW, SCMP_SYS(prctl), is(0, PR_SET_NAME));
    }
}

/* The own program and nothing else, in the one way of sandbox_execute(). */
static void
add_execution(struct filter *f, int exe_fd)
{
    const struct scmp_arg_cmp ours[] = {
        is(0, (scmp_datum_t)exe_fd),
        is(1, (scmp_datum_t)(uintptr_t)sandbox_no_name),
        is(4, AT_EMPTY_PATH),
    };

    rule(f, SCMP_ACT_ALLOW, SCMP_SYS(execveat), 3, ours);
}

/* Opening files: not for a worker. The web program never empties one: that is not
 * Landlock's before its version 3. */
static void
add_opening(struct filter *f)
{
    const uint32_t refuse = SCMP_ACT_ERRNO(EACCES);

    if (f->program == SANDBOX_WORKER) {
        rule(f, refuse, SCMP_SYS(open), 0, NULL);
        rule(f, refuse, SCMP_SYS(openat), 0, NULL);
        /* What fstat() is in the C library. */
        rule_if(f, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), is(3, AT_EMPTY_PATH));
        return;
    }
    rule(f, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 0, NULL);
    if (f->program == SANDBOX_WEB) {
        rule_without(f, refuse, SCMP_SYS(open), 1, O_TRUNC);
        rule_without(f, refuse, SCMP_SYS(openat), 2, O_TRUNC);
    } else {
        rule(f, SCMP_ACT_ALLOW, SCMP_SYS(open), 0, NULL);
        rule(f, SCMP_ACT_ALLOW, SCMP_SYS(openat), 0, NULL);
    }
}

/* What a terminal is asked: whether it is one, and how wide. */
static void
add_terminal(struct filter *f)
{
    static const scmp_datum_t requests[] = {TCGETS, TIOCGWINSZ, FIONREAD};

    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        rule_if(f, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), is(1, requests[i]));
    }
}

/* syslog() connects again when its daemon was restarted. */
static void
add_syslog(struct filter *f)
{
    rule_if(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), is(0, AF_UNIX));
    rule_if(f, SCMP_ACT_KILL_PROCESS, SCMP_SYS(socket), is_not(0, AF_UNIX));
    rule(f, SCMP_ACT_ALLOW, SCMP_SYS(connect), 0, NULL);
    rule(f, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 0, NULL);
}

static void
add_rules(struct filter *f, const struct sandbox *s)
{
    for (size_t i = 0; i < sandbox_allowed_count; i++) {
        if (sandbox_allowed[i].programs & f->program) {
            rule(f, SCMP_ACT_ALLOW, sandbox_allowed[i].call, 0, NULL);
        }
    }
    add_memory(f);
    add_processes(f);
    add_opening(f);
    add_terminal(f);
    if (s->syslog) {
        add_syslog(f);
    }
    if (f->program == SANDBOX_DAEMON) {
        add_execution(f, s->exe_fd);
    }
    for (size_t i = 0; i < sandbox_deadly_count; i++) {
        bool ours =
            (s->syslog && (sandbox_deadly[i] == SCMP_SYS(socket) ||
                           sandbox_deadly[i] == SCMP_SYS(connect) ||
                           sandbox_deadly[i] == SCMP_SYS(sendto))) ||
            (f->program == SANDBOX_DAEMON && sandbox_deadly[i] == SCMP_SYS(execveat));

        if (!ours && !is_allowed(f, sandbox_deadly[i])) {
            rule(f, SCMP_ACT_KILL_PROCESS, sandbox_deadly[i], 0, NULL);
        }
    }
}

int
sandbox_enter_calls(const struct sandbox *s)
{
    struct filter f = {seccomp_init(SCMP_ACT_ERRNO(ENOSYS)), s->program, 0};
    int rc;

    if (f.context == NULL) {
        return ENOMEM;
    }
    add_rules(&f, s);
    /* Calls of another architecture; and no slower processor for our sake: we run
     * nobody else's code that could spy on us. */
    rc = seccomp_attr_set(f.context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    rc = rc ? rc : seccomp_attr_set(f.context, SCMP_FLTATR_CTL_SSB, 1);
    rc = rc ? rc : seccomp_attr_set(f.context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (f.error == 0 && rc == 0) {
        rc = seccomp_load(f.context);
    }
    seccomp_release(f.context);
    return f.error != 0 ? f.error : -rc;
}
