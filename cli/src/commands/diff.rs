//! `diff`: in what two states differ.

use std::io::{self, BufWriter, IsTerminal};
use std::path::Path;

use super::complain;
use crate::arguments::Diff;
use crate::compare::{compare, Counts, Listing, Side};
use crate::failure::{Failure, Outcome, Result};
use crate::input::Input;
use crate::qemu::description;

pub(super) fn run(arguments: &Diff) -> Result {
    let Diff { left, right, json, vmdesc_a, vmdesc_b } = arguments;
    if left == right && left == Path::new("-") {
        return Err(Failure::Usage("only one of the two can be the standard input".to_owned()));
    }
    let (left, right) = (side(left, vmdesc_a.as_deref())?, side(right, vmdesc_b.as_deref())?);
    let mut errors = errors(&left, &arguments.left);
    errors.extend(self::errors(&right, &arguments.right));
    errors.iter().for_each(|error| complain(error));
    let person = io::stdout().is_terminal();
    let mut stdout = BufWriter::new(io::stdout().lock());
    let mut listing = Listing::new(&mut stdout, *json);
    // Half a state is not compared.
    if errors.is_empty() {
        compare(&left, &right, &mut listing)?;
    }
    let Counts { differences, .. } = listing.end(&errors, person).map_err(Failure::printing)?;
    Ok(match errors.is_empty() && differences == 0 {
        true => Outcome::Fine,
        false => Outcome::Found,
    })
}

fn side(path: &Path, vmdesc: Option<&Path>) -> Result<Side> {
    let outside = vmdesc.map(description::from_file).transpose()?;
    Side::read(Input::open(path)?, outside)
}

fn errors(side: &Side, path: &Path) -> Vec<String> {
    side.damages().iter().map(|damage| format!("{}: {damage}", path.display())).collect()
}
