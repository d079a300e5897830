//! Choices made by the bytes of an input.

use migcore::visit::{Extent, Kind, Marks};

/// Names that inputs choose from: they repeat, are empty, and hold what paths are made of.
const NAMES: [&str; 8] =
    ["a", "b", "x", "", "d/s", "a.b[0]", "\u{e9}\"", "name_of_some_forty_bytes_in_all_its_length"];

/// What is left of an input. At its end every choice is the first one.
#[derive(Clone, Debug)]
pub struct Input<'i> {
    rest: &'i [u8],
}

impl<'i> Input<'i> {
    /// All of an input.
    pub fn new(bytes: &'i [u8]) -> Self {
        Input { rest: bytes }
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'i [u8] {
        core::mem::take(&mut self.rest)
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        self.bytes(1).first().copied().unwrap_or(0)
    }

    /// At most so many bytes.
    pub fn bytes(&mut self, most: usize) -> &'i [u8] {
        let (taken, rest) = self.rest.split_at(most.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// A number below `bound`, which is at most 256.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) % bound
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    /// Any number of 64 bits, mostly a small one.
    pub fn number(&mut self) -> u64 {
        let width = [1, 2, 4, 8][self.below(4)];
        self.bytes(width).iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// A number of 32 bits, mostly a small one.
    pub fn small(&mut self) -> u32 {
        if self.once_in(8) {
            self.number() as u32
        } else {
            self.byte().into()
        }
    }

    /// A name, mostly one of few.
    pub fn name(&mut self) -> &'static str {
        NAMES[self.below(NAMES.len())]
    }

    /// A type of scalar.
    pub fn kind(&mut self) -> Kind {
        Kind::ALL[self.below(Kind::ALL.len())]
    }

    /// Fixed or variable.
    pub fn extent(&mut self) -> Extent {
        if self.once_in(2) {
            Extent::Variable
        } else {
            Extent::Fixed
        }
    }

    /// Marks, mostly none.
    pub fn marks(&mut self) -> Marks {
        let byte = u32::from(self.byte());
        let bits = if byte < 160 { 0 } else { byte % 32 };
        Marks::from_bits(bits).unwrap()
    }

    /// Elements of a kind in the machine's byte order. Flags are 0 or 1.
    pub fn elements(&mut self, kind: Kind, most: usize) -> Vec<u8> {
        let (count, width) = (self.below(most + 1), kind.width());
        let mut elements = self.bytes(count * width.bytes()).to_vec();
        elements.truncate(width.elements_in(elements.len()) * width.bytes());
        if kind == Kind::Bool {
            elements.iter_mut().for_each(|flag| *flag %= 2);
        }
        elements
    }

    /// A text.
    pub fn text(&mut self, most: usize) -> String {
        let length = self.below(most + 1);
        String::from_utf8_lossy(self.bytes(length)).into_owned()
    }
}
