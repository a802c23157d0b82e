/*
 * Digits with an index, see search_fixture.h.
 */
#include "config.h"

#include "cmocka_all.h"

#include "search_fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of the index's building: several passes. */
enum { MEMORY = 1 << 20 };

uint64_t
searched_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

enum digits_rc
searched_build(struct searched *s, bool (*progress)(void *ctx, double fraction),
               void *ctx)
{
    char name[DIGITS_NAME_SIZE], sum[DIGITS_NAME_SIZE], out[DIGITS_NAME_SIZE];
    enum digits_rc rc;

    digits_name(name, s->radix, SEARCHED_LENGTH, "txt");
    digits_name(sum, s->radix, SEARCHED_LENGTH, "sum");
    search_index_name(out, s->radix, SEARCHED_LENGTH);
    int text_fd = openat(s->f->digits, name, O_RDONLY | O_CLOEXEC);
    int sum_fd = openat(s->f->digits, sum, O_RDONLY | O_CLOEXEC);
    int out_fd = digits_create(s->f->digits, out);
    assert_true(text_fd >= 0 && sum_fd >= 0 && out_fd >= 0);
    rc = search_index_build(text_fd, sum_fd, s->radix, SEARCHED_LENGTH, out_fd, MEMORY,
                            progress, ctx);
    close(text_fd);
    close(sum_fd);
    close(out_fd);
    return rc;
}

void
searched_prepare(struct searched *s, void **state, int radix)
{
    uint64_t seed = 88172645463325252u;

    *s = (struct searched){.f = *state, .radix = radix, .file.fd = -1};
    s->text = malloc(SEARCHED_LENGTH);
    s->trust = digits_trust_new();
    assert_true(s->text && s->trust);
    for (size_t i = 0; i < SEARCHED_LENGTH; i++)
        s->text[i] =
            "0123456789abcdef"[(searched_random(&seed) >> 32) % (unsigned)radix];
    memset(s->text + DIGITS_BLOCK - 2 - SEARCHED_ZEROS / 2, '0', SEARCHED_ZEROS);
    memset(s->text + SEARCHED_LENGTH - SEARCHED_ZEROS, '0', SEARCHED_ZEROS);
    digits_publish(s->f, radix, s->text, SEARCHED_LENGTH, SEARCHED_LENGTH, s->sha256);
    assert_int_equal(digits_open_checked(&s->file, s->trust, s->f->digits, radix,
                                         SEARCHED_LENGTH, s->sha256),
                     DIGITS_OK);
    assert_int_equal(searched_build(s, NULL, NULL), DIGITS_OK);
    assert_int_equal(
        search_index_open(&s->index, s->f->digits, radix, SEARCHED_LENGTH, s->sha256),
        DIGITS_OK);
}

void
searched_finish(struct searched *s)
{
    search_index_release(s->index);
    digits_close(&s->file);
    digits_trust_free(s->trust);
    free(s->text);
}
