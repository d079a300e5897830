/*
 * migcore.h: visits the state of virtual machines and devices, and encodes it.
 *
 * One function visits the state of a device, and saves or loads it:
 *
 *     static void timer_visit(migcore_visitor *v, struct timer *s)
 *     {
 *         migcore_visit_u32(v, "control", &s->control);
 *         migcore_visit_u16(v, "reload", &s->reload);
 *         migcore_visit_bool_since(v, "armed", &s->armed, 2, false);
 *     }
 *
 *     migcore_legacy legacy;
 *     migcore_legacy_save_memory(&legacy, sizeof legacy, bytes, sizeof bytes, NULL);
 *     migcore_begin_device(&legacy.visitor, "timer", 0, 2, 1);
 *     timer_visit(&legacy.visitor, &timer);
 *     migcore_end_device(&legacy.visitor);
 *     migcore_status status = migcore_finish(&legacy.visitor);
 *
 * Another wire is another way to begin; here chunks, a stream that describes itself:
 *
 *     migcore_chunk_saver saver;
 *     unsigned char scratch[MIGCORE_CHUNK_SCRATCH];
 *     migcore_chunk_save_memory(&saver, sizeof saver, bytes, sizeof bytes, scratch, sizeof scratch,
 *                               NULL, NULL);
 *
 * Errors: every call returns a migcore_status. The first error of a visit is kept; after it every
 * call returns it and does nothing, so it is enough to check once, at the end; also when the visitor
 * could not be begun. migcore_get_error tells what happened, where in the state and where in the
 * stream.
 *
 * Memory: the library never allocates. Objects live in storage of the caller, hold no pointer into
 * themselves and need no destructor. Pointers that are given to a call are used during that call
 * only, where its text does not say otherwise. Values may be unaligned. NULL where it is not allowed
 * is an error, not a crash; a name may be NULL. Saving only reads: cast a state that is const.
 *
 * A load that fails has stored what came before the fault: load into a copy, or reset the device.
 *
 * What is where, in this order:
 *
 *     migcore_status, migcore_error_text, migcore_visit_error    what went wrong; to tell it to the other side
 *     migcore_kernels_detect                                     fast loops for this processor
 *     migcore_legacy_*, migcore_observer_*                       visitors: QEMU's bytes; one that shows items
 *     migcore_is_loading, migcore_require, migcore_finish, ...   questions to a visitor, and its end
 *     migcore_visit_TYPE, _since, _or, _array, _varray           the items of a device
 *     migcore_begin_*, migcore_end_*                             its structs, lists, subsections; the device itself
 *     migcore_put_raw, migcore_get_raw                           what is not visited yet
 *     migcore_visit_vmstate, migcore_vmstate_*                   devices by tables; their macros: migcore_vmstate.h
 *     migcore_visit_blob                                         what older versions have as bytes, and this one visits
 *     migcore_framing_*                                          whole QEMU streams: header, sections, commands, end
 *     migcore_vmdesc_*                                           QEMU's description of what is saved; JSON
 *     migcore_chunk_save_*, migcore_chunk_load_*                 visitors over chunks, and what they tell
 *     migcore_chunk_check, migcore_chunk_walk_*                  a stream in memory as a whole
 *     migcore_chunk_receiver_*                                   a stream on its way in: from a socket, from a file
 *     migcore_chunk_replay_*                                     from chunks to any visitor that saves
 *     migcore_ram_*                                              the memory of a machine, beside its devices
 *     migcore_tree_*                                             states as data: read, changed, compared, printed
 *     migcore_machine_*                                          all devices of a program: save, check, load, undo
 *     migcore_profile_*                                          older versions of a machine; macros: migcore_profile.h
 *     migcore_compat_*                                           from version to version; macros: migcore_compat.h
 *     migcore_manifest_*, migcore_preflight                      what a receiver accepts; whether it loads a state
 *     migcore_tree_open, migcore_tree_close                      opaque fields, such as those of virtio devices
 *
 * A hypervisor begins with migcore_machine_*, migcore_ram_* and migcore_chunk_receiver_*; a device needs
 * migcore_visit_* and migcore_begin_* alone.
 *
 * Threads: no global state; an object belongs to one thread at a time. Callbacks return normally: no
 * longjmp and no exception through the library.
 *
 * Made by cbindgen from the crate migcore-ffi (`make header`); not to be edited.
 */

#ifndef MIGCORE_H
#define MIGCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What `write`, `read` and `peek` return when they were interrupted before they did anything (as
 * EINTR): they are called again, at most 1000 times in a row. */
#define MIGCORE_IO_RETRY (-32767)

struct migcore_vmstate_field;

/**
 * How deep scopes may nest: a device counts, elements of lists do not.
 */
#define MIGCORE_MAX_DEPTH 16

/**
 * The longest name of a field, scope or subsection, in bytes without the NUL.
 */
#define MIGCORE_MAX_NAME 255

/**
 * The version of the library, as major * 1000000 + minor * 1000 + patch.
 */
#define MIGCORE_VERSION 1000

/**
 * The version of the binary interface. A program and a library of the same number fit together.
 */
#define MIGCORE_ABI_VERSION 0

/**
 * The room for a path in a report, with its NUL.
 */
#define MIGCORE_PATH_SIZE 128

/**
 * The buffer that a stream needs so that subsections can be found without a peek callback.
 */
#define MIGCORE_LOOK_AHEAD 257

/**
 * What migcore_state_version returns where nobody told a version: newer than any, so that nothing is
 * left out.
 */
#define MIGCORE_NEWEST 4294967295

/**
 * A reader that does not know the item may skip it. Everything else is critical.
 */
#define MIGCORE_MARK_ANCILLARY 1

/**
 * Tools do not show the value.
 */
#define MIGCORE_MARK_SECRET 2

/**
 * The value does not count when states are compared, as that of a clock.
 */
#define MIGCORE_MARK_VOLATILE 4

/**
 * With MIGCORE_MARK_ANCILLARY: the item stays true whatever becomes of the rest of the state. A program
 * that does not know it may keep it and send it on.
 */
#define MIGCORE_MARK_SAFE_TO_COPY 8

/**
 * A buffer whose inside is not described: a device that is not converted yet, a foreign format.
 */
#define MIGCORE_MARK_OPAQUE 16

/**
 * As a version that fields are saved since: never, so a state of any version is saved as a blob.
 */
#define MIGCORE_ALWAYS_BLOB 4294967295

/**
 * The records end. Only a description may follow.
 */
#define MIGCORE_RECORD_EOF 0

/**
 * The first part of a live section; its payload follows.
 */
#define MIGCORE_RECORD_START 1

/**
 * One more part of a live section; its payload follows.
 */
#define MIGCORE_RECORD_PART 2

/**
 * The last part of a live section; its payload follows.
 */
#define MIGCORE_RECORD_END 3

/**
 * A section that is written at once; its payload follows.
 */
#define MIGCORE_RECORD_FULL 4

/**
 * The description of the devices; its text follows.
 */
#define MIGCORE_RECORD_DESCRIPTION 6

/**
 * The configuration follows: migcore_framing_configuration.
 */
#define MIGCORE_RECORD_CONFIGURATION 7

/**
 * A command; its data follow.
 */
#define MIGCORE_RECORD_COMMAND 8

/**
 * The payload of a section ended.
 */
#define MIGCORE_RECORD_FOOTER 126

/**
 * The destination is to open the return path.
 */
#define MIGCORE_COMMAND_OPEN_RETURN_PATH 1

/**
 * The destination is to send a number of four bytes back.
 */
#define MIGCORE_COMMAND_PING 2

/**
 * Postcopy may follow.
 */
#define MIGCORE_COMMAND_POSTCOPY_ADVISE 3

/**
 * The destination is to take pages while it loads devices.
 */
#define MIGCORE_COMMAND_POSTCOPY_LISTEN 4

/**
 * The destination is to run.
 */
#define MIGCORE_COMMAND_POSTCOPY_RUN 5

/**
 * Pages that were sent and are not good any more.
 */
#define MIGCORE_COMMAND_POSTCOPY_RAM_DISCARD 6

/**
 * Records in a package: its length is in the data, and it follows behind them.
 */
#define MIGCORE_COMMAND_PACKAGED 7

/**
 * The two sides go on in lockstep.
 */
#define MIGCORE_COMMAND_ENABLE_COLO 8

/**
 * A postcopy that was interrupted goes on.
 */
#define MIGCORE_COMMAND_POSTCOPY_RESUME 9

/**
 * The destination is to tell which pages of a block it has.
 */
#define MIGCORE_COMMAND_RECV_BITMAP 10

/**
 * The last phase begins.
 */
#define MIGCORE_COMMAND_SWITCHOVER_START 11

/**
 * A `migcore_configuration` has `page_bits`.
 */
#define MIGCORE_CONFIGURATION_PAGE_BITS 1

/**
 * A `migcore_configuration` has `uuid`.
 */
#define MIGCORE_CONFIGURATION_UUID 2

/**
 * The room for the names of capabilities, with their NULs and the one at the end.
 */
#define MIGCORE_CAPABILITIES_SIZE 1025

/**
 * The room for a name with its NUL.
 */
#define MIGCORE_NAME_SIZE 256

/**
 * The bytes that one visit may allocate, where the host does not say otherwise.
 */
#define MIGCORE_VMSTATE_ALLOCATION 16777216

/**
 * One value.
 */
#define MIGCORE_VMSTATE_FLAG_SINGLE 1

/**
 * The member is a pointer to what is visited.
 */
#define MIGCORE_VMSTATE_FLAG_POINTER 2

/**
 * `num` elements
 */
#define MIGCORE_VMSTATE_FLAG_ARRAY 4

/**
 * An element is visited by `vmsd`, at the version of that table.
 */
#define MIGCORE_VMSTATE_FLAG_STRUCT 8

/**
 * As many elements as the `int32_t` at `num_offset` says
 */
#define MIGCORE_VMSTATE_FLAG_VARRAY_I32 16

/**
 * Bytes.
 */
#define MIGCORE_VMSTATE_FLAG_BUFFER 32

/**
 * Each element is a pointer to what is visited.
 */
#define MIGCORE_VMSTATE_FLAG_ARRAY_OF_POINTER 64

/**
 * As many elements as the `uint16_t` at `num_offset` says
 */
#define MIGCORE_VMSTATE_FLAG_VARRAY_U16 128

/**
 * An element is as long as the `int32_t` at `size_offset` says.
 */
#define MIGCORE_VMSTATE_FLAG_VBUFFER 256

/**
 * That many times `size`
 */
#define MIGCORE_VMSTATE_FLAG_MULTIPLY 512

/**
 * As many elements as the `uint8_t` at `num_offset` says
 */
#define MIGCORE_VMSTATE_FLAG_VARRAY_U8 1024

/**
 * As many elements as the `uint32_t` at `num_offset` says; more than INT32_MAX are none.
 */
#define MIGCORE_VMSTATE_FLAG_VARRAY_U32 2048

/**
 * It is an error if the field does not exist.
 */
#define MIGCORE_VMSTATE_FLAG_MUST_EXIST 4096

/**
 * With MIGCORE_VMSTATE_FLAG_POINTER: a load allocates what the member points to.
 */
#define MIGCORE_VMSTATE_FLAG_ALLOC 8192

/**
 * The number of elements is that times `num`.
 */
#define MIGCORE_VMSTATE_FLAG_MULTIPLY_ELEMENTS 16384

/**
 * As MIGCORE_VMSTATE_FLAG_STRUCT, at `struct_version_id`
 */
#define MIGCORE_VMSTATE_FLAG_VSTRUCT 32768

/**
 * The end of the fields
 */
#define MIGCORE_VMSTATE_FLAG_END 65536

/**
 * As many elements as the unsigned number of `num_width` bytes at `num_offset` says
 */
#define MIGCORE_VMSTATE_FLAG_VARRAY 262144

/**
 * With MIGCORE_VMSTATE_FLAG_ARRAY_OF_POINTER: which elements are NULL is in the stream, and a load allocates the
 * others.
 */
#define MIGCORE_VMSTATE_FLAG_AUTO_ALLOC 524288

/**
 * The scratch memory that a writer needs for names of up to 64 bytes; for longer ones see
 * migcore_chunk_scratch.
 */
#define MIGCORE_CHUNK_SCRATCH 256

/**
 * The memory for one item of an index: see migcore_chunk_load_memory.
 */
#define MIGCORE_INDEX_ENTRY 88

/**
 * The room for the type of a chunk, with its NUL.
 */
#define MIGCORE_CHUNK_TYPE_SIZE 5

/**
 * The most blocks of a machine.
 */
#define MIGCORE_RAM_BLOCKS 256

/**
 * What a node takes beside its name and bytes; and what an empty tree takes.
 */
#define MIGCORE_TREE_NODE 48

/**
 * The size of a digest in bytes.
 */
#define MIGCORE_DIGEST_SIZE 32

/**
 * Leaves out of a digest what is marked volatile, with all that is inside.
 */
#define MIGCORE_DIGEST_WITHOUT_VOLATILE 1

/**
 * In `flags` of a migcore_difference: it does not count.
 */
#define MIGCORE_DIFFERENCE_VOLATILE 1

/**
 * In `flags` of a migcore_difference: its value is not to be shown.
 */
#define MIGCORE_DIFFERENCE_SECRET 2

/**
 * The memory for one item of an index: see migcore_tree_diff.
 */
#define MIGCORE_TREE_INDEX_ENTRY 16

/**
 * A stream may lack the device; then its state stays as it is, and of its hooks for a load only `load_done` is
 * called.
 */
#define MIGCORE_DEVICE_OPTIONAL 1

/**
 * `oldest_reader` counts. Without this flag only the version that saves and newer ones can read.
 */
#define MIGCORE_DEVICE_OLDER_READERS 2

/**
 * How much is known of the state that a device accepts: nothing but its versions.
 */
#define MIGCORE_KNOWN_NOTHING 0

/**
 * One shape that it accepts. It may accept others, where code of the device decides which items there are.
 */
#define MIGCORE_KNOWN_SAMPLE 1

/**
 * All that it accepts: the device reads the same items whatever their values are, but for those that it does without.
 */
#define MIGCORE_KNOWN_ALL 2

/**
 * No feature has this name.
 */
#define MIGCORE_NO_FEATURE 4294967295

/**
 * It loads, as far as items, types and versions tell. What hooks refuse is not known before.
 */
#define MIGCORE_ANSWER_LOADS 0

/**
 * It loads, and what was found is lost.
 */
#define MIGCORE_ANSWER_LOSSES 1

/**
 * It is refused.
 */
#define MIGCORE_ANSWER_REFUSED 2

/**
 * That depends on what is not known here.
 */
#define MIGCORE_ANSWER_CANNOT_TELL 3

/**
 * The receiver does not have this device.
 */
#define MIGCORE_REASON_UNKNOWN_DEVICE 1

/**
 * The receiver needs this device, and the state does not have it.
 */
#define MIGCORE_REASON_MISSING_DEVICE 2

/**
 * The state has this device twice.
 */
#define MIGCORE_REASON_REPEATED_DEVICE 3

/**
 * The state is of a newer version than the receiver loads.
 */
#define MIGCORE_REASON_TOO_NEW 4

/**
 * The state is of an older version than the receiver loads.
 */
#define MIGCORE_REASON_TOO_OLD 5

/**
 * The receiver does not know this item.
 */
#define MIGCORE_REASON_UNKNOWN_ITEM 6

/**
 * The receiver does not know this subsection.
 */
#define MIGCORE_REASON_UNKNOWN_SUBSECTION 7

/**
 * The receiver needs this item, and the state does not have it.
 */
#define MIGCORE_REASON_MISSING_ITEM 8

/**
 * The item is of a type that the receiver cannot take.
 */
#define MIGCORE_REASON_WRONG_TYPE 9

/**
 * The receiver takes another number of elements or bytes.
 */
#define MIGCORE_REASON_WRONG_COUNT 10

/**
 * The value must be another one.
 */
#define MIGCORE_REASON_VALUE_DIFFERS 11

/**
 * What the receiver does not know is marked as what may be skipped: it is lost there.
 */
#define MIGCORE_REASON_SKIPPED 12

/**
 * A transform loses this.
 */
#define MIGCORE_REASON_LOST 13

/**
 * A transform would lose this, and the policy does not allow it.
 */
#define MIGCORE_REASON_LOSS_REFUSED 14

/**
 * There is no route between the versions.
 */
#define MIGCORE_REASON_NO_ROUTE 15

/**
 * A transform fails.
 */
#define MIGCORE_REASON_STEP_FAILED 16

/**
 * The receiver lacks a capability.
 */
#define MIGCORE_REASON_CAPABILITY 17

/**
 * Nothing is known of the state that the device accepts.
 */
#define MIGCORE_REASON_NO_SHAPE 18

/**
 * The shape that is known is of another version.
 */
#define MIGCORE_REASON_OTHER_VERSION 19

/**
 * Bytes whose inside nobody describes.
 */
#define MIGCORE_REASON_OPAQUE 20

/**
 * It is not known whether there is room for so many.
 */
#define MIGCORE_REASON_ROOM 21

/**
 * The receiver does not have it now, so what it takes inside is not known.
 */
#define MIGCORE_REASON_NOT_THERE 22

/**
 * The receiver has a route from this version, whose outcome is not known here.
 */
#define MIGCORE_REASON_RECEIVER_CONVERTS 23

/**
 * The manifest or the state is too much to be compared.
 */
#define MIGCORE_REASON_TOO_MUCH_WORK 24

/**
 * The receiver wants another wire.
 */
#define MIGCORE_REASON_WIRE 25

/**
 * Several items have this name, and not as many on both sides: which of them the receiver takes is not known.
 */
#define MIGCORE_REASON_REPEATED_ITEM 26

/**
 * The value must be the receiver's own, which is not known.
 */
#define MIGCORE_REASON_VALUE_UNKNOWN 27

/**
 * It stands where the receiver reads something else: the wire has no names.
 */
#define MIGCORE_REASON_ORDER 28

/**
 * The room for what was expected or found, with its NUL.
 */
#define MIGCORE_DETAIL_SIZE 64

/**
 * A device that has no such property passes over the row.
 */
#define MIGCORE_PROFILE_OPTIONAL 1

/**
 * QEMU's bytes
 */
#define MIGCORE_WIRE_LEGACY 1

/**
 * Chunks
 */
#define MIGCORE_WIRE_CHUNK 2

/**
 * The step need not find anything.
 */
#define MIGCORE_STEP_OPTIONAL 1

/**
 * `place.after` is NULL, and means that the item is the first of its scope, not the last.
 */
#define MIGCORE_STEP_FIRST 2

/**
 * The same of `to.after`.
 */
#define MIGCORE_STEP_TO_FIRST 4

/**
 * Of a map: values that are in no pair stay; without it they are refused.
 */
#define MIGCORE_STEP_KEEP 8

/**
 * Of bits: the older ones may be any, and `bits` is 0.
 */
#define MIGCORE_STEP_ANY 16

/**
 * Of bits: the newer ones may be any, and `to_bits` is 0.
 */
#define MIGCORE_STEP_TO_ANY 32

/**
 * Any instance of a device; of one that comes: that of the device that it is split from, else 0
 */
#define MIGCORE_INSTANCE_ANY 4294967295

/**
 * Devices that no pattern names become of the version that the program speaks.
 */
#define MIGCORE_OTHERS_NEWEST 0

/**
 * They stay what they are.
 */
#define MIGCORE_OTHERS_KEEP 1

/**
 * No filter runs.
 */
#define MIGCORE_BORDER_NEITHER 0

/**
 * The state will be sent: filters see what leaves.
 */
#define MIGCORE_BORDER_LEAVING 1

/**
 * The state was received: filters see what arrives.
 */
#define MIGCORE_BORDER_ARRIVING 2

/**
 * The most patterns of devices that targets may have: with more a run is MIGCORE_TOO_MANY. The rest can be versions that
 * histories speak (MIGCORE_OTHERS_NEWEST), or be wanted in a further run.
 */
#define MIGCORE_MAX_WANTED 32

/**
 * What a call needs from the wire behind a visitor. Every function takes an object that is ready.
 *
 * All calls could go through `with`; those that a device makes once a field, and those that wrap
 * others' puts and gets, have a function of their own, with the wire's code inside.
 */
typedef struct migcore_operations migcore_operations;

/**
 * What every call returns: MIGCORE_OK, or why it failed. The numbers are stable and stand in
 * blocks by who is at fault: 1xx the stream, 2xx the versions, 3xx the caller, 4xx the I/O, 5xx a
 * limit, 6xx a device.
 */
typedef int32_t migcore_status;

/**
 * The full report of a visit's first fault.
 */
typedef struct migcore_error {
    /**
     * sizeof(migcore_error); the caller fills it in.
     */
    size_t size;
    /**
     * What happened.
     */
    migcore_status status;
    /**
     * The number that a callback or a device gave for its failure, such as -errno; or 0.
     */
    int32_t cause;
    /**
     * Where in the stream, in bytes from its start.
     */
    uint64_t offset;
    /**
     * What was wanted: bytes, elements, a version or a value, as the status says; or 0.
     */
    uint64_t expected;
    /**
     * What was there instead.
     */
    uint64_t found;
    /**
     * Where in the state, such as `nic/0.rx_ring[3].head`; shortened in the middle with `...` when
     * it is too long. Ends with a NUL.
     */
    char path[MIGCORE_PATH_SIZE];
} migcore_error;

/**
 * The head of every object that visits, whatever its wire. Its members are the library's own; a
 * pointer to it is what the calls of a visit take. An object belongs to one thread at a time, may be
 * moved in memory between two calls, and needs no destructor.
 */
typedef struct migcore_visitor {
    uint32_t state;
    migcore_status failure;
    const struct migcore_operations *operations;
} migcore_visitor;

/**
 * Fast loops for this processor. A NULL member means the portable loop. The functions may be called
 * from any thread, keep no state, and may not use a visitor.
 */
typedef struct migcore_kernels {
    /**
     * sizeof(migcore_kernels)
     */
    size_t size;
    /**
     * Continues the CRC-32 (ISO-HDLC, the one of PNG and zlib) `crc` over `length` bytes and
     * returns it; a new one begins with 0. `data` may be NULL if `length` is 0.
     */
    uint32_t (*crc32)(uint32_t crc, const uint8_t *data, size_t length);
    /**
     * Copies `length` bytes, a multiple of 2, and reverses the bytes of each element of 2. The
     * buffers do not overlap and need not be aligned; they may be NULL if `length` is 0.
     */
    void (*swap16)(uint8_t *to, const uint8_t *from, size_t length);
    /**
     * As `swap16`, for elements of 4 bytes.
     */
    void (*swap32)(uint8_t *to, const uint8_t *from, size_t length);
    /**
     * As `swap16`, for elements of 8 bytes.
     */
    void (*swap64)(uint8_t *to, const uint8_t *from, size_t length);
    /**
     * Copies `length` bytes and continues the CRC-32 `crc` over them, as `crc32` does. The buffers do not
     * overlap and need not be aligned; they may be NULL if `length` is 0. NULL: `crc32` and a copy in turns.
     */
    uint32_t (*copy_crc32)(uint32_t crc, uint8_t *to, const uint8_t *from, size_t length);
} migcore_kernels;

/**
 * Storage for a visitor over the legacy wire, of either direction. Give `&it.visitor` to the calls
 * of a visit.
 */
typedef struct migcore_legacy {
    /**
     * What the calls of a visit take.
     */
    struct migcore_visitor visitor;
    uint64_t reserved[112];
} migcore_legacy;

/**
 * Where a stream goes to. It is copied by the call that it is given to; `opaque` must stay valid as
 * long as the visitor is used. Callbacks return normally: no longjmp, no exception. They may not use
 * the visitor that called them.
 */
typedef struct migcore_sink {
    /**
     * sizeof(migcore_sink)
     */
    size_t size;
    /**
     * Takes the first bytes of `data`, at least one, and returns how many. 0 is a failure,
     * MIGCORE_IO_RETRY asks for another call, any other negative number is the sink's own error,
     * which the report keeps as its cause.
     */
    ptrdiff_t (*write)(void *opaque, const void *data, size_t length);
    /**
     * The position in the stream, for reports; NULL or a negative number: the library counts.
     */
    int64_t (*position)(void *opaque);
    /**
     * Handed to the callbacks.
     */
    void *opaque;
} migcore_sink;

/**
 * Where a stream comes from. Lifetime and callbacks as in migcore_sink.
 */
typedef struct migcore_source {
    /**
     * sizeof(migcore_source)
     */
    size_t size;
    /**
     * Puts the next bytes of the stream into `data`, at least one, and returns how many. 0 is the
     * end of the stream, MIGCORE_IO_RETRY asks for another call, any other negative number is the
     * source's own error, which the report keeps as its cause.
     */
    ptrdiff_t (*read)(void *opaque, void *data, size_t length);
    /**
     * Copies into `data` what follows the next `ahead` bytes of the stream, consuming nothing, and
     * returns how many bytes that were; less than `length` is the end of the stream. May be NULL:
     * then subsections can only be read through a buffer of at least MIGCORE_LOOK_AHEAD bytes.
     */
    ptrdiff_t (*peek)(void *opaque, size_t ahead, void *data, size_t length);
    /**
     * The position in the stream, for reports; NULL or a negative number: the library counts.
     */
    int64_t (*position)(void *opaque);
    /**
     * Handed to the callbacks.
     */
    void *opaque;
} migcore_source;

/**
 * Storage for a visitor that shows each item to a callback: to print a state, to trace it, to look
 * for one field. It saves, so it never writes to a device.
 */
typedef struct migcore_observer {
    /**
     * What the calls of a visit take.
     */
    struct migcore_visitor visitor;
    uint64_t reserved[112];
} migcore_observer;

/**
 * What kind of item is shown: one of the MIGCORE_ITEM_ constants.
 */
typedef uint32_t migcore_item_type;

/**
 * The type of a scalar: one of the MIGCORE_KIND_ constants.
 */
typedef uint32_t migcore_kind;

/**
 * One item of a state. Pointers that a callback is given are valid until it returns; members that the
 * type does not name are 0.
 */
typedef struct migcore_item {
    /**
     * sizeof(migcore_item) of the library
     */
    size_t size;
    /**
     * What kind of item.
     */
    migcore_item_type item_type;
    /**
     * The type of a scalar or of the elements of an array.
     */
    migcore_kind kind;
    /**
     * The name, not ended by a NUL.
     */
    const char *name;
    /**
     * The length of the name, 0 when there is none.
     */
    size_t name_length;
    /**
     * A scalar as an unsigned number of its own width: -1 as int8_t is 0xff, a float is its IEEE
     * representation.
     */
    uint64_t bits;
    /**
     * Bytes; the elements of an array in the machine's byte order.
     */
    const void *data;
    /**
     * The number of bytes at `data`.
     */
    size_t length;
    /**
     * The number of elements.
     */
    size_t count;
    /**
     * The instance of a device.
     */
    uint32_t instance;
    /**
     * The version of a device, a described struct or a subsection, as it is written.
     */
    uint32_t version;
    /**
     * MIGCORE_MARK_ constants.
     */
    uint32_t marks;
    /**
     * Whether the length or count is part of the state.
     */
    bool variable;
} migcore_item;

/**
 * Is shown one item. A status other than MIGCORE_OK ends the visit: one of the MIGCORE_ codes with
 * that code, any other number with MIGCORE_REFUSED and the number as its cause. It may not use the
 * visitor.
 */
typedef migcore_status (*migcore_observe)(void *opaque, const struct migcore_item *item);

/**
 * A part of a state that is written only when it is needed.
 */
typedef struct migcore_subsection {
    /**
     * sizeof(migcore_subsection)
     */
    size_t size;
    /**
     * The full name. It begins with the name of its owner, by custom followed by a slash:
     * `timer/expiry` belongs to `timer`.
     */
    const char *name;
    /**
     * The version that is written, and the newest that can be read.
     */
    uint32_t version;
    /**
     * The oldest version that can be read.
     */
    uint32_t minimum_version;
    /**
     * MIGCORE_MARK_ constants, or 0.
     */
    uint32_t marks;
    /**
     * Whether the state has anything to say here; NULL: always. Not asked on load.
     */
    bool (*needed)(void *opaque);
    /**
     * Visits the part.
     */
    migcore_status (*visit)(struct migcore_visitor *v, void *opaque);
} migcore_subsection;

/**
 * Visits a state: a return value other than MIGCORE_OK ends the visit.
 */
typedef migcore_status (*migcore_visit_function)(struct migcore_visitor *v, void *opaque);

/**
 * A record of a QEMU stream, as far as its own head tells. Members that its kind does not have are 0.
 */
typedef struct migcore_record {
    /**
     * sizeof(migcore_record); the caller fills it in.
     */
    size_t size;
    /**
     * A MIGCORE_RECORD_ constant: the byte that the record begins with.
     */
    uint32_t kind;
    /**
     * Of a section and of a footer: the number of the section in this stream.
     */
    uint32_t section;
    /**
     * Of START and FULL: tells sections of one name apart.
     */
    uint32_t instance;
    /**
     * Of START and FULL: the version of the state.
     */
    uint32_t version;
    /**
     * Of a command: a MIGCORE_COMMAND_ constant.
     */
    uint32_t command;
    /**
     * Of a command and of the description: so many bytes follow.
     */
    uint32_t length;
    /**
     * Of START and FULL: the name, which is not empty. Ends with a NUL.
     */
    char name[MIGCORE_NAME_SIZE];
} migcore_record;

/**
 * What a stream says of the machine that it is of.
 */
typedef struct migcore_configuration {
    /**
     * sizeof(migcore_configuration); the caller fills it in.
     */
    size_t size;
    /**
     * Which of the members below are there: MIGCORE_CONFIGURATION_ constants, or 0.
     */
    uint32_t parts;
    /**
     * How many bits of an address lie within a page of the target.
     */
    uint32_t page_bits;
    /**
     * The UUID of the machine.
     */
    uint8_t uuid[16];
    /**
     * The type of the machine. Ends with a NUL.
     */
    char machine[MIGCORE_NAME_SIZE];
    /**
     * The names of the capabilities that both sides must have, one behind the other, each with its NUL; an empty
     * one ends them.
     */
    char capabilities[MIGCORE_CAPABILITIES_SIZE];
} migcore_configuration;

/**
 * What a stream says of a device before its state.
 */
typedef struct migcore_device_head {
    /**
     * sizeof(migcore_device_head); the caller fills it in.
     */
    size_t size;
    /**
     * The name of the device. Ends with a NUL.
     */
    char name[MIGCORE_NAME_SIZE];
    /**
     * Tells devices of one name apart.
     */
    uint32_t instance;
    /**
     * The version of the state.
     */
    uint32_t version;
    /**
     * The oldest version of the device that can read the state.
     */
    uint32_t oldest_reader;
    /**
     * MIGCORE_MARK_ constants of the whole device.
     */
    uint32_t marks;
} migcore_device_head;

/**
 * What a field holds: one of the MIGCORE_VMSTATE_KIND_ constants.
 */
typedef uint32_t migcore_vmstate_kind;

/**
 * What a field holds. The kind alone says how it is visited; the functions are those of the host.
 */
typedef struct migcore_vmstate_info {
    /**
     * The name of the type in descriptions; may be NULL.
     */
    const char *name;
    /**
     * The host's own, of any signature; the library does not call it. The next five are alike.
     */
    void (*get)(void);
    /**
     * See `get`.
     */
    void (*put)(void);
    /**
     * See `get`.
     */
    void (*load)(void);
    /**
     * See `get`.
     */
    void (*save)(void);
    /**
     * See `get`.
     */
    void (*old_get)(void);
    /**
     * See `get`.
     */
    void (*old_put)(void);
    /**
     * Visits a value of MIGCORE_VMSTATE_KIND_CUSTOM, of `size` bytes, in a scope of its own; NULL: `custom` of the
     * host does. Where the stream has it as bytes, `v` is another visitor, over these alone. A return value other than
     * MIGCORE_OK ends the visit: a status with that, another number with MIGCORE_REFUSED and that number as its cause.
     */
    migcore_status (*visit)(struct migcore_visitor *v,
                            void *place,
                            size_t size,
                            const struct migcore_vmstate_field *field);
    /**
     * A MIGCORE_VMSTATE_KIND_ constant.
     */
    migcore_vmstate_kind kind;
} migcore_vmstate_info;

/**
 * A field of an object. The macros of migcore_vmstate.h fill it in.
 */
typedef struct migcore_vmstate_field {
    /**
     * The name; NULL ends the fields.
     */
    const char *name;
    /**
     * What a user is told when the stream has another value than the object; may be NULL. Kept for the program: the
     * library does not look at it.
     */
    const char *err_hint;
    /**
     * Where the member lies in the object.
     */
    size_t offset;
    /**
     * The size of an element, from one to the next.
     */
    size_t size;
    /**
     * What the kind says.
     */
    size_t start;
    /**
     * The number of elements, or a factor.
     */
    int num;
    /**
     * Where in the object the number of elements lies.
     */
    uint32_t num_offset;
    /**
     * The width of that number, with MIGCORE_VMSTATE_FLAG_VARRAY; else 0.
     */
    uint8_t num_width;
    /**
     * Where in the object the size of an element lies.
     */
    uint32_t size_offset;
    /**
     * The width of that number, which is unsigned; 0: it is an `int32_t`.
     */
    uint8_t size_width;
    /**
     * What an element holds; not looked at where `flags` say that it is a struct.
     */
    const struct migcore_vmstate_info *info;
    /**
     * MIGCORE_VMSTATE_FLAG_ constants.
     */
    uint32_t flags;
    /**
     * For how many elements there is room, where their number lies in the object, a factor included; with
     * MIGCORE_VMSTATE_FLAG_VBUFFER how long an element may be: in bytes, also where the object has the number by which
     * MIGCORE_VMSTATE_FLAG_MULTIPLY multiplies, and in bits for a bitmap. More is MIGCORE_TOO_MANY. 0: the object is
     * trusted, which a stream may have filled in.
     */
    uint32_t limit;
    /**
     * The table of an element. For a tree with keys, the first of two: of a value, and of a key.
     */
    const struct migcore_vmstate *vmsd;
    /**
     * The version that brought the field.
     */
    int version_id;
    /**
     * The version at which an element is visited, with MIGCORE_VMSTATE_FLAG_VSTRUCT.
     */
    int struct_version_id;
    /**
     * Whether the field is there, whatever the version; NULL: from `version_id` on.
     */
    bool (*field_exists)(void *opaque, int version_id);
    /**
     * 0: members to come. Anything else is MIGCORE_BAD_TABLE.
     */
    uint32_t reserved[2];
} migcore_vmstate_field;

/**
 * A subsection and when it is written, in lists that end with a NULL table.
 */
typedef struct migcore_vmstate_subsection {
    /**
     * Its table; NULL ends the list.
     */
    const struct migcore_vmstate *vmsd;
    /**
     * Whether the object has anything to say here; NULL: `needed` of the table is asked.
     */
    bool (*needed)(void *opaque);
} migcore_vmstate_subsection;

/**
 * A table: what the state of an object is. It must not change while it is used.
 *
 * The hooks get the object. Those that have a signature here are called with it, where the host has no `hook` of
 * its own; the others only by that, so without it they are MIGCORE_UNSUPPORTED. They return 0, a migcore_status, or a
 * number of their own to refuse, such as -EINVAL or 1: that is MIGCORE_REFUSED with the number as its cause.
 *
 * Tables are compiled into programs without their size, unlike other structs. So the layout of migcore_vmstate,
 * migcore_vmstate_field, migcore_vmstate_info, migcore_vmstate_subsection and migcore_vmstate_type does not change within
 * a version of the interface: a member that comes takes the place of a reserved one, where 0 is as before.
 */
typedef struct migcore_vmstate {
    /**
     * The name of the device or the struct; the full one of a subsection. Empty: the table stands for its fields
     * alone. It has no subsections, and a description has what is inside of the fields, but not them.
     */
    const char *name;
    /**
     * Not 0: there is no way to move the object. The library does not look at it.
     */
    int unmigratable;
    /**
     * The device is saved before the others. The library does not look at it.
     */
    bool early_setup;
    /**
     * The version that is written, and the newest that can be read.
     */
    int version_id;
    /**
     * The oldest version that can be read.
     */
    int minimum_version_id;
    /**
     * The oldest version that `load_state_old` can read.
     */
    int minimum_version_id_old;
    /**
     * Devices of a higher priority are saved first. The library does not look at it.
     */
    int priority;
    /**
     * Reads what is older than `minimum_version_id`; of the host's own signature.
     */
    void (*load_state_old)(void);
    /**
     * Before the first field is loaded.
     */
    int (*pre_load)(void *opaque);
    /**
     * Instead of `pre_load`; of the host's own signature.
     */
    void (*pre_load_errp)(void);
    /**
     * After fields and subsections were loaded, at this version.
     */
    int (*post_load)(void *opaque, int version_id);
    /**
     * Instead of `post_load`; of the host's own signature.
     */
    void (*post_load_errp)(void);
    /**
     * Before the first field is saved.
     */
    int (*pre_save)(void *opaque);
    /**
     * Instead of `pre_save`; of the host's own signature.
     */
    void (*pre_save_errp)(void);
    /**
     * Instead of `pre_save`, of code that cannot refuse.
     */
    void (*pre_save_void)(void *opaque);
    /**
     * After fields and subsections were saved, also when one of them failed, if `pre_save` did not.
     */
    int (*post_save)(void *opaque);
    /**
     * Instead of `post_save`, of code that cannot refuse.
     */
    void (*post_save_void)(void *opaque);
    /**
     * Of a subsection: whether the object has anything to say here; NULL: always. Not asked on load.
     */
    bool (*needed)(void *opaque);
    /**
     * The library does not call it.
     */
    bool (*dev_unplug_pending)(void *opaque);
    /**
     * The fields, in the order of the stream, up to one without a name or with MIGCORE_VMSTATE_FLAG_END; NULL: none.
     */
    const struct migcore_vmstate_field *fields;
    /**
     * The tables of the subsections, up to NULL; NULL: none.
     */
    const struct migcore_vmstate *const *subsections;
    /**
     * Further subsections, in the older form; NULL: none.
     */
    const struct migcore_vmstate_subsection *old_subsections;
    /**
     * MIGCORE_MARK_ constants of a subsection. Other bits are MIGCORE_BAD_TABLE.
     */
    uint32_t marks;
    /**
     * 0: members to come. Anything else is MIGCORE_BAD_TABLE.
     */
    size_t reserved[4];
} migcore_vmstate;

/**
 * A hook of a table, as `hook` of the host is told: one of the MIGCORE_VMSTATE_HOOK_ constants.
 */
typedef uint32_t migcore_vmstate_hook;

/**
 * How to walk and fill trees of the program. All three functions must be there.
 */
typedef struct migcore_vmstate_tree {
    /**
     * sizeof(migcore_vmstate_tree)
     */
    size_t size;
    /**
     * The number of nodes.
     */
    size_t (*count)(void *opaque, void *tree);
    /**
     * Calls `visit` with `data` for each node, in the order of the keys, until it returns false.
     */
    void (*each)(void *opaque,
                 void *tree,
                 bool (*visit)(void *data, void *key, void *value),
                 void *data);
    /**
     * Takes a key and a value, both allocated by the host, into the tree, to which they belong from here on. Where
     * keys have no size, `key` is the key itself. Returns 0, a migcore_status, or a number of its own to
     * refuse; then they belong to the library.
     */
    int (*insert)(void *opaque, void *tree, void *key, void *value);
} migcore_vmstate_tree;

/**
 * Storage for a description as QEMU writes it behind a stream, made while the devices are saved: a JSON text in
 * memory of the caller, or on its way to a sink. Whoever saves by tables with it as migcore_vmstate_host.description
 * tells it the fields; what begins and ends devices, or describes itself, uses the calls below.
 *
 * The calls return the first thing that could not be, which stops the text, so that it is enough to look at
 * what migcore_vmdesc_finish says. Memory that is too small does not: then that call tells how much is needed. A
 * description may be moved in memory between two calls and needs no destructor.
 */
typedef struct migcore_vmdesc {
    uint32_t state;
    migcore_status failure;
    uint64_t reserved[26];
} migcore_vmdesc;

/**
 * What a program lends to the visit of a table. All but `size` may be NULL or 0. Callbacks return normally: no
 * longjmp, no exception.
 */
typedef struct migcore_vmstate_host {
    /**
     * sizeof(migcore_vmstate_host)
     */
    size_t size;
    /**
     * Handed to the callbacks.
     */
    void *opaque;
    /**
     * Memory for `bytes` bytes, at least one, aligned for any type, or NULL. Without this function a field that
     * needs memory is MIGCORE_NO_SPACE.
     */
    void *(*allocate)(void *opaque, size_t bytes);
    /**
     * Takes memory back that `allocate` gave: of scratch, or an element of a list or tree that could not be loaded. What
     * the load made in such an element was taken back before, and the pointer to it is NULL. Still in it is what code of
     * the device made, nodes of trees, what was loaded before an object with hooks was complete, whose `post_load` may
     * have used it, and what is beyond 32 blocks and lists in one element.
     */
    void (*release)(void *opaque, void *memory);
    /**
     * The bytes that one visit may allocate; 0: MIGCORE_VMSTATE_ALLOCATION.
     */
    size_t allocation_limit;
    /**
     * Calls a hook of a table that has it, with any signature: one of the MIGCORE_VMSTATE_HOOK_ constants. Returns
     * 0, or a number of its own to refuse; as in QEMU, one above 0 of post_load refuses only in subsections and in the
     * elements of lists and trees. NULL: the hooks have the signatures of migcore_vmstate.
     */
    int (*hook)(void *opaque,
                const struct migcore_vmstate *table,
                migcore_vmstate_hook hook,
                void *object,
                int version_id);
    /**
     * Visits a value of a kind of its own, of `size` bytes, with `v`, which is another visitor where the stream has
     * it as bytes. Returns 0, a migcore_status, or a number of its own to refuse; as in QEMU, one above 0 that is no
     * status refuses on save alone.
     */
    int (*custom)(void *opaque,
                  struct migcore_visitor *v,
                  const struct migcore_vmstate_field *field,
                  void *place,
                  size_t size);
    /**
     * When a timer expires; -1: it is not armed. NULL: the timer is an `int64_t` that says so.
     */
    int64_t (*timer_get)(void *opaque, const void *timer);
    /**
     * Arms a timer, or with -1 disarms it.
     */
    void (*timer_set)(void *opaque, void *timer, int64_t expiry);
    /**
     * Trees; NULL: a field that is one is MIGCORE_UNSUPPORTED.
     */
    const struct migcore_vmstate_tree *tree;
    /**
     * Is told on save what is saved, inside of what is open in it; or NULL.
     */
    struct migcore_vmdesc *description;
} migcore_vmstate_host;

/**
 * A type of device and its table, for migcore_vmstate_dump.
 */
typedef struct migcore_vmstate_type {
    /**
     * The name of the type; NULL: that of the table.
     */
    const char *name;
    /**
     * The table.
     */
    const struct migcore_vmstate *table;
} migcore_vmstate_type;

/**
 * What a table says of its objects, worked out once: neighbouring fields that are there whatever an object holds, and
 * that no code of the device looks at, are moved many at a time. It may be used by any number of visits at once, of any
 * objects of the table.
 */
typedef struct migcore_vmstate_plan {
    /**
     * sizeof(migcore_vmstate_plan)
     */
    size_t size;
    /**
     * The table.
     */
    const struct migcore_vmstate *table;
    /**
     * The memory that the plan lies in.
     */
    const void *memory;
    /**
     * How many bytes of it the plan takes.
     */
    size_t length;
} migcore_vmstate_plan;

/**
 * Storage for a visitor that saves to chunks. Give `&it.visitor` to the calls of a visit.
 */
typedef struct migcore_chunk_saver {
    /**
     * What the calls of a visit take.
     */
    struct migcore_visitor visitor;
    uint64_t reserved[336];
} migcore_chunk_saver;

/**
 * What a writer of a stream chooses. The same state and the same settings give the same bytes; none of
 * them changes what a reader gets.
 */
typedef struct migcore_chunk_settings {
    /**
     * sizeof(migcore_chunk_settings)
     */
    size_t size;
    /**
     * The machine whose state it is: UTF-8, at most MIGCORE_MAX_NAME bytes; NULL: not told. Must stay as
     * it is until the first device begins.
     */
    const char *machine;
    /**
     * The program that writes, in the same way.
     */
    const char *writer;
    /**
     * How many shapes are remembered, at most 32; 0: as the scratch memory allows.
     */
    uint32_t slots;
    /**
     * The most data of a fragment, in bytes. More than the scratch memory holds is possible: then large
     * arrays go out from where they are. 0: what fits the scratch memory.
     */
    uint32_t fragment_limit;
    /**
     * Where pages of memory begin in the stream: at multiples of this, a power of two up to 65536, counted
     * from its first byte, so that a file can be mapped. 0 or 1: anywhere.
     */
    uint32_t alignment;
} migcore_chunk_settings;

/**
 * Storage for a visitor that loads from chunks. Give `&it.visitor` to the calls of a visit.
 */
typedef struct migcore_chunk_loader {
    /**
     * What the calls of a visit take.
     */
    struct migcore_visitor visitor;
    uint64_t reserved[992];
} migcore_chunk_loader;

/**
 * What a reader accepts at most, whatever a stream asks for. A member of 0 stands for its default: that
 * of NULL in the place of the struct.
 */
typedef struct migcore_chunk_limits {
    /**
     * sizeof(migcore_chunk_limits)
     */
    size_t size;
    /**
     * Shape slots; by default 32, and never more.
     */
    uint32_t slots;
    /**
     * Data of a chunk that holds a shape, in bytes; by default 2^31-1.
     */
    uint32_t shape;
    /**
     * Data of any chunk, in bytes; by default 2^31-1. Not of one whose pages a receiver puts to their places.
     */
    uint32_t chunk;
    /**
     * Operations that are walked in one stream, beside those that a device asks for in order: in search of
     * an item, passing over what nobody asked for, looking ahead in raw bytes. Where texts and arrays of
     * bools are checked on the way, 64 bytes count as one more. By default 2^26, about a second of work. A receiver
     * sets memory to 0 for as many bytes as 16 times the length of all its blocks, and 4096 more for each unit of
     * this; a block without memory costs nothing.
     */
    uint64_t work;
    /**
     * 1: the stream may hold memory (see migcore_ram), which is passed over, since somebody else takes it.
     * 0: such a stream is refused with MIGCORE_UNKNOWN_MEMORY, so that nothing is lost in silence.
     */
    uint32_t memory;
} migcore_chunk_limits;

/**
 * What a stream says of itself at its beginning.
 */
typedef struct migcore_chunk_header {
    /**
     * sizeof(migcore_chunk_header); the caller fills it in.
     */
    size_t size;
    /**
     * How many shape slots it uses.
     */
    uint32_t slots;
    /**
     * The most data of a chunk that holds a shape, in bytes.
     */
    uint32_t shape_limit;
    /**
     * The most data of a fragment of a device, in bytes.
     */
    uint32_t fragment_limit;
    /**
     * The machine whose state it is, UTF-8; may be empty. Ends with a NUL.
     */
    char machine[MIGCORE_NAME_SIZE];
    /**
     * The program that wrote it, in the same way.
     */
    char writer[MIGCORE_NAME_SIZE];
} migcore_chunk_header;

/**
 * What a loader counted.
 */
typedef struct migcore_chunk_counts {
    /**
     * sizeof(migcore_chunk_counts); the caller fills it in.
     */
    size_t size;
    /**
     * The chunks so far. At the end of the stream these were found to be all.
     */
    uint32_t chunks;
    /**
     * The CRC-32 over their CRCs.
     */
    uint32_t crc;
    /**
     * What was passed over because it is ancillary and nobody asked for it: chunks of an unknown type, but for
     * those that a replay gave to its visitor.
     */
    uint64_t skipped_chunks;
    /**
     * Devices that were passed over.
     */
    uint64_t skipped_devices;
    /**
     * Items and scopes of devices that were passed over.
     */
    uint64_t skipped_items;
    /**
     * How many items were looked at beyond the first unread one. Reading in order this stays 0.
     */
    uint64_t searched;
} migcore_chunk_counts;

/**
 * What is in a stream that was found right.
 */
typedef struct migcore_chunk_summary {
    /**
     * sizeof(migcore_chunk_summary); the caller fills it in.
     */
    size_t size;
    /**
     * What the stream says of itself.
     */
    struct migcore_chunk_header header;
    /**
     * How long the stream is, in bytes: up to and with its end chunk.
     */
    uint64_t length;
    /**
     * How many devices there are.
     */
    uint64_t devices;
    /**
     * How many chunks of an unknown type were passed over; they are ancillary.
     */
    uint64_t skipped_chunks;
    /**
     * How many chunks there are before the end chunk.
     */
    uint32_t chunks;
    /**
     * The CRC-32 over their CRCs.
     */
    uint32_t crc;
} migcore_chunk_summary;

/**
 * A chunk of a stream in memory, and how far a walk of its chunks came.
 */
typedef struct migcore_chunk {
    /**
     * sizeof(migcore_chunk); the caller fills it in, and sets the rest to 0 before the first chunk.
     */
    size_t size;
    /**
     * Where it begins in the stream, in bytes.
     */
    size_t offset;
    /**
     * Where the next one begins; 0: nothing was read yet.
     */
    size_t next;
    /**
     * Its data: points into the stream.
     */
    const void *data;
    /**
     * The length of its data, in bytes.
     */
    size_t length;
    /**
     * Its CRC, as the stream holds it.
     */
    uint32_t crc;
    /**
     * Its type, four letters and a NUL. Lower case of the first one: a reader that does not know the type
     * may skip the chunk; of the second: the type is a vendor's own; of the fourth: a program that does
     * not know the type may send the chunk on.
     */
    char kind[MIGCORE_CHUNK_TYPE_SIZE];
} migcore_chunk;

/**
 * Storage for a receiver, which collects a stream of chunks from pieces of any length. It belongs to one
 * thread at a time, may be moved in memory between two calls, and needs no destructor.
 */
typedef struct migcore_chunk_receiver {
    uint64_t reserved[64];
} migcore_chunk_receiver;

/**
 * A block of memory of a machine.
 */
typedef struct migcore_ram_block {
    /**
     * sizeof(migcore_ram_block)
     */
    size_t size;
    /**
     * Its name, which no other block of the machine has: not empty, at most MIGCORE_MAX_NAME bytes.
     */
    const char *name;
    /**
     * Its first byte. NULL in a receiver: its pages are checked and dropped; in a saver: pages of it are given
     * to migcore_ram_save, from wherever they are.
     */
    void *memory;
    /**
     * Its length in bytes: whole pages.
     */
    uint64_t length;
    /**
     * The library's own.
     */
    uint64_t reserved[2];
} migcore_ram_block;

/**
 * The memory of a machine. The numbers of blocks are those of this table, from 0; a stream is received into
 * blocks of the same names and lengths in any order.
 */
typedef struct migcore_ram {
    /**
     * sizeof(migcore_ram)
     */
    size_t size;
    /**
     * The blocks.
     */
    struct migcore_ram_block *blocks;
    /**
     * How many blocks there are: 1 to MIGCORE_RAM_BLOCKS.
     */
    size_t count;
    /**
     * The size of a page in bytes, for all blocks: a power of two, 1 to 2^30. A receiver takes pages of any size,
     * and does not look at this.
     */
    uint32_t page_size;
    /**
     * For a receiver; may be NULL. Makes `length` bytes of a block of this table 0, from `offset` on, for instance by
     * giving them back to the system (MADV_REMOVE, or a hole in a file). NULL: the library reads them, and writes what
     * is not 0. That takes no memory where it is the process's own, but reading shared memory (memfd, huge pages) that
     * nobody used makes the system give it; so give this callback there. It may call nothing on the receiver
     * (MIGCORE_BUSY). Not called for a block without memory.
     */
    void (*zero)(void *opaque, size_t block, uint64_t offset, uint64_t length);
    /**
     * What `zero` gets as its first argument.
     */
    void *opaque;
} migcore_ram;

/**
 * What was sent or received of memory.
 */
typedef struct migcore_ram_counts {
    /**
     * sizeof(migcore_ram_counts); the caller fills it in.
     */
    size_t size;
    /**
     * Pages that are there with their bytes.
     */
    uint64_t data_pages;
    /**
     * Pages of which the stream says that all their bytes are 0.
     */
    uint64_t zero_pages;
    /**
     * The chunks that hold pages.
     */
    uint64_t chunks;
    /**
     * The bytes of these chunks.
     */
    uint64_t bytes;
} migcore_ram_counts;

/**
 * Storage for a tree of named, typed values: the state of devices as data. Its nodes, names and values
 * lie in memory that the caller gives beside. It is no visitor: migcore_tree_save and migcore_tree_load
 * begin visitors over it, and while one of these is at work all calls on the tree return MIGCORE_BUSY.
 * It may be moved in memory between two calls, but not while a visitor over it is at work. It needs no
 * destructor.
 */
typedef struct migcore_tree {
    uint32_t state;
    migcore_status failure;
    uint64_t reserved[24];
} migcore_tree;

/**
 * A handle of a node. It stays good while the node is in its tree, wherever it moves, and whatever else
 * changes. Once the node was removed, calls return MIGCORE_STALE_HANDLE, also when its place was given
 * to another. 0 is no node, and stale wherever one is needed. A handle of another tree is not told
 * apart: it is stale, or stands for some node of this one.
 */
typedef uint64_t migcore_node;

/**
 * Where among its siblings a node is put: one of the MIGCORE_AT_ constants.
 */
typedef uint32_t migcore_at;

/**
 * Storage for a visitor that loads from a tree. Give `&it.visitor` to the calls of a visit.
 */
typedef struct migcore_tree_loader {
    /**
     * What the calls of a visit take.
     */
    struct migcore_visitor visitor;
    uint64_t reserved[640];
} migcore_tree_loader;

/**
 * In what way an item differs: one of the MIGCORE_CHANGE_ constants.
 */
typedef uint32_t migcore_change;

/**
 * One difference of two trees.
 */
typedef struct migcore_difference {
    /**
     * sizeof(migcore_difference) of the library
     */
    size_t size;
    /**
     * In what way.
     */
    migcore_change change;
    /**
     * Bits: 1, the item or a scope around it is marked volatile on one of the sides, so it does not
     * count; 2, likewise secret, so its value is not to be shown.
     */
    uint32_t flags;
    /**
     * The item in the left tree; 0 when it was added.
     */
    migcore_node left;
    /**
     * The item in the right tree; 0 when it was removed.
     */
    migcore_node right;
} migcore_difference;

/**
 * Is shown one difference. It may read the trees, and not change them. A status other than MIGCORE_OK
 * ends the comparison: see migcore_tree_diff.
 */
typedef migcore_status (*migcore_report_difference)(void *opaque,
                                                    const struct migcore_difference *difference);

/**
 * Storage for a visitor that saves into a tree. Give `&it.visitor` to the calls of a visit.
 */
typedef struct migcore_tree_saver {
    /**
     * What the calls of a visit take.
     */
    struct migcore_visitor visitor;
    uint64_t reserved[128];
} migcore_tree_saver;

/**
 * What migcore_visit_blob is.
 */
typedef migcore_status (*migcore_blob_function)(struct migcore_visitor *v,
                                                uint32_t fields_since,
                                                migcore_visit_function visit,
                                                void *opaque);

/**
 * A device of a machine. Only `visit` must be there. Hooks must not reach the outside world; what does
 * belongs into `on_run`. Members that a program does not know are 0.
 */
typedef struct migcore_device {
    /**
     * sizeof(migcore_device)
     */
    size_t size;
    /**
     * The name of the device, at most MIGCORE_MAX_NAME bytes.
     */
    const char *name;
    /**
     * Tells devices of one name apart.
     */
    uint32_t instance;
    /**
     * The version that is written, and the newest that can be read.
     */
    uint32_t version;
    /**
     * The oldest version that can be read.
     */
    uint32_t minimum_version;
    /**
     * The oldest version that can read the state as it is saved, with MIGCORE_DEVICE_OLDER_READERS;
     * without it 0.
     */
    uint32_t oldest_reader;
    /**
     * MIGCORE_MARK_ constants for all of its state, or 0.
     */
    uint32_t marks;
    /**
     * MIGCORE_DEVICE_ constants, or 0.
     */
    uint32_t flags;
    /**
     * Visits the state: that of the device with `opaque`, that of a scratch instance with `scratch`. A
     * return value other than MIGCORE_OK ends the visit.
     */
    migcore_visit_function visit;
    /**
     * NULL, or migcore_visit_blob, for a device that an older version of the program has as bytes. Then it is loaded
     * from what either version saved, and saved by `fields_since`.
     */
    migcore_blob_function blob;
    /**
     * With `blob`: since which version its state is saved as fields. To save for a program that has it as bytes, put
     * the version of that program into `version`.
     */
    uint32_t fields_since;
    /**
     * Before a save.
     */
    int32_t (*pre_save)(void *opaque);
    /**
     * After a save, also one that failed, if `pre_save` did not.
     */
    int32_t (*post_save)(void *opaque);
    /**
     * Before the device is loaded, once the whole stream was checked. A device with state that a stream may
     * leave out, such as a subsection that is saved only where it is needed, resets that state here: what the
     * stream does not have stays as it is.
     */
    int32_t (*pre_load)(void *opaque);
    /**
     * After a load, before the next device is loaded. `version` is the one that the state was taken for: that of
     * the stream, or `version` of this entry where the stream has a newer one that it can read.
     */
    int32_t (*post_load)(void *opaque, uint32_t version);
    /**
     * After all devices were loaded, in the order of the table, also where the stream lacks this one: for what
     * depends on other devices, as the level of an interrupt line.
     */
    int32_t (*load_done)(void *opaque);
    /**
     * The machine is about to run.
     */
    int32_t (*on_run)(void *opaque);
    /**
     * Handed to the callbacks.
     */
    void *opaque;
    /**
     * An instance that nothing uses, to try a load on; or NULL. With it, migcore_machine_check finds also
     * what the visit function alone can object to. It is no device: neither this `opaque` nor that of
     * another entry. Several entries may have the same one, since it is used for one visit at a time.
     */
    void *scratch;
    /**
     * Makes the scratch instance as new before each visit of it; may be NULL. Then a visit finds there what the
     * last one left, be it of another entry.
     */
    int32_t (*scratch_begin)(void *scratch, void *opaque);
    /**
     * After a visit of it, if `scratch_begin` did not refuse; may be NULL.
     */
    void (*scratch_end)(void *scratch, void *opaque);
    /**
     * The library's own.
     */
    uint32_t reserved[4];
} migcore_device;

/**
 * The devices of one machine, as a table of the caller. It belongs to one thread at a time, and needs no
 * destructor; it may be moved between two calls, and so may the table, by beginning anew.
 */
typedef struct migcore_machine {
    uint32_t state;
    uint32_t dirty;
    struct migcore_device *devices;
    size_t count;
    uint64_t reserved[4];
} migcore_machine;

/**
 * A stream that was found right for a machine.
 */
typedef struct migcore_checked {
    /**
     * sizeof(migcore_checked); the caller fills it in.
     */
    size_t size;
    /**
     * How many devices of it the machine has.
     */
    uint64_t devices;
    /**
     * How many ancillary ones it has not.
     */
    uint64_t skipped;
    /**
     * Of how many devices the state was checked for its form alone, since they have no scratch instance. What
     * such a device does not know, misses or takes for another type is found only when it is loaded.
     */
    uint64_t unproven;
    /**
     * Tells it from other streams, as a CRC does; 0 over a tree.
     */
    uint64_t fingerprint;
} migcore_checked;

/**
 * Memory for the state that a machine has before another one is loaded.
 */
typedef struct migcore_undo {
    /**
     * sizeof(migcore_undo); the caller fills it in.
     */
    size_t size;
    /**
     * Holds the state.
     */
    void *image;
    /**
     * How many bytes that are.
     */
    size_t image_size;
    /**
     * Scratch for writing it, as for migcore_chunk_save_memory.
     */
    void *scratch;
    /**
     * How many bytes that are.
     */
    size_t scratch_size;
    /**
     * May be NULL.
     */
    const struct migcore_kernels *kernels;
    /**
     * Is told why the state could not be put back, if that was tried and failed, else MIGCORE_OK; may be NULL.
     * MIGCORE_DIRTY with two fingerprints says that it was put back, and is another one than before.
     */
    struct migcore_error *error;
} migcore_undo;

/**
 * What a manifest says of the whole receiver. Texts are UTF-8; NULL is an empty one.
 */
typedef struct migcore_about {
    /**
     * sizeof(migcore_about)
     */
    size_t size;
    /**
     * The program, such as `vmm 3`.
     */
    const char *writer;
    /**
     * The type of its machine.
     */
    const char *machine;
    /**
     * The tag of the machine's version: of a line of development, or the name of a version without a number.
     */
    const char *tag;
    /**
     * The number of the machine's version.
     */
    uint32_t version;
    /**
     * The wire that it wants: a MIGCORE_WIRE_ constant, or 0 for any.
     */
    uint32_t wire;
} migcore_about;

/**
 * What a manifest says of a device.
 */
typedef struct migcore_accepts {
    /**
     * sizeof(migcore_accepts)
     */
    size_t size;
    /**
     * The tag of its newest version, in UTF-8, or NULL.
     */
    const char *tag;
    /**
     * The oldest version of its state that is loaded.
     */
    uint32_t oldest;
    /**
     * How much is known of the state that it accepts: a MIGCORE_KNOWN_ constant.
     */
    uint32_t known;
    /**
     * 1: a stream may lack it. 0: it may not; anything else is refused.
     */
    uint32_t optional;
    /**
     * 1: a state that is bytes without names is accepted as well. What the bytes are nobody can compare, so a preflight
     * says MIGCORE_ANSWER_CANNOT_TELL of them and not that they are refused.
     */
    uint32_t blob;
} migcore_accepts;

/**
 * Is asked for each device what the manifest says of it. `accepts` holds what the machine knows; it may be changed. A
 * status other than MIGCORE_OK ends the call, which returns it.
 */
typedef migcore_status (*migcore_accept)(void *opaque,
                                         const char *name,
                                         uint32_t instance,
                                         struct migcore_accepts *accepts);

/**
 * Storage for the histories of a program, made of a table; what they need beside lies in memory that the caller gives.
 * It needs no destructor, and may be moved in memory between two calls.
 */
typedef struct migcore_compat {
    uint32_t state;
    migcore_status failure;
    uint64_t reserved[16];
} migcore_compat;

/**
 * A version as it is told: the tag is no C string.
 */
typedef struct migcore_told_version {
    /**
     * The number.
     */
    uint32_t number;
    /**
     * The bytes of the tag.
     */
    uint32_t tag_length;
    /**
     * The tag; NULL if there is none.
     */
    const char *tag;
} migcore_told_version;

/**
 * Something that is wrong with a history. Texts are no C strings, and are there while the function runs that is told.
 */
typedef struct migcore_compat_finding {
    /**
     * sizeof(migcore_compat_finding)
     */
    size_t size;
    /**
     * The versions that the state went through.
     */
    const struct migcore_told_version *stops;
    /**
     * How many.
     */
    size_t count;
    /**
     * What is wrong, and where.
     */
    const char *text;
    /**
     * The bytes of that.
     */
    size_t text_length;
    /**
     * The number of the state, from 0: with the seed it is the same again.
     */
    uint32_t number;
    /**
     * Why a run failed, or a state was not loaded; MIGCORE_MISSING for a change that no state went, from the first stop to
     * the second; MIGCORE_OK for a state that did not come back as it was.
     */
    migcore_status status;
} migcore_compat_finding;

/**
 * Makes states, and takes them back: what a test knows of a device. A visitor over the tree is ended before a function
 * returns. Of a status that is none of the library it makes MIGCORE_REFUSED.
 */
typedef struct migcore_compat_states {
    /**
     * sizeof(migcore_compat_states)
     */
    size_t size;
    /**
     * Given to the functions.
     */
    void *opaque;
    /**
     * Saves a random state of a version into an empty tree, of numbers that migcore_random makes of `seed`. It leaves the
     * tree empty for versions that this program cannot save: their states are made of those of the newest version, which
     * it must save. Another status than MIGCORE_OK ends the check.
     */
    migcore_status (*save)(void *opaque,
                           struct migcore_tree *tree,
                           const struct migcore_told_version *version,
                           uint64_t seed);
    /**
     * Loads what is to be a state of a version, if this program can; another status than MIGCORE_OK says that it is none.
     * NULL: nothing is loaded.
     */
    migcore_status (*load)(void *opaque,
                           struct migcore_tree *tree,
                           const struct migcore_told_version *version);
    /**
     * Is told of all that is wrong. May be NULL.
     */
    void (*found)(void *opaque, const struct migcore_compat_finding *finding);
    /**
     * Any number: of the same come the same states.
     */
    uint64_t seed;
    /**
     * How many states of each version.
     */
    uint32_t cases;
} migcore_compat_states;

/**
 * What a check did.
 */
typedef struct migcore_compat_checked {
    /**
     * sizeof(migcore_compat_checked); the caller fills it in.
     */
    size_t size;
    /**
     * Journeys that ended with the state that they began with.
     */
    uint64_t equal;
    /**
     * Journeys that came back in another way than they went, so that nothing says what the state should be: of them only
     * that each stop is reached is checked.
     */
    uint64_t around;
    /**
     * Journeys that some change without a way back prevents.
     */
    uint64_t unreachable;
    /**
     * What is wrong.
     */
    uint64_t findings;
    /**
     * Changes of the history that no state went: what is checked says nothing of them.
     */
    uint64_t unused;
} migcore_compat_checked;

/**
 * A route that a receiver has. Texts are UTF-8; NULL is an empty one.
 */
typedef struct migcore_route_known {
    /**
     * sizeof(migcore_route_known)
     */
    size_t size;
    /**
     * The pattern of the names of devices, in which `*` stands for any run of characters; empty for the machine.
     */
    const char *of;
    /**
     * The tag of the version that it begins at.
     */
    const char *from_tag;
    /**
     * The tag of the version that it ends at.
     */
    const char *to_tag;
    /**
     * The number of the version that it begins at.
     */
    uint32_t from;
    /**
     * The number of the version that it ends at.
     */
    uint32_t to;
} migcore_route_known;

/**
 * One thing that a preflight found.
 */
typedef struct migcore_finding {
    /**
     * sizeof(migcore_finding)
     */
    size_t size;
    /**
     * What follows from it: a MIGCORE_ANSWER_ constant.
     */
    uint32_t answer;
    /**
     * Why: a MIGCORE_REASON_ constant. migcore_reason_text says it in words, and migcore_reason_help what would help.
     * Newer libraries may have reasons that are not listed here.
     */
    uint32_t reason;
    /**
     * Where in the state, such as `nic/0.rx_ring[3].head`. Ends with a NUL.
     */
    char path[MIGCORE_PATH_SIZE];
    /**
     * What the receiver takes, in words; empty where nothing is to be said.
     */
    char expected[MIGCORE_DETAIL_SIZE];
    /**
     * What the state has.
     */
    char found[MIGCORE_DETAIL_SIZE];
} migcore_finding;

/**
 * Is shown one finding, which is gone afterwards. It may read the trees, and not change them. A status other than
 * MIGCORE_OK ends what is told, and is returned.
 */
typedef migcore_status (*migcore_report_finding)(void *opaque, const struct migcore_finding *finding);

/**
 * A version: a number, and a tag that tells apart lines of development which count alike. What has a name and no number is
 * number 0 with the name as its tag.
 */
typedef struct migcore_compat_version {
    /**
     * The number.
     */
    uint32_t number;
    /**
     * The tag; NULL if there is none.
     */
    const char *tag;
} migcore_compat_version;

/**
 * What a row says: one of the MIGCORE_PROFILE_KIND_ constants.
 */
typedef uint32_t migcore_profile_kind;

/**
 * A row of a machine profile. What it says holds for one version of the machine and all older ones, unless a row for an
 * older one says otherwise. The macros of migcore_profile.h make rows. Members that a row does not use are 0.
 */
typedef struct migcore_profile_row {
    /**
     * The newest machine version for which it holds. Versions are numbers that grow; MIGCORE_RELEASE makes one of a
     * release such as 7.2.
     */
    uint32_t until;
    /**
     * What the row says.
     */
    migcore_profile_kind kind;
    /**
     * The name of a device or of its type, in UTF-8 as all texts; NULL for what the whole machine is written as.
     */
    const char *device;
    /**
     * The name of a property.
     */
    const char *property;
    /**
     * A text.
     */
    const char *text;
    /**
     * A number.
     */
    uint64_t number;
    /**
     * MIGCORE_PROFILE_OPTIONAL, or 0.
     */
    uint32_t flags;
    /**
     * 0, and refused if it is not.
     */
    uint32_t reserved[3];
} migcore_profile_row;

/**
 * A table of rows, and what it is on top of: what is true for machines of one kind is on top of what is true for all.
 * Of rows for one machine version those of the upper table win; one for an older version wins also from below.
 */
typedef struct migcore_profile {
    /**
     * sizeof(migcore_profile)
     */
    size_t size;
    /**
     * From the newest machine version to the oldest; the last is MIGCORE_PROFILE_END().
     */
    const struct migcore_profile_row *rows;
    /**
     * What this is on top of, or NULL. At most 8 tables are on top of each other.
     */
    const struct migcore_profile *below;
} migcore_profile;

/**
 * Takes a row. Another status than MIGCORE_OK ends the call, which returns it; of what is no status of the library it
 * makes MIGCORE_REFUSED.
 */
typedef migcore_status (*migcore_profile_row_function)(void *opaque,
                                                       const struct migcore_profile_row *row);

/**
 * What code that is a step works on.
 */
typedef struct migcore_edit {
    /**
     * sizeof(migcore_edit)
     */
    size_t size;
    /**
     * The tree, of which only what is in `scope` is to be changed, by any calls but those that begin, keep or undo a
     * change, and those on the object that runs. A visitor over it is ended before the code returns.
     */
    struct migcore_tree *tree;
    /**
     * The device, or the root for the machine and in filters.
     */
    migcore_node scope;
    /**
     * How many items were touched: the code says so.
     */
    uint32_t touched;
    /**
     * The library's own.
     */
    void *inside;
} migcore_edit;

/**
 * What of an item is lost: one of the MIGCORE_LOST_ constants.
 */
typedef uint32_t migcore_lost;

/**
 * What a step does: one of the MIGCORE_STEP_KIND_ constants. The text beside each says which members it uses; all others are
 * 0, and refused if they are not.
 */
typedef uint32_t migcore_step_kind;

/**
 * A place of an item.
 */
typedef struct migcore_step_place {
    /**
     * The pattern of its scopes, in UTF-8 as all texts: a path in which `*` stands for any run of characters of one name.
     * NULL or empty: the device that the history is of.
     */
    const char *scope;
    /**
     * The name of the item.
     */
    const char *name;
    /**
     * The sibling that it follows; NULL: the last one.
     */
    const char *after;
} migcore_step_place;

/**
 * An item of a table, as migcore_item has it, and flat: an item is followed by what is inside of it, one deeper.
 */
typedef struct migcore_step_item {
    /**
     * A MIGCORE_ITEM_ constant, neither RAW nor BEGIN_DEVICE nor END; 0 ends the table.
     */
    migcore_item_type item_type;
    /**
     * Of scalars and arrays: a MIGCORE_KIND_ constant.
     */
    migcore_kind kind;
    /**
     * How deep it is; the first is 0.
     */
    uint32_t depth;
    /**
     * MIGCORE_MARK_ constants.
     */
    uint32_t marks;
    /**
     * Of a struct with a description, and of a subsection.
     */
    uint32_t version;
    /**
     * 1 for a list, an array or bytes whose length is a part of the state, else 0.
     */
    uint32_t variable;
    /**
     * The name; NULL is none.
     */
    const char *name;
    /**
     * The value of a scalar, as bits; whether an optional scope is there.
     */
    uint64_t bits;
    /**
     * The elements of an array, in the machine's byte order; bytes; the text of a string; the name of the description of a
     * struct.
     */
    const void *data;
    /**
     * The bytes of `data`.
     */
    size_t length;
    /**
     * 0, and refused if it is not.
     */
    uint64_t reserved[2];
} migcore_step_item;

/**
 * Two numbers that stand for the same.
 */
typedef struct migcore_step_pair {
    /**
     * The older one.
     */
    uint64_t from;
    /**
     * The newer one.
     */
    uint64_t to;
} migcore_step_pair;

/**
 * A type of a value.
 */
typedef struct migcore_step_form {
    /**
     * MIGCORE_ITEM_SCALAR, _ARRAY or _BYTES; 0 where no type is wanted.
     */
    migcore_item_type item_type;
    /**
     * A MIGCORE_KIND_ constant, but for bytes.
     */
    migcore_kind kind;
    /**
     * 1 where the length is a part of the state.
     */
    uint32_t variable;
} migcore_step_form;

/**
 * Code as a step. Another status than MIGCORE_OK ends the run, which changes nothing then; of what is no status of the
 * library it makes MIGCORE_REFUSED.
 */
typedef migcore_status (*migcore_step_function)(void *opaque, struct migcore_edit *edit);

/**
 * A step: how the newer form of a state differs from the older. The macros of migcore_compat.h make rows.
 *
 * Rows are compiled into programs without their size, so their layout does not change within a version of the interface:
 * a member that comes takes the place of a reserved one, where 0 is as before.
 */
typedef struct migcore_step {
    /**
     * What it does.
     */
    migcore_step_kind kind;
    /**
     * MIGCORE_STEP_ flags of its kind.
     */
    uint32_t flags;
    /**
     * The place, or the older one.
     */
    struct migcore_step_place place;
    /**
     * The newer place.
     */
    struct migcore_step_place to;
    /**
     * A table of items.
     */
    const struct migcore_step_item *items;
    /**
     * Another one.
     */
    const struct migcore_step_item *to_items;
    /**
     * Names, up to NULL.
     */
    const char *const *names;
    /**
     * Pairs of numbers.
     */
    const struct migcore_step_pair *pairs;
    /**
     * Bytes.
     */
    const void *data;
    /**
     * How many pairs or bytes.
     */
    size_t count;
    /**
     * Which bits.
     */
    uint64_t mask;
    /**
     * What they were.
     */
    uint64_t bits;
    /**
     * What they are.
     */
    uint64_t to_bits;
    /**
     * The older type.
     */
    struct migcore_step_form form;
    /**
     * The newer type.
     */
    struct migcore_step_form to_form;
    /**
     * Of bits: where in a buffer the first eight are, or the number of an element; of a command: its number.
     */
    uint32_t at;
    /**
     * The instance of a device.
     */
    uint32_t instance;
    /**
     * That of another.
     */
    uint32_t to_instance;
    /**
     * The version of a device.
     */
    uint32_t version;
    /**
     * The newer version.
     */
    uint32_t to_version;
    /**
     * The oldest version that the program can read which writes a device.
     */
    uint32_t minimum;
    /**
     * The oldest version that can read the state.
     */
    uint32_t oldest_reader;
    /**
     * The name of a schema.
     */
    const char *schema;
    /**
     * Code that makes the newer form of the older one.
     */
    migcore_step_function up;
    /**
     * Code that makes the older form of the newer one.
     */
    migcore_step_function down;
    /**
     * Given to both.
     */
    void *opaque;
    /**
     * 0, and refused if it is not.
     */
    uint64_t reserved[4];
} migcore_step;

/**
 * How a change is undone: one of the MIGCORE_BACK_ constants.
 */
typedef uint32_t migcore_back;

/**
 * What differs between two versions, written from the older to the newer.
 */
typedef struct migcore_compat_change {
    /**
     * The older version.
     */
    struct migcore_compat_version from;
    /**
     * The newer version.
     */
    struct migcore_compat_version to;
    /**
     * The steps, up to MIGCORE_STEP_KIND_END; NULL ends the changes.
     */
    const struct migcore_step *steps;
    /**
     * The steps back, with MIGCORE_BACK_STEPS, else NULL.
     */
    const struct migcore_step *back_steps;
    /**
     * A MIGCORE_BACK_ constant.
     */
    migcore_back back;
    /**
     * 0, and refused if it is not.
     */
    uint32_t reserved[3];
} migcore_compat_change;

/**
 * The versions of a device or of the machine.
 */
typedef struct migcore_history {
    /**
     * A pattern of names of devices, in which `*` stands for any run of characters; NULL: the machine.
     */
    const char *devices;
    /**
     * The version that this program speaks.
     */
    struct migcore_compat_version newest;
    /**
     * The changes, up to one without steps; NULL ends the histories.
     */
    const struct migcore_compat_change *changes;
    /**
     * 0, and refused if it is not.
     */
    uint64_t reserved[2];
} migcore_history;

/**
 * What a policy says of a loss: one of the MIGCORE_VERDICT_ constants.
 */
typedef uint32_t migcore_verdict;

/**
 * What is said of losses at certain paths.
 */
typedef struct migcore_policy_row {
    /**
     * A pattern of paths from the machine; what is below is covered too. The first row that fits counts. NULL ends the rows.
     */
    const char *path;
    /**
     * A MIGCORE_VERDICT_ constant.
     */
    migcore_verdict verdict;
    /**
     * 0, and refused if it is not.
     */
    uint32_t reserved;
} migcore_policy_row;

/**
 * Code that sees a state on its way out, after the steps, and in, before them.
 */
typedef struct migcore_filter {
    /**
     * Sees what leaves, or NULL.
     */
    migcore_step_function leaving;
    /**
     * Sees what arrives, or NULL. Without either the filters end.
     */
    migcore_step_function arriving;
    /**
     * Given to both.
     */
    void *opaque;
    /**
     * 0, and refused if it is not.
     */
    uint64_t reserved[2];
} migcore_filter;

/**
 * All that a program says of versions.
 */
typedef struct migcore_compat_table {
    /**
     * sizeof(migcore_compat_table)
     */
    size_t size;
    /**
     * The histories, up to one without changes.
     */
    const struct migcore_history *histories;
    /**
     * What is said of losses, or NULL.
     */
    const struct migcore_policy_row *policy;
    /**
     * What is said of all others.
     */
    migcore_verdict otherwise;
    /**
     * Filters in order, or NULL.
     */
    const struct migcore_filter *filters;
    /**
     * The name of the program, for the history of the state; NULL is none.
     */
    const char *writer;
} migcore_compat_table;

/**
 * A version that is wanted of devices.
 */
typedef struct migcore_compat_wanted {
    /**
     * A pattern of names of devices, in which `*` stands for any run of characters.
     */
    const char *devices;
    /**
     * The version.
     */
    struct migcore_compat_version version;
} migcore_compat_wanted;

/**
 * Which versions are wanted.
 */
typedef struct migcore_compat_targets {
    /**
     * sizeof(migcore_compat_targets)
     */
    size_t size;
    /**
     * The version of the machine that the tree is of; NULL: what the tree says.
     */
    const struct migcore_compat_version *from;
    /**
     * The version of the machine that is wanted; NULL: that of the machine stays.
     */
    const struct migcore_compat_version *machine;
    /**
     * Versions of devices; the first whose pattern fits counts.
     */
    const struct migcore_compat_wanted *devices;
    /**
     * How many: MIGCORE_MAX_WANTED at most.
     */
    size_t count;
    /**
     * What is wanted of other devices: MIGCORE_OTHERS_NEWEST or MIGCORE_OTHERS_KEEP.
     */
    uint32_t others;
    /**
     * Which filters run: a MIGCORE_BORDER_ constant.
     */
    uint32_t border;
} migcore_compat_targets;

/**
 * Something that is lost. Texts are no C strings, and are there while the function runs that is told.
 */
typedef struct migcore_loss {
    /**
     * sizeof(migcore_loss)
     */
    size_t size;
    /**
     * The name of the device whose history it is of; NULL for the machine's.
     */
    const char *device;
    /**
     * The bytes of that.
     */
    size_t device_length;
    /**
     * Where, from the device or from the machine.
     */
    const char *path;
    /**
     * The bytes of that.
     */
    size_t path_length;
    /**
     * The version that the state was of.
     */
    struct migcore_told_version from;
    /**
     * The version that it became.
     */
    struct migcore_told_version to;
    /**
     * The instance of the device.
     */
    uint32_t instance;
    /**
     * The number of the step in its change, from 0.
     */
    uint32_t step;
    /**
     * What of it.
     */
    migcore_lost what;
    /**
     * The item as it was, a copy in the tree; 0 if there is none.
     */
    migcore_node node;
    /**
     * The bits of a value, or the old readers of a device.
     */
    uint64_t bits;
    /**
     * Its value must not be shown.
     */
    bool secret;
    /**
     * The policy allows it.
     */
    bool allowed;
    /**
     * A value is lost. Else it is only something about an item that the way back would not know, which is noted and
     * always allowed: its place, that it was not there, oldest versions, numbers of sections.
     */
    bool is_value;
} migcore_loss;

/**
 * Is told of a loss.
 */
typedef void (*migcore_loss_function)(void *opaque, const struct migcore_loss *loss);

/**
 * A step that was done.
 */
typedef struct migcore_compat_stage {
    /**
     * sizeof(migcore_compat_stage)
     */
    size_t size;
    /**
     * The name of the device; NULL for the machine.
     */
    const char *device;
    /**
     * The bytes of that.
     */
    size_t device_length;
    /**
     * What it does, in one or two words; no C string.
     */
    const char *text;
    /**
     * The bytes of that.
     */
    size_t text_length;
    /**
     * The version that the change leads from, as it is gone.
     */
    struct migcore_told_version from;
    /**
     * The version that it leads to.
     */
    struct migcore_told_version to;
    /**
     * The instance of the device.
     */
    uint32_t instance;
    /**
     * The number of the step in its change, from 0. The last, behind all that are declared, is the version of the device
     * itself.
     */
    uint32_t step;
    /**
     * How many items it touched.
     */
    uint32_t touched;
    /**
     * The change is gone back, to its older version.
     */
    bool down;
} migcore_compat_stage;

/**
 * Looks on while a run goes. Its functions may be NULL. The tree is at work meanwhile: calls on it return MIGCORE_BUSY.
 */
typedef struct migcore_compat_observer {
    /**
     * sizeof(migcore_compat_observer)
     */
    size_t size;
    /**
     * Given to the functions.
     */
    void *opaque;
    /**
     * Is told of each loss, and of each note (see `is_value`), also of losses that are refused: all are told before the
     * run is.
     */
    migcore_loss_function lost;
    /**
     * Is told of each step that was done.
     */
    void (*step)(void *opaque, const struct migcore_compat_stage *stage);
} migcore_compat_observer;

/**
 * What a run did, or routes that were found.
 */
typedef struct migcore_compat_outcome {
    /**
     * sizeof(migcore_compat_outcome); the caller fills it in.
     */
    size_t size;
    /**
     * The changes that were gone.
     */
    uint64_t legs;
    /**
     * The steps of these.
     */
    uint64_t steps;
    /**
     * The items that these touched.
     */
    uint64_t touched;
    /**
     * The values that were lost.
     */
    uint64_t losses;
    /**
     * What else the way back would not know, such as places, and what is kept for it.
     */
    uint64_t notes;
    /**
     * What came back of what earlier runs lost or noted.
     */
    uint64_t restored;
    /**
     * What earlier runs lost or noted and will not come back: its place is gone, or the state came to its version in
     * another way.
     */
    uint64_t unrestored;
    /**
     * The patterns of the targets that no device of the tree fits, of devices that may come and go. One that no history is
     * for either is MIGCORE_NO_ROUTE.
     */
    uint64_t unused;
} migcore_compat_outcome;

/**
 * Why a run did not happen.
 */
typedef struct migcore_compat_failure {
    /**
     * sizeof(migcore_compat_failure); the caller fills it in.
     */
    size_t size;
    /**
     * The report: its path is the device or the item, empty for the machine.
     */
    struct migcore_error error;
    /**
     * The number of the step in its change, from 0, or -1.
     */
    int64_t step;
    /**
     * The version that no route leads from, or that of the change, as it was gone; ends with a NUL.
     */
    char from[MIGCORE_PATH_SIZE];
    /**
     * The version that it was to lead to.
     */
    char to[MIGCORE_PATH_SIZE];
    /**
     * What more is to be said: the value that did not fit, the type that was expected, what would be lost, the versions that
     * there are. Ends with a NUL; empty if nothing is.
     */
    char detail[MIGCORE_PATH_SIZE];
} migcore_compat_failure;

/**
 * A stop of a state on its way. Texts are no C strings, and are there while the function runs that is told.
 */
typedef struct migcore_hop {
    /**
     * sizeof(migcore_hop)
     */
    size_t size;
    /**
     * The machine.
     */
    const char *machine;
    /**
     * The bytes of that.
     */
    size_t machine_length;
    /**
     * The program that wrote it.
     */
    const char *writer;
    /**
     * The bytes of that.
     */
    size_t writer_length;
    /**
     * The version of the machine that the state was of.
     */
    struct migcore_told_version version;
} migcore_hop;

/**
 * Is told of a hop.
 */
typedef void (*migcore_hop_function)(void *opaque, const struct migcore_hop *hop);

/**
 * An object with its table: what migcore_visit_vmstate_device takes, and so a device of a machine.
 */
typedef struct migcore_vmstate_device {
    /**
     * sizeof(migcore_vmstate_device)
     */
    size_t size;
    /**
     * Its table.
     */
    const struct migcore_vmstate *table;
    /**
     * The object.
     */
    void *object;
    /**
     * What the program lends to the visit, or NULL.
     */
    const struct migcore_vmstate_host *host;
} migcore_vmstate_device;

/**
 * Done.
 */
#define MIGCORE_OK 0

/**
 * The stream ends inside an item.
 */
#define MIGCORE_TRUNCATED 101

/**
 * A value that its kind does not allow, such as a null marker that is not 0x30.
 */
#define MIGCORE_BAD_VALUE 102

/**
 * A string is not UTF-8, or holds a NUL.
 */
#define MIGCORE_BAD_TEXT 103

/**
 * A subsection that the device does not know and that may not be skipped.
 */
#define MIGCORE_UNKNOWN_SUBSECTION 104

/**
 * The stream holds data that nobody read.
 */
#define MIGCORE_UNCONSUMED 105

/**
 * The item has another type in the stream, and not one that fits without loss.
 */
#define MIGCORE_WRONG_TYPE 106

/**
 * The stream does not hold an item or a device that must be there.
 */
#define MIGCORE_MISSING 107

/**
 * The bytes do not begin as a stream of this format does.
 */
#define MIGCORE_BAD_SIGNATURE 108

/**
 * The checksum of a chunk, or of all of them, differs.
 */
#define MIGCORE_BAD_CRC 109

/**
 * A chunk whose type is none, or that a reader must know and this one does not.
 */
#define MIGCORE_UNKNOWN_CHUNK 110

/**
 * A chunk or a device is missing, comes twice, or stands where it may not.
 */
#define MIGCORE_BAD_ORDER 111

/**
 * The description of items that a stream carries makes no sense, or does not fit the values.
 */
#define MIGCORE_BAD_SHAPE 112

/**
 * A device that this program does not have and that may not be skipped.
 */
#define MIGCORE_UNKNOWN_DEVICE 113

/**
 * The bytes do not begin as a stream of QEMU does.
 */
#define MIGCORE_BAD_MAGIC 114

/**
 * A record of a QEMU stream whose first byte is none of the known types.
 */
#define MIGCORE_UNKNOWN_RECORD 115

/**
 * A command of a QEMU stream whose number is none of the known ones.
 */
#define MIGCORE_UNKNOWN_COMMAND 116

/**
 * A block of memory that this program does not have, or memory where there is no place for it.
 */
#define MIGCORE_UNKNOWN_MEMORY 117

/**
 * A block of memory has another length in the stream.
 */
#define MIGCORE_MEMORY_DIFFERS 118

/**
 * A value that must be the same on both sides is another here.
 */
#define MIGCORE_VALUE_DIFFERS 119

/**
 * A value that the type which it should have cannot hold.
 */
#define MIGCORE_DOES_NOT_FIT 120

/**
 * Written by a version newer than this device can read.
 */
#define MIGCORE_TOO_NEW 201

/**
 * Written by a version older than this device can read.
 */
#define MIGCORE_TOO_OLD 202

/**
 * The stream is of a newer format, or needs a feature that this library does not have.
 */
#define MIGCORE_UNKNOWN_FORMAT 203

/**
 * The stream is of an old format that is not read any more.
 */
#define MIGCORE_OBSOLETE_FORMAT 204

/**
 * No route leads from one version to the other.
 */
#define MIGCORE_NO_ROUTE 205

/**
 * A pointer that must not be NULL is NULL.
 */
#define MIGCORE_NULL_POINTER 301

/**
 * A size argument differs from the library's: header and library are of different releases.
 */
#define MIGCORE_BAD_SIZE 302

/**
 * Storage is not aligned as its type asks.
 */
#define MIGCORE_MISALIGNED 303

/**
 * The object was never initialised, or is of another type.
 */
#define MIGCORE_BAD_OBJECT 304

/**
 * The object was entered again from one of its own callbacks, or a visitor over this tree is at work.
 */
#define MIGCORE_BUSY 305

/**
 * A scope was closed that is not open, or was left open.
 */
#define MIGCORE_UNBALANCED 306

/**
 * The call belongs to the other direction (save or load).
 */
#define MIGCORE_WRONG_DIRECTION 307

/**
 * An argument is out of its range.
 */
#define MIGCORE_INVALID_ARGUMENT 308

/**
 * The wire or the source cannot do this, such as look ahead without a peek.
 */
#define MIGCORE_UNSUPPORTED 309

/**
 * A handle whose item was removed.
 */
#define MIGCORE_STALE_HANDLE 310

/**
 * The machine was loaded in part: it may be neither run nor saved before a reset.
 */
#define MIGCORE_DIRTY 311

/**
 * The stream is not the one that was checked for this machine.
 */
#define MIGCORE_NOT_CHECKED 312

/**
 * A table that describes a state makes no sense, or does not fit its object.
 */
#define MIGCORE_BAD_TABLE 313

/**
 * There is already an item or a device of this name.
 */
#define MIGCORE_OCCUPIED 314

/**
 * The source reported an error.
 */
#define MIGCORE_READ_FAILED 401

/**
 * The sink reported an error.
 */
#define MIGCORE_WRITE_FAILED 402

/**
 * The memory that was given is too small; the report tells how much is needed.
 */
#define MIGCORE_NO_SPACE 403

/**
 * A callback returned what its contract does not allow.
 */
#define MIGCORE_BAD_CALLBACK 404

/**
 * Scopes nest deeper than MIGCORE_MAX_DEPTH.
 */
#define MIGCORE_TOO_DEEP 501

/**
 * A name is longer than MIGCORE_MAX_NAME.
 */
#define MIGCORE_NAME_TOO_LONG 502

/**
 * The stream holds more elements or bytes than there is room for.
 */
#define MIGCORE_TOO_MANY 503

/**
 * A length that the wire cannot carry.
 */
#define MIGCORE_TOO_LONG 504

/**
 * Items are visited in another order than the stream's, too far apart to be found without an index.
 */
#define MIGCORE_NEEDS_INDEX 505

/**
 * The stream asks for more work than the limit allows.
 */
#define MIGCORE_TOO_MUCH_WORK 506

/**
 * The stream asks for more memory than the limit allows.
 */
#define MIGCORE_TOO_MUCH_MEMORY 507

/**
 * The device itself refused.
 */
#define MIGCORE_REFUSED 601

/**
 * The state is not valid, as the device's own test says.
 */
#define MIGCORE_NOT_VALID 602

/**
 * The state would lose something that must not be lost.
 */
#define MIGCORE_LOSSY 603

/**
 * A scalar: `kind`, `bits`
 */
#define MIGCORE_ITEM_SCALAR 1

/**
 * An array of scalars: `kind`, `data`, `length` in bytes, `count`, `variable`
 */
#define MIGCORE_ITEM_ARRAY 2

/**
 * A byte buffer: `data`, `length`, `variable`
 */
#define MIGCORE_ITEM_BYTES 3

/**
 * A UTF-8 string without a NUL: `data`, `length`
 */
#define MIGCORE_ITEM_STRING 4

/**
 * A null pointer
 */
#define MIGCORE_ITEM_ABSENT 5

/**
 * Bytes without name or type: `data`, `length`
 */
#define MIGCORE_ITEM_RAW 6

/**
 * A device begins: `instance`, `version`
 */
#define MIGCORE_ITEM_BEGIN_DEVICE 7

/**
 * A struct begins; if it has a description, that is `data`, `length`, with its `version`
 */
#define MIGCORE_ITEM_BEGIN_STRUCT 8

/**
 * A list begins: `count`, `variable`
 */
#define MIGCORE_ITEM_BEGIN_LIST 9

/**
 * An element of a list begins
 */
#define MIGCORE_ITEM_BEGIN_ELEMENT 10

/**
 * What is optional begins: `bits` is 1 if it is there, else 0
 */
#define MIGCORE_ITEM_BEGIN_OPTIONAL 11

/**
 * A subsection begins: `version`
 */
#define MIGCORE_ITEM_BEGIN_SUBSECTION 12

/**
 * The innermost device, struct, list, element, optional or subsection ends
 */
#define MIGCORE_ITEM_END 13

/**
 * The whole of a tree (see migcore_tree_get)
 */
#define MIGCORE_ITEM_ROOT 14

/**
 * bool: true or false
 */
#define MIGCORE_KIND_BOOL 1

/**
 * uint8_t
 */
#define MIGCORE_KIND_U8 2

/**
 * uint16_t
 */
#define MIGCORE_KIND_U16 3

/**
 * uint32_t
 */
#define MIGCORE_KIND_U32 4

/**
 * uint64_t
 */
#define MIGCORE_KIND_U64 5

/**
 * int8_t
 */
#define MIGCORE_KIND_I8 6

/**
 * int16_t
 */
#define MIGCORE_KIND_I16 7

/**
 * int32_t
 */
#define MIGCORE_KIND_I32 8

/**
 * int64_t
 */
#define MIGCORE_KIND_I64 9

/**
 * float, as IEEE 754 binary32
 */
#define MIGCORE_KIND_F32 10

/**
 * double, as IEEE 754 binary64
 */
#define MIGCORE_KIND_F64 11

/**
 * `pre_load`, or `pre_load_errp`
 */
#define MIGCORE_VMSTATE_HOOK_PRE_LOAD 1

/**
 * `post_load`, or `post_load_errp`
 */
#define MIGCORE_VMSTATE_HOOK_POST_LOAD 2

/**
 * `pre_save`, or `pre_save_errp`
 */
#define MIGCORE_VMSTATE_HOOK_PRE_SAVE 3

/**
 * `post_save`
 */
#define MIGCORE_VMSTATE_HOOK_POST_SAVE 4

/**
 * `load_state_old`, which reads the whole state
 */
#define MIGCORE_VMSTATE_HOOK_LOAD_STATE_OLD 5

/**
 * Whatever the device puts there: `visit` of the info visits it, else `custom` of the host.
 */
#define MIGCORE_VMSTATE_KIND_CUSTOM 0

/**
 * `bool`
 */
#define MIGCORE_VMSTATE_KIND_BOOL 1

/**
 * `int8_t`
 */
#define MIGCORE_VMSTATE_KIND_I8 2

/**
 * `int16_t`
 */
#define MIGCORE_VMSTATE_KIND_I16 3

/**
 * `int32_t`
 */
#define MIGCORE_VMSTATE_KIND_I32 4

/**
 * `int64_t`
 */
#define MIGCORE_VMSTATE_KIND_I64 5

/**
 * `uint8_t`
 */
#define MIGCORE_VMSTATE_KIND_U8 6

/**
 * `uint16_t`
 */
#define MIGCORE_VMSTATE_KIND_U16 7

/**
 * `uint32_t`
 */
#define MIGCORE_VMSTATE_KIND_U32 8

/**
 * `uint64_t`
 */
#define MIGCORE_VMSTATE_KIND_U64 9

/**
 * `uint8_t` that a load does not change: the stream must have the same.
 */
#define MIGCORE_VMSTATE_KIND_U8_EQUAL 10

/**
 * `uint16_t` that a load does not change.
 */
#define MIGCORE_VMSTATE_KIND_U16_EQUAL 11

/**
 * `int32_t` that a load does not change.
 */
#define MIGCORE_VMSTATE_KIND_I32_EQUAL 12

/**
 * `uint32_t` that a load does not change.
 */
#define MIGCORE_VMSTATE_KIND_U32_EQUAL 13

/**
 * `uint64_t` that a load does not change.
 */
#define MIGCORE_VMSTATE_KIND_U64_EQUAL 14

/**
 * `int32_t` that a load lets become smaller, down to 0, but not larger.
 */
#define MIGCORE_VMSTATE_KIND_I32_LE 15

/**
 * `double`, with all its bits
 */
#define MIGCORE_VMSTATE_KIND_F64 16

/**
 * `double` that QEMU calls CPU_Double_U; the bytes are those of MIGCORE_VMSTATE_KIND_F64.
 */
#define MIGCORE_VMSTATE_KIND_CPU_DOUBLE 17

/**
 * A timer, which `timer_get` and `timer_set` of the host know; without them an `int64_t`.
 */
#define MIGCORE_VMSTATE_KIND_TIMER 18

/**
 * `size` bytes as they are
 */
#define MIGCORE_VMSTATE_KIND_BUFFER 19

/**
 * `size` bytes in the stream that are in no object: zeros, and not looked at on load
 */
#define MIGCORE_VMSTATE_KIND_UNUSED 20

/**
 * An array of `unsigned long`, of which `size` bits count
 */
#define MIGCORE_VMSTATE_KIND_BITMAP 21

/**
 * A null pointer
 */
#define MIGCORE_VMSTATE_KIND_NULLPTR 22

/**
 * A scratch object of `size` bytes, whose first word points to the object, visited by `vmsd`
 */
#define MIGCORE_VMSTATE_KIND_TMP 23

/**
 * A tail queue of QEMU; `start` is where the link lies in an element.
 */
#define MIGCORE_VMSTATE_KIND_TAILQ 24

/**
 * A list of QEMU; `start` is where the link lies in an element.
 */
#define MIGCORE_VMSTATE_KIND_LIST 25

/**
 * A tree, which `tree` of the host knows; `start` is the size of a key, 0 where the pointer to it is the key.
 */
#define MIGCORE_VMSTATE_KIND_TREE 26

/**
 * An open file: as MIGCORE_VMSTATE_KIND_CUSTOM
 */
#define MIGCORE_VMSTATE_KIND_FD 27

/**
 * The root of every tree: a node without a name, whose children are the devices, or whatever else was
 * saved.
 */
#define MIGCORE_ROOT 4294967296

/**
 * Before the first child of the scope that is given.
 */
#define MIGCORE_AT_START 1

/**
 * After the last child of the scope that is given.
 */
#define MIGCORE_AT_END 2

/**
 * Before the node that is given.
 */
#define MIGCORE_AT_BEFORE 3

/**
 * After the node that is given.
 */
#define MIGCORE_AT_AFTER 4

/**
 * Only the right tree has it.
 */
#define MIGCORE_CHANGE_ADDED 1

/**
 * Only the left tree has it.
 */
#define MIGCORE_CHANGE_REMOVED 2

/**
 * It is of one type in both, and has another value; of a scope, another version or count.
 */
#define MIGCORE_CHANGE_VALUE 3

/**
 * It has another type.
 */
#define MIGCORE_CHANGE_TYPE 4

/**
 * It has other marks.
 */
#define MIGCORE_CHANGE_MARKS 5

/**
 * It stands in another place among its neighbours.
 */
#define MIGCORE_CHANGE_MOVED 6

/**
 * The end of the rows
 */
#define MIGCORE_PROFILE_KIND_END 0

/**
 * A property of the device is on or off: `number` is 1 or 0.
 */
#define MIGCORE_PROFILE_KIND_FLAG 1

/**
 * A property of the device is `number`.
 */
#define MIGCORE_PROFILE_KIND_NUMBER 2

/**
 * A property of the device is `text`.
 */
#define MIGCORE_PROFILE_KIND_TEXT 3

/**
 * The device is in the stream as bytes without names, if `number` is 1; 0: it is described.
 */
#define MIGCORE_PROFILE_KIND_BLOB 4

/**
 * The machine is written as `number` says: a MIGCORE_WIRE_ constant.
 */
#define MIGCORE_PROFILE_KIND_WIRE 5

/**
 * The end of the steps
 */
#define MIGCORE_STEP_KIND_END 0

/**
 * An item has another name: `place` without `after`, `to.name`.
 */
#define MIGCORE_STEP_KIND_RENAME 1

/**
 * An item is new: `place`; `items` is the item with its inside, or NULL where no default is known.
 */
#define MIGCORE_STEP_KIND_ADD 2

/**
 * An item is gone: `place`; `items` is what it is if nothing is known of it, or NULL.
 */
#define MIGCORE_STEP_KIND_DROP 3

/**
 * A value has another type, which it must fit: `place` without `after`, `form`, `to_form`.
 */
#define MIGCORE_STEP_KIND_RETYPE 4

/**
 * A value is another: `place` without `after`; `items` is the older one, `to_items` the newer, NULL for any.
 */
#define MIGCORE_STEP_KIND_SET 5

/**
 * Values have other numbers: `place` without `after`, `pairs`, `count`; MIGCORE_STEP_KEEP.
 */
#define MIGCORE_STEP_KIND_MAP 6

/**
 * Bits are others: `place` without `after`, `at`, `mask`, `bits`, `to_bits`; MIGCORE_STEP_ANY, MIGCORE_STEP_TO_ANY.
 */
#define MIGCORE_STEP_KIND_BITS 7

/**
 * An item stands elsewhere: `place`, `to`.
 */
#define MIGCORE_STEP_KIND_MOVE 8

/**
 * Items have a scope of their own: `place` is that of the scope, `items` the scope alone, `names` the items in it, and
 * `to.after` the sibling that the first of them followed. The scope stands beside its items while they go into it and come
 * out. So where both are the first or both the last of what is around, `to.after` is the scope itself, by its name:
 * MIGCORE_STEP_FIRST with MIGCORE_STEP_TO_FIRST, or NULL twice, come true as well, but their places are noted each time.
 */
#define MIGCORE_STEP_KIND_WRAP 9

/**
 * The reverse of MIGCORE_STEP_KIND_WRAP
 */
#define MIGCORE_STEP_KIND_UNWRAP 10

/**
 * Items of a device are those of a new one: `place.name` and `instance` are the device, no name being the one that the
 * history is of; `place.after` the item that the first of them followed; `to.name`, `to.after`, `to_instance`, `version`,
 * `minimum` and `oldest_reader` the new device; `names` the items.
 */
#define MIGCORE_STEP_KIND_SPLIT 11

/**
 * The reverse of MIGCORE_STEP_KIND_SPLIT
 */
#define MIGCORE_STEP_KIND_MERGE 12

/**
 * Devices have other names or instances: `place.name`, `instance`, `to.name`, `to_instance`.
 */
#define MIGCORE_STEP_KIND_RENAME_DEVICE 13

/**
 * A device is new: `place.name`, `place.after`, `instance`, `version`, `minimum`, `oldest_reader`; `items` are its items, or
 * NULL where nothing is known of them.
 */
#define MIGCORE_STEP_KIND_ADD_DEVICE 14

/**
 * A device is gone; members as of MIGCORE_STEP_KIND_ADD_DEVICE
 */
#define MIGCORE_STEP_KIND_DROP_DEVICE 15

/**
 * Devices are of another version: `place.name`, `instance`, `version`, `to_version`.
 */
#define MIGCORE_STEP_KIND_SET_VERSION 16

/**
 * An opaque buffer is opened: `place` without `after`; `schema` is the name of what knows the inside, NULL for the one that
 * there is for the name of the device and the field.
 */
#define MIGCORE_STEP_KIND_OPEN 17

/**
 * The reverse of MIGCORE_STEP_KIND_OPEN
 */
#define MIGCORE_STEP_KIND_CLOSE 18

/**
 * A QEMU stream has one more command: `at` is its number, `data` and `count` its data, `place.after` the device.
 */
#define MIGCORE_STEP_KIND_ADD_COMMAND 19

/**
 * The reverse of MIGCORE_STEP_KIND_ADD_COMMAND
 */
#define MIGCORE_STEP_KIND_DROP_COMMAND 20

/**
 * The sections of a QEMU stream have footers.
 */
#define MIGCORE_STEP_KIND_ADD_FOOTERS 21

/**
 * They have none any more.
 */
#define MIGCORE_STEP_KIND_DROP_FOOTERS 22

/**
 * What only code can do: `up`, `down`, of which one may be NULL, and `opaque`.
 */
#define MIGCORE_STEP_KIND_CALL 23

/**
 * By the inverses of its steps, from the last to the first
 */
#define MIGCORE_BACK_DERIVED 0

/**
 * Not at all
 */
#define MIGCORE_BACK_NONE 1

/**
 * By `back_steps`
 */
#define MIGCORE_BACK_STEPS 2

/**
 * It may be lost if it is 0 or empty and the step does not know another default.
 */
#define MIGCORE_VERDICT_IF_DEFAULT 0

/**
 * It may be lost.
 */
#define MIGCORE_VERDICT_ALLOW 1

/**
 * It may not: nothing is changed then.
 */
#define MIGCORE_VERDICT_REFUSE 2

/**
 * Its value; the item stays.
 */
#define MIGCORE_LOST_VALUE 1

/**
 * Bits of its value
 */
#define MIGCORE_LOST_BITS 2

/**
 * Its place among its siblings
 */
#define MIGCORE_LOST_ORDER 3

/**
 * The item with all that is inside
 */
#define MIGCORE_LOST_ITEM 4

/**
 * A device, or a record of a QEMU stream with the device inside
 */
#define MIGCORE_LOST_RECORD 5

/**
 * That it is not there, where the way back would make it
 */
#define MIGCORE_LOST_ABSENCE 6

/**
 * The oldest versions of a device
 */
#define MIGCORE_LOST_VERSIONS 7

/**
 * The number of a section of a QEMU stream, and whether it has a footer
 */
#define MIGCORE_LOST_SECTION 8

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * What a status means, in a few words; a static string, never NULL.
 */
const char *migcore_status_text(migcore_status status);

/**
 * The MIGCORE_VERSION of the library that is linked.
 */
uint32_t migcore_version(void);

/**
 * The MIGCORE_ABI_VERSION of the library that is linked.
 */
uint32_t migcore_abi_version(void);

/**
 * Writes the message of `error` into `text`, cut to `capacity` and ended with a NUL, and returns
 * how long the whole message is, without the NUL. `text` may be NULL when `capacity` is 0. A NULL or
 * foreign `error` has an empty message.
 */
size_t migcore_error_text(const struct migcore_error *error,
                          char *text,
                          size_t capacity);

/**
 * Visits a report as a struct, `name`: how a destination tells its source why it refuses. On load the caller
 * fills in `size`, as always; what comes may be of a newer release that knows more statuses. Its message is what
 * migcore_error_text makes of it, which holds nothing but printable ASCII.
 *
 * Over a socket, a destination that refuses in the middle of a stream reads on until the source has closed, and
 * closes only then: to close while bytes are unread resets a TCP connection, and the answer may be lost with it.
 */
migcore_status migcore_visit_error(struct migcore_visitor *v,
                                   const char *name,
                                   struct migcore_error *error);

/**
 * Fills `kernels` with the fastest loops for this processor. `size` is sizeof(migcore_kernels).
 *
 * Call it once and keep the struct: asking the processor can take microseconds in a virtual
 * machine. On a processor of another kind than x86 and aarch64 all loops are the portable ones. On
 * aarch64 under Linux it needs Linux 4.11; on bare metal it reads ID_AA64ISAR0_EL1, which exception
 * level 0 may not do. Errors: MIGCORE_NULL_POINTER, MIGCORE_BAD_SIZE, MIGCORE_MISALIGNED;
 * `kernels` is then unchanged.
 */
migcore_status migcore_kernels_detect(struct migcore_kernels *kernels, size_t size);

/**
 * Begins a visitor that saves into `memory`, which it borrows; when that is full, calls fail with
 * MIGCORE_NO_SPACE. migcore_position tells how many bytes were written; what lies beyond them is
 * unspecified. `size` is sizeof(migcore_legacy). `kernels` may be NULL; it is not copied.
 */
migcore_status migcore_legacy_save_memory(struct migcore_legacy *legacy,
                                          size_t size,
                                          void *memory,
                                          size_t capacity,
                                          const struct migcore_kernels *kernels);

/**
 * Begins a visitor that saves to a stream through `buffer`, which it borrows. With a buffer, bytes
 * go out when it is full and at migcore_flush or migcore_finish. Without one (NULL and 0) every
 * item has gone out when its call returns, so other code may write to the same stream in between.
 * `size` and `kernels` as in migcore_legacy_save_memory.
 */
migcore_status migcore_legacy_save_stream(struct migcore_legacy *legacy,
                                          size_t size,
                                          const struct migcore_sink *sink,
                                          void *buffer,
                                          size_t capacity,
                                          const struct migcore_kernels *kernels);

/**
 * Begins a visitor that loads from `memory`, which it borrows. `size` and `kernels` as in
 * migcore_legacy_save_memory.
 */
migcore_status migcore_legacy_load_memory(struct migcore_legacy *legacy,
                                          size_t size,
                                          const void *memory,
                                          size_t length,
                                          const struct migcore_kernels *kernels);

/**
 * Begins a visitor that loads from a stream through `buffer`, which it borrows. With a buffer it
 * reads ahead. Without one (NULL and 0) it never asks the source for more than the item at hand, so
 * other code may read from the same stream in between; subsections then need the source's peek.
 * `size` and `kernels` as in migcore_legacy_save_memory.
 */
migcore_status migcore_legacy_load_stream(struct migcore_legacy *legacy,
                                          size_t size,
                                          const struct migcore_source *source,
                                          void *buffer,
                                          size_t capacity,
                                          const struct migcore_kernels *kernels);

/**
 * Begins a visitor that shows each item to `observe`. `size` is sizeof(migcore_observer).
 */
migcore_status migcore_observer_init(struct migcore_observer *observer,
                                     size_t size,
                                     migcore_observe observe,
                                     void *opaque);

/**
 * Whether this visitor loads. False for what is no visitor.
 */
bool migcore_is_loading(const struct migcore_visitor *v);

/**
 * The version of the state being visited: of the innermost device, versioned struct or subsection;
 * on load the stream's, on save the target's. Use it for arrays and structs that exist from a version
 * on, as the _since calls do for scalars. MIGCORE_NEWEST where nobody told a version; 0 for what is no
 * visitor.
 */
uint32_t migcore_state_version(struct migcore_visitor *v);

/**
 * Sets the version that the caller's own framing gives, such as that of a QEMU section: of the device
 * that begins next, or of items outside of any device. On load it is the stream's version, on save
 * the one to write. Outside of all scopes only.
 */
migcore_status migcore_set_state_version(struct migcore_visitor *v,
                                         uint32_t version);

/**
 * The position in the stream, in bytes; after an error, where the visit stood still. 0 for what is
 * no visitor.
 */
uint64_t migcore_position(struct migcore_visitor *v);

/**
 * The first error of the visit, or MIGCORE_OK. Every call after it returned the same.
 */
migcore_status migcore_get_status(struct migcore_visitor *v);

/**
 * Copies the report of the first error to `error`, whose `size` the caller has filled in; a report
 * of MIGCORE_OK when there was none, and one without a place for what is no visitor, or could not be
 * begun, whose code is then returned.
 */
migcore_status migcore_get_error(struct migcore_visitor *v,
                                 struct migcore_error *error);

/**
 * Ends the visit with an error of the device's own, at the item `name` of the innermost scope, for
 * instance when a loaded value cannot be. `status` is one of the MIGCORE_ codes, by custom
 * MIGCORE_REFUSED; any other number, such as -EINVAL, is taken for MIGCORE_REFUSED with this number as
 * its cause. `cause` is the device's number for it, and goes before that one; or 0. Returns the first
 * error of the visit.
 */
migcore_status migcore_fail(struct migcore_visitor *v,
                            const char *name,
                            migcore_status status,
                            int32_t cause);

/**
 * On load, ends the visit with MIGCORE_REFUSED at the item `name` of the innermost scope unless `good`: for a
 * value that the device could not live with, such as an index out of its ring. On save it does nothing, and so it
 * does after an error. Returns the first error of the visit.
 */
migcore_status migcore_require(struct migcore_visitor *v,
                               const char *name,
                               bool good);

/**
 * Sends on what the visitor's buffer holds back.
 */
migcore_status migcore_flush(struct migcore_visitor *v);

/**
 * Checks, on load, that the stream ends here: MIGCORE_UNCONSUMED if it does not. For a state whose end
 * is that of its stream; on save there is nothing to check.
 */
migcore_status migcore_expect_end(struct migcore_visitor *v);

/**
 * Ends a visit: returns its first error, checks that every scope is closed, and sends on what is held
 * back. Chunks and trees are looked at to their end, and nothing critical in them may be unread; what follows,
 * and what is left on a legacy wire, is not looked at: see migcore_expect_end. What the visitor borrowed
 * is the caller's again. Nothing needs to be freed; for another visit, begin again.
 */
migcore_status migcore_finish(struct migcore_visitor *v);

/**
 * Visits a bool. On save `value` is only read; on load it is written
 * when the call succeeds, and only then.
 */
migcore_status migcore_visit_bool(struct migcore_visitor *v, const char *name, bool *value);

/**
 * Visits a bool that exists from `version` of the state on. In an older
 * state nothing is on the wire, and loading stores `otherwise`. The version is that of
 * migcore_state_version.
 */
migcore_status migcore_visit_bool_since(struct migcore_visitor *v,
                                        const char *name,
                                        bool *value,
                                        uint32_t version,
                                        bool otherwise);

/**
 * Visits a bool that may be missing in the stream, in which case loading
 * stores `otherwise`. On a wire without names it is never missing.
 */
migcore_status migcore_visit_bool_or(struct migcore_visitor *v,
                                     const char *name,
                                     bool *value,
                                     bool otherwise);

/**
 * Visits `count` elements of type bool in one call. Both sides know the
 * count. A load that fails may have written some of the elements.
 */
migcore_status migcore_visit_bool_array(struct migcore_visitor *v,
                                        const char *name,
                                        bool *values,
                                        size_t count);

/**
 * Visits the first `*count` elements of type bool; the count is part of
 * the state. On load at most `capacity` elements are accepted, and `count` is written.
 */
migcore_status migcore_visit_bool_varray(struct migcore_visitor *v,
                                         const char *name,
                                         bool *values,
                                         size_t capacity,
                                         size_t *count);

/**
 * Visits a uint8_t. On save `value` is only read; on load it is written
 * when the call succeeds, and only then.
 */
migcore_status migcore_visit_u8(struct migcore_visitor *v, const char *name, uint8_t *value);

/**
 * Visits a uint8_t that exists from `version` of the state on. In an older
 * state nothing is on the wire, and loading stores `otherwise`. The version is that of
 * migcore_state_version.
 */
migcore_status migcore_visit_u8_since(struct migcore_visitor *v,
                                      const char *name,
                                      uint8_t *value,
                                      uint32_t version,
                                      uint8_t otherwise);

/**
 * Visits a uint8_t that may be missing in the stream, in which case loading
 * stores `otherwise`. On a wire without names it is never missing.
 */
migcore_status migcore_visit_u8_or(struct migcore_visitor *v,
                                   const char *name,
                                   uint8_t *value,
                                   uint8_t otherwise);

/**
 * Visits `count` elements of type uint8_t in one call. Both sides know the
 * count. A load that fails may have written some of the elements.
 */
migcore_status migcore_visit_u8_array(struct migcore_visitor *v,
                                      const char *name,
                                      uint8_t *values,
                                      size_t count);

/**
 * Visits the first `*count` elements of type uint8_t; the count is part of
 * the state. On load at most `capacity` elements are accepted, and `count` is written.
 */
migcore_status migcore_visit_u8_varray(struct migcore_visitor *v,
                                       const char *name,
                                       uint8_t *values,
                                       size_t capacity,
                                       size_t *count);

/**
 * Visits a uint16_t. On save `value` is only read; on load it is written
 * when the call succeeds, and only then.
 */
migcore_status migcore_visit_u16(struct migcore_visitor *v, const char *name, uint16_t *value);

/**
 * Visits a uint16_t that exists from `version` of the state on. In an older
 * state nothing is on the wire, and loading stores `otherwise`. The version is that of
 * migcore_state_version.
 */
migcore_status migcore_visit_u16_since(struct migcore_visitor *v,
                                       const char *name,
                                       uint16_t *value,
                                       uint32_t version,
                                       uint16_t otherwise);

/**
 * Visits a uint16_t that may be missing in the stream, in which case loading
 * stores `otherwise`. On a wire without names it is never missing.
 */
migcore_status migcore_visit_u16_or(struct migcore_visitor *v,
                                    const char *name,
                                    uint16_t *value,
                                    uint16_t otherwise);

/**
 * Visits `count` elements of type uint16_t in one call. Both sides know the
 * count. A load that fails may have written some of the elements.
 */
migcore_status migcore_visit_u16_array(struct migcore_visitor *v,
                                       const char *name,
                                       uint16_t *values,
                                       size_t count);

/**
 * Visits the first `*count` elements of type uint16_t; the count is part of
 * the state. On load at most `capacity` elements are accepted, and `count` is written.
 */
migcore_status migcore_visit_u16_varray(struct migcore_visitor *v,
                                        const char *name,
                                        uint16_t *values,
                                        size_t capacity,
                                        size_t *count);

/**
 * Visits a uint32_t. On save `value` is only read; on load it is written
 * when the call succeeds, and only then.
 */
migcore_status migcore_visit_u32(struct migcore_visitor *v, const char *name, uint32_t *value);

/**
 * Visits a uint32_t that exists from `version` of the state on. In an older
 * state nothing is on the wire, and loading stores `otherwise`. The version is that of
 * migcore_state_version.
 */
migcore_status migcore_visit_u32_since(struct migcore_visitor *v,
                                       const char *name,
                                       uint32_t *value,
                                       uint32_t version,
                                       uint32_t otherwise);

/**
 * Visits a uint32_t that may be missing in the stream, in which case loading
 * stores `otherwise`. On a wire without names it is never missing.
 */
migcore_status migcore_visit_u32_or(struct migcore_visitor *v,
                                    const char *name,
                                    uint32_t *value,
                                    uint32_t otherwise);

/**
 * Visits `count` elements of type uint32_t in one call. Both sides know the
 * count. A load that fails may have written some of the elements.
 */
migcore_status migcore_visit_u32_array(struct migcore_visitor *v,
                                       const char *name,
                                       uint32_t *values,
                                       size_t count);

/**
 * Visits the first `*count` elements of type uint32_t; the count is part of
 * the state. On load at most `capacity` elements are accepted, and `count` is written.
 */
migcore_status migcore_visit_u32_varray(struct migcore_visitor *v,
                                        const char *name,
                                        uint32_t *values,
                                        size_t capacity,
                                        size_t *count);

/**
 * Visits a uint64_t. On save `value` is only read; on load it is written
 * when the call succeeds, and only then.
 */
migcore_status migcore_visit_u64(struct migcore_visitor *v, const char *name, uint64_t *value);

/**
 * Visits a uint64_t that exists from `version` of the state on. In an older
 * state nothing is on the wire, and loading stores `otherwise`. The version is that of
 * migcore_state_version.
 */
migcore_status migcore_visit_u64_since(struct migcore_visitor *v,
                                       const char *name,
                                       uint64_t *value,
                                       uint32_t version,
                                       uint64_t otherwise);

/**
 * Visits a uint64_t that may be missing in the stream, in which case loading
 * stores `otherwise`. On a wire without names it is never missing.
 */
migcore_status migcore_visit_u64_or(struct migcore_visitor *v,
                                    const char *name,
                                    uint64_t *value,
                                    uint64_t otherwise);

/**
 * Visits `count` elements of type uint64_t in one call. Both sides know the
 * count. A load that fails may have written some of the elements.
 */
migcore_status migcore_visit_u64_array(struct migcore_visitor *v,
                                       const char *name,
                                       uint64_t *values,
                                       size_t count);

/**
 * Visits the first `*count` elements of type uint64_t; the count is part of
 * the state. On load at most `capacity` elements are accepted, and `count` is written.
 */
migcore_status migcore_visit_u64_varray(struct migcore_visitor *v,
                                        const char *name,
                                        uint64_t *values,
                                        size_t capacity,
                                        size_t *count);

/**
 * Visits a int8_t. On save `value` is only read; on load it is written
 * when the call succeeds, and only then.
 */
migcore_status migcore_visit_i8(struct migcore_visitor *v, const char *name, int8_t *value);

/**
 * Visits a int8_t that exists from `version` of the state on. In an older
 * state nothing is on the wire, and loading stores `otherwise`. The version is that of
 * migcore_state_version.
 */
migcore_status migcore_visit_i8_since(struct migcore_visitor *v,
                                      const char *name,
                                      int8_t *value,
                                      uint32_t version,
                                      int8_t otherwise);

/**
 * Visits a int8_t that may be missing in the stream, in which case loading
 * stores `otherwise`. On a wire without names it is never missing.
 */
migcore_status migcore_visit_i8_or(struct migcore_visitor *v,
                                   const char *name,
                                   int8_t *value,
                                   int8_t otherwise);

/**
 * Visits `count` elements of type int8_t in one call. Both sides know the
 * count. A load that fails may have written some of the elements.
 */
migcore_status migcore_visit_i8_array(struct migcore_visitor *v,
                                      const char *name,
                                      int8_t *values,
                                      size_t count);

/**
 * Visits the first `*count` elements of type int8_t; the count is part of
 * the state. On load at most `capacity` elements are accepted, and `count` is written.
 */
migcore_status migcore_visit_i8_varray(struct migcore_visitor *v,
                                       const char *name,
                                       int8_t *values,
                                       size_t capacity,
                                       size_t *count);

/**
 * Visits a int16_t. On save `value` is only read; on load it is written
 * when the call succeeds, and only then.
 */
migcore_status migcore_visit_i16(struct migcore_visitor *v, const char *name, int16_t *value);

/**
 * Visits a int16_t that exists from `version` of the state on. In an older
 * state nothing is on the wire, and loading stores `otherwise`. The version is that of
 * migcore_state_version.
 */
migcore_status migcore_visit_i16_since(struct migcore_visitor *v,
                                       const char *name,
                                       int16_t *value,
                                       uint32_t version,
                                       int16_t otherwise);

/**
 * Visits a int16_t that may be missing in the stream, in which case loading
 * stores `otherwise`. On a wire without names it is never missing.
 */
migcore_status migcore_visit_i16_or(struct migcore_visitor *v,
                                    const char *name,
                                    int16_t *value,
                                    int16_t otherwise);

/**
 * Visits `count` elements of type int16_t in one call. Both sides know the
 * count. A load that fails may have written some of the elements.
 */
migcore_status migcore_visit_i16_array(struct migcore_visitor *v,
                                       const char *name,
                                       int16_t *values,
                                       size_t count);

/**
 * Visits the first `*count` elements of type int16_t; the count is part of
 * the state. On load at most `capacity` elements are accepted, and `count` is written.
 */
migcore_status migcore_visit_i16_varray(struct migcore_visitor *v,
                                        const char *name,
                                        int16_t *values,
                                        size_t capacity,
                                        size_t *count);

/**
 * Visits a int32_t. On save `value` is only read; on load it is written
 * when the call succeeds, and only then.
 */
migcore_status migcore_visit_i32(struct migcore_visitor *v, const char *name, int32_t *value);

/**
 * Visits a int32_t that exists from `version` of the state on. In an older
 * state nothing is on the wire, and loading stores `otherwise`. The version is that of
 * migcore_state_version.
 */
migcore_status migcore_visit_i32_since(struct migcore_visitor *v,
                                       const char *name,
                                       int32_t *value,
                                       uint32_t version,
                                       int32_t otherwise);

/**
 * Visits a int32_t that may be missing in the stream, in which case loading
 * stores `otherwise`. On a wire without names it is never missing.
 */
migcore_status migcore_visit_i32_or(struct migcore_visitor *v,
                                    const char *name,
                                    int32_t *value,
                                    int32_t otherwise);

/**
 * Visits `count` elements of type int32_t in one call. Both sides know the
 * count. A load that fails may have written some of the elements.
 */
migcore_status migcore_visit_i32_array(struct migcore_visitor *v,
                                       const char *name,
                                       int32_t *values,
                                       size_t count);

/**
 * Visits the first `*count` elements of type int32_t; the count is part of
 * the state. On load at most `capacity` elements are accepted, and `count` is written.
 */
migcore_status migcore_visit_i32_varray(struct migcore_visitor *v,
                                        const char *name,
                                        int32_t *values,
                                        size_t capacity,
                                        size_t *count);

/**
 * Visits a int64_t. On save `value` is only read; on load it is written
 * when the call succeeds, and only then.
 */
migcore_status migcore_visit_i64(struct migcore_visitor *v, const char *name, int64_t *value);

/**
 * Visits a int64_t that exists from `version` of the state on. In an older
 * state nothing is on the wire, and loading stores `otherwise`. The version is that of
 * migcore_state_version.
 */
migcore_status migcore_visit_i64_since(struct migcore_visitor *v,
                                       const char *name,
                                       int64_t *value,
                                       uint32_t version,
                                       int64_t otherwise);

/**
 * Visits a int64_t that may be missing in the stream, in which case loading
 * stores `otherwise`. On a wire without names it is never missing.
 */
migcore_status migcore_visit_i64_or(struct migcore_visitor *v,
                                    const char *name,
                                    int64_t *value,
                                    int64_t otherwise);

/**
 * Visits `count` elements of type int64_t in one call. Both sides know the
 * count. A load that fails may have written some of the elements.
 */
migcore_status migcore_visit_i64_array(struct migcore_visitor *v,
                                       const char *name,
                                       int64_t *values,
                                       size_t count);

/**
 * Visits the first `*count` elements of type int64_t; the count is part of
 * the state. On load at most `capacity` elements are accepted, and `count` is written.
 */
migcore_status migcore_visit_i64_varray(struct migcore_visitor *v,
                                        const char *name,
                                        int64_t *values,
                                        size_t capacity,
                                        size_t *count);

/**
 * Visits a float. On save `value` is only read; on load it is written
 * when the call succeeds, and only then.
 */
migcore_status migcore_visit_f32(struct migcore_visitor *v, const char *name, float *value);

/**
 * Visits a float that exists from `version` of the state on. In an older
 * state nothing is on the wire, and loading stores `otherwise`. The version is that of
 * migcore_state_version.
 */
migcore_status migcore_visit_f32_since(struct migcore_visitor *v,
                                       const char *name,
                                       float *value,
                                       uint32_t version,
                                       float otherwise);

/**
 * Visits a float that may be missing in the stream, in which case loading
 * stores `otherwise`. On a wire without names it is never missing.
 */
migcore_status migcore_visit_f32_or(struct migcore_visitor *v,
                                    const char *name,
                                    float *value,
                                    float otherwise);

/**
 * Visits `count` elements of type float in one call. Both sides know the
 * count. A load that fails may have written some of the elements.
 */
migcore_status migcore_visit_f32_array(struct migcore_visitor *v,
                                       const char *name,
                                       float *values,
                                       size_t count);

/**
 * Visits the first `*count` elements of type float; the count is part of
 * the state. On load at most `capacity` elements are accepted, and `count` is written.
 */
migcore_status migcore_visit_f32_varray(struct migcore_visitor *v,
                                        const char *name,
                                        float *values,
                                        size_t capacity,
                                        size_t *count);

/**
 * Visits a double. On save `value` is only read; on load it is written
 * when the call succeeds, and only then.
 */
migcore_status migcore_visit_f64(struct migcore_visitor *v, const char *name, double *value);

/**
 * Visits a double that exists from `version` of the state on. In an older
 * state nothing is on the wire, and loading stores `otherwise`. The version is that of
 * migcore_state_version.
 */
migcore_status migcore_visit_f64_since(struct migcore_visitor *v,
                                       const char *name,
                                       double *value,
                                       uint32_t version,
                                       double otherwise);

/**
 * Visits a double that may be missing in the stream, in which case loading
 * stores `otherwise`. On a wire without names it is never missing.
 */
migcore_status migcore_visit_f64_or(struct migcore_visitor *v,
                                    const char *name,
                                    double *value,
                                    double otherwise);

/**
 * Visits `count` elements of type double in one call. Both sides know the
 * count. A load that fails may have written some of the elements.
 */
migcore_status migcore_visit_f64_array(struct migcore_visitor *v,
                                       const char *name,
                                       double *values,
                                       size_t count);

/**
 * Visits the first `*count` elements of type double; the count is part of
 * the state. On load at most `capacity` elements are accepted, and `count` is written.
 */
migcore_status migcore_visit_f64_varray(struct migcore_visitor *v,
                                        const char *name,
                                        double *values,
                                        size_t capacity,
                                        size_t *count);

/**
 * Visits a buffer of `length` bytes; both sides know the length. A load that fails may have written
 * some of the bytes.
 */
migcore_status migcore_visit_bytes(struct migcore_visitor *v,
                                   const char *name,
                                   void *data,
                                   size_t length);

/**
 * Visits the first `*length` bytes of a buffer; the length is part of the state. On load at most
 * `capacity` bytes are accepted, and `length` is written.
 */
migcore_status migcore_visit_varbytes(struct migcore_visitor *v,
                                      const char *name,
                                      void *data,
                                      size_t capacity,
                                      size_t *length);

/**
 * Visits a string that ends with a NUL within the `capacity` bytes at `text`. It must be UTF-8. On
 * load a string that does not fit with its NUL is refused, and `text` keeps what it held.
 */
migcore_status migcore_visit_string(struct migcore_visitor *v,
                                    const char *name,
                                    char *text,
                                    size_t capacity);

/**
 * Visits a null pointer: on load, checks that the stream has one here too.
 */
migcore_status migcore_visit_absent(struct migcore_visitor *v, const char *name);

/**
 * Says which version of the device that begins next is the oldest that can read its state as it is
 * saved; without this call, only the one that saves and newer ones can. On load nothing happens.
 */
migcore_status migcore_set_oldest_reader(struct migcore_visitor *v, uint32_t version);

/**
 * Marks the next item or scope with MIGCORE_MARK_ constants; if that is left out, the marks are left
 * out with it. Has a meaning on save only, and on wires that can carry it: there, marks of raw bytes and of
 * elements are MIGCORE_INVALID_ARGUMENT.
 */
migcore_status migcore_mark(struct migcore_visitor *v,
                            uint32_t marks);

/**
 * Tells whether the open scope has an item of this name that was not visited yet: writes `has`. On a
 * wire without names it always has, and so it has on save. After an error `has` is false.
 */
migcore_status migcore_has(struct migcore_visitor *v,
                           const char *name,
                           bool *has);

/**
 * Begins the state of one device; the device's own function visits what is inside. `instance` tells
 * devices of one name apart. The device writes `version`, and reads from `minimum_version` to
 * `version`. Which version this state has is told by the stream, or by migcore_set_state_version where
 * the wire carries none, as the legacy one; where nobody tells, it is `version`.
 */
migcore_status migcore_begin_device(struct migcore_visitor *v,
                                    const char *name,
                                    uint32_t instance,
                                    uint32_t version,
                                    uint32_t minimum_version);

/**
 * Ends a device.
 */
migcore_status migcore_end_device(struct migcore_visitor *v);

/**
 * Begins a struct of the version that surrounds it.
 */
migcore_status migcore_begin_struct(struct migcore_visitor *v, const char *name);

/**
 * Begins a struct that is described on its own, as `description`, with versions of its own: writes
 * `version`, and reads from `minimum_version` to `version`. On a wire that carries no version of
 * structs, as the legacy one, `version` is taken for the stream's.
 */
migcore_status migcore_begin_versioned_struct(struct migcore_visitor *v,
                                              const char *name,
                                              const char *description,
                                              uint32_t version,
                                              uint32_t minimum_version);

/**
 * Ends a struct of either form.
 */
migcore_status migcore_end_struct(struct migcore_visitor *v);

/**
 * Begins what may be there or not: on save `*present` says whether it is, on load `present` is
 * written, false after an error. Visit its items only if it is; call migcore_end_optional in any case.
 */
migcore_status migcore_begin_optional(struct migcore_visitor *v,
                                      const char *name,
                                      bool *present);

/**
 * Ends what is optional.
 */
migcore_status migcore_end_optional(struct migcore_visitor *v);

/**
 * Begins a list of `count` structs; both sides know the count. Visit each between
 * migcore_begin_element and migcore_end_element.
 */
migcore_status migcore_begin_list(struct migcore_visitor *v, const char *name, size_t count);

/**
 * Begins a list of `*count` structs; the count is part of the state. On load at most `capacity` are
 * accepted, and `count` is written, 0 after an error.
 */
migcore_status migcore_begin_varlist(struct migcore_visitor *v,
                                     const char *name,
                                     size_t capacity,
                                     size_t *count);

/**
 * Begins the next element of a list.
 */
migcore_status migcore_begin_element(struct migcore_visitor *v);

/**
 * Ends an element.
 */
migcore_status migcore_end_element(struct migcore_visitor *v);

/**
 * Ends a list of either form.
 */
migcore_status migcore_end_list(struct migcore_visitor *v);

/**
 * Visits the subsections of the description `owner`, at the end of its struct or device. On save
 * those that are needed go out in the order of the table. On load the stream says which ones there
 * are, in any order; the state of one that is missing stays as it is. `opaque` is handed to the
 * callbacks; a `visit` that returns an error ends the visit with it.
 */
migcore_status migcore_visit_subsections(struct migcore_visitor *v,
                                         const char *owner,
                                         const struct migcore_subsection *table,
                                         size_t count,
                                         void *opaque);

/**
 * Begins a subsection on save. For code that does not use a table.
 */
migcore_status migcore_begin_subsection(struct migcore_visitor *v,
                                        const char *name,
                                        uint32_t version);

/**
 * Opens the next subsection that the stream holds for the description `owner`, on load: writes
 * `found`, false after an error, and if it is true the full name, with a NUL, into the `capacity` bytes
 * at `name`, at least MIGCORE_MAX_NAME + 1, and `version`. Visit its items and call
 * migcore_end_subsection, or call migcore_skip_subsection.
 */
migcore_status migcore_next_subsection(struct migcore_visitor *v,
                                       const char *owner,
                                       char *name,
                                       size_t capacity,
                                       uint32_t *version,
                                       bool *found);

/**
 * Passes over the subsection just opened, which nobody knows. On a wire that cannot know where it
 * ends, as the legacy one, and for one that is critical: MIGCORE_UNKNOWN_SUBSECTION.
 */
migcore_status migcore_skip_subsection(struct migcore_visitor *v);

/**
 * Ends a subsection.
 */
migcore_status migcore_end_subsection(struct migcore_visitor *v);

/**
 * Saves bytes that have neither name nor type: what code writes that is not converted yet.
 */
migcore_status migcore_put_raw(struct migcore_visitor *v, const void *data, size_t length);

/**
 * Loads raw bytes as far as the stream goes; `got`, which may be NULL, is written. Fewer than
 * `length` is the end of the stream: MIGCORE_TRUNCATED, the first error of the visit.
 */
migcore_status migcore_get_raw(struct migcore_visitor *v, void *data, size_t length, size_t *got);

/**
 * Copies raw bytes that follow the next `ahead` ones, consuming nothing; `got`, which may be NULL,
 * is written. Fewer than `length` is the end of the stream, and no error. MIGCORE_UNSUPPORTED when
 * neither the buffer nor the source can look ahead so far.
 */
migcore_status migcore_peek_raw(struct migcore_visitor *v,
                                size_t ahead,
                                void *data,
                                size_t length,
                                size_t *got);

/**
 * Visits a state with `visit`, once: one that is saved as fields since version `fields_since` of it, and before that
 * as a blob, bytes without names as a pair of functions puts and gets them. MIGCORE_ALWAYS_BLOB: as a blob in any
 * version. Loads it from whichever of the two comes next in the scope that is open.
 *
 * For a blob, `visit` is given another visitor than `v`, which goes on in the scopes of `v`; meanwhile `v` is not to be
 * used. What is saved as a blob has neither names nor marks. A blob holds all of the scope up to the next item with a
 * name: where `visit` leaves some of it, closing the scope fails with MIGCORE_UNCONSUMED. An opaque buffer `data` that
 * comes first is a blob too, of which `visit` must leave nothing: a converted stream of QEMU has that of such a device. On
 * the legacy wire blob and fields are the same, and `visit` is given `v`, or what writes the same. Of the stack this takes
 * some 2 KB.
 */
migcore_status migcore_visit_blob(struct migcore_visitor *v,
                                  uint32_t fields_since,
                                  migcore_visit_function visit,
                                  void *opaque);

/**
 * Saves the header that a QEMU stream begins with, or checks that it comes next: MIGCORE_BAD_MAGIC,
 * MIGCORE_OBSOLETE_FORMAT, MIGCORE_UNKNOWN_FORMAT. This and the other calls of the framing work on the bytes of `v`,
 * a visitor over the legacy wire; between them devices are visited with it.
 */
migcore_status migcore_framing_header(struct migcore_visitor *v);

/**
 * Saves the head of a record, or loads the next one into `record`, whose `size` the caller has filled in. What follows
 * it is the caller's to save, to load or to pass over (migcore_framing_skip), and so is the order of records: any may
 * stand anywhere. On load MIGCORE_UNKNOWN_RECORD, such as for the byte of a subsection; MIGCORE_BAD_VALUE for an empty
 * name, MIGCORE_BAD_TEXT for one with a NUL; for commands MIGCORE_UNKNOWN_COMMAND, and MIGCORE_BAD_VALUE for the length
 * of their data. On save MIGCORE_INVALID_ARGUMENT for what no reader would take.
 */
migcore_status migcore_framing_record(struct migcore_visitor *v,
                                      struct migcore_record *record);

/**
 * Saves the footer of the section with this number, or checks that it comes next: MIGCORE_BAD_ORDER when something else
 * does, MIGCORE_BAD_VALUE when it is that of another section.
 */
migcore_status migcore_framing_footer(struct migcore_visitor *v,
                                      uint32_t section);

/**
 * Saves what follows a record of the kind MIGCORE_RECORD_CONFIGURATION, or loads it into `configuration`, whose `size`
 * the caller has filled in. Whether it is of this machine is the caller's to compare. Loading looks ahead as for
 * subsections. MIGCORE_UNKNOWN_SUBSECTION, MIGCORE_TOO_NEW, MIGCORE_TOO_OLD, MIGCORE_BAD_ORDER for a subsection that
 * comes twice, MIGCORE_TOO_MANY, MIGCORE_BAD_TEXT.
 */
migcore_status migcore_framing_configuration(struct migcore_visitor *v,
                                             struct migcore_configuration *configuration);

/**
 * Fails the visit with MIGCORE_BAD_VALUE unless a stream with the configuration `found` may be loaded by a machine that
 * would write `ours`; the item in the report begins with `machine`, and then has both names, or is `page_bits`, `uuid` or
 * `capabilities`. Types of machines and page bits must be the same, UUIDs only where both have one. Capabilities must be
 * the same among those that QEMU validates, and all that were found must be names of its.
 */
migcore_status migcore_framing_agree(struct migcore_visitor *v,
                                     const struct migcore_configuration *found,
                                     const struct migcore_configuration *ours);

/**
 * Passes over bytes on load, such as the data of a command.
 */
migcore_status migcore_framing_skip(struct migcore_visitor *v, uint64_t length);

/**
 * Looks at the next device of the stream without beginning it, on load: writes `more`, false at the end
 * of the stream and after an error, and if it is true `head`, whose `size` the caller has filled in. For
 * wires whose devices come with their names, as chunks; on others, as the legacy one,
 * MIGCORE_UNSUPPORTED. Then begin the device by this name and instance, or pass over it.
 */
migcore_status migcore_next_device(struct migcore_visitor *v,
                                   struct migcore_device_head *head,
                                   bool *more);

/**
 * Passes over the next device of the stream, critical or not, and checks as much of it as can be done
 * without the device. MIGCORE_MISSING when there is none. For wires as migcore_next_device.
 */
migcore_status migcore_check_device(struct migcore_visitor *v);

/**
 * Passes over the next device of the stream, which this program does not have, and counts it. If it is
 * critical: MIGCORE_UNKNOWN_DEVICE. The rest as in migcore_check_device.
 */
migcore_status migcore_skip_device(struct migcore_visitor *v);

/**
 * Visits an object by its table: saves or loads the fields in their order, with hooks and subsections. Outside of a
 * device this begins and ends one, of the table's name, instance 0 and version, or the version that
 * migcore_set_state_version gave; inside, the fields go into the open scope, at its version. `host` may be NULL. A load
 * that fails has stored what came before the fault, as always.
 *
 * The table says where in the object a member lies and what it is: a wrong one reads and writes elsewhere. What a
 * stream says is checked: it cannot make the visit go beyond an array inside of the object whose length the table
 * knows, allocate without bound, or go deeper than MIGCORE_MAX_DEPTH.
 *
 * While the call runs nothing else may use the members that the table names: no other thread, no source or sink that
 * lies in one. Code of the device may, where it is called for the object.
 */
migcore_status migcore_visit_vmstate(struct migcore_visitor *v,
                                     const struct migcore_vmstate *table,
                                     void *object,
                                     const struct migcore_vmstate_host *host);

/**
 * Visits an object by its table in a struct `name` of its own, at this version of the table, 0 or more; on a wire that
 * tells the version of a struct, a load takes that. Outside of a device this begins and ends one. With `name` NULL the
 * name is the table's. While the call runs nothing else may use the members, as in migcore_visit_vmstate.
 */
migcore_status migcore_visit_vmstate_struct(struct migcore_visitor *v,
                                            const char *name,
                                            const struct migcore_vmstate *table,
                                            int version_id,
                                            void *object,
                                            const struct migcore_vmstate_host *host);

/**
 * migcore_visit_vmstate of what `device` points to, a migcore_vmstate_device: a `visit` for devices of a machine,
 * whose `opaque` it is. Hooks are best left to the table.
 */
migcore_status migcore_visit_vmstate_device(struct migcore_visitor *v,
                                            void *device);

/**
 * Writes what tables say to a sink: the JSON text of QEMU's -dump-vmstate, for tools that compare the tables of two
 * programs, such as `migcore schema --check`. `machine` is the type of the machine; the names of types must differ.
 * No object is needed and no hook is called. MIGCORE_TOO_DEEP is of tables that name each other in a circle, and
 * MIGCORE_TOO_MANY of those that have more fields than any program. After an error the text is of no use.
 */
migcore_status migcore_vmstate_dump(const char *machine,
                                    const struct migcore_vmstate_type *types,
                                    size_t count,
                                    const struct migcore_sink *sink);

/**
 * How many bytes of memory the plan of a table takes at this version: mostly the table's own. 0 when the table is NULL
 * or makes no sense.
 */
size_t migcore_vmstate_compile_size(const struct migcore_vmstate *table,
                                    int version_id);

/**
 * Makes the plan of a table at this version in `memory`, which the plan goes on using; `size` is
 * sizeof(migcore_vmstate_plan). The memory may be given up together with the plan, and there is nothing to end. It, the
 * plan and the table may not change as long as the plan is used.
 *
 * Errors: MIGCORE_NO_SPACE when `capacity` is less than migcore_vmstate_compile_size says, MIGCORE_BAD_TABLE,
 * MIGCORE_INVALID_ARGUMENT for a version below 0, MIGCORE_NULL_POINTER, MIGCORE_BAD_SIZE.
 */
migcore_status migcore_vmstate_compile(struct migcore_vmstate_plan *plan,
                                       size_t size,
                                       const struct migcore_vmstate *table,
                                       int version_id,
                                       void *memory,
                                       size_t capacity);

/**
 * migcore_visit_vmstate by a plan: the same bytes, values and errors, in less time. An object of another version than
 * the plan's is visited by the table alone, and so is every save that is described. Of a plan that could not be made for
 * want of memory, or because the table is MIGCORE_BAD_TABLE, the table is visited alone too.
 *
 * While the call runs nothing else may use the members that the table names: no other thread, no source or sink that
 * lies in one. Code of the device may, where it is called for the object.
 */
migcore_status migcore_visit_vmstate_plan(struct migcore_visitor *v,
                                          const struct migcore_vmstate_plan *plan,
                                          void *object,
                                          const struct migcore_vmstate_host *host);

/**
 * Begins a description in `memory`, which it borrows as long as it is used. `size` is sizeof(migcore_vmdesc),
 * `release` the QEMU whose text it is: 702 for 7.2, 1000 for 10.0. Otherwise than before, from 10.0 on null
 * pointers in arrays are told apart. `pretty` puts each value on a line of its own, which QEMU does not.
 */
migcore_status migcore_vmdesc_init(struct migcore_vmdesc *description,
                                   size_t size,
                                   char *memory,
                                   size_t capacity,
                                   uint32_t release,
                                   bool pretty);

/**
 * Begins a description that goes to a sink, piece by piece. Otherwise as migcore_vmdesc_init.
 */
migcore_status migcore_vmdesc_init_sink(struct migcore_vmdesc *description,
                                        size_t size,
                                        const struct migcore_sink *sink,
                                        uint32_t release,
                                        bool pretty);

/**
 * Checks that the outermost value was written whole: MIGCORE_UNBALANCED if it was not. Gives the text, which ends
 * with a NUL, and how long it is without that. The memory must be larger than that: if it is not, `*length` tells,
 * and the status is MIGCORE_NO_SPACE. A sink has its text already: `*text` is NULL then. Both may be NULL.
 */
migcore_status migcore_vmdesc_finish(struct migcore_vmdesc *description,
                                     const char **text,
                                     size_t *length);

/**
 * Begins a whole stream, whose target has pages of `page_size` bytes: the outermost object.
 */
migcore_status migcore_vmdesc_begin_stream(struct migcore_vmdesc *description, uint64_t page_size);

/**
 * Begins the configuration section, before all devices. QEMU describes it from 8.2 on.
 */
migcore_status migcore_vmdesc_begin_configuration(struct migcore_vmdesc *description);

/**
 * Ends the configuration section.
 */
migcore_status migcore_vmdesc_end_configuration(struct migcore_vmdesc *description);

/**
 * Begins a section that is saved by a table.
 */
migcore_status migcore_vmdesc_begin_device(struct migcore_vmdesc *description,
                                           const char *name,
                                           uint32_t instance);

/**
 * Ends a section.
 */
migcore_status migcore_vmdesc_end_device(struct migcore_vmdesc *description);

/**
 * A section of which no more is known than that a handler wrote `length` bytes.
 */
migcore_status migcore_vmdesc_handler(struct migcore_vmdesc *description,
                                      const char *name,
                                      uint32_t instance,
                                      uint64_t length);

/**
 * Ends a stream.
 */
migcore_status migcore_vmdesc_end_stream(struct migcore_vmdesc *description);

/**
 * Whether nothing is told at the moment: an element of an array is saved whose first one was told for all. The
 * calls that follow then do nothing.
 */
bool migcore_vmdesc_is_muted(struct migcore_vmdesc *description);

/**
 * Opens an object. As in all calls that follow, `key` is NULL in an array and for the outermost value, and
 * nowhere else.
 */
migcore_status migcore_vmdesc_begin_object(struct migcore_vmdesc *description,
                                           const char *key);

/**
 * Closes the object that was opened last.
 */
migcore_status migcore_vmdesc_end_object(struct migcore_vmdesc *description);

/**
 * Opens an array.
 */
migcore_status migcore_vmdesc_begin_array(struct migcore_vmdesc *description, const char *key);

/**
 * Closes the array that was opened last.
 */
migcore_status migcore_vmdesc_end_array(struct migcore_vmdesc *description);

/**
 * A string. What is not printable ASCII is escaped, and what is not UTF-8 replaced.
 */
migcore_status migcore_vmdesc_string(struct migcore_vmdesc *description,
                                     const char *key,
                                     const char *value);

/**
 * A number.
 */
migcore_status migcore_vmdesc_signed(struct migcore_vmdesc *description,
                                     const char *key,
                                     int64_t value);

/**
 * A number that is not negative.
 */
migcore_status migcore_vmdesc_unsigned(struct migcore_vmdesc *description,
                                       const char *key,
                                       uint64_t value);

/**
 * A number that the caller printed, as `1.5e3`. Another text is MIGCORE_INVALID_ARGUMENT.
 */
migcore_status migcore_vmdesc_number(struct migcore_vmdesc *description,
                                     const char *key,
                                     const char *printed);

/**
 * `true` or `false`.
 */
migcore_status migcore_vmdesc_boolean(struct migcore_vmdesc *description,
                                      const char *key,
                                      bool value);

/**
 * `null`.
 */
migcore_status migcore_vmdesc_null(struct migcore_vmdesc *description, const char *key);

/**
 * The scratch memory that a writer needs for states whose longest name, be it of a device, a field or a
 * description, has so many bytes. With more of it streams get shorter.
 */
size_t migcore_chunk_scratch(size_t longest_name);

/**
 * Begins a visitor that saves chunks into `memory`, which it borrows; when that is full, calls fail with
 * MIGCORE_NO_SPACE. Every item lies in a device. migcore_finish writes the end of the stream; then
 * migcore_position tells how long it is.
 *
 * Outside of devices may stand what only other programs know: migcore_visit_varbytes with the marks
 * ancillary, safe to copy and opaque, and no others, writes a chunk of its own, whose type is the name. That
 * is a type which is ancillary and safe to copy, as `exMp`, and none of the library's own. Anything else there
 * is MIGCORE_UNBALANCED.
 *
 * `scratch` is borrowed too: memory in which a device is put together, at least MIGCORE_CHUNK_SCRATCH
 * bytes, through which a device of any size can be saved; only a string must fit a fragment, which scratch
 * memory or the settings make larger. What is too small is told, with the size that is needed, when the
 * visit begins or when it meets a name that is too long for it. `settings` may be NULL.
 * `size` is sizeof(migcore_chunk_saver). `kernels` may be NULL; it is not copied.
 */
migcore_status migcore_chunk_save_memory(struct migcore_chunk_saver *saver,
                                         size_t size,
                                         void *memory,
                                         size_t capacity,
                                         void *scratch,
                                         size_t scratch_size,
                                         const struct migcore_chunk_settings *settings,
                                         const struct migcore_kernels *kernels);

/**
 * Begins a visitor that saves chunks to a stream through `buffer`, which it borrows. A device goes out
 * when it ends, or in fragments as it fills `scratch`; without a buffer (NULL and 0) in two calls of write
 * or more for each fragment, and four for each shape. With one, bytes go out when it is full and at migcore_flush or
 * migcore_finish. Give a buffer of some KiB for memory (see migcore_ram): heads and padding of its chunks are writes of
 * their own without one. The rest as in migcore_chunk_save_memory.
 */
migcore_status migcore_chunk_save_stream(struct migcore_chunk_saver *saver,
                                         size_t size,
                                         const struct migcore_sink *sink,
                                         void *buffer,
                                         size_t capacity,
                                         void *scratch,
                                         size_t scratch_size,
                                         const struct migcore_chunk_settings *settings,
                                         const struct migcore_kernels *kernels);

/**
 * Begins a visitor that loads from the stream that `bytes` begin with, which it borrows; behind its end
 * anything may follow. Each chunk is checked before anything of it is given; whether the whole stream is
 * good, before any device is touched, says migcore_chunk_check.
 *
 * Devices are begun in the order of the stream (see migcore_next_device); migcore_finish reads it to its
 * end, and refuses a device that is left unless that is ancillary. Inside of a device, items are found by
 * name in any order: near the order of the stream without further ado, anywhere with `index`. That is
 * memory, borrowed too: MIGCORE_INDEX_ENTRY bytes for each item of the scopes that are open, and as many
 * for each of those scopes; aligned to 8 bytes none of it is lost. It may be NULL with `index_size` 0.
 *
 * `limits` may be NULL. `size` is sizeof(migcore_chunk_loader). `kernels` may be NULL; it is not copied.
 */
migcore_status migcore_chunk_load_memory(struct migcore_chunk_loader *loader,
                                         size_t size,
                                         const void *bytes,
                                         size_t length,
                                         void *index,
                                         size_t index_size,
                                         const struct migcore_chunk_limits *limits,
                                         const struct migcore_kernels *kernels);

/**
 * migcore_chunk_load_memory for bytes that migcore_chunk_check or a receiver found right, and that did
 * not change since: the CRCs of chunks are not computed again. A receiver does not look at values: who must
 * not be left with half a state calls migcore_chunk_check or migcore_machine_check as well, before a device
 * loads.
 */
migcore_status migcore_chunk_load_checked(struct migcore_chunk_loader *loader,
                                          size_t size,
                                          const void *bytes,
                                          size_t length,
                                          void *index,
                                          size_t index_size,
                                          const struct migcore_chunk_limits *limits,
                                          const struct migcore_kernels *kernels);

/**
 * Begins a visitor that loads from a stream through `buffer`, which it borrows. With a buffer it reads
 * ahead; without one (NULL and 0) it reads what the next chunk has and no more, in three calls of read or
 * more.
 *
 * `memory`, borrowed too, keeps what must be kept of the stream: the shapes of all slots, and one
 * fragment, as large as the header of the stream tells. With less the first call that reads fails with
 * MIGCORE_NO_SPACE and the size that is needed. If the limits let memory pass, its list of blocks, of at most 67590
 * bytes, must fit in the place of the fragment; else MIGCORE_NO_SPACE where it comes. Items of a device that lies in
 * several fragments cannot be found again once their fragment was left. The rest as in migcore_chunk_load_memory.
 */
migcore_status migcore_chunk_load_stream(struct migcore_chunk_loader *loader,
                                         size_t size,
                                         const struct migcore_source *source,
                                         void *buffer,
                                         size_t capacity,
                                         void *memory,
                                         size_t memory_size,
                                         void *index,
                                         size_t index_size,
                                         const struct migcore_chunk_limits *limits,
                                         const struct migcore_kernels *kernels);

/**
 * Reads the header of the stream, if that was not read yet, and writes it to `header`, whose `size` the
 * caller has filled in.
 */
migcore_status migcore_chunk_get_header(struct migcore_chunk_loader *loader,
                                        struct migcore_chunk_header *header);

/**
 * Writes to `counts`, whose `size` the caller has filled in, what was counted so far; also after an error.
 */
migcore_status migcore_chunk_get_counts(struct migcore_chunk_loader *loader,
                                        struct migcore_chunk_counts *counts);

/**
 * Checks the stream that `bytes` begin with: every rule of the format that needs no receiver, down to the
 * last value of every device, so that a load cannot fail later for a damaged stream. Behind its end
 * anything may follow. That devices differ in name or instance is not checked.
 *
 * A damaged stream gives MIGCORE_BAD_CRC; where the damage hit a length, a type or the signature, also
 * MIGCORE_TRUNCATED, MIGCORE_TOO_LONG, MIGCORE_UNKNOWN_CHUNK, MIGCORE_BAD_ORDER or MIGCORE_BAD_SIGNATURE.
 *
 * `limits`, `kernels`, `summary` and `error` may be NULL; the `size` of the last two is filled in by the
 * caller. `summary` is written when the stream is good, `error` in any case.
 */
migcore_status migcore_chunk_check(const void *bytes,
                                   size_t length,
                                   const struct migcore_chunk_limits *limits,
                                   const struct migcore_kernels *kernels,
                                   struct migcore_chunk_summary *summary,
                                   struct migcore_error *error);

/**
 * Goes on to the next chunk of the stream that `bytes` begin with: writes `more`, false behind the end
 * chunk and after an error, and if it is true `chunk`. Signature, types and CRCs are checked; order,
 * limits and contents are not looked at. `kernels` and `error` may be NULL; `error` is written in any case.
 */
migcore_status migcore_chunk_next(const void *bytes,
                                  size_t length,
                                  const struct migcore_kernels *kernels,
                                  struct migcore_chunk *chunk,
                                  bool *more,
                                  struct migcore_error *error);

/**
 * Begins a receiver that collects a stream in `memory`, which it borrows: all of the stream must fit (without the
 * pages of a machine's memory, which go to their places; the runs of one chunk of them, up to 1 KiB, stand there behind
 * the rest), unless it is given more with migcore_chunk_receiver_grow.
 * `limits` may be NULL. `size` is sizeof(migcore_chunk_receiver). `kernels` may be NULL; it is not copied.
 */
migcore_status migcore_chunk_receiver_init(struct migcore_chunk_receiver *receiver,
                                           size_t size,
                                           void *memory,
                                           size_t capacity,
                                           const struct migcore_chunk_limits *limits,
                                           const struct migcore_kernels *kernels);

/**
 * Gives a receiver the memory of the machine, before the first byte: pages of the stream are put there, and the
 * chunks that hold them are not kept, and may be longer than `chunk` in the limits: migcore writes less than 2 MiB of
 * pages into one, or one page, if that is larger. Without this a stream with memory is refused with
 * MIGCORE_UNKNOWN_MEMORY.
 *
 * What migcore_chunk_receiver_bytes gives then is a stream of the devices alone, for loading, not for sending on: it
 * may have unknown chunks that are not safe to copy where others are gone.
 *
 * **All of the memory must be 0**, as it is fresh from the system: a stream need not say what is 0. It is written to
 * as pages come; what is 0 already is not written to, so that pages that nobody used take no memory (shared memory
 * takes some when it is read: see `zero` in migcore_ram). That it is the machine's memory is sure only when the stream
 * is complete: after an error it holds parts of it, and must be set to 0 before another attempt. Nothing else may use
 * it until then.
 *
 * The stream must have the same blocks, found by their names, in any order, of the same lengths; else
 * MIGCORE_UNKNOWN_MEMORY, MIGCORE_MEMORY_DIFFERS (with the length that was expected, and the one in the stream) or
 * MIGCORE_MISSING, and the path of the report is the name of the block. That is found before any page comes.
 *
 * Borrows the table of blocks, their names and memory; `ram` itself is copied. MIGCORE_UNBALANCED when bytes were
 * taken already, or for the second time; MIGCORE_INVALID_ARGUMENT for no blocks, or too many.
 */
migcore_status migcore_chunk_receiver_ram(struct migcore_chunk_receiver *receiver,
                                          const struct migcore_ram *ram);

/**
 * Takes the next `length` bytes of the stream. Framing, types, order, CRCs, limits, shapes and totals are
 * checked as they come; however the bytes are cut, the outcome is the same. Writes `consumed`, how many of
 * the bytes were taken, also after an error, and `done`, whether the stream is complete; each may be NULL.
 * What follows the end of the stream is left alone. When the memory is too small: MIGCORE_NO_SPACE, with the
 * least size that the stream is known to need; after migcore_chunk_receiver_grow the bytes that were not
 * taken can be given again. After any other error nothing more is taken.
 */
migcore_status migcore_chunk_receiver_feed(struct migcore_chunk_receiver *receiver,
                                           const void *data,
                                           size_t length,
                                           size_t *consumed,
                                           bool *done);

/**
 * Writes where the next bytes of the stream belong, and how many at most: `*place` is in the receiver's memory or
 * in that of the machine. So a socket is read straight to there, and migcore_chunk_receiver_got told how much came.
 * The place is good until the next call on the receiver. When the stream is complete, and after an error, `*place`
 * is NULL and `*room` 0. Errors are those of migcore_chunk_receiver_feed, after which nothing more is taken;
 * after MIGCORE_NO_SPACE and migcore_chunk_receiver_grow ask again. There may be room for 2 GiB: read pieces of about
 * 64 KiB, so that they are still in the cache when they are summed up.
 */
migcore_status migcore_chunk_receiver_next(struct migcore_chunk_receiver *receiver,
                                           void **place,
                                           size_t *room);

/**
 * Tells that `length` bytes of the stream were put where migcore_chunk_receiver_next said: at most as many as there
 * was room for, else MIGCORE_INVALID_ARGUMENT, and nothing is done. Checks them as migcore_chunk_receiver_feed does.
 * Writes `done`, whether the stream is complete; it may be NULL.
 */
migcore_status migcore_chunk_receiver_got(struct migcore_chunk_receiver *receiver,
                                          size_t length,
                                          bool *done);

/**
 * Reads from `source` until the stream is complete, and never beyond its end, each byte straight to where it belongs.
 * Its callback `peek` is not used. Errors: MIGCORE_TRUNCATED when the source ends too early; MIGCORE_READ_FAILED,
 * with the number that the source gave for it as the cause; those of migcore_chunk_receiver_feed. After them, but
 * for MIGCORE_NO_SPACE, nothing more is taken.
 */
migcore_status migcore_chunk_receiver_read(struct migcore_chunk_receiver *receiver,
                                           const struct migcore_source *source);

/**
 * Gives the place in the stream as it was sent of the byte at `offset` of what migcore_chunk_receiver_bytes gives: what
 * a check or a load of the latter tells as the place of an error. They differ where chunks of memory stood before it.
 * Exact for up to four stretches of those, between which stand other chunks. The offset itself for what is no
 * receiver.
 */
uint64_t migcore_chunk_receiver_origin(const struct migcore_chunk_receiver *receiver,
                                       uint64_t offset);

/**
 * Writes to `counts`, whose `size` the caller has filled in, what was received of the machine's memory so far.
 */
migcore_status migcore_chunk_receiver_counts(const struct migcore_chunk_receiver *receiver,
                                             struct migcore_ram_counts *counts);

/**
 * Gives a receiver other memory in the place of what it has, which it does not read any more: `memory` must
 * begin with what the old one held, up to its capacity, as it does after realloc of that, and may be the old
 * memory itself where more of it is there now. MIGCORE_INVALID_ARGUMENT if it is smaller than what is kept.
 */
migcore_status migcore_chunk_receiver_grow(struct migcore_chunk_receiver *receiver,
                                           void *memory,
                                           size_t capacity);

/**
 * Writes where the stream is and how long, once it is complete; MIGCORE_TRUNCATED before. It lies in the
 * memory of the receiver, and is without the machine's memory, where that was put to its place: offsets in reports
 * about it are places in it; migcore_chunk_receiver_origin says where in what was sent these are. Values were not
 * looked at yet: check it with migcore_chunk_check or migcore_machine_check, and load it with
 * migcore_chunk_load_checked. After an error `*data` is NULL and `*length` 0.
 */
migcore_status migcore_chunk_receiver_bytes(const struct migcore_chunk_receiver *receiver,
                                            const void **data,
                                            size_t *length);

/**
 * Copies the report of the last call that failed to `error`, whose `size` the caller has filled in; a
 * report of MIGCORE_OK when there was none, and one without a place for what is no receiver, or could not
 * be begun, whose code is then returned.
 */
migcore_status migcore_chunk_receiver_error(const struct migcore_chunk_receiver *receiver,
                                            struct migcore_error *error);

/**
 * Gives the next device of the stream to `v`, which saves: its scope, its items and their marks, as they
 * stand in the stream, checked on the way; so a state goes to any wire without the code of its devices.
 * Writes `more`: whether there was one, false after an error.
 *
 * Chunks of unknown types that are ancillary and safe to copy go along, where they stand before the device or at
 * the end: as buffers of variable length outside of devices, with the type for their name, marked ancillary,
 * safe to copy and opaque. So a tree keeps them, migcore_tree_carry carries them, and a saver of chunks makes the
 * same chunks of them. Counted as skipped are those that the wire of `v` cannot carry, as the legacy one; that
 * do not fit the memory of a loader over a stream behind its slots; or that stood before a device which
 * migcore_next_device has looked at. A device of the library's own, whose name begins with `migcore.`, is checked and
 * counted there too, and not given, where the wire of `v` cannot carry it.
 *
 * `scratch` is for arrays and buffers: those whose elements are in another order than the machine's, and
 * those that are cut by the end of a fragment, must fit into it whole; else MIGCORE_NO_SPACE, and the
 * report of the loader has the size. After an error both visits have failed with it: the report of the
 * loader has the place in the stream, that of `v` the place in the state. Meanwhile callbacks of `v` may
 * not use the loader.
 */
migcore_status migcore_chunk_replay_device(struct migcore_chunk_loader *loader,
                                           struct migcore_visitor *v,
                                           void *scratch,
                                           size_t scratch_size,
                                           bool *more);

/**
 * migcore_chunk_replay_device for all devices up to the end of the stream. Writes how many there were to
 * `count`, which may be NULL; 0 after an error. The visits are not finished.
 */
migcore_status migcore_chunk_replay_all(struct migcore_chunk_loader *loader,
                                        struct migcore_visitor *v,
                                        void *scratch,
                                        size_t scratch_size,
                                        uint64_t *count);

/**
 * How many of the first `length` bytes at `bytes` are 0, as fast as memory is read. What is not 0 ends it at
 * once. `bytes` may be NULL: then 0.
 */
size_t migcore_ram_zeros(const void *bytes,
                         size_t length);

/**
 * Tells the blocks of the machine's memory to a saver of chunks: their names, lengths and the size of their
 * pages. Once in a stream, before any pages, and outside of devices; the memory itself is not looked at. A stream
 * with memory is taken by a receiver with migcore_chunk_receiver_ram, and by nobody who does not ask for it. As blocks
 * are told once, one that is added or resized while the machine is sent needs a new stream.
 *
 * Errors are errors of the visit, as those of all calls on a saver. MIGCORE_INVALID_ARGUMENT: no blocks or too
 * many, a name that is empty or that two blocks have, a length that is not whole pages, a size of pages that is
 * none. MIGCORE_NAME_TOO_LONG. MIGCORE_UNBALANCED: in a device, or the second time.
 */
migcore_status migcore_ram_declare(struct migcore_chunk_saver *saver,
                                   const struct migcore_ram *ram);

/**
 * Saves `count` pages of a block, which follow each other from the page `first_page` on: `block` is its number in
 * the table that was declared, `pages` points to their bytes. These may lie anywhere, in the block or in a copy.
 * Pages that are all 0 go out as numbers, the others straight from where they are. Outside of devices, as often as
 * one likes: of a page that is saved again the last counts, and what is never saved is 0 where it is received.
 *
 * **The bytes must not change during the call**: into a sink they are read twice, and what the guest wrote between is
 * MIGCORE_BAD_CRC at the destination. While the guest runs, copy the pages to memory of your own first, after clearing
 * their dirty bits, and give that copy. For pages that are scattered see migcore_ram_save_packed.
 *
 * Adds to `counts`, whose `size` the caller has filled in, what was written; `counts` may be NULL. Errors are
 * errors of the visit. MIGCORE_INVALID_ARGUMENT: no such block, pages beyond its end, or not the blocks and the size of
 * pages that were declared. MIGCORE_UNBALANCED: in a device, or before migcore_ram_declare.
 */
migcore_status migcore_ram_save(struct migcore_chunk_saver *saver,
                                const struct migcore_ram *ram,
                                size_t block,
                                uint64_t first_page,
                                const void *pages,
                                size_t count,
                                struct migcore_ram_counts *counts);

/**
 * Saves those of `count` pages of a block from `first_page` on that are marked in `bitmap`, from the memory of the
 * block itself. The bitmap has a bit for each page of the block: page 0 is the lowest bit of the first byte, and
 * only the bits of these pages are read. It is left as it is. Runs of pages share chunks, so this is better than
 * a call for each of them.
 *
 * **Nothing of the block may change during the call**: this is for the pause, when the guest is stopped, and all that
 * writes to its memory beside it. While it runs see migcore_ram_save_packed. The rules of migcore_ram_save are those of
 * this call, too. MIGCORE_NULL_POINTER also for a block without memory.
 *
 * A marked page is read: where memory is shared (memfd, huge pages), that makes the system give memory for one that
 * nobody used. So mark what is populated, and not all.
 */
migcore_status migcore_ram_save_marked(struct migcore_chunk_saver *saver,
                                       const struct migcore_ram *ram,
                                       size_t block,
                                       uint64_t first_page,
                                       size_t count,
                                       const uint8_t *bitmap,
                                       struct migcore_ram_counts *counts);

/**
 * Saves pages of a block that are marked in `bitmap`, as migcore_ram_save_marked does, from a copy of them: `pages` are
 * the bytes of the marked pages alone, one behind the other, `length` bytes. This is for a guest that runs: clear the
 * dirty bits and keep them as the bitmap, copy the pages that they mark, and send the copy, while the guest goes on.
 * Scattered pages share chunks, as with migcore_ram_save_marked.
 *
 * The rules of migcore_ram_save are those of this call, too. MIGCORE_INVALID_ARGUMENT also when `length` is not the
 * size of as many pages as are marked.
 */
migcore_status migcore_ram_save_packed(struct migcore_chunk_saver *saver,
                                       const struct migcore_ram *ram,
                                       size_t block,
                                       uint64_t first_page,
                                       size_t count,
                                       const uint8_t *bitmap,
                                       const void *pages,
                                       size_t length,
                                       struct migcore_ram_counts *counts);

/**
 * Begins an empty tree in `memory`, of any alignment, which it borrows as long as it is used. `size` is
 * sizeof(migcore_tree). An empty tree takes MIGCORE_TREE_NODE bytes, every node as many more, with
 * its bytes; each name is stored once, with 21 bytes more than it has.
 */
migcore_status migcore_tree_init(struct migcore_tree *tree,
                                 size_t size,
                                 void *memory,
                                 size_t capacity);

/**
 * The bytes of the memory that cannot be used for new items. Names and bytes of items that were removed
 * or replaced count until the tree is compacted into another one. 0 for what is no tree, or is busy.
 */
size_t migcore_tree_used(const struct migcore_tree *tree);

/**
 * The most of the memory that was ever needed at a time: that much would have been enough. 0 for what
 * is no tree, or is busy.
 */
size_t migcore_tree_high_water(const struct migcore_tree *tree);

/**
 * The size of the memory, of which at most 4 GiB are used. 0 for what is no tree, or is busy.
 */
size_t migcore_tree_capacity(const struct migcore_tree *tree);

/**
 * Tells what a node is. `item`, whose `size` the caller has filled in, is one as an observer shows it,
 * but for the end of scopes, which have children instead; the `count` of a list is that of its elements. The
 * root is a MIGCORE_ITEM_ROOT. Its pointers lead into the memory of the tree, and are valid until the
 * tree is changed or given to a visitor.
 */
migcore_status migcore_tree_get(const struct migcore_tree *tree,
                                migcore_node node,
                                struct migcore_item *item);

/**
 * Tells the oldest version of a device that can read the state of this one: writes `version`.
 * MIGCORE_INVALID_ARGUMENT for what is no device.
 */
migcore_status migcore_tree_oldest_reader(const struct migcore_tree *tree,
                                          migcore_node node,
                                          uint32_t *version);

/**
 * The node that a node is a child of: writes `found`, 0 for the root and after an error.
 */
migcore_status migcore_tree_parent(const struct migcore_tree *tree,
                                   migcore_node node,
                                   migcore_node *found);

/**
 * The first child of a node: writes `found`, 0 if there is none, and after an error.
 */
migcore_status migcore_tree_first_child(const struct migcore_tree *tree,
                                        migcore_node node,
                                        migcore_node *found);

/**
 * The sibling after a node: writes `found`, 0 if there is none, and after an error.
 */
migcore_status migcore_tree_next_sibling(const struct migcore_tree *tree,
                                         migcore_node node,
                                         migcore_node *found);

/**
 * The sibling before a node: writes `found`, 0 if there is none, and after an error.
 */
migcore_status migcore_tree_previous_sibling(const struct migcore_tree *tree,
                                             migcore_node node,
                                             migcore_node *found);

/**
 * The child of a name at `nth` among those of this name, from 0: writes `found`, 0 if there is none, and
 * after an error.
 */
migcore_status migcore_tree_child(const struct migcore_tree *tree,
                                  migcore_node node,
                                  const char *name,
                                  size_t nth,
                                  migcore_node *found);

/**
 * The node at a path below `scope`, as it stands in reports: names with dots between them, a slash and
 * the instance after a device, the number of an element, from 0, in brackets, such as
 * `nic/0.rx_ring[3].head`. Of several items of one name it is the first. Writes `found`;
 * MIGCORE_MISSING when there is none, and 0.
 */
migcore_status migcore_tree_find(const struct migcore_tree *tree,
                                 migcore_node scope,
                                 const char *path,
                                 migcore_node *found);

/**
 * Writes the path of a node into `text`, cut to `capacity` and ended with a NUL. MIGCORE_PATH_SIZE is
 * always enough: a path that is too long is shortened in the middle with `...`.
 */
migcore_status migcore_tree_path(const struct migcore_tree *tree,
                                 migcore_node node,
                                 char *text,
                                 size_t capacity);

/**
 * Puts a new node, of the type, value, name and marks of `item`, at a place, and writes its handle to
 * `inserted`, which may be NULL; 0 after an error. Scopes are empty at first, so the `count` of an item is
 * not looked at; a struct has a description if its `length` or `version` is not 0; the oldest version
 * that can read a device is its own (see migcore_tree_set_oldest_reader). Name and bytes must not lie in
 * the memory of this tree, as those of migcore_tree_get do.
 *
 * MIGCORE_INVALID_ARGUMENT for what cannot stand there: a second root, a child of what is no scope or
 * is optional and not there, an element outside of a list, raw bytes or an element with a name or marks, an
 * array of half an element. A call that fails changes nothing. `error` may be NULL; of MIGCORE_NO_SPACE,
 * it tells the bytes needed and those that were there.
 */
migcore_status migcore_tree_insert(struct migcore_tree *tree,
                                   migcore_at at,
                                   migcore_node place,
                                   const struct migcore_item *item,
                                   migcore_node *inserted,
                                   struct migcore_error *error);

/**
 * Gives a node the type and value of `item`, whose name and marks are not looked at. Children stay: a
 * scope that has some stays a scope, and a list a list. Bytes go where the old ones are if there is room;
 * else that place is lost until the tree is compacted. Otherwise as migcore_tree_insert.
 */
migcore_status migcore_tree_replace(struct migcore_tree *tree,
                                    migcore_node node,
                                    const struct migcore_item *item,
                                    struct migcore_error *error);

/**
 * Gives a node another name, which must not lie in the memory of this tree; NULL is no name. The old one
 * is lost until the tree is compacted. Errors as those of migcore_tree_insert.
 */
migcore_status migcore_tree_rename(struct migcore_tree *tree,
                                   migcore_node node,
                                   const char *name,
                                   struct migcore_error *error);

/**
 * Gives a node other marks: MIGCORE_MARK_ constants, or 0. MIGCORE_INVALID_ARGUMENT for the root, raw bytes
 * and elements, which have none.
 */
migcore_status migcore_tree_set_marks(struct migcore_tree *tree,
                                      migcore_node node,
                                      uint32_t marks);

/**
 * Says which version of a device is the oldest that can read the state of this one.
 * MIGCORE_INVALID_ARGUMENT for what is no device.
 */
migcore_status migcore_tree_set_oldest_reader(struct migcore_tree *tree,
                                              migcore_node node,
                                              uint32_t version);

/**
 * Removes a node with all that is inside. The place of their names and bytes is lost until the tree is
 * compacted. MIGCORE_INVALID_ARGUMENT for the root.
 */
migcore_status migcore_tree_remove(struct migcore_tree *tree,
                                   migcore_node node);

/**
 * Moves a node with all that is inside to another place of this tree, for instance to another device.
 * Handles stay good. MIGCORE_INVALID_ARGUMENT for a place inside of the node; other errors as those of
 * migcore_tree_insert.
 */
migcore_status migcore_tree_move(struct migcore_tree *tree,
                                 migcore_node node,
                                 migcore_at at,
                                 migcore_node place,
                                 struct migcore_error *error);

/**
 * Begins a change: several edits that are kept or undone as one, for instance when one of them fails. Until
 * migcore_tree_keep_change or migcore_tree_undo_change ends it, everything can be done with the tree as
 * before. What is in use grows meanwhile by MIGCORE_TREE_NODE bytes for each item that an edit touches for
 * the first time, that is, which changes or gets another neighbour, and for each new name, so that every
 * edit may return MIGCORE_NO_SPACE; the memory of what was removed or replaced is not used again before
 * the end. The cost is linear in what is touched. MIGCORE_BUSY when a change is open already, as in code
 * that migcore_compat_run calls, whose changes are kept or undone by the run.
 */
migcore_status migcore_tree_begin_change(struct migcore_tree *tree);

/**
 * Ends the change that is open, and leaves the tree as it is now. MIGCORE_UNBALANCED when none is open.
 */
migcore_status migcore_tree_keep_change(struct migcore_tree *tree);

/**
 * Ends the change that is open, and makes the tree what it was before it: every item, name, value, mark and
 * order is as it was, handles from before are good again, and those of what was added are stale.
 * MIGCORE_UNBALANCED when none is open.
 */
migcore_status migcore_tree_undo_change(struct migcore_tree *tree);

/**
 * Copies a node with all that is inside to another place of the same tree, and writes the handle of the copy
 * to `copied`, which may be NULL; 0 after an error. Names are shared, bytes are copied.
 * MIGCORE_INVALID_ARGUMENT for the root, and for a place inside of the node; other errors as those of
 * migcore_tree_insert.
 */
migcore_status migcore_tree_copy_within(struct migcore_tree *tree,
                                        migcore_node node,
                                        migcore_at at,
                                        migcore_node place,
                                        migcore_node *copied,
                                        struct migcore_error *error);

/**
 * Copies a node of `tree` with all that is inside to a place in another tree, and writes the handle of the
 * copy to `copied`, which may be NULL; 0 after an error. Errors are those of migcore_tree_insert, from
 * the other tree; what then is left there are names and bytes that nothing refers to.
 */
migcore_status migcore_tree_copy(const struct migcore_tree *tree,
                                 migcore_node node,
                                 struct migcore_tree *other,
                                 migcore_at at,
                                 migcore_node place,
                                 migcore_node *copied,
                                 struct migcore_error *error);

/**
 * Copies all that is in `tree` into another one that is empty, without what removed items left behind.
 * Handles of the one are none of the other. MIGCORE_INVALID_ARGUMENT when the other is not empty;
 * other errors as those of migcore_tree_copy.
 */
migcore_status migcore_tree_compact(const struct migcore_tree *tree,
                                    struct migcore_tree *other,
                                    struct migcore_error *error);

/**
 * Copies what the last load from `tree` left unread and what is ancillary and safe to copy to the end of
 * the root of another tree, with the scopes around it; migcore_tree_merge puts it back into a later save.
 * `loader` is the visitor of that load, after migcore_finish and before the tree is changed. Writes to
 * `count`, which may be NULL, how many items that were; 0 after an error. MIGCORE_UNBALANCED when the
 * load is not finished, or failed; other errors as those of migcore_tree_copy.
 */
migcore_status migcore_tree_carry(struct migcore_tree *tree,
                                  struct migcore_tree_loader *loader,
                                  struct migcore_tree *carried,
                                  uint64_t *count,
                                  struct migcore_error *error);

/**
 * Puts what migcore_tree_carry kept to the end of the scopes that it came from: into a device, what came
 * from the device of that name and instance; into the root, everything. Scopes are the same by kind,
 * name and instance, and by their place among equal ones. Writes how many items were put back (`placed`),
 * and how many were left out because their scope is not there any more (`lost`); both may be NULL. After
 * an error both are 0, and nothing is put back. MIGCORE_INVALID_ARGUMENT for a node that is neither a
 * device nor the root; other errors as those of migcore_tree_insert.
 */
migcore_status migcore_tree_merge(struct migcore_tree *tree,
                                  migcore_node node,
                                  const struct migcore_tree *carried,
                                  uint64_t *placed,
                                  uint64_t *lost,
                                  struct migcore_error *error);

/**
 * Computes the digest of a node with all that is inside: SHA-256 of its canonical form, which
 * docs/format.md describes. Two nodes have one digest when everything is equal that their owners
 * visited: names, types, values, order. Marks do not count, also not that of secrets; nor do the layout of
 * the tree, or the wire that it came over. `options` are MIGCORE_DIGEST_WITHOUT_ constants, or 0.
 * Writes MIGCORE_DIGEST_SIZE bytes to `digest`.
 */
migcore_status migcore_tree_digest(const struct migcore_tree *tree,
                                   migcore_node node,
                                   uint32_t options,
                                   uint8_t *digest);

/**
 * Compares a node of a tree, the left one, with one of another or the same, the right one, with all that
 * is inside, and shows each difference in order to `report`. The names of the two themselves may differ.
 * Items are the same by name, kind of scope and instance; of several equal ones the first belongs to the
 * first. MIGCORE_OK also when there are differences. When `report` returns another status, it is
 * called no more, and that is returned; a number that is none of the MIGCORE_ codes becomes
 * MIGCORE_REFUSED.
 *
 * Items in another order are found by an index in `index`: memory of any alignment apart from both trees,
 * MIGCORE_TREE_INDEX_ENTRY bytes for each item of the right scopes that are open, which is never more than
 * for each item of the right tree. Where it does not suffice, as NULL with `index_size` 0, they are
 * searched from one end to the other, each of them: with states of strangers, give it.
 */
migcore_status migcore_tree_diff(struct migcore_tree *left,
                                 migcore_node left_node,
                                 struct migcore_tree *right,
                                 migcore_node right_node,
                                 void *index,
                                 size_t index_size,
                                 migcore_report_difference report,
                                 void *opaque);

/**
 * Writes a difference of two trees as one line of text into `text`, cut to `capacity` and ended with a
 * NUL, such as `changed nic/0.head: u16 = 3 -> u16 = 4`; to `length`, which may be NULL, how long
 * the whole line is, without the NUL. The values of secret items are not shown. The trees are those that
 * were compared, and not changed since: MIGCORE_STALE_HANDLE when an item is gone.
 */
migcore_status migcore_difference_text(const struct migcore_difference *difference,
                                       const struct migcore_tree *left,
                                       const struct migcore_tree *right,
                                       char *text,
                                       size_t capacity,
                                       size_t *length);

/**
 * Prints a node with all that is inside to a sink, as text of one item a line. Long values are cut, marks
 * stand in braces, the values of what is marked secret are not shown:
 *
 * ```text
 * nic/0: device, version 2
 *   mac: bytes[6] = 52 54 00 12 34 56
 *   key: bytes[16] = (secret) {secret}
 * ```
 *
 * The sink's callbacks may read the tree, and not change it. `error`, which may be NULL, gets the
 * report of a sink that fails.
 */
migcore_status migcore_tree_print(struct migcore_tree *tree,
                                  migcore_node node,
                                  const struct migcore_sink *sink,
                                  struct migcore_error *error);

/**
 * Saves a node through a visitor that saves, with its own scope; of the root, all that is in it. The
 * visitor's wire gets what it would have got from the device. Errors, also those of the tree, are errors
 * of the visit. What the visitor calls back may read the tree, and not change it.
 *
 * A buffer of variable length in the root that is marked ancillary, safe to copy and opaque, and nothing else,
 * is what only other programs know: see migcore_chunk_replay_device. A device in the root whose name begins with
 * `migcore.` is the library's own. They are left out where the wire cannot carry them, as the legacy one.
 */
migcore_status migcore_tree_replay(struct migcore_tree *tree,
                                   migcore_node node,
                                   struct migcore_visitor *v);

/**
 * Saves what is inside of a node through a visitor that saves, without the node itself: for a caller that
 * began the scope, or on whose wire a device has none. Otherwise as migcore_tree_replay.
 */
migcore_status migcore_tree_replay_inside(struct migcore_tree *tree,
                                          migcore_node node,
                                          struct migcore_visitor *v);

/**
 * Begins a visitor that saves into a tree: every item becomes a node, after those that `scope` has. It is
 * MIGCORE_ROOT for whole devices. The tree is lent to the visitor, and all calls on it return MIGCORE_BUSY,
 * until migcore_finish or the first error of the visit; meanwhile it must stay where it is. A visit that
 * is given up is ended with one of these, by migcore_finish at the latest. After
 * an error everything that the visitor saved is taken out of the tree again; of MIGCORE_NO_SPACE, the
 * report tells how many bytes the item needed and how many there were. migcore_position counts items.
 * `size` is sizeof(migcore_tree_saver).
 */
migcore_status migcore_tree_save(struct migcore_tree_saver *saver,
                                 size_t size,
                                 struct migcore_tree *tree,
                                 migcore_node scope);

/**
 * Begins a visitor that loads what is inside of a node: of MIGCORE_ROOT, whole devices; of a device, the
 * items of its state. Items are found by their names; numbers may be wider than in the tree if they lose
 * nothing. Visits in the order of the tree are the fastest; for others an index is made in the free memory
 * of the tree, if that is enough. A scope may be ended, and the load finished, when nothing critical of it is
 * unread. The tree is lent to the visitor, and all calls on it return MIGCORE_BUSY, until migcore_finish or
 * the first error of the visit; meanwhile the tree must stay where it is. migcore_position counts items.
 * `size` is sizeof(migcore_tree_loader).
 */
migcore_status migcore_tree_load(struct migcore_tree_loader *loader,
                                 size_t size,
                                 struct migcore_tree *tree,
                                 migcore_node node);

/**
 * Begins a visitor that loads one node with its own scope, such as a device, as though there were no
 * other. MIGCORE_INVALID_ARGUMENT for the root. Otherwise as migcore_tree_load.
 */
migcore_status migcore_tree_load_only(struct migcore_tree_loader *loader,
                                      size_t size,
                                      struct migcore_tree *tree,
                                      migcore_node node);

/**
 * Tells how many ancillary items a load has left unread in the scopes that were ended, or passed over
 * (`skipped`), and how many items it looked at beyond the ones that the order of the tree made it expect,
 * the price of another order (`searched`). Both may be NULL.
 */
migcore_status migcore_tree_loader_counts(struct migcore_tree_loader *loader,
                                          uint64_t *skipped,
                                          uint64_t *searched);

/**
 * Begins a machine of `count` devices, whose table it borrows; they are saved in this order. `size` is
 * sizeof(migcore_machine). Two devices differ in name or instance. `error` may be NULL; its path is
 * that of the device. A machine that could not begin refuses every call. While a call on the machine goes on, nothing
 * else may touch the table, not even read it.
 */
migcore_status migcore_machine_init(struct migcore_machine *machine,
                                    size_t size,
                                    struct migcore_device *devices,
                                    size_t count,
                                    struct migcore_error *error);

/**
 * Saves all devices, with their hooks. Whoever began `v` ends it with migcore_finish. A machine whose
 * save failed goes on; the report is in the visitor. Any visitor that saves will do; a load needs one whose
 * wire names its devices.
 */
migcore_status migcore_machine_save(struct migcore_machine *machine,
                                    struct migcore_visitor *v);

/**
 * Checks a whole stream for this machine, and changes no device: that all its devices are known or
 * ancillary, come once and are of an accepted version, that all that are not optional are there, and what
 * the visits of scratch instances find; of a device without one it checks the form alone, and counts it as
 * `unproven`. Writes `checked`. Finishes `v`, which is used up; bytes behind the stream are not looked at. The
 * report is in the visitor. A legacy visitor does not name devices: MIGCORE_UNSUPPORTED.
 */
migcore_status migcore_machine_check(struct migcore_machine *machine,
                                     struct migcore_visitor *v,
                                     struct migcore_checked *checked);

/**
 * Loads the devices from a stream that was `checked`, with a visitor that begins at its start again and that
 * is finished here. If it fails half-way, the machine is dirty: it can be neither saved, loaded nor run
 * before a reset. The report is in the visitor.
 *
 * That the stream is the one that was checked is found by a CRC when all of it was loaded:
 * MIGCORE_NOT_CHECKED, and the machine is dirty. A tree has no such number: it is the caller who does not change
 * it meanwhile. A `checked` that is of no check of this machine is refused before a device is touched.
 */
migcore_status migcore_machine_load(struct migcore_machine *machine,
                                    struct migcore_visitor *v,
                                    const struct migcore_checked *checked);

/**
 * migcore_machine_load into a machine whose present state is still wanted: when the load fails, that state
 * is put back, and the machine is dirty only if that fails too. Of the stack this takes some 12 KB. If the
 * image or the scratch memory is too small: MIGCORE_NO_SPACE with the size needed, before anything is loaded.
 *
 * All devices are saved before, and what was saved is checked; then they are loaded again, and saved once more
 * to compare, with their hooks. Where another state than before is found, the machine is dirty. So a device
 * resets in `pre_load` what a stream may leave out, and saves the same as long as the machine stands still,
 * without a clock of the host.
 */
migcore_status migcore_machine_load_atomic(struct migcore_machine *machine,
                                           struct migcore_visitor *v,
                                           const struct migcore_checked *checked,
                                           const struct migcore_undo *undo);

/**
 * Runs the `on_run` hooks of all devices. `error` may be NULL.
 */
migcore_status migcore_machine_run(struct migcore_machine *machine, struct migcore_error *error);

/**
 * Says whether a load failed half-way. What may not run counts as dirty: so do NULL, what is no machine, and one
 * that is in a call.
 */
bool migcore_machine_is_dirty(const struct migcore_machine *machine);

/**
 * The caller has reset all devices: the machine is no longer dirty.
 */
migcore_status migcore_machine_reset_done(struct migcore_machine *machine);

/**
 * Checks the stream that `receiver` has collected for a machine, and with `load` loads it: migcore_machine_check and
 * migcore_machine_load over what migcore_chunk_receiver_bytes gives. No device is touched before all was found
 * right. `index` as in migcore_chunk_load_memory.
 *
 * `checked` gets what the check found, and `counts` what it passed over; `error` gets the report, in which the offset is
 * the place in the stream as it was sent. Each may be NULL; the `size` of each is filled in by the caller. Whether a load that
 * failed has left the machine dirty, says migcore_machine_is_dirty. The callbacks of devices may not use the receiver.
 * Of the stack this takes some 9 KB.
 */
migcore_status migcore_machine_accept(struct migcore_machine *machine,
                                      struct migcore_chunk_receiver *receiver,
                                      bool load,
                                      void *index,
                                      size_t index_size,
                                      struct migcore_checked *checked,
                                      struct migcore_chunk_counts *counts,
                                      struct migcore_error *error);

/**
 * Saves the devices of a machine at older versions of theirs, at most `most` of each: after migcore_machine_save into
 * the same tree, before migcore_machine_manifest.
 */
migcore_status migcore_machine_record_older(struct migcore_machine *machine,
                                            struct migcore_visitor *v,
                                            uint32_t most);

/**
 * Makes the manifest of a machine in a tree, into which the machine was saved (migcore_machine_save), and that holds
 * nothing else; and which was checked for the machine (migcore_machine_check), if it is to be known what devices do
 * without; and into which the machine saved older versions, if it did (migcore_machine_record_older). The devices become
 * shapes. Of a device with a scratch instance it is taken that its state shows all that it accepts (MIGCORE_KNOWN_ALL),
 * of others that it is a sample; `accept`, which may be NULL, may say better. It must not use the tree. Writes the
 * handle of the manifest. After an error the tree is of no use: some of its devices may be in a manifest that was begun.
 */
migcore_status migcore_machine_manifest(struct migcore_machine *machine,
                                        struct migcore_tree *tree,
                                        const struct migcore_about *about,
                                        migcore_accept accept,
                                        void *opaque,
                                        migcore_node *manifest);

/**
 * The next pseudo-random number of a row that `*state` begins: any number does. It is the same each time.
 */
uint64_t migcore_random(uint64_t *state);

/**
 * Checks a history, that of number `history` in the table, on random states of each version: from every version to every
 * other and back, and over every third one. All losses are allowed, and are with the state when it goes back: so it must
 * come back as it was. What is wrong is told, counted, and no error of this call. A change that no state went is wrong
 * too, as if the pattern of the history is that of no device; where some versions cannot be reached it is only counted.
 *
 * Values must fit each version that a state comes to: where an older one has a smaller type, `save` makes only numbers that
 * it can hold, such as migcore_random(&seed) % 65536; else that run is told as MIGCORE_DOES_NOT_FIT.
 *
 * `memory` is for two states, what they lose, and a change: ten times the largest state is enough, and 1 KB beside. It may
 * be used for something else afterwards.
 *
 * MIGCORE_NO_SPACE; MIGCORE_TOO_MANY for a history of more than 64 versions; MIGCORE_INVALID_ARGUMENT if there is no such
 * history, or its newest version cannot be saved; what `save` returns; MIGCORE_BUSY while a run is at work;
 * MIGCORE_UNBALANCED if code of the caller left a visitor over the tree, which is in `memory`.
 */
migcore_status migcore_compat_check(struct migcore_compat *compat,
                                    size_t history,
                                    const struct migcore_compat_states *states,
                                    void *memory,
                                    size_t capacity,
                                    struct migcore_compat_checked *checked);

/**
 * Begins a manifest: a device migcore.manifest/0 behind what the tree holds. It says what a receiver accepts, and goes
 * over any wire that names devices, for migcore_preflight and `migcore check`. Writes its handle to `manifest`; 0
 * after an error.
 */
migcore_status migcore_manifest_begin(struct migcore_tree *tree,
                                      const struct migcore_about *about,
                                      migcore_node *manifest,
                                      struct migcore_error *error);

/**
 * Says that the receiver has a capability.
 */
migcore_status migcore_manifest_add_capability(struct migcore_tree *tree,
                                               migcore_node manifest,
                                               const char *name,
                                               struct migcore_error *error);

/**
 * Takes a device that was saved into the tree, at its newest version, into the manifest: its items are the shape that
 * is accepted, and their values become 0. The handle stays good. In a shape the marks say what the receiver does, and
 * may be set: MIGCORE_MARK_ANCILLARY stands at an item that it does without, MIGCORE_MARK_VOLATILE at one whose value must be
 * the one that stands there. An item of variable length is as long as is certainly accepted.
 */
migcore_status migcore_manifest_add_device(struct migcore_tree *tree,
                                           migcore_node manifest,
                                           migcore_node device,
                                           const struct migcore_accepts *accepts,
                                           struct migcore_error *error);

/**
 * Takes the device that was taken last once more, as it was saved at an older version: its items are the shape of that.
 */
migcore_status migcore_manifest_add_older(struct migcore_tree *tree,
                                          migcore_node manifest,
                                          migcore_node device,
                                          struct migcore_error *error);

/**
 * Says that the receiver has a route.
 */
migcore_status migcore_manifest_add_route(struct migcore_tree *tree,
                                          migcore_node manifest,
                                          const struct migcore_route_known *route,
                                          struct migcore_error *error);

/**
 * Says that the receiver has the routes of its histories: from each version that a history of `compat` knows and that a
 * route leads on from, to the version that the program speaks. A state of such a version is then not refused by a
 * preflight: the answer is MIGCORE_ANSWER_CANNOT_TELL with MIGCORE_REASON_RECEIVER_CONVERTS, as what the transforms make of
 * it may depend on its values; or that of a comparison, where the manifest has a shape of that version
 * (migcore_manifest_add_older) and takes it (`oldest`). `compat` is not kept.
 *
 * MIGCORE_NO_SPACE, MIGCORE_TOO_MANY for a history of more than 64 versions, MIGCORE_STALE_HANDLE and
 * MIGCORE_INVALID_ARGUMENT for what is no manifest, with the tree as it was; MIGCORE_BUSY while a change of the tree is open
 * or `compat` runs. `error` may be NULL.
 */
migcore_status migcore_manifest_add_compat(struct migcore_tree *tree,
                                           migcore_node manifest,
                                           struct migcore_compat *compat,
                                           struct migcore_error *error);

/**
 * Says whether the receiver whose manifest is in a tree has a capability: writes `has`.
 */
migcore_status migcore_manifest_has_capability(const struct migcore_tree *receiver,
                                               const char *name,
                                               bool *has);

/**
 * Opens an opaque buffer: under its name and handle there is a struct then, whose items are what is inside. `schema` is the
 * name of what knows the inside, such as `virtio-net`; NULL: what there is for the name of the device and the field.
 *
 * What is opened was understood to its last byte, in one way only, and closes to the same bytes. MIGCORE_WRONG_TYPE for
 * what is no opaque buffer, MIGCORE_UNSUPPORTED without a schema, MIGCORE_BAD_VALUE for bytes that it does not fit: they
 * stay as they are. MIGCORE_NO_SPACE; `error` may be NULL.
 */
migcore_status migcore_tree_open(struct migcore_tree *tree,
                                 migcore_node node,
                                 const char *schema,
                                 struct migcore_error *error);

/**
 * Closes what was opened: under its name and handle there is the buffer then that the items are on QEMU's wire.
 *
 * MIGCORE_WRONG_TYPE for what was not opened; MIGCORE_BAD_VALUE for items that are not as the schema would find them in
 * the bytes: they stay as they are. MIGCORE_NO_SPACE; `error` may be NULL.
 */
migcore_status migcore_tree_close(struct migcore_tree *tree,
                                  migcore_node node,
                                  struct migcore_error *error);

/**
 * The number of a feature bit by its name, such as 40 of `VIRTIO_F_RING_RESET` for a schema of virtio;
 * MIGCORE_NO_FEATURE if there is none.
 */
uint32_t migcore_opaque_feature(const char *schema,
                                const char *feature);

/**
 * The worse of two answers, to come from findings to an answer of one's own: MIGCORE_ANSWER_REFUSED is worse than
 * MIGCORE_ANSWER_CANNOT_TELL, that than MIGCORE_ANSWER_LOSSES, and that than MIGCORE_ANSWER_LOADS. The numbers are not in
 * this order. A number that is no answer counts as MIGCORE_ANSWER_REFUSED.
 */
uint32_t migcore_answer_worse(uint32_t a,
                              uint32_t b);

/**
 * An answer in a few words: `loads`, `loads with losses`, `refused`, `cannot tell`; `unknown answer` for a number that
 * is none.
 */
const char *migcore_answer_text(uint32_t answer);

/**
 * What a reason is, in a few words; `unknown reason` for a number that is none.
 */
const char *migcore_reason_text(uint32_t reason);

/**
 * What would help against a reason; empty for a number that is none.
 */
const char *migcore_reason_help(uint32_t reason);

/**
 * Says whether a receiver loads a state: compares the tree `state` with the manifest in the tree `receiver`. Shows each
 * thing that it finds to `report`, which may be NULL, and writes the answer, the worst of them as migcore_answer_worse
 * has it, to `answer`, a MIGCORE_ANSWER_ constant. Neither tree is changed. `wire` is the one that the state will go
 * over, a MIGCORE_WIRE_ constant, or 0 for the one that the receiver wants, and chunks where it takes any. `index` is
 * memory for an index, as that of migcore_tree_diff, or NULL.
 *
 * It says that a state loads only where the manifest describes all that the state has and all that the receiver needs;
 * what only values tell, such as what a hook refuses, it does not know. MIGCORE_OK whatever the answer is;
 * MIGCORE_INVALID_ARGUMENT for a wire that is none, MIGCORE_MISSING without a manifest, MIGCORE_UNKNOWN_FORMAT for one
 * of a newer layout, MIGCORE_BAD_VALUE for one that makes no sense.
 */
migcore_status migcore_preflight(struct migcore_tree *state,
                                 struct migcore_tree *receiver,
                                 uint32_t wire,
                                 void *index,
                                 size_t index_size,
                                 migcore_report_finding report,
                                 void *opaque,
                                 uint32_t *answer);

/**
 * The same after the transforms that lead to the receiver's versions: the routes are found and gone, what is lost is
 * told, and all of it is undone. `from` is the version of the machine now, where the state does not say it, or NULL.
 * Devices of which the receiver takes the version that they have stay as they are; a machine whose manifest says its
 * version is transformed to that, if this side or the receiver has a history of it. Filters see the state as it leaves.
 * `report` must not use the state. Where a transform fails, that is a finding, but for MIGCORE_NO_SPACE, MIGCORE_BUSY
 * and MIGCORE_UNBALANCED, which are as those of migcore_compat_run.
 */
migcore_status migcore_compat_preflight(struct migcore_compat *compat,
                                        struct migcore_tree *state,
                                        struct migcore_tree *receiver,
                                        const struct migcore_compat_version *from,
                                        uint32_t wire,
                                        void *index,
                                        size_t index_size,
                                        migcore_report_finding report,
                                        void *opaque,
                                        uint32_t *answer);

/**
 * Sets `*value` to what a property of a device is in this version of the machine; where no row of the profile says
 * something of it, `*value` stays as it is, the default.
 *
 * A device asks when its machine is made, and keeps the answer as a member, in which its `needed` and `test` functions
 * and its handlers find it. The call goes over the rows that hold for the version.
 *
 * Errors: MIGCORE_NULL_POINTER; MIGCORE_BAD_SIZE; MIGCORE_BAD_TEXT for a name that is not UTF-8;
 * MIGCORE_WRONG_TYPE if the value of the property is of another kind; MIGCORE_BAD_TABLE for rows that make no sense or
 * stand below one for an older version; MIGCORE_TOO_MANY tables. `*value` stays as it is.
 */
migcore_status migcore_profile_flag(const struct migcore_profile *profile,
                                    uint32_t machine,
                                    const char *device,
                                    const char *property,
                                    bool *value);

/**
 * The same for a property that is a number.
 */
migcore_status migcore_profile_number(const struct migcore_profile *profile,
                                      uint32_t machine,
                                      const char *device,
                                      const char *property,
                                      uint64_t *value);

/**
 * The same for a property that is a text: that of the row.
 */
migcore_status migcore_profile_text(const struct migcore_profile *profile,
                                    uint32_t machine,
                                    const char *device,
                                    const char *property,
                                    const char **value);

/**
 * Gives `set` the rows that hold for the properties of a device in this version of the machine, in the order in which
 * they apply: one property may come several times, and the last counts. `set` returns MIGCORE_MISSING for a property
 * that the device does not have; that is no error if the row is MIGCORE_PROFILE_OPTIONAL.
 *
 * Errors: those of `set`, and as migcore_profile_flag.
 */
migcore_status migcore_profile_apply(const struct migcore_profile *profile,
                                     uint32_t machine,
                                     const char *device,
                                     migcore_profile_row_function set,
                                     void *opaque);

/**
 * Gives `visit` all rows that hold in this version of the machine, in the order in which they apply: what comes later
 * overrides what came before. For programs that give the properties of a type to the types that are made of it.
 *
 * Errors: those of `visit`, and as migcore_profile_flag.
 */
migcore_status migcore_profile_walk(const struct migcore_profile *profile,
                                    uint32_t machine,
                                    migcore_profile_row_function visit,
                                    void *opaque);

/**
 * Sets `*stays` to whether a device is in the stream as bytes without names in this version of the machine; where no
 * row says so, it is not. A device that does has a `version` before the `fields_since` of its migcore_device. Errors as
 * migcore_profile_flag.
 */
migcore_status migcore_profile_blob(const struct migcore_profile *profile,
                                    uint32_t machine,
                                    const char *device,
                                    bool *stays);

/**
 * Sets `*wire` to what a machine of this version is written as: a MIGCORE_WIRE_ constant, that of chunks where no row
 * says otherwise. Errors as migcore_profile_flag.
 */
migcore_status migcore_profile_wire(const struct migcore_profile *profile,
                                    uint32_t machine,
                                    uint32_t *wire);

/**
 * Checks all rows of a profile and of what it is on top of, for a test of the program: it takes time with the square of
 * their number.
 *
 * Errors: MIGCORE_BAD_TABLE for a row that makes no sense, has an empty name, stands below one for an older machine
 * version, or says for one version what another row of the same table says; MIGCORE_WRONG_TYPE for a property whose
 * values are of two kinds; MIGCORE_TOO_MANY tables; MIGCORE_NULL_POINTER; MIGCORE_BAD_SIZE. `error` may be NULL; its
 * path is the device and the property of the row. The `size` of it is filled in by the caller.
 */
migcore_status migcore_profile_check(const struct migcore_profile *profile,
                                     struct migcore_error *error);

/**
 * Tells, before the change, that `node` will be lost: MIGCORE_LOST_VALUE, MIGCORE_LOST_ITEM or MIGCORE_LOST_RECORD of it.
 * `known` says that the code knows a default, which this is not.
 *
 * MIGCORE_INVALID_ARGUMENT for anything else, and for an item outside of `scope`; MIGCORE_NO_SPACE.
 */
migcore_status migcore_edit_lose(struct migcore_edit *edit,
                                 migcore_node node,
                                 migcore_lost what,
                                 bool known);

/**
 * Writes to `copy` what this code told of the item `name` of `scope` when it went the other way: a copy of it in the
 * tree, which the code moves to its place or takes the value of; 0 if there is none.
 */
migcore_status migcore_edit_recover(struct migcore_edit *edit,
                                    migcore_node scope,
                                    const char *name,
                                    migcore_lost what,
                                    migcore_node *copy);

/**
 * Writes to `size` how much memory migcore_compat_init needs for a table, or migcore_compat_apply for the changes in it.
 * Errors as of migcore_compat_init, but that changes may be there which are never gone.
 */
migcore_status migcore_compat_size(const struct migcore_compat_table *table,
                                   size_t *size);

/**
 * Writes into `text` what is wrong with a table, such as `history 0, change 2, step 1: ...`, all counted from 0, cut to
 * `capacity` and ended with a NUL, and returns how long the whole text is, without the NUL: 0 if migcore_compat_init takes
 * the table. `text` may be NULL when `capacity` is 0.
 */
size_t migcore_compat_table_text(const struct migcore_compat_table *table,
                                 char *text,
                                 size_t capacity);

/**
 * Makes histories of a table in `memory`, of any alignment, which are both lent as long as the object is used. `size` is
 * sizeof(migcore_compat).
 *
 * MIGCORE_BAD_TABLE for rows that make no sense: a member that the kind of its row does not use and that is not 0, a text
 * that is not UTF-8, a number that is none of its constants, a change that is never gone, since earlier ones lead every
 * way that it leads between the same versions. migcore_compat_table_text tells where. After an error each use of the
 * object returns the same status. MIGCORE_NO_SPACE if migcore_compat_size says more than `capacity`. What only a state
 * shows, such as a pattern that is too long, is an error of the run.
 */
migcore_status migcore_compat_init(struct migcore_compat *compat,
                                   size_t size,
                                   const struct migcore_compat_table *table,
                                   void *memory,
                                   size_t capacity);

/**
 * Makes of a tree one of the versions that are wanted, or changes nothing. `targets` may be NULL: all devices become of
 * the version that the program speaks. A machine that becomes newer goes its own changes first, one that becomes
 * older those of its devices. `outcome`, `observer` and `failure` may be NULL.
 *
 * MIGCORE_NO_ROUTE names the device and both versions, before a step is done to any device, or a pattern of the targets
 * that neither a device nor a history fits; MIGCORE_MISSING a step that had to find something; MIGCORE_LOSSY a loss that
 * the policy refuses; MIGCORE_BUSY if a change of the tree is open; MIGCORE_UNBALANCED if code of the caller left a
 * visitor over the tree: then the change stays open, and is undone by migcore_tree_undo_change when the visitor has
 * ended. Of targets MIGCORE_TOO_MANY, MIGCORE_BAD_TEXT for what is not UTF-8, MIGCORE_INVALID_ARGUMENT for a number that
 * is none of its constants. MIGCORE_NO_SPACE; those of the steps and of code that is called.
 */
migcore_status migcore_compat_run(struct migcore_compat *compat,
                                  struct migcore_tree *tree,
                                  const struct migcore_compat_targets *targets,
                                  const struct migcore_compat_observer *observer,
                                  struct migcore_compat_outcome *outcome,
                                  struct migcore_compat_failure *failure);

/**
 * The same, and all of it is undone; what would be lost was told to the observer.
 */
migcore_status migcore_compat_dry_run(struct migcore_compat *compat,
                                      struct migcore_tree *tree,
                                      const struct migcore_compat_targets *targets,
                                      const struct migcore_compat_observer *observer,
                                      struct migcore_compat_outcome *outcome,
                                      struct migcore_compat_failure *failure);

/**
 * Finds the routes that a run would go, and leaves the tree as it is; `legs` of the outcome is the number of changes,
 * all else in it is 0. Errors as of migcore_compat_run.
 */
migcore_status migcore_compat_plan(struct migcore_compat *compat,
                                   struct migcore_tree *tree,
                                   const struct migcore_compat_targets *targets,
                                   struct migcore_compat_outcome *outcome,
                                   struct migcore_compat_failure *failure);

/**
 * Writes the message of a failure into `text`, cut to `capacity` and ended with a NUL, and returns how long the whole
 * message is, without the NUL. `text` may be NULL when `capacity` is 0.
 */
size_t migcore_compat_failure_text(const struct migcore_compat_failure *failure,
                                   char *text,
                                   size_t capacity);

/**
 * Goes changes that stand in no history, whatever the versions of the tree are: from the first to the last as they are
 * written, or with `down` from the last to the first by their ways back. All or nothing. `changes` ends as that of a
 * history does (MIGCORE_CHANGE_END); their scopes begin with a device, as in the history of the machine. The policy and the
 * writer are those of `compat`, whose table may have no histories. What is lost is kept in the tree, and comes back when
 * the same changes are gone the other way.
 *
 * `memory` is for what the rows become, of any alignment, and is used by this call alone: what migcore_compat_size says of a
 * table with one history of these changes is enough. `observer`, `outcome` and `failure` may be NULL.
 *
 * MIGCORE_NULL_POINTER without changes; MIGCORE_BAD_TABLE for rows that make no sense; MIGCORE_NO_SPACE;
 * MIGCORE_NO_ROUTE for a change that cannot be gone this way; others as those of migcore_compat_run.
 */
migcore_status migcore_compat_apply(struct migcore_compat *compat,
                                    struct migcore_tree *tree,
                                    const struct migcore_compat_change *changes,
                                    bool down,
                                    void *memory,
                                    size_t capacity,
                                    const struct migcore_compat_observer *observer,
                                    struct migcore_compat_outcome *outcome,
                                    struct migcore_compat_failure *failure);

/**
 * Writes to `version` the version of the machine that a state is of: the name of the machine in a QEMU stream, else the
 * version of the last hop. The tag lies in the tree, until that is changed or given to a visitor. MIGCORE_MISSING if nothing
 * tells; MIGCORE_TOO_NEW if only newer programs can read the hops. After an error it is number 0 without a tag.
 */
migcore_status migcore_tree_machine_version(const struct migcore_tree *tree,
                                            struct migcore_told_version *version);

/**
 * Writes to `version` that of a device: the number that its state has, and the tag beside it, which migcore_tree_set_tag
 * gives. The tag lies in the tree, until that is changed or given to a visitor. MIGCORE_INVALID_ARGUMENT for what is no
 * device; MIGCORE_STALE_HANDLE; MIGCORE_TOO_NEW if only newer programs can read the tags. After an error it is number 0
 * without a tag.
 */
migcore_status migcore_tree_device_version(const struct migcore_tree *tree,
                                           migcore_node device,
                                           struct migcore_told_version *version);

/**
 * Tells `each` of all losses that a tree has, of all runs whose losses did not come back. `each` may read the tree.
 * MIGCORE_TOO_NEW if only newer programs can read them.
 */
migcore_status migcore_tree_each_loss(struct migcore_tree *tree,
                                      migcore_loss_function each,
                                      void *opaque);

/**
 * Tells `each` of the hops that a state noted, from the oldest that is kept, and writes to `older`, which may be NULL, how
 * many there were before. `each` may read the tree. MIGCORE_TOO_NEW if only newer programs can read them.
 */
migcore_status migcore_tree_each_hop(struct migcore_tree *tree,
                                     migcore_hop_function each,
                                     void *opaque,
                                     uint64_t *older);

/**
 * Notes that a program wrote this state for a version of a machine: what it calls before it sends the tree. NULL is an
 * empty text. MIGCORE_BAD_TEXT for texts that are not UTF-8; MIGCORE_NO_SPACE.
 */
migcore_status migcore_tree_note_hop(struct migcore_tree *tree,
                                     const char *machine,
                                     struct migcore_compat_version version,
                                     const char *writer);

/**
 * Gives a device a tag, which stands beside the number of its version; NULL or an empty one takes it away.
 * MIGCORE_BAD_TEXT for one that is not UTF-8; MIGCORE_NO_SPACE.
 */
migcore_status migcore_tree_set_tag(struct migcore_tree *tree,
                                    migcore_node device,
                                    const char *tag);

/**
 * Puts the devices of a tree behind all of them as older versions have them: of each that has a history and is of the version
 * that the program speaks, every version without a tag that a route leads to and back from. All losses are allowed. So a
 * manifest has the shapes of what the histories lead on from: after migcore_machine_save into the same tree, in the place of
 * migcore_machine_record_older, before migcore_machine_manifest with migcore_compat_accept. What cannot be made of the state
 * that a device has now, such as one that is made of two devices, is left out.
 *
 * A manifest of this says that such states load. Where a change refuses some values on its way up, only the route is to be
 * said (migcore_manifest_add_compat).
 *
 * `memory` is for one device at a time, what it loses, and a change: ten times the largest is enough, and 1 KB beside. It is
 * used by this call alone. Code of the histories finds the device alone in a tree.
 *
 * MIGCORE_NO_SPACE of the tree or of `memory`; MIGCORE_TOO_MANY for a history of more than 64 versions; MIGCORE_BUSY while a
 * change of the tree is open or a run is at work; MIGCORE_UNBALANCED if code of the caller left a visitor over the tree,
 * which is in `memory`. Then the tree is as it was.
 */
migcore_status migcore_compat_record_older(struct migcore_compat *compat,
                                           struct migcore_tree *tree,
                                           void *memory,
                                           size_t capacity);

/**
 * Says for migcore_machine_manifest that devices take what the histories of a migcore_compat, which is the `opaque`, lead on
 * from: makes `oldest` the oldest version without a tag of the history of the device, if that is older. A program that has
 * more to say calls it in its own migcore_accept.
 *
 * MIGCORE_NULL_POINTER, MIGCORE_BAD_SIZE; MIGCORE_BUSY while a run is at work; MIGCORE_TOO_MANY for a history of more than 64
 * versions.
 */
migcore_status migcore_compat_accept(void *compat,
                                     const char *name,
                                     uint32_t instance,
                                     struct migcore_accepts *accepts);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MIGCORE_H */
