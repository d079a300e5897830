//! Sections of real QEMU streams through devices in C, whose tables are in `devices/`: into the object and back, through
//! chunks, and with the description that QEMU wrote of them.
//!
//! `MIGCORE_QEMU_STREAMS` may name a folder with more streams; `MIGCORE_DEVICES_TABLE` has a table printed.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/sections.rs"]
mod sections;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use migcore::codec::chunk::{ChunkEncoder, Settings};
use migcore::codec::vmdesc::{replay, Content, Device, Field, Nested, Vmdesc};
use migcore::io::{Portable, SliceWriter};
use migcore::visit::{Versions, Visiting};
use migcore_c_tests::top;
use sections::Section;

/// The programs, as `devices/Makefile` calls them.
const PROGRAMS: [&str; 5] = ["gcc", "clang", "asan", "i686", "s390x"];

/// Tables that are found, and sections, in the streams of the project.
const TABLES: usize = 61;
const SECTIONS: usize = 1447;

/// Types of fields that the devices have code for.
const PRIVATE: [&str; 3] = ["pci config", "pci irq state", "msix state"];

#[test]
fn sections_of_real_streams_go_through_devices_in_c() {
    let sections = sections::all();
    let file = written(&sections);
    for program in PROGRAMS {
        let Some(lines) = said(program, &file) else { continue };
        assert_eq!(lines.len(), sections.len(), "{program}: it stopped");
        let table = Table::new(&sections, &lines);
        if std::env::var_os("MIGCORE_DEVICES_TABLE").is_some() {
            println!("{program}\n{}", table.text());
        }
        table.check(program);
    }
}

/// What a program says of each section, a line for one; what is wrong goes to the test's own output. None where the
/// program cannot be built.
fn said(program: &str, file: &Path) -> Option<Vec<String>> {
    let output = Command::new("make")
        .args(["-s", "-C", "devices"])
        .arg(format!("run-{program}"))
        .arg(format!("SECTIONS={}", file.display()))
        .current_dir(top().join("c-tests"))
        .env_remove("MAKEFLAGS")
        .env("ASAN_OPTIONS", "detect_leaks=1:detect_stack_use_after_return=1")
        .stderr(Stdio::inherit())
        .output()
        .expect("make runs");
    assert!(output.status.success(), "{program}: {}", output.status);
    let lines: Vec<String> =
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    let skipped = lines.first().is_some_and(|line| line.ends_with("skipped"));
    (!skipped).then_some(lines)
}

/// The sections in a file, as `devices/run.c` reads them.
fn written(sections: &[Section]) -> PathBuf {
    let folder = top().join("build/c-tests/devices");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("sections");
    let mut file = BufWriter::new(File::create(&path).unwrap());
    for section in sections {
        let (description, chunks) = (described(section), chunks(section));
        let machine = &section.machine;
        let mut line = String::new();
        write!(
            line,
            "{}\t{}\t{}\t{}\t",
            section.stream, machine.name, machine.version, machine.qemu
        )
        .unwrap();
        write!(line, "{}\t{}\t", machine.cpus, machine.memory_slots).unwrap();
        write!(
            line,
            "{}\t{}\t{}\t{}\t",
            section.name, section.instance, section.table, section.version
        )
        .unwrap();
        let private = u8::from(is_private(&section.device));
        write!(line, "{}\t{}\t", section.payload.len(), description.len()).unwrap();
        write!(line, "{}\t{private}", chunks.len()).unwrap();
        writeln!(file, "{line}").unwrap();
        for part in [&section.payload, &description, &chunks] {
            file.write_all(part).unwrap();
        }
    }
    file.flush().unwrap();
    path
}

/// The text of a stream that has this section alone.
fn described(section: &Section) -> Vec<u8> {
    let devices = vec![section.device.clone()];
    Vmdesc { configuration: None, page_size: 4096, devices }.to_string().into_bytes()
}

/// What the section becomes by its description.
fn chunks(section: &Section) -> Vec<u8> {
    let (mut memory, mut scratch) = (vec![0; section.payload.len() * 2 + 65536], vec![0; 1 << 18]);
    let writer = SliceWriter::new(&mut memory);
    let encoder = ChunkEncoder::new(writer, Portable, &Settings::default(), &mut scratch).unwrap();
    let mut visiting = Visiting::new(encoder);
    let inside = |v: &mut migcore::visit::Visitor<'_>| {
        replay(&section.device, &section.payload, v, &mut ()).map_err(|misfit| panic!("{misfit}"))
    };
    let versions = Versions::only(section.version);
    visiting.saver().device(&section.name, section.instance, versions, inside).unwrap();
    let length = visiting.finish_save().unwrap();
    memory.truncate(usize::try_from(length).unwrap());
    memory
}

fn is_private(device: &Device) -> bool {
    let Content::Described(description) = &device.content else { return true };
    any_private(&description.fields)
        || description.subsections().iter().any(|sub| any_private(&sub.fields))
}

fn any_private(fields: &[Field]) -> bool {
    fields.iter().any(|field| {
        let inside = match &field.nested {
            Nested::None | Nested::Struct(None) => false,
            Nested::Struct(Some(description)) => any_private(&description.fields),
            Nested::Inline(all) => all.iter().any(|description| any_private(&description.fields)),
        };
        inside || PRIVATE.contains(&field.kind.as_str())
    })
}

/// What came of the checks, for each device.
struct Table {
    rows: BTreeMap<String, Row>,
}

#[derive(Default)]
struct Row {
    sections: usize,
    streams: Vec<String>,
    compared: usize,
    held: BTreeMap<char, usize>,
}

/// The checks of the program, by their letters.
const CHECKS: [char; 7] = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

impl Table {
    fn new(sections: &[Section], lines: &[String]) -> Table {
        let mut rows = BTreeMap::<String, Row>::new();
        for (section, line) in sections.iter().zip(lines).filter(|(_, line)| *line != "none") {
            let row = rows.entry(section.table.clone()).or_default();
            row.sections += 1;
            row.compared += usize::from(!is_private(&section.device));
            if row.streams.last() != Some(&section.stream) {
                row.streams.push(section.stream.clone());
            }
            for check in CHECKS.iter().filter(|check| line.contains(**check)) {
                *row.held.entry(*check).or_default() += 1;
            }
        }
        Table { rows }
    }

    /// The figures of the table in `devices/README.md`.
    fn text(&self) -> String {
        let mut text = String::new();
        for (name, row) in &self.rows {
            let (streams, sections, compared) = (row.streams.len(), row.sections, row.compared);
            writeln!(text, "| `{name}` | {streams} | {sections} | {compared} |").unwrap();
        }
        text
    }

    fn check(&self, program: &str) {
        let sections = self.rows.values().map(|row| row.sections).sum::<usize>();
        assert!(
            self.rows.len() >= TABLES && sections >= SECTIONS,
            "{program}: {}, {sections}",
            self.rows.len()
        );
        for (name, row) in &self.rows {
            for check in CHECKS {
                assert_eq!(
                    row.held.get(&check),
                    Some(&row.sections),
                    "{program}: {check} of {name}"
                );
            }
        }
    }
}
