/*
 * The shim over ctemplate: escaping, and what view_open() refuses. The program's
 * own keys serve as names.
 */
#include "config.h"

#include "capture.h"
#include "cmocka_all.h"
#include "temporary.h"

#include "common/log.h"
#include "fcgi/view.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PRAGMA "{{%AUTOESCAPE context=\"HTML\"}}\n"

struct folder {
    char path[64];
    struct view *view;
};

/* The path of NAME among the templates of LANG, into PATH. */
static const char *
in_language(struct folder *f, int lang, const char *name, char path[static 128])
{
    snprintf(path, 128, "%s/%s/%s", f->path, lang_code((enum lang)lang), name);
    return path;
}

static int
setup(void **state)
{
    struct folder *f = calloc(1, sizeof *f);
    assert_non_null(f);
    assert_true(sodium_init() >= 0);
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_ERROR);
    temporary_make(f->path, sizeof f->path);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        char path[128];
        assert_int_equal(mkdir(in_language(f, lang, "", path), 0700), 0);
    }
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    struct folder *f = *state;
    view_close(f->view);
    temporary_remove(f->path);
    free(f);
    return 0;
}

static void
put_in_language(struct folder *f, int lang, const char *name, const char *text)
{
    char path[128];
    FILE *file = fopen(in_language(f, lang, name, path), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Puts NAME with TEXT into the folders of all languages. */
static void
put_file(struct folder *f, const char *name, const char *text)
{
    for (int lang = 0; lang < LANG_COUNT; lang++)
        put_in_language(f, lang, name, text);
}

static void
remove_file(struct folder *f, const char *name)
{
    char path[128];
    for (int lang = 0; lang < LANG_COUNT; lang++)
        assert_int_equal(unlink(in_language(f, lang, name, path)), 0);
}

/* Opens the folder, which holds the template a.tpl with TEXT behind its pragma. */
static void
open_with(struct folder *f, const char *text)
{
    char whole[1000];
    snprintf(whole, sizeof whole, "%s%s", PRAGMA, text);
    put_file(f, "a.tpl", whole);
    view_close(f->view);
    f->view = view_open(f->path);
}

static void
expect(struct folder *f, const struct dict *dict, const char *expected)
{
    char *out = NULL;
    size_t length = 0;
    assert_int_equal(view_render(f->view, LANG_EN, "a.tpl", dict, &out, &length), 0);
    assert_string_equal(out, expected);
    assert_int_equal(length, strlen(expected));
    free(out);
}

static void
escapes_values(void **state)
{
    struct folder *f = *state;
    open_with(f, "<p title=\"{{TITLE}}\">{{NAME}}</p><a href=\"/?x={{STATUS:url_query_"
                 "escape}}\">");
    assert_non_null(f->view);
    struct dict *dict = dict_new();
    dict_set(dict, VIEW_TITLE, "a\"b<c>");
    dict_set(dict, VIEW_NAME, "<script>alert('x')</script> & π");
    dict_set(dict, VIEW_STATUS, "a&b=c d");
    expect(
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
    open_with(f, "[{{TITLE}}|{{NAME}}|{{STATUS}}]");
    struct dict *dict = dict_new();
    expect(f, dict, "[||]");
    char text[] = "copied";
    dict_set(dict, VIEW_TITLE, text);
    text[0] = 'X';
    dict_set_int(dict, VIEW_NAME, INT64_MIN);
    dict_setf(dict, VIEW_STATUS, "%s %d", "five", 5);
    expect(f, dict, "[copied|-9223372036854775808|five 5]");
    dict_set(dict, VIEW_TITLE, NULL);
    dict_set_int(dict, VIEW_NAME, INT64_MAX);
    expect(f, dict, "[|9223372036854775807|five 5]");
    dict_free(dict);
}

static void
repeats_sections_and_includes(void **state)
{
    struct folder *f = *state;
    put_file(f, "row.tpl", PRAGMA "({{NAME}}{{TITLE}})");
    open_with(f, "{{#BAD_FIELD}}{{NAME}}{{TITLE}};{{/BAD_FIELD}}{{>ROW}}");
    struct dict *dict = dict_new();
    dict_set(dict, VIEW_TITLE, "!");
    for (int i = 1; i <= 3; i++)
        dict_set_int(dict_section(dict, VIEW_BAD_FIELD), VIEW_NAME, i);
    for (int i = 4; i <= 5; i++)
        dict_set_int(dict_include(dict, VIEW_ROW, "row.tpl"), VIEW_NAME, i);
    /* A section sees its parent's values, an included template does not. */
    expect(f, dict, "1!;2!;3!;(4)(5)");
    dict_free(dict);
}

static void
never_gives_a_part_of_a_page(void **state)
{
    struct folder *f = *state;
    char *out = (char *)f;
    size_t length = 5;
    open_with(f, "before {{>ROW}} after");
    struct dict *dict = dict_new();
    dict_include(dict, VIEW_ROW, "missing.tpl");
    assert_int_equal(view_render(f->view, LANG_EN, "a.tpl", dict, &out, &length), -1);
    assert_null(out);
    assert_int_equal(length, 0);
    assert_int_equal(view_render(f->view, LANG_EN, "missing.tpl", dict, &out, &length),
                     -1);
    assert_null(out);
    /* A file that appears later is not taken either: all were checked at start. */
    put_file(f, "missing.tpl", PRAGMA "late");
    assert_int_equal(view_render(f->view, LANG_EN, "a.tpl", dict, &out, &length), -1);
    dict_free(dict);
}

static void
keeps_good_templates(void **state)
{
    struct folder *f = *state;
    open_with(f, "good");
    put_file(f, "a.tpl", "{{broken");
    struct dict *dict = dict_new();
    expect(f, dict, "good");
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
        open_with(f, bad[i]);
        assert_null(f->view);
    }
    open_with(f, "{{! a comment, NO_SUCH_KEY }}{{BI_SPACE}}{{#ROW}}{{#ROW_separator}}, "
                 "{{/ROW_separator}}{{/ROW}}");
    assert_non_null(f->view);
    /* Without the pragma nothing would be escaped. */
    put_file(f, "b.tpl", "<p>{{TITLE}}</p>");
    assert_null(view_open(f->path));
    put_file(f, "b.tpl", "");
    assert_null(view_open(f->path));
    put_file(f, "b.tpl", "\n" PRAGMA);
    assert_null(view_open(f->path));
    put_file(f, "b.tpl", PRAGMA);
    put_file(f, "notes.txt", "{{NO_SUCH_KEY}}");
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
    open_with(f, "one");
    uint64_t one = view_version(f->view);
    open_with(f, "one");
    assert_int_equal(view_version(f->view), one);
    open_with(f, "two");
    assert_int_not_equal(view_version(f->view), one);
}

/* Puts TEXT behind the pragma of a.tpl and reloads. */
static int
reload_with(struct folder *f, const char *text)
{
    char whole[1000];
    snprintf(whole, sizeof whole, "%s%s", PRAGMA, text);
    put_file(f, "a.tpl", whole);
    return view_reload(f->view);
}

static void
a_reload_takes_good_templates_only(void **state)
{
    static const char *const bad[] = {
        "{{NO_SUCH_KEY}}", "{{TITLE:none}}", "{{#TITLE}}", "{{TITLE", "{{/TITLE}}",
    };
    struct folder *f = *state;
    struct dict *dict = dict_new();
    put_file(f, "b.tpl", PRAGMA);
    open_with(f, "one");
    uint64_t one = view_version(f->view);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(reload_with(f, bad[i]), -1);
        assert_int_equal(view_version(f->view), one);
        expect(f, dict, "one");
    }
    assert_int_equal(reload_with(f, "two {{TITLE}}"), 0);
    assert_int_not_equal(view_version(f->view), one);
    dict_set(dict, VIEW_TITLE, "three");
    expect(f, dict, "two three");
    /* One that the code may ask for is gone; one that is new does no harm. */
    remove_file(f, "b.tpl");
    put_file(f, "c.tpl", PRAGMA);
    assert_int_equal(reload_with(f, "four"), -1);
    expect(f, dict, "two three");
    put_file(f, "b.tpl", PRAGMA);
    assert_int_equal(view_reload(f->view), 0);
    expect(f, dict, "four");
    assert_int_equal(reload_with(f, "one"), 0);
    remove_file(f, "c.tpl");
    dict_free(dict);
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
    open_with(f, "good");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct capture c;
        char log[1000];
        capture_begin(&c, STDERR_FILENO);
        int rc = reload_with(f, cases[i].text);
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
    open_with(f, "x");
    dict_set(NULL, VIEW_TITLE, "x");
    dict_set_int(NULL, VIEW_TITLE, 1);
    dict_setf(NULL, VIEW_TITLE, "%d", 1);
    assert_null(dict_section(NULL, VIEW_TITLE));
    assert_null(dict_include(NULL, VIEW_TITLE, "a.tpl"));
    assert_int_equal(view_render(f->view, LANG_EN, "a.tpl", NULL, &out, &length), -1);
    dict_free(NULL);
    view_close(NULL);
}

/* ---- many threads ---- */

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
    put_file(f, "row.tpl", PRAGMA "({{NAME}})");
    open_with(f, "{{TITLE}} {{>ROW}}");
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
    put_file(f, "row.tpl", PRAGMA "({{NAME}})");
    open_with(f, "{{TITLE}} {{>ROW}}");
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, render_often, f), 0);
    /* The same in other words; and now and then a mistake. */
    for (int i = 0; i < 50; i++) {
        char text[64];
        snprintf(text, sizeof text, "{{! %d }}{{TITLE}} {{>ROW}}%s", i,
                 i % 10 == 5 ? "{{#ROW}}" : "");
        assert_int_equal(reload_with(f, text), i % 10 == 5 ? -1 : 0);
    }
    for (int i = 0; i < 4; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

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
        TEST(a_reload_takes_good_templates_only),
        TEST(messages_name_file_and_line),
        TEST(threads_render_while_templates_change),
        TEST(accepts_no_dictionary),
        TEST(threads_share_a_view),
    };
    return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
