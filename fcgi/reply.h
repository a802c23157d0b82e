/*
 * What a handler answers. A handler fills one struct reply; the server sends
 * it (or parks the connection) after the handler has returned, so a handler
 * never touches a connection.
 */
#ifndef NTHPI_REPLY_H
#define NTHPI_REPLY_H

#include "fcgi/request.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct context;
struct share;

/* A parked poll: everything needed to answer it later without its request.
 * Zeroed before filling, so that equal waits compare equal by memcmp: all
 * waits that are equal share one rendering. */
enum wait_kind {
    WAIT_NONE,
    WAIT_UPDATES,     /* GET /updates: changed rows of a filter */
    WAIT_COMPUTATION, /* GET /computations/ID as JSON: its live part */
    WAIT_COMPARE,     /* GET /computations/ID/compare as JSON: its live part */
    WAIT_PI,          /* GET /pi/N as JSON: its live part */
    WAIT_API_LIST,    /* GET /api/v1/computations */
    WAIT_API_ROW,     /* GET /api/v1/computations/ID */
};
struct wait {
    enum wait_kind kind;
    int64_t since; /* the revision the client has */
    int64_t row_id;
    uint64_t number, from;
    uint64_t mark_first, mark_last; /* digits of a screen that are marked, or 0 */
    struct store_filter filter;
    struct store_cursor after;
    unsigned limit;     /* rows of a list, digits of a screen */
    unsigned columns;   /* groups of digits in a line of a screen; 0: as many as fit */
    enum lang lang;     /* of what is rendered for it */
    bool gzip;          /* the client takes the short form, see encode.h */
    bool front_headers; /* of the request, see middleware_headers() */
    bool asks_absent;   /* the client wants to be told whether a daemon is there */
    int absent;         /* what it shows of that, see pulse.h */
};

enum { REPLY_HEADERS_SIZE = 4096 };

struct reply {
    int status;                       /* 200, 303, 304, 404 … */
    char headers[REPLY_HEADERS_SIZE]; /* "Name: value\r\n" lines, Status not among them
                                       */
    size_t headers_length;
    bool headers_cut; /* one did not fit: a 500 is sent instead */
    bool head_only;   /* HEAD: the body is measured, not sent */
    bool own_style;   /* an SVG with a style sheet in it: its policy allows that */

    char *body; /* malloc()ed, owned by the reply or its share; NULL: none */
    size_t body_length;
    struct share *share; /* NULL, or what BODY is part of; see share.h */

    int file_fd; /* -1, or a file whose bytes are the body; owned by the reply */
    uint64_t file_offset, file_length;

    struct wait wait;     /* kind != WAIT_NONE: park instead of answering */
    int64_t wait_checked; /* revision at which there was nothing new for it */
    unsigned wait_s;
};

void reply_init(struct reply *reply);
void reply_clear(struct reply *reply);

/* Lets go of the body, whichever kind it is. */
void reply_clear_body(struct reply *reply);

/* Adds a header. FORMAT makes its value; line breaks in it are refused (the
 * header is left out and the reply becomes a 500). */
__attribute__((format(printf, 3, 4))) void
reply_header(struct reply *reply, const char *name, const char *format, ...);

/* Adds header lines as they are: LENGTH bytes, "Name: value\r\n" each. Nothing that
 * came from a visitor goes this way. */
void reply_lines(struct reply *reply, const char *lines, size_t length);

/* Makes a strong ETag of REPLY, the first one if there are several, a weak one. */
void reply_weaken_etag(struct reply *reply);

/* Sets status, Content-Type and a body that the reply takes over (malloc()ed).
 * NULL becomes a bare 500 (no memory). */
void reply_take(struct reply *reply, int status, const char *type, char *body,
                size_t length);

/* The same with a copied, terminated text. */
void reply_text(struct reply *reply, int status, const char *type, const char *text);

/* 303 See Other to LOCATION (a path). */
void reply_redirect(struct reply *reply, const char *location);

/* 304 with ETAG (quotes included). */
void reply_not_modified(struct reply *reply, const char *etag);

/* A body of LENGTH bytes of FD from OFFSET on; the reply takes FD over. */
void reply_file(struct reply *reply, int status, const char *type, int fd,
                uint64_t offset, uint64_t length);

/* Park: nothing is new for WAIT at revision CHECKED; wait up to WAIT_S. */
void reply_park(struct reply *reply, const struct wait *wait, int64_t checked,
                unsigned wait_s);

/*
 * The one way to fail (page_error.c): an HTML page, or an RFC 9457 problem
 * document where programs ask (router_wants_problem()). STATUS is 400 … 599; FIELD
 * names the input at fault or is NULL; DETAIL is one or two plain sentences. Headers
 * set before are kept (Allow, Retry-After).
 */
void reply_error(struct context *ctx, const struct request *r, struct reply *reply,
                 int status, const char *field, const char *detail);

/* A store's failure as its status: 404, 403, 409, 429 and 503 with Retry-After, 500. */
void reply_store_error(struct context *ctx, const struct request *r,
                       struct reply *reply, enum store_rc rc);

/* "Not Found" for 404 …; static storage. */
const char *reply_reason(int status);

/* How many bytes of body follow the head of REPLY on the wire: 0 for HEAD, 304
 * and 204. */
uint64_t reply_body_size(const struct reply *reply);

/*
 * The CGI head of REPLY: "Status: …", its headers, Content-Length where the
 * status allows a body, and the empty line. With headers_cut the head is that
 * of a bare 500 and the caller sends no body. Returns a malloc()ed text (the
 * caller frees it) whose length is in *LENGTH and which has room for EXTRA more
 * bytes after it, or NULL: no memory.
 */
char *reply_head(const struct reply *reply, size_t extra, size_t *length);

#endif
