/*
 * Records are made on the way out. The whole answer (content cut into records
 * of at most RECORD_CONTENT_MAX bytes, each with its header, then the closing ones)
 * is a stream that is computed from the content; `sent` says how far in it we
 * are, so that a short write needs no copy of what is left. Record formats:
 * FastCGI specification 1.0, sections 3.3, 5.3 and 5.5.
 */
#include "config.h"

#include "fcgi/park_conn.h"

#include "common/log.h"
#include "fcgi/record.h"
#include "fcgi/share.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    TRAILER = RECORD_HEADER + RECORD_END_SIZE, /* an empty STDOUT record, END_REQUEST */
    PIECES = 16,                               /* of one sendmsg() */
    FILE_PIECE = 64 * 1024,                    /* bytes of a file read at a time */
    ROUNDS = 16,                               /* calls before others get their turn */
};

struct blob {
    atomic_uint users;
    size_t length; /* of all of it */
    size_t own;    /* bytes of it that are here; the rest is the share's body */
    char *bytes;
    struct share *share; /* or NULL */
};

struct blob *
blob_of(const struct reply *reply)
{
    size_t body = reply->file_fd < 0 ? (size_t)reply_body_size(reply) : 0;
    size_t copied = reply->share ? 0 : body;
    struct blob *blob = malloc(sizeof *blob);
    if (!blob)
        return NULL;
    blob->bytes = reply_head(reply, copied, &blob->own);
    if (!blob->bytes) {
        free(blob);
        return NULL;
    }
    if (copied > 0)
        memcpy(blob->bytes + blob->own, reply->body, copied);
    blob->length = blob->own + body;
    blob->own += copied;
    blob->share = blob->own < blob->length ? share_keep(reply->share) : NULL;
    atomic_init(&blob->users, 1);
    return blob;
}

struct blob *
blob_keep(struct blob *blob)
{
    atomic_fetch_add_explicit(&blob->users, 1, memory_order_relaxed);
    return blob;
}

void
blob_release(struct blob *blob)
{
    if (!blob || atomic_fetch_sub_explicit(&blob->users, 1, memory_order_acq_rel) > 1)
        return;
    share_release(blob->share);
    free(blob->bytes);
    free(blob);
}

/* A part of a file that is sent; apart from the connection, since most of thousands
 * of those send none. */
struct sent_file {
    int fd;
    uint64_t offset, length;
    struct timespec time; /* its mtime: written to since, it is not sent */
};

struct conn *
conn_new(int fd)
{
    struct conn *conn = calloc(1, sizeof *conn);
    if (!conn)
        return NULL;
    conn->source = (struct source){SOURCE_CONN, fd};
    atomic_init(&conn->state, CONN_BUSY);
    return conn;
}

static void
output_clear(struct output *out)
{
    blob_release(out->blob);
    if (out->file) {
        close(out->file->fd);
        free(out->file);
    }
    *out = (struct output){0};
}

void
conn_free(struct conn *conn)
{
    output_clear(&conn->out);
    if (conn->source.fd >= 0)
        close(conn->source.fd);
    free(conn);
}

static int
set_events(struct conn *conn, int epoll_fd, int operation, enum conn_state state)
{
    struct epoll_event event = {.events = EPOLLONESHOT, .data.ptr = &conn->source};
    event.events |= state == CONN_SENDING ? EPOLLOUT : EPOLLIN | EPOLLRDHUP;
    int fd = conn->source.fd;
    /* Before the call: during it the other side may get the connection already. */
    atomic_store_explicit(&conn->state, state, memory_order_release);
    if (epoll_ctl(epoll_fd, operation, fd, &event) == 0)
        return 0;
    log_error("cannot watch a connection: %s", strerror(errno));
    conn->state = CONN_BUSY;
    return -1;
}

int
conn_watch(struct conn *conn, const struct epolls *epolls)
{
    return set_events(conn, epolls->pool, EPOLL_CTL_ADD, CONN_IDLE);
}

int
conn_arm(struct conn *conn, const struct epolls *epolls, enum conn_state state)
{
    bool looped = conn->looped;
    if (state != CONN_IDLE) {
        conn->looped = true;
        if (set_events(conn, epolls->loop, looped ? EPOLL_CTL_MOD : EPOLL_CTL_ADD,
                       state) == 0)
            return 0;
        conn->looped = looped;
        return -1;
    }
    /* Away from the loop first: it must not be told of the next request. */
    if (looped && epoll_ctl(epolls->loop, EPOLL_CTL_DEL, conn->source.fd, NULL) != 0) {
        log_error("cannot leave a connection to the pool: %s", strerror(errno));
        return -1;
    }
    conn->looped = false;
    return set_events(conn, epolls->pool, EPOLL_CTL_MOD, CONN_IDLE);
}

void
conn_answer(struct conn *conn, struct blob *blob)
{
    output_clear(&conn->out);
    conn->out.blob = blob;
}

int
conn_answer_reply(struct conn *conn, struct reply *reply)
{
    struct sent_file *file = NULL;
    bool has_file = reply->file_fd >= 0 && reply_body_size(reply) > 0;
    if (has_file && !(file = malloc(sizeof *file)))
        return -1;
    struct blob *blob = blob_of(reply);
    if (!blob) {
        free(file);
        return -1;
    }
    conn_answer(conn, blob);
    if (file) {
        struct stat now;
        *file = (struct sent_file){
            .fd = reply->file_fd,
            .offset = reply->file_offset,
            .length = reply->file_length,
        };
        if (fstat(file->fd, &now) == 0)
            file->time = now.st_mtim;
        reply->file_fd = -1;
        conn->out.file = file;
    }
    return 0;
}

/* A run of pieces of the stream, ready for sendmsg(). */
struct run {
    struct iovec pieces[PIECES];
    size_t count;
    uint64_t at; /* where in the stream the run ends */
    unsigned char headers[PIECES][RECORD_HEADER];
    unsigned char trailer[TRAILER];
    char file[FILE_PIECE];
    size_t file_used;
};

static void
add_piece(struct run *run, const void *bytes, size_t length)
{
    run->pieces[run->count].iov_base = (void *)(uintptr_t)bytes;
    run->pieces[run->count].iov_len = length;
    run->count++;
    run->at += length;
}

/* True when FILE is as it was when its handler looked at it. (Its name may be gone:
 * that shows in ctime only.) */
static bool
is_unwritten(const struct sent_file *file)
{
    struct stat now;
    return fstat(file->fd, &now) == 0 && now.st_mtim.tv_sec == file->time.tv_sec &&
           now.st_mtim.tv_nsec == file->time.tv_nsec;
}

/* Reads up to LENGTH bytes of FILE at OFFSET of the part that is sent and adds them;
 * how many, 0 when there is no room left, -1 for an error or an early end. */
static ssize_t
add_file(struct run *run, const struct sent_file *file, uint64_t offset,
         uint64_t length)
{
    size_t room = sizeof run->file - run->file_used;
    size_t want = length < room ? (size_t)length : room;
    if (want == 0)
        return 0;
    char *to = run->file + run->file_used;
    ssize_t n;
    do
        n = pread(file->fd, to, want, (off_t)(file->offset + offset));
    while (n < 0 && errno == EINTR);
    if (n <= 0) {
        log_error("a file being sent: %s", n < 0 ? strerror(errno) : "ended early");
        return -1;
    }
    if (!is_unwritten(file)) {
        log_error("a file being sent was written to: the answer ends early");
        return -1;
    }
    run->file_used += (size_t)n;
    add_piece(run, to, (size_t)n);
    return n;
}

/* Bytes of OUT's answer without its records' own. */
static uint64_t
content_length(const struct output *out)
{
    return out->blob->length + (out->file ? out->file->length : 0);
}

/* Fills RUN from where the stream of OUT stands. False: the file failed. */
static bool
gather(const struct output *out, unsigned id, struct run *run)
{
    const struct blob *blob = out->blob;
    uint64_t content = content_length(out);
    uint64_t records = (content + RECORD_CONTENT_MAX - 1) / RECORD_CONTENT_MAX;
    uint64_t body_end = content + records * RECORD_HEADER;
    run->count = 0;
    run->at = out->sent;
    run->file_used = 0;

    while (run->at < body_end && run->count + 2 <= PIECES) {
        uint64_t record = run->at / (RECORD_HEADER + RECORD_CONTENT_MAX);
        size_t within = (size_t)(run->at % (RECORD_HEADER + RECORD_CONTENT_MAX));
        uint64_t first = record * RECORD_CONTENT_MAX; /* of the content */
        uint64_t rest = content - first;
        size_t length = rest < RECORD_CONTENT_MAX ? (size_t)rest : RECORD_CONTENT_MAX;
        if (within < RECORD_HEADER) {
            unsigned char *header = run->headers[run->count];
            record_stdout(id, length, header);
            add_piece(run, header + within, RECORD_HEADER - within);
            within = RECORD_HEADER;
        }
        uint64_t at = first + within - RECORD_HEADER;
        uint64_t left = first + length - at;
        if (at < blob->own) {
            uint64_t room = blob->own - at;
            add_piece(run, blob->bytes + at, (size_t)(left < room ? left : room));
        } else if (at < blob->length) {
            uint64_t room = blob->length - at;
            add_piece(run, blob->share->body + (at - blob->own),
                      (size_t)(left < room ? left : room));
        } else {
            ssize_t n = add_file(run, out->file, at - blob->length, left);
            if (n < 0)
                return false;
            if (n == 0)
                return true;
        }
    }
    if (run->at >= body_end && run->count < PIECES) {
        size_t within = (size_t)(run->at - body_end);
        record_stdout(id, 0, run->trailer);
        record_end(id, RECORD_COMPLETE, run->trailer + RECORD_HEADER);
        add_piece(run, run->trailer + within, TRAILER - within);
    }
    return true;
}

/* Bytes of the whole stream of OUT. */
static uint64_t
stream_length(const struct output *out)
{
    uint64_t content = content_length(out);
    return content +
           (content + RECORD_CONTENT_MAX - 1) / RECORD_CONTENT_MAX * RECORD_HEADER +
           TRAILER;
}

enum conn_rc
conn_send(struct conn *conn)
{
    struct output *out = &conn->out;
    struct run run;
    uint64_t end = stream_length(out);
    for (int i = 0; i < ROUNDS; i++) {
        if (!gather(out, (unsigned)conn->request_id, &run))
            return CONN_BROKEN;
        struct msghdr message = {.msg_iov = run.pieces, .msg_iovlen = run.count};
        ssize_t n = sendmsg(conn->source.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK ? CONN_LATER : CONN_BROKEN;
        out->sent += (uint64_t)n;
        if (out->sent == end) {
            output_clear(out);
            return CONN_DONE;
        }
    }
    return CONN_LATER;
}
