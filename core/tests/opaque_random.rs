//! Network devices of virtio with random states: opened, changed and closed.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::compat::opaque;
use migcore::model::{At, NodeId, Tree, Value};
use migcore::visit::{Extent, Kind, Marks};
use proptest::collection::vec;
use proptest::prelude::*;

/// The state of a device, as it was thought up here.
#[derive(Clone, Debug)]
struct State {
    mmio: bool,
    express: bool,
    vectors: Option<u16>,
    head: (u8, u8, u16),
    features: u64,
    config: Vec<u8>,
    queues: Vec<(u32, u64, u16)>,
    macs: Vec<[u8; 6]>,
    pairs: Option<(u16, u16)>,
    rss: Option<Vec<u16>>,
    subsections: [bool; 6],
}

fn states() -> impl Strategy<Value = State> {
    let bus = (any::<bool>(), any::<bool>(), proptest::option::of(1u16..20));
    let pairs = (2u16..9).prop_flat_map(|most| (Just(most), 1..=most));
    let own = (vec(any::<[u8; 6]>(), 0..4), proptest::option::of(pairs), rss());
    let core = (any::<(u8, u8, u16)>(), any::<u64>(), vec(any::<u8>(), 0..30));
    (bus, core, vec(any::<(u32, u64, u16)>(), 0..6), own, any::<[bool; 6]>()).prop_map(
        |((mmio, express, vectors), (head, features, config), queues, own, subsections)| {
            let (macs, pairs, rss) = own;
            let vectors = vectors.filter(|_| !mmio);
            State {
                mmio,
                express,
                vectors,
                head,
                features,
                config,
                queues,
                macs,
                pairs,
                rss,
                subsections,
            }
        },
    )
}

fn rss() -> impl Strategy<Value = Option<Vec<u16>>> {
    proptest::option::of(vec(any::<u16>(), 0..5))
}

/// A writer of big-endian numbers.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn put(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn u16(&mut self, value: u16) -> &mut Self {
        self.put(&value.to_be_bytes())
    }

    fn u32(&mut self, value: u32) -> &mut Self {
        self.put(&value.to_be_bytes())
    }

    fn u64(&mut self, value: u64) -> &mut Self {
        self.put(&value.to_be_bytes())
    }

    fn zeros(&mut self, count: usize) -> &mut Self {
        self.put(&vec![0; count])
    }

    fn subsection(&mut self, name: &str) -> &mut Self {
        self.put(&[5, name.len() as u8]).put(name.as_bytes()).u32(1)
    }
}

impl State {
    fn bytes(&self) -> Vec<u8> {
        let mut out = Bytes::default();
        self.transport(&mut out);
        let (status, isr, selected) = self.head;
        out.put(&[status, isr]).u16(selected).u32(self.features as u32);
        out.u32(self.config.len() as u32).put(&self.config).u32(self.queues.len() as u32);
        for (num, desc, index) in &self.queues {
            out.u32(*num);
            if self.mmio {
                out.u32(4096);
            }
            out.u64(*desc).u16(*index);
            if self.vectors.is_some() {
                out.u16(0xffff);
            }
        }
        self.net(&mut out);
        self.last(&mut out);
        out.0
    }

    fn transport(&self, out: &mut Bytes) {
        if self.mmio {
            out.u32(0).u32(1).u32(12);
            return;
        }
        let mut config = vec![0; if self.express { 4096 } else { 256 }];
        if let Some(vectors) = self.vectors {
            (config[6], config[0x34]) = (0x10, 0x40);
            config[0x40..0x42].copy_from_slice(&[9, 0x60]);
            config[0x60..0x64].copy_from_slice(&[0x11, 0, (vectors - 1) as u8, 0x80]);
        }
        out.u32(2).put(&config).u32(0).u32(1).u32(0).u32(0);
        if let Some(vectors) = self.vectors {
            let vectors = usize::from(vectors);
            out.put(&vec![0xaa; 16 * vectors]).zeros(vectors.div_ceil(8)).u16(0);
        }
    }

    fn net(&self, out: &mut Bytes) {
        out.put(b"macmac").u32(0).u32(1).u16(1).put(&[1, 0]);
        out.u32(self.macs.len() as u32).put(&self.macs.concat()).zeros(512).u32(1);
        out.put(&[0; 6]).put(&[1]);
        if let Some((most, pairs)) = self.pairs {
            out.u16(most).u16(pairs).zeros(4 * usize::from(pairs - 1));
        }
        if self.features & 4 != 0 {
            out.u64(0x0102_0304_0506_0708);
        }
        if let Some(table) = &self.rss {
            out.subsection("virtio-net-device/rss").put(&[1, 0, 1]).u32(7);
            out.u16(table.len() as u16).u16(3).put(&[9; 40]);
            for entry in table {
                out.u16(*entry);
            }
        }
    }

    fn last(&self, out: &mut Bytes) {
        let [endian, features, rings, state, started, disabled] = self.subsections;
        if endian {
            out.subsection("virtio/device_endian").put(&[1]);
        }
        if features {
            out.subsection("virtio/64bit_features").u64(self.features);
        }
        if rings {
            out.subsection("virtio/virtqueues");
            for half in 0..2048 {
                out.u64(half);
            }
        }
        if state {
            out.subsection("virtio/extra_state");
            let size = if self.mmio { 27 } else { 28 };
            match self.mmio {
                true => out.subsection("virtio_mmio/state"),
                false => out.subsection("virtio_pci/modern_state").u32(1).u32(1),
            };
            out.u64(self.features).zeros(1024 * size);
        }
        if started {
            out.subsection("virtio/started").put(&[1]);
        }
        if disabled {
            out.subsection("virtio/disabled").put(&[0]);
        }
    }
}

fn number(tree: &Tree<'_>, scope: NodeId, path: &str) -> u64 {
    match tree.value(tree.find(scope, path.as_bytes()).expect(path)) {
        Ok(Value::Scalar(_, bits)) => bits,
        other => panic!("{path}: {other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_random_state_opens_to_its_values_and_closes_with_just_what_was_changed(
        state in states(),
        status: u8,
        address: u64,
    ) {
        let bytes = state.bytes();
        let schema = opaque::named(b"virtio-net").unwrap();
        let mut memory = vec![0; 4 << 20];
        let mut tree = Tree::new(&mut memory).unwrap();
        let value = Value::Bytes(Extent::Fixed, &bytes);
        let node = tree.insert(At::End(tree.root()), b"virtio", Marks::OPAQUE, value).unwrap();

        opaque::open(&mut tree, node, schema).unwrap();
        prop_assert_eq!(number(&tree, node, "queue_sel"), u64::from(state.head.2));
        prop_assert_eq!(number(&tree, node, "net.mac_table.in_use"), state.macs.len() as u64);
        if let Some((_, pairs)) = state.pairs {
            prop_assert_eq!(number(&tree, node, "net.curr_queue_pairs"), u64::from(pairs));
        }
        for (at, (num, desc, _)) in state.queues.iter().enumerate() {
            prop_assert_eq!(number(&tree, node, &format!("queues[{at}].num")), u64::from(*num));
            prop_assert_eq!(number(&tree, node, &format!("queues[{at}].desc")), *desc);
        }
        opaque::close(&mut tree, node).unwrap();
        prop_assert!(tree.value(node) == Ok(Value::Bytes(Extent::Fixed, &bytes)));

        let mut wanted = state.clone();
        wanted.head.0 = status;
        opaque::open(&mut tree, node, schema).unwrap();
        let item = tree.find(node, b"status").unwrap();
        tree.replace(item, Value::Scalar(Kind::U8, u64::from(status))).unwrap();
        if let Some(queue) = wanted.queues.last_mut() {
            queue.1 = address;
            let path = format!("queues[{}].desc", state.queues.len() - 1);
            let item = tree.find(node, path.as_bytes()).unwrap();
            tree.replace(item, Value::Scalar(Kind::U64, address)).unwrap();
        }
        opaque::close(&mut tree, node).unwrap();
        prop_assert!(tree.value(node) == Ok(Value::Bytes(Extent::Fixed, &wanted.bytes())));
    }
}
