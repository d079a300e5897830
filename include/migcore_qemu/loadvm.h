/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/loadvm.h - whole streams of QEMU are loaded; QEMU's names for saving and loading. Included by migcore_qemu.h.
 *
 * Loading follows the stream. Refused are: another machine, an unknown section, a version that the device does not read, a
 * footer that is missing or of another section, an unknown record; and, otherwise than by QEMU, a second section of a table,
 * since what the first one allocated would be lost. No error are: sections that are missing; other numbers of sections; what
 * follows the end. Commands are passed over; what is in a package is read. The type of the machine must be the same, where
 * QEMU also takes one that begins with that of the stream.
 *
 * What tables allocate has the limit MIGCORE_QEMU_ALLOCATION for each device. A pair of functions may get as many sections
 * as the stream has, and limits by itself what it allocates.
 *
 * What the functions return is QEMU's: 0 or a negative errno. A device that was loaded before an error keeps what it got.
 */
#ifndef MIGCORE_QEMU_LOADVM_H
#define MIGCORE_QEMU_LOADVM_H

static inline bool migcore_qemu_priv_is_named(const migcore_qemu_entry *entry, const char *name, uint32_t instance)
{
    bool alias = entry->has_alias && instance == entry->alias;

    if (strcmp(entry->name, name) == 0 && (instance == entry->instance || alias)) {
        return true;
    }
    return entry->plain != 0 && strcmp(entry->name + entry->plain, name) == 0 &&
           (instance == entry->plain_instance || alias);
}

/* The device that a section is of: the first one in the order of the registry. Where several have the name and the
   instance, it is the first of which no section came yet. */
static inline migcore_qemu_entry *migcore_qemu_priv_find_entry(const migcore_qemu_registry *registry, const char *name,
                                                               uint32_t instance)
{
    migcore_qemu_entry *first = NULL;

    for (migcore_qemu_entry *entry = registry->first; entry != NULL; entry = entry->next) {
        if (migcore_qemu_priv_is_named(entry, name, instance)) {
            if (!entry->is_open) {
                return entry;
            }
            first = first == NULL ? entry : first;
        }
    }
    return first;
}

/* The device whose section with this number was begun, and may go on: one without a table. */
static inline const migcore_qemu_entry *migcore_qemu_priv_find_open(const migcore_qemu_registry *registry, uint32_t section)
{
    for (const migcore_qemu_entry *entry = registry->first; entry != NULL; entry = entry->next) {
        if (entry->is_open && entry->table == NULL && entry->open_section == section) {
            return entry;
        }
    }
    return NULL;
}

/* A section that says what it is of; its record begins at byte `start`. */
static inline const migcore_qemu_entry *migcore_qemu_priv_open_section(const migcore_qemu_registry *registry, QEMUFile *f,
                                                                       const migcore_record *record, uint64_t start,
                                                                       Error **errp)
{
    migcore_qemu_entry *entry = migcore_qemu_priv_find_entry(registry, record->name, record->instance);

    if (entry == NULL) {
        error_setg(errp, "Unknown section or instance '%s' %u, section %u at byte %llu of the stream", record->name,
                   (unsigned)record->instance, (unsigned)record->section, (unsigned long long)start);
        (void)migcore_qemu_priv_stop(f, record->name, MIGCORE_UNKNOWN_DEVICE, NULL);
        return NULL;
    }
    if (entry->is_open && entry->table != NULL) {
        error_setg(errp, "the section of '%s' %u comes twice, first as section %u, again as section %u at byte %llu of the "
                   "stream", record->name, (unsigned)record->instance, (unsigned)entry->open_section,
                   (unsigned)record->section, (unsigned long long)start);
        (void)migcore_qemu_priv_stop(f, record->name, MIGCORE_BAD_ORDER, NULL);
        return NULL;
    }
    if (record->version > entry->version) {
        error_setg(errp, "unsupported version %d for '%s' v%d, instance %u, section %u at byte %llu of the stream",
                   (int)record->version, record->name, (int)entry->version, (unsigned)record->instance,
                   (unsigned)record->section, (unsigned long long)start);
        (void)migcore_qemu_priv_stop(f, record->name, MIGCORE_TOO_NEW, NULL);
        return NULL;
    }
    entry->is_open = true;
    entry->open_section = record->section;
    entry->open_version = record->version;
    return entry;
}

/* The payload of a section. */
static inline int migcore_qemu_priv_load_payload(QEMUFile *f, const migcore_qemu_entry *entry, uint32_t version, Error **errp)
{
    migcore_visitor *v = migcore_qemu_priv_visitor(f);
    int result = 0, error;

    migcore_set_state_version(v, version);
    migcore_begin_device(v, entry->name, entry->instance, entry->version, migcore_qemu_priv_minimum(entry));
    if (migcore_get_status(v) != MIGCORE_OK) {
        return migcore_qemu_priv_stream_error(f, errp);
    }
    if (entry->table != NULL) {
        result = migcore_qemu_priv_run_table(f, entry, NULL, errp);
    } else if (entry->load != NULL) {
        result = entry->load(f, entry->opaque, (int)version);
        migcore_qemu_priv_set_error(f, result < 0 ? result : 0);
    } else {
        migcore_fail(v, NULL, MIGCORE_UNSUPPORTED, -EINVAL);
    }
    migcore_end_device(v);
    error = migcore_qemu_priv_stream_error(f, errp);
    return result < 0 ? result : error;
}

/* The footer of a section, which QEMU names by its device. */
static inline int migcore_qemu_priv_load_footer(QEMUFile *f, const migcore_qemu_entry *entry, uint32_t section, Error **errp)
{
    Error *error = NULL;
    int result;

    migcore_framing_footer(migcore_qemu_priv_visitor(f), section);
    result = migcore_qemu_priv_stream_error(f, errp != NULL ? &error : NULL);
    if (error != NULL) {
        error_setg(errp, "'%s' %u: %s", entry->name, (unsigned)entry->instance, error_get_pretty(error));
        error_free(error);
    }
    return result;
}

static inline int migcore_qemu_priv_load_section(const migcore_qemu_registry *registry, QEMUFile *f,
                                                 const migcore_qemu_stream *stream, const migcore_record *record,
                                                 uint64_t start, Error **errp)
{
    const migcore_qemu_entry *entry;
    int result;

    if (record->kind == MIGCORE_RECORD_START || record->kind == MIGCORE_RECORD_FULL) {
        entry = migcore_qemu_priv_open_section(registry, f, record, start, errp);
    } else {
        entry = migcore_qemu_priv_find_open(registry, record->section);
        if (entry == NULL) {
            error_setg(errp, "Unknown section %u: a part of it, at byte %llu of the stream, without its beginning",
                       (unsigned)record->section, (unsigned long long)start);
            (void)migcore_qemu_priv_stop(f, NULL, MIGCORE_UNKNOWN_DEVICE, NULL);
        }
    }
    if (entry == NULL) {
        return -EINVAL;
    }
    result = migcore_qemu_priv_load_payload(f, entry, entry->open_version, errp);
    if (result == 0 && stream->footers) {
        result = migcore_qemu_priv_load_footer(f, entry, record->section, errp);
    }
    return result;
}

/* A record that may not stand between sections. */
static inline int migcore_qemu_priv_misplaced(QEMUFile *f, const migcore_record *record, uint64_t start, Error **errp)
{
    const char *name = record->kind == MIGCORE_RECORD_FOOTER        ? "footer"
                     : record->kind == MIGCORE_RECORD_CONFIGURATION ? "configuration"
                                                                    : "description";

    error_setg(errp, "a section, a command or the end was expected, and a %s (type %u) found at byte %llu of the stream%s",
               name, (unsigned)record->kind, (unsigned long long)start,
               record->kind == MIGCORE_RECORD_FOOTER ? ": was it saved with footers?" : "");
    return migcore_qemu_priv_stop(f, name, MIGCORE_BAD_ORDER, errp);
}

/* Why there is no next record. Of a command, what was found is its number: its length is wrong. */
static inline int migcore_qemu_priv_no_record(QEMUFile *f, Error **errp)
{
    migcore_error report = { .size = sizeof report };
    int error = migcore_qemu_priv_stream_error(f, errp);

    if (migcore_get_error(migcore_qemu_priv_visitor(f), &report) == MIGCORE_OK && report.status == MIGCORE_BAD_VALUE &&
        report.found != 0) {
        return -ERANGE;
    }
    return error;
}

/* Sections and commands up to the end. */
static inline int migcore_qemu_load_sections(const migcore_qemu_registry *registry, QEMUFile *f,
                                             const migcore_qemu_stream *stream, Error **errp)
{
    migcore_visitor *v = migcore_qemu_priv_visitor(f);
    migcore_record record = { .size = sizeof record };
    int result = migcore_qemu_priv_stream_error(f, errp);

    for (migcore_qemu_entry *entry = registry->first; entry != NULL; entry = entry->next) {
        entry->is_open = false;
    }
    while (result == 0) {
        uint64_t start = migcore_qemu_file_position(f);

        if (migcore_framing_record(v, &record) != MIGCORE_OK) {
            return migcore_qemu_priv_no_record(f, errp);
        }
        switch (record.kind) {
        case MIGCORE_RECORD_EOF:
            return 0;
        case MIGCORE_RECORD_START:
        case MIGCORE_RECORD_PART:
        case MIGCORE_RECORD_END:
        case MIGCORE_RECORD_FULL:
            result = migcore_qemu_priv_load_section(registry, f, stream, &record, start, errp);
            break;
        case MIGCORE_RECORD_COMMAND:
            migcore_framing_skip(v, record.length);
            result = migcore_qemu_priv_stream_error(f, errp);
            break;
        default:
            result = migcore_qemu_priv_misplaced(f, &record, start, errp);
        }
    }
    return result;
}

/* Header and configuration. */
static inline int migcore_qemu_priv_load_head(QEMUFile *f, const migcore_qemu_stream *stream, Error **errp)
{
    migcore_visitor *v = migcore_qemu_priv_visitor(f);
    migcore_configuration found = { .size = sizeof found };
    uint8_t kind = 0;

    migcore_framing_header(v);
    if (stream->configuration != NULL) {
        migcore_get_raw(v, &kind, 1, NULL);
        if (migcore_get_status(v) == MIGCORE_OK && kind != MIGCORE_RECORD_CONFIGURATION) {
            error_setg(errp, "a configuration (type %u) was expected, and type %u found at byte %llu of the stream",
                       (unsigned)MIGCORE_RECORD_CONFIGURATION, (unsigned)kind,
                       (unsigned long long)migcore_qemu_file_position(f) - 1);
            migcore_fail(v, "configuration", MIGCORE_MISSING, -EINVAL);
        }
        migcore_framing_configuration(v, &found);
        migcore_framing_agree(v, &found, stream->configuration);
    }
    return migcore_qemu_priv_stream_error(f, errp);
}

/* The description, if there is one, as far as it is there. */
static inline void migcore_qemu_priv_pass_description(QEMUFile *f)
{
    migcore_visitor *v = migcore_qemu_priv_visitor(f);
    migcore_record record = { .size = sizeof record };
    uint8_t bytes[256];
    size_t got = 0;

    migcore_peek_raw(v, 0, bytes, 5, &got);
    if (got == 5 && bytes[0] == MIGCORE_RECORD_DESCRIPTION && migcore_framing_record(v, &record) == MIGCORE_OK) {
        while (record.length > 0) {
            size_t piece = record.length < sizeof bytes ? record.length : sizeof bytes;

            migcore_peek_raw(v, 0, bytes, piece, &got);
            if (got == 0) {
                return;
            }
            migcore_get_raw(v, bytes, got, NULL);
            record.length -= (uint32_t)got;
        }
    }
}

/* A whole stream. */
static inline int migcore_qemu_loadvm(const migcore_qemu_registry *registry, QEMUFile *f, const migcore_qemu_stream *stream,
                                      Error **errp)
{
    int result = migcore_qemu_blocked(registry, errp);

    if (result == 0) {
        result = migcore_qemu_priv_load_head(f, stream, errp);
    }
    if (result == 0) {
        result = migcore_qemu_load_sections(registry, f, stream, errp);
    }
    if (result == 0 && stream->described) {
        migcore_qemu_priv_pass_description(f);
        result = migcore_qemu_priv_stream_error(f, errp);
    }
    return result;
}

/* -- QEMU's names -------------------------------------------------------------------------------------------------- */

/* What the registry says of its streams, or what the release has for a machine of the type `none`. */
static inline migcore_qemu_stream migcore_qemu_priv_stream(const migcore_qemu_registry *registry, migcore_configuration *none)
{
    migcore_qemu_stream stream;

    if (registry->stream != NULL) {
        return *registry->stream;
    }
    memset(none, 0, sizeof *none);
    none->size = sizeof *none;
    memcpy(none->machine, "none", sizeof "none");
    migcore_qemu_stream_init(&stream, none);
    return stream;
}

/* All devices of MIGCORE_QEMU_REGISTRY, whose `stream` says what is around them. */
static inline int qemu_savevm_state(QEMUFile *f, Error **errp)
{
    migcore_qemu_registry *registry = MIGCORE_QEMU_REGISTRY;
    migcore_configuration none;
    migcore_qemu_stream stream = migcore_qemu_priv_stream(registry, &none);

    return migcore_qemu_savevm(registry, f, &stream, errp);
}

static inline int migcore_qemu_priv_loadvm(QEMUFile *f, Error **errp)
{
    migcore_qemu_registry *registry = MIGCORE_QEMU_REGISTRY;
    migcore_configuration none;
    migcore_qemu_stream stream = migcore_qemu_priv_stream(registry, &none);

    return migcore_qemu_loadvm(registry, f, &stream, errp);
}

#if MIGCORE_QEMU_API >= 1002
static inline int qemu_loadvm_state(QEMUFile *f, Error **errp)
{
    return migcore_qemu_priv_loadvm(f, errp);
}
#else
static inline int qemu_loadvm_state(QEMUFile *f)
{
    return migcore_qemu_priv_loadvm(f, NULL);
}
#endif

#if MIGCORE_QEMU_API >= 103
static inline bool qemu_savevm_state_blocked(Error **errp)
{
    return migcore_qemu_blocked(MIGCORE_QEMU_REGISTRY, errp) != 0;
}
#endif

/* -- The same devices over other wires ----------------------------------------------------------------------------- */

/* Visits a registered device, on any wire: what a migcore_device calls. */
static inline migcore_status migcore_qemu_visit_entry(migcore_visitor *v, void *opaque)
{
    const migcore_qemu_entry *entry = (const migcore_qemu_entry *)opaque;

    if (entry->table != NULL) {
        return migcore_qemu_visit_vmstate(v, (const VMStateDescription *)entry->table, entry->opaque);
    }
    if (migcore_is_loading(v) ? entry->load == NULL : entry->save == NULL) {
        return migcore_fail(v, NULL, MIGCORE_UNSUPPORTED, -EINVAL);
    }
    return migcore_qemu_visit_handlers(v, entry->save, entry->load, entry->opaque);
}

/* Fills a table of devices for a migcore_machine, and says how many there are; more than `capacity` are not written. To
   save, those that are not needed are left out, so it is made anew for each save; to load, all that may be missing are
   optional. A device with a table loads also what a pair of functions put before it had one (migcore_visit_blob). */
static inline size_t migcore_qemu_machine_devices(const migcore_qemu_registry *registry, migcore_device *devices,
                                                  size_t capacity, bool saving)
{
    size_t count = 0;

    for (migcore_qemu_entry *entry = registry->first; entry != NULL; entry = entry->next) {
        migcore_device device = { .size = sizeof device };

        if (saving ? !migcore_qemu_priv_is_sent(entry) : entry->table == NULL && entry->load == NULL) {
            continue;
        }
        device.name = entry->name;
        device.instance = entry->instance;
        device.version = entry->version;
        device.minimum_version = migcore_qemu_priv_minimum(entry);
        device.visit = migcore_qemu_visit_entry;
        device.blob = entry->table != NULL ? migcore_visit_blob : NULL;
        device.flags = !saving && entry->table != NULL && entry->table->needed != NULL ? MIGCORE_DEVICE_OPTIONAL : 0;
        device.opaque = entry;
        if (count < capacity) {
            devices[count] = device;
        }
        count++;
    }
    return count;
}

#endif /* MIGCORE_QEMU_LOADVM_H */
