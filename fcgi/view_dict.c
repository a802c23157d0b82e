/*
 * Values that are made into texts before they are set; needs no C++.
 */
#include "config.h"

#include "fcgi/view.h"

#include "common/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
dict_set_int(struct dict *dict, enum view_key key, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    dict_set(dict, key, text);
}

void
dict_setf(struct dict *dict, enum view_key key, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int n = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (n < 0) {
        log_error("no memory for a template's text");
        dict_lack();
        return;
    }
    dict_set(dict, key, text);
    free(text);
}
