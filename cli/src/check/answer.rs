//! What a check finds, and what follows from it.

pub use migcore::compat::preflight::Answer;

/// The most findings that are kept; of the others only the answer is.
const KEPT: usize = 10_000;

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What follows from it.
    pub answer: Answer,
    /// What it is about, in one word.
    pub reason: &'static str,
    /// Where in the stream; empty for the whole of it.
    pub place: String,
    /// What was found.
    pub text: String,
    /// What would help; empty where nothing is known.
    pub help: &'static str,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// What follows from all of it.
    pub answer: Answer,
    /// What was found, in the order of the stream.
    pub findings: Vec<Finding>,
    /// How many findings were not kept.
    pub more: u64,
    /// How many devices were compared.
    pub devices: u64,
}

impl Checked {
    /// That a stream cannot be read.
    #[must_use]
    pub fn damaged(what: &str) -> Checked {
        let mut checked = Checked::default();
        checked.add_damage(format!("{what} is damaged"));
        checked
    }

    /// Adds what is damaged.
    pub fn add_damage(&mut self, text: String) {
        self.add(Finding {
            answer: Answer::Refused,
            reason: "damage",
            place: String::new(),
            text,
            help: "look at it with `migcore verify`",
        });
    }

    /// Adds a finding.
    pub fn add(&mut self, finding: Finding) {
        self.answer = self.answer.and(finding.answer);
        match self.findings.len() < KEPT {
            true => self.findings.push(finding),
            false => self.more = self.more.saturating_add(1),
        }
    }
}
