/*
 * load: what drives a site for contrib/bench/web and for tests.
 */
#include "config.h"

#include "tests/load/load.h"

#include "common/log.h"
#include "tests/load/fleet.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "Usage: load COMMAND [OPTION]...\n"
    "\n"
    "  fanout   park polls of GET /updates, commit changes and tell how long each "
    "took\n"
    "           to reach all; nthpid must not run. Lines, fields parted by tabs, "
    "times\n"
    "           in microseconds, memory (PSS, and what no file is behind) in KiB:\n"
    "             parked WAITERS PSS ANONYMOUS\n"
    "             round WAITERS ROUND ANSWERS OTHERS COMMIT MEDIAN P99 LAST BYTES PSS\n"
    "             ANONYMOUS\n"
    "             settle ...       the same of rounds before those\n"
    "  follow   keep polls going that apply every answer; commands on standard input,\n"
    "           each answered with a line of JSON:\n"
    "             until REVISION   when all have reached it, or after --wait seconds\n"
    "             parked           when all wait, or after --wait seconds\n"
    "             settle           the site has the requests of all that wait\n"
    "             abort N          N of those that wait leave; others come for them\n"
    "             rows             [[id, revision], ...], the same for all\n"
    "  taken    ask for digits, one after the other, and tell how long each waited:\n"
    "             taken MICROSECONDS_FROM_REGISTERED MICROSECONDS_FROM_POST\n"
    "  change   commit changes until SIGTERM; nthpid must not run\n"
    "\n"
    "  --port=P         the site's port on 127.0.0.1\n"
    "  --state=DIR      its state folder (fanout, change)\n"
    "  --waiters=LIST   how many wait, growing numbers with commas between (100)\n"
    "  --rounds=R       changes for each of them, or questions (20)\n"
    "  --wait=SECONDS   of Prefer: wait (60)\n"
    "  --settle=SECONDS changes of fanout go on for so long before its rounds (0)\n"
    "  --gzip           fanout's polls ask for gzip\n"
    "  --per-second=C   changes in a second (10)\n"
    "  --position=N     the first position asked for (1000)\n"
    "  --pid=PID        nthpi-fcgi, whose memory is told\n";

/* A number from 1 to MOST; 0 for anything else. */
static uint64_t
number(const char *text, uint64_t most)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && value <= most ? value : 0;
}

/* Reads LIST into OPTIONS. 0, or -1: not growing numbers. */
static int
read_steps(struct options *options, const char *list)
{
    size_t last = 0;
    options->step_count = 0;
    while (*list != '\0') {
        char *end;
        unsigned long value = strtoul(list, &end, 10);
        if (*list < '0' || *list > '9' || value <= last || value > 1000000 ||
            (*end != ',' && *end != '\0') || options->step_count == STEPS_MAX)
            return -1;
        options->steps[options->step_count++] = last = value;
        list = *end == ',' ? end + 1 : end;
    }
    return options->step_count > 0 ? 0 : -1;
}

static int
read_options(struct options *options, int argc, char **argv)
{
    static const struct option table[] = {
        {"port", required_argument, NULL, 'p'},
        {"state", required_argument, NULL, 's'},
        {"waiters", required_argument, NULL, 'n'},
        {"rounds", required_argument, NULL, 'r'},
        {"wait", required_argument, NULL, 'w'},
        {"settle", required_argument, NULL, 't'},
        {"gzip", no_argument, NULL, 'g'},
        {"per-second", required_argument, NULL, 'c'},
        {"position", required_argument, NULL, 'o'},
        {"pid", required_argument, NULL, 'i'},
        {0},
    };
    int option, bad = 0;
    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        switch (option) {
        case 'p':
            bad |= !(options->port = (unsigned)number(optarg, 65535));
            break;
        case 's':
            options->state = optarg;
            break;
        case 'n':
            bad |= read_steps(options, optarg) != 0;
            break;
        case 'r':
            bad |= !(options->rounds = (unsigned)number(optarg, 1000000));
            break;
        case 'w':
            bad |= !(options->wait_s = (unsigned)number(optarg, 60));
            break;
        case 't':
            bad |= !(options->settle_s = (unsigned)number(optarg, 600));
            break;
        case 'g':
            options->gzip = 1;
            break;
        case 'c':
            bad |= !(options->per_second = (unsigned)number(optarg, 1000));
            break;
        case 'o':
            bad |= !(options->position = number(optarg, 1000000000));
            break;
        case 'i':
            bad |= !(options->pid = (long)number(optarg, 1L << 30));
            break;
        default:
            return -1;
        }
    }
    return bad || optind < argc ? -1 : 0;
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(const struct options *options);
        int needs_port, needs_state;
    } commands[] = {
        {"fanout", fanout_run, 1, 1},
        {"follow", follow_run, 1, 0},
        {"taken", taken_run, 1, 0},
        {"change", change_run, 0, 1},
    };
    struct options options = {.steps = {100},
                              .step_count = 1,
                              .rounds = 20,
                              .wait_s = 60,
                              .per_second = 10,
                              .position = 1000};
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return 0;
    }
    log_open("load", LOG_TARGET_STDERR, LOG_LEVEL_WARNING);
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(argv[1], commands[i].name) != 0)
            continue;
        if (read_options(&options, argc - 1, argv + 1) != 0 ||
            (commands[i].needs_port && options.port == 0) ||
            (commands[i].needs_state && !options.state))
            break;
        size_t most = options.steps[options.step_count - 1], files = fleet_limit();
        if (files < most + 32) {
            fprintf(stderr, "load: %zu polls need more than %zu open files\n", most,
                    files);
            return 1;
        }
        return commands[i].run(&options);
    }
    fputs("load: a command and its options are needed; see load --help\n", stderr);
    return 2;
}
