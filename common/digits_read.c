/*
 * Reading digits files. Position 0, the 3, is the first byte; the point stands
 * between it and position 1, so position p is byte p + 1.
 */
#include "digits_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Characters that are looked at without a branch, so that the compiler can make
 * vectors of them. */
enum { RUN = 64 };

/* True when C is a digit of RADIX. */
static inline bool
is_digit(unsigned char c, bool hex)
{
    return (unsigned char)(c - '0') <= 9 || (hex && (unsigned char)(c - 'a') <= 5);
}

static bool
run_is_valid(const unsigned char *text, bool hex)
{
    unsigned char other = 0;

    if (hex)
        for (size_t i = 0; i < RUN; i++)
            other |= !is_digit(text[i], true);
    else
        for (size_t i = 0; i < RUN; i++)
            other |= !is_digit(text[i], false);
    return other == 0;
}

bool
digits_are_valid(const char *text, size_t length, int radix)
{
    const unsigned char *c = (const unsigned char *)text;
    bool hex = radix == 16;

    for (; length >= RUN; c += RUN, length -= RUN)
        if (!run_is_valid(c, hex))
            return false;
    for (size_t i = 0; i < length; i++)
        if (!is_digit(c[i], hex))
            return false;
    return true;
}

enum digits_rc
digits_pread(int fd, void *buffer, size_t size, off_t offset)
{
    char *p = buffer;

    while (size > 0) {
        ssize_t n = pread(fd, p, size, offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return DIGITS_IO;
        if (n == 0)
            return DIGITS_BROKEN;
        p += n;
        offset += n;
        size -= (size_t)n;
    }
    return DIGITS_OK;
}

enum digits_rc
digits_open_file(int *fd, int dir_fd, const char *name, uint64_t *size)
{
    enum digits_rc rc = DIGITS_OK;
    struct stat info;

    /* (A pipe would be waited for.) */
    *fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (*fd < 0) {
        if (errno == ENOENT)
            return DIGITS_MISSING;
        return errno == ELOOP || errno == ENXIO ? DIGITS_BROKEN : DIGITS_IO;
    }
    if (fstat(*fd, &info) != 0)
        rc = DIGITS_IO;
    else if (!S_ISREG(info.st_mode))
        rc = DIGITS_BROKEN;
    else
        *size = (uint64_t)info.st_size;
    if (rc != DIGITS_OK) {
        close(*fd);
        *fd = -1;
    }
    return rc;
}

enum digits_rc
digits_open(struct digits_file *file, int digits_fd, int radix, uint64_t length)
{
    char name[DIGITS_NAME_SIZE];
    uint64_t size;
    enum digits_rc rc;

    *file = (struct digits_file){.fd = -1, .radix = radix, .length = length};
    digits_name(name, radix, length, "txt");
    rc = digits_open_file(&file->fd, digits_fd, name, &size);
    if (rc == DIGITS_OK && size != length + DIGITS_HEAD) {
        digits_close(file);
        rc = DIGITS_BROKEN;
    }
    return rc;
}

enum digits_rc
digits_open_aside(struct digits_file *file, int work_fd, const char *path, int radix)
{
    uint64_t size;
    enum digits_rc rc;

    *file = (struct digits_file){.fd = -1, .radix = radix};
    rc = digits_open_file(&file->fd, work_fd, path, &size);
    if (rc == DIGITS_OK && size < DIGITS_HEAD) {
        /* Not even its head is there yet: nothing can be read from it. */
        digits_close(file);
        return DIGITS_MISSING;
    }
    if (rc == DIGITS_OK)
        file->length = size - DIGITS_HEAD;
    return rc;
}

/* Reads SIZE (> 0) bytes at OFFSET, checked where FILE has its proof. */
static enum digits_rc
read_bytes(const struct digits_file *file, char *text, size_t size, uint64_t offset)
{
    return file->proof != NULL ? digits_proof_pread(file, text, size, offset)
                               : digits_pread(file->fd, text, size, (off_t)offset);
}

enum digits_rc
digits_read(const struct digits_file *file, uint64_t from, size_t count, char *text)
{
    char *rest = text;
    enum digits_rc rc = DIGITS_OK;

    if (count == 0)
        return DIGITS_OK;
    if (from > file->length || count - 1 > file->length - from)
        return DIGITS_BROKEN;
    if (from == 0) {
        char head[DIGITS_HEAD];

        rc = read_bytes(file, head, sizeof head, 0);
        if (rc == DIGITS_OK && memcmp(head, "3.", sizeof head) != 0)
            rc = DIGITS_BROKEN;
        *rest++ = '3';
        from = 1;
        count--;
    }
    if (rc == DIGITS_OK && count > 0)
        rc = read_bytes(file, rest, count, from + 1);
    if (rc == DIGITS_OK && !digits_are_valid(rest, count, file->radix))
        rc = DIGITS_BROKEN;
    return rc;
}

void
digits_close(struct digits_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
    digits_proof_release(file->proof);
    file->proof = NULL;
}
