//! A file in windows.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

mod support;

use std::io::Write;
use std::process::Stdio;

use migcore::io::Source;
use migcore_cli::failure::{Failure, Outcome};
use migcore_cli::input::{Format, Input, PIECE};
use migcore_cli::output::{complete_both, Output};

use support::{input, stream, Place};

/// Longer than some windows; no part of it looks like another.
fn bytes() -> Vec<u8> {
    (0..3 * PIECE as u32 / 4 + 5)
        .flat_map(|at| at.wrapping_mul(0x9e37_79b1).to_le_bytes())
        .collect()
}

#[test]
fn a_window_has_what_is_wanted_wherever_it_is() {
    let bytes = bytes();
    let mut input = input(&bytes);
    assert_eq!(input.length(), bytes.len() as u64);
    let mut at = 7usize;
    for step in 0..400usize {
        let wanted = [0, 1, 8, 1000, PIECE, PIECE + 1, 2 * PIECE + 9][step % 7];
        let there = wanted.min(bytes.len() - at);
        let window = input.window(at as u64, wanted).unwrap();
        assert!(window.len() >= there, "{wanted} at {at}");
        assert!(window == &bytes[at..at + window.len()], "{wanted} at {at}");
        at = (at + 100_003 * (1 + step % 3)) % bytes.len();
    }
    for (offset, length) in [(bytes.len() as u64, 0), (u64::MAX, 0), (bytes.len() as u64 - 3, 3)] {
        assert_eq!(input.window(offset, 10).unwrap().len(), length);
    }
}

#[test]
fn pieces_are_as_long_as_is_asked_for() {
    let bytes = bytes();
    let input = input(&bytes);
    for (piece, offset, wanted, due) in [
        (PIECE, 0, 1, PIECE),
        (4096, 0, 1, 4096),
        (4096, 5, 5000, 5000),
        (4096, bytes.len() as u64 - 9, 1, 9),
    ] {
        let mut input = input.again_in(piece);
        assert_eq!(input.window(offset, wanted).unwrap().len(), due, "{wanted} at {offset}");
    }
}

#[test]
fn a_range_is_copied_as_far_as_there_is_one() {
    let bytes = bytes();
    let input = input(&bytes);
    for (from, length) in [(0, 0), (0, 10), (5, PIECE * 2), (PIECE, bytes.len()), (bytes.len(), 1)]
    {
        let mut copy = Vec::new();
        let copied = input.copy_range(from as u64, length as u64, &mut copy).unwrap();
        let due = &bytes[from..(from + length).min(bytes.len())];
        assert!(copy == due && copied == due.len() as u64, "{length} from {from}");
    }
}

#[test]
fn two_readers_of_one_file_do_not_disturb_each_other() {
    let bytes = bytes();
    let mut one = input(&bytes);
    let (mut other, mut source) = (one.again(), one.source());
    let mut read = vec![0; 1000];
    for at in (0..bytes.len() - 1000).step_by(90_001) {
        assert_eq!(one.window(at as u64, 4).unwrap()[..4], bytes[at..at + 4]);
        let back = bytes.len() - 4 - at;
        assert_eq!(other.window(back as u64, 4).unwrap()[..4], bytes[back..back + 4]);
        assert_eq!(source.read(&mut read), Ok(1000));
        let from = at / 90_001 * 1000;
        assert!(read == bytes[from..from + 1000]);
    }
}

#[test]
fn a_format_is_told_by_the_first_bytes() {
    for (bytes, format) in [
        (stream(), Format::Chunks),
        (stream()[..8].to_vec(), Format::Chunks),
        (stream()[..7].to_vec(), Format::Unknown),
        (b"QEVM\0\0\0\x03".to_vec(), Format::Qemu),
        (b"QEVM".to_vec(), Format::Qemu),
        (b"QEV".to_vec(), Format::Unknown),
        (Vec::new(), Format::Unknown),
    ] {
        assert_eq!(input(&bytes).format().unwrap(), format);
    }
}

#[test]
fn an_output_has_its_name_when_it_is_complete() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out");
    let mut output = Output::create(&path, false).unwrap();
    output.write_all(b"half").unwrap();
    assert!(!path.exists());
    drop(output);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);

    let mut first = Output::create(&path, false).unwrap();
    let second = Output::create(&path, false).unwrap();
    first.write_all(b"whole").unwrap();
    first.complete().unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"whole");
    assert!(matches!(second.complete(), Err(Failure::Refused(_))));
    assert!(matches!(Output::create(&path, false), Err(Failure::Refused(_))));
    Output::create(&path, true).unwrap().complete().unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn what_an_output_replaced_is_there_again_if_the_other_output_fails() {
    let dir = tempfile::tempdir().unwrap();
    let paths = ["out", "losses"].map(|name| dir.path().join(name));
    let [out, losses] = &paths;
    let completed = |is_in_the_way: bool| {
        let [first, second] = paths.each_ref().map(|path| {
            let mut output = Output::create(path, true).unwrap();
            output.write_all(b"new").unwrap();
            Some(output)
        });
        if is_in_the_way {
            std::fs::create_dir(losses).unwrap();
        }
        let done = complete_both(first, second);
        if is_in_the_way {
            std::fs::remove_dir(losses).unwrap();
        }
        done
    };
    assert!(matches!(completed(true), Err(Failure::Io(..))));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);

    std::fs::write(out, b"old").unwrap();
    assert!(matches!(completed(true), Err(Failure::Io(..))));
    assert_eq!(std::fs::read(out).unwrap(), b"old");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);

    completed(false).unwrap();
    assert_eq!(paths.each_ref().map(|path| std::fs::read(path).unwrap()), [b"new", b"new"]);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
}

#[test]
fn what_cannot_be_opened_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Input::open(dir.path()), Err(Failure::Io(..))));
    assert!(matches!(Input::open(&dir.path().join("missing")), Err(Failure::Io(..))));
    assert_eq!(Outcome::Fine.and(Outcome::Found), Outcome::Found);
}

#[test]
fn what_nobody_reads_to_its_end_is_no_success() {
    let place = Place::new();
    place.put("cut", b"QEVM\0\0\0\x03");
    place.put("b.mig", &support::stream_of(6, 2000));
    let arguments: [&[&str]; 3] = [
        &["verify", "cut"],
        &["diff", "a.mig", "b.mig"],
        &["convert", "a.mig", "-o", "-", "--to", "chunk"],
    ];
    for arguments in arguments {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = place.command(arguments);
        let ran = command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::piped()).output();
        let ran = ran.unwrap();
        assert_eq!((ran.status.code(), ran.stderr), (Some(3), Vec::new()), "{arguments:?}");
    }
}

#[test]
#[cfg(unix)]
fn what_is_overwritten_keeps_its_rights() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.put("private", b"old");
    let rights = |mode| std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(place.path("private"), rights(0o600)).unwrap();
    let ran = place.run(&["convert", "a.mig", "--to", "chunk", "-o", "private", "--force"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_ne!(place.get("private"), b"old");
    let mode = place.path("private").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
