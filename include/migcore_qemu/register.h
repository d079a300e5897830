/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/register.h - vmstate_register, register_savevm and what belongs to them. Included by migcore_qemu.h.
 *
 * Devices are entered into a registry; what runs over all of them is in migcore_qemu/savevm.h. There is one registry in
 * a program, migcore_qemu_devices, unless MIGCORE_QEMU_REGISTRY says which one QEMU's names stand for, such as that of the
 * machine at work:
 *
 *         #define MIGCORE_QEMU_REGISTRY (&current_machine->devices)
 *
 * A registry begins with zeros. It takes its entries from those that migcore_qemu_give_entries() gave it, and behind these
 * from MIGCORE_QEMU_MALLOC; so there is no limit that does not show. One thread at a time works on a registry.
 *
 * Entries go by priority, the higher ones first, and in the order of their registration. Since QEMU 8.2 two have different
 * names or instances. Before, two may have the same, as `isa-ide` on a machine of the type `isapc`: their sections are
 * loaded in the order of the entries, where QEMU loads all of them into the first device. Over a migcore_machine they are
 * still refused. Many callers do not look at what a registration returns: one that was refused is therefore kept, and what
 * runs over all devices fails with it. vmstate_unregister() and unregister_savevm() do not take that back, but
 * migcore_qemu_registry_clear() does.
 *
 * A device that has a path on its bus goes by the name `path/name`, if MIGCORE_QEMU_DEVICE_PATH(dev) gives the path. It
 * is found in a stream by its name alone too, which older streams have.
 */
#ifndef MIGCORE_QEMU_REGISTER_H
#define MIGCORE_QEMU_REGISTER_H

/* The bytes of a stream. */
#define QEMU_VM_FILE_MAGIC 0x5145564d
#define QEMU_VM_FILE_VERSION_COMPAT 0x00000002
#define QEMU_VM_FILE_VERSION 0x00000003
#define QEMU_VM_EOF 0x00
#define QEMU_VM_SECTION_START 0x01
#define QEMU_VM_SECTION_PART 0x02
#define QEMU_VM_SECTION_END 0x03
#define QEMU_VM_SECTION_FULL 0x04
#if MIGCORE_QEMU_API >= 13
#define QEMU_VM_SUBSECTION 0x05
#endif
#if MIGCORE_QEMU_API >= 203
#define QEMU_VM_VMDESCRIPTION 0x06
#endif
#if MIGCORE_QEMU_API >= 204
#define QEMU_VM_CONFIGURATION 0x07
#define QEMU_VM_SECTION_FOOTER 0x7e
#endif
#if MIGCORE_QEMU_API >= 205
#define QEMU_VM_COMMAND 0x08
#endif

/* Any device of the program, of which only it knows more. */
#if MIGCORE_QEMU_API >= 13 && MIGCORE_QEMU_API < 500
typedef struct DeviceState DeviceState;
#define MIGCORE_QEMU_PRIV_OWNER DeviceState *
#define MIGCORE_QEMU_PRIV_INSTANCE int
#elif MIGCORE_QEMU_API >= 500
typedef struct VMStateIf VMStateIf;
#define MIGCORE_QEMU_PRIV_OWNER VMStateIf *
#define MIGCORE_QEMU_PRIV_INSTANCE uint32_t
#ifndef VMSTATE_IF
static inline VMStateIf *VMSTATE_IF(void *obj)
{
    return (VMStateIf *)obj;
}
#endif
#else
#define MIGCORE_QEMU_PRIV_OWNER const void *
#define MIGCORE_QEMU_PRIV_INSTANCE int
#endif

/* The path of a device on its bus, or NULL. `dev` is not NULL. */
#ifndef MIGCORE_QEMU_DEVICE_PATH
#define MIGCORE_QEMU_DEVICE_PATH(dev) ((void)(dev), (const char *)NULL)
#endif

/* -- Entries ------------------------------------------------------------------------------------------------------- */

typedef struct migcore_qemu_entry migcore_qemu_entry;
struct migcore_qemu_entry {
    migcore_qemu_entry *next;
    char name[MIGCORE_NAME_SIZE];
    size_t plain;               /* where in the name the part behind the path begins; 0: there is no path */
    uint32_t instance;
    uint32_t plain_instance;    /* the instance in a stream that has no paths */
    uint32_t alias;             /* another instance that it is found by, if it has one */
    bool has_alias;
    bool unmigratable;
    bool is_open;               /* the stream that is loaded has its section, with this number and version */
    bool allocated;
    uint32_t open_section;
    uint32_t open_version;
    uint32_t section;           /* the number of its section in a stream that is saved */
    uint32_t version;
    int rank;                   /* of its priority, the same in all releases */
    const migcore_vmstate *table; /* or NULL, and a pair of functions */
    void (*save)(QEMUFile *f, void *opaque);
    int (*load)(QEMUFile *f, void *opaque, int version_id);
    void *opaque;
};

typedef struct migcore_qemu_registry {
    migcore_qemu_entry *first;
    migcore_qemu_entry *spare;
    uint32_t sections;          /* the number of the next section */
    int failed;                 /* of a registration that was refused, a negative errno; 0: there was none */
    char failed_name[MIGCORE_NAME_SIZE];
    const struct migcore_qemu_stream *stream; /* see savevm.h */
} migcore_qemu_registry;

#ifndef MIGCORE_QEMU_REGISTRY
#define MIGCORE_QEMU_REGISTRY (&migcore_qemu_devices)
#endif

extern migcore_qemu_registry migcore_qemu_devices;
#ifdef MIGCORE_QEMU_DEFINE
migcore_qemu_registry migcore_qemu_devices;
#endif

/* Lends entries to a registry, until it is not used any more. */
static inline void migcore_qemu_give_entries(migcore_qemu_registry *registry, migcore_qemu_entry *entries, size_t count)
{
    for (size_t i = count; i-- > 0;) {
        entries[i].allocated = false;
        entries[i].next = registry->spare;
        registry->spare = &entries[i];
    }
}

static inline migcore_qemu_entry *migcore_qemu_priv_take_entry(migcore_qemu_registry *registry)
{
    migcore_qemu_entry *entry = registry->spare;

    if (entry != NULL) {
        registry->spare = entry->next;
        return entry;
    }
    entry = (migcore_qemu_entry *)migcore_qemu_priv_malloc(sizeof *entry);
    if (entry != NULL) {
        entry->allocated = true;
    }
    return entry;
}

static inline void migcore_qemu_priv_drop_entry(migcore_qemu_registry *registry, migcore_qemu_entry **place)
{
    migcore_qemu_entry *entry = *place;

    *place = entry->next;
    if (entry->allocated) {
        migcore_qemu_priv_free(entry);
    } else {
        entry->next = registry->spare;
        registry->spare = entry;
    }
}

/* Forgets all devices, and registrations that were refused. Numbers of sections begin at 0 again. */
static inline void migcore_qemu_registry_clear(migcore_qemu_registry *registry)
{
    while (registry->first != NULL) {
        migcore_qemu_priv_drop_entry(registry, &registry->first);
    }
    registry->sections = 0;
    registry->failed = 0;
}

/* -- Registering --------------------------------------------------------------------------------------------------- */

/* The lowest number above those that are taken for a name, or for the part of names behind paths. */
static inline uint32_t migcore_qemu_priv_next_instance(const migcore_qemu_registry *registry, const char *name, bool plain)
{
    uint32_t next = 0;

    for (const migcore_qemu_entry *entry = registry->first; entry != NULL; entry = entry->next) {
        bool same = plain && entry->plain != 0 ? strcmp(entry->name + entry->plain, name) == 0
                                               : strcmp(entry->name, name) == 0;
        uint32_t instance = plain && entry->plain != 0 ? entry->plain_instance : entry->instance;

        if (same && instance >= next && instance != UINT32_MAX) {
            next = instance + 1;
        }
    }
    return next;
}

/* Puts a name behind a path. -1: it is too long, or empty. */
static inline int migcore_qemu_priv_name(migcore_qemu_entry *entry, const char *path, const char *name)
{
    size_t before = path != NULL && path[0] != '\0' ? strlen(path) + 1 : 0;
    size_t length = name != NULL ? strlen(name) : 0;

    if (length == 0 || before >= sizeof entry->name || length >= sizeof entry->name - before) {
        return -1;
    }
    if (before != 0) {
        memcpy(entry->name, path, before - 1);
        entry->name[before - 1] = '/';
    }
    memcpy(entry->name + before, name, length + 1);
    entry->plain = before;
    return 0;
}

static inline bool migcore_qemu_priv_is_taken(const migcore_qemu_registry *registry, const migcore_qemu_entry *entry)
{
    for (const migcore_qemu_entry *other = registry->first; other != NULL; other = other->next) {
        if (strcmp(other->name, entry->name) == 0 && other->instance == entry->instance) {
            return true;
        }
    }
    return false;
}

static inline int migcore_qemu_priv_refuse_entry(migcore_qemu_registry *registry, const char *name, int error, Error **errp)
{
    if (registry->failed == 0) {
        size_t length = name != NULL ? strlen(name) : 0;

        length = length < sizeof registry->failed_name ? length : sizeof registry->failed_name - 1;
        registry->failed = error;
        memcpy(registry->failed_name, name != NULL ? name : "", length);
        registry->failed_name[length] = '\0';
    }
    error_setg(errp, "device '%s' cannot be registered (%d)", name != NULL ? name : "", error);
    return error;
}

/* Enters a device whose other members are filled in; an instance of UINT32_MAX is any. 0 or a negative errno: -ENOMEM; since 8.2
   -EEXIST; -EINVAL for a name that is too long, -1 for one that is with its path. */
static inline int migcore_qemu_register(migcore_qemu_registry *registry, const migcore_qemu_entry *given, const char *path,
                                        const char *name, Error **errp)
{
    migcore_qemu_entry made = *given, *entry, **place = &registry->first;

    if (migcore_qemu_priv_name(&made, path, name) != 0) {
        return migcore_qemu_priv_refuse_entry(registry, name, -EINVAL, errp);
    }
    if (made.plain != 0) {
        made.plain_instance = made.instance != UINT32_MAX ? made.instance
                                                          : migcore_qemu_priv_next_instance(registry, name, true);
        made.instance = UINT32_MAX;
    }
    if (made.instance == UINT32_MAX) {
        made.instance = migcore_qemu_priv_next_instance(registry, made.name, false);
    }
#if MIGCORE_QEMU_API >= 802
    if (migcore_qemu_priv_is_taken(registry, &made)) {
        return migcore_qemu_priv_refuse_entry(registry, made.name, -EEXIST, errp);
    }
#endif
    entry = migcore_qemu_priv_take_entry(registry);
    if (entry == NULL) {
        return migcore_qemu_priv_refuse_entry(registry, made.name, -ENOMEM, errp);
    }
    made.allocated = entry->allocated;
    made.section = registry->sections++;
    while (*place != NULL && (*place)->rank >= made.rank) {
        place = &(*place)->next;
    }
    made.next = *place;
    *entry = made;
    *place = entry;
    return 0;
}

/* A priority of this file's release as its place among those of all. */
static inline int migcore_qemu_priv_rank(int priority)
{
#if MIGCORE_QEMU_API >= 1002
    static const signed char ranks[] = { 1, 0, 1, 2, 3, 4, 5, 6, 7 };
#elif MIGCORE_QEMU_API >= 1001
    static const signed char ranks[] = { 1, 0, 1, 2, 3, 4, 6, 7 };
#elif MIGCORE_QEMU_API >= 601
    static const signed char ranks[] = { 1, 2, 3, 4, 6, 7 };
#elif MIGCORE_QEMU_API >= 212
    static const signed char ranks[] = { 1, 2, 3, 6, 7 };
#elif MIGCORE_QEMU_API >= 210
    static const signed char ranks[] = { 1, 2, 6, 7 };
#else
    static const signed char ranks[] = { 1, 2 };
#endif

    return priority >= 0 && (size_t)priority < sizeof ranks ? ranks[priority] : 1;
}

#if MIGCORE_QEMU_API >= 12
/* The entry of a table of this file's release. */
static inline migcore_qemu_entry migcore_qemu_priv_table_entry(uint32_t instance, const VMStateDescription *vmsd, void *opaque)
{
    migcore_qemu_entry entry = { .instance = instance, .version = (uint32_t)vmsd->version_id };

    entry.table = (const migcore_vmstate *)vmsd;
    entry.rank = migcore_qemu_priv_rank((int)entry.table->priority);
#if MIGCORE_QEMU_API >= 100
    entry.unmigratable = vmsd->unmigratable;
#endif
    entry.opaque = opaque;
    return entry;
}

static inline int migcore_qemu_register_table(migcore_qemu_registry *registry, const char *path, uint32_t instance,
                                              const VMStateDescription *vmsd, void *opaque, Error **errp)
{
    migcore_qemu_entry entry = migcore_qemu_priv_table_entry(instance, vmsd, opaque);

    return migcore_qemu_register(registry, &entry, path, vmsd->name, errp);
}
#endif

/* A pair of functions. Without `save` nothing is saved; without `load` what a stream has is refused. As in QEMU it is found
   by instance 0 too, whatever its own. */
static inline int migcore_qemu_register_handlers(migcore_qemu_registry *registry, const char *path, const char *name,
                                                 uint32_t instance, int version, void (*save)(QEMUFile *f, void *opaque),
                                                 int (*load)(QEMUFile *f, void *opaque, int version_id), void *opaque)
{
    migcore_qemu_entry entry = { .instance = instance, .version = (uint32_t)version, .rank = 1 };

    entry.save = save;
    entry.load = load;
    entry.opaque = opaque;
    entry.has_alias = true;
    return migcore_qemu_register(registry, &entry, path, name, NULL);
}

/* Takes out every entry of this table, or of this name with its path, for `opaque`. */
static inline void migcore_qemu_unregister(migcore_qemu_registry *registry, const migcore_vmstate *table, const char *path,
                                           const char *name, const void *opaque)
{
    migcore_qemu_entry **place = &registry->first, wanted;
    bool named = table == NULL && migcore_qemu_priv_name(&wanted, path, name) == 0;

    while (*place != NULL) {
        migcore_qemu_entry *entry = *place;

        if (entry->opaque == opaque && (table != NULL ? entry->table == table
                                                      : named && strcmp(entry->name, wanted.name) == 0)) {
            migcore_qemu_priv_drop_entry(registry, place);
        } else {
            place = &entry->next;
        }
    }
}

static inline const char *migcore_qemu_priv_path(MIGCORE_QEMU_PRIV_OWNER owner)
{
    return owner != NULL ? MIGCORE_QEMU_DEVICE_PATH(owner) : NULL;
}

/* -- QEMU's names: tables ------------------------------------------------------------------------------------------- */

#if MIGCORE_QEMU_API >= 12
/* An alias is another instance that streams of older versions have for the device: for those of `required_for_version` and
   newer, which the table must know. */
static inline int migcore_qemu_priv_register_alias(MIGCORE_QEMU_PRIV_OWNER owner, uint32_t instance,
                                                   const VMStateDescription *vmsd, void *opaque, int alias, int required,
                                                   Error **errp)
{
    migcore_qemu_registry *registry = MIGCORE_QEMU_REGISTRY;
    migcore_qemu_entry entry = migcore_qemu_priv_table_entry(instance, vmsd, opaque);

    if (alias != -1 && required < vmsd->minimum_version_id) {
        return migcore_qemu_priv_refuse_entry(registry, vmsd->name, -EINVAL, errp);
    }
    entry.alias = (uint32_t)alias;
    entry.has_alias = alias != -1;
    return migcore_qemu_register(registry, &entry, migcore_qemu_priv_path(owner), vmsd->name, errp);
}
#endif

#if MIGCORE_QEMU_API >= 209
static inline int vmstate_register_with_alias_id(MIGCORE_QEMU_PRIV_OWNER dev, MIGCORE_QEMU_PRIV_INSTANCE instance_id,
                                                 const VMStateDescription *vmsd, void *opaque, int alias_id,
                                                 int required_for_version, Error **errp)
{
    return migcore_qemu_priv_register_alias(dev, (uint32_t)instance_id, vmsd, opaque, alias_id, required_for_version, errp);
}
#elif MIGCORE_QEMU_API >= 13
static inline int vmstate_register_with_alias_id(DeviceState *dev, int instance_id, const VMStateDescription *vmsd,
                                                 void *opaque, int alias_id, int required_for_version)
{
    return migcore_qemu_priv_register_alias(dev, (uint32_t)instance_id, vmsd, opaque, alias_id, required_for_version, NULL);
}
#endif

#if MIGCORE_QEMU_API >= 13
static inline int vmstate_register(MIGCORE_QEMU_PRIV_OWNER dev, int instance_id, const VMStateDescription *vmsd,
                                   void *opaque)
{
    return migcore_qemu_priv_register_alias(dev, (uint32_t)instance_id, vmsd, opaque, -1, 0, NULL);
}

static inline void vmstate_unregister(MIGCORE_QEMU_PRIV_OWNER dev, const VMStateDescription *vmsd, void *opaque)
{
    (void)dev;
    migcore_qemu_unregister(MIGCORE_QEMU_REGISTRY, (const migcore_vmstate *)vmsd, NULL, NULL, opaque);
}
#elif MIGCORE_QEMU_API >= 12
static inline int vmstate_register(int instance_id, const VMStateDescription *vmsd, void *opaque)
{
    return migcore_qemu_priv_register_alias(NULL, (uint32_t)instance_id, vmsd, opaque, -1, 0, NULL);
}

static inline void vmstate_unregister(const VMStateDescription *vmsd, void *opaque)
{
    migcore_qemu_unregister(MIGCORE_QEMU_REGISTRY, (const migcore_vmstate *)vmsd, NULL, NULL, opaque);
}
#endif

#if MIGCORE_QEMU_API >= 802
static inline int vmstate_register_any(VMStateIf *obj, const VMStateDescription *vmsd, void *opaque)
{
    return vmstate_register(obj, VMSTATE_INSTANCE_ID_ANY, vmsd, opaque);
}

/* Takes the place of an entry that has its name and instance already. */
static inline int vmstate_replace_hack_for_ppc(VMStateIf *obj, int instance_id, const VMStateDescription *vmsd, void *opaque)
{
    migcore_qemu_registry *registry = MIGCORE_QEMU_REGISTRY;
    migcore_qemu_entry **place = &registry->first, wanted;

    if (migcore_qemu_priv_name(&wanted, migcore_qemu_priv_path(obj), vmsd->name) == 0) {
        while (*place != NULL && (strcmp((*place)->name, wanted.name) != 0 || (*place)->instance != (uint32_t)instance_id)) {
            place = &(*place)->next;
        }
        if (*place != NULL) {
            migcore_qemu_priv_drop_entry(registry, place);
        }
    }
    return vmstate_register(obj, instance_id, vmsd, opaque);
}
#endif

#endif /* MIGCORE_QEMU_REGISTER_H */
