//! What a machine should say of a stream and make of it, by the tree of that stream.

use super::board::{Board, Kind, Part};
use migcore::model::{NodeId, Tree, Value};
use migcore::visit::Marks;
use migcore::Code;

/// A device as a stream has it.
struct Head {
    name: Vec<u8>,
    instance: u32,
    version: u32,
    oldest_reader: u32,
    ancillary: bool,
    /// The first item of this name, if there is one.
    level: Option<u64>,
}

impl Head {
    /// `None` for what is no device.
    fn new(tree: &Tree<'_>, device: NodeId) -> Option<Self> {
        let Value::Device { instance, versions, oldest_reader } = tree.value(device).unwrap()
        else {
            return None;
        };
        let mut items = tree.children(device).unwrap();
        let level = items.find(|item| tree.name(*item) == Ok(b"level"));
        Some(Head {
            name: tree.name(device).unwrap().to_vec(),
            instance,
            version: versions.current,
            oldest_reader,
            ancillary: tree.marks(device).unwrap().contains(Marks::ANCILLARY),
            level: level.and_then(|item| match tree.value(item) {
                Ok(Value::Scalar(_, bits)) => Some(bits),
                _ => None,
            }),
        })
    }

    fn is(&self, kind: &Kind) -> bool {
        (kind.name.as_bytes(), kind.instance) == (&self.name[..], self.instance)
    }

    fn fits(&self, kind: &Kind) -> Result<(), Code> {
        let known = kind.versions;
        if self.version > known.current && self.oldest_reader > known.current {
            return Err(Code::TooNew);
        }
        match self.version < known.minimum {
            true => Err(Code::TooOld),
            false => Ok(()),
        }
    }
}

/// The devices of a stream.
pub struct Told(Vec<Head>);

impl Told {
    pub fn new(tree: &Tree<'_>) -> Self {
        let devices = tree.children(tree.root()).unwrap();
        Told(devices.filter_map(|device| Head::new(tree, device)).collect())
    }

    /// Whether a machine has these devices, once each, and no others that are critical: how many it has, how
    /// many it has not, and how many of the first have no scratch instance.
    pub fn fits(&self, board: &Board) -> Result<[u64; 3], Code> {
        let (mut left, mut skipped) = (board.parts.iter().collect::<Vec<&Part>>(), 0);
        for head in &self.0 {
            match left.iter().position(|part| head.is(&part.kind)) {
                Some(at) => head.fits(&left.remove(at).kind)?,
                None if board.parts.iter().any(|part| head.is(&part.kind)) => {
                    return Err(Code::BadOrder)
                }
                None if head.ancillary => skipped += 1,
                None => return Err(Code::UnknownDevice),
            }
        }
        if !left.iter().all(|part| part.kind.optional) {
            return Err(Code::Missing);
        }
        let devices = self.0.len() as u64 - skipped;
        let scratch = |parts: &mut dyn Iterator<Item = &Part>| {
            parts.filter(|part| part.kind.scratch).count() as u64
        };
        let tried = scratch(&mut board.parts.iter()) - scratch(&mut left.into_iter());
        Ok([devices, skipped, devices - tried])
    }

    /// Checks that each device that was loaded holds its own state.
    pub fn is_in(&self, loaded: &Board) {
        for head in &self.0 {
            if let Some(part) = loaded.parts.iter().find(|part| head.is(&part.kind)) {
                assert_eq!(head.level, Some(part.state.level.into()));
            }
        }
    }
}
