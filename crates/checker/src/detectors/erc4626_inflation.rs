//! # A share whose price anyone can raise
//!
//! ## What it does
//! Looks for functions of vaults that take assets from the caller, issue shares at a price worked out from what the vault holds
//! and what it issued, and guard against neither rounding nor gifts: no virtual shares, no dead shares, no least amount.
//!
//! ## Why it is bad
//! The first depositor buys one share for one wei and sends a fortune to the vault as a gift. The next deposit is worth less
//! than one share, rounds to none, and belongs to the first.
//!
//! ## Example
//! ```solidity
//! shares = supply == 0 ? assets : assets * supply / asset.balanceOf(address(this));
//! asset.transferFrom(msg.sender, address(this), assets);
//! _mint(receiver, shares);
//! ```
//! Add virtual shares and assets, as OpenZeppelin's `ERC4626` does, or count deposits yourself:
//! ```solidity
//! shares = assets * (supply + 10 ** offset) / (totalAssets() + 1);
//! ```
//!
//! ## Known gaps
//! - Names such as `offset`, `virtual`, `minimum`, `dead` and `accounted` anywhere in the contract count as a guard.
//! - Where the contract never asks for its own balance, what `totalAssets` counts is not known, and the severity is low.
//! - `require(shares > 0)` is none: the attacker leaves one share to win.

use super::{
    Detector,
    context::{Context, Report},
    shape::{has_word, is_open_door, is_sender, is_this, named_call, names_any, speaks_of},
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::ir::{BinaryOp, Expr, ExprKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "erc4626-inflation",
    title: "the first deposit can set the price of a share",
    severity: Severity::Medium,
    confidence: Confidence::Low,
    scwe: "SCWE-135",
    also: &[],
    swc: None,
    source: include_str!("erc4626_inflation.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for view in context.views.iter().filter(|view| is_open_door(view.function)) {
        let Some(issue) = view.exprs().iter().find(|(expr, _)| issues(expr)) else { continue };
        let takes = view.exprs().iter().any(|(expr, _)| is_pull(expr));
        let priced = view.exprs().iter().find(|(expr, _)| is_price(expr));
        let (true, Some((price, _))) = (takes, priced) else { continue };
        let home = || context.views.iter().filter(|other| other.contract == view.contract);
        if home().any(is_guarded) {
            continue;
        }
        let price_place = context.place(price.span);
        let counts_gifts = home().any(|other| other.exprs().iter().any(|(expr, _)| asks_balance(expr)));
        let report = Report {
            severity: if counts_gifts { Severity::Medium } else { Severity::Low },
            message: format!("a gift to the vault raises the price at which `{}` issues shares", view.function.name),
            note: "after a first deposit of one wei and a gift, the next deposit rounds to no share".to_owned(),
            help: "add virtual shares and assets to the quotient, or take a least number of shares as a parameter"
                .to_owned(),
            trace: vec![(price_place, "the price is worked out here".to_owned())],
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, context.place(issue.0.span), report));
    }
}

/// `_mint(…)`, `shares[…] += …`
fn issues(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Assign { target, op: Some(BinaryOp::Add), .. } => {
            matches!(&target.kind, ExprKind::Index(base, Some(_)) if names_any(base, &["share"]))
        }
        _ => named_call(expr).is_some_and(|call| matches!(call.name, "_mint" | "mintShares" | "_mintShares")),
    }
}

/// `asset.balanceOf(address(this))`
fn asks_balance(expr: &Expr) -> bool {
    named_call(expr).is_some_and(|call| call.name == "balanceOf" && matches!(call.args, [one] if is_this(&one.value)))
}

/// Tokens of the caller that come in.
fn is_pull(expr: &Expr) -> bool {
    let Some(call) = named_call(expr) else { return false };
    let is_move = matches!(call.name, "transferFrom" | "safeTransferFrom") && call.base.is_some();
    let mut args = call.args.iter().map(|arg| &arg.value);
    is_move && args.any(is_sender) && call.args.iter().any(|arg| is_this(&arg.value))
}

/// A number of shares for assets, or of assets for shares.
fn is_price(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Binary(left, BinaryOp::Div, right) => {
            let words = ["supply", "totalshares", "totalassets", "balanceof"];
            names_any(left, &words) && names_any(right, &words)
        }
        _ => named_call(expr).is_some_and(|call| {
            matches!(call.name, "previewMint" | "previewDeposit" | "convertToShares" | "convertToAssets")
        }),
    }
}

/// Whether a function knows of virtual shares, dead shares, deposits that are counted, or a least amount.
fn is_guarded(view: &View<'_>) -> bool {
    let adds_virtual = |expr: &Expr| match &expr.kind {
        ExprKind::Binary(left, BinaryOp::Add, right) => {
            let is_total = |side: &Expr| names_any(side, &["supply", "totalassets", "totalshares", "balanceof"]);
            let is_fixed =
                |side: &Expr| matches!(side.peeled().kind, ExprKind::Number(_) | ExprKind::Binary(_, BinaryOp::Pow, _));
            is_total(left) && is_fixed(right)
        }
        _ => false,
    };
    speaks_of(view, &["offset", "virtual", "minim", "minshares", "minout", "dead", "accounted", "tracked", "seed"])
        || view.function.params.iter().any(|param| has_word(&param.name, &["min", "max"]))
        || view.exprs().iter().any(|(expr, _)| adds_virtual(expr))
}
