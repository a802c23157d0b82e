/*
 * How long a computation waits before a worker has it, on a site that has nothing
 * else to do: each is asked for after the one before has ended. From the row's
 * own times, and from just before the POST is sent: all are CLOCK_REALTIME of the
 * same machine.
 */
#include "config.h"

#include "tests/load/http.h"
#include "tests/load/load.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_SIZE = 64 * 1024, LOOK_MS = 5, LOOKS = 4000, REST_MS = 20 };

static void
rest(int ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000L}, NULL);
}

static int64_t
realtime_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* "2026-01-31T12:00:00.123456Z" in microseconds since 1970, or -1. */
static int64_t
time_of(const char *text)
{
    struct tm tm = {0};
    char fraction[7] = "000000";
    int used = 0;
    if (!text || sscanf(text, "%d-%d-%dT%d:%d:%d%n", &tm.tm_year, &tm.tm_mon,
                        &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used) != 6)
        return -1;
    if (text[used] == '.') {
        size_t digits = strspn(text + used + 1, "0123456789");
        memcpy(fraction, text + used + 1, digits < 6 ? digits : 6);
    }
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return (int64_t)timegm(&tm) * 1000000 + strtol(fraction, NULL, 10);
}

/* The JSON object that FD answers REQUEST with, or NULL. */
static json_t *
ask(int fd, const char *request, char *buffer)
{
    struct http_answer answer;
    if (http_exchange(fd, request, buffer, ANSWER_SIZE, &answer) != 0 ||
        answer.status / 100 != 2) {
        fprintf(stderr, "load: no answer to %.*s\n", (int)strcspn(request, "\r"),
                request);
        return NULL;
    }
    return json_loadb(answer.body, answer.body_length, 0, NULL);
}

/* Waits for the end of computation ID; it, or NULL. */
static json_t *
wait_done(int fd, unsigned port, int64_t id, char *buffer)
{
    char request[160];
    snprintf(request, sizeof request,
             "GET /api/v1/computations/%" PRId64
             " HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n",
             id, port);
    for (int i = 0; i < LOOKS; i++) {
        json_t *found = ask(fd, request, buffer);
        const char *status = json_string_value(json_object_get(found, "status"));
        if (!status || strcmp(status, "failed") == 0) {
            json_decref(found);
            break;
        }
        if (strcmp(status, "done") == 0)
            return found;
        json_decref(found);
        rest(LOOK_MS);
    }
    fprintf(stderr, "load: computation %" PRId64 " is not done\n", id);
    return NULL;
}

/* Asks for POSITION and prints how it went. 0 or -1. */
static int
measure(int fd, unsigned port, uint64_t position, char *buffer)
{
    char request[320], body[96];
    int length =
        snprintf(body, sizeof body,
                 "{\"position\":%" PRIu64 ",\"radix\":10,\"algorithm\":\"chudnovsky\"}",
                 position);
    snprintf(request, sizeof request,
             "POST /api/v1/computations HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
             "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
             port, length, body);
    int64_t posted = realtime_us();
    json_t *row = ask(fd, request, buffer);
    int64_t id = json_integer_value(json_object_get(row, "id"));
    json_decref(row);
    if (id <= 0 || !(row = wait_done(fd, port, id, buffer)))
        return -1;
    json_t *stages = json_object_get(row, "stages");
    int64_t registered =
        time_of(json_string_value(json_object_get(stages, "registered")));
    int64_t taken = time_of(json_string_value(json_object_get(stages, "taken")));
    json_decref(row);
    if (registered < 0 || taken < registered) {
        fprintf(stderr, "load: computation %" PRId64 " has no such times\n", id);
        return -1;
    }
    printf("taken\t%" PRId64 "\t%" PRId64 "\n", taken - registered, taken - posted);
    rest(REST_MS);
    return 0;
}

int
taken_run(const struct options *options)
{
    char *buffer = malloc(ANSWER_SIZE);
    int fd = http_connect(options->port, 0, 30);
    int rc = buffer && fd >= 0 ? 0 : -1;
    for (unsigned i = 0; rc == 0 && i < options->rounds; i++)
        rc = measure(fd, options->port, options->position + i, buffer);
    if (fd >= 0)
        close(fd);
    free(buffer);
    return rc == 0 ? 0 : 1;
}
