//! JSON as data: keys in their order, also those that come twice, and bounds on all of it.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The most values of a text. A dump of QEMU has some hundred thousand.
const MOST_VALUES: usize = 1 << 22;

/// A value of JSON. Nesting is bounded by the parser.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Flag(bool),
    Number(i128),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
    /// Null, or a fraction.
    Other,
}

/// What is wrong with a document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    path: String,
    what: String,
}

impl Wrong {
    pub(super) fn new(what: impl Into<String>) -> Wrong {
        Wrong { path: String::new(), what: what.into() }
    }

    /// The same, as seen from outside of `name`.
    pub(super) fn within(self, name: &str) -> Wrong {
        let name = name.escape_debug();
        let path = match self.path.is_empty() {
            true => name.to_string(),
            false => format!("{name}.{}", self.path),
        };
        Wrong { path, ..self }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.is_empty() {
            true => f.write_str(&self.what),
            false => write!(f, "{}: {}", self.path, self.what),
        }
    }
}

/// The members of an object.
#[derive(Clone, Copy)]
pub(super) struct Members<'j>(pub(super) &'j [(String, Json)]);

impl Json {
    /// Reads a text.
    pub(super) fn parse(text: &[u8]) -> Result<Json, Wrong> {
        let left = Cell::new(MOST_VALUES);
        let mut json = serde_json::Deserializer::from_slice(text);
        let read = Reading(&left).deserialize(&mut json);
        let whole = read.and_then(|value| json.end().map(|()| value));
        whole.map_err(|error| Wrong::new(format!("no JSON that can be used: {error}")))
    }

    /// The members, if this is an object.
    pub(super) fn members(&self) -> Result<Members<'_>, Wrong> {
        match self {
            Json::Object(members) => Ok(Members(members)),
            _ => Err(Wrong::new("not an object")),
        }
    }
}

impl<'j> Members<'j> {
    /// The value of a key that comes at most once.
    pub(super) fn find(self, key: &str) -> Result<Option<&'j Json>, Wrong> {
        let mut found = self.0.iter().filter(|(name, _)| name == key).map(|(_, value)| value);
        match (found.next(), found.next()) {
            (first, None) => Ok(first),
            (_, Some(_)) => Err(Wrong::new("comes twice").within(key)),
        }
    }

    pub(super) fn text(self, key: &str) -> Result<Option<&'j str>, Wrong> {
        self.typed(key, "a text", |value| match value {
            Json::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    pub(super) fn number(self, key: &str) -> Result<Option<i64>, Wrong> {
        self.typed(key, "a whole number of 64 bits", |value| match value {
            Json::Number(number) => i64::try_from(*number).ok(),
            _ => None,
        })
    }

    /// A number that is not negative.
    pub(super) fn unsigned(self, key: &str) -> Result<Option<u64>, Wrong> {
        self.typed(key, "a whole number that is not negative", |value| match value {
            Json::Number(number) => u64::try_from(*number).ok(),
            _ => None,
        })
    }

    pub(super) fn flag(self, key: &str) -> Result<Option<bool>, Wrong> {
        self.typed(key, "true or false", |value| match value {
            Json::Flag(flag) => Some(*flag),
            _ => None,
        })
    }

    /// A text that has to be there.
    pub(super) fn name(self, key: &str) -> Result<String, Wrong> {
        let text = self.text(key)?.ok_or_else(|| Wrong::new("is missing").within(key))?;
        Ok(text.to_owned())
    }

    /// What an object says that is the value of a key; `None` if the key is not there.
    pub(super) fn inside<T>(
        self,
        key: &str,
        read: impl FnOnce(Members<'j>) -> Result<T, Wrong>,
    ) -> Result<Option<T>, Wrong> {
        let Some(value) = self.find(key)? else { return Ok(None) };
        let read = value.members().and_then(read);
        read.map(Some).map_err(|wrong| wrong.within(key))
    }

    /// What each element of a list is; `None` if the key is not there.
    pub(super) fn each<T>(
        self,
        key: &str,
        mut made: impl FnMut(Members<'j>) -> Result<T, Wrong>,
    ) -> Result<Option<Vec<T>>, Wrong> {
        let list = self.typed(key, "a list", |value| match value {
            Json::List(list) => Some(list),
            _ => None,
        })?;
        let Some(list) = list else { return Ok(None) };
        let made = list.iter().enumerate().map(|(at, value)| {
            let item = value.members().and_then(&mut made);
            item.map_err(|wrong| wrong.within(&format!("{key}[{at}]")))
        });
        made.collect::<Result<Vec<T>, Wrong>>().map(Some)
    }

    fn typed<T>(
        self,
        key: &str,
        what: &str,
        take: impl FnOnce(&'j Json) -> Option<T>,
    ) -> Result<Option<T>, Wrong> {
        let Some(value) = self.find(key)? else { return Ok(None) };
        let taken = take(value).ok_or_else(|| Wrong::new(format!("not {what}")).within(key))?;
        Ok(Some(taken))
    }
}

/// Reads one value, as long as there are some left.
#[derive(Clone, Copy)]
struct Reading<'c>(&'c Cell<usize>);

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Json, D::Error> {
        let left = self.0.get().checked_sub(1);
        self.0.set(left.ok_or_else(|| D::Error::custom("it has too many values"))?);
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = items.next_key()? {
            members.push((key, items.next_value_seed(self)?));
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_order_and_come_once_where_they_are_asked_for() {
        let json = Json::parse(br#"{"b": 1, "a": [true, null, 1.5, -3], "b": "x"}"#).unwrap();
        let members = json.members().unwrap();
        let keys: Vec<&str> = members.0.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["b", "a", "b"]);
        assert_eq!(members.find("b").unwrap_err().to_string(), "b: comes twice");
        let list = vec![Json::Flag(true), Json::Other, Json::Other, Json::Number(-3)];
        assert_eq!(members.find("a"), Ok(Some(&Json::List(list))));
        assert_eq!(
            members.unsigned("a").unwrap_err().what,
            "not a whole number that is not negative"
        );
    }

    #[test]
    fn nesting_and_size_are_bounded() {
        let deep = [b"[".repeat(1 << 20), b"]".repeat(1 << 20)].concat();
        assert!(Json::parse(&deep).unwrap_err().to_string().contains("recursion limit"));
        let wide = [b"[".to_vec(), b"0,".repeat(MOST_VALUES), b"0]".to_vec()].concat();
        assert!(Json::parse(&wide).unwrap_err().to_string().contains("too many values"));
        assert!(Json::parse(b"{} {}").is_err() && Json::parse(b"").is_err());
    }
}
