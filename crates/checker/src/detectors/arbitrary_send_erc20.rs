//! # Arbitrary `from` in a token transfer
//!
//! ## What it does
//! Looks for `transferFrom` with a `from` that the caller chose and that nothing ties to the caller.
//!
//! ## Why it is bad
//! Users approve the contract. A function that takes `from` as a parameter lets anyone spend those approvals.
//!
//! ## Example
//! ```solidity
//! function deposit(address from, uint256 amount) external {
//!     token.transferFrom(from, address(this), amount);
//! }
//! ```
//! Take from the caller:
//! ```solidity
//! function deposit(uint256 amount) external {
//!     token.transferFrom(msg.sender, address(this), amount);
//! }
//! ```
//!
//! ## Known gaps
//! - Any comparison of `from` in the function, and any signature that is checked, counts as the consent of its owner.
//! - Internal functions are not reported.

use super::{
    Detector,
    context::{Context, Report},
    shape::{is_compared, named_call, only_value, without_casts},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    facts::GuardKind,
    ir::{Expr, ExprKind},
    program::Ty,
};

pub(super) const DETECTOR: Detector = Detector {
    id: "arbitrary-send-erc20",
    title: "anyone can spend what others approved",
    severity: Severity::High,
    confidence: Confidence::Medium,
    scwe: "SCWE-013",
    also: &[],
    swc: None,
    source: include_str!("arbitrary_send_erc20.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for run in &context.contracts {
        for facts in run.entries.iter().filter(|facts| facts.is_entry && facts.access.is_empty()) {
            let Some(view) = context.view(facts.function) else { continue };
            if facts
                .guards
                .iter()
                .any(|guard| matches!(guard.kind, GuardKind::Signature | GuardKind::Own | GuardKind::Caller))
            {
                continue;
            }
            for (expr, _) in view.exprs() {
                let Some((name, from)) = taken_from(view, expr) else { continue };
                let Some(from) = chosen(view, from) else { continue };
                let report = Report {
                    message: format!("anyone can make `{name}` take from `{from}`"),
                    note: "whoever approved this contract can be robbed by any caller".to_owned(),
                    help: "take from `msg.sender`, or require that the owner of the tokens consents".to_owned(),
                    trace: facts
                        .params
                        .iter()
                        .filter(|param| param.name == from)
                        .map(|param| (param.place, format!("the caller chooses `{from}` here")))
                        .collect(),
                    ..Report::of(&DETECTOR)
                };
                findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
            }
        }
    }
}

/// The account that `token.transferFrom(from, …)` or `SafeERC20.safeTransferFrom(token, from, …)` takes from.
fn taken_from<'a>(view: &View<'_>, expr: &'a Expr) -> Option<(&'a str, &'a Expr)> {
    let call = named_call(expr).filter(|call| matches!(call.name, "transferFrom" | "safeTransferFrom"))?;
    let base = call.base?;
    let is_library = base.name().is_some_and(|name| name.starts_with(|first: char| first.is_ascii_uppercase()));
    let is_token = matches!(view.ty(base), Ty::Contract(_) | Ty::Unresolved(_) | Ty::Address { .. });
    let by_name = call.args.iter().find(|arg| arg.name.as_deref() == Some("from"));
    let from = match call.args {
        [_, from, _, _] if is_library => from,
        [from, _, _, ..] if is_token && !is_library => from,
        _ => return None,
    };
    Some((call.name, &by_name.unwrap_or(from).value))
}

/// The parameter that an account is, is an element of, or was made from, when nothing asks for it.
fn chosen<'a>(view: &View<'a>, from: &'a Expr) -> Option<&'a str> {
    let mut account = without_casts(from);
    while let ExprKind::Index(list, Some(_)) = &account.kind {
        account = list.peeled();
    }
    let name = account.name()?;
    let is_open = |name: &str| view.takes(name) && !is_compared(view, name);
    if view.takes(name) {
        return is_open(name).then_some(name);
    }
    let values = view.exprs().iter().filter_map(|(expr, _)| match &expr.kind {
        ExprKind::Assign { target, op: None, value } if target.name() == Some(name) => Some(&**value),
        _ => None,
    });
    let mut names = values.chain(only_value(view, name)).filter_map(|value| without_casts(value).name());
    names.find(|name| is_open(name)).filter(|_| view.scope().variable(name).is_none())
}
