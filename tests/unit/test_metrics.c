/*
 * Counters, and the text they are told in.
 */
#include "config.h"

#include "cmocka_all.h"

#include "fcgi/exposition.h"
#include "fcgi/metrics.h"
#include "fcgi/process.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The number of the status NAME. */
static size_t
status(const char *name)
{
    for (size_t i = 0; metrics_status(i); i++)
        if (strcmp(metrics_status(i), name) == 0)
            return i;
    fail_msg("no status %s", name);
    return 0;
}

static void
count(struct metrics *m, size_t route, int code, int64_t us)
{
    struct reply reply;
    reply_init(&reply);
    reply.status = code;
    metrics_request(m, route, &reply, us);
    reply_clear(&reply);
}

static void
counts_by_route_and_status(void **state)
{
    (void)state;
    struct metrics *m = metrics_new(2);
    struct reply reply;
    assert_non_null(m);
    count(m, 0, 200, 10);
    count(m, 0, 200, 10);
    count(m, 1, 404, 10);
    count(m, 1, 299, 10);
    count(m, 2, 200, 10); /* of no route */
    count(m, 3, 200, 10); /* no number at all */
    count(NULL, 0, 200, 10);
    reply_init(&reply);
    reply.wait.kind = WAIT_UPDATES;
    metrics_request(m, 0, &reply, 10);
    reply.wait.kind = WAIT_NONE;
    reply.headers_cut = true;
    metrics_request(m, 0, &reply, 10);
    reply_clear(&reply);
    assert_int_equal(metrics_count(m, 0, status("200")), 2);
    assert_int_equal(metrics_count(m, 0, status("waits")), 1);
    assert_int_equal(metrics_count(m, 0, status("500")), 1);
    assert_int_equal(metrics_count(m, 0, status("404")), 0);
    assert_int_equal(metrics_count(m, 1, status("404")), 1);
    assert_int_equal(metrics_count(m, 1, status("other")), 1);
    assert_int_equal(metrics_count(m, 2, status("200")), 1);
    metrics_free(m);
}

/* A bucket holds what is at most its bound. */
static void
buckets_have_upper_bounds(void **state)
{
    (void)state;
    struct metrics *m = metrics_new(0);
    struct histogram h;
    int64_t last = metrics_bounds[METRICS_BOUNDS - 1], sum = 0;
    assert_non_null(m);
    for (size_t i = 0; i < METRICS_BOUNDS; i++) {
        assert_true(i == 0 || metrics_bounds[i] > metrics_bounds[i - 1]);
        count(m, 0, 200, metrics_bounds[i]);
        sum += metrics_bounds[i];
    }
    count(m, 0, 200, last + 1);
    count(m, 0, 200, -5); /* a clock that went back */
    metrics_durations(m, 0, &h);
    assert_int_equal(h.counts[0], 2);
    for (size_t i = 1; i <= METRICS_BOUNDS; i++)
        assert_int_equal(h.counts[i], 1);
    assert_int_equal(h.sum_us, sum + last + 1);
    metrics_free(m);
}

static void
counts_fan_outs(void **state)
{
    (void)state;
    struct metrics *m = metrics_new(0);
    struct histogram noticed, round;
    assert_non_null(m);
    metrics_fan_out(m, 900, 40);
    metrics_fan_out(NULL, 900, 40);
    metrics_fan_outs(m, &noticed, &round);
    assert_int_equal(noticed.sum_us, 900);
    assert_int_equal(round.sum_us, 40);
    assert_int_equal(round.counts[0], 1);
    metrics_free(m);
}

enum { THREADS = 4, EACH = 20000 };

static void *
count_many(void *m)
{
    for (int i = 0; i < EACH; i++)
        count(m, 0, 200, i % 100);
    return NULL;
}

static void
threads_lose_no_count(void **state)
{
    (void)state;
    struct metrics *m = metrics_new(1);
    struct histogram h;
    pthread_t threads[THREADS];
    uint64_t total = 0;
    assert_non_null(m);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_many, m), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    metrics_durations(m, 0, &h);
    for (size_t i = 0; i <= METRICS_BOUNDS; i++)
        total += h.counts[i];
    assert_int_equal(total, THREADS * EACH);
    assert_int_equal(h.sum_us, (uint64_t)THREADS * EACH * 99 / 2);
    assert_int_equal(metrics_count(m, 0, status("200")), THREADS * EACH);
    metrics_free(m);
}

/* ---- the text ---- */

struct text {
    char *text;
    size_t length;
    FILE *out;
};

static void
text_open(struct text *t)
{
    t->out = open_memstream(&t->text, &t->length);
    assert_non_null(t->out);
}

static void
text_expect(struct text *t, const char *expected)
{
    assert_int_equal(fclose(t->out), 0);
    assert_string_equal(t->text, expected);
    free(t->text);
}

static void
escapes_texts(void **state)
{
    (void)state;
    struct text t;
    text_open(&t);
    exposition_metric(t.out, "a", "gauge", "back\\slash,\nline, \"quotes\"");
    exposition_integer(t.out, "a", NULL, -3);
    exposition_real(t.out, "a", LABELS("x", "back\\slash,\nline, \"quotes\" π"), 0.25);
    exposition_integer(t.out, "a", LABELS("x", "", "y", "{}"), INT64_MAX);
    text_expect(&t, "# HELP a back\\\\slash,\\nline, \"quotes\"\n"
                    "# TYPE a gauge\n"
                    "a -3\n"
                    "a{x=\"back\\\\slash,\\nline, \\\"quotes\\\" π\"} 0.250000\n"
                    "a{x=\"\",y=\"{}\"} 9223372036854775807\n");
}

static void
histograms_are_cumulative(void **state)
{
    (void)state;
    struct histogram h = {.counts = {[0] = 1, [3] = 2, [METRICS_BOUNDS] = 4},
                          .sum_us = 12000050};
    struct text t;
    text_open(&t);
    exposition_histogram(t.out, "h", LABELS("r", "x"), &h);
    text_expect(&t, "h_bucket{r=\"x\",le=\"0.00005\"} 1\n"
                    "h_bucket{r=\"x\",le=\"0.0001\"} 1\n"
                    "h_bucket{r=\"x\",le=\"0.00025\"} 1\n"
                    "h_bucket{r=\"x\",le=\"0.0005\"} 3\n"
                    "h_bucket{r=\"x\",le=\"0.001\"} 3\n"
                    "h_bucket{r=\"x\",le=\"0.0025\"} 3\n"
                    "h_bucket{r=\"x\",le=\"0.005\"} 3\n"
                    "h_bucket{r=\"x\",le=\"0.01\"} 3\n"
                    "h_bucket{r=\"x\",le=\"0.025\"} 3\n"
                    "h_bucket{r=\"x\",le=\"0.05\"} 3\n"
                    "h_bucket{r=\"x\",le=\"0.1\"} 3\n"
                    "h_bucket{r=\"x\",le=\"0.25\"} 3\n"
                    "h_bucket{r=\"x\",le=\"0.5\"} 3\n"
                    "h_bucket{r=\"x\",le=\"1\"} 3\n"
                    "h_bucket{r=\"x\",le=\"2.5\"} 3\n"
                    "h_bucket{r=\"x\",le=\"+Inf\"} 7\n"
                    "h_sum{r=\"x\"} 12.00005\n"
                    "h_count{r=\"x\"} 7\n");
}

/* ---- the process ---- */

static void
the_process_is_known(void **state)
{
    (void)state;
    struct process before, now;
    process_read(&before);
    FILE *file = fopen("/dev/null", "re");
    assert_non_null(file);
    process_read(&now);
    fclose(file);
    assert_int_equal(now.descriptors, before.descriptors + 1);
    assert_true(before.descriptors >= 3);
    assert_true(now.most_descriptors >= now.descriptors);
    assert_true(now.resident > 0 && now.virtual >= now.resident);
    assert_true(now.cpu_s >= before.cpu_s);
    double age = (double)time(NULL) - now.started;
    assert_true(age > -2 && age < 3600);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_by_route_and_status),
        cmocka_unit_test(buckets_have_upper_bounds),
        cmocka_unit_test(counts_fan_outs),
        cmocka_unit_test(threads_lose_no_count),
        cmocka_unit_test(escapes_texts),
        cmocka_unit_test(histograms_are_cumulative),
        cmocka_unit_test(the_process_is_known),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
