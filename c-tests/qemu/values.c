/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Every put and get of a value against the bytes it stands for. Release 2.4: the last that has all of them (counted
 * strings are put from 2.12 on, and have a test of their own in release.c).
 */
#define MIGCORE_QEMU_API 204
#define MIGCORE_QEMU_TARGET_LONG_BITS 64
#include "migcore_qemu.h"
#include "check.h"

static uint8_t bytes[256];

static size_t close_output(QEMUFile *f)
{
    CHECK_EQUAL(qemu_fclose(f), 0);
    return (size_t)migcore_qemu_file_position(f);
}

static const uint8_t unsigned_bytes[] = {
    0xfe,                                               /* byte 0x1fe: the low 8 bits */
    0x80,                                               /* ubyte */
    0xca, 0xfe,                                         /* be16 0xbabecafe: the low 16 bits */
    0xde, 0xad, 0xbe, 0xef,                             /* be32 */
    0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,     /* be64 */
    0x11,                                               /* 8s */
    0x22, 0x33,                                         /* be16s */
    0x44, 0x55, 0x66, 0x77,                             /* be32s */
    0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,     /* be64s */
};

static void put_unsigned(void)
{
    const uint8_t u8 = 0x11;
    const uint16_t u16 = 0x2233;
    const uint32_t u32 = 0x44556677;
    const uint64_t u64 = UINT64_C(0x8899aabbccddeeff);
    QEMUFile f;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    qemu_put_byte(&f, 0x1fe);
    qemu_put_ubyte(&f, 0x80);
    qemu_put_be16(&f, 0xbabecafe);
    qemu_put_be32(&f, 0xdeadbeef);
    qemu_put_be64(&f, UINT64_C(0x0123456789abcdef));
    qemu_put_8s(&f, &u8);
    qemu_put_be16s(&f, &u16);
    qemu_put_be32s(&f, &u32);
    qemu_put_be64s(&f, &u64);
    CHECK_BYTES(bytes, close_output(&f), unsigned_bytes);
}

static void get_unsigned(void)
{
    uint8_t u8 = 0;
    uint16_t u16 = 0;
    uint32_t u32 = 0;
    uint64_t u64 = 0;
    QEMUFile f;

    migcore_qemu_file_init_load_memory(&f, unsigned_bytes, sizeof unsigned_bytes);
    CHECK_EQUAL(qemu_get_byte(&f), 0xfe);
    CHECK_EQUAL(qemu_get_ubyte(&f), 0x80u);
    CHECK_EQUAL(qemu_get_be16(&f), 0xcafe);
    CHECK_EQUAL(qemu_get_be32(&f), 0xdeadbeefu);
    CHECK(qemu_get_be64(&f) == UINT64_C(0x0123456789abcdef));
    qemu_get_8s(&f, &u8);
    qemu_get_be16s(&f, &u16);
    qemu_get_be32s(&f, &u32);
    qemu_get_be64s(&f, &u64);
    CHECK_EQUAL(u8, 0x11);
    CHECK_EQUAL(u16, 0x2233);
    CHECK_EQUAL(u32, 0x44556677);
    CHECK(u64 == UINT64_C(0x8899aabbccddeeff));
    CHECK_EQUAL(migcore_qemu_file_position(&f), sizeof unsigned_bytes);
    CHECK_EQUAL(qemu_fclose(&f), 0);
}

static const uint8_t signed_bytes[] = {
    0xff,                                               /* sbyte -1 */
    0xff, 0xfe,                                         /* sbe16 -2 */
    0xff, 0xff, 0xff, 0xfd,                             /* sbe32 -3 */
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfc,     /* sbe64 -4 */
    0x80,                                               /* s8s INT8_MIN */
    0x80, 0x00,                                         /* sbe16s INT16_MIN */
    0x80, 0x00, 0x00, 0x00,                             /* sbe32s INT32_MIN */
    0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,     /* sbe64s INT64_MIN */
};

static void put_signed(void)
{
    const int8_t i8 = INT8_MIN;
    const int16_t i16 = INT16_MIN;
    const int32_t i32 = INT32_MIN;
    const int64_t i64 = INT64_MIN;
    QEMUFile f;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    qemu_put_sbyte(&f, -1);
    qemu_put_sbe16(&f, -2);
    qemu_put_sbe32(&f, -3);
    qemu_put_sbe64(&f, -4);
    qemu_put_s8s(&f, &i8);
    qemu_put_sbe16s(&f, &i16);
    qemu_put_sbe32s(&f, &i32);
    qemu_put_sbe64s(&f, &i64);
    CHECK_BYTES(bytes, close_output(&f), signed_bytes);
}

static void get_signed(void)
{
    int8_t i8 = 0;
    int16_t i16 = 0;
    int32_t i32 = 0;
    int64_t i64 = 0;
    QEMUFile f;

    migcore_qemu_file_init_load_memory(&f, signed_bytes, sizeof signed_bytes);
    CHECK_EQUAL((int8_t)qemu_get_sbyte(&f), -1);
    CHECK_EQUAL((int16_t)qemu_get_sbe16(&f), -2);
    CHECK_EQUAL(qemu_get_sbe32(&f), -3);
    CHECK_EQUAL(qemu_get_sbe64(&f), -4);
    qemu_get_s8s(&f, &i8);
    qemu_get_sbe16s(&f, &i16);
    qemu_get_sbe32s(&f, &i32);
    qemu_get_sbe64s(&f, &i64);
    CHECK_EQUAL(i8, INT8_MIN);
    CHECK_EQUAL(i16, INT16_MIN);
    CHECK_EQUAL(i32, INT32_MIN);
    CHECK_EQUAL(i64, INT64_MIN);
    CHECK_EQUAL(qemu_fclose(&f), 0);
}

/* The sign of what qemu_get_sbe16 and qemu_get_sbyte give is lost, as in QEMU. */
static void get_signed_does_not_extend(void)
{
    QEMUFile f;

    migcore_qemu_file_init_load_memory(&f, signed_bytes, sizeof signed_bytes);
    CHECK_EQUAL(qemu_get_sbyte(&f), 0xff);
    CHECK_EQUAL(qemu_get_sbe16(&f), 0xfffe);
}

static const uint8_t target_bytes[] = {
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02,     /* betl */
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,     /* sbetl -1 */
    0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x04,     /* betls */
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,     /* sbetls -2 */
};

static void target_longs(void)
{
    uint64_t u64 = UINT64_C(0x0000000300000004);
    int64_t i64 = -2;
    QEMUFile f;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    qemu_put_betl(&f, UINT64_C(0x0000000100000002));
    qemu_put_sbetl(&f, -1);
    qemu_put_betls(&f, &u64);
    qemu_put_sbetls(&f, &i64);
    CHECK_BYTES(bytes, close_output(&f), target_bytes);

    u64 = 0;
    i64 = 0;
    migcore_qemu_file_init_load_memory(&f, target_bytes, sizeof target_bytes);
    CHECK(qemu_get_betl(&f) == UINT64_C(0x0000000100000002));
    CHECK_EQUAL(qemu_get_sbetl(&f), -1);
    qemu_get_betls(&f, &u64);
    qemu_get_sbetls(&f, &i64);
    CHECK(u64 == UINT64_C(0x0000000300000004));
    CHECK_EQUAL(i64, -2);
    CHECK_EQUAL(qemu_fclose(&f), 0);
}

static const uint8_t buffer_bytes[] = {
    'a', 'b', 'c',          /* buffer of 3 */
    0xff, 0x7f,             /* sbuffer of 2 */
};

static void buffers(void)
{
    const int8_t numbers[] = { -1, 127 };
    uint8_t text[4] = "xxx";
    int8_t got[2] = { 0, 0 };
    QEMUFile f;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    qemu_put_buffer(&f, (const uint8_t *)"abc", 3);
    qemu_put_buffer(&f, NULL, 0);
    qemu_put_buffer(&f, text, -1); /* sizes are int in this release */
    qemu_put_sbuffer(&f, numbers, 2);
    CHECK_BYTES(bytes, close_output(&f), buffer_bytes);

    migcore_qemu_file_init_load_memory(&f, buffer_bytes, sizeof buffer_bytes);
    CHECK_EQUAL(qemu_get_buffer(&f, text, 3), 3);
    CHECK_EQUAL(qemu_get_buffer(&f, NULL, 0), 0);
    CHECK_EQUAL(qemu_get_buffer(&f, text, -1), 0);
    CHECK_EQUAL(qemu_get_sbuffer(&f, got, 2), 2);
    CHECK_TEXT((const char *)text, "abc");
    CHECK_EQUAL(got[0], -1);
    CHECK_EQUAL(got[1], 127);
    CHECK_EQUAL(qemu_fclose(&f), 0);
}

static const uint8_t counted_bytes[] = {
    5, 't', 'i', 'm', 'e', 'r',     /* counted string */
    0,                              /* an empty one */
    3, 'c', 'u',                    /* one that the end of the stream cuts */
};

static void counted_strings(void)
{
    char text[256];
    QEMUFile f;

    migcore_qemu_file_init_load_memory(&f, counted_bytes, sizeof counted_bytes);
    CHECK_EQUAL(qemu_get_counted_string(&f, text), 5);
    CHECK_TEXT(text, "timer");
    CHECK_EQUAL(qemu_get_counted_string(&f, text), 0);
    CHECK_TEXT(text, "");
    CHECK_EQUAL(qemu_file_get_error(&f), 0);
    CHECK_EQUAL(qemu_get_counted_string(&f, text), 0);
    CHECK_TEXT(text, "cu");
    CHECK_EQUAL(qemu_file_get_error(&f), -EIO);
}

int main(void)
{
    put_unsigned();
    get_unsigned();
    put_signed();
    get_signed();
    get_signed_does_not_extend();
    target_longs();
    buffers();
    counted_strings();
    return checks_report("qemu/values");
}
