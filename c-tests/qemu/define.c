/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The one file of each test program that makes what exists once. It knows nothing of the release or the host that the
 * other file is compiled for.
 */
#define MIGCORE_QEMU_DEFINE
#include "migcore_qemu.h"
