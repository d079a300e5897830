/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What the tables of all devices say, as QEMU's -dump-vmstate.
 */
#include "run.h"

#define MOST_DEVICES 256

static ptrdiff_t print(void *opaque, const void *data, size_t length)
{
    return (ptrdiff_t)fwrite(data, 1, length, (FILE *)opaque);
}

int dump(FILE *to)
{
    static char names[MOST_DEVICES][64];
    migcore_vmstate_type types[MOST_DEVICES];
    migcore_sink sink = { sizeof sink, print, NULL, to };
    size_t count = 0;

    /* Tables of one name are told apart by their numbers. */
    for (const Device *device; count < MOST_DEVICES && (device = device_number(count)) != NULL; count++) {
        snprintf(names[count], sizeof names[count], "%s %zu", device->vmsd->name, count);
        types[count].name = names[count];
        types[count].table = (const migcore_vmstate *)device->vmsd;
    }
    return migcore_vmstate_dump("devices", types, count, &sink) != MIGCORE_OK;
}
