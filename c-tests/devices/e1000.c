/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A network card, 82540EM. Registers are kept by their address; the older part of its table names them one by one, a
 * subsection has all of them.
 */
#include "pci.h"

#define E1000_DEV_ID_82540EM 0x100e

enum {
    CTRL = 0x0 / 4, STATUS = 0x8 / 4, EECD = 0x10 / 4, EERD = 0x14 / 4, MDIC = 0x20 / 4, VET = 0x38 / 4,
    ICR = 0xc0 / 4, ITR = 0xc4 / 4, ICS = 0xc8 / 4, IMS = 0xd0 / 4, IMC = 0xd8 / 4, RCTL = 0x100 / 4,
    TCTL = 0x400 / 4, LEDCTL = 0xe00 / 4, PBA = 0x1000 / 4, RDBAL = 0x2800 / 4, RDBAH = 0x2804 / 4,
    RDLEN = 0x2808 / 4, RDH = 0x2810 / 4, RDT = 0x2818 / 4, RDTR = 0x2820 / 4, RADV = 0x282c / 4, TDBAL = 0x3800 / 4,
    TDBAH = 0x3804 / 4, TDLEN = 0x3808 / 4, TDH = 0x3810 / 4, TDT = 0x3818 / 4, TXDCTL = 0x3828 / 4,
    TADV = 0x382c / 4, MPC = 0x4010 / 4, GPRC = 0x4074 / 4, GPTC = 0x4080 / 4, TORL = 0x40c0 / 4, TORH = 0x40c4 / 4,
    TOTL = 0x40c8 / 4, TOTH = 0x40cc / 4, TPR = 0x40d0 / 4, TPT = 0x40d4 / 4, MTA = 0x5200 / 4, RA = 0x5400 / 4,
    VFTA = 0x5600 / 4, WUFC = 0x5808 / 4, MANC = 0x5820 / 4, SWSM = 0x5b50 / 4,
};

/* How the next packet is to be cut up, as the driver said. */
typedef struct TxProps {
    uint8_t ipcss;              /* checksum of IP: start, place, end */
    uint8_t ipcso;
    uint16_t ipcse;
    uint8_t tucss;              /* of TCP or UDP */
    uint8_t tucso;
    uint16_t tucse;
    uint32_t paylen;
    uint8_t hdr_len;
    uint16_t mss;
    int8_t ip;
    int8_t tcp;
} TxProps;

typedef struct E1000State {
    PCIDevice parent_obj;
    uint32_t mac_reg[0x8000];
    uint16_t phy_reg[0x20];
    uint16_t eeprom_data[64];
    uint32_t rxbuf_size;
    uint32_t rxbuf_min_shift;
    struct {
        uint8_t header[256];
        uint8_t data[0x10000];
        uint16_t size;
        uint16_t tso_frames;
        uint8_t sum_needed;
        TxProps props;
        TxProps tso_props;      /* the same of a packet that is cut up */
    } tx;
    struct {
        uint32_t val_in;        /* bits that were shifted in */
        uint16_t bitnum_in;
        uint16_t bitnum_out;
        uint16_t reading;
        uint32_t old_eecd;
    } eecd_state;
    TxProps mig_props;          /* one of the two, for QEMU that had one */
    bool mit_irq_level;
    bool use_tso_for_migration; /* which of them it was */
    bool tx_tso_state;          /* a switch of the machine: the subsection is sent */
} E1000State;

static bool is_version_1(void *opaque, int version_id)
{
    (void)opaque;
    return version_id == 1;
}

static bool e1000_tso_state_needed(void *opaque)
{
    E1000State *s = opaque;

    return s->tx_tso_state;
}

/* A machine that sends one loads one, as both. */
static int e1000_post_load(void *opaque, int version_id)
{
    E1000State *s = opaque;

    (void)version_id;
    s->tx.props = s->mig_props;
    if (!s->tx_tso_state) {
        s->tx.tso_props = s->mig_props;
    }
    return 0;
}

static int e1000_pre_save(void *opaque)
{
    E1000State *s = opaque;

    s->mig_props = s->use_tso_for_migration ? s->tx.tso_props : s->tx.props;
    return 0;
}

static const VMStateDescription vmstate_e1000_mit_state = {
    .name = "e1000/mit_state",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(mac_reg[RDTR], E1000State),
        VMSTATE_UINT32(mac_reg[RADV], E1000State),
        VMSTATE_UINT32(mac_reg[TADV], E1000State),
        VMSTATE_UINT32(mac_reg[ITR], E1000State),
        VMSTATE_BOOL(mit_irq_level, E1000State),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_e1000_full_mac_state = {
    .name = "e1000/full_mac_state",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32_ARRAY(mac_reg, E1000State, 0x8000),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_e1000_tx_tso_state = {
    .name = "e1000/tx_tso_state",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = e1000_tso_state_needed,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(tx.tso_props.ipcss, E1000State),
        VMSTATE_UINT8(tx.tso_props.ipcso, E1000State),
        VMSTATE_UINT16(tx.tso_props.ipcse, E1000State),
        VMSTATE_UINT8(tx.tso_props.tucss, E1000State),
        VMSTATE_UINT8(tx.tso_props.tucso, E1000State),
        VMSTATE_UINT16(tx.tso_props.tucse, E1000State),
        VMSTATE_UINT32(tx.tso_props.paylen, E1000State),
        VMSTATE_UINT8(tx.tso_props.hdr_len, E1000State),
        VMSTATE_UINT16(tx.tso_props.mss, E1000State),
        VMSTATE_INT8(tx.tso_props.ip, E1000State),
        VMSTATE_INT8(tx.tso_props.tcp, E1000State),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_e1000 = {
    .name = "e1000",
    .version_id = 2,
    .minimum_version_id = 1,
    .pre_save = e1000_pre_save,
    .post_load = e1000_post_load,
    .fields = (VMStateField[]) {
        VMSTATE_PCI_DEVICE(parent_obj, E1000State),
        VMSTATE_UNUSED_TEST(is_version_1, 4),
        VMSTATE_UNUSED(4),
        VMSTATE_UINT32(rxbuf_size, E1000State),
        VMSTATE_UINT32(rxbuf_min_shift, E1000State),
        VMSTATE_UINT32(eecd_state.val_in, E1000State),
        VMSTATE_UINT16(eecd_state.bitnum_in, E1000State),
        VMSTATE_UINT16(eecd_state.bitnum_out, E1000State),
        VMSTATE_UINT16(eecd_state.reading, E1000State),
        VMSTATE_UINT32(eecd_state.old_eecd, E1000State),
        VMSTATE_UINT8(mig_props.ipcss, E1000State),
        VMSTATE_UINT8(mig_props.ipcso, E1000State),
        VMSTATE_UINT16(mig_props.ipcse, E1000State),
        VMSTATE_UINT8(mig_props.tucss, E1000State),
        VMSTATE_UINT8(mig_props.tucso, E1000State),
        VMSTATE_UINT16(mig_props.tucse, E1000State),
        VMSTATE_UINT32(mig_props.paylen, E1000State),
        VMSTATE_UINT8(mig_props.hdr_len, E1000State),
        VMSTATE_UINT16(mig_props.mss, E1000State),
        VMSTATE_UINT16(tx.size, E1000State),
        VMSTATE_UINT16(tx.tso_frames, E1000State),
        VMSTATE_UINT8(tx.sum_needed, E1000State),
        VMSTATE_INT8(mig_props.ip, E1000State),
        VMSTATE_INT8(mig_props.tcp, E1000State),
        VMSTATE_BUFFER(tx.header, E1000State),
        VMSTATE_BUFFER(tx.data, E1000State),
        VMSTATE_UINT16_ARRAY(eeprom_data, E1000State, 64),
        VMSTATE_UINT16_ARRAY(phy_reg, E1000State, 0x20),
        VMSTATE_UINT32(mac_reg[CTRL], E1000State),
        VMSTATE_UINT32(mac_reg[EECD], E1000State),
        VMSTATE_UINT32(mac_reg[EERD], E1000State),
        VMSTATE_UINT32(mac_reg[GPRC], E1000State),
        VMSTATE_UINT32(mac_reg[GPTC], E1000State),
        VMSTATE_UINT32(mac_reg[ICR], E1000State),
        VMSTATE_UINT32(mac_reg[ICS], E1000State),
        VMSTATE_UINT32(mac_reg[IMC], E1000State),
        VMSTATE_UINT32(mac_reg[IMS], E1000State),
        VMSTATE_UINT32(mac_reg[LEDCTL], E1000State),
        VMSTATE_UINT32(mac_reg[MANC], E1000State),
        VMSTATE_UINT32(mac_reg[MDIC], E1000State),
        VMSTATE_UINT32(mac_reg[MPC], E1000State),
        VMSTATE_UINT32(mac_reg[PBA], E1000State),
        VMSTATE_UINT32(mac_reg[RCTL], E1000State),
        VMSTATE_UINT32(mac_reg[RDBAH], E1000State),
        VMSTATE_UINT32(mac_reg[RDBAL], E1000State),
        VMSTATE_UINT32(mac_reg[RDH], E1000State),
        VMSTATE_UINT32(mac_reg[RDLEN], E1000State),
        VMSTATE_UINT32(mac_reg[RDT], E1000State),
        VMSTATE_UINT32(mac_reg[STATUS], E1000State),
        VMSTATE_UINT32(mac_reg[SWSM], E1000State),
        VMSTATE_UINT32(mac_reg[TCTL], E1000State),
        VMSTATE_UINT32(mac_reg[TDBAH], E1000State),
        VMSTATE_UINT32(mac_reg[TDBAL], E1000State),
        VMSTATE_UINT32(mac_reg[TDH], E1000State),
        VMSTATE_UINT32(mac_reg[TDLEN], E1000State),
        VMSTATE_UINT32(mac_reg[TDT], E1000State),
        VMSTATE_UINT32(mac_reg[TORH], E1000State),
        VMSTATE_UINT32(mac_reg[TORL], E1000State),
        VMSTATE_UINT32(mac_reg[TOTH], E1000State),
        VMSTATE_UINT32(mac_reg[TOTL], E1000State),
        VMSTATE_UINT32(mac_reg[TPR], E1000State),
        VMSTATE_UINT32(mac_reg[TPT], E1000State),
        VMSTATE_UINT32(mac_reg[TXDCTL], E1000State),
        VMSTATE_UINT32(mac_reg[WUFC], E1000State),
        VMSTATE_UINT32(mac_reg[VET], E1000State),
        VMSTATE_UINT32_SUB_ARRAY(mac_reg, E1000State, RA, 32),
        VMSTATE_UINT32_SUB_ARRAY(mac_reg, E1000State, MTA, 128),
        VMSTATE_UINT32_SUB_ARRAY(mac_reg, E1000State, VFTA, 128),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_e1000_mit_state,
        &vmstate_e1000_full_mac_state,
        &vmstate_e1000_tx_tso_state,
        NULL
    },
};

/* The third subsection came between the machines 2.8 and 7.2. */
static void e1000_prepare(void *opaque, const Where *where)
{
    E1000State *s = opaque;

    pci_device_prepare(&s->parent_obj, PCI_VENDOR_ID_INTEL, E1000_DEV_ID_82540EM, false);
    s->tx_tso_state = machine_since(where, 300);
}

const Device e1000 = { .vmsd = &vmstate_e1000, .size = sizeof(E1000State), .prepare = e1000_prepare };
