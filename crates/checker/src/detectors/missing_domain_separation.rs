//! # Missing domain separation
//!
//! ## What it does
//! Looks for messages to be signed that hash their data and nothing else.
//!
//! ## Why it is bad
//! The same signature is good for every contract, and every chain, that hashes the same data.
//!
//! ## Example
//! ```solidity
//! bytes32 message = keccak256(abi.encode(data));
//! ```
//! Bind it:
//! ```solidity
//! bytes32 message = keccak256(abi.encode(DOMAIN_SEPARATOR, keccak256(data)));
//! ```
//!
//! ## Known gaps
//! - The names `message`, `digest` and `messageHash` decide.
//! - In a function, only a message that is verified there is reported.

use super::{
    Detector,
    context::{Context, Report},
    shape::{called, has_word, mentions, speaks_of},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind, StmtKind, Variable};

pub(super) const DETECTOR: Detector = Detector {
    id: "missing-domain-separation",
    title: "a signed hash is not bound to a chain or a contract",
    severity: Severity::Low,
    confidence: Confidence::Low,
    scwe: "SCWE-131",
    also: &[],
    swc: None,
    source: include_str!("missing_domain_separation.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for variable in &context.program.file(0).constants {
        if let Some(init) = variable.init.as_ref().filter(|init| is_bare(variable, init)) {
            report(context, findings, init);
        }
    }
    for view in &context.views {
        for (stmt, _) in view.stmts() {
            let StmtKind::Declare { variables, init: Some(init) } = &stmt.kind else { continue };
            let [Some(variable)] = variables.as_slice() else { continue };
            let is_verified = || {
                view.exprs().iter().any(|(expr, _)| {
                    called(expr).is_some_and(|(name, _)| has_word(name, &["verify", "recover", "aggregate", "pairing"]))
                        && mentions(expr, &variable.name)
                })
            };
            if is_bare(variable, init) && is_verified() && !speaks_of(view, &["domain", "chainid", "typeddata"]) {
                report(context, findings, init);
            }
        }
    }
}

/// Whether a message is the hash of encoded data with nothing that says where it is good.
fn is_bare(variable: &Variable, init: &Expr) -> bool {
    const NAMES: [&str; 7] = ["message", "digest", "messagehash", "msghash", "hash", "signedhash", "structhash"];
    let Some(("keccak256", [data])) = called(init.peeled()) else { return false };
    let is_encoded = called(data.value.peeled()).is_some_and(|(name, _)| matches!(name, "encode" | "encodePacked"));
    let is_bound = init.any(&|part| match &part.kind {
        ExprKind::Name(name) | ExprKind::Member(_, name) => {
            name == "this" || has_word(name, &["domain", "chain", "typehash"])
        }
        // A prefix in text is a tag of its own.
        ExprKind::Text(_) => true,
        _ => false,
    });
    NAMES.contains(&variable.name.trim_matches('_').to_ascii_lowercase().as_str()) && is_encoded && !is_bound
}

fn report(context: &Context<'_>, findings: &mut Vec<Finding>, init: &Expr) {
    let report = Report {
        message: "the message is not bound to this chain and this contract".to_owned(),
        note: "a signature of it is good wherever the same data is hashed".to_owned(),
        help: "hash a domain separator, of `block.chainid` and `address(this)`, with the data".to_owned(),
        ..Report::of(&DETECTOR)
    };
    findings.push(context.finding(&DETECTOR, context.place(init.span), report));
}
