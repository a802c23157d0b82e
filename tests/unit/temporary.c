/*
 * Folders for tests, below TMPDIR or /tmp.
 */
#include "config.h"

#include "cmocka_all.h"

#include "temporary.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

void
temporary_make(char *path, size_t size)
{
    const char *base = getenv("TMPDIR");

    assert_true(snprintf(path, size, "%s/nthpi-test-XXXXXX", base ? base : "/tmp") <
                (int)size);
    assert_non_null(mkdtemp(path));
}

static int
remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

void
temporary_remove(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
