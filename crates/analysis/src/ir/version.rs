//! Which compilers a file asks for.

/// The lowest version that a requirement names, as `(minor, patch)`; Solidity's major version is 0.
pub fn lowest_version(wanted: &str) -> Option<(u32, u32)> {
    let versions = wanted.split(|char: char| !(char.is_ascii_digit() || char == '.')).filter(|part| part.contains('.'));
    let numbers = versions.filter_map(|version| {
        let mut parts = version.split('.').skip(1).map(|part| part.parse().ok());
        Some((parts.next()??, parts.next().flatten().unwrap_or(0)))
    });
    numbers.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_version_is_read_from_ranges() {
        assert_eq!(lowest_version("^0.8.20"), Some((8, 20)));
        assert_eq!(lowest_version(">=0.6.2 <0.9.0"), Some((6, 2)));
        assert_eq!(lowest_version("0.4"), Some((4, 0)));
        assert_eq!(lowest_version("*"), None);
    }
}
