//! Calls of exchanges, and which of their arguments bound the trade.

use super::shape::{has_word, named_call};
use solwright_analysis::ir::{Arg, Expr};

/// A trade on an exchange.
pub(super) struct Trade<'a> {
    /// The least that must come out.
    pub minimums: Vec<&'a Expr>,
    /// The most that may go in.
    pub maximum: Option<&'a Expr>,
    /// Until when it may happen.
    pub deadline: Option<&'a Expr>,
}

/// Name of a function, its number of arguments, places of the least amounts, of the greatest one and of the deadline.
type Known = (&'static str, usize, &'static [usize], Option<usize>, Option<usize>);

/// Functions of well-known routers. Names stand without `SupportingFeeOnTransferTokens` and `WithPermit`.
const KNOWN: &[Known] = &[
    ("swapExactTokensForTokens", 5, &[1], None, Some(4)),
    ("swapExactTokensForETH", 5, &[1], None, Some(4)),
    ("swapExactTokensForAVAX", 5, &[1], None, Some(4)),
    ("swapExactETHForTokens", 4, &[0], None, Some(3)),
    ("swapExactAVAXForTokens", 4, &[0], None, Some(3)),
    ("swapTokensForExactTokens", 5, &[], Some(1), Some(4)),
    ("swapTokensForExactETH", 5, &[], Some(1), Some(4)),
    ("swapETHForExactTokens", 4, &[], None, Some(3)),
    ("addLiquidity", 8, &[4, 5], None, Some(7)),
    ("addLiquidityETH", 6, &[2, 3], None, Some(5)),
    ("removeLiquidity", 7, &[3, 4], None, Some(6)),
    ("removeLiquidityETH", 6, &[2, 3], None, Some(5)),
    ("removeLiquidityWithPermit", 11, &[3, 4], None, Some(6)),
    ("removeLiquidityETHWithPermit", 10, &[2, 3], None, Some(5)),
    ("ExactInputSingleParams", 8, &[6], None, Some(4)),
    ("ExactInputSingleParams", 7, &[5], None, None),
    ("ExactInputParams", 5, &[4], None, Some(2)),
    ("ExactInputParams", 4, &[3], None, None),
    ("ExactOutputSingleParams", 8, &[], Some(6), Some(4)),
    ("ExactOutputParams", 5, &[], Some(4), Some(2)),
    ("MintParams", 11, &[7, 8], None, Some(10)),
    ("IncreaseLiquidityParams", 6, &[3, 4], None, Some(5)),
    ("DecreaseLiquidityParams", 5, &[2, 3], None, Some(4)),
    ("exchange", 4, &[3], None, None),
    ("exchange_underlying", 4, &[3], None, None),
    ("add_liquidity", 2, &[1], None, None),
    ("remove_liquidity", 2, &[1], None, None),
    ("remove_liquidity_one_coin", 3, &[2], None, None),
];

/// The trade that an expression is, or is the description of.
pub(super) fn trade(expr: &Expr) -> Option<Trade<'_>> {
    let call = named_call(expr)?;
    let base = call.name.trim_end_matches("SupportingFeeOnTransferTokens");
    let known = KNOWN.iter().find(|known| known.0 == base && known.1 == call.args.len());
    if let Some(&(name, _, minimums, maximum, deadline)) = known
        && call.args.iter().all(|arg| arg.name.is_none())
        && (call.base.is_some() || name.ends_with("Params"))
    {
        let at = |index: usize| call.args.get(index).map(|arg| &arg.value);
        return Some(Trade {
            minimums: minimums.iter().filter_map(|&index| at(index)).collect(),
            maximum: maximum.and_then(at),
            deadline: deadline.and_then(at),
        });
    }
    let is_known = KNOWN.iter().any(|known| known.0 == base);
    (is_known && call.args.iter().any(|arg| arg.name.is_some())).then(|| by_name(call.args))
}

/// A trade whose arguments are named.
fn by_name(args: &[Arg]) -> Trade<'_> {
    let named = |words: &[&str]| -> Vec<&Expr> {
        let is_one = |arg: &&Arg| arg.name.as_ref().is_some_and(|name| has_word(name, words));
        args.iter().filter(is_one).map(|arg| &arg.value).collect()
    };
    Trade {
        minimums: named(&["min"]),
        maximum: named(&["max"]).first().copied(),
        deadline: named(&["deadline"]).first().copied(),
    }
}
