//! Streams of chunks with memory, and what memory they leave behind.

#![allow(unreachable_pub, reason = "the module is part of several tests")]

use migcore::codec::chunk::{Saver, Settings};
use migcore::io::{Portable, SliceWriter};
use migcore::ram::{BlockHead, PageSize};
use migcore::visit::Versions;

/// The blocks of a machine, and pages as they come.
pub struct Guest {
    pub page: u32,
    pub alignment: u32,
    pub blocks: Vec<(&'static str, Vec<u8>)>,
    /// Block, first page, bytes.
    pub rounds: Vec<(usize, u64, Vec<u8>)>,
}

impl Guest {
    /// Blocks of these lengths, of which nothing comes yet.
    pub fn of(page: u32, blocks: Vec<(&'static str, usize)>) -> Self {
        let blocks = blocks.into_iter().map(|(name, length)| (name, vec![0; length])).collect();
        Guest { page, alignment: 0, blocks, rounds: Vec::new() }
    }

    /// Two blocks in pages of 16 bytes, of which some come again, and some as zeros.
    pub fn small() -> Self {
        let page = |fill: u8| (0..16u8).map(|at| fill.wrapping_add(at)).collect::<Vec<_>>();
        Guest::of(16, vec![("ram", 128), ("a \"rom\"\x1b", 32)])
            .with(0, 1, &[page(1), vec![0; 16], page(3), page(4)].concat())
            .with(1, 1, &page(9))
            .with(0, 3, &[page(7), vec![0; 16], page(5)].concat())
    }

    /// With pages that come next.
    pub fn with(mut self, block: usize, first: u64, bytes: &[u8]) -> Self {
        self.rounds.push((block, first, bytes.to_vec()));
        self
    }

    /// The memory at the end.
    pub fn memory(&self, block: usize) -> Vec<u8> {
        let mut memory = self.blocks[block].1.clone();
        for (_, first, bytes) in self.rounds.iter().filter(|(round, _, _)| *round == block) {
            let at = (*first * u64::from(self.page)) as usize;
            memory[at..at + bytes.len()].copy_from_slice(bytes);
        }
        memory
    }

    /// The stream: half of the pages, a device, the rest, another device.
    pub fn stream(&self) -> Vec<u8> {
        let most = self.rounds.iter().map(|(_, _, bytes)| 2 * bytes.len()).sum::<usize>();
        let (mut memory, mut scratch) = (vec![0; most + (1 << 18)], vec![0; 1 << 14]);
        let settings = Settings {
            machine: "board",
            writer: "test",
            alignment: self.alignment,
            ..Settings::default()
        };
        let writer = SliceWriter::new(&mut memory);
        let mut saver = Saver::new(writer, Portable, &settings, &mut scratch).unwrap();
        let heads = self
            .blocks
            .iter()
            .map(|(name, memory)| BlockHead { name: name.as_bytes(), length: memory.len() as u64 });
        let heads: Vec<_> = heads.collect();
        saver.blocks(&heads.as_slice(), PageSize::new(self.page).unwrap()).unwrap();
        let (first, second) = self.rounds.split_at(self.rounds.len() / 2);
        for (rounds, instance) in [(first, 0), (second, 1)] {
            for (block, first, bytes) in rounds {
                saver.pages(&heads.as_slice(), *block, *first, bytes).unwrap();
            }
            device(&mut saver, instance);
        }
        let length = saver.finish().unwrap() as usize;
        memory.truncate(length);
        memory
    }
}

fn device(saver: &mut Saver<'_, SliceWriter<'_>, Portable>, instance: u32) {
    let versions = Versions::only(1);
    let mut visitor = saver.visitor();
    visitor.device("uart", instance, versions, |v| v.visit("level", &mut { instance })).unwrap();
}
