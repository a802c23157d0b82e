/*
 * Lists of numbers for SVG, in a stream over memory.
 */
#include "config.h"

#include "fcgi/picture_path.h"

#include "common/log.h"

#include <stdarg.h>
#include <stdlib.h>

void
picture_path_begin(struct picture_path *path)
{
    path->text = NULL;
    path->length = 0;
    path->stream = open_memstream(&path->text, &path->length);
}

void
picture_path_add(struct picture_path *path, const char *format, ...)
{
    va_list arguments;
    if (path->stream == NULL)
        return;
    va_start(arguments, format);
    vfprintf(path->stream, format, arguments);
    va_end(arguments);
}

void
picture_path_set(struct picture_path *path, struct dict *dict, enum view_key key)
{
    int failed = path->stream == NULL;
    if (path->stream != NULL) {
        failed = ferror(path->stream);
        failed = fclose(path->stream) != 0 || failed;
    }
    if (failed) {
        log_error("no memory for a picture");
        dict_lack();
    } else {
        dict_set(dict, key, path->text);
    }
    free(path->text);
}
