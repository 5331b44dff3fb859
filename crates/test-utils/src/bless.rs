//! Expected outputs that live in files and are reviewed, never written by hand.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// A path in the repository, from its root.
pub fn repo_path(relative: impl AsRef<Path>) -> PathBuf {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_dir.ancestors().nth(2).unwrap().join(relative)
}

/// Compares with the file, or writes it when the environment says `BLESS=1`. Line ends of the file don't matter.
#[track_caller]
pub fn assert_blessed(path: impl AsRef<Path>, actual: &str) {
    let is_blessing = env::var_os("BLESS").is_some_and(|value| value == "1");
    if let Err(difference) = compare(path.as_ref(), actual, is_blessing) {
        panic!("{difference}");
    }
}

fn compare(path: &Path, actual: &str, is_blessing: bool) -> Result<(), String> {
    let expected = fs::read_to_string(path).ok().map(|text| text.replace("\r\n", "\n"));
    if expected.as_deref() == Some(actual) {
        return Ok(());
    }
    if is_blessing {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, actual).unwrap();
        return Ok(());
    }
    let place = path.display();
    let Some(expected) = expected else {
        return Err(format!("{place} is missing: run again with BLESS=1 to write it\n--- actual\n{actual}"));
    };
    let line = expected.lines().zip(actual.lines()).take_while(|(expected, actual)| expected == actual).count();
    Err(format!(
        "{place}:{}: blessed output differs: review it, then run again with BLESS=1\n--- expected\n{expected}\n--- actual\n{actual}",
        line + 1
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(repo_path("Cargo.toml").is_file());
        assert!(repo_path("crates/test-utils").is_dir());
    }

    #[test]
    fn blessing_writes_and_then_agrees() {
        let dir = env::temp_dir().join(format!("solwright-bless-{}", std::process::id()));
        let path = dir.join("new/output.txt");
        assert!(compare(&path, "a\nb\n", false).unwrap_err().contains("is missing"));
        compare(&path, "a\nb\n", true).unwrap();
        compare(&path, "a\nb\n", false).unwrap();
        assert!(compare(&path, "a\nc\n", false).unwrap_err().contains("output.txt:2:"));
        fs::remove_dir_all(dir).unwrap();
    }
}
