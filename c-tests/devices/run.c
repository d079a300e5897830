/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 *   devices FILE
 *
 * Reads sections of real streams from a file, which c-tests/tests/devices.rs makes, and prints a line for each: a
 * letter for each check that held, and `-` for one that did not, which is told on stderr; `none` for another device.
 *
 * A section in the file is a line of words between tabs, then its bytes: payload, description, chunks.
 */
#define MIGCORE_QEMU_DEFINE
#include "run.h"

#include <stdarg.h>

static const char *stream_name;

bool wrong(const Section *section, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s: %s/%u: ", stream_name, section->where.section, section->where.instance);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return false;
}

void *memory_of(size_t size)
{
    void *memory = malloc(size != 0 ? size : 1);

    if (memory == NULL) {
        abort();
    }
    return memory;
}

static Bytes bytes_read(FILE *file, size_t length)
{
    Bytes bytes = { memory_of(length), length };

    if (fread(bytes.data, 1, length, file) != length) {
        abort();
    }
    return bytes;
}

static char said(char letter, bool held)
{
    return held ? letter : '-';
}

static void section_run(const Section *section)
{
    char letters[] = "abcdefg";

    letters[0] = said('a', check_load(section));
    letters[1] = said('b', check_save(section));
    letters[2] = said('c', check_description(section));
    letters[3] = said('d', check_chunks(section));
    letters[4] = said('e', check_plan(section));
    letters[5] = said('f', check_damage(section));
    letters[6] = said('g', check_newer(section));
    puts(letters);
}

#define WORD "%299[^\t]\t"

/* False at the end of the file. */
static bool section_next(FILE *file)
{
    static char stream[300], machine[300], name[300], table[300];
    Section section = { .where = { .machine = machine, .section = name } };
    Where *where = &section.where;
    size_t payload, description, chunks;
    int private;

    if (fscanf(file, WORD WORD "%d\t%d\t%" SCNu32 "\t%" SCNu32 "\t" WORD "%u\t" WORD "%u\t%zu\t%zu\t%zu\t%d", stream,
               machine, &where->version, &where->qemu, &where->cpus, &where->memory_slots, name, &where->instance,
               table, &section.version, &payload, &description, &chunks, &private) != 14 || fgetc(file) != '\n') {
        return false;
    }
    stream_name = stream;
    section.payload = bytes_read(file, payload);
    section.description = bytes_read(file, description);
    section.chunks = bytes_read(file, chunks);
    section.private = private != 0;
    section.device = device_at(table, where);
    if (section.device == NULL) {
        puts("none");
    } else {
        section_run(&section);
    }
    free(section.payload.data);
    free(section.description.data);
    free(section.chunks.data);
    return true;
}

int main(int argc, char **argv)
{
    FILE *file;

    if (argc == 2 && strcmp(argv[1], "--dump") == 0) {
        return dump(stdout);
    }
    file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL) {
        fprintf(stderr, "usage: devices FILE, or devices --dump\n");
        return 2;
    }
    while (section_next(file)) {
    }
    fclose(file);
    return 0;
}
