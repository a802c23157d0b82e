/*
 * See scarce.h.
 *
 * The C library allows a program to bring its own malloc(), and calls that itself,
 * too: in strdup(), asprintf(), opendir(). What really allocates are its functions'
 * other names, __libc_malloc() and so on.
 */
#include "config.h"

#include "scarce.h"

#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static atomic_bool counting;
static atomic_size_t count, fail_at;
static atomic_long blocks;

/* Where the library lies that is spared. */
static uintptr_t spared_from, spared_to;

static int
note_library(struct dl_phdr_info *info, size_t size, void *name)
{
    (void)size;
    if (strstr(info->dlpi_name, name) == NULL)
        return 0;
    spared_from = info->dlpi_addr;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t to =
            info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
        if (info->dlpi_phdr[i].p_type == PT_LOAD && to > spared_to)
            spared_to = to;
    }
    return 1;
}

bool
scarce_spare(const char *library)
{
    char name[64];

    strncpy(name, library, sizeof name - 1);
    name[sizeof name - 1] = '\0';
    spared_to = 0;
    return dl_iterate_phdr(note_library, name) == 1;
}

void
scarce_begin(size_t at)
{
    count = 0;
    fail_at = at;
    counting = true;
}

size_t
scarce_end(void)
{
    counting = false;
    return count;
}

long
scarce_blocks(void)
{
    return blocks;
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void *realloc(void *block, size_t size);
void *aligned_alloc(size_t alignment, size_t size);
int posix_memalign(void **block, size_t alignment, size_t size);
void free(void *block);

#define CALLER ((uintptr_t)__builtin_return_address(0))

/* Is this the one that fails? */
static bool
is_refused(uintptr_t caller)
{
    if (!counting || (caller >= spared_from && caller < spared_to) ||
        ++count != fail_at)
        return false;
    errno = ENOMEM;
    return true;
}

static void *
counted(void *block)
{
    if (block != NULL)
        blocks++;
    return block;
}

void *
malloc(size_t size)
{
    return is_refused(CALLER) ? NULL : counted(__libc_malloc(size));
}

void *
calloc(size_t n, size_t size)
{
    return is_refused(CALLER) ? NULL : counted(__libc_calloc(n, size));
}

void *
realloc(void *block, size_t size)
{
    if (block != NULL && size == 0) {
        free(block);
        return NULL;
    }
    if (is_refused(CALLER))
        return NULL;
    return block != NULL ? __libc_realloc(block, size) : counted(__libc_malloc(size));
}

void *
aligned_alloc(size_t alignment, size_t size)
{
    return is_refused(CALLER) ? NULL : counted(__libc_memalign(alignment, size));
}

int
posix_memalign(void **block, size_t alignment, size_t size)
{
    int before = errno;
    void *result =
        is_refused(CALLER) ? NULL : counted(__libc_memalign(alignment, size));

    errno = before;
    if (result == NULL)
        return ENOMEM;
    *block = result;
    return 0;
}

void
free(void *block)
{
    int before = errno;

    if (block == NULL)
        return;
    blocks--;
    __libc_free(block);
    errno = before;
}
