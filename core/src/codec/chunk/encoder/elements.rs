//! Arrays, buffers, long strings and raw bytes: what may be larger than a fragment.

use super::ChunkEncoder;
use crate::codec::chunk::shape::{Draft, RAW, RUN};
use crate::codec::chunk::write::{pack, FRAME_HEAD};
use crate::error::{Code, Result};
use crate::io::{zeros, Kernels, Writer};
use crate::visit::Kind;

impl<W: Writer, K: Kernels> ChunkEncoder<'_, W, K> {
    /// An array or buffer: its operation, its count if that is on the wire, its elements.
    pub(super) fn elements(
        &mut self,
        draft: Draft<'_>,
        kind: Kind,
        count: Option<u32>,
        elements: &[u8],
    ) -> Result<()> {
        let counted = if count.is_some() { 4usize } else { 0 };
        let whole = elements.len().saturating_add(counted);
        let fits = whole.saturating_add(RUN) <= self.values.capacity();
        if !fits {
            self.unshare()?;
        }
        self.item(draft, if fits { whole } else { counted.saturating_add(kind.width().bytes()) })?;
        if let Some(count) = count {
            self.values.put(count.to_be_bytes());
        }
        match fits {
            true => {
                pack(self.out.kernels(), kind, self.values.append(elements.len()), elements);
                Ok(())
            }
            false => self.pour(kind, elements),
        }
    }

    /// A buffer of fixed length that is all 0.
    pub(super) fn zeroed(&mut self, draft: Draft<'_>, length: usize) -> Result<()> {
        if length.saturating_add(RUN) <= self.values.capacity() {
            self.item(draft, length)?;
            self.values.append(length).fill(0);
            return Ok(());
        }
        self.unshare()?;
        self.item(draft, 1)?;
        zeros(length, |piece| self.pour(Kind::U8, piece))
    }

    /// Cuts until no element before needs the shape behind the place.
    fn unshare(&mut self) -> Result<()> {
        while self.frames.iter().any(|frame| frame.list.is_shared()) {
            self.cut()?;
        }
        Ok(())
    }

    /// Elements that do not fit one fragment.
    fn pour(&mut self, kind: Kind, elements: &[u8]) -> Result<()> {
        self.unshare()?;
        let width = kind.width();
        let whole = |room: usize| width.elements_in(room).saturating_mul(width.bytes());
        let mut rest = elements;
        while !rest.is_empty() {
            let direct = self.fragment_limit.saturating_sub(self.data_used());
            let room = self.values.free();
            if direct > room && rest.len() > room {
                let (piece, behind) =
                    rest.split_at_checked(whole(direct).min(rest.len())).unwrap_or((rest, &[]));
                self.send_with(kind, piece)?;
                rest = behind;
                continue;
            }
            let length = whole(room).min(rest.len());
            if length == 0 {
                self.make_room(0, width.bytes())?;
                continue;
            }
            let (piece, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            pack(self.out.kernels(), kind, self.values.append(length), piece);
            rest = behind;
        }
        Ok(())
    }

    /// How much data the fragment has so far.
    fn data_used(&self) -> usize {
        self.values.used().saturating_sub(FRAME_HEAD)
    }

    /// A string that does not fit the scratch memory: it goes out from where it is, whole.
    pub(super) fn long_text(&mut self, draft: Draft<'_>, length: u32, text: &[u8]) -> Result<()> {
        self.unshare()?;
        let whole = text.len().saturating_add(4).saturating_add(RUN);
        if self.data_used().saturating_add(whole) > self.fragment_limit {
            self.cut()?;
        }
        self.item(draft, 4)?;
        self.values.put(length.to_be_bytes());
        if self.data_used().saturating_add(text.len()) > self.fragment_limit {
            return Err(self.out.raise(Code::TooLong, self.fragment_limit, text.len()));
        }
        self.send_with(Kind::U8, text)
    }

    /// Raw bytes as an item of their own.
    pub(super) fn raw_item(&mut self, bytes: &[u8]) -> Result<()> {
        let length = self.counted(bytes.len())?;
        self.item(Draft::bare(RAW), bytes.len().saturating_add(4))?;
        let at = self.values.used();
        self.values.put(length.to_be_bytes());
        crate::io::copy(self.values.append(bytes.len()), bytes);
        self.raw = Some(at);
        self.plain = false;
        Ok(())
    }

    /// Goes on with the raw bytes before, if there is room.
    pub(super) fn more_raw(&mut self, bytes: &[u8]) -> bool {
        let Some(at) = self.raw.filter(|_| self.values.free() >= bytes.len()) else { return false };
        let held = self.values.used().saturating_sub(at).saturating_sub(4);
        let Ok(length) = u32::try_from(held.saturating_add(bytes.len())) else { return false };
        self.values.patch(at, length.to_be_bytes());
        crate::io::copy(self.values.append(bytes.len()), bytes);
        true
    }
}
