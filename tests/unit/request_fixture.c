#include "config.h"

#include "request_fixture.h"

#include "cmocka_all.h"

#include <fcgiapp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int
request_take(struct request *r, struct bytes *b, const struct conf *conf)
{
    int ends[2];
    FCGX_Request fcgi;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    client_send(ends[0], b);
    bytes_clear(b);
    FCGX_InitRequest(&fcgi, -1, 0);
    fcgi.ipcFd = ends[1];
    fcgi.keepConnection = 1;
    assert_int_equal(FCGX_Accept_r(&fcgi), 0);
    int status = request_read(r, &fcgi, conf);
    assert_int_equal(FCGX_HasSeenEOF(fcgi.in), EOF);
    FCGX_Free(&fcgi, 0);
    close(ends[0]);
    close(ends[1]);
    return status;
}

int
request_make(struct request *r, const struct conf *conf, const char *method,
             const char *uri, const char *const *headers, const char *body)
{
    struct bytes b = {0};
    put_request(&b, 1, true, method, uri, headers, body, body ? strlen(body) : 0);
    return request_take(r, &b, conf);
}
