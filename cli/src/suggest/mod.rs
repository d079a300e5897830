//! Rules that a human would start from: what differs between the state of a stream and what another program has.
//!
//! | module | what |
//! |---|---|
//! | [`shape`] | both sides as plain data |
//! | `tree`, `schema` | a side from a stream, from a schema |
//! | [`read`] | a side from a file |
//! | `machine` | which device is which; what is around them |
//! | `siblings` | the items of a device, one beside the other |
//! | `parts` | items that are several on the other side |
//! | `pci` | configurations of PCI devices |
//! | `part` | steps for one device, and what is said of them |
//! | `item` | items in TOML |
//! | [`mod@write`] | the file of rules |

mod item;
mod machine;
mod part;
mod parts;
mod pci;
pub mod read;
mod schema;
pub mod shape;
mod siblings;
mod tree;
pub mod write;

use machine::{machine, order};
use part::{Manner, Order};
use shape::Side;
use write::Suggestion;

/// One of the two, and what it is called.
pub type Named<'a> = (&'a str, &'a Side);

/// Suggests rules that make the first fit the second.
#[must_use]
pub fn suggest((mine_name, mine): Named<'_>, (theirs_name, theirs): Named<'_>) -> Suggestion {
    let order = order(mine, theirs);
    let named = mine.machine.as_ref().zip(theirs.machine.as_ref());
    let ends = named.filter(|(one, other)| one != other);
    let turned = ends.is_some() && order == Order::Newer;
    let manner = Manner {
        order,
        turned,
        valued: theirs.valued,
        complete: theirs.types,
        placed: mine.stream.is_some(),
    };
    let called = |side: &Side| match &side.machine {
        Some(machine) if !machine.is_empty() => machine.clone(),
        _ => "a machine without a name".to_owned(),
    };
    let in_order = |(one, other)| if turned { [other, one] } else { [one, other] };
    Suggestion {
        files: [mine_name.to_owned(), theirs_name.to_owned()],
        machines: [mine, theirs].map(called),
        ends: ends.map(in_order).map(|ends| ends.map(String::clone)),
        valued: theirs.valued,
        groups: machine(manner, mine, theirs),
    }
}
