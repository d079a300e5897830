/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Sound: a controller with eight streams, and what it is connected to.
 */
#include "pci.h"

typedef struct IntelHDAStream {
    uint32_t ctl;
    uint32_t lpib;              /* the place in the buffer */
    uint32_t cbl;               /* its length */
    uint32_t lvi;
    uint32_t fmt;
    uint32_t bdlp_lbase;        /* the list of its pieces */
    uint32_t bdlp_ubase;
} IntelHDAStream;

typedef struct IntelHDAState {
    PCIDevice pci;
    uint32_t g_ctl;             /* registers */
    uint32_t wake_en;
    uint32_t state_sts;
    uint32_t int_ctl;
    uint32_t int_sts;
    uint32_t wall_clk;
    uint32_t corb_lbase;        /* the ring of commands, */
    uint32_t corb_ubase;
    uint32_t corb_rp;
    uint32_t corb_wp;
    uint32_t corb_ctl;
    uint32_t corb_sts;
    uint32_t corb_size;
    uint32_t rirb_lbase;        /* and that of answers */
    uint32_t rirb_ubase;
    uint32_t rirb_wp;
    uint32_t rirb_cnt;
    uint32_t rirb_ctl;
    uint32_t rirb_sts;
    uint32_t rirb_size;
    uint32_t dp_lbase;
    uint32_t dp_ubase;
    uint32_t icw;
    uint32_t irr;
    uint32_t ics;
    IntelHDAStream st[8];
    uint32_t rirb_count;
    int64_t wall_base_ns;
} IntelHDAState;

typedef struct HDAAudioStream {
    uint32_t stream;
    uint32_t channel;
    uint32_t format;
    uint32_t gain_left;
    uint32_t gain_right;
    bool mute_left;
    bool mute_right;
    uint8_t compat_buf[256];    /* samples, as QEMU kept them once */
    uint32_t compat_bpos;
    uint8_t buf[8192];          /* and as it keeps them */
    int64_t rpos;
    int64_t wpos;
    QEMUTimer *buft;
    int64_t buft_start;
    bool in_use;                /* one that goes somewhere, which has the subsection */
    QEMUTimer its_timer;
} HDAAudioStream;

typedef struct HDAAudioState {
    HDAAudioStream st[4];
    bool running_compat[16];
    bool running_real[2 * 16];
} HDAAudioState;

static const VMStateDescription vmstate_intel_hda_stream = {
    .name = "intel-hda-stream",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(ctl, IntelHDAStream),
        VMSTATE_UINT32(lpib, IntelHDAStream),
        VMSTATE_UINT32(cbl, IntelHDAStream),
        VMSTATE_UINT32(lvi, IntelHDAStream),
        VMSTATE_UINT32(fmt, IntelHDAStream),
        VMSTATE_UINT32(bdlp_lbase, IntelHDAStream),
        VMSTATE_UINT32(bdlp_ubase, IntelHDAStream),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_intel_hda = {
    .name = "intel-hda",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_PCI_DEVICE(pci, IntelHDAState),
        VMSTATE_UINT32(g_ctl, IntelHDAState),
        VMSTATE_UINT32(wake_en, IntelHDAState),
        VMSTATE_UINT32(state_sts, IntelHDAState),
        VMSTATE_UINT32(int_ctl, IntelHDAState),
        VMSTATE_UINT32(int_sts, IntelHDAState),
        VMSTATE_UINT32(wall_clk, IntelHDAState),
        VMSTATE_UINT32(corb_lbase, IntelHDAState),
        VMSTATE_UINT32(corb_ubase, IntelHDAState),
        VMSTATE_UINT32(corb_rp, IntelHDAState),
        VMSTATE_UINT32(corb_wp, IntelHDAState),
        VMSTATE_UINT32(corb_ctl, IntelHDAState),
        VMSTATE_UINT32(corb_sts, IntelHDAState),
        VMSTATE_UINT32(corb_size, IntelHDAState),
        VMSTATE_UINT32(rirb_lbase, IntelHDAState),
        VMSTATE_UINT32(rirb_ubase, IntelHDAState),
        VMSTATE_UINT32(rirb_wp, IntelHDAState),
        VMSTATE_UINT32(rirb_cnt, IntelHDAState),
        VMSTATE_UINT32(rirb_ctl, IntelHDAState),
        VMSTATE_UINT32(rirb_sts, IntelHDAState),
        VMSTATE_UINT32(rirb_size, IntelHDAState),
        VMSTATE_UINT32(dp_lbase, IntelHDAState),
        VMSTATE_UINT32(dp_ubase, IntelHDAState),
        VMSTATE_UINT32(icw, IntelHDAState),
        VMSTATE_UINT32(irr, IntelHDAState),
        VMSTATE_UINT32(ics, IntelHDAState),
        VMSTATE_STRUCT_ARRAY(st, IntelHDAState, 8, 0, vmstate_intel_hda_stream, IntelHDAStream),
        VMSTATE_UINT32(rirb_count, IntelHDAState),
        VMSTATE_INT64(wall_base_ns, IntelHDAState),
        VMSTATE_END_OF_LIST()
    },
};

static bool hda_audio_stream_buf_needed(void *opaque)
{
    HDAAudioStream *s = opaque;

    return s->in_use;
}

static const VMStateDescription vmstate_hda_audio_stream_buf = {
    .name = "hda-audio-stream/buffer",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = hda_audio_stream_buf_needed,
    .fields = (VMStateField[]) {
        VMSTATE_BUFFER(buf, HDAAudioStream),
        VMSTATE_INT64(rpos, HDAAudioStream),
        VMSTATE_INT64(wpos, HDAAudioStream),
        VMSTATE_TIMER_PTR(buft, HDAAudioStream),
        VMSTATE_INT64(buft_start, HDAAudioStream),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_hda_audio_stream = {
    .name = "hda-audio-stream",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(stream, HDAAudioStream),
        VMSTATE_UINT32(channel, HDAAudioStream),
        VMSTATE_UINT32(format, HDAAudioStream),
        VMSTATE_UINT32(gain_left, HDAAudioStream),
        VMSTATE_UINT32(gain_right, HDAAudioStream),
        VMSTATE_BOOL(mute_left, HDAAudioStream),
        VMSTATE_BOOL(mute_right, HDAAudioStream),
        VMSTATE_UINT32(compat_bpos, HDAAudioStream),
        VMSTATE_BUFFER(compat_buf, HDAAudioStream),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_hda_audio_stream_buf,
        NULL
    },
};

static const VMStateDescription vmstate_hda_audio = {
    .name = "hda-audio",
    .version_id = 2,
    .minimum_version_id = 2,
    .fields = (VMStateField[]) {
        VMSTATE_STRUCT_ARRAY(st, HDAAudioState, 4, 0, vmstate_hda_audio_stream, HDAAudioStream),
        VMSTATE_BOOL_ARRAY(running_compat, HDAAudioState, 16),
        VMSTATE_BOOL_ARRAY(running_real, HDAAudioState, 2 * 16),
        VMSTATE_END_OF_LIST()
    },
};

/* That of an ICH6. */
static void intel_hda_prepare(void *opaque, const Where *where)
{
    IntelHDAState *s = opaque;

    (void)where;
    pci_device_prepare(&s->pci, PCI_VENDOR_ID_INTEL, 0x2668, false);
}

/* One way out, one way in. */
static void hda_audio_prepare(void *opaque, const Where *where)
{
    HDAAudioState *s = opaque;

    (void)where;
    for (int i = 0; i < 4; i++) {
        s->st[i].buft = &s->st[i].its_timer;
        s->st[i].in_use = i < 2;
    }
}

const Device intel_hda = { .vmsd = &vmstate_intel_hda, .size = sizeof(IntelHDAState), .prepare = intel_hda_prepare };
const Device hda_audio = { .vmsd = &vmstate_hda_audio, .size = sizeof(HDAAudioState), .prepare = hda_audio_prepare };
