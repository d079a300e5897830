//! The smallest host of one's own: objects without pointers, and bitmaps in words of 32 bits, as those of a C program
//! on a machine of 32 bits.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::codec::legacy::{Loader, Saver};
use migcore::visit::{Marks, Visitor};
use migcore::vmstate::{
    visit, visit_struct, Failure, Field, Head, Hook, Host, Memory, Table, What,
};
use migcore::{Code, Result};

/// An object, and nothing else.
struct Narrow<'m>(&'m mut [u8]);

impl Memory for Narrow<'_> {
    type Place = usize;

    const POINTER: usize = 4;
    const LONG: usize = 4;

    fn at(&self, place: usize, offset: usize) -> Result<usize> {
        place.checked_add(offset).ok_or(Code::BadTable)
    }

    fn follow(&self, _place: usize) -> Result<Option<usize>> {
        Err(Code::BadTable)
    }

    fn point(&mut self, _place: usize, _to: Option<usize>) -> Result<()> {
        Err(Code::BadTable)
    }

    fn bytes(&self, place: usize, length: usize) -> Result<&[u8]> {
        self.0.get(place..place + length).ok_or(Code::BadTable)
    }

    fn bytes_mut(&mut self, place: usize, length: usize) -> Result<&mut [u8]> {
        self.0.get_mut(place..place + length).ok_or(Code::BadTable)
    }
}

/// A table with one field: so many bits.
#[derive(Clone, Copy)]
struct Bits(usize);

impl Table for Bits {
    type Name = &'static str;

    fn head(self) -> Head<&'static str> {
        Head { name: "bits", version: 3, minimum: 1, minimum_old: None, marks: Marks::NONE }
    }

    fn field(self, index: usize) -> Result<Option<Field<Self>>> {
        let field = Field::new("map", "bitmap", What::Bitmap, 0, self.0);
        Ok((index == 0).then_some(field))
    }

    fn subsection(self, _index: usize) -> Option<Self> {
        None
    }
}

struct Program<'p, 'm, 'v>(&'p mut Narrow<'m>, &'p mut Visitor<'v>);

impl<'m> Host for Program<'_, 'm, '_> {
    type Table = Bits;
    type Memory = Narrow<'m>;

    fn with<R>(
        &mut self,
        call: impl FnOnce(&mut Visitor<'_>, &mut Narrow<'m>) -> Result<R>,
    ) -> Result<R> {
        call(self.1, self.0)
    }

    fn memory(&mut self) -> &mut Narrow<'m> {
        self.0
    }

    fn exists(&mut self, _: Bits, _: usize, _: usize, _: u32) -> Result<bool> {
        Ok(true)
    }

    fn needed(&mut self, _: Bits, _: usize) -> Result<bool> {
        Ok(true)
    }

    fn hook(&mut self, _: Bits, _: Hook, _: usize, _: u32) -> core::result::Result<(), Failure> {
        Ok(())
    }

    fn custom(
        &mut self,
        _: Bits,
        _: usize,
        _: Option<usize>,
        _: usize,
    ) -> core::result::Result<(), Failure> {
        Err(Failure::Code(Code::Unsupported))
    }
}

fn saved(bits: usize, words: &[u32]) -> Vec<u8> {
    let mut object: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
    let mut bytes = [0; 1 << 10];
    let mut saver = Saver::to_slice(&mut bytes);
    let mut v = saver.visitor();
    let _ = visit(&mut Program(&mut Narrow(&mut object), &mut v), Bits(bits), 0);
    let length = saver.finish().unwrap();
    bytes[..usize::try_from(length).unwrap()].to_vec()
}

#[test]
fn two_words_of_32_bits_make_one() {
    assert_eq!(saved(0, &[]).len(), 0);
    assert_eq!(saved(1, &[1]), [0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(saved(33, &[2, 3]), [0, 0, 0, 3, 0, 0, 0, 2]);
    // The last may be alone: nothing behind it is touched.
    let bytes = saved(65, &[4, 5, 6]);
    assert_eq!(bytes, [0, 0, 0, 5, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 6]);
    let mut object = [0xa5; 16];
    let mut loader = Loader::from_slice(&bytes);
    let mut v = loader.visitor();
    let _ = visit(&mut Program(&mut Narrow(&mut object), &mut v), Bits(65), 0);
    assert_eq!(loader.finish(), Ok(16));
    let words: Vec<u32> =
        object.chunks(4).map(|word| u32::from_ne_bytes(word.try_into().unwrap())).collect();
    assert_eq!(words, [4, 5, 6, 0xa5a5_a5a5]);
}

#[test]
fn memory_that_a_host_does_not_make_is_missing() {
    let mut object = [0; 1 << 9];
    let mut bytes = [0; 1 << 10];
    let mut saver = Saver::to_slice(&mut bytes);
    let mut v = saver.visitor();
    // More words than the walk holds itself.
    let _ = visit(&mut Program(&mut Narrow(&mut object), &mut v), Bits(1 << 13), 0);
    let report = saver.finish().unwrap_err();
    assert_eq!((report.code, report.path.as_str()), (Code::NoSpace, "bits/0.map"));
}

#[test]
fn an_object_may_have_a_version_and_a_name() {
    let load = |version| {
        let mut object = [0; 8];
        let mut loader = Loader::from_slice(&[0; 8]);
        let mut v = loader.visitor();
        let mut host = Program(&mut Narrow(&mut object), &mut v);
        let _ = visit_struct(&mut host, Some(&"other"), Bits(8), version, 0);
        loader.finish().map_err(|report| report.to_string())
    };
    assert_eq!(load(1), Ok(8));
    assert_eq!(
        load(0).unwrap_err(),
        "other/0: written by an older version than the device can read (oldest version known 1, \
         found 0), at byte 0 of the stream"
    );
    assert!(load(4).unwrap_err().contains("newer version"));
}
