/*
 * Templates and code say the same: every name that a template uses is set somewhere
 * for that place in it, and every name that is set is used. Pages are made in all
 * their states (lint_pages.c), and what was set is recorded.
 */
#include "config.h"

#include "lint_pages.h"
#include "lint_record.h"

#include <string.h>

#define HTML "templates/en"

static void
names_are_set_and_used(void **state)
{
    struct site *site = *state;
    struct facts used = {0};
    const struct facts *set = lint_recorded();
    size_t wrong = 0;

    lint_make_pages(site);
    lint_read(&used, HTML);
    assert_true(used.count > 100 && set->count > 100);
    for (size_t i = 0; i < used.count; i++) {
        const struct fact *f = &used.list[i];
        if (lint_find_set(set, f) == NULL) {
            print_error("%s uses %s{{%c%s}}, which nobody sets\n", f->template, f->path,
                        f->kind, f->name);
            wrong++;
        }
    }
    for (size_t i = 0; i < set->count; i++) {
        const struct fact *f = &set->list[i];
        if (lint_find_use(&used, f) == NULL) {
            print_error("%s%c%s is set for %s, which does not use it\n", f->path,
                        f->kind, f->name, f->template);
            wrong++;
        }
    }
    lint_clear(&used);
    assert_int_equal(wrong, 0);
}

/* Every name of the list is in some template, and every template is checked. */
static void
no_name_is_left_over(void **state)
{
    static const char *const names[] = {
#define VIEW_KEY(name) #name,
#include "fcgi/view_keys.h"
#undef VIEW_KEY
    };
    struct facts used = {0};
    (void)state;
    lint_read(&used, HTML);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool found = false;
        for (size_t k = 0; k < used.count; k++)
            found = found || strcmp(used.list[k].name, names[i]) == 0;
        if (!found)
            fail_msg("%s of view_keys.h is in no template", names[i]);
    }
    lint_clear(&used);
}

/* The rules by which the two sets are compared, on small ones. */
static void
places_count(void **state)
{
    static struct fact set[] = {{"a.tpl", "/ROW/", ' ', "ID"}};
    static const struct fact same = {"a.tpl", "/ROW/", ' ', "ID"},
                             inner = {"a.tpl", "/ROW/LINK/", ' ', "ID"},
                             outer = {"a.tpl", "/", ' ', "ID"},
                             beside = {"a.tpl", "/ROWS/", ' ', "ID"},
                             section = {"a.tpl", "/ROW/", '#', "ID"},
                             elsewhere = {"b.tpl", "/ROW/", ' ', "ID"};
    const struct facts all = {set, 1, 1};
    (void)state;
    assert_non_null(lint_find_set(&all, &same));
    assert_non_null(lint_find_set(&all, &inner)); /* a section sees what is around it */
    assert_null(lint_find_set(&all, &outer));
    assert_null(lint_find_set(&all, &beside));
    assert_null(lint_find_set(&all, &section));
    assert_null(lint_find_set(&all, &elsewhere));
    assert_non_null(lint_find_use(&all, &same));
    assert_non_null(lint_find_use(&all, &outer));
    assert_null(lint_find_use(&all, &inner));
    assert_null(lint_find_use(&all, &beside));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_count),
        cmocka_unit_test(no_name_is_left_over),
        cmocka_unit_test_setup_teardown(names_are_set_and_used, site_setup,
                                        site_teardown),
    };
    return cmocka_run_group_tests_name("lint", tests, NULL, NULL);
}
