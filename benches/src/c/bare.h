/*
 * What a call per field costs, whatever is behind it.
 *
 * The least that a library with such calls can do: look whether the object is
 * one, go through its table, check for room, swap, store, move on.  It keeps no
 * names, no scopes and no errors but one.  What migcore takes beyond this is the
 * price of what migcore does; what this takes beyond hand-written code is the
 * price of calls.
 */
#ifndef BENCHES_BARE_H
#define BENCHES_BARE_H

#include <stddef.h>
#include <stdint.h>

struct bare_operations;

struct bare {
    uint32_t state;
    int error;
    const struct bare_operations *operations;
    uint8_t *at;
    size_t left;
};

void bare_save_memory(struct bare *v, uint8_t *out, size_t capacity);
void bare_load_memory(struct bare *v, const uint8_t *in, size_t length);
int bare_visit_u32(struct bare *v, const char *name, uint32_t *value);
int bare_finish(struct bare *v);

#endif
