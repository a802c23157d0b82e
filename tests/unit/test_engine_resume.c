/* Checked runs that go on from a checkpoint: from every one, with other numbers of
 * threads; not from damaged bytes or another job's; and never past the verification. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/engine/checked.h"
#include "daemon/engine/checked_state.h"
#include "daemon/engine/digest.h"
#include "engine_fixture.h"

#define OFTEN 1e-9 /* a checkpoint after every unit */

struct blob {
    unsigned char *bytes;
    size_t length;
};

static void
blob_free(struct blob *blob)
{
    free(blob->bytes);
    *blob = (struct blob){NULL, 0};
}

/* What one run told. */
struct heard {
    bool all;           /* wish: keep all checkpoints, not only the last */
    bool quiet;         /* wish: no checkpoints */
    int stop_at;        /* wish: cancelled from this checkpoint on; 0: never */
    struct blob *blobs; /* those kept */
    int kept, count;    /* and all */
    double first, last; /* progress; -1: none */
    const char *first_phase;
    char text[FIXED_MOST_DIGITS + 1], words[ENGINE_WORDS];
};

static void
heard_free(struct heard *h)
{
    for (int i = 0; i < h->kept; i++)
        blob_free(&h->blobs[i]);
    free(h->blobs);
    h->blobs = NULL;
}

static void
on_progress(void *ctx, const char *phase, double fraction)
{
    struct heard *h = ctx;

    if (h->first_phase == NULL)
        h->first_phase = phase;
    if (h->first < 0)
        h->first = fraction;
    assert_true(fraction >= h->last && fraction <= 1);
    h->last = fraction;
}

static int
on_digits(void *ctx, uint64_t first, const char *text, size_t length)
{
    struct heard *h = ctx;

    (void)first;
    assert_true(length < sizeof h->text);
    memcpy(h->text, text, length);
    return 0;
}

static bool
on_cancelled(void *ctx)
{
    const struct heard *h = ctx;

    return h->stop_at > 0 && h->count >= h->stop_at;
}

static void
on_checkpoint(void *ctx, const void *bytes, size_t length)
{
    struct heard *h = ctx;
    struct blob *blob;

    h->count++;
    if (h->all || h->kept == 0) {
        h->blobs = realloc(h->blobs, (size_t)(h->kept + 1) * sizeof *h->blobs);
        assert_non_null(h->blobs);
        h->blobs[h->kept++] = (struct blob){NULL, 0};
    }
    blob = &h->blobs[h->kept - 1];
    blob_free(blob);
    blob->bytes = malloc(length);
    assert_non_null(blob->bytes);
    memcpy(blob->bytes, bytes, length);
    blob->length = length;
}

/* A checked run by bbp, from FROM if it is not NULL. */
static enum engine_rc
run_from(struct heard *h, uint64_t position, int threads, const struct blob *from)
{
    const struct engine_job job = {16, position, threads};
    const struct engine_callbacks callbacks = {
        .ctx = h,
        .progress = on_progress,
        .digits = on_digits,
        .cancelled = on_cancelled,
        .checkpoint = h->quiet ? NULL : on_checkpoint,
        .checkpoint_seconds = OFTEN,
        .resume = from != NULL ? from->bytes : NULL,
        .resume_length = from != NULL ? from->length : 0,
    };

    h->first = h->last = -1;
    h->text[0] = '\0';
    return engine_run_checked(engine_find("bbp"), &job, &callbacks, h->words);
}

static struct checked_state
state_of(const struct blob *blob, uint64_t position)
{
    const struct engine_job job = {16, position, 1};
    struct checked_state state;

    assert_true(checked_state_unpack(&state, &job, blob->bytes, blob->length));
    return state;
}

static struct blob
blob_of(const struct checked_state *state, int radix, uint64_t position)
{
    const struct engine_job job = {radix, position, 1};
    struct blob blob;

    blob.bytes = checked_state_pack(state, &job, &blob.length);
    assert_non_null(blob.bytes);
    return blob;
}

/* From every checkpoint of a run; one thread makes one after each unit, so that the
 * work done twice can be counted. */
static void
test_every_checkpoint(void **state)
{
    const uint64_t position = 300000;
    const struct engine_algorithm *bbp = engine_find("bbp");
    struct heard whole = {.all = true}, h;
    double before = 0;
    int seconds = 0;

    (void)state;
    assert_int_equal(run_from(&whole, position, 1, NULL), ENGINE_OK);
    assert_true(whole.count > 20 && whole.first == 0);
    for (int i = 0; i < whole.count; i++) {
        bool second = state_of(&whole.blobs[i], position).second;
        int threads = i % 3 + 1;
        const struct engine_job job = {16, position, threads};
        double share = bbp->seconds(&job) / engine_checked_seconds(bbp, &job);

        h = (struct heard){0};
        assert_int_equal(run_from(&h, position, threads, &whole.blobs[i]), ENGINE_OK);
        assert_string_equal(h.text, whole.text);
        assert_string_equal(h.words, whole.words);
        assert_string_equal(h.first_phase, second ? "verifying" : "summing");
        assert_true(h.first > 0 && h.last == 1);
        if (threads == 1) {
            assert_true(h.first >= before);
            before = h.first;
        }
        assert_true(second ? h.first >= share : h.first <= share);
        if (threads == 1)
            assert_int_equal(h.count, whole.count - i - 1);
        seconds += second;
        heard_free(&h);
    }
    assert_true(seconds > 5 && seconds < whole.count - 5);
    assert_true(before > 0.99);
    heard_free(&whole);
}

/* A run that is cancelled hands over what it has done; cut again and again, it still
 * comes to its end, and no unit is summed twice. */
static void
test_cut_again_and_again(void **state)
{
    const uint64_t position = 200000000;
    uint64_t seed = 11;
    struct heard whole = {0};

    (void)state;
    assert_int_equal(run_from(&whole, position, 1, NULL), ENGINE_OK);
    for (int threads = 1; threads <= 3; threads++) {
        struct blob from = {NULL, 0};
        int cuts = 0, units = 0;
        double before = -1;
        enum engine_rc rc;
        struct heard h;

        do {
            h = (struct heard){.stop_at = 1 + (int)random_below(&seed, 40)};
            rc = run_from(&h, position, threads, cuts > 0 ? &from : NULL);
            assert_true(h.first >= before);
            before = h.first;
            units += h.count;
            if (rc != ENGINE_OK) {
                assert_int_equal(rc, ENGINE_CANCELLED);
                assert_string_equal(h.text, "");
                cuts++;
                blob_free(&from);
                from = h.blobs[h.kept - 1];
                h.blobs[h.kept - 1] = (struct blob){NULL, 0};
            }
            heard_free(&h);
        } while (rc != ENGINE_OK);
        assert_string_equal(h.text, whole.text);
        /* With more, the others may be done before the caller's thread asks. */
        if (threads == 1) {
            assert_true(cuts > 1);
            assert_in_range(units, whole.count, whole.count + cuts); /* one each */
        }
        blob_free(&from);
    }
    heard_free(&whole);
}

/* The run begins anew and is right. */
static void
not_used(const struct blob *blob, uint64_t position, const struct heard *whole)
{
    struct heard h = {0};

    assert_int_equal(run_from(&h, position, 1, blob), ENGINE_OK);
    assert_true(h.first == 0);
    assert_int_equal(h.count, whole->count);
    assert_string_equal(h.text, whole->text);
    heard_free(&h);
}

static void
damage(const struct blob *blob, uint64_t position, const struct heard *whole)
{
    struct blob bad = {calloc(1, blob->length + 16), blob->length};

    assert_non_null(bad.bytes);
    for (size_t i = 0; i < blob->length; i++) {
        memcpy(bad.bytes, blob->bytes, blob->length);
        bad.bytes[i] ^= (unsigned char)(1u << i % 8);
        not_used(&bad, position, whole);
    }
    memcpy(bad.bytes, blob->bytes, blob->length);
    for (bad.length = 0; bad.length <= blob->length + 16; bad.length++)
        if (bad.length != blob->length)
            not_used(&bad, position, whole);
    free(bad.bytes);
}

static void
test_damaged(void **state)
{
    const uint64_t position = 9000;
    struct heard whole = {.all = true};
    int i = 0;

    (void)state;
    assert_int_equal(run_from(&whole, position, 1, NULL), ENGINE_OK);
    while (!state_of(&whole.blobs[i], position).second)
        i++;
    assert_true(i > 1 && i < whole.count - 1);
    damage(&whole.blobs[i / 2], position, &whole);
    damage(&whole.blobs[i], position, &whole); /* between the runs */
    damage(&whole.blobs[whole.count - 1], position, &whole);
    heard_free(&whole);
}

/* Gives BLOB the digest that it should have. */
static void
seal(struct blob *blob)
{
    uint64_t word, sum = DIGEST_START;
    size_t i;

    for (i = 0; i < blob->length - sizeof word; i += sizeof word) {
        memcpy(&word, blob->bytes + i, sizeof word);
        sum = digest(sum, word);
    }
    memcpy(blob->bytes + i, &sum, sizeof sum);
}

/* Whole, but of another position, radix, version or series. */
static void
test_of_another_job(void **state)
{
    const uint64_t position = 9000;
    struct heard whole = {.all = true}, h = {0};
    struct checked_state s;
    struct blob last, blob;

    (void)state;
    assert_int_equal(run_from(&whole, position, 1, NULL), ENGINE_OK);
    last = whole.blobs[whole.count - 1];
    assert_int_equal(run_from(&h, position + 1, 1, &last), ENGINE_OK);
    assert_true(h.first == 0);
    assert_memory_equal(h.text, whole.text + 1, ENGINE_WINDOW - 1);
    heard_free(&h);

    s = state_of(&last, position);
    blob = blob_of(&s, 10, position);
    not_used(&blob, position, &whole);
    blob_free(&blob);

    blob = blob_of(&s, 16, position);
    blob.bytes[0]++; /* a later version */
    seal(&blob);
    not_used(&blob, position, &whole);
    blob.bytes[0]--;
    seal(&blob);
    assert_memory_equal(blob.bytes, last.bytes, last.length);
    blob_free(&blob);

    s.second = false; /* the engine's state of the second run for the first */
    s.kept = 0;
    memset(s.text, 0, sizeof s.text);
    blob = blob_of(&s, 16, position);
    not_used(&blob, position, &whole);
    blob_free(&blob);
    heard_free(&whole);
}

/* Digits in a checkpoint are compared like any others, however late it is, and need to
 * be digits, as many as a result has. */
static void
test_never_past_the_verification(void **state)
{
    const uint64_t position = 9000;
    struct heard whole = {.all = true}, h;
    struct checked_state s;
    struct blob blob;

    (void)state;
    assert_int_equal(run_from(&whole, position, 1, NULL), ENGINE_OK);
    for (int i = 0; i < whole.count; i++) {
        s = state_of(&whole.blobs[i], position);
        if (!s.second)
            continue;
        s.text[i % ENGINE_WINDOW] ^= 1; /* another digit, 0 to 7 or a to f */
        if (strchr("0123456789abcdef", s.text[i % ENGINE_WINDOW]) == NULL)
            s.text[i % ENGINE_WINDOW] = '0';
        blob = blob_of(&s, 16, position);
        h = (struct heard){0};
        assert_int_equal(run_from(&h, position, 1, &blob), ENGINE_MISMATCH);
        assert_true(h.first > 0.4);
        assert_string_equal(h.text, "");
        assert_non_null(strstr(h.words, "differ"));
        heard_free(&h);
        blob_free(&blob);
    }
    for (int i = 0; i < 2; i++) {
        s = state_of(&whole.blobs[whole.count - 1], position);
        s.text[3] = i == 0 ? 'g' : s.text[3];
        s.kept = i == 0 ? s.kept : ENGINE_WINDOW - 1;
        blob = blob_of(&s, 16, position);
        not_used(&blob, position, &whole);
        blob_free(&blob);
    }
    heard_free(&whole);
}

/* Resuming needs no wish for more checkpoints. */
static void
test_resume_only(void **state)
{
    const uint64_t position = 300000;
    struct heard whole = {.all = true}, h;

    (void)state;
    assert_int_equal(run_from(&whole, position, 1, NULL), ENGINE_OK);
    for (int i = 0; i < whole.count; i += 10) {
        h = (struct heard){.quiet = true};
        assert_int_equal(run_from(&h, position, 2, &whole.blobs[i]), ENGINE_OK);
        assert_true(h.first > 0);
        assert_string_equal(h.text, whole.text);
    }
    heard_free(&whole);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_checkpoint),
        cmocka_unit_test(test_cut_again_and_again),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_of_another_job),
        cmocka_unit_test(test_never_past_the_verification),
        cmocka_unit_test(test_resume_only),
    };
    return cmocka_run_group_tests_name("engine resume", tests, NULL, NULL);
}
