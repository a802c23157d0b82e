/*
 * A connection: records, through the gate and libfcgi, into requests. Whatever comes,
 * libfcgi accepts what the gate lets through and reads it to its end, a request is
 * within its bounds, and each look at the connection gets on with it. The first byte
 * says whether records come all at once or a piece later.
 */
#include "config.h"

#include "fuzz.h"

#include "common/conf.h"
#include "fcgi/gate.h"
#include "fcgi/request.h"

#include <fcgiapp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BODY_LIMIT = 64 };

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    PROPERTY(FCGX_Init() == 0);
    return 0;
}

static void
read_request(int from, bool own)
{
    static const struct conf conf = {.wait_max = 60, .body_limit = BODY_LIMIT};
    struct request *r = fuzz_memory(sizeof *r);
    FCGX_Request fcgi;
    FCGX_InitRequest(&fcgi, -1, 0);
    fcgi.ipcFd = from;
    fcgi.keepConnection = 1;
    PROPERTY(FCGX_Accept_r(&fcgi) == 0);
    int status = request_read(r, &fcgi, &conf);
    PROPERTY(status == 0 || status == 400 || status == 413);
    PROPERTY(FCGX_HasSeenEOF(fcgi.in) == EOF && FCGX_GetError(fcgi.in) == 0);
    PROPERTY(r->body_length <= BODY_LIMIT && r->body[r->body_length] == '\0');
    PROPERTY(fuzz_utf8(r->path) && r->wait_s <= 60);
    PROPERTY(status != 0 || r->path[0] == '/');
    request_clear(r);
    free(r);
    FCGX_Free(&fcgi, 0);
    if (!own)
        close(from);
}

static int
readable(int fd)
{
    int bytes = 0;
    PROPERTY(ioctl(fd, FIONREAD, &bytes) == 0);
    return bytes;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct gate gate = {.body_limit = BODY_LIMIT, .connections = 1000};
    size_t first = (size_t)fuzz_number(&data, &size, 1);
    int ends[2], from;
    if (first == 0 || first > size)
        first = size;
    PROPERTY(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    PROPERTY(send(ends[0], data, first, 0) == (ssize_t)first);
    PROPERTY(send(ends[0], data + first, size - first, 0) == (ssize_t)(size - first));
    PROPERTY(shutdown(ends[0], SHUT_WR) == 0);
    for (;;) {
        int before = readable(ends[1]);
        enum gate_rc rc = gate_request(&gate, ends[1], &from);
        if (rc == GATE_CLOSE)
            break;
        /* The other side has closed: that is not an idle connection. */
        PROPERTY(rc == GATE_OPEN);
        bool own = from == ends[1];
        PROPERTY(own == (readable(ends[1]) == before));
        read_request(from, own);
        PROPERTY(!own || readable(ends[1]) == 0);
    }
    close(ends[0]);
    close(ends[1]);
    return 0;
}
