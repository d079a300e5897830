/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A part of a device that is an older source than the device.
 */
#ifndef MIXED_H
#define MIXED_H

typedef struct OldPart {
    uint32_t value;
    uint32_t doubled;   /* made before a save, and what is in the stream */
    uint32_t more;
    bool has_more;
} OldPart;

extern const VMStateDescription vmstate_old_part;

#endif
