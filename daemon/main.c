/* nthpid, with the engine's algorithms as they are. */
#include "daemon/engine/engine.h"
#include "daemon/program.h"

int
main(int argc, char **argv)
{
    return program_main(argc, argv, engine_find);
}
