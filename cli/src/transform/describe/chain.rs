//! QEMU's lists and trees, whose elements each say that they are there.

use migcore::codec::vmdesc::{Description, Field, Nested};
use migcore::model::{NodeId, Value};

use super::device::Describing;

impl Describing<'_, '_> {
    /// The descriptions of the elements; of a tree, those of the keys too.
    pub(super) fn chain(
        &mut self,
        chain: NodeId,
        name: &str,
        old: Option<&Field>,
    ) -> Option<Vec<Description>> {
        let before = match old.map(|old| &old.nested) {
            Some(Nested::Inline(before)) => before.as_slice(),
            _ => &[],
        };
        let elements = self.tree.child_by_name(chain, b"elements", 0).ok()??;
        let mut inside = Vec::new();
        let mut child = self.tree.first_child(elements).ok()?;
        while let Some(element) = child {
            let optional = self.tree.first_child(element).ok()??;
            if self.tree.value(optional) == Ok(Value::Optional { present: true }) {
                self.link(optional, name, before, &mut inside)?;
            }
            child = self.tree.next_sibling(element).ok()?;
        }
        Some(inside)
    }

    fn link(
        &mut self,
        link: NodeId,
        name: &str,
        old: &[Description],
        inside: &mut Vec<Description>,
    ) -> Option<()> {
        let structs = self.structs(link)?;
        if structs.is_empty() {
            let before = old.get(inside.len()).or(old.last());
            let named = before.map_or(name, |before| &before.name).to_owned();
            let version = before.map_or(1, |before| before.version);
            inside.push(self.description(link, named, version, before)?);
            return Some(());
        }
        for (part, named, version) in structs {
            let before = old.get(inside.len()).filter(|before| before.name == named);
            inside.push(self.description(part, named, version, before)?);
        }
        Some(())
    }

    /// The structs `key` and `value` of a tree, or the one without a name that is all that is in an element.
    fn structs(&self, link: NodeId) -> Option<Vec<(NodeId, String, u32)>> {
        let mut structs = Vec::new();
        for node in self.tree.children(link).ok()? {
            let Ok(Value::Struct(Some(description))) = self.tree.value(node) else { continue };
            if matches!(self.tree.name(node), Ok(b"" | b"key" | b"value")) {
                let named = String::from_utf8(description.name.to_vec()).ok()?;
                structs.push((node, named, description.versions.current));
            }
        }
        Some(structs)
    }
}
