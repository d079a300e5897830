//! The names of the feature bits, as the specification of virtio has them.

/// The bits of a kind of device, beside those that all have.
pub(super) type Features = &'static [(u32, &'static str)];

/// The number of a name.
pub(super) fn number(own: Features, name: &str) -> Option<u32> {
    own.iter().chain(ALL).find(|(_, known)| *known == name).map(|(number, _)| *number)
}

/// The name of a number.
pub(super) fn name(own: Features, number: u32) -> Option<&'static str> {
    own.iter().chain(ALL).find(|(known, _)| *known == number).map(|(_, name)| *name)
}

/// Of a device without bits of its own.
pub(super) const NONE: Features = &[];

const ALL: Features = &[
    (24, "VIRTIO_F_NOTIFY_ON_EMPTY"),
    (27, "VIRTIO_F_ANY_LAYOUT"),
    (28, "VIRTIO_F_INDIRECT_DESC"),
    (29, "VIRTIO_F_EVENT_IDX"),
    (32, "VIRTIO_F_VERSION_1"),
    (33, "VIRTIO_F_ACCESS_PLATFORM"),
    (34, "VIRTIO_F_RING_PACKED"),
    (35, "VIRTIO_F_IN_ORDER"),
    (36, "VIRTIO_F_ORDER_PLATFORM"),
    (37, "VIRTIO_F_SR_IOV"),
    (38, "VIRTIO_F_NOTIFICATION_DATA"),
    (39, "VIRTIO_F_NOTIF_CONFIG_DATA"),
    (40, "VIRTIO_F_RING_RESET"),
];

pub(super) const NET: Features = &[
    (0, "VIRTIO_NET_F_CSUM"),
    (1, "VIRTIO_NET_F_GUEST_CSUM"),
    (2, "VIRTIO_NET_F_CTRL_GUEST_OFFLOADS"),
    (3, "VIRTIO_NET_F_MTU"),
    (5, "VIRTIO_NET_F_MAC"),
    (6, "VIRTIO_NET_F_GSO"),
    (7, "VIRTIO_NET_F_GUEST_TSO4"),
    (8, "VIRTIO_NET_F_GUEST_TSO6"),
    (9, "VIRTIO_NET_F_GUEST_ECN"),
    (10, "VIRTIO_NET_F_GUEST_UFO"),
    (11, "VIRTIO_NET_F_HOST_TSO4"),
    (12, "VIRTIO_NET_F_HOST_TSO6"),
    (13, "VIRTIO_NET_F_HOST_ECN"),
    (14, "VIRTIO_NET_F_HOST_UFO"),
    (15, "VIRTIO_NET_F_MRG_RXBUF"),
    (16, "VIRTIO_NET_F_STATUS"),
    (17, "VIRTIO_NET_F_CTRL_VQ"),
    (18, "VIRTIO_NET_F_CTRL_RX"),
    (19, "VIRTIO_NET_F_CTRL_VLAN"),
    (21, "VIRTIO_NET_F_GUEST_ANNOUNCE"),
    (22, "VIRTIO_NET_F_MQ"),
    (23, "VIRTIO_NET_F_CTRL_MAC_ADDR"),
    (54, "VIRTIO_NET_F_GUEST_USO4"),
    (55, "VIRTIO_NET_F_GUEST_USO6"),
    (56, "VIRTIO_NET_F_HOST_USO"),
    (57, "VIRTIO_NET_F_HASH_REPORT"),
    (59, "VIRTIO_NET_F_GUEST_HDRLEN"),
    (60, "VIRTIO_NET_F_RSS"),
    (61, "VIRTIO_NET_F_RSC_EXT"),
    (62, "VIRTIO_NET_F_STANDBY"),
    (63, "VIRTIO_NET_F_SPEED_DUPLEX"),
];

pub(super) const BLK: Features = &[
    (0, "VIRTIO_BLK_F_BARRIER"),
    (1, "VIRTIO_BLK_F_SIZE_MAX"),
    (2, "VIRTIO_BLK_F_SEG_MAX"),
    (4, "VIRTIO_BLK_F_GEOMETRY"),
    (5, "VIRTIO_BLK_F_RO"),
    (6, "VIRTIO_BLK_F_BLK_SIZE"),
    (7, "VIRTIO_BLK_F_SCSI"),
    (9, "VIRTIO_BLK_F_FLUSH"),
    (10, "VIRTIO_BLK_F_TOPOLOGY"),
    (11, "VIRTIO_BLK_F_CONFIG_WCE"),
    (12, "VIRTIO_BLK_F_MQ"),
    (13, "VIRTIO_BLK_F_DISCARD"),
    (14, "VIRTIO_BLK_F_WRITE_ZEROES"),
    (15, "VIRTIO_BLK_F_LIFETIME"),
    (16, "VIRTIO_BLK_F_SECURE_ERASE"),
    (17, "VIRTIO_BLK_F_ZONED"),
];

pub(super) const SCSI: Features = &[
    (0, "VIRTIO_SCSI_F_INOUT"),
    (1, "VIRTIO_SCSI_F_HOTPLUG"),
    (2, "VIRTIO_SCSI_F_CHANGE"),
    (3, "VIRTIO_SCSI_F_T10_PI"),
];

pub(super) const CONSOLE: Features = &[
    (0, "VIRTIO_CONSOLE_F_SIZE"),
    (1, "VIRTIO_CONSOLE_F_MULTIPORT"),
    (2, "VIRTIO_CONSOLE_F_EMERG_WRITE"),
];

pub(super) const BALLOON: Features = &[
    (0, "VIRTIO_BALLOON_F_MUST_TELL_HOST"),
    (1, "VIRTIO_BALLOON_F_STATS_VQ"),
    (2, "VIRTIO_BALLOON_F_DEFLATE_ON_OOM"),
    (3, "VIRTIO_BALLOON_F_FREE_PAGE_HINT"),
    (4, "VIRTIO_BALLOON_F_PAGE_POISON"),
    (5, "VIRTIO_BALLOON_F_PAGE_REPORTING"),
];

pub(super) const GPU: Features = &[
    (0, "VIRTIO_GPU_F_VIRGL"),
    (1, "VIRTIO_GPU_F_EDID"),
    (2, "VIRTIO_GPU_F_RESOURCE_UUID"),
    (3, "VIRTIO_GPU_F_RESOURCE_BLOB"),
    (4, "VIRTIO_GPU_F_CONTEXT_INIT"),
];
