/*
 * Nearly every request from nginx is there at once and small: it is looked at where it
 * is, in the socket (MSG_PEEK), at the price of one system call, and left there for
 * libfcgi. Everything else is read here, record by record and never beyond one, and
 * what is to be handed over goes to a file in memory: requests in pieces, large ones,
 * several behind each other, and what only somebody else than nginx sends.
 *
 * (libfcgi reads as much as it gets; a request that arrives between our look and its
 * reading would be lost with its buffer. nginx sends one at a time.)
 */
#include "config.h"

#include "fcgi/gate.h"

#include "common/log.h"
#include "fcgi/record.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
    PEEK_SIZE = 16 * 1024,
    WHOLE_S = 5,          /* for all of a request */
    DRAIN_MAX = 16 << 20, /* of a body that is too large: the rest is not awaited */
};

/* A request being read here. */
struct gathering {
    const struct gate *gate;
    int fd;
    int file;        /* what is handed over */
    time_t deadline; /* of CLOCK_MONOTONIC */
    struct incoming in;
    unsigned char bytes[RECORD_HEADER + RECORD_CONTENT_MAX + RECORD_PADDING_MAX];
};

static time_t
now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

/* Reads exactly LENGTH bytes. */
static bool
read_whole(const struct gathering *g, unsigned char *to, size_t length)
{
    while (length > 0) {
        ssize_t n = recv(g->fd, to, length, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || now_s() > g->deadline)
            return false;
        to += n;
        length -= (size_t)n;
    }
    return true;
}

/* (By sendmsg() as in park_conn.c: a confined process may not call sendto().) */
static bool
answer(const struct gathering *g, unsigned char *bytes, size_t length)
{
    struct iovec piece = {.iov_base = bytes, .iov_len = length};
    const struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    ssize_t n;
    do
        n = sendmsg(g->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)length;
}

static bool
answer_end(const struct gathering *g, unsigned id, enum record_end how)
{
    unsigned char bytes[RECORD_ANSWER_MAX];
    return answer(g, bytes, record_end(id, how, bytes));
}

/* Adds RECORD, without its padding, to what is handed over; of the body no more than
 * it takes to see that it is too large. */
static bool
keep(struct gathering *g, const struct record *record)
{
    size_t length = RECORD_HEADER + record->content;
    if (record->content > 0 && g->in.body > record->content + g->gate->body_limit)
        return g->in.body <= DRAIN_MAX;
    g->bytes[6] = 0;
    if (write(g->file, g->bytes, length) == (ssize_t)length)
        return true;
    log_error("cannot keep a request: %s", strerror(errno));
    return false;
}

/* Forgets the request that was being read. */
static bool
start_over(struct gathering *g)
{
    g->in = (struct incoming){0};
    return ftruncate(g->file, 0) == 0 && lseek(g->file, 0, SEEK_SET) == 0;
}

/* Sees to the record in G's bytes. GATE_IDLE: on to the next one. */
static enum gate_rc
handle(struct gathering *g, const struct record *record)
{
    const unsigned char *content = g->bytes + RECORD_HEADER;
    unsigned char bytes[RECORD_ANSWER_MAX];
    bool well = false;
    size_t length;
    switch (record_take(&g->in, record, content)) {
    case RECORD_TAKEN:
        well = keep(g, record);
        break;
    case RECORD_LAST:
        well = keep(g, record) && lseek(g->file, 0, SEEK_SET) == 0;
        return well ? GATE_OPEN : GATE_CLOSE;
    case RECORD_LEFT:
        well = true;
        break;
    case RECORD_MANAGEMENT:
        length = record_management(record, content, g->gate->connections, bytes);
        well = length > 0 && answer(g, bytes, length);
        break;
    case RECORD_SECOND:
        well = answer_end(g, record->id, RECORD_CANT_MULTIPLEX);
        break;
    case RECORD_ABORT:
        well =
            answer_end(g, record->id, RECORD_COMPLETE) && g->in.keep && start_over(g);
        break;
    case RECORD_ROLE:
        (void)answer_end(g, record->id, RECORD_UNKNOWN_ROLE);
        break;
    case RECORD_BAD:
        break;
    }
    return well ? GATE_IDLE : GATE_CLOSE;
}

/* True when there is nothing to read at the moment. */
static bool
is_quiet(int fd)
{
    char byte;
    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
}

static enum gate_rc
gather(struct gathering *g)
{
    for (;;) {
        struct record record;
        if (g->in.stage == INCOMING_NONE && is_quiet(g->fd))
            return GATE_IDLE;
        if (!read_whole(g, g->bytes, RECORD_HEADER) ||
            !record_header(g->bytes, &record) ||
            !read_whole(g, g->bytes + RECORD_HEADER, record.content + record.padding))
            return GATE_CLOSE;
        enum gate_rc rc = handle(g, &record);
        if (rc != GATE_IDLE)
            return rc;
    }
}

/* What the LENGTH bytes that can be read say: GATE_OPEN: they are one request;
 * GATE_IDLE: they must be read to be understood. */
static enum gate_rc
look(const unsigned char *bytes, size_t length)
{
    struct incoming in = {0};
    while (length >= RECORD_HEADER) {
        struct record record;
        if (!record_header(bytes, &record))
            return GATE_CLOSE;
        size_t size = RECORD_HEADER + record.content + record.padding;
        /* libfcgi forgets the padding of a beginning and of a stream's end. */
        bool forgotten = in.stage == INCOMING_NONE || record.content == 0;
        if (length < size || (forgotten && record.padding > 0))
            break;
        switch (record_take(&in, &record, bytes + RECORD_HEADER)) {
        case RECORD_TAKEN:
            break;
        case RECORD_LAST:
            return length == size ? GATE_OPEN : GATE_IDLE;
        case RECORD_BAD:
            return GATE_CLOSE;
        default:
            return GATE_IDLE;
        }
        bytes += size;
        length -= size;
    }
    return GATE_IDLE;
}

static enum gate_rc
gather_request(const struct gate *gate, int fd, int *from)
{
    struct gathering g;
    g.gate = gate;
    g.fd = fd;
    g.deadline = now_s() + WHOLE_S;
    g.in = (struct incoming){0};
    g.file = memfd_create("request", MFD_CLOEXEC);
    if (g.file < 0) {
        log_error("cannot keep a request: %s", strerror(errno));
        return GATE_CLOSE;
    }
    enum gate_rc rc = gather(&g);
    if (rc == GATE_OPEN)
        *from = g.file;
    else
        close(g.file);
    return rc;
}

enum gate_rc
gate_request(const struct gate *gate, int fd, int *from)
{
    unsigned char bytes[PEEK_SIZE];
    ssize_t n;
    do
        n = recv(fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return GATE_IDLE;
    if (n <= 0)
        return GATE_CLOSE;
    /* What fills the buffer may go on. */
    enum gate_rc rc = n < PEEK_SIZE ? look(bytes, (size_t)n) : GATE_IDLE;
    *from = fd;
    return rc == GATE_IDLE ? gather_request(gate, fd, from) : rc;
}
