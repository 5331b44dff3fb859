//! # A callback that anyone can call
//!
//! ## What it does
//! Looks for functions that an exchange, a lender or a token calls back, that move tokens, pay or write state, and never ask who
//! calls.
//!
//! ## Why it is bad
//! The callback trusts its arguments because a known contract makes them. Anyone else makes them up, and has the contract pay
//! or record what never happened.
//!
//! ## Example
//! ```solidity
//! function uniswapV3SwapCallback(int256 amount0, int256, bytes calldata data) external {
//!     token.transfer(msg.sender, uint256(amount0));
//! }
//! ```
//! Ask who calls:
//! ```solidity
//!     require(msg.sender == address(pool), "not the pool");
//! ```
//!
//! ## Known gaps
//! - The names of well-known callbacks decide.
//! - State that is kept for each caller is taken to be right.

use super::{
    Detector,
    context::{Context, Report},
    roles,
    shape::named_call,
    view::View,
};
use crate::finding::{Confidence, Finding, Severity};
use solwright_analysis::facts::{Effect, EffectKind, FunctionFacts, GuardKind};

pub(super) const DETECTOR: Detector = Detector {
    id: "unprotected-callback",
    title: "anyone can call a callback",
    severity: Severity::High,
    confidence: Confidence::Medium,
    scwe: "SCWE-016",
    also: &["SCWE-042"],
    swc: None,
    source: include_str!("unprotected_callback.rs"),
    check,
};

const CALLBACKS: [&str; 22] = [
    "uniswapV2Call",
    "pancakeCall",
    "uniswapV3SwapCallback",
    "uniswapV3FlashCallback",
    "uniswapV3MintCallback",
    "pancakeV3SwapCallback",
    "pancakeV3FlashCallback",
    "algebraSwapCallback",
    "unlockCallback",
    "lockAcquired",
    "onFlashLoan",
    "executeOperation",
    "receiveFlashLoan",
    "callFunction",
    "onERC721Received",
    "onERC1155Received",
    "onERC1155BatchReceived",
    "tokensReceived",
    "onTokenTransfer",
    "onTransferReceived",
    "rawFulfillRandomWords",
    "lzReceive",
];

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for facts in context.contracts.iter().flat_map(|run| &run.entries).filter(|facts| facts.is_entry) {
        let Some(view) = context.views.iter().find(|view| view.id == facts.function) else { continue };
        if !CALLBACKS.contains(&facts.name.as_str()) || validates(view) {
            continue;
        }
        let Some(effect) = facts.effects.iter().find(|effect| is_open(facts, effect)) else { continue };
        let calls = matches!(effect.kind, EffectKind::Call(_));
        let what = if calls { "a call is made here" } else { "state is written here" };
        let report = Report {
            severity: if calls { Severity::High } else { Severity::Medium },
            message: format!("anyone can call `{}`, which is meant for one contract", facts.name),
            note: "its arguments are made up by whoever calls, and it acts on them".to_owned(),
            help: "require that `msg.sender` is the contract that this one called".to_owned(),
            trace: vec![(effect.place, what.to_owned())],
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, context.place(view.function.name_span), report));
    }
}

/// Whether something happens that no check of the caller guards.
fn is_open(facts: &FunctionFacts, effect: &Effect) -> bool {
    let is_worth = match &effect.kind {
        EffectKind::Write { slot, is_lock, .. } => !is_lock && !slot.is_own && slot.variable.is_some(),
        EffectKind::Call(at) => !facts.calls[*at].is_view,
        EffectKind::SelfDestruct(_) | EffectKind::Create => true,
        EffectKind::Read(_) | EffectKind::Emit(_) => false,
    };
    let once = facts.has_guard(&effect.guards, GuardKind::Once);
    is_worth && !once && !roles::asks_caller(facts, &effect.guards)
}

/// Whether a modifier, or a function whose code may lie elsewhere, looks at the caller.
fn validates(view: &View<'_>) -> bool {
    let starts = ["verify", "validate", "_verify", "_validate", "_check", "_only", "_require", "_auth", "_assert"];
    !view.function.modifiers.is_empty()
        || view.exprs().iter().any(|(expr, _)| {
            named_call(expr).is_some_and(|call| starts.iter().any(|start| call.name.starts_with(start)))
        })
}
