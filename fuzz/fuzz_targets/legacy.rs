//! Any walk over any bytes of the legacy wire: no panic, and the same outcome whether the bytes lie
//! in memory or come through a stream with any buffer.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use migcore::codec::legacy::Loader;
use migcore::error::Report;
use migcore::io::{Failure, Portable, Source, StreamReader};
use migcore::visit::{Scope, ScopeKind, SubsectionName, Versions, Visitor};
use migcore::Result;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    walk: Vec<Step>,
    buffer: u16,
    step: u8,
    bytes: &'a [u8],
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Step {
    Bool,
    U8,
    U16,
    U32,
    I64,
    F64,
    Array(u8),
    Flags(u8),
    Varray(u8),
    Varbytes(u8),
    Text,
    Optional,
    Absent,
    Device,
    Struct,
    Varlist(u8),
    Element,
    Subsection(u8),
    End(u8),
    Peek(u8),
    Raw(u8),
}

/// What a walk stored, in order, and how it ended.
#[derive(Debug, PartialEq)]
struct Outcome {
    stored: Vec<u64>,
    report: core::result::Result<u64, Report>,
}

fn step(v: &mut Visitor<'_>, step: Step, stored: &mut Vec<u64>) -> Result<()> {
    macro_rules! scalar {
        ($type:ty, $value:ident => $bits:expr) => {{
            let mut $value = <$type>::default();
            v.visit("scalar", &mut $value)?;
            stored.push($bits);
        }};
    }
    match step {
        Step::Bool => scalar!(bool, value => u64::from(value)),
        Step::U8 => scalar!(u8, value => u64::from(value)),
        Step::U16 => scalar!(u16, value => u64::from(value)),
        Step::U32 => scalar!(u32, value => u64::from(value)),
        Step::I64 => scalar!(i64, value => value as u64),
        Step::F64 => scalar!(f64, value => value.to_bits()),
        Step::Array(count) => {
            let mut values = vec![0u32; usize::from(count)];
            v.array("array", &mut values)?;
            stored.extend(values.into_iter().map(u64::from));
        }
        Step::Flags(count) => {
            let mut values = vec![false; usize::from(count)];
            v.array("flags", &mut values)?;
            stored.extend(values.into_iter().map(u64::from));
        }
        Step::Varray(room) => {
            let (mut values, mut count) = (vec![0u16; usize::from(room)], 0);
            v.varray("varray", &mut values, &mut count)?;
            stored.extend(values[..count].iter().map(|value| u64::from(*value)));
        }
        Step::Varbytes(room) => {
            let (mut data, mut length) = (vec![0; usize::from(room)], 0);
            v.varbytes("varbytes", &mut data, &mut length)?;
            stored.extend(data[..length].iter().map(|byte| u64::from(*byte)));
        }
        Step::Text => {
            let mut text = String::new();
            v.load_text(&"text", 255, &mut |loaded| {
                text.push_str(loaded);
                Ok(())
            })?;
            stored.extend(text.bytes().map(u64::from));
        }
        Step::Optional => {
            let mut present = false;
            v.begin_optional(&"optional", &mut present)?;
            stored.push(u64::from(present));
        }
        Step::Absent => v.absent("absent")?,
        Step::Device => {
            v.begin(&"device", Scope::Device { instance: 1, versions: Versions::only(2) })?
        }
        Step::Struct => v.begin(&"struct", Scope::Struct(None))?,
        Step::Varlist(room) => {
            let mut count = 0;
            v.begin_varlist(&"list", usize::from(room), &mut count)?;
            stored.push(count as u64);
        }
        Step::Element => v.begin_element()?,
        Step::Subsection(owner) => {
            let owner: &[u8] = [&b""[..], b"a", b"dev", b"dev/"][usize::from(owner % 4)];
            let mut name = SubsectionName::new();
            let version = v.next_subsection(owner, &mut name)?;
            stored.extend(version.map(u64::from));
            stored.extend(name.iter().map(|byte| u64::from(*byte)));
        }
        Step::End(kind) => match kind % 6 {
            0 => v.end(ScopeKind::Device)?,
            1 => v.end(ScopeKind::Struct)?,
            2 => v.end(ScopeKind::List)?,
            3 => v.end(ScopeKind::Subsection)?,
            4 => v.end(ScopeKind::Optional)?,
            _ => v.end_element()?,
        },
        Step::Peek(ahead) => {
            let mut bytes = [0; 8];
            let got = v.peek_raw(usize::from(ahead), &mut bytes)?;
            stored.extend(bytes[..got].iter().map(|byte| u64::from(*byte)));
        }
        Step::Raw(length) => {
            let mut bytes = vec![0; usize::from(length)];
            let got = v.get_raw(&mut bytes)?;
            stored.extend(bytes[..got].iter().map(|byte| u64::from(*byte)));
        }
    }
    Ok(())
}

fn walk(v: &mut Visitor<'_>, steps: &[Step]) -> Vec<u64> {
    let mut stored = Vec::new();
    for one in steps {
        if step(v, *one, &mut stored).is_err() {
            break;
        }
    }
    stored
}

/// A stream that gives at most `step` bytes at a time.
struct Slow<'b> {
    bytes: &'b [u8],
    step: usize,
}

impl Source for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> core::result::Result<usize, Failure> {
        let length = out.len().min(self.step).min(self.bytes.len());
        out[..length].copy_from_slice(&self.bytes[..length]);
        self.bytes = &self.bytes[length..];
        Ok(length)
    }

    fn can_peek(&self) -> bool {
        true
    }

    fn peek(&mut self, ahead: usize, out: &mut [u8]) -> core::result::Result<usize, Failure> {
        let rest = self.bytes.get(ahead..).unwrap_or_default();
        let length = out.len().min(rest.len());
        out[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }
}

fuzz_target!(|input: Input<'_>| {
    let mut loader = Loader::from_slice(input.bytes);
    let stored = walk(&mut loader.visitor(), &input.walk);
    let by_memory = Outcome { stored, report: loader.finish() };

    let slow = Slow { bytes: input.bytes, step: usize::from(input.step).max(1) };
    let mut buffer = vec![0; usize::from(input.buffer % 600)];
    let mut loader = Loader::new(StreamReader::new(slow, &mut buffer), Portable);
    let stored = walk(&mut loader.visitor(), &input.walk);
    let by_stream = Outcome { stored, report: loader.finish() };

    if let Err(report) = &by_memory.report {
        assert!(report.to_string().len() < 400);
    }
    assert_eq!(by_memory, by_stream);
});
