/*
 * Estimates of the command line, see cli_estimate.h. A site's own estimates are those
 * of its daemon (estimates.c), which knows how fast its machine was.
 */
#include "config.h"

#include "daemon/cli_estimate.h"

#include "daemon/cli.h"
#include "daemon/engine/checked.h"
#include "daemon/machine.h"

#include <stdio.h>

double
estimate_seconds(const struct engine_algorithm *algorithm, const struct engine_job *job,
                 bool verify)
{
    return verify ? engine_checked_seconds(algorithm, job) : algorithm->seconds(job);
}

const struct engine_algorithm *
estimate_quickest(const struct engine_job *job, bool verify)
{
    const struct engine_algorithm *best = NULL;

    for (const struct engine_algorithm *row = engine_algorithms; row->name; row++) {
        if (engine_allows(row, job) == ENGINE_OK &&
            (!best || estimate_seconds(row, job, verify) <
                          estimate_seconds(best, job, verify))) {
            best = row;
        }
    }
    return best;
}

void
estimate_tell(const struct engine_algorithm *algorithm, const struct engine_job *job,
              bool verify, bool watching)
{
    uint64_t memory =
        verify ? engine_checked_memory(algorithm, job) : algorithm->memory(job);
    int threads = algorithm->wide ? job->threads : 1;
    uint64_t total, available;
    char time[CLI_TIME_SIZE], size[CLI_SIZE_SIZE], room[CLI_SIZE_SIZE];

    cli_print_time(time, estimate_seconds(algorithm, job, verify));
    cli_print_size(size, memory);
    if (watching) {
        fprintf(stderr, "estimated: %s and %s of memory, by %s with %d thread%s\n",
                time, size, algorithm->name, threads, threads == 1 ? "" : "s");
    }
    if (machine_memory(&total, &available) && memory > available) {
        cli_print_size(room, available);
        cli_error("note: about %s of memory will be needed, and %s are free", size,
                  room);
    }
}
