/*
 * nthpi-fcgi: the web program. Sets up what all threads share, in the order in
 * which it depends on each other, and runs the server until SIGTERM or SIGINT.
 *
 * Exit status: 0 stopped by a signal, 1 it could not start or run, 2 the
 * configuration is wrong.
 */
#include "config.h"

#include "common/log.h"
#include "common/search_index.h"
#include "common/state.h"
#include "fcgi/app.h"
#include "fcgi/cache.h"
#include "fcgi/confine.h"
#include "fcgi/json.h"
#include "fcgi/metrics.h"
#include "fcgi/park.h"
#include "fcgi/reload.h"
#include "fcgi/router.h"
#include "fcgi/token.h"
#include "fcgi/view.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static volatile sig_atomic_t stop;

static void
on_stop(int signal)
{
    (void)signal;
    stop = 1;
}

static int
handle_signals(void)
{
    static const int signals[] = {SIGTERM, SIGINT};
    struct sigaction action = {.sa_handler = on_stop};
    sigemptyset(&action.sa_mask);
    reload_block();
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (sigaction(signals[i], &action, NULL) != 0) {
            log_error("cannot handle a signal: %s", strerror(errno));
            return -1;
        }
    return 0;
}

/* As many descriptors as we may have: a parked poll holds one. */
static void
raise_limits(const struct conf *conf)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        log_warning("cannot raise the limit of open files: %s", strerror(errno));
    else if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < conf->waiters)
        log_warning("%u polls may wait, but only %llu files can be open", conf->waiters,
                    (unsigned long long)limit.rlim_max);
}

static int
open_folder(const struct conf *conf, const char *name)
{
    char *path = conf_path(conf, name);
    int fd = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd < 0)
        log_error("cannot open the folder %s: %s", path ? path : name, strerror(errno));
    free(path);
    return fd;
}

static int
make_keys(struct app *app)
{
    char *path = conf_path(app->conf, "key");
    if (!path) {
        log_error("no memory for the key's path");
        return -1;
    }
    int result = token_keys(app, path);
    free(path);
    return result;
}

/* Makes and migrates the database once, before threads open it. */
static int
prepare_store(struct app *app)
{
    struct store *store;
    app->db_path = conf_path(app->conf, CONF_DB);
    if (!app->db_path) {
        log_error("no memory for the database's path");
        return -1;
    }
    if (store_open(&store, app->db_path, STORE_DURABLE) != STORE_OK)
        return -1;
    store_close(store);
    return 0;
}

static int
open_view(struct app *app)
{
    app->view = view_open(app->conf->templates);
    return app->view ? 0 : -1;
}

static int
open_bell(struct app *app)
{
    char *path = conf_path(app->conf, CONF_DOORBELL);
    app->bell = path ? doorbell_open(path, 1) : NULL;
    free(path);
    return app->bell ? 0 : -1;
}

/* Hashes the bytes of this very program into HASH. */
static int
hash_program(crypto_generichash_state *hash)
{
    unsigned char buffer[65536];
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n;
    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        crypto_generichash_update(hash, buffer, (unsigned long long)n);
    close(fd);
    return n < 0 ? -1 : 0;
}

/* The build id: what pages are made of besides templates: program, token's key. */
static void
make_build_id(struct app *app)
{
    enum { SIZE = (sizeof app->build_id - 1) / 2 };
    crypto_generichash_state hash;
    unsigned char digest[crypto_generichash_BYTES_MIN];

    crypto_generichash_init(&hash, NULL, 0, sizeof digest);
    if (hash_program(&hash) != 0)
        log_warning("cannot read /proc/self/exe: pages are told apart by version");
    crypto_generichash_update(&hash, (const unsigned char *)PACKAGE_VERSION,
                              sizeof PACKAGE_VERSION);
    crypto_generichash_update(&hash, app->csrf_key, sizeof app->csrf_key);
    crypto_generichash_final(&hash, digest, sizeof digest);
    sodium_bin2hex(app->build_id, sizeof app->build_id, digest, SIZE);
}

static int
app_open(struct app *app, const struct conf *conf)
{
    *app = (struct app){.conf = conf, .digits_fd = -1, .work_fd = -1, .state_lock = -1};
    json_init();
    if (conf_make_state(conf) != 0 ||
        (app->state_lock = state_lock(conf, STATE_SHARED)) < 0 || make_keys(app) != 0 ||
        prepare_store(app) != 0 || open_view(app) != 0 || open_bell(app) != 0)
        return -1;
    app->digits_fd = open_folder(conf, "digits");
    app->work_fd = open_folder(conf, "work");
    if (app->digits_fd < 0 || app->work_fd < 0)
        return -1;
    make_build_id(app);
    app->cache = cache_new(APP_CACHE_SIZE);
    if (!app->cache)
        log_warning("no memory for a cache: everything is rendered anew");
    app->trust = digits_trust_new();
    if (!app->trust)
        log_warning("no memory for what was checked: digits are checked each time");
    app->shelf = search_shelf_new();
    if (!app->shelf)
        log_warning("no memory for indexes: they are opened each time");
    app->metrics = metrics_new(router_count());
    if (!app->metrics)
        log_warning("no memory for metrics: nothing is counted");
    app->park = park_open(app);
    return app->park ? 0 : -1;
}

static void
app_close(struct app *app)
{
    park_close(app->park);
    metrics_free(app->metrics);
    cache_free(app->cache);
    search_shelf_free(app->shelf);
    digits_trust_free(app->trust);
    if (app->work_fd >= 0)
        close(app->work_fd);
    if (app->digits_fd >= 0)
        close(app->digits_fd);
    doorbell_close(app->bell);
    view_close(app->view);
    free(app->db_path);
    if (app->state_lock >= 0)
        close(app->state_lock);
    sodium_memzero(app, sizeof *app);
}

int
main(int argc, char **argv)
{
    struct conf conf;
    struct app app = {.digits_fd = -1, .work_fd = -1, .state_lock = -1};
    int first = 0;
    int rc =
        conf_load(&conf, CONF_FCGI, argc, argv, "nthpi-fcgi [OPTION]...", NULL, &first);
    if (rc != 0)
        return rc > 0 ? 0 : 2;
    if (first < argc) {
        fprintf(stderr, "nthpi-fcgi: unexpected argument: %s\n", argv[first]);
        conf_clear(&conf);
        return 2;
    }

    struct reload *reload = NULL;
    log_open("nthpi-fcgi", conf.log_target, conf.log_level);
    raise_limits(&conf);
    rc = 1;
    if ((conf.log_target != LOG_TARGET_FILE || log_to_file(conf.log_file) == 0) &&
        handle_signals() == 0 && app_open(&app, &conf) == 0 && confine_web(&conf) &&
        (reload = reload_start(&app)) != NULL) {
        log_info("nthpi-fcgi %s, build %s, %u threads", PACKAGE_VERSION, app.build_id,
                 conf.threads);
        rc = park_run(app.park, &stop) == 0 ? 0 : 1;
        log_info("stopped");
    }
    reload_stop(reload);
    app_close(&app);
    conf_clear(&conf);
    return rc;
}
