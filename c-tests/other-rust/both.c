/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * One program with two Rust libraries: both work.
 */
#include "migcore.h"

#include <stdio.h>

uint64_t other_sum(const uint32_t *values, size_t count);

int main(void)
{
    uint32_t saved[3] = { 1, 20, 300 }, loaded[3] = { 0, 0, 0 };
    uint8_t bytes[12];
    migcore_legacy legacy;
    migcore_kernels kernels;

    if (migcore_kernels_detect(&kernels, sizeof kernels) != MIGCORE_OK) {
        return 1;
    }
    migcore_legacy_save_memory(&legacy, sizeof legacy, bytes, sizeof bytes, &kernels);
    migcore_visit_u32_array(&legacy.visitor, "values", saved, 3);
    if (migcore_finish(&legacy.visitor) != MIGCORE_OK) {
        return 2;
    }
    migcore_legacy_load_memory(&legacy, sizeof legacy, bytes, sizeof bytes, &kernels);
    migcore_visit_u32_array(&legacy.visitor, "values", loaded, 3);
    if (migcore_finish(&legacy.visitor) != MIGCORE_OK) {
        return 3;
    }
    return other_sum(loaded, 3) == 321 ? 0 : 4;
}
