/*
 * A serial port of QEMU 7.2, whose source is compiled as it is: its state goes into memory with a text that describes it,
 * and back; a damaged one is refused, with words; and the table goes out as a dump, and as a plan.
 *
 *     cc -I include -I include/migcore_qemu/compat serial.c libmigcore.a -o serial
 */
#define MIGCORE_QEMU_DEFINE /* in one file of the program */
#include "qemu/osdep.h"
#include "migration/vmstate.h"

typedef struct SerialState {
    uint16_t divider;
    uint8_t ier;
    uint8_t fifo[4];
    uint32_t timeout; /* 0: not in use */
} SerialState;

static int serial_post_load(void *opaque, int version_id)
{
    SerialState *s = (SerialState *)opaque;

    (void)version_id;
    return (s->ier & 0xf0) == 0 ? 0 : -EINVAL;
}

static bool timeout_needed(void *opaque)
{
    return ((SerialState *)opaque)->timeout != 0;
}

static const VMStateDescription vmstate_timeout = {
    .name = "serial/timeout",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = timeout_needed,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(timeout, SerialState),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_serial = {
    .name = "serial",
    .version_id = 3,
    .minimum_version_id = 2,
    .post_load = serial_post_load,
    .fields = (VMStateField[]) {
        VMSTATE_UINT16(divider, SerialState),
        VMSTATE_UINT8(ier, SerialState),
        VMSTATE_UINT8_ARRAY(fifo, SerialState, 4),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) { &vmstate_timeout, NULL }
};

/* What is above is the device; what is below, the program around it. */

/* A load says what it comes to as a number; the words are in the visitor below the file. */
static int load(SerialState *s, const uint8_t *bytes, size_t length, int version_id)
{
    QEMUFile f;
    migcore_error error = { .size = sizeof error };
    char text[200];
    int ret;

    migcore_qemu_file_init_load_memory(&f, bytes, length);
    ret = vmstate_load_state(&f, &vmstate_serial, s, version_id);
    if (ret < 0) {
        migcore_get_error(migcore_qemu_native(qemu_file_get_visitor(&f)), &error);
        migcore_error_text(&error, text, sizeof text);
        printf("refused: %d, %s\n", ret, text);
    }
    qemu_fclose(&f);
    return ret;
}

static ptrdiff_t append(void *opaque, const void *data, size_t length)
{
    (void)data;
    *(size_t *)opaque += length;
    return (ptrdiff_t)length;
}

/* For `migcore schema --check`: what the program's tables are. A real one writes it to a file. */
static int dump(void)
{
    size_t length = 0;
    migcore_vmstate_type types[] = { { .name = "isa-serial", .table = migcore_qemu_table(&vmstate_serial) } };
    migcore_sink sink = { .size = sizeof sink, .write = append, .opaque = &length };

    return migcore_vmstate_dump("my-board-1.0", types, 1, &sink) == MIGCORE_OK && length > 0 ? 0 : -1;
}

/* The same table, worked out once: for a device that is saved often. */
static size_t save_by_plan(SerialState *s, uint8_t *bytes, size_t capacity)
{
    static uint64_t memory[128];
    migcore_vmstate_plan plan;
    QEMUFile f;
    migcore_status status;

    status = migcore_vmstate_compile(&plan, sizeof plan, migcore_qemu_table(&vmstate_serial), vmstate_serial.version_id,
                                     memory, sizeof memory);
    if (status != MIGCORE_OK) {
        return 0;
    }
    migcore_qemu_file_init_save_memory(&f, bytes, capacity);
    status = migcore_qemu_visit_plan(&f, &plan, s);
    return qemu_fclose(&f) < 0 || status != MIGCORE_OK ? 0 : (size_t)migcore_qemu_file_position(&f);
}

int main(void)
{
    static uint8_t bytes[256], planned[256];
    static char text[1024];
    SerialState serial = { .divider = 12, .ier = 5, .fifo = "abc", .timeout = 60 }, back = { .divider = 0 };
    JSONWriter json;
    QEMUFile f;
    size_t length;

    migcore_qemu_json_init(&json, false, text, sizeof text);
    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    json_writer_start_object(&json, NULL);
    if (vmstate_save_state(&f, &vmstate_serial, &serial, &json) != 0) {
        return 1;
    }
    json_writer_end_object(&json);
    length = (size_t)migcore_qemu_file_position(&f);
    qemu_fclose(&f);
    printf("saved %zu bytes\n%s\n", length, json_writer_get(&json));

    if (load(&back, bytes, length, 3) != 0 || memcmp(&serial, &back, sizeof back) != 0) {
        return 1;
    }
    printf("loaded: divider %u, timeout %u\n", (unsigned)back.divider, (unsigned)back.timeout);
    if (load(&back, bytes, 5, 3) == 0 || load(&back, bytes, length, 4) == 0) {
        return 1;
    }
    if (dump() != 0 || save_by_plan(&serial, planned, sizeof planned) != length || memcmp(bytes, planned, length) != 0) {
        return 1;
    }
    printf("by its plan: the same bytes\n");
    return 0;
}
