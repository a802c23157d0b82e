/*
 * See lint_record.h. A dictionary's template is known when it is rendered or was
 * included, and what surrounds it from how it was made; so what is set is kept by
 * dictionary first. One thread.
 */
#include "config.h"

#include "lint_record.h"

#include "cmocka_all.h"

#include "fcgi/view.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DICTS = 4096, TEMPLATE = 8192 };

static const char *const names[] = {
#define VIEW_KEY(name) #name,
#include "fcgi/view_keys.h"
#undef VIEW_KEY
};

/* ---- facts ---- */

static void
add_fact(struct facts *facts, const char *template, const char *path, char kind,
         const char *name)
{
    struct fact fact = {.kind = kind};
    assert_true(strlen(template) < FACT_NAME && strlen(path) < FACT_PATH &&
                strlen(name) < FACT_NAME);
    strcpy(fact.template, template);
    strcpy(fact.path, path);
    strcpy(fact.name, name);
    for (size_t i = 0; i < facts->count; i++)
        if (memcmp(&facts->list[i], &fact, sizeof fact) == 0)
            return;
    if (facts->count == facts->room) {
        facts->room = facts->room ? facts->room * 2 : 64;
        facts->list = realloc(facts->list, facts->room * sizeof *facts->list);
        assert_non_null(facts->list);
    }
    facts->list[facts->count++] = fact;
}

/* The fact of FACTS like FACT, at FACT's place or, INWARD, within it, else around
 * it. */
static const struct fact *
find(const struct facts *facts, const struct fact *fact, bool inward)
{
    for (size_t i = 0; i < facts->count; i++) {
        const struct fact *f = &facts->list[i];
        const char *outer = inward ? fact->path : f->path;
        const char *inner = inward ? f->path : fact->path;
        if (f->kind == fact->kind && strcmp(f->template, fact->template) == 0 &&
            strcmp(f->name, fact->name) == 0 &&
            strncmp(outer, inner, strlen(outer)) == 0)
            return f;
    }
    return NULL;
}

const struct fact *
lint_find_set(const struct facts *set, const struct fact *use)
{
    return find(set, use, false);
}

const struct fact *
lint_find_use(const struct facts *used, const struct fact *set)
{
    return find(used, set, true);
}

void
lint_clear(struct facts *facts)
{
    free(facts->list);
    *facts = (struct facts){0};
}

/* ---- templates ---- */

static void
read_marker(struct facts *used, const char *template, char path[FACT_PATH],
            const char *marker)
{
    char name[FACT_NAME];
    char kind = strchr("#/>", *marker) != NULL ? *marker : ' ';
    if (*marker == '!' || *marker == '%' || strncmp(marker, "BI_", 3) == 0)
        return;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(marker + (kind != ' '), ":"),
             marker + (kind != ' '));
    if (kind == '/') {
        path[strlen(path) - strlen(name) - 1] = '\0';
        return;
    }
    add_fact(used, template, path, kind, name);
    if (kind == '#')
        strcat(strcat(path, name), "/");
}

static void
read_template(struct facts *used, const char *template, char *text)
{
    char path[FACT_PATH] = "/";
    for (char *at = text; (at = strstr(at, "{{")) != NULL;) {
        char *end = strstr(at, "}}");
        assert_non_null(end);
        *end = '\0';
        read_marker(used, template, path, at + 2);
        at = end + 2;
    }
    assert_string_equal(path, "/");
}

void
lint_read(struct facts *used, const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        char path[512], text[TEMPLATE];
        if (strstr(entry->d_name, ".tpl") == NULL)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        size_t length = fread(text, 1, sizeof text, file);
        assert_true(length < sizeof text);
        text[length] = '\0';
        fclose(file);
        read_template(used, entry->d_name, text);
    }
    closedir(dir);
}

/* ---- calls of view.h ---- */

/* A dictionary that is in use. */
struct made {
    const struct dict *dict;
    struct made *parent;        /* NULL: of its own */
    const char *template;       /* an included one's, or NULL */
    enum view_key section;      /* else the section that it is */
    bool set[VIEW_KEY_COUNT];   /* values */
    bool shown[VIEW_KEY_COUNT]; /* sections */
    bool included[VIEW_KEY_COUNT];
};

static struct made made[DICTS];
static size_t made_count;
static struct facts recorded;

const struct facts *
lint_recorded(void)
{
    return &recorded;
}

static struct made *
find_made(const struct dict *dict)
{
    for (size_t i = made_count; i-- > 0;)
        if (made[i].dict == dict)
            return &made[i];
    fail_msg("a dictionary that nobody made");
    return NULL;
}

static void
remember(const struct dict *dict, struct made *parent, const char *template,
         enum view_key section)
{
    assert_true(made_count < DICTS);
    made[made_count++] = (struct made){
        .dict = dict, .parent = parent, .template = template, .section = section};
}

/* The template of M, whose sections go into PATH, when ROOT is rendered as
 * ROOT_TEMPLATE; NULL: M is no part of it. */
static const char *
place_of(const struct made *m, const struct made *root, const char *root_template,
         char path[FACT_PATH])
{
    if (m == root || m->template != NULL) {
        const struct made *top = m;
        while (top->parent != NULL)
            top = top->parent;
        strcpy(path, "/");
        return top != root ? NULL : m->template != NULL ? m->template : root_template;
    }
    if (m->parent == NULL)
        return NULL;
    const char *template = place_of(m->parent, root, root_template, path);
    if (template != NULL)
        strcat(strcat(path, names[m->section]), "/");
    return template;
}

struct dict *__real_dict_new(void);
struct dict *__wrap_dict_new(void);
struct dict *
__wrap_dict_new(void)
{
    struct dict *dict = __real_dict_new();
    assert_non_null(dict);
    remember(dict, NULL, NULL, VIEW_KEY_COUNT);
    return dict;
}

/* Pages free the youngest dictionary of their own first, or the only one. */
void __real_dict_free(struct dict *dict);
void __wrap_dict_free(struct dict *dict);
void
__wrap_dict_free(struct dict *dict)
{
    if (dict != NULL) {
        struct made *m = find_made(dict);
        for (struct made *other = m + 1; other < made + made_count; other++)
            assert_non_null(other->parent);
        made_count = (size_t)(m - made);
    }
    __real_dict_free(dict);
}

void __real_dict_set(struct dict *dict, enum view_key key, const char *value);
void __wrap_dict_set(struct dict *dict, enum view_key key, const char *value);
void
__wrap_dict_set(struct dict *dict, enum view_key key, const char *value)
{
    find_made(dict)->set[key] = true;
    __real_dict_set(dict, key, value);
}

struct dict *__real_dict_section(struct dict *dict, enum view_key key);
struct dict *__wrap_dict_section(struct dict *dict, enum view_key key);
struct dict *
__wrap_dict_section(struct dict *dict, enum view_key key)
{
    struct dict *section = __real_dict_section(dict, key);
    struct made *parent = find_made(dict);
    parent->shown[key] = true;
    remember(section, parent, NULL, key);
    return section;
}

struct dict *__real_dict_include(struct dict *dict, enum view_key key,
                                 const char *template_name);
struct dict *__wrap_dict_include(struct dict *dict, enum view_key key,
                                 const char *template_name);
struct dict *
__wrap_dict_include(struct dict *dict, enum view_key key, const char *template_name)
{
    struct dict *included = __real_dict_include(dict, key, template_name);
    struct made *parent = find_made(dict);
    parent->included[key] = true;
    remember(included, parent, template_name, VIEW_KEY_COUNT);
    return included;
}

int __real_view_render(struct view *view, enum lang lang, const char *template_name,
                       const struct dict *dict, char **out, size_t *length);
int __wrap_view_render(struct view *view, enum lang lang, const char *template_name,
                       const struct dict *dict, char **out, size_t *length);
int
__wrap_view_render(struct view *view, enum lang lang, const char *template_name,
                   const struct dict *dict, char **out, size_t *length)
{
    const struct made *root = find_made(dict);
    for (const struct made *m = root; m < made + made_count; m++) {
        char path[FACT_PATH];
        const char *template = place_of(m, root, template_name, path);
        for (size_t key = 0; template != NULL && key < VIEW_KEY_COUNT; key++) {
            if (m->set[key])
                add_fact(&recorded, template, path, ' ', names[key]);
            if (m->shown[key])
                add_fact(&recorded, template, path, '#', names[key]);
            if (m->included[key])
                add_fact(&recorded, template, path, '>', names[key]);
        }
    }
    return __real_view_render(view, lang, template_name, dict, out, length);
}
