/*
 * SCALARS: 64 u32 fields and nothing else, to tell what one field costs apart
 * from arrays, scopes and setting up.
 */
#ifndef BENCHES_SCALARS_H
#define BENCHES_SCALARS_H

#include <stddef.h>
#include <stdint.h>

#define SCALARS_COUNT 64u
#define SCALARS_WIRE_BYTES (4u * SCALARS_COUNT)

/* 0 on success. Through bare calls (bare.h), and through the library. */
int scalars_save_bare(const uint32_t *values, uint8_t *out, size_t capacity);
int scalars_load_bare(uint32_t *values, const uint8_t *in, size_t length);
int scalars_save_migcore(const uint32_t *values, uint8_t *out, size_t capacity);
int scalars_load_migcore(uint32_t *values, const uint8_t *in, size_t length);

#endif
