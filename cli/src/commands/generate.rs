//! `generate`: man pages, and completions of shells.

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use crate::arguments::{Arguments, Generate, Generated};
use crate::failure::{Failure, Outcome, Result};

/// What shells complete.
const NAME: &str = "migcore";

const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(super) fn run(arguments: &Generate) -> Result {
    let dir = &arguments.dir;
    fs::create_dir_all(dir).map_err(Failure::writing(dir))?;
    match arguments.what {
        Generated::Man => pages(dir),
        Generated::Completions => completions(dir),
    }
    .map_err(Failure::writing(dir))?;
    Ok(Outcome::Fine)
}

fn pages(dir: &Path) -> std::io::Result<()> {
    clap_mangen::generate_to(Arguments::command(), dir)?;
    let all = Arguments::command();
    let shown = all.get_subcommands().filter(|command| !command.is_hide_set());
    let names = shown.map(|command| format!("{NAME}-{}.1", command.get_name()));
    for name in names.chain([format!("{NAME}.1")]) {
        let page = dir.join(name);
        let text = fs::read_to_string(&page)?;
        fs::write(&page, with_sections(&text))?;
    }
    Ok(())
}

/// A page whose examples and exit codes are sections of their own, line by line.
fn with_sections(page: &str) -> String {
    page.replace(".SH EXTRA\n", ".SH NOTES\n")
        .replace("\nExamples:\n", "\n.SH EXAMPLES\n.nf\n")
        .replace("\nExit codes:\n", "\n.fi\n.SH \"EXIT STATUS\"\n.nf\n")
        .replace(".SH NOTES\n.fi\n", "")
}

fn completions(dir: &Path) -> std::io::Result<()> {
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut shown(), NAME, dir)?;
    }
    Ok(())
}

/// The command line without what is hidden: completions would have it all.
fn shown() -> Command {
    let all = Arguments::command();
    let shown = |command: &&Command| !command.is_hide_set();
    Command::new(NAME).version(VERSION).subcommands(all.get_subcommands().filter(shown).cloned())
}
