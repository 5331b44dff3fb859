//! # Solmate's transfer of a token that is none
//!
//! ## What it does
//! Looks for `safeTransfer`, `safeTransferFrom` and `safeApprove` of solmate's `SafeTransferLib` where the library does not ask
//! whether the token has code.
//!
//! ## Why it is bad
//! A call to an address without code succeeds. A token that is not deployed yet, or was destroyed, is paid out of nothing: the
//! transfer passes and the deposit is booked.
//!
//! ## Example
//! ```solidity
//! using SafeTransferLib for ERC20; // of solmate 6
//! token.safeTransferFrom(msg.sender, address(this), amount);
//! ```
//! Ask first, or use OpenZeppelin's `SafeERC20`:
//! ```solidity
//! require(address(token).code.length > 0, "no token");
//! ```
//!
//! ## Known gaps
//! - A question for the token's code anywhere in the same function counts.

use super::{
    Detector,
    context::{Context, Report},
    packages,
    shape::called,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::program::Place;

pub(super) const DETECTOR: Detector = Detector {
    id: "solmate-safe-transfer-lib",
    title: "solmate's transfer succeeds where there is no token",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-134",
    also: &[],
    swc: None,
    source: include_str!("solmate_safe_transfer_lib.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let program = context.program;
    let asks_code = |place: Place| {
        let text = place.span.text(program.text(place.file));
        ["extcodesize", ".code.length", "isContract("].iter().any(|word| text.contains(word))
    };
    for view in &context.views {
        for (expr, _) in view.exprs() {
            let Some((name @ ("safeTransfer" | "safeTransferFrom" | "safeApprove"), _)) = called(expr) else {
                continue;
            };
            let library = packages::callee(view, expr)
                .map(|id| Place { file: program.function_file(id), span: program.function(id).span });
            let asks = asks_code(context.place(view.function.span)) || library.is_some_and(asks_code);
            if asks || !packages::declares(view, expr, "solmate", "SafeTransferLib") {
                continue;
            }
            let place = context.place(expr.span);
            let report = Report {
                message: format!("`{name}` of solmate succeeds when there is no contract at the token's address"),
                note: "a call to an address without code reports success, and the library does not ask".to_owned(),
                help: "require that the token has code, or use OpenZeppelin's `SafeERC20`".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}
