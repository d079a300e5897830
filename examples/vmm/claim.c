#include "claim.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

struct path {
    char text[512];
};

/* "DIRECTORY/vmm-NUMBER.claim": not even a hostile source can name another file. */
static struct path path_of(const char *socket, const struct claim_number *number)
{
    const char *name = strrchr(socket, '/');
    int directory = name ? (int)(name + 1 - socket) : 0;
    char digits[2 * sizeof number->bytes + 1];
    struct path path;

    for (size_t i = 0; i < sizeof number->bytes; i++)
        sprintf(digits + 2 * i, "%02x", number->bytes[i]);
    /* The path of a socket has at most 108 bytes. */
    snprintf(path.text, sizeof path.text, "%.*svmm-%s.claim", directory, socket, digits);
    return path;
}

bool claim_make(const char *socket, struct claim_number *number)
{
    if (getrandom(number->bytes, sizeof number->bytes, 0) != (ssize_t)sizeof number->bytes) {
        fprintf(stderr, "vmm: no random number for a claim: %s\n", strerror(errno));
        return false;
    }
    struct path path = path_of(socket, number);
    int fd = open(path.text, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0) {
        fprintf(stderr, "vmm: %s: %s\n", path.text, strerror(errno));
        return false;
    }
    close(fd);
    return true;
}

enum claim claim_take(const char *socket, const struct claim_number *number)
{
    struct path path = path_of(socket, number);

    if (unlink(path.text) == 0)
        return CLAIM_TAKEN;
    if (errno == ENOENT)
        return CLAIM_GONE;
    fprintf(stderr, "vmm: %s: %s\n", path.text, strerror(errno));
    return CLAIM_UNKNOWN;
}
