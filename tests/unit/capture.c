/*
 * See capture.h. A temporary file takes any amount without a reader.
 */
#include "cmocka_all.h"

#include "capture.h"

#include <unistd.h>

void
capture_begin(struct capture *c, int fd)
{
    fflush(stdout);
    fflush(stderr);
    c->fd = fd;
    c->saved = dup(fd);
    c->file = tmpfile();
    assert_true(c->saved >= 0 && c->file != NULL);
    assert_int_equal(dup2(fileno(c->file), fd), fd);
}

void
capture_end(struct capture *c, char *text, size_t size)
{
    size_t n;

    fflush(stdout);
    fflush(stderr);
    dup2(c->saved, c->fd);
    close(c->saved);
    rewind(c->file);
    n = fread(text, 1, size - 1, c->file);
    text[n] = '\0';
    fclose(c->file);
}
