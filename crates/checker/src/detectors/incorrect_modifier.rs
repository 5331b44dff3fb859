//! # A modifier that does not do what it promises
//!
//! ## What it does
//! Looks for modifiers that may end without running the function and without reverting, and for modifiers whose name
//! promises to ask who calls (`onlyOwner`) while they never look at the caller.
//!
//! ## Why it is bad
//! A function that is skipped returns zeros as if it had run, so the caller goes on. A check that does not look at the
//! caller lets everyone in, or nobody.
//!
//! ## Example
//! ```solidity
//! modifier onlyAdmin() {
//!     require(admin == address(0));
//!     _;
//! }
//! ```
//! Compare the caller, and revert otherwise:
//! ```solidity
//! modifier onlyAdmin() {
//!     require(msg.sender == admin);
//!     _;
//! }
//! ```
//!
//! ## Known gaps
//! - What a called function asks is not followed; a modifier that calls one is taken to ask there.

use super::{
    Detector,
    context::{Context, Report},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{Block, Expr, ExprKind, FunctionKind, Stmt, StmtKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "incorrect-modifier",
    title: "a modifier does not do what it promises",
    severity: Severity::Low,
    confidence: Confidence::High,
    scwe: "SCWE-045",
    also: &[],
    swc: None,
    source: include_str!("incorrect_modifier.rs"),
    check,
};

/// How statements may end: as a set.
const GOES_ON: u8 = 1;
const IS_DONE: u8 = 2;
const SLIPS: u8 = 4;

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in context.views.iter().filter(|view| view.function.kind == FunctionKind::Modifier) {
        let Some(body) = &view.function.body else { continue };
        let name = &view.function.name;
        let report = if forgets_caller(view) {
            Report {
                severity: Severity::Medium,
                confidence: Confidence::Medium,
                message: format!("`{name}` promises to ask who calls but never looks at the caller"),
                note: "its conditions are the same for everyone".to_owned(),
                help: "compare `msg.sender` with the account that is allowed".to_owned(),
                ..Report::of(&DETECTOR)
            }
        } else if runs(&body.stmts) & (GOES_ON | SLIPS) != 0 && !body.stmts.is_empty() {
            Report {
                message: format!("`{name}` may end without running the function and without reverting"),
                note: "the caller gets zeros back and takes the call for done".to_owned(),
                help: "revert where the function is not to run".to_owned(),
                ..Report::of(&DETECTOR)
            }
        } else {
            continue;
        };
        findings.push(context.finding(&DETECTOR, context.place(view.function.name_span), report));
    }
}

/// Whether the name is about the caller, there are conditions, and none of them can know who calls.
fn forgets_caller(view: &View<'_>) -> bool {
    let name = view.function.name.trim_start_matches('_').to_ascii_lowercase();
    let who = ["owner", "admin", "govern", "minter", "operator", "manager", "authori", "guardian", "keeper", "role"];
    let promises = ["only", "is", "require"].iter().any(|word| name.starts_with(word))
        && who.iter().any(|word| name.contains(word));
    let asks = |expr: &Expr| match &expr.kind {
        ExprKind::Member(object, _) => matches!(object.name(), Some("msg" | "tx")),
        ExprKind::Call { callee, .. } => !is_builtin(callee),
        ExprKind::Yul(..) | ExprKind::Unknown => true,
        _ => false,
    };
    let has_condition = view.exprs().iter().any(|(expr, _)| is_test(expr))
        || view.stmts().iter().any(|(stmt, _)| matches!(stmt.kind, StmtKind::If { .. }));
    promises && has_condition && view.function.params.is_empty() && !view.exprs().iter().any(|(expr, _)| asks(expr))
}

fn is_builtin(callee: &Expr) -> bool {
    matches!(callee.name(), Some("require" | "assert" | "revert"))
        || matches!(callee.kind, ExprKind::Type(_) | ExprKind::Payable)
}

fn is_test(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call { callee, .. } if matches!(callee.name(), Some("require" | "assert")))
}

/// How a list of statements may end.
fn runs(stmts: &[Stmt]) -> u8 {
    let mut ends = GOES_ON;
    for stmt in stmts {
        ends = (ends & !GOES_ON) | run(stmt);
        if ends & GOES_ON == 0 {
            break;
        }
    }
    ends
}

fn run(stmt: &Stmt) -> u8 {
    match &stmt.kind {
        StmtKind::Placeholder | StmtKind::Revert { .. } => IS_DONE,
        StmtKind::Return(_) => SLIPS,
        StmtKind::Block(block) | StmtKind::Unchecked(block) => runs(&block.stmts),
        StmtKind::Expr(expr) if never_returns(expr) => IS_DONE,
        StmtKind::If { then, otherwise, .. } => {
            let other = otherwise.as_ref().map_or(GOES_ON, |other| match run(other) {
                // What is called instead, such as the implementation behind a proxy, is the answer.
                GOES_ON if calls(other) => IS_DONE,
                ends => ends,
            });
            run(then) | other
        }
        StmtKind::Try { clauses, .. } => clauses.iter().fold(0, |ends, clause| ends | runs(&clause.block.stmts)),
        StmtKind::Assembly(block) if leaves(block) => SLIPS,
        StmtKind::Loop { body, .. } => run(body) | GOES_ON,
        _ => GOES_ON,
    }
}

fn calls(stmt: &Stmt) -> bool {
    let mut found = false;
    stmt.each(&mut |inner, _| {
        found |= matches!(&inner.kind, StmtKind::Expr(expr) if matches!(&expr.kind, ExprKind::Call { callee, .. } if !is_builtin(callee)));
    });
    found
}

/// Whether assembly ends the whole call well: `return(0, 0)`, `stop()`.
fn leaves(block: &Block) -> bool {
    let is_end =
        |expr: &Expr| matches!(&expr.kind, ExprKind::Yul(name, _) if matches!(name.as_str(), "return" | "stop"));
    block.stmts.iter().any(|stmt| stmt.exprs().into_iter().any(is_end))
}

/// `revert(…)`, `require(false)`, `assert(false)`
fn never_returns(expr: &Expr) -> bool {
    let ExprKind::Call { callee, args, .. } = &expr.kind else { return false };
    match callee.name() {
        Some("revert") => true,
        Some("require" | "assert") => {
            args.first().is_some_and(|arg| matches!(arg.value.peeled().kind, ExprKind::Bool(false)))
        }
        _ => false,
    }
}
