/*
 * Header fields with a grammar: Prefer, Accept, Content-Type, Cookie, If-None-Match
 * and If-Match. Each reader gets the same text, and again with something in front
 * that must decide.
 */
#include "config.h"

#include "fuzz.h"

#include "fcgi/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* FRONT and TEXT in new memory. */
static char *
join(const char *front, const char *text)
{
    size_t size = strlen(front) + strlen(text) + 1;
    char *joined = fuzz_memory(size);
    snprintf(joined, size, "%s%s", front, text);
    return joined;
}

static void
check_prefer(const char *text)
{
    unsigned most = request_prefer_wait(text, 1U << 30);
    unsigned bounded = request_prefer_wait(text, 60);
    char *front = join("respond-async, wait=\"7\";x=1, ", text);
    PROPERTY(bounded == (most < 60 ? most : 60));
    PROPERTY(request_prefer_wait(text, 0) == 0);
    PROPERTY(request_prefer_wait(front, 60) == 7);
    free(front);
}

static void
check_accept(const char *text)
{
    char *html = join("text/html;q=0.1,", text);
    char *json = join("application/json ; q=\"1,2\" ,", text);
    bool had_html = !request_accepts_json(json);
    PROPERTY(!request_accepts_json(html));
    PROPERTY(!had_html || !request_accepts_json(text));
    PROPERTY(!request_is_type(text, "text/plain") ||
             !request_is_type(text, "application/json"));
    free(html);
    free(json);
}

static void
check_cookie(const char *text)
{
    size_t size = strlen(text) + 1;
    char *value = fuzz_memory(size);
    char *front = join("theme=a; nthpi_owner=token ;", text);
    char *small;
    if (request_cookie(text, "nthpi_owner", value, size)) {
        size_t length = strlen(value);
        PROPERTY(length + sizeof "nthpi_owner=" <= size);
        PROPERTY(strchr(value, ';') == NULL && strstr(text, value) != NULL);
        /* Just fits, and just does not. */
        small = fuzz_memory(length + 1);
        PROPERTY(request_cookie(text, "nthpi_owner", small, length + 1));
        PROPERTY(strcmp(small, value) == 0);
        PROPERTY(!request_cookie(text, "nthpi_owner", small, length));
        free(small);
    }
    free(value);
    value = fuzz_memory(6);
    PROPERTY(request_cookie(front, "nthpi_owner", value, 6));
    PROPERTY(strcmp(value, "token") == 0);
    free(value);
    free(front);
}

static void
check_tags(const char *text)
{
    static const char etag[] = "\"pi10-1000\"";
    char *strong = join("W/\"x\" , \"pi10-1000\",", text);
    char *weak = join("W/\"pi10-1000\", ", text);
    struct request *r = fuzz_memory(sizeof *r);
    memset(r, 0, sizeof *r);

    r->if_none_match = r->if_match = strong;
    PROPERTY(request_etag_matches(r, etag) && request_etag_matches(r, "W/\"x\""));
    PROPERTY(!request_precondition_fails(r, etag));
    r->if_none_match = weak;
    PROPERTY(request_etag_matches(r, etag));
    r->if_none_match = r->if_match = fuzz_text((const uint8_t *)text, strlen(text));
    /* What matches strongly matches weakly. */
    PROPERTY(request_precondition_fails(r, etag) || request_etag_matches(r, etag));
    PROPERTY(!request_etag_matches(r, etag) || strchr(text, '*') != NULL ||
             strstr(text, etag) != NULL);
    free(r->if_match);
    free(r);
    free(strong);
    free(weak);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    check_prefer(text);
    check_accept(text);
    check_cookie(text);
    check_tags(text);
    free(text);
    return 0;
}
