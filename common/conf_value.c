/*
 * From the text of an option's value to its field.
 */
#include "conf_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A whole number in BASE of at most 20 digits, MIN .. MAX. */
static bool
parse_number(const char *text, int base, uint64_t min, uint64_t max, uint64_t *number)
{
    const char *digits = base == 8 ? "01234567" : "0123456789";
    size_t length = strlen(text);
    uint64_t value = 0;

    if (length == 0 || length > 19 || strspn(text, digits) != length)
        return false;
    for (; *text != '\0'; text++)
        value = (uint64_t)base * value + (uint64_t)(*text - '0');
    if (value < min || value > max)
        return false;
    *number = value;
    return true;
}

/* The index of TEXT among COUNT words, or -1. */
static int
parse_word(const char *text, const char *const *words, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(text, words[i]) == 0)
            return i;
    return -1;
}

static bool
set_text(char **field, const struct conf_option *option, const char *text,
         char reason[CONF_REASON_SIZE])
{
    char *copy;

    if (option->check != NULL && !option->check(text)) {
        snprintf(reason, CONF_REASON_SIZE, "%s %s", option->name, option->rule);
        return false;
    }
    copy = strdup(text);
    if (copy == NULL) {
        snprintf(reason, CONF_REASON_SIZE, "no memory");
        return false;
    }
    free(*field);
    *field = copy;
    return true;
}

/* "stderr", "syslog", or "file:" and an absolute path, which goes into log_file. */
static bool
set_target(struct conf *conf, enum log_target *target, const struct conf_option *option,
           const char *text, char reason[CONF_REASON_SIZE])
{
    static const char *const targets[] = {"stderr", "syslog"};
    int word = parse_word(text, targets, 2);
    char *copy;

    if (word >= 0) {
        *target = (enum log_target)word;
        return true;
    }
    if (strncmp(text, "file:/", 6) != 0) {
        snprintf(reason, CONF_REASON_SIZE,
                 "%s must be stderr, syslog or file: and an absolute path, not "
                 "\"%.60s\"",
                 option->name, text);
        return false;
    }
    copy = strdup(text + 5);
    if (copy == NULL) {
        snprintf(reason, CONF_REASON_SIZE, "no memory");
        return false;
    }
    free(conf->log_file);
    conf->log_file = copy;
    *target = LOG_TARGET_FILE;
    return true;
}

bool
conf_set(struct conf *conf, const struct conf_option *option, const char *text,
         char reason[CONF_REASON_SIZE])
{
    static const char *const levels[] = {"error", "warning", "info", "debug"};
    static const char *const switches[] = {"no", "yes"};
    void *field = (char *)conf + option->offset;
    uint64_t number;
    int word;

    switch (option->type) {
    case CONF_TEXT:
        return set_text(field, option, text, reason);
    case CONF_NUMBER:
        if (!parse_number(text, 10, option->min, option->max, &number))
            break;
        *(unsigned *)field = (unsigned)number;
        return true;
    case CONF_LARGE:
        if (!parse_number(text, 10, option->min, option->max, &number))
            break;
        *(uint64_t *)field = number;
        return true;
    case CONF_OCTAL:
        if (!parse_number(text, 8, option->min, option->max, &number)) {
            snprintf(reason, CONF_REASON_SIZE,
                     "%s must be an octal number up to %" PRIo64 ", not \"%.60s\"",
                     option->name, option->max, text);
            return false;
        }
        *(unsigned *)field = (unsigned)number;
        return true;
    case CONF_SWITCH:
        word = parse_word(text, switches, 2);
        if (word >= 0)
            *(bool *)field = word == 1;
        else
            snprintf(reason, CONF_REASON_SIZE, "%s must be yes or no, not \"%.60s\"",
                     option->name, text);
        return word >= 0;
    case CONF_LEVEL:
        word = parse_word(text, levels, 4);
        if (word >= 0)
            *(enum log_level *)field = (enum log_level)word;
        else
            snprintf(reason, CONF_REASON_SIZE,
                     "%s must be error, warning, info or debug, not \"%.60s\"",
                     option->name, text);
        return word >= 0;
    case CONF_TARGET:
        return set_target(conf, field, option, text, reason);
    case CONF_SANDBOX:
        if (sandbox_mode_parse(text, (enum sandbox_mode *)field))
            return true;
        snprintf(reason, CONF_REASON_SIZE,
                 "%s must be on, require or off, not \"%.60s\"", option->name, text);
        return false;
    }
    snprintf(reason, CONF_REASON_SIZE,
             "%s must be a whole number from %" PRIu64 " to %" PRIu64 ", not \"%.60s\"",
             option->name, option->min, option->max, text);
    return false;
}
