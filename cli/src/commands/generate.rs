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
        Generated::Man => clap_mangen::generate_to(Arguments::command(), dir),
        Generated::Completions => completions(dir),
    }
    .map_err(Failure::writing(dir))?;
    Ok(Outcome::Fine)
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
