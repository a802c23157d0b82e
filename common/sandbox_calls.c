/*
 * seccomp: which system calls may be made. The tables are lists of what is allowed,
 * found by running every test under strace(1) and reading what the C library's
 * functions that we and our libraries use may call in its version 2.36, on processors
 * with and without the older calls (openat and open, ppoll and poll). A name that an
 * architecture does not have is left out there by libseccomp.
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

#define ALL   (SANDBOX_WEB | SANDBOX_DAEMON | SANDBOX_WORKER | SANDBOX_TOOL)
#define FILES (SANDBOX_WEB | SANDBOX_DAEMON | SANDBOX_TOOL) /* who opens files */
#define BOTH  (SANDBOX_WEB | SANDBOX_DAEMON)

/* Of clone(): worlds of their own, in which one may be root. */
#define NAMESPACES                                                                     \
    (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |        \
     CLONE_NEWUTS | CLONE_NEWCGROUP)

struct row {
    int call;
    unsigned programs;
};

#define CALL(name, programs)                                                           \
    {                                                                                  \
        SCMP_SYS(name), programs                                                       \
    }

/* Allowed, whatever the arguments are. */
static const struct row allowed[] = {
    /* memory */
    CALL(brk, ALL),
    CALL(munmap, ALL),
    CALL(mremap, ALL),
    CALL(madvise, ALL),
    /* threads; more below */
    CALL(exit, ALL),
    CALL(exit_group, ALL),
    CALL(futex, ALL),
    CALL(get_robust_list, ALL),
    CALL(set_robust_list, ALL),
    CALL(rseq, ALL),
    CALL(membarrier, ALL),
    CALL(sched_yield, ALL),
    CALL(sched_getaffinity, ALL),
    CALL(gettid, ALL),
    CALL(getpid, ALL),
    CALL(getppid, ALL),
    CALL(getcpu, ALL),
    /* time */
    CALL(clock_gettime, ALL),
    CALL(clock_getres, ALL),
    CALL(clock_nanosleep, ALL),
    CALL(nanosleep, ALL),
    CALL(gettimeofday, ALL),
    CALL(time, ALL),
    CALL(times, ALL),
    CALL(getrusage, ALL),
    CALL(sysinfo, ALL),
    CALL(uname, ALL),
    CALL(getrandom, ALL),
    /* signals; more below */
    CALL(rt_sigaction, ALL),
    CALL(rt_sigprocmask, ALL),
    CALL(rt_sigpending, ALL),
    CALL(rt_sigreturn, ALL),
    CALL(rt_sigsuspend, ALL),
    CALL(rt_sigtimedwait, ALL),
    CALL(sigaltstack, ALL),
    CALL(restart_syscall, ALL),
    CALL(setitimer, SANDBOX_TOOL),
    /* descriptors that are open */
    CALL(read, ALL),
    CALL(readv, ALL),
    CALL(pread64, ALL),
    CALL(preadv, ALL),
    CALL(write, ALL),
    CALL(writev, ALL),
    CALL(pwrite64, ALL),
    CALL(pwritev, ALL),
    CALL(lseek, ALL),
    CALL(fstat, ALL),
    CALL(fsync, ALL),
    CALL(fdatasync, ALL),
    CALL(ftruncate, ALL),
    CALL(fallocate, ALL),
    CALL(fadvise64, ALL),
    CALL(sync_file_range, ALL),
    CALL(fcntl, ALL),
    CALL(flock, FILES),
    CALL(close, ALL),
    CALL(close_range, FILES),
    CALL(dup, FILES),
    CALL(dup2, FILES),
    CALL(dup3, FILES),
    CALL(poll, ALL),
    CALL(ppoll, ALL),
    CALL(select, FILES),
    CALL(pselect6, FILES),
    CALL(fstatfs, FILES),
    /* files by name */
    CALL(access, FILES),
    CALL(faccessat, FILES),
    CALL(faccessat2, FILES),
    CALL(stat, FILES),
    CALL(lstat, FILES),
    CALL(statx, FILES),
    CALL(readlink, FILES),
    CALL(readlinkat, FILES),
    CALL(getcwd, FILES),
    CALL(getdents64, FILES),
    CALL(statfs, FILES),
    CALL(mkdir, FILES),
    CALL(mkdirat, FILES),
    CALL(link, FILES),
    CALL(linkat, FILES),
    CALL(rename, FILES),
    CALL(renameat, FILES),
    CALL(renameat2, FILES),
    CALL(unlink, FILES),
    CALL(unlinkat, FILES),
    CALL(rmdir, FILES),
    CALL(fchmod, FILES),
    CALL(fchown, FILES),
    CALL(utimensat, FILES),
    CALL(umask, FILES),
    CALL(inotify_init1, BOTH),
    CALL(inotify_add_watch, BOTH),
    CALL(inotify_rm_watch, BOTH),
    /* who we are */
    CALL(getuid, FILES),
    CALL(geteuid, FILES),
    CALL(getgid, FILES),
    CALL(getegid, FILES),
    CALL(getrlimit, ALL),
    /* connections that come in, and events */
    CALL(accept, SANDBOX_WEB),
    CALL(accept4, SANDBOX_WEB),
    CALL(recvfrom, SANDBOX_WEB),
    CALL(recvmsg, SANDBOX_WEB),
    CALL(sendmsg, SANDBOX_WEB),
    CALL(shutdown, SANDBOX_WEB),
    CALL(getsockname, SANDBOX_WEB),
    CALL(getpeername, SANDBOX_WEB),
    CALL(getsockopt, SANDBOX_WEB),
    CALL(setsockopt, SANDBOX_WEB),
    CALL(sendfile, SANDBOX_WEB),
    CALL(eventfd2, BOTH),
    CALL(epoll_create1, BOTH),
    CALL(epoll_ctl, BOTH),
    CALL(epoll_wait, BOTH),
    CALL(epoll_pwait, BOTH),
    CALL(timerfd_create, BOTH),
    CALL(timerfd_settime, BOTH),
    CALL(signalfd4, BOTH),
    CALL(pipe2, BOTH),
    /* children, and what they need until they lock themselves up as workers */
    CALL(fork, SANDBOX_DAEMON),
    CALL(wait4, SANDBOX_DAEMON),
    CALL(waitid, SANDBOX_DAEMON),
    CALL(kill, SANDBOX_DAEMON),
    CALL(setpgid, SANDBOX_DAEMON),
    CALL(setrlimit, SANDBOX_DAEMON),
    CALL(setpriority, SANDBOX_DAEMON),
    CALL(getpriority, SANDBOX_DAEMON),
    CALL(prctl, SANDBOX_DAEMON),
    CALL(arch_prctl, SANDBOX_DAEMON),
    CALL(set_tid_address, SANDBOX_DAEMON),
    CALL(seccomp, SANDBOX_DAEMON),
    CALL(landlock_create_ruleset, SANDBOX_DAEMON),
    CALL(landlock_add_rule, SANDBOX_DAEMON),
    CALL(landlock_restrict_self, SANDBOX_DAEMON),
};

/* What no honest run of our programs does; deadly unless allowed above or below. */
static const int deadly[] = {
    /* other programs and processes */
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(kill),
    SCMP_SYS(tkill),
    SCMP_SYS(rt_sigqueueinfo),
    SCMP_SYS(kcmp),
    SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(pidfd_send_signal),
    /* connections */
    SCMP_SYS(socket),
    SCMP_SYS(socketpair),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendmmsg),
    /* file systems and their permissions */
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount),
    SCMP_SYS(fspick),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(quotactl),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
    SCMP_SYS(truncate),
    SCMP_SYS(chown),
    SCMP_SYS(lchown),
    SCMP_SYS(fchownat),
    SCMP_SYS(setxattr),
    SCMP_SYS(lsetxattr),
    SCMP_SYS(fsetxattr),
    /* the kernel */
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(reboot),
    SCMP_SYS(acct),
    SCMP_SYS(syslog),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(modify_ldt),
    SCMP_SYS(personality),
    SCMP_SYS(clock_settime),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(settimeofday),
    SCMP_SYS(adjtimex),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    /* users */
    SCMP_SYS(setuid),
    SCMP_SYS(setgid),
    SCMP_SYS(setreuid),
    SCMP_SYS(setregid),
    SCMP_SYS(setresuid),
    SCMP_SYS(setresgid),
    SCMP_SYS(setfsuid),
    SCMP_SYS(setfsgid),
    SCMP_SYS(setgroups),
    SCMP_SYS(capset),
};

/* A filter as it is made; its first error is kept. */
struct filter {
    scmp_filter_ctx context;
    unsigned program;
    int error;
};

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
    rule_if(f, SCMP_ACT_ALLOW, call,
            SCMP_CMP(number, SCMP_CMP_MASKED_EQ, forbidden, 0));
    rule_if(f, action, call,
            SCMP_CMP(number, SCMP_CMP_MASKED_EQ, forbidden, forbidden));
}

static bool
is_allowed(const struct filter *f, int call)
{
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        if (allowed[i].call == call && allowed[i].programs & f->program) {
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
        rule_if(f, SCMP_ACT_ALLOW, SCMP_SYS(clone),
                SCMP_CMP(0, SCMP_CMP_MASKED_EQ, NAMESPACES, 0));
        rule(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 0, NULL);
        rule(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 0, NULL);
    } else {
        const scmp_datum_t self = (scmp_datum_t)getpid();

        rule_if(f, SCMP_ACT_ALLOW, SCMP_SYS(clone),
                SCMP_CMP(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
        rule_if(f, SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone),
                SCMP_CMP(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
        rule_if(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, self));
        rule_if(f, SCMP_ACT_KILL_PROCESS, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_NE, self));
        rule_if(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), SCMP_A2(SCMP_CMP_EQ, 0));
        rule_if(f, SCMP_ACT_ALLOW, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
    }
}

/* The own program and nothing else, in the one way of sandbox_execute(). */
static void
add_execution(struct filter *f, int exe_fd)
{
    const struct scmp_arg_cmp ours[] = {
        SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)exe_fd),
        SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)(uintptr_t)sandbox_no_name),
        SCMP_A4(SCMP_CMP_EQ, AT_EMPTY_PATH),
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
        rule_if(f, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat),
                SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH));
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
        rule_if(f, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, requests[i]));
    }
}

/* syslog() connects again when its daemon was restarted. */
static void
add_syslog(struct filter *f)
{
    rule_if(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_UNIX));
    rule_if(f, SCMP_ACT_KILL_PROCESS, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_NE, AF_UNIX));
    rule(f, SCMP_ACT_ALLOW, SCMP_SYS(connect), 0, NULL);
    rule(f, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 0, NULL);
}

static void
add_rules(struct filter *f, const struct sandbox *s)
{
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        if (allowed[i].programs & f->program) {
            rule(f, SCMP_ACT_ALLOW, allowed[i].call, 0, NULL);
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
    for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++) {
        bool ours = (s->syslog &&
                     (deadly[i] == SCMP_SYS(socket) || deadly[i] == SCMP_SYS(connect) ||
                      deadly[i] == SCMP_SYS(sendto))) ||
                    (f->program == SANDBOX_DAEMON && deadly[i] == SCMP_SYS(execveat));

        if (!ours && !is_allowed(f, deadly[i])) {
            rule(f, SCMP_ACT_KILL_PROCESS, deadly[i], 0, NULL);
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
