/*
 * Faults of what the worker and the daemon call, for faulty_nthpid. The linker puts the
 * functions here in the place of those they are named after (--wrap).
 *
 *   added      a digit changes on its way to the file
 *   written    a digit of the file changes after it was written
 *   sidecar    a digit of the sidecar does
 *   digest     the digest that is told is another
 *   published  a digit of the file changes before it is published
 *   fork, pipe2, poll
 *              these fail for lack of something as long as a file named by
 *              NTHPI_FAULT_WHILE is there
 *   memory, disk
 *              none of it is free meanwhile
 */
#include "config.h"

#include "faulty.h"

#include "common/digits.h"
#include "daemon/daemon.h"
#include "daemon/machine.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum digits_rc __real_digits_writer_add(struct digits_writer *w, const char *text,
                                        size_t length);
enum digits_rc __wrap_digits_writer_add(struct digits_writer *w, const char *text,
                                        size_t length);
enum digits_rc __real_digits_writer_finish(struct digits_writer *w, char *sha256);
enum digits_rc __wrap_digits_writer_finish(struct digits_writer *w, char *sha256);
enum store_rc __real_publish_job(struct daemon *d, struct job *j);
enum store_rc __wrap_publish_job(struct daemon *d, struct job *j);
pid_t __real_fork(void);
pid_t __wrap_fork(void);
int __real_pipe2(int fds[2], int flags);
int __wrap_pipe2(int fds[2], int flags);
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
bool __real_machine_memory(uint64_t *total, uint64_t *available);
bool __wrap_machine_memory(uint64_t *total, uint64_t *available);
bool __real_machine_disk(int fd, uint64_t *total, uint64_t *available);
bool __wrap_machine_disk(int fd, uint64_t *total, uint64_t *available);

/* Changes the hex digit at AT of the file FD. */
static void
change(int fd, off_t at)
{
    char digit;

    if (pread(fd, &digit, 1, at) != 1) {
        abort();
    }
    digit = digit == '1' ? '2' : '1';
    if (pwrite(fd, &digit, 1, at) != 1) {
        abort();
    }
}

enum digits_rc
__wrap_digits_writer_add(struct digits_writer *w, const char *text, size_t length)
{
    enum digits_rc rc;
    char *copy;

    if (!fault_is("added") || length == 0) {
        return __real_digits_writer_add(w, text, length);
    }
    copy = malloc(length);
    if (!copy) {
        return DIGITS_NO_MEMORY;
    }
    memcpy(copy, text, length);
    copy[length / 2] = copy[length / 2] == '1' ? '2' : '1';
    rc = __real_digits_writer_add(w, copy, length);
    free(copy);
    return rc;
}

enum digits_rc
__wrap_digits_writer_finish(struct digits_writer *w, char *sha256)
{
    enum digits_rc rc = __real_digits_writer_finish(w, sha256);

    if (rc == DIGITS_OK && fault_is("written")) {
        change(WORKER_TEXT_FD, 500);
    } else if (rc == DIGITS_OK && fault_is("sidecar")) {
        change(WORKER_SUM_FD, 60);
    } else if (rc == DIGITS_OK && fault_is("digest")) {
        sha256[5] = sha256[5] == '1' ? '2' : '1';
    }
    return rc;
}

enum store_rc
__wrap_publish_job(struct daemon *d, struct job *j)
{
    if (fault_is("published")) {
        change(j->aside.text_fd, 500);
    }
    return __real_publish_job(d, j);
}

/* True when the call NAME fails now. */
static bool
fails(const char *name)
{
    const char *path = getenv("NTHPI_FAULT_WHILE");

    return fault_is(name) && path && access(path, F_OK) == 0;
}

pid_t
__wrap_fork(void)
{
    if (fails("fork")) {
        errno = EAGAIN;
        return -1;
    }
    return __real_fork();
}

int
__wrap_pipe2(int fds[2], int flags)
{
    if (fails("pipe2")) {
        errno = EMFILE;
        return -1;
    }
    return __real_pipe2(fds, flags);
}

int
__wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    if (fails("poll")) {
        errno = ENOMEM;
        return -1;
    }
    return __real_poll(fds, count, timeout);
}

bool
__wrap_machine_memory(uint64_t *total, uint64_t *available)
{
    bool known = __real_machine_memory(total, available);

    *available = fails("memory") ? 0 : *available;
    return known;
}

bool
__wrap_machine_disk(int fd, uint64_t *total, uint64_t *available)
{
    bool known = __real_machine_disk(fd, total, available);

    *available = fails("disk") ? 0 : *available;
    return known;
}
