//! # Right-to-left override
//!
//! ## What it does
//! Looks for Unicode characters that change the direction of text, in code, strings and comments.
//!
//! ## Why it is bad
//! An editor shows such text in another order than the compiler reads it. What looks like a comment may be code, and
//! arguments may stand in another order than they seem to.
//!
//! ## Example
//! ```solidity
//! f(/*<U+202E>*/ a, b); // shown as f(b, a)
//! ```
//! Write the text without the character:
//! ```solidity
//! f(a, b);
//! ```
//!
//! ## Known gaps
//! - Letters that look like others are not looked for.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::Fix;
use crate::finding::{Confidence, Finding, Severity};
use solwright_syntax::Span;

pub(super) const DETECTOR: Detector = Detector {
    id: "rtlo",
    title: "a character reverses the direction of text",
    severity: Severity::High,
    confidence: Confidence::High,
    scwe: "SCWE-076",
    also: &[],
    swc: Some("SWC-130"),
    source: include_str!("rtlo.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let text = context.program.text(0);
    if text.is_ascii() {
        return;
    }
    for (start, char) in text.char_indices().filter(|(_, char)| reorders(*char)) {
        let span = Span { start, end: start + char.len_utf8() };
        let report = Report {
            message: format!("the character U+{:04X} reorders the text that follows", u32::from(char)),
            note: "readers see the code in another order than the compiler".to_owned(),
            help: "remove the character".to_owned(),
            fix: Some(Fix { title: "Remove the character".to_owned(), edits: vec![(span, String::new())] }),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, context.place(span), report));
    }
}

/// Embeddings, overrides and isolates; the marks U+200E and U+200F reorder nothing on their own.
fn reorders(char: char) -> bool {
    matches!(char, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
