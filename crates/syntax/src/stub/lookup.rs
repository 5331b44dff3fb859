//! The stub under the cursor, or one clear sentence why there is none.

use super::{FunctionStub, contract_of, stubs};
use crate::items::{ContractKind, FunctionItem, MemberKind};
use crate::{Document, Span};
use std::fmt;

/// Why there is no stub where one was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoStub {
    /// The reason.
    pub reason: NoStubReason,
    /// The function, contract or member it is about, where there is one.
    pub name: Option<String>,
}

/// The reasons.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NoStubReason {
    /// The offset is outside of any contract.
    NotInContract,
    /// Functions of interfaces have no bodies.
    InInterface,
    /// The function is written.
    HasBody,
    /// A constructor, `receive`, `fallback`, modifier or hook whose body may be empty.
    MayBeEmpty,
    /// No function and no documentation that names one.
    NothingHere,
    /// The text around the offset breaks the grammar.
    DoesNotParse,
}

impl fmt::Display for NoStub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().unwrap_or("this");
        match self.reason {
            NoStubReason::NotInContract => {
                f.write_str("the cursor is not in a contract: place it on a function without a body inside of one")
            }
            NoStubReason::InInterface => {
                write!(f, "`{name}` is an interface, whose functions have no bodies: write the function in a contract that implements it")
            }
            NoStubReason::HasBody => write!(f, "`{name}` already has a body: empty it to `{{}}` to have it written anew"),
            NoStubReason::MayBeEmpty => {
                write!(f, "`{name}` may be empty as it stands: put `// TODO` into its body if it is to be written")
            }
            NoStubReason::NothingHere => f.write_str(
                "there is no function to write here: write a signature, or `/// function name(…)`, and place the cursor on it",
            ),
            NoStubReason::DoesNotParse => {
                f.write_str("the file does not parse here: mend the syntax error at the cursor first")
            }
        }
    }
}

impl std::error::Error for NoStub {}

/// The stub whose documentation, signature or body the offset lies in or touches; else the one on the same line.
pub fn stub_at(document: &Document, offset: usize) -> Result<FunctionStub, NoStub> {
    let offset = offset.min(document.text().len());
    let stubs = stubs(document);
    let exact = stubs.iter().find(|stub| whole(stub).touches(offset));
    let found = exact.or_else(|| stubs.iter().find(|stub| lines(document, whole(stub)).touches(offset)));
    found.cloned().ok_or_else(|| explain(document, offset))
}

/// The stub with its documentation.
fn whole(stub: &FunctionStub) -> Span {
    let start = stub.natspec.as_ref().map_or(stub.span.start, |natspec| natspec.span.start);
    Span::new(start.min(stub.span.start), stub.span.end)
}

fn lines(document: &Document, span: Span) -> Span {
    let line = |offset| document.lines().line_span(document.lines().line_of(offset));
    Span::new(line(span.start).start, line(span.end).end)
}

fn explain(document: &Document, offset: usize) -> NoStub {
    let outline = document.outline();
    let no_stub = |reason, name: Option<&str>| NoStub { reason, name: name.map(str::to_owned) };
    let Some(contract) = contract_of(outline, offset) else {
        let is_broken = breaks_at(document, offset);
        let reason = if is_broken { NoStubReason::DoesNotParse } else { NoStubReason::NotInContract };
        return no_stub(reason, None);
    };
    if contract.kind == ContractKind::Interface {
        return no_stub(NoStubReason::InInterface, Some(&contract.name));
    }
    let here = |function: &&FunctionItem| {
        let start = function.natspec.as_ref().map_or(function.span.start, |natspec| natspec.span.start);
        lines(document, Span::new(start, function.span.end)).touches(offset)
    };
    let reason_of = |function: &FunctionItem| match function.body {
        Some(body) if is_blank(body.text(document.text())) => NoStubReason::MayBeEmpty,
        None => NoStubReason::MayBeEmpty,
        _ => NoStubReason::HasBody,
    };
    match outline.functions.iter().filter(|function| contract.span.contains_span(function.span)).find(here) {
        Some(function) if function.kind == MemberKind::Modifier || !function.name.is_empty() => {
            no_stub(reason_of(function), Some(&function.name))
        }
        _ if breaks_at(document, offset) => no_stub(NoStubReason::DoesNotParse, None),
        _ => no_stub(NoStubReason::NothingHere, None),
    }
}

fn is_blank(body: &str) -> bool {
    body.trim_start_matches('{').trim_end_matches('}').trim().is_empty()
}

fn breaks_at(document: &Document, offset: usize) -> bool {
    document.syntax_errors().iter().any(|error| lines(document, error.span).touches(offset))
}
