/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Infos: those of a device, in the signatures of each release, and the functions of those that are there. What a load
 * allocates. Tables over a wire with names.
 */
#include "tables.h"

typedef struct Device {
    uint32_t a;
    int ret;
    uint32_t count;
    uint32_t *numbers;
    uint8_t *bytes;
    uint8_t buffer[4];
    QEMUTimer *timer;
    int gets, puts;
} Device;

/* -- An info of the device's own ----------------------------------------------------------------------------------- */

#if RELEASE >= 600
#define GET QEMUFile *f, void *pv, size_t size, const VMStateField *field
#define PUT GET, JSONWriter *vmdesc
#elif RELEASE >= 301
#define GET QEMUFile *f, void *pv, size_t size, const VMStateField *field
#define PUT GET, QJSON *vmdesc
#elif RELEASE >= 209
#define GET QEMUFile *f, void *pv, size_t size, VMStateField *field
#define PUT GET, QJSON *vmdesc
#else
#define GET QEMUFile *f, void *pv, size_t size
#define PUT GET
#endif

/* The number as text: what no kind of the library is. */
static int get_text(GET)
{
    Device *s = container_of(pv, Device, a);
    uint8_t digits[8];

#if RELEASE >= 209
    CHECK_TEXT(field->name, "a");
#endif
    CHECK_EQUAL(size, 4);
    s->gets++;
    qemu_get_buffer(f, digits, 8);
    s->a = 0;
    for (int i = 0; i < 8; i++) {
        s->a = s->a * 10 + (digits[i] - '0');
    }
    return s->ret;
}

#if RELEASE >= 209
static int put_text(PUT)
#else
static void put_text(PUT)
#endif
{
    Device *s = container_of(pv, Device, a);
    char digits[9];

    CHECK_EQUAL(size, 4);
    s->puts++;
    snprintf(digits, sizeof digits, "%08u", s->a);
    qemu_put_buffer(f, (const uint8_t *)digits, 8);
#if RELEASE >= 209
    CHECK(field->vmsd == NULL && vmdesc == NULL);
    return s->ret;
#else
    if (s->ret != 0) {
        qemu_file_set_error(f, s->ret);
    }
#endif
}

static const VMStateInfo info_text = { .name = "text", .get = get_text, .put = put_text };

static const VMStateDescription vmstate_text = {
    .name = "text",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_SINGLE(a, Device, 0, info_text, uint32_t),
        VMSTATE_END_OF_LIST()
    }
};

static void an_info_of_the_device(void)
{
    Device s = { .a = 1234 };
    Memory m, back;

    CHECK_EQUAL(memory_save(&m, &vmstate_text, &s), 0);
    CHECK(m.length == 8 && memcmp(m.bytes, "00001234", 8) == 0 && s.puts == 1);
    s.a = 0;
    CHECK_EQUAL(memory_load(&back, &vmstate_text, &s, 1, m.bytes, m.length + 1), 0);
    CHECK(s.a == 1234 && s.gets == 1);
    /* Below 0 is an error of a load, above is none; of a save any number is. */
    s.ret = 3;
    CHECK_EQUAL(memory_load(&back, &vmstate_text, &s, 1, m.bytes, m.length + 1), 0);
    s.ret = -EBADMSG;
    CHECK_EQUAL(memory_load(&back, &vmstate_text, &s, 1, m.bytes, m.length + 1), -EBADMSG);
    CHECK_EQUAL(qemu_file_get_error(&back.file), -EBADMSG);
    CHECK_EQUAL(memory_save(&back, &vmstate_text, &s), -EBADMSG);
    CHECK_EQUAL(qemu_file_get_error(&back.file), -EBADMSG);
#if RELEASE >= 211
    s.ret = 3;
    CHECK_EQUAL(memory_save(&back, &vmstate_text, &s), 3);
    CHECK_EQUAL(qemu_file_get_error(&back.file), -EINVAL);
#endif
    /* What it did not look at, the file did: the end of the stream. */
    s.ret = 0;
    CHECK_EQUAL(memory_load(&back, &vmstate_text, &s, 1, m.bytes, 7), -EIO);
    CHECK_EQUAL(qemu_file_get_error(&back.file), -EIO);
}

/* -- Infos whose functions a device calls -------------------------------------------------------------------------- */

static int info_put(const VMStateInfo *info, QEMUFile *f, void *pv, size_t size)
{
#if RELEASE >= 209
    return info->put(f, pv, size, NULL, NULL);
#else
    info->put(f, pv, size);
    return qemu_file_get_error(f);
#endif
}

static int info_get(const VMStateInfo *info, QEMUFile *f, void *pv, size_t size)
{
#if RELEASE >= 209
    return info->get(f, pv, size, NULL);
#else
    return info->get(f, pv, size);
#endif
}

static void functions_of_infos(void)
{
    uint16_t word = 0x1234, word_back = 0;
    int64_t number = -2, number_back = 0;
    bool flag = true, flag_back = false;
    uint8_t bytes[3] = { 7, 8, 9 }, bytes_back[3] = { 0 };
    QEMUTimer timer = { 77 }, timer_back = { 0 };
    Memory m;

    migcore_qemu_file_init_save_memory(&m.file, m.bytes, sizeof m.bytes);
    CHECK_EQUAL(info_put(&vmstate_info_uint16, &m.file, &word, sizeof word), 0);
    CHECK_EQUAL(info_put(&vmstate_info_int64, &m.file, &number, sizeof number), 0);
    CHECK_EQUAL(info_put(&vmstate_info_bool, &m.file, &flag, sizeof flag), 0);
    CHECK_EQUAL(info_put(&vmstate_info_buffer, &m.file, bytes, 3), 0);
    CHECK_EQUAL(info_put(&vmstate_info_unused_buffer, &m.file, NULL, 2), 0);
    CHECK_EQUAL(info_put(&vmstate_info_timer, &m.file, &timer, sizeof timer), 0);
    CHECK_EQUAL(info_put(&vmstate_info_uint16_equal, &m.file, &word, sizeof word), 0);
    m.length = (size_t)migcore_qemu_file_position(&m.file);
    CHECK_BYTES(m.bytes, m.length, ((const uint8_t[]) { 0x12, 0x34, 255, 255, 255, 255, 255, 255, 255, 254, 1, 7, 8, 9,
                                                        0, 0, 0, 0, 0, 0, 0, 0, 0, 77, 0x12, 0x34 }));
    migcore_qemu_file_init_load_memory(&m.file, m.bytes, m.length + 1);
    CHECK_EQUAL(info_get(&vmstate_info_uint16, &m.file, &word_back, sizeof word), 0);
    CHECK_EQUAL(info_get(&vmstate_info_int64, &m.file, &number_back, sizeof number), 0);
    CHECK_EQUAL(info_get(&vmstate_info_bool, &m.file, &flag_back, sizeof flag), 0);
    CHECK_EQUAL(info_get(&vmstate_info_buffer, &m.file, bytes_back, 3), 0);
    CHECK_EQUAL(info_get(&vmstate_info_unused_buffer, &m.file, NULL, 2), 0);
    CHECK_EQUAL(info_get(&vmstate_info_timer, &m.file, &timer_back, sizeof timer), 0);
    word = 0x1235;
    CHECK_EQUAL(info_get(&vmstate_info_uint16_equal, &m.file, &word, sizeof word), -EINVAL);
    CHECK(word_back == 0x1234 && number_back == -2 && flag_back && bytes_back[2] == 9 && timer_back.expire_time == 77);
    CHECK_EQUAL(qemu_file_get_error(&m.file), -EINVAL);
}

/* -- Memory -------------------------------------------------------------------------------------------------------- */

#if RELEASE >= 207
static const VMStateDescription vmstate_memory = {
    .name = "memory",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(count, Device),
        VMSTATE_VARRAY_UINT32_ALLOC(numbers, Device, count, 0, vmstate_info_uint32, uint32_t),
#if RELEASE >= 209
        VMSTATE_VBUFFER_ALLOC_UINT32(bytes, Device, 0, NULL, count),
#else
        VMSTATE_VBUFFER_ALLOC_UINT32(bytes, Device, 0, NULL, 0, count),
#endif
        VMSTATE_END_OF_LIST()
    }
};

static void what_a_load_allocates(void)
{
    static const uint32_t hostile[] = { 0x00400001, 0x3fffffff, 0x40000000, 0x7fffffff, 0x80000000, 0xffffffff };
    uint32_t numbers[] = { 5, 6, 7 };
    uint8_t bytes[] = { 1, 2, 3 };
    Device s = { .count = 3, .numbers = numbers, .bytes = bytes };
    Memory m, back;

    CHECK_EQUAL(memory_save(&m, &vmstate_memory, &s), 0);
    CHECK_EQUAL(m.length, 4 + 12 + 3);
    s = (Device) { .count = 0 };
    CHECK_EQUAL(memory_load(&back, &vmstate_memory, &s, 1, m.bytes, m.length + 1), 0);
    CHECK(s.numbers[2] == 7 && s.bytes[2] == 3);
    g_free(s.numbers);
    g_free(s.bytes);
    /* More than a load may ask for: nothing is allocated. */
    for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
        uint8_t count[5] = { (uint8_t)(hostile[i] >> 24), (uint8_t)(hostile[i] >> 16), 255, 255 };

        s = (Device) { .count = 0 };
        CHECK(memory_load(&back, &vmstate_memory, &s, 1, count, sizeof count) < 0);
        CHECK(s.numbers == NULL && s.bytes == NULL);
    }
    /* The stream ends before the numbers do: what was allocated is the device's. */
    s = (Device) { .count = 0 };
    CHECK_EQUAL(memory_load(&back, &vmstate_memory, &s, 1, m.bytes, 8), -EIO);
    g_free(s.numbers);
    g_free(s.bytes);
}
#endif

static const VMStateDescription vmstate_pointers = {
    .name = "pointers",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_POINTER(timer, Device, 0, vmstate_info_timer, QEMUTimer *),
        VMSTATE_END_OF_LIST()
    }
};

/* A pointer that is NULL where data must be. */
static void null_pointers(void)
{
    static const uint8_t bytes[9] = { 0 };
    Device s = { .timer = NULL };
    Memory m;

    CHECK(memory_save(&m, &vmstate_pointers, &s) < 0);
    CHECK_EQUAL(m.length, 0);
    CHECK(memory_load(&m, &vmstate_pointers, &s, 1, bytes, sizeof bytes) < 0);
    CHECK(qemu_file_get_error(&m.file) < 0);
}

/* -- What is saved, described -------------------------------------------------------------------------------------- */

#if RELEASE >= 211
static const VMStateDescription vmstate_part = {
    .name = "part",
    .version_id = 2,
    .minimum_version_id = 2,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(count, Device),
        VMSTATE_END_OF_LIST()
    }
};

/* The device once more, by another table, and a key of its own. */
static int put_part(PUT)
{
    Device *s = container_of(pv, Device, a);
#if RELEASE >= 600
    if (vmdesc != NULL) {
        json_writer_str(vmdesc, "told", "by itself");
    }
#else
    if (vmdesc != NULL) {
        json_prop_str(vmdesc, "told", "by itself");
    }
#endif
    CHECK(size == 4 && field->vmsd == NULL);
    CHECK(vmdesc == NULL || migcore_qemu_json_text(vmdesc, NULL) == NULL);
#if RELEASE >= 1002
    return vmstate_save_state(f, &vmstate_part, s, vmdesc, NULL);
#else
    return vmstate_save_state(f, &vmstate_part, s, vmdesc);
#endif
}

static int get_part(GET)
{
    CHECK(size == 4 && field->vmsd == NULL);
    return table_load(f, &vmstate_part, container_of(pv, Device, a), 2);
}

static const VMStateInfo info_part = { .name = "part info", .get = get_part, .put = put_part };

static const VMStateDescription vmstate_described = {
    .name = "described",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_SINGLE(a, Device, 0, info_part, uint32_t),
        VMSTATE_UINT8_ARRAY(buffer, Device, 4),
        VMSTATE_END_OF_LIST()
    }
};

static const char described[] =
    "{\"vmsd_name\": \"described\", \"version\": 1, \"fields\": ["
    "{\"name\": \"a\", \"type\": \"part info\", \"told\": \"by itself\", "
    "\"vmsd_name\": \"part\", \"version\": 2, \"fields\": ["
    "{\"name\": \"count\", \"type\": \"uint32\", \"size\": 4}], \"size\": 4}, "
    "{\"name\": \"buffer\", \"array_len\": 4, \"type\": \"uint8\", \"size\": 1}]}";

static void descriptions(void)
{
    char text[1024];
    MIGCORE_QEMU_PRIV_JSON writer;
    Device s = { .count = 5 };
    Memory m;
    int ret;

    migcore_qemu_json_init(&writer, false, text, sizeof text);
    migcore_vmdesc_begin_object(&writer.vmdesc, NULL);
    migcore_qemu_file_init_save_memory(&m.file, m.bytes, sizeof m.bytes);
#if RELEASE >= 1002
    ret = vmstate_save_state(&m.file, &vmstate_described, &s, &writer, NULL);
#else
    ret = vmstate_save_state(&m.file, &vmstate_described, &s, &writer);
#endif
    CHECK_EQUAL(ret, 0);
    m.length = (size_t)migcore_qemu_file_position(&m.file);
    /* A value has nothing to tell: its field does. */
    CHECK_EQUAL(vmstate_info_uint32.put(&m.file, &s.count, sizeof s.count, NULL, &writer), 0);
    migcore_vmdesc_end_object(&writer.vmdesc);
    CHECK_TEXT(migcore_qemu_json_text(&writer, NULL), described);
    CHECK_BYTES(m.bytes, m.length, ((const uint8_t[]) { 0, 0, 0, 5, 0, 0, 0, 0 }));
    s.count = 0;
    CHECK_EQUAL(memory_load(&m, &vmstate_described, &s, 1, m.bytes, m.length + 1), 0);
    CHECK_EQUAL(s.count, 5);
}

/* The program has a description alone, with nothing behind it that a writer could have. */
static void a_description_of_the_program(void)
{
    char text[1024];
    const char *whole = "";
    migcore_vmdesc *bare = (migcore_vmdesc *)malloc(sizeof *bare);
    Device s = { .count = 5 };
    Memory m;

    migcore_vmdesc_init(bare, sizeof *bare, text, sizeof text, RELEASE, false);
    migcore_vmdesc_begin_object(bare, NULL);
    migcore_qemu_file_init_save_memory(&m.file, m.bytes, sizeof m.bytes);
    CHECK_EQUAL(migcore_qemu_vmstate_walk(&m.file, &vmstate_described, &s, 1, bare, NULL), 0);
    migcore_vmdesc_end_object(bare);
    CHECK_EQUAL(migcore_vmdesc_finish(bare, &whole, NULL), MIGCORE_OK);
    CHECK_TEXT(whole, described);
    free(bare);
}
#endif

#if RELEASE >= 211
/* -- Infos that do the work of others ------------------------------------------------------------------------------ */

typedef struct Item Item;
struct Item {
    uint8_t x;
    QTAILQ_ENTRY(Item) next;
};

typedef struct Owner {
    uint32_t number;
    uint16_t timer;
    QTAILQ_HEAD(, Item) items;
} Owner;

static const VMStateDescription vmstate_item = {
    .name = "item",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(x, Item),
        VMSTATE_END_OF_LIST()
    }
};

static int put_number(PUT)
{
    return vmstate_info_uint32.put(f, pv, size, field, vmdesc);
}

static int get_number(GET)
{
    return vmstate_info_uint32.get(f, pv, size, field);
}

static int put_items(PUT)
{
    return vmstate_info_qtailq.put(f, pv, size, field, vmdesc);
}

static int get_items(GET)
{
    return vmstate_info_qtailq.get(f, pv, size, field);
}

static int put_scratch(PUT)
{
    return vmstate_info_tmp.put(f, pv, size, field, vmdesc);
}

static int get_scratch(GET)
{
    return vmstate_info_tmp.get(f, pv, size, field);
}

typedef struct Scratch {
    Owner *parent;
    uint16_t timer;
} Scratch;

static int take_timer(void *opaque)
{
    Scratch *scratch = (Scratch *)opaque;

    scratch->timer = scratch->parent->timer;
    return 0;
}

static int give_timer(void *opaque, int version_id)
{
    Scratch *scratch = (Scratch *)opaque;

    scratch->parent->timer = (uint16_t)(scratch->timer + version_id);
    return 0;
}

static const VMStateDescription vmstate_scratch = {
    .name = "scratch",
    .pre_save = take_timer,
    .post_load = give_timer,
    .fields = (VMStateField[]) {
        VMSTATE_UINT16(timer, Scratch),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateInfo info_number = { .name = "number", .get = get_number, .put = put_number };
static const VMStateInfo info_items = { .name = "items", .get = get_items, .put = put_items };
static const VMStateInfo info_scratch = { .get = get_scratch, .put = put_scratch };

static bool part_needed(void *opaque)
{
    return ((Owner *)opaque)->number != 0;
}

static int part_post_load(void *opaque, int version_id)
{
    ((Owner *)opaque)->number += (uint32_t)version_id;
    return 0;
}

/* Its name begins as that of an info does, which must not take it for its own. */
static const VMStateDescription vmstate_owner_part = {
    .name = "tmp/part",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = part_needed,
    .post_load = part_post_load,
    .fields = (VMStateField[]) { VMSTATE_END_OF_LIST() }
};

static const VMStateDescription vmstate_owner = {
    .name = "tmp",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_SINGLE(number, Owner, 0, info_number, uint32_t),
        {
            .name = "items",
            .vmsd = &vmstate_item,
            .version_id = 1,
            .size = sizeof(Item),
            .info = &info_items,
            .offset = offsetof(Owner, items),
            .start = offsetof(Item, next),
        },
        { .name = "scratch", .vmsd = &vmstate_scratch, .size = sizeof(Scratch), .info = &info_scratch },
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) { &vmstate_owner_part, NULL }
};

/* The field is told by who has it; of what an info does within, only the tables of elements are told. */
static void infos_that_call_others(void)
{
    Owner owner = { .number = 7, .timer = 9 }, back = { .number = 0 };
    Item items[2] = { { .x = 1 }, { .x = 2 } }, *item, *next;
    char text[1024];
    MIGCORE_QEMU_PRIV_JSON writer;
    Memory m;
    int ret;

    QTAILQ_INIT(&owner.items);
    QTAILQ_INSERT_TAIL(&owner.items, &items[0], next);
    QTAILQ_INSERT_TAIL(&owner.items, &items[1], next);
    QTAILQ_INIT(&back.items);
    migcore_qemu_json_init(&writer, false, text, sizeof text);
    migcore_vmdesc_begin_object(&writer.vmdesc, NULL);
    migcore_qemu_file_init_save_memory(&m.file, m.bytes, sizeof m.bytes);
#if RELEASE >= 1002
    ret = vmstate_save_state(&m.file, &vmstate_owner, &owner, &writer, NULL);
#else
    ret = vmstate_save_state(&m.file, &vmstate_owner, &owner, &writer);
#endif
    CHECK_EQUAL(ret, 0);
    m.length = (size_t)migcore_qemu_file_position(&m.file);
    migcore_vmdesc_end_object(&writer.vmdesc);
#define ITEM "\"vmsd_name\": \"item\", \"version\": 1, \"fields\": [{\"name\": \"x\", \"type\": \"uint8\", \"size\": 1}], "
    CHECK_TEXT(migcore_qemu_json_text(&writer, NULL),
               "{\"vmsd_name\": \"tmp\", \"version\": 1, \"fields\": ["
               "{\"name\": \"number\", \"type\": \"number\", \"size\": 4}, "
               "{\"name\": \"items\", \"type\": \"items\", " ITEM ITEM "\"size\": 5}, "
               "{\"name\": \"scratch\", \"type\": \"unknown\", \"vmsd_name\": \"scratch\", \"version\": 0, \"fields\": ["
               "{\"name\": \"timer\", \"type\": \"uint16\", \"size\": 2}], \"size\": 2}], "
               "\"subsections\": [{\"vmsd_name\": \"tmp/part\", \"version\": 1, \"fields\": []}]}");
    CHECK_EQUAL(memory_load(&m, &vmstate_owner, &back, 1, m.bytes, m.length + 1), 0);
    CHECK(back.number == 8 && back.timer == 9);
    CHECK(!QTAILQ_EMPTY(&back.items) && QTAILQ_FIRST(&back.items)->x == 1);
    QTAILQ_FOREACH_SAFE(item, &back.items, next, next) {
        g_free(item);
    }
}
#endif

/* -- A wire with names --------------------------------------------------------------------------------------------- */

static const VMStateDescription vmstate_named = {
    .name = "named",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_SINGLE(a, Device, 0, info_text, uint32_t),
        VMSTATE_UINT32(count, Device),
        VMSTATE_BUFFER(buffer, Device),
        VMSTATE_END_OF_LIST()
    }
};

static void over_chunks(void)
{
    static uint8_t bytes[4096], scratch[MIGCORE_CHUNK_SCRATCH + 2048], index[64 * MIGCORE_INDEX_ENTRY];
    Device from = { .a = 77, .count = 5, .buffer = { 1, 2, 3, 4 } }, to = { .a = 0 };
    migcore_qemu_device device = { &vmstate_named, &from };
    migcore_chunk_saver saver;
    migcore_chunk_loader loader;
    size_t length;

    CHECK_EQUAL(migcore_chunk_save_memory(&saver, sizeof saver, bytes, sizeof bytes, scratch, sizeof scratch, NULL, NULL),
                MIGCORE_OK);
    CHECK_EQUAL(migcore_qemu_visit_device(&saver.visitor, &device), MIGCORE_OK);
    CHECK_EQUAL(migcore_finish(&saver.visitor), MIGCORE_OK);
    length = (size_t)migcore_position(&saver.visitor);
    device.opaque = &to;
    CHECK_EQUAL(migcore_chunk_load_memory(&loader, sizeof loader, bytes, length, index, sizeof index, NULL, NULL),
                MIGCORE_OK);
    CHECK_EQUAL(migcore_qemu_visit_device(&loader.visitor, &device), MIGCORE_OK);
    CHECK_EQUAL(migcore_finish(&loader.visitor), MIGCORE_OK);
    CHECK(to.a == 77 && to.count == 5 && to.buffer[3] == 4);
}

int main(void)
{
    char name[40];

    an_info_of_the_device();
    functions_of_infos();
#if RELEASE >= 207
    what_a_load_allocates();
#endif
    null_pointers();
#if RELEASE >= 211
    descriptions();
    a_description_of_the_program();
    infos_that_call_others();
#endif
    over_chunks();
    snprintf(name, sizeof name, "infos-%d", RELEASE);
    return checks_report(name);
}
