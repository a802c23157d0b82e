/*
 * What each algorithm gives to the table in engine.c. The functions have the
 * meaning of the members of struct engine_algorithm with the same names; the
 * job they get has been checked by engine_run().
 */
#ifndef NTHPI_ENGINE_ALGORITHMS_H
#define NTHPI_ENGINE_ALGORITHMS_H

#include <stdint.h>

#include "engine.h"

/* Largest positions the code computes correctly; each derived in its file. */
#define SPIGOT_LARGEST     UINT64_C(10000000)
#define CHUDNOVSKY_LARGEST UINT64_C(1000000000)
#define BBP_LARGEST        UINT64_C(10000000000000)

/* Threads a job may use. */
#define ENGINE_MAX_THREADS 256

double spigot_seconds(const struct engine_job *job);
uint64_t spigot_memory(const struct engine_job *job);
enum engine_rc spigot_run(const struct engine_job *job,
                          const struct engine_callbacks *callbacks);

double chudnovsky_seconds(const struct engine_job *job);
uint64_t chudnovsky_memory(const struct engine_job *job);
enum engine_rc chudnovsky_run(const struct engine_job *job,
                              const struct engine_callbacks *callbacks);

double bbp_seconds(const struct engine_job *job);
uint64_t bbp_memory(const struct engine_job *job);
enum engine_rc bbp_run(const struct engine_job *job,
                       const struct engine_callbacks *callbacks);

#endif
