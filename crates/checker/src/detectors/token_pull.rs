//! Tokens that are taken from an account that the caller names.

use super::context::{Context, Report};
use crate::finding::Finding;
use solwright_analysis::facts::{CallKind, ExternalCall, FunctionFacts, GuardKind, Origin, Taint};

/// Findings for every `transferFrom` whose `from` the caller chooses, those after a `permit` or those without one.
pub(super) fn pulls(context: &Context<'_>, after_permit: bool, see: &mut impl FnMut(&FunctionFacts, &ExternalCall)) {
    for facts in context.contracts.iter().flat_map(|run| &run.entries).filter(|facts| facts.is_entry) {
        for call in &facts.calls {
            if is_pull(facts, call) && has_permit(facts, call) == after_permit && call.site.file == 0 {
                see(facts, call);
            }
        }
    }
}

/// The finding of one of the two detectors at a call.
pub(super) fn push(
    context: &Context<'_>,
    detector: &super::Detector,
    call: &ExternalCall,
    report: Report,
    findings: &mut Vec<Finding>,
) {
    findings.push(context.finding(detector, call.site, report));
}

fn is_pull(facts: &FunctionFacts, call: &ExternalCall) -> bool {
    let is_transfer = call.kind == CallKind::HighLevel
        && matches!(call.function.as_deref(), Some("transferFrom" | "safeTransferFrom"))
        && (call.returns_bool == Some(true) || call.returns_bool.is_none() && call.target_type.contains("ERC20"));
    let Some((taint, origin)) = call.args.first().filter(|_| is_transfer && call.args.len() == 3) else { return false };
    let is_chosen = taint.has(Taint::PARAM)
        && !taint.has(Taint::STORAGE | Taint::RETURNED | Taint::UNKNOWN | Taint::KEYED | Taint::OWN | Taint::HASH)
        && !matches!(origin, Origin::Sender | Origin::This | Origin::Signer | Origin::Fixed);
    is_chosen
        && !facts.is_authorised(&call.guards)
        && !facts.has_guard(&call.guards, GuardKind::Own)
        && !is_flash_loan(facts, call, origin)
}

/// Whether the account was called back before, as a borrower that pays back.
fn is_flash_loan(facts: &FunctionFacts, call: &ExternalCall, from: &Origin) -> bool {
    call.after.iter().map(|&at| &facts.calls[at]).any(|before| {
        before.target_origin == *from && before.function.as_deref().is_some_and(|name| name.starts_with("on"))
    })
}

fn has_permit(facts: &FunctionFacts, call: &ExternalCall) -> bool {
    call.after.iter().map(|&at| &facts.calls[at]).any(|before| {
        before.function.as_deref() == Some("permit")
            && before.target == call.target
            && before.args.first().map(|arg| &arg.1) == call.args.first().map(|arg| &arg.1)
            && before.args.get(1).is_some_and(|spender| spender.1 == Origin::This)
    })
}
