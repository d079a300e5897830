/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A network card.
 */
#include "nic.h"
#include "pci.h"

#define PCI_VENDOR_ID_REALTEK 0x10ec
#define PCI_DEVICE_ID_REALTEK_8139 0x8139

/* A memory of settings that is read bit by bit. */
typedef struct EEprom9346 {
    int32_t mode;
    uint32_t tick;              /* how many bits went */
    uint8_t address;
    uint16_t input;
    uint16_t output;
    uint8_t eecs;               /* its lines */
    uint8_t eesk;
    uint8_t eedi;
    uint8_t eedo;
    uint16_t contents[64];
} EEprom9346;

typedef struct RTL8139TallyCounters {
    uint64_t TxOk;
    uint64_t RxOk;
    uint64_t TxERR;
    uint32_t RxERR;
    uint16_t MissPkt;
    uint16_t FAE;
    uint32_t Tx1Col;
    uint32_t TxMCol;
    uint64_t RxOkPhy;
    uint64_t RxOkBrd;
    uint32_t RxOkMul;
    uint16_t TxAbt;
    uint16_t TxUndrn;
} RTL8139TallyCounters;

/* The registers have the names that their data sheet gives them. */
typedef struct RTL8139State {
    PCIDevice parent_obj;
    uint8_t phys[8];            /* its address, with two bytes of a register behind it that are not used */
    uint8_t mult[8];            /* groups that it listens to */
    uint32_t TxStatus[4];
    uint32_t TxAddr[4];
    uint32_t RxBuf;
    uint32_t RxBufferSize;
    uint32_t RxBufPtr;
    uint32_t RxBufAddr;
    uint16_t IntrStatus;
    uint16_t IntrMask;
    uint32_t TxConfig;
    uint32_t RxConfig;
    uint32_t RxMissed;
    uint16_t CSCR;
    uint8_t Cfg9346;
    uint8_t Config0;
    uint8_t Config1;
    uint8_t Config3;
    uint8_t Config4;
    uint8_t Config5;
    uint8_t clock_enabled;
    uint8_t bChipCmdState;
    uint16_t MultiIntr;
    uint16_t BasicModeCtrl;
    uint16_t BasicModeStatus;
    uint16_t NWayAdvert;
    uint16_t NWayLPAR;
    uint16_t NWayExpansion;
    uint16_t CpCmd;
    uint8_t TxThresh;
    NICConf conf;
    int32_t rtl8139_mmio_io_addr_dummy;
    uint32_t currTxDesc;        /* the next descriptors */
    uint32_t currCPlusRxDesc;
    uint32_t currCPlusTxDesc;
    uint32_t RxRingAddrLO;
    uint32_t RxRingAddrHI;
    EEprom9346 eeprom;
    uint32_t TCTR;              /* a timer */
    uint32_t TimerInt;
    int64_t TCTR_base;
    RTL8139TallyCounters tally_counters;
    uint32_t cplus_enabled;
} RTL8139State;

static const VMStateDescription vmstate_rtl8139 = {
    .name = "rtl8139",
    .version_id = 5,
    .minimum_version_id = 5,
    .fields = (VMStateField[]) {
        VMSTATE_PCI_DEVICE(parent_obj, RTL8139State),
        VMSTATE_PARTIAL_BUFFER(phys, RTL8139State, 6),
        VMSTATE_BUFFER(mult, RTL8139State),
        VMSTATE_UINT32_ARRAY(TxStatus, RTL8139State, 4),
        VMSTATE_UINT32_ARRAY(TxAddr, RTL8139State, 4),
        VMSTATE_UINT32(RxBuf, RTL8139State),
        VMSTATE_UINT32(RxBufferSize, RTL8139State),
        VMSTATE_UINT32(RxBufPtr, RTL8139State),
        VMSTATE_UINT32(RxBufAddr, RTL8139State),
        VMSTATE_UINT16(IntrStatus, RTL8139State),
        VMSTATE_UINT16(IntrMask, RTL8139State),
        VMSTATE_UINT32(TxConfig, RTL8139State),
        VMSTATE_UINT32(RxConfig, RTL8139State),
        VMSTATE_UINT32(RxMissed, RTL8139State),
        VMSTATE_UINT16(CSCR, RTL8139State),
        VMSTATE_UINT8(Cfg9346, RTL8139State),
        VMSTATE_UINT8(Config0, RTL8139State),
        VMSTATE_UINT8(Config1, RTL8139State),
        VMSTATE_UINT8(Config3, RTL8139State),
        VMSTATE_UINT8(Config4, RTL8139State),
        VMSTATE_UINT8(Config5, RTL8139State),
        VMSTATE_UINT8(clock_enabled, RTL8139State),
        VMSTATE_UINT8(bChipCmdState, RTL8139State),
        VMSTATE_UINT16(MultiIntr, RTL8139State),
        VMSTATE_UINT16(BasicModeCtrl, RTL8139State),
        VMSTATE_UINT16(BasicModeStatus, RTL8139State),
        VMSTATE_UINT16(NWayAdvert, RTL8139State),
        VMSTATE_UINT16(NWayLPAR, RTL8139State),
        VMSTATE_UINT16(NWayExpansion, RTL8139State),
        VMSTATE_UINT16(CpCmd, RTL8139State),
        VMSTATE_UINT8(TxThresh, RTL8139State),
        VMSTATE_UNUSED(4),
        VMSTATE_MACADDR(conf.macaddr, RTL8139State),
        VMSTATE_INT32(rtl8139_mmio_io_addr_dummy, RTL8139State),
        VMSTATE_UINT32(currTxDesc, RTL8139State),
        VMSTATE_UINT32(currCPlusRxDesc, RTL8139State),
        VMSTATE_UINT32(currCPlusTxDesc, RTL8139State),
        VMSTATE_UINT32(RxRingAddrLO, RTL8139State),
        VMSTATE_UINT32(RxRingAddrHI, RTL8139State),
        VMSTATE_UINT16_ARRAY(eeprom.contents, RTL8139State, 64),
        VMSTATE_INT32(eeprom.mode, RTL8139State),
        VMSTATE_UINT32(eeprom.tick, RTL8139State),
        VMSTATE_UINT8(eeprom.address, RTL8139State),
        VMSTATE_UINT16(eeprom.input, RTL8139State),
        VMSTATE_UINT16(eeprom.output, RTL8139State),
        VMSTATE_UINT8(eeprom.eecs, RTL8139State),
        VMSTATE_UINT8(eeprom.eesk, RTL8139State),
        VMSTATE_UINT8(eeprom.eedi, RTL8139State),
        VMSTATE_UINT8(eeprom.eedo, RTL8139State),
        VMSTATE_UINT32(TCTR, RTL8139State),
        VMSTATE_UINT32(TimerInt, RTL8139State),
        VMSTATE_INT64(TCTR_base, RTL8139State),
        VMSTATE_UINT64(tally_counters.TxOk, RTL8139State),
        VMSTATE_UINT64(tally_counters.RxOk, RTL8139State),
        VMSTATE_UINT64(tally_counters.TxERR, RTL8139State),
        VMSTATE_UINT32(tally_counters.RxERR, RTL8139State),
        VMSTATE_UINT16(tally_counters.MissPkt, RTL8139State),
        VMSTATE_UINT16(tally_counters.FAE, RTL8139State),
        VMSTATE_UINT32(tally_counters.Tx1Col, RTL8139State),
        VMSTATE_UINT32(tally_counters.TxMCol, RTL8139State),
        VMSTATE_UINT64(tally_counters.RxOkPhy, RTL8139State),
        VMSTATE_UINT64(tally_counters.RxOkBrd, RTL8139State),
        VMSTATE_UINT32(tally_counters.RxOkMul, RTL8139State),
        VMSTATE_UINT16(tally_counters.TxAbt, RTL8139State),
        VMSTATE_UINT16(tally_counters.TxUndrn, RTL8139State),
        VMSTATE_UINT32(cplus_enabled, RTL8139State),
        VMSTATE_END_OF_LIST()
    },
};

static void rtl8139_prepare(void *opaque, const Where *where)
{
    RTL8139State *s = opaque;

    (void)where;
    pci_device_prepare(&s->parent_obj, PCI_VENDOR_ID_REALTEK, PCI_DEVICE_ID_REALTEK_8139, false);
}

const Device rtl8139 = { .vmsd = &vmstate_rtl8139, .size = sizeof(RTL8139State), .prepare = rtl8139_prepare };
