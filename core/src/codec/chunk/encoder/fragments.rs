//! Fragments: how they go out, and how a state is cut into them.

use super::values::START;
use super::ChunkEncoder;
use crate::codec::chunk::header::{FragmentHead, Header, NO_SHAPE};
use crate::codec::chunk::settings::scratch_for;
use crate::codec::chunk::shape::RUN;
use crate::codec::chunk::ChunkType;
use crate::error::{Code, Result};
use crate::io::{Kernels, Writer};
use crate::visit::Kind;

impl<W: Writer, K: Kernels> ChunkEncoder<'_, W, K> {
    /// Makes room for an operation of `operation` bytes and `value` bytes of values by beginning another
    /// fragment, if that can help.
    #[cold]
    pub(super) fn make_room(&mut self, operation: usize, value: usize) -> Result<()> {
        let bare = self.shapes.at() == 0 && self.values.is_empty();
        match bare {
            true => Err(self.no_room(operation, value)),
            false => self.cut(),
        }
    }

    /// Not even an empty fragment holds it.
    #[cold]
    pub(super) fn no_room(&mut self, operation: usize, value: usize) -> Code {
        let needed = scratch_for(operation.max(value));
        let (shapes, values) = (self.shapes.capacity(), self.values.capacity());
        self.out.raise(Code::NoSpace, needed.max(shapes.saturating_add(values)), self.scratch)
    }

    /// Sends what there is of the state and goes on in another fragment.
    ///
    /// A shape ends where its fragment does. If elements before the open one need the rest of its form, the
    /// open one is taken along whole.
    pub(super) fn cut(&mut self) -> Result<()> {
        match self.frames.iter().position(|frame| frame.list.is_shared()) {
            Some(index) => self.cut_before_element(index),
            None => self.cut_here(),
        }
    }

    fn cut_here(&mut self) -> Result<()> {
        self.send(false, self.values.used())?;
        self.begin_fragment();
        Ok(())
    }

    /// What was open in the last fragment is open in the next.
    fn begin_fragment(&mut self) {
        self.number = self.number.wrapping_add(1);
        self.values.clear();
        let in_list = self.is_between_elements();
        for frame in &mut self.frames {
            frame.here = false;
            frame.list.cut();
        }
        self.shapes.restart(self.shapes.slot(), in_list, self.open_scopes());
        self.settle();
    }

    fn cut_before_element(&mut self, index: usize) -> Result<()> {
        let Some(frame) = self.frames.get_mut(index) else { return Ok(()) };
        let list = &mut frame.list;
        let (form, kept_shape) = (list.form, self.shapes.at());
        let alone = list.count <= 1;
        let kept = if alone { list.run.unwrap_or(list.element) } else { list.element };
        if !alone {
            let before = list.count.saturating_sub(1).to_be_bytes();
            self.values.patch(list.run.unwrap_or_default().saturating_add(2), before);
        }
        let behind = list.behind;
        let inserting = self.shapes.inserting;
        let end = self.shapes.behind_alternative(form).unwrap_or(behind);
        self.shapes.go_to(behind);
        let form_bytes = (form, end);
        self.send_keeping(kept, kept_shape, inserting, form_bytes)?;
        self.number = self.number.wrapping_add(1);
        let room = if alone { 0 } else { RUN };
        self.values.keep(kept, room);
        self.values.patch_run(START, 0, 1);
        self.moved_along(index, form, kept, room);
        self.settle();
        Ok(())
    }

    /// Sends the values up to `kept`, and begins a shape with the form of the element that is taken along.
    fn send_keeping(
        &mut self,
        kept: usize,
        at: usize,
        inserting: bool,
        form: (usize, usize),
    ) -> Result<()> {
        let (from, to) = form;
        self.send(false, kept)?;
        self.shapes.go_to(at);
        self.shapes.inserting = inserting;
        self.shapes.restart_with(from, to);
        Ok(())
    }

    /// The open element of the list `index` is now the first of its fragment: its form, which stood at
    /// `form`, stands first in the shape, and its values, from `kept` on, are the first values.
    fn moved_along(&mut self, index: usize, form: usize, kept: usize, room: usize) {
        let shape = |at: usize| at.saturating_sub(form);
        let value = |at: usize| at.saturating_sub(kept).saturating_add(START).saturating_add(room);
        for (at, frame) in self.frames.iter_mut().enumerate() {
            match at {
                _ if at > index => frame.list.moved(shape, value),
                _ => {
                    frame.here = false;
                    frame.list.cut();
                    if at == index {
                        frame.list.here = true;
                        frame.list.run = Some(START);
                        frame.list.count = 1;
                        frame.list.element = START.saturating_add(RUN);
                    }
                }
            }
        }
    }

    /// Sends the shape if a reader does not have it, and the values up to `end`.
    pub(super) fn send(&mut self, last: bool, end: usize) -> Result<()> {
        let head = self.send_shape(last)?;
        let frame = self.values.frame(&head, end);
        self.out.framed(self.kind, frame)
    }

    /// Sends a fragment whose last values are `elements`, which lie elsewhere, and begins another one.
    pub(super) fn send_with(&mut self, kind: Kind, elements: &[u8]) -> Result<()> {
        let head = self.send_shape(false)?;
        let used = self.values.used();
        let frame = self.values.frame(&head, used);
        let data = frame.get(super::FRAME_HEAD..).unwrap_or_default();
        self.out.begin(self.kind, data.len().saturating_add(elements.len()))?;
        self.out.part(data)?;
        self.out.elements(kind, elements)?;
        self.out.end()?;
        self.begin_fragment();
        Ok(())
    }

    fn send_shape(&mut self, last: bool) -> Result<FragmentHead> {
        self.shapes.finish();
        let number = self.number;
        let slot = u16::try_from(self.shapes.slot()).unwrap_or(NO_SHAPE);
        if self.shapes.at() == 0 {
            self.shapes.give_up();
            return Ok(FragmentHead { slot: NO_SHAPE, number, last });
        }
        if self.shapes.is_changed() {
            self.out.chunk(ChunkType::SHAPE, &slot.to_be_bytes(), self.shapes.bytes())?;
            self.shapes.sent();
        }
        Ok(FragmentHead { slot, number, last })
    }

    /// Writes the beginning of the stream, once.
    pub(super) fn open_stream(&mut self) -> Result<()> {
        if self.opened {
            return Ok(());
        }
        let number = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        let header = Header {
            slots: u16::try_from(self.shapes.slots()).unwrap_or(u16::MAX),
            shape_limit: number(self.shapes.capacity().saturating_add(2)),
            fragment_limit: number(self.fragment_limit),
            machine: self.machine,
            writer: self.writer,
        };
        let out = &mut self.out;
        out.signature()?;
        out.begin(ChunkType::HEADER, header.length())?;
        header.emit(&mut |part| out.part(part))?;
        out.end()?;
        self.opened = true;
        Ok(())
    }

    /// Writes the end of the stream, once.
    pub(super) fn close_stream(&mut self) -> Result<()> {
        self.open_stream()?;
        if !self.closed {
            self.out.last()?;
            self.closed = true;
        }
        Ok(())
    }
}
