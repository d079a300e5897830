//! aarch64 with NEON: which of the loops the processor can run.

mod crc;
mod swap;

use super::migcore_kernels;

/// `kernels` with the fastest loops that this processor has.
pub(super) fn improve(kernels: migcore_kernels) -> migcore_kernels {
    Features::detect().improve(kernels)
}

/// As [`improve`], and as lesser processors would do it, from the best to the least.
#[cfg(test)]
pub(super) fn improve_less_and_less(kernels: migcore_kernels) -> [migcore_kernels; 3] {
    let best = Features::detect();
    let crc = Features { pmull: false, ..best };
    [best, crc, Features::default()].map(|features| features.improve(kernels))
}

/// Optional sets of instructions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Features {
    /// The CRC32 instructions.
    crc: bool,
    /// PMULL on 64 bits, and `crc`.
    pmull: bool,
}

impl Features {
    /// Asks the compiler what every processor of the target has, and the processor what it has
    /// beyond that.
    fn detect() -> Self {
        let asked = Self::read(instruction_set_attributes());
        let crc = asked.crc || cfg!(target_feature = "crc");
        let pmull = crc && (asked.pmull || cfg!(target_feature = "aes"));
        Features { crc, pmull }
    }

    /// Reads ID_AA64ISAR0_EL1 (Arm ARM, D24.2): AES in bits 4 to 7, where 2 adds PMULL, and CRC32 in
    /// bits 16 to 19.
    fn read(register: u64) -> Self {
        let crc = (register >> 16) & 0xf >= 1;
        Features { crc, pmull: crc && (register >> 4) & 0xf >= 2 }
    }

    fn improve(self, mut kernels: migcore_kernels) -> migcore_kernels {
        if self.pmull {
            kernels.crc32 = Some(crc::crc32_pmull);
        } else if self.crc {
            kernels.crc32 = Some(crc::crc32_crc);
        }
        kernels.swap16 = Some(swap::swap16);
        kernels.swap32 = Some(swap::swap32);
        kernels.swap64 = Some(swap::swap64);
        kernels
    }
}

/// ID_AA64ISAR0_EL1. Firmware may read it; for programs Linux reads it in their place, since 4.11,
/// and shows what all processors of the machine have.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "none"))]
fn instruction_set_attributes() -> u64 {
    let register;
    // SAFETY: reads a register and changes nothing; see above where that is allowed.
    unsafe {
        core::arch::asm!(
            "mrs {}, ID_AA64ISAR0_EL1",
            out(reg) register,
            options(pure, nomem, nostack, preserves_flags)
        );
    }
    register
}

/// Other systems do not let programs read the register.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "none")))]
fn instruction_set_attributes() -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detection_is_that_of_the_standard_library() {
        let crc = std::arch::is_aarch64_feature_detected!("crc");
        let pmull = crc && std::arch::is_aarch64_feature_detected!("pmull");
        assert_eq!(Features::detect(), Features { crc, pmull });
    }

    #[test]
    fn fields_are_read_where_they_are() {
        assert_eq!(Features::read(0), Features::default());
        assert_eq!(Features::read(0x0001_0000), Features { crc: true, pmull: false });
        assert_eq!(Features::read(0x0001_0010), Features { crc: true, pmull: false });
        assert_eq!(Features::read(0x0001_0020), Features { crc: true, pmull: true });
        assert_eq!(Features::read(0x0000_0020), Features::default());
    }
}
