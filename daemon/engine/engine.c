/*
 * The table of algorithms, and the door to them.
 *
 * A row says what an algorithm can do; engine_run() refuses every job that its
 * row does not allow, so that the algorithms themselves never see one.
 */
#include "engine.h"

#include <string.h>

#include "algorithms.h"

const struct engine_algorithm engine_algorithms[] = {
    {
        .name = "spigot",
        .radices = ENGINE_RADIX_10,
        .prefix = true,
        .streams = true,
        .wide = false,
        .least = 1,
        .largest = SPIGOT_LARGEST,
        .seconds = spigot_seconds,
        .memory = spigot_memory,
        .run = spigot_run,
    },
    {
        .name = "chudnovsky",
        .radices = ENGINE_RADIX_10 | ENGINE_RADIX_16,
        .prefix = true,
        .streams = false,
        .wide = true,
        .least = 1,
        .largest = CHUDNOVSKY_LARGEST,
        .seconds = chudnovsky_seconds,
        .memory = chudnovsky_memory,
        .run = chudnovsky_run,
    },
    {
        .name = "bbp",
        .radices = ENGINE_RADIX_16,
        .prefix = false,
        .streams = false,
        .wide = true,
        .least = 1,
        .largest = BBP_LARGEST,
        .seconds = bbp_seconds,
        .memory = bbp_memory,
        .run = bbp_run,
    },
    {.name = NULL},
};

const struct engine_algorithm *
engine_find(const char *name)
{
    const struct engine_algorithm *row;

    if (name == NULL)
        return NULL;
    for (row = engine_algorithms; row->name != NULL; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

bool
engine_has_radix(const struct engine_algorithm *algorithm, int radix)
{
    if (algorithm == NULL)
        return false;
    if (radix == 10)
        return (algorithm->radices & ENGINE_RADIX_10) != 0;
    if (radix == 16)
        return (algorithm->radices & ENGINE_RADIX_16) != 0;
    return false;
}

enum engine_rc
engine_allows(const struct engine_algorithm *algorithm, const struct engine_job *job)
{
    if (algorithm == NULL || algorithm->name == NULL || job == NULL)
        return ENGINE_BAD_JOB;
    if (!engine_has_radix(algorithm, job->radix))
        return ENGINE_BAD_JOB;
    if (job->position < algorithm->least || job->position > algorithm->largest)
        return ENGINE_BAD_JOB;
    if (job->threads < 1 || job->threads > ENGINE_MAX_THREADS)
        return ENGINE_BAD_JOB;
    return ENGINE_OK;
}

enum engine_rc
engine_run(const struct engine_algorithm *algorithm, const struct engine_job *job,
           const struct engine_callbacks *callbacks)
{
    enum engine_rc rc = engine_allows(algorithm, job);

    return rc == ENGINE_OK ? algorithm->run(job, callbacks) : rc;
}

const char *
engine_strerror(enum engine_rc rc)
{
    switch (rc) {
    case ENGINE_OK:
        return "The digits were computed";
    case ENGINE_CANCELLED:
        return "The computation was cancelled";
    case ENGINE_BAD_JOB:
        return "The algorithm cannot compute this position in this radix";
    case ENGINE_NO_MEMORY:
        return "There was not enough memory";
    case ENGINE_NO_THREAD:
        return "A thread could not be started";
    case ENGINE_UNTRUSTED:
        return "The error bound leaves too few trustworthy digits";
    case ENGINE_MISMATCH:
        return "The result failed its verification";
    case ENGINE_UNVERIFIED:
        return "The result could not be verified";
    }
    return "Unknown result";
}
