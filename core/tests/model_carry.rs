//! What an old host does not know goes through it and comes back to the new one.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::model::{At, Builder, DigestOptions, Merged, Tree, TreeDecoder, Value};
use migcore::visit::{Marks, Scope, ScopeKind, Subsection, Versions, Visiting, Visitor};
use migcore::{Code, Result};

fn kept() -> Marks {
    Marks::ANCILLARY | Marks::SAFE_TO_COPY
}

/// A device as the new host and the old one know it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Nic {
    instance: u32,
    base: u8,
    rings: Vec<(u16, u16)>,
    hint: u32,
    stats: [u64; 2],
    filter: Option<u8>,
    filter_hint: u8,
}

/// The parts of a device; old hosts know only the second. With each state goes whether it is the new host's.
const PARTS: [Subsection<(Nic, bool)>; 2] = [
    Subsection {
        name: "nic/stats",
        version: 1,
        minimum_version: 1,
        marks: Marks::from_bits(9).unwrap(),
        needed: |nic| nic.0.stats != [0; 2],
        visit: |nic, v| v.structure("both", |v| v.array("values", &mut nic.0.stats)),
    },
    Subsection {
        name: "nic/filter",
        version: 1,
        minimum_version: 1,
        marks: Marks::NONE,
        needed: |nic| nic.0.filter.is_some(),
        visit: |nic, v| {
            v.visit("count", nic.0.filter.get_or_insert(0))?;
            match nic.1 {
                true => added(v, "filter_hint", &mut nic.0.filter_hint),
                false => Ok(()),
            }
        },
    },
];

/// An item that old hosts do not know.
fn added<T: migcore::visit::Scalar + Default>(
    v: &mut Visitor<'_>,
    name: &str,
    value: &mut T,
) -> Result<()> {
    v.mark(kept())?;
    v.visit_or(name, value, T::default())
}

impl Nic {
    fn visit(&mut self, v: &mut Visitor<'_>, new: bool) -> Result<()> {
        v.device("nic", self.instance, Versions::only(1), |v| {
            v.visit("base", &mut self.base)?;
            if new {
                added(v, "hint", &mut self.hint)?;
            }
            let mut count = self.rings.len();
            self.rings.resize(8, (0, 0));
            v.varlist("rings", 8, &mut count, |v, index| {
                v.visit("head", &mut self.rings[index].0)?;
                // Not every element has one.
                if new && index != 1 {
                    added(v, "hint", &mut self.rings[index].1)?;
                }
                Ok(())
            })?;
            self.rings.truncate(count);
            let mut state = (self.clone(), new);
            v.subsections("nic", &PARTS[usize::from(!new)..], &mut state)?;
            *self = state.0;
            Ok(())
        })
    }

    fn new(instance: u32) -> Nic {
        let rings = (0..5).map(|at| (at, if at == 1 { 0 } else { 100 + at })).collect();
        let (stats, filter) = ([instance.into(), 2], Some(3));
        Nic { instance, base: 1, rings, hint: 77, stats, filter, filter_hint: 9 }
    }
}

fn save(tree: &mut Tree<'_>, nics: &mut [Nic], new: bool) {
    let mut visiting = Visiting::new(Builder::new(tree));
    nics.iter_mut().try_for_each(|nic| nic.visit(&mut visiting.saver(), new)).unwrap();
}

/// Loads, and gives what was carried and skipped.
fn load(tree: &mut Tree<'_>, nics: &mut [Nic], new: bool, carried: &mut Tree<'_>) -> (u64, u64) {
    let mut decoder = TreeDecoder::new(tree);
    let mut track = migcore::visit::Track::new();
    let mut v = Visitor::loading(&mut decoder, &mut track);
    nics.iter_mut().try_for_each(|nic| nic.visit(&mut v, new)).unwrap();
    v.finish().unwrap();
    (decoder.carry(carried).unwrap(), decoder.skipped())
}

fn blank(nics: &[Nic]) -> Vec<Nic> {
    let rings = |nic: &Nic| vec![(0, 0); nic.rings.len()];
    nics.iter()
        .map(|nic| Nic { instance: nic.instance, rings: rings(nic), ..Nic::default() })
        .collect()
}

/// What one device holds beyond the old one: its hint, four of its rings, stats, and that of the filter.
const CARRIED: u64 = 1 + 4 + 1 + 1;

#[test]
fn new_fields_elements_and_parts_go_through_an_old_host() {
    let mut nics: Vec<Nic> = (0..3).map(Nic::new).collect();
    nics[1].filter = None;
    nics[1].filter_hint = 0;
    let mut memory = vec![0; 6 << 16];
    let mut blocks = memory.chunks_mut(1 << 16);
    let mut tree = || Tree::new(blocks.next().unwrap()).unwrap();

    let (mut sent, mut carried) = (tree(), tree());
    save(&mut sent, &mut nics, true);
    let mut old = blank(&nics);
    let counts = load(&mut sent, &mut old, false, &mut carried);
    assert_eq!(counts, (3 * CARRIED - 1, 3 * CARRIED - 1));
    assert_eq!((old[2].base, old[2].filter, old[2].hint), (1, Some(3), 0));

    let mut resent = tree();
    save(&mut resent, &mut old, false);
    let root = resent.root();
    let merged = resent.merge(root, &carried).unwrap();
    assert_eq!(merged, Merged { placed: 3 * CARRIED - 1, lost: 0 });

    let (mut back, mut nothing) = (blank(&nics), tree());
    let counts = load(&mut resent, &mut back, true, &mut nothing);
    assert_eq!((counts, nothing.is_empty()), ((0, 0), true));
    assert_eq!(back, nics);

    // One device gets what was its own.
    let mut one = tree();
    save(&mut one, &mut old[1..2], false);
    let device = one.find(one.root(), b"nic/1").unwrap();
    assert_eq!(one.merge(device, &carried).unwrap(), Merged { placed: CARRIED - 1, lost: 0 });
    let mut again = blank(&nics[1..2]);
    load(&mut one, &mut again, true, &mut nothing);
    assert_eq!(again, nics[1..2]);
}

#[test]
fn what_a_load_left_may_be_carried_when_its_decoder_is_gone() {
    let mut nics = [Nic::new(4)];
    let mut memory = vec![0; 3 << 16];
    let mut blocks = memory.chunks_mut(1 << 16);
    let mut tree = || Tree::new(blocks.next().unwrap()).unwrap();
    let (mut sent, mut at_once, mut later) = (tree(), tree(), tree());
    save(&mut sent, &mut nics, true);
    let device = sent.find(sent.root(), b"nic/4").unwrap();
    let loaded = {
        let mut decoder = TreeDecoder::only(&mut sent, device).unwrap();
        let mut track = migcore::visit::Track::new();
        let mut v = Visitor::loading(&mut decoder, &mut track);
        blank(&nics)[0].visit(&mut v, false).unwrap();
        assert!(!decoder.is_finished());
        let mut v = Visitor::loading(&mut decoder, &mut track);
        v.finish().unwrap();
        assert!(decoder.is_finished());
        decoder.carry(&mut at_once).unwrap();
        decoder.loaded()
    };
    assert_eq!(sent.carry(loaded, &mut later), Ok(CARRIED));
    assert_eq!(digest(&at_once), digest(&later));
    sent.remove(device).unwrap();
    assert_eq!(sent.carry(loaded, &mut later), Err(Code::StaleHandle));
}

fn digest(tree: &Tree<'_>) -> [u8; 32] {
    tree.digest(tree.root(), DigestOptions::default()).unwrap()
}

#[test]
fn what_has_no_place_any_more_is_counted() {
    let mut nics = [Nic::new(4)];
    let mut memory = vec![0; 3 << 16];
    let mut blocks = memory.chunks_mut(1 << 16);
    let mut tree = || Tree::new(blocks.next().unwrap()).unwrap();
    let (mut sent, mut carried, mut resent) = (tree(), tree(), tree());
    save(&mut sent, &mut nics, true);
    let mut old = blank(&nics);
    load(&mut sent, &mut old, false, &mut carried);
    // Two rings fewer, and no filter.
    old[0].rings.truncate(3);
    old[0].filter = None;
    save(&mut resent, &mut old, false);
    let root = resent.root();
    let merged = resent.merge(root, &carried).unwrap();
    assert_eq!(merged, Merged { placed: CARRIED - 3, lost: 3 });
    let hint = resent.find(root, b"nic/4.rings[2].hint").unwrap();
    assert!(matches!(resent.value(hint), Ok(Value::Scalar(_, 102))));
}

#[test]
fn what_is_not_there_any_more_takes_nothing_back() {
    let mut memory = vec![0; 3 << 12];
    let mut blocks = memory.chunks_mut(1 << 12);
    let mut tree = || Tree::new(blocks.next().unwrap()).unwrap();
    let (mut sent, mut carried, mut resent) = (tree(), tree(), tree());
    let visit = |v: &mut Visitor<'_>, irq: &mut Option<u8>, new: bool| {
        v.optional("irq", irq, |v, line| {
            v.visit("line", line)?;
            if new {
                added(v, "hint", &mut 3u8)?;
            }
            Ok(())
        })
    };
    visit(&mut Visiting::new(Builder::new(&mut sent)).saver(), &mut Some(1), true).unwrap();
    let mut decoder = TreeDecoder::new(&mut sent);
    let mut track = migcore::visit::Track::new();
    visit(&mut Visitor::loading(&mut decoder, &mut track), &mut None, false).unwrap();
    assert_eq!(decoder.carry(&mut carried), Ok(1));
    visit(&mut Visiting::new(Builder::new(&mut resent)).saver(), &mut None, false).unwrap();
    let root = resent.root();
    assert_eq!(resent.merge(root, &carried), Ok(Merged { placed: 0, lost: 1 }));
}

#[test]
fn a_carry_or_merge_without_room_changes_nothing() {
    let mut nics: Vec<Nic> = (0..2).map(Nic::new).collect();
    let mut memory = vec![0; 3 << 16];
    let mut blocks = memory.chunks_mut(1 << 16);
    let mut tree = || Tree::new(blocks.next().unwrap()).unwrap();
    let (mut sent, mut carried, mut plain) = (tree(), tree(), tree());
    save(&mut sent, &mut nics, true);
    let mut old = blank(&nics);
    load(&mut sent, &mut old, false, &mut carried);
    save(&mut plain, &mut old, false);
    let digest = |tree: &Tree<'_>| tree.digest(tree.root(), DigestOptions::default()).unwrap();
    let whole = carried.high_water();

    let mut decoder = TreeDecoder::new(&mut sent);
    let mut track = migcore::visit::Track::new();
    let mut v = Visitor::loading(&mut decoder, &mut track);
    old.iter_mut().try_for_each(|nic| nic.visit(&mut v, false)).unwrap();
    for room in (Tree::EMPTY..=whole).step_by(7) {
        let mut memory = vec![0; room];
        let mut small = Tree::new(&mut memory).unwrap();
        match decoder.carry(&mut small) {
            Ok(count) => assert_eq!((count, digest(&small)), (2 * CARRIED, digest(&carried))),
            Err(code) => assert_eq!((code, small.is_empty()), (Code::NoSpace, true)),
        }
    }

    let mut merges = 0;
    for spare in (0..8000).step_by(37) {
        let mut memory = vec![0; plain.high_water() + spare];
        let mut small = Tree::new(&mut memory).unwrap();
        plain.compact_into(&mut small).unwrap();
        let root = small.root();
        match small.merge(root, &carried) {
            Ok(merged) => merges += merged.placed,
            Err(code) => {
                assert_eq!((code, digest(&small)), (Code::NoSpace, digest(&plain)));
                assert_eq!(merges, 0);
            }
        }
    }
    assert!(merges > 0);
}

#[test]
fn only_what_is_safe_is_carried() {
    let mut memory = vec![0; 3 << 12];
    let mut blocks = memory.chunks_mut(1 << 12);
    let mut tree = || Tree::new(blocks.next().unwrap()).unwrap();
    let (mut sent, mut carried) = (tree(), tree());
    let mut visiting = Visiting::new(Builder::new(&mut sent));
    let mut v = visiting.saver();
    v.device("nic", 0, Versions::only(1), |v| {
        v.mark(Marks::ANCILLARY)?;
        v.visit("unsafe", &mut 1u8)?;
        v.mark(kept())?;
        v.begin(&"nic/part", Scope::Subsection { version: 1 })?;
        v.visit("x", &mut 1u8)?;
        v.end(ScopeKind::Subsection)?;
        v.mark(kept())?;
        v.save_text(&"text", "kept")
    })
    .unwrap();
    let mut decoder = TreeDecoder::new(&mut sent);
    let mut track = migcore::visit::Track::new();
    let mut v = Visitor::loading(&mut decoder, &mut track);
    v.device("nic", 0, Versions::only(1), |v| v.subsections::<()>("nic", &[], &mut ())).unwrap();
    v.finish().unwrap();
    assert_eq!((decoder.carry(&mut carried), decoder.skipped()), (Ok(2), 3));
    let root = carried.root();
    assert!(carried.find(root, b"nic/0.nic/part.x").is_ok());
    assert_eq!(carried.find(root, b"nic/0.unsafe"), Err(Code::Missing));

    // A tree of carried items may be compacted as any other.
    let mut compact = tree();
    carried.compact_into(&mut compact).unwrap();
    let (root, end) = (sent.root(), At::End(carried.root()));
    sent.copy_to(sent.find(root, b"nic/0").unwrap(), &mut carried, end).unwrap();
    assert_eq!(sent.merge(root, &compact).unwrap().placed, 2);
}

/// Which optionals were there does not change whose an item is: each goes back to its own, or is lost.
#[test]
fn optionals_of_one_name_keep_their_places() {
    const THERE: [bool; 3] = [false, true, true];
    let visit = |v: &mut Visitor<'_>, there: [bool; 3], hints: &mut Option<Vec<u8>>| {
        v.device("d", 0, Versions::only(1), |v| {
            for (at, is_there) in (0u8..).zip(there) {
                let mut part = is_there.then_some(at);
                v.optional("part", &mut part, |v, part| {
                    v.visit("x", part)?;
                    let Some(hints) = hints else { return Ok(()) };
                    let mut hint = 100 + at;
                    v.mark(kept())?;
                    v.visit_or("hint", &mut hint, 0)?;
                    hints.push(hint);
                    Ok(())
                })?;
            }
            Ok(())
        })
    };
    for (later, due) in
        [(THERE, (2, 0, vec![101, 102])), ([true, false, true], (1, 1, vec![0, 102]))]
    {
        let mut memory = vec![0; 3 << 12];
        let mut blocks = memory.chunks_mut(1 << 12);
        let mut tree = || Tree::new(blocks.next().unwrap()).unwrap();
        let (mut sent, mut carried, mut next) = (tree(), tree(), tree());
        let mut hints = Some(Vec::new());
        visit(&mut Visiting::new(Builder::new(&mut sent)).saver(), THERE, &mut hints).unwrap();
        let mut decoder = TreeDecoder::new(&mut sent);
        let mut track = migcore::visit::Track::new();
        let mut v = Visitor::loading(&mut decoder, &mut track);
        visit(&mut v, [false; 3], &mut None).unwrap();
        v.finish().unwrap();
        assert_eq!(decoder.carry(&mut carried), Ok(2));

        visit(&mut Visiting::new(Builder::new(&mut next)).saver(), later, &mut None).unwrap();
        let merged = next.merge(next.root(), &carried).unwrap();
        assert_eq!((merged.placed, merged.lost), (due.0, due.1));
        let mut decoder = TreeDecoder::new(&mut next);
        let mut track = migcore::visit::Track::new();
        let mut hints = Some(Vec::new());
        visit(&mut Visitor::loading(&mut decoder, &mut track), [false; 3], &mut hints).unwrap();
        assert_eq!(hints, Some(due.2));
    }
}
