/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The QEMUFile of a little host program: its own type, its own buffer, its own functions under the names that its devices
 * call. It knows nothing of migcore. The functions have the types of QEMU 7.2, so they fit migcore_qemu_host as they are.
 */
#ifndef HOST_FILE_H
#define HOST_FILE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HOST_BUFFER_BYTES 32768

typedef struct QEMUFile {
    bool writing;
    uint8_t *store;         /* what the file is stored in */
    size_t store_size;
    size_t store_used;      /* written to or read from the store so far */
    uint8_t buffer[HOST_BUFFER_BYTES];
    size_t start;           /* of what is in the buffer */
    size_t end;
    int error;
} QEMUFile;

void host_file_open_output(QEMUFile *f, uint8_t *store, size_t size);
void host_file_open_input(QEMUFile *f, const uint8_t *store, size_t size);

/* Writes the buffer out; gives the bytes in the store or a negative errno. */
int64_t host_file_close_output(QEMUFile *f);

void qemu_put_buffer(QEMUFile *f, const uint8_t *data, size_t size);
void qemu_put_byte(QEMUFile *f, int value);
void qemu_put_be16(QEMUFile *f, unsigned int value);
void qemu_put_be32(QEMUFile *f, unsigned int value);
void qemu_put_be64(QEMUFile *f, uint64_t value);
void qemu_put_counted_string(QEMUFile *f, const char *text);

size_t qemu_get_buffer(QEMUFile *f, uint8_t *data, size_t size);
int qemu_get_byte(QEMUFile *f);
unsigned int qemu_get_be16(QEMUFile *f);
unsigned int qemu_get_be32(QEMUFile *f);
uint64_t qemu_get_be64(QEMUFile *f);

size_t qemu_peek_buffer(QEMUFile *f, uint8_t **data, size_t size, size_t offset);
int qemu_peek_byte(QEMUFile *f, int offset);
void qemu_file_skip(QEMUFile *f, int size);

int qemu_file_get_error(QEMUFile *f);
void qemu_file_set_error(QEMUFile *f, int error);
int64_t qemu_file_total_transferred(QEMUFile *f);

#define qemu_put_sbe32 qemu_put_be32
#define qemu_get_sbe32 (int)qemu_get_be32
#define qemu_put_be32s(f, place) qemu_put_be32(f, *(place))
#define qemu_get_be32s(f, place) (*(place) = qemu_get_be32(f))

#endif
