//! # Xor as exponent
//!
//! ## What it does
//! Looks for `^` between two numbers in decimal notation.
//!
//! ## Why it is bad
//! In Solidity `^` is exclusive or: `2^256` is 258, and `10^18` is 24.
//!
//! ## Example
//! ```solidity
//! uint256 constant MAX = 2^256 - 1;
//! ```
//! The power is `**`:
//! ```solidity
//! uint256 constant MAX = 2**255;
//! ```
//!
//! ## Known gaps
//! - Powers of variables are not guessed.

use super::{
    Detector,
    context::{Context, Report},
    edits,
    shape::number,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{BinaryOp, Expr, ExprKind};
use solwright_syntax::Span;

pub(super) const DETECTOR: Detector = Detector {
    id: "incorrect-exp",
    title: "`^` stands where a power was meant",
    severity: Severity::High,
    confidence: Confidence::Medium,
    scwe: "SCWE-066",
    also: &[],
    swc: None,
    source: include_str!("incorrect_exp.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let own = context.program.file(0);
    let variables = own.contracts.iter().flat_map(|contract| &contract.variables).chain(&own.constants);
    for init in variables.filter_map(|variable| variable.init.as_ref()) {
        init.each(&mut |expr| findings.extend(check_expr(context, expr)));
    }
    for (expr, _) in context.views.iter().flat_map(|view| view.exprs()) {
        findings.extend(check_expr(context, expr));
    }
}

fn check_expr(context: &Context<'_>, expr: &Expr) -> Option<Finding> {
    let ExprKind::Binary(left, BinaryOp::BitXor, right) = &expr.kind else { return None };
    let text = |expr: &Expr| context.text(expr.span);
    // `2^256 - 1` is `2 ^ (256 - 1)`.
    let mut is_decimal = true;
    expr.each(&mut |part| {
        is_decimal &= match part.kind {
            ExprKind::Number(_) => !text(part).contains('x'),
            _ => matches!(part.kind, ExprKind::Binary(..)),
        };
    });
    let base = number(left).filter(|base| is_decimal && matches!(base, 2 | 10))?;
    let sign = left.span.end + Span::new(left.span.end, right.span.start).text(context.program.text(0)).find('^')?;
    let report = Report {
        message: format!("`{}` is an exclusive or, not a power", text(expr)),
        note: "`^` is the exclusive or of bits".to_owned(),
        help: format!("write `{base}**{}`", text(right)),
        fix: edits::fix("Use `**`", vec![(Span::new(sign, sign + 1), "**".to_owned())]),
        ..Report::of(&DETECTOR)
    };
    Some(context.finding(&DETECTOR, context.place(expr.span), report))
}
