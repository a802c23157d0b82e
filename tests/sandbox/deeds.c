/*
 * The deeds, see deeds.h: a function each, 0 or -1 with errno. Whatever one makes is
 * gone again afterwards where it succeeds, except in the state folder of the test.
 *
 * The kernel's side of the sandbox is here, too, so that a test can have an older
 * kernel: NTHPI_DEED_LANDLOCK is the most that its version of Landlock may be (0: it
 * has none); NTHPI_DEED_NO_SECCOMP, that there is no seccomp.
 */
#include "config.h"

#include "deeds.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int __real_sandbox_landlock_version(void);
int __wrap_sandbox_landlock_version(void);
int __real_seccomp_load(const scmp_filter_ctx context);
int __wrap_seccomp_load(const scmp_filter_ctx context);

int
__wrap_sandbox_landlock_version(void)
{
    const char *text = getenv("NTHPI_DEED_LANDLOCK");
    long most = text ? strtol(text, NULL, 10) : INT_MAX;
    int version = __real_sandbox_landlock_version();

    if (version > most) {
        version = (int)most;
    }
    if (version == 0) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return version;
}

int
__wrap_seccomp_load(const scmp_filter_ctx context)
{
    return getenv("NTHPI_DEED_NO_SECCOMP") ? -EINVAL : __real_seccomp_load(context);
}

/* ---- files ---- */

static const char *
in_state(const char *name)
{
    static _Thread_local char path[512];
    const char *state = getenv("NTHPI_STATE");

    snprintf(path, sizeof path, "%s/%s", state ? state : "", name);
    return path;
}

static int
try_open(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);

    if (fd >= 0) {
        close(fd);
    }
    return fd < 0 ? -1 : 0;
}

static int
read_other(void)
{
    return try_open("/etc/passwd", O_RDONLY);
}

static int
read_other_process(void)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%ld/environ", (long)getppid());
    return try_open(path, O_RDONLY);
}

static int
read_key(void)
{
    return try_open(in_state("key"), O_RDONLY);
}

static int
read_digits(void)
{
    return try_open(in_state("digits/target"), O_RDONLY);
}

static int
read_work(void)
{
    return try_open(in_state("work/target"), O_RDONLY);
}

static int
write_digits(void)
{
    return try_open(in_state("digits/target"), O_WRONLY);
}

static int
write_work(void)
{
    return try_open(in_state("work/target"), O_WRONLY);
}

static int
write_run(void)
{
    return try_open(in_state("run/target"), O_WRONLY | O_CREAT);
}

static int
write_db(void)
{
    return try_open(in_state("db/target"), O_WRONLY | O_CREAT);
}

static int
write_state(void)
{
    return try_open(in_state("made"), O_WRONLY | O_CREAT);
}

static int
make_digits(void)
{
    return try_open(in_state("digits/made"), O_WRONLY | O_CREAT);
}

static int
make_work(void)
{
    return try_open(in_state("work/made"), O_WRONLY | O_CREAT);
}

static int
make_other(void)
{
    return try_open("/tmp", O_WRONLY | O_TMPFILE);
}

static int
make_folder(void)
{
    return mkdir(in_state("run/folder"), 0700);
}

static int
make_link(void)
{
    return symlink("/etc", in_state("run/link"));
}

static int
empty_digits(void)
{
    return try_open(in_state("digits/target"), O_RDONLY | O_TRUNC);
}

static int
truncate_digits(void)
{
    return truncate(in_state("digits/target"), 0);
}

static int
remove_digits(void)
{
    return unlink(in_state("digits/target"));
}

static int
remove_lock(void)
{
    return unlink(in_state("run/nthpid-main.lock"));
}

static int
chmod_digits(void)
{
    return chmod(in_state("digits/target"), 0666);
}

/* ---- other programs ---- */

static int
run_other(void)
{
    char *argv[] = {(char *)"true", NULL}, *envp[] = {NULL};

    return execve("/bin/true", argv, envp);
}

static int
run_other_at(void)
{
    char *argv[] = {(char *)"true", NULL}, *envp[] = {NULL};
    int fd = open("/bin/true", O_PATH | O_CLOEXEC);

    return fd < 0 ? -1 : (int)syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
}

static int
make_process(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        _exit(0);
    }
    return pid < 0 || waitpid(pid, NULL, 0) != pid ? -1 : 0;
}

static int
make_process_anew(void)
{
    return (int)syscall(SYS_clone3, NULL, 0);
}

static void *
nothing(void *argument)
{
    return argument;
}

static int
make_thread(void)
{
    pthread_t thread;

    errno = pthread_create(&thread, NULL, nothing, NULL);
    return errno != 0 || pthread_join(thread, NULL) != 0 ? -1 : 0;
}

static int
trace_parent(void)
{
    return (int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static int
signal_parent(void)
{
    return kill(getppid(), 0);
}

static int
make_code(void)
{
    void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return code == MAP_FAILED ? -1 : munmap(code, 4096);
}

static int
raise_limit(void)
{
    struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};

    return setrlimit(RLIMIT_CORE, &none);
}

/* ---- connections ---- */

static int
open_internet(void)
{
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0 ? -1 : 0;
}

static int
open_unix(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0 ? -1 : 0;
}

/* ---- the kernel ---- */

static int
mount_one(void)
{
    return mount("none", "/mnt", "tmpfs", 0, NULL);
}

static int
new_user(void)
{
    return unshare(CLONE_NEWUSER);
}

static int
call_bpf(void)
{
    return (int)syscall(SYS_bpf, 0, NULL, 0);
}

static int
call_keyctl(void)
{
    return (int)syscall(SYS_keyctl, 0, 0, 0, 0, 0);
}

static int
call_uring(void)
{
    return (int)syscall(SYS_io_uring_setup, 1, NULL);
}

static int
call_unheard(void)
{
    return (int)syscall(100000);
}

static const struct {
    const char *name;
    int (*deed)(void);
} deeds[] = {
    {"read-other", read_other},
    {"read-other-process", read_other_process},
    {"read-key", read_key},
    {"read-digits", read_digits},
    {"read-work", read_work},
    {"write-digits", write_digits},
    {"write-work", write_work},
    {"write-run", write_run},
    {"write-db", write_db},
    {"write-state", write_state},
    {"make-digits", make_digits},
    {"make-work", make_work},
    {"make-other", make_other},
    {"make-folder", make_folder},
    {"make-link", make_link},
    {"empty-digits", empty_digits},
    {"truncate-digits", truncate_digits},
    {"remove-digits", remove_digits},
    {"remove-lock", remove_lock},
    {"chmod-digits", chmod_digits},
    {"run-other", run_other},
    {"run-other-at", run_other_at},
    {"make-process", make_process},
    {"make-process-anew", make_process_anew},
    {"make-thread", make_thread},
    {"trace-parent", trace_parent},
    {"signal-parent", signal_parent},
    {"make-code", make_code},
    {"raise-limit", raise_limit},
    {"open-internet", open_internet},
    {"open-unix", open_unix},
    {"mount", mount_one},
    {"new-user", new_user},
    {"bpf", call_bpf},
    {"keyctl", call_keyctl},
    {"uring", call_uring},
    {"unheard", call_unheard},
};

void
deed_do(const char *name, char result[DEED_RESULT_SIZE])
{
    snprintf(result, DEED_RESULT_SIZE, "unknown");
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        if (strcmp(deeds[i].name, name) == 0) {
            errno = 0;
            snprintf(result, DEED_RESULT_SIZE, "%s",
                     deeds[i].deed() == 0 ? "done" : strerrorname_np(errno));
        }
    }
}
