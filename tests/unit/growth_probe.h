/*
 * What requests cost, in instructions, on one database or another.
 */
#ifndef NTHPI_TESTS_GROWTH_PROBE_H
#define NTHPI_TESTS_GROWTH_PROBE_H

#include <stddef.h>

enum { PROBES = 12 };

/* What probe I does. */
const char *growth_probe_name(size_t i);

/* Runs all probes on the database PATH, each once for warming up and once in
 * growth_measured(). For a process that runs under callgrind. */
void growth_probe_run(const char *path);

/* Has this program (started with --probe PATH it calls growth_probe_run()) do so
 * under callgrind, with files in FOLDER; COUNTS[i]: the instructions of probe i. */
void growth_probe_count(const char *folder, const char *path, double counts[PROBES]);

#endif
