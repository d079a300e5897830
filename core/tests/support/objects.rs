//! Objects of the vectors: made of values, and looked at again.

use migcore::visit::Kind;
use migcore::vmstate::{Block, ListForm, Memory};
use serde_json::{json, Map, Value};

use super::{unhex, Form, Made};

/// The objects of a vector.
impl Made {
    /// A new object with these values.
    pub fn put(&self, block: &mut Block<'_>, values: &Value) -> usize {
        let place = block.allocate(self.size).unwrap();
        self.set(block, place, values);
        place
    }

    /// Sets members, and makes empty lists where there are none.
    pub fn set(&self, block: &mut Block<'_>, place: usize, values: &Value) {
        for (name, offset, form) in &self.members {
            let at = place + offset;
            if let Form::List(ListForm::Tail, _) = form {
                block.point(at + 4, Some(at)).unwrap();
            }
            let Some(value) = values.get(name) else { continue };
            self.set_member(block, at, form, value);
        }
    }

    fn set_member(&self, block: &mut Block<'_>, at: usize, form: &Form, value: &Value) {
        match form {
            Form::Number(kind) => set_number(block, at, *kind, value),
            Form::Numbers(kind, _) | Form::Counted(kind, _) => {
                for (index, value) in value.as_array().unwrap().iter().enumerate() {
                    set_number(block, at + index * kind.width().bytes(), *kind, value);
                }
            }
            Form::Pointers(_, of) => {
                for (index, value) in value.as_array().unwrap().iter().enumerate() {
                    let to = match of {
                        _ if value.is_null() => None,
                        Ok(of) => Some(of.put(block, value)),
                        Err(kind) => {
                            let place = block.allocate(8).unwrap();
                            set_number(block, place, *kind, value);
                            Some(place)
                        }
                    };
                    block.point(at + 4 * index, to).unwrap();
                }
            }
            Form::Object(of) => of.set(block, at, value),
            Form::List(form, of) => {
                let mut before = at;
                for value in value.as_array().unwrap() {
                    let element = of.put(block, value);
                    block.point(before, Some(element)).unwrap();
                    block.point(element + 4, Some(before)).unwrap();
                    before = element;
                }
                if *form == ListForm::Tail {
                    block.point(at + 4, Some(before)).unwrap();
                }
            }
            Form::Tree(key, of) => {
                let mut last = at;
                for pair in value.as_array().unwrap() {
                    let key = match key {
                        Some(key) => key.put(block, &pair[0]) as u64,
                        None => pair[0].as_u64().unwrap(),
                    };
                    let value = of.put(block, &pair[1]);
                    let node = block.allocate(16).unwrap();
                    block.point(node + 4, Some(value)).unwrap();
                    block.bytes_mut(node + 8, 8).unwrap().copy_from_slice(&key.to_ne_bytes());
                    block.point(last, Some(node)).unwrap();
                    block.point(at + 4, Some(node)).unwrap();
                    last = node;
                }
                let count = value.as_array().unwrap().len() as u32;
                block.bytes_mut(at + 8, 4).unwrap().copy_from_slice(&count.to_ne_bytes());
            }
            Form::Buffer(_) => {
                let bytes = unhex(value);
                let place = block.allocate(bytes.len()).unwrap();
                block.bytes_mut(place, bytes.len()).unwrap().copy_from_slice(&bytes);
                block.point(at, Some(place)).unwrap();
            }
            Form::Bits(_) => {
                let place = block.allocate(16).unwrap();
                for bit in value.as_array().unwrap() {
                    let bit = bit.as_u64().unwrap() as usize;
                    let word = place + 8 * (bit / 64);
                    let bytes: [u8; 8] = block.bytes(word, 8).unwrap().try_into().unwrap();
                    let word_bits = u64::from_ne_bytes(bytes) | 1 << (bit % 64);
                    block.bytes_mut(word, 8).unwrap().copy_from_slice(&word_bits.to_ne_bytes());
                }
                block.point(at, Some(place)).unwrap();
            }
            Form::None => {}
        }
    }

    /// The values of an object, of these members.
    pub fn get(&self, block: &Block<'_>, place: usize, like: &Value) -> Value {
        let mut values = Map::new();
        for (name, offset, form) in &self.members {
            if like.get(name).is_some() {
                values.insert(
                    name.clone(),
                    self.get_member(block, place, place + offset, form, &like[name]),
                );
            }
        }
        Value::Object(values)
    }

    fn count(&self, block: &Block<'_>, place: usize, name: &str) -> usize {
        let (_, offset, form) = self.members.iter().find(|member| member.0 == name).unwrap();
        let Form::Number(kind) = form else { panic!("{name}") };
        get_number(block, place + offset, *kind).as_u64().unwrap() as usize
    }

    fn get_member(
        &self,
        block: &Block<'_>,
        object: usize,
        at: usize,
        form: &Form,
        like: &Value,
    ) -> Value {
        let numbers = |kind: Kind, count: usize| {
            let width = kind.width().bytes();
            (0..count).map(|index| get_number(block, at + index * width, kind)).collect()
        };
        match form {
            Form::Number(kind) => get_number(block, at, *kind),
            Form::Numbers(kind, count) => numbers(*kind, *count),
            Form::Counted(kind, count) => numbers(*kind, self.count(block, object, count)),
            Form::Pointers(count, of) => (0..*count)
                .map(|index| match (block.follow(at + 4 * index).unwrap(), of) {
                    (None, _) => Value::Null,
                    (Some(place), Ok(of)) => of.get(block, place, &like[index]),
                    (Some(place), Err(kind)) => get_number(block, place, *kind),
                })
                .collect(),
            Form::Object(of) => of.get(block, at, like),
            Form::List(form, of) => {
                let (mut values, mut before) = (Vec::new(), at);
                while let Some(element) = block.follow(before).unwrap() {
                    assert_eq!(block.follow(element + 4), Ok(Some(before)), "the way back");
                    values.push(of.get(block, element, &like[0]));
                    before = element;
                }
                if *form == ListForm::Tail {
                    assert_eq!(block.follow(at + 4), Ok(Some(before)), "the last");
                }
                Value::Array(values)
            }
            Form::Tree(key, of) => {
                let (mut values, mut next) = (Vec::new(), block.follow(at).unwrap());
                while let Some(node) = next {
                    let bits: [u8; 8] = block.bytes(node + 8, 8).unwrap().try_into().unwrap();
                    let bits = u64::from_ne_bytes(bits);
                    let like = &like[values.len()];
                    let key = match key {
                        Some(key) => key.get(block, bits as usize, &like[0]),
                        None => json!(bits),
                    };
                    let value = block.follow(node + 4).unwrap().unwrap();
                    values.push(json!([key, of.get(block, value, &like[1])]));
                    next = block.follow(node).unwrap();
                }
                Value::Array(values)
            }
            Form::Buffer(size) => {
                let length = self.count(block, object, size);
                let place = block.follow(at).unwrap().unwrap_or_default();
                let bytes = block.bytes(place, length).unwrap();
                json!(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
            }
            Form::Bits(size) => {
                let bits = self.count(block, object, size);
                let place = block.follow(at).unwrap().unwrap_or_default();
                let word = |bit: usize| {
                    let bytes = block.bytes(place + 8 * (bit / 64), 8).unwrap();
                    u64::from_ne_bytes(bytes.try_into().unwrap())
                };
                (0..bits)
                    .filter(|bit| word(*bit) >> (bit % 64) & 1 != 0)
                    .map(|bit| json!(bit))
                    .collect()
            }
            Form::None => Value::Null,
        }
    }
}

fn set_number(block: &mut Block<'_>, at: usize, kind: Kind, value: &Value) {
    let bits = match value {
        Value::Bool(flag) => u64::from(*flag),
        value => value.as_u64().unwrap_or_else(|| value.as_i64().unwrap() as u64),
    };
    let width = kind.width().bytes();
    let bytes = bits.to_ne_bytes();
    let bytes = if cfg!(target_endian = "little") { &bytes[..width] } else { &bytes[8 - width..] };
    block.bytes_mut(at, width).unwrap().copy_from_slice(bytes);
}

fn get_number(block: &Block<'_>, at: usize, kind: Kind) -> Value {
    let bytes = block.bytes(at, kind.width().bytes()).unwrap();
    match kind {
        Kind::Bool => json!(bytes[0] == 1),
        Kind::U8 => json!(bytes[0]),
        Kind::U16 => json!(u16::from_ne_bytes(bytes.try_into().unwrap())),
        Kind::U32 => json!(u32::from_ne_bytes(bytes.try_into().unwrap())),
        Kind::U64 => json!(u64::from_ne_bytes(bytes.try_into().unwrap())),
        Kind::I8 => json!(bytes[0] as i8),
        Kind::I16 => json!(i16::from_ne_bytes(bytes.try_into().unwrap())),
        Kind::I32 => json!(i32::from_ne_bytes(bytes.try_into().unwrap())),
        Kind::I64 => json!(i64::from_ne_bytes(bytes.try_into().unwrap())),
        other => panic!("{other:?}"),
    }
}
