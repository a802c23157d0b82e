/*
 * Names of digits files and cursors of pages: there is one way to write each, so what
 * is read prints as it came, and what is printed is read.
 */
#include "config.h"

#include "fuzz.h"

#include "common/digits.h"
#include "common/store_list.h"

#include <stdlib.h>
#include <string.h>

static void
check_name(const char *text)
{
    char name[DIGITS_NAME_SIZE];
    const char *kind = strstr(text, ".sum") ? "sum" : "txt";
    int radix;
    uint64_t length;
    if (!digits_parse_name(text, &radix, &length))
        return;
    PROPERTY(radix == 10 || radix == 16);
    digits_name(name, radix, length, kind);
    PROPERTY(strcmp(name, text) == 0 && strchr(text, '/') == NULL);
}

static void
check_cursor(const char *text)
{
    char printed[STORE_CURSOR_SIZE];
    struct store_cursor cursor;
    if (!store_cursor_parse(text, &cursor))
        return;
    PROPERTY(cursor.id > 0);
    store_cursor_print(&cursor, printed);
    PROPERTY(strcmp(text, printed) == 0);
}

/* From the value to the text and back. */
static void
check_values(uint64_t number)
{
    char name[DIGITS_NAME_SIZE], cursor_text[STORE_CURSOR_SIZE];
    int radix = number & 1 ? 16 : 10;
    int found_radix;
    uint64_t length = number % UINT64_C(1000000000000000), found;
    digits_name(name, radix, length, number & 2 ? "sum" : "txt");
    PROPERTY(digits_parse_name(name, &found_radix, &found));
    PROPERTY(found_radix == radix && found == length);

    const struct store_cursor cursor = {
        .running = number & 1,
        .id = (int64_t)(number % UINT64_C(999999999999999999) + 1),
    };
    struct store_cursor again;
    store_cursor_print(&cursor, cursor_text);
    PROPERTY(store_cursor_parse(cursor_text, &again));
    PROPERTY(again.running == cursor.running && again.id == cursor.id);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    check_name(text);
    check_cursor(text);
    check_values(fuzz_number(&data, &size, 8));
    free(text);
    return 0;
}
