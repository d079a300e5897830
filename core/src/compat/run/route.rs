//! The shortest way from one version to another.

use crate::compat::declare::history::{Edge, Way};
use crate::compat::declare::version::Version;
use crate::error::{Code, Result};

/// The versions that one history may have. A route is looked for on the stack.
pub const MAX_VERSIONS: usize = 64;

/// An edge of a route, by its number, and how it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The place of the edge among those of its history.
    pub edge: usize,
    /// The direction.
    pub way: Way,
}

/// The legs from one version to another, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    legs: heapless::Vec<Leg, MAX_VERSIONS>,
}

impl Route {
    /// The shortest route over `edges`. Of several, it is the one whose first leg was declared first; where
    /// these agree, the second, and so on.
    ///
    /// # Errors
    /// [`Code::NoRoute`]; [`Code::TooMany`] for a history of more than [`MAX_VERSIONS`].
    pub fn find(edges: &[Edge<'_>], from: Version<'_>, to: Version<'_>) -> Result<Route> {
        let mut reached = Reached::default();
        reached.add(Found { version: from, last: None })?;
        let mut at = 0usize;
        while let Some(found) = reached.versions.get(at).copied() {
            if found.version == to {
                return Ok(reached.route_to(at));
            }
            for (edge, declared) in edges.iter().enumerate() {
                if let Some((way, version)) = declared.leads_on(found.version) {
                    reached.add(Found { version, last: Some((at, Leg { edge, way })) })?;
                }
            }
            at = at.saturating_add(1);
        }
        Err(Code::NoRoute)
    }

    /// Whether there is a route over `edges`.
    ///
    /// # Errors
    /// [`Code::TooMany`], as of [`find`](Route::find).
    pub(crate) fn leads(edges: &[Edge<'_>], from: Version<'_>, to: Version<'_>) -> Result<bool> {
        match Route::find(edges, from, to) {
            Ok(_) => Ok(true),
            Err(Code::NoRoute) => Ok(false),
            Err(code) => Err(code),
        }
    }

    /// The legs, in order; none where both ends are the same.
    #[must_use]
    pub fn legs(&self) -> &[Leg] {
        &self.legs
    }

    /// The direction of the whole: up or down if all legs are; else by which end is the older one of the
    /// history. So the way back is always the other one.
    pub(crate) fn way(&self, edges: &[Edge<'_>], from: Version<'_>, to: Version<'_>) -> Way {
        let up = self.legs.iter().filter(|leg| leg.way == Way::Up).count();
        let older_first = || {
            let mut ends = edges.iter().flat_map(|edge| [edge.from, edge.to]);
            ends.find(|version| *version == from || *version == to) == Some(from)
        };
        match up {
            0 => Way::Down,
            all if all == self.legs.len() => Way::Up,
            _ if older_first() => Way::Up,
            _ => Way::Down,
        }
    }
}

impl<'a> Edge<'a> {
    /// Where an edge leads from a version, if it does.
    fn leads_on(&self, from: Version<'_>) -> Option<(Way, Version<'a>)> {
        let ways = [Way::Up, Way::Down].map(|way| (way, self.ends(way)));
        let fits = ways.into_iter().find(|(way, ends)| ends.0 == from && self.leads(*way));
        fits.map(|(way, (_, to))| (way, to))
    }
}

/// A version that was reached: from which other, by its place, and by which leg.
#[derive(Clone, Copy)]
struct Found<'a> {
    version: Version<'a>,
    last: Option<(usize, Leg)>,
}

/// The versions that were reached, the nearest first.
#[derive(Default)]
struct Reached<'a> {
    versions: heapless::Vec<Found<'a>, MAX_VERSIONS>,
}

impl<'a> Reached<'a> {
    /// Adds a version, unless it was reached before.
    fn add(&mut self, found: Found<'a>) -> Result<()> {
        if self.versions.iter().any(|other| other.version == found.version) {
            return Ok(());
        }
        self.versions.push(found).map_err(|_| Code::TooMany)
    }

    fn route_to(&self, end: usize) -> Route {
        let (mut back, mut route) = (Route::default(), Route::default());
        let mut at = end;
        while let Some((before, leg)) = self.versions.get(at).and_then(|found| found.last) {
            // A route has fewer legs than there are versions.
            let _ = back.legs.push(leg);
            at = before;
        }
        // Not `reverse`: not every optimiser sees that it cannot panic.
        for leg in back.legs.iter().rev() {
            let _ = route.legs.push(*leg);
        }
        route
    }
}
