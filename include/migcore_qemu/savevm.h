/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/savevm.h - all registered devices are saved, as a whole stream of QEMU. Included by migcore_qemu.h.
 *
 *     static migcore_configuration machine = { .size = sizeof machine, .machine = "my-board" };
 *     migcore_qemu_stream stream;
 *
 *     migcore_qemu_stream_init(&stream, &machine);
 *     error = migcore_qemu_savevm(&migcore_qemu_devices, f, &stream, &err);
 *     error = migcore_qemu_loadvm(&migcore_qemu_devices, f, &stream, &err);
 *
 * A stream is: header; configuration; a section for each device in the order of the registry, those that are set up early
 * first, each closed by a footer; the end; a description, if the caller gives an object for it. A device whose table is not
 * `needed`, or that has no `save_state`, is left out.
 *
 * What the functions return is QEMU's: 0 or a negative errno, which the file has too.
 */
#ifndef MIGCORE_QEMU_SAVEVM_H
#define MIGCORE_QEMU_SAVEVM_H

/* What a stream has around its sections: what is written, and what is expected. */
typedef struct migcore_qemu_stream {
    migcore_configuration *configuration; /* NULL: there is none */
    bool footers;
    bool described;                /* on load: a description may follow the end. The file must be able to peek */
    bool configuration_described;  /* in the description */
    uint32_t page_size;            /* for the description */
    migcore_vmdesc *description;   /* on save: gets the description, begun by its init call; NULL: there is none */
} migcore_qemu_stream;

/* What the release of this file has. */
static inline void migcore_qemu_stream_init(migcore_qemu_stream *stream, migcore_configuration *configuration)
{
    stream->configuration = MIGCORE_QEMU_API >= 204 ? configuration : NULL;
    stream->footers = MIGCORE_QEMU_API >= 204;
    stream->described = MIGCORE_QEMU_API >= 203;
    stream->configuration_described = MIGCORE_QEMU_API >= 802;
    stream->page_size = 4096;
    stream->description = NULL;
}

/* -- Errors -------------------------------------------------------------------------------------------------------- */

/* The error of the file, in words too unless errp has some already. */
static inline int migcore_qemu_priv_stream_error(QEMUFile *f, Error **errp)
{
    migcore_error report = { .size = sizeof report };
    char text[MIGCORE_QEMU_ERROR_TEXT];
    int error = migcore_qemu_priv_error(f);

    if (error == 0 || migcore_get_error(migcore_qemu_priv_visitor(f), &report) != MIGCORE_OK) {
        return error;
    }
    if (errp != NULL && *errp == NULL) {
        (void)migcore_error_text(&report, text, sizeof text);
        error_setg(errp, "%s", text);
    }
    return report.status == MIGCORE_UNKNOWN_FORMAT || report.status == MIGCORE_OBSOLETE_FORMAT ? -ENOTSUP : error;
}

/* Ends the visit at the device of this name. */
static inline int migcore_qemu_priv_stop(QEMUFile *f, const char *name, migcore_status status, Error **errp)
{
    (void)migcore_fail(migcore_qemu_priv_visitor(f), name, status, -EINVAL);
    return migcore_qemu_priv_stream_error(f, errp);
}

/* Whether something forbids to save and to load: a registration that was refused, a device that cannot be migrated. */
static inline int migcore_qemu_blocked(const migcore_qemu_registry *registry, Error **errp)
{
    if (registry->failed != 0) {
        error_setg(errp, "device '%s' could not be registered", registry->failed_name);
        return registry->failed;
    }
    for (const migcore_qemu_entry *entry = registry->first; entry != NULL; entry = entry->next) {
        if (entry->unmigratable) {
            error_setg(errp, "State blocked by non-migratable device '%s'", entry->name);
            return -EINVAL;
        }
    }
    return 0;
}

/* -- A device ------------------------------------------------------------------------------------------------------ */

static inline int migcore_qemu_priv_run_table(QEMUFile *f, const migcore_qemu_entry *entry, migcore_vmdesc *description,
                                              Error **errp)
{
    migcore_qemu_walk walk = { .file = f, .description = description, .table = entry->table };
    migcore_vmstate_host host = migcore_qemu_vmstate_host(&walk);

    return migcore_qemu_walk_result(&walk, migcore_visit_vmstate(migcore_qemu_priv_visitor(f), entry->table, entry->opaque,
                                                                 &host), errp);
}

/* The oldest version that a device reads. */
static inline uint32_t migcore_qemu_priv_minimum(const migcore_qemu_entry *entry)
{
    const migcore_vmstate *table = entry->table;

    if (table == NULL) {
        return 0;
    }
    return (uint32_t)(table->load_state_old != NULL ? table->minimum_version_id_old : table->minimum_version_id);
}

/* The payload of a section. */
static inline int migcore_qemu_priv_save_payload(QEMUFile *f, const migcore_qemu_entry *entry, migcore_vmdesc *description,
                                                 Error **errp)
{
    migcore_visitor *v = migcore_qemu_priv_visitor(f);
    uint64_t start = migcore_position(v);
    int result = 0, error;

    migcore_begin_device(v, entry->name, entry->instance, entry->version, entry->version);
    if (entry->table != NULL) {
        migcore_vmdesc_begin_device(description, entry->name, entry->instance);
        result = migcore_qemu_priv_run_table(f, entry, description, errp);
        migcore_vmdesc_end_device(description);
    } else {
        entry->save(f, entry->opaque);
        migcore_vmdesc_handler(description, entry->name, entry->instance, migcore_position(v) - start);
    }
    migcore_end_device(v);
    error = migcore_qemu_priv_stream_error(f, errp);
    return result != 0 ? result : error;
}

/* -- Saving -------------------------------------------------------------------------------------------------------- */

static inline bool migcore_qemu_priv_is_early(const migcore_qemu_entry *entry)
{
    return entry->table != NULL && entry->table->early_setup;
}

static inline bool migcore_qemu_priv_is_sent(const migcore_qemu_entry *entry)
{
    if (entry->table == NULL) {
        return entry->save != NULL;
    }
    return entry->table->needed == NULL || entry->table->needed(entry->opaque);
}

static inline void migcore_qemu_priv_put_record(QEMUFile *f, migcore_record record)
{
    record.size = sizeof record;
    migcore_framing_record(migcore_qemu_priv_visitor(f), &record);
}

/* One device with its head and footer. */
static inline int migcore_qemu_save_section(QEMUFile *f, const migcore_qemu_entry *entry, const migcore_qemu_stream *stream,
                                            Error **errp)
{
    migcore_record record = { .kind = MIGCORE_RECORD_FULL, .section = entry->section, .instance = entry->instance };
    int result;

    record.version = entry->version;
    memcpy(record.name, entry->name, sizeof record.name);
    migcore_qemu_priv_put_record(f, record);
    result = migcore_qemu_priv_save_payload(f, entry, stream->description, errp);
    if (result != 0) {
        return result;
    }
    if (stream->footers) {
        migcore_framing_footer(migcore_qemu_priv_visitor(f), entry->section);
    }
    return migcore_qemu_priv_stream_error(f, errp);
}

/* The sections of all devices. */
static inline int migcore_qemu_save_sections(const migcore_qemu_registry *registry, QEMUFile *f,
                                             const migcore_qemu_stream *stream, Error **errp)
{
    for (int late = 0; late < 2; late++) {
        for (const migcore_qemu_entry *entry = registry->first; entry != NULL; entry = entry->next) {
            int result = 0;

            if (migcore_qemu_priv_is_early(entry) != (late == 1) && migcore_qemu_priv_is_sent(entry)) {
                result = migcore_qemu_save_section(f, entry, stream, errp);
            }
            if (result != 0) {
                return result;
            }
        }
    }
    return migcore_qemu_priv_stream_error(f, errp);
}

/* -- The configuration in the description -------------------------------------------------------------------------- */

static inline void migcore_qemu_priv_describe_field(migcore_vmdesc *description, const char *name, uint64_t count,
                                                    const char *type, uint64_t size)
{
    migcore_vmdesc_begin_object(description, NULL);
    migcore_vmdesc_string(description, "name", name);
    if (count > 1) {
        migcore_vmdesc_unsigned(description, "array_len", count);
    }
    migcore_vmdesc_string(description, "type", type);
    migcore_vmdesc_unsigned(description, "size", size);
    migcore_vmdesc_end_object(description);
}

static inline void migcore_qemu_priv_describe_table(migcore_vmdesc *description, const char *name)
{
    migcore_vmdesc_string(description, "vmsd_name", name);
    migcore_vmdesc_unsigned(description, "version", 1);
    migcore_vmdesc_begin_array(description, "fields");
}

static inline void migcore_qemu_priv_begin_part(migcore_vmdesc *description, const char *name)
{
    migcore_vmdesc_begin_object(description, NULL);
    migcore_qemu_priv_describe_table(description, name);
}

static inline void migcore_qemu_priv_end_part(migcore_vmdesc *description)
{
    migcore_vmdesc_end_array(description);
    migcore_vmdesc_end_object(description);
}

static inline void migcore_qemu_priv_describe_parts(migcore_vmdesc *description, const migcore_configuration *configuration)
{
    uint64_t count = 0;

    if (configuration->parts & MIGCORE_CONFIGURATION_PAGE_BITS) {
        migcore_qemu_priv_begin_part(description, "configuration/target-page-bits");
        migcore_qemu_priv_describe_field(description, "target_page_bits", 1, "uint32", 4);
        migcore_qemu_priv_end_part(description);
    }
    for (const char *name = configuration->capabilities; *name != '\0'; name += strlen(name) + 1) {
        count++;
    }
    if (count > 0) {
        migcore_qemu_priv_begin_part(description, "configuration/capabilities");
        migcore_qemu_priv_describe_field(description, "caps_count", 1, "uint32", 4);
        migcore_qemu_priv_describe_field(description, "capabilities", count, "capability",
                                         strlen(configuration->capabilities) + 1);
        migcore_qemu_priv_end_part(description);
    }
    if (configuration->parts & MIGCORE_CONFIGURATION_UUID) {
        migcore_qemu_priv_begin_part(description, "configuration/uuid");
        migcore_qemu_priv_describe_field(description, "uuid.data", 16, "uint8", 1);
        migcore_qemu_priv_end_part(description);
    }
}

/* What a configuration has was written before, and so found right. */
static inline void migcore_qemu_priv_describe_configuration(migcore_vmdesc *description,
                                                            const migcore_configuration *configuration)
{
    migcore_vmdesc_begin_configuration(description);
    migcore_qemu_priv_describe_table(description, "configuration");
    migcore_qemu_priv_describe_field(description, "len", 1, "uint32", 4);
    migcore_qemu_priv_describe_field(description, "name", 1, "buffer", strlen(configuration->machine));
    migcore_vmdesc_end_array(description);
    if (configuration->parts != 0 || configuration->capabilities[0] != '\0') {
        migcore_vmdesc_begin_array(description, "subsections");
        migcore_qemu_priv_describe_parts(description, configuration);
        migcore_vmdesc_end_array(description);
    }
    migcore_vmdesc_end_configuration(description);
}

/* Header and configuration. */
static inline void migcore_qemu_priv_save_head(QEMUFile *f, const migcore_qemu_stream *stream)
{
    migcore_visitor *v = migcore_qemu_priv_visitor(f);

    migcore_framing_header(v);
    if (stream->configuration != NULL) {
        migcore_qemu_priv_put_record(f, (migcore_record) { .kind = MIGCORE_RECORD_CONFIGURATION });
        migcore_framing_configuration(v, stream->configuration);
    }
    if (stream->description != NULL) {
        migcore_vmdesc_begin_stream(stream->description, stream->page_size);
        if (stream->configuration_described && stream->configuration != NULL && migcore_get_status(v) == MIGCORE_OK) {
            migcore_qemu_priv_describe_configuration(stream->description, stream->configuration);
        }
    }
}

/* The end, and the description behind it. */
static inline void migcore_qemu_priv_save_end(QEMUFile *f, const migcore_qemu_stream *stream)
{
    migcore_visitor *v = migcore_qemu_priv_visitor(f);
    const char *text = NULL;
    size_t length = 0;
    migcore_status status;

    migcore_qemu_priv_put_record(f, (migcore_record) { .kind = MIGCORE_RECORD_EOF });
    if (stream->description == NULL) {
        return;
    }
    migcore_vmdesc_end_stream(stream->description);
    status = migcore_vmdesc_finish(stream->description, &text, &length);
    if (status != MIGCORE_OK || length > UINT32_MAX) {
        migcore_fail(v, "vmdesc", status != MIGCORE_OK ? status : MIGCORE_TOO_LONG, 0);
        return;
    }
    migcore_qemu_priv_put_record(f, (migcore_record) { .kind = MIGCORE_RECORD_DESCRIPTION, .length = (uint32_t)length });
    migcore_put_raw(v, text, length);
}

/* A whole stream. */
static inline int migcore_qemu_savevm(const migcore_qemu_registry *registry, QEMUFile *f, const migcore_qemu_stream *stream,
                                      Error **errp)
{
    int result = migcore_qemu_blocked(registry, errp);

    if (result != 0) {
        return result;
    }
    migcore_qemu_priv_save_head(f, stream);
    result = migcore_qemu_save_sections(registry, f, stream, errp);
    if (result != 0) {
        return result;
    }
    migcore_qemu_priv_save_end(f, stream);
    migcore_flush(migcore_qemu_priv_visitor(f));
    return migcore_qemu_priv_stream_error(f, errp);
}

#endif /* MIGCORE_QEMU_SAVEVM_H */
