//! # An implementation that can be initialized
//!
//! ## What it does
//! Looks for contracts with an `initializer` whose constructor does not lock the implementation by
//! `_disableInitializers()`.
//!
//! ## Why it is bad
//! A proxy runs the code with the proxy's storage; the implementation's own storage stays empty, and anyone can initialize
//! it. Its owner can then do in its name whatever the code allows, up to destroying it.
//!
//! ## Example
//! ```solidity
//! contract Vault is Initializable {
//!     function initialize(address owner_) external initializer { owner = owner_; }
//! }
//! ```
//! Lock it:
//! ```solidity
//! constructor() {
//!     _disableInitializers();
//! }
//! ```
//!
//! ## Known gaps
//! - A clone that no proxy stands before does not need it, and is reported all the same.

use super::{
    Detector,
    context::{Context, Report},
    edits, roles,
};
use crate::finding::{Confidence, Finding, Fix, Severity};
use solwright_analysis::{
    facts::{CallKind, EffectKind},
    ir::{ExprKind, FunctionKind},
    program::{ContractId, FunctionId},
};

pub(super) const DETECTOR: Detector = Detector {
    id: "missing-disable-initializers",
    title: "the implementation behind a proxy can be initialized",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-092",
    also: &[],
    swc: None,
    source: include_str!("missing_disable_initializers.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let program = context.program;
    for run in &context.contracts {
        let contract = run.contract;
        let tree = program.contract(contract);
        let text =
            program.text(0).get(..tree.span.end).and_then(|text| text.get(tree.span.start..)).unwrap_or_default();
        if text.starts_with("abstract") || is_locked(context, contract) {
            continue;
        }
        let grave = run.entries.iter().any(|facts| {
            facts.calls.iter().any(|call| call.kind == CallKind::DelegateCall)
                || facts.effects.iter().any(|effect| matches!(effect.kind, EffectKind::SelfDestruct(_)))
        });
        for facts in run.entries.iter().filter(|facts| facts.is_entry && is_initializer(context, facts.function)) {
            let Some(place) = roles::name_place(context, facts.function) else { continue };
            let report = Report {
                severity: if grave { Severity::Medium } else { Severity::Low },
                message: format!("anyone can call `{}` on the implementation of `{}` itself", facts.name, tree.name),
                note: "no constructor locks the implementation, whose own storage no proxy sets up".to_owned(),
                help: "add `constructor() { _disableInitializers(); }`".to_owned(),
                fix: constructor(context, contract),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

fn is_initializer(context: &Context<'_>, id: FunctionId) -> bool {
    let modifiers = &context.program.function(id).modifiers;
    let last =
        |path: &[String]| path.last().is_some_and(|name| matches!(name.as_str(), "initializer" | "reinitializer"));
    modifiers.iter().any(|modifier| last(&modifier.path))
}

/// A constructor that locks, behind the variables of a contract that inherits how and has none of its own.
fn constructor(context: &Context<'_>, contract: ContractId) -> Option<Fix> {
    let (program, tree) = (context.program, context.program.contract(contract));
    let mut inherited = program.linearized(contract).iter().flat_map(|&base| program.functions_of(base));
    let knows_how = inherited.any(|&id| program.function(id).name == "_disableInitializers");
    if !knows_how || tree.functions.iter().any(|function| function.kind == FunctionKind::Constructor) {
        return None;
    }
    let first = tree.functions.iter().map(|function| function.span.start).min()?;
    let ends = tree.variables.iter().map(|variable| variable.span.end).filter(|end| *end < first);
    let text = program.text(0);
    let from = ends.max().unwrap_or(tree.name_span.end + text.get(tree.name_span.end..first)?.find('{')? + 1);
    let at = from + text.get(from..first)?.find('\n')?;
    let lock = "\n\n    constructor() {\n        _disableInitializers();\n    }";
    edits::fix("Lock the implementation in a constructor", vec![edits::insert(at, lock)])
}

/// Whether a constructor runs `_disableInitializers()`, or `initializer` itself.
fn is_locked(context: &Context<'_>, contract: ContractId) -> bool {
    let program = context.program;
    program.linearized(contract).iter().flat_map(|&base| program.functions_of(base)).any(|&id| {
        let function = program.function(id);
        if function.kind != FunctionKind::Constructor {
            return false;
        }
        let mut calls = is_initializer(context, id);
        function.body.iter().for_each(|body| {
            body.each_expr(&mut |expr, _| {
                calls |= matches!(&expr.kind, ExprKind::Call { callee, .. }
                    if callee.name().is_some_and(|name| name.trim_start_matches('_').starts_with("disableInitializ")));
            });
        });
        calls
    })
}
