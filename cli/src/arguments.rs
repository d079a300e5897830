//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// What stands at the end of every help but that of `check`.
const EXIT_CODES: &str = "\
Exit codes:
  0  nothing is wrong
  1  the inputs differ (diff), a transform is refused (transform), or the input is damaged; all that stands before the
     damage was shown
  2  wrong usage
  3  a file cannot be read or written, or the input is nothing that the command can use";

/// Shows, checks, compares, converts and transforms the state of virtual machines.
///
/// It reads streams of chunks, migcore's own format, and streams that QEMU wrote. What a stream is, is found
/// out from its first bytes. A FILE may be `-`, the standard input.
#[derive(Debug, Parser)]
#[command(name = "migcore", version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the state that a stream holds: devices, fields, values
    #[command(after_help = EXIT_CODES, after_long_help = INSPECT)]
    Inspect(Inspect),
    /// Say what a stream is: format, machine, devices and sizes
    #[command(after_help = EXIT_CODES, after_long_help = INFO)]
    Info(Plain),
    /// Check a whole stream, and print nothing of its state
    #[command(after_help = EXIT_CODES, after_long_help = VERIFY)]
    Verify(Plain),
    /// Write a stream in another format
    #[command(after_help = EXIT_CODES, after_long_help = CONVERT)]
    Convert(Convert),
    /// Print in what the states of two streams differ
    #[command(after_help = EXIT_CODES, after_long_help = DIFF)]
    Diff(Diff),
    /// Take a block of guest memory out of a stream
    #[command(after_help = EXIT_CODES, after_long_help = RAM)]
    Ram(Ram),
    /// Print what a state consists of, or check whether one program loads what another saves
    #[command(after_help = EXIT_CODES, after_long_help = SCHEMA, override_usage = SCHEMA_USAGE)]
    Schema(Schema),
    /// Say whether a receiver loads a stream, before it is sent
    #[command(after_help = CHECK_CODES, after_long_help = CHECK)]
    Check(Check),
    /// Write a stream of another version, by rules
    #[command(after_help = EXIT_CODES, after_long_help = TRANSFORM)]
    Transform(Transform),
    /// Write the rules that a human would start from, to make a stream fit another machine
    #[command(after_help = EXIT_CODES, after_long_help = SUGGEST)]
    Suggest(Suggest),
    /// Check a machine profile, and print what it says for a version of the machine
    #[command(after_help = EXIT_CODES, after_long_help = PROFILE)]
    Profile(Profile),
    /// Write the man pages or the completions of shells
    #[command(hide = true)]
    Generate(Generate),
}

/// The arguments of `inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// The stream; `-` is the standard input
    pub file: PathBuf,
    /// Print one JSON document, with every value in full
    #[arg(long)]
    pub json: bool,
    /// Print the chunks that the stream is made of, instead of the state
    #[arg(long, conflicts_with = "filter")]
    pub chunks: bool,
    /// Print only what lies at PATH or below; may be given several times
    ///
    /// A path is `nic/0.rx_ring[3].head`: the name and instance of a device, names with dots between them, the
    /// number of an element in brackets. `*` stands for one of these: `*`, `nic/*`, `nic/0.rx_ring[*].head`.
    #[arg(long, value_name = "PATH")]
    pub filter: Vec<String>,
    /// Show what is inside of opaque fields, where it is known: of virtio devices of QEMU
    #[arg(long, conflicts_with = "chunks")]
    pub open: bool,
    /// The description of a QEMU stream that has none of its own: the JSON text that QEMU writes behind a state, or a
    /// stream that ends with it
    #[arg(long, value_name = "FILE")]
    pub vmdesc: Option<PathBuf>,
    /// Whether to colour the text
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The arguments of what only looks at one stream.
#[derive(Debug, Args)]
pub struct Plain {
    /// The stream; `-` is the standard input
    pub file: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// The description of a QEMU stream that has none of its own: its JSON text, or a stream that ends with it
    #[arg(long, value_name = "FILE")]
    pub vmdesc: Option<PathBuf>,
}

/// The arguments of `convert`.
#[derive(Debug, Args)]
pub struct Convert {
    /// The stream; `-` is the standard input
    pub file: PathBuf,
    /// Where to write; `-` is the standard output
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    /// The format to write
    #[arg(long, value_name = "FORMAT")]
    pub to: Target,
    /// Overwrite OUT if it is there; write it though the stream of QEMU is damaged
    #[arg(long)]
    pub force: bool,
    /// The description of a QEMU stream that has none of its own: the JSON text that QEMU writes behind a state, or a
    /// stream that ends with it
    #[arg(long, value_name = "FILE")]
    pub vmdesc: Option<PathBuf>,
    /// Do not prove that chunks give the same stream again, nor look whether a stream that was written is damaged
    #[arg(long)]
    pub no_check: bool,
    /// Print one JSON document that says what was converted
    #[arg(long)]
    pub json: bool,
}

/// What `convert` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// Chunks, migcore's own format
    Chunk,
    /// A stream of QEMU; only from chunks that were made of one
    Qemu,
}

/// The arguments of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The one stream; `-` is the standard input
    #[arg(value_name = "A")]
    pub left: PathBuf,
    /// The other stream; one of the two may be `-`
    #[arg(value_name = "B")]
    pub right: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// The description of the first stream, if it is one of QEMU that has none of its own
    #[arg(long, value_name = "FILE")]
    pub vmdesc_a: Option<PathBuf>,
    /// The description of the second stream
    #[arg(long, value_name = "FILE")]
    pub vmdesc_b: Option<PathBuf>,
}

/// The arguments of `ram`.
#[derive(Debug, Args)]
pub struct Ram {
    /// The stream; `-` is the standard input
    pub file: PathBuf,
    /// The block, such as pc.ram
    #[arg(long, value_name = "NAME", required_unless_present = "list")]
    pub block: Option<String>,
    /// Where to write its bytes: a file, not a pipe
    #[arg(short, long, value_name = "OUT", required_unless_present = "list")]
    pub output: Option<PathBuf>,
    /// Print the blocks instead
    #[arg(long, conflicts_with_all = ["block", "output"])]
    pub list: bool,
    /// Overwrite OUT if it is there, and keep what was read of a damaged stream
    #[arg(long)]
    pub force: bool,
}

/// The arguments of `schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// A stream, the description of one, a dump of tables, or a document of --json; `-` is the standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// With --check, FILE is OLD, and this is the same of the program that is to load; one of the two may be `-`
    #[arg(requires = "check", required_if_eq("check", "true"))]
    pub new: Option<PathBuf>,
    /// Check whether NEW loads what OLD saves
    #[arg(long)]
    pub check: bool,
    /// Check whether OLD loads what NEW saves
    #[arg(long, requires = "check")]
    pub reverse: bool,
    /// Check both
    #[arg(long, requires = "check", conflicts_with = "reverse")]
    pub both: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The stream; `-` is the standard input
    pub stream: PathBuf,
    /// What is known of the receiver: its manifest or a stream of it; of a machine of QEMU a stream that it wrote, the
    /// description of one, a dump of its tables, or several of these
    #[arg(long, value_name = "MANIFEST", required = true)]
    pub against: Vec<PathBuf>,
    /// Rules by which the stream is transformed before, to the version of the receiver; may be given several times
    #[arg(long, value_name = "RULES")]
    pub rules: Vec<PathBuf>,
    /// With --rules: the version that the machine is of, where the stream does not say it
    #[arg(long, value_name = "VERSION", requires = "rules")]
    pub from: Option<String>,
    /// With --rules: the version of the receiver's machine, if not the one that it says
    #[arg(long, value_name = "VERSION", requires = "rules")]
    pub to: Option<String>,
    /// With --rules: the version that devices shall be of, by a pattern of their names, if not the one that the receiver
    /// says
    #[arg(long, value_name = "NAME=VERSION", requires = "rules")]
    pub device: Vec<String>,
    /// With --rules: give back what was lost on the way here, of which this is the file
    #[arg(long, value_name = "LOSSES", requires = "rules")]
    pub restore: Option<PathBuf>,
    /// The description of a QEMU stream that has none of its own: its JSON text, or a stream that ends with it
    #[arg(long, value_name = "FILE")]
    pub vmdesc: Option<PathBuf>,
    /// The receiver is the release of QEMU that wrote the stream
    #[arg(long)]
    pub same_release: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `transform`.
#[derive(Debug, Args)]
pub struct Transform {
    /// The stream; `-` is the standard input
    pub file: PathBuf,
    /// Where to write, in the format of FILE; `-` is the standard output
    #[arg(short, long, value_name = "OUT", required_unless_present = "dry_run")]
    pub output: Option<PathBuf>,
    /// The rules; may be given several times, and the files are taken as one
    #[arg(long, value_name = "RULES", required = true)]
    pub rules: Vec<PathBuf>,
    /// The version that the machine is of, where the stream does not say it; refused if it says another one of the rules
    #[arg(long, value_name = "VERSION")]
    pub from: Option<String>,
    /// The version that the machine shall be of; left out if the rules have one change: its other end
    #[arg(long, value_name = "VERSION")]
    pub to: Option<String>,
    /// The version that devices shall be of, by a pattern of their names
    ///
    /// Others become the newest that the rules have, but stay what they are where the machine becomes older. A pattern
    /// that names no device with versions in the rules is refused.
    #[arg(long, value_name = "NAME=VERSION")]
    pub device: Vec<String>,
    /// Print what each step does to each item
    #[arg(long)]
    pub explain: bool,
    /// Do all of it, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Write what is lost to a file, from which it can be restored; it may have secrets in it, and only its owner can read it
    #[arg(long, value_name = "LOSSES")]
    pub losses: Option<PathBuf>,
    /// Give back what was lost on the way here, of which this is the file
    #[arg(long, value_name = "LOSSES")]
    pub restore: Option<PathBuf>,
    /// The description of a QEMU stream that has none of its own: its JSON text, or a stream that ends with it
    #[arg(long, value_name = "FILE")]
    pub vmdesc: Option<PathBuf>,
    /// Overwrite files that are there; transform a damaged stream of QEMU, and keep the damage as it is
    #[arg(long)]
    pub force: bool,
    /// Print one JSON document that says what was done
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `profile`.
#[derive(Debug, Args)]
pub struct Profile {
    /// The profile; one that is given later is on top of those before
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The version of the machine, or its name with the version at the end; without it all rows are printed
    #[arg(long, value_name = "VERSION")]
    pub machine: Option<String>,
    /// Print only what is said of this device
    #[arg(long, value_name = "NAME")]
    pub device: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `suggest`.
#[derive(Debug, Args)]
pub struct Suggest {
    /// The stream; `-` is the standard input
    #[arg(value_name = "IN")]
    pub file: PathBuf,
    /// What the other program has: a stream that it wrote, the description of one, the dump that QEMU writes with
    /// -dump-vmstate, or the document of `migcore schema --json`
    #[arg(long, value_name = "STREAM_OR_SCHEMA")]
    pub onto: PathBuf,
    /// Where to write the rules, if not to the standard output
    #[arg(short, long, value_name = "RULES")]
    pub output: Option<PathBuf>,
    /// Print one JSON document, which has the rules in it
    #[arg(long)]
    pub json: bool,
    /// The description of a QEMU stream that has none of its own: its JSON text, or a stream that ends with it
    #[arg(long, value_name = "FILE")]
    pub vmdesc: Option<PathBuf>,
    /// Overwrite RULES if it is there
    #[arg(long)]
    pub force: bool,
}

/// The arguments of `generate`.
#[derive(Debug, Args)]
pub struct Generate {
    /// What to write
    pub what: Generated,
    /// The folder to write into
    pub dir: PathBuf,
}

/// What `generate` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Generated {
    /// The man pages
    Man,
    /// Completions for bash, zsh and fish
    Completions,
}

const INSPECT: &str = "\
In text long values are cut, and elements that equal the one before are shown once; JSON has every value in full. \
Values that are marked secret are never printed. At @ stands where an item begins in the stream, in bytes.

Examples:
  migcore inspect vm.state
  migcore inspect vm.state --filter 'cpu/*.env.regs' --filter timer/0
  migcore inspect vm.state --vmdesc other.json
  migcore inspect device.state --vmdesc vm.state
  migcore inspect vm.state --open --filter '0000:00:03.0/virtio-net/0.virtio.queues'
  migcore inspect vm.state --json | jq .items     of a stream of QEMU
  migcore inspect vm.mig --json | jq .devices     of one of chunks
  migcore inspect vm.mig --chunks
  xz -dc vm.state.xz | migcore inspect -

Exit codes:
  0  nothing is wrong
  1  the stream is damaged; all that stands before the damage was printed
  2  wrong usage
  3  the stream cannot be read, or is in no format that is known";

const INFO: &str = "\
Of a stream of chunks it is said what it holds: devices, memory, and their sizes. Of a stream of QEMU it is said \
which machine it is of, which releases can have written it, what its sections are, how much of \
them is known and why the rest is not, and what it holds of the memory of the guest.

Examples:
  migcore info vm.state
  migcore info --json vm.mig

Exit codes:
  0  nothing is wrong
  1  the stream is damaged; what is said holds for all that stands before the damage
  2  wrong usage
  3  the stream cannot be read, or is in no format that is known";

const VERIFY: &str = "\
Of a stream of chunks every rule is checked that needs no receiver: checksums, order, limits, descriptions, \
values, pages of memory, and the end. Of a stream of QEMU it is said whether QEMU refuses it, as far as the stream alone tells: \
its records, commands, footers, the words of memory but not what pages hold, and every payload that is described. A \
section that contradicts the stream's own description is wrong, too: bytes are damaged, or a program changed the \
stream without describing it anew, which QEMU may still load. What is odd, or could not be checked, is a remark. A \
stream in which neither a footer nor a description tells where a section ends may have been cut there, so it is not \
called right.

Examples:
  migcore verify vm.mig && echo good
  migcore verify --json vm.mig

Exit codes:
  0  the stream is right
  1  the stream is damaged
  2  wrong usage
  3  the stream cannot be read, or not to its end, or is in no format that is known";

const CONVERT: &str = "\
OUT is written under another name first, and gets its own when it is complete: a failure leaves nothing behind.

All bytes of a QEMU stream go into the chunks: what its description describes as named fields, the rest as raw \
bytes. Before OUT gets its name, the chunks are replayed and compared with the stream, byte for byte. What is of \
which kind is said on the standard error at the end.

A stream that is damaged is converted only with --force. Its damaged parts are raw bytes then.

Examples:
  migcore convert vm.state -o vm.mig --to chunk
  migcore convert vm.mig -o vm.state --to qemu
  migcore convert --vmdesc vm.json device.state -o vm.mig --to chunk

Exit codes:
  0  OUT was written
  1  the input is damaged; OUT was not written, or only because of --force
  2  wrong usage
  3  a file cannot be read or written, or the input cannot be converted";

const DIFF: &str = "\
Each line is a difference: where, and the values; A is the first stream. Either may be a stream of QEMU, or of \
chunks; chunks that were made of a stream of QEMU are compared as that. Devices are the same by name and instance, \
in whatever order they stand. What is marked volatile, as a clock, is shown but does not count. The values of what \
is secret are never printed. A section that nothing describes is compared by its bytes. The memory of the guest is \
compared as it is in the end, page by page; in a stream of QEMU only blocks, numbers of pages and records are.

Examples:
  migcore diff before.mig after.mig
  migcore diff --json vm.state vm.mig | jq .summary
  migcore diff a.state b.state --vmdesc-a a.json --vmdesc-b b.json

Exit codes:
  0  the states are equal
  1  the states differ, or an input is damaged
  2  wrong usage
  3  a file cannot be read, or is too large to be compared";

const RAM: &str = "\
OUT has the bytes of the block as they are when the whole stream was read, with holes where only zeros are. FILE may \
be chunks with memory, a stream of QEMU, or chunks that were made of one. Of QEMU's memory what is shared \
(x-ignore-shared) is not in a stream, and what is at places of the file (mapped-ram) is not read.

Examples:
  migcore ram vm.state --list
  migcore ram vm.state --block pc.ram -o ram.bin
  migcore ram vm.mig --block ram -o ram.bin

Exit codes:
  0  nothing is wrong
  1  the stream is damaged, and OUT was not written without --force; or pages never came, and are zeros in OUT
  2  wrong usage
  3  a file cannot be read or written, or the stream holds no such block";

const SCHEMA_USAGE: &str = "\
migcore schema [--json] FILE
       migcore schema --check [--reverse | --both] [--json] OLD NEW";

const SCHEMA: &str = "\
A schema is what a state consists of: devices, versions, fields, subsections, without any value. It is read from a \
dump of a program's tables, as QEMU writes it with -dump-vmstate; from a stream of QEMU with its description, or \
from the description alone; from a stream of chunks; or from a document of --json, so that one can be kept and \
checked against later.

With --check, fields are compared in their order, as on the wire of QEMU: versions, names, sizes, what is unused, \
structs, subsections. A dump has all that may be sent, but no types; a stream has what was sent. What the two do not \
tell is a remark and no fault: conditions, above all. Two streams of chunks are compared as their readers do, by name.

Examples:
  migcore schema vm.state
  migcore schema --json vm.mig > nic.schema
  migcore schema --check old.dump new.dump
  migcore schema --check --both nic.schema vm.mig

Exit codes:
  0  nothing is wrong; with --check: no fault was found
  1  with --check: faults were found; or a stream is damaged
  2  wrong usage
  3  a file cannot be read, or is nothing that has a schema";

const CHECK_CODES: &str = "\
Exit codes:
  0  it loads
  1  it loads, and something is lost
  2  it is refused
  3  it cannot be told, for the reasons that are named
  4  wrong usage, or a file cannot be read";

const CHECK: &str = "\
Nothing is sent and nothing is loaded. Of chunks, the devices, versions, items and types of the stream are compared \
with what the manifest says that the receiver accepts. Of QEMU, the machine, configuration, footers, commands, blocks \
of memory, sections, fields and subsections are compared with those of a stream that the receiver wrote, and \
bytes that it compares with its own, such as those of a PCI configuration that no guest can write. Virtio devices are \
opened for that, as by `inspect --open`. What hooks of the receiver refuse is not known before.

QEMU loads sections and subsections that a machine of it does not send, if its program knows them. Which these are, \
is known where both sides are one release (--same-release), or by a dump of its tables (QEMU's -dump-vmstate).

With --rules the stream is compared as `migcore transform` would write it for the receiver, and what that loses is told. \
Nothing is written for that.

Examples:
  migcore check vm.mig --against receiver.manifest
  migcore check vm.state --against other.state --same-release
  migcore check vm.state --against other.state --against qemu-7.2.dump
  migcore check vm.state --against old.state --same-release --rules pc-i440fx.toml
  migcore check old.state --against vm.state --rules pc-i440fx.toml --from pc-i440fx-2.1 --restore losses.json
  migcore check --json vm.state --against other.state | jq .answer

Exit codes:
  0  it loads
  1  it loads, and something is lost
  2  it is refused
  3  it cannot be told, for the reasons that are named
  4  wrong usage, or a file cannot be read";

const TRANSFORM: &str = "\
Rules are a file in TOML that says what differs between versions: docs/rules.md. They are gone from the version that the \
machine is of to the one that is wanted, by the shortest way, in either direction. Memory of the guest, and what else \
cannot be edited, goes from FILE to OUT as it is. What the rules lose is shown; values that are not 0 are only lost \
if the rules allow it, or else nothing is written.

Examples:
  migcore transform vm.state -o old.state --rules pc-i440fx.toml --to pc-i440fx-6.2
  migcore transform vm.state --dry-run --explain --rules fix.toml
  migcore transform vm.state -o old.state --rules pc.toml --to pc-i440fx-2.4 --losses lost.json
  migcore transform old.state -o vm.state --rules pc.toml --to pc-i440fx-7.2 --restore lost.json

Exit codes:
  0  OUT is written, or would be
  1  the transform is refused, and nothing is written; or the input is damaged, and OUT is only written with --force
  2  wrong usage, or rules that are wrong
  3  a file cannot be read or written, or the input is nothing that can be transformed";

const SUGGEST: &str = "\
The rules are a first draft: a file in TOML for `migcore transform`, to be read and corrected. What IN has and ONTO has \
not goes, and what is lost of its values stands at the head of the file; what only ONTO has comes with the values \
of ONTO, or with 0 where ONTO is a schema. Each step has a comment that says why. Opaque fields are never touched, only \
named: whether they fit must be decided by hand.

Examples:
  migcore suggest vm.state --onto older-machine.state -o rules.toml
  migcore suggest vm.state --onto older-machine.dump.json
  migcore schema older.state --json > older.json; migcore suggest vm.state --onto older.json --json

Exit codes:
  0  the rules are written
  1  a stream is damaged; nothing is written
  2  wrong usage
  3  a file cannot be read or written, or nothing can be compared";

const PROFILE: &str = "\
A profile says which values the properties of devices have in older versions of a machine. It is TOML, with an entry for \
each version, from the newest to the oldest:

  [[machine]]
  until = \"7.2\"           # and all older ones, unless an older entry says otherwise
  wire = \"legacy\"         # what the machine is written as: legacy or chunk
  blobs = [\"rtc\"]         # devices that are in the stream as bytes without names
  rows = [
    { device = \"e1000e\", property = \"migrate-timadj\", value = false },
  ]

A value is true or false, a number, or a text; a row with `optional = true` is passed over by a device that has no such \
property.

Examples:
  migcore profile compat.toml
  migcore profile compat.toml --machine 6.2
  migcore profile compat.toml pc.toml --machine pc-i440fx-6.2 --device e1000e --json

Exit codes:
  0  nothing is wrong
  2  wrong usage
  3  a file cannot be read, or is no profile that makes sense";
