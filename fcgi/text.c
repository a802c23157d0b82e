/*
 * The table of texts and the few ways to put numbers and times into them.
 * Placeholders have names, not printf's percent signs: a translation may need
 * them in another order, and a wrong one cannot read beyond its arguments.
 */
#include "fcgi/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* A word of the database, and what it is called. */
struct name {
    const char *name;
    enum text_key key;
};

enum { FORMS = 3 }; /* of a text that depends on a number, at most */

/* English is text.def itself; what is translated comes from the po files, see
 * templates/texts.awk. */
static const struct {
    const char *english; /* what was translated; NULL: nothing */
    const char *forms[FORMS];
} texts[LANG_COUNT][TEXT_COUNT] = {
#define TEXT(key, text)            [TEXT_##key] = {text, {text}},
#define TEXT_N(key, one, many)     [TEXT_##key] = {one, {one, many}},
#define REASON(key, text)          [TEXT_REASON_##key] = {text, {text}},
#define TEXT_IN(key, english, ...) [TEXT_##key] = {english, {__VA_ARGS__}},
    [LANG_EN] =
        {
#include "common/reason.def"
#include "fcgi/text.def"
        },
    [LANG_RU] =
        {
#include "fcgi/text_ru.def"
        },
#undef TEXT
#undef TEXT_N
#undef REASON
#undef TEXT_IN
};

/* Which of the forms fits N things, as the Plural-Forms of the po files number them
 * and
 * https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html
 * tells them apart. */

static int
english_form(uint64_t n)
{
    return n == 1 ? 0 : 1;
}

static int
russian_form(uint64_t n)
{
    bool teens = n % 100 >= 11 && n % 100 <= 14;
    if (n % 10 == 1 && !teens)
        return 0;
    return n % 10 >= 2 && n % 10 <= 4 && !teens ? 1 : 2;
}

static int (*const form_of[LANG_COUNT])(uint64_t n) = {
    [LANG_EN] = english_form,
    [LANG_RU] = russian_form,
};

const char *
text_source(enum lang lang, enum text_key key)
{
    return texts[lang][key].english;
}

const char *
text_get(enum lang lang, enum text_key key)
{
    if (texts[lang][key].english == NULL)
        lang = LANG_EN;
    return texts[lang][key].forms[0];
}

const char *
text_plural(enum lang lang, enum text_key key, uint64_t n)
{
    if (texts[lang][key].english == NULL)
        lang = LANG_EN;
    const char *form = texts[lang][key].forms[form_of[lang](n)];
    return form != NULL ? form : texts[lang][key].forms[0];
}

/* Appends the LENGTH bytes at FROM to OUT, keeping room for the terminator. */
static void
append(char *out, size_t size, size_t *used, const char *from, size_t length)
{
    size_t room = size - 1 - *used;
    if (length > room)
        length = room;
    memcpy(out + *used, from, length);
    *used += length;
    out[*used] = '\0';
}

/* The value of the placeholder of LENGTH bytes at NAME, or NULL. */
static const char *
value_of(va_list pairs, const char *name, size_t length)
{
    const char *key;
    while ((key = va_arg(pairs, const char *)) != NULL) {
        const char *value = va_arg(pairs, const char *);
        if (strlen(key) == length && memcmp(key, name, length) == 0)
            return value;
    }
    return NULL;
}

char *
text_fill(char *out, size_t size, const char *pattern, ...)
{
    size_t used = 0;
    out[0] = '\0';
    while (*pattern != '\0') {
        const char *end = *pattern == '{' ? strchr(pattern, '}') : NULL;
        const char *value = NULL;
        if (end != NULL) {
            va_list pairs;
            va_start(pairs, pattern);
            value = value_of(pairs, pattern + 1, (size_t)(end - pattern - 1));
            va_end(pairs);
        }
        if (value != NULL) {
            append(out, size, &used, value, strlen(value));
            pattern = end + 1;
        } else {
            append(out, size, &used, pattern, 1);
            pattern++;
        }
    }
    return out;
}

char *
text_number(enum lang lang, char out[TEXT_NUMBER_SIZE], uint64_t n)
{
    char plain[24];
    int length = snprintf(plain, sizeof plain, "%llu", (unsigned long long)n);
    const char *separator = text_get(lang, TEXT_NUMBER_THOUSANDS);
    size_t used = 0;
    out[0] = '\0';
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            append(out, TEXT_NUMBER_SIZE, &used, separator, strlen(separator));
        append(out, TEXT_NUMBER_SIZE, &used, plain + i, 1);
    }
    return out;
}

/* VALUE with one decimal below ten, none above, in the unit of KEY. Its callers go
 * by what is shown: 0.9996 s would be 1000 ms, so it is 1 s. form.js does the same. */
static char *
with_unit(enum lang lang, char out[TEXT_SPAN_SIZE], enum text_key key, double value)
{
    char number[32], written[32];
    snprintf(number, sizeof number, "%.*f", value < 9.95 ? 1 : 0, value);
    size_t whole = strcspn(number, ".");
    bool decimals = number[whole] != '\0' && strcmp(number + whole, ".0") != 0;
    snprintf(written, sizeof written, "%.*s%s%s", (int)whole, number,
             decimals ? text_get(lang, TEXT_NUMBER_DECIMAL) : "",
             decimals ? number + whole + 1 : "");
    return text_fill(out, TEXT_SPAN_SIZE, text_get(lang, key), "n", written, NULL);
}

char *
text_span(enum lang lang, char out[TEXT_SPAN_SIZE], double seconds)
{
    if (seconds < 0)
        seconds = 0;
    if (seconds * 1e6 < 999.5)
        return with_unit(lang, out, TEXT_UNIT_MICROSECONDS, seconds * 1e6);
    if (seconds * 1000 < 999.5)
        return with_unit(lang, out, TEXT_UNIT_MILLISECONDS, seconds * 1000);
    if (seconds < 89.5)
        return with_unit(lang, out, TEXT_UNIT_SECONDS, seconds);
    if (seconds < 89.5 * 60)
        return with_unit(lang, out, TEXT_UNIT_MINUTES, seconds / 60);
    if (seconds < 47.5 * 3600)
        return with_unit(lang, out, TEXT_UNIT_HOURS, seconds / 3600);
    return with_unit(lang, out, TEXT_UNIT_DAYS, seconds / 86400);
}

char *
text_eta(enum lang lang, char out[TEXT_SPAN_SIZE], double seconds)
{
    char span[TEXT_SPAN_SIZE];
    out[0] = '\0';
    if (seconds < 0)
        return out;
    text_span(lang, span, seconds < 1 ? 1 : seconds);
    return text_fill(out, TEXT_SPAN_SIZE, text_get(lang, TEXT_ETA), "time", span, NULL);
}

char *
text_memory(enum lang lang, char out[TEXT_SPAN_SIZE], int64_t kib)
{
    double amount = (double)kib;
    if (amount < 1024)
        return with_unit(lang, out, TEXT_UNIT_KIB, amount);
    if (amount / 1024 < 1023.5)
        return with_unit(lang, out, TEXT_UNIT_MIB, amount / 1024);
    return with_unit(lang, out, TEXT_UNIT_GIB, amount / (1024.0 * 1024));
}

char *
text_rate(enum lang lang, char out[TEXT_SPAN_SIZE], bool terms, double per_second)
{
    char number[TEXT_NUMBER_SIZE];
    double unit = 1;
    while (per_second / unit >= 100)
        unit *= 10;
    per_second = (double)(uint64_t)(per_second / unit + 0.5) * unit;
    if (per_second >= 1e6)
        return with_unit(lang, out,
                         terms ? TEXT_RATE_TERMS_MILLIONS : TEXT_RATE_DIGITS_MILLIONS,
                         per_second / 1e6);
    text_number(lang, number, (uint64_t)per_second);
    return text_fill(out, TEXT_SPAN_SIZE,
                     text_get(lang, terms ? TEXT_RATE_TERMS : TEXT_RATE_DIGITS), "n",
                     number, NULL);
}

/* MICROS as calendar time in UTC; false for what a calendar cannot hold. */
static bool
calendar(int64_t micros, struct tm *tm)
{
    time_t seconds = (time_t)(micros / 1000000);
    return micros >= 0 && gmtime_r(&seconds, tm) != NULL;
}

char *
text_time_machine(char out[TEXT_TIME_SIZE], int64_t micros)
{
    struct tm tm;
    out[0] = '\0';
    if (!calendar(micros, &tm))
        return out;
    size_t used = strftime(out, TEXT_TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out + used, TEXT_TIME_SIZE - used, ".%03dZ", (int)(micros / 1000 % 1000));
    return out;
}

char *
text_time(enum lang lang, char out[TEXT_TIME_SIZE], int64_t micros)
{
    struct tm tm;
    char year[8], month[4], day[4], time[12];
    out[0] = '\0';
    if (!calendar(micros, &tm))
        return out;
    strftime(year, sizeof year, "%Y", &tm);
    strftime(month, sizeof month, "%m", &tm);
    strftime(day, sizeof day, "%d", &tm);
    strftime(time, sizeof time, "%H:%M:%S", &tm);
    return text_fill(out, TEXT_TIME_SIZE, text_get(lang, TEXT_TIME), "year", year,
                     "month", month, "day", day, "time", time, NULL);
}

const char *
text_status(enum lang lang, enum status status)
{
    static const enum text_key keys[STATUS_COUNT] = {
        [STATUS_QUEUED] = TEXT_STATUS_QUEUED,
        [STATUS_RUNNING] = TEXT_STATUS_RUNNING,
        [STATUS_DONE] = TEXT_STATUS_DONE,
        [STATUS_FAILED] = TEXT_STATUS_FAILED,
        [STATUS_CANCELLED] = TEXT_STATUS_CANCELLED,
    };
    return text_get(lang, keys[status]);
}

const char *
text_stage(enum lang lang, enum stage stage)
{
    static const enum text_key keys[STAGE_COUNT] = {
        [STAGE_REGISTERED] = TEXT_STAGE_REGISTERED,
        [STAGE_SCHEDULED] = TEXT_STAGE_SCHEDULED,
        [STAGE_TAKEN] = TEXT_STAGE_TAKEN,
        [STAGE_CALCULATED] = TEXT_STAGE_CALCULATED,
        [STAGE_STORED] = TEXT_STAGE_STORED,
    };
    return text_get(lang, keys[stage]);
}

/* The text of the one of COUNT names that NAME is, or NAME itself. */
static const char *
named(enum lang lang, const char *name, const struct name *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i].name) == 0)
            return text_get(lang, names[i].key);
    return name;
}

const char *
text_event(enum lang lang, const char *stage)
{
    static const struct name others[] = {
        {"failed", TEXT_EVENT_FAILED},     {"cancelled", TEXT_EVENT_CANCELLED},
        {"requeued", TEXT_EVENT_REQUEUED}, {"resumed", TEXT_EVENT_RESUMED},
        {"retried", TEXT_EVENT_RETRIED},
    };
    enum stage known;
    if (stage_parse(stage, &known))
        return text_stage(lang, known);
    return named(lang, stage, others, sizeof others / sizeof others[0]);
}

const char *
text_phase(enum lang lang, const char *phase)
{
    static const struct name phases[] = {
        {"streaming", TEXT_NOW_STREAMING}, {"splitting", TEXT_NOW_SPLITTING},
        {"dividing", TEXT_NOW_DIVIDING},   {"converting", TEXT_NOW_CONVERTING},
        {"summing", TEXT_NOW_SUMMING},     {"verifying", TEXT_NOW_VERIFYING},
        {"saving", TEXT_NOW_SAVING},
    };
    return named(lang, phase, phases, sizeof phases / sizeof phases[0]);
}
