/*
 * nthpid with an engine that gets one digit wrong: that at the position asked for. The
 * digits are changed between the algorithm and everything that looks at them.
 */
#include "daemon/program.h"

#include <string.h>

/* The callbacks that a run was given, and the ones in their place. */
struct fault {
    const struct engine_callbacks *right;
    uint64_t position;
    char text[1 << 16];
};

static void
on_progress(void *ctx, const char *phase, double fraction)
{
    struct fault *f = ctx;

    f->right->progress(f->right->ctx, phase, fraction);
}

static bool
on_cancelled(void *ctx)
{
    struct fault *f = ctx;

    return f->right->cancelled(f->right->ctx);
}

static void
on_evidence(void *ctx, const struct engine_evidence *evidence)
{
    struct fault *f = ctx;

    f->right->evidence(f->right->ctx, evidence);
}

static int
on_digits(void *ctx, uint64_t first, const char *text, size_t length)
{
    struct fault *f = ctx;

    if (length > sizeof f->text) {
        return 1;
    }
    memcpy(f->text, text, length);
    if (f->position >= first && f->position - first < length) {
        char *digit = &f->text[f->position - first];

        *digit = *digit == '1' ? '2' : '1';
    }
    return f->right->digits(f->right->ctx, first, f->text, length);
}

static enum engine_rc
faulty_run(const struct engine_job *job, const struct engine_callbacks *callbacks,
           const char *name)
{
    static struct fault f;
    const struct engine_callbacks own = {
        .ctx = &f,
        .progress = on_progress,
        .digits = on_digits,
        .cancelled = on_cancelled,
        .evidence = on_evidence,
    };

    f.right = callbacks;
    f.position = job->position;
    return engine_find(name)->run(job, &own);
}

static enum engine_rc
faulty_spigot(const struct engine_job *job, const struct engine_callbacks *callbacks)
{
    return faulty_run(job, callbacks, "spigot");
}

static enum engine_rc
faulty_chudnovsky(const struct engine_job *job,
                  const struct engine_callbacks *callbacks)
{
    return faulty_run(job, callbacks, "chudnovsky");
}

static enum engine_rc
faulty_bbp(const struct engine_job *job, const struct engine_callbacks *callbacks)
{
    return faulty_run(job, callbacks, "bbp");
}

static const struct engine_algorithm *
faulty_find(const char *name)
{
    static struct engine_algorithm row;
    const struct engine_algorithm *right = engine_find(name);

    if (!right) {
        return NULL;
    }
    row = *right;
    row.run = strcmp(name, "spigot") == 0 ? faulty_spigot
              : right->prefix             ? faulty_chudnovsky
                                          : faulty_bbp;
    return &row;
}

int
main(int argc, char **argv)
{
    return program_main(argc, argv, faulty_find);
}
