/*
 * The machine's room, from /proc and the file system. See proc(5) for the
 * formats of meminfo (kB are KiB), statm (pages) and stat (clock ticks).
 */
#include "config.h"

#include "daemon/machine.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

int
machine_cpus(void)
{
    cpu_set_t set;
    long online;

    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        return CPU_COUNT(&set) > 0 ? CPU_COUNT(&set) : 1;
    }
    online = sysconf(_SC_NPROCESSORS_ONLN); /* more CPUs than the set can hold */
    return online > 0 ? (int)online : 1;
}

/* The file PATH, cut at SIZE - 1 bytes, into TEXT. */
static bool
read_text(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0) {
        return false;
    }
    n = read(fd, text, size - 1);
    close(fd);
    if (n < 0) {
        return false;
    }
    text[n] = '\0';
    return true;
}

/* "NAME:   123 kB" at the start of a line of TEXT, in bytes. */
static bool
meminfo_field(const char *text, const char *name, uint64_t *out)
{
    size_t length = strlen(name);
    uint64_t kib;

    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, length) == 0 && line[length] == ':') {
            if (sscanf(line + length + 1, "%" SCNu64, &kib) != 1 ||
                kib > UINT64_MAX >> 10) {
                return false;
            }
            *out = kib << 10;
            return true;
        }
    }
    return false;
}

bool
machine_parse_meminfo(const char *text, uint64_t *total, uint64_t *available)
{
    return meminfo_field(text, "MemTotal", total) &&
           meminfo_field(text, "MemAvailable", available);
}

bool
machine_memory(uint64_t *total, uint64_t *available)
{
    char text[4096];

    return read_text("/proc/meminfo", text, sizeof text) &&
           machine_parse_meminfo(text, total, available);
}

bool
machine_disk(int fd, uint64_t *total, uint64_t *available)
{
    struct statvfs fs;

    if (fstatvfs(fd, &fs) != 0) {
        return false;
    }
    *total = (uint64_t)fs.f_blocks * fs.f_frsize;
    *available = (uint64_t)fs.f_bavail * fs.f_frsize;
    return true;
}

uint64_t
machine_resident(pid_t pid)
{
    char path[64], text[128];
    uint64_t size, resident;
    long page = sysconf(_SC_PAGESIZE);

    snprintf(path, sizeof path, "/proc/%ld/statm", (long)pid);
    if (page <= 0 || !read_text(path, text, sizeof text) ||
        sscanf(text, "%" SCNu64 " %" SCNu64, &size, &resident) != 2) {
        return 0;
    }
    return resident * (uint64_t)page;
}

bool
machine_process(pid_t pid, double *cpu_s, bool *held)
{
    char path[64], text[512];
    unsigned long user, system;
    long ticks = sysconf(_SC_CLK_TCK);
    const char *rest;
    char state;

    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    if (ticks <= 0 || !read_text(path, text, sizeof text)) {
        return false;
    }
    /* The name before the bracket may hold anything. */
    rest = strrchr(text, ')');
    if (!rest || sscanf(rest + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                        &state, &user, &system) != 3) {
        return false;
    }
    *cpu_s = (double)(user + system) / (double)ticks;
    *held = state == 'D';
    return true;
}
