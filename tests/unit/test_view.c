/*
 * The shim over ctemplate: escaping, and what view_open() refuses.
 */
#include "config.h"

#include "capture.h"
#include "view_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
escapes_values(void **state)
{
    struct folder *f = *state;
    folder_open(f,
                "<p title=\"{{TITLE}}\">{{NAME}}</p><a href=\"/?x={{STATUS:url_query_"
                "escape}}\">");
    assert_non_null(f->view);
    struct dict *dict = dict_new();
    dict_set(dict, VIEW_TITLE, "a\"b<c>");
    dict_set(dict, VIEW_NAME, "<script>alert('x')</script> & π");
    dict_set(dict, VIEW_STATUS, "a&b=c d");
    folder_expect(
        f, dict,
        "<p "
        "title=\"a&quot;b&lt;c&gt;\">&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; "
        "&amp; π</p><a href=\"/?x=a%26b%3Dc+d\">");
    dict_free(dict);
}

static void
sets_values(void **state)
{
    struct folder *f = *state;
    folder_open(f, "[{{TITLE}}|{{NAME}}|{{STATUS}}]");
    struct dict *dict = dict_new();
    folder_expect(f, dict, "[||]");
    char text[] = "copied";
    dict_set(dict, VIEW_TITLE, text);
    text[0] = 'X';
    dict_set_int(dict, VIEW_NAME, INT64_MIN);
    dict_setf(dict, VIEW_STATUS, "%s %d", "five", 5);
    folder_expect(f, dict, "[copied|-9223372036854775808|five 5]");
    dict_set(dict, VIEW_TITLE, NULL);
    dict_set_int(dict, VIEW_NAME, INT64_MAX);
    folder_expect(f, dict, "[|9223372036854775807|five 5]");
    dict_free(dict);
}

static void
repeats_sections_and_includes(void **state)
{
    struct folder *f = *state;
    folder_put(f, "row.tpl", PRAGMA "({{NAME}}{{TITLE}})");
    folder_open(f, "{{#BAD_FIELD}}{{NAME}}{{TITLE}};{{/BAD_FIELD}}{{>ROW}}");
    struct dict *dict = dict_new();
    dict_set(dict, VIEW_TITLE, "!");
    for (int i = 1; i <= 3; i++)
        dict_set_int(dict_section(dict, VIEW_BAD_FIELD), VIEW_NAME, i);
    for (int i = 4; i <= 5; i++)
        dict_set_int(dict_include(dict, VIEW_ROW, "row.tpl"), VIEW_NAME, i);
    /* A section sees its parent's values, an included template does not. */
    folder_expect(f, dict, "1!;2!;3!;(4)(5)");
    dict_free(dict);
}

static void
never_gives_a_part_of_a_page(void **state)
{
    struct folder *f = *state;
    char *out = (char *)f;
    size_t length = 5;
    folder_open(f, "before {{>ROW}} after");
    struct dict *dict = dict_new();
    dict_include(dict, VIEW_ROW, "missing.tpl");
    assert_int_equal(view_render(f->view, LANG_EN, "a.tpl", dict, &out, &length), -1);
    assert_null(out);
    assert_int_equal(length, 0);
    assert_int_equal(view_render(f->view, LANG_EN, "missing.tpl", dict, &out, &length),
                     -1);
    assert_null(out);
    /* A file that appears later is not taken either: all were checked at start. */
    folder_put(f, "missing.tpl", PRAGMA "late");
    assert_int_equal(view_render(f->view, LANG_EN, "a.tpl", dict, &out, &length), -1);
    dict_free(dict);
}

static void
keeps_good_templates(void **state)
{
    struct folder *f = *state;
    folder_open(f, "good");
    folder_put(f, "a.tpl", "{{broken");
    struct dict *dict = dict_new();
    folder_expect(f, dict, "good");
    dict_free(dict);
}

static void
refuses_bad_templates(void **state)
{
    static const char *const bad[] = {
        "{{NO_SUCH_KEY}}",  "{{#NO_SUCH_KEY}}{{/NO_SUCH_KEY}}",
        "{{>NO_SUCH_KEY}}", "{{NO_SUCH_KEY:h}}",
        "{{TITLE:none}}",   "{{#TITLE}} never closed",
        "{{TITLE",
    };
    struct folder *f = *state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        folder_open(f, bad[i]);
        assert_null(f->view);
    }
    folder_open(f,
                "{{! a comment, NO_SUCH_KEY }}{{BI_SPACE}}{{#ROW}}{{#ROW_separator}}, "
                "{{/ROW_separator}}{{/ROW}}");
    assert_non_null(f->view);
    /* Without the pragma nothing would be escaped. */
    folder_put(f, "b.tpl", "<p>{{TITLE}}</p>");
    assert_null(view_open(f->path));
    folder_put(f, "b.tpl", "");
    assert_null(view_open(f->path));
    folder_put(f, "b.tpl", "\n" PRAGMA);
    assert_null(view_open(f->path));
    folder_put(f, "b.tpl", PRAGMA);
    folder_put(f, "notes.txt", "{{NO_SUCH_KEY}}");
    struct view *view = view_open(f->path);
    assert_non_null(view);
    view_close(view);
}

static void
refuses_folders_without_templates(void **state)
{
    struct folder *f = *state;
    assert_null(view_open(f->path));
    assert_null(view_open("/nonexistent/templates"));
}

static void
versions_differ(void **state)
{
    struct folder *f = *state;
    folder_open(f, "one");
    uint64_t one = view_version(f->view);
    folder_open(f, "one");
    assert_int_equal(view_version(f->view), one);
    folder_open(f, "two");
    assert_int_not_equal(view_version(f->view), one);
}

static void
messages_name_file_and_line(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"\n\n{{NO_SUCH_KEY}}", "a.tpl:4: NO_SUCH_KEY is not in view_keys.h"},
        {"\n{{TITLE:none}}", "a.tpl:3: a value is not escaped (:none)"},
        {"\n{{#ROW}}\n{{#TITLE}}\n{{/TITLE}}", "a.tpl:3: section ROW is never closed"},
        {"{{#ROW}}{{#TITLE}}\n{{/ROW}}", "a.tpl:3: section ROW ends, but is not open"},
        {"{{! a\ncomment }}\n{{TITLE", "a.tpl:4: {{ without }}"},
    };
    struct folder *f = *state;
    folder_open(f, "good");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct capture c;
        char log[1000];
        capture_begin(&c, STDERR_FILENO);
        int rc = folder_reload(f, cases[i].text);
        capture_end(&c, log, sizeof log);
        assert_int_equal(rc, -1);
        if (strstr(log, cases[i].message) == NULL)
            fail_msg("%s is not in: %s", cases[i].message, log);
    }
}

static void
accepts_no_dictionary(void **state)
{
    struct folder *f = *state;
    char *out;
    size_t length;
    folder_open(f, "x");
    dict_set(NULL, VIEW_TITLE, "x");
    dict_set_int(NULL, VIEW_TITLE, 1);
    dict_setf(NULL, VIEW_TITLE, "%d", 1);
    assert_null(dict_section(NULL, VIEW_TITLE));
    assert_null(dict_include(NULL, VIEW_TITLE, "a.tpl"));
    assert_int_equal(view_render(f->view, LANG_EN, "a.tpl", NULL, &out, &length), -1);
    dict_free(NULL);
    view_close(NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_setup, folder_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(escapes_values),
        TEST(sets_values),
        TEST(repeats_sections_and_includes),
        TEST(never_gives_a_part_of_a_page),
        TEST(keeps_good_templates),
        TEST(refuses_bad_templates),
        TEST(refuses_folders_without_templates),
        TEST(versions_differ),
        TEST(messages_name_file_and_line),
        TEST(accepts_no_dictionary),
    };
    return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
