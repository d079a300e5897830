//! Random states through the C interface and through the Rust one: the same bytes, the same values
//! back, and of a stream that ends too early the same report.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic: that is how it fails"
)]

use std::ffi::{c_char, CStr};
use std::mem::{size_of, MaybeUninit};
use std::ptr;

use heapless::String as Text;
use migcore::codec::legacy::{Loader, Saver};
use migcore::error::Report;
use migcore::visit::{Versions, Visitor};
use migcore_ffi::error::{migcore_error, MIGCORE_PATH_SIZE};
use migcore_ffi::legacy::{migcore_legacy, migcore_legacy_load_memory, migcore_legacy_save_memory};
use migcore_ffi::object::migcore_visitor;
use migcore_ffi::scalar::*;
use migcore_ffi::scope::{
    migcore_begin_device, migcore_begin_element, migcore_begin_list, migcore_begin_optional,
    migcore_begin_struct, migcore_end_device, migcore_end_element, migcore_end_list,
    migcore_end_optional, migcore_end_struct,
};
use migcore_ffi::status::MIGCORE_OK;
use migcore_ffi::value::{
    migcore_visit_absent, migcore_visit_bytes, migcore_visit_string, migcore_visit_varbytes,
};
use migcore_ffi::visitor::{migcore_finish, migcore_get_error, migcore_position};
use proptest::collection::vec;
use proptest::prelude::*;

const LONGEST_TEXT: usize = 255;
const NAME: &CStr = c"field";
const MEMORY: usize = 1 << 16;
const VERSION: u32 = 3;

/// Makes [`Item`] and what is done with its scalars, of all kinds.
macro_rules! items {
    ($($kind:ident $type:ty, $visit:ident $array:ident $varray:ident $any:expr;)*) => {
        /// A part of a state.
        #[derive(Clone, Debug)]
        enum Item {
            $($kind($type, Vec<$type>, Vec<$type>),)*
            Bytes(Vec<u8>, Vec<u8>),
            Words(Box<Text<LONGEST_TEXT>>),
            Optional(Option<u32>),
            Absent,
            Device(u32, Vec<Item>),
            Struct(Vec<Item>),
            List(Vec<Vec<Item>>),
        }

        fn scalars() -> BoxedStrategy<Item> {
            prop_oneof![
                $(($any, vec($any, 0..90), vec($any, 0..9))
                    .prop_map(|(one, fixed, counted)| Item::$kind(one, fixed, counted)),)*
            ]
            .boxed()
        }

        /// Visits through C.
        ///
        /// # Safety
        /// `v` is a visitor.
        unsafe fn visit_scalar_in_c(v: *mut migcore_visitor, item: &mut Item) {
            match item {
                $(Item::$kind(one, fixed, counted) => {
                    let (capacity, mut count) = (counted.len(), counted.len());
                    // SAFETY: the caller promises a visitor; the places are of the right type.
                    unsafe {
                        $visit(v, NAME.as_ptr(), one);
                        $array(v, NAME.as_ptr(), fixed.as_mut_ptr(), fixed.len());
                        $varray(v, NAME.as_ptr(), counted.as_mut_ptr(), capacity, &raw mut count);
                    }
                    assert_eq!(count, capacity);
                })*
                _ => unreachable!("not a scalar"),
            }
        }

        /// The same through Rust.
        fn visit_scalar_in_rust(v: &mut Visitor<'_>, item: &mut Item) -> migcore::Result<()> {
            match item {
                $(Item::$kind(one, fixed, counted) => {
                    let mut count = counted.len();
                    v.visit("field", one)?;
                    v.array("field", fixed)?;
                    v.varray("field", counted, &mut count)
                })*
                _ => unreachable!("not a scalar"),
            }
        }

        /// A state of the same shape, without the values.
        fn blank(item: &Item) -> Item {
            match item {
                $(Item::$kind(_, fixed, counted) => Item::$kind(
                    <$type>::default(),
                    vec![<$type>::default(); fixed.len()],
                    vec![<$type>::default(); counted.len()],
                ),)*
                Item::Bytes(fixed, counted) => {
                    Item::Bytes(vec![0; fixed.len()], vec![0; counted.len()])
                }
                Item::Words(_) => Item::Words(Box::default()),
                Item::Optional(_) => Item::Optional(None),
                Item::Absent => Item::Absent,
                Item::Device(instance, inside) => Item::Device(*instance, blanks(inside)),
                Item::Struct(inside) => Item::Struct(blanks(inside)),
                Item::List(elements) => {
                    Item::List(elements.iter().map(|inside| blanks(inside)).collect())
                }
            }
        }
    };
}

items! {
    Bool bool, migcore_visit_bool migcore_visit_bool_array migcore_visit_bool_varray any::<bool>();
    U8 u8, migcore_visit_u8 migcore_visit_u8_array migcore_visit_u8_varray any::<u8>();
    U16 u16, migcore_visit_u16 migcore_visit_u16_array migcore_visit_u16_varray any::<u16>();
    U32 u32, migcore_visit_u32 migcore_visit_u32_array migcore_visit_u32_varray any::<u32>();
    U64 u64, migcore_visit_u64 migcore_visit_u64_array migcore_visit_u64_varray any::<u64>();
    I8 i8, migcore_visit_i8 migcore_visit_i8_array migcore_visit_i8_varray any::<i8>();
    I16 i16, migcore_visit_i16 migcore_visit_i16_array migcore_visit_i16_varray any::<i16>();
    I32 i32, migcore_visit_i32 migcore_visit_i32_array migcore_visit_i32_varray any::<i32>();
    I64 i64, migcore_visit_i64 migcore_visit_i64_array migcore_visit_i64_varray any::<i64>();
    F32 f32, migcore_visit_f32 migcore_visit_f32_array migcore_visit_f32_varray
        any::<u32>().prop_map(f32::from_bits);
    F64 f64, migcore_visit_f64 migcore_visit_f64_array migcore_visit_f64_varray
        any::<u64>().prop_map(f64::from_bits);
}

fn blanks(items: &[Item]) -> Vec<Item> {
    items.iter().map(blank).collect()
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    let text =
        "[^\\x00]{0,60}".prop_map(|text| Box::new(Text::try_from(text.as_str()).expect("short")));
    let leaf = prop_oneof![
        6 => scalars(),
        1 => (vec(any::<u8>(), 0..200), vec(any::<u8>(), 0..20))
            .prop_map(|(fixed, counted)| Item::Bytes(fixed, counted)),
        1 => text.prop_map(Item::Words),
        1 => any::<Option<u32>>().prop_map(Item::Optional),
        1 => Just(Item::Absent),
    ];
    let item = leaf.prop_recursive(6, 30, 4, |item| {
        prop_oneof![
            (any::<u32>(), vec(item.clone(), 0..4)).prop_map(|(n, inside)| Item::Device(n, inside)),
            vec(item.clone(), 0..4).prop_map(Item::Struct),
            vec(vec(item, 0..3), 0..3).prop_map(Item::List),
        ]
    });
    vec(item, 0..8)
}

// ---- through C

/// # Safety
/// `v` is a visitor.
unsafe fn visit_in_c(v: *mut migcore_visitor, items: &mut [Item]) {
    for item in items {
        // SAFETY: the caller promises a visitor.
        unsafe { visit_item_in_c(v, item) };
    }
}

/// # Safety
/// `v` is a visitor.
unsafe fn visit_item_in_c(v: *mut migcore_visitor, item: &mut Item) {
    let name = NAME.as_ptr();
    // SAFETY: the caller promises a visitor; the places are of the right type and size.
    unsafe {
        match item {
            Item::Bytes(fixed, counted) => {
                let mut length = counted.len();
                migcore_visit_bytes(v, name, fixed.as_mut_ptr().cast(), fixed.len());
                let capacity = length;
                let data = counted.as_mut_ptr().cast();
                migcore_visit_varbytes(v, name, data, capacity, &raw mut length);
            }
            Item::Words(words) => visit_words_in_c(v, words),
            Item::Optional(value) => visit_optional_in_c(v, value),
            Item::Absent => {
                migcore_visit_absent(v, name);
            }
            Item::Device(instance, inside) => {
                migcore_begin_device(v, name, *instance, VERSION, 1);
                visit_in_c(v, inside);
                migcore_end_device(v);
            }
            Item::Struct(inside) => {
                migcore_begin_struct(v, name);
                visit_in_c(v, inside);
                migcore_end_struct(v);
            }
            Item::List(elements) => {
                migcore_begin_list(v, name, elements.len());
                for inside in elements {
                    migcore_begin_element(v);
                    visit_in_c(v, inside);
                    migcore_end_element(v);
                }
                migcore_end_list(v);
            }
            scalar => visit_scalar_in_c(v, scalar),
        }
    }
}

/// # Safety
/// `v` is a visitor.
unsafe fn visit_words_in_c(v: *mut migcore_visitor, words: &mut Text<LONGEST_TEXT>) {
    let mut place = [0u8; LONGEST_TEXT + 1];
    place[..words.len()].copy_from_slice(words.as_bytes());
    // SAFETY: the caller promises a visitor; `place` is as long as said.
    unsafe {
        migcore_visit_string(v, NAME.as_ptr(), place.as_mut_ptr().cast::<c_char>(), place.len());
    }
    let text = CStr::from_bytes_until_nul(&place).expect("a NUL");
    *words = Text::try_from(text.to_str().expect("UTF-8")).expect("short");
}

/// # Safety
/// `v` is a visitor.
unsafe fn visit_optional_in_c(v: *mut migcore_visitor, value: &mut Option<u32>) {
    let mut present = value.is_some();
    // SAFETY: the caller promises a visitor.
    unsafe {
        migcore_begin_optional(v, NAME.as_ptr(), &raw mut present);
        *value = present.then(|| value.unwrap_or_default());
        if let Some(value) = value {
            migcore_visit_u32(v, NAME.as_ptr(), value);
        }
        migcore_end_optional(v);
    }
}

/// Ends a visit: its position, or the report.
///
/// # Safety
/// `v` is a visitor.
unsafe fn end_in_c(v: *mut migcore_visitor) -> Result<u64, migcore_error> {
    let mut error = migcore_error {
        size: size_of::<migcore_error>(),
        status: MIGCORE_OK,
        cause: 0,
        offset: 0,
        expected: 0,
        found: 0,
        path: [0; MIGCORE_PATH_SIZE],
    };
    // SAFETY: the caller promises a visitor.
    unsafe {
        if migcore_finish(v) == MIGCORE_OK {
            return Ok(migcore_position(v));
        }
        assert_eq!(migcore_get_error(v, &raw mut error), MIGCORE_OK);
    }
    Err(error)
}

fn save_in_c(items: &mut [Item], memory: &mut [u8]) -> Result<u64, migcore_error> {
    let mut storage = MaybeUninit::<migcore_legacy>::uninit();
    let (object, size) = (storage.as_mut_ptr(), size_of::<migcore_legacy>());
    let (bytes, length) = (memory.as_mut_ptr().cast(), memory.len());
    // SAFETY: storage and memory are as large as said, and outlive the visit.
    unsafe {
        assert_eq!(
            migcore_legacy_save_memory(object, size, bytes, length, ptr::null()),
            MIGCORE_OK
        );
        visit_in_c(&raw mut (*object).visitor, items);
        end_in_c(&raw mut (*object).visitor)
    }
}

fn load_in_c(items: &mut [Item], memory: &[u8]) -> Result<u64, migcore_error> {
    let mut storage = MaybeUninit::<migcore_legacy>::uninit();
    let (object, size) = (storage.as_mut_ptr(), size_of::<migcore_legacy>());
    let (bytes, length) = (memory.as_ptr().cast(), memory.len());
    // SAFETY: storage and memory are as large as said, and outlive the visit.
    unsafe {
        assert_eq!(
            migcore_legacy_load_memory(object, size, bytes, length, ptr::null()),
            MIGCORE_OK
        );
        visit_in_c(&raw mut (*object).visitor, items);
        end_in_c(&raw mut (*object).visitor)
    }
}

// ---- through Rust

fn visit_in_rust(v: &mut Visitor<'_>, items: &mut [Item]) -> migcore::Result<()> {
    for item in items {
        match item {
            Item::Bytes(fixed, counted) => {
                let mut length = counted.len();
                v.bytes("field", fixed)?;
                v.varbytes("field", counted, &mut length)?;
            }
            Item::Words(words) => v.text("field", &mut **words)?,
            Item::Optional(value) => v.optional("field", value, |v, it| v.visit("field", it))?,
            Item::Absent => v.absent("field")?,
            Item::Device(instance, inside) => {
                let versions = Versions { current: VERSION, minimum: 1 };
                v.device("field", *instance, versions, |v| visit_in_rust(v, inside))?;
            }
            Item::Struct(inside) => v.structure("field", |v| visit_in_rust(v, inside))?,
            Item::List(elements) => {
                v.list("field", elements.len(), |v, index| visit_in_rust(v, &mut elements[index]))?
            }
            scalar => visit_scalar_in_rust(v, scalar)?,
        }
    }
    Ok(())
}

fn save_in_rust(items: &mut [Item], memory: &mut [u8]) -> Result<u64, Report> {
    let mut saver = Saver::to_slice(memory);
    // The saver keeps the first error.
    let _ = visit_in_rust(&mut saver.visitor(), items);
    saver.finish()
}

fn load_in_rust(items: &mut [Item], memory: &[u8]) -> Result<u64, Report> {
    let mut loader = Loader::from_slice(memory);
    // The loader keeps the first error.
    let _ = visit_in_rust(&mut loader.visitor(), items);
    loader.finish()
}

/// What a report says, from either side.
fn of_c(error: &migcore_error) -> (i32, i32, u64, u64, u64, String) {
    let path = error.path.iter().take_while(|byte| **byte != 0);
    let path = path.map(|byte| char::from(byte.to_ne_bytes()[0])).collect();
    (error.status, error.cause, error.offset, error.expected, error.found, path)
}

fn of_rust(report: &Report) -> (i32, i32, u64, u64, u64, String) {
    let fault = report.fault;
    let path = report.path.as_str().to_owned();
    (report.code.number(), fault.cause, fault.offset, fault.expected, fault.found, path)
}

/// Bytes of a state, through Rust; two states are equal if these are.
fn bytes_of(items: &mut [Item]) -> Vec<u8> {
    let mut memory = vec![0; MEMORY];
    let length = save_in_rust(items, &mut memory).expect("it fits");
    memory.truncate(usize::try_from(length).expect("it fits"));
    memory
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn both_sides_write_the_same_and_read_it(mut state in items()) {
        let expected = bytes_of(&mut state);
        let mut memory = vec![0; MEMORY];
        let length = save_in_c(&mut state, &mut memory).map_err(|error| of_c(&error));
        let length = length.expect("it fits");
        prop_assert_eq!(&memory[..usize::try_from(length).expect("it fits")], &expected[..]);

        let mut loaded = blanks(&state);
        let read = load_in_c(&mut loaded, &expected).map_err(|error| of_c(&error));
        prop_assert_eq!(read, Ok(length));
        prop_assert_eq!(&bytes_of(&mut loaded), &expected);
        let mut loaded = blanks(&state);
        prop_assert_eq!(load_in_rust(&mut loaded, &expected), Ok(length));
        prop_assert_eq!(&bytes_of(&mut loaded), &expected);
    }

    #[test]
    fn both_sides_report_the_same_of_an_end_too_early(mut state in items(), part in 0.0..1.0f64) {
        let whole = bytes_of(&mut state);
        prop_assume!(!whole.is_empty());
        // Any cut but the last.
        let cut = proportion(whole.len(), part);
        let in_c = load_in_c(&mut blanks(&state), &whole[..cut]).expect_err("cut");
        let in_rust = load_in_rust(&mut blanks(&state), &whole[..cut]).expect_err("cut");
        prop_assert_eq!(of_c(&in_c), of_rust(&in_rust));
    }

    #[test]
    fn both_sides_report_the_same_of_memory_too_small(mut state in items(), part in 0.0..1.0f64) {
        let whole = bytes_of(&mut state);
        prop_assume!(!whole.is_empty());
        let mut memory = vec![0; proportion(whole.len(), part)];
        let in_c = save_in_c(&mut state, &mut memory).expect_err("too small");
        let in_rust = save_in_rust(&mut state, &mut memory).expect_err("too small");
        prop_assert_eq!(of_c(&in_c), of_rust(&in_rust));
    }
}

#[allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "any number below the length does"
)]
fn proportion(length: usize, part: f64) -> usize {
    ((length as f64 * part) as usize).min(length.saturating_sub(1))
}
