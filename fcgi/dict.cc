/*
 * The shim over ctemplate: dictionaries, which are what a template is filled with. The
 * rules are in view.h.
 *
 * Keys are interned (StaticTemplateString): setting a value by a plain text would take
 * a lock that all threads share.
 */
#include "config.h"

#include "fcgi/dict.h"

extern "C" {
#include "common/log.h"
}

#include <ctemplate/template_string.h>

#include <cstring>
#include <exception>

using ctemplate::StaticTemplateString;
using ctemplate::StaticTemplateStringInitializer;
using ctemplate::TemplateDictionary;
using ctemplate::TemplateString;

namespace
{

const char *const names[] = {
#define VIEW_KEY(name) #name,
#include "fcgi/view_keys.h"
#undef VIEW_KEY
};

/* The keys as ctemplate wants them: their hashes are known, so that no use of
 * one needs the global table. */
class Keys
{
  public:
    Keys()
    {
        for (size_t i = 0; i < VIEW_KEY_COUNT; i++) {
            keys[i] = StaticTemplateString{{names[i], std::strlen(names[i]), 0}};
            StaticTemplateStringInitializer intern(&keys[i]);
        }
    }
    StaticTemplateString keys[VIEW_KEY_COUNT];
};

const StaticTemplateString &
interned(enum view_key key)
{
    static const Keys all;
    return all.keys[key];
}

TemplateDictionary *
unwrap(struct dict *dict)
{
    return reinterpret_cast<TemplateDictionary *>(dict);
}

struct dict *
wrap(TemplateDictionary *dict)
{
    return reinterpret_cast<struct dict *>(dict);
}

/* How many dictionaries this thread has, and whether one of them lacks a part for
 * which there was no memory. */
thread_local unsigned dicts;
thread_local bool lacking;

} // namespace

TemplateDictionary *
dict_unwrap(const struct dict *dict)
{
    return unwrap(const_cast<struct dict *>(dict));
}

bool
dict_is_lacking()
{
    return lacking;
}

extern "C" {

struct dict *
dict_new(void)
{
    try {
        struct dict *dict = wrap(new TemplateDictionary("dict"));
        if (dicts++ == 0)
            lacking = false;
        return dict;
    } catch (const std::exception &) {
        dict_lack();
        return nullptr;
    }
}

void
dict_free(struct dict *dict)
{
    if (dict)
        dicts--;
    delete unwrap(dict);
}

void
dict_lack(void)
{
    lacking = true;
}

void
dict_set(struct dict *dict, enum view_key key, const char *value)
{
    if (!dict)
        return;
    try {
        const char *text = value ? value : "";
        unwrap(dict)->SetValue(interned(key), TemplateString(text, std::strlen(text)));
    } catch (const std::exception &e) {
        dict_lack();
        log_error("cannot set the template key %s: %s", names[key], e.what());
    }
}

struct dict *
dict_section(struct dict *dict, enum view_key key)
{
    if (!dict)
        return nullptr;
    try {
        return wrap(unwrap(dict)->AddSectionDictionary(interned(key)));
    } catch (const std::exception &e) {
        dict_lack();
        log_error("cannot add the template section %s: %s", names[key], e.what());
        return nullptr;
    }
}

struct dict *
dict_include(struct dict *dict, enum view_key key, const char *template_name)
{
    if (!dict)
        return nullptr;
    try {
        TemplateDictionary *child = unwrap(dict)->AddIncludeDictionary(interned(key));
        child->SetFilename(TemplateString(template_name, std::strlen(template_name)));
        return wrap(child);
    } catch (const std::exception &e) {
        dict_lack();
        log_error("cannot include the template %s: %s", template_name, e.what());
        return nullptr;
    }
}

} // extern "C"
