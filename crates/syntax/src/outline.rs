//! What a file declares, read from its tokens alone.
//!
//! The outline never gives up: a missing brace, bracket or semicolon ends the member it belongs to where the next member
//! begins, and a brace too many does not end the contract when only a member of a contract can follow.

mod cursor;
mod function;

use crate::items::{ContractItem, ContractKind, FunctionItem, MemberItem, MemberKind};
use crate::{NatSpec, Span};
use cursor::Cursor;

/// The declarations of one file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline {
    pub contracts: Vec<ContractItem>,
    /// Functions, constructors and modifiers, of contracts and of the file, in order.
    pub functions: Vec<FunctionItem>,
    /// Documentation that belongs to no member.
    pub orphans: Vec<Orphan>,
    /// Tokens that belong to nothing, such as a brace too many.
    pub strays: Vec<Span>,
    /// What follows `pragma solidity`.
    pub pragma: Option<Span>,
}

/// A documentation comment in a contract that stands above nothing.
#[derive(Clone, Debug)]
pub(crate) struct Orphan {
    /// Index of the contract.
    pub contract: usize,
    pub span: Span,
    /// The member below, when only a blank line sets the two apart.
    pub member_below: Option<String>,
}

impl Outline {
    pub(crate) fn new(text: &str) -> Outline {
        let mut reader = Reader { text, cursor: Cursor::new(text), outline: Outline::default() };
        reader.file();
        reader.outline
    }
}

struct Reader<'a> {
    text: &'a str,
    cursor: Cursor<'a>,
    outline: Outline,
}

impl Reader<'_> {
    fn file(&mut self) {
        while !self.cursor.is_at_end() {
            match self.cursor.word(0) {
                "pragma" => self.pragma(),
                "import" => self.cursor.skip_to_semicolon(),
                _ if self.cursor.contract_kind().is_some() => self.contract(),
                _ if self.cursor.member_kind().is_some() => self.member(None),
                _ => self.stray(),
            }
        }
    }

    fn pragma(&mut self) {
        let is_solidity = self.cursor.word(1) == "solidity";
        let start = self.cursor.span(1).end;
        self.cursor.skip_to_semicolon();
        let end = self.cursor.previous_end();
        if is_solidity && self.outline.pragma.is_none() {
            let value = Span::new(start, end).text(self.text).trim_end_matches(';');
            self.outline.pragma = Some(trimmed(self.text, Span::new(start, start + value.len())));
        }
    }

    fn contract(&mut self) {
        let Some(kind) = self.cursor.contract_kind() else {
            return;
        };
        let (start, indent) = (self.cursor.span(0).start, self.cursor.indent());
        let natspec = self.cursor.docs_above().pop();
        self.cursor.advance(if kind == ContractKind::Abstract { 2 } else { 1 });
        let name = self.cursor.word(0).to_owned();
        self.cursor.advance(1);
        let bases = self.cursor.bases();
        let here = self.cursor.previous_end();
        let (span, body) = (Span::new(start, here), Span::new(here, here));
        let members = Vec::new();
        self.outline.contracts.push(ContractItem { name, kind, span, body, bases, members, natspec, is_closed: false });
        if self.cursor.punct(0) == b'{' {
            self.contract_body(indent);
        }
    }

    /// Reads the body; when it has no end, reads it again with the eyes of a person, who sees from the indentation which
    /// brace closes the contract and which member has lost its own.
    fn contract_body(&mut self, indent: usize) {
        let before =
            (self.cursor.at, self.outline.functions.len(), self.outline.orphans.len(), self.outline.strays.len());
        self.members();
        if self.contract_mut().is_closed {
            return;
        }
        let (at, functions, orphans, strays) = before;
        self.cursor.at = at;
        self.outline.functions.truncate(functions);
        self.outline.orphans.truncate(orphans);
        self.outline.strays.truncate(strays);
        self.contract_mut().members.clear();
        self.cursor.closing_indent = Some(indent);
        self.members();
        self.cursor.closing_indent = None;
    }

    fn members(&mut self) {
        let open = self.cursor.span(0);
        self.cursor.advance(1);
        while !self.cursor.is_at_end() && !self.cursor.starts_nested_contract() {
            if self.cursor.punct(0) == b'}' {
                if !self.cursor.continues_contract_after_brace() {
                    return self.close_contract(open);
                }
                self.stray();
            } else if self.cursor.member_kind().is_some() {
                self.member(Some(self.outline.contracts.len() - 1));
            } else {
                self.stray();
            }
        }
        let end = self.cursor.previous_end();
        self.note_orphans(None);
        let contract = self.contract_mut();
        contract.body = Span::new(open.end, end);
        contract.span.end = end;
    }

    fn close_contract(&mut self, open: Span) {
        self.note_orphans(None);
        let close = self.cursor.span(0);
        self.cursor.advance(1);
        let contract = self.contract_mut();
        contract.body = Span::new(open.end, close.start);
        contract.span.end = close.end;
        contract.is_closed = true;
    }

    fn contract_mut(&mut self) -> &mut ContractItem {
        let last = self.outline.contracts.len() - 1;
        &mut self.outline.contracts[last]
    }

    fn member(&mut self, contract: Option<usize>) {
        let Some(kind) = self.cursor.member_kind() else {
            return;
        };
        let start = self.cursor.span(0).start;
        let natspec = self.cursor.docs_above().pop();
        let before = self.cursor.at;
        self.cursor.member_indent = self.cursor.indent();
        let mut kind = kind;
        let mut name = None;
        if kind.is_function() {
            if let Some(mut function) = self.cursor.function(kind) {
                function.natspec = natspec.map(|span| NatSpec::parse(self.text, span));
                function.contract = contract.map(|index| self.outline.contracts[index].name.clone());
                (kind, name) = (function.kind, Some(function.name.clone()));
                self.outline.functions.push(function);
            } else {
                kind = MemberKind::StateVariable;
            }
        }
        if name.is_none() {
            name = self.cursor.declaration(kind);
        }
        if self.cursor.at == before {
            return self.stray();
        }
        let span = Span::new(start, self.cursor.previous_end());
        if let Some(index) = contract {
            self.note_orphans_at(before, name.as_deref());
            self.outline.contracts[index].members.push(MemberItem { kind, name, span, natspec });
        }
    }

    fn stray(&mut self) {
        self.outline.strays.push(self.cursor.span(0));
        self.cursor.advance(1);
    }

    fn note_orphans(&mut self, member: Option<&str>) {
        self.note_orphans_at(self.cursor.at, member);
    }

    /// Keeps the documentation above token `at` that does not document the member there.
    fn note_orphans_at(&mut self, at: usize, member: Option<&str>) {
        let contract = self.outline.contracts.len() - 1;
        let mut docs = self.cursor.docs_above_token(at);
        if let (Some(name), Some(last)) = (member, docs.pop()) {
            let gap = Span::new(last.end, self.cursor.span_at(at).start).text(self.text);
            let is_apart = gap.matches('\n').count() > 1;
            if is_apart {
                self.outline.orphans.push(Orphan { contract, span: last, member_below: Some(name.to_owned()) });
            }
        } else if member.is_none() {
            docs = self.cursor.docs_above_token(at);
        }
        self.outline.orphans.extend(docs.into_iter().map(|span| Orphan { contract, span, member_below: None }));
    }
}

/// The span without white space at its ends.
pub(crate) fn trimmed(text: &str, span: Span) -> Span {
    let inner = span.text(text);
    let start = span.start + (inner.len() - inner.trim_start().len());
    Span::new(start, start + inner.trim().len())
}
