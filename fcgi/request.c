/*
 * Reading a request out of libfcgi. Its strings die with the request, so what
 * is needed is copied. Path and query come from REQUEST_URI as the client sent
 * it, not from nginx's normalised forms: what is decoded is decoded once, here.
 *
 * FCGI_STDIN is read to its end whatever is in it: bytes left on the connection
 * would be taken for the start of the next request. DRAIN_MAX bounds that;
 * park_serve.c closes a connection whose body did not end.
 */
#include "config.h"

#include "fcgi/request.h"

#include "common/conf.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DRAIN_MAX = 16 << 20 };

/* The parameters that are read. */
enum cgi {
    CGI_REQUEST_METHOD,
    CGI_REQUEST_URI,
    CGI_CONTENT_LENGTH,
    CGI_CONTENT_TYPE,
    CGI_HTTPS,
    CGI_REMOTE_ADDR,
    CGI_REMOTE_USER,
    CGI_REQUEST_ID,
    CGI_SECURITY_HEADERS,
    CGI_ACCEPT,
    CGI_ACCEPT_ENCODING,
    CGI_ACCEPT_LANGUAGE,
    CGI_AUTHORIZATION,
    CGI_COOKIE,
    CGI_HOST,
    CGI_IF_MATCH,
    CGI_IF_NONE_MATCH,
    CGI_IF_RANGE,
    CGI_IF_UNMODIFIED_SINCE,
    CGI_ORIGIN,
    CGI_PREFER,
    CGI_RANGE,
    CGI_REFERER,
    CGI_SEC_FETCH_SITE,
    CGI_USER_AGENT,
    CGI_COUNT
};

/* Their values, in libfcgi's memory; NULL: not sent. COUNT and SIZE are of all that
 * was sent. */
struct params {
    const char *value[CGI_COUNT];
    size_t count, size;
};

/* Finds them in one pass over all that was sent; of several with one name the first
 * counts. */
static void
find_params(FCGX_Request *fcgi, struct params *params)
{
#define NAME(text)                                                                     \
    {                                                                                  \
        text, sizeof text - 1                                                          \
    }
    static const struct {
        const char *name;
        size_t length;
    } wanted[CGI_COUNT] = {
        [CGI_REQUEST_METHOD] = NAME("REQUEST_METHOD"),
        [CGI_REQUEST_URI] = NAME("REQUEST_URI"),
        [CGI_CONTENT_LENGTH] = NAME("CONTENT_LENGTH"),
        [CGI_CONTENT_TYPE] = NAME("CONTENT_TYPE"),
        [CGI_HTTPS] = NAME("HTTPS"),
        [CGI_REMOTE_ADDR] = NAME("REMOTE_ADDR"),
        [CGI_REMOTE_USER] = NAME("REMOTE_USER"),
        [CGI_REQUEST_ID] = NAME("REQUEST_ID"),
        [CGI_SECURITY_HEADERS] = NAME("SECURITY_HEADERS"),
        [CGI_ACCEPT] = NAME("HTTP_ACCEPT"),
        [CGI_ACCEPT_ENCODING] = NAME("HTTP_ACCEPT_ENCODING"),
        [CGI_ACCEPT_LANGUAGE] = NAME("HTTP_ACCEPT_LANGUAGE"),
        [CGI_AUTHORIZATION] = NAME("HTTP_AUTHORIZATION"),
        [CGI_COOKIE] = NAME("HTTP_COOKIE"),
        [CGI_HOST] = NAME("HTTP_HOST"),
        [CGI_IF_MATCH] = NAME("HTTP_IF_MATCH"),
        [CGI_IF_NONE_MATCH] = NAME("HTTP_IF_NONE_MATCH"),
        [CGI_IF_RANGE] = NAME("HTTP_IF_RANGE"),
        [CGI_IF_UNMODIFIED_SINCE] = NAME("HTTP_IF_UNMODIFIED_SINCE"),
        [CGI_ORIGIN] = NAME("HTTP_ORIGIN"),
        [CGI_PREFER] = NAME("HTTP_PREFER"),
        [CGI_RANGE] = NAME("HTTP_RANGE"),
        [CGI_REFERER] = NAME("HTTP_REFERER"),
        [CGI_SEC_FETCH_SITE] = NAME("HTTP_SEC_FETCH_SITE"),
        [CGI_USER_AGENT] = NAME("HTTP_USER_AGENT"),
    };
#undef NAME
    memset(params, 0, sizeof *params);
    for (char **sent = fcgi->envp; sent && *sent; sent++) {
        size_t length = strcspn(*sent, "=");
        params->count++;
        params->size += length + strlen(*sent + length) + 1;
        for (int i = 0; i < CGI_COUNT && (*sent)[length] != '\0'; i++)
            if (wanted[i].length == length &&
                memcmp(wanted[i].name, *sent, length) == 0) {
                if (!params->value[i])
                    params->value[i] = *sent + length + 1;
                break;
            }
    }
}

static enum http_method
parse_method(const char *name)
{
    static const struct {
        const char *name;
        enum http_method method;
    } known[] = {
        {"GET", HTTP_GET},       {"HEAD", HTTP_HEAD},       {"POST", HTTP_POST},
        {"DELETE", HTTP_DELETE}, {"OPTIONS", HTTP_OPTIONS},
    };
    for (size_t i = 0; name && i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i].name) == 0)
            return known[i].method;
    return HTTP_OTHER;
}

static bool
is_id_character(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           c == '-' || c == '_';
}

/* Nginx's name for the request, so that its log and ours can be laid side by side;
 * without a proper one we make one up. */
static void
set_id(struct request *r, const char *given)
{
    unsigned char id[(REQUEST_ID_SIZE - 1) / 2];
    size_t length = 0;
    while (given && length < sizeof r->id && is_id_character(given[length]))
        length++;
    if (length > 0 && length < sizeof r->id && given[length] == '\0') {
        memcpy(r->id, given, length + 1);
        return;
    }
    randombytes_buf(id, sizeof id);
    sodium_bin2hex(r->id, sizeof r->id, id, sizeof id);
}

/* Copies VALUE into *OUT; an empty or missing one is NULL there. 0, or 500. */
static int
copy_param(const char *value, char **out)
{
    if (!value || !*value)
        return 0;
    *out = strdup(value);
    return *out ? 0 : 500;
}

static int
read_headers(struct request *r, const struct params *params)
{
    const struct {
        enum cgi param;
        char **out;
    } kept[] = {
        {CGI_HOST, &r->host},
        {CGI_ORIGIN, &r->origin},
        {CGI_SEC_FETCH_SITE, &r->sec_fetch_site},
        {CGI_CONTENT_TYPE, &r->content_type},
        {CGI_IF_MATCH, &r->if_match},
        {CGI_IF_NONE_MATCH, &r->if_none_match},
        {CGI_IF_RANGE, &r->if_range},
        {CGI_IF_UNMODIFIED_SINCE, &r->if_unmodified_since},
        {CGI_RANGE, &r->range},
        {CGI_AUTHORIZATION, &r->authorization},
        {CGI_REMOTE_USER, &r->remote_user},
        {CGI_REMOTE_ADDR, &r->remote_addr},
        {CGI_COOKIE, &r->cookie},
        {CGI_USER_AGENT, &r->user_agent},
        {CGI_REFERER, &r->referer},
    };
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (copy_param(params->value[kept[i].param], kept[i].out) != 0)
            return 500;
    const char *https = params->value[CGI_HTTPS];
    r->https = https && strcasecmp(https, "on") == 0;
    const char *headers = params->value[CGI_SECURITY_HEADERS];
    r->front_headers = headers && strcmp(headers, "front") == 0;
    return params->count > REQUEST_HEADERS_MAX || params->size > REQUEST_HEADERS_SIZE
               ? 431
               : 0;
}

/* Splits URI (NULL: none was sent). The query is copied even when the path is bad. */
static int
read_uri(struct request *r, const char *uri)
{
    if (!uri)
        uri = "";
    size_t path_length = strcspn(uri, "?");
    r->query = strdup(uri[path_length] ? uri + path_length + 1 : "");
    if (!r->query)
        return 500;
    if (strlen(uri) > REQUEST_URI_MAX)
        return 414;
    int status = request_decode(uri, path_length, &r->path);
    if (status == 0 && r->path[0] != '/')
        status = 400;
    return status;
}

/* The length the client announced as TEXT, or NULL, into *LENGTH; false for one that
 * is none. */
static bool
announced_length(const char *text, uint64_t *length)
{
    *length = 0;
    for (; text && *text; text++) {
        if (*text < '0' || *text > '9' || *length > UINT64_MAX / 10 - 1)
            return false;
        *length = *length * 10 + (uint64_t)(*text - '0');
    }
    return true;
}

/* Reads FCGI_STDIN to its end and keeps what was announced and allowed. */
static int
read_body(struct request *r, FCGX_Request *fcgi, const char *length, size_t limit)
{
    uint64_t announced;
    /* libfcgi takes PARAMS that broke off between two names for whole ones, and
     * would wait for the body of such a request. */
    bool broken = FCGX_GetError(fcgi->in) != 0;
    bool valid = announced_length(length, &announced) && !broken;
    size_t keep = !valid ? 0 : announced > limit ? 0 : (size_t)announced;
    r->body = malloc(keep + 1);
    if (!r->body)
        keep = 0;

    uint64_t total = 0;
    if (keep > 0) {
        int n = FCGX_GetStr(r->body, (int)keep, fcgi->in);
        r->body_length = n > 0 ? (size_t)n : 0;
        total = r->body_length;
    }
    char rest[4096];
    for (int n; !broken && total < DRAIN_MAX; total += (uint64_t)n)
        if ((n = FCGX_GetStr(rest, sizeof rest, fcgi->in)) <= 0)
            break;

    if (!r->body)
        return 500;
    r->body[r->body_length] = '\0';
    if (!valid)
        return 400;
    if (announced > limit || total > limit) {
        r->body_too_large = true;
        return 413;
    }
    return total == announced && FCGX_GetError(fcgi->in) == 0 ? 0 : 400;
}

/* The name of a field that is there twice, or NULL. */
static const char *
find_repeated(const struct field *fields, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(fields[i].name, fields[k].name) == 0)
                return fields[i].name;
    return NULL;
}

static int
read_fields(struct request *r)
{
    int status = request_fields(r->query, strlen(r->query), r->fields, &r->field_count);
    if (status != 0)
        return status;
    if (!request_is_type(r->content_type, "application/x-www-form-urlencoded"))
        return 0;
    status = request_fields(r->body, r->body_length, r->form, &r->form_count);
    r->repeated = find_repeated(r->form, r->form_count);
    return status;
}

/* The more telling of two statuses: the first that is an error. */
static int
first_error(int one, int other)
{
    return one ? one : other;
}

int
request_read(struct request *r, FCGX_Request *fcgi, const struct conf *conf)
{
    memset(r, 0, sizeof *r);
    r->filter = (struct store_filter)STORE_FILTER_ANY;

    struct params params;
    find_params(fcgi, &params);
    set_id(r, params.value[CGI_REQUEST_ID]);
    r->method = parse_method(params.value[CGI_REQUEST_METHOD]);
    int status = read_uri(r, params.value[CGI_REQUEST_URI]);
    status = first_error(status, read_headers(r, &params));
    /* Always, whatever went wrong before: the body must leave the connection. */
    status = first_error(
        status, read_body(r, fcgi, params.value[CGI_CONTENT_LENGTH], conf->body_limit));
    if (status == 0)
        status = read_fields(r);

    r->wants_json = request_accepts_json(params.value[CGI_ACCEPT]);
    r->wants_html = request_accepts_html(params.value[CGI_ACCEPT]);
    r->gzip = request_accepts_gzip(params.value[CGI_ACCEPT_ENCODING]);
    r->lang = request_lang(params.value[CGI_COOKIE], params.value[CGI_ACCEPT_LANGUAGE]);
    request_locale(params.value[CGI_ACCEPT_LANGUAGE], r->locale);
    r->wait_s = request_prefer_wait(params.value[CGI_PREFER], conf->wait_max);
    if (!r->path)
        r->path = strdup("");
    if (!r->query)
        r->query = strdup("");
    return r->path && r->query ? status : 500;
}

static void
free_fields(struct field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(fields[i].name);
        free(fields[i].value);
    }
}

void
request_clear(struct request *r)
{
    free(r->path);
    free(r->query);
    free(r->host);
    free(r->origin);
    free(r->sec_fetch_site);
    free(r->content_type);
    free(r->if_match);
    free(r->if_none_match);
    free(r->if_range);
    free(r->if_unmodified_since);
    free(r->range);
    free(r->authorization);
    free(r->remote_user);
    free(r->remote_addr);
    free(r->cookie);
    free(r->user_agent);
    free(r->referer);
    free(r->body);
    free_fields(r->fields, r->field_count);
    free_fields(r->form, r->form_count);
    memset(r, 0, sizeof *r);
}

/* The first value of NAME, or NULL. */
static const char *
find_field(const struct field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0)
            return fields[i].value;
    return NULL;
}

const char *
request_form(const struct request *r, const char *name)
{
    return find_field(r->form, r->form_count, name);
}

const char *
request_query(const struct request *r, const char *name)
{
    return find_field(r->fields, r->field_count, name);
}
