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

/// One small task: its judge must see both the sum and the event.
fn adder(folder: &Path) -> String {
    let text = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\ncontract Adder {\n    uint256 public total;\n    event Added(uint256 amount);\n\n    /// @notice Adds an amount to the total.\n    /// @param amount What to add.\n    function add(uint256 amount) external {\n        total += amount;\n        emit Added(amount);\n    }\n}\n";
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("Adder.sol"), text).unwrap();
    folder.display().to_string()
}

#[test]
fn bench_generate_measures_the_model_beside_its_controls_and_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (tasks, out) = (adder(&folder.path().join("tasks")), folder.path().join("out"));
    let run = |methods: &str| {
        let out = out.display().to_string();
        let arguments =
            ["bench", "generate", "--file", &tasks, "--methods", methods, "--samples", "2", "--calls", "200"];
        solwright(&[&arguments[..], &["--out", &out, "--format", "json"]].concat()).output().unwrap()
    };
    let said: Value = serde_json::from_slice(&run("greedy,samples").stdout).unwrap();
    assert_eq!((&said["tasks"], &said["of"]), (&Value::from(1), &Value::from(1)));
    let rows = said["rows"].as_array().unwrap();
    let counts = |row: &Value| ["n", "compile", "functional"].map(|key| row[key].as_u64().unwrap());
    let controls: Vec<_> = rows[..3].iter().map(|row| (row["name"].as_str().unwrap(), counts(row))).collect();
    assert_eq!(controls, [("reference", [1, 1, 1]), ("revert", [1, 1, 0]), ("stub", [1, 1, 0])]);
    assert_eq!((counts(&rows[3])[0], counts(&rows[4])[0]), (1, 2));
    assert!(rows[4]["pass"]["1"].is_number() && rows[4]["pass"]["5"].is_null(), "{}", rows[4]);
    let kept = fs::read_to_string(out.join("results.jsonl")).unwrap();
    assert_eq!(kept.lines().count(), 5);
    assert!(fs::read_to_string(out.join("table.md")).unwrap().contains("| revert | 1 | 1 (100.0 %) |"));
    assert!(fs::read_to_string(out.join("rates.svg")).unwrap().starts_with("<svg"));
    run("greedy");
    assert_eq!(fs::read_to_string(out.join("results.jsonl")).unwrap(), kept);
}

#[test]
fn bench_generate_says_what_is_wrong_with_its_input() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |arguments: &[&str]| {
        let output = solwright(&[&["bench", "generate", "--controls"], arguments].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        text(&output.stderr)
    };
    assert!(refused(&["--tasks", "onchain"]).contains("`--file`"));
    let empty = folder.path().display().to_string();
    assert!(refused(&["--file", &empty]).contains("has no `.sol` file"));
    let broken = adder(&folder.path().join("broken"));
    let path = folder.path().join("broken/Adder.sol");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("total +=", "totals +=")).unwrap();
    let said = refused(&["--file", &broken]);
    assert!(said.contains("no task can be judged") && said.contains("does not compile"), "{said}");
}
