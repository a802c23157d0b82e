/*
 * Filling a reply, and its head as CGI has it. What is put on the wire is
 * decided by park_conn.c; here is only what HTTP says about headers and bodies.
 */
#include "config.h"

#include "fcgi/reply.h"

#include "fcgi/share.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    int status;
    const char *reason;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
};

void
reply_init(struct reply *reply)
{
    memset(reply, 0, sizeof *reply);
    reply->status = 200;
    reply->file_fd = -1;
}

void
reply_clear_body(struct reply *reply)
{
    if (reply->share)
        share_release(reply->share);
    else
        free(reply->body);
    reply->share = NULL;
    reply->body = NULL;
    reply->body_length = 0;
    if (reply->file_fd >= 0)
        close(reply->file_fd);
    reply->file_fd = -1;
    reply->file_offset = reply->file_length = 0;
}

void
reply_clear(struct reply *reply)
{
    reply_clear_body(reply);
    reply_init(reply);
}

void
reply_header(struct reply *reply, const char *name, const char *format, ...)
{
    size_t start = reply->headers_length;
    size_t room = sizeof reply->headers - start;
    size_t used = strlen(name);
    if (used + 2 >= room)
        goto cut;
    memcpy(reply->headers + start, name, used);
    memcpy(reply->headers + start + used, ": ", 2);
    used += 2;

    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(reply->headers + start + used, room - used, format, arguments);
    va_end(arguments);
    if (n < 0 || (size_t)n >= room - used ||
        strpbrk(reply->headers + start + used, "\r\n"))
        goto cut;
    used += (size_t)n;

    if (room - used < 3)
        goto cut;
    memcpy(reply->headers + start + used, "\r\n", 3);
    reply->headers_length = start + used + 2;
    return;

cut:
    reply->headers[start] = '\0';
    reply->headers_cut = true;
}

void
reply_lines(struct reply *reply, const char *lines, size_t length)
{
    if (length >= sizeof reply->headers - reply->headers_length) {
        reply->headers_cut = true;
        return;
    }
    memcpy(reply->headers + reply->headers_length, lines, length);
    reply->headers_length += length;
    reply->headers[reply->headers_length] = '\0';
}

void
reply_weaken_etag(struct reply *reply)
{
    static const char name[] = "ETag: ";
    char *line = reply->headers, *end = reply->headers + reply->headers_length;
    while (line < end && strncmp(line, name, sizeof name - 1) != 0)
        line = strchr(line, '\n') + 1;
    if (line == end || line[sizeof name - 1] != '"')
        return;
    if (reply->headers_length + 2 >= sizeof reply->headers) {
        reply->headers_cut = true;
        return;
    }
    char *tag = line + sizeof name - 1;
    memmove(tag + 2, tag, (size_t)(end - tag) + 1);
    memcpy(tag, "W/", 2);
    reply->headers_length += 2;
}

void
reply_take(struct reply *reply, int status, const char *type, char *body, size_t length)
{
    reply_clear_body(reply);
    if (!body) {
        /* What was said of the answer that is missing is not true of this one. */
        reply->headers_length = 0;
        reply->headers[0] = '\0';
        reply->status = 500;
        reply_header(reply, "Cache-Control", "no-store");
        return;
    }
    reply->status = status;
    reply->body = body;
    reply->body_length = length;
    reply_header(reply, "Content-Type", "%s", type);
}

void
reply_text(struct reply *reply, int status, const char *type, const char *text)
{
    reply_take(reply, status, type, strdup(text), strlen(text));
}

void
reply_redirect(struct reply *reply, const char *location)
{
    reply_clear_body(reply);
    reply->status = 303;
    reply_header(reply, "Cache-Control", "no-store");
    reply_header(reply, "Location", "%s", location);
}

void
reply_not_modified(struct reply *reply, const char *etag)
{
    reply_clear_body(reply);
    reply->status = 304;
    reply_header(reply, "ETag", "%s", etag);
}

void
reply_file(struct reply *reply, int status, const char *type, int fd, uint64_t offset,
           uint64_t length)
{
    reply_clear_body(reply);
    reply->status = status;
    reply->file_fd = fd;
    reply->file_offset = offset;
    reply->file_length = length;
    reply_header(reply, "Content-Type", "%s", type);
}

void
reply_park(struct reply *reply, const struct wait *wait, int64_t checked,
           unsigned wait_s)
{
    reply_clear_body(reply);
    /* Byte for byte, padding included: equal waits are found by memcmp(). */
    memcpy(&reply->wait, wait, sizeof *wait);
    reply->wait_checked = checked;
    reply->wait_s = wait_s;
}

const char *
reply_reason(int status)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Unknown";
}

/* RFC 9110, 6.4.1: these have no body, whatever the method. */
static bool
bodiless(int status)
{
    return status == 304 || status == 204;
}

/* Of the whole body, sent or not. */
static uint64_t
measure(const struct reply *reply)
{
    return reply->file_fd >= 0 ? reply->file_length : reply->body_length;
}

uint64_t
reply_body_size(const struct reply *reply)
{
    if (reply->headers_cut || reply->head_only || bodiless(reply->status))
        return 0;
    return measure(reply);
}

char *
reply_head(const struct reply *reply, size_t extra, size_t *length)
{
    /* The status line and Content-Length fit 128 bytes with room to spare. */
    size_t size = reply->headers_length + 128;
    char *head = malloc(size + extra);
    if (!head)
        return NULL;

    int n;
    if (reply->headers_cut)
        n = snprintf(head, size, "Status: 500 %s\r\nContent-Length: 0\r\n\r\n",
                     reply_reason(500));
    else if (bodiless(reply->status))
        n = snprintf(head, size, "Status: %d %s\r\n%s\r\n", reply->status,
                     reply_reason(reply->status), reply->headers);
    else
        n = snprintf(head, size, "Status: %d %s\r\n%sContent-Length: %llu\r\n\r\n",
                     reply->status, reply_reason(reply->status), reply->headers,
                     (unsigned long long)measure(reply));
    if (n < 0 || (size_t)n >= size) {
        free(head);
        return NULL;
    }
    *length = (size_t)n;
    return head;
}
