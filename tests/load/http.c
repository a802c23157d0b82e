/*
 * The parser looks at all bytes of an answer again whenever more have come. Nearly
 * all answers come in one piece, and then this is less work than keeping a state.
 */
#include "config.h"

#include "tests/load/http.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* The value of a line "NAME: value" of LENGTH bytes, or NULL. */
static const char *
value_of(const char *line, size_t length, const char *name)
{
    size_t n = strlen(name);
    if (length <= n || line[n] != ':' || strncasecmp(line, name, n) != 0)
        return NULL;
    line += n + 1;
    while (*line == ' ' || *line == '\t')
        line++;
    return line;
}

/* A decimal number in front of anything else, or -1. */
static int64_t
number_of(const char *text)
{
    if (*text < '0' || *text > '9')
        return -1;
    errno = 0;
    long long value = strtoll(text, NULL, 10);
    return errno == 0 ? value : -1;
}

static int64_t
revision_of(const char *tag)
{
    if (strncmp(tag, "W/", 2) == 0)
        tag += 2;
    if (*tag != '"')
        return -1;
    size_t digits = strspn(tag + 1, "0123456789");
    return tag[1 + digits] == '"' ? number_of(tag + 1) : -1;
}

enum http_rc
http_parse(const char *bytes, size_t length, struct http_answer *answer)
{
    static const char protocol[] = "HTTP/1.1 ";
    enum { PROTOCOL = sizeof protocol - 1 };
    const char *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (!end)
        return HTTP_MORE;
    if (end - bytes < PROTOCOL + 3 || memcmp(bytes, protocol, PROTOCOL) != 0)
        return HTTP_BAD;

    int64_t status = number_of(bytes + PROTOCOL), content = -1;
    *answer = (struct http_answer){.status = (int)status, .revision = -1};
    const char *line = bytes;
    while (line < end) {
        const char *stop = memmem(line, (size_t)(end + 2 - line), "\r\n", 2), *value;
        size_t n = (size_t)(stop - line);
        if ((value = value_of(line, n, "Content-Length")))
            content = number_of(value);
        else if ((value = value_of(line, n, "ETag")))
            answer->revision = revision_of(value);
        else if ((value = value_of(line, n, "Connection")))
            answer->close = strncasecmp(value, "close", 5) == 0;
        line = stop + 2;
    }
    if (status < 200 || status == 204 || status == 304)
        content = 0;
    if (status < 100 || status > 599 || content < 0)
        return HTTP_BAD;
    answer->body = end + 4;
    answer->body_length = (size_t)content;
    answer->length = (size_t)(answer->body - bytes) + answer->body_length;
    return answer->length <= length ? HTTP_WHOLE : HTTP_MORE;
}

int
http_connect(unsigned port, unsigned from, unsigned seconds)
{
    const struct timeval limit = {.tv_sec = (time_t)seconds};
    const int on = 1;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in own = {.sin_family = AF_INET};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    own.sin_addr.s_addr = htonl((INADDR_LOOPBACK & ~0xffU) | from);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    /* The port is chosen by connect(), so that one serves several servers. */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0 &&
        (from == 0 ||
         (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) == 0 &&
          bind(fd, (struct sockaddr *)&own, sizeof own) == 0)) &&
        connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

int
http_exchange(int fd, const char *request, char *buffer, size_t size,
              struct http_answer *answer)
{
    size_t length = strlen(request), used = 0;
    while (length > 0) {
        ssize_t n = send(fd, request, length, MSG_NOSIGNAL);
        if (n <= 0)
            return -1;
        request += n;
        length -= (size_t)n;
    }
    while (used < size) {
        ssize_t n = recv(fd, buffer + used, size - used, 0);
        if (n <= 0)
            return -1;
        used += (size_t)n;
        enum http_rc rc = http_parse(buffer, used, answer);
        if (rc != HTTP_MORE)
            return rc == HTTP_WHOLE ? 0 : -1;
    }
    return -1;
}
