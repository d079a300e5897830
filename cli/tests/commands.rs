//! Each command, run as a program: what it prints, and its exit code.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

mod support;

use std::io::Read;
use std::process::Stdio;

use support::{stream, stream_of, with_tree, Place};

#[test]
fn inspect_prints_a_line_for_each_item() {
    let ran = Place::new().run(&["inspect", "a.mig"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    for line in [
        "format: chunks\n",
        "machine: board \"1\"\n",
        "writer: test\n",
        "nic/1  version 3, for readers from 2  @",
        "\n  on                bool         true\n",
        "\n  u8                u8           171 (0xab)\n",
        "\n  u32               u32          7\n",
        "\n  level             i16          -5\n",
        "\n  i64               i64          -9223372036854775808\n",
        "\n  f64               f64          -1.5e300\n",
        "\n  f32               f32          0.1\n",
        "\n  infinite          f64          -inf\n",
        "\n  nan               f32          NaN (0x7fc00000)\n",
        "\n  regs              u16[20]      0 40 80 120 160 200 240 280 320 360 400 440 480 520 560 600 640 680 720 and 1 more\n",
        "\n  some              u8[*3]       1 2 3\n",
        "\n  mac               bytes[6]     52 54 00 12 34 56\n",
        " ee ee and 84 more\n",
        "\n  nothing           null         \n",
        "\n  clock             u64          1000 (0x3e8)  {volatile}\n",
        "\n  key               bytes[8]     (secret)  {secret}\n",
        "\n    pin               u32       (secret)\n",
        "\n  timer  struct ptimer, version 4\n",
        "\n  rings  list[3]\n    [0]  head 10, tail 20 (0x14)\n",
        "\n  empty  list[*0]\n",
        "\n  irq  optional, there\n    line              u8        9\n",
        "\n  gone  optional, not there\n",
        "\n  (raw)             bytes[5]  01 02 03 04 05\n",
        "\n  nic/more  subsection, version 2\n",
        "\nabCd              bytes[*4]  \"note\"  {ancillary, safe to copy, opaque}\n",
        "{ancillary, safe to copy, opaque}\nuart/0  version 1  @",
    ] {
        assert!(ran.out.contains(line), "{line:?} is not in:\n{}", ran.out);
    }
    assert!(ran.out.contains(r#"text[*20]    "a \"quoted\" \u{1b}[31m ä\n""#), "{}", ran.out);
    assert!(!ran.out.contains('\x1b'));
}

#[test]
fn nothing_secret_is_printed() {
    let place = Place::new();
    place.put("b.mig", &stream_of(3, 4));
    for arguments in [
        &["inspect", "a.mig"][..],
        &["inspect", "--json", "a.mig"],
        &["inspect", "--filter", "nic/1.vault.pin", "a.mig"],
        &["inspect", "--json", "--filter", "nic/1.key", "a.mig"],
        &["diff", "a.mig", "b.mig"],
    ] {
        let out = place.run(arguments).out;
        for secret in ["hunter2", "68756e74", "68 75 6e 74", "271828", "sesame"] {
            assert!(!out.contains(secret), "{arguments:?}: {out}");
        }
    }
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let place = Place::new();
    assert!(!place.run(&["inspect", "a.mig"]).out.contains('\x1b'));
    assert!(!place.run(&["inspect", "a.mig", "--color", "never"]).out.contains('\x1b'));
    let coloured = place.run(&["inspect", "a.mig", "--color", "always"]).out;
    assert!(coloured.contains("\x1b[1mnic/1\x1b[0m"), "{coloured}");
}

#[test]
fn inspect_lists_chunks() {
    let place = Place::new();
    let ran = place.run(&["inspect", "--chunks", "a.mig"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let lines: Vec<_> = ran.out.lines().collect();
    assert!(lines[1].trim_start().starts_with("8 "), "{}", lines[1]);
    assert!(lines[1].contains("MHDR") && lines.last().unwrap().contains("MEND"));
    let foreign = lines.iter().find(|line| line.contains("abCd")).unwrap();
    let properties = "ancillary, private, reserved bit clear, safe to copy, unknown here";
    assert!(foreign.ends_with(properties), "{foreign}");

    let json = place.run(&["inspect", "--chunks", "--json", "a.mig"]).json();
    let chunks = json["chunks"].as_array().unwrap();
    assert_eq!(chunks.len() + 1, lines.len());
    // They follow each other without a gap, up to the end of the file.
    let mut at = 8;
    for chunk in chunks {
        assert_eq!((chunk["offset"].as_u64(), &chunk["crc_right"]), (Some(at), &true.into()));
        at += 12 + chunk["length"].as_u64().unwrap();
    }
    assert_eq!(at, stream().len() as u64);
    assert_eq!(json["complete"], true);
}

#[test]
fn info_counts() {
    let place = Place::new();
    let ran = place.run(&["info", "a.mig"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(
        ran.out.starts_with("format         chunks, migcore's own\nversion        1.0\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("\n  nic/1         3  "), "{}", ran.out);
    let json = place.run(&["info", "--json", "a.mig"]).json();
    let bytes = |key: &str, of: &str| -> u64 {
        json[key].as_array().unwrap().iter().map(|one| one[of].as_u64().unwrap()).sum()
    };
    let length = stream().len() as u64;
    assert_eq!((json["length"].as_u64(), bytes("types", "bytes") + 8), (Some(length), length));
    let types = json["types"].as_array().unwrap();
    let devices = types.iter().find(|one| one["type"] == "MDEV").unwrap();
    assert_eq!(bytes("devices", "bytes"), devices["bytes"]);
    assert_eq!(json["devices"].as_array().unwrap().len(), 3);
    assert_eq!((&json["machine"], &json["writer"]), (&"board \"1\"".into(), &"test".into()));
}

#[test]
fn verify_says_what_is_right_and_what_is_odd() {
    let place = Place::new();
    let ran = place.run(&["verify", "a.mig"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out.starts_with("right: 3 devices, "), "{}", ran.out);
    assert!(ran.out.contains("remark: 1 chunks are of unknown types"), "{}", ran.out);
    place.put("long.mig", &[&stream()[..], b"more"].concat());
    let ran = place.run(&["verify", "--json", "long.mig"]);
    let json = ran.json();
    assert_eq!((ran.code, &json["right"]), (Some(0), &true.into()));
    assert_eq!(json["remarks"], serde_json::json!(["4 bytes follow the end of the stream"]));
    let twice = support::saved(|v| {
        for _ in 0..2 {
            let versions = migcore::visit::Versions::only(1);
            v.device("uart", 0, versions, |v| v.visit("a", &mut 1u8))?;
        }
        Ok(())
    });
    place.put("twice.mig", &twice);
    assert!(place.run(&["verify", "twice.mig"]).out.contains("remark: uart/0 comes twice"));
}

#[test]
fn convert_writes_the_same_state() {
    let place = Place::new();
    let ran = place.run(&["convert", "a.mig", "-o", "b.mig", "--to", "chunk"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let digest =
        |bytes: &[u8]| with_tree(bytes, |tree| tree.digest(tree.root(), Default::default()));
    assert_eq!(digest(&place.get("b.mig")), digest(&stream()));
    assert_eq!(place.run(&["diff", "a.mig", "b.mig"]).code, Some(0));
    let json = place.run(&["info", "--json", "b.mig"]).json();
    assert_eq!(json["machine"], "board \"1\"");

    let again = ["convert", "a.mig", "-o", "b.mig", "--to", "chunk"];
    let refused = place.run(&again);
    assert_eq!(refused.code, Some(3));
    assert!(refused.err.contains("b.mig is there already"), "{}", refused.err);
    assert_eq!(place.run(&[&again[..], &["--force"]].concat()).code, Some(0));
    let printed = place.run_raw(&["convert", "a.mig", "-o", "-", "--to", "chunk"]);
    assert_eq!(printed, place.get("b.mig"));
}

#[test]
fn a_conversion_that_fails_leaves_nothing() {
    let place = Place::new();
    let mut damaged = stream();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    place.put("damaged.mig", &damaged);
    let before = place.names();
    let convert = |from: &str, to: &str| {
        place.run(&["convert", from, "-o", to, "--to", "chunk", "--force"]).code
    };
    assert_eq!(convert("damaged.mig", "b.mig"), Some(1));
    assert_eq!(convert("damaged.mig", "a.mig"), Some(1));
    assert_eq!(convert("a.mig", "nowhere/b.mig"), Some(3));
    assert_eq!(convert("missing.mig", "b.mig"), Some(3));
    assert_eq!((place.names(), place.get("a.mig")), (before, stream()));
}

#[test]
fn diff_tells_differences_by_its_exit_code() {
    let place = Place::new();
    place.put("same.mig", &stream());
    place.put("other.mig", &stream_of(6, 1000));
    place.put("later.mig", &stream_of(-5, 1001));
    let same = place.run(&["diff", "a.mig", "same.mig"]);
    assert_eq!((same.code, same.out.as_str(), same.err.as_str()), (Some(0), "", ""));
    let other = place.run(&["diff", "a.mig", "other.mig"]);
    let line = "nic/1.level: -5 -> 6\n";
    assert_eq!((other.code, other.out.as_str(), other.err.as_str()), (Some(1), line, ""));
    // A clock does not count.
    let later = place.run(&["diff", "a.mig", "later.mig"]);
    assert_eq!(later.code, Some(0));
    assert!(
        later.out.contains("nic/1.clock (volatile): 1000 (0x3e8) -> 1001 (0x3e9)\n"),
        "{}",
        later.out
    );
    let json = place.run(&["diff", "--json", "a.mig", "other.mig"]).json();
    assert_eq!(json["equal"], false);
    assert_eq!(json["differences"][0]["path"], "nic/1.level");
    assert_eq!(json["differences"].as_array().unwrap().len(), 1);
    assert_eq!(place.run(&["diff", "--json", "a.mig", "a.mig"]).json()["equal"], true);
    assert_eq!(place.run(&["diff", "-", "-"]).code, Some(2));
}

#[test]
fn diff_pairs_devices_whatever_their_order() {
    let of = |names: &[(&str, u32, u32)]| {
        let version = migcore::visit::Versions::only(1);
        support::saved(|v| {
            names.iter().try_for_each(|(name, instance, level)| {
                v.device(name, *instance, version, |v| v.visit("level", &mut { *level }))
            })
        })
    };
    let place = Place::new();
    place.put("l.mig", &of(&[("a", 0, 1), ("a", 1, 2), ("b", 0, 3), ("b", 0, 4)]));
    place.put("same.mig", &of(&[("b", 0, 3), ("a", 1, 2), ("b", 0, 4), ("a", 0, 1)]));
    place.put("r.mig", &of(&[("c", 0, 5), ("b", 0, 3), ("a", 0, 11), ("b", 0, 3)]));
    assert_eq!(place.run(&["diff", "l.mig", "same.mig"]).code, Some(0));
    let ran = place.run(&["diff", "l.mig", "r.mig"]);
    let lines: Vec<_> = ran.out.lines().collect();
    assert_eq!(lines[0], "a/0.level: 1 -> 11 (0xb)");
    assert!(lines[1].starts_with("only in A: a/1, version 1, "), "{lines:?}");
    assert_eq!(lines[2], "b/0.level: 4 -> 3");
    assert!(lines[3].starts_with("only in B: c/0, version 1, "), "{lines:?}");
    assert_eq!((lines.len(), ran.code), (4, Some(1)));
    let summary = &place.run(&["diff", "--json", "l.mig", "r.mig"]).json()["summary"];
    let number = |name: &str| summary[name].as_u64().unwrap();
    let names = ["compared", "different", "only_left", "only_right", "differences"];
    assert_eq!(names.map(number), [3, 2, 1, 1, 4]);
}

#[test]
fn diff_tells_the_length_of_a_list_once() {
    let of = |count: u32, pin: u32| {
        let version = migcore::visit::Versions::only(1);
        support::saved(|v| {
            v.device("d", 0, version, |v| {
                v.list("rings", count as usize, |v, index| v.visit("head", &mut (index as u32)))?;
                v.mark(migcore::visit::Marks::SECRET)?;
                v.visit("pin", &mut { pin })
            })
        })
    };
    let place = Place::new();
    place.put("l.mig", &of(2, 1234));
    place.put("r.mig", &of(5, 4321));
    let ran = place.run(&["diff", "l.mig", "r.mig"]);
    assert_eq!(ran.out, "d/0.rings: 2 elements -> 5 elements\nd/0.pin: differs (secret)\n");
    let ran = place.run(&["diff", "r.mig", "l.mig"]);
    assert!(ran.out.starts_with("d/0.rings: 5 elements -> 2 elements\n"), "{}", ran.out);
}

#[test]
fn diff_says_where_in_an_array() {
    let of = |value: u32| {
        let mut regs = [0u32; 100];
        regs[57] = value;
        support::saved(|v| {
            v.device("d", 0, migcore::visit::Versions::only(1), |v| v.array("regs", &mut regs))
        })
    };
    let place = Place::new();
    place.put("l.mig", &of(1));
    place.put("r.mig", &of(0x2ff));
    let out = place.run(&["diff", "l.mig", "r.mig"]).out;
    assert_eq!(out, "d/0.regs: 1 of 100 elements differ: [57] 1 -> 767 (0x2ff)\n");
}

#[test]
fn exit_codes_tell_what_is_wrong() {
    let place = Place::new();
    place.put("short.mig", &stream()[..100]);
    place.put("text", b"hello, world");
    place.put("empty", b"");
    for (arguments, code) in [
        (&["--help"][..], 0),
        (&["inspect", "--help"], 0),
        (&["--version"], 0),
        (&[], 2),
        (&["frobnicate"], 2),
        (&["inspect"], 2),
        (&["convert", "a.mig", "-o", "b.mig"], 2),
        (&["inspect", "--chunks", "--filter", "a", "a.mig"], 2),
        (&["ram", "a.mig"], 2),
        (&["inspect", "missing.mig"], 3),
        (&["inspect", "."], 3),
        (&["inspect", "text"], 3),
        (&["inspect", "empty"], 3),
        (&["info", "text"], 3),
        (&["verify", "text"], 3),
        (&["diff", "a.mig", "text"], 3),
        (&["schema", "text"], 3),
        (&["schema", "--check", "a.mig", "text"], 3),
        (&["ram", "a.mig", "--list"], 3),
        (&["inspect", "short.mig"], 1),
        (&["inspect", "--json", "short.mig"], 1),
        (&["inspect", "--chunks", "short.mig"], 1),
        (&["info", "short.mig"], 1),
        (&["verify", "short.mig"], 1),
        (&["diff", "a.mig", "short.mig"], 1),
        (&["schema", "short.mig"], 1),
        (&["schema", "--check", "short.mig", "a.mig"], 1),
    ] {
        let ran = place.run(arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {ran:?}");
        assert_eq!(code == 0, ran.err.is_empty(), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn the_standard_input_is_as_good_as_a_file() {
    let place = Place::new();
    for arguments in [
        &["inspect", "-"][..],
        &["inspect", "--json", "-"],
        &["inspect", "--chunks", "-"],
        &["info", "-"],
        &["verify", "--json", "-"],
        &["diff", "a.mig", "-"],
    ] {
        let file: Vec<_> =
            arguments.iter().map(|word| if *word == "-" { "a.mig" } else { word }).collect();
        assert_eq!(place.run_with(arguments, &stream()), place.run(&file), "{arguments:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_pipe_is_as_good_as_a_file() {
    let place = Place::new();
    let piped = place.run_with(&["inspect", "--json", "/dev/stdin"], &stream());
    assert_eq!(piped, place.run(&["inspect", "--json", "a.mig"]));
}

#[test]
fn nobody_need_read_to_the_end() {
    let place = Place::new();
    let long = support::saved(|v| {
        for instance in 0..20_000u32 {
            let versions = migcore::visit::Versions::only(1);
            v.device("uart", instance, versions, |v| v.visit("level", &mut 1u8))?;
        }
        Ok(())
    });
    place.put("long.mig", &long);
    for json in [&[][..], &["--json"], &["--chunks"]] {
        let arguments = [&["inspect", "long.mig"], json].concat();
        let mut command = place.command(&arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 100];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let ended = child.wait_with_output().unwrap();
        assert_eq!((ended.status.code(), ended.stderr), (Some(0), vec![]), "{arguments:?}");
    }
}

#[test]
fn man_pages_and_completions_are_generated() {
    let place = Place::new();
    assert_eq!(place.run(&["generate", "man", "man"]).code, Some(0));
    let page = std::fs::read_to_string(place.path("man/migcore.1")).unwrap();
    assert!(page.contains("EXIT STATUS"), "{page}");
    let page = std::fs::read_to_string(place.path("man/migcore-inspect.1")).unwrap();
    assert!(
        page.contains("\n.SH EXAMPLES\n") && page.contains("damaged") && page.contains("filter"),
        "{page}"
    );
    assert!(!place.path("man/migcore-generate.1").exists());
    assert_eq!(place.run(&["generate", "completions", "shells"]).code, Some(0));
    for file in ["migcore.bash", "_migcore", "migcore.fish"] {
        let text = std::fs::read_to_string(place.path("shells").join(file)).unwrap();
        assert!(text.contains("inspect") && !text.contains("generate"), "{file}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told() {
    let place = Place::new();
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    for arguments in [
        &["inspect", "a.mig"][..],
        &["inspect", "--json", "a.mig"],
        &["inspect", "--chunks", "a.mig"],
        &["info", "a.mig"],
        &["verify", "a.mig"],
    ] {
        let ran = place.command(arguments).stdout(full()).output().unwrap();
        let err = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(3), "{arguments:?}: {err}");
        assert!(err.starts_with("error: cannot write to the standard output: "), "{err}");
    }
    let ran = place.run(&["convert", "a.mig", "-o", "/dev/full", "--to", "chunk"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.starts_with("error: cannot write /dev/full: "), "{}", ran.err);
}

#[test]
fn what_is_no_stream_is_refused_with_what_it_is() {
    let place = Place::new();
    let behind = [&b"LibvirtQemudSave"[..], &[0; 76], b"QEVM\0\0\0\x03"].concat();
    for (bytes, told) in [
        (&b""[..], "the file is empty"),
        (b"hello", "neither a stream of chunks nor one of QEMU"),
        (b"\x1f\x8b\x08\0", "compressed with gzip; unpack it: gzip -dc FILE | migcore ... -"),
        (b"\xfd7zXZ\0\0", "compressed with xz; unpack it: xz -dc FILE | migcore ... -"),
        (b"QFI\xfb\0\0\0\x03", "a qcow2 disk image; the stream is what QEMU's migrate writes"),
        (&behind, "a stream seems to begin at byte 92: tail -c +93 FILE | migcore ... -"),
    ] {
        place.put("file", bytes);
        for arguments in [&["inspect", "file"][..], &["info", "file"], &["diff", "a.mig", "file"]] {
            let ran = place.run(arguments);
            assert_eq!((ran.code, ran.out.as_str()), (Some(3), ""), "{arguments:?}");
            assert!(ran.err.trim_end().ends_with(told), "{ran:?}");
        }
    }
    let missing = place.run(&["info", "missing"]);
    assert_eq!(missing.err, "error: cannot read missing: No such file or directory\n");
}

#[test]
fn what_would_help_is_said() {
    let place = Place::new();
    let nothing = place.run(&["inspect", "a.mig", "--filter", "nic"]);
    assert_eq!(nothing.code, Some(0));
    assert!(nothing.out.contains("\nhint: nothing lies there"), "{}", nothing.out);
    assert!(!place.run(&["inspect", "a.mig", "--filter", "nic/1"]).out.contains("hint"));
    let json = place.run(&["inspect", "--json", "a.mig", "--filter", "nic"]).json();
    assert_eq!(json["devices"], serde_json::json!([]));
    let described = place.run(&["info", "a.mig", "--vmdesc", "a.mig"]);
    assert_eq!(described.code, Some(2));
    assert!(described.err.contains("describe themselves"), "{}", described.err);
}

#[test]
fn each_help_tells_the_exit_codes_and_they_hold() {
    let place = Place::new();
    for command in [
        "inspect",
        "info",
        "verify",
        "convert",
        "diff",
        "ram",
        "schema",
        "check",
        "transform",
        "suggest",
        "profile",
    ] {
        let (wrong, missing) = if command == "check" { (4, 4) } else { (2, 3) };
        for help in ["-h", "--help"] {
            let ran = place.run(&[command, help]);
            assert_eq!(ran.code, Some(0), "{command}");
            let (_, codes) = ran.out.split_once("Exit codes:\n").expect(command);
            let codes: Vec<&str> = codes.lines().filter(|line| !line.is_empty()).collect();
            let told = |code: i32, what: &str| {
                let line = format!("  {code}  ");
                codes.iter().any(|one| one.starts_with(&line) && one.contains(what))
            };
            assert!(told(wrong, "wrong usage"), "{command} {help}: {codes:?}");
            assert!(told(missing, "cannot be read"), "{command}: {codes:?}");
            let last = if command == "check" { 4 } else { 3 };
            assert!(
                codes.last().unwrap().starts_with(&format!("  {last}  ")),
                "{command}: {codes:?}"
            );
        }
        assert_eq!(place.run(&[command, "--none"]).code, Some(wrong), "{command}");
        let more: &[&str] = match command {
            "diff" => &["a.mig"],
            "convert" => &["-o", "out", "--to", "chunk"],
            "ram" => &["--list"],
            "check" => &["--against", "a.mig"],
            "transform" => &["-o", "out", "--rules", "missing"],
            "suggest" => &["--onto", "a.mig"],
            _ => &[],
        };
        let ran = place.run(&[&[command, "missing"][..], more].concat());
        assert_eq!(ran.code, Some(missing), "{command}: {ran:?}");
    }
}
