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
    path->failed = path->stream == NULL;
}

void
picture_path_add(struct picture_path *path, const char *format, ...)
{
    va_list arguments;
    if (path->failed)
        return;
    va_start(arguments, format);
    path->failed = vfprintf(path->stream, format, arguments) < 0;
    va_end(arguments);
}

void
picture_path_set(struct picture_path *path, struct dict *dict, enum view_key key)
{
    if (path->stream != NULL && fclose(path->stream) != 0)
        path->failed = true;
    /* (The stream's last step may want memory, and then leaves no text.) */
    if (path->failed || path->text == NULL) {
        log_error("no memory for a picture");
        dict_lack();
    } else {
        dict_set(dict, key, path->text);
    }
    free(path->text);
}
