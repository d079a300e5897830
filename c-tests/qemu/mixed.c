/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A device of 10.2 with a part of 1.0: each table is called in the forms of its own release, whoever walks it.
 */
#define MIGCORE_QEMU_API 1002
#include "tables.h"
#include "mixed.h"

typedef struct Device {
    OldPart part;
    uint8_t last;
} Device;

static const VMStateDescription vmstate_device = {
    .name = "device",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT(part, Device, 0, vmstate_old_part, OldPart),
        VMSTATE_UINT8(last, Device),
        VMSTATE_END_OF_LIST()
    }
};

int main(void)
{
    static const uint8_t expected[] = { 0, 0, 0, 42, 5, 13, 'o', 'l', 'd', ' ', 'p', 'a', 'r', 't', '/', 'm', 'o', 'r', 'e',
                                        0, 0, 0, 1, 0, 0, 0, 8, 9 };
    Device s = { .part = { .value = 21, .more = 8, .has_more = true }, .last = 9 };
    Memory m, back;

    CHECK_EQUAL(memory_save(&m, &vmstate_device, &s), 0);
    CHECK_BYTES(m.bytes, m.length, expected);
    s = (Device) { .last = 0 };
    CHECK_EQUAL(memory_load(&back, &vmstate_device, &s, 1, m.bytes, m.length + 1), 0);
    CHECK(s.part.value == 21 && s.part.more == 8 && s.last == 9);
    return checks_report("mixed");
}
