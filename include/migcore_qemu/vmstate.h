/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/vmstate.h - tables of fields: QEMU's structs, flags and priorities. Included by migcore_qemu.h.
 *
 * A VMStateDescription is the library's migcore_vmstate under QEMU's names, in the same memory: what a device file has
 * filled in is read as it lies. A member is there in the releases that have it. Where a release changed the type of a hook
 * or of a function of an info, each type has a place of its own, so that a table tells by itself how its code is called:
 * files of different releases may use each other's tables.
 *
 * What differs from QEMU, and does not show in a device file: the order of the members; VMS_END is 0x10000 in every
 * release; VMS_VARRAY is 0x40000 and VMS_ARRAY_OF_POINTER_AUTO_ALLOC 0x80000. Two members are ours: `limit` of a field, the
 * room in an array whose number of elements is in a member (the macros know it; 0: not known), and `marks` of a table,
 * MIGCORE_MARK_ANCILLARY for a subsection that a reader may skip on a wire that has such marks.
 */
#ifndef MIGCORE_QEMU_VMSTATE_H
#define MIGCORE_QEMU_VMSTATE_H

/* A mark on functions that QEMU calls in and outside of coroutines; nothing here. */
#ifndef coroutine_mixed_fn
#define coroutine_mixed_fn
#endif

#if MIGCORE_QEMU_API < 900
typedef void SaveStateHandler(QEMUFile *f, void *opaque);
typedef int LoadStateHandler(QEMUFile *f, void *opaque, int version_id);
#endif

typedef struct VMStateInfo VMStateInfo;
typedef struct VMStateField VMStateField;
typedef struct VMStateDescription VMStateDescription;

/* -- Constants ----------------------------------------------------------------------------------------------------- */

enum VMStateFlags {
    VMS_SINGLE = 0x1,
    VMS_POINTER = 0x2,
    VMS_ARRAY = 0x4,
    VMS_STRUCT = 0x8,
    VMS_BUFFER = 0x20,
    VMS_ARRAY_OF_POINTER = 0x40,
    VMS_VBUFFER = 0x100,
    VMS_MULTIPLY = 0x200,
#if MIGCORE_QEMU_API < 1100
    VMS_VARRAY_INT32 = 0x10,
    VMS_VARRAY_UINT16 = 0x80,
    VMS_VARRAY_UINT8 = 0x400,
    VMS_VARRAY_UINT32 = 0x800,
    VMS_MULTIPLY_ELEMENTS = 0x4000,
#else
    VMS_VARRAY = 0x40000,
    VMS_ARRAY_OF_POINTER_AUTO_ALLOC = 0x80000,
#endif
#if MIGCORE_QEMU_API >= 201
    VMS_MUST_EXIST = 0x1000,
    VMS_ALLOC = 0x2000,
#endif
#if MIGCORE_QEMU_API >= 300
    VMS_VSTRUCT = 0x8000,
#endif
#if MIGCORE_QEMU_API >= 800
    VMS_END = 0x10000,
#endif
};

/* What stands in the stream for a pointer that is NULL. */
#if MIGCORE_QEMU_API >= 1100
#define VMS_MARKER_PTR_NULL 0x30
#define VMS_MARKER_PTR_VALID 0x31
#elif MIGCORE_QEMU_API >= 209
#define VMS_NULLPTR_MARKER 0x30
#endif

#if MIGCORE_QEMU_API >= 209
typedef enum MigrationPriority {
#if MIGCORE_QEMU_API >= 1001
    MIG_PRI_UNINITIALIZED,
    MIG_PRI_LOW,
#endif
    MIG_PRI_DEFAULT,
    MIG_PRI_IOMMU,
#if MIGCORE_QEMU_API >= 212
    MIG_PRI_PCI_BUS,
#endif
#if MIGCORE_QEMU_API >= 601
    MIG_PRI_VIRTIO_MEM,
#endif
#if MIGCORE_QEMU_API >= 1002
    MIG_PRI_APIC,
#endif
#if MIGCORE_QEMU_API >= 210
    MIG_PRI_GICV3_ITS,
    MIG_PRI_GICV3,
#endif
    MIG_PRI_MAX,
} MigrationPriority;
#endif

/* -- What an element is -------------------------------------------------------------------------------------------- */

/* How the code of this release is called: the arguments that came later. */
#if MIGCORE_QEMU_API >= 301
#define MIGCORE_QEMU_PRIV_GET QEMUFile *f, void *pv, size_t size, const VMStateField *field
#define MIGCORE_QEMU_PRIV_PUT MIGCORE_QEMU_PRIV_GET, MIGCORE_QEMU_PRIV_JSON *vmdesc
#elif MIGCORE_QEMU_API >= 209
#define MIGCORE_QEMU_PRIV_GET QEMUFile *f, void *pv, size_t size, VMStateField *field
#define MIGCORE_QEMU_PRIV_PUT MIGCORE_QEMU_PRIV_GET, MIGCORE_QEMU_PRIV_JSON *vmdesc
#else
#define MIGCORE_QEMU_PRIV_GET QEMUFile *f, void *pv, size_t size
#define MIGCORE_QEMU_PRIV_PUT MIGCORE_QEMU_PRIV_GET
#endif

struct VMStateInfo {
    const char *name;
#if MIGCORE_QEMU_API >= 209
    int coroutine_mixed_fn (*get)(MIGCORE_QEMU_PRIV_GET);
    int coroutine_mixed_fn (*put)(MIGCORE_QEMU_PRIV_PUT);
#if MIGCORE_QEMU_API >= 1100
    bool coroutine_mixed_fn (*load)(MIGCORE_QEMU_PRIV_GET, Error **errp);
    bool coroutine_mixed_fn (*save)(MIGCORE_QEMU_PRIV_PUT, Error **errp);
#else
    void (*migcore_load)(void);
    void (*migcore_save)(void);
#endif
    void (*migcore_old_get)(void);
    void (*migcore_old_put)(void);
#else
    void (*migcore_get)(void);
    void (*migcore_put)(void);
    void (*migcore_load)(void);
    void (*migcore_save)(void);
    int (*get)(MIGCORE_QEMU_PRIV_GET);
    void (*put)(MIGCORE_QEMU_PRIV_PUT);
#endif
    migcore_status (*migcore_visit)(migcore_visitor *v, void *place, size_t size, const migcore_vmstate_field *field);
    migcore_vmstate_kind migcore_kind; /* 0 in the infos of a program: their functions are called */
};

/* -- A field ------------------------------------------------------------------------------------------------------- */

#if MIGCORE_QEMU_API >= 1100
/* Where in the object a number lies, and how many bytes it has. */
typedef struct VMStateStructMember {
    uint32_t offset;
    uint8_t size;
} VMStateStructMember;
#endif

struct VMStateField {
    const char *name;
#if MIGCORE_QEMU_API >= 210 && MIGCORE_QEMU_API < 1100
    const char *err_hint;
#else
    const char *migcore_err_hint;
#endif
    size_t offset;
    size_t size;
    size_t start;
    int num;
#if MIGCORE_QEMU_API >= 1100
    VMStateStructMember num_indirect;
    VMStateStructMember size_indirect;
#else
    uint32_t num_offset;
    uint8_t migcore_num_width;
    uint32_t size_offset;
    uint8_t migcore_size_width;
#endif
    const VMStateInfo *info;
    enum VMStateFlags flags;
    uint32_t limit;
    const VMStateDescription *vmsd;
    int version_id;
#if MIGCORE_QEMU_API >= 300
    int struct_version_id;
#else
    int migcore_struct_version_id;
#endif
    bool (*field_exists)(void *opaque, int version_id);
    uint32_t migcore_reserved[2];
};

/* -- A table ------------------------------------------------------------------------------------------------------- */

#if MIGCORE_QEMU_API >= 13 && MIGCORE_QEMU_API < 204
typedef struct VMStateSubsection {
    const VMStateDescription *vmsd;
    bool (*needed)(void *opaque);
} VMStateSubsection;
#endif

struct VMStateDescription {
    const char *name;
#if MIGCORE_QEMU_API >= 800
    bool unmigratable;
    char migcore_unused[sizeof(int) - sizeof(bool)];
    bool early_setup;
#else
#if MIGCORE_QEMU_API >= 100
    int unmigratable;
#else
    int migcore_unmigratable;
#endif
    bool migcore_early_setup;
#endif
    int version_id;
    int minimum_version_id;
#if MIGCORE_QEMU_API < 700
    int minimum_version_id_old;
#else
    int migcore_minimum_version_id_old;
#endif
#if MIGCORE_QEMU_API >= 209
    MigrationPriority priority;
#else
    int migcore_priority;
#endif
#if MIGCORE_QEMU_API < 700
    LoadStateHandler *load_state_old;
#else
    void (*migcore_load_state_old)(void);
#endif
    int (*pre_load)(void *opaque);
#if MIGCORE_QEMU_API >= 1002
    bool (*pre_load_errp)(void *opaque, Error **errp);
#else
    void (*migcore_pre_load_errp)(void);
#endif
    int (*post_load)(void *opaque, int version_id);
#if MIGCORE_QEMU_API >= 1002
    bool (*post_load_errp)(void *opaque, int version_id, Error **errp);
#else
    void (*migcore_post_load_errp)(void);
#endif
#if MIGCORE_QEMU_API >= 211
    int (*pre_save)(void *opaque);
#else
    int (*migcore_pre_save)(void *opaque);
#endif
#if MIGCORE_QEMU_API >= 1002
    bool (*pre_save_errp)(void *opaque, Error **errp);
#else
    void (*migcore_pre_save_errp)(void);
#endif
#if MIGCORE_QEMU_API < 211
    void (*pre_save)(void *opaque);
#else
    void (*migcore_pre_save_void)(void *opaque);
#endif
#if MIGCORE_QEMU_API >= 400 && MIGCORE_QEMU_API < 1100
    int (*post_save)(void *opaque);
#else
    int (*migcore_post_save)(void *opaque);
#endif
#if MIGCORE_QEMU_API == 12 || MIGCORE_QEMU_API >= 1100
    void (*post_save)(void *opaque);
#else
    void (*migcore_post_save_void)(void *opaque);
#endif
#if MIGCORE_QEMU_API >= 204
    bool (*needed)(void *opaque);
#else
    bool (*migcore_needed)(void *opaque);
#endif
#if MIGCORE_QEMU_API >= 402
    bool (*dev_unplug_pending)(void *opaque);
#else
    bool (*migcore_dev_unplug_pending)(void *opaque);
#endif
    const VMStateField *fields;
#if MIGCORE_QEMU_API >= 900
    const VMStateDescription *const *subsections;
#elif MIGCORE_QEMU_API >= 204
    const VMStateDescription **subsections;
#else
    const VMStateDescription *const *migcore_subsections;
#endif
#if MIGCORE_QEMU_API >= 13 && MIGCORE_QEMU_API < 204
    const VMStateSubsection *subsections;
#else
    const migcore_vmstate_subsection *migcore_old_subsections;
#endif
    uint32_t marks;
    size_t migcore_reserved[4];
};

/* -- The layout is the library's ----------------------------------------------------------------------------------- */

#define MIGCORE_QEMU_PRIV_ALIKE(ours, native, member, theirs) \
    _Static_assert(offsetof(ours, member) == offsetof(native, theirs) && \
                       sizeof(((ours *)0)->member) == sizeof(((native *)0)->theirs), \
                   #ours "." #member " does not lie where the library reads it")

_Static_assert(sizeof(VMStateInfo) == sizeof(migcore_vmstate_info), "VMStateInfo");
_Static_assert(sizeof(VMStateField) == sizeof(migcore_vmstate_field), "VMStateField");
_Static_assert(sizeof(VMStateDescription) == sizeof(migcore_vmstate), "VMStateDescription");
#if MIGCORE_QEMU_API >= 209
MIGCORE_QEMU_PRIV_ALIKE(VMStateInfo, migcore_vmstate_info, get, get);
MIGCORE_QEMU_PRIV_ALIKE(VMStateInfo, migcore_vmstate_info, put, put);
MIGCORE_QEMU_PRIV_ALIKE(VMStateDescription, migcore_vmstate, priority, priority);
#else
MIGCORE_QEMU_PRIV_ALIKE(VMStateInfo, migcore_vmstate_info, get, old_get);
MIGCORE_QEMU_PRIV_ALIKE(VMStateInfo, migcore_vmstate_info, put, old_put);
#endif
MIGCORE_QEMU_PRIV_ALIKE(VMStateInfo, migcore_vmstate_info, migcore_kind, kind);
#if MIGCORE_QEMU_API >= 1100
MIGCORE_QEMU_PRIV_ALIKE(VMStateInfo, migcore_vmstate_info, load, load);
MIGCORE_QEMU_PRIV_ALIKE(VMStateInfo, migcore_vmstate_info, save, save);
MIGCORE_QEMU_PRIV_ALIKE(VMStateField, migcore_vmstate_field, num_indirect.offset, num_offset);
MIGCORE_QEMU_PRIV_ALIKE(VMStateField, migcore_vmstate_field, num_indirect.size, num_width);
MIGCORE_QEMU_PRIV_ALIKE(VMStateField, migcore_vmstate_field, size_indirect.offset, size_offset);
MIGCORE_QEMU_PRIV_ALIKE(VMStateField, migcore_vmstate_field, size_indirect.size, size_width);
#else
MIGCORE_QEMU_PRIV_ALIKE(VMStateField, migcore_vmstate_field, num_offset, num_offset);
MIGCORE_QEMU_PRIV_ALIKE(VMStateField, migcore_vmstate_field, size_offset, size_offset);
#endif
MIGCORE_QEMU_PRIV_ALIKE(VMStateField, migcore_vmstate_field, offset, offset);
MIGCORE_QEMU_PRIV_ALIKE(VMStateField, migcore_vmstate_field, size, size);
MIGCORE_QEMU_PRIV_ALIKE(VMStateField, migcore_vmstate_field, start, start);
MIGCORE_QEMU_PRIV_ALIKE(VMStateField, migcore_vmstate_field, num, num);
MIGCORE_QEMU_PRIV_ALIKE(VMStateField, migcore_vmstate_field, info, info);
MIGCORE_QEMU_PRIV_ALIKE(VMStateField, migcore_vmstate_field, flags, flags);
MIGCORE_QEMU_PRIV_ALIKE(VMStateField, migcore_vmstate_field, limit, limit);
MIGCORE_QEMU_PRIV_ALIKE(VMStateField, migcore_vmstate_field, vmsd, vmsd);
MIGCORE_QEMU_PRIV_ALIKE(VMStateField, migcore_vmstate_field, version_id, version_id);
MIGCORE_QEMU_PRIV_ALIKE(VMStateField, migcore_vmstate_field, field_exists, field_exists);
MIGCORE_QEMU_PRIV_ALIKE(VMStateDescription, migcore_vmstate, version_id, version_id);
MIGCORE_QEMU_PRIV_ALIKE(VMStateDescription, migcore_vmstate, minimum_version_id, minimum_version_id);
MIGCORE_QEMU_PRIV_ALIKE(VMStateDescription, migcore_vmstate, pre_load, pre_load);
MIGCORE_QEMU_PRIV_ALIKE(VMStateDescription, migcore_vmstate, post_load, post_load);
#if MIGCORE_QEMU_API >= 211
MIGCORE_QEMU_PRIV_ALIKE(VMStateDescription, migcore_vmstate, pre_save, pre_save);
#else
MIGCORE_QEMU_PRIV_ALIKE(VMStateDescription, migcore_vmstate, pre_save, pre_save_void);
#endif
MIGCORE_QEMU_PRIV_ALIKE(VMStateDescription, migcore_vmstate, fields, fields);
#if MIGCORE_QEMU_API >= 204
MIGCORE_QEMU_PRIV_ALIKE(VMStateDescription, migcore_vmstate, needed, needed);
MIGCORE_QEMU_PRIV_ALIKE(VMStateDescription, migcore_vmstate, subsections, subsections);
#elif MIGCORE_QEMU_API >= 13
MIGCORE_QEMU_PRIV_ALIKE(VMStateDescription, migcore_vmstate, subsections, old_subsections);
#endif
#if MIGCORE_QEMU_API >= 800
MIGCORE_QEMU_PRIV_ALIKE(VMStateDescription, migcore_vmstate, early_setup, early_setup);
#endif
MIGCORE_QEMU_PRIV_ALIKE(VMStateDescription, migcore_vmstate, marks, marks);
MIGCORE_QEMU_PRIV_ALIKE(VMStateField, migcore_vmstate_field, migcore_reserved, reserved);
MIGCORE_QEMU_PRIV_ALIKE(VMStateDescription, migcore_vmstate, migcore_reserved, reserved);

/* A table as the calls of migcore.h take it: for dumps and plans. */
static inline const migcore_vmstate *migcore_qemu_table(const VMStateDescription *vmsd)
{
    return (const migcore_vmstate *)vmsd;
}

#endif /* MIGCORE_QEMU_VMSTATE_H */
