/*
 * Paths, as they are sent, to a row of the table of endpoints. A path that is found is
 * the row's with its numbers put in, so that no two paths lead to one page; and a
 * method that is not the row's is refused with those that are.
 */
#include "config.h"

#include "fuzz.h"

#include "fcgi/handlers.h"
#include "fcgi/middleware.h"
#include "fcgi/router.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 256 };

/* The table needs its handlers; nobody calls them here. */
#define HANDLER(name)                                                                  \
    void name(struct context *ctx, struct request *r, struct reply *reply)             \
    {                                                                                  \
        (void)ctx, (void)r, (void)reply;                                               \
        abort();                                                                       \
    }
HANDLER(page_list)
HANDLER(page_computation)
HANDLER(page_compare)
HANDLER(page_report)
HANDLER(page_delete_confirm)
HANDLER(page_pi)
HANDLER(page_pi_refused)
HANDLER(page_list_refused)
HANDLER(page_list_elsewhere)
HANDLER(page_search)
HANDLER(page_text)
HANDLER(page_api)
HANDLER(page_pictures)
HANDLER(page_picture)
HANDLER(page_health)
HANDLER(page_metrics)
HANDLER(post_add)
HANDLER(post_add_refused)
HANDLER(post_action_refused)
HANDLER(post_compare_refused)
HANDLER(post_cancel)
HANDLER(post_compare)
HANDLER(page_bulk_confirm)
HANDLER(post_bulk)
HANDLER(post_bulk_refused)
HANDLER(post_language)
HANDLER(post_retry)
HANDLER(post_delete)
HANDLER(updates_handler)
HANDLER(api_list)
HANDLER(api_add)
HANDLER(api_get)
HANDLER(api_delete)
HANDLER(api_cancel)
HANDLER(api_retry)
HANDLER(api_pi)
HANDLER(middleware_next)

void
reply_error(struct context *ctx, const struct request *r, struct reply *reply,
            int status, const char *field, const char *detail)
{
    (void)ctx, (void)r, (void)reply, (void)status, (void)field, (void)detail;
    abort();
}

void
reply_header(struct reply *reply, const char *name, const char *format, ...)
{
    (void)reply, (void)name, (void)format;
    abort();
}

/* ROUTE's path with R's numbers into the PATH_SIZE bytes of OUT. */
static void
print_path(const struct route *route, const struct request *r, char out[PATH_SIZE])
{
    size_t used = 0;
    for (const char *p = route->path; *p; p++) {
        size_t room = PATH_SIZE - used;
        int length;
        if (strncmp(p, "ID", 2) == 0) {
            length = snprintf(out + used, room, "%" PRId64, r->row_id);
            p++;
        } else if (*p == 'N') {
            length = snprintf(out + used, room, "%" PRIu64, r->number);
        } else {
            length = snprintf(out + used, room, "%c", *p);
        }
        PROPERTY(length > 0 && (size_t)length < room);
        used += (size_t)length;
    }
    out[used] = '\0';
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum http_method methods[] = {HTTP_GET, HTTP_HEAD, HTTP_POST,
                                               HTTP_DELETE, HTTP_OTHER};
    struct request *r = fuzz_memory(sizeof *r);
    char path[PATH_SIZE];
    memset(r, 0, sizeof *r);
    r->method = methods[fuzz_number(&data, &size, 1) % 5];
    int status = request_decode((const char *)data, size, &r->path);
    if (status == 0) {
        unsigned allowed = 0;
        const struct route *route = router_find(r, &status, &allowed);
        if (route) {
            print_path(route, r, path);
            PROPERTY(strcmp(r->path, path) == 0);
            PROPERTY(route->methods & (r->method == HTTP_HEAD ? HTTP_GET : r->method));
        } else {
            PROPERTY(status == (allowed ? 405 : 404));
            PROPERTY(!(allowed & r->method));
        }
    }
    request_clear(r);
    free(r);
    return 0;
}
