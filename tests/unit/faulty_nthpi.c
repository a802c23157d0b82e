/*
 * nthpi with a verification that ends as NTHPI_FAULT says: "mismatch", "unverified" or
 * "memory". The digits are computed and delivered as ever. The linker puts the function
 * here in the place of the engine's (--wrap).
 */
#include "daemon/engine/checked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum engine_rc __wrap_engine_run_checked(const struct engine_algorithm *algorithm,
                                         const struct engine_job *job,
                                         const struct engine_callbacks *callbacks,
                                         char *words);

enum engine_rc
__wrap_engine_run_checked(const struct engine_algorithm *algorithm,
                          const struct engine_job *job,
                          const struct engine_callbacks *callbacks, char *words)
{
    const char *fault = getenv("NTHPI_FAULT");
    enum engine_rc rc = engine_run(algorithm, job, callbacks);

    words[0] = '\0';
    if (rc != ENGINE_OK || !fault) {
        return rc;
    }
    if (strcmp(fault, "mismatch") == 0) {
        snprintf(words, ENGINE_WORDS, "the digits differ from those of a test");
        return ENGINE_MISMATCH;
    }
    return strcmp(fault, "memory") == 0 ? ENGINE_NO_MEMORY : ENGINE_UNVERIFIED;
}
