/*
 * The files that nthpi backup makes: a tar archive (POSIX pax), so that tar opens it,
 * and as its first member a MANIFEST of what follows:
 *
 *     # nthpi-backup 1
 *     # created 2026-01-31T12:00:00Z
 *     # schema 2
 *     # digits yes
 *     64 hex digits  db/nthpi.db
 *     64 hex digits  digits/pi-10-1000.sum
 *     …
 *
 * The hex digits are the SHA-256 of each member, so `sha256sum -c MANIFEST` checks what
 * tar has unpacked. Only the members below have a place in it, regular files all.
 */
#ifndef NTHPI_ARCHIVE_H
#define NTHPI_ARCHIVE_H

#include "common/digits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The database, the key, and two radixes with two files each. */
enum { ARCHIVE_MEMBERS_MAX = 6, ARCHIVE_NAME_SIZE = DIGITS_NAME_SIZE + 8 };

struct archive_member {
    char name[ARCHIVE_NAME_SIZE]; /* "db/nthpi.db", "key", "digits/pi-10-9.txt" */
    int fd; /* writing: what it is read from, from its beginning; not closed */
    char sha256[DIGITS_SHA256_SIZE];
    uint64_t size;
};

struct archive_manifest {
    char created[32]; /* RFC 3339, UTC */
    int schema;
    bool digits; /* the published digits are in it, if there were any */
    struct archive_member members[ARCHIVE_MEMBERS_MAX];
    size_t count;
};

/* Adds NAME, to be read from FD, to M: its size and hash are taken. False with a
 * message. */
bool archive_add(struct archive_manifest *m, const char *name, int fd);

/* Writes the archive of M to FD. A member that is not any more what archive_add() found
 * is an error. False with a message. */
bool archive_write(const struct archive_manifest *m, int fd);

/* Reads the archive PATH, unpacks its members into the folder INTO (its folders db and
 * digits are made, mode 0700; files 0600, synced) and fills M. False with a message
 * that says what is wrong with it: another format, a member too many or too few, a name
 * that has no place, a wrong checksum. */
bool archive_unpack(const char *path, int into, struct archive_manifest *m);

/* The member NAME of M, or NULL. */
const struct archive_member *archive_find(const struct archive_manifest *m,
                                          const char *name);

#endif
