//! Any device over any chunks: it asks for items in an order and of types that the input chooses. Whatever
//! the store and the index, it gets the same; a stream that a check found right has nothing wrong but what it
//! is to this device; and a tree of the stream gives it the same.

use super::input::Input;
use super::mend::mended;
use super::reading::{is_of_the_stream, replay, Pieces, LIMITS, MEMORY};
use super::state::with_type;
use migcore::codec::chunk::{check, ChunkDecoder, IndexEntry, SliceStore, Store, StreamStore};
use migcore::io::{Portable, StreamReader};
use migcore::model::TreeDecoder;
use migcore::visit::{
    Description, Kind, Scalar, Scope, ScopeKind, SubsectionName, Track, Versions, Visitor,
};
use migcore::{Code, Result};

/// What a device got, and how that ended.
type Got = (Vec<u64>, Result<()>);

/// Room in arrays, buffers and texts.
const FULL: usize = 300;

/// The first byte says how much of the rest is the device, the last part is the stream.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let length = usize::from(input.byte());
    let device = Input::new(input.bytes(length));
    let bytes = mended(input.rest());
    let right = check(&bytes, LIMITS, Portable).is_ok();

    let plain = from(SliceStore::new(&bytes, LIMITS, Portable), &mut [], &device);
    let mut index = [IndexEntry::default(); 64];
    let indexed = from(SliceStore::new(&bytes, LIMITS, Portable), &mut index, &device);
    // An index looks at more of a stream, and may find what is wrong earlier.
    if right || plain.1.is_ok() && indexed.1.is_ok() {
        compare(&plain, &indexed);
    }
    let (mut memory, mut buffer) = (vec![0; MEMORY], [0; 7]);
    let reader = StreamReader::new(Pieces { bytes: &bytes, step: 5 }, &mut buffer);
    let store = StreamStore::new(reader, &mut memory, LIMITS, Portable);
    let streamed = from(store, &mut [], &device);
    // A search in memory passes over values that are wrong, and may find first what else is.
    let sooner = matches!(streamed.1, Err(Code::BadText | Code::BadValue)) && plain.1.is_err();
    if right || !sooner {
        compare(&plain, &streamed);
    }

    if right {
        for code in [&plain, &indexed].into_iter().filter_map(|got| got.1.err()) {
            assert!(!is_of_the_stream(code), "{code:?} after a check");
        }
    }
    // A tree has what the stream has.
    let _ = replay(SliceStore::new(&bytes, LIMITS, Portable), |tree| {
        let (mut decoder, mut track) = (TreeDecoder::new(tree), Track::new());
        let got = visit(&mut Visitor::loading(&mut decoder, &mut track), &device);
        if indexed.1.is_ok() && got.1.is_ok() {
            assert_eq!(got, indexed);
        }
    });
}

fn from(store: impl Store, index: &mut [IndexEntry], device: &Input<'_>) -> Got {
    let (mut decoder, mut track) = (ChunkDecoder::with_index(store, index), Track::new());
    let got = visit(&mut Visitor::loading(&mut decoder, &mut track), device);
    assert!(decoder.searched() <= LIMITS.work);
    if let Some(report) = track.report() {
        assert!(report.to_string().len() < 400);
        assert_eq!(Err(report.code), got.1);
    }
    got
}

/// What two ways of reading came to is the same, as far as both are able to read in such an order.
fn compare(one: &Got, other: &Got) {
    let unable = |got: &Got| {
        let codes = [Code::NeedsIndex, Code::TooMuchWork, Code::Unsupported, Code::NoSpace];
        got.1.err().is_some_and(|code| codes.contains(&code))
    };
    if !unable(one) && !unable(other) {
        assert_eq!(one, other);
    }
}

/// Visits as the input chooses, then closes what is open.
fn visit(v: &mut Visitor<'_>, device: &Input<'_>) -> Got {
    let (mut input, mut open, mut got) = (device.clone(), Vec::new(), Vec::new());
    let mut done = Ok(());
    while done.is_ok() && !input.is_empty() {
        done = step(v, &mut input, &mut open, &mut got);
    }
    while let (Ok(()), Some(kind)) = (done, open.pop()) {
        done = v.end(kind);
    }
    (got, done.and_then(|()| v.finish()))
}

fn step(
    v: &mut Visitor<'_>,
    input: &mut Input<'_>,
    open: &mut Vec<ScopeKind>,
    got: &mut Vec<u64>,
) -> Result<()> {
    match input.below(16) {
        0 | 1 => scalar(v, input, got),
        2 => array(v, input, got),
        3 => {
            let (mut data, mut length) = (vec![0; FULL], usize::from(input.byte()));
            match input.once_in(2) {
                true => v.varbytes(input.name(), &mut data, &mut length)?,
                false => v.bytes(input.name(), &mut data[..length])?,
            }
            got.extend(data[..length].iter().map(|byte| u64::from(*byte)));
            Ok(())
        }
        4 => v.load_text(&input.name(), FULL, &mut |text| {
            got.extend(text.bytes().map(u64::from));
            Ok(())
        }),
        5 => v.absent(input.name()),
        6 => {
            got.push(v.has(&input.name())?.into());
            Ok(())
        }
        7 => raw(v, input, got),
        14 => match v.end(open.pop().unwrap_or(ScopeKind::Struct)) {
            Ok(()) => Ok(()),
            Err(code) => Err(code),
        },
        15 => {
            v.begin_element()?;
            open.push(ScopeKind::Element);
            Ok(())
        }
        choice => begin(v, input, choice, open, got),
    }
}

fn begin(
    v: &mut Visitor<'_>,
    input: &mut Input<'_>,
    choice: usize,
    open: &mut Vec<ScopeKind>,
    got: &mut Vec<u64>,
) -> Result<()> {
    let mut kind = ScopeKind::Struct;
    match choice {
        8 => v.begin(&input.name(), Scope::Struct(None))?,
        9 => {
            let name = input.name().as_bytes();
            let versions = Versions { current: u32::MAX, minimum: 0 };
            let scope = Scope::Struct(Some(Description { name, versions }));
            v.begin(&input.name(), scope)?;
        }
        10 => {
            kind = ScopeKind::Device;
            let name = if open.is_empty() { "d" } else { input.name() };
            let versions = Versions { current: u32::MAX, minimum: 0 };
            v.begin(&name, Scope::Device { instance: input.below(4) as u32, versions })?;
            got.push(v.version().into());
        }
        11 => {
            kind = ScopeKind::List;
            let mut count = usize::from(input.byte());
            v.begin_varlist(&input.name(), count, &mut count)?;
            got.push(count as u64);
        }
        12 => {
            kind = ScopeKind::Optional;
            let mut present = false;
            v.begin_optional(&input.name(), &mut present)?;
            got.push(present.into());
        }
        _ => return subsection(v, input, open, got),
    }
    open.push(kind);
    Ok(())
}

fn subsection(
    v: &mut Visitor<'_>,
    input: &mut Input<'_>,
    open: &mut Vec<ScopeKind>,
    got: &mut Vec<u64>,
) -> Result<()> {
    let mut name = SubsectionName::new();
    let Some(version) = v.next_subsection(b"d", &mut name)? else { return Ok(()) };
    got.push(version.into());
    got.extend(name.iter().map(|byte| u64::from(*byte)));
    if input.once_in(3) {
        return v.skip_subsection();
    }
    open.push(ScopeKind::Subsection);
    Ok(())
}

fn raw(v: &mut Visitor<'_>, input: &mut Input<'_>, got: &mut Vec<u64>) -> Result<()> {
    let mut bytes = vec![0; input.below(64)];
    let length = match input.once_in(2) {
        true => v.peek_raw(input.below(64), &mut bytes)?,
        false => v.get_raw(&mut bytes)?,
    };
    got.extend(bytes[..length].iter().map(|byte| u64::from(*byte)));
    v.check()
}

fn scalar(v: &mut Visitor<'_>, input: &mut Input<'_>, got: &mut Vec<u64>) -> Result<()> {
    with_type!(input.kind(), scalar_of(v, input, got))
}

fn scalar_of<T: Scalar>(
    v: &mut Visitor<'_>,
    input: &mut Input<'_>,
    got: &mut Vec<u64>,
) -> Result<()> {
    let (name, otherwise) = (input.name(), T::from_wire_bits(77));
    let mut value = otherwise;
    match input.once_in(4) {
        true => v.visit_or(name, &mut value, otherwise)?,
        false => v.visit(name, &mut value)?,
    }
    got.push(value.to_wire_bits());
    Ok(())
}

fn array(v: &mut Visitor<'_>, input: &mut Input<'_>, got: &mut Vec<u64>) -> Result<()> {
    with_type!(input.kind(), array_of(v, input, got))
}

fn array_of<T: Scalar>(
    v: &mut Visitor<'_>,
    input: &mut Input<'_>,
    got: &mut Vec<u64>,
) -> Result<()> {
    let (mut values, mut count) = (vec![T::from_wire_bits(0); FULL], usize::from(input.byte()));
    match input.once_in(2) {
        true => v.varray(input.name(), &mut values, &mut count)?,
        false => v.array(input.name(), &mut values[..count])?,
    }
    got.extend(values[..count].iter().map(|value| value.to_wire_bits()));
    Ok(())
}
