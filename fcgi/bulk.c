/*
 * Several rows, and what became of them, as text for an address.
 */
#include "fcgi/bulk.h"

#include <inttypes.h>
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

bool
bulk_parse_id(const char *text, size_t length, int64_t *id)
{
    if (length == 0 || length > 18 || strspn(text, "0123456789") < length ||
        text[0] == '0')
        return false;
    *id = strtoll(text, NULL, 10);
    return true;
}

bool
bulk_has(const int64_t *ids, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] == id)
            return true;
    return false;
}

void
bulk_print_ids(const int64_t *ids, size_t count, char text[BULK_IDS_SIZE])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, BULK_IDS_SIZE - used, "%s%" PRId64,
                                 i > 0 ? "." : "", ids[i]);
}

bool
bulk_parse_ids(const char *text, int64_t ids[BULK_MOST], size_t *count)
{
    size_t n = 0;
    *count = 0;
    for (;; text++) {
        size_t length = strcspn(text, ".");
        if (n == BULK_MOST || !bulk_parse_id(text, length, &ids[n]) ||
            bulk_has(ids, n, ids[n]))
            return false;
        n++;
        text += length;
        if (*text == '\0')
            break;
    }
    *count = n;
    return true;
}
