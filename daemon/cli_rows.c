/*
 * How rows are shown: as JSON, as a line, as a table, in full.
 */
#include "config.h"

#include "daemon/place.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void
rows_print_json(const json_t *value)
{
    char *text =
        json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(9));

    if (text) {
        puts(text);
    } else {
        cli_error("not enough memory");
    }
    free(text);
}

void
rows_print_result(const json_t *row)
{
    printf("%" PRId64 " %s", row_number(row, "id"), row_text(row, "status"));
    if (row_is(row, "done")) {
        printf(" %s", row_text(row, "digit"));
    }
    putchar('\n');
    if (row_is(row, "failed")) {
        cli_error("%s", row_text(row, "error"));
    }
}

/* The last column: the digit, how far it is, or what went wrong. */
static void
print_state(const json_t *row)
{
    if (row_is(row, "running")) {
        printf("%d %% %s\n", cli_percent(row_real(row, "progress")),
               row_text(row, "phase"));
    } else {
        puts(row_text(row, row_is(row, "failed") ? "error" : "digit"));
    }
}

void
rows_print_table(const json_t *rows)
{
    size_t i;
    json_t *row;

    printf("%8s %14s %5s %-10s %-9s %s\n", "ID", "POSITION", "RADIX", "ALGORITHM",
           "STATUS", "DIGIT");
    json_array_foreach(rows, i, row)
    {
        printf("%8" PRId64 " %14" PRId64 " %5" PRId64 " %-10.10s %-9.9s ",
               row_number(row, "id"), row_number(row, "position"),
               row_number(row, "radix"), row_text(row, "algorithm"),
               row_text(row, "status"));
        print_state(row);
    }
}

static void
print_field(const char *name, const char *value)
{
    if (value[0]) {
        printf("%-12s %s\n", name, value);
    }
}

/* Which process worked on ROW, and how fast. */
static void
print_worker(const json_t *row)
{
    const json_t *worker = json_object_get(row, "worker");
    double speed = row_real(row, "digits_per_s");

    if (json_is_object(worker)) {
        printf("%-12s process %" PRId64 " of %s, threads: %" PRId64 "\n", "worker",
               row_number(worker, "pid"), row_text(worker, "daemon"),
               row_number(worker, "threads"));
    }
    if (speed >= 0) {
        printf("%-12s %.0f digits/s\n", "speed", speed);
    }
}

/* What precedes the details of an event. */
enum { EVENT_WIDTH = 10 };

/* Seconds since 1970 of a time in JSON, "2026-01-31T12:00:00.000Z"; negative: none. */
static double
seconds_of(const char *time)
{
    struct tm tm = {0};
    const char *rest = strptime(time, "%Y-%m-%dT%H:%M:%S", &tm);

    if (!rest) {
        return -1;
    }
    return (double)timegm(&tm) + (*rest == '.' ? strtod(rest, NULL) : 0);
}

/* A line of a history: when, how long after the line before, which was at *BEFORE
 * (negative: there was none), what, and more about it. */
static void
print_event(const char *time, double *before, const char *what, const char *detail)
{
    double at = seconds_of(time), passed = *before < 0 ? -1 : at - *before;
    char text[1 + CLI_TIME_SIZE] = "";

    if (at < 0) {
        return;
    }
    /* A clock may have been set back. */
    if (passed >= 10) {
        text[0] = '+';
        cli_print_time(text + 1, passed);
    } else if (passed >= 0) {
        snprintf(text, sizeof text, "+%.3f s", passed);
    }
    printf("  %.10s %.8s UTC  %-14s  %-*s%s%s\n", time, time + 11, text,
           detail[0] ? EVENT_WIDTH : 0, what, detail[0] ? "  " : "", detail);
    *before = at;
}

static void
print_history(const json_t *history)
{
    size_t i;
    json_t *event;
    double before = -1;

    printf("history\n");
    json_array_foreach(history, i, event)
    {
        print_event(row_text(event, "at"), &before, row_text(event, "stage"),
                    row_text(event, "detail"));
    }
}

static void
print_stages(const json_t *stages)
{
    static const char *const names[] = {"registered", "scheduled", "taken",
                                        "calculated", "stored"};
    double before = -1;

    printf("stages\n");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        print_event(row_text(stages, names[i]), &before, names[i], "");
    }
}

/* How far a running ROW is, and how long it will take yet. */
static void
print_progress(const json_t *row)
{
    char left[CLI_TIME_SIZE];

    printf("%-12s %d %% %s\n", "progress", cli_percent(row_real(row, "progress")),
           row_text(row, "phase"));
    if (row_real(row, "eta_s") >= 0) {
        cli_print_time(left, row_real(row, "eta_s"));
        print_field("time left", left);
    }
}

/* What ROW took. */
static void
print_cost(const json_t *row)
{
    double wall_s = row_real(row, "wall_s"), cpu_s = row_real(row, "cpu_s");
    int64_t peak_kib = row_number(row, "peak_kib");

    if (cpu_s < 0 || wall_s < 0 || peak_kib <= 0) {
        return;
    }
    printf("%-12s %.2f s of wall time, %.2f s of CPU time, %" PRId64 " KiB\n", "cost",
           wall_s, cpu_s, peak_kib);
}

void
rows_print_details(const json_t *row, const json_t *history)
{
    printf("%-12s %" PRId64 "\n", "id", row_number(row, "id"));
    printf("%-12s %" PRId64 "\n", "position", row_number(row, "position"));
    printf("%-12s %" PRId64 "\n", "radix", row_number(row, "radix"));
    print_field("algorithm", row_text(row, "algorithm"));
    print_field("method", row_text(row, "method"));
    print_field("status", row_text(row, "status"));
    print_field("stage", row_text(row, "stage"));
    if (row_is(row, "running")) {
        print_progress(row);
    }
    if (row_is(row, "done")) {
        const char *verified = row_text(row, "verified");

        print_field("digit", row_text(row, "digit"));
        print_field("window", row_text(row, "window"));
        print_field("verified", verified[0] ? verified : "not checked");
    }
    print_field("error", row_text(row, "error"));
    if (row_number(row, "answered_by") > 0) {
        printf("%-12s %" PRId64 "\n", "answered by", row_number(row, "answered_by"));
    }
    printf("%-12s %" PRId64 "\n", "attempts", row_number(row, "attempts"));
    print_cost(row);
    print_worker(row);
    if (history) {
        print_history(history);
    } else {
        print_stages(json_object_get(row, "stages"));
    }
}
