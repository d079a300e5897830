//! Names that QEMU puts into a stream: of capabilities, and of the states of a machine.

/// Something that the two sides of a migration agree on, by the name that the configuration has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capability {
    /// Its name.
    pub name: &'static str,
    /// Whether both sides must have it, or both not.
    pub validated: bool,
}

/// Every capability of every release up to 10.2, in the order of QEMU's own list where that still has it.
pub const CAPABILITIES: [Capability; 24] = [
    plain("xbzrle"),
    plain("rdma-pin-all"),
    plain("auto-converge"),
    plain("zero-blocks"),
    plain("compress"),
    plain("events"),
    plain("postcopy-ram"),
    plain("x-colo"),
    plain("release-ram"),
    plain("block"),
    plain("return-path"),
    plain("pause-before-switchover"),
    plain("multifd"),
    plain("dirty-bitmaps"),
    plain("postcopy-blocktime"),
    plain("late-block-activate"),
    validated("x-ignore-shared"),
    plain("validate-uuid"),
    plain("background-snapshot"),
    plain("zero-copy-send"),
    plain("postcopy-preempt"),
    plain("switchover-ack"),
    plain("dirty-limit"),
    validated("mapped-ram"),
];

/// The states of a machine, as the section `globalstate` names them.
pub const RUN_STATES: [&str; 16] = [
    "debug",
    "inmigrate",
    "internal-error",
    "io-error",
    "paused",
    "postmigrate",
    "prelaunch",
    "finish-migrate",
    "restore-vm",
    "running",
    "save-vm",
    "shutdown",
    "suspended",
    "watchdog",
    "guest-panicked",
    "colo",
];

/// The capability of this name.
#[must_use]
pub fn capability(name: &[u8]) -> Option<Capability> {
    CAPABILITIES.into_iter().find(|known| known.name.as_bytes() == name)
}

const fn plain(name: &'static str) -> Capability {
    Capability { name, validated: false }
}

const fn validated(name: &'static str) -> Capability {
    Capability { name, validated: true }
}
