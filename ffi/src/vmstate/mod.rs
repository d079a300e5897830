//! Objects that are visited by a table of their fields.

pub mod services;
pub mod table;
