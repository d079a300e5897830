//! How far a long reading came.

use std::cell::RefCell;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// What is over sooner needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar on the standard error, shown only to a person, and only if it takes long. Nothing is shown beside
/// what is printed to a terminal.
#[derive(Debug)]
pub struct Progress {
    begun: Instant,
    length: u64,
    wanted: bool,
    bar: RefCell<Option<ProgressBar>>,
}

impl Progress {
    /// Of a reading of `length` bytes.
    #[must_use]
    pub fn new(length: u64) -> Self {
        let wanted = io::stderr().is_terminal() && !io::stdout().is_terminal();
        Progress { begun: Instant::now(), length, wanted, bar: RefCell::new(None) }
    }

    /// The reading came to this position.
    pub fn at(&self, position: u64) {
        if self.wanted && self.begun.elapsed() > PATIENCE {
            self.bar.borrow_mut().get_or_insert_with(|| bar(self.length)).set_position(position);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.borrow().as_ref() {
            bar.finish_and_clear();
        }
    }
}

fn bar(length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length);
    let template = "{bar:40} {bytes} of {total_bytes}, {eta} left";
    // With another template than the default one it is only nicer.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
