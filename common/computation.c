/*
 * The words of a computation, and what can be asked. The limits differ because
 * the methods do: spigot's time grows with the square of the position, bbp's
 * hardly needs memory at all.
 */
#include "computation.h"

#include <string.h>

#define WHITE_SPACE " \t\n\v\f\r"
#define DIGITS      "0123456789"

static const char *const stage_names[STAGE_COUNT] = {
    "registered", "scheduled", "taken", "calculated", "stored",
};
static const char *const status_names[STATUS_COUNT] = {
    "queued", "running", "done", "failed", "cancelled",
};
static const char *const wanted_names[WANTED_COUNT] = {"run", "cancel", "delete"};
static const char *const algorithm_names[ALGORITHM_COUNT] = {
    "auto",
    "spigot",
    "chudnovsky",
    "bbp",
};

/* The index of TEXT among COUNT names, or -1. */
static int
find_name(const char *const *names, int count, const char *text)
{
    for (int i = 0; text != NULL && i < count; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    return -1;
}

const char *
stage_name(enum stage stage)
{
    return stage_names[stage];
}

const char *
status_name(enum status status)
{
    return status_names[status];
}

const char *
wanted_name(enum wanted wanted)
{
    return wanted_names[wanted];
}

const char *
algorithm_name(enum algorithm algorithm)
{
    return algorithm_names[algorithm];
}

bool
stage_parse(const char *text, enum stage *out)
{
    int i = find_name(stage_names, STAGE_COUNT, text);

    if (i >= 0)
        *out = (enum stage)i;
    return i >= 0;
}

bool
status_parse(const char *text, enum status *out)
{
    int i = find_name(status_names, STATUS_COUNT, text);

    if (i >= 0)
        *out = (enum status)i;
    return i >= 0;
}

bool
wanted_parse(const char *text, enum wanted *out)
{
    int i = find_name(wanted_names, WANTED_COUNT, text);

    if (i >= 0)
        *out = (enum wanted)i;
    return i >= 0;
}

bool
algorithm_parse(const char *text, enum algorithm *out)
{
    int i = find_name(algorithm_names, ALGORITHM_COUNT, text);

    if (i >= 0)
        *out = (enum algorithm)i;
    return i >= 0;
}

bool
radix_parse(const char *text, int *radix)
{
    if (text != NULL && strcmp(text, "10") == 0)
        *radix = 10;
    else if (text != NULL && strcmp(text, "16") == 0)
        *radix = 16;
    else
        return false;
    return true;
}

/* What is wrong with the LENGTH characters at TEXT, which are no plain number. */
static enum ask_problem
why_no_number(const char *text, size_t length)
{
    const char *p = text;
    bool negative = *p == '-';
    size_t whole, fraction = 0;

    if (negative)
        p++;
    whole = strspn(p, DIGITS);
    p += whole;
    if (*p == '.' || *p == ',') {
        fraction = strspn(p + 1, DIGITS);
        p += 1 + fraction;
    }
    if (whole + fraction == 0)
        return ASK_NOT_A_NUMBER;
    if (*p == 'e' || *p == 'E') {
        const char *exponent = p + 1 + (p[1] == '+' || p[1] == '-');
        size_t digits = strspn(exponent, DIGITS);

        if (digits > 0)
            p = exponent + digits;
    }
    if (p != text + length)
        return ASK_NOT_A_NUMBER;
    return negative ? ASK_NEGATIVE : ASK_NOT_WHOLE;
}

double
computation_speed(const struct computation *c)
{
    bool all = c->method == ALGORITHM_CHUDNOVSKY || c->method == ALGORITHM_SPIGOT;
    if (c->status != STATUS_DONE || !all || c->answered_by != 0 || c->wall_s <= 0)
        return -1;
    return (double)c->position / c->wall_s;
}

enum ask_problem
position_parse(const char *text, uint64_t *position)
{
    uint64_t value = 0;
    size_t length;

    if (text == NULL)
        return ASK_EMPTY;
    text += strspn(text, WHITE_SPACE);
    length = strlen(text);
    while (length > 0 && strchr(WHITE_SPACE, text[length - 1]) != NULL)
        length--;
    if (length == 0)
        return ASK_EMPTY;
    if (strspn(text, DIGITS) != length)
        return why_no_number(text, length);
    for (size_t i = 0; i < length; i++) {
        value = 10 * value + (uint64_t)(text[i] - '0');
        if (value > POSITION_MAX)
            return ASK_ABOVE_LIMIT;
    }
    if (value == 0)
        return ASK_ZERO;
    *position = value;
    return ASK_OK;
}

bool
algorithm_has_radix(enum algorithm algorithm, int radix)
{
    switch (algorithm) {
    case ALGORITHM_SPIGOT:
        return radix == 10;
    case ALGORITHM_BBP:
        return radix == 16;
    case ALGORITHM_AUTO:
    case ALGORITHM_CHUDNOVSKY:
        return radix == 10 || radix == 16;
    case ALGORITHM_COUNT:
        break;
    }
    return false;
}

uint64_t
auto_prefix_limit(const struct limits *limits, int radix)
{
    if (radix == 10)
        return POSITION_MAX;
    if (radix != 16)
        return 0;
    return limits->chudnovsky < AUTO_HEX_LIMIT ? limits->chudnovsky : AUTO_HEX_LIMIT;
}

enum algorithm
algorithm_auto(const struct limits *limits, int radix, uint64_t position)
{
    return radix == 10 || position <= auto_prefix_limit(limits, radix)
               ? ALGORITHM_CHUDNOVSKY
               : ALGORITHM_BBP;
}

uint64_t
position_limit(const struct limits *limits, enum algorithm algorithm, int radix)
{
    uint64_t prefix;

    if (!algorithm_has_radix(algorithm, radix))
        return 0;
    switch (algorithm) {
    case ALGORITHM_SPIGOT:
        return limits->spigot;
    case ALGORITHM_CHUDNOVSKY:
        return limits->chudnovsky;
    case ALGORITHM_BBP:
        return limits->bbp;
    case ALGORITHM_AUTO:
    case ALGORITHM_COUNT:
        break;
    }
    if (radix == 10)
        return limits->chudnovsky;
    prefix = auto_prefix_limit(limits, radix);
    return limits->bbp > prefix ? limits->bbp : prefix;
}

enum ask_problem
ask_check(const struct limits *limits, int radix, uint64_t position,
          enum algorithm algorithm)
{
    if (!algorithm_has_radix(algorithm, radix))
        return ASK_RADIX;
    if (position == 0)
        return ASK_ZERO;
    if (position > position_limit(limits, algorithm, radix))
        return ASK_ABOVE_LIMIT;
    return ASK_OK;
}
