//! Which of two forms is taken each time that nothing tells them apart.

/// A way through the forks of a schema: a bit for each, the first one the highest.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Way {
    bits: u8,
    forks: u32,
}

impl Way {
    /// The form at the next fork; `None` if there are more forks than any schema has.
    pub(super) fn either(&mut self) -> Option<bool> {
        if self.forks >= u8::BITS {
            return None;
        }
        self.forks = self.forks.saturating_add(1);
        Some(self.bits.checked_shr(u8::BITS.saturating_sub(self.forks)).unwrap_or(0) & 1 == 1)
    }

    /// The same way from its beginning.
    pub(super) fn again(self) -> Way {
        Way { forks: 0, ..self }
    }

    /// The way after this one, which was gone: that of the last fork with the other form. `None` after the last.
    pub(super) fn next(self) -> Option<Way> {
        let unused = u8::BITS.saturating_sub(self.forks);
        let step = 1u8.checked_shl(unused)?;
        let bits = (self.bits & step.wrapping_sub(1) ^ self.bits).checked_add(step)?;
        Some(Way { bits, forks: 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn every_way_is_gone_once() {
        // Two forks; behind the second form of the first a third one.
        let (mut gone, mut way) = (Vec::new(), Way::default());
        loop {
            let first = way.either().unwrap();
            let second = way.either().unwrap();
            let third = first.then(|| way.either().unwrap());
            gone.push((first, second, third));
            match way.next() {
                Some(next) => way = next,
                None => break,
            }
        }
        let some =
            [(true, false), (true, true)].map(|(a, b)| [(a, b, Some(false)), (a, b, Some(true))]);
        let all = [[(false, false, None), (false, true, None)], some[0], some[1]].concat();
        assert_eq!(gone, all);
    }

    #[test]
    fn a_way_without_forks_is_the_only_one() {
        assert!(Way::default().next().is_none());
    }

    #[test]
    fn forks_are_bounded() {
        let mut way = Way::default();
        assert!((0..8).all(|_| way.either() == Some(false)));
        assert_eq!(way.either(), None);
        assert_eq!(way.next().map(|way| way.bits), Some(1));
    }
}
