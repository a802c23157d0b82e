/*
 * Reading back what was written, see read_back.h.
 */
#include "daemon/read_back.h"

#include <string.h>

void
read_back_begin(struct read_back *r)
{
    crypto_hash_sha256_init(&r->seen);
    read_back_add(r, "3.", 2);
}

void
read_back_add(struct read_back *r, const char *text, size_t length)
{
    crypto_hash_sha256_update(&r->seen, (const unsigned char *)text, length);
}

enum digits_rc
read_back_check(struct read_back *r, int fd, int sum_fd, int radix, uint64_t length,
                const char *sha256)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char seen[DIGITS_SHA256_SIZE], found[DIGITS_SHA256_SIZE];
    enum digits_rc rc = digits_check_open(fd, sum_fd, radix, length, found);

    crypto_hash_sha256_final(&r->seen, hash);
    sodium_bin2hex(seen, sizeof seen, hash, sizeof hash);
    if (rc == DIGITS_OK && (strcmp(seen, found) != 0 || strcmp(seen, sha256) != 0)) {
        rc = DIGITS_BROKEN;
    }
    return rc;
}
