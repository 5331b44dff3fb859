//! What the tests of all crates share: annotated fixtures, cursor markers, blessed outputs.
#![allow(clippy::unwrap_used, reason = "a test helper fails loudly")]

mod annotation;
mod bless;
mod cursor;
mod random;

pub use annotation::{Annotation, annotations};
pub use bless::{assert_blessed, repo_path};
pub use cursor::{CURSOR, extract_cursor};
pub use random::Random;
