/*
 * Writes the example configuration file to standard output, or with --manual the
 * options of the manual page nthpi.conf(5); run by make.
 */
#include "conf.h"

#include <string.h>

int
main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--manual") == 0)
        conf_write_manual(stdout);
    else
        conf_write_example(stdout);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
