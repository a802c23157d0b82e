/*
 * See site_fixture.h.
 */
#include "config.h"

#include "site_fixture.h"

#include "fcgi/cache.h"
#include "fcgi/json.h"
#include "fcgi/middleware.h"
#include "fcgi/token.h"
#include "fcgi/view.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* PATH in the site's folder. */
static char *
in_folder(struct site *site, const char *path)
{
    char *whole = NULL;
    assert_true(asprintf(&whole, "%s/%s", site->store->dir, path) > 0);
    return whole;
}

static int
make_folder(struct site *site, const char *name)
{
    char *path = in_folder(site, name);
    assert_int_equal(mkdir(path, 0700), 0);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    free(path);
    return fd;
}

int
site_setup(void **state)
{
    void *store = NULL;
    struct site *site = calloc(1, sizeof *site);
    if (site == NULL || fixture_setup(&store) != 0)
        return -1;
    site->store = store;
    site->conf.limits =
        (struct limits){.spigot = 50000, .chudnovsky = 100000000, .bbp = 10000000000};
    site->conf.queue_limit = 1000;
    site->conf.wait_max = 60;
    site->conf.body_limit = 16384;
    site->conf.public_url = site->none;
    site->conf.accel = site->none;
    site->app.conf = &site->conf;
    json_init();
    site->app.view = view_open("templates");
    assert_non_null(site->app.view);
    char *bell = in_folder(site, "doorbell"), *key = in_folder(site, "key");
    site->app.bell = doorbell_open(bell, 0);
    assert_non_null(site->app.bell);
    assert_int_equal(token_keys(&site->app, key), 0);
    free(bell);
    free(key);
    site->app.cache = cache_new(1 << 20);
    assert_non_null(site->app.cache);
    site->app.trust = digits_trust_new();
    assert_non_null(site->app.trust);
    site->app.digits_fd = make_folder(site, "digits");
    site->app.work_fd = make_folder(site, "work");
    strcpy(site->app.build_id, "build");
    site->ctx.app = &site->app;
    site->ctx.store = site->store->s;
    reply_init(&site->reply);
    *state = site;
    return 0;
}

int
site_teardown(void **state)
{
    struct site *site = *state;
    void *store = site->store;
    reply_clear(&site->reply);
    cache_free(site->app.cache);
    digits_trust_free(site->app.trust);
    view_close(site->app.view);
    doorbell_close(site->app.bell);
    close(site->app.digits_fd);
    close(site->app.work_fd);
    fixture_teardown(&store);
    free(site);
    return 0;
}

static char *
copy(const char *text)
{
    char *result = text != NULL ? strdup(text) : NULL;
    assert_true(text == NULL || result != NULL);
    return result;
}

static enum http_method
method_of(const char *name)
{
    if (name == NULL || strcmp(name, "GET") == 0)
        return HTTP_GET;
    if (strcmp(name, "HEAD") == 0)
        return HTTP_HEAD;
    return strcmp(name, "POST") == 0 ? HTTP_POST : HTTP_DELETE;
}

/* Puts the body of ASK into R: a form with its token, or anything else as is. */
static void
set_body(struct site *site, const struct ask *ask, struct request *r)
{
    char token[TOKEN_SIZE];
    r->content_type = copy(ask->type);
    r->body = copy(ask->body);
    if (ask->body != NULL && ask->type == NULL) {
        free(r->body);
        token_csrf(&site->app, token);
        assert_true(asprintf(&r->body, "csrf=%s&%s", token, ask->body) > 0);
        r->content_type = copy("application/x-www-form-urlencoded");
        r->sec_fetch_site = copy("same-origin");
    }
    if (request_is_type(r->content_type, "application/x-www-form-urlencoded")) {
        assert_int_equal(
            request_fields(r->body, strlen(r->body), r->form, &r->form_count), 0);
        for (size_t i = 0; i < r->form_count; i++)
            for (size_t k = 0; k < i; k++)
                if (strcmp(r->form[i].name, r->form[k].name) == 0)
                    r->repeated = r->form[i].name;
    }
    r->body_length = r->body != NULL ? strlen(r->body) : 0;
}

const struct reply *
site_ask(struct site *site, const struct ask *ask)
{
    struct request r;
    memset(&r, 0, sizeof r);
    const char *query = strchr(ask->target, '?');
    r.method = method_of(ask->method);
    strcpy(r.id, "request");
    r.path = strndup(ask->target, query != NULL ? (size_t)(query - ask->target)
                                                : strlen(ask->target));
    r.query = copy(query != NULL ? query + 1 : "");
    assert_int_equal(request_fields(r.query, strlen(r.query), r.fields, &r.field_count),
                     0);
    r.wants_json = ask->json;
    r.wants_html = ask->html;
    r.gzip = ask->gzip;
    r.lang = request_lang(ask->cookie, ask->accept_language);
    r.wait_s = ask->wait_s;
    r.if_match = copy(ask->if_match);
    r.if_unmodified_since = copy(ask->if_unmodified_since);
    r.if_none_match = copy(ask->if_none_match);
    r.range = copy(ask->range);
    r.if_range = copy(ask->if_range);
    r.host = copy(ask->host);
    r.referer = copy(ask->referer);
    r.cookie = copy(ask->cookie);
    r.authorization = copy(ask->authorization);
    r.remote_addr = copy(ask->remote_addr);
    set_body(site, ask, &r);

    reply_clear(&site->reply);
    reply_init(&site->reply);
    if (site->scarce_begin != NULL)
        site->scarce_begin(site->scarce_at);
    middleware_run(&site->ctx, &r, 0, &site->reply);
    if (site->scarce_begin != NULL)
        site->scarce_count = site->scarce_end();
    assert_false(site->reply.headers_cut);
    request_clear(&r);
    return &site->reply;
}

const struct reply *
site_get(struct site *site, const char *target)
{
    return site_ask(site, &(struct ask){.target = target});
}

const struct reply *
site_get_json(struct site *site, const char *target)
{
    return site_ask(site, &(struct ask){.target = target, .json = true});
}

const struct reply *
site_post(struct site *site, const char *target, const char *form)
{
    return site_ask(site,
                    &(struct ask){.method = "POST", .target = target, .body = form});
}

const char *
site_body(struct site *site)
{
    return site->reply.body != NULL ? site->reply.body : "";
}

json_t *
site_json(struct site *site)
{
    json_error_t error;
    json_t *value = json_loads(site_body(site), 0, &error);
    if (value == NULL)
        fail_msg("not JSON (%s): %s", error.text, site_body(site));
    return value;
}

const char *
site_header(struct site *site, const char *name, char value[SITE_HEADER_SIZE])
{
    size_t length = strlen(name);
    value[0] = '\0';
    for (const char *line = site->reply.headers; line != NULL && *line != '\0';) {
        const char *end = strstr(line, "\r\n");
        if (strncasecmp(line, name, length) == 0 && line[length] == ':' && end != NULL)
            snprintf(value, SITE_HEADER_SIZE, "%.*s", (int)(end - line - length - 2),
                     line + length + 2);
        line = end != NULL ? end + 2 : NULL;
    }
    return value;
}

void
assert_status(struct site *site, int status)
{
    if (site->reply.status != status)
        fail_msg("status %d instead of %d: %.300s", site->reply.status, status,
                 site_body(site));
}

void
assert_has(struct site *site, const char *text)
{
    if (strstr(site_body(site), text) == NULL)
        fail_msg("not in the answer: %s\n%s", text, site_body(site));
}

void
assert_has_not(struct site *site, const char *text)
{
    if (strstr(site_body(site), text) != NULL)
        fail_msg("in the answer: %s\n%s", text, site_body(site));
}

void
assert_header(struct site *site, const char *name, const char *value)
{
    char found[SITE_HEADER_SIZE];
    assert_string_equal(site_header(site, name, found), value);
}

char
site_digit(uint64_t position)
{
    if (position == 0)
        return '3';
    return (char)('0' + (position + position / 10 + position / 1000) % 10);
}

/* Writes the digits into the files NAME.txt and NAME.sum of the folder WORK. */
static void
write_digits(struct site *site, const char *name, int radix, uint64_t length,
             bool whole, char sha256[DIGITS_SHA256_SIZE])
{
    char text_name[32], sum_name[32], *text = malloc(length);
    snprintf(text_name, sizeof text_name, "%s.txt", name);
    snprintf(sum_name, sizeof sum_name, "%s.sum", name);
    int flags = O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC;
    int fd = openat(site->app.work_fd, text_name, flags, 0600);
    int sum_fd = openat(site->app.work_fd, sum_name, flags, 0600);
    assert_non_null(text);
    assert_true(fd >= 0 && sum_fd >= 0);
    for (uint64_t i = 0; i < length; i++)
        text[i] = site_digit(i + 1);
    struct digits_writer *w = digits_writer_new(fd, sum_fd, radix);
    assert_non_null(w);
    assert_int_equal(digits_writer_add(w, text, length), DIGITS_OK);
    if (whole)
        assert_int_equal(digits_writer_finish(w, sha256), DIGITS_OK);
    digits_writer_free(w);
    close(fd);
    close(sum_fd);
    free(text);
}

struct publication {
    struct site *site;
    int radix;
    uint64_t length;
};

static int
rename_files(void *context)
{
    struct publication *p = context;
    return digits_commit(p->site->app.work_fd, "new.txt", "new.sum",
                         p->site->app.digits_fd, p->radix, p->length) == DIGITS_OK
               ? 0
               : -1;
}

void
site_publish(struct site *site, int radix, uint64_t length, int64_t id)
{
    struct publication publication = {site, radix, length};
    struct published p = {.radix = radix, .length = length};
    struct computation c = row_of(site->store, id);
    char window[17] = "";
    bool published = false;
    const struct store_cost cost = {.cpu_s = 1.5, .wall_s = 2.5, .peak_kib = 4096};

    digits_name(p.file, radix, length, "txt");
    write_digits(site, "new", radix, length, true, p.sha256);
    for (uint64_t i = 0; i < 16; i++)
        window[i] = site_digit(c.position + i);
    take(site->store, id, TOKEN);
    assert_int_equal(
        store_calculated(site->store->s, id, TOKEN, window, p.sha256, "", &cost),
        STORE_OK);
    assert_int_equal(store_stored(site->store->s, id, TOKEN, NULL, &p, rename_files,
                                  &publication, &published, NULL),
                     STORE_OK);
    assert_true(published);
}

void
site_write_aside(struct site *site, int radix, uint64_t length, int64_t id)
{
    char name[24];
    snprintf(name, sizeof name, "%" PRId64, id);
    write_digits(site, name, radix, length, false, NULL);
}
