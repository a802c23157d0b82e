/*
 * See updates_fixture.h.
 */
#include "updates_fixture.h"

#include <inttypes.h>
#include <stdio.h>

json_t *
poll_since(struct site *site, int64_t since, const char *filter)
{
    char target[96];
    snprintf(target, sizeof target, "/updates?since=%" PRId64 "%s", since, filter);
    site_get(site, target);
    if (site->reply.status == 304)
        return NULL;
    assert_status(site, 200);
    return site_json(site);
}

int64_t
revision_of(const json_t *answer)
{
    return json_integer_value(json_object_get(answer, "revision"));
}
