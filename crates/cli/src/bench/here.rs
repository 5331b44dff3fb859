//! Where and when something was measured.

use std::{
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

/// Times of a build that is not a release say little.
pub const BUILD: &str = if cfg!(debug_assertions) { "a debug build" } else { "a release build" };

/// The machine, in words.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    format!("{cores} cores, {}, {}", model.unwrap_or(std::env::consts::ARCH), std::env::consts::OS)
}

/// The commit that the working folder is at; the empty string outside of a repository.
pub fn commit() -> String {
    let said = Command::new("git").args(["rev-parse", "HEAD"]).output();
    said.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned()).unwrap_or_default()
}

/// Today.
pub fn date() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    day(seconds / 86_400)
}

/// A day since 1970 as a date (Hinnant, "chrono-compatible low-level date algorithms").
fn day(days: u64) -> String {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (date, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = year + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{date:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        assert_eq!([0, 59, 20_453].map(day), ["1970-01-01", "1970-03-01", "2025-12-31"]);
    }
}
