/*
 * The checksums beside a digits file: no sidecar but the one that the writer made for
 * these digits passes the check. (And that of an older writer: for a file of less than
 * a block the two differ in the version alone.)
 */
#include "config.h"

#include "fuzz.h"

#include "common/digits.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LENGTH = 20, GENUINE_MAX = 512, VERSION_AT = sizeof "nthpi-digits " - 1 };

static char folder[256], sum_path[320], txt_path[320];
static int folder_fd;
static uint8_t genuine[GENUINE_MAX];
static size_t genuine_size;

/* True for what was written, now or by an older program. */
static bool
is_genuine(const uint8_t *data, size_t size)
{
    const size_t rest = VERSION_AT + 1;

    return size == genuine_size && memcmp(data, genuine, VERSION_AT) == 0 &&
           (data[VERSION_AT] == '1' || data[VERSION_AT] == '2') &&
           memcmp(data + rest, genuine + rest, size - rest) == 0;
}

static void
remove_folder(void)
{
    unlink(sum_path);
    unlink(txt_path);
    rmdir(folder);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char name[DIGITS_NAME_SIZE], sha256[DIGITS_SHA256_SIZE];
    const char *temporary = getenv("TMPDIR");
    (void)argc;
    (void)argv;
    PROPERTY(sodium_init() >= 0);
    snprintf(folder, sizeof folder, "%s/fuzz-sidecar.XXXXXX",
             temporary ? temporary : "/tmp");
    PROPERTY(mkdtemp(folder) != NULL);
    folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    PROPERTY(folder_fd >= 0);
    digits_name(name, 10, LENGTH, "txt");
    snprintf(txt_path, sizeof txt_path, "%s/%s", folder, name);
    digits_name(name, 10, LENGTH, "sum");
    snprintf(sum_path, sizeof sum_path, "%s/%s", folder, name);
    PROPERTY(atexit(remove_folder) == 0);

    int txt = open(txt_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int sum = open(sum_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    struct digits_writer *writer = digits_writer_new(txt, sum, 10);
    PROPERTY(writer != NULL);
    PROPERTY(digits_writer_add(writer, "14159265358979323846", LENGTH) == DIGITS_OK);
    PROPERTY(digits_writer_finish(writer, sha256) == DIGITS_OK);
    digits_writer_free(writer);
    ssize_t n = pread(sum, genuine, sizeof genuine, 0);
    PROPERTY(n > 0 && n < GENUINE_MAX);
    genuine_size = (size_t)n;
    close(txt);
    close(sum);
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char sha256[DIGITS_SHA256_SIZE];
    int fd = open(sum_path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    PROPERTY(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    close(fd);
    enum digits_rc rc = digits_check(folder_fd, 10, LENGTH, sha256);
    PROPERTY(rc == (is_genuine(data, size) ? DIGITS_OK : DIGITS_BROKEN));
    return 0;
}
