/*
 * Tokens, by libsodium. One master key in a file gives four subkeys
 * (crypto_kdf), one for each purpose, so that neither kind of token can be
 * passed off as the other; MACs and hashes are keyed BLAKE2b
 * (crypto_generichash), and what is sent in is compared in constant time.
 *
 *   CSRF token    base64url(quarter of an hour, 4 bytes | MAC, 16 bytes), the MAC
 *                 of the payload and the visitor's name (none: of everybody)
 *   note token    base64url(second, 4 bytes | MAC, 16 bytes), the MAC of the payload
 *                 and the text
 *   owner token   base64url(24 random bytes | MAC, 16 bytes)
 *   owner hash    hex(keyed hash of the 24 random bytes, 32 bytes)
 *   address hash  hex(keyed hash of the address or its network, 32 bytes)
 */
#include "config.h"

#include "fcgi/token.h"

#include "common/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    MAC_SIZE = 16,
    RANDOM_SIZE = 24,
    BUCKET_SIZE = 4,
    SECOND_SIZE = 4,
    HASH_SIZE = 32
};
enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

_Static_assert(OWNER_SIZE == 2 * HASH_SIZE + 1, "an owner is a hash in hex");
_Static_assert(APP_KEY_SIZE == crypto_kdf_KEYBYTES, "the key file is a kdf key");

/* ---- the key file ---- */

/* Writes a new key aside and links it to PATH, unless there is one by now: the
 * file is never seen half-written. */
static int
make_key(const char *path)
{
    unsigned char key[APP_KEY_SIZE];
    char *aside = NULL;
    int result = -1;
    int fd = -1;
    if (asprintf(&aside, "%s.XXXXXX", path) < 0) {
        log_error("no memory for the key file's name");
        return -1;
    }
    fd = mkostemp(aside, O_CLOEXEC); /* mode 0600 */
    if (fd < 0) {
        log_error("cannot create %s: %s", path, strerror(errno));
        free(aside);
        return -1;
    }
    randombytes_buf(key, sizeof key);
    if (write(fd, key, sizeof key) != (ssize_t)sizeof key || fsync(fd) != 0)
        log_error("cannot write %s: %s", aside, strerror(errno));
    else if (link(aside, path) != 0 && errno != EEXIST)
        log_error("cannot create %s: %s", path, strerror(errno));
    else
        result = 0;
    close(fd);
    unlink(aside);
    free(aside);
    sodium_memzero(key, sizeof key);
    return result;
}

/* Writes a new key into PATH while that is empty: an administrator made the file where
 * this program may make none. Whoever has the lock writes; others find it written. */
static int
fill_key(const char *path)
{
    unsigned char key[APP_KEY_SIZE];
    struct stat st;
    int result = -1;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX) != 0 || fstat(fd, &st) != 0) {
        log_error("cannot fill the key %s: %s", path, strerror(errno));
    } else if (st.st_size > 0) {
        result = 0;
    } else {
        randombytes_buf(key, sizeof key);
        if (write(fd, key, sizeof key) == (ssize_t)sizeof key && fsync(fd) == 0)
            result = 0;
        else
            log_error("cannot write %s: %s", path, strerror(errno));
        sodium_memzero(key, sizeof key);
    }
    if (fd >= 0)
        close(fd);
    return result;
}

static int
read_key(int fd, const char *path, unsigned char key[APP_KEY_SIZE])
{
    struct stat st;
    if (fstat(fd, &st) == 0 && st.st_size == 0 && fill_key(path) != 0)
        return -1;
    if (fstat(fd, &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO)))
        log_warning("%s can be read by others: chmod 600 %s", path, path);
    if (read(fd, key, APP_KEY_SIZE) != APP_KEY_SIZE) {
        log_error("%s is not a key of %d bytes", path, APP_KEY_SIZE);
        return -1;
    }
    return 0;
}

int
token_keys(struct app *app, const char *path)
{
    unsigned char master[APP_KEY_SIZE];
    if (sodium_init() < 0) {
        log_error("libsodium cannot be used here");
        return -1;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && make_key(path) == 0)
        fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        log_error("cannot read the key %s: %s", path, strerror(errno));
        return -1;
    }
    int result = read_key(fd, path, master);
    close(fd);
    if (result == 0) {
        crypto_kdf_derive_from_key(app->csrf_key, APP_KEY_SIZE, 1, "nthpiweb", master);
        crypto_kdf_derive_from_key(app->owner_key, APP_KEY_SIZE, 2, "nthpiweb", master);
        crypto_kdf_derive_from_key(app->address_key, APP_KEY_SIZE, 3, "nthpiweb",
                                   master);
        crypto_kdf_derive_from_key(app->note_key, APP_KEY_SIZE, 4, "nthpiweb", master);
    }
    sodium_memzero(master, sizeof master);
    return result;
}

/* ---- tokens of a payload and its MAC ---- */

/* The MAC of PAYLOAD and, unless it is NULL, NAME behind it. */
static void
mac(const unsigned char key[APP_KEY_SIZE], const unsigned char *payload, size_t size,
    const char *name, unsigned char out[MAC_SIZE])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, key, APP_KEY_SIZE, MAC_SIZE);
    crypto_generichash_update(&state, payload, size);
    if (name)
        crypto_generichash_update(&state, (const unsigned char *)name,
                                  strlen(name) + 1);
    crypto_generichash_final(&state, out, MAC_SIZE);
}

/* PAYLOAD, with room for its MAC behind it, as TOKEN. */
static void
seal(const unsigned char key[APP_KEY_SIZE], unsigned char *payload, size_t size,
     const char *name, char token[TOKEN_SIZE])
{
    mac(key, payload, size, name, payload + size);
    sodium_bin2base64(token, TOKEN_SIZE, payload, size + MAC_SIZE, VARIANT);
}

/* The payload of exactly SIZE bytes out of TOKEN, with room for the MAC behind
 * it; false for a token that is not ours. */
static bool
unseal(const unsigned char key[APP_KEY_SIZE], const char *token, unsigned char *payload,
       size_t size, const char *name)
{
    unsigned char expected[MAC_SIZE];
    char again[TOKEN_SIZE];
    size_t length = 0;
    const char *end = NULL;
    if (sodium_base642bin(payload, size + MAC_SIZE, token, strlen(token), NULL, &length,
                          &end, VARIANT) != 0 ||
        length != size + MAC_SIZE || *end)
        return false;
    /* libsodium takes some bytes above 127 for '_' and '-' where char is signed: only
     * the text that we made is this token. */
    sodium_bin2base64(again, sizeof again, payload, length, VARIANT);
    mac(key, payload, size, name, expected);
    return strlen(again) == strlen(token) &&
           sodium_memcmp(again, token, strlen(again)) == 0 &&
           sodium_memcmp(expected, payload + size, MAC_SIZE) == 0;
}

/* NUMBER as 4 bytes, the most significant one first; and back. */
static void
put_number(unsigned char out[4], uint32_t number)
{
    for (int i = 0; i < 4; i++)
        out[i] = (unsigned char)(number >> (8 * (3 - i)));
}

static int64_t
get_number(const unsigned char bytes[4])
{
    int64_t number = 0;
    for (int i = 0; i < 4; i++)
        number = number << 8 | bytes[i];
    return number;
}

/* ---- CSRF ---- */

void
token_csrf_at(const struct app *app, int64_t now, const char *visitor,
              char token[TOKEN_SIZE])
{
    unsigned char payload[BUCKET_SIZE + MAC_SIZE];
    put_number(payload, (uint32_t)(now / TOKEN_CSRF_STEP));
    seal(app->csrf_key, payload, BUCKET_SIZE, visitor, token);
}

bool
token_csrf_valid_at(const struct app *app, int64_t now, const char *visitor,
                    const char *token)
{
    unsigned char payload[BUCKET_SIZE + MAC_SIZE];
    if (!token || !unseal(app->csrf_key, token, payload, BUCKET_SIZE, visitor))
        return false;
    int64_t age = now / TOKEN_CSRF_STEP - get_number(payload);
    return age >= -1 && age <= TOKEN_CSRF_AGE / TOKEN_CSRF_STEP;
}

int64_t
token_csrf_step(void)
{
    return (int64_t)time(NULL) / TOKEN_CSRF_STEP;
}

void
token_csrf(const struct app *app, char token[TOKEN_SIZE])
{
    token_csrf_at(app, (int64_t)time(NULL), NULL, token);
}

bool
token_csrf_valid(const struct app *app, const char *token)
{
    return token_csrf_valid_at(app, (int64_t)time(NULL), NULL, token);
}

void
token_csrf_for(const struct app *app, const char *visitor, char token[TOKEN_SIZE])
{
    token_csrf_at(app, (int64_t)time(NULL), visitor, token);
}

bool
token_csrf_valid_for(const struct app *app, const char *visitor, const char *token)
{
    return token_csrf_valid_at(app, (int64_t)time(NULL), visitor, token);
}

/* ---- notes ---- */

void
token_note_at(const struct app *app, int64_t now, const char *text,
              char token[TOKEN_SIZE])
{
    unsigned char payload[SECOND_SIZE + MAC_SIZE];
    put_number(payload, (uint32_t)now);
    seal(app->note_key, payload, SECOND_SIZE, text, token);
}

bool
token_note_valid_at(const struct app *app, int64_t now, const char *text,
                    const char *token)
{
    unsigned char payload[SECOND_SIZE + MAC_SIZE];
    if (!token || !unseal(app->note_key, token, payload, SECOND_SIZE, text))
        return false;
    int64_t age = now - get_number(payload);
    return age >= -TOKEN_NOTE_AGE && age <= TOKEN_NOTE_AGE;
}

void
token_note(const struct app *app, const char *text, char token[TOKEN_SIZE])
{
    token_note_at(app, (int64_t)time(NULL), text, token);
}

bool
token_note_valid(const struct app *app, const char *text, const char *token)
{
    return token_note_valid_at(app, (int64_t)time(NULL), text, token);
}

/* ---- owners ---- */

void
token_owner_new(const struct app *app, char token[TOKEN_SIZE])
{
    unsigned char payload[RANDOM_SIZE + MAC_SIZE];
    randombytes_buf(payload, RANDOM_SIZE);
    seal(app->owner_key, payload, RANDOM_SIZE, NULL, token);
}

bool
token_owner_hash(const struct app *app, const char *token, char owner[OWNER_SIZE])
{
    unsigned char payload[RANDOM_SIZE + MAC_SIZE];
    unsigned char hash[HASH_SIZE];
    owner[0] = '\0';
    if (!token || !unseal(app->owner_key, token, payload, RANDOM_SIZE, NULL))
        return false;
    crypto_generichash(hash, sizeof hash, payload, RANDOM_SIZE, app->owner_key,
                       APP_KEY_SIZE);
    sodium_bin2hex(owner, OWNER_SIZE, hash, sizeof hash);
    return true;
}

/* ---- addresses ---- */

/* The bytes of the address TEXT that count into NETWORK; how many, 0: none. */
static size_t
read_network(const char *text, unsigned char network[sizeof(struct in6_addr)])
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (inet_pton(AF_INET, text, network) == 1)
        return 4;
    if (inet_pton(AF_INET6, text, network) != 1)
        return 0;
    if (memcmp(network, mapped, sizeof mapped) != 0)
        return 8;
    memmove(network, network + sizeof mapped, 4);
    return 4;
}

void
token_address_hash(const struct app *app, const char *text, char hash[OWNER_SIZE])
{
    unsigned char network[sizeof(struct in6_addr)], digest[HASH_SIZE];
    size_t length = read_network(text, network);
    const unsigned char *counted = length > 0 ? network : (const unsigned char *)text;
    crypto_generichash(digest, sizeof digest, counted,
                       length > 0 ? length : strlen(text), app->address_key,
                       APP_KEY_SIZE);
    sodium_bin2hex(hash, OWNER_SIZE, digest, sizeof digest);
}
