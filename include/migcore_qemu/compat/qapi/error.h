/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "../../../migcore_qemu.h"
