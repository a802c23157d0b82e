/*
 * HTML from templates: a thin C face over ctemplate. The rules, once:
 *   - the structs are opaque; whoever makes a dictionary frees it, sections and
 *     includes belong to their parent;
 *   - values are copied, and escaped by the template's AUTOESCAPE pragma;
 *   - C++ exceptions stop here: functions report by their result;
 *   - a dictionary belongs to one thread; a struct view may be used by all.
 * Keys and sections are an enum that view_keys.h lists once, interned at
 * start, because looking up names by text takes a lock for every value.
 */
#ifndef NTHPI_VIEW_H
#define NTHPI_VIEW_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "fcgi/lang.h"

struct view;
struct dict;

enum view_key {
#define VIEW_KEY(name) VIEW_##name,
#include "fcgi/view_keys.h"
#undef VIEW_KEY
    VIEW_KEY_COUNT
};

/* Loads and checks every template (*.tpl) of the folders of all languages in FOLDER
 * ("en"), which have the same ones: the first line of each is the AUTOESCAPE pragma,
 * ctemplate accepts its syntax, every key in it is in view_keys.h, and none is passed
 * through ":none". Files changed later are not looked at before view_reload(). NULL:
 * something is wrong, logged. */
struct view *view_open(const char *folder);
void view_close(struct view *view);

/* Loads and checks all templates anew. 0: they are used from now on, those before
 * only where a page is being made from them. -1: something is wrong with them, or one
 * is missing; logged with file and line, and nothing has changed. Any thread, but one
 * at a time. */
int view_reload(struct view *view);

/* A number made from the names and texts of all templates of VIEW, in all languages:
 * what is rendered after it was read is of that version, or of a newer one. Any thread.
 */
uint64_t view_version(const struct view *view);

/* An empty dictionary, or NULL: no memory. */
struct dict *dict_new(void);
void dict_free(struct dict *dict);

/* Something that belongs into a dictionary of this thread has no memory: what is made
 * from any that it has now fails (view_render()), since a part would be missing. For
 * what makes values; the functions below do so themselves. */
void dict_lack(void);

/* Sets KEY to VALUE (a terminated text; NULL is ""). */
void dict_set(struct dict *dict, enum view_key key, const char *value);
void dict_set_int(struct dict *dict, enum view_key key, int64_t value);
__attribute__((format(printf, 3, 4))) void
dict_setf(struct dict *dict, enum view_key key, const char *format, ...);

/* Shows section KEY once more and returns its own dictionary (which sees its
 * parent's values). Owned by DICT. NULL (no memory) is accepted by all above. */
struct dict *dict_section(struct dict *dict, enum view_key key);

/* Includes TEMPLATE ("row.tpl") once more where the template says {{>KEY}}, and
 * returns its dictionary, which does not see its parent's values. Owned by
 * DICT. */
struct dict *dict_include(struct dict *dict, enum view_key key,
                          const char *template_name);

/* Expands TEMPLATE of LANG with DICT into *OUT (malloc()ed, terminated; the caller
 * frees it) of *LENGTH bytes. 0, or -1 with a message logged: *OUT is then NULL,
 * never a part of a page. Thread-safe; by the thread that made DICT. */
int view_render(struct view *view, enum lang lang, const char *template_name,
                const struct dict *dict, char **out, size_t *length);

#ifdef __cplusplus
}
#endif
#endif
