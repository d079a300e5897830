/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A board of devices that are registered in each of the ways: by tables, with and without a path, with arrays and a
 * subsection, and by pairs of functions. Its stream is the recorded one (board.inc), which cli/tests/registered.rs reads as
 * any stream of QEMU; `board write` prints it anew. Damaged in any bit it is refused or loaded, and nothing else happens. The
 * devices were pairs of functions in the version before: over chunks either version loads what the other saved.
 */
#define MIGCORE_QEMU_DEVICE_PATH(dev) ((const char *)(dev))
#include "migcore_qemu.h"

#include "check.h"

static const uint8_t recorded[] = {
#include "board.inc"
};

/* -- Devices ------------------------------------------------------------------------------------------------------- */

typedef struct Ring {
    uint16_t head, tail;
} Ring;

typedef struct Nic {
    uint8_t mac[6];
    uint32_t regs[4];
    Ring rings[2];
    bool filtering;
    uint64_t filter;
} Nic;

static const VMStateDescription vmstate_ring = {
    .name = "nic/ring",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT16(head, Ring),
        VMSTATE_UINT16(tail, Ring),
        VMSTATE_END_OF_LIST(),
    },
};

static bool nic_filters(void *opaque)
{
    return ((const Nic *)opaque)->filtering;
}

static int filter_post_load(void *opaque, int version_id)
{
    (void)version_id;
    ((Nic *)opaque)->filtering = true;
    return 0;
}

static const VMStateDescription vmstate_filter = {
    .name = "nic/filter",
    .version_id = 2,
    .minimum_version_id = 1,
    .needed = nic_filters,
    .post_load = filter_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64(filter, Nic),
        VMSTATE_END_OF_LIST(),
    },
};

static const VMStateDescription vmstate_nic = {
    .name = "nic",
    .version_id = 6,
    .minimum_version_id = 5,
    .fields = (const VMStateField[]) {
        VMSTATE_BUFFER(mac, Nic),
        VMSTATE_UINT32_ARRAY(regs, Nic, 4),
        VMSTATE_STRUCT_ARRAY(rings, Nic, 2, 1, vmstate_ring, Ring),
        VMSTATE_END_OF_LIST(),
    },
    .subsections = (const VMStateDescription *[]) { &vmstate_filter, NULL },
};

typedef struct Bus {
    uint32_t lines;
} Bus;

static const VMStateDescription vmstate_bus = {
    .name = "bus",
    .version_id = 1,
    .minimum_version_id = 1,
    .priority = MIG_PRI_PCI_BUS,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(lines, Bus),
        VMSTATE_END_OF_LIST(),
    },
};

typedef struct Uart {
    uint16_t divider;
    uint8_t level;
    uint8_t fifo[16];
} Uart;

static void uart_save(QEMUFile *f, void *opaque)
{
    const Uart *uart = opaque;

    qemu_put_be16(f, uart->divider);
    qemu_put_byte(f, uart->level);
    qemu_put_buffer(f, uart->fifo, uart->level);
}

static int uart_load(QEMUFile *f, void *opaque, int version_id)
{
    Uart *uart = opaque;

    if (version_id != 2) {
        return -EINVAL;
    }
    uart->divider = (uint16_t)qemu_get_be16(f);
    uart->level = (uint8_t)qemu_get_byte(f);
    if (uart->level > sizeof uart->fifo) {
        return -EINVAL;
    }
    qemu_get_buffer(f, uart->fifo, uart->level);
    return 0;
}

/* The nic of version 5. */
static void nic_save(QEMUFile *f, void *opaque)
{
    const Nic *nic = opaque;

    qemu_put_buffer(f, nic->mac, sizeof nic->mac);
    for (int i = 0; i < 4; i++) {
        qemu_put_be32(f, nic->regs[i]);
    }
    for (int i = 0; i < 2; i++) {
        qemu_put_be16(f, nic->rings[i].head);
        qemu_put_be16(f, nic->rings[i].tail);
    }
}

static int nic_load(QEMUFile *f, void *opaque, int version_id)
{
    Nic *nic = opaque;

    qemu_get_buffer(f, nic->mac, sizeof nic->mac);
    for (int i = 0; i < 4; i++) {
        nic->regs[i] = qemu_get_be32(f);
    }
    for (int i = 0; i < 2; i++) {
        nic->rings[i].head = (uint16_t)qemu_get_be16(f);
        nic->rings[i].tail = (uint16_t)qemu_get_be16(f);
    }
    return version_id == 5 ? 0 : -EINVAL;
}

static const SaveVMHandlers uart_handlers = { .save_state = uart_save, .load_state = uart_load };
static const SaveVMHandlers nic_handlers = { .save_state = nic_save, .load_state = nic_load };

/* -- The board ----------------------------------------------------------------------------------------------------- */

typedef struct Board {
    Nic nics[2];
    Uart uarts[2];
    Bus bus;
} Board;

static Board board;
static const Board live = {
    .nics = { { { 2, 0, 0, 0, 0, 1 }, { 1, 2, 3, 0xffffffff }, { { 1, 2 }, { 3, 4 } }, true, 0x0102030405060708 },
              { { 2, 0, 0, 0, 0, 2 }, { 5, 6, 7, 8 }, { { 9, 9 }, { 0, 0xffff } }, false, 0 } },
    .uarts = { { 0x0c, 3, "abc" }, { 0x01, 0, "" } },
    .bus = { 0x80000001 },
};

static uint8_t bytes[4096];
static char text[4096];
static migcore_qemu_stream stream;
static migcore_configuration configuration;

static void register_common(void)
{
    CHECK_EQUAL(register_savevm_live("uart", VMSTATE_INSTANCE_ID_ANY, 2, &uart_handlers, &board.uarts[0]), 0);
    CHECK_EQUAL(register_savevm_live("uart", VMSTATE_INSTANCE_ID_ANY, 2, &uart_handlers, &board.uarts[1]), 0);
    CHECK_EQUAL(vmstate_register(NULL, 0, &vmstate_bus, &board.bus), 0);
}

static void set_up(const Board *state)
{
    migcore_qemu_registry_clear(&migcore_qemu_devices);
    board = *state;
    CHECK_EQUAL(vmstate_register((VMStateIf *)"0000:00:03.0", VMSTATE_INSTANCE_ID_ANY, &vmstate_nic, &board.nics[0]), 0);
    CHECK_EQUAL(vmstate_register((VMStateIf *)"0000:00:04.0", VMSTATE_INSTANCE_ID_ANY, &vmstate_nic, &board.nics[1]), 0);
    register_common();
    memset(&configuration, 0, sizeof configuration);
    configuration.size = sizeof configuration;
    strcpy(configuration.machine, "board-1.0");
    configuration.parts = MIGCORE_CONFIGURATION_PAGE_BITS;
    configuration.page_bits = 12;
    migcore_qemu_stream_init(&stream, &configuration);
}

static size_t save(void)
{
    QEMUFile f;
    migcore_vmdesc description;

    migcore_vmdesc_init(&description, sizeof description, text, sizeof text, 702, false);
    stream.description = &description;
    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    CHECK_EQUAL(migcore_qemu_savevm(&migcore_qemu_devices, &f, &stream, NULL), 0);
    CHECK_EQUAL(qemu_fclose(&f), 0);
    return (size_t)migcore_qemu_file_position(&f);
}

static int load(const uint8_t *from, size_t length)
{
    QEMUFile f;
    int result;

    migcore_qemu_file_init_load_memory(&f, from, length);
    result = migcore_qemu_loadvm(&migcore_qemu_devices, &f, &stream, NULL);
    (void)qemu_fclose(&f);
    return result;
}

/* Member by member: what lies between them may be anything. */
static bool is(const Board *other)
{
    for (int i = 0; i < 2; i++) {
        const Nic *a = &board.nics[i], *b = &other->nics[i];
        const Uart *c = &board.uarts[i], *d = &other->uarts[i];

        if (memcmp(a->mac, b->mac, sizeof a->mac) != 0 || memcmp(a->regs, b->regs, sizeof a->regs) != 0 ||
            memcmp(a->rings, b->rings, sizeof a->rings) != 0 || a->filtering != b->filtering || a->filter != b->filter ||
            c->divider != d->divider || c->level != d->level || memcmp(c->fifo, d->fifo, sizeof c->fifo) != 0) {
            return false;
        }
    }
    return board.bus.lines == other->bus.lines;
}

/* -- Tests --------------------------------------------------------------------------------------------------------- */

static const Board blank;

static void the_stream_is_the_recorded_one(void)
{
    size_t length;

    set_up(&live);
    length = save();
    CHECK_BYTES(bytes, length, recorded);
    set_up(&blank);
    CHECK_EQUAL(load(recorded, sizeof recorded), 0);
    CHECK(is(&live));
}

static void any_bit_may_be_another(void)
{
    size_t end = sizeof recorded - strlen(text) - 5, refused = 0;

    for (size_t bit = 0; bit < 8 * end; bit++) {
        memcpy(bytes, recorded, sizeof recorded);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        set_up(&blank);
        refused += load(bytes, sizeof recorded) < 0;
    }
    CHECK(refused > 8 * 14);
    for (size_t length = 0; length < end; length++) {
        set_up(&blank);
        CHECK(load(recorded, length) < 0);
    }
}

/* The board of version 5 has its nics as pairs of functions. */
static void set_up_version_5(const Board *state)
{
    migcore_qemu_registry_clear(&migcore_qemu_devices);
    board = *state;
    CHECK_EQUAL(migcore_qemu_register_handlers(&migcore_qemu_devices, "0000:00:03.0", "nic", 0, 5, nic_handlers.save_state,
                                               nic_handlers.load_state, &board.nics[0]), 0);
    CHECK_EQUAL(migcore_qemu_register_handlers(&migcore_qemu_devices, "0000:00:04.0", "nic", 0, 5, nic_handlers.save_state,
                                               nic_handlers.load_state, &board.nics[1]), 0);
    register_common();
}

static size_t chunks(uint32_t nic_version)
{
    migcore_device devices[8];
    migcore_machine machine;
    migcore_chunk_saver saver;
    uint8_t scratch[1024];
    size_t count = migcore_qemu_machine_devices(&migcore_qemu_devices, devices, 8, true);

    CHECK_EQUAL(count, 5);
    for (size_t i = 0; i < count; i++) {
        if (nic_version != 0 && strstr(devices[i].name, "/nic") != NULL) {
            devices[i].fields_since = 6;
            devices[i].version = nic_version;
        }
    }
    CHECK_EQUAL(migcore_machine_init(&machine, sizeof machine, devices, count, NULL), MIGCORE_OK);
    migcore_chunk_save_memory(&saver, sizeof saver, bytes, sizeof bytes, scratch, sizeof scratch, NULL, NULL);
    migcore_machine_save(&machine, &saver.visitor);
    CHECK_EQUAL(migcore_finish(&saver.visitor), MIGCORE_OK);
    return (size_t)migcore_position(&saver.visitor);
}

static void load_chunks(size_t length)
{
    migcore_device devices[8];
    migcore_machine machine;
    migcore_chunk_loader loader;
    migcore_checked checked = { .size = sizeof checked };
    size_t count = migcore_qemu_machine_devices(&migcore_qemu_devices, devices, 8, false);

    CHECK_EQUAL(migcore_machine_init(&machine, sizeof machine, devices, count, NULL), MIGCORE_OK);
    migcore_chunk_load_memory(&loader, sizeof loader, bytes, length, NULL, 0, NULL, NULL);
    CHECK_EQUAL(migcore_machine_check(&machine, &loader.visitor, &checked), MIGCORE_OK);
    migcore_chunk_load_memory(&loader, sizeof loader, bytes, length, NULL, 0, NULL, NULL);
    CHECK_EQUAL(migcore_machine_load(&machine, &loader.visitor, &checked), MIGCORE_OK);
}

static void either_version_loads_the_other(void)
{
    Board plain = live; /* version 5 has no filter */
    size_t length;

    plain.nics[0].filtering = false;
    plain.nics[0].filter = 0;
    set_up_version_5(&plain);
    length = chunks(0);
    set_up(&blank);
    load_chunks(length);
    CHECK(is(&plain));

    set_up(&plain);
    length = chunks(5);
    set_up_version_5(&blank);
    load_chunks(length);
    CHECK(is(&plain));

    set_up(&live);
    length = chunks(6);
    set_up(&blank);
    load_chunks(length);
    CHECK(is(&live));
}

static void write_stream(void)
{
    size_t length;

    set_up(&live);
    length = save();
    for (size_t i = 0; i < length; i++) {
        printf("0x%02x,%s", bytes[i], i % 20 == 19 || i + 1 == length ? "\n" : " ");
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "write") == 0) {
        write_stream();
        return 0;
    }
    the_stream_is_the_recorded_one();
    any_bit_may_be_another();
    either_version_loads_the_other();
    migcore_qemu_registry_clear(&migcore_qemu_devices);
    return checks_report("qemu/board");
}
