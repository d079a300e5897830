/*
 * A network card of today, in machines of three versions: what the older ones leave out of their streams, and what the
 * oldest one sends that nobody needs any more.
 *
 *     cc profile.c -o profile $(pkg-config --cflags --libs migcore)
 */
#include <migcore_profile.h>
#include <migcore_vmstate.h>
#include <stdio.h>
#include <string.h>

/* What older machines were. A row holds for its version of the machine and all before it. */
static const migcore_profile_row rows[] = {
    MIGCORE_PROFILE_FLAG(MIGCORE_RELEASE(7, 2), "nic", "saves-coalescing", false),
    MIGCORE_PROFILE_FLAG(MIGCORE_RELEASE(7, 0), "nic", "saves-index", true),
    MIGCORE_PROFILE_WIRE(MIGCORE_RELEASE(7, 0), MIGCORE_WIRE_LEGACY),
    MIGCORE_PROFILE_END(),
};
static const migcore_profile profile = MIGCORE_PROFILE(rows);

#define COALESCING 100 /* what a new card has */

struct nic {
    uint32_t control;
    uint32_t index;      /* of no use since 7.1, but 7.0 has it in its streams */
    uint32_t coalescing; /* new in 7.3 */
    /* Properties, which are no state. */
    bool saves_index, saves_coalescing;
};

/* A field that only older machines have: "not sending existing elements". */
static bool index_exists(void *opaque, int version)
{
    (void)version;
    return ((struct nic *)opaque)->saves_index;
}

static const migcore_vmstate_field nic_fields[] = {
    MIGCORE_VMSTATE_U32(control, struct nic),
    MIGCORE_VMSTATE_U32_TEST(index, struct nic, index_exists),
    MIGCORE_VMSTATE_END(),
};

/* A subsection that only newer machines have, and only where it says something. */
static bool coalescing_needed(void *opaque)
{
    struct nic *nic = opaque;

    return nic->saves_coalescing && nic->coalescing != COALESCING;
}

static const migcore_vmstate_field coalescing_fields[] = {
    MIGCORE_VMSTATE_U32(coalescing, struct nic),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate coalescing_table = {
    .name = "nic/coalescing",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = coalescing_needed,
    .fields = coalescing_fields,
};
static const migcore_vmstate *const nic_parts[] = { &coalescing_table, NULL };

/* Whatever a stream may leave out has its default before each load. */
static int nic_pre_load(void *opaque)
{
    struct nic *nic = opaque;

    nic->index = 0;
    nic->coalescing = COALESCING;
    return 0;
}

static const migcore_vmstate nic_table = {
    .name = "nic",
    .version_id = 1,
    .minimum_version_id = 1,
    .pre_load = nic_pre_load,
    .fields = nic_fields,
    .subsections = nic_parts,
};

/* A card of a machine of this version. Properties that no row speaks of keep the value of today. */
static migcore_status nic_init(struct nic *nic, uint32_t machine)
{
    migcore_status status;

    memset(nic, 0, sizeof *nic);
    nic->coalescing = COALESCING;
    nic->saves_index = false;
    nic->saves_coalescing = true;
    status = migcore_profile_flag(&profile, machine, "nic", "saves-index", &nic->saves_index);
    if (status == MIGCORE_OK)
        status = migcore_profile_flag(&profile, machine, "nic", "saves-coalescing", &nic->saves_coalescing);
    return status;
}

/* A stream, by the wire of the machine's version. */
static unsigned char stream[1024], scratch[256];

static size_t save(struct nic *nic, uint32_t wire)
{
    migcore_chunk_saver saver;
    migcore_legacy legacy;
    migcore_visitor *v = wire == MIGCORE_WIRE_LEGACY ? &legacy.visitor : &saver.visitor;

    if (wire == MIGCORE_WIRE_LEGACY)
        migcore_legacy_save_memory(&legacy, sizeof legacy, stream, sizeof stream, NULL);
    else
        migcore_chunk_save_memory(&saver, sizeof saver, stream, sizeof stream, scratch, sizeof scratch, NULL, NULL);
    migcore_visit_vmstate(v, &nic_table, nic, NULL);
    return migcore_finish(v) == MIGCORE_OK ? (size_t)migcore_position(v) : 0;
}

static migcore_status load(struct nic *nic, uint32_t wire, size_t length)
{
    migcore_chunk_loader loader;
    migcore_legacy legacy;
    migcore_visitor *v = wire == MIGCORE_WIRE_LEGACY ? &legacy.visitor : &loader.visitor;

    if (wire == MIGCORE_WIRE_LEGACY)
        migcore_legacy_load_memory(&legacy, sizeof legacy, stream, length, NULL);
    else
        migcore_chunk_load_memory(&loader, sizeof loader, stream, length, NULL, 0, NULL, NULL);
    migcore_visit_vmstate(v, &nic_table, nic, NULL);
    return migcore_finish(v);
}

int main(void)
{
    static const unsigned minor[] = { 0, 1, 3 };
    struct nic nic, back;
    uint32_t machine, wire;
    size_t length;

    if (migcore_profile_check(&profile, NULL) != MIGCORE_OK)
        return 1;
    for (int i = 0; i < 3; i++) {
        machine = MIGCORE_RELEASE(7, minor[i]);
        if (migcore_profile_wire(&profile, machine, &wire) != MIGCORE_OK || nic_init(&nic, machine) != MIGCORE_OK ||
            nic_init(&back, machine) != MIGCORE_OK)
            return 1;
        nic.control = 0x41;
        nic.index = 7;
        nic.coalescing = 50;
        length = save(&nic, wire);
        if (length == 0 || load(&back, wire, length) != MIGCORE_OK)
            return 1;
        printf("machine 7.%u: %s, %u bytes; loaded: control 0x%x, index %u, coalescing %u\n", minor[i],
               wire == MIGCORE_WIRE_LEGACY ? "QEMU's bytes" : "chunks", (unsigned)length, (unsigned)back.control,
               (unsigned)back.index, (unsigned)back.coalescing);
    }
    return 0;
}
