/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "host_file.h"

static void open_file(QEMUFile *f, bool writing, uint8_t *store, size_t size)
{
    f->writing = writing;
    f->store = store;
    f->store_size = size;
    f->store_used = f->start = f->end = 0;
    f->error = 0;
}

void host_file_open_output(QEMUFile *f, uint8_t *store, size_t size)
{
    open_file(f, true, store, size);
}

void host_file_open_input(QEMUFile *f, const uint8_t *store, size_t size)
{
    open_file(f, false, (uint8_t *)store, size);
}

int qemu_file_get_error(QEMUFile *f)
{
    return f->error;
}

void qemu_file_set_error(QEMUFile *f, int error)
{
    if (f->error == 0) {
        f->error = error;
    }
}

int64_t qemu_file_total_transferred(QEMUFile *f)
{
    return (int64_t)(f->writing ? f->store_used + f->end : f->store_used - (f->end - f->start));
}

static void flush(QEMUFile *f)
{
    if (f->end > f->store_size - f->store_used) {
        qemu_file_set_error(f, -ENOSPC);
        return;
    }
    memcpy(f->store + f->store_used, f->buffer, f->end);
    f->store_used += f->end;
    f->end = 0;
}

int64_t host_file_close_output(QEMUFile *f)
{
    if (f->error == 0) {
        flush(f);
    }
    return f->error != 0 ? f->error : (int64_t)f->store_used;
}

void qemu_put_buffer(QEMUFile *f, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (f->end == HOST_BUFFER_BYTES && f->error == 0) {
            flush(f);
        }
        if (f->error != 0) {
            return;
        }
        f->buffer[f->end++] = data[i];
    }
}

void qemu_put_byte(QEMUFile *f, int value)
{
    uint8_t byte = (uint8_t)value;

    qemu_put_buffer(f, &byte, 1);
}

void qemu_put_be16(QEMUFile *f, unsigned int value)
{
    qemu_put_byte(f, (int)(value >> 8));
    qemu_put_byte(f, (int)value);
}

void qemu_put_be32(QEMUFile *f, unsigned int value)
{
    qemu_put_be16(f, value >> 16);
    qemu_put_be16(f, value);
}

void qemu_put_be64(QEMUFile *f, uint64_t value)
{
    qemu_put_be32(f, (unsigned int)(value >> 32));
    qemu_put_be32(f, (unsigned int)value);
}

void qemu_put_counted_string(QEMUFile *f, const char *text)
{
    qemu_put_byte(f, (int)strlen(text));
    qemu_put_buffer(f, (const uint8_t *)text, strlen(text));
}

/* Moves what is held to the front and reads as much as there is room for. */
static void fill(QEMUFile *f)
{
    size_t held = f->end - f->start;
    size_t piece = f->store_size - f->store_used;

    memmove(f->buffer, f->buffer + f->start, held);
    if (piece > HOST_BUFFER_BYTES - held) {
        piece = HOST_BUFFER_BYTES - held;
    }
    memcpy(f->buffer + held, f->store + f->store_used, piece);
    f->store_used += piece;
    f->start = 0;
    f->end = held + piece;
}

size_t qemu_peek_buffer(QEMUFile *f, uint8_t **data, size_t size, size_t offset)
{
    size_t held;

    if (f->end - f->start < offset + size) {
        fill(f);
    }
    held = f->end - f->start;
    if (held <= offset) {
        return 0;
    }
    *data = f->buffer + f->start + offset;
    return held - offset < size ? held - offset : size;
}

int qemu_peek_byte(QEMUFile *f, int offset)
{
    uint8_t *byte;

    return qemu_peek_buffer(f, &byte, 1, (size_t)offset) == 1 ? *byte : 0;
}

void qemu_file_skip(QEMUFile *f, int size)
{
    if (f->start + (size_t)size <= f->end) {
        f->start += (size_t)size;
    }
}

size_t qemu_get_buffer(QEMUFile *f, uint8_t *data, size_t size)
{
    size_t done = 0;

    while (done < size) {
        uint8_t *held;
        size_t got = qemu_peek_buffer(f, &held, size - done < HOST_BUFFER_BYTES ? size - done : HOST_BUFFER_BYTES, 0);

        if (got == 0) {
            qemu_file_set_error(f, -EIO);
            break;
        }
        memcpy(data + done, held, got);
        f->start += got;
        done += got;
    }
    return done;
}

int qemu_get_byte(QEMUFile *f)
{
    uint8_t byte = 0;

    qemu_get_buffer(f, &byte, 1);
    return byte;
}

unsigned int qemu_get_be16(QEMUFile *f)
{
    unsigned int high = (unsigned int)qemu_get_byte(f) << 8;

    return high | (unsigned int)qemu_get_byte(f);
}

unsigned int qemu_get_be32(QEMUFile *f)
{
    unsigned int high = qemu_get_be16(f) << 16;

    return high | qemu_get_be16(f);
}

uint64_t qemu_get_be64(QEMUFile *f)
{
    uint64_t high = (uint64_t)qemu_get_be32(f) << 32;

    return high | qemu_get_be32(f);
}
