/*
 * The system calls of Landlock: the C library has no functions for them.
 */
#include "config.h"

#include "sandbox_internal.h"

#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

int
sandbox_landlock_version(void)
{
    return (int)syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
                        LANDLOCK_CREATE_RULESET_VERSION);
}

int
sandbox_landlock_create(uint64_t handled)
{
    const struct landlock_ruleset_attr attributes = {.handled_access_fs = handled};

    return (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
}

int
sandbox_landlock_add(int ruleset, int fd, uint64_t allowed)
{
    const struct landlock_path_beneath_attr attributes = {.allowed_access = allowed,
                                                          .parent_fd = fd};

    return (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
                        &attributes, 0);
}

int
sandbox_landlock_restrict(int ruleset)
{
    return (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
}
