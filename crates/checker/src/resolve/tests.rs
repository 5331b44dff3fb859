use super::*;
use solwright_analysis::project::{DiskFiles, Overlay, Project};
use std::{collections::HashMap, path::PathBuf, time::Instant};

/// Sources that exist in the editor alone; the first is the main one.
fn load(files: &[(&str, &str)]) -> Sources {
    let dir = std::env::temp_dir().join("solwright-resolve-tests");
    let path = |name: &str| dir.join(name);
    let texts: HashMap<PathBuf, Arc<str>> = files.iter().map(|(name, text)| (path(name), Arc::from(*text))).collect();
    let main = path(files[0].0);
    Project::discover(&main).load(&main, files[0].1, &Overlay { texts, below: DiskFiles })
}

#[track_caller]
fn check(files: &[(&str, &str)], expected: &[(&str, &str)]) {
    let found = match resolve(&load(files), Duration::from_secs(30)) {
        Resolution::Diagnostics(found) => found,
        other => panic!("{other:?}"),
    };
    let errors = found.iter().filter(|diagnostic| diagnostic.level == Level::Error);
    let told: Vec<_> =
        errors.map(|error| (error.message.as_str(), error.span.map_or("", |span| span.text(files[0].1)))).collect();
    assert_eq!(told, expected);
}

#[track_caller]
fn cycle(files: &[(&str, &str)]) -> String {
    let start = Instant::now();
    let resolution = resolve(&load(files), Duration::from_secs(30));
    assert!(start.elapsed() < Duration::from_secs(10));
    match resolution {
        Resolution::Cycle(diagnostic) => diagnostic.message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_name_that_is_not_there_is_found_at_its_place() {
    check(&[("A.sol", "/* é */ contract A { uint x = missing; }")], &[("unresolved symbol `missing`", "missing")]);
}

#[test]
fn types_are_checked() {
    check(&[("A.sol", "contract A { bool x = \"text\"; }")], &[("mismatched types", "\"text\"")]);
}

#[test]
fn imports_come_from_the_editor_not_the_disk() {
    let files = [
        (
            "A.sol",
            "import {B as C} from './lib/B.sol'; contract A is C { function g() external returns (uint) { return f(); } }",
        ),
        ("lib/B.sol", "import '../A.sol'; contract B { function f() internal returns (uint) { return 1; } }"),
    ];
    check(&files, &[]);
}

#[test]
fn a_missing_import_is_told_in_the_loaders_words() {
    let sources = load(&[("A.sol", "import './Nowhere.sol'; contract A {}")]);
    let found = resolve(&sources, Duration::from_secs(30)).into_diagnostics();
    assert!(found[0].message.contains("correct the path"), "{found:?}");
}

#[test]
fn contracts_that_inherit_from_each_other_are_refused() {
    assert_eq!(cycle(&[("A.sol", "contract A is B {} contract B is A {}")]), "`A` inherits from itself: A is B is A");
    assert_eq!(cycle(&[("A.sol", "contract A is A {}")]), "`A` inherits from itself: A is A");
}

#[test]
fn a_cycle_across_files_is_refused() {
    let files = [
        ("A.sol", "import './B.sol' as M; contract A is M.B {}"),
        ("B.sol", "import {A as Z} from './A.sol'; contract B is Z {}"),
    ];
    assert_eq!(cycle(&files), "`A` inherits from itself: A is B is A");
}

#[test]
fn a_base_of_the_same_name_is_no_cycle() {
    let files =
        [("A.sol", "import {Token as Base} from './B.sol'; contract Token is Base {}"), ("B.sol", "contract Token {}")];
    check(&files, &[]);
}

#[test]
fn a_file_that_does_not_parse_has_an_error_and_no_panic() {
    let Resolution::Diagnostics(found) = resolve(&load(&[("A.sol", "contract A { function f( }")]), DEADLINE) else {
        panic!()
    };
    assert!(found.iter().any(|diagnostic| diagnostic.level == Level::Error));
}

#[test]
fn a_source_that_nests_too_deeply_is_not_given_to_solar() {
    let deep = format!("contract A {{ uint x = {}1{}; }}", "(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(resolve(&load(&[("A.sol", &deep)]), DEADLINE), Resolution::GaveUp);
}
