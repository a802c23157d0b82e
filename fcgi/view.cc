/*
 * The shim over ctemplate, the only C++ of the project. The rules are in
 * view.h.
 *
 * All templates are read once, checked, and put into a cache of our own that is
 * then frozen: expanding takes no lock for loading, a file that somebody edits
 * badly cannot replace a good template, and a missing include is an error
 * instead of a hole. Keys are interned (StaticTemplateString): setting a value
 * by a plain text would take a lock that all threads share.
 */
#include "config.h"

#include "fcgi/view.h"

extern "C" {
#include "common/log.h"
}

#include <ctemplate/per_expand_data.h>
#include <ctemplate/template.h>
#include <ctemplate/template_cache.h>
#include <ctemplate/template_dictionary.h>
#include <ctemplate/template_emitter.h>
#include <ctemplate/template_string.h>

#include <sodium.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

using ctemplate::StaticTemplateString;
using ctemplate::StaticTemplateStringInitializer;
using ctemplate::TemplateCache;
using ctemplate::TemplateDictionary;
using ctemplate::TemplateString;

struct view {
    TemplateCache cache;
    char fingerprint[VIEW_FINGERPRINT_SIZE];
};

namespace
{

constexpr ctemplate::Strip strip = ctemplate::STRIP_BLANK_LINES;
constexpr std::string_view pragma = "{{%AUTOESCAPE ";

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

/* Collects output in malloc()ed memory, which C can own. */
class Output : public ctemplate::ExpandEmitter
{
  public:
    Output() = default;
    Output(const Output &) = delete;
    Output &operator=(const Output &) = delete;
    ~Output() override
    {
        std::free(text);
    }
    void Emit(char c) override
    {
        put(&c, 1);
    }
    void Emit(const std::string &s) override
    {
        put(s.data(), s.size());
    }
    void Emit(const char *s) override
    {
        put(s, std::strlen(s));
    }
    void Emit(const char *s, size_t length) override
    {
        put(s, length);
    }

    /* Gives the text away, terminated; nullptr: there was no memory for it. */
    char *take(size_t *length)
    {
        put("", 1);
        if (failed)
            return nullptr;
        *length = used - 1;
        char *result = text;
        text = nullptr;
        return result;
    }

  private:
    void put(const char *s, size_t length)
    {
        if (failed)
            return;
        if (length > room - used) {
            size_t more = std::max(used + length, room ? room * 2 : size_t{16384});
            char *grown = static_cast<char *>(std::realloc(text, more));
            if (!grown) {
                failed = true;
                return;
            }
            text = grown;
            room = more;
        }
        std::memcpy(text + used, s, length);
        used += length;
    }

    char *text = nullptr;
    size_t used = 0, room = 0;
    bool failed = false;
};

bool
is_key(std::string_view name)
{
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

/* The name in a marker such as "#ROW", ">ROW" or "TITLE:h"; empty for comments,
 * pragmas and what ctemplate defines itself. */
std::string_view
marker_name(std::string_view marker)
{
    if (marker.empty() || marker[0] == '!' || marker[0] == '%')
        return {};
    if (std::strchr("#/>", marker[0]))
        marker.remove_prefix(1);
    marker = marker.substr(0, marker.find(':'));
    if (marker == "BI_SPACE" || marker == "BI_NEWLINE")
        return {};
    constexpr std::string_view separator = "_separator";
    if (marker.size() > separator.size() &&
        marker.substr(marker.size() - separator.size()) == separator)
        marker.remove_suffix(separator.size());
    return marker;
}

/* What ctemplate does not check: the pragma, unknown keys, unescaped values. */
bool
check(const char *file, std::string_view text)
{
    if (text.substr(0, pragma.size()) != pragma) {
        log_error("template %s: its first line is not the AUTOESCAPE pragma", file);
        return false;
    }
    for (size_t at = text.find("{{"); at != text.npos; at = text.find("{{", at)) {
        size_t end = text.find("}}", at);
        if (end == text.npos)
            return true; /* ctemplate will complain */
        std::string_view marker = text.substr(at + 2, end - at - 2);
        at = end + 2;
        if (marker.find(":none") != marker.npos) {
            log_error("template %s: a value is not escaped (:none)", file);
            return false;
        }
        std::string name(marker_name(marker));
        if (!name.empty() && !is_key(name)) {
            log_error("template %s: %s is not in view_keys.h", file, name.c_str());
            return false;
        }
    }
    return true;
}

bool
load(struct view *view, const std::filesystem::path &folder)
{
    std::vector<std::filesystem::path> files;
    for (const auto &entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".tpl")
            files.push_back(entry.path());
    if (files.empty()) {
        log_error("no templates in %s", folder.c_str());
        return false;
    }
    std::sort(files.begin(), files.end());

    crypto_generichash_state hash;
    crypto_generichash_init(&hash, nullptr, 0, crypto_generichash_BYTES_MIN);
    for (const auto &file : files) {
        std::ifstream in(file, std::ios::binary);
        std::string text{std::istreambuf_iterator<char>(in), {}};
        if (!in.good() && !in.eof()) {
            log_error("cannot read the template %s", file.c_str());
            return false;
        }
        std::string name = file.filename().string();
        if (!check(name.c_str(), text))
            return false;
        if (!view->cache.StringToTemplateCache(name, text, strip)) {
            log_error("template %s is not valid", file.c_str());
            return false;
        }
        for (const std::string &part : {name, text})
            crypto_generichash_update(
                &hash, reinterpret_cast<const unsigned char *>(part.c_str()),
                part.size() + 1);
    }
    unsigned char digest[crypto_generichash_BYTES_MIN];
    crypto_generichash_final(&hash, digest, sizeof digest);
    sodium_bin2hex(view->fingerprint, sizeof view->fingerprint, digest, sizeof digest);
    view->cache.Freeze();
    return true;
}

} // namespace

extern "C" {

struct view *
view_open(const char *folder)
{
    struct view *view = nullptr;
    try {
        view = new struct view;
        if (load(view, folder))
            return view;
    } catch (const std::exception &e) {
        log_error("cannot load the templates in %s: %s", folder, e.what());
    }
    delete view;
    return nullptr;
}

void
view_close(struct view *view)
{
    delete view;
}

void
view_fingerprint(const struct view *view, char text[VIEW_FINGERPRINT_SIZE])
{
    std::memcpy(text, view->fingerprint, VIEW_FINGERPRINT_SIZE);
}

struct dict *
dict_new(void)
{
    try {
        return wrap(new TemplateDictionary("dict"));
    } catch (const std::exception &) {
        return nullptr;
    }
}

void
dict_free(struct dict *dict)
{
    delete unwrap(dict);
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
        log_error("cannot set the template key %s: %s", names[key], e.what());
    }
}

void
dict_set_int(struct dict *dict, enum view_key key, int64_t value)
{
    char text[24];
    std::snprintf(text, sizeof text, "%lld", static_cast<long long>(value));
    dict_set(dict, key, text);
}

void
dict_setf(struct dict *dict, enum view_key key, const char *format, ...)
{
    char *text = nullptr;
    va_list arguments;
    va_start(arguments, format);
    int n = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (n < 0) {
        log_error("no memory for the template key %s", names[key]);
        return;
    }
    dict_set(dict, key, text);
    std::free(text);
}

struct dict *
dict_section(struct dict *dict, enum view_key key)
{
    if (!dict)
        return nullptr;
    try {
        return wrap(unwrap(dict)->AddSectionDictionary(interned(key)));
    } catch (const std::exception &e) {
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
        log_error("cannot include the template %s: %s", template_name, e.what());
        return nullptr;
    }
}

int
view_render(struct view *view, const char *template_name, const struct dict *dict,
            char **out, size_t *length)
{
    *out = nullptr;
    *length = 0;
    if (!dict) {
        log_error("no memory for the template %s", template_name);
        return -1;
    }
    try {
        Output output;
        ctemplate::PerExpandData data;
        bool whole = view->cache.ExpandNoLoad(
            TemplateString(template_name, std::strlen(template_name)), strip,
            unwrap(const_cast<struct dict *>(dict)), &data, &output);
        if (!whole) {
            log_error("template %s, or one that it includes, is missing",
                      template_name);
            return -1;
        }
        *out = output.take(length);
    } catch (const std::exception &e) {
        log_error("cannot expand the template %s: %s", template_name, e.what());
        return -1;
    }
    if (!*out)
        log_error("no memory for the template %s", template_name);
    return *out ? 0 : -1;
}

} // extern "C"
