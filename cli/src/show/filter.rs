//! Which items are shown.

use migcore::visit::Scope;

/// Lets through what lies at one of some paths or below. Without paths, everything.
///
/// A path is as the library's: `nic/0.rx_ring[3].head`. `*` stands for one name, instance or number. It begins
/// at a device, at whatever depth, or at an item outside of devices.
#[derive(Debug, Default)]
pub struct Filter {
    paths: Vec<Vec<u8>>,
}

/// How far the paths lead to an open scope.
#[derive(Debug)]
pub(super) enum Matched {
    /// All that is inside is shown.
    All,
    /// What is left of the paths that lead here: which, and from where on.
    Some(Vec<(usize, usize)>),
}

impl Matched {
    pub(super) fn is_shown(&self) -> bool {
        matches!(self, Matched::All)
    }
}

/// A part of a path.
#[derive(Clone, Copy)]
enum Part<'a> {
    Name(&'a [u8]),
    Device(&'a [u8], u32),
    Element(u64),
}

impl Filter {
    /// Lets through what lies at these paths or below.
    pub fn new(paths: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        Filter { paths: paths.into_iter().map(Into::into).collect() }
    }

    /// Whether everything is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Whether an item in the scope `around` is shown.
    pub(super) fn item(&self, around: Option<&Matched>, name: &[u8]) -> bool {
        match around {
            _ if self.is_empty() => true,
            Some(Matched::All) => true,
            _ => self.step(around, Part::Name(name)).is_shown(),
        }
    }

    /// How far the paths lead to a scope that begins in the scope `around`.
    pub(super) fn scope(
        &self,
        around: Option<&Matched>,
        name: &[u8],
        scope: &Scope<'_>,
        number: Option<u64>,
    ) -> Matched {
        let part = match (scope, number) {
            _ if self.is_empty() => return Matched::All,
            (_, Some(number)) => Part::Element(number),
            (Scope::Device { instance, .. }, _) => Part::Device(name, *instance),
            _ => Part::Name(name),
        };
        self.step(around, part)
    }

    /// How far they lead to a group, which is no part of a path.
    pub(super) fn group(&self, around: Option<&Matched>) -> Matched {
        match around {
            _ if self.is_empty() => Matched::All,
            Some(Matched::All) => Matched::All,
            Some(Matched::Some(left)) => Matched::Some(left.clone()),
            None => Matched::Some(self.starts()),
        }
    }

    fn starts(&self) -> Vec<(usize, usize)> {
        (0..self.paths.len()).map(|path| (path, 0)).collect()
    }

    fn step(&self, around: Option<&Matched>, part: Part<'_>) -> Matched {
        let mut from = match around {
            Some(Matched::All) => return Matched::All,
            Some(Matched::Some(left)) => left.clone(),
            None => self.starts(),
        };
        if matches!(part, Part::Device(..)) {
            from.extend(self.starts());
        }
        let mut left = Vec::new();
        for (path, at) in from {
            let rest = self.paths.get(path).and_then(|path| path.get(at..)).unwrap_or_default();
            match behind(rest, part) {
                Some([]) => return Matched::All,
                Some(behind) => {
                    left.push((path, at.saturating_add(rest.len().saturating_sub(behind.len()))));
                }
                None => {}
            }
        }
        left.dedup();
        Matched::Some(left)
    }
}

/// What follows a part in a path that begins with it.
fn behind<'p>(path: &'p [u8], part: Part<'_>) -> Option<&'p [u8]> {
    match part {
        // Without a name there is nothing of it in a path.
        Part::Name(b"") => (!path.is_empty()).then_some(path),
        Part::Name(name) => ended(after_name(dotless(path), name)?),
        Part::Device(name, instance) => {
            let path = dotless(path);
            let numbered = |rest: &'p [u8]| after_number(rest.strip_prefix(b"/")?, instance.into());
            let named = path.strip_prefix(name).filter(|_| !name.is_empty());
            let found = named.and_then(numbered).and_then(ended);
            found.or_else(|| {
                let rest = path.strip_prefix(b"*")?;
                ended(numbered(rest).unwrap_or(rest))
            })
        }
        Part::Element(number) => after_number(path.strip_prefix(b"[")?, number)?.strip_prefix(b"]"),
    }
}

fn after_name<'p>(path: &'p [u8], name: &[u8]) -> Option<&'p [u8]> {
    match path.strip_prefix(name).and_then(ended) {
        Some(rest) => Some(rest),
        None => path.strip_prefix(b"*"),
    }
}

/// What follows a number, or a star, in a path.
fn after_number(path: &[u8], number: u64) -> Option<&[u8]> {
    if let Some(rest) = path.strip_prefix(b"*") {
        return Some(rest);
    }
    let digits = path.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (found, rest) = path.split_at_checked(digits)?;
    let found = std::str::from_utf8(found).ok()?.parse::<u64>().ok()?;
    (found == number).then_some(rest)
}

/// A path behind a part: it ends there, or a part follows.
fn ended(rest: &[u8]) -> Option<&[u8]> {
    rest.first().is_none_or(|next| matches!(next, b'.' | b'[')).then_some(rest)
}

/// A path without the dot before its next name.
fn dotless(path: &[u8]) -> &[u8] {
    path.strip_prefix(b".").unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use migcore::visit::Versions;

    const NIC: Scope<'_> = Scope::Device { instance: 0, versions: Versions::only(1) };

    /// Whether `nic/0.rings[3].head` is shown.
    fn shows(path: &str) -> bool {
        let filter = Filter::new([path]);
        let device = filter.scope(None, b"nic", &NIC, None);
        let list = filter.scope(Some(&device), b"rings", &Scope::Struct(None), None);
        let element = filter.scope(Some(&list), b"", &Scope::Element, Some(3));
        filter.item(Some(&element), b"head")
    }

    #[test]
    fn what_lies_at_a_path_or_below_is_shown() {
        for path in [
            "nic/0.rings[3].head",
            "nic/0.rings[3]",
            "nic/0.rings",
            "nic/0",
            "*",
            "*/0",
            "nic/*",
            "*/*.rings[*].head",
            "*.rings[3].*",
            "nic/0.*",
            "nic/0.*[3].head",
        ] {
            assert!(shows(path), "{path}");
        }
    }

    #[test]
    fn what_lies_elsewhere_is_not() {
        for path in [
            "nic/1",
            "ni/0",
            "nic",
            "nic/00x",
            "nic/0.ring",
            "nic/0.ringsx",
            "nic/0.rings[2]",
            "nic/0.rings[30].head",
            "nic/0.rings[3].tail",
            "nic/0.rings[3].head.more",
            "*.*.head",
            "rings[3].head",
        ] {
            assert!(!shows(path), "{path}");
        }
    }
}
