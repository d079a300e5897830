//! Which versions a state went through, and the tags of its devices: the private device `migcore.history`
//! (`docs/format.md`, section 16).

use crate::compat::declare::version::Version;
use crate::compat::devices;
use crate::compat::private::fields;
use crate::compat::private::index::{Entry, Index, Work};
use crate::compat::private::keyed::{self, Identity};
use crate::error::{Code, Result};
use crate::model::{At, NodeId, Tree, Value};
use crate::visit::{Extent, Kind, Marks};

/// The name of the device.
pub const HISTORY: &str = "migcore.history";

/// Hops that are kept. Older ones are only counted.
pub const MAX_HOPS: usize = 64;

const HOPS: &str = "hops";
const TAGS: &str = "tags";
const FOLDED: &str = "folded";
const TAG: &str = "tag";

/// A stop of a state on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop<'t> {
    /// The machine.
    pub machine: &'t [u8],
    /// The version of the machine that the state was of.
    pub version: Version<'t>,
    /// The program that wrote it.
    pub writer: &'t [u8],
}

/// Notes that a program wrote this state for a version of a machine: what it calls before it sends the tree.
///
/// # Errors
/// [`Code::NoSpace`]; [`Code::TooNew`] if only newer programs can read the history;
/// [`Code::InvalidArgument`] for a text that holds a byte 0.
pub fn note_hop(
    tree: &mut Tree<'_>,
    machine: &str,
    version: Version<'_>,
    writer: &str,
) -> Result<()> {
    if [machine, version.tag, writer].iter().any(|text| text.contains('\0')) {
        return Err(Code::InvalidArgument);
    }
    let device = make(tree)?;
    let list = fields::make_list(tree, device, HOPS)?;
    let hop = tree.insert(At::End(list), b"", Marks::NONE, Value::Element)?;
    fields::put_text(tree, hop, "machine", machine.as_bytes())?;
    fields::put_word(tree, hop, "number", version.number)?;
    fields::put_text(tree, hop, TAG, version.tag.as_bytes())?;
    fields::put_text(tree, hop, "writer", writer.as_bytes())?;
    fold(tree, device, list)
}

/// Leaves the last hops, and counts the others.
fn fold(tree: &mut Tree<'_>, device: NodeId, list: NodeId) -> Result<()> {
    let mut folded = fields::number(tree, device, FOLDED);
    let surplus = tree.count(list)?.saturating_sub(MAX_HOPS);
    for _ in 0..surplus {
        let Some(oldest) = tree.first_child(list)? else { break };
        tree.remove(oldest)?;
        folded = folded.saturating_add(1);
    }
    match surplus {
        0 => Ok(()),
        _ => fields::set(tree, device, FOLDED, Value::Scalar(Kind::U64, folded)),
    }
}

/// Gives the hops to `each`, from the oldest that is kept, and says how many older ones there were.
///
/// # Errors
/// As [`note_hop`].
pub fn each_hop(tree: &Tree<'_>, each: &mut dyn FnMut(&Hop<'_>)) -> Result<u64> {
    let Some(device) = fields::device(tree, HISTORY)? else { return Ok(0) };
    if let Some(list) = fields::list(tree, device, HOPS) {
        for element in tree.children(list)? {
            each(&hop(tree, element));
        }
    }
    Ok(fields::number(tree, device, FOLDED))
}

fn hop<'t>(tree: &'t Tree<'_>, element: NodeId) -> Hop<'t> {
    Hop {
        machine: fields::text(tree, element, "machine"),
        version: fields::version(tree, element, "number", TAG),
        writer: fields::text(tree, element, "writer"),
    }
}

/// The last hop.
fn last_hop<'t>(tree: &'t Tree<'_>) -> Result<Option<Hop<'t>>> {
    let Some(device) = fields::device(tree, HISTORY)? else { return Ok(None) };
    let Some(list) = fields::list(tree, device, HOPS) else { return Ok(None) };
    Ok(tree.last_child(list)?.map(|element| hop(tree, element)))
}

/// The version of the machine that a state is of: the name of the machine in a QEMU stream, else that of the
/// last hop. `None` if nothing tells.
///
/// # Errors
/// As [`note_hop`].
pub fn machine_version<'t>(tree: &'t Tree<'_>) -> Result<Option<Version<'t>>> {
    match configured(tree) {
        Some((_, name)) => Ok(Some(Version::named(name))),
        None => Ok(last_hop(tree)?.map(|hop| hop.version)),
    }
}

/// The name of the machine in the configuration of a QEMU stream.
fn configured<'t>(tree: &'t Tree<'_>) -> Option<(NodeId, &'t str)> {
    let configuration = tree.find(devices::stream(tree)?, b"configuration.machine").ok()?;
    match tree.value(configuration) {
        Ok(Value::Bytes(_, name)) => Some((configuration, core::str::from_utf8(name).ok()?)),
        _ => None,
    }
}

/// A leg of the machine was gone: a QEMU stream that has the one name gets the other.
pub(crate) fn rename_machine(tree: &mut Tree<'_>, from: &str, to: &str) -> Result<()> {
    match configured(tree) {
        Some((node, name)) if name == from && from != to => {
            tree.replace(node, Value::Bytes(Extent::Variable, to.as_bytes()))
        }
        _ => Ok(()),
    }
}

/// The route of the machine was gone: a QEMU stream is called what it now is, also where it had a name that no edge
/// knows and somebody said which machine it was.
pub(crate) fn name_machine(tree: &mut Tree<'_>, to: Version<'_>) -> Result<()> {
    match configured(tree) {
        Some((node, name)) if to.number == 0 && !to.tag.is_empty() && name != to.tag => {
            tree.replace(node, Value::Bytes(Extent::Variable, to.tag.as_bytes()))
        }
        _ => Ok(()),
    }
}

/// Notes a hop by this library, of the machine that the last hop tells.
pub(crate) fn note_transform(
    tree: &mut Tree<'_>,
    version: Version<'_>,
    writer: &str,
) -> Result<()> {
    let mut machine = heapless::String::<{ crate::error::MAX_NAME }>::new();
    if let Some(hop) = last_hop(tree)? {
        // A longer name than any wire has is left out.
        let _ = machine.push_str(core::str::from_utf8(hop.machine).unwrap_or_default());
    }
    note_hop(tree, &machine, version, writer)
}

fn make(tree: &mut Tree<'_>) -> Result<NodeId> {
    match fields::device(tree, HISTORY)? {
        Some(device) => Ok(device),
        None => fields::make_device(tree, HISTORY),
    }
}

/// The list of the tags.
pub(crate) fn tags(tree: &Tree<'_>) -> Result<Option<NodeId>> {
    let device = fields::device(tree, HISTORY)?;
    Ok(device.and_then(|device| fields::list(tree, device, TAGS)))
}

/// The tag of an element.
pub(crate) fn tag<'t>(tree: &'t Tree<'_>, element: NodeId) -> &'t str {
    core::str::from_utf8(fields::text(tree, element, TAG)).unwrap_or_default()
}

/// The tag of a device; empty if it has none. It is looked for among all tags.
///
/// # Errors
/// As [`note_hop`]; [`Code::StaleHandle`].
pub fn tag_of<'t>(tree: &'t Tree<'_>, device: NodeId) -> Result<&'t str> {
    let element = seek(tree, &Identity::of(tree, device)?)?;
    Ok(element.map_or("", |element| tag(tree, element)))
}

/// Gives a device a tag, which stands beside the number of its version; an empty one takes it away.
///
/// # Errors
/// As [`note_hop`]; [`Code::StaleHandle`].
pub fn set_tag(tree: &mut Tree<'_>, device: NodeId, tag: &str) -> Result<()> {
    if tag.contains('\0') {
        return Err(Code::InvalidArgument);
    }
    let element = seek(tree, &Identity::of(tree, device)?)?;
    let mut list = tags(tree)?;
    match (element, tag) {
        (Some(element), "") => tree.remove(element),
        (element, tag) => put_tag(tree, &mut list, element, device, tag),
    }
}

/// The element of a device, without an index.
fn seek(tree: &Tree<'_>, device: &Identity) -> Result<Option<NodeId>> {
    match tags(tree)? {
        Some(list) => Ok(tree.children(list)?.find(|element| device.is_of(tree, *element))),
        None => Ok(None),
    }
}

/// Gives a device that was called something its tag, in the list that the index is of, which is made if there is none.
pub(crate) fn follow(
    tree: &mut Tree<'_>,
    (index, list): (&Index, &mut Option<NodeId>),
    (called, device): (&Identity, NodeId),
    tag: &str,
    work: &mut Work,
) -> Result<()> {
    match (keyed::find(index, tree, called, work)?, tag) {
        (Some(entry), "") => index.remove(tree, entry),
        (found, tag) => {
            put_tag(tree, list, found.map(|Entry { element, .. }| element), device, tag)
        }
    }
}

fn put_tag(
    tree: &mut Tree<'_>,
    list: &mut Option<NodeId>,
    element: Option<NodeId>,
    device: NodeId,
    tag: &str,
) -> Result<()> {
    let identity = Identity::of(tree, device)?;
    let element = match (element, tag) {
        (Some(element), _) => element,
        (None, "") => return Ok(()),
        (None, _) => {
            let tags = match *list {
                Some(tags) => tags,
                None => {
                    let history = make(tree)?;
                    fields::make_list(tree, history, TAGS)?
                }
            };
            *list = Some(tags);
            identity.add(tree, tags)?
        }
    };
    identity.set(tree, element)?;
    fields::set(tree, element, TAG, Value::Text(tag))
}
