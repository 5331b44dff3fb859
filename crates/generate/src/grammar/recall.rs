//! Real bodies put through the constraint: what is refused, and what a fallback for single statements lets pass.

use super::{constraint::Constraint, reader::declarations, scope::Scope, vocabulary::Vocabulary};
use std::sync::Arc;

/// A statement, or the head of one, that the typed grammar refuses.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The statement or head.
    pub statement: String,
    /// What stands before the refused token, inside of the statement.
    pub before: String,
    /// The refused token and what follows it.
    pub after: String,
}

/// What became of a body.
#[derive(Clone, Debug, Default)]
pub struct Admission {
    /// What was refused, in order; empty when the typed grammar accepts the whole.
    pub refusals: Vec<Refusal>,
    /// Whether the rest of the body is accepted.
    pub is_whole: bool,
}

/// Most statements of one body that may fall back.
const MOST_REFUSALS: usize = 60;

/// Puts a body through the constraint, from after its opening brace to its closing one. A refused statement is counted and left out,
/// what it declares is declared in its place, and the rest goes on.
pub fn admit(
    vocabulary: &Arc<Vocabulary>,
    scope: &Arc<Scope>,
    body: &str,
    encode: &dyn Fn(&str) -> Vec<u32>,
) -> Admission {
    let mut admission = Admission::default();
    let mut body = body.to_owned();
    let fresh = match Constraint::new(Arc::clone(vocabulary), Arc::clone(scope)) {
        Ok(fresh) => fresh,
        Err(error) => {
            let refusal = Refusal { statement: String::new(), before: String::new(), after: error.to_string() };
            admission.refusals.push(refusal);
            return admission;
        }
    };
    while admission.refusals.len() < MOST_REFUSALS {
        let mut constraint = fresh.fork();
        let tokens = encode(&body);
        let taken = tokens.iter().position(|token| !constraint.push(*token)).unwrap_or(tokens.len());
        if taken == tokens.len() && constraint.is_whole() {
            admission.is_whole = true;
            return admission;
        }
        let at = constraint.text().len().min(body.len());
        let Some(unit) = unit_at(&body, at) else {
            // All of it is accepted, but for its end: a function that must return and does not, of which solc only warns.
            admission.is_whole = body[at..].trim() == "}";
            let after = "no `return` at the end".to_owned();
            admission.refusals.push(Refusal { statement: String::new(), before: String::new(), after });
            return admission;
        };
        let statement = body[unit.clone()].to_owned();
        let middle = at.clamp(unit.start, unit.end);
        admission.refusals.push(Refusal {
            before: body[unit.start..middle].to_owned(),
            after: body[middle..unit.end].to_owned(),
            statement: statement.clone(),
        });
        let instead = stand_in(&statement, Some(scope));
        if instead == statement {
            return admission;
        }
        body.replace_range(unit, &instead);
    }
    admission
}

/// What declares the same and heads the same, and says nothing else. Without a scope nothing needs to be declared.
pub(super) fn stand_in(statement: &str, scope: Option<&Scope>) -> String {
    let head = statement.trim_start();
    let declared = scope.map_or_else(String::new, |scope| declared(statement, scope));
    let starts = |word: &str| {
        head.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    };
    if starts("if") || starts("while") || starts("for") {
        return format!("for ({}; false; )", declared.trim_end_matches("; "));
    }
    if starts("return") || starts("revert") {
        return "revert();".to_owned();
    }
    if starts("try") {
        return "if (true)".to_owned();
    }
    if starts("catch") {
        return "if (true)".to_owned();
    }
    declared
}

fn declared(statement: &str, scope: &Scope) -> String {
    let known = declarations(&format!("{statement} ")).into_iter().filter(|one| scope.type_of(&one.ty).is_some());
    known
        .filter(|one| !one.ty.ends_with("storage") && !one.ty.ends_with("calldata"))
        .map(|one| format!("{} {}; ", one.ty, one.name))
        .collect()
}

/// The statement or head around a place: between two signs that end one.
pub(super) fn unit_at(body: &str, at: usize) -> Option<std::ops::Range<usize>> {
    units(body).into_iter().find(|unit| unit.contains(&at) || unit.end > at)
}

fn units(body: &str) -> Vec<std::ops::Range<usize>> {
    let bytes = body.as_bytes();
    let (mut found, mut start, mut depth, mut at) = (Vec::new(), 0, 0i32, 0);
    let mut assembly: Option<i32> = None;
    let mut braces = 0i32;
    while at < bytes.len() {
        match bytes[at] {
            b'"' | b'\'' => at = text_end(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at = body[at..].find('\n').map_or(bytes.len() - 1, |end| at + end);
                if body[start..at].trim_start().starts_with("//") {
                    start = at + 1;
                }
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = body[at..].find("*/").map_or(bytes.len() - 1, |end| at + end + 1);
                if body[start..at].trim_start().starts_with("/*") {
                    start = at + 1;
                }
            }
            b'(' | b'[' => depth += 1,
            b')' | b']' => {
                depth -= 1;
                if depth == 0 && assembly.is_none() && is_head(&body[start..=at]) {
                    found.push(start..at + 1);
                    start = at + 1;
                }
            }
            b'{' if depth == 0 => {
                braces += 1;
                if assembly.is_none() && body[start..at].trim_start().starts_with("assembly") {
                    assembly = Some(braces);
                } else if assembly.is_none() && !is_options(&body[start..at]) {
                    if !body[start..at].trim().is_empty() {
                        found.push(start..at);
                    }
                    start = at + 1;
                }
            }
            b'}' if depth == 0 => {
                if assembly == Some(braces) {
                    assembly = None;
                    found.push(start..at + 1);
                    start = at + 1;
                } else if assembly.is_none() && !is_options(&body[start..at]) {
                    start = at + 1;
                }
                braces -= 1;
            }
            b';' if depth == 0 && assembly.is_none() => {
                found.push(start..at + 1);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

fn text_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while at < bytes.len() && bytes[at] != bytes[from] {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len() - 1)
}

/// `if (…)`, `while (…)` and `for (…)`
fn is_head(text: &str) -> bool {
    let text = text.trim_start();
    let text = text.strip_prefix("else").map_or(text, str::trim_start);
    ["if", "while", "for"]
        .iter()
        .any(|word| text.strip_prefix(word).is_some_and(|rest| rest.trim_start().starts_with('(')))
}

/// Whether the brace after the text is one of call options: `x.f{value: 1}`.
fn is_options(text: &str) -> bool {
    let text = text.trim_start();
    let keyword = ["else", "do", "unchecked", "try", "catch", "assembly"].iter().any(|word| text.starts_with(word));
    !keyword && text.trim_end().ends_with(|sign: char| sign.is_alphanumeric() || sign == '_') || text.contains('{')
}
