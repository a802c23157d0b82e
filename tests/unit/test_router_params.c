/*
 * Which query parameters a route takes, what is refused of them, and what is not left
 * behind then.
 */
#include "config.h"

#include "router_fixture.h"

#include <stdio.h>
#include <string.h>

static void
reads_parameters(void **state)
{
    struct chain *c = *state;
    struct request r;
    struct reply reply;
    chain_run(c, &r, &reply, "GET",
              "/api/v1/computations?status=failed&radix=16&algorithm=bbp&position=+42+&"
              "limit=100&after=r12&since=7&from=x",
              NULL, NULL);
    assert_int_equal(reply.status, 200);
    assert_int_equal(r.has, PARAM_STATUS | PARAM_RADIX | PARAM_ALGORITHM | PARAM_EXACT |
                                PARAM_LIMIT | PARAM_AFTER | PARAM_SINCE);
    assert_int_equal(r.filter.status, STATUS_FAILED);
    assert_int_equal(r.filter.radix, 16);
    assert_int_equal(r.filter.algorithm, ALGORITHM_BBP);
    assert_int_equal(r.filter.position, 42);
    assert_int_equal(r.limit, 100);
    assert_true(r.after.running);
    assert_int_equal(r.after.id, 12);
    assert_int_equal(r.since, 7);
    reply_clear(&reply);
    request_clear(&r);

    /* What another route takes says nothing of this one. */
    chain_run(c, &r, &reply, "GET", "/api/v1/computations?ids=x&position=7", NULL,
              NULL);
    assert_int_equal(reply.status, 200);
    assert_int_equal(r.has, PARAM_EXACT);
    assert_int_equal(r.filter.position, 7);
    reply_clear(&reply);
    request_clear(&r);

    chain_run(c, &r, &reply, "GET", "/pi/1000?from=0&radix=10", NULL, NULL);
    assert_int_equal(r.has, PARAM_FROM | PARAM_RADIX);
    assert_int_equal(r.from, 0);
    reply_clear(&reply);
    request_clear(&r);

    chain_run(c, &r, &reply, "GET", "/pi/1000?per=10000&columns=20&mark=9-11", NULL,
              NULL);
    assert_int_equal(r.has, PARAM_PER | PARAM_COLUMNS | PARAM_MARK);
    assert_int_equal(r.mark_first, 9);
    assert_int_equal(r.mark_last, 11);
    assert_int_equal(r.per, 10000);
    assert_int_equal(r.columns, 20);
    reply_clear(&reply);
    request_clear(&r);

    chain_run(c, &r, &reply, "GET", "/pictures/walk.svg?n=1000&radix=16&v=x", NULL,
              NULL);
    assert_int_equal(r.has, PARAM_DIGITS | PARAM_RADIX);
    assert_int_equal(r.digits, 1000);
    reply_clear(&reply);
    request_clear(&r);

    /* A form's "any", and what the route does not take. */
    chain_run(c, &r, &reply, "GET",
              "/?status=&radix=&algorithm=&position=&from=x&utm=1&utm=2", NULL, NULL);
    assert_int_equal(reply.status, 200);
    assert_int_equal(r.has, 0);
    assert_int_equal(r.filter.status, -1);
    assert_int_equal(r.filter.algorithm, -1);
    reply_clear(&reply);
    request_clear(&r);
}

static void
refuses_bad_parameters(void **state)
{
    struct chain *c = *state;
    static const struct {
        const char *uri, *field, *detail;
    } cases[] = {
        {"/?status=x", "status",
         "status must be one of queued, running, done, failed, cancelled."},
        {"/?status=Done", "status", NULL},
        {"/?radix=7", "radix", "radix must be 10 or 16."},
        {"/?radix=010", "radix", NULL},
        {"/?algorithm=agm", "algorithm",
         "algorithm must be one of auto, spigot, chudnovsky, bbp."},
        {"/?after=x", "after", NULL},
        {"/?after=r", "after", NULL},
        {"/?highlight=0", "highlight", NULL},
        {"/?highlight=-1", "highlight", NULL},
        {"/?highlight=9223372036854775808", "highlight", NULL},
        {"/?status=done&status=done", "status", "status is given more than once."},
        {"/?status=&status=done", "status", "status is given more than once."},
        {"/?position=x", "position", NULL},
        {"/?sort=age", "sort", "sort must be one of newest, position, time."},
        {"/?after=p5.1", "after", NULL},
        {"/?sort=position&after=5", "after", NULL},
        {"/?after=t5.1&sort=position", "after", NULL},
        {"/pi/5?from=x", "from", NULL},
        {"/pi/5?from=10000000000001", "from", NULL},
        {"/pi/5?from=99999999999999999999999", "from", NULL},
        {"/pi/5?per=100", "per", "per must be 1000 or 10000."},
        {"/pi/5?per=100000", "per", NULL},
        {"/pi/5?per=1e3", "per", NULL},
        {"/pi/5?columns=3", "columns", "columns must be 5, 10 or 20."},
        {"/pi/5?columns=fit", "columns", NULL},
        {"/pi/5?mark=0", "mark", NULL},
        {"/pi/5?mark=x", "mark", NULL},
        {"/pi/5?mark=3-", "mark", NULL},
        {"/pi/5?mark=-3", "mark", NULL},
        {"/pi/5?mark=3-2", "mark", NULL},
        {"/pi/5?mark=1-2-3", "mark", NULL},
        {"/pi/500?mark=1-121", "mark",
         "mark must be a position, or the first and the last of at most 120 with a "
         "dash "
         "between them."},
        {"/pi/5?mark=10000000000001", "mark", NULL},
        {"/pi/5?mark=9999999999999-10000000000001", "mark", NULL},
        {"/pi/5?mark=00000000000000000000000000001", "mark", NULL},
        {"/pi/5?mark=1&mark=1", "mark", "mark is given more than once."},
        {"/pi/5?columns=5&columns=5", "columns", "columns is given more than once."},
        {"/pi/5.txt?radix=ten", "radix", NULL},
        {"/updates?since=x", "since", NULL},
        {"/updates?since=1.5", "since", NULL},
        {"/updates?since=%2B1", "since", NULL},
        {"/updates?since=%D9%A3", "since", NULL},
        {"/pictures?n=1000&n=1000", "n", "n is given more than once."},
        {"/pictures?n=10", "n", "n must be a power of ten from 100 to 10000000000000."},
        {"/pictures/walk.svg?n=1001", "n", NULL},
        {"/pictures/walk.svg?n=5000", "n", NULL},
        {"/pictures/walk.svg?n=100000000000000", "n", NULL},
        {"/api/v1/computations?limit=0", "limit",
         "limit must be a whole number from 1 to 100."},
        {"/api/v1/computations?limit=101", "limit", NULL},
        {"/api/v1/computations?position=0", "position", NULL},
        {"/api/v1/computations?position=1e6", "position", NULL},
        {"/api/v1/computations?position=1,000", "position", NULL},
        {"/computations/bulk?ids=x", "ids",
         "ids must be the numbers of 1 to 100 computations, each once, with dots "
         "between them."},
        {"/computations/bulk?ids=5.5", "ids", NULL},
        {"/computations/bulk?ids=5&ids=6", "ids", "ids is given more than once."},
        {"/search?order=xyz", "order", "order must be one of dmy, mdy, ymd."},
        {"/api/v1/computations?position=99999999999999", "position", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(chain_ask(c, "GET", cases[i].uri, NULL, NULL), 400);
        assert_string_equal(c->seen.field, cases[i].field);
        if (cases[i].detail)
            assert_string_equal(c->seen.detail, cases[i].detail);
        assert_null(c->seen.handler);
    }
}

/* A handler that answers what is refused shows the rest. */
static void
what_is_refused_leaves_nothing(void **state)
{
    static const char *const uris[] = {
        "/pi/500?from=x&mark=5-2",     "/pi/500?mark=5-",
        "/pi/500?mark=1-121",          "/pictures?n=5000",
        "/pi/500?from=99999999999999", "/?position=99999999999999",
    };
    struct chain *c = *state;
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        struct request r;
        struct reply reply;
        chain_run(c, &r, &reply, "GET", uris[i], NULL, NULL);
        assert_int_equal(reply.status, 400);
        assert_int_equal(r.has, 0);
        assert_int_equal(r.mark_first, 0);
        assert_int_equal(r.mark_last, 0);
        assert_int_equal(r.digits, 0);
        assert_int_equal(r.from, 0);
        assert_int_equal(r.filter.position, 0);
        reply_clear(&reply);
        request_clear(&r);
    }
}

/* Of the names there are, how many a route takes whose only parameter is BIT. */
static size_t
count_names(unsigned bit)
{
    static const char *const names[] = {
        "status", "radix", "algorithm", "position", "sort",    "after",  "told", "ids",
        "limit",  "since", "highlight", "from",     "per",     "mark",   "q",    "day",
        "month",  "year",  "order",     "n",        "columns", "absent",
    };
    const struct route route = {.params = bit};
    size_t count = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        static struct request r;
        char name[16], value[] = "", detail[TEXT_SIZE];
        snprintf(name, sizeof name, "%s", names[i]);
        memset(&r, 0, sizeof r);
        /* Twice is too often for all that are taken. */
        for (r.field_count = 0; r.field_count < 2; r.field_count++)
            r.fields[r.field_count] = (struct field){.name = name, .value = value};
        count += router_params(&r, &route, detail) != NULL;
    }
    return count;
}

static void
each_parameter_has_a_bit_of_its_own(void **state)
{
    unsigned taken = 0;
    (void)state;
    for (const struct route *route = routes; route->path; route++)
        taken |= route->params;
    for (unsigned shift = 0; shift < 32; shift++) {
        unsigned bit = 1U << shift;
        if (count_names(bit) != ((taken & bit) != 0))
            fail_msg("parameter 1 << %u", shift);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, chain_setup, chain_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_parameters),
        TEST(refuses_bad_parameters),
        TEST(what_is_refused_leaves_nothing),
        TEST(each_parameter_has_a_bit_of_its_own),
    };
    return cmocka_run_group_tests_name("router_params", tests, NULL, NULL);
}
