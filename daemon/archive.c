/*
 * Backups as tar archives, with libarchive; see archive.h.
 *
 * What is read from an archive is not trusted: member names are compared with the few
 * that there are, nothing but regular files is unpacked, and into a folder of our own.
 */
#include "config.h"

#include "daemon/archive.h"

#include "daemon/cli.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1 << 16, MANIFEST_MAX = 4096 };

#define MANIFEST_HEAD "# nthpi-backup 1\n"

/* ---- names ---- */

/* True for the names that archive.h lists. */
static bool
is_member_name(const char *name)
{
    uint64_t length;
    int radix;

    return strcmp(name, "db/nthpi.db") == 0 || strcmp(name, "key") == 0 ||
           (strncmp(name, "digits/", 7) == 0 &&
            digits_parse_name(name + 7, &radix, &length));
}

const struct archive_member *
archive_find(const struct archive_manifest *m, const char *name)
{
    for (size_t i = 0; i < m->count; i++) {
        if (strcmp(m->members[i].name, name) == 0) {
            return &m->members[i];
        }
    }
    return NULL;
}

/* ---- writing ---- */

/* Reads FD from its beginning, hashing; gives what is read to A unless that is NULL.
 * False with errno, or 0 when A failed. */
static bool
hash_file(int fd, struct archive *a, char sha256[DIGITS_SHA256_SIZE], uint64_t *size)
{
    unsigned char chunk[CHUNK], hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    ssize_t n;

    crypto_hash_sha256_init(&state);
    *size = 0;
    while ((n = pread(fd, chunk, sizeof chunk, (off_t)*size)) > 0) {
        crypto_hash_sha256_update(&state, chunk, (size_t)n);
        *size += (uint64_t)n;
        if (a && archive_write_data(a, chunk, (size_t)n) != n) {
            errno = 0;
            return false;
        }
    }
    crypto_hash_sha256_final(&state, hash);
    sodium_bin2hex(sha256, DIGITS_SHA256_SIZE, hash, sizeof hash);
    return n == 0;
}

bool
archive_add(struct archive_manifest *m, const char *name, int fd)
{
    struct archive_member *member = &m->members[m->count];

    snprintf(member->name, sizeof member->name, "%s", name);
    member->fd = fd;
    if (!hash_file(fd, NULL, member->sha256, &member->size)) {
        cli_error("reading %s: %s", name, strerror(errno));
        return false;
    }
    m->count++;
    return true;
}

static bool
write_header(struct archive *a, const char *name, uint64_t size)
{
    struct archive_entry *entry = archive_entry_new();
    bool written;

    if (!entry) {
        cli_error("out of memory");
        return false;
    }
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    archive_entry_set_mtime(entry, time(NULL), 0);
    written = archive_write_header(a, entry) == ARCHIVE_OK;
    archive_entry_free(entry);
    if (!written) {
        cli_error("writing the backup: %s", archive_error_string(a));
    }
    return written;
}

static bool
write_manifest(struct archive *a, const struct archive_manifest *m)
{
    char text[MANIFEST_MAX];
    int length = snprintf(text, sizeof text,
                          MANIFEST_HEAD "# made by nthpi " PACKAGE_VERSION "\n"
                                        "# created %s\n# schema %d\n# digits %s\n",
                          m->created, m->schema, m->digits ? "yes" : "no");

    for (size_t i = 0; i < m->count; i++) {
        length += snprintf(text + length, sizeof text - (size_t)length, "%s  %s\n",
                           m->members[i].sha256, m->members[i].name);
    }
    if (!write_header(a, "MANIFEST", (uint64_t)length)) {
        return false;
    }
    if (archive_write_data(a, text, (size_t)length) != length) {
        cli_error("writing the backup: %s", archive_error_string(a));
        return false;
    }
    return true;
}

static bool
write_member(struct archive *a, const struct archive_member *member)
{
    char sha256[DIGITS_SHA256_SIZE];
    uint64_t size;

    if (!write_header(a, member->name, member->size)) {
        return false;
    }
    if (!hash_file(member->fd, a, sha256, &size)) {
        cli_error("writing the backup: %s: %s", member->name,
                  errno ? strerror(errno) : archive_error_string(a));
        return false;
    }
    if (size != member->size || strcmp(sha256, member->sha256) != 0) {
        cli_error("%s changed while it was read", member->name);
        return false;
    }
    return true;
}

bool
archive_write(const struct archive_manifest *m, int fd)
{
    struct archive *a = archive_write_new();
    bool written = a && archive_write_set_format_pax_restricted(a) == ARCHIVE_OK &&
                   archive_write_open_fd(a, fd) == ARCHIVE_OK;

    if (!written) {
        cli_error("writing the backup: %s", a ? archive_error_string(a) : "no memory");
    }
    written = written && write_manifest(a, m);
    for (size_t i = 0; written && i < m->count; i++) {
        written = write_member(a, &m->members[i]);
    }
    if (written && archive_write_close(a) != ARCHIVE_OK) {
        cli_error("writing the backup: %s", archive_error_string(a));
        written = false;
    }
    archive_write_free(a);
    return written;
}

/* ---- reading ---- */

/* Takes LINE, "HASH  NAME", into M. */
static bool
parse_member(struct archive_manifest *m, const char *line)
{
    struct archive_member *member = &m->members[m->count];

    if (m->count == ARCHIVE_MEMBERS_MAX || strlen(line) < DIGITS_SHA256_SIZE + 2 ||
        strspn(line, "0123456789abcdef") != DIGITS_SHA256_SIZE - 1 ||
        strncmp(line + DIGITS_SHA256_SIZE - 1, "  ", 2) != 0 ||
        !is_member_name(line + DIGITS_SHA256_SIZE + 1) ||
        archive_find(m, line + DIGITS_SHA256_SIZE + 1)) {
        return false;
    }
    *member = (struct archive_member){.fd = -1};
    memcpy(member->sha256, line, DIGITS_SHA256_SIZE - 1);
    snprintf(member->name, sizeof member->name, "%s", line + DIGITS_SHA256_SIZE + 1);
    m->count++;
    return true;
}

/* Takes TEXT, which it changes, apart. */
static bool
parse_manifest(struct archive_manifest *m, char *text)
{
    char *rest = text, *line, word[8];

    *m = (struct archive_manifest){.schema = 0};
    if (strncmp(text, MANIFEST_HEAD, strlen(MANIFEST_HEAD)) != 0) {
        return false;
    }
    while ((line = strsep(&rest, "\n")) != NULL) {
        if (line[0] == '\0') {
            continue;
        }
        if (line[0] != '#') {
            if (!parse_member(m, line)) {
                return false;
            }
        } else if (sscanf(line, "# schema %d", &m->schema) != 1 &&
                   sscanf(line, "# created %31s", m->created) != 1 &&
                   sscanf(line, "# digits %7s", word) == 1) {
            m->digits = strcmp(word, "yes") == 0;
        }
    }
    return m->schema > 0 && archive_find(m, "db/nthpi.db");
}

/* The first member must be the manifest. */
static bool
read_manifest(struct archive *a, const char *path, struct archive_manifest *m)
{
    struct archive_entry *entry;
    char text[MANIFEST_MAX + 1];
    la_ssize_t n = -1;

    if (archive_read_next_header(a, &entry) == ARCHIVE_OK &&
        strcmp(archive_entry_pathname(entry), "MANIFEST") == 0 &&
        archive_entry_filetype(entry) == AE_IFREG &&
        archive_entry_size(entry) <= MANIFEST_MAX) {
        n = archive_read_data(a, text, MANIFEST_MAX);
    }
    if (n < 0) {
        cli_error("%s is no backup of nthpi", path);
        return false;
    }
    text[n] = '\0';
    if (memchr(text, '\0', (size_t)n) || !parse_manifest(m, text)) {
        cli_error("%s: its manifest is of no format that this program knows", path);
        return false;
    }
    return true;
}

static bool
write_all(int fd, const unsigned char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        data += n;
        size -= (size_t)n;
    }
    return true;
}

/* The data of the present member into FD, hashed. */
static bool
copy_member(struct archive *a, int fd, struct archive_member *member)
{
    unsigned char chunk[CHUNK], hash[crypto_hash_sha256_BYTES];
    char sha256[DIGITS_SHA256_SIZE];
    crypto_hash_sha256_state state;
    la_ssize_t n;

    crypto_hash_sha256_init(&state);
    member->size = 0;
    while ((n = archive_read_data(a, chunk, sizeof chunk)) > 0) {
        crypto_hash_sha256_update(&state, chunk, (unsigned long long)n);
        member->size += (uint64_t)n;
        if (!write_all(fd, chunk, (size_t)n)) {
            cli_error("unpacking %s: %s", member->name, strerror(errno));
            return false;
        }
    }
    crypto_hash_sha256_final(&state, hash);
    sodium_bin2hex(sha256, sizeof sha256, hash, sizeof hash);
    if (n < 0) {
        cli_error("unpacking %s: %s", member->name, archive_error_string(a));
    } else if (strcmp(sha256, member->sha256) != 0) {
        cli_error("%s is not what the manifest says: its checksum differs",
                  member->name);
    } else if (fsync(fd) != 0) {
        cli_error("unpacking %s: %s", member->name, strerror(errno));
    } else {
        return true;
    }
    return false;
}

/* Unpacks the member that ENTRY begins. */
static bool
unpack_member(struct archive *a, struct archive_entry *entry, int into,
              struct archive_manifest *m)
{
    const char *name = archive_entry_pathname(entry);
    struct archive_member *member =
        name ? (struct archive_member *)archive_find(m, name) : NULL;
    bool unpacked;
    int fd;

    if (!member || archive_entry_filetype(entry) != AE_IFREG) {
        cli_error("the backup holds \"%.80s\", which its manifest does not name",
                  name ? name : "");
        return false;
    }
    fd = openat(into, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        cli_error(errno == EEXIST ? "%s is in the backup twice" : "cannot unpack %s",
                  name);
        return false;
    }
    unpacked = copy_member(a, fd, member);
    close(fd);
    member->fd = 0; /* seen */
    return unpacked;
}

static bool
unpack_all(struct archive *a, const char *path, int into, struct archive_manifest *m)
{
    struct archive_entry *entry;
    int rc;

    if (!read_manifest(a, path, m)) {
        return false;
    }
    if (mkdirat(into, "db", 0700) != 0 || mkdirat(into, "digits", 0700) != 0) {
        cli_error("cannot make a folder to unpack the backup in: %s", strerror(errno));
        return false;
    }
    while ((rc = archive_read_next_header(a, &entry)) == ARCHIVE_OK) {
        if (!unpack_member(a, entry, into, m)) {
            return false;
        }
    }
    if (rc != ARCHIVE_EOF) {
        cli_error("%s: %s", path, archive_error_string(a));
        return false;
    }
    for (size_t i = 0; i < m->count; i++) {
        if (m->members[i].fd < 0) {
            cli_error("%s: %s is missing", path, m->members[i].name);
            return false;
        }
    }
    return true;
}

bool
archive_unpack(const char *path, int into, struct archive_manifest *m)
{
    struct archive *a = archive_read_new();
    bool unpacked = false;

    if (!a || archive_read_support_format_tar(a) != ARCHIVE_OK) {
        cli_error("out of memory");
    } else if (archive_read_open_filename(a, path, CHUNK) != ARCHIVE_OK) {
        cli_error("cannot read %s: %s", path, archive_error_string(a));
    } else {
        unpacked = unpack_all(a, path, into, m);
    }
    archive_read_free(a);
    return unpacked;
}
