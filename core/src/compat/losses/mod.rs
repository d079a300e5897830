//! What steps cannot keep: told, judged, stored in the state, and given back.

pub(super) mod book;
pub(super) mod edit;
pub(super) mod ledger;
pub(super) mod loss;
pub(super) mod store;
