/*
 * What the tests of the shim over ctemplate share: a folder of templates, one folder in
 * it for each language, and the view of it. The program's own keys serve as names.
 */
#ifndef NTHPI_TESTS_VIEW_FIXTURE_H
#define NTHPI_TESTS_VIEW_FIXTURE_H

#include "cmocka_all.h"

#include "fcgi/view.h"

#define PRAGMA "{{%AUTOESCAPE context=\"HTML\"}}\n"

struct folder {
    char path[64];
    struct view *view; /* NULL before folder_open(), and where that failed */
};

/* For cmocka: *STATE becomes a struct folder without templates. */
int folder_setup(void **state);
int folder_teardown(void **state);

/* The path of NAME among the templates of LANG, into PATH, which is returned. */
const char *folder_path(struct folder *f, int lang, const char *name,
                        char path[static 128]);

/* Puts NAME with TEXT into the folder of LANG; into those of all languages; removes it
 * from them. */
void folder_put_in(struct folder *f, int lang, const char *name, const char *text);
void folder_put(struct folder *f, const char *name, const char *text);
void folder_remove(struct folder *f, const char *name);

/* Opens the folder, which holds the template a.tpl with TEXT behind its pragma. */
void folder_open(struct folder *f, const char *text);

/* Puts TEXT behind the pragma of a.tpl and reloads; what view_reload() returns. */
int folder_reload(struct folder *f, const char *text);

/* a.tpl with DICT is EXPECTED, in English. */
void folder_expect(struct folder *f, const struct dict *dict, const char *expected);

#endif
