/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu.h - QEMU's names over migcore.h.
 *
 * Lets C sources that save and load device state with QEMU's functions compile unchanged against migcore:
 *
 *     part                        what it has
 *     migcore_qemu/error.h        Error, error_setg, error_propagate, ..., error_report
 *     migcore_qemu/files.h        the list that ties files to visitors; errno for a migcore_status
 *     migcore_qemu/visit.h        Visitor, visit_type_u32, visit_type_uint32, visit_start_struct, ...
 *     migcore_qemu/file.h         QEMUFile, qemu_put_be32, qemu_get_be32, qemu_peek_byte, ...
 *     migcore_qemu/foreign.h      the same visitors over the QEMUFile of a host program
 *     migcore_qemu/json.h         JSONWriter, QJSON: what a field tells of itself
 *     migcore_qemu/vmstate.h      VMStateDescription, VMStateField, VMStateInfo: tables of fields
 *     migcore_qemu/macros.h       VMSTATE_UINT32, VMSTATE_STRUCT_ARRAY, ...: what tables are made of
 *     migcore_qemu/infos.h        vmstate_info_uint32, ...
 *     migcore_qemu/walk.h         vmstate_save_state, vmstate_load_state; tables over any visitor
 *     migcore_qemu/timer.h        QEMUTimer, as far as a stream has one; timer_put, timer_get
 *     migcore_qemu/lists.h        QLIST, QSLIST, QSIMPLEQ, QTAILQ
 *     migcore_qemu/tree.h         a sorted tree for VMSTATE_GTREE_V, or GLib's
 *     migcore_qemu/register.h     vmstate_register, instances, aliases, priorities
 *     migcore_qemu/handlers.h     register_savevm, register_savevm_live
 *     migcore_qemu/savevm.h, loadvm.h   whole streams of all devices: qemu_savevm_state, qemu_loadvm_state
 *
 * and, for those who want them,
 *
 *     migcore_qemu/devices.h      VMSTATE_PCI_DEVICE and other macros over types of the program
 *     migcore_qemu/osdep.h        container_of, ARRAY_SIZE, QEMU_BUILD_BUG_ON, g_malloc, GTree, ...
 *     migcore_qemu/compat/        a folder to search for headers (-I): "qemu/osdep.h", "migration/vmstate.h",
 *                                 "migration/qemu-file-types.h", "qapi/error.h", "hw/hw.h" and others forward to this one
 *
 * Include this file only; it includes the parts. Everything is `static inline` gnu99, except the few objects that exist
 * once per program (see MIGCORE_QEMU_DEFINE). A QEMUFile is a variable of the caller. Nothing allocates but loads of tables
 * that say so (see migcore_qemu/walk.h).
 *
 * What it is for
 *
 *     A device has a save function full of qemu_put_* and a load function full of qemu_get_*. Replace the calls, one at a
 *     time, by visits that carry a name; the bytes stay the same after every single replacement:
 *
 *         qemu_put_be32(f, s->ctrl);                        visit_type_u32(v, "ctrl", &s->ctrl, &err);
 *         qemu_put_be32(f, s->status);             ->       qemu_put_be32(f, s->status);
 *
 *     where `Visitor *v = qemu_file_get_visitor(f);`. When the last call is replaced, save and load are the same sequence
 *     and become one function. docs/porting.md is the guide; examples/convert has the five stages of one device.
 *
 * A worked example (one file of a program; other files leave out the first line)
 *
 *         #define MIGCORE_QEMU_DEFINE
 *         #include "migcore_qemu.h"
 *
 *         static void uart_visit(Visitor *v, Uart *s, Error **errp)
 *         {
 *             visit_type_u8(v, "ier", &s->ier, errp);
 *             visit_type_u16(v, "divider", &s->divider, errp);
 *         }
 *
 *         size_t uart_store(Uart *s, uint8_t *bytes, size_t capacity)
 *         {
 *             QEMUFile file;
 *             migcore_qemu_file_init_save_memory(&file, bytes, capacity);
 *             uart_visit(qemu_file_get_visitor(&file), s, NULL);
 *             qemu_put_be32(&file, s->not_yet_converted);
 *             return qemu_fclose(&file) < 0 ? 0 : (size_t)migcore_qemu_file_position(&file);
 *         }
 *
 * Errors
 *
 *     A file keeps its first error, as a negative errno. A visit that fails puts its error on the file; an error of the
 *     file makes every later visit fail (but for -EBUSY, see migcore_qemu/file.h). A visit whose `errp` already holds an
 *     Error does nothing. So a device may check after each call, once at the end, or leave it to whoever asks
 *     qemu_file_get_error(). What a device or a callback gave as the cause becomes the file's error if it is negative.
 *
 * Switches, set before the first include and the same in the whole program unless said otherwise
 *
 *     MIGCORE_QEMU_API            whose signatures the sources use: major * 100 + minor, so 702 is 7.2 (the default), 15 is
 *                                 0.15, 1002 is 10.2. May differ from file to file. File functions exist exactly in the
 *                                 releases that had them. Visits and what belongs to Error, which sources are converted
 *                                 *to*, are there in every release, and follow its argument order and return type.
 *     MIGCORE_QEMU_DEFINE         in ONE source file: makes the objects of which there is one (list, Error pool). In none:
 *                                 the linker says `undefined reference to migcore_qemu_files`.
 *     MIGCORE_QEMU_COEXIST        what the program has of its own, so that it is left out here: a sum of
 *                                 MIGCORE_QEMU_HOST_FILE      QEMUFile and qemu_put_*, qemu_get_*, qemu_file_*
 *                                 MIGCORE_QEMU_HOST_ERROR     Error and error_*
 *                                 MIGCORE_QEMU_HOST_VISITOR   Visitor and visit_*
 *                                 MIGCORE_QEMU_HOST_VMSTATE   VMStateDescription, VMSTATE_* and vmstate_*; also where
 *                                                             VMSTATE_END_OF_LIST is defined already
 *                                 MIGCORE_QEMU_HOST_TIMER     QEMUTimer: needs MIGCORE_QEMU_TIMER_GET and _SET, see
 *                                                             migcore_qemu/timer.h; the same in the whole program
 *                                 The host's headers come first. May differ from file to file.
 *     MIGCORE_QEMU_TARGET_LONG_BITS   32 or 64: defines the betl forms and VMSTATE_UINTTL, which exist only in code built
 *                                 per target.
 *     MIGCORE_QEMU_MALLOC(bytes)  an allocator: defines visit_type_str, whose loaded text the device owns and frees, and
 *                                 json_writer_new. What these free goes to MIGCORE_QEMU_FREE(memory), or to free().
 *                                 Tables use both too; without them GLib's with MIGCORE_QEMU_GLIB, else malloc and free.
 *     MIGCORE_QEMU_ALLOCATION     bytes that one call on a table may allocate (MIGCORE_VMSTATE_ALLOCATION, 16 MiB).
 *     MIGCORE_QEMU_GLIB           GLib is there: includes <glib.h>, and trees are GTrees of it.
 *     MIGCORE_QEMU_REGISTRY       an expression: the registry that QEMU's names stand for (&migcore_qemu_devices).
 *     MIGCORE_QEMU_DEVICE_PATH(dev)   the path of a device on its bus, a string or NULL (NULL).
 *     MIGCORE_QEMU_ERRORS         Errors that one thread may hold at the same time (4).
 *     MIGCORE_QEMU_ERROR_TEXT     bytes of a message (256) and, apart, of a hint; longer ones end in "...".
 *     MIGCORE_QEMU_PEEK           bytes that qemu_peek_buffer can show at once (512).
 *     MIGCORE_QEMU_PRINT(text)    where error_report and others print; a whole line, with its newline (stderr).
 *     MIGCORE_QEMU_THREAD_LOCAL   storage class of the Error pool (__thread); define it empty without threads.
 *     MIGCORE_QEMU_LOCK(flag), MIGCORE_QEMU_UNLOCK(flag)   guard the list of files (a spin lock on `char *flag`, held for a
 *                                 few instructions); define both empty without threads. See files.h about fork().
 *
 * What is not here, because it could not work over caller's storage or has no bytes of its own: files made by name or by
 * descriptor (qemu_fopen_ops, qemu_file_new_input: use migcore_qemu_file_init_*), rate limits, the QEMU 9.0 offset calls,
 * linked GenericLists, alternates, enums, `any` and `null` visits. For arrays, buffers, devices and subsections see
 * migcore_qemu_visit_* and migcore_qemu_begin_* in migcore_qemu/visit.h. What has no name there (a count and that many structs
 * or numbers, float, _since) is called by its name in migcore.h on the same visitor, with one migcore_qemu_check() at the end:
 * see examples/convert/mixed.c.
 */
#ifndef MIGCORE_QEMU_H
#define MIGCORE_QEMU_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef MIGCORE_QEMU_GLIB
#include <glib.h>
#endif

#include "migcore.h"

#ifndef MIGCORE_QEMU_API
#define MIGCORE_QEMU_API 702
#endif
#if MIGCORE_QEMU_API < 11 || (MIGCORE_QEMU_API > 15 && MIGCORE_QEMU_API < 100)
#error "MIGCORE_QEMU_API is major * 100 + minor of a QEMU release: 11 to 15 for 0.11 to 0.15, 702 for 7.2, 1002 for 10.2"
#endif

#define MIGCORE_QEMU_HOST_FILE 1
#define MIGCORE_QEMU_HOST_ERROR 2
#define MIGCORE_QEMU_HOST_VISITOR 4
#define MIGCORE_QEMU_HOST_VMSTATE 8
#define MIGCORE_QEMU_HOST_TIMER 16

#ifndef MIGCORE_QEMU_COEXIST
#define MIGCORE_QEMU_COEXIST 0
#endif

#ifndef MIGCORE_QEMU_ERRORS
#define MIGCORE_QEMU_ERRORS 4
#endif
#ifndef MIGCORE_QEMU_ERROR_TEXT
#define MIGCORE_QEMU_ERROR_TEXT 256
#endif
#ifndef MIGCORE_QEMU_PEEK
#define MIGCORE_QEMU_PEEK 512
#endif
#ifndef MIGCORE_QEMU_PRINT
#define MIGCORE_QEMU_PRINT(text) ((void)fputs((text), stderr))
#endif
#ifndef MIGCORE_QEMU_THREAD_LOCAL
#define MIGCORE_QEMU_THREAD_LOCAL __thread
#endif

/* Sizes were int before 2.5; visits give their result since 5.1. */
#if MIGCORE_QEMU_API < 205
typedef int migcore_qemu_size;
#else
typedef size_t migcore_qemu_size;
#endif

#include "migcore_qemu/error.h"
#include "migcore_qemu/files.h"
#include "migcore_qemu/visit.h"
#include "migcore_qemu/json.h"
#if MIGCORE_QEMU_COEXIST & MIGCORE_QEMU_HOST_FILE
#include "migcore_qemu/foreign.h"
#else
#include "migcore_qemu/file.h"
#endif
#include "migcore_qemu/tree.h"
#ifndef QTAILQ_HEAD
#include "migcore_qemu/lists.h"
#endif
#if MIGCORE_QEMU_API >= 12 && !(MIGCORE_QEMU_COEXIST & MIGCORE_QEMU_HOST_VMSTATE) && !defined(VMSTATE_END_OF_LIST)
#include "migcore_qemu/vmstate.h"
#include "migcore_qemu/timer.h"
#include "migcore_qemu/walk.h"
#include "migcore_qemu/infos.h"
#include "migcore_qemu/macros.h"
#if !(MIGCORE_QEMU_COEXIST & MIGCORE_QEMU_HOST_FILE)
#include "migcore_qemu/register.h"
#include "migcore_qemu/handlers.h"
#include "migcore_qemu/savevm.h"
#include "migcore_qemu/loadvm.h"
#endif
#elif MIGCORE_QEMU_API < 12 && !(MIGCORE_QEMU_COEXIST & MIGCORE_QEMU_HOST_FILE)
#include "migcore_qemu/register.h"
#include "migcore_qemu/handlers.h"
#endif

#endif /* MIGCORE_QEMU_H */
