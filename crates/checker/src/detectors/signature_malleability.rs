//! # Signature malleability
//!
//! ## What it does
//! Looks for `ecrecover` where nothing bounds `s`.
//!
//! ## Why it is bad
//! For every signature there is a second one, with the other half of the curve for `s`, that recovers the same signer. Whoever
//! remembers used signatures by their bytes lets each pass twice.
//!
//! ## Example
//! ```solidity
//! address signer = ecrecover(hash, v, r, s);
//! ```
//! Use `ECDSA.recover`, or refuse the upper half:
//! ```solidity
//! require(uint256(s) <= HALF_ORDER);
//! address signer = ecrecover(hash, v, r, s);
//! ```
//!
//! ## Known gaps
//! - A bound on `s` in the caller of the function is not seen.
//! - With a nonce in the hash the second form does no harm, and is reported all the same.

use super::{
    Detector,
    context::{Context, Report},
    shape::{called, is_in_comparison},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::ExprKind;

pub(super) const DETECTOR: Detector = Detector {
    id: "signature-malleability",
    title: "`ecrecover` takes a signature in two forms",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-054",
    also: &[],
    swc: Some("SWC-117"),
    source: include_str!("signature_malleability.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            let Some(("ecrecover", [_, _, _, s])) = called(expr) else { continue };
            let mut is_bounded = false;
            s.value.each(&mut |part| {
                is_bounded |= matches!(&part.kind, ExprKind::Name(name) if is_in_comparison(view, name));
            });
            if is_bounded {
                continue;
            }
            let report = Report {
                message: "`ecrecover` takes each signature in two forms, nothing bounds `s`".to_owned(),
                note: "from one valid signature anyone computes a second one of the same signer".to_owned(),
                help: "use `ECDSA.recover`, or require that `s` lies in the lower half of the order".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(expr.span), report));
        }
    }
}
