/*
 * What a computation in this process will take, by the engine's cost models: good
 * enough to choose an algorithm and to know what one is in for. Pure, but for
 * estimate_tell().
 */
#ifndef NTHPI_CLI_ESTIMATE_H
#define NTHPI_CLI_ESTIMATE_H

#include "daemon/engine/engine.h"

#include <stdbool.h>

/* Seconds that JOB takes by ALGORITHM, which allows it, with VERIFY its verification
 * included. */
double estimate_seconds(const struct engine_algorithm *algorithm,
                        const struct engine_job *job, bool verify);

/* The algorithm that does JOB in the least time, or NULL when none can do it. */
const struct engine_algorithm *estimate_quickest(const struct engine_job *job,
                                                 bool verify);

/* Tells on standard error, if somebody is WATCHING, what JOB will take before it
 * begins; that the machine's memory will not suffice is told in any case. */
void estimate_tell(const struct engine_algorithm *algorithm,
                   const struct engine_job *job, bool verify, bool watching);

#endif
