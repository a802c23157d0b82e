/*
 * Jobs with checkpoints, see save_fixture.h.
 */
#include "save_fixture.h"

#include "daemon/engine/checked.h"
#include "daemon/protocol.h"
#include "daemon/slots.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *const save_one_cpu[] = {"--cpus=1", "--lease-s=5", NULL};

void
save_name(char name[32], int64_t id, const char *end)
{
    snprintf(name, 32, "%ld.%s", (long)id, end);
}

void *
read_save(struct site *s, int64_t id, size_t *length)
{
    struct slots slots;
    char name[32];
    void *bytes;
    int fd;

    save_name(name, id, "ckpt");
    fd = openat(s->work_fd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return NULL;
    }
    assert_true(slots_init(&slots, fd));
    bytes = slots_read(&slots, length);
    close(fd);
    return bytes;
}

static void
note_first(void *ctx, const char *phase, double fraction)
{
    double *first = ctx;

    (void)phase;
    if (*first < 0) {
        *first = fraction;
    }
}

static bool
at_once(void *ctx)
{
    (void)ctx;
    return true;
}

double
saved_fraction(struct site *s, int64_t id)
{
    const struct engine_job job = {16, site_row(s, id).position, 1};
    double first = -1;
    struct engine_callbacks callbacks = {
        .ctx = &first, .progress = note_first, .cancelled = at_once};
    void *bytes = read_save(s, id, &callbacks.resume_length);
    char words[ENGINE_WORDS];

    assert_non_null(bytes);
    callbacks.resume = bytes;
    assert_int_equal(engine_run_checked(engine_find("bbp"), &job, &callbacks, words),
                     ENGINE_CANCELLED);
    free(bytes);
    return first;
}

void
wait_save(struct site *s, int64_t id)
{
    int64_t began = 0;
    size_t length;
    void *bytes;

    while ((bytes = read_save(s, id, &length)) == NULL) {
        site_pause(&began, "a checkpoint");
    }
    free(bytes);
}

void
wait_progress(struct site *s, int64_t id, double least)
{
    int64_t began = 0;

    while (site_row(s, id).progress < least) {
        site_pause(&began, "progress");
    }
}

void
wait_resumed(struct site *s, int64_t id, double fraction)
{
    char text[64];

    assert_true(fraction > 0.01 && fraction < 1);
    snprintf(text, sizeof text, "row %ld: resumes at %u %%", (long)id,
             (unsigned)(fraction * PROTOCOL_PPM) / (PROTOCOL_PPM / 100));
    site_wait_log(s, text);
}

void
check_gone(struct site *s, int64_t id)
{
    char name[32];

    save_name(name, id, "ckpt");
    site_wait_file(s->work_fd, name, false);
    save_name(name, id, "new");
    site_wait_file(s->work_fd, name, false);
}

int64_t
ask_long(struct site *s)
{
    const struct engine_job job = {16, POSITION, 1};
    int64_t id;

    assert_true(engine_checked_seconds(engine_find("bbp"), &job) > 1);
    site_start(s, 0, save_one_cpu);
    id = site_ask(s, 16, POSITION, ALGORITHM_BBP);
    site_wait_attempts(s, id, 1);
    return id;
}
