/*
 * Range, for a body of any size: what is sent lies within it, and asking for just
 * that gives the same.
 */
#include "config.h"

#include "fuzz.h"

#include "fcgi/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t width = (size_t)fuzz_number(&data, &size, 1) % 9;
    uint64_t length = fuzz_number(&data, &size, width);
    uint64_t first = 1, last = 0, again_first, again_last;
    char *header = fuzz_text(data, size);
    char again[64];

    switch (request_range(header, length, &first, &last)) {
    case RANGE_ONE:
        PROPERTY(first <= last && last < length);
        PROPERTY(strchr(header, ',') == NULL);
        snprintf(again, sizeof again, "bytes=%" PRIu64 "-%" PRIu64, first, last);
        PROPERTY(request_range(again, length, &again_first, &again_last) == RANGE_ONE);
        PROPERTY(again_first == first && again_last == last);
        snprintf(again, sizeof again, "bytes=-%" PRIu64, length - first);
        PROPERTY(request_range(again, length, &again_first, &again_last) == RANGE_ONE);
        PROPERTY(again_first == first && again_last == length - 1);
        break;
    case RANGE_BAD:
        PROPERTY(strncasecmp(header, "bytes=", 6) == 0);
        break;
    case RANGE_NONE:
        PROPERTY(first == 1 && last == 0);
        break;
    }
    /* Whether it is one range does not depend on the body. */
    PROPERTY((request_range(header, length, &first, &last) == RANGE_NONE) ==
             (request_range(header, 1000, &first, &last) == RANGE_NONE));
    free(header);
    return 0;
}
