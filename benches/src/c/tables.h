/*
 * W1 and one large array by tables of their fields: the walk, and the plan of the table.
 */
#ifndef BENCHES_TABLES_H
#define BENCHES_TABLES_H

#include "w1.h"

/* The registers of a network card that has little else. */
#define ARRAY_REGISTERS 32768u

struct array_device {
    uint32_t registers[ARRAY_REGISTERS];
};

enum tables_wire { TABLES_LEGACY, TABLES_CHUNKS };
enum tables_way { TABLES_WALK, TABLES_PLAN };

/* To be called once, before the others; 0 on success. */
int tables_prepare(void);

/* As w1_save_hand and w1_load_hand; `written` gets the length of the stream and may be NULL. */
int tables_save_w1(int wire, int way, const struct w1_device *devices, size_t count, uint8_t *out,
                   size_t capacity, size_t *written);
int tables_load_w1(int wire, int way, struct w1_device *devices, size_t count, const uint8_t *in,
                   size_t length);
int tables_save_array(int wire, int way, const struct array_device *device, uint8_t *out,
                      size_t capacity, size_t *written);
int tables_load_array(int wire, int way, struct array_device *device, const uint8_t *in,
                      size_t length);

#endif
