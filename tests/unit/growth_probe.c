/*
 * See growth_probe.h.
 *
 * Callgrind collects inside growth_measured() only, and writes what it has counted
 * into a file of its own whenever that function returns.
 */
#include "growth_probe.h"

#include "growth_fixture.h"
#include "site_fixture.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct probe {
    const char *name;
    const char *target; /* of a GET; NULL: a claim */
    bool since;         /* since the revision before the last change */
    int status;
};

static const struct probe probes[PROBES] = {
    {"the main page", "/", false, 200},
    {"a page of rare rows", "/?status=cancelled&radix=16&algorithm=bbp", false, 200},
    {"a page of one status", "/?status=cancelled", false, 200},
    {"a page by position", "/?sort=position", false, 200},
    {"a deep page", "/?after=500001", false, 200},
    {"a poll that is answered", "/updates?", true, 200},
    {"a poll with nothing new", "/updates?status=failed&radix=10&", true, 304},
    {"the list of the API", "/api/v1/computations?status=cancelled", false, 200},
    {"a position by the API", "/api/v1/computations?position=499999", false, 200},
    {"a computation", "/computations/499999", false, 200},
    {"a comparison", "/computations/499999/compare", false, 200},
    {"a claim", NULL, false, 0},
};

const char *
growth_probe_name(size_t i)
{
    return probes[i].name;
}

static void
claim(struct site *site)
{
    struct computation rows[8];
    size_t count = 0;

    assert_int_equal(store_pending(site->store->s, rows, 8, &count), STORE_OK);
    assert_true(count > 0);
    take(site->store, rows[0].id, TOKEN);
}

void growth_measured(struct site *site, const struct probe *probe, const char *target);

__attribute__((noinline)) void
growth_measured(struct site *site, const struct probe *probe, const char *target)
{
    if (probe->target == NULL)
        claim(site);
    else
        site_get(site, target);
}

/* One row makes progress, as somewhere always one does: nothing that was rendered
 * for the revision before can be used. */
static void
change_something(struct site *site)
{
    static double fraction = 0;
    struct store_progress progress = {.id = GROWTH_ROWS - GROWTH_QUEUED,
                                      .token = "a lease",
                                      .phase = "series",
                                      .fraction = fraction + 0.01};

    fraction = progress.fraction;
    assert_int_equal(store_progress(site->store->s, &progress, 1), STORE_OK);
    assert_false(progress.lost);
}

static void
run_probe(struct site *site, const struct probe *probe, bool measured)
{
    char target[128];
    int64_t before = store_revision(site->store->s);

    change_something(site);
    if (probe->since)
        snprintf(target, sizeof target, "%ssince=%" PRId64, probe->target, before);
    else
        snprintf(target, sizeof target, "%s",
                 probe->target != NULL ? probe->target : "");
    if (measured)
        growth_measured(site, probe, target);
    else if (probe->target == NULL)
        claim(site);
    else
        site_get(site, target);
    if (probe->target != NULL)
        assert_status(site, probe->status);
}

void
growth_probe_run(const char *path)
{
    void *state = NULL;

    /* Large blocks are always new, and no calloc() has to clear them: whether it does
     * would depend on all that was allocated before, which is not what is compared. */
    assert_int_equal(mallopt(M_MMAP_THRESHOLD, 1 << 17), 1);
    assert_int_equal(site_setup(&state), 0);
    struct site *site = state;
    store_close(site->store->s);
    assert_int_equal(store_open(&site->store->s, path, STORE_DURABLE), STORE_OK);
    site->ctx.store = site->store->s;
    for (size_t i = 0; i < PROBES; i++) {
        run_probe(site, &probes[i], false);
        run_probe(site, &probes[i], true);
    }
    site_teardown(&state);
}

/* Runs a program to its end; its exit status, 127: there is no such program. */
static int
run(const char *const argv[])
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        execvp(argv[0], (char *const *)argv);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* The instructions that the file PATH of callgrind counts. */
static double
read_totals(const char *path)
{
    char line[256];
    double totals = -1;
    FILE *file = fopen(path, "r");

    if (file == NULL)
        fail_msg("callgrind did not write %s", path);
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "totals: %lf", &totals) == 1)
            break;
    fclose(file);
    return totals;
}

void
growth_probe_count(const char *folder, const char *path, double counts[PROBES])
{
    char self[256], program[128], option[128], out[128];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

    assert_true(length > 0);
    self[length] = '\0';
    snprintf(program, sizeof program, "%s/program", folder);
    snprintf(option, sizeof option, "--callgrind-out-file=%s/callgrind", folder);
    /* Not every valgrind reads every compiler's notes for debuggers. */
    assert_int_equal(
        run((const char *const[]){"strip", "--strip-debug", "-o", program, self, NULL}),
        0);
    int status = run((const char *const[]){
        "valgrind", "--quiet", "--tool=callgrind", "--toggle-collect=growth_measured",
        "--dump-after=growth_measured", option, program, "--probe", path, NULL});
    if (status == 127)
        skip(); /* there is no valgrind */
    assert_int_equal(status, 0);
    for (size_t i = 0; i < PROBES; i++) {
        snprintf(out, sizeof out, "%s/callgrind.%zu", folder, i + 1);
        counts[i] = read_totals(out);
        assert_true(counts[i] > 1000);
        unlink(out);
    }
}
