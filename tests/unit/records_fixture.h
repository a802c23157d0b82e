/*
 * What the tests of records share: sending what no proper web server sends, and seeing
 * that the server lives on.
 */
#ifndef NTHPI_TESTS_RECORDS_FIXTURE_H
#define NTHPI_TESTS_RECORDS_FIXTURE_H

#include "park_fixture.h"

enum { ID = 1, ABSENT = 77 /* no type of a record */ };

/* How many files this process has open. */
size_t open_files(void);

/* Two requests on a connection to socket WHICH are answered. */
void expect_hello(struct server *s, int which);

/* Sends B (and clears it) and nothing more, and waits for the other side to close. */
void send_and_end(struct server *s, struct bytes *b);

/* Sends B (and clears it); the other side closes although more could come. */
void expect_refusal(struct server *s, struct bytes *b);

/* The next bytes on FD are these; the second: END_REQUEST of request ID with the
 * protocol status HOW. */
void expect_bytes(int fd, const void *bytes, size_t length);
void expect_end_request(int fd, int id, int how);

/* Appends a POST of "fourmore" to /echo, in several records of each kind. */
void put_example(struct bytes *b);

/* Appends records of request ID, a letter each: "B" is BEGIN_REQUEST, "P" the PARAMS of
 * a GET of /hello, "p" their end, "S" a piece of STDIN, "s" its end. */
void put_steps(struct bytes *b, const char *steps, bool keep);

#endif
