/*
 * Who an error is for: a page for people, a problem document for programs.
 */
#include "config.h"

#include "cmocka_all.h"

#include "fcgi/router.h"

/* What an Accept header says. */
enum accept { ANYTHING, HTML, JSON };

/* Whether R, whose path is PATH, gets a problem; with the route that it has, or, when
 * LOST, none yet. */
static bool
wants_problem(char *path, enum accept accept, bool lost)
{
    struct request r = {.method = HTTP_GET, .path = path};
    int status;
    unsigned allowed;
    r.wants_json = accept == JSON;
    r.wants_html = accept == HTML;
    if (!lost)
        r.route = router_find(&r, &status, &allowed);
    return router_wants_problem(&r);
}

static void
programs_get_problems_where_they_ask(void **state)
{
    static const struct {
        const char *path;
        bool anything, html;
    } cases[] = {
        /* people's */
        {"/", false, false},
        {"/computations/7", false, false},
        {"/computations/7/delete", false, false},
        {"/pi/5", false, false},
        {"/pi/x", false, false},
        {"/pi/a/b.txt", false, false},
        {"/computations/7/x.txt", false, false},
        {"/search", false, false},
        {"/api", false, false},
        {"/apis/v1", false, false},
        {"/nothing", false, false},
        {"/healthz/", false, false},
        {"", false, false},
        /* programs', to which browsers are led as well */
        {"/pi/5.txt", true, false},
        {"/pi/0.txt", true, false},
        {"/pi/99999999999999999999.txt", true, false},
        {"/pi/.txt", true, false},
        {"/computations/7.txt", true, false},
        {"/computations/x.txt", true, false},
        {"/v1/pi", true, false},
        {"/healthz", true, false},
        {"/metrics", true, false},
        /* programs' only */
        {"/updates", true, true},
        {"/api/v1/computations", true, true},
        {"/api/v1/computations/x", true, true},
        {"/api/v1/computations/7/cancel", true, true},
        {"/api/", true, true},
        {"/api/v2/nothing", true, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int lost = 0; lost < 2; lost++) {
            char path[64];
            snprintf(path, sizeof path, "%s", cases[i].path);
            if (wants_problem(path, ANYTHING, lost) != cases[i].anything ||
                wants_problem(path, HTML, lost) != cases[i].html ||
                !wants_problem(path, JSON, lost))
                fail_msg("%s%s", path, lost ? ", without its route" : "");
        }
}

static void
without_a_path_accept_counts(void **state)
{
    (void)state;
    assert_false(wants_problem(NULL, ANYTHING, true));
    assert_true(wants_problem(NULL, JSON, true));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_get_problems_where_they_ask),
        cmocka_unit_test(without_a_path_accept_counts),
    };
    return cmocka_run_group_tests_name("router_readers", tests, NULL, NULL);
}
