/*
 * Folders of templates, see view_fixture.h.
 */
#include "config.h"

#include "view_fixture.h"

#include "common/log.h"
#include "temporary.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *
folder_path(struct folder *f, int lang, const char *name, char path[static 128])
{
    snprintf(path, 128, "%s/%s/%s", f->path, lang_code((enum lang)lang), name);
    return path;
}

int
folder_setup(void **state)
{
    struct folder *f = calloc(1, sizeof *f);
    assert_non_null(f);
    assert_true(sodium_init() >= 0);
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_ERROR);
    temporary_make(f->path, sizeof f->path);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        char path[128];
        assert_int_equal(mkdir(folder_path(f, lang, "", path), 0700), 0);
    }
    *state = f;
    return 0;
}

int
folder_teardown(void **state)
{
    struct folder *f = *state;
    view_close(f->view);
    temporary_remove(f->path);
    free(f);
    return 0;
}

void
folder_put_in(struct folder *f, int lang, const char *name, const char *text)
{
    char path[128];
    FILE *file = fopen(folder_path(f, lang, name, path), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

void
folder_put(struct folder *f, const char *name, const char *text)
{
    for (int lang = 0; lang < LANG_COUNT; lang++)
        folder_put_in(f, lang, name, text);
}

void
folder_remove(struct folder *f, const char *name)
{
    char path[128];
    for (int lang = 0; lang < LANG_COUNT; lang++)
        assert_int_equal(unlink(folder_path(f, lang, name, path)), 0);
}

void
folder_open(struct folder *f, const char *text)
{
    char whole[1000];
    snprintf(whole, sizeof whole, "%s%s", PRAGMA, text);
    folder_put(f, "a.tpl", whole);
    view_close(f->view);
    f->view = view_open(f->path);
}

int
folder_reload(struct folder *f, const char *text)
{
    char whole[1000];
    snprintf(whole, sizeof whole, "%s%s", PRAGMA, text);
    folder_put(f, "a.tpl", whole);
    return view_reload(f->view);
}

void
folder_expect(struct folder *f, const struct dict *dict, const char *expected)
{
    char *out = NULL;
    size_t length = 0;
    assert_int_equal(view_render(f->view, LANG_EN, "a.tpl", dict, &out, &length), 0);
    assert_string_equal(out, expected);
    assert_int_equal(length, strlen(expected));
    free(out);
}
