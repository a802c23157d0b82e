/*
 * nthpi-fcgi with a door: /healthz?deed=NAME does the deed in a thread that answers
 * requests, and answers with the result. (Its main() is the real one.)
 */
#include "config.h"

#include "deeds.h"
#include "fcgi/handlers.h"

#include <string.h>

handler __real_page_health;
handler __wrap_page_health;

void
__wrap_page_health(struct context *ctx, struct request *r, struct reply *reply)
{
    char result[DEED_RESULT_SIZE];

    if (strncmp(r->query, "deed=", 5) != 0) {
        __real_page_health(ctx, r, reply);
        return;
    }
    deed_do(r->query + 5, result);
    reply_text(reply, 200, "text/plain", result);
}
