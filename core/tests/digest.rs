//! The digest of a state is the one that `docs/format.md` describes.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::model::{Builder, DigestOptions, Tree};
use migcore::visit::{Description, Marks, Scope, ScopeKind, Versions, Visiting, Visitor};
use migcore::Result;
use sha2::{Digest, Sha256};

const DOCUMENT: &str = include_str!("../../docs/format.md");

/// The blocks of this kind in the document.
fn blocks(kind: &str) -> impl Iterator<Item = &'static str> {
    let begin = format!("```{kind}\n");
    let rest: Vec<_> = DOCUMENT.split(&begin).skip(1).collect();
    rest.into_iter().map(|rest| rest.split("```").next().expect("its end"))
}

/// The bytes of lines, of 16 at most, before the text behind them.
fn bytes(block: &str) -> Vec<Vec<u8>> {
    let byte = |digits: &str| u8::from_str_radix(digits, 16).expect("a byte");
    let line = |line: &str| line[..line.len().min(48)].split_whitespace().map(byte).collect();
    block.lines().map(line).collect()
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn visit(v: &mut Visitor<'_>) -> Result<()> {
    v.device("nic", 0, Versions { current: 2, minimum: 1 }, |v| {
        v.visit("on", &mut true)?;
        v.visit("level", &mut -5i16)?;
        v.varray("regs", &mut [1u16, 0x8000], &mut 2)?;
        v.bytes("mac", &mut [0x52, 0x54])?;
        v.list("rings", 1, |v, _| v.visit("head", &mut 3u32))?;
        v.mark(Marks::VOLATILE)?;
        let versions = Versions { current: 4, minimum: 2 };
        v.versioned("clock", Description { name: b"ptimer", versions }, |_| Ok(()))?;
        v.optional("irq", &mut None::<u8>, |v, line| v.visit("line", line))?;
        v.text("id", &mut heapless::String::<8>::try_from("eth0").unwrap())?;
        v.absent("next")?;
        v.put_raw(&[1])?;
        v.put_raw(&[2, 3])?;
        v.begin(&"nic/a", Scope::Subsection { version: 1 })?;
        v.end(ScopeKind::Subsection)
    })
}

#[test]
fn a_state_has_the_documented_digests() {
    let mut memory = [0; 4096];
    let mut tree = Tree::new(&mut memory).unwrap();
    visit(&mut Visiting::new(Builder::new(&mut tree)).saver()).unwrap();
    let digest = |without_volatile| {
        hex(&tree.digest(tree.root(), DigestOptions { without_volatile }).unwrap())
    };
    let documented: Vec<_> = blocks("digest").map(str::trim).collect();
    assert_eq!(documented, [digest(false), digest(true)]);
}

#[test]
fn the_documented_form_has_the_documented_digest() {
    let lines = bytes(blocks("canonical").next().expect("the form"));
    let digest = hex(&Sha256::digest(lines.concat()));
    assert_eq!(Some(digest.as_str()), blocks("digest").next().map(str::trim));
}
