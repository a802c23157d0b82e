/*
 * The other end of FastCGI, for tests: makes the records that a web server
 * sends, byte by byte where a test wants it, and reads answers. Functions that
 * return nothing assert that they worked.
 */
#ifndef NTHPI_TESTS_FCGI_CLIENT_H
#define NTHPI_TESTS_FCGI_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FCGI_BEGIN = 1,
    FCGI_ABORT = 2,
    FCGI_END = 3,
    FCGI_PARAMS = 4,
    FCGI_STDIN = 5,
    FCGI_STDOUT = 6,
    FCGI_GET_VALUES = 9,
};

/* Bytes to be sent; all zero: none. Freed by bytes_clear(). */
struct bytes {
    unsigned char *data;
    size_t length, room;
};
void bytes_clear(struct bytes *b);

/* Appends bytes as they are. */
void put_bytes(struct bytes *b, const void *data, size_t length);

/* Appends one record; the second with PADDING bytes (255 at most) that look like
 * another record. */
void put_record(struct bytes *b, int type, int id, const void *content, size_t length);
void put_padded(struct bytes *b, int type, int id, const void *content, size_t length,
                size_t padding);

/* Appends BEGIN_REQUEST (responder). */
void put_begin(struct bytes *b, int id, bool keep);

/* Appends one name and value to the content of PARAMS, which is not a record
 * yet: see put_stream(). */
void put_param(struct bytes *params, const char *name, const char *value);

/* Appends CONTENT as a stream of records and its end. */
void put_stream(struct bytes *b, int type, int id, const void *content, size_t length);

/* A whole request. HEADERS are pairs of names and values, ended by NULL; they
 * come after REQUEST_METHOD, REQUEST_URI and, with a body, CONTENT_LENGTH. */
void put_request(struct bytes *b, int id, bool keep, const char *method,
                 const char *uri, const char *const *headers, const void *body,
                 size_t length);

/* Connects to the unix socket PATH. */
int client_connect(const char *path);

/* Sends all. */
void client_send(int fd, const struct bytes *b);

/* Sends a GET of URI; HEADERS as in put_request(), or NULL. */
void client_get(int fd, int id, bool keep, const char *uri, const char *const *headers);

/* An answer: what came on STDOUT, terminated. Freed by answer_clear(). */
struct answer_text {
    char *text;
    size_t length;
    int status;       /* of the Status header */
    const char *body; /* behind the head, in TEXT */
    size_t body_length;
    size_t largest; /* content of the largest record */
};
void answer_clear(struct answer_text *a);

/* Reads the answer to request ID to its END_REQUEST, waiting up to 20 s for each
 * piece. False: the connection ended before. */
bool client_read(int fd, int id, struct answer_text *a);

/* Reads exactly LENGTH bytes, waiting up to 20 s for each piece. False: the
 * connection ended before. */
bool client_take(int fd, void *to, size_t length);

/* True when the other side has closed; waits up to 20 s for that. */
bool client_closed(int fd);

#endif
