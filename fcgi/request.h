/*
 * A request, validated once at the edge: handlers see typed, bounded values
 * and never parse text. request_read() copies what it needs out of libfcgi,
 * whose strings die with the request.
 */
#ifndef NTHPI_REQUEST_H
#define NTHPI_REQUEST_H

#include "common/computation.h"
#include "common/store_ask.h"
#include "common/store_list.h"
#include "fcgi/bulk.h"
#include "fcgi/lang.h"

#include <fcgiapp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits, so that a route can list several. */
enum http_method {
    HTTP_GET = 1,
    HTTP_HEAD = 2, /* routes that list GET answer HEAD too */
    HTTP_POST = 4,
    HTTP_DELETE = 8,
    HTTP_OPTIONS = 16, /* answered where pages of other sites may read: cors.h */
    HTTP_OTHER = 32,
};

/* A name and a value of a query string or a form, decoded, UTF-8 as sent. */
struct field {
    char *name, *value;
};

/* What a request may have at most; nginx's own limits are narrower. Headers are all
 * parameters that came with it, with their names and ends, in bytes. */
enum {
    REQUEST_FIELDS_MAX = 128,
    REQUEST_ID_SIZE = 33,
    REQUEST_URI_MAX = 8192,
    REQUEST_HEADERS_MAX = 128,
    REQUEST_HEADERS_SIZE = 65536,
};

/* Parameters a route may take from its path or query; or-ed in the router's
 * table. Those not listed are ignored (like utm_source), those listed are
 * checked: a bad or repeated one is answered 400 before the handler runs. */
enum request_param {
    PARAM_STATUS = 1 << 0,
    PARAM_RADIX = 1 << 1,
    PARAM_ALGORITHM = 1 << 2,
    PARAM_POSITION = 1 << 3, /* as people write it, see position_read() */
    PARAM_AFTER = 1 << 4,
    PARAM_LIMIT = 1 << 5,     /* 1 .. 100 */
    PARAM_HIGHLIGHT = 1 << 6, /* a row id */
    PARAM_SINCE = 1 << 7,     /* a revision */
    PARAM_FROM = 1 << 8,      /* a position, 0 allowed */
    PARAM_PER = 1 << 9,       /* digits of a screen: 1000 or 10000 */
    PARAM_COLUMNS = 1 << 10,  /* groups of digits in a line: 5, 10 or 20 */
    PARAM_SORT = 1 << 11,
    PARAM_TOLD = 1 << 12,   /* what became of an action on several rows */
    PARAM_DIGITS = 1 << 13, /* "n", a power of ten from PICTURE_LEAST on */
    PARAM_ABSENT = 1 << 14, /* what the page shows of an absent daemon: pulse.h */
    PARAM_EXACT = 1 << 15,  /* "position" as programs write it: plain digits */
    PARAM_MARK = 1 << 16,   /* "762-767" or "762": up to PI_MARKED_MOST positions */
    PARAM_IDS = 1 << 17,    /* rows that were selected */
    /* of the search; those that are typed are checked by the page, which has them again
     * in its form */
    PARAM_QUERY = 1 << 20,  /* "q": any text */
    PARAM_BEYOND = 1 << 21, /* "after": a position, 0 allowed */
    PARAM_DAY = 1 << 22,
    PARAM_MONTH = 1 << 23,
    PARAM_YEAR = 1 << 24,
    PARAM_ORDER = 1 << 25,
    PARAM_FILTER = PARAM_STATUS | PARAM_RADIX | PARAM_ALGORITHM | PARAM_POSITION,
};

/* A range of Accept-Language: a language, a script, a region and more. */
enum { REQUEST_LOCALE_SIZE = 36 };

struct conf;
struct route;

struct request {
    enum http_method method;
    char id[REQUEST_ID_SIZE]; /* nginx's or random; in logs, on error pages */
    char *path;               /* percent-decoded, without the query */
    char *query;              /* as sent, never NULL */

    /* headers, NULL when absent */
    char *host, *origin, *sec_fetch_site, *content_type, *if_match, *if_none_match,
        *if_range, *if_unmodified_since, *range, *authorization, *remote_user,
        *remote_addr, *cookie, *user_agent, *referer;
    bool wants_json; /* Accept names application/json but not text/html */
    bool wants_html; /* Accept names text/html */
    bool gzip; /* Accept-Encoding allows gzip and does not like another form better */
    enum lang lang; /* which the visitor has chosen, or his browser asks for */
    char locale[REQUEST_LOCALE_SIZE]; /* what his browser asks for first, or "" */
    bool https;
    bool front_headers; /* SECURITY_HEADERS: see middleware_headers() */
    unsigned wait_s;    /* Prefer: wait=N, at most conf.wait_max; 0: don't wait */

    /* body: at most conf.body_limit bytes, terminated; the rest was drained */
    char *body;
    size_t body_length;
    bool body_too_large;

    struct field fields[REQUEST_FIELDS_MAX]; /* of the query */
    size_t field_count;
    struct field form[REQUEST_FIELDS_MAX]; /* of an urlencoded body */
    size_t form_count;
    const char *repeated; /* name of a field of the form that came twice, or NULL */

    int read_status;           /* what request_read() returned */
    unsigned step;             /* how far in the chain of middleware.c it is */
    const struct route *route; /* set by the router; NULL: none fits */

    /* path parameters, set by the router */
    int64_t row_id;  /* ID of the path */
    uint64_t number; /* N of the path (/pi/N) */

    /* query parameters, set by the router; has tells which were given */
    unsigned has;            /* enum request_param */
    const char *wrong, *why; /* the first that is no good and what is to be said of it;
                                NULL where all are good */
    struct store_filter filter; /* status, radix, algorithm, position, sort */
    struct store_cursor after;
    unsigned limit;
    int64_t highlight, since;
    uint64_t from, beyond, digits;
    uint64_t mark_first, mark_last; /* positions, 0: none */
    unsigned per, columns;
    int absent;
    struct bulk_outcome told;

    /* who asks: from the owner cookie or the bearer token */
    char owner[OWNER_SIZE]; /* keyed hash, or "" */
    bool admin;
    bool ambient; /* by what a browser sends along whoever made it ask: a cookie, or
                     an administrator's password */
};

/*
 * The parts of a request that are read by hand, each by its grammar.
 */

/* The seconds of a Prefer header's "wait" (RFC 7240: the first instance counts,
 * also between other preferences, in quotes, or with parameters), at most MAX;
 * 0 when it is absent or not a number. HEADER may be NULL. */
unsigned request_prefer_wait(const char *header, unsigned max);

/* The value of cookie NAME in a Cookie header into VALUE (SIZE bytes,
 * terminated); false when it is absent or does not fit. HEADER may be NULL. */
bool request_cookie(const char *header, const char *name, char *value, size_t size);

/* True when the Content-Type header (may be NULL) names the media type TYPE,
 * whatever its parameters and case. */
bool request_is_type(const char *header, const char *type);

/* True when an Accept header (may be NULL) names application/json but not
 * text/html. */
bool request_accepts_json(const char *header);

/* True when an Accept header (may be NULL) names text/html, as that of a browser which
 * goes to an address does; whatever its weight. */
bool request_accepts_html(const char *header);

/* True when an Accept-Encoding header (may be NULL: anything goes, but nothing was
 * asked for) allows gzip, and does not give a body as it is a higher weight (RFC 9110,
 * 12.5.3). */
bool request_accepts_gzip(const char *header);

/* The language for an Accept-Language header (may be NULL): the one of ours that has
 * the highest weight there, of several such the first. A range names a language
 * whatever follows in it: "ru-RU" is ru (RFC 4647, 3.4); "*" is all that are not named.
 * English when none of ours is accepted. */
enum lang request_accepts_lang(const char *header);

/* The range of an Accept-Language header (may be NULL) that has the highest weight, of
 * several such the first: "en-US". Into TAG, terminated; "" where there is none. What
 * takes no REQUEST_LOCALE_SIZE bytes does not count. */
void request_locale(const char *header, char tag[REQUEST_LOCALE_SIZE]);

/* The name of the cookie that a visitor's choice of a language is kept in. */
#define REQUEST_LANG_COOKIE "nthpi_lang"

/* The language that the cookie of a Cookie header names, else the one for an
 * Accept-Language header; both may be NULL. */
enum lang request_lang(const char *cookie, const char *accepted);

/* Percent-decodes the LENGTH bytes of TEXT into a new terminated string *OUT
 * (the caller frees it). Returns 0; 400 for a broken escape, %00 or bytes that
 * are not UTF-8; 500 for no memory. */
int request_decode(const char *text, size_t length, char **out);

/* Decodes LENGTH bytes of a query string or an urlencoded form into up to
 * REQUEST_FIELDS_MAX FIELDS ('+' is a space). Returns as request_decode(); 400
 * also for too many fields. *COUNT fields are the caller's to free even then. */
int request_fields(const char *text, size_t length, struct field *fields,
                   size_t *count);

/* Fills *R from an accepted FastCGI request: reads headers and the whole body,
 * parses query and form. Returns 0, or the HTTP status to answer (400 for a
 * query or path that cannot be decoded, 413, 414 and 431 for a body, an address and
 * headers beyond what a request may have, 500 for no memory) with *R valid
 * for error pages. The body is always drained to its end (see request.c). */
int request_read(struct request *r, FCGX_Request *fcgi, const struct conf *conf);

/* Frees what *R owns. R may be all zero. */
void request_clear(struct request *r);

/* The value of NAME in the form / in the query, or NULL. Owned by R. */
const char *request_form(const struct request *r, const char *name);
const char *request_query(const struct request *r, const char *name);

/* True when If-None-Match names ETAG (quotes included), compared weakly. */
bool request_etag_matches(const struct request *r, const char *etag);

/* True when R has an If-Match that neither is "*" nor names ETAG (quotes included),
 * compared strongly (RFC 9110, 13.1.1): what it asks for is answered 412. */
bool request_precondition_fails(const struct request *r, const char *etag);

/* A Range header for a body of SIZE bytes. */
enum range_kind { RANGE_NONE, RANGE_ONE, RANGE_BAD };
/* RANGE_ONE sets *FIRST and *LAST (inclusive); several ranges, or a syntax that
 * is not RFC 9110's, are RANGE_NONE (the whole is sent); RANGE_BAD: answer 416. */
enum range_kind request_range(const char *header, uint64_t size, uint64_t *first,
                              uint64_t *last);

/* True when a Range header is one range in its plainest form, without blanks and with
 * numbers of at most 18 digits: every server reads that alike (of others nginx makes a
 * 416 where they are RANGE_NONE, or RANGE_ONE, here). */
bool request_range_is_plain(const char *header);

#endif
