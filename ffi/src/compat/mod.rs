//! What stands between versions of a machine.

pub mod check;
pub mod manifest;
pub mod opaque;
pub mod reason;
pub mod preflight;
pub mod profile;
pub mod rows;
pub mod hook;
pub mod run;
pub mod apply;
pub mod told;
pub mod older;

mod arena;
mod decode;
