//! What a row of a profile says.

/// The number of a release such as 7.2, for machine versions that are called so. Later releases have greater numbers.
#[must_use]
pub const fn release(major: u16, minor: u8, micro: u8) -> u32 {
    let [high, low] = major.to_be_bytes();
    u32::from_be_bytes([high, low, minor, micro])
}

/// A row: what it says holds for one version of the machine and all older ones, unless a row for an older one
/// says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The newest machine version for which it holds.
    pub until: u32,
    /// What it says.
    pub says: Says<'a>,
}

/// What a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says<'a> {
    /// A property of a device has this value.
    Property {
        /// The device: its name, or that of its type.
        device: &'a str,
        /// The name of the property.
        name: &'a str,
        /// The value.
        value: Setting<'a>,
        /// A device that has no such property passes over the row.
        optional: bool,
    },
    /// Whether a device is in the stream as bytes without names: what was a pair of functions stays one.
    Blob {
        /// The device.
        device: &'a str,
        /// Whether it stays a blob.
        stays: bool,
    },
    /// What the machine is written as.
    Wire(Wire),
}

/// The value of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting<'a> {
    /// On or off.
    Flag(bool),
    /// A number.
    Number(u64),
    /// A text.
    Text(&'a str),
}

/// What a machine is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// QEMU's bytes: [`codec::legacy`](crate::codec::legacy).
    Legacy,
    /// A stream that describes itself: [`codec::chunk`](crate::codec::chunk).
    Chunk,
}

impl<'a> Row<'a> {
    /// Up to this machine version a property of a device is on, or off.
    #[must_use]
    pub const fn flag(until: u32, device: &'a str, name: &'a str, value: bool) -> Self {
        Row::property(until, device, name, Setting::Flag(value))
    }

    /// Up to this machine version a property of a device is a number.
    #[must_use]
    pub const fn number(until: u32, device: &'a str, name: &'a str, value: u64) -> Self {
        Row::property(until, device, name, Setting::Number(value))
    }

    /// Up to this machine version a property of a device is a text.
    #[must_use]
    pub const fn text(until: u32, device: &'a str, name: &'a str, value: &'a str) -> Self {
        Row::property(until, device, name, Setting::Text(value))
    }

    /// Up to this machine version a device is a blob.
    #[must_use]
    pub const fn blob(until: u32, device: &'a str) -> Self {
        Row { until, says: Says::Blob { device, stays: true } }
    }

    /// Up to this machine version the machine is written so.
    #[must_use]
    pub const fn wire(until: u32, wire: Wire) -> Self {
        Row { until, says: Says::Wire(wire) }
    }

    /// The same row; a device that has no such property passes over it.
    #[must_use]
    pub const fn optional(self) -> Self {
        let Row { until, says } = self;
        let says = match says {
            Says::Property { device, name, value, .. } => {
                Says::Property { device, name, value, optional: true }
            }
            other => other,
        };
        Row { until, says }
    }

    const fn property(until: u32, device: &'a str, name: &'a str, value: Setting<'a>) -> Self {
        Row { until, says: Says::Property { device, name, value, optional: false } }
    }
}
