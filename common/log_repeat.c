/*
 * Repeated lines, see log_repeat.h. Lines are told apart by a hash (FNV-1a, 64 bits:
 * http://www.isthe.com/chongo/tech/comp/fnv/); the one that was written longest ago
 * makes room for a new one.
 */
#include "log_repeat.h"

#include <stddef.h>

static uint64_t
hash_of(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

bool
log_repeat_admits(struct log_repeat *r, const char *text, int64_t now,
                  unsigned *dropped)
{
    uint64_t hash = hash_of(text);
    size_t oldest = 0;

    *dropped = 0;
    for (size_t i = 0; i < LOG_REPEAT_LINES; i++) {
        if (r->lines[i].at > 0 && r->lines[i].hash == hash) {
            if (now - r->lines[i].at < LOG_REPEAT_US) {
                r->lines[i].dropped++;
                return false;
            }
            *dropped = r->lines[i].dropped;
            oldest = i;
            break;
        }
        if (r->lines[i].at < r->lines[oldest].at)
            oldest = i;
    }
    r->lines[oldest].hash = hash;
    r->lines[oldest].at = now;
    r->lines[oldest].dropped = 0;
    return true;
}
