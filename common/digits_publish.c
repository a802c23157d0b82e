/*
 * Names of digits files: given, taken apart, and taken away again.
 */
#include "digits_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const kinds[] = {"txt", "sum"};

void
digits_name(char name[DIGITS_NAME_SIZE], int radix, uint64_t length, const char *kind)
{
    snprintf(name, DIGITS_NAME_SIZE, "pi-%d-%" PRIu64 ".%s", radix, length, kind);
}

bool
digits_parse_name(const char *name, int *radix, uint64_t *length)
{
    char again[DIGITS_NAME_SIZE];

    if (sscanf(name, "pi-%2d-%15" SCNu64, radix, length) != 2 ||
        (*radix != 10 && *radix != 16))
        return false;
    for (size_t i = 0; i < 2; i++) {
        digits_name(again, *radix, *length, kinds[i]);
        if (strcmp(name, again) == 0)
            return true;
    }
    return false;
}

enum digits_rc
digits_commit(int work_fd, const char *aside_txt, const char *aside_sum, int digits_fd,
              int radix, uint64_t length)
{
    char txt[DIGITS_NAME_SIZE], sum[DIGITS_NAME_SIZE];

    digits_name(txt, radix, length, "txt");
    digits_name(sum, radix, length, "sum");
    if (renameat(work_fd, aside_sum, digits_fd, sum) != 0 ||
        renameat(work_fd, aside_txt, digits_fd, txt) != 0 || fsync(digits_fd) != 0)
        return DIGITS_IO;
    return DIGITS_OK;
}

enum digits_rc
digits_remove(int digits_fd, int radix, uint64_t length)
{
    static const char *const parts[] = {"txt", "sum", "idx"};
    char name[DIGITS_NAME_SIZE];

    /* The digits go first: a file without its sidecar must not be found. */
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        digits_name(name, radix, length, parts[i]);
        if (unlinkat(digits_fd, name, 0) != 0 && errno != ENOENT)
            return DIGITS_IO;
    }
    return DIGITS_OK;
}

/* Takes NAME away to ASIDE, which what is there gives way to. */
static enum digits_rc
put_away(int digits_fd, const char *name, const char *aside)
{
    if (renameat(digits_fd, name, digits_fd, aside) == 0 || errno == ENOENT)
        return DIGITS_OK;
    /* A folder takes no file's place, nor a file a folder's. */
    if (unlinkat(digits_fd, aside, 0) != 0)
        unlinkat(digits_fd, aside, AT_REMOVEDIR);
    return renameat(digits_fd, name, digits_fd, aside) == 0 ? DIGITS_OK : DIGITS_IO;
}

/* The name that broken files of RADIX and KIND get. */
static void
name_aside(char name[DIGITS_NAME_SIZE], int radix, const char *kind)
{
    snprintf(name, DIGITS_NAME_SIZE, "damaged-%d.%s", radix, kind);
}

enum digits_rc
digits_put_away(int digits_fd, int radix, uint64_t length)
{
    enum digits_rc rc = DIGITS_OK;

    for (size_t i = 0; i < 2; i++) {
        char name[DIGITS_NAME_SIZE], aside[DIGITS_NAME_SIZE];

        digits_name(name, radix, length, kinds[i]);
        name_aside(aside, radix, kinds[i]);
        if (put_away(digits_fd, name, aside) != DIGITS_OK)
            rc = DIGITS_IO;
    }
    char index[DIGITS_NAME_SIZE];
    digits_name(index, radix, length, "idx");
    if (unlinkat(digits_fd, index, 0) != 0 && errno != ENOENT)
        rc = DIGITS_IO;
    return rc;
}

bool
digits_is_put_away(const char *name)
{
    char aside[DIGITS_NAME_SIZE];

    for (int radix = 10; radix <= 16; radix += 6)
        for (size_t i = 0; i < 2; i++) {
            name_aside(aside, radix, kinds[i]);
            if (strcmp(name, aside) == 0)
                return true;
        }
    return false;
}
