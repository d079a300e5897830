/*
 * A buffered big-endian file in the style of emulators' device state code: every
 * value goes through it a byte at a time.
 *
 * The facts it models: a 32 KiB buffer; the channel behind it is called only when
 * the buffer is full or empty; the first error stays; reads past the end give 0
 * and set the error.  It leaves out the scatter list and rate accounting of real
 * ones, so it costs less than they do.
 */
#ifndef BENCHES_BUFFERED_FILE_H
#define BENCHES_BUFFERED_FILE_H

#include <stddef.h>
#include <stdint.h>

#define BUFFERED_FILE_BYTES 32768u

struct buffered_file {
    uint8_t buffer[BUFFERED_FILE_BYTES];
    size_t index;     /* next byte to put or get */
    size_t available; /* bytes the last fill brought; only when reading */
    int error;        /* the first error, sticky */
    uint8_t *target;  /* memory behind the file when writing */
    const uint8_t *source; /* the same when reading */
    size_t remaining; /* bytes left in that memory */
};

void buffered_file_write_to(struct buffered_file *file, uint8_t *target, size_t capacity);
void buffered_file_read_from(struct buffered_file *file, const uint8_t *source, size_t length);
int buffered_file_flush(struct buffered_file *file);
int buffered_file_error(const struct buffered_file *file);

void buffered_put_byte(struct buffered_file *file, uint8_t value);
void buffered_put_be16(struct buffered_file *file, uint16_t value);
void buffered_put_be32(struct buffered_file *file, uint32_t value);
void buffered_put_be64(struct buffered_file *file, uint64_t value);
void buffered_put_bytes(struct buffered_file *file, const uint8_t *data, size_t length);

uint8_t buffered_get_byte(struct buffered_file *file);
uint16_t buffered_get_be16(struct buffered_file *file);
uint32_t buffered_get_be32(struct buffered_file *file);
uint64_t buffered_get_be64(struct buffered_file *file);
void buffered_get_bytes(struct buffered_file *file, uint8_t *data, size_t length);

#endif
