/*
 * The configuration file, from a file in memory. Whatever it says, every option is
 * within its bounds afterwards, and the same file says the same again.
 */
#include "config.h"

#include "fuzz.h"

#include "common/conf_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void
check_option(const struct conf *conf, const struct conf_option *option)
{
    const void *field = (const char *)conf + option->offset;
    uint64_t number = 0;
    switch (option->type) {
    case CONF_TEXT: {
        const char *text = *(char *const *)field;
        PROPERTY(text != NULL && strpbrk(text, "\r\n") == NULL);
        PROPERTY(option->check == NULL || option->check(text));
        return;
    }
    case CONF_NUMBER:
    case CONF_OCTAL:
        number = *(const unsigned *)field;
        break;
    case CONF_LARGE:
        number = *(const uint64_t *)field;
        break;
    case CONF_SWITCH:
        PROPERTY(*(const unsigned char *)field <= 1);
        return;
    case CONF_LEVEL:
        PROPERTY(*(const unsigned *)field <= LOG_LEVEL_DEBUG);
        return;
    case CONF_TARGET:
        PROPERTY(*(const unsigned *)field <= LOG_TARGET_FILE);
        PROPERTY((conf->log_target == LOG_TARGET_FILE) == (conf->log_file != NULL));
        return;
    case CONF_SANDBOX:
        PROPERTY(*(const unsigned *)field <= SANDBOX_OFF);
        return;
    }
    PROPERTY(number >= option->min && number <= option->max);
}

static void
set_defaults(struct conf *conf)
{
    char reason[CONF_REASON_SIZE];
    memset(conf, 0, sizeof *conf);
    for (size_t i = 0; i < conf_option_count; i++)
        PROPERTY(conf_set(conf, &conf_options[i], conf_options[i].initial, reason));
}

/* True when A and B have the same values. */
static bool
same(const struct conf *a, const struct conf *b)
{
    for (size_t i = 0; i < conf_option_count; i++) {
        const struct conf_option *option = &conf_options[i];
        const char *one = (const char *)a + option->offset;
        const char *other = (const char *)b + option->offset;
        size_t size = option->type == CONF_LARGE    ? sizeof(uint64_t)
                      : option->type == CONF_SWITCH ? sizeof(bool)
                                                    : sizeof(unsigned);
        if (option->type == CONF_TEXT
                ? strcmp(*(char *const *)one, *(char *const *)other) != 0
                : memcmp(one, other, size) != 0)
            return false;
    }
    return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct conf conf, again;
    char path[64];
    int fd = memfd_create("conf", MFD_CLOEXEC);
    PROPERTY(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);

    set_defaults(&conf);
    set_defaults(&again);
    int rc = conf_read_file(&conf, path);
    PROPERTY(rc == 0 || rc == -1);
    PROPERTY(conf_read_file(&again, path) == rc);
    for (size_t i = 0; i < conf_option_count; i++)
        check_option(&conf, &conf_options[i]);
    PROPERTY(same(&conf, &again));
    close(fd);
    conf_clear(&conf);
    conf_clear(&again);
    return 0;
}
