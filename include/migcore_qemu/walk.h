/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/walk.h - vmstate_save_state, vmstate_load_state. Included by migcore_qemu.h.
 *
 * They walk a table over an object, on the visitor of a file: outside of any device they open the device's scope, inside of
 * one a struct with the table's name. What they return is QEMU's number: the one that the device's own code gave, else the
 * errno that stands for the status (-EINVAL where the version does not fit or a value is refused, -EIO where the stream
 * ends, -ENOENT for a subsection that the table does not have), and -1 where VMSTATE_VALIDATE refuses.
 *
 * What differs from QEMU: any failure is on the file too, also one of a version or of a hook, since the visit cannot go on;
 * what QEMU ends the program for (a VMSTATE_VALIDATE that fails on save, a null pointer where there must be none, a count
 * that is larger than the array) is a failure; memory that a load asks for has a limit, MIGCORE_QEMU_ALLOCATION bytes in one
 * call, and is zeroed; a scratch object of VMSTATE_WITH_TMP is zeroed too.
 *
 * Memory comes from MIGCORE_QEMU_MALLOC(bytes) and goes back by MIGCORE_QEMU_FREE(memory); malloc() and free() where they
 * are not defined, GLib's with MIGCORE_QEMU_GLIB. What a load has allocated belongs to the device, also when it fails,
 * but for an element of a list or tree that could not be loaded: that goes back, with what its fields have allocated.
 */
#ifndef MIGCORE_QEMU_WALK_H
#define MIGCORE_QEMU_WALK_H

#ifndef MIGCORE_QEMU_ALLOCATION
#define MIGCORE_QEMU_ALLOCATION MIGCORE_VMSTATE_ALLOCATION
#endif

/* One call on a table: what its callbacks share. */
typedef struct migcore_qemu_walk {
    QEMUFile *file;
    migcore_vmdesc *description; /* gets what is saved, or NULL */
    const void *table;           /* the outermost one */
    int result;                  /* what the device's code refused with, 0: nothing */
    int loaded;                  /* what post_load of the outermost table returned */
    Error *error;                /* the refusal in words, or NULL */
} migcore_qemu_walk;

/* -- The file ------------------------------------------------------------------------------------------------------ */

#if MIGCORE_QEMU_COEXIST & MIGCORE_QEMU_HOST_FILE
static inline int migcore_qemu_priv_file_error(QEMUFile *f)
{
    migcore_qemu_link *link = migcore_qemu_priv_find(f, NULL);

    return link != NULL ? (int)migcore_qemu_priv_host_error((migcore_qemu_foreign *)link) : -EINVAL;
}

static inline void migcore_qemu_priv_file_fail(QEMUFile *f, int error)
{
    migcore_qemu_link *link = migcore_qemu_priv_find(f, NULL);

    if (link != NULL) {
        link->fail(link, error);
    }
}
#else
#define migcore_qemu_priv_file_error(f) migcore_qemu_priv_error(f)
#define migcore_qemu_priv_file_fail(f, error) migcore_qemu_priv_set_error((f), (error))
#endif

/* -- The device's code --------------------------------------------------------------------------------------------- */

/* A result of the forms with errp. */
static inline int migcore_qemu_priv_truth(bool good)
{
    return good ? 0 : -EINVAL;
}

static inline int migcore_qemu_priv_call_hook(migcore_qemu_walk *walk, const migcore_vmstate *table,
                                              migcore_vmstate_hook hook, void *object, int version)
{
    typedef bool with_error(void *object, Error **errp);
    typedef bool with_version(void *object, int version, Error **errp);
    typedef int load_old(QEMUFile *f, void *object, int version);

    switch (hook) {
    case MIGCORE_VMSTATE_HOOK_PRE_LOAD:
        return table->pre_load_errp == NULL ? table->pre_load(object)
               : migcore_qemu_priv_truth(((with_error *)table->pre_load_errp)(object, &walk->error));
    case MIGCORE_VMSTATE_HOOK_POST_LOAD:
        return table->post_load_errp == NULL ? table->post_load(object, version)
               : migcore_qemu_priv_truth(((with_version *)table->post_load_errp)(object, version, &walk->error));
    case MIGCORE_VMSTATE_HOOK_PRE_SAVE:
        if (table->pre_save_errp != NULL) {
            return migcore_qemu_priv_truth(((with_error *)table->pre_save_errp)(object, &walk->error));
        }
        if (table->pre_save != NULL) {
            return table->pre_save(object);
        }
        table->pre_save_void(object);
        return 0;
    case MIGCORE_VMSTATE_HOOK_POST_SAVE:
        if (table->post_save != NULL) {
            return table->post_save(object);
        }
        table->post_save_void(object);
        return 0;
    case MIGCORE_VMSTATE_HOOK_LOAD_STATE_OLD:
        return ((load_old *)table->load_state_old)(walk->file, object, version);
    default:
        return -EINVAL;
    }
}

static inline int migcore_qemu_priv_hook(void *opaque, const migcore_vmstate *table, migcore_vmstate_hook hook,
                                         void *object, int version)
{
    migcore_qemu_walk *walk = (migcore_qemu_walk *)opaque;
    int result = migcore_qemu_priv_call_hook(walk, table, hook, object, version);

    if (hook == MIGCORE_VMSTATE_HOOK_POST_LOAD && result > 0) {
        walk->loaded = table == walk->table ? result : walk->loaded;
    } else if (walk->result == 0) {
        walk->result = result;
    }
    return result;
}

typedef int migcore_qemu_priv_old_move(QEMUFile *f, void *pv, size_t size);
typedef void migcore_qemu_priv_old_put(QEMUFile *f, void *pv, size_t size);
typedef int migcore_qemu_priv_get_function(QEMUFile *f, void *pv, size_t size, const migcore_vmstate_field *field);
typedef int migcore_qemu_priv_put_function(QEMUFile *f, void *pv, size_t size, const migcore_vmstate_field *field,
                                           MIGCORE_QEMU_PRIV_JSON *json);
typedef bool migcore_qemu_priv_load_function(QEMUFile *f, void *pv, size_t size, const migcore_vmstate_field *field,
                                             Error **errp);
typedef bool migcore_qemu_priv_save_function(QEMUFile *f, void *pv, size_t size, const migcore_vmstate_field *field,
                                             MIGCORE_QEMU_PRIV_JSON *json, Error **errp);

static inline int migcore_qemu_priv_load_value(migcore_qemu_walk *walk, const migcore_vmstate_field *field, void *place,
                                               size_t size)
{
    const migcore_vmstate_info *info = field->info;

    if (info->load != NULL) {
        migcore_qemu_priv_load_function *load = (migcore_qemu_priv_load_function *)info->load;

        return migcore_qemu_priv_truth(load(walk->file, place, size, field, &walk->error));
    }
    if (info->get != NULL) {
        return ((migcore_qemu_priv_get_function *)info->get)(walk->file, place, size, field);
    }
    if (info->old_get != NULL) {
        return ((migcore_qemu_priv_old_move *)info->old_get)(walk->file, place, size);
    }
    return -ENOTSUP;
}

static inline int migcore_qemu_priv_save_value(migcore_qemu_walk *walk, const migcore_vmstate_field *field, void *place,
                                               size_t size)
{
    const migcore_vmstate_info *info = field->info;
    MIGCORE_QEMU_PRIV_JSON writer, *json = migcore_qemu_json_over(&writer, walk->description);

    if (info->save != NULL) {
        migcore_qemu_priv_save_function *save = (migcore_qemu_priv_save_function *)info->save;

        return migcore_qemu_priv_truth(save(walk->file, place, size, field, json, &walk->error));
    }
    if (info->put != NULL) {
        return ((migcore_qemu_priv_put_function *)info->put)(walk->file, place, size, field, json);
    }
    if (info->old_put != NULL) {
        ((migcore_qemu_priv_old_put *)info->old_put)(walk->file, place, size);
        return 0;
    }
    return -ENOTSUP;
}

/* A value whose info is the program's own. On load only a negative number refuses, and an error that the file got. */
static inline int migcore_qemu_priv_custom_value(migcore_qemu_walk *walk, bool loading,
                                                 const migcore_vmstate_field *field, void *place, size_t size)
{
    int result = loading ? migcore_qemu_priv_load_value(walk, field, place, size)
                         : migcore_qemu_priv_save_value(walk, field, place, size);

    if (result == 0 || (loading && result > 0)) {
        return migcore_qemu_priv_file_error(walk->file);
    }
    if (walk->result == 0) {
        walk->result = result;
    }
    return result < 0 ? result : -EINVAL; /* a positive number would be a status */
}

static inline int migcore_qemu_priv_custom(void *opaque, migcore_visitor *v, const migcore_vmstate_field *field,
                                           void *place, size_t size)
{
    migcore_qemu_walk *walk = (migcore_qemu_walk *)opaque;
#if !(MIGCORE_QEMU_COEXIST & MIGCORE_QEMU_HOST_FILE)
    QEMUFile *file = walk->file, buffer;
    int result;

    if (v != migcore_qemu_native(qemu_file_get_visitor(file))) {
        /* over the bytes of an opaque buffer of the stream, which another visitor reads */
        (void)migcore_qemu_file_init_visitor(&buffer, v);
        walk->file = &buffer;
        result = migcore_qemu_priv_custom_value(walk, true, field, place, size);
        walk->file = file;
        error_free(buffer.error_object);
        return result;
    }
#endif
    return migcore_qemu_priv_custom_value(walk, migcore_is_loading(v), field, place, size);
}

static inline void *migcore_qemu_priv_allocate(void *opaque, size_t bytes)
{
    (void)opaque;
    return migcore_qemu_priv_malloc(bytes);
}

static inline void migcore_qemu_priv_release(void *opaque, void *memory)
{
    (void)opaque;
    migcore_qemu_priv_free(memory);
}

/* -- A walk -------------------------------------------------------------------------------------------------------- */

static const migcore_vmstate_tree migcore_qemu_priv_tree __attribute__((unused)) = {
    .size = sizeof(migcore_vmstate_tree),
    .count = migcore_qemu_priv_tree_count,
    .each = migcore_qemu_priv_tree_each,
    .insert = migcore_qemu_priv_tree_insert,
};

/* What QEMU's tables need of a program, for calls of migcore_vmstate.h on them. `walk` must outlive its use, begins with
   zeros but for `file`, and is looked at by migcore_qemu_walk_result() afterwards. */
static inline migcore_vmstate_host migcore_qemu_vmstate_host(migcore_qemu_walk *walk)
{
    migcore_vmstate_host host = {
        .size = sizeof host,
        .opaque = walk,
        .allocate = migcore_qemu_priv_allocate,
        .release = migcore_qemu_priv_release,
        .allocation_limit = MIGCORE_QEMU_ALLOCATION,
        .hook = migcore_qemu_priv_hook,
        .custom = migcore_qemu_priv_custom,
        .timer_get = migcore_qemu_priv_timer_get,
        .timer_set = migcore_qemu_priv_timer_set,
        .tree = &migcore_qemu_priv_tree,
        .description = walk->description,
    };

    return host;
}

/* QEMU's number for what a walk came to; the Error goes to errp, and the failure to the file. */
static inline int migcore_qemu_walk_result(migcore_qemu_walk *walk, migcore_status status, Error **errp)
{
    migcore_qemu_visitor *v = qemu_file_get_visitor(walk->file);
    int error;

    if (status == MIGCORE_OK) {
        return walk->loaded;
    }
    error = migcore_qemu_visitor_errno(migcore_qemu_native(v));
    (void)migcore_qemu_check(v, status, walk->error == NULL ? errp : NULL);
    if (errp != NULL) {
        error_propagate(errp, walk->error);
    } else {
        error_free(walk->error);
    }
    if (walk->result != 0) {
        return walk->result;
    }
    return error != 0 ? error : migcore_qemu_errno(status, 0);
}

/* migcore_qemu_vmstate_walk in a scope with a name of its own. */
static inline int migcore_qemu_priv_walk_as(QEMUFile *f, const char *name, const VMStateDescription *vmsd, void *opaque,
                                            int version, migcore_vmdesc *description, Error **errp)
{
    migcore_visitor *v = migcore_qemu_native(qemu_file_get_visitor(f));
    migcore_qemu_walk walk = { .file = f, .description = description, .table = vmsd };
    migcore_vmstate_host host = migcore_qemu_vmstate_host(&walk);
    int error = migcore_qemu_priv_file_error(f);
    migcore_status status;

    if (error != 0) {
        error_setg(errp, "%s: the file has the error %d", name, error);
        return error;
    }
    status = migcore_visit_vmstate_struct(v, name, (const migcore_vmstate *)vmsd, version, opaque, &host);
    return migcore_qemu_walk_result(&walk, status, errp);
}

/* Saves the object at a version, or loads what was saved at it, as the file does. QEMU's number: 0, or of an error. */
static inline int migcore_qemu_vmstate_walk(QEMUFile *f, const VMStateDescription *vmsd, void *opaque, int version,
                                            migcore_vmdesc *description, Error **errp)
{
    return migcore_qemu_priv_walk_as(f, vmsd->name, vmsd, opaque, version, description, errp);
}

static inline int migcore_qemu_priv_walk(QEMUFile *f, const VMStateDescription *vmsd, void *opaque, int version,
                                         bool loading, MIGCORE_QEMU_PRIV_JSON *json, Error **errp)
{
    migcore_visitor *v = migcore_qemu_native(qemu_file_get_visitor(f));

    if (v != NULL && migcore_is_loading(v) != loading) {
        migcore_qemu_priv_file_fail(f, -EINVAL);
    }
    return migcore_qemu_vmstate_walk(f, vmsd, opaque, version, migcore_qemu_json_vmdesc(json), errp);
}

/* -- QEMU's functions ---------------------------------------------------------------------------------------------- */

#if MIGCORE_QEMU_API >= 1002
static inline int vmstate_save_state(QEMUFile *f, const VMStateDescription *vmsd, void *opaque, JSONWriter *vmdesc,
                                     Error **errp)
{
    return migcore_qemu_priv_walk(f, vmsd, opaque, vmsd->version_id, false, vmdesc, errp);
}

static inline int vmstate_load_state(QEMUFile *f, const VMStateDescription *vmsd, void *opaque, int version_id,
                                     Error **errp)
{
    return migcore_qemu_priv_walk(f, vmsd, opaque, version_id, true, NULL, errp);
}
#else
static inline int vmstate_load_state(QEMUFile *f, const VMStateDescription *vmsd, void *opaque, int version_id)
{
    return migcore_qemu_priv_walk(f, vmsd, opaque, version_id, true, NULL, NULL);
}

#if MIGCORE_QEMU_API >= 211
static inline int vmstate_save_state(QEMUFile *f, const VMStateDescription *vmsd, void *opaque,
                                     MIGCORE_QEMU_PRIV_JSON *vmdesc)
{
    return migcore_qemu_priv_walk(f, vmsd, opaque, vmsd->version_id, false, vmdesc, NULL);
}
#elif MIGCORE_QEMU_API >= 203
static inline void vmstate_save_state(QEMUFile *f, const VMStateDescription *vmsd, void *opaque, QJSON *vmdesc)
{
    (void)migcore_qemu_priv_walk(f, vmsd, opaque, vmsd->version_id, false, vmdesc, NULL);
}
#else
static inline void vmstate_save_state(QEMUFile *f, const VMStateDescription *vmsd, void *opaque)
{
    (void)migcore_qemu_priv_walk(f, vmsd, opaque, vmsd->version_id, false, NULL, NULL);
}
#endif
#endif

#if MIGCORE_QEMU_API >= 802 && MIGCORE_QEMU_API < 1002
static inline int vmstate_save_state_with_err(QEMUFile *f, const VMStateDescription *vmsd, void *opaque,
                                              JSONWriter *vmdesc, Error **errp)
{
    return migcore_qemu_priv_walk(f, vmsd, opaque, vmsd->version_id, false, vmdesc, errp);
}
#endif

#if MIGCORE_QEMU_API >= 802 && MIGCORE_QEMU_API < 1100
static inline int vmstate_save_state_v(QEMUFile *f, const VMStateDescription *vmsd, void *opaque, JSONWriter *vmdesc,
                                       int version_id, Error **errp)
{
    return migcore_qemu_priv_walk(f, vmsd, opaque, version_id, false, vmdesc, errp);
}
#elif MIGCORE_QEMU_API >= 300 && MIGCORE_QEMU_API < 802
static inline int vmstate_save_state_v(QEMUFile *f, const VMStateDescription *vmsd, void *opaque,
                                       MIGCORE_QEMU_PRIV_JSON *vmdesc, int version_id)
{
    return migcore_qemu_priv_walk(f, vmsd, opaque, version_id, false, vmdesc, NULL);
}
#endif

#if MIGCORE_QEMU_API >= 1100
static inline bool vmstate_load_vmsd(QEMUFile *f, const VMStateDescription *vmsd, void *opaque, int version_id,
                                     Error **errp)
{
    return migcore_qemu_priv_walk(f, vmsd, opaque, version_id, true, NULL, errp) >= 0;
}

static inline bool vmstate_save_vmsd(QEMUFile *f, const VMStateDescription *vmsd, void *opaque, JSONWriter *vmdesc,
                                     Error **errp)
{
    return migcore_qemu_priv_walk(f, vmsd, opaque, vmsd->version_id, false, vmdesc, errp) == 0;
}
#endif

/* Whether a section of this table is written at all. */
#if MIGCORE_QEMU_API >= 802
static inline bool vmstate_section_needed(const VMStateDescription *vmsd, void *opaque)
{
    return vmsd->needed == NULL || vmsd->needed(opaque);
}
#elif MIGCORE_QEMU_API >= 204
static inline bool vmstate_save_needed(const VMStateDescription *vmsd, void *opaque)
{
    return vmsd->needed == NULL || vmsd->needed(opaque);
}
#endif

/* -- Tables without a QEMUFile ------------------------------------------------------------------------------------- */

#if !(MIGCORE_QEMU_COEXIST & MIGCORE_QEMU_HOST_FILE)
/* The table in the scope that `v` is in, or in a device of its own, on any wire. The version is that of the scope. */
static inline migcore_status migcore_qemu_visit_vmstate(migcore_visitor *v, const VMStateDescription *vmsd, void *opaque)
{
    QEMUFile f;
    migcore_qemu_walk walk = { .file = &f, .table = vmsd };
    migcore_vmstate_host host = migcore_qemu_vmstate_host(&walk);
    migcore_status status = migcore_qemu_file_init_visitor(&f, v);

    if (status == MIGCORE_OK) {
        status = migcore_visit_vmstate(v, (const migcore_vmstate *)vmsd, opaque, &host);
        error_free(walk.error);
        error_free(f.error_object);
    }
    return status;
}

/* The table of a plan, in the device that `f` is in, or in one of its own. */
static inline migcore_status migcore_qemu_visit_plan(QEMUFile *f, const migcore_vmstate_plan *plan, void *opaque)
{
    migcore_qemu_walk walk = { .file = f, .table = plan->table };
    migcore_vmstate_host host = migcore_qemu_vmstate_host(&walk);
    migcore_visitor *v = migcore_qemu_native(qemu_file_get_visitor(f));
    migcore_status status = migcore_visit_vmstate_plan(v, plan, opaque, &host);

    (void)migcore_qemu_walk_result(&walk, status, NULL);
    return status;
}

/* An object and its table: with migcore_qemu_visit_device, a device of a migcore_machine. */
typedef struct migcore_qemu_device {
    const VMStateDescription *vmsd;
    void *opaque;
} migcore_qemu_device;

static inline migcore_status migcore_qemu_visit_device(migcore_visitor *v, void *device)
{
    const migcore_qemu_device *described = (const migcore_qemu_device *)device;

    return migcore_qemu_visit_vmstate(v, described->vmsd, described->opaque);
}
#endif

#endif /* MIGCORE_QEMU_WALK_H */
