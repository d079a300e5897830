//! x86 with SSE2: which of the loops the processor and its operating system can run.

mod crc;
mod reduction;
mod swap;
mod vector;

#[cfg(target_arch = "x86")]
use core::arch::x86 as arch;
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64 as arch;

use super::migcore_kernels;

/// `kernels` with the fastest loops that this processor has.
pub(super) fn improve(kernels: migcore_kernels) -> migcore_kernels {
    Features::detect().improve(kernels)
}

/// As [`improve`], and as lesser processors would do it, from the best to the least.
#[cfg(test)]
pub(super) fn improve_less_and_less(kernels: migcore_kernels) -> [migcore_kernels; 4] {
    let best = Features::detect();
    let avx2 = Features { vpclmulqdq_avx512: false, ..best };
    let sse = Features { vpclmulqdq_avx2: false, avx2: false, ..avx2 };
    [best, avx2, sse, Features::default()].map(|features| features.improve(kernels))
}

/// Sets of instructions that a loop needs, each with the registers that the system must save.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Features {
    /// SSSE3.
    ssse3: bool,
    /// PCLMULQDQ, SSSE3 and SSE4.1.
    pclmulqdq: bool,
    /// AVX2.
    avx2: bool,
    /// VPCLMULQDQ with AVX2, and all of `pclmulqdq`.
    vpclmulqdq_avx2: bool,
    /// VPCLMULQDQ with AVX512F and AVX512VL, and all of `vpclmulqdq_avx2`.
    vpclmulqdq_avx512: bool,
}

// Intel SDM volume 2A, CPUID.
const LEAF1_ECX_PCLMULQDQ: u32 = 1 << 1;
const LEAF1_ECX_SSSE3: u32 = 1 << 9;
const LEAF1_ECX_SSE4_1: u32 = 1 << 19;
const LEAF1_ECX_OSXSAVE: u32 = 1 << 27;
const LEAF1_ECX_AVX: u32 = 1 << 28;
const LEAF7_EBX_AVX2: u32 = 1 << 5;
const LEAF7_EBX_AVX512F: u32 = 1 << 16;
const LEAF7_EBX_AVX512VL: u32 = 1 << 31;
const LEAF7_ECX_VPCLMULQDQ: u32 = 1 << 10;

// Intel SDM volume 1, 13.3: the state that the system has switched on in XCR0.
const XCR0_AVX: u64 = 1 << 1 | 1 << 2;
const XCR0_AVX512: u64 = XCR0_AVX | 1 << 5 | 1 << 6 | 1 << 7;

impl Features {
    /// Asks the processor. CPUID may trap in a virtual machine and then takes microseconds.
    fn detect() -> Self {
        let highest = cpuid(0).eax;
        let leaf1 = cpuid(1);
        let leaf7_ebx_ecx = if highest >= 7 {
            let leaf7 = cpuid(7);
            (leaf7.ebx, leaf7.ecx)
        } else {
            (0, 0)
        };
        let xcr0 = if has(leaf1.ecx, LEAF1_ECX_OSXSAVE) {
            // SAFETY: OSXSAVE says that the processor has XGETBV and that the system allows it.
            unsafe { xcr0() }
        } else {
            0
        };
        Self::read(leaf1.ecx, leaf7_ebx_ecx, xcr0)
    }

    /// Reads what the processor and XCR0 say.
    fn read(leaf1_ecx: u32, (leaf7_ebx, leaf7_ecx): (u32, u32), xcr0: u64) -> Self {
        let ssse3 = has(leaf1_ecx, LEAF1_ECX_SSSE3);
        let pclmulqdq = ssse3 && has(leaf1_ecx, LEAF1_ECX_PCLMULQDQ | LEAF1_ECX_SSE4_1);
        let avx = has(leaf1_ecx, LEAF1_ECX_AVX) && xcr0 & XCR0_AVX == XCR0_AVX;
        let avx2 = avx && ssse3 && has(leaf7_ebx, LEAF7_EBX_AVX2);
        let vpclmulqdq_avx2 = avx2 && pclmulqdq && has(leaf7_ecx, LEAF7_ECX_VPCLMULQDQ);
        let vpclmulqdq_avx512 = vpclmulqdq_avx2
            && xcr0 & XCR0_AVX512 == XCR0_AVX512
            && has(leaf7_ebx, LEAF7_EBX_AVX512F | LEAF7_EBX_AVX512VL);
        Features { ssse3, pclmulqdq, avx2, vpclmulqdq_avx2, vpclmulqdq_avx512 }
    }

    fn improve(self, mut kernels: migcore_kernels) -> migcore_kernels {
        if self.vpclmulqdq_avx512 {
            kernels.crc32 = Some(crc::crc32_avx512);
            // With narrower products the CRC alone takes longer than a copy: there is nothing to win.
            kernels.copy_crc32 = Some(crc::copy_crc32_avx512);
        } else if self.vpclmulqdq_avx2 {
            kernels.crc32 = Some(crc::crc32_avx2);
        } else if self.pclmulqdq {
            kernels.crc32 = Some(crc::crc32_pclmulqdq);
        }
        if self.avx2 {
            kernels.swap16 = Some(swap::swap16_avx2);
            kernels.swap32 = Some(swap::swap32_avx2);
            kernels.swap64 = Some(swap::swap64_avx2);
        } else if self.ssse3 {
            kernels.swap16 = Some(swap::swap16_ssse3);
            kernels.swap32 = Some(swap::swap32_ssse3);
            kernels.swap64 = Some(swap::swap64_ssse3);
        }
        kernels
    }
}

/// Whether `register` has all `bits`.
fn has(register: u32, bits: u32) -> bool {
    register & bits == bits
}

#[allow(unused_unsafe, reason = "CPUID became a safe function in a later release of Rust")]
fn cpuid(leaf: u32) -> arch::CpuidResult {
    // SAFETY: every processor with SSE2, which this module asks for, has CPUID.
    unsafe { arch::__cpuid_count(leaf, 0) }
}

/// The extended control register 0.
///
/// # Safety
/// CPUID shows OSXSAVE.
#[target_feature(enable = "xsave")]
unsafe fn xcr0() -> u64 {
    // SAFETY: the caller promises OSXSAVE; register 0 exists wherever the instruction does.
    unsafe { arch::_xgetbv(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detection_is_that_of_the_standard_library() {
        let pclmulqdq =
            std::is_x86_feature_detected!("pclmulqdq") && std::is_x86_feature_detected!("sse4.1");
        let vpclmulqdq = pclmulqdq && std::is_x86_feature_detected!("vpclmulqdq");
        let expected = Features {
            ssse3: std::is_x86_feature_detected!("ssse3"),
            pclmulqdq,
            avx2: std::is_x86_feature_detected!("avx2"),
            vpclmulqdq_avx2: vpclmulqdq && std::is_x86_feature_detected!("avx2"),
            vpclmulqdq_avx512: vpclmulqdq && std::is_x86_feature_detected!("avx512vl"),
        };
        assert_eq!(Features::detect(), expected);
    }

    #[test]
    fn wide_registers_need_a_system_that_saves_them() {
        let read = |xcr0| Features::read(u32::MAX, (u32::MAX, u32::MAX), xcr0);
        let sse = Features { ssse3: true, pclmulqdq: true, ..Features::default() };
        let avx2 = Features { avx2: true, vpclmulqdq_avx2: true, ..sse };
        assert_eq!(read(0), sse);
        assert_eq!(read(0b0000_0011), sse);
        assert_eq!(read(0b0000_0111), avx2);
        assert_eq!(read(0b0110_0111), avx2);
        assert_eq!(read(0b1110_0111), Features { vpclmulqdq_avx512: true, ..avx2 });
        assert_eq!(Features::read(0, (0, 0), u64::MAX), Features::default());
    }
}
