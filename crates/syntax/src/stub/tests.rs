use super::*;
use expect_test::{Expect, expect};
use solwright_test_utils::{assert_blessed, extract_cursor, repo_path};
use std::fmt::Write;

/// One line per stub: kind, indentation, signature, and the text it replaces.
fn describe(text: &str) -> String {
    let document = Document::parse(text);
    let mut lines = String::new();
    for stub in stubs(&document) {
        let (kind, name) = (stub.kind, format!("{}.{}", stub.contract, stub.name));
        writeln!(lines, "{kind:?} {name} <{}> {:?}", stub.signature, stub.span.text(text)).unwrap();
    }
    lines
}

#[track_caller]
fn check(members: &str, expected: Expect) {
    expected.assert_eq(&describe(&format!("contract C {{\n{members}\n}}\n")));
}

#[track_caller]
fn check_none(text: &str) {
    assert_eq!(describe(text), "");
}

#[track_caller]
fn check_at(text: &str, expected: Result<&str, NoStubReason>) {
    let (text, offset) = extract_cursor(text);
    let found = stub_at(&Document::parse(text), offset);
    assert_eq!(found.map(|stub| stub.name).map_err(|none| none.reason), expected.map(str::to_owned));
}

#[test]
fn empty_bodies_are_stubs() {
    check(
        "    function f(uint a)\n        external // why\n        nonReentrant\n        returns (uint) {\n    }",
        expect![[r#"
            EmptyBody C.f <function f(uint a) external nonReentrant returns (uint)> "function f(uint a)\n        external // why\n        nonReentrant\n        returns (uint) {\n    }"
        "#]],
    );
}

#[test]
fn notes_are_stubs() {
    check(
        "function f() external { // TODO\n }\nfunction g() public { revert(\"not implemented\"); }",
        expect![[r#"
            TodoBody C.f <function f() external> "function f() external { // TODO\n }"
            TodoBody C.g <function g() public> "function g() public { revert(\"not implemented\"); }"
        "#]],
    );
}

#[test]
fn a_signature_without_an_end_does_not_swallow_the_next_member() {
    for next in [
        "function g() public { x = 1; }",
        "uint public y;",
        "/// doc\n    IERC20 token;",
        "event E();",
        "IERC20 public t;",
    ] {
        check(
            &format!("    /// @notice Pays\n    function f(uint a) external\n    {next}"),
            expect![[r#"
                MissingBody C.f <function f(uint a) external> "function f(uint a) external"
            "#]],
        );
    }
}

#[test]
fn signatures_that_end_the_contract_are_stubs() {
    check(
        "    uint x;\n    function f(uint a) external returns (uint)",
        expect![[r#"
            MissingBody C.f <function f(uint a) external returns (uint)> "function f(uint a) external returns (uint)"
        "#]],
    );
    check(
        "    function f(uint a) external;",
        expect![[r#"
        MissingBody C.f <function f(uint a) external> "function f(uint a) external;"
    "#]],
    );
    check(
        "    function f(",
        expect![[r#"
        MissingBody C.f <function f()> "function f("
    "#]],
    );
}

#[test]
fn an_open_brace_alone_is_an_empty_body() {
    check(
        "    function f() external {\n\n    /// doc\n    function g() public { x = 1; }",
        expect![[r#"
            EmptyBody C.f <function f() external> "function f() external {"
        "#]],
    );
    check(
        "    function f() external {",
        expect![[r#"
        EmptyBody C.f <function f() external> "function f() external {"
    "#]],
    );
}

#[test]
fn documentation_above_nothing_is_a_wish() {
    check(
        "    uint x;\n    /// @notice withdraw(uint256 amount): pays\n\n    /// @notice Other\n    function g() public { x = 1; }\n    /// function h() external",
        expect![[r#"
            NatSpecOnly C.withdraw <function withdraw(uint256 amount)> ""
            NatSpecOnly C.h <function h() external> ""
        "#]],
    );
    check(
        "    /// Write `f(uint a)`\n\n    function g() public { x = 1; }",
        expect![[r#"
        NatSpecOnly C.f <function f(uint a)> ""
    "#]],
    );
}

#[test]
fn documentation_of_a_written_function_is_no_wish() {
    check_none("contract C {\n  /// Write `f(uint a)`\n  function g() public { x = 1; }\n}");
    check_none("contract C {\n  /// f(uint a) pays\n\n  function f(uint a) public { x = a; }\n}");
    check_none("contract C {\n  uint x; /// see `f()`\n}");
    check_none("/// Write `f(uint a)`\ncontract C {\n}");
}

#[test]
fn what_may_be_empty_is_no_stub() {
    check_none(
        "contract C { constructor() {} receive() external payable {} fallback() external {} function() external {} }",
    );
    check_none("contract C { function f() internal virtual {} modifier m() virtual; }");
    check_none("interface I { function f() external; /// function g()\n }");
    check_none("abstract contract C { function f() external virtual; }");
    check_none("contract C { function _authorizeUpgrade(address) internal override onlyOwner {} }");
    check_none("pragma solidity ^0.4.24; contract C { function f() returns (uint); }");
    check_none("function f() {}");
    check_none("contract C { function (uint) external returns (bool) callback; }");
}

#[test]
fn open_functions_of_libraries_and_unmarked_ones_are_stubs() {
    let text = "library L { function f() internal; } abstract contract A { function g() public; function h() virtual }";
    expect![[r#"
        MissingBody L.f <function f() internal> "function f() internal;"
        MissingBody A.g <function g() public> "function g() public;"
        MissingBody A.h <function h() virtual> "function h() virtual"
    "#]]
    .assert_eq(&describe(text));
}

#[test]
fn the_cursor_finds_a_stub_from_any_of_its_places() {
    for text in [
        "contract C {\n  /// @notice $0Pays\n  function f() external {}\n}",
        "contract C {\n$0  function f() external {}\n}",
        "contract C {\n  function f() ext$0ernal {}\n}",
        "contract C {\n  function f() external {$0}\n}",
        "contract C {\n  function f() external {} // $0x\n}",
        "contract C {\n  /// Write `f()`$0\n}",
    ] {
        check_at(text, Ok("f"));
    }
}

#[test]
fn neighbours_on_one_line_are_told_apart() {
    check_at("contract C { function f() external {} function g() external {$0} }", Ok("g"));
    check_at("contract C { function f() exte$0rnal {} function g() external {} }", Ok("f"));
}

#[test]
fn without_a_stub_the_reason_is_named() {
    check_at("$0\ncontract C { }", Err(NoStubReason::NotInContract));
    check_at("interface I { function f() external;$0 }", Err(NoStubReason::InInterface));
    check_at("contract C {\n function f() public { x = $01; }\n}", Err(NoStubReason::HasBody));
    check_at("contract C {\n constructor() {$0}\n}", Err(NoStubReason::MayBeEmpty));
    check_at("contract C {\n uint x;\n$0\n}", Err(NoStubReason::NothingHere));
    check_at("contract C {\n uint x = ;$0\n}", Err(NoStubReason::DoesNotParse));
    check_at("$0", Err(NoStubReason::NotInContract));
}

#[test]
fn a_missing_stub_is_explained_in_one_sentence_with_a_remedy() {
    let none = NoStub { reason: NoStubReason::HasBody, name: Some("withdraw".to_owned()) };
    assert_eq!(none.to_string(), "`withdraw` already has a body: empty it to `{}` to have it written anew");
}

#[test]
fn written_functions_take_the_place_of_their_stubs() {
    let write = |text: &str| stubs(&Document::parse(text))[0].splice(text, "function f() external { x = 1; }");
    assert_eq!(
        write("contract C {\r\n\t/// Write `f()`\r\n}"),
        "contract C {\r\n\t/// Write `f()`\r\n\tfunction f() external { x = 1; }\r\n}"
    );
    assert_eq!(
        write("contract C { /** Write `f()` */ }"),
        "contract C { /** Write `f()` */\nfunction f() external { x = 1; }\n }"
    );
    assert_eq!(
        write("contract C {\n  /// d\n  function f() external\n}"),
        "contract C {\n  /// d\n  function f() external { x = 1; }\n}"
    );
}

#[test]
fn fixtures_give_their_blessed_stubs() {
    for name in ["stubs", "half-typed", "windows", "written"] {
        let text = std::fs::read_to_string(repo_path(format!("tests/syntax/{name}.sol"))).unwrap();
        assert_blessed(repo_path(format!("tests/syntax/{name}.stubs")), &describe(&text));
    }
}
