/*
 * GMP's memory functions that end the process with GMP_GUARD_EXIT. _exit() and
 * not exit(): other threads of the engine still run, and no exit handler may
 * see their half-made state. (GMP manual, "Custom Allocation": the functions
 * must not return on failure.)
 */
#include "daemon/gmp_guard.h"

#include <gmp.h>
#include <stdlib.h>
#include <unistd.h>

static _Noreturn void
no_memory(void)
{
    static const char text[] = "not enough memory\n";
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);

    (void)written; /* nobody is left to tell */
    _exit(GMP_GUARD_EXIT);
}

static void *
guard_allocate(size_t size)
{
    void *p = malloc(size);

    if (!p) {
        no_memory();
    }
    return p;
}

static void *
guard_reallocate(void *old, size_t old_size, size_t size)
{
    void *p = realloc(old, size);

    (void)old_size;
    if (!p) {
        no_memory();
    }
    return p;
}

static void
guard_free(void *p, size_t size)
{
    (void)size;
    free(p);
}

void
gmp_guard_install(void)
{
    mp_set_memory_functions(guard_allocate, guard_reallocate, guard_free);
}
