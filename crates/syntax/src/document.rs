//! One text with its tree, its lines and its outline, kept in step.

use crate::items::{ContractItem, FunctionItem, MemberKind};
use crate::outline::Outline;
use crate::{LineIndex, Span, SyntaxError, damage};
use std::sync::{Arc, OnceLock};
use tree_sitter::{InputEdit, Parser, Point, Tree};

/// A Solidity file. Its tree and its outline are made when they are first asked for.
#[derive(Clone, Debug)]
pub struct Document {
    text: Arc<str>,
    tree: OnceLock<Tree>,
    /// An earlier tree with the edits since, which the next parse goes on from.
    old: Option<Tree>,
    lines: LineIndex,
    outline: OnceLock<Arc<Outline>>,
}

impl Document {
    /// Parses a text. Any text will do.
    pub fn parse(text: impl Into<String>) -> Document {
        Document::new(text.into(), None)
    }

    fn new(text: String, old: Option<Tree>) -> Document {
        let lines = LineIndex::new(&text);
        Document { text: text.into(), tree: OnceLock::new(), old, lines, outline: OnceLock::new() }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where its lines are.
    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }

    /// Its tree. In a text with errors it may depend on how the text was typed; [`Document::syntax_errors`] does not.
    pub fn tree(&self) -> &Tree {
        self.tree.get_or_init(|| parse(&self.text, self.old.as_ref()))
    }

    /// Replaces what `span` covers and parses again what that changes.
    pub fn edit(&mut self, span: Span, new_text: &str) {
        *self = self.with_edit(span, new_text);
    }

    /// A copy in which `new_text` replaces what `span` covers.
    pub fn with_edit(&self, span: Span, new_text: &str) -> Document {
        let span = span.clamped(&self.text);
        let text = [&self.text[..span.start], new_text, &self.text[span.end..]].concat();
        let new_end = span.start + new_text.len();
        let mut old = self.tree.get().or(self.old.as_ref()).cloned();
        if let Some(old) = &mut old {
            old.edit(&InputEdit {
                start_byte: span.start,
                old_end_byte: span.end,
                new_end_byte: new_end,
                start_position: point(&self.text, span.start),
                old_end_position: point(&self.text, span.end),
                new_end_position: point(&text, new_end),
            });
        }
        Document::new(text, old)
    }

    /// Contracts, interfaces and libraries in order.
    pub fn contracts(&self) -> Vec<ContractItem> {
        self.outline().contracts.clone()
    }

    /// Functions, constructors, `receive` and `fallback`, of contracts and of the file, in order.
    pub fn functions(&self) -> Vec<FunctionItem> {
        self.outline().functions.iter().filter(|function| function.kind != MemberKind::Modifier).cloned().collect()
    }

    /// The function whose documentation, signature or body the offset lies in or touches.
    pub fn function_at(&self, offset: usize) -> Option<FunctionItem> {
        let functions = self.outline().functions.iter().filter(|function| function.kind != MemberKind::Modifier);
        let touching = functions.filter(|function| {
            let start = function.natspec.as_ref().map_or(function.span.start, |natspec| natspec.span.start);
            Span::new(start, function.span.end).touches(offset)
        });
        touching.max_by_key(|function| function.span.start).cloned()
    }

    /// Where the text breaks the grammar: errors and missing tokens, the outermost of nested ones.
    pub fn syntax_errors(&self) -> Vec<SyntaxError> {
        damage::syntax_errors(self)
    }

    /// The members of contracts, and the functions of the file, that hold an error.
    pub fn damaged_members(&self) -> Vec<Span> {
        damage::damaged_members(self)
    }

    /// The text with damage made harmless, of the same length and with the same line ends: the bodies of damaged functions
    /// become `{}`, what is beyond that becomes spaces.
    pub fn with_damage_blanked(&self) -> String {
        damage::with_damage_blanked(self)
    }

    /// What follows `pragma solidity`, the first time it is written.
    pub fn pragma(&self) -> Option<String> {
        self.outline().pragma.map(|span| span.text(&self.text).to_owned())
    }

    pub(crate) fn outline(&self) -> &Outline {
        self.outline.get_or_init(|| Arc::new(Outline::new(&self.text)))
    }
}

/// Parses a text, reusing what the edited old tree still tells.
pub(crate) fn parse(text: &str, old: Option<&Tree>) -> Tree {
    thread_local! {
        static PARSER: std::cell::RefCell<Parser> = std::cell::RefCell::new(parser());
    }
    let tree = PARSER.with_borrow_mut(|parser| parser.parse(text, old));
    match tree {
        Some(tree) => tree,
        None => unreachable!("parsing has neither a time limit nor a cancellation flag"),
    }
}

fn parser() -> Parser {
    let mut parser = Parser::new();
    let language = tree_sitter_solidity::LANGUAGE.into();
    let set = parser.set_language(&language);
    assert!(set.is_ok(), "the Solidity grammar was built for another version of tree-sitter");
    parser
}

/// Row and column in bytes, as tree-sitter counts them: only `\n` ends a row.
fn point(text: &str, offset: usize) -> Point {
    let before = &text.as_bytes()[..offset];
    let row = before.iter().filter(|byte| **byte == b'\n').count();
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    Point { row, column: offset - line_start }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::items::{ContractKind, Visibility};
    use solwright_test_utils::extract_cursor;

    fn names(text: &str) -> Vec<String> {
        Document::parse(text).functions().into_iter().map(|function| function.name).collect()
    }

    #[test]
    fn contracts_have_kinds_bases_and_bodies() {
        let text = "\u{feff}pragma solidity ^0.8.0 ;\nabstract contract A is B, L.C(1, f({x: 2})), D { uint x; }\nlibrary L {}";
        let document = Document::parse(text);
        let contracts = document.contracts();
        assert_eq!(contracts[0].bases, ["B", "L.C", "D"]);
        assert_eq!(contracts[0].kind, ContractKind::Abstract);
        assert_eq!(contracts[0].body.text(text), " uint x; ");
        assert_eq!(contracts[0].span.text(text).lines().count(), 1);
        assert_eq!(contracts[1].kind, ContractKind::Library);
        assert_eq!(document.pragma().as_deref(), Some("^0.8.0"));
    }

    #[test]
    fn functions_know_their_headers() {
        let text = "contract C { function f(uint a, uint b) public payable virtual override(X, Y) only(a) L.m returns (uint c) {} }";
        let function = Document::parse(text).functions().remove(0);
        assert_eq!(function.parameters.text(text), "uint a, uint b");
        assert_eq!(function.returns.unwrap().text(text), "uint c");
        assert_eq!(function.modifiers, ["only", "L.m"]);
        assert_eq!(function.visibility, Some(Visibility::Public));
        assert_eq!(function.mutability, crate::Mutability::Payable);
        assert!(function.is_virtual && function.is_override && function.is_complete);
        assert_eq!(function.body.unwrap().text(text), "{}");
    }

    #[test]
    fn special_functions_are_named_after_their_keywords() {
        let text = "contract C { constructor() {} receive() external payable {} fallback() external {} modifier m() { _; } function() {} }";
        assert_eq!(names(text), ["constructor", "receive", "fallback", "fallback"]);
    }

    #[test]
    fn members_are_all_there() {
        use MemberKind::*;
        let text = "contract C { using L for uint; type T is uint; struct S { uint x; } enum E { A } event V(); error R(); \
            uint constant X = 1; mapping(uint => uint) y; T[] z = [T.wrap(1)]; modifier m { _; } constructor() {} }";
        let members = Document::parse(text).contracts().remove(0).members;
        let kinds: Vec<_> = members.iter().map(|member| member.kind).collect();
        let expected = [
            Using,
            TypeAlias,
            Struct,
            Enum,
            Event,
            Error,
            StateVariable,
            StateVariable,
            StateVariable,
            Modifier,
            Constructor,
        ];
        assert_eq!(kinds, expected);
        let names: Vec<_> = members.iter().filter_map(|member| member.name.as_deref()).collect();
        assert_eq!(names, ["T", "S", "E", "V", "R", "X", "y", "z", "m", "constructor"]);
    }

    #[test]
    fn documentation_belongs_to_the_member_below() {
        let text = "contract C {\n uint x; // no\n /// a\n\n /// b\n /// c\n // d\n function f() {}\n}";
        let function = Document::parse(text).functions().remove(0);
        assert_eq!(function.natspec.unwrap().raw, "/// b\n /// c");
    }

    #[test]
    fn the_function_at_the_cursor_is_found_from_its_documentation_to_its_brace() {
        for text in ["contract C { /** $0a */ function f() {} }", "contract C { function f() {}$0 function g() {} }"] {
            let (text, offset) = extract_cursor(text);
            assert_eq!(Document::parse(text).function_at(offset).unwrap().name, "f");
        }
        assert!(Document::parse("contract C { function f() {} }").function_at(5).is_none());
    }

    #[test]
    fn a_brace_too_few_or_too_many_hides_no_function() {
        assert_eq!(names("contract C { function f() { if (x) { function g() public {} }"), ["f", "g"]);
        assert_eq!(
            names("contract C { function f() {} } } function g() public {} uint x; } contract D {}"),
            ["f", "g"]
        );
        let text = "contract C {\n  function f() {\n    if (a) {\n  }\n  function g() {\n  }\n}\ncontract D { function h() {} }";
        assert_eq!(names(text), ["f", "g", "h"]);
        assert_eq!(Document::parse(text).contracts().len(), 2);
    }

    #[test]
    fn functions_of_assembly_are_not_members() {
        let text = "contract C { function f() { assembly (\"memory-safe\") { function g(a) -> b { b := a } } } function h() {} }";
        assert_eq!(names(text), ["f", "h"]);
    }

    #[test]
    fn edits_are_clamped_to_the_text() {
        let mut document = Document::parse("é");
        document.edit(Span::new(1, 99), "contract C {}");
        assert_eq!(document.text(), "contract C {}");
        assert_eq!(document.contracts().len(), 1);
    }
}
