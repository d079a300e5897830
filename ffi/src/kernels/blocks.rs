//! The shape of the loops, the same for every processor: whole blocks first, then what is left.
//!
//! The closures hold the instructions. They are made in a function that has the processor's
//! features switched on, and these functions are inlined there.

/// How a loop folds blocks of `N` bytes, each one vector `V`, into one vector.
pub(super) struct Fold<V, L, F> {
    /// Reads a block.
    pub(super) load: L,
    /// Moves a vector by a distance and adds another one.
    pub(super) fold: F,
    /// The constants for a distance of one to four blocks.
    pub(super) by: [V; 4],
}

impl<V: Copy, L, F> Fold<V, L, F> {
    /// Folds all whole blocks of `bytes` into one; `begin` reads the first, with what went before.
    /// Returns the vector and the bytes after the last block; `None` if there is no block.
    ///
    /// Four vectors are under way at a time, as a product takes several cycles but a new one can
    /// start in each.
    #[inline(always)]
    pub(super) fn blocks<'a, const N: usize>(
        &self,
        bytes: &'a [u8],
        begin: impl FnOnce(&[u8; N]) -> V,
    ) -> Option<(V, &'a [u8])>
    where
        L: Fn(&[u8; N]) -> V,
        F: Fn(V, V, V) -> V,
    {
        let (blocks, tail) = bytes.as_chunks::<N>();
        let (groups, singles) = blocks.as_chunks::<4>();
        let Some(([a, b, c, d], groups)) = groups.split_first() else {
            let (first, singles) = singles.split_first()?;
            return Some((self.few(begin(first), singles), tail));
        };
        let (mut va, mut vb) = (begin(a), (self.load)(b));
        let (mut vc, mut vd) = ((self.load)(c), (self.load)(d));
        let [one, two, three, four] = self.by;
        for [a, b, c, d] in groups {
            va = (self.fold)(va, four, (self.load)(a));
            vb = (self.fold)(vb, four, (self.load)(b));
            vc = (self.fold)(vc, four, (self.load)(c));
            vd = (self.fold)(vd, four, (self.load)(d));
        }
        let all = (self.fold)(va, three, (self.fold)(vb, two, (self.fold)(vc, one, vd)));
        Some((self.few(all, singles), tail))
    }

    /// Folds up to three blocks into `vector`, each over its own distance, so that no product
    /// waits for another.
    #[inline(always)]
    pub(super) fn few<const N: usize>(&self, vector: V, blocks: &[[u8; N]]) -> V
    where
        L: Fn(&[u8; N]) -> V,
        F: Fn(V, V, V) -> V,
    {
        let [one, two, three, _] = self.by;
        match blocks {
            [] => vector,
            [a] => (self.fold)(vector, one, (self.load)(a)),
            [a, b] => {
                let rest = (self.fold)((self.load)(a), one, (self.load)(b));
                (self.fold)(vector, two, rest)
            }
            [a, b, c, ..] => {
                let rest = (self.fold)((self.load)(b), one, (self.load)(c));
                let rest = (self.fold)((self.load)(a), two, rest);
                (self.fold)(vector, three, rest)
            }
        }
    }
}

/// Copies blocks of `N` bytes through `block`, and what is left as one block more that overlaps the one
/// before. Returns `false` and does nothing if there is less than a block.
///
/// Elements may not straddle blocks: the length of `to` and `N` are multiples of their size.
#[inline(always)]
pub(super) fn copy_blocks<const N: usize>(
    to: &mut [u8],
    from: &[u8],
    block: impl Fn(&mut [u8; N], &[u8; N]),
) -> bool {
    let (Some(last_to), Some(last_from)) = (to.last_chunk_mut::<N>(), from.last_chunk::<N>())
    else {
        return false;
    };
    block(last_to, last_from);
    let (to, _) = to.as_chunks_mut::<N>();
    let (from, _) = from.as_chunks::<N>();
    for (to, from) in to.iter_mut().zip(from) {
        block(to, from);
    }
    true
}
