//! # Weak randomness
//!
//! ## What it does
//! Looks for numbers that are drawn from what the block says: a hash over `block.timestamp` or `block.prevrandao` that becomes
//! a number, `blockhash` as a number or compared with a guess, a remainder of either. Also variables and functions that are
//! called a seed, a salt or random and get what the block says.
//!
//! ## Why it is bad
//! Everyone in the same block sees the same values, so a contract can work out the draw and play only when it wins. Whoever
//! proposes the block can also choose among some of them.
//!
//! ## Example
//! ```solidity
//! uint256 winner = uint256(keccak256(abi.encode(block.timestamp, msg.sender))) % players.length;
//! ```
//! Take the number from an oracle, or from values that were committed to before:
//! ```solidity
//! uint256 winner = vrfAnswer % players.length;
//! ```
//!
//! ## Known gaps
//! - `block.timestamp % period` is clockwork and not reported, unless the period is a small number.
//! - A block's value that is stored and used later is not followed.

use super::{
    Detector,
    context::{Context, Report},
    numbers,
    shape::{has_word, without_casts},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::{Randomness, Taint},
    ir::{BinaryOp, Expr, ExprKind, StmtKind},
};
use solwright_syntax::Span;

pub(super) const DETECTOR: Detector = Detector {
    id: "weak-randomness",
    title: "a random number is drawn from the block",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-024",
    also: &["SCWE-031", "SCWE-084"],
    swc: Some("SWC-120"),
    source: include_str!("weak_randomness.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for Randomness { place, site, taint, text } in context.all().flat_map(|facts| &facts.randomness) {
        let Some(at) = context.in_main(&[*place, *site]) else { continue };
        let source = if taint.has(Taint::BLOCK) { "the block" } else { "the block's time or number" };
        let report = Report {
            scwe: if text.contains("blockhash") { "SCWE-084" } else { DETECTOR.scwe },
            confidence: if taint.has(Taint::BLOCK | Taint::HASH) { Confidence::Medium } else { Confidence::Low },
            message: format!("`{text}` is no random number, it follows from {source}"),
            note: "a contract in the same block works out the same number before it plays".to_owned(),
            help: "take randomness from an oracle such as a VRF, or from a commitment made before".to_owned(),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, at, report));
    }
    by_shape(context, findings);
}

/// What the shape of the code says beyond the flow of values, where that has found nothing.
fn by_shape(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut draws: Vec<Span> = context.views.iter().flat_map(draws).collect();
    let variables = context.program.file(0).contracts.iter().flat_map(|contract| &contract.variables);
    let named = variables.filter(|variable| is_random_name(&variable.name));
    draws.extend(
        named.filter_map(|variable| variable.init.as_ref()).filter(|init| init.any(&from_block)).map(|init| init.span),
    );
    let known: Vec<Span> =
        findings.iter().filter(|finding| finding.detector == DETECTOR.id).map(|finding| finding.span).collect();
    draws.retain(|draw| !known.iter().any(|span| span.contains_span(*draw) || draw.contains_span(*span)));
    for draw in draws {
        let place = context.place(draw);
        let text = context.program.snippet(place);
        let report = Report {
            scwe: if text.contains("blockhash") { "SCWE-084" } else { DETECTOR.scwe },
            message: format!("`{text}` is no random number, everyone can work it out"),
            note: "a contract in the same block works out the same number before it plays".to_owned(),
            help: "take randomness from an oracle such as a VRF, or from a commitment made before".to_owned(),
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, place, report));
    }
}

fn draws(view: &View<'_>) -> Vec<Span> {
    let mut draws = Vec::new();
    let names_it = !view.function.returns.is_empty() && is_random_name(&view.function.name);
    for (stmt, _) in view.stmts() {
        match &stmt.kind {
            StmtKind::Declare { variables, init: Some(init) }
                if variables.iter().flatten().any(|variable| is_random_name(&variable.name))
                    && is_predictable(init) =>
            {
                draws.push(init.span);
            }
            StmtKind::Return(Some(value)) if names_it && is_predictable(value) => draws.push(value.span),
            StmtKind::Declare { variables, init: Some(init) } if is_old_hash(init) => {
                let compares = |expr: &Expr| {
                    matches!(&expr.kind, ExprKind::Binary(left, op, right) if op.is_comparison()
                    && variables.iter().flatten().any(|one| [left, right].iter().any(|side| side.name() == Some(&one.name)))
                    && ![left, right].iter().any(|side| matches!(without_casts(side).kind, ExprKind::Number(Some(0)))))
                };
                if view.exprs().iter().any(|(expr, _)| compares(expr)) {
                    draws.push(init.span);
                }
            }
            _ => {}
        }
    }
    for (expr, _) in view.exprs() {
        if let ExprKind::Binary(left, BinaryOp::Rem, right) = &expr.kind
            && numbers::is_time(without_casts(left))
            && matches!(&right.peeled().kind, ExprKind::Member(_, member) if member == "length")
        {
            draws.push(expr.span);
        }
    }
    draws
}

/// Whether a name promises a random number.
fn is_random_name(name: &str) -> bool {
    name.to_ascii_lowercase().starts_with("rand") || has_word(name, &["random", "seed", "salt", "entropy"])
}

/// Whether a value is made of what the block says, or draws lots by the caller's address.
fn is_predictable(value: &Expr) -> bool {
    let by_caller = |expr: &Expr| match &expr.kind {
        ExprKind::Binary(left, BinaryOp::Rem, _) => without_casts(left).is_member("msg", "sender"),
        _ => false,
    };
    value.any(&from_block) || value.any(&by_caller)
}

fn from_block(expr: &Expr) -> bool {
    let block = ["number", "difficulty", "prevrandao", "coinbase", "gaslimit", "blockhash"];
    numbers::is_time(expr)
        || block.iter().any(|member| expr.is_member("block", member))
        || expr.name() == Some("blockhash")
}

/// Whether a value is the hash of a block that was chosen before.
fn is_old_hash(value: &Expr) -> bool {
    match &without_casts(value).kind {
        ExprKind::Call { callee, .. } => callee.name() == Some("blockhash") || callee.is_member("block", "blockhash"),
        _ => false,
    }
}
