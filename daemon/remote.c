/*
 * Requests to a site, see remote.h. Every transfer runs in curl_easy_perform(), whose
 * progress callback asks about once a second whether a signal was caught.
 */
#include "config.h"

#include "daemon/remote.h"

#include "daemon/cli.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Seconds: to connect; for an answer beyond what it may wait; without a byte. */
enum { CONNECT_S = 20, ANSWER_S = 30, SILENCE_S = 60, HEADER_SIZE = 256 };

struct remote {
    CURL *curl;
    char *url;
    char *ca_file; /* or NULL */
    char error[CURL_ERROR_SIZE];
};

/* A transfer under way. */
struct transfer {
    struct remote *remote;
    const struct remote_call *call;
    struct remote_answer *answer;
    bool too_large, refused; /* why it was ended by us */
};

/* True when URL is http:// or https:// and a host, with or without a port. */
static bool
is_origin(const char *url)
{
    CURLU *parts = curl_url();
    char *scheme = NULL, *path = NULL, *other = NULL;
    bool ok = parts != NULL &&
              curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
              curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
              curl_url_get(parts, CURLUPART_PATH, &path, 0) == CURLUE_OK &&
              (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) &&
              strcmp(path, "/") == 0;

    ok = ok && curl_url_get(parts, CURLUPART_QUERY, &other, 0) == CURLUE_NO_QUERY &&
         curl_url_get(parts, CURLUPART_FRAGMENT, &other, 0) == CURLUE_NO_FRAGMENT &&
         curl_url_get(parts, CURLUPART_USER, &other, 0) == CURLUE_NO_USER;
    curl_free(scheme);
    curl_free(path);
    curl_free(other);
    curl_url_cleanup(parts);
    return ok;
}

int
remote_open(struct remote **out, const char *url, const char *ca_file)
{
    struct remote *r = calloc(1, sizeof *r);
    size_t length = strlen(url);

    *out = NULL;
    if (r != NULL && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {
        r->curl = curl_easy_init();
        r->url =
            strndup(url, length > 0 && url[length - 1] == '/' ? length - 1 : length);
        r->ca_file = ca_file ? strdup(ca_file) : NULL;
    }
    if (r == NULL || r->curl == NULL || r->url == NULL ||
        (ca_file && r->ca_file == NULL)) {
        cli_error("not enough memory");
        remote_close(r);
        return CLI_FAILED;
    }
    if (!is_origin(r->url)) {
        cli_error("\"%s\" is not the address of a site: write it as https://pi.example",
                  url);
        remote_close(r);
        return CLI_USAGE;
    }
    *out = r;
    return CLI_OK;
}

void
remote_close(struct remote *r)
{
    if (r == NULL) {
        return;
    }
    curl_easy_cleanup(r->curl);
    free(r->url);
    free(r->ca_file);
    free(r);
    curl_global_cleanup();
}

const char *
remote_url(const struct remote *r)
{
    return r->url;
}

/* Appends LENGTH bytes of DATA to the answer's body. */
static bool
keep(struct transfer *t, const char *data, size_t length)
{
    struct remote_answer *a = t->answer;
    char *body;

    if (length > REMOTE_BODY_MOST - a->length) {
        t->too_large = true;
        return false;
    }
    body = realloc(a->body, a->length + length + 1);
    if (body == NULL) {
        return false;
    }
    memcpy(body + a->length, data, length);
    a->body = body;
    a->length += length;
    body[a->length] = '\0';
    return true;
}

static size_t
on_body(char *data, size_t size, size_t count, void *ctx)
{
    struct transfer *t = ctx;
    size_t length = size * count;
    curl_off_t whole = 0;
    long status = 0;
    bool ok;

    curl_easy_getinfo(t->remote->curl, CURLINFO_RESPONSE_CODE, &status);
    if (t->call->sink == NULL || status != 200) {
        ok = keep(t, data, length);
    } else {
        curl_easy_getinfo(t->remote->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &whole);
        ok = t->call->sink(t->call->ctx, data, length, whole > 0 ? (uint64_t)whole : 0);
        t->refused = !ok;
    }
    return ok ? length : 0;
}

static int
on_progress(void *ctx, curl_off_t in_all, curl_off_t in, curl_off_t out_all,
            curl_off_t out)
{
    (void)ctx;
    (void)in_all;
    (void)in;
    (void)out_all;
    (void)out;
    return cli_signal() != 0;
}

/* Appends "NAME: VALUE" to *LIST. */
static bool
add_header(struct curl_slist **list, const char *name, const char *value)
{
    char line[HEADER_SIZE];
    struct curl_slist *longer = NULL;

    if (snprintf(line, sizeof line, "%s: %s", name, value) < (int)sizeof line) {
        longer = curl_slist_append(*list, line);
    }
    if (longer != NULL) {
        *list = longer;
    }
    return longer != NULL;
}

static bool
add_headers(struct curl_slist **list, const struct remote_call *call)
{
    char text[HEADER_SIZE];
    bool ok = add_header(list, "Accept", call->sink ? "*/*" : "application/json");

    if (ok && call->body) {
        ok = add_header(list, "Content-Type", "application/json");
    }
    if (ok && call->token) {
        ok = snprintf(text, sizeof text, "Bearer %s", call->token) < (int)sizeof text &&
             add_header(list, "Authorization", text);
    }
    if (ok && call->wait_s > 0) {
        snprintf(text, sizeof text, "wait=%u", call->wait_s);
        ok = add_header(list, "Prefer", text);
    }
    return ok;
}

/* Tells libcurl what T is. */
static bool
prepare(struct transfer *t, const char *address, struct curl_slist *headers)
{
    CURL *c = t->remote->curl;
    const struct remote_call *call = t->call;
    bool ok;

    curl_easy_reset(c);
    ok = curl_easy_setopt(c, CURLOPT_URL, address) == CURLE_OK &&
         curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
         curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, call->method) == CURLE_OK &&
         curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
         curl_easy_setopt(c, CURLOPT_USERAGENT, "nthpi/" PACKAGE_VERSION) == CURLE_OK &&
         curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
         curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK &&
         curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->remote->error) == CURLE_OK;
    curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    if (call->sink) {
        curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)SILENCE_S);
    } else {
        curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)(call->wait_s + ANSWER_S));
        ok = ok && curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "") == CURLE_OK;
    }
    if (call->body) {
        ok = ok && curl_easy_setopt(c, CURLOPT_COPYPOSTFIELDS, call->body) == CURLE_OK;
    }
    if (t->remote->ca_file) {
        ok = ok &&
             curl_easy_setopt(c, CURLOPT_CAINFO, t->remote->ca_file) == CURLE_OK &&
             curl_easy_setopt(c, CURLOPT_CAPATH, NULL) == CURLE_OK;
    }
    return ok;
}

/* Why no answer came, into T's answer. */
static void
explain(struct transfer *t, CURLcode code)
{
    struct remote_answer *a = t->answer;
    const char *why = t->remote->error[0] ? t->remote->error : curl_easy_strerror(code);

    a->status = 0;
    a->lasting = t->too_large || t->refused || cli_signal() != 0 ||
                 code == CURLE_PEER_FAILED_VERIFICATION ||
                 code == CURLE_SSL_CACERT_BADFILE || code == CURLE_OUT_OF_MEMORY;
    snprintf(a->error, sizeof a->error, "%s",
             t->too_large ? "the answer is too large to be one of a site of nthpi"
             : code == CURLE_PEER_FAILED_VERIFICATION
                 ? "its certificate could not be verified"
                 : why);
    if (code == CURLE_PEER_FAILED_VERIFICATION && t->remote->error[0]) {
        size_t used = strlen(a->error);
        snprintf(a->error + used, sizeof a->error - used, ": %s", t->remote->error);
    }
    /* A certificate may have any name. */
    remote_make_plain(a->error);
}

bool
remote_send(struct remote *r, const struct remote_call *call,
            struct remote_answer *answer)
{
    struct transfer t = {.remote = r, .call = call, .answer = answer};
    struct curl_slist *headers = NULL;
    curl_off_t pause = 0;
    char *address = NULL;
    CURLcode code = CURLE_OUT_OF_MEMORY;
    long status = 0;

    memset(answer, 0, sizeof *answer);
    r->error[0] = '\0';
    if (asprintf(&address, "%s%s", r->url, call->path) < 0) {
        address = NULL;
    }
    if (address && add_headers(&headers, call) && prepare(&t, address, headers)) {
        code = curl_easy_perform(r->curl);
    }
    if (code == CURLE_OK) {
        curl_easy_getinfo(r->curl, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(r->curl, CURLINFO_RETRY_AFTER, &pause);
        answer->status = (int)status;
        answer->retry_after = pause > 0 && pause < 3600 ? (unsigned)pause : 0;
    } else {
        explain(&t, code);
    }
    curl_slist_free_all(headers);
    free(address);
    return code == CURLE_OK;
}

void
remote_clear(struct remote_answer *answer)
{
    free(answer->body);
    answer->body = NULL;
}
