/*
 * The gate before libfcgi: a connection's next request is handed over when it is
 * whole and makes sense, so that libfcgi neither waits nor reads a byte that was not
 * looked at (record.h says why).
 */
#ifndef NTHPI_GATE_H
#define NTHPI_GATE_H

#include <stddef.h>

struct gate {
    size_t body_limit;    /* what is beyond is read, but not handed over */
    unsigned connections; /* the most that are taken, for those who ask */
};

enum gate_rc {
    GATE_OPEN,  /* there is a request */
    GATE_IDLE,  /* there is nothing to read any more: wait for more */
    GATE_CLOSE, /* close the connection: it is at its end, or makes no sense */
};

/*
 * Looks at what can be read on the connection FD. GATE_OPEN: exactly one request can
 * be read from *FROM, which is FD itself (it is still there as it came, and nothing
 * behind it) or a file in memory that the caller closes. Waits for the rest of a
 * request, as long as FD's SO_RCVTIMEO between two pieces and some seconds in all.
 * Answers what is not for us to serve: management records, second requests, aborts.
 * Any thread that has FD for itself.
 */
enum gate_rc gate_request(const struct gate *gate, int fd, int *from);

#endif
