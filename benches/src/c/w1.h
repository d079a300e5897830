/*
 * W1: the device that all measurements carry, and the ways to save and load it.
 *
 * The layout is shared with Rust (`src/device.rs`); `w1_size` lets a test compare
 * the two.  But for chunks, every way writes the same W1_WIRE_BYTES bytes per device.
 */
#ifndef BENCHES_W1_H
#define BENCHES_W1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define W1_WIRE_BYTES 1710u
#define W1_STATISTICS 256u
#define W1_PHY_REGISTERS 64u
#define W1_PAGE_BYTES 256u
#define W1_RINGS 8u

/* Scratch memory of a writer of chunks: two shapes, and a fragment that holds all of W1. */
#define W1_CHUNK_SCRATCH 8192u

/* A nested struct: one buffer and eight registers. */
struct w1_eeprom {
    uint8_t page[W1_PAGE_BYTES];
    uint32_t command, address, data, status, timing, lock, checksum, cycles;
};

/* One element of the list. */
struct w1_ring {
    uint64_t base;
    uint32_t length;
    uint16_t head, tail;
};

/* A network card such as an emulator has: 40 scalars, two arrays, a MAC, a struct, a list. */
struct w1_device {
    uint32_t control, status, interrupt_cause, interrupt_mask;
    uint8_t link_state, duplex;
    uint16_t phy_address, phy_control;
    bool enabled;
    int32_t queue_weight, interrupt_delay;
    uint64_t receive_base, transmit_base;
    uint32_t receive_control, receive_head, receive_tail;
    uint8_t speed, loopback, interrupt_level;
    bool promiscuous, multicast;
    uint32_t transmit_control, transmit_head, transmit_tail;
    uint16_t phy_status, vlan_tag;
    int32_t receive_credit, transmit_credit;
    uint64_t packets_in, packets_out, octets_in, octets_out;
    uint8_t eeprom_state, eeprom_opcode, phy_page;
    uint16_t eeprom_in, eeprom_out;
    int32_t clock_offset, temperature;
    bool suspended;
    uint32_t statistics[W1_STATISTICS];
    uint16_t phy[W1_PHY_REGISTERS];
    uint8_t mac[6];
    struct w1_eeprom eeprom;
    struct w1_ring rings[W1_RINGS];
};

/* sizeof(struct w1_device), for the layout test. */
size_t w1_size(void);

/*
 * Each `w1_save_*` writes `count` devices one after another to `out`; each
 * `w1_load_*` reads them back.  They return 0 on success, and saving also fails
 * where `capacity` is too small.
 */

/* The hand-written code that a careful author would write: one bounds check, then stores. */
int w1_save_hand(const struct w1_device *devices, size_t count, uint8_t *out, size_t capacity);
int w1_load_hand(struct w1_device *devices, size_t count, const uint8_t *in, size_t length);

/* Through a buffered file, a byte at a time: what emulator code does today. */
int w1_save_buffered(const struct w1_device *devices, size_t count, uint8_t *out, size_t capacity);
int w1_load_buffered(struct w1_device *devices, size_t count, const uint8_t *in, size_t length);

/* Through the C ABI of the library, portable kernels. */
int w1_save_migcore(const struct w1_device *devices, size_t count, uint8_t *out, size_t capacity);
int w1_load_migcore(struct w1_device *devices, size_t count, const uint8_t *in, size_t length);

/* The same with the kernels that `w1_kernels_detect` found for this processor. */
int w1_save_kernels(const struct w1_device *devices, size_t count, uint8_t *out, size_t capacity);
int w1_load_kernels(struct w1_device *devices, size_t count, const uint8_t *in, size_t length);

/* To be called once, before those with kernels. */
int w1_kernels_detect(void);

/* As chunks, which take more bytes than W1_WIRE_BYTES each; portable kernels and detected ones. */
int w1_save_chunks(const struct w1_device *devices, size_t count, uint8_t *out, size_t capacity);
int w1_load_chunks(struct w1_device *devices, size_t count, const uint8_t *in, size_t length);
int w1_save_chunks_kernels(const struct w1_device *devices, size_t count, uint8_t *out,
                           size_t capacity);
int w1_load_chunks_kernels(struct w1_device *devices, size_t count, const uint8_t *in,
                           size_t length);

#endif
