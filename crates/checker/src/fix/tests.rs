//! Fixes on the real pipeline: the detectors for all fixtures, the real solc for some.

use super::*;
use crate::{CheckerConfig, Fix, detectors::ALL};
use solwright_analysis::project::{DiskFiles, Project};
use solwright_test_utils::{assert_blessed, repo_path};
use std::{fmt::Write, sync::LazyLock, time::Duration};

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

/// A file that no compiler is asked about.
fn of_text(text: &str) -> Before {
    let before = Before::new(checker(), Sources::of_text("Main.sol", text));
    before.compiles.set(false).unwrap();
    before
}

/// One for all tests, as one server has one.
fn checker() -> &'static Checker {
    static CHECKER: LazyLock<Checker> = LazyLock::new(|| Checker::new(CheckerConfig::default()));
    &CHECKER
}

const OWNED: &str = "// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
contract A {
    address public owner = msg.sender;
    uint256 public n;
    function f() external { require(tx.origin == owner); n = 1; }
    function g() external { require(tx.origin == owner); n = 2; }
}
";

/// The findings of `detector` with these edits instead of their own, each `old` once in the text.
fn with_edits(before: &Before, detector: &str, edits: &[(&str, &str)]) -> Finding {
    let text = before.sources.main().text.clone();
    let edit = |(old, new): &(&str, &str)| {
        let start = text.find(old).unwrap();
        (Span::new(start, start + old.len()), (*new).to_owned())
    };
    let fix = Fix { title: "Test".to_owned(), edits: edits.iter().map(edit).collect() };
    let finding = before.findings().iter().find(|finding| finding.detector == detector).unwrap();
    Finding { fix: Some(fix), ..finding.clone() }
}

#[track_caller]
fn check(edits: &[(&str, &str)], expected: Result<&str, Refusal>) {
    let before = of_text(OWNED);
    let finding = with_edits(&before, "tx-origin", edits);
    let answer = before.verify(checker(), &[&finding], soon()).map(|mended| mended.text);
    assert_eq!(answer, expected.map(str::to_owned));
}

#[test]
fn a_fix_stands_when_its_finding_is_gone_and_nothing_new_is_found() {
    check(&[("tx.origin", "msg.sender")], Ok(&OWNED.replacen("tx.origin", "msg.sender", 1)));
}

#[test]
fn a_fix_that_leaves_its_finding_is_refused() {
    check(&[("tx.origin == owner", "owner == tx.origin")], Err(Refusal::Stays { detector: "tx-origin" }));
}

#[test]
fn a_fix_that_brings_another_finding_is_refused() {
    let message = "anyone can destroy the contract and take its Ether through `f`".to_owned();
    let refusal = Refusal::Brings { detector: "unprotected-selfdestruct", message };
    check(&[("require(tx.origin == owner);", "selfdestruct(payable(msg.sender));")], Err(refusal));
}

#[test]
fn a_fix_that_tears_the_text_is_refused_though_nothing_is_found_in_it() {
    check(&[("require(tx.origin == owner);", "require(")], Err(Refusal::Unparsed));
}

#[test]
fn edits_that_overlap_are_refused() {
    check(&[("tx.origin", "msg.sender"), ("origin == owner", "b")], Err(Refusal::Overlap));
}

#[test]
fn a_fix_that_solc_refuses_is_refused_and_one_that_it_takes_says_so() {
    let before = Before::new(checker(), Sources::of_text("Main.sol", OWNED));
    let answer = |new| before.verify(checker(), &[&with_edits(&before, "tx-origin", &[("tx.origin", new)])], soon());
    assert_eq!(answer("nobody"), Err(Refusal::Breaks("Undeclared identifier".to_owned())));
    assert!(answer("msg.sender").is_ok_and(|mended| mended.compiled));
}

#[test]
fn when_the_time_is_over_nothing_is_offered() {
    let before = of_text(OWNED);
    let finding = before.findings().iter().find(|finding| finding.fix.is_some()).unwrap();
    assert_eq!(before.verify(checker(), &[finding], Instant::now()), Err(Refusal::Late));
}

#[test]
fn fixes_that_spoil_the_rest_are_left_out_of_it() {
    let before = of_text(OWNED);
    let good: Vec<&Finding> = before.findings().iter().filter(|finding| finding.detector == "tx-origin").collect();
    let bad = with_edits(&before, "tx-origin", &[("n = 1;", "n = ;")]);
    let settled = before.settle(checker(), &[&bad, good[0], good[1]], soon());
    assert_eq!(settled.applied, good);
    assert_eq!(settled.refused, [(&bad, Refusal::Unparsed)]);
    assert_eq!(settled.mended.unwrap().text, OWNED.replace("tx.origin", "msg.sender"));
}

/// A contract with `body` in it, before and after the fixes of `detector`.
#[track_caller]
fn mends(detector: &str, text: &str, expected: &str) {
    let before = of_text(text);
    let own = before.findings().iter().filter(|finding| finding.detector == detector && finding.fix.is_some());
    let settled = before.settle(checker(), &own.collect::<Vec<_>>(), soon());
    let mended = settled.mended.map_or_else(|| text.to_owned(), |mended| mended.text);
    assert_eq!(mended, expected, "{:?}", settled.refused);
}

#[test]
fn a_call_behind_an_if_without_braces_is_wrapped_or_left_alone() {
    let contract =
        |body: &str| format!("contract A {{ address payable a; function f(bool b) external {{ if (b) {body} }} }}");
    mends("unchecked-call", &contract("a.send(1);"), &contract("require(a.send(1));"));
    mends("unchecked-call", &contract("a.call(\"\");"), &contract("a.call(\"\");"));
    mends("unchecked-call", &contract("{ a.call(\"\"); }"), &contract("{ (bool ok, ) = a.call(\"\"); require(ok); }"));
}

#[test]
fn two_calls_of_one_function_get_two_names() {
    let contract =
        |body: &str| format!("contract A {{\r\n  address a;\r\n  function f() external {{\r\n    {body}\r\n  }}\r\n}}");
    mends(
        "unchecked-call",
        &contract("a.call(\"\");\r\n    a.call(\"\");"),
        &contract(
            "(bool ok, ) = a.call(\"\");\r\n    require(ok);\r\n    (bool ok2, ) = a.call(\"\");\r\n    require(ok2);",
        ),
    );
}

#[test]
fn a_remark_stays_with_its_statement() {
    let contract = |body: &str| format!("contract A {{ address a; function f() external {{\n  {body}\n}} }}");
    mends(
        "unchecked-call",
        &contract("a.call(\"\"); // pays"),
        &contract("(bool ok, ) = a.call(\"\"); // pays\n  require(ok);"),
    );
}

#[test]
fn before_0_5_a_low_level_call_is_required_as_it_is() {
    let contract =
        |body: &str| format!("pragma solidity ^0.4.24; contract A {{ address a; function f() public {{ {body}; }} }}");
    mends("unchecked-call", &contract("a.call()"), &contract("require(a.call())"));
}

#[test]
fn a_function_gets_the_modifier_that_its_contract_has() {
    let contract = |head: &str| {
        format!(
            "contract A {{ address o = msg.sender; modifier onlyOwner() {{ require(msg.sender == o); _; }} {head} {{}} }}"
        )
    };
    let open = "function _authorizeUpgrade(address next) internal";
    mends("unprotected-upgrade", &contract(open), &contract(&format!("{open} onlyOwner")));
    let none = "contract A { function _authorizeUpgrade(address next) internal {} }";
    mends("unprotected-upgrade", none, none);
}

#[test]
fn a_conversion_is_made_safe_where_the_library_is_at_hand() {
    let contract = |name: &str, value: &str| {
        format!(
            "library {name} {{ function toUint128(uint256) internal pure returns (uint128) {{}} }} \
             contract A {{ function f(uint256 x) external pure returns (uint128) {{ return {value}; }} }}"
        )
    };
    let fixed = contract("SafeCast", "SafeCast.toUint128(x)");
    mends("unsafe-typecast", &contract("SafeCast", "uint128(x)"), &fixed);
    let alone = contract("Casts", "uint128(x)");
    mends("unsafe-typecast", &alone, &alone);
}

#[test]
fn a_pointer_without_a_location_is_declared_in_memory() {
    let contract = |ty: &str| {
        format!(
            "pragma solidity ^0.4.24; contract A {{ struct S {{ uint n; }} function f() public {{ {ty} s; s.n = 1; }} }}"
        )
    };
    mends("uninitialized-storage-pointer", &contract("S"), &contract("S memory"));
}

#[test]
fn a_recovered_signer_is_asked_for() {
    let contract = |check: &str| {
        format!(
            "contract A {{ function f(bytes32 h, uint8 v, bytes32 r, bytes32 s) external pure returns (address) {{\n  address a = ecrecover(h, v, r, s);{check}\n  return a;\n}} }}"
        )
    };
    mends("ecrecover-zero-address", &contract(""), &contract("\n  require(a != address(0), \"invalid signature\");"));
}

#[test]
fn a_constructor_has_the_visibility_that_its_compiler_wants() {
    let contract = |version: &str, head: &str| {
        format!("pragma solidity {version}; contract Wallet {{ address public o; {head} {{ o = msg.sender; }} }}")
    };
    let old = "function wallet() external";
    mends("incorrect-constructor-name", &contract("0.8.20", old), &contract("0.8.20", "constructor()"));
    mends("incorrect-constructor-name", &contract("0.6.12", old), &contract("0.6.12", "constructor() public"));
}

#[test]
fn what_is_replaced_moves_to_the_start_of_its_replacement() {
    let edits = [(Span::new(2, 4), "abc".to_owned()), (Span::new(6, 6), "d".to_owned())];
    assert_eq!([0, 2, 3, 4, 5, 6, 7].map(|at| moved(at, &edits)), [0, 2, 2, 5, 6, 8, 9]);
}

/// The fixture of a detector, before its fixes.
fn fixture(id: &str) -> Before {
    let path = repo_path(format!("tests/detectors/{id}.sol"));
    let text = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    Before::new(checker(), Project::discover(&path).load(&path, &text, &DiskFiles))
}

/// How many fixes of a detector's fixture stand, why the others do not, and what they change.
fn tried(id: &str) -> String {
    let before = fixture(id);
    let own: Vec<&Finding> =
        before.findings().iter().filter(|finding| finding.detector == id && finding.fix.is_some()).collect();
    let answers: Vec<_> = own.iter().map(|finding| before.verify(checker(), &[finding], soon())).collect();
    if answers.is_empty() {
        return String::new();
    }
    let mut out = format!("{id}: {} of {} stand\n", answers.iter().flatten().count(), answers.len());
    for (finding, answer) in own.iter().zip(&answers) {
        let line = before.sources.main().text[..finding.span.start].matches('\n').count() + 1;
        match answer {
            Ok(mended) => writeln!(out, "{line:6}: {}", changes(&before.sources.main().text, mended)).unwrap(),
            Err(refusal) => writeln!(out, "{line:6}: refused, {refusal}").unwrap(),
        }
    }
    out
}

/// The edits of a fix on one line.
fn changes(old: &str, mended: &Mended) -> String {
    let visible = |sign: char| if sign.is_ascii() { sign.to_string() } else { sign.escape_unicode().to_string() };
    let shown =
        |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").chars().map(visible).collect::<String>();
    let change = |(span, new): &Edit| match (shown(span.text(old)).as_str(), shown(new).as_str()) {
        ("", new) => format!("+ `{new}`"),
        (old, "") => format!("- `{old}`"),
        (old, new) => format!("`{old}` becomes `{new}`"),
    };
    mended.edits.iter().map(change).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_fixes_of_every_fixture_stand_as_they_were_reviewed() {
    let told: Vec<String> = ALL.iter().map(|detector| tried(detector.id)).collect();
    assert_blessed(repo_path("tests/fixes/detectors.txt"), &told.concat());
}

#[test]
fn what_stands_together_compiles() {
    for id in ["tx-origin", "unchecked-call", "missing-zero-check", "missing-disable-initializers", "incorrect-shift"] {
        let before = fixture(id);
        let is_own = |finding: &&Finding| finding.detector == id && finding.fix.is_some();
        let settled = before.settle(checker(), &before.findings().iter().filter(is_own).collect::<Vec<_>>(), soon());
        assert!(settled.refused.is_empty() && settled.mended.is_some_and(|mended| mended.compiled), "{id}");
    }
}
