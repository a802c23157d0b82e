#include "config.h"

#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void
fuzz_fail(const char *property, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, property);
    abort();
}

void *
fuzz_memory(size_t size)
{
    void *memory = malloc(size > 0 ? size : 1);
    if (!memory) {
        fprintf(stderr, "no memory\n");
        abort();
    }
    return memory;
}

char *
fuzz_text(const uint8_t *data, size_t size)
{
    char *text = fuzz_memory(size + 1);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

uint64_t
fuzz_number(const uint8_t **data, size_t *size, size_t bytes)
{
    uint64_t number = 0;
    for (; bytes > 0 && *size > 0; bytes--, ++*data, --*size)
        number = number << 8 | **data;
    return number;
}

bool
fuzz_utf8(const char *text)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)text;
    while (*p) {
        int more = *p < 0x80 ? 0 : *p < 0xc0 ? -1 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 : 3;
        if (more < 0 || *p > 0xf7)
            return false;
        uint32_t point = more == 0 ? *p : *p & (0x3fU >> more);
        p++;
        for (int i = 0; i < more; i++, p++) {
            if ((*p & 0xc0) != 0x80)
                return false;
            point = point << 6 | (*p & 0x3fU);
        }
        if (point < least[more] || (point >= 0xd800 && point <= 0xdfff) ||
            point > 0x10ffff)
            return false;
    }
    return true;
}
