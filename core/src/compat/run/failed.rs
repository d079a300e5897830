//! Why a transform did not happen.

use core::fmt;

use crate::compat::declare::history::{each_once, Edge};
use crate::compat::declare::version::Version;
use crate::compat::run::route::MAX_VERSIONS;
use crate::error::{put_number, Code, Path, Put, Report};

/// Why a transform did not happen: the tree is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// What happened, and where: the device, or the item within the machine. It is empty if it is the machine.
    pub report: Report,
    /// The two versions that no route leads between, or those of the edge that was gone, as it was gone.
    pub ends: Option<Ends>,
    /// The number of the step, in the edge as it is declared.
    pub step: Option<u32>,
    /// What more is to be said: the value that did not fit, the type that was expected, what would be lost, the versions
    /// that there are. Empty if nothing is.
    pub detail: Path,
}

/// Two versions, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// Where it began.
    pub from: Path,
    /// Where it was to lead.
    pub to: Path,
}

impl Failed {
    /// The code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.report.code
    }

    pub(crate) fn at(report: Report) -> Failed {
        Failed { report, ends: None, step: None, detail: Path::new() }
    }

    /// The same, and this is to be said of it.
    pub(crate) fn saying(self, detail: Path) -> Failed {
        Failed { detail, ..self }
    }

    /// The same, between two versions.
    pub(crate) fn between(self, from: Version<'_>, to: Version<'_>) -> Failed {
        let text = |version: Version<'_>| Path::build(&mut |put| version.put(put));
        Failed { ends: Some(Ends { from: text(from), to: text(to) }), ..self }
    }
}

/// No route leads between two versions over these edges, whose versions are told.
pub(crate) fn no_route(code: Code, edges: &[Edge<'_>]) -> Failed {
    let failed = Failed::from(code);
    if code != Code::NoRoute {
        return failed;
    }
    failed.saying(Path::build(&mut |put| {
        put(if edges.is_empty() { b"there is no history of it" } else { b"known are " });
        let known = edges.iter().flat_map(|edge| [edge.from, edge.to]);
        for (at, version) in each_once(known).take(MAX_VERSIONS).enumerate() {
            put(if at == 0 { b"" } else { b", " });
            version.put(put);
        }
    }))
}

impl From<Code> for Failed {
    fn from(code: Code) -> Failed {
        Failed::at(code.into())
    }
}

impl From<Report> for Failed {
    fn from(report: Report) -> Failed {
        Failed::at(report)
    }
}

impl Failed {
    /// Puts the message, in pieces: for those who print without `core::fmt`.
    pub fn put(&self, put: Put<'_>) {
        let path = self.report.path.as_str();
        put(if path.is_empty() { b"the machine" } else { path.as_bytes() });
        put(b": ");
        put(self.report.code.text().as_bytes());
        if !self.detail.as_str().is_empty() {
            put(b" (");
            put(self.detail.as_str().as_bytes());
            put(b")");
        }
        if let Some(Ends { from, to }) = &self.ends {
            let step = self.step.map(u64::from);
            if let Some(step) = step {
                put(b", in step ");
                put_number(step, put);
            }
            let first: &[u8] = if step.is_some() { b" from " } else { b", from " };
            for (word, version) in [(first, from), (&b" to "[..], to)] {
                put(word);
                put(version.as_str().as_bytes());
            }
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut done = Ok(());
        self.put(&mut |part| {
            // All parts are ASCII.
            let text = core::str::from_utf8(part).unwrap_or_default();
            if done.is_ok() {
                done = f.write_str(text);
            }
        });
        done
    }
}

impl core::error::Error for Failed {}
