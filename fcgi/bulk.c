/*
 * What became of several rows, as text for an address.
 */
#include "fcgi/bulk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
action_name(enum action action)
{
    static const char *const names[ACTION_COUNT] = {
        [ACTION_CANCEL] = "cancel",
        [ACTION_RETRY] = "retry",
        [ACTION_DELETE] = "delete",
    };
    return names[action];
}

void
bulk_print(const struct bulk_outcome *outcome, char text[BULK_TEXT_SIZE])
{
    size_t used =
        (size_t)snprintf(text, BULK_TEXT_SIZE, "%s", action_name(outcome->action));
    for (int f = 0; f < BULK_FATES; f++)
        used += (size_t)snprintf(text + used, BULK_TEXT_SIZE - used, ".%u",
                                 outcome->count[f]);
}

bool
bulk_parse(const char *text, struct bulk_outcome *outcome)
{
    struct bulk_outcome parsed = {.action = ACTION_CANCEL};
    char again[BULK_TEXT_SIZE];
    const char *at = strchr(text, '.');

    if (at == NULL || strlen(text) >= sizeof again)
        return false;
    while (parsed.action < ACTION_COUNT &&
           (strlen(action_name(parsed.action)) != (size_t)(at - text) ||
            strncmp(text, action_name(parsed.action), (size_t)(at - text)) != 0))
        parsed.action++;
    if (parsed.action == ACTION_COUNT)
        return false;
    for (int f = 0; f < BULK_FATES && *at == '.'; f++) {
        char *end;
        unsigned long n = strtoul(at + 1, &end, 10);
        if (n > BULK_MOST)
            return false;
        parsed.count[f] = (unsigned)n;
        at = end;
    }
    /* There is one way to write it. */
    bulk_print(&parsed, again);
    if (strcmp(again, text) != 0)
        return false;
    *outcome = parsed;
    return true;
}
