/*
 * Files in the state folder that two users share, who have a group in common.
 */
#ifndef NTHPI_SHARED_FILE_H
#define NTHPI_SHARED_FILE_H

#include <sys/types.h>

/*
 * Makes the empty file PATH with exactly MODE, whatever the umask, unless there is one
 * already: nobody ever sees it with another mode. No descriptor of it stays open. 0, or
 * -1 with errno; a file that is there is no error. Any thread.
 */
int shared_file_make(const char *path, mode_t mode);

#endif
