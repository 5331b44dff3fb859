//! # A constructor that is an ordinary function
//!
//! ## What it does
//! Looks for functions that are named like a constructor: like the contract, nearly like it, or `Constructor`.
//!
//! ## Why it is bad
//! Since Solidity 0.5 only `constructor` is one; before, only a function of exactly the contract's name was. A function
//! that was meant to run once can be called by anyone, at any time, and makes the caller the owner.
//!
//! ## Example
//! ```solidity
//! contract Wallet {
//!     function wallet() public { owner = msg.sender; }
//! }
//! ```
//! Say so:
//! ```solidity
//! contract Wallet {
//!     constructor() { owner = msg.sender; }
//! }
//! ```
//!
//! ## Known gaps
//! - A name that is far from the contract's, left over from an older name, is found by `missing-access-control` only.

use super::{
    Detector,
    context::{Context, Report},
    edits,
    pragma::{lowest, pragmas},
    view::View,
};
use crate::finding::{Confidence, Finding, Fix, Severity};
use solwright_analysis::ir::{ExprKind, Function, FunctionKind};
use solwright_syntax::Span;

pub(super) const DETECTOR: Detector = Detector {
    id: "incorrect-constructor-name",
    title: "a function looks like a constructor and is none",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-070",
    also: &[],
    swc: Some("SWC-118"),
    source: include_str!("incorrect_constructor_name.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        let Some(contract) = view.contract.map(|id| context.program.contract(id)) else { continue };
        let place = context.place(view.function.name_span);
        let written = context.program.snippet(place);
        let is_candidate = matches!(view.function.kind, FunctionKind::Function | FunctionKind::Constructor);
        if !is_candidate
            || written == "constructor" && view.function.kind == FunctionKind::Constructor
            || view.function.body.is_none()
        {
            continue;
        }
        let (severity, message) = if written == contract.name {
            (Severity::Low, format!("`{written}` is a constructor only for compilers before 0.5"))
        } else if is_near(&written, &contract.name) && changes_state(view) && view.function.modifiers.is_empty() {
            (
                Severity::High,
                format!("`{written}` looks like the constructor of `{}` but anyone can call it", contract.name),
            )
        } else {
            continue;
        };
        let report = Report {
            severity,
            message,
            note: "what was meant to run once, at the deployment, is an ordinary function".to_owned(),
            help: "write `constructor(…)`".to_owned(),
            fix: constructor(context, view.function),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, place, report));
    }
}

/// The function as a constructor, whose visibility older compilers want and newer ones do not.
fn constructor(context: &Context<'_>, function: &Function) -> Option<Fix> {
    let version = pragmas(context).iter().filter_map(|(_, wanted)| lowest(wanted)).min()?;
    let after = edits::after_params(context, function)?;
    let head = Span::new(after, function.body.as_ref()?.span?.start).text(context.program.text(0));
    let mut edits = vec![(Span::new(function.span.start, function.name_span.end), "constructor".to_owned())];
    let stated = if version < (7, 0) { " public" } else { "" };
    for word in [" external", " public"].into_iter().filter(|word| *word != stated) {
        let at = head.find(word).map(|at| Span::new(after + at, after + at + word.len()));
        edits.extend(at.map(|at| (at, stated.to_owned())));
    }
    edits::fix("Make it the constructor", edits).filter(|_| version >= (4, 22) && function.returns.is_empty())
}

/// Whether a function's name is `Constructor`, or the contract's but for its case, underscores or one letter.
fn is_near(name: &str, contract: &str) -> bool {
    let plain = |name: &str| name.replace('_', "").to_ascii_lowercase();
    let (name, contract) = (plain(name), plain(contract));
    name == "constructor"
        || name == contract
        || contract.len() > 5 && name.len().abs_diff(contract.len()) <= 1 && is_one_off(&name, &contract)
}

fn is_one_off(a: &str, b: &str) -> bool {
    let front = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    let back = a.bytes().rev().zip(b.bytes().rev()).take_while(|(x, y)| x == y).count();
    front + back + 1 >= a.len().max(b.len())
}

fn changes_state(view: &View<'_>) -> bool {
    view.function.is_external()
        && view.exprs().iter().any(|(expr, _)| match &expr.kind {
            ExprKind::Assign { target, .. } => target.name().is_some_and(|name| view.scope().variable(name).is_some()),
            _ => false,
        })
}
