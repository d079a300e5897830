/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What is done with a section of a real stream: the checks, each in a function of its own.
 */
#ifndef RUN_H
#define RUN_H

#include "device.h"

#include <stdio.h>

typedef struct Bytes {
    uint8_t *data;
    size_t length;
} Bytes;

typedef struct Section {
    Where where;
    const Device *device;
    unsigned version;
    Bytes payload;
    Bytes description;      /* QEMU's text of a stream with this device alone */
    Bytes chunks;           /* what the section becomes by its description */
    bool private;           /* a field of it has a private type: in these chunks it is an opaque buffer */
} Section;

/* Says what is wrong, and of which section. */
__attribute__((format(printf, 2, 3)))
bool wrong(const Section *section, const char *format, ...);

/* Memory of just the right size, so that a tool that checks memory sees each step out of it. */
void *memory_of(size_t size);

/* The object as its machine made it, or with a table of one's own; and its end. */
void *object_new(const Section *section);
void object_free(const Section *section, void *object);

/* The bytes that an object becomes and that one comes from; a result as of QEMU's functions. */
int save_legacy(const VMStateDescription *vmsd, void *object, JSONWriter *json, Bytes *out);
int load_legacy(const VMStateDescription *vmsd, void *object, unsigned version, const uint8_t *bytes, size_t length,
                size_t *used);
migcore_status save_chunks(const Section *section, const VMStateDescription *vmsd, void *object, Bytes *out);
migcore_status load_chunks(const Section *section, const VMStateDescription *vmsd, void *object, const Bytes *chunks);

/* A plan of the device's table, in memory of just its size; and its end. */
typedef struct Plan {
    migcore_vmstate_plan plan;
    void *memory;
} Plan;

migcore_status plan_init(Plan *plan, const VMStateDescription *vmsd);
void plan_free(Plan *plan);

/* The object in a device of the section's name, on any wire, by a table or by a plan, up to the end of the visit. */
migcore_status visit_by_table(migcore_visitor *v, const Section *section, const VMStateDescription *vmsd, void *object);
migcore_status visit_by_plan(migcore_visitor *v, const Section *section, const Plan *plan, void *object);

/* The checks; false: failed. */
bool check_load(const Section *section);
bool check_save(const Section *section);
bool check_description(const Section *section);
bool check_chunks(const Section *section);
bool check_plan(const Section *section);
bool check_damage(const Section *section);
bool check_newer(const Section *section);

/* Writes what the tables of all devices say, as QEMU's -dump-vmstate. Returns 0, or 1 if a table makes no sense. */
int dump(FILE *to);

#endif
