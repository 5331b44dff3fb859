//! The command line keeps the contract of its documentation: exit codes, JSON, one clear sentence on bad input. The real binary runs,
//! with the real compiler and the bundled model.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::Value;
use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};
use support::{example, file, json, solwright, solwright_with, text};

const STUB: &str = "// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface ICounter {
    function count() external view returns (uint256);
}

contract Counter {
    uint256 public total;
    address public owner;

    /// @notice Returns the total
    /// @return The total
    function getTotal() external view returns (uint256) {}

    function done() external { total = 1; }
}
";

/// Exit code 2, nothing on standard output, and a sentence that holds every one of `parts`.
#[track_caller]
fn refuses(arguments: &[&str], parts: &[&str]) {
    let output = solwright(arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for part in parts {
        assert!(said.contains(part), "`{part}` is not in: {said}");
    }
    assert_eq!(said.trim().lines().count(), 1, "more than one sentence: {said}");
}

#[test]
fn check_exits_with_one_only_when_a_finding_reaches_the_bound() {
    let vault = example("Vault.sol");
    assert_eq!(solwright(&["check", &vault]).status.code(), Some(0));
    assert_eq!(solwright(&["check", &vault, "--fail-on", "high"]).status.code(), Some(1));
    let folder = tempfile::tempdir().unwrap();
    let clean = file(folder.path(), "Counter.sol", STUB);
    assert_eq!(solwright(&["check", &clean, "--fail-on", "low"]).status.code(), Some(0));
}

#[test]
fn advice_is_counted_in_text_and_shown_when_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "Open.sol", "pragma solidity >=0.8.0;\ncontract Open {}\n");
    let said = |arguments: &[&str]| text(&solwright(&[&["check", &path], arguments].concat()).stdout);
    assert!(said(&[]).contains("1 info (--min-severity info shows it)"), "{}", said(&[]));
    assert!(!said(&[]).contains("info["));
    assert!(said(&["--min-severity", "info"]).contains("info[floating-pragma]"));
    assert!(said(&["--format", "json"]).contains("floating-pragma"));
    assert!(!said(&["--format", "json", "--min-severity", "low"]).contains("floating-pragma"));
}

#[test]
fn check_prints_an_array_of_findings() {
    let output = solwright(&["check", &example("Vault.sol"), "--format", "json", "--min-confidence", "high"]);
    let findings = json(&output);
    let reentrancy = findings.as_array().unwrap().iter().find(|finding| finding["detector"] == "reentrancy").unwrap();
    for key in ["severity", "confidence", "message", "note", "help", "file", "range", "trace", "scwe"] {
        assert!(!reentrancy[key].is_null(), "{key}");
    }
    assert_eq!(reentrancy["range"]["start"]["line"], 80);
    assert_eq!(reentrancy["swc"], "SWC-107");
}

#[test]
fn check_finds_every_planted_vulnerability() {
    for name in ["Vault.sol", "RoleToken.sol", "Auction.sol"] {
        let path = example(name);
        let findings = json(&solwright(&["check", &path, "--format", "json"]));
        let source = fs::read_to_string(&path).unwrap();
        for (number, _) in source.lines().enumerate().filter(|(_, line)| line.contains("// Planted:")) {
            let line = number as u64 + 2;
            let on_it = |finding: &&Value| finding["range"]["start"]["line"] == line && finding["scwe"] != "";
            assert!(findings.as_array().unwrap().iter().any(|finding| on_it(&finding)), "{name}, line {line}");
        }
    }
}

#[test]
fn check_reports_a_broken_file_at_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(
        folder.path(),
        "Broken.sol",
        "pragma solidity ^0.8.20;\ncontract C {\n    function f() external { x = 1; }\n}\n",
    );
    let findings = json(&solwright(&["check", &path, "--format", "json"]));
    let error = findings.as_array().unwrap().iter().find(|finding| finding["detector"] == "solc-7576").unwrap();
    assert_eq!(
        (error["range"]["start"]["line"].as_u64(), error["range"]["start"]["column"].as_u64()),
        (Some(3), Some(29))
    );
    assert_eq!(solwright(&["check", &path, "--fail-on", "high"]).status.code(), Some(1));
}

#[test]
fn check_names_an_import_that_cannot_be_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "A.sol", "pragma solidity ^0.8.20;\nimport \"./Missing.sol\";\ncontract C {}\n");
    let findings = json(&solwright(&["check", &path, "--format", "json"]));
    let missing: Vec<&Value> =
        findings.as_array().unwrap().iter().filter(|finding| finding["detector"] == "solc-6275").collect();
    assert_eq!(missing.len(), 1, "{findings:#}");
    assert!(missing[0]["message"].as_str().unwrap().contains("./Missing.sol"));
    assert_eq!(missing[0]["range"]["start"]["line"], 2);
}

#[test]
fn a_pragma_without_a_compiler_is_a_note_that_names_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(
        folder.path(),
        "Old.sol",
        "pragma solidity =0.8.20;\ncontract C { function f() external { require(tx.origin == msg.sender); } }\n",
    );
    // Whatever the user has installed.
    let output = solwright_with(&["check", &path], &[("SOLWRIGHT_CACHE", folder.path())]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("solwright solc install 0.8.20"), "{}", text(&output.stderr));
}

#[test]
fn bad_files_get_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere.sol");
    refuses(&["check", nowhere.to_str().unwrap()], &["nowhere.sol", "check the path"]);
    refuses(&["stubs", folder.path().to_str().unwrap()], &["is a folder"]);
    let latin = file(folder.path(), "latin.sol", b"contract C { // caf\xe9\n}");
    refuses(&["check", &latin], &["latin.sol", "not UTF-8 at byte 19", "save it as UTF-8"]);
    let long = file(folder.path(), "long.sol", vec![b' '; 10 * 1024 * 1024 + 1]);
    refuses(&["check", &long], &["long.sol", "10 MB", "split the file"]);
}

/// A project whose files all hold one finding of `tx-origin`; the names of those that `check` says it of, and its severity there.
#[track_caller]
fn check_project(configuration: &str, paths: &[&str], expected: &[(&str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let source = "contract C { address o; function f() external view { require(tx.origin == o); } }";
    for path in ["foundry.toml", "lib/d/src/D.sol", "src/A.sol", "src/mocks/M.sol", "test/T.t.sol"] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, if path.extension().unwrap() == "sol" { source } else { "" }).unwrap();
    }
    file(folder.path(), "solwright.toml", configuration);
    let paths: Vec<String> = paths.iter().map(|path| folder.path().join(path).to_str().unwrap().to_owned()).collect();
    let output = solwright(
        &["check", "--format", "json"].into_iter().chain(paths.iter().map(String::as_str)).collect::<Vec<_>>(),
    );
    let findings = json(&output);
    let found = findings.as_array().unwrap().iter().filter(|finding| finding["detector"] == "tx-origin");
    let name = |finding: &Value| Path::new(finding["file"].as_str().unwrap()).file_name().unwrap().to_owned();
    let found: Vec<_> =
        found.map(|finding| (name(finding), finding["severity"].as_str().unwrap().to_owned())).collect();
    let found: Vec<_> = found.iter().map(|(name, severity)| (name.to_str().unwrap(), severity.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn check_walks_past_what_is_excluded_and_checks_what_is_named() {
    check_project("", &[""], &[("A.sol", "medium"), ("M.sol", "medium")]);
    check_project("exclude = ['mocks/', '!test/']", &[""], &[("A.sol", "medium"), ("T.t.sol", "medium")]);
    check_project("", &["lib", "test/T.t.sol"], &[("D.sol", "medium"), ("T.t.sol", "medium")]);
    check_project("severity = { tx-origin = 'low' }", &["src/A.sol", "lib"], &[("A.sol", "low"), ("D.sol", "low")]);
    check_project("disabled = ['tx-origin']", &[""], &[]);
}

#[test]
fn a_wrong_configuration_gets_one_sentence_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "A.sol", "contract C {}");
    file(folder.path(), "solwright.toml", "# ours\ndisabled = [\"reentrncy\"]\n");
    refuses(&["check", &path], &["solwright.toml:2:13: there is no detector `reentrncy`, did you mean `reentrancy`?"]);
    file(folder.path(), "solwright.toml", "min_severity = \n");
    refuses(&["check", &path], &["solwright.toml:1:16: this is not TOML"]);
}

#[test]
fn stubs_are_listed_with_their_lines() {
    let stubs = json(&solwright(&["stubs", &example("Auction.sol"), "--format", "json"]));
    let names: Vec<&str> = stubs.as_array().unwrap().iter().map(|stub| stub["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["bid", "withdraw", "isOpen", "setEndTime", "setBeneficiary"]);
    assert!(stubs[0]["line"].as_u64() > Some(1) && stubs[0]["signature"] == "function bid() external payable");
    assert!(stubs[0]["natspec"].as_str().unwrap().contains("Bids with the ether"));
}

#[test]
fn generate_refuses_places_without_a_stub() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "Counter.sol", STUB);
    refuses(&["generate", &path, "--function", "nothing"], &["Counter.sol", "`nothing`", "`getTotal`"]);
    refuses(&["generate", &path, "--line", "16"], &["line 16", "already has a body"]);
    refuses(&["generate", &path, "--line", "5"], &["line 5", "interface"]);
    refuses(&["generate", &path, "--line", "99"], &["no line 99"]);
    let garbage = file(folder.path(), "Garbage.sol", "}}}} contract ( {{{");
    refuses(&["generate", &garbage, "--line", "1"], &["Garbage.sol", "line 1"]);
}

#[test]
fn broken_models_get_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "Counter.sol", STUB);
    let truncated = file(folder.path(), "short.gguf", b"GGUF\x03\0\0\0");
    let text_file = file(folder.path(), "text.gguf", "not a model");
    for model in [&truncated, &text_file] {
        let name = Path::new(model).file_name().unwrap().to_str().unwrap();
        refuses(&["generate", &path, "--function", "getTotal", "--model", model], &[name]);
        refuses(&["model", "info", model], &[name]);
    }
}

#[test]
fn generate_prints_a_proposal_and_the_same_seed_gives_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "Counter.sol", STUB);
    let run = || {
        let arguments =
            ["generate", &path, "--function", "getTotal", "--candidates", "2", "--seed", "7", "--format", "json"];
        let output = solwright(&arguments);
        assert!(output.status.code() < Some(2), "{}", text(&output.stderr));
        json(&output)
    };
    let (first, second) = (run(), run());
    for key in [
        "file",
        "function",
        "code",
        "reasoning",
        "verdict",
        "candidates",
        "model",
        "seed",
        "tokens_per_second",
        "first_token_milliseconds",
        "milliseconds",
    ] {
        assert!(!first[key].is_null(), "{key}");
    }
    for part in ["format", "syntax", "resolve", "compile", "security", "findings", "reward", "milliseconds"] {
        assert!(!first["verdict"][part].is_null(), "{part}");
    }
    assert_eq!((&first["code"], &first["seed"]), (&second["code"], &Value::from(7)));
    assert_eq!(first["model"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(fs::read_to_string(&path).unwrap(), STUB, "the file changed without `--write`");
}

#[test]
fn generate_writes_only_what_compiles_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "Counter.sol", STUB);
    let output = solwright(&["generate", &path, "--function", "getTotal", "--write", "--format", "json"]);
    let (proposal, after) = (json(&output), fs::read_to_string(&path).unwrap());
    let head = STUB.split("    function getTotal").next().unwrap();
    assert!(after.starts_with(head) && after.contains("function done() external { total = 1; }"));
    if proposal["edit"].is_null() {
        assert_eq!(after, STUB);
    } else {
        assert_ne!(after, STUB);
        assert_eq!(solwright(&["check", &path, "--fail-on", "high"]).status.code(), Some(0));
        assert_eq!(fs::read_dir(folder.path().join(".solwright")).unwrap().count(), 1);
    }
}

/// What a command writes when it reads `lines`.
fn fed(arguments: &[&str], lines: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_solwright"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), lines.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn values(output: &Output) -> Vec<Value> {
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn in_tags(code: &str) -> String {
    format!("<think>\nPurpose: the total\n</think>\n<answer>\n{code}\n</answer>")
}

#[test]
fn score_answers_line_by_line() {
    let start = STUB.find("function getTotal").unwrap();
    let end = start + STUB[start..].find("{}").unwrap() + 2;
    let answer = |body: &str| {
        let answer = in_tags(&format!("function getTotal() external view returns (uint256) {body}"));
        serde_json::json!({ "id": body, "source": STUB, "span": { "start": start, "end": end }, "answer": answer })
            .to_string()
    };
    let nowhere = serde_json::json!({ "id": 7, "source": STUB, "span": { "start": 0, "end": 99_999 }, "answer": "" });
    let lines = [
        answer("{ return total; }"),
        nowhere.to_string(),
        answer("{ return nothing; }"),
        "{}".into(),
        answer("{ revert(); }"),
        answer("{ return total; }").replace("^0.8.20", "=0.8.99"),
    ];
    let output = fed(&["score", "--jsonl"], &lines.join("\n"));
    let scored = values(&output);
    let rewards: Vec<Option<f64>> = scored.iter().map(|line| line["reward"].as_f64()).collect();
    assert_eq!(rewards, [Some(1.0), None, Some(0.2), None, Some(0.0), None]);
    assert_eq!((&scored[1]["id"], &scored[4]["idle"]), (&Value::from(7), &Value::from(true)));
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    let told = [
        "line 2: id 7: the span leaves the file",
        "line 4: not of the form",
        "line 6: id \"{ return total; }\": no installed solc satisfies `pragma solidity =0.8.99`",
        "3 of 6 lines could not be scored",
    ];
    for part in told {
        assert!(said.contains(part), "{part}: {said}");
    }
}

const PIGGY: &str = "// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
library Half {
    /// @notice Half of a number
    function of_(uint256 x) internal pure returns (uint256) {
        return x / 2;
    }
}
abstract contract Idle {
    uint256 internal hidden;
    /// @notice Nobody calls this
    function unused(uint256 x) internal {
        hidden = x;
    }
}
contract Piggy is Idle {
    uint256 public total;
    /// @notice Adds half of what is given
    function add(uint256 amount) external returns (uint256) {
        total += Half.of_(amount);
        return total;
    }
}
";

#[test]
fn score_runs_samples_of_the_lab_beside_their_references() {
    let file = serde_json::json!({ "id": "piggy", "source": PIGGY }).to_string();
    let samples = values(&fed(&["lab", "samples", "--judge"], &file));
    let mut lines = Vec::new();
    let mut ask = |function: &str, from: &str, to: &str| {
        let mut line = samples.iter().find(|sample| sample["function"] == function).unwrap().clone();
        let code = line["answer"].as_str().unwrap().replace(from, to);
        line["answer"] = Value::from(in_tags(&code));
        lines.push(line.to_string());
    };
    ask("Piggy.add", "", "");
    ask("Piggy.add", "total +=", "total -=");
    ask("Piggy.add", "total +=", "missing +=");
    ask("Half.of_", "x / 2", "x >> 1");
    ask("Half.of_", "x / 2", "x / 3");
    ask("Idle.unused", "hidden = x", "hidden = x + 1");
    let gated = values(&fed(&["score", "--jsonl", "--behaviour"], &lines.join("\n")));
    let shown = |line: &Value| (line["verdict"]["behaviour"]["status"].clone(), line["parts"]["behaviour"].as_f64());
    let (passed, failed) = (("passed".into(), Some(1.0)), ("failed".into(), Some(0.0)));
    let (skipped, unavailable) = (("skipped".into(), None), ("unavailable".into(), None));
    let wanted = [passed.clone(), failed.clone(), skipped, passed, failed, unavailable];
    assert_eq!(gated.iter().map(shown).collect::<Vec<_>>(), wanted);
    let percent = |line: &Value| (line["reward"].as_f64().unwrap() * 100.0).round();
    let rewards = |scored: &[Value]| scored.iter().map(percent).collect::<Vec<_>>();
    // `add` writes without an event, a small remark.
    assert_eq!(rewards(&gated), [90.0, 50.0, 20.0, 100.0, 50.0, 100.0]);
    let why = |at: usize| gated[at]["verdict"]["behaviour"]["messages"][0]["message"].as_str().unwrap().to_owned();
    assert!(why(1).contains("add(") && why(1).contains("differs: the reference has"), "{}", why(1));
    assert!(why(5).contains("no call tells the reference from `{ revert(); }`"), "{}", why(5));
    let published = fed(&["score", "--jsonl", "--behaviour", "--formula", "published"], &lines.join("\n"));
    assert_eq!(rewards(&values(&published)), [90.0, 90.0, 20.0, 100.0, 100.0, 100.0]);
}

#[test]
fn every_detector_has_a_manual() {
    let list = text(&solwright(&["explain"]).stdout);
    assert!(list.lines().count() >= 8);
    for line in list.lines() {
        let id = line.split_whitespace().next().unwrap();
        assert!(text(&solwright(&["explain", id]).stdout).contains("## Why it is bad"), "{id}");
    }
    refuses(&["explain", "nonsense"], &["no detector `nonsense`", "reentrancy"]);
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_solwright"))
        .args(["check", &example("Vault.sol"), "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[test]
fn every_command_has_help() {
    for command in
        ["lsp", "generate", "complete", "stubs", "check", "explain", "score", "model", "solc", "doctor", "lab"]
    {
        assert_eq!(solwright(&[command, "--help"]).status.code(), Some(0), "{command}");
    }
    refuses(&["solc", "install", "nonsense"], &["`nonsense` is no version"]);
}

#[test]
fn generate_says_when_the_file_is_broken_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "Counter.sol", STUB.replace("total = 1;", "missing = 1;"));
    let output = solwright(&["generate", &path, "--function", "getTotal", "--candidates", "1", "--write"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("mend this first: Undeclared identifier"), "{said}");
    assert!(said.contains("nothing was written"), "{said}");
}

const RELAYED: &str = "pragma solidity ^0.8.20;\r
contract Purse {\r
    address public owner = msg.sender;\r
    function pay(address payable to) external {\r
        require(to != address(0));\r
        require(tx.origin == owner);\r
        to.send(1 ether);\r
    }\r
}\r
";

#[test]
fn check_fixes_what_stands_and_nothing_the_second_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "Purse.sol", RELAYED);
    let dry = solwright(&["check", &path, "--fix", "--dry-run"]);
    assert!(text(&dry.stderr).contains("2 would be fixed, 0 refused"), "{}", text(&dry.stderr));
    assert_eq!(fs::read_to_string(&path).unwrap(), RELAYED);

    let findings = json(&solwright(&["check", &path, "--fix", "--format", "json"]));
    let mended = RELAYED.replace("tx.origin", "msg.sender").replace("to.send(1 ether)", "require(to.send(1 ether))");
    assert_eq!(fs::read_to_string(&path).unwrap(), mended);
    let is_left = |id: &str| findings.as_array().unwrap().iter().any(|finding| finding["detector"] == id);
    assert!(!is_left("tx-origin") && !is_left("unchecked-call") && is_left("transfer-gas-stipend"), "{findings:#}");

    let again = solwright(&["check", &path, "--fix"]);
    assert!(text(&again.stderr).contains("0 fixed, 0 refused"), "{}", text(&again.stderr));
    assert_eq!(fs::read_to_string(&path).unwrap(), mended);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn check_leaves_alone_what_the_project_disabled() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("solwright.toml"), "disabled = [\"tx-origin\"]\n").unwrap();
    let path = file(folder.path(), "Purse.sol", RELAYED);
    let said = text(&solwright(&["check", &path, "--fix"]).stderr);
    assert!(said.contains("1 fixed, 0 refused"), "{said}");
    assert!(fs::read_to_string(&path).unwrap().contains("tx.origin"));
}

#[test]
fn check_says_why_a_fix_was_refused() {
    let folder = tempfile::tempdir().unwrap();
    let source = "pragma solidity ^0.8.20;\ncontract Pay {\n    address payable[] public to;\n    function all() external {\n        for (uint256 i; i < 3; i++) to[i].send(1);\n    }\n}\n";
    let path = file(folder.path(), "Pay.sol", source);
    let said = text(&solwright(&["check", &path, "--fix"]).stderr);
    assert!(said.contains("line 5: unchecked-call: refused, it would bring `push-payment`"), "{said}");
    assert_eq!(fs::read_to_string(&path).unwrap(), source);
}
