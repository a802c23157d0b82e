/*
 * The table of languages.
 */
#include "fcgi/lang.h"

#include <string.h>

static const char *const codes[LANG_COUNT] = {
    [LANG_EN] = "en",
};

const char *
lang_code(enum lang lang)
{
    return codes[lang];
}

bool
lang_parse(const char *code, enum lang *lang)
{
    for (int i = 0; i < LANG_COUNT; i++)
        if (strcmp(code, codes[i]) == 0) {
            *lang = (enum lang)i;
            return true;
        }
    return false;
}
