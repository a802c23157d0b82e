/*
 * The table of reasons, printing them and finding them again. A number is as many
 * decimal digits as there are, so only {why} can end at several places; it ends as late
 * as the rest allows, since a reason within a reason may hold the same words.
 */
#include "common/reason.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const texts[REASON_COUNT] = {
#define REASON(key, text) [REASON_##key] = (text),
#include "common/reason.def"
#undef REASON
};

static const char number_mark[] = "{number}", limit_mark[] = "{limit}",
                  why_mark[] = "{why}";

/* True when TEXT begins with MARK. */
static bool
begins(const char *text, const char *mark)
{
    return strncmp(text, mark, strlen(mark)) == 0;
}

const char *
reason_text(enum reason reason)
{
    return texts[reason];
}

char *
reason_print(char *out, size_t size, enum reason reason,
             const struct reason_values *values)
{
    static const struct reason_values none = {0, 0, NULL};
    char all[2 * COMPUTATION_TEXT_SIZE], number[24];
    size_t used = 0;

    if (values == NULL)
        values = &none;
    for (const char *text = texts[reason]; *text != '\0' && used < sizeof all - 1;) {
        char letter[2] = {*text, '\0'};
        const char *part = letter;
        const char *mark = NULL;

        if (begins(text, number_mark) || begins(text, limit_mark)) {
            mark = begins(text, number_mark) ? number_mark : limit_mark;
            snprintf(number, sizeof number, "%" PRIu64,
                     mark == number_mark ? values->number : values->limit);
            part = number;
        } else if (begins(text, why_mark)) {
            mark = why_mark;
            part = values->why != NULL ? values->why : "";
        }
        used += (size_t)snprintf(all + used, sizeof all - used, "%s", part);
        if (used >= sizeof all)
            used = sizeof all - 1;
        text += mark != NULL ? strlen(mark) : 1;
    }
    snprintf(out, size, "%s", all);
    return out;
}

/* Reads a number at *WORDS into *VALUE and goes on behind it. */
static bool
take_number(const char **words, uint64_t *value)
{
    size_t length = strspn(*words, "0123456789");

    if (length == 0 || length > 19)
        return false;
    *value = strtoull(*words, NULL, 10);
    *words += length;
    return true;
}

/* True when WORDS are TEXT from here to the end; values go into FOUND. */
static bool
matches(const char *text, const char *words, struct reason_found *found)
{
    while (*text != '\0' && !begins(text, why_mark)) {
        if (begins(text, number_mark)) {
            if (!take_number(&words, &found->number))
                return false;
            text += strlen(number_mark);
        } else if (begins(text, limit_mark)) {
            if (!take_number(&words, &found->limit))
                return false;
            text += strlen(limit_mark);
        } else if (*text++ != *words++) {
            return false;
        }
    }
    if (*text == '\0')
        return *words == '\0';
    text += strlen(why_mark);
    for (size_t length = strlen(words); length > 0; length--) {
        if (length < sizeof found->why && matches(text, words + length, found)) {
            memcpy(found->why, words, length);
            found->why[length] = '\0';
            return true;
        }
    }
    return false;
}

bool
reason_find(const char *words, struct reason_found *found)
{
    for (int reason = 0; reason < REASON_COUNT; reason++) {
        *found = (struct reason_found){.reason = (enum reason)reason};
        if (matches(texts[reason], words, found))
            return true;
    }
    return false;
}
