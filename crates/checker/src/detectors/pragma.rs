//! Which compilers the main file asks for.

use super::context::Context;
use solwright_analysis::program::Place;

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

/// The lowest version that a requirement names, as `(minor, patch)`; Solidity's major version is 0.
pub(super) fn lowest(wanted: &str) -> Option<(u32, u32)> {
    let versions = wanted.split(|char: char| !(char.is_ascii_digit() || char == '.')).filter(|part| part.contains('.'));
    let numbers = versions.filter_map(|version| {
        let mut parts = version.split('.').skip(1).map(|part| part.parse().ok());
        Some((parts.next()??, parts.next().flatten().unwrap_or(0)))
    });
    numbers.min()
}

/// Whether a requirement leaves out everything below the lowest version it names.
pub(super) fn has_floor(wanted: &str) -> bool {
    !wanted.trim_start().starts_with('<')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_version_is_read_from_ranges() {
        assert_eq!(lowest("^0.8.20"), Some((8, 20)));
        assert_eq!(lowest(">=0.6.2 <0.9.0"), Some((6, 2)));
        assert_eq!(lowest("0.4"), Some((4, 0)));
        assert_eq!(lowest("*"), None);
    }
}
