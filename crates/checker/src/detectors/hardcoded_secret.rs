//! # Secret in the code
//!
//! ## What it does
//! Looks for state variables named for a secret whose value stands in the source.
//!
//! ## Why it is bad
//! Everything on the chain can be read, `private` or not. A secret in the code is known before the first transaction.
//!
//! ## Example
//! ```solidity
//! bytes32 private key = keccak256("pass phrase");
//! ```
//! Keep secrets off the chain, and store what proves them:
//! ```solidity
//! bytes32 private commitment;
//! constructor(bytes32 _commitment) { commitment = _commitment; }
//! ```
//!
//! ## Known gaps
//! - The names decide: `secret`, `password`, `privateKey`, `key`.
//! - Constants named `…KEY` are names of storage places and are left out.

use super::{
    Detector,
    context::{Context, Report},
    shape::has_word,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Expr, ExprKind, TypeNameKind, Variable, VariableMutability};

pub(super) const DETECTOR: Detector = Detector {
    id: "hardcoded-secret",
    title: "a secret stands in the code",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    scwe: "SCWE-025",
    also: &[],
    swc: None,
    source: include_str!("hardcoded_secret.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for contract in context.program.main_contracts() {
        for variable in &context.program.contract(contract).variables {
            let Some(init) = variable.init.as_ref().filter(|init| names_secret(variable) && is_written_out(init))
            else {
                continue;
            };
            let report = Report {
                message: format!("the secret `{}` stands in the code", variable.name),
                note: "what is on the chain can be read by everyone, `private` or not".to_owned(),
                help: "keep the secret off the chain, and store a commitment to it".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, context.place(init.span), report));
        }
    }
}

fn names_secret(variable: &Variable) -> bool {
    let name = variable.name.trim_matches('_');
    let holds_bytes =
        matches!(variable.ty.kind, TypeNameKind::FixedBytes(32) | TypeNameKind::String | TypeNameKind::Bytes);
    let is_secret = has_word(name, &["secret", "password", "passphrase", "mnemonic", "privatekey", "private_key"]);
    let is_key = variable.mutability != VariableMutability::Constant
        && (name.eq_ignore_ascii_case("key")
            || has_word(name, &["signingkey", "encryptionkey", "masterkey", "apikey"]));
    (is_secret || is_key) && (holds_bytes || matches!(variable.ty.kind, TypeNameKind::Uint(256) if is_secret))
}

/// Whether the value is there for everyone to read: a literal, or a hash of literals.
fn is_written_out(expr: &Expr) -> bool {
    match &expr.peeled().kind {
        ExprKind::Number(value) => *value != Some(0),
        ExprKind::Text(text) => !text.is_empty(),
        ExprKind::Call { args, .. } => !args.is_empty() && args.iter().all(|arg| is_written_out(&arg.value)),
        _ => false,
    }
}
