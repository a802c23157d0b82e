/*
 * A file that always holds the last whole checkpoint: two slots, written in turns, each
 * with a number and a digest. A write that is cut short, by a kill, a power cut or a
 * full disk, leaves the other slot as it was. Needs nothing but the descriptor.
 *
 * One process writes at a time; others may read meanwhile.
 */
#ifndef NTHPI_SLOTS_H
#define NTHPI_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Most bytes that a slot holds: many times what a checkpoint of the largest job has. */
#define SLOTS_MOST ((size_t)1 << 20)

struct slots {
    int fd;          /* open for reading, and for slots_write() for writing */
    uint64_t number; /* of the last whole slot, 0: none */
};

/* The slots of the file FD, with none known before slots_read(). False when there is no
 * library for digests. */
bool slots_init(struct slots *s, int fd);

/* Reads the newest whole slot: its *LENGTH bytes, to be freed by the caller. NULL when
 * there is none, or no memory. */
void *slots_read(struct slots *s, size_t *length);

/* Writes LENGTH bytes into the older slot and waits until they are on the disk. 0, or
 * an errno (EFBIG: longer than SLOTS_MOST); the newest whole slot is then still there.
 */
int slots_write(struct slots *s, const void *bytes, size_t length);

#endif
