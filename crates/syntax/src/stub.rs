//! Functions that are announced and not yet written.

mod body;
mod lookup;
mod wish;

use crate::items::{ContractItem, ContractKind, FunctionItem, MemberKind};
use crate::outline::{Orphan, Outline};
use crate::{Document, NatSpec, Span};
use body::BodyState;
pub use lookup::{NoStub, NoStubReason, stub_at};
use serde::Serialize;

/// What makes a function a stub.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
pub enum StubKind {
    /// `{}`.
    EmptyBody,
    /// A body of comments, or one that reverts with "TODO" or "not implemented".
    TodoBody,
    /// A `;`, or nothing at all, after the signature.
    MissingBody,
    /// Documentation that names a function, above nothing.
    NatSpecOnly,
}

/// A function to be written.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FunctionStub {
    /// Its name.
    pub name: String,
    /// The name of its contract.
    pub contract: String,
    /// All of its contract.
    pub contract_span: Span,
    /// What is missing.
    pub kind: StubKind,
    /// What the written function replaces: from its signature to the end of the stub, without documentation. Empty, at the
    /// start of the line below the documentation, when that is all there is.
    pub span: Span,
    /// Its documentation.
    pub natspec: Option<NatSpec>,
    /// Its signature on one line, without `{` or `;`.
    pub signature: String,
    /// The white space before its first line.
    pub indent: String,
}

impl FunctionStub {
    /// The text of the file with the written function in the stub's place. Its first line is indented as the stub was; the
    /// lines after it are taken as they are.
    pub fn splice(&self, text: &str, function: &str) -> String {
        let span = self.span.clamped(text);
        [&text[..span.start], &self.replacement(text, function), &text[span.end..]].concat()
    }

    /// The function or stub that covers `span`, as a stub: written functions are asked for anew by benchmarks and training.
    pub fn at_span(document: &Document, span: Span) -> Option<Self> {
        let outline = document.outline();
        let function = outline.functions.iter().find(|function| function.span.contains_span(span));
        let stub = function.and_then(|function| {
            let contract = contract_of(outline, function.span.start)?;
            Some(Self::of(document, contract, function, StubKind::EmptyBody))
        });
        stub.or_else(|| stubs(document).into_iter().find(|stub| stub.span == span))
    }

    /// What to put at [`span`](Self::span) to write the function there.
    pub fn replacement(&self, text: &str, function: &str) -> String {
        if self.kind != StubKind::NatSpecOnly {
            return function.to_owned();
        }
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let start = self.span.clamped(text).start;
        let before = if text[..start].ends_with(['\n', '\r']) { "" } else { newline };
        format!("{before}{}{function}{newline}", self.indent)
    }
}

impl FunctionStub {
    fn of(document: &Document, contract: &ContractItem, function: &FunctionItem, kind: StubKind) -> Self {
        let text = document.text();
        Self {
            name: function.name.clone(),
            contract: contract.name.clone(),
            contract_span: contract.span,
            kind,
            span: function.span,
            natspec: function.natspec.clone(),
            signature: one_line(function.signature.text(text)),
            indent: indent(document, function.span.start),
        }
    }
}

/// All stubs of a file in order.
pub fn stubs(document: &Document) -> Vec<FunctionStub> {
    let outline = document.outline();
    let functions = outline.functions.iter().filter_map(|function| function_stub(document, outline, function));
    let wishes = outline.orphans.iter().filter_map(|orphan| wish_stub(document, outline, orphan));
    let mut stubs: Vec<_> = functions.chain(wishes).collect();
    stubs.sort_by_key(|stub| stub.span.start);
    stubs
}

fn function_stub(document: &Document, outline: &Outline, function: &FunctionItem) -> Option<FunctionStub> {
    let contract = contract_of(outline, function.span.start)?;
    let kind = stub_kind(document, contract, function)?;
    Some(FunctionStub::of(document, contract, function, kind))
}

/// What is missing from the function; `None` when it is as its author wants it.
fn stub_kind(document: &Document, contract: &ContractItem, function: &FunctionItem) -> Option<StubKind> {
    if function.kind != MemberKind::Function || contract.kind == ContractKind::Interface || function.name.is_empty() {
        return None;
    }
    let Some(body) = function.body else {
        let is_declaration = function.is_complete && may_leave_functions_open(document, contract, function);
        return (!is_declaration).then_some(StubKind::MissingBody);
    };
    match body::state(body.text(document.text()), function.is_complete) {
        BodyState::Empty if function.is_virtual || is_upgrade_hook(function) => None,
        BodyState::Empty => Some(StubKind::EmptyBody),
        BodyState::Commented if function.is_virtual => None,
        BodyState::Commented | BodyState::Todo => Some(StubKind::TodoBody),
        BodyState::Written => None,
    }
}

/// Whether `;` is a body here. Before Solidity 0.6 a contract with open functions was abstract without saying so.
fn may_leave_functions_open(document: &Document, contract: &ContractItem, function: &FunctionItem) -> bool {
    let is_old = || {
        let pragma = document.pragma().unwrap_or_default();
        let version = pragma.trim_start_matches(|c: char| !c.is_ascii_digit());
        version.starts_with("0.4") || version.starts_with("0.5")
    };
    (contract.kind == ContractKind::Abstract && function.is_virtual)
        || (contract.kind == ContractKind::Contract && is_old())
}

/// OpenZeppelin's upgrade hook: its modifier is all there is to write.
fn is_upgrade_hook(function: &FunctionItem) -> bool {
    function.name == "_authorizeUpgrade" && !function.modifiers.is_empty()
}

fn wish_stub(document: &Document, outline: &Outline, orphan: &Orphan) -> Option<FunctionStub> {
    let text = document.text();
    let contract = outline.contracts.get(orphan.contract)?;
    if contract.kind == ContractKind::Interface {
        return None;
    }
    let natspec = NatSpec::parse(text, orphan.span);
    let wish = wish::read(&natspec)?;
    let is_written = |name: &String| *name == wish.name;
    if orphan.member_below.as_ref().is_some_and(is_written) {
        return None;
    }
    let at = next_line(text, orphan.span.end);
    Some(FunctionStub {
        name: wish.name,
        contract: contract.name.clone(),
        contract_span: contract.span,
        kind: StubKind::NatSpecOnly,
        span: Span::new(at, at),
        natspec: Some(natspec),
        signature: wish.signature,
        indent: indent(document, orphan.span.start),
    })
}

/// The innermost contract is the last that begins before the offset, for contracts do not nest.
fn contract_of(outline: &Outline, offset: usize) -> Option<&ContractItem> {
    let after = outline.contracts.partition_point(|contract| contract.span.start <= offset);
    outline.contracts[..after].last().filter(|contract| contract.span.touches(offset))
}

/// The signature without line breaks and comments, and with the parentheses that it lacks.
fn one_line(signature: &str) -> String {
    use crate::token::{TokenKind, tokens};
    let mut line = String::new();
    let mut end = 0;
    for token in tokens(signature) {
        let is_comment = matches!(token.kind, TokenKind::Doc | TokenKind::Comment);
        if is_comment {
            continue;
        }
        let is_tight =
            line.ends_with(['(', '[', '.']) || matches!(token.kind, TokenKind::Punct(b')' | b',' | b']' | b'.'));
        if end < token.span.start && !line.is_empty() && !is_tight {
            line.push(' ');
        }
        line.push_str(token.span.text(signature));
        end = token.span.end;
    }
    let open = line.matches('(').count().saturating_sub(line.matches(')').count());
    line + &")".repeat(open)
}

/// The white space at the start of the line that holds the offset.
fn indent(document: &Document, offset: usize) -> String {
    let line = document.lines().line_span(document.lines().line_of(offset));
    let is_white = |c: &char| matches!(c, ' ' | '\t');
    line.text(document.text()).chars().take_while(is_white).collect()
}

/// The start of the line after the one that holds `offset`, or `offset` when it is the last or holds more.
fn next_line(text: &str, offset: usize) -> usize {
    let rest = &text[offset..];
    let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let end = &rest[blank..];
    let newline = if end.starts_with("\r\n") { 2 } else { usize::from(end.starts_with(['\n', '\r'])) };
    if newline == 0 { offset } else { offset + blank + newline }
}

#[cfg(test)]
mod tests;
