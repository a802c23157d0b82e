/*
 * The shim over ctemplate: templates; what they are filled with is in dict.cc. These
 * two files are the only C++ of the project. The rules are in view.h.
 *
 * All templates are read, checked, and put into a cache of our own that is then
 * frozen: expanding takes no lock for loading, and a missing include is an error
 * instead of a hole. Changed templates are read into another such cache; only when
 * all of it is good does it take the place of the first, which lives on while a page
 * is being made from it.
 */
#include "config.h"

#include "fcgi/dict.h"

extern "C" {
#include "common/log.h"
#include "fcgi/view_check.h"
}

#include <ctemplate/per_expand_data.h>
#include <ctemplate/template.h>
#include <ctemplate/template_cache.h>
#include <ctemplate/template_emitter.h>
#include <ctemplate/template_string.h>

#include <sodium.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

using ctemplate::TemplateCache;
using ctemplate::TemplateString;

namespace
{

/* All templates as they were at one time. */
struct Templates {
    std::array<TemplateCache, LANG_COUNT> caches;
    std::set<std::string> names; /* the same in all languages */
    uint64_t version = 0;
};

} // namespace

struct view {
    std::filesystem::path folder;
    std::mutex lock; /* of current */
    std::shared_ptr<Templates> current;
    std::atomic<uint64_t> version; /* of current, or of one that was before it */
};

namespace
{

constexpr ctemplate::Strip strip = ctemplate::STRIP_BLANK_LINES;

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

std::string
read_file(const std::filesystem::path &file)
{
    std::ifstream in(file, std::ios::binary);
    in.exceptions(std::ios::badbit | std::ios::failbit);
    return std::string{std::istreambuf_iterator<char>(in), {}};
}

/* Reads the templates of FOLDER, which are for one language, into CACHE, their names
 * into NAMES and both into HASH; false: something is wrong with one, logged. */
bool
load_language(const std::filesystem::path &folder, TemplateCache &cache,
              std::set<std::string> &names, crypto_generichash_state &hash)
{
    std::set<std::filesystem::path> files;
    for (const auto &entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".tpl")
            files.insert(entry.path());
    if (files.empty())
        log_error("no templates in %s", folder.c_str());
    for (const auto &file : files) {
        std::string name = file.filename().string(), text = read_file(file);
        if (!view_check(file.c_str(), text.c_str(), text.size()))
            return false;
        if (!cache.StringToTemplateCache(name, text, strip)) {
            log_error("template %s is not valid", file.c_str());
            return false;
        }
        for (const std::string &part : {name, text})
            crypto_generichash_update(
                &hash, reinterpret_cast<const unsigned char *>(part.c_str()),
                part.size() + 1);
        names.insert(name);
    }
    cache.Freeze();
    return !files.empty();
}

/* Reads and checks all templates in the folders of FOLDER; nullptr: something is wrong,
 * logged. */
std::shared_ptr<Templates>
load(const std::filesystem::path &folder)
{
    auto templates = std::make_shared<Templates>();
    crypto_generichash_state hash;
    crypto_generichash_init(&hash, nullptr, 0, crypto_generichash_BYTES_MIN);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        std::filesystem::path own = folder / lang_code(static_cast<enum lang>(lang));
        std::set<std::string> names;
        if (!load_language(own, templates->caches[lang], names, hash))
            return nullptr;
        if (lang > 0 && names != templates->names) {
            log_error("the templates in %s are not those of the other languages",
                      own.c_str());
            return nullptr;
        }
        templates->names = std::move(names);
    }
    unsigned char digest[crypto_generichash_BYTES_MIN];
    crypto_generichash_final(&hash, digest, sizeof digest);
    std::memcpy(&templates->version, digest, sizeof templates->version);
    return templates;
}

/* True when LATER has all templates that NOW has, which the code may ask for. */
bool
has_all(const Templates &later, const Templates &now)
{
    for (const std::string &name : now.names)
        if (later.names.count(name) == 0) {
            log_error("template %s is missing", name.c_str());
            return false;
        }
    return true;
}

std::shared_ptr<Templates>
current(struct view *view)
{
    const std::lock_guard<std::mutex> guard(view->lock);
    return view->current;
}

/* Replaces the templates of VIEW. Those before go when their last user does. */
void
replace(struct view *view, std::shared_ptr<Templates> templates)
{
    uint64_t version = templates->version;
    {
        const std::lock_guard<std::mutex> guard(view->lock);
        view->current.swap(templates);
    }
    view->version.store(version, std::memory_order_release);
}

} // namespace

extern "C" {

struct view *
view_open(const char *folder)
{
    try {
        auto templates = load(folder);
        if (!templates)
            return nullptr;
        auto view = std::make_unique<struct view>();
        view->folder = folder;
        replace(view.get(), std::move(templates));
        return view.release();
    } catch (const std::exception &e) {
        log_error("cannot load the templates in %s: %s", folder, e.what());
    }
    return nullptr;
}

int
view_reload(struct view *view)
{
    try {
        auto templates = load(view->folder);
        if (!templates || !has_all(*templates, *current(view)))
            return -1;
        replace(view, std::move(templates));
        return 0;
    } catch (const std::exception &e) {
        log_error("cannot load the templates in %s: %s", view->folder.c_str(),
                  e.what());
    }
    return -1;
}

void
view_close(struct view *view)
{
    delete view;
}

uint64_t
view_version(const struct view *view)
{
    return view->version.load(std::memory_order_acquire);
}

int
view_render(struct view *view, enum lang lang, const char *template_name,
            const struct dict *dict, char **out, size_t *length)
{
    *out = nullptr;
    *length = 0;
    if (!dict || dict_is_lacking()) {
        log_error("no memory for the template %s", template_name);
        return -1;
    }
    try {
        Output output;
        ctemplate::PerExpandData data;
        bool whole = current(view)->caches[lang].ExpandNoLoad(
            TemplateString(template_name, std::strlen(template_name)), strip,
            dict_unwrap(dict), &data, &output);
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
