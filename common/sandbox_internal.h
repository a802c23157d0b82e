/*
 * Inside sandbox*.c: the two means, and the kernel's calls for Landlock.
 */
#ifndef NTHPI_SANDBOX_INTERNAL_H
#define NTHPI_SANDBOX_INTERNAL_H

#include "sandbox.h"

#include <stdint.h>

/* The pathname that sandbox_execute() passes: empty, and at an address that the filter
 * knows; it lies in memory that can't be written. */
extern const char sandbox_no_name[1];

/* Restricts files. 0, or an errno: ENOSYS or EOPNOTSUPP where the kernel has no
 * Landlock (of version 2: the first that lets files be moved between folders). */
int sandbox_enter_paths(const struct sandbox *s);

/* Restricts system calls. 0, or an errno. */
int sandbox_enter_calls(const struct sandbox *s);

/* A system call (by libseccomp's number) and who may make it: or-ed sandbox_program. */
struct sandbox_call {
    int call;
    unsigned programs;
};

/* What is allowed whatever the arguments are. */
extern const struct sandbox_call sandbox_allowed[];
extern const size_t sandbox_allowed_count;

/* What ends a program that is not allowed to make it. */
extern const int sandbox_deadly[];
extern const size_t sandbox_deadly_count;

/* Which version of Landlock the kernel has; -1 with errno: none. */
int sandbox_landlock_version(void);

/* landlock_create_ruleset(2) for the rights HANDLED; a descriptor, or -1 with errno. */
int sandbox_landlock_create(uint64_t handled);

/* landlock_add_rule(2): ALLOWED below the open folder, or for the file, FD. 0 or -1. */
int sandbox_landlock_add(int ruleset, int fd, uint64_t allowed);

/* landlock_restrict_self(2). 0 or -1. */
int sandbox_landlock_restrict(int ruleset);

#endif
