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

void
digits_name(char name[DIGITS_NAME_SIZE], int radix, uint64_t length, const char *kind)
{
    snprintf(name, DIGITS_NAME_SIZE, "pi-%d-%" PRIu64 ".%s", radix, length, kind);
}

bool
digits_parse_name(const char *name, int *radix, uint64_t *length)
{
    static const char *const kinds[] = {"txt", "sum"};
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
    char txt[DIGITS_NAME_SIZE], sum[DIGITS_NAME_SIZE];

    digits_name(txt, radix, length, "txt");
    digits_name(sum, radix, length, "sum");
    /* The digits go first: a file without its sidecar must not be found. */
    if ((unlinkat(digits_fd, txt, 0) != 0 && errno != ENOENT) ||
        (unlinkat(digits_fd, sum, 0) != 0 && errno != ENOENT))
        return DIGITS_IO;
    return DIGITS_OK;
}
