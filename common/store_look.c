/*
 * The revision without a read transaction, as long as nothing was committed.
 *
 * Most requests want to know only whether the page that they would get is one that is
 * kept already. With a read transaction that costs two locks of the file, a look at its
 * size, and two mutexes of SQLite's that all threads share: a fifth of a whole 304.
 *
 * A commit becomes visible by the header of the WAL-index, which lies in memory that
 * all processes share: 48 bytes with a counter of commits, sizes, salts and a checksum,
 * written twice, and a commit is over only when both are written
 * (sqlite.org/walformat.html, "The WAL-Index Header"). So while both copies hold the
 * very bytes that they held before and after the revision was read, the revision is
 * what it was. What the bytes mean does not matter here; bytes of a header that is just
 * being written differ, and then a transaction decides.
 *
 * So nobody is shown less than he was told of: whoever was told of a commit, by
 * whichever process, asks us after the header was written, and memory is one for
 * all. (A counter of our own in such memory would be behind when a process ends
 * between its commit and the counter; so would the doorbell.)
 *
 * The memory is what SQLite's own interface for files gives. Opening the file once more
 * would not do: closing it would drop SQLite's locks (POSIX locks belong to the
 * process).
 */
#include "store_internal.h"

#include <stdatomic.h>
#include <string.h>

/* SQLite maps the index in parts of this size; the header is in the first. */
enum { PART_SIZE = 32768 };

/* The shared memory of S's WAL-index, or NULL: there is none to be had. */
static const volatile void *
find_index(struct store *s)
{
    sqlite3_file *file = NULL;
    volatile void *memory = NULL;
    if (sqlite3_file_control(s->db, "main", SQLITE_FCNTL_FILE_POINTER, &file) !=
            SQLITE_OK ||
        file == NULL || file->pMethods == NULL || file->pMethods->iVersion < 2 ||
        file->pMethods->xShmMap(file, 0, PART_SIZE, 0, &memory) != SQLITE_OK)
        return NULL;
    return memory;
}

static void
copy_header(const struct store *s, uint32_t header[STORE_HEADER_WORDS])
{
    const volatile atomic_uint *word = s->index;
    for (int i = 0; i < STORE_HEADER_WORDS; i++)
        header[i] = atomic_load_explicit(&word[i], memory_order_acquire);
}

int64_t
store_look(struct store *s)
{
    uint32_t before[STORE_HEADER_WORDS], after[STORE_HEADER_WORDS];
    if (!sqlite3_get_autocommit(s->db))
        return store_revision(s);
    if (s->index != NULL) {
        copy_header(s, before);
        if (s->looked > 0 && memcmp(before, s->header, sizeof before) == 0)
            return s->looked;
    }
    int64_t revision = store_revision(s);
    s->looked = 0;
    if (s->index == NULL) {
        /* There is one from the first transaction on. */
        if (revision > 0)
            s->index = find_index(s);
        return revision;
    }
    copy_header(s, after);
    if (revision > 0 && memcmp(before, after, sizeof before) == 0 &&
        memcmp(before, before + STORE_HEADER_WORDS / 2, sizeof before / 2) == 0) {
        memcpy(s->header, before, sizeof before);
        s->looked = revision;
    }
    return revision;
}
