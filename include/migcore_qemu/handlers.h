/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/handlers.h - register_savevm, register_savevm_live: devices with a pair of functions. Included by
 * migcore_qemu.h.
 *
 * Of a live device, which sends parts of its state while the machine runs, `save_state` and `load_state` are called and
 * nothing else: what it sends in parts is the program's own to send, beside qemu_savevm_state() or by migcore_ram_*. On
 * load, `load_state` is called for each part that the stream has, as it is in QEMU.
 */
#ifndef MIGCORE_QEMU_HANDLERS_H
#define MIGCORE_QEMU_HANDLERS_H

#if MIGCORE_QEMU_API < 12
typedef void SaveStateHandler(QEMUFile *f, void *opaque);
typedef int LoadStateHandler(QEMUFile *f, void *opaque, int version_id);
#endif

#if MIGCORE_QEMU_API >= 102
#if MIGCORE_QEMU_API < 210
typedef struct MigrationParams MigrationParams;
#endif
#if MIGCORE_QEMU_API >= 300
struct MigrationState;
#endif

typedef struct SaveVMHandlers {
#if MIGCORE_QEMU_API < 210
    void (*set_params)(const MigrationParams *params, void *opaque);
#endif
    void (*save_state)(QEMUFile *f, void *opaque);
#if MIGCORE_QEMU_API >= 802
    int (*save_prepare)(void *opaque, Error **errp);
#endif
#if MIGCORE_QEMU_API < 210
    int (*save_live_setup)(QEMUFile *f, void *opaque);
#elif MIGCORE_QEMU_API < 901
    int (*save_setup)(QEMUFile *f, void *opaque);
#else
    int (*save_setup)(QEMUFile *f, void *opaque, Error **errp);
#endif
#if MIGCORE_QEMU_API < 205
    void (*cancel)(void *opaque);
    int (*save_live_complete)(QEMUFile *f, void *opaque);
#else
#if MIGCORE_QEMU_API < 210
    void (*cleanup)(void *opaque);
#else
    void (*save_cleanup)(void *opaque);
#endif
#if MIGCORE_QEMU_API < 1001
    int (*save_live_complete_postcopy)(QEMUFile *f, void *opaque);
    int (*save_live_complete_precopy)(QEMUFile *f, void *opaque);
#else
    int (*save_complete)(QEMUFile *f, void *opaque);
#endif
#endif
    bool (*is_active)(void *opaque);
#if MIGCORE_QEMU_API >= 211
    bool (*has_postcopy)(void *opaque);
#endif
#if MIGCORE_QEMU_API >= 212
    bool (*is_active_iterate)(void *opaque);
#endif
    int (*save_live_iterate)(QEMUFile *f, void *opaque);
#if MIGCORE_QEMU_API >= 800
    void (*state_pending_estimate)(void *opaque, uint64_t *must_precopy, uint64_t *can_postcopy);
    void (*state_pending_exact)(void *opaque, uint64_t *must_precopy, uint64_t *can_postcopy);
#elif MIGCORE_QEMU_API >= 212
    void (*save_live_pending)(QEMUFile *f, void *opaque, uint64_t max_size, uint64_t *precopy_only, uint64_t *compatible,
                              uint64_t *postcopy_only);
#elif MIGCORE_QEMU_API >= 205
    void (*save_live_pending)(QEMUFile *f, void *opaque, uint64_t max_size, uint64_t *non_postcopiable,
                              uint64_t *postcopiable);
#elif MIGCORE_QEMU_API >= 104
    uint64_t (*save_live_pending)(QEMUFile *f, void *opaque, uint64_t max_size);
#endif
    int (*load_state)(QEMUFile *f, void *opaque, int version_id);
#if MIGCORE_QEMU_API >= 901
    int (*load_setup)(QEMUFile *f, void *opaque, Error **errp);
    int (*load_cleanup)(void *opaque);
#elif MIGCORE_QEMU_API >= 210
    int (*load_setup)(QEMUFile *f, void *opaque);
    int (*load_cleanup)(void *opaque);
#endif
#if MIGCORE_QEMU_API >= 300
    int (*resume_prepare)(struct MigrationState *state, void *opaque);
#endif
#if MIGCORE_QEMU_API >= 801
    bool (*switchover_ack_needed)(void *opaque);
#endif
#if MIGCORE_QEMU_API >= 1000
    int (*switchover_start)(void *opaque);
    bool (*load_state_buffer)(void *opaque, char *buffer, size_t length, Error **errp);
#endif
#if MIGCORE_QEMU_API >= 1001
    bool (*save_postcopy_prepare)(QEMUFile *f, void *opaque, Error **errp);
#endif
} SaveVMHandlers;
#else
#if MIGCORE_QEMU_API >= 12
typedef struct Monitor Monitor;
typedef void SaveSetParamsHandler(int blk_enable, int shared, void *opaque);
#endif
#if MIGCORE_QEMU_API >= 12 && MIGCORE_QEMU_API <= 100
typedef int SaveLiveStateHandler(Monitor *mon, QEMUFile *f, int stage, void *opaque);
#else
typedef int SaveLiveStateHandler(QEMUFile *f, int stage, void *opaque);
#endif
#endif

/* -- A pair of functions ------------------------------------------------------------------------------------------- */

static inline int migcore_qemu_priv_register_pair(const char *path, const char *name, uint32_t instance, int version,
                                                  void (*save)(QEMUFile *f, void *opaque),
                                                  int (*load)(QEMUFile *f, void *opaque, int version_id), void *opaque)
{
    return migcore_qemu_register_handlers(MIGCORE_QEMU_REGISTRY, path, name, instance, version, save, load, opaque);
}

#if MIGCORE_QEMU_API < 13
static inline int register_savevm(const char *idstr, int instance_id, int version_id, SaveStateHandler *save_state,
                                  LoadStateHandler *load_state, void *opaque)
{
    return migcore_qemu_priv_register_pair(NULL, idstr, (uint32_t)instance_id, version_id, save_state, load_state, opaque);
}

static inline void unregister_savevm(const char *idstr, void *opaque)
{
    migcore_qemu_unregister(MIGCORE_QEMU_REGISTRY, NULL, NULL, idstr, opaque);
}
#else
static inline void unregister_savevm(MIGCORE_QEMU_PRIV_OWNER dev, const char *idstr, void *opaque)
{
    migcore_qemu_unregister(MIGCORE_QEMU_REGISTRY, NULL, migcore_qemu_priv_path(dev), idstr, opaque);
}
#endif

#if MIGCORE_QEMU_API >= 13 && MIGCORE_QEMU_API < 210
static inline int register_savevm(DeviceState *dev, const char *idstr, int instance_id, int version_id,
                                  SaveStateHandler *save_state, LoadStateHandler *load_state, void *opaque)
{
    return migcore_qemu_priv_register_pair(migcore_qemu_priv_path(dev), idstr, (uint32_t)instance_id, version_id, save_state,
                                           load_state, opaque);
}
#endif

#if MIGCORE_QEMU_API >= 500
static inline int register_savevm_live(const char *idstr, uint32_t instance_id, int version_id, const SaveVMHandlers *ops,
                                       void *opaque)
{
    return migcore_qemu_priv_register_pair(NULL, idstr, instance_id, version_id, ops->save_state, ops->load_state, opaque);
}
#elif MIGCORE_QEMU_API >= 402
static inline int register_savevm_live(const char *idstr, int instance_id, int version_id, const SaveVMHandlers *ops,
                                       void *opaque)
{
    return migcore_qemu_priv_register_pair(NULL, idstr, (uint32_t)instance_id, version_id, ops->save_state, ops->load_state,
                                           opaque);
}
#elif MIGCORE_QEMU_API >= 102
static inline int register_savevm_live(DeviceState *dev, const char *idstr, int instance_id, int version_id,
                                       const SaveVMHandlers *ops, void *opaque)
{
    return migcore_qemu_priv_register_pair(migcore_qemu_priv_path(dev), idstr, (uint32_t)instance_id, version_id,
                                           ops->save_state, ops->load_state, opaque);
}
#elif MIGCORE_QEMU_API >= 13
static inline int register_savevm_live(DeviceState *dev, const char *idstr, int instance_id, int version_id,
                                       SaveSetParamsHandler *set_params, SaveLiveStateHandler *save_live_state,
                                       SaveStateHandler *save_state, LoadStateHandler *load_state, void *opaque)
{
    (void)set_params;
    (void)save_live_state;
    return migcore_qemu_priv_register_pair(migcore_qemu_priv_path(dev), idstr, (uint32_t)instance_id, version_id, save_state,
                                           load_state, opaque);
}
#elif MIGCORE_QEMU_API >= 12
static inline int register_savevm_live(const char *idstr, int instance_id, int version_id, SaveSetParamsHandler *set_params,
                                       SaveLiveStateHandler *save_live_state, SaveStateHandler *save_state,
                                       LoadStateHandler *load_state, void *opaque)
{
    (void)set_params;
    (void)save_live_state;
    return migcore_qemu_priv_register_pair(NULL, idstr, (uint32_t)instance_id, version_id, save_state, load_state, opaque);
}
#else
static inline int register_savevm_live(const char *idstr, int instance_id, int version_id,
                                       SaveLiveStateHandler *save_live_state, SaveStateHandler *save_state,
                                       LoadStateHandler *load_state, void *opaque)
{
    (void)save_live_state;
    return migcore_qemu_priv_register_pair(NULL, idstr, (uint32_t)instance_id, version_id, save_state, load_state, opaque);
}
#endif

#if MIGCORE_QEMU_API >= 13 && MIGCORE_QEMU_API < 204
/* From here on no machine with this device is saved or loaded. */
static inline void register_device_unmigratable(DeviceState *dev, const char *idstr, void *opaque)
{
    migcore_qemu_entry wanted;

    if (migcore_qemu_priv_name(&wanted, migcore_qemu_priv_path(dev), idstr) != 0) {
        return;
    }
    for (migcore_qemu_entry *entry = MIGCORE_QEMU_REGISTRY->first; entry != NULL; entry = entry->next) {
        if (strcmp(entry->name, wanted.name) == 0 && entry->opaque == opaque) {
            entry->unmigratable = true;
        }
    }
}
#endif

#endif /* MIGCORE_QEMU_HANDLERS_H */
