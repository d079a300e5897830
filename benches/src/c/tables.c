#include "tables.h"

#include "migcore.h"
#include "migcore_vmstate.h"

#define W1 struct w1_device
#define EEPROM struct w1_eeprom
#define RING struct w1_ring

static const migcore_vmstate_field eeprom_fields[] = {
    MIGCORE_VMSTATE_BUFFER(page, EEPROM),
    MIGCORE_VMSTATE_U32(command, EEPROM),
    MIGCORE_VMSTATE_U32(address, EEPROM),
    MIGCORE_VMSTATE_U32(data, EEPROM),
    MIGCORE_VMSTATE_U32(status, EEPROM),
    MIGCORE_VMSTATE_U32(timing, EEPROM),
    MIGCORE_VMSTATE_U32(lock, EEPROM),
    MIGCORE_VMSTATE_U32(checksum, EEPROM),
    MIGCORE_VMSTATE_U32(cycles, EEPROM),
    MIGCORE_VMSTATE_END(),
};

static const migcore_vmstate eeprom_table = MIGCORE_VMSTATE_TABLE("eeprom", 1, 1, eeprom_fields);

static const migcore_vmstate_field ring_fields[] = {
    MIGCORE_VMSTATE_U64(base, RING),
    MIGCORE_VMSTATE_U32(length, RING),
    MIGCORE_VMSTATE_U16(head, RING),
    MIGCORE_VMSTATE_U16(tail, RING),
    MIGCORE_VMSTATE_END(),
};

static const migcore_vmstate ring_table = MIGCORE_VMSTATE_TABLE("ring", 1, 1, ring_fields);

static const migcore_vmstate_field w1_fields[] = {
    MIGCORE_VMSTATE_U32(control, W1),
    MIGCORE_VMSTATE_U32(status, W1),
    MIGCORE_VMSTATE_U32(interrupt_cause, W1),
    MIGCORE_VMSTATE_U32(interrupt_mask, W1),
    MIGCORE_VMSTATE_U8(link_state, W1),
    MIGCORE_VMSTATE_U8(duplex, W1),
    MIGCORE_VMSTATE_U16(phy_address, W1),
    MIGCORE_VMSTATE_U16(phy_control, W1),
    MIGCORE_VMSTATE_BOOL(enabled, W1),
    MIGCORE_VMSTATE_I32(queue_weight, W1),
    MIGCORE_VMSTATE_I32(interrupt_delay, W1),
    MIGCORE_VMSTATE_U64(receive_base, W1),
    MIGCORE_VMSTATE_U64(transmit_base, W1),
    MIGCORE_VMSTATE_U32(receive_control, W1),
    MIGCORE_VMSTATE_U32(receive_head, W1),
    MIGCORE_VMSTATE_U32(receive_tail, W1),
    MIGCORE_VMSTATE_U8(speed, W1),
    MIGCORE_VMSTATE_U8(loopback, W1),
    MIGCORE_VMSTATE_U8(interrupt_level, W1),
    MIGCORE_VMSTATE_BOOL(promiscuous, W1),
    MIGCORE_VMSTATE_BOOL(multicast, W1),
    MIGCORE_VMSTATE_U32(transmit_control, W1),
    MIGCORE_VMSTATE_U32(transmit_head, W1),
    MIGCORE_VMSTATE_U32(transmit_tail, W1),
    MIGCORE_VMSTATE_U16(phy_status, W1),
    MIGCORE_VMSTATE_U16(vlan_tag, W1),
    MIGCORE_VMSTATE_I32(receive_credit, W1),
    MIGCORE_VMSTATE_I32(transmit_credit, W1),
    MIGCORE_VMSTATE_U64(packets_in, W1),
    MIGCORE_VMSTATE_U64(packets_out, W1),
    MIGCORE_VMSTATE_U64(octets_in, W1),
    MIGCORE_VMSTATE_U64(octets_out, W1),
    MIGCORE_VMSTATE_U8(eeprom_state, W1),
    MIGCORE_VMSTATE_U8(eeprom_opcode, W1),
    MIGCORE_VMSTATE_U8(phy_page, W1),
    MIGCORE_VMSTATE_U16(eeprom_in, W1),
    MIGCORE_VMSTATE_U16(eeprom_out, W1),
    MIGCORE_VMSTATE_I32(clock_offset, W1),
    MIGCORE_VMSTATE_I32(temperature, W1),
    MIGCORE_VMSTATE_BOOL(suspended, W1),
    MIGCORE_VMSTATE_U32_ARRAY(statistics, W1, W1_STATISTICS),
    MIGCORE_VMSTATE_U16_ARRAY(phy, W1, W1_PHY_REGISTERS),
    MIGCORE_VMSTATE_BUFFER(mac, W1),
    MIGCORE_VMSTATE_STRUCT(eeprom, W1, eeprom_table, EEPROM),
    MIGCORE_VMSTATE_STRUCT_ARRAY(rings, W1, W1_RINGS, ring_table, RING),
    MIGCORE_VMSTATE_END(),
};

static const migcore_vmstate w1_table = MIGCORE_VMSTATE_TABLE("nic", 1, 1, w1_fields);

static const migcore_vmstate_field array_fields[] = {
    MIGCORE_VMSTATE_U32_ARRAY(registers, struct array_device, ARRAY_REGISTERS),
    MIGCORE_VMSTATE_END(),
};

static const migcore_vmstate array_table =
    MIGCORE_VMSTATE_TABLE("array", 1, 1, array_fields);

static migcore_kernels kernels;
static uint8_t plan_memory[2][4096];
static migcore_vmstate_plan w1_plan, array_plan;

/* Objects of one table, one after another. */
struct objects {
    const migcore_vmstate *table;
    const migcore_vmstate_plan *plan;
    char *first;
    size_t size, count;
};

int tables_prepare(void)
{
    int done = migcore_kernels_detect(&kernels, sizeof kernels);

    if (done == MIGCORE_OK) {
        done = migcore_vmstate_compile(&w1_plan, sizeof w1_plan, &w1_table, 1, plan_memory[0],
                                       sizeof plan_memory[0]);
    }
    if (done == MIGCORE_OK) {
        done = migcore_vmstate_compile(&array_plan, sizeof array_plan, &array_table, 1,
                                       plan_memory[1], sizeof plan_memory[1]);
    }
    return done;
}

static int visit_all(migcore_visitor *v, int way, const struct objects *objects)
{
    for (size_t i = 0; i < objects->count; i++) {
        void *object = objects->first + i * objects->size;

        migcore_begin_device(v, objects->table->name, (uint32_t)i, 1, 1);
        if (way == TABLES_PLAN) {
            migcore_visit_vmstate_plan(v, objects->plan, object, NULL);
        } else {
            migcore_visit_vmstate(v, objects->table, object, NULL);
        }
        migcore_end_device(v);
    }
    return migcore_finish(v);
}

static int save(int wire, int way, const struct objects *objects, uint8_t *out, size_t capacity,
                size_t *written)
{
    union {
        migcore_legacy legacy;
        migcore_chunk_saver chunks;
    } codec;
    uint8_t scratch[W1_CHUNK_SCRATCH];
    migcore_visitor *v;
    int done;

    if (wire == TABLES_LEGACY) {
        migcore_legacy_save_memory(&codec.legacy, sizeof codec.legacy, out, capacity, &kernels);
        v = &codec.legacy.visitor;
    } else {
        migcore_chunk_save_memory(&codec.chunks, sizeof codec.chunks, out, capacity, scratch,
                                  sizeof scratch, NULL, &kernels);
        v = &codec.chunks.visitor;
    }
    done = visit_all(v, way, objects);
    if (written != NULL) {
        *written = (size_t)migcore_position(v);
    }
    return done;
}

static int load(int wire, int way, const struct objects *objects, const uint8_t *in, size_t length)
{
    union {
        migcore_legacy legacy;
        migcore_chunk_loader chunks;
    } codec;
    migcore_visitor *v;

    if (wire == TABLES_LEGACY) {
        migcore_legacy_load_memory(&codec.legacy, sizeof codec.legacy, in, length, &kernels);
        v = &codec.legacy.visitor;
    } else {
        migcore_chunk_load_memory(&codec.chunks, sizeof codec.chunks, in, length, NULL, 0, NULL,
                                  &kernels);
        v = &codec.chunks.visitor;
    }
    return visit_all(v, way, objects);
}

/* Saving only reads: the casts lose nothing. */
static struct objects nics(const struct w1_device *devices, size_t count)
{
    return (struct objects){ &w1_table, &w1_plan, (char *)devices, sizeof *devices, count };
}

static struct objects array(const struct array_device *device)
{
    return (struct objects){ &array_table, &array_plan, (char *)device, sizeof *device, 1 };
}

int tables_save_w1(int wire, int way, const struct w1_device *devices, size_t count, uint8_t *out,
                   size_t capacity, size_t *written)
{
    struct objects objects = nics(devices, count);

    return save(wire, way, &objects, out, capacity, written);
}

int tables_load_w1(int wire, int way, struct w1_device *devices, size_t count, const uint8_t *in,
                   size_t length)
{
    struct objects objects = nics(devices, count);

    return load(wire, way, &objects, in, length);
}

int tables_save_array(int wire, int way, const struct array_device *device, uint8_t *out,
                      size_t capacity, size_t *written)
{
    struct objects objects = array(device);

    return save(wire, way, &objects, out, capacity, written);
}

int tables_load_array(int wire, int way, struct array_device *device, const uint8_t *in,
                      size_t length)
{
    struct objects objects = array(device);

    return load(wire, way, &objects, in, length);
}
