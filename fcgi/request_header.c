/*
 * Header fields with a grammar: Prefer (RFC 7240), Range, If-None-Match,
 * Accept, Accept-Encoding, Accept-Language and Content-Type (RFC 9110), Cookie (RFC
 * 6265).
 */
#include "config.h"

#include "fcgi/request.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Characters of a token: RFC 9110, 5.6.2. */
static bool
is_token(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static const char *
skip_space(const char *p)
{
    return p + strspn(p, " \t");
}

/* A piece of a header, not terminated. */
struct slice {
    const char *text;
    size_t length;
};

static struct slice
take_token(const char **p)
{
    struct slice token = {*p, 0};
    while (is_token(**p))
        ++*p;
    token.length = (size_t)(*p - token.text);
    return token;
}

/* A token, or what is between quotes (escapes are left as they are: no value
 * that matters here has any). */
static struct slice
take_word(const char **p)
{
    if (**p != '"')
        return take_token(p);
    struct slice word = {++*p, 0};
    while (**p && **p != '"')
        *p += (**p == '\\' && (*p)[1]) ? 2 : 1;
    word.length = (size_t)(*p - word.text);
    if (**p == '"')
        ++*p;
    return word;
}

static bool
slice_is(struct slice slice, const char *text)
{
    return slice.length == strlen(text) &&
           strncasecmp(slice.text, text, slice.length) == 0;
}

/* The number SLICE is, at most MAX; 0 when it is none. */
static unsigned
slice_number(struct slice slice, unsigned max)
{
    uint64_t n = 0;
    for (size_t i = 0; i < slice.length; i++) {
        if (slice.text[i] < '0' || slice.text[i] > '9')
            return 0;
        n = n * 10 + (uint64_t)(slice.text[i] - '0');
        if (n > max)
            n = max;
    }
    return (unsigned)n;
}

/* Moves behind the rest of a list's element, quotes respected. */
static const char *
skip_element(const char *p)
{
    while (*p && *p != ',') {
        if (*p == '"')
            take_word(&p);
        else
            p++;
    }
    return *p == ',' ? p + 1 : p;
}

unsigned
request_prefer_wait(const char *header, unsigned max)
{
    if (!header)
        return 0;
    for (const char *p = skip_space(header); *p; p = skip_space(p)) {
        struct slice name = take_token(&p);
        p = skip_space(p);
        if (slice_is(name, "wait")) {
            if (*p != '=')
                return 0;
            p = skip_space(p + 1);
            struct slice value = take_word(&p);
            return slice_number(value, max);
        }
        p = skip_element(p);
    }
    return 0;
}

bool
request_cookie(const char *header, const char *name, char *value, size_t size)
{
    size_t name_length = strlen(name);
    for (const char *p = header; p && *p;) {
        p += strspn(p, " \t;");
        size_t length = strcspn(p, ";");
        if (length > name_length && p[name_length] == '=' &&
            memcmp(p, name, name_length) == 0) {
            p += name_length + 1;
            length -= name_length + 1;
            while (length && (p[length - 1] == ' ' || p[length - 1] == '\t'))
                length--;
            if (length >= 2 && p[0] == '"' && p[length - 1] == '"') {
                p++;
                length -= 2;
            }
            if (length >= size)
                return false;
            memcpy(value, p, length);
            value[length] = '\0';
            return true;
        }
        p += length;
    }
    return false;
}

bool
request_is_type(const char *header, const char *type)
{
    if (!header)
        return false;
    const char *p = skip_space(header);
    size_t length = strcspn(p, "; \t");
    return length == strlen(type) && strncasecmp(p, type, length) == 0;
}

/* True when the Accept header HEADER (may be NULL) names the media type TYPE. */
static bool
accept_names(const char *header, const char *type)
{
    for (const char *p = header; p && *p;) {
        p = skip_space(p);
        size_t length = strcspn(p, ",; \t");
        struct slice named = {p, length};
        if (slice_is(named, type))
            return true;
        p = skip_element(p + length);
    }
    return false;
}

bool
request_accepts_json(const char *header)
{
    return !accept_names(header, "text/html") &&
           (accept_names(header, "application/json") ||
            accept_names(header, "application/problem+json"));
}

bool
request_accepts_html(const char *header)
{
    return accept_names(header, "text/html");
}

/* The weight of a list's element that *P is in, behind its name, in thousandths;
 * 1000 when none is given, 0 for what is none. Moves *P behind the element. */
static unsigned
take_weight(const char **p)
{
    unsigned weight = 1000;
    const char *q = skip_space(*p);
    if (*q == ';') {
        q = skip_space(q + 1);
        weight = 0;
        if ((*q == 'q' || *q == 'Q') && q[1] == '=' && (q[2] == '0' || q[2] == '1')) {
            weight = q[2] == '1' ? 1000 : 0;
            q += 3;
            unsigned unit = 100;
            if (*q == '.')
                for (q++; *q >= '0' && *q <= '9'; q++, unit /= 10)
                    weight += (unsigned)(*q - '0') * unit;
        }
    }
    *p = skip_element(q);
    return weight <= 1000 ? weight : 0;
}

bool
request_accepts_gzip(const char *header)
{
    int gzip = -1, any = -1, identity = -1; /* weights; -1: not named */
    for (const char *p = header; p && *p;) {
        p += strspn(p, ", \t");
        struct slice name = take_token(&p);
        int weight = (int)take_weight(&p);
        if (slice_is(name, "gzip") || slice_is(name, "x-gzip"))
            gzip = weight > gzip ? weight : gzip;
        else if (slice_is(name, "identity"))
            identity = weight;
        else if (slice_is(name, "*"))
            any = weight;
    }
    if (gzip < 0)
        gzip = any;
    return gzip > 0 && gzip >= identity;
}

/* The language that RANGE is one of; LANG_COUNT: none of ours. */
static enum lang
lang_of(struct slice range)
{
    enum lang lang;
    char code[9] = "";
    for (size_t i = 0; i < range.length && range.text[i] != '-'; i++) {
        if (i == sizeof code - 1)
            return LANG_COUNT;
        code[i] = (char)tolower((unsigned char)range.text[i]);
    }
    return lang_parse(code, &lang) ? lang : LANG_COUNT;
}

enum lang
request_accepts_lang(const char *header)
{
    enum { PLACES = 1000 }; /* of equal weights the first counts, among so many */
    int scores[LANG_COUNT], any = -1, place = PLACES; /* -1: not named */
    for (int i = 0; i < LANG_COUNT; i++)
        scores[i] = -1;
    for (const char *p = header; p && *p;) {
        p += strspn(p, ", \t");
        struct slice range = take_token(&p);
        int weight = (int)take_weight(&p);
        int score = weight > 0 ? weight * PLACES + place : 0;
        enum lang lang = lang_of(range);
        if (slice_is(range, "*"))
            any = score > any ? score : any;
        else if (lang < LANG_COUNT && score > scores[lang])
            scores[lang] = score;
        place -= place > 1;
    }
    enum lang best = LANG_EN;
    int most = 0;
    for (int i = 0; i < LANG_COUNT; i++) {
        int score = scores[i] >= 0 ? scores[i] : any;
        if (score > most) {
            most = score;
            best = (enum lang)i;
        }
    }
    return best;
}

void
request_locale(const char *header, char tag[REQUEST_LOCALE_SIZE])
{
    unsigned most = 0;
    *tag = '\0';
    for (const char *p = header; p && *p;) {
        p += strspn(p, ", \t");
        struct slice range = take_token(&p);
        unsigned weight = take_weight(&p);
        if (weight <= most || range.length >= REQUEST_LOCALE_SIZE)
            continue;
        most = weight;
        memcpy(tag, range.text, range.length);
        tag[range.length] = '\0';
    }
}

enum lang
request_lang(const char *cookie, const char *accepted)
{
    char code[9];
    enum lang lang;
    if (request_cookie(cookie, REQUEST_LANG_COOKIE, code, sizeof code) &&
        lang_parse(code, &lang))
        return lang;
    return request_accepts_lang(accepted);
}

/* True when the list of tags at P, or "*", has ETAG; a weak tag of the list counts
 * only when WEAK is set. */
static bool
tags_have(const char *p, const char *etag, bool weak)
{
    p = skip_space(p);
    if (*p == '*')
        return true;
    size_t length = strlen(etag);
    while (*p) {
        p += strspn(p, ", \t");
        bool counts = weak || strncmp(p, "W/", 2) != 0;
        if (strncmp(p, "W/", 2) == 0)
            p += 2;
        if (*p != '"')
            return false;
        const char *end = strchr(p + 1, '"');
        if (!end)
            return false;
        end++;
        if (counts && (size_t)(end - p) == length && memcmp(p, etag, length) == 0)
            return true;
        p = end;
    }
    return false;
}

bool
request_etag_matches(const struct request *r, const char *etag)
{
    if (strncmp(etag, "W/", 2) == 0)
        etag += 2;
    return r->if_none_match && tags_have(r->if_none_match, etag, true);
}

bool
request_precondition_fails(const struct request *r, const char *etag)
{
    return r->if_match && !tags_have(r->if_match, etag, false);
}

/* Digits of a range into *N; UINT64_MAX for what is larger. */
static bool
take_size(const char **p, uint64_t *n)
{
    if (**p < '0' || **p > '9')
        return false;
    for (*n = 0; **p >= '0' && **p <= '9'; ++*p) {
        uint64_t digit = (uint64_t)(**p - '0');
        *n = *n > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *n * 10 + digit;
    }
    return true;
}

bool
request_range_is_plain(const char *header)
{
    enum { PLACES = 18 }; /* they fit an int64_t whatever they are */
    static const char digits[] = "0123456789";
    if (!header || strncasecmp(header, "bytes=", 6) != 0)
        return false;
    const char *p = header + 6;
    size_t from = strspn(p, digits);
    if (p[from] != '-')
        return false;
    size_t to = strspn(p + from + 1, digits);
    return p[from + 1 + to] == '\0' && from + to > 0 && from <= PLACES && to <= PLACES;
}

enum range_kind
request_range(const char *header, uint64_t size, uint64_t *first, uint64_t *last)
{
    if (!header || strncasecmp(header, "bytes=", 6) != 0)
        return RANGE_NONE;
    const char *p = skip_space(header + 6);
    uint64_t from = 0, to = UINT64_MAX;
    bool suffix = !take_size(&p, &from);
    if (*p++ != '-')
        return RANGE_NONE;
    bool bounded = take_size(&p, &to);
    if (*skip_space(p) != '\0' || (suffix && !bounded))
        return RANGE_NONE;

    if (suffix) {
        if (to == 0 || size == 0)
            return RANGE_BAD;
        *first = to < size ? size - to : 0;
        *last = size - 1;
        return RANGE_ONE;
    }
    if (bounded && to < from)
        return RANGE_NONE;
    if (from >= size)
        return RANGE_BAD;
    *first = from;
    *last = to < size ? to : size - 1;
    return RANGE_ONE;
}
