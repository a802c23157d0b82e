/*
 * Writes the example configuration file to standard output; run by make.
 */
#include "conf.h"

int
main(void)
{
    conf_write_example(stdout);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
