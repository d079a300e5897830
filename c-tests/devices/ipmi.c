/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The manager of a server: what it knows, and the port that it is asked through.
 */
#include "device.h"

#define MAX_IPMI_MSG_SIZE 300

typedef struct IPMISensor {
    uint8_t status;
    uint8_t reading;
    uint16_t states;
    uint16_t assert_states;
    uint16_t deassert_states;
    uint16_t assert_enable;
} IPMISensor;

typedef struct IPMIBmcSim {
    uint8_t bmc_global_enables;
    uint8_t msg_flags;
    bool watchdog_initialized;
    uint8_t watchdog_use;
    uint8_t watchdog_action;
    uint8_t watchdog_pretimeout;
    uint8_t watchdog_expired;
    uint16_t watchdog_timeout;
    bool watchdog_running;
    bool watchdog_preaction_ran;
    int64_t watchdog_expiry;
    uint8_t evtbuf[16];
    IPMISensor sensors[20];             /* the first is the watchdog's, and is saved */
} IPMIBmcSim;

/* The port takes a message byte by byte, and gives one. */
typedef struct IPMIKCS {
    bool obf_irq_set;
    bool atn_irq_set;
    bool irqs_enabled;
    uint8_t outmsg[MAX_IPMI_MSG_SIZE];
    uint32_t outpos;
    uint32_t outlen;
    uint8_t inmsg[MAX_IPMI_MSG_SIZE];
    uint32_t inlen;
    bool write_end;
    uint8_t status_reg;
    uint8_t data_out_reg;
    int16_t data_in_reg;                /* -1: none */
    int16_t cmd_reg;
    uint8_t waiting_rsp;
} IPMIKCS;

typedef struct ISAIPMIKCSDevice {
    IPMIKCS kcs;
} ISAIPMIKCSDevice;

static bool vmstate_kcs_before_version2(void *opaque, int version)
{
    (void)opaque;
    return version <= 1;
}

static int ipmi_kcs_post_load(void *opaque, int version_id)
{
    IPMIKCS *s = opaque;

    (void)version_id;
    if (s->outpos >= MAX_IPMI_MSG_SIZE || s->outlen > MAX_IPMI_MSG_SIZE || s->inlen > MAX_IPMI_MSG_SIZE) {
        return -EINVAL;
    }
    return 0;
}

static const VMStateDescription vmstate_sim_bmc = {
    .name = "ipmi-bmc-sim",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(bmc_global_enables, IPMIBmcSim),
        VMSTATE_UINT8(msg_flags, IPMIBmcSim),
        VMSTATE_BOOL(watchdog_initialized, IPMIBmcSim),
        VMSTATE_UINT8(watchdog_use, IPMIBmcSim),
        VMSTATE_UINT8(watchdog_action, IPMIBmcSim),
        VMSTATE_UINT8(watchdog_pretimeout, IPMIBmcSim),
        VMSTATE_UINT8(watchdog_expired, IPMIBmcSim),
        VMSTATE_UINT16(watchdog_timeout, IPMIBmcSim),
        VMSTATE_BOOL(watchdog_running, IPMIBmcSim),
        VMSTATE_BOOL(watchdog_preaction_ran, IPMIBmcSim),
        VMSTATE_INT64(watchdog_expiry, IPMIBmcSim),
        VMSTATE_UINT8_ARRAY(evtbuf, IPMIBmcSim, 16),
        VMSTATE_UINT8(sensors[0].status, IPMIBmcSim),
        VMSTATE_UINT8(sensors[0].reading, IPMIBmcSim),
        VMSTATE_UINT16(sensors[0].states, IPMIBmcSim),
        VMSTATE_UINT16(sensors[0].assert_states, IPMIBmcSim),
        VMSTATE_UINT16(sensors[0].deassert_states, IPMIBmcSim),
        VMSTATE_UINT16(sensors[0].assert_enable, IPMIBmcSim),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_ipmi_kcs = {
    .name = "ipmi-interface-kcs",
    .version_id = 2,
    .minimum_version_id = 1,
    .post_load = ipmi_kcs_post_load,
    .fields = (VMStateField[]) {
        VMSTATE_BOOL(obf_irq_set, IPMIKCS),
        VMSTATE_BOOL(atn_irq_set, IPMIKCS),
        VMSTATE_BOOL(irqs_enabled, IPMIKCS),
        VMSTATE_UINT32(outpos, IPMIKCS),
        VMSTATE_UINT32(outlen, IPMIKCS),
        VMSTATE_UINT8_ARRAY(outmsg, IPMIKCS, MAX_IPMI_MSG_SIZE),
        VMSTATE_UINT32(inlen, IPMIKCS),
        VMSTATE_UINT8_ARRAY(inmsg, IPMIKCS, MAX_IPMI_MSG_SIZE),
        VMSTATE_BOOL(write_end, IPMIKCS),
        VMSTATE_UINT8(status_reg, IPMIKCS),
        VMSTATE_UINT8(data_out_reg, IPMIKCS),
        VMSTATE_INT16(data_in_reg, IPMIKCS),
        VMSTATE_INT16(cmd_reg, IPMIKCS),
        VMSTATE_UINT8(waiting_rsp, IPMIKCS),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_isa_ipmi_kcs = {
    .name = "ipmi-interface",
    .version_id = 2,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_VSTRUCT_TEST(kcs, ISAIPMIKCSDevice, vmstate_kcs_before_version2, 0, vmstate_ipmi_kcs, IPMIKCS, 1),
        VMSTATE_VSTRUCT_V(kcs, ISAIPMIKCSDevice, 2, vmstate_ipmi_kcs, IPMIKCS, 2),
        VMSTATE_END_OF_LIST()
    },
};

const Device ipmi_bmc_sim = { .vmsd = &vmstate_sim_bmc, .size = sizeof(IPMIBmcSim) };
const Device isa_ipmi_kcs = { .vmsd = &vmstate_isa_ipmi_kcs, .size = sizeof(ISAIPMIKCSDevice) };
