//! What benchmarks and others' tools ask of the binary. The real binary runs, with the real compiler.
#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

fn solwright(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_solwright"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What stands in for a native solc, given what one is given.
fn solc(arguments: &[&str]) -> Output {
    let list = text(&solwright(&["solc", "list"]).output().unwrap().stdout);
    let path = list.lines().next().unwrap().split_once(": ").unwrap().1.rsplit_once(';').unwrap().0;
    solwright(&[&["solc", "run", "--solc", path, "--"], arguments].concat()).output().unwrap()
}

#[test]
fn a_compiler_of_ours_answers_as_a_native_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, source: &str| {
        fs::write(folder.path().join(name), source).unwrap();
        folder.path().join(name).display().to_string()
    };
    file("B.sol", "contract B { function f() external {} }");
    let main = file("A.sol", "import \"./B.sol\"; contract A is B {}");
    let json: Value = serde_json::from_slice(&solc(&[&main, "--combined-json", "abi,ast,bin"]).stdout).unwrap();
    let contract = &json["contracts"][format!("{main}:A")];
    assert_eq!(contract["hashes"]["f()"], "26121ff0");
    assert!(contract["bin"].as_str().unwrap().len() > 100);
    assert_eq!(json["sourceList"].as_array().unwrap().len(), 2);
    assert_eq!(json["sources"][&main]["AST"]["nodeType"], "SourceUnit");
    let version = text(&solc(&["--version"]).stdout);
    assert!(version.contains("\nVersion: 0."), "{version}");
    let broken = solc(&[&file("C.sol", "contract C { x y; }"), "--combined-json", "abi"]);
    assert!(!broken.status.success() && text(&broken.stderr).contains("DeclarationError"), "{}", text(&broken.stderr));
}

/// A corpus of one pair, in the form of OWASP SCWE's pages.
fn corpus(folder: &Path) -> String {
    let block = |guard: &str| {
        format!(
            "```solidity\ncontract A {{ address o; function f() external {{ require({guard} == o); o = address(0); }} }}\n```\n"
        )
    };
    let page = format!("### Vulnerable\n{}### Fixed\n{}", block("tx.origin"), block("msg.sender"));
    fs::write(folder.join("SCWE-018.md"), page).unwrap();
    folder.display().to_string()
}

#[test]
fn a_peer_that_is_absent_is_said_so_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let peers = folder.path().join("none").display().to_string();
    let arguments = ["bench", "checker", "--scwe", &corpus(folder.path()), "--keys", "1", "--against", "solhint"];
    let output = solwright(&arguments).args(["--peers", &peers, "--format", "json"]).env("PATH", "").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(json["notes"][0].as_str().unwrap().contains("`npm install --global solhint@6.2.4` installs it"));
    let row = json["rows"].as_array().unwrap().iter().find(|row| row["tool"] == "solwright").unwrap();
    assert_eq!((&row["flagged"], &row["silent_on_fixed"]), (&Value::from(1), &Value::from(1)));
}

#[test]
fn a_session_that_is_of_another_contract_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let session = folder.path().join("session.jsonl");
    fs::write(&session, "{\"offset\":9999999,\"delete\":0,\"insert\":\"a\"}\n").unwrap();
    let output = solwright(&["bench", "checker", "--session", session.to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.contains("line 1, edits bytes that the contract does not have"), "{said}");
}
