/*
 * FastCGI records (specification 1.0, sections 3.3 to 5.5): those of answers, and those
 * on their way in, looked at before libfcgi reads them: it allocates what a record
 * announces and ends the program when it cannot, and it answers management records from
 * a buffer of fixed size (ProcessManagementRecord() in libfcgi 2.4.2). What passes here
 * is one request after the book, no larger than it may be. Pure functions; any thread.
 */
#ifndef NTHPI_RECORD_H
#define NTHPI_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RECORD_HEADER = 8,
    RECORD_CONTENT_MAX = 65535,
    RECORD_PADDING_MAX = 255,
    RECORD_END_SIZE = RECORD_HEADER + 8,
    RECORD_PARAMS_MAX = 128 * 1024, /* of a request; nginx sends half of it at most */
    RECORD_ANSWER_MAX = 128,
};

/* A record's header. */
struct record {
    unsigned type, id;
    size_t content, padding; /* bytes that follow */
};

/* Reads the RECORD_HEADER bytes at HEADER; false for another version. */
bool record_header(const unsigned char *header, struct record *record);

/* Names and values as they come: how far in a pair we are. */
struct pairs {
    unsigned char lengths[8];
    size_t have;  /* bytes of the lengths */
    size_t left;  /* bytes of the name and the value that are to come */
    size_t total; /* bytes of all so far, with those to come */
};

/* A request as its records come. All zero: none has begun. */
struct incoming {
    enum { INCOMING_NONE, INCOMING_PARAMS, INCOMING_BODY } stage;
    unsigned id;
    bool keep;     /* FCGI_KEEP_CONN */
    uint64_t body; /* bytes of FCGI_STDIN so far */
    struct pairs pairs;
};

enum record_rc {
    RECORD_TAKEN, /* it is a part of the request */
    RECORD_LAST,  /* the request is whole with it */
    RECORD_LEFT,  /* of a request that is not open: to be ignored */
    /* To be answered and left out: */
    RECORD_MANAGEMENT, /* see record_management() */
    RECORD_SECOND,     /* another request begins on the connection */
    RECORD_ABORT,      /* the request is not wanted any more */
    RECORD_ROLE,       /* a role that is not ours */
    RECORD_BAD,        /* it makes no sense: close the connection */
};

/* Looks at RECORD, whose CONTENT is all there, as the next one after those that IN
 * has seen. After RECORD_LAST, RECORD_ABORT and RECORD_ROLE a request ended: set IN to
 * zero for the next. */
enum record_rc record_take(struct incoming *in, const struct record *record,
                           const unsigned char *content);

/* Writes the header of a piece of LENGTH bytes of request ID's answer, which follow it;
 * 0 ends the answer. */
void record_stdout(unsigned id, size_t length, unsigned char header[RECORD_HEADER]);

/* How END_REQUEST says that a request ended. */
enum record_end {
    RECORD_COMPLETE = 0,
    RECORD_CANT_MULTIPLEX = 1,
    RECORD_UNKNOWN_ROLE = 3
};

/* Writes END_REQUEST for request ID; its length, RECORD_END_SIZE. */
size_t record_end(unsigned id, enum record_end how, unsigned char *answer);

/* Writes the answer to the management RECORD, RECORD_ANSWER_MAX bytes at most: of the
 * values that FCGI_GET_VALUES asks for those that we know, CONNECTIONS as the most
 * that are taken at a time; to any other record that its type is unknown. Its length;
 * 0: the values asked for make no sense. */
size_t record_management(const struct record *record, const unsigned char *content,
                         unsigned connections, unsigned char *answer);

#endif
