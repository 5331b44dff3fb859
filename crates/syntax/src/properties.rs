//! What must hold for any text, tried on seeded random ones.

use crate::{Document, LineIndex, PositionEncoding, Span, stub_at, stubs};
use solwright_test_utils::{Random, repo_path};
use std::time::{Duration, Instant};

const PIECES: [&str; 40] = [
    "contract C ",
    "interface I ",
    "library L ",
    "abstract ",
    "is B ",
    "{",
    "}",
    "{",
    "}",
    "(",
    ")",
    ";",
    ",",
    "[",
    "]",
    "function f",
    "(uint256 a)",
    " external ",
    " returns (bool) ",
    "virtual ",
    "/// @notice f(uint a)\n",
    "/** @dev x */",
    "// TODO\n",
    "revert(\"TODO\");",
    "uint256 x;",
    "mapping(address => uint) m;",
    "assembly { ",
    "struct S { uint a; }",
    "\r\n",
    "\n",
    "\n\n    ",
    "\t",
    "\"",
    "/*",
    "*/",
    "🦊",
    "é",
    "\u{feff}",
    "modifier m() { _; }",
    "event E(uint indexed a);",
];

fn fixture(name: &str) -> String {
    std::fs::read_to_string(repo_path(format!("tests/syntax/{name}.sol"))).unwrap()
}

fn garbage(random: &mut Random, pieces: usize) -> String {
    (0..pieces).map(|_| random.pick(&PIECES)).collect()
}

fn random_span(random: &mut Random, text: &str) -> Span {
    let start = random.below(text.len() + 1);
    Span::new(start, start + random.below(12)).clamped(text)
}

#[test]
fn typing_and_reading_anew_agree() {
    for (seed, name) in (0..).zip(["stubs", "half-typed", "windows", "written", "stubs", "written"]) {
        let random = &mut Random::new(seed);
        let mut document = Document::parse(fixture(name));
        for step in 0..60 {
            let span = random_span(random, document.text());
            let count = random.below(3);
            document.edit(span, &garbage(random, count));
            let fresh = Document::parse(document.text());
            let place = format!("{name}, seed {seed}, step {step}");
            assert_eq!(document.syntax_errors(), fresh.syntax_errors(), "{place}");
            assert_eq!(document.with_damage_blanked(), fresh.with_damage_blanked(), "{place}");
            if !fresh.tree().root_node().has_error() {
                assert_eq!(document.tree().root_node().to_sexp(), fresh.tree().root_node().to_sexp(), "{place}");
            }
            assert_eq!(stubs(&document), stubs(&fresh), "{place}");
        }
    }
}

#[test]
fn every_prefix_of_a_file_keeps_the_functions_before_it() {
    let text = fixture("written");
    let functions = Document::parse(text.as_str()).functions();
    for end in (0..text.len()).step_by(7) {
        let typed = Document::parse(&text[..end]).functions();
        for whole in functions.iter().filter(|function| function.span.end <= end) {
            assert!(typed.iter().any(|function| function.span == whole.span), "{} at {end}", whole.name);
        }
    }
}

#[test]
fn blanking_keeps_length_line_ends_and_intact_functions() {
    for seed in 0..150 {
        let random = &mut Random::new(seed);
        let mut text = fixture(random.pick(&["stubs", "written", "half-typed", "windows"]));
        for _ in 0..1 + seed % 3 {
            let span = random_span(random, &text);
            let replacement = random.pick(&PIECES);
            text.replace_range(span.range(), replacement);
        }
        let document = Document::parse(text.as_str());
        let (damaged, blanked) = (document.damaged_members(), document.with_damage_blanked());
        let line_ends = |text: &str| text.match_indices(['\n', '\r']).map(|(at, _)| at).collect::<Vec<_>>();
        assert_eq!(line_ends(&blanked), line_ends(&text), "seed {seed}");
        assert_eq!(blanked.len(), text.len(), "seed {seed}");
        for function in document.functions().iter().filter(|function| !damaged.contains(&function.span)) {
            assert_eq!(function.span.text(&blanked), function.span.text(&text), "seed {seed}");
        }
    }
}

#[test]
fn any_text_can_be_asked_anything() {
    for seed in 0..300 {
        let random = &mut Random::new(seed);
        let length = random.below(60);
        let text = garbage(random, length);
        let document = Document::parse(text.as_str());
        document.syntax_errors();
        assert_eq!(document.with_damage_blanked().len(), text.len());
        for stub in stubs(&document) {
            assert!(text.get(stub.span.range()).is_some(), "seed {seed}");
            assert!(stub.splice(&text, "function f() {}").contains("function f() {}"));
        }
        let offset = random.below(text.len() + 2);
        let _ = (stub_at(&document, offset), document.function_at(offset));
    }
}

#[test]
fn positions_survive_the_round_trip_in_any_text() {
    for seed in 0..50 {
        let text = garbage(&mut Random::new(seed), 40);
        let index = LineIndex::new(&text);
        let is_inside_line_end = |offset: usize| text[..offset].ends_with('\r') && text[offset..].starts_with('\n');
        for offset in (0..=text.len()).filter(|offset| text.is_char_boundary(*offset) && !is_inside_line_end(*offset)) {
            for encoding in [PositionEncoding::Utf8, PositionEncoding::Utf16, PositionEncoding::Utf32] {
                let position = index.position(&text, offset, encoding);
                assert_eq!(index.offset(&text, position, encoding), offset, "seed {seed} {encoding:?}");
            }
        }
    }
}

/// Generous, for a busy machine: each takes a tenth of it on an idle one.
const LIMIT: Duration = Duration::from_secs(20);

#[track_caller]
fn check_bounded(text: &str) {
    let start = Instant::now();
    let document = Document::parse(text);
    document.syntax_errors();
    let _ = stub_at(&document, text.len() / 2);
    assert_eq!(document.with_damage_blanked().len(), text.len());
    eprintln!("{} bytes in {:?}", text.len(), start.elapsed());
    assert!(start.elapsed() < LIMIT, "{:?}", start.elapsed());
}

#[test]
fn large_files_are_read_in_bounded_time() {
    let function = "    /// @notice Pays\n    function f(uint256 a) external returns (uint256) { return a + 1; }\n";
    check_bounded(&format!("contract C {{\n{}}}\n", function.repeat(10_000_000 / function.len())));
}

#[test]
fn garbage_is_read_in_bounded_time() {
    check_bounded(&"x".repeat(1_000_000));
    check_bounded(&"}{)(;\"".repeat(50_000));
    check_bounded(&"function f() {".repeat(10_000));
    check_bounded(&"contract C { uint x = ".repeat(5_000));
    check_bounded(&garbage(&mut Random::new(1), 20_000));
}

#[test]
fn deep_nesting_overflows_no_stack() {
    for (open, close) in [("(", ")"), ("{", "}"), ("[", "]")] {
        let (open, close) = (open.repeat(20_000), close.repeat(20_000));
        check_bounded(&format!("contract C {{ function f() {{ {open}{close} }} }}"));
        check_bounded(&format!("contract C {{ function f() {{ {open} }} }}"));
    }
}
