/*
 * A run whose result is checked by other means before it is called right:
 *
 * - chudnovsky: the conversion modulo a prime while the digits pass, then hexadecimal
 *   digits at the end of the fraction and at other places by bbp;
 * - bbp: a second run with the other series, or, where n is small, chudnovsky;
 * - spigot: all digits by chudnovsky.
 *
 * The checks themselves are in verify.h. All functions may be called from any thread.
 */
#ifndef NTHPI_ENGINE_CHECKED_H
#define NTHPI_ENGINE_CHECKED_H

#include <stdbool.h>
#include <stdint.h>

#include "engine.h"

/* Room for what was checked, in words, with its end. */
#define ENGINE_WORDS 360

/*
 * engine_run(), and the check. ALGORITHM's name says how to check. Progress covers
 * both, the check being the phase "verifying". Digits of an algorithm with a prefix
 * are delivered as they come, before they are checked; those of bbp afterwards.
 *
 * Checkpoints cover both runs of bbp, from n = 8,000 on; they are of another form than
 * those of engine_run(), and one is handed over between the runs, too. A run that goes
 * on from one reports the fraction that was done as its first progress. What the first
 * run brought before a checkpoint is compared with the second run like any other
 * result. The other algorithms have no checkpoints.
 *
 * WORDS (ENGINE_WORDS long) becomes an English phrase: after ENGINE_OK, what was
 * checked; after ENGINE_MISMATCH, what differs; otherwise it is empty. In addition to
 * what engine_run() returns:
 *   ENGINE_MISMATCH    the result is wrong, or what it was compared with
 *   ENGINE_UNVERIFIED  the check could not be done
 */
enum engine_rc engine_run_checked(const struct engine_algorithm *algorithm,
                                  const struct engine_job *job,
                                  const struct engine_callbacks *callbacks,
                                  char *words);

/* True when a checked run of JOB hands over checkpoints. Pure. */
bool engine_checked_saves(const struct engine_algorithm *algorithm,
                          const struct engine_job *job);

/* The cost model of engine.h for the run and its check. Pure. */
double engine_checked_seconds(const struct engine_algorithm *algorithm,
                              const struct engine_job *job);
uint64_t engine_checked_memory(const struct engine_algorithm *algorithm,
                               const struct engine_job *job);

#endif
