//! Memory of any size, of which only pages that were received are there.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::saved::{hex, quoted};
use migcore::codec::chunk::{BlockList, ChunkType, Chunks};
use migcore::io::Portable;
use migcore::ram::{BlockHead, Layout, Memory, PageSize};

/// A block: its name, its length, and what a stream calls it.
type Block = (Vec<u8>, u64, Option<u16>);

pub struct Sparse {
    size: Option<PageSize>,
    blocks: Vec<Block>,
    pages: BTreeMap<(usize, u64), Vec<u8>>,
}

impl Sparse {
    /// Memory with the blocks that a stream lists, if it does.
    pub fn of(stream: &[u8]) -> Self {
        let mut walk = Chunks::new(stream, Portable);
        while let Ok(Some(chunk)) = walk.next() {
            let list = BlockList::parse(chunk.data).ok();
            if let Some(list) = list.filter(|_| chunk.kind == ChunkType::BLOCKS) {
                let block = |head: BlockHead<'_>| (head.name.to_vec(), head.length, None);
                let blocks = list.heads().map(block).collect();
                return Sparse { size: Some(list.page_size()), blocks, pages: BTreeMap::new() };
            }
        }
        Sparse { size: None, blocks: Vec::new(), pages: BTreeMap::new() }
    }

    /// What is there, in the words of the second reader.
    pub fn lines(&self) -> String {
        let mut out = String::new();
        let Some(size) = self.size else { return out };
        for (number, (name, length, _)) in self.blocks.iter().enumerate() {
            let (name, pages) = (quoted(name), size.pages_in(*length));
            writeln!(out, "memory {name} pages {pages} of {}", size.bytes()).unwrap();
            for ((block, page), bytes) in &self.pages {
                if *block == number && bytes.iter().any(|byte| *byte != 0) {
                    writeln!(out, "page {page} = {}", hex(bytes)).unwrap();
                }
            }
        }
        out
    }
}

impl Layout for Sparse {
    fn count(&self) -> usize {
        self.blocks.len()
    }

    fn head(&self, block: usize) -> Option<BlockHead<'_>> {
        let (name, length, _) = self.blocks.get(block)?;
        Some(BlockHead { name, length: *length })
    }
}

impl Memory for Sparse {
    fn noted(&self, block: usize) -> Option<u16> {
        self.blocks.get(block)?.2
    }

    fn note(&mut self, block: usize, number: Option<u16>) {
        self.blocks[block].2 = number;
    }

    fn bytes(&mut self, block: usize, offset: u64) -> &mut [u8] {
        let size = u64::from(self.size.unwrap().bytes());
        assert!(offset < self.blocks[block].1, "within the block");
        let page = self.pages.entry((block, offset / size));
        &mut page.or_insert_with(|| vec![0; size as usize])[(offset % size) as usize..]
    }

    fn zero(&mut self, block: usize, offset: u64, length: u64) {
        let size = u64::from(self.size.unwrap().bytes());
        assert!(offset + length <= self.blocks[block].1, "within the block");
        let pages = offset / size..(offset + length) / size;
        self.pages.retain(|(other, page), _| *other != block || !pages.contains(page));
    }
}
