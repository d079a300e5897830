/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A serial port as sources of QEMU 7.2 are written: timers in the struct, hooks with results, a list of subsections, a list
 * of requests, an info of the device's own that saves what it has by another table.
 */
#include "qemu/osdep.h"
#include "migration/vmstate.h"
#include "migration/qemu-file-types.h"
#include "qapi/error.h"
#include "qapi/qmp/json-writer.h"
#include "qemu/error-report.h"
#include "qemu/module.h"
#include "qemu/queue.h"
#include "qemu/timer.h"

#include "style.h"

#define PORT_FIFO 16

typedef struct PortRequest {
    uint32_t tag;
    QTAILQ_ENTRY(PortRequest) next;
} PortRequest;

typedef struct PortFifo {
    uint8_t *data;
    uint32_t capacity;
    uint32_t used;
} PortFifo;

typedef struct PortState {
    uint16_t divider;
    uint8_t rbr, thr, ier, lcr;
    bool throttle;
    QEMUTimer timeout;
    QEMUTimer *poll;
    PortFifo fifo;
    uint32_t modem[2][2];
    QTAILQ_HEAD(, PortRequest) requests;
    uint32_t pending;
    uint32_t limit;
    uint32_t hints;
} PortState;

/* The fifo says how long it is, and then has what it has. */
static const VMStateDescription vmstate_fifo = {
    .name = "port/fifo",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32_EQUAL(capacity, PortFifo, "the fifo has another size"),
        VMSTATE_UINT32(used, PortFifo),
        VMSTATE_VBUFFER_UINT32(data, PortFifo, 1, NULL, used),
        VMSTATE_END_OF_LIST()
    }
};

static int put_fifo(QEMUFile *f, void *pv, size_t size, const VMStateField *field, JSONWriter *vmdesc)
{
    g_assert(size == sizeof(PortFifo));
    return vmstate_save_state(f, field->vmsd, pv, vmdesc);
}

static int get_fifo(QEMUFile *f, void *pv, size_t size, const VMStateField *field)
{
    g_assert(size == sizeof(PortFifo));
    return vmstate_load_state(f, field->vmsd, pv, field->vmsd->version_id);
}

static const VMStateInfo vmstate_info_fifo = {
    .name = "fifo",
    .get = get_fifo,
    .put = put_fifo,
};

static const VMStateDescription vmstate_request = {
    .name = "port request",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(tag, PortRequest),
        VMSTATE_END_OF_LIST()
    }
};

static bool port_pending_needed(void *opaque)
{
    PortState *s = opaque;

    return s->pending != 0;
}

static const VMStateDescription vmstate_port_pending = {
    .name = "port/pending",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = port_pending_needed,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(pending, PortState),
        VMSTATE_QTAILQ_V(requests, PortState, 1, vmstate_request, PortRequest, next),
        VMSTATE_END_OF_LIST()
    }
};

static bool port_has_hints(void *opaque, int version_id)
{
    PortState *s = opaque;

    return version_id >= 3 && s->hints != 0;
}

static bool port_divider_is_good(void *opaque, int version_id)
{
    PortState *s = opaque;

    return version_id > 0 && s->divider != 0;
}

static int port_pre_load(void *opaque)
{
    PortState *s = opaque;

    s->limit = 7;
    return 0;
}

static int port_pre_save(void *opaque)
{
    PortState *s = opaque;

    s->throttle = s->fifo.used == s->fifo.capacity;
    return 0;
}

static int port_post_load(void *opaque, int version_id)
{
    PortState *s = opaque;

    if (s->fifo.used > s->fifo.capacity) {
        error_report("port: %u bytes in a fifo of %u", s->fifo.used, s->fifo.capacity);
        return -EINVAL;
    }
    return version_id < 2 ? -EINVAL : 0;
}

static const VMStateDescription vmstate_port = {
    .name = "port",
    .version_id = 3,
    .minimum_version_id = 2,
    .priority = MIG_PRI_DEFAULT,
    .pre_load = port_pre_load,
    .pre_save = port_pre_save,
    .post_load = port_post_load,
    .fields = (VMStateField[]) {
        VMSTATE_UINT16_V(divider, PortState, 2),
        VMSTATE_VALIDATE("divider is not 0", port_divider_is_good),
        VMSTATE_UINT8(rbr, PortState),
        VMSTATE_UINT8(thr, PortState),
        VMSTATE_UINT8(ier, PortState),
        VMSTATE_UINT8(lcr, PortState),
        VMSTATE_BOOL_V(throttle, PortState, 3),
        VMSTATE_TIMER(timeout, PortState),
        VMSTATE_TIMER_PTR(poll, PortState),
        {
            .name = "fifo",
            .version_id = 0,
            .size = sizeof(PortFifo),
            .info = &vmstate_info_fifo,
            .vmsd = &vmstate_fifo,
            .flags = VMS_SINGLE,
            .offset = vmstate_offset_value(PortState, fifo, PortFifo),
        },
        VMSTATE_UINT32_2DARRAY(modem, PortState, 2, 2),
        VMSTATE_UINT32_TEST(hints, PortState, port_has_hints),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription*[]) {
        &vmstate_port_pending,
        NULL
    }
};

static void port_save_poll(QEMUFile *f, void *opaque)
{
    PortState *s = opaque;

    timer_put(f, s->poll);
    qemu_put_be16(f, s->divider);
}

static int port_load_poll(QEMUFile *f, void *opaque, int version_id)
{
    PortState *s = opaque;

    timer_get(f, s->poll);
    s->divider = qemu_get_be16(f);
    return version_id == 1 ? qemu_file_get_error(f) : -EINVAL;
}

/* -- The check ----------------------------------------------------------------------------------------------------- */

static uint8_t fifos[2][PORT_FIFO];
static QEMUTimer polls[2];

static void reset(PortState *s, int which)
{
    memset(s, 0, sizeof *s);
    s->divider = 1;
    s->fifo.data = fifos[which];
    s->fifo.capacity = PORT_FIFO;
    s->timeout.expire_time = -1;
    s->poll = &polls[which];
    QTAILQ_INIT(&s->requests);
}

static void drop(PortState *s)
{
    PortRequest *request, *next;

    QTAILQ_FOREACH_SAFE(request, &s->requests, next, next) {
        QTAILQ_REMOVE(&s->requests, request, next);
        g_free(request);
    }
}

int main(void)
{
    PortState from, to;
    Memory m, back;

    reset(&from, 0);
    reset(&to, 1);
    from.divider = 12;
    from.ier = 5;
    from.fifo.used = PORT_FIFO;
    memcpy(fifos[0], "0123456789abcdef", PORT_FIFO);
    polls[0].expire_time = 1234567890123;
    from.modem[1][0] = 77;
    CHECK(vmstate_save_needed(&vmstate_port, &from));
    CHECK(!vmstate_save_needed(&vmstate_port_pending, &from));
    CHECK_EQUAL(memory_save(&m, &vmstate_port, &from), 0);
    CHECK_EQUAL(m.length, 2 + 4 + 1 + 16 + 8 + PORT_FIFO + 16);
    from.pending = 2;
    for (uint32_t i = 0; i < 2; i++) {
        PortRequest *request = g_new0(PortRequest, 1);

        request->tag = 40 + i;
        QTAILQ_INSERT_TAIL(&from.requests, request, next);
    }
    CHECK_EQUAL(memory_save(&m, &vmstate_port, &from), 0);
    CHECK_EQUAL(memory_load(&back, &vmstate_port, &to, 3, m.bytes, m.length + 1), 0);
    CHECK_EQUAL(migcore_qemu_file_position(&back.file), m.length);
    CHECK(to.divider == 12 && to.ier == 5 && to.throttle && to.limit == 7 && to.modem[1][0] == 77);
    CHECK(to.fifo.used == PORT_FIFO && memcmp(fifos[0], fifos[1], PORT_FIFO) == 0);
    CHECK_EQUAL(polls[1].expire_time, 1234567890123);
    CHECK_EQUAL(to.timeout.expire_time, -1);
    CHECK_EQUAL(QTAILQ_FIRST(&to.requests)->tag, 40);
    CHECK_EQUAL(QTAILQ_LAST(&to.requests)->tag, 41);
    /* A divider of 0, and a fifo of another size. */
    m.bytes[1] = 0;
    CHECK_EQUAL(memory_load(&back, &vmstate_port, &to, 3, m.bytes, m.length + 1), -1);
    m.bytes[1] = 12;
    to.fifo.capacity = 8;
    CHECK_EQUAL(memory_load(&back, &vmstate_port, &to, 3, m.bytes, m.length + 1), -EINVAL);
    handlers(&m, port_save_poll, port_load_poll, &from, &to);
    drop(&from);
    drop(&to);
    return checks_report("style-702");
}
