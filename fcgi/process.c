/*
 * From /proc/self, proc(5).
 */
#include "config.h"

#include "fcgi/process.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double
seconds_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Field 22 of stat: clock ticks from the start of the machine. Field 2 is the
 * program's name in parentheses, which may hold anything. */
static double
start_time(void)
{
    char text[1024];
    unsigned long long ticks;
    FILE *file = fopen("/proc/self/stat", "re");
    if (!file)
        return -1;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    const char *field = strrchr(text, ')');
    for (int i = 2; field && i < 22; i++)
        field = strchr(field + 1, ' ');
    if (!field || sscanf(field, "%llu", &ticks) != 1)
        return -1;
    double age =
        seconds_of(CLOCK_BOOTTIME) - (double)ticks / (double)sysconf(_SC_CLK_TCK);
    return seconds_of(CLOCK_REALTIME) - age;
}

static void
read_memory(struct process *p)
{
    long long pages, resident;
    long size = sysconf(_SC_PAGESIZE);
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return;
    if (fscanf(file, "%lld %lld", &pages, &resident) == 2) {
        p->virtual = pages * size;
        p->resident = resident * size;
    }
    fclose(file);
}

static void
read_descriptors(struct process *p)
{
    struct rlimit limit;
    DIR *folder = opendir("/proc/self/fd");
    if (folder) {
        p->descriptors = -1; /* the folder's own */
        while (readdir(folder))
            p->descriptors++;
        p->descriptors -= 2; /* . and .. */
        closedir(folder);
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        p->most_descriptors = (int64_t)limit.rlim_cur;
}

void
process_read(struct process *p)
{
    *p = (struct process){.started = start_time(),
                          .cpu_s = seconds_of(CLOCK_PROCESS_CPUTIME_ID),
                          .resident = -1,
                          .virtual = -1,
                          .descriptors = -1,
                          .most_descriptors = -1};
    read_memory(p);
    read_descriptors(p);
}
