/*
 * As much of HTTP/1.1 as a client of one nginx on 127.0.0.1 needs: answers with
 * Content-Length, one after the other on a connection that stays open.
 */
#ifndef NTHPI_LOAD_HTTP_H
#define NTHPI_LOAD_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The head of an answer, and where its body is in the bytes that were read. */
struct http_answer {
    int status;
    int64_t revision; /* of an ETag like "12" or W/"12"; -1: none of that kind */
    bool close;       /* the server closes the connection after it */
    const char *body;
    size_t body_length;
    size_t length; /* bytes of head and body */
};

/*
 * Reads the answer that BYTES begin with into *ANSWER. HTTP_MORE: LENGTH bytes
 * are not all of it. HTTP_BAD: not an answer that this client understands; a
 * body without Content-Length is one of these, but for 1xx, 204 and 304, which
 * have none (RFC 9112, section 6.3). *ANSWER is whole with HTTP_WHOLE only, and
 * its body lasts as long as BYTES. Pure.
 */
enum http_rc { HTTP_MORE, HTTP_WHOLE, HTTP_BAD };
enum http_rc http_parse(const char *bytes, size_t length, struct http_answer *answer);

/* A connection to PORT of 127.0.0.1 that waits at most SECONDS for each call; from
 * 127.0.0.FROM, or from where the system likes when FROM is 0. -1: errno says why. */
int http_connect(unsigned port, unsigned from, unsigned seconds);

/*
 * Sends REQUEST on the blocking connection FD and reads the answer to it into
 * BUFFER of SIZE bytes. 0, or -1: the connection failed, or the answer is larger
 * than BUFFER or not understood.
 */
int http_exchange(int fd, const char *request, char *buffer, size_t size,
                  struct http_answer *answer);

#endif
