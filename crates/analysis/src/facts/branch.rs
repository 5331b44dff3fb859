//! What a condition proves on either side of a branch.

use super::{
    Guard, GuardKind,
    state::State,
    value::{Checks, Origin, Taint, Value},
    walk::Walker,
};
use crate::ir::{BinaryOp, Expr, ExprKind, UnaryOp};

/// Conditions that one walk may write down.
const MAX_GUARDS: usize = 512;

impl<'a> Walker<'a> {
    /// Adds to `state` that `condition`, which came to `value`, is true or false.
    pub fn assume(&mut self, condition: &'a Expr, value: &Value, is_true: bool, state: &mut State<'a>) {
        let checks = if is_true { value.holds } else { value.fails };
        let kind = if checks.has(Checks::CALLER) {
            GuardKind::Caller
        } else if checks.has(Checks::SIGNATURE) {
            GuardKind::Signature
        } else if checks.has(Checks::OWN) {
            GuardKind::Own
        } else {
            GuardKind::Condition
        };
        state.is_entitled |= checks.has(Checks::OWN);
        state.params_checked |= value.params;
        self.ask_params(value.params | value.params_asked);
        for slot in &value.slots {
            if !state.checked.contains(slot) {
                state.checked.push(slot.clone());
            }
        }
        let text = if is_true { self.text(condition) } else { self.negated(condition) };
        self.add_guard(kind, text, self.place(condition.span), state);
        self.bind(condition, is_true, state);
    }

    pub fn add_guard(
        &mut self,
        kind: GuardKind,
        text: String,
        place: crate::program::Place,
        state: &mut State<'a>,
    ) -> usize {
        let via = match self.frames.last() {
            Some(frame) if frame.site.is_some() => Some(self.program.function(frame.id).name.clone()),
            _ => None,
        };
        let guard = Guard { kind, text, place, site: self.site_of(place), via };
        // Asked from two places it is one condition still.
        let is_same = |known: &Guard| Guard { site: known.site, ..guard.clone() } == *known;
        let known = self.facts.guards.iter().position(is_same);
        let is_full = self.facts.guards.len() >= MAX_GUARDS && known.is_none();
        // A function with so many conditions keeps its first ones, and what says who the caller is.
        if is_full && kind == GuardKind::Condition {
            self.facts.truncated = true;
            return self.facts.guards.len() - 1;
        }
        let index = known.unwrap_or(self.facts.guards.len());
        if known.is_none() {
            self.facts.guards.push(guard);
        }
        if !state.guards.contains(&index) {
            state.guards.push(index);
        }
        if matches!(kind, GuardKind::Caller | GuardKind::Signature | GuardKind::Initializer) {
            state.access = Some(index);
        }
        index
    }

    /// Marks parameters as asked for.
    pub fn ask_params(&mut self, params: u32) {
        for (at, param) in self.facts.params.iter_mut().enumerate().take(32) {
            param.is_checked |= params >> at & 1 == 1;
        }
    }

    /// After `require(from == msg.sender)` the variable `from` is the caller.
    fn bind(&mut self, condition: &'a Expr, is_true: bool, state: &mut State<'a>) {
        match &condition.peeled().kind {
            ExprKind::Unary(UnaryOp::Not, inner) => self.bind(inner, !is_true, state),
            ExprKind::Binary(left, BinaryOp::And, right) if is_true => {
                self.bind(left, true, state);
                self.bind(right, true, state);
            }
            ExprKind::Binary(left, BinaryOp::Or, right) if !is_true => {
                self.bind(left, false, state);
                self.bind(right, false, state);
            }
            ExprKind::Binary(left, op, right) if *op == if is_true { BinaryOp::Eq } else { BinaryOp::Ne } => {
                for (name, other) in [(left, right), (right, left)] {
                    let Some(local) = name.name() else { continue };
                    if state.local(local).is_some_and(|value| matches!(value.origin, Origin::Param(_)))
                        && is_sender(other, state)
                    {
                        let ty = state.local(local).map(|value| value.ty.clone()).unwrap_or_default();
                        state.assign(local, Value::with_origin(ty, Taint::SENDER, Origin::Sender));
                    }
                }
            }
            _ => {}
        }
    }
}

fn is_sender(expr: &Expr, state: &State<'_>) -> bool {
    let expr = expr.peeled();
    if expr.is_member("msg", "sender") {
        return true;
    }
    match &expr.kind {
        ExprKind::Name(name) => state.local(name).is_some_and(Value::is_sender),
        ExprKind::Call { callee, args, .. } => match args.as_slice() {
            [] => callee.name() == Some("_msgSender"),
            [one] => matches!(callee.kind, ExprKind::Type(_) | ExprKind::Payable) && is_sender(&one.value, state),
            _ => false,
        },
        _ => false,
    }
}
