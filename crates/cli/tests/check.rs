//! `solwright check` on many files and on bad ones: everything that can be checked is, everything else is told, and the logs are
//! what their readers expect. The real binary runs, with the real compiler.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json as value};
use solwright_test_utils::repo_path;
use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};
use support::{example, file, json, solwright, text};
use tempfile::TempDir;

const HEAD: &str = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n";
const ORIGIN: &str = "contract Good {\n    address owner = msg.sender;\n    function f() external view returns (bool) {\n        \
                      return tx.origin == owner;\n    }\n}\n";

fn source(folder: &TempDir, name: &str, body: &str) -> String {
    file(folder.path(), name, format!("{HEAD}{body}"))
}

/// A folder that is a repository of its own.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    folder
}

fn check_in(folder: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_solwright"));
    command.current_dir(folder.path()).arg("check").args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// Detector and line of all findings in files of this name.
fn found(findings: &Value, name: &str) -> Vec<(String, u64)> {
    let all = findings.as_array().unwrap().iter();
    let here = all.filter(|finding| finding["file"].as_str().unwrap().ends_with(name));
    here.map(|finding| {
        (
            finding["detector"].as_str().unwrap().to_owned(),
            finding["range"]["start"]["line"].as_u64().unwrap_or_default(),
        )
    })
    .collect()
}

#[track_caller]
fn finds(findings: &Value, name: &str, detector: &str, line: u64) {
    let found = found(findings, name);
    assert!(found.contains(&(detector.to_owned(), line)), "{name}: no {detector} at {line} in {found:?}");
}

#[test]
fn inputs_that_fail_are_told_and_the_others_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    source(&folder, "Good.sol", ORIGIN);
    file(folder.path(), "Latin.sol", b"contract C { // caf\xe9\n}");
    let nowhere = folder.path().join("nowhere");
    let output = solwright(&["check", nowhere.to_str().unwrap(), folder.path().to_str().unwrap(), "--format", "json"]);
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), said.lines().count()), (Some(2), 2), "{said}");
    assert!(said.contains("nowhere") && said.contains("Latin.sol` is not UTF-8 at byte 19"), "{said}");
    finds(&json(&output), "Good.sol", "tx-origin", 6);
}

#[cfg(unix)]
#[test]
fn a_compiler_that_breaks_down_is_told_and_the_findings_stand() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let good = source(&folder, "Good.sol", ORIGIN);
    let script = "#!/bin/sh\n[ \"$1\" = --version ] && echo 'Version: 0.8.30' || echo 'Segmentation fault'\n";
    let solc = file(folder.path(), "solc", script);
    fs::set_permissions(&solc, fs::Permissions::from_mode(0o755)).unwrap();
    let output = solwright(&["check", &good, "--solc", &solc, "--format", "json"]);
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
    assert!(said.contains("Good.sol") && said.contains("solc 0.8.30 broke down"), "{said}");
    finds(&json(&output), "Good.sol", "tx-origin", 6);
    let output = solwright(&["check", &good, "--solc", &good]);
    let said = text(&output.stderr);
    assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
    assert!(said.contains("was chosen as the compiler"), "{said}");
}

#[test]
fn many_files_come_in_order_and_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    for at in 0..40 {
        // Some are much longer than their neighbours, so that threads overtake each other.
        let padding = "    function pad() internal pure {}\n".repeat(at % 5).replace("pad", &format!("pad{at}"));
        source(&folder, &format!("F{at:02}.sol"), &ORIGIN.replacen("{\n", &format!("{{\n{padding}"), 1));
    }
    let run = || text(&check_in(&folder, &[".", "--format", "json"]).stdout);
    let first = run();
    let findings: Value = serde_json::from_str(&first).unwrap();
    let files: Vec<&str> = findings.as_array().unwrap().iter().map(|found| found["file"].as_str().unwrap()).collect();
    assert!(files.is_sorted() && files.len() >= 40);
    assert_eq!(first, run());
}

#[test]
fn what_an_imported_file_gets_wrong_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    source(&folder, "Base.sol", "contract Base {\n    function f() external { missing = 1; }\n}\n");
    for name in ["A", "B"] {
        source(&folder, &format!("{name}.sol"), &format!("import './Base.sol';\ncontract {name} is Base {{}}\n"));
    }
    let output = check_in(&folder, &["A.sol", "B.sol", "--format", "json"]);
    assert_eq!(found(&json(&output), "Base.sol"), [("solc-7576".to_owned(), 4)]);
}

#[test]
fn bad_input_is_bounded_and_does_not_keep_others_from_being_checked() {
    let folder = tempfile::tempdir().unwrap();
    let inside = |body: String| format!("contract A {{ function f(bool a) external {{ {body} }} }}\n");
    let imports: String = (0..10_000).map(|at| format!("import './None{at}.sol';\n")).collect();
    let expected = [
        ("Imports.sol", imports, "solc-6275", 10_002),
        ("Leaves.sol", "\nimport '../../../../Secret.sol';\n".to_owned(), "solc-6275", 4),
        (
            "Round.sol",
            "import './Round.sol'; import './Back.sol'; contract A { uint x = y; }\n".to_owned(),
            "solc-7576",
            3,
        ),
        ("Back.sol", "import './Round.sol'; contract B { uint x = y; }\n".to_owned(), "solc-7576", 3),
        ("Cycle.sol", "contract A is B {}\ncontract B is A {}\n".to_owned(), "solc-2449", 3),
        ("Brackets.sol", format!("\ncontract A {{ uint x = {}", "(".repeat(100_000)), "solc-7319", 4),
        ("Blocks.sol", inside("{".repeat(100_000)), "solc-7319", 3),
        ("Branches.sol", inside("if (a) ".repeat(50_000) + "return;"), "solc-7319", 3),
        ("Unary.sol", inside("return ".to_owned() + &"!".repeat(100_000) + "a;"), "solc-7319", 3),
        ("Indices.sol", inside("a".to_owned() + &"[0]".repeat(50_000) + ";"), "solc-2614", 3),
        ("Closed.sol", "}".repeat(100_000), "solc-7858", 3),
        ("Function.sol", inside("if (a) { revert('no'); }\n".repeat(40_000) + "missing = 1;"), "solc-7576", 40_003),
        ("Good.sol", ORIGIN.to_owned(), "tx-origin", 6),
    ];
    for (name, body, ..) in &expected {
        source(&folder, name, body);
    }
    file(folder.path(), "package.json", "{}");
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), folder.path().join("round")).unwrap();
    let output = check_in(&folder, &[".", "--format", "json"]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    let findings = json(&output);
    for (name, _, detector, line) in &expected {
        finds(&findings, name, detector, *line);
    }
}

#[test]
fn the_settings_of_the_chosen_profile_reach_the_compiler() {
    let folder = repository();
    let toml = "[profile.default]\nevm_version = 'cancun'\n[profile.old]\nevm_version = 'paris'\n[profile.odd]\nevm_version = 'x'\n";
    file(folder.path(), "foundry.toml", toml);
    source(&folder, "A.sol", "contract A { function f() external { assembly { tstore(0, 1) } } }\n");
    let under = |profile: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_solwright"));
        command.current_dir(folder.path()).env("FOUNDRY_PROFILE", profile).args(["check", ".", "--format", "json"]);
        let findings = json(&command.output().unwrap());
        let errors = findings.as_array().unwrap().iter().filter(|found| found["severity"] == "high");
        errors.map(|found| found["detector"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(under("default"), Vec::<String>::new());
    assert!(under("old").iter().all(|code| code.starts_with("solc-")) && !under("old").is_empty());
    assert_eq!(under("odd"), ["settings"]);
}

/// The official schema, from the sources of a crate that carries it.
fn sarif_schema() -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = ["metadata", "--offline", "--format-version", "1", "--manifest-path"];
    let output = Command::new(cargo).args(arguments).arg(repo_path("Cargo.toml")).output().unwrap();
    let packages = json(&output)["packages"].take();
    let carrier = packages.as_array().unwrap().iter().find(|package| package["name"] == "serde-sarif").unwrap();
    let manifest = Path::new(carrier["manifest_path"].as_str().unwrap());
    serde_json::from_slice(&fs::read(manifest.with_file_name("src").join("schema.json")).unwrap()).unwrap()
}

/// What the schema says against a log; nothing when it is valid.
fn against_schema(log: &Value) -> Option<String> {
    let schema = sarif_schema();
    let id = schema["$id"].as_str().unwrap().to_owned();
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource(&id, schema).unwrap();
    let index = compiler.compile(&id, &mut schemas).unwrap();
    schemas.validate(log, index).err().map(|error| error.to_string())
}

/// A log of findings with a trace, with a fix, errors of the compiler, signs outside of the basic plane, and a file that fails.
fn sarif_of_everything() -> (TempDir, Value) {
    let folder = repository();
    fs::copy(example("Vault.sol"), folder.path().join("Vault.sol")).unwrap();
    fs::create_dir(folder.path().join("a b")).unwrap();
    source(&folder, "a b/Ödd.sol", "contract B { /* 𝐎𝐎 */ uint x = missing; }\n");
    source(&folder, "Good.sol", ORIGIN);
    file(folder.path(), "Latin.sol", b"\xe9");
    let output = check_in(&folder, &[".", "--format", "sarif"]);
    assert_eq!(output.status.code(), Some(2));
    let log = json(&output);
    (folder, log)
}

#[test]
fn sarif_is_valid_by_the_official_schema() {
    let (_folder, mut log) = sarif_of_everything();
    assert_eq!(against_schema(&log), None);
    let results = log["runs"][0]["results"].as_array().unwrap();
    for key in ["codeFlows", "fixes", "relatedLocations"] {
        assert!(results.iter().any(|result| result.get(key).is_some()), "no result has {key}");
    }
    log["runs"][0]["results"][0]["level"] = "grave".into();
    assert!(against_schema(&log).is_some(), "the schema refuses nothing");
}

#[test]
fn sarif_names_places_rules_and_failures_as_code_scanning_reads_them() {
    let (_folder, log) = sarif_of_everything();
    let run = &log["runs"][0];
    let result = |rule: &str| {
        let found = run["results"].as_array().unwrap().iter().find(|result| result["ruleId"] == rule).unwrap();
        let rule = &run["tool"]["driver"]["rules"][usize::try_from(found["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], found["ruleId"]);
        (found, rule, &found["locations"][0]["physicalLocation"])
    };
    let (reentrancy, rule, place) = result("reentrancy");
    assert_eq!((&reentrancy["level"], &place["region"]["startLine"]), (&value!("error"), &value!(80)));
    assert_eq!(place["artifactLocation"], value!({ "uri": "Vault.sol", "uriBaseId": "%SRCROOT%" }));
    assert_eq!(reentrancy["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap().len(), 3);
    assert!(rule["properties"]["tags"].as_array().unwrap().contains(&value!("SCWE-046")));
    assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Why it is bad"));
    let page = rule["helpUri"].as_str().unwrap().rsplit_once("/docs/").unwrap().1;
    assert!(repo_path("docs").join(page).is_file(), "{page}");
    // Columns are UTF-16 code units: the two signs in the comment are four of them.
    let (_, _, place) = result("solc-7576");
    assert_eq!(place["artifactLocation"]["uri"], "a%20b/%C3%96dd.sol");
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&value!(3), &value!(34)));
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let told = invocation["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(told.contains("Latin.sol") && told.contains("UTF-8"), "{told}");
}

#[test]
fn fingerprints_stay_when_lines_move_and_differ_between_equal_lines() {
    let folder = repository();
    let prints = |body: &str| {
        source(&folder, "A.sol", body);
        let log = json(&check_in(&folder, &["A.sol", "--format", "sarif"]));
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        let origin = results.into_iter().filter(|result| result["ruleId"] == "tx-origin");
        origin.map(|result| result["partialFingerprints"].clone()).collect::<Vec<_>>()
    };
    let twice = format!("{ORIGIN}{}", ORIGIN.replace("Good", "Better"));
    let before = prints(&twice);
    assert!(before.len() == 2 && before[0] != before[1], "{before:?}");
    assert_eq!(prints(&format!("// moved\n\n{twice}")), before);
}

#[test]
fn stack_too_deep_is_told_when_bytecode_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let params: Vec<String> = (0..17).map(|at| format!("uint256 a{at}")).collect();
    let sum: Vec<String> = (0..17).map(|at| format!("a{at}")).collect();
    let (params, sum) = (params.join(", "), sum.join(" + "));
    let body =
        format!("contract Deep {{\n    function f({params}) external pure returns (uint256) {{ return {sum}; }}\n}}\n");
    source(&folder, "Deep.sol", &body);
    let errors = |arguments: &[&str]| text(&check_in(&folder, arguments).stdout).matches("Stack too deep").count();
    assert_eq!((errors(&["."]), errors(&[".", "--bytecode"])), (0, 1));
}

#[test]
fn text_for_a_pipe_has_no_colour_and_ends_with_the_counts() {
    let folder = tempfile::tempdir().unwrap();
    source(&folder, "Good.sol", ORIGIN);
    source(&folder, "Other.sol", "contract C {\n    function f() external { missing = 1; }\n}\n");
    let said = text(&check_in(&folder, &["."]).stdout);
    assert!(!said.contains('\x1b') && said.contains("--> Good.sol:6:16"), "{said}");
    let last = said.lines().last().unwrap();
    assert!(last.starts_with("2 files, solc 0.8.37: 1 error") && last.contains("1 medium"), "{last}");
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_ends_a_long_check() {
    use std::{os::unix::process::ExitStatusExt, time::Duration};
    let folder = tempfile::tempdir().unwrap();
    // solc works on this one until its deadline, and a check that comes to its end exits by itself.
    let path = source(&folder, "Long.sol", &format!("contract A {{ uint{} x; }}\n", "[]".repeat(50_000)));
    // Whoever runs the tests in the background may have them ignore the signal.
    let arguments = ["--default-signal=INT", env!("CARGO_BIN_EXE_solwright"), "check", &path];
    let mut child = Command::new("env").args(arguments).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(500));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().signal(), Some(2));
}

#[test]
fn readers_that_leave_are_no_error_whatever_the_format() {
    for format in ["text", "json", "sarif"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_solwright"))
            .args(["check", &example("Vault.sol"), "nowhere.sol", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        let code = child.wait().unwrap().code();
        assert!(matches!(code, Some(0 | 2)), "{format}: {code:?}");
    }
}

#[test]
fn the_workflow_of_the_readme_parses_and_its_command_runs() {
    let readme = fs::read_to_string(repo_path("README.md")).unwrap();
    let workflow = readme.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let workflow: Value = serde_yaml_ng::from_str(workflow).unwrap();
    assert_eq!(workflow["permissions"]["security-events"], "write");
    let steps = workflow["jobs"]["solwright"]["steps"].as_array().unwrap();
    let check =
        steps.iter().filter_map(|step| step["run"].as_str()).find(|run| run.contains("solwright check")).unwrap();
    let folder = repository();
    source(&folder, "Good.sol", ORIGIN);
    let binary = Path::new(env!("CARGO_BIN_EXE_solwright")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let status = Command::new("sh").args(["-ec", check]).current_dir(folder.path()).env("PATH", path).status().unwrap();
    assert!(status.success());
    let upload =
        steps.iter().find(|step| step["uses"].as_str().is_some_and(|uses| uses.contains("upload-sarif"))).unwrap();
    let log = fs::read(folder.path().join(upload["with"]["sarif_file"].as_str().unwrap())).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&log).unwrap()["version"], "2.1.0");
}
