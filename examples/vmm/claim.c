#include "claim.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

struct path {
    char text[256]; /* that of a socket has at most 108 bytes */
};

/* "DIRECTORY/vmm-NUMBER.claim": not even a hostile source can name another file. */
static struct path path_of(const char *socket, const unsigned char *number)
{
    const char *slash = strrchr(socket, '/');
    struct path path;
    int end = snprintf(path.text, 128, "%.*svmm-", slash ? (int)(slash + 1 - socket) : 0, socket);

    for (int i = 0; i < CLAIM_NUMBER; i++)
        end += sprintf(path.text + end, "%02x", number[i]);
    strcpy(path.text + end, ".claim");
    return path;
}

bool claim_make(const char *socket, unsigned char *number)
{
    struct path path;
    int fd = -1;

    if (getrandom(number, CLAIM_NUMBER, 0) == CLAIM_NUMBER) {
        path = path_of(socket, number);
        fd = open(path.text, O_WRONLY | O_CREAT | O_EXCL, 0600);
    }
    if (fd < 0) {
        perror("vmm: no claim");
        return false;
    }
    close(fd);
    return true;
}

bool claim_take(const char *socket, const unsigned char *number)
{
    struct path path = path_of(socket, number);

    if (unlink(path.text) == 0)
        return true;
    if (errno != ENOENT) /* the other side has it, which is no error */
        perror("vmm: the claim");
    return false;
}
