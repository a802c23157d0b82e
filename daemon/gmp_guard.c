/*
 * GMP's memory functions that end the process with GMP_GUARD_EXIT. _exit() and
 * not exit(): other threads of the engine still run, and no exit handler may
 * see their half-made state. (GMP manual, "Custom Allocation": the functions
 * must not return on failure.)
 *
 * GMP keeps its shorter temporary numbers on the stack, which the kernel makes longer
 * when they don't fit. If the address space is full then, the process gets SIGSEGV; so
 * the first thread's stack is made long enough beforehand. (Those of other threads have
 * their full length from the beginning.)
 */
#include "daemon/gmp_guard.h"

#include <gmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* More than three times what a run was seen to need: 150 kB (a spigot's, in GMP's
 * greatest common divisor). */
#define STACK_ROOM ((size_t)512 * 1024)

/* Steps in which the stack is touched, at most a page. */
#define STACK_STEP 4096

/* A function of its own: its frame must be there only when it is called. */
static __attribute__((noinline)) void
lengthen_stack(void)
{
    unsigned char room[STACK_ROOM];
    volatile unsigned char *byte = room;
    size_t at;

    for (at = STACK_ROOM; at >= STACK_STEP; at -= STACK_STEP) {
        byte[at - STACK_STEP] = 0;
    }
}

/* Whether the stack may become that long, and as long again. */
static bool
stack_has_room(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_STACK, &limit) == 0 &&
           (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur / 2 >= STACK_ROOM);
}

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
    if (stack_has_room()) {
        lengthen_stack();
    }
    mp_set_memory_functions(guard_allocate, guard_reallocate, guard_free);
}
