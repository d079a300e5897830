/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_profile.h - rows of machine profiles.
 *
 *     static const migcore_profile_row rows[] = {
 *         MIGCORE_PROFILE_FLAG(MIGCORE_RELEASE(7, 2), "nic", "saves-coalescing", false),
 *         MIGCORE_PROFILE_NUMBER(MIGCORE_RELEASE(7, 0), "nic", "queues", 1),
 *         MIGCORE_PROFILE_BLOB(MIGCORE_RELEASE(2, 12), "rtc"),
 *         MIGCORE_PROFILE_END(),
 *     };
 *     static const migcore_profile profile = MIGCORE_PROFILE(rows);
 *
 *     bool saves_coalescing = true;
 *     migcore_profile_flag(&profile, MIGCORE_RELEASE(7, 0), "nic", "saves-coalescing", &saves_coalescing);
 *
 * A row holds up to and including its version of the machine. Rows stand from the newest version to the oldest; of those
 * that say something of the same property, that for the oldest version wins. docs/compat.md is the guide.
 */
#ifndef MIGCORE_PROFILE_H
#define MIGCORE_PROFILE_H

#include "migcore.h"

/* The number of a release such as 7.2. A third number, below 256, is added to it. */
#define MIGCORE_RELEASE(major, minor) (((uint32_t)(major) << 16) + ((uint32_t)(minor) << 8))

/* A profile of these rows, and one that is on top of another. */
#define MIGCORE_PROFILE(rows) { sizeof(migcore_profile), rows, NULL }
#define MIGCORE_PROFILE_ON(below, rows) { sizeof(migcore_profile), rows, &(below) }

/* A property of a device: on or off, a number, a text. */
#define MIGCORE_PROFILE_FLAG(until, device, property, value) \
    MIGCORE_PROFILE_ROW(until, MIGCORE_PROFILE_KIND_FLAG, device, property, NULL, (value) ? 1 : 0, 0)
#define MIGCORE_PROFILE_NUMBER(until, device, property, value) \
    MIGCORE_PROFILE_ROW(until, MIGCORE_PROFILE_KIND_NUMBER, device, property, NULL, value, 0)
#define MIGCORE_PROFILE_TEXT(until, device, property, value) \
    MIGCORE_PROFILE_ROW(until, MIGCORE_PROFILE_KIND_TEXT, device, property, value, 0, 0)

/* The same; a device that has no such property passes over the row. */
#define MIGCORE_PROFILE_OPTIONAL_FLAG(until, device, property, value) \
    MIGCORE_PROFILE_ROW(until, MIGCORE_PROFILE_KIND_FLAG, device, property, NULL, (value) ? 1 : 0, MIGCORE_PROFILE_OPTIONAL)
#define MIGCORE_PROFILE_OPTIONAL_NUMBER(until, device, property, value) \
    MIGCORE_PROFILE_ROW(until, MIGCORE_PROFILE_KIND_NUMBER, device, property, NULL, value, MIGCORE_PROFILE_OPTIONAL)
#define MIGCORE_PROFILE_OPTIONAL_TEXT(until, device, property, value) \
    MIGCORE_PROFILE_ROW(until, MIGCORE_PROFILE_KIND_TEXT, device, property, value, 0, MIGCORE_PROFILE_OPTIONAL)

/* A device that is in the stream as bytes without names. */
#define MIGCORE_PROFILE_BLOB(until, device) \
    MIGCORE_PROFILE_ROW(until, MIGCORE_PROFILE_KIND_BLOB, device, NULL, NULL, 1, 0)

/* What the machine is written as: MIGCORE_WIRE_LEGACY or MIGCORE_WIRE_CHUNK. */
#define MIGCORE_PROFILE_WIRE(until, wire) \
    MIGCORE_PROFILE_ROW(until, MIGCORE_PROFILE_KIND_WIRE, NULL, NULL, NULL, wire, 0)

/* After the last row. */
#define MIGCORE_PROFILE_END() MIGCORE_PROFILE_ROW(0, MIGCORE_PROFILE_KIND_END, NULL, NULL, NULL, 0, 0)

/* Any row, member by member. */
#define MIGCORE_PROFILE_ROW(until, kind, device, property, text, number, flags) \
    { until, kind, device, property, text, number, flags, { 0, 0, 0 } }

#endif
