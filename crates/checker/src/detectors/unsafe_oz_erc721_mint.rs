//! # A token minted to who cannot hold it
//!
//! ## What it does
//! Looks for calls of `_mint` of an ERC-721 that has a `_safeMint` as well.
//!
//! ## Why it is bad
//! `_mint` does not ask whether the receiver knows the standard. A contract that does not can never move the token again.
//!
//! ## Example
//! ```solidity
//! function mint(address to, uint256 id) external onlyOwner {
//!     _mint(to, id);
//! }
//! ```
//! Let the receiver accept it, and mind that it is called back:
//! ```solidity
//! function mint(address to, uint256 id) external onlyOwner {
//!     _safeMint(to, id);
//! }
//! ```
//!
//! ## Known gaps
//! - Where the base is not installed, its name says that it is an ERC-721.
//! - A receiver that is asked for its code in the same function counts as known.

use super::{
    Detector,
    context::{Context, Report},
    packages,
    shape::called,
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::{
    Program,
    ir::Expr,
    program::{ContractId, FunctionId},
};

pub(super) const DETECTOR: Detector = Detector {
    id: "unsafe-oz-erc721-mint",
    title: "`_mint` does not ask whether the receiver can hold the token",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    scwe: "SCWE-149",
    also: &[],
    swc: None,
    source: include_str!("unsafe_oz_erc721_mint.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in &context.views {
        // What is called `_mint` itself is the way that `_safeMint` takes.
        if view.function.name == "_mint" || asks_receiver(context.program, view.id) {
            continue;
        }
        for (expr, _) in view.exprs().iter().filter(|(expr, _)| mints_unsafely(view, expr)) {
            let place = context.place(expr.span);
            let report = Report {
                message: format!(
                    "`{}` does not ask whether the receiver can hold the token",
                    context.program.snippet(place)
                ),
                note: "a contract that does not know ERC-721 can never move the token again".to_owned(),
                help: "use `_safeMint`, after all state is written: it calls the receiver".to_owned(),
                ..Report::of(&DETECTOR)
            };
            findings.push(context.finding(&DETECTOR, place, report));
        }
    }
}

fn mints_unsafely(view: &View<'_>, expr: &Expr) -> bool {
    if !matches!(called(expr), Some(("_mint", [_, _]))) {
        return false;
    }
    let (program, home) = (view.program(), view.contract);
    match packages::callee(view, expr) {
        Some(id) => is_unsafe(program, id, home),
        None => home.is_some_and(|home| has_missing_erc721(program, home)),
    }
}

/// Whether a `_mint` is that of an ERC-721 of another file, or goes on to it, without asking the receiver.
fn is_unsafe(program: &Program, mint: FunctionId, run: Option<ContractId>) -> bool {
    let Some(home) = program.function_contract(mint).filter(|_| !asks_receiver(program, mint)) else { return false };
    let is_base = |id: ContractId| {
        let contract = program.contract(id);
        program.contract_file(id) != 0
            && (contract.name.starts_with("ERC721") || contract.functions.iter().any(|one| one.name == "_safeMint"))
    };
    let goes_on = || text(program, mint).contains("._mint(");
    is_base(home) || goes_on() && program.linearized(run.unwrap_or(home)).iter().any(|&id| is_base(id))
}

fn has_missing_erc721(program: &Program, home: ContractId) -> bool {
    let bases = program.linearized(home).iter().flat_map(|&id| &program.contract(id).bases);
    let mut names = bases.filter_map(|base| base.path.last());
    program.has_missing_base(home) && names.any(|name| name.starts_with("ERC721"))
}

fn asks_receiver(program: &Program, id: FunctionId) -> bool {
    let text = text(program, id);
    let asks_code =
        |name: &str| text.contains(&format!("{name}.code")) || text.contains(&format!("isContract({name})"));
    text.contains("ERC721Received") || program.function(id).params.iter().any(|param| asks_code(&param.name))
}

fn text(program: &Program, id: FunctionId) -> &str {
    program.function(id).span.text(program.text(program.function_file(id)))
}
