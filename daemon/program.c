/*
 * nthpid: takes waiting rows from the database and computes them, each in a
 * worker process. The worker is this program too, called by itself.
 */
#include "config.h"

#include "daemon/program.h"

#include "common/conf.h"
#include "daemon/daemon.h"
#include "daemon/sched.h"

#include <stdlib.h>
#include <string.h>

static int
run_daemon(const struct conf *conf)
{
    struct daemon d;
    int code = EXIT_FAILURE;

    if (daemon_open(&d, conf)) {
        code = sched_run(&d) ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    daemon_close(&d);
    return code;
}

int
program_main(int argc, char **argv, worker_find *find)
{
    struct conf conf;
    int first, rc;

    if (argc > 1 && strcmp(argv[1], WORKER_FLAG) == 0) {
        return worker_main(argc - 2, argv + 2, find);
    }
    rc = conf_load(&conf, CONF_DAEMON, argc, argv,
                   "nthpid [OPTIONS]: computes digits of pi for nthpi", NULL, &first);
    if (rc != 0) {
        return rc > 0 ? EXIT_SUCCESS : 2;
    }
    log_open("nthpid", conf.log_target, conf.log_level);
    if (first < argc) {
        log_error("unexpected argument \"%s\"; see --help", argv[first]);
        rc = 2;
    } else if (conf.log_target == LOG_TARGET_FILE && log_to_file(conf.log_file) != 0) {
        rc = EXIT_FAILURE;
    } else {
        rc = run_daemon(&conf);
    }
    conf_clear(&conf);
    return rc;
}
