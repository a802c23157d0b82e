/*
 * The doorbell: who commits a change rings, who waits for changes listens.
 * A ring is a few bytes written to the file run/doorbell after COMMIT, which
 * every listener watches with inotify. A ring may be lost (a killed process,
 * a file that somebody replaced): listeners also look at the database at
 * intervals (store_data_version()).
 */
#ifndef NTHPI_DOORBELL_H
#define NTHPI_DOORBELL_H

struct doorbell;

/* Opens (creates, mode 0660) the doorbell file PATH for ringing, and for
 * listening when LISTEN is not 0. NULL: an error, logged. Owner frees. */
struct doorbell *doorbell_open(const char *path, int listen);

/* Rings. Errors are ignored: listeners have their fallback. Any thread. */
void doorbell_ring(struct doorbell *bell);

/* The descriptor that becomes readable after a ring, for poll or epoll. -1
 * when not listening. */
int doorbell_fd(const struct doorbell *bell);

/* Empties the descriptor; watches the file again if it was replaced. One
 * thread at a time. Returns how many rings were heard (0: none). */
int doorbell_drain(struct doorbell *bell);

/* Closes and frees BELL; NULL is allowed. */
void doorbell_close(struct doorbell *bell);

#endif
