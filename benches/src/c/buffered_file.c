#include "buffered_file.h"

#include <string.h>

#define IO_ERROR (-5)

void buffered_file_write_to(struct buffered_file *file, uint8_t *target, size_t capacity)
{
    file->index = 0;
    file->available = 0;
    file->error = 0;
    file->target = target;
    file->source = NULL;
    file->remaining = capacity;
}

void buffered_file_read_from(struct buffered_file *file, const uint8_t *source, size_t length)
{
    file->index = 0;
    file->available = 0;
    file->error = 0;
    file->target = NULL;
    file->source = source;
    file->remaining = length;
}

int buffered_file_error(const struct buffered_file *file)
{
    return file->error;
}

int buffered_file_flush(struct buffered_file *file)
{
    if (file->error == 0 && file->index > file->remaining) {
        file->error = IO_ERROR;
    }
    if (file->error == 0) {
        memcpy(file->target, file->buffer, file->index);
        file->target += file->index;
        file->remaining -= file->index;
    }
    file->index = 0;
    return file->error;
}

static size_t fill(struct buffered_file *file)
{
    size_t length = file->remaining < BUFFERED_FILE_BYTES ? file->remaining : BUFFERED_FILE_BYTES;

    if (length == 0) {
        file->error = file->error != 0 ? file->error : IO_ERROR;
        return 0;
    }
    memcpy(file->buffer, file->source, length);
    file->source += length;
    file->remaining -= length;
    file->index = 0;
    file->available = length;
    return length;
}

void buffered_put_byte(struct buffered_file *file, uint8_t value)
{
    if (file->error != 0) {
        return;
    }
    file->buffer[file->index++] = value;
    if (file->index == BUFFERED_FILE_BYTES) {
        buffered_file_flush(file);
    }
}

void buffered_put_be16(struct buffered_file *file, uint16_t value)
{
    buffered_put_byte(file, (uint8_t)(value >> 8));
    buffered_put_byte(file, (uint8_t)value);
}

void buffered_put_be32(struct buffered_file *file, uint32_t value)
{
    buffered_put_byte(file, (uint8_t)(value >> 24));
    buffered_put_byte(file, (uint8_t)(value >> 16));
    buffered_put_byte(file, (uint8_t)(value >> 8));
    buffered_put_byte(file, (uint8_t)value);
}

void buffered_put_be64(struct buffered_file *file, uint64_t value)
{
    buffered_put_be32(file, (uint32_t)(value >> 32));
    buffered_put_be32(file, (uint32_t)value);
}

void buffered_put_bytes(struct buffered_file *file, const uint8_t *data, size_t length)
{
    while (length > 0 && file->error == 0) {
        size_t room = BUFFERED_FILE_BYTES - file->index;
        size_t part = length < room ? length : room;

        memcpy(file->buffer + file->index, data, part);
        file->index += part;
        data += part;
        length -= part;
        if (file->index == BUFFERED_FILE_BYTES) {
            buffered_file_flush(file);
        }
    }
}

uint8_t buffered_get_byte(struct buffered_file *file)
{
    if (file->index == file->available && fill(file) == 0) {
        return 0;
    }
    return file->buffer[file->index++];
}

uint16_t buffered_get_be16(struct buffered_file *file)
{
    uint16_t high = buffered_get_byte(file);

    return (uint16_t)(high << 8 | buffered_get_byte(file));
}

uint32_t buffered_get_be32(struct buffered_file *file)
{
    uint32_t value = (uint32_t)buffered_get_byte(file) << 24;

    value |= (uint32_t)buffered_get_byte(file) << 16;
    value |= (uint32_t)buffered_get_byte(file) << 8;
    return value | buffered_get_byte(file);
}

uint64_t buffered_get_be64(struct buffered_file *file)
{
    uint64_t high = buffered_get_be32(file);

    return high << 32 | buffered_get_be32(file);
}

void buffered_get_bytes(struct buffered_file *file, uint8_t *data, size_t length)
{
    while (length > 0) {
        size_t part = file->available - file->index;

        if (part == 0) {
            part = fill(file);
        }
        if (part == 0) {
            memset(data, 0, length);
            return;
        }
        part = length < part ? length : part;
        memcpy(data, file->buffer + file->index, part);
        file->index += part;
        data += part;
        length -= part;
    }
}
