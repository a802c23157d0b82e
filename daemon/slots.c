/*
 * Slots, see slots.h. A slot is a head and its bytes; the head's digest is that of the
 * head's other members and the bytes. Slot 0 is at the file's start and slot 1 follows
 * it in a fixed distance; what lies between them is a hole.
 */
#include "daemon/slots.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MARK UINT64_C(0x000173746f6c73) /* "slots", version 1 */

struct head {
    uint64_t mark, number, length;
    unsigned char digest[32];
};

static off_t
offset_of(uint64_t number)
{
    return (off_t)(number % 2 * (sizeof(struct head) + SLOTS_MOST));
}

static void
make_digest(const struct head *head, const void *bytes, unsigned char digest[32])
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, sizeof head->digest);
    crypto_generichash_update(&state, (const unsigned char *)head,
                              offsetof(struct head, digest));
    crypto_generichash_update(&state, bytes, head->length);
    crypto_generichash_final(&state, digest, sizeof head->digest);
}

bool
slots_init(struct slots *s, int fd)
{
    s->fd = fd;
    s->number = 0;
    return sodium_init() >= 0;
}

static bool
read_at(int fd, void *bytes, size_t length, off_t at)
{
    while (length > 0) {
        ssize_t n = pread(fd, bytes, length, at);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        bytes = (char *)bytes + n;
        length -= (size_t)n;
        at += n;
    }
    return true;
}

static int
write_at(int fd, const void *bytes, size_t length, off_t at)
{
    while (length > 0) {
        ssize_t n = pwrite(fd, bytes, length, at);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n < 0 ? errno : EIO;
        }
        bytes = (const char *)bytes + n;
        length -= (size_t)n;
        at += n;
    }
    return 0;
}

/* The bytes of slot WHICH if it is whole and newer than S knows, else NULL. */
static void *
read_slot(struct slots *s, uint64_t which, size_t *length)
{
    unsigned char digest[32];
    struct head head;
    void *bytes;

    if (!read_at(s->fd, &head, sizeof head, offset_of(which)) || head.mark != MARK ||
        head.number <= s->number || head.number % 2 != which ||
        head.length > SLOTS_MOST) {
        return NULL;
    }
    bytes = malloc(head.length > 0 ? head.length : 1);
    if (!bytes ||
        !read_at(s->fd, bytes, head.length, offset_of(which) + (off_t)sizeof head)) {
        free(bytes);
        return NULL;
    }
    make_digest(&head, bytes, digest);
    if (memcmp(digest, head.digest, sizeof digest) != 0) {
        free(bytes);
        return NULL;
    }
    s->number = head.number;
    *length = head.length;
    return bytes;
}

void *
slots_read(struct slots *s, size_t *length)
{
    void *bytes, *newer;

    s->number = 0;
    bytes = read_slot(s, 0, length);
    newer = read_slot(s, 1, length);
    if (newer) {
        free(bytes);
        bytes = newer;
    }
    return bytes;
}

int
slots_write(struct slots *s, const void *bytes, size_t length)
{
    struct head head;
    int error;

    if (length > SLOTS_MOST) {
        return EFBIG;
    }
    memset(&head, 0, sizeof head);
    head.mark = MARK;
    head.number = s->number + 1;
    head.length = length;
    make_digest(&head, bytes, head.digest);
    error = write_at(s->fd, bytes, length, offset_of(head.number) + (off_t)sizeof head);
    if (!error) {
        error = write_at(s->fd, &head, sizeof head, offset_of(head.number));
    }
    if (!error && fdatasync(s->fd) != 0) {
        error = errno;
    }
    if (!error) {
        s->number = head.number;
    }
    return error;
}
