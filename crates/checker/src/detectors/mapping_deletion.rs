//! # Deletion of a mapping
//!
//! ## What it does
//! Looks for `delete` of a mapping, or of a struct or array that holds one.
//!
//! ## Why it is bad
//! `delete` does not know the keys of a mapping and leaves its entries. Balances and permissions of a deleted record
//! come back when the record is made again.
//!
//! ## Example
//! ```solidity
//! struct Group { address owner; mapping(address => bool) members; }
//! delete groups[id];
//! ```
//! Delete the entries one by one, or give each record a new key:
//! ```solidity
//! for (uint256 i; i < list.length; ++i) delete groups[id].members[list[i]];
//! delete groups[id].owner;
//! ```
//!
//! ## Known gaps
//! - Entries that were cleared just before are not told from those that were not.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    Program,
    ir::{ExprKind, UnaryOp},
    program::{StructId, Ty},
};

pub(super) const DETECTOR: Detector = Detector {
    id: "mapping-deletion",
    title: "`delete` leaves the entries of a mapping",
    severity: Severity::Medium,
    confidence: Confidence::High,
    scwe: "SCWE-053",
    also: &[],
    swc: None,
    source: include_str!("mapping_deletion.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        for (expr, _) in view.exprs() {
            let ExprKind::Unary(UnaryOp::Delete, target) = &expr.kind else { continue };
            if !holds_mapping(context.program, &view.ty(target), &mut Vec::new()) {
                continue;
            }
            let place = context.place(expr.span);
            let report = Report {
                message: format!("`{}` leaves the entries of a mapping in place", context.program.snippet(place)),
                note: "the keys of a mapping are not known, so its entries stay and are found again".to_owned(),
                help: "clear the entries one by one, or keep the records under keys that are never used again"
                    .to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

fn holds_mapping(program: &Program, ty: &Ty, seen: &mut Vec<StructId>) -> bool {
    match ty {
        Ty::Mapping(..) => true,
        Ty::Array(element) => holds_mapping(program, element, seen),
        Ty::Struct(id) if !seen.contains(id) => {
            seen.push(*id);
            let (file, home) = (program.structure_file(*id), program.structure_home(*id));
            let mut types = program.structure(*id).fields.iter().map(|field| program.ty(file, home, &field.ty));
            types.any(|ty| holds_mapping(program, &ty, seen))
        }
        _ => false,
    }
}
