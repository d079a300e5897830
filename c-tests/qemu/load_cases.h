/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Streams made of `golden_none` by changing one place, and what QEMU 7.2 says of each: 0, or the errno with which its load
 * fails. The bytes from `start` to `end` are replaced.
 */
#ifndef LOAD_CASES_H
#define LOAD_CASES_H

static const struct load_case {
    const char *name;
    size_t start, end;
    const char *hex;
    int result;
} load_cases[] = {
    { "ok", 747, 747, "", 0 },
    { "bad magic", 3, 4, "4e", -EINVAL },
    { "version2", 7, 8, "02", -ENOTSUP },
    { "version4", 7, 8, "04", -ENOTSUP },
    { "no config section", 8, 17, "", -EINVAL },
    { "machine prefix 'no'", 12, 17, "026e6f", 0 },
    { "machine empty", 12, 17, "00", 0 },
    { "machine nonx", 12, 17, "056e6f6e6578", -EINVAL },
    { "machine pc", 12, 17, "027063", -EINVAL },
    { "unknown config subsection", 17, 17, "0511636f6e66696775726174696f6e2f7a7a7a00000001", -ENOENT },
    { "config subsection foreign prefix", 17, 17, "0508636f6e662f7a7a7a00000001", -EINVAL },
    { "tpb subsection 12", 17, 17,
      "051e636f6e66696775726174696f6e2f7461726765742d706167652d62697473000000010000000c", 0 },
    { "tpb subsection 13", 17, 17,
      "051e636f6e66696775726174696f6e2f7461726765742d706167652d62697473000000010000000d", -EINVAL },
    { "tpb subsection ver 257", 17, 17,
      "051e636f6e66696775726174696f6e2f7461726765742d706167652d62697473000001010000000c", 0 },
    { "tpb subsection ver 2", 17, 17,
      "051e636f6e66696775726174696f6e2f7461726765742d706167652d62697473000000020000000c", -EINVAL },
    { "tpb subsection ver 0", 17, 17,
      "051e636f6e66696775726174696f6e2f7461726765742d706167652d62697473000000000000000c", -EINVAL },
    { "cap mismatch", 17, 17,
      "051a636f6e66696775726174696f6e2f6361706162696c697469657300000001000000010f782d69676e6f72652d73686172"
      "6564", -EINVAL },
    { "cap unknown", 17, 17,
      "051a636f6e66696775726174696f6e2f6361706162696c6974696573000000010000000103666f6f", -EINVAL },
    { "cap xbzrle", 17, 17,
      "051a636f6e66696775726174696f6e2f6361706162696c697469657300000001000000010678627a726c65", 0 },
    { "uuid dst not set", 17, 17,
      "0512636f6e66696775726174696f6e2f7575696400000001000102030405060708090a0b0c0d0e0f", 0 },
    { "drop timer section", 77, 125, "", 0 },
    { "drop both FULL", 73, 255, "", 0 },
    { "duplicate timer", 125, 125,
      "000574696d657200000000000000020000000000000000000000000000000000000000000000007e0000000004000000", 0 },
    { "unknown section", 77, 255, "0903666f6f0000000000000001", -EINVAL },
    { "instance 1", 87, 255,
      "01000000020000000000000000000000000000000000000000000000007e00000000", -EINVAL },
    { "version 3 of timer v2", 91, 92, "03", -EINVAL },
    { "version 0 of timer", 91, 92, "00", -EINVAL },
    { "version 1 of timer", 91, 92, "01", -EINVAL },
    { "footer id mismatch", 120, 121, "07", -EINVAL },
    { "footer missing", 116, 121, "", -EINVAL },
    { "section id relabelled 77", 77, 121,
      "4d0574696d657200000000000000020000000000000000000000000000000000000000000000007e0000004d", 0 },
    { "part unknown id", 73, 255, "0200000063", -EINVAL },
    { "unknown section type 0x55", 73, 255, "55", -EINVAL },
    { "unknown subsection timer/zzz", 116, 116, "050974696d65722f7a7a7a00000001", -ENOENT },
    { "subsection with foreign prefix", 116, 116, "0509666f6f6f6f2f7a7a7a00000001", -EINVAL },
    { "truncated before EOF", 255, 747, "", -EIO },
    { "no vmdesc after EOF", 256, 747, "", 0 },
    { "vmdesc wrong type", 256, 257, "09", 0 },
    { "subsection marker with a name shorter than the parent", 116, 116, "0503616263", -EINVAL },
    { "vmdesc short", 275, 747, "", 0 },
    { "trailing garbage", 747, 747, "67617262616765", 0 },
    { "command unknown", 73, 255, "0800630000", -EINVAL },
    { "command 0", 73, 255, "0800000000", -EINVAL },
    { "PING no RP", 73, 255, "080002000400000001", -EPERM },
    { "PING bad len", 73, 255, "0800020003", -ERANGE },
    { "RAM ver 3", 33, 34, "03", -EINVAL },
    { "globalstate bogus runstate", 157, 159, "7878", -EINVAL },
};

#endif
