//! Which compilers the main file asks for.

use super::context::Context;
use solwright_analysis::program::Place;

pub(super) use solwright_analysis::ir::lowest_version as lowest;

/// The `pragma solidity` directives of the main file, with the versions as written.
pub(super) fn pragmas(context: &Context<'_>) -> Vec<(Place, String)> {
    let spans = context.program.file(0).pragmas.iter().map(|span| context.place(*span));
    let read = spans.filter_map(|place| {
        let text = context.program.snippet(place);
        let wanted = text.strip_prefix("pragma")?.trim_start().strip_prefix("solidity")?;
        Some((place, wanted.trim_end_matches(';').trim().to_owned()))
    });
    read.collect()
}

/// Whether a requirement leaves out everything below the lowest version it names.
pub(super) fn has_floor(wanted: &str) -> bool {
    !wanted.trim_start().starts_with('<')
}
