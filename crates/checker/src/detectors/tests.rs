use super::*;
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::Program;
use solwright_analysis::project::{DiskFiles, Project, Sources};
use solwright_syntax::{LineIndex, PositionEncoding};
use solwright_test_utils::{Annotation, annotations, assert_blessed, repo_path};
use std::fmt::Write;

fn findings(name: &str) -> (String, Vec<Finding>) {
    let path = repo_path(format!("tests/detectors/{name}.sol"));
    let text = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let sources = Project::discover(&path).load(&path, &text, &DiskFiles);
    (text, run(&Program::build(&sources), &Settings::default()))
}

fn line(text: &str, finding: &Finding) -> u32 {
    LineIndex::new(text).position(text, finding.span.start, PositionEncoding::Utf8).line
}

/// A finding as the command line would show it, without the path of this machine.
fn render(name: &str, text: &str, finding: &Finding) -> String {
    let lines = LineIndex::new(text);
    let place = |offset| {
        let position = lines.position(text, offset, PositionEncoding::Utf8);
        format!("{name}.sol:{}:{}", position.line + 1, position.character + 1)
    };
    let Finding { detector, severity, confidence, message, note, help, scwe, .. } = finding;
    let mut out = format!("{severity}[{detector}]: {message} ({confidence} confidence, {scwe})\n");
    writeln!(out, "  --> {}", place(finding.span.start)).unwrap();
    writeln!(out, "  note: {note}\n  help: {help}").unwrap();
    for step in &finding.trace {
        writeln!(out, "  {}: {}", place(step.span.start), step.message).unwrap();
    }
    out
}

/// Every annotation of a fixture is met, nothing else is found, and the whole output is as it was reviewed.
#[track_caller]
fn check(id: &str) {
    let (text, mut found) = findings(id);
    found.retain(|finding| finding.detector == id);
    let told: Vec<String> = found.iter().map(|finding| render(id, &text, finding)).collect();
    let meets = |finding: &Finding, annotation: &Annotation| {
        line(&text, finding) == annotation.line
            && finding.severity.to_string().to_uppercase() == annotation.level
            && finding.message.contains(&annotation.text)
    };
    let expected = annotations(&text);
    for annotation in &expected {
        assert!(
            found.iter().any(|finding| meets(finding, annotation)),
            "{annotation:?} is not met by\n{}",
            told.join("\n")
        );
    }
    for (finding, told) in found.iter().zip(&told) {
        assert!(expected.iter().any(|annotation| meets(finding, annotation)), "nothing announces\n{told}");
    }
    assert_blessed(repo_path(format!("tests/detectors/{id}.stderr")), &told.join("\n"));
}

#[test]
fn every_fixture_is_met() {
    ALL.iter().for_each(|detector| check(detector.id));
}

#[test]
fn every_detector_has_a_manual_with_all_its_parts() {
    for detector in ALL {
        let manual = manual(detector.id).unwrap();
        for part in ["# ", "## What it does", "## Why it is bad", "## Example", "## Known gaps"] {
            assert!(manual.contains(part), "`{}` lacks {part}", detector.id);
        }
    }
    assert_eq!(manual("no-such-detector"), None);
}

fn findings_in(text: &str, settings: &Settings) -> Vec<&'static str> {
    let sources = Sources::of_text("Main.sol", text);
    run(&Program::build(&sources), settings).iter().map(|finding| finding.detector).collect()
}

const OPEN: &str = "contract A { function f() external { selfdestruct(payable(msg.sender)); } }";

#[test]
fn a_disabled_detector_is_silent() {
    assert_eq!(findings_in(OPEN, &Settings::default()), ["unprotected-selfdestruct"]);
    let settings = Settings { disabled: Some(vec!["unprotected-selfdestruct".to_owned()]), ..Settings::default() };
    assert_eq!(findings_in(OPEN, &settings), [""; 0]);
}

#[test]
fn findings_below_the_wanted_confidence_are_dropped() {
    let text = "contract A { function f() external view returns (bool) { return block.timestamp % 2 == 0; } }";
    assert_eq!(findings_in(text, &Settings::default()), ["weak-randomness"]);
    let settings = Settings { min_confidence: Some(Confidence::Medium), ..Settings::default() };
    assert_eq!(findings_in(text, &settings), [""; 0]);
}

#[test]
fn a_comment_silences_a_finding() {
    let text = OPEN.replace("{ self", "{\n// solwright-disable-next-line unprotected-selfdestruct\nself");
    assert_eq!(findings_in(&text, &Settings::default()), [""; 0]);
}

#[test]
fn an_intact_function_keeps_its_finding_while_another_is_typed() {
    let text = OPEN.replace("contract A {", "contract A {\n  function g() external { uint x = \n  }\n");
    assert_eq!(findings_in(&text, &Settings::default()), ["unprotected-selfdestruct"]);
}

#[test]
fn our_projects_are_silent_but_for_advice_on_how_to_govern_them() {
    let projects: [(&str, &[&str]); 3] = [
        ("foundry/src/Vault.sol", &["no-emergency-stop"]),
        ("foundry/src/Owned.sol", &[]),
        ("hardhat/contracts/Coin.sol", &["centralized-control"]),
    ];
    for (path, advice) in projects {
        let path = repo_path("tests/projects").join(path);
        let text = std::fs::read_to_string(&path).unwrap();
        let sources = Project::discover(&path).load(&path, &text, &DiskFiles);
        let found = run(&Program::build(&sources), &Settings::default());
        assert!(found.iter().all(|finding| finding.severity == Severity::Info), "{found:?}");
        assert_eq!(found.iter().map(|finding| finding.detector).collect::<Vec<_>>(), advice);
    }
}

/// A function as it is typed, from its first word to its last brace; it shares no name with any fixture.
const TYPED: &str = r#"function typedJustNow(uint256 typedIn) external pure returns (bool) {
        if (typedIn > 7) {
            uint256 typedHalf = typedIn / 2;
            return typedHalf > (3 + typedIn);
        }
        return "a" == 'b';
    }
"#;
/// Every how manyth keystroke is tried at one place. All of them take minutes.
const STRIDE: usize = 40;

#[test]
fn a_storm_of_keystrokes_leaves_the_findings_in_intact_functions_alone() {
    let said = |text: &str| {
        let sources = Sources::of_text("Main.sol", text);
        let mut said: Vec<String> = run(&Program::build(&sources), &Settings::default())
            .iter()
            .map(|finding| format!("{}: {} at `{}`", finding.detector, finding.message, finding.span.text(text)))
            .collect();
        said.sort();
        said
    };
    let cuts = (1..TYPED.len()).filter(|cut| !TYPED.as_bytes()[cut - 1].is_ascii_alphanumeric());
    let cuts: Vec<&str> = cuts.map(|cut| &TYPED[..cut]).collect();
    let mut storm = 0;
    for detector in ALL {
        let (text, _) = findings(detector.id);
        let before = said(&text);
        for (at, _) in text.match_indices("\n    function ") {
            // A few of all the prefixes at each place, others at the next.
            for cut in cuts.iter().skip(storm % STRIDE).step_by(STRIDE) {
                let after = said(&format!("{}\n    {cut}{}", &text[..at], &text[at..]));
                let lost: Vec<_> = before.iter().filter(|finding| !after.contains(finding)).collect();
                assert!(lost.is_empty(), "{} loses {lost:#?} at byte {at} to {cut:?}", detector.id);
            }
            storm += 1;
        }
    }
    assert!(storm > 500, "only {storm} places to type at");
}
