/*
 * The shim over ctemplate: templates that change while pages are rendered, and many
 * threads that render at the same time.
 */
#include "config.h"

#include "view_fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
a_reload_takes_good_templates_only(void **state)
{
    static const char *const bad[] = {
        "{{NO_SUCH_KEY}}", "{{TITLE:none}}", "{{#TITLE}}", "{{TITLE", "{{/TITLE}}",
    };
    struct folder *f = *state;
    struct dict *dict = dict_new();
    folder_put(f, "b.tpl", PRAGMA);
    folder_open(f, "one");
    uint64_t one = view_version(f->view);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(folder_reload(f, bad[i]), -1);
        assert_int_equal(view_version(f->view), one);
        folder_expect(f, dict, "one");
    }
    assert_int_equal(folder_reload(f, "two {{TITLE}}"), 0);
    assert_int_not_equal(view_version(f->view), one);
    dict_set(dict, VIEW_TITLE, "three");
    folder_expect(f, dict, "two three");
    /* One that the code may ask for is gone; one that is new does no harm. */
    folder_remove(f, "b.tpl");
    folder_put(f, "c.tpl", PRAGMA);
    assert_int_equal(folder_reload(f, "four"), -1);
    folder_expect(f, dict, "two three");
    folder_put(f, "b.tpl", PRAGMA);
    assert_int_equal(view_reload(f->view), 0);
    folder_expect(f, dict, "four");
    assert_int_equal(folder_reload(f, "one"), 0);
    folder_remove(f, "c.tpl");
    dict_free(dict);
}

static void *
render_often(void *argument)
{
    struct folder *f = argument;
    for (int i = 0; i < 300; i++) {
        char expected[32], *out = NULL;
        size_t length;
        struct dict *dict = dict_new();
        dict_set_int(dict, VIEW_TITLE, i);
        dict_set_int(dict_include(dict, VIEW_ROW, "row.tpl"), VIEW_NAME, i);
        snprintf(expected, sizeof expected, "%d (%d)", i, i);
        if (view_render(f->view, LANG_EN, "a.tpl", dict, &out, &length) != 0 ||
            strcmp(out, expected) != 0)
            return f;
        free(out);
        dict_free(dict);
    }
    return NULL;
}

static void
threads_share_a_view(void **state)
{
    struct folder *f = *state;
    pthread_t threads[8];
    folder_put(f, "row.tpl", PRAGMA "({{NAME}})");
    folder_open(f, "{{TITLE}} {{>ROW}}");
    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, render_often, f), 0);
    for (int i = 0; i < 8; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
}

static void
threads_render_while_templates_change(void **state)
{
    struct folder *f = *state;
    pthread_t threads[4];
    folder_put(f, "row.tpl", PRAGMA "({{NAME}})");
    folder_open(f, "{{TITLE}} {{>ROW}}");
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, render_often, f), 0);
    /* The same in other words; and now and then a mistake. */
    for (int i = 0; i < 50; i++) {
        char text[64];
        snprintf(text, sizeof text, "{{! %d }}{{TITLE}} {{>ROW}}%s", i,
                 i % 10 == 5 ? "{{#ROW}}" : "");
        assert_int_equal(folder_reload(f, text), i % 10 == 5 ? -1 : 0);
    }
    for (int i = 0; i < 4; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_setup, folder_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_reload_takes_good_templates_only),
        TEST(threads_share_a_view),
        TEST(threads_render_while_templates_change),
    };
    return cmocka_run_group_tests_name("view_reload", tests, NULL, NULL);
}
