/*
 * Query parameters, from the text to what handlers see: in range where they say that
 * they are there, at their defaults elsewhere; what is refused names a field that was
 * sent. A page's cursor prints as it came.
 */
#include "config.h"

#include "fuzz.h"

#include "fcgi/pi_screen.h"
#include "fcgi/router.h"

#include <stdlib.h>
#include <string.h>

static void
check_values(const struct request *r)
{
    char cursor[STORE_CURSOR_SIZE];
    PROPERTY(r->filter.status >= -1 && r->filter.status < STATUS_COUNT);
    PROPERTY(r->filter.radix == 0 || r->filter.radix == 10 || r->filter.radix == 16);
    PROPERTY(r->filter.algorithm >= -1 && r->filter.algorithm < ALGORITHM_COUNT);
    PROPERTY(r->filter.position <= POSITION_MAX && r->from <= POSITION_MAX &&
             r->beyond <= POSITION_MAX && r->mark_last <= POSITION_MAX);
    PROPERTY(!(r->has & PARAM_MARK) == (r->mark_first == 0));
    PROPERTY(r->mark_first <= r->mark_last &&
             r->mark_last - r->mark_first < PI_MARKED_MOST);
    PROPERTY(r->limit <= 100 && r->highlight >= 0 && r->since >= 0);
    PROPERTY(!(r->has & PARAM_STATUS) == (r->filter.status < 0));
    PROPERTY(!(r->has & PARAM_RADIX) == (r->filter.radix == 0));
    PROPERTY(!(r->has & PARAM_ALGORITHM) == (r->filter.algorithm < 0));
    PROPERTY(!(r->has & PARAM_POSITION) == (r->filter.position == 0));
    PROPERTY(!(r->has & PARAM_LIMIT) == (r->limit == 0));
    PROPERTY(!(r->has & PARAM_HIGHLIGHT) == (r->highlight == 0));
    PROPERTY(!(r->has & PARAM_AFTER) == (r->after.id == 0));
    PROPERTY(r->filter.sort >= 0 && r->filter.sort < SORT_COUNT);
    if (r->has & PARAM_TOLD) {
        char told[BULK_TEXT_SIZE];
        bulk_print(&r->told, told);
        PROPERTY(strcmp(request_query(r, "told"), told) == 0);
    }
    if (r->has & PARAM_AFTER) {
        store_cursor_print(&r->after, cursor);
        PROPERTY(strcmp(request_query(r, "after"), cursor) == 0);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct route route = {.params = ~0U};
    struct request *r = fuzz_memory(sizeof *r);
    char detail[TEXT_SIZE] = "";
    char *text = fuzz_text(data, size);
    memset(r, 0, sizeof *r);
    if (request_fields(text, size, r->fields, &r->field_count) == 0) {
        const char *field = router_params(r, &route, detail);
        if (field) {
            PROPERTY(request_query(r, field) != NULL);
            PROPERTY(detail[0] != '\0' && strlen(detail) < sizeof detail - 1);
        } else {
            check_values(r);
        }
    }
    request_clear(r);
    free(r);
    free(text);
    return 0;
}
