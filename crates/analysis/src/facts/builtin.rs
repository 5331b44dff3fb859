//! Functions that the language itself has.

use super::{
    EffectKind,
    state::State,
    value::{Origin, Taint, Value},
    walk::Walker,
};
use crate::{
    ir::{Arg, Expr, ExprKind},
    program::Ty,
};

impl<'a> Walker<'a> {
    /// Runs a builtin of this name; no value when there is none.
    pub fn builtin(
        &mut self,
        expr: &'a Expr,
        name: &str,
        args: &'a [Arg],
        state: State<'a>,
    ) -> (State<'a>, Option<Value>) {
        let (state, value) = match name {
            "require" | "assert" => self.require(expr, args, state),
            "revert" => {
                let message = args.first().map(|arg| self.text(&arg.value));
                self.fail(None, message, expr.span);
                let (state, _) = self.eval_args(args, state);
                (State { is_dead: true, ..state }, Value::default())
            }
            "keccak256" | "sha256" | "sha3" | "ripemd160" => {
                let (state, values) = self.eval_args(args, state);
                let mut hash = Value::made_of(Ty::FixedBytes(32), &values);
                hash.taint |= Taint::HASH;
                (state, hash)
            }
            "ecrecover" => {
                let (state, values) = self.eval_args(args, state);
                let mut signer = Value::made_of(Ty::Address { payable: false }, &values);
                signer.origin = Origin::Signer;
                (state, signer)
            }
            "blockhash" => {
                let (state, _) = self.eval_args(args, state);
                (state, Value::tainted(Ty::FixedBytes(32), Taint::BLOCK))
            }
            "selfdestruct" | "suicide" => {
                let (state, values) = self.eval_args(args, state);
                let taint = values.first().map_or(Taint::NONE, |value| value.taint);
                self.record(EffectKind::SelfDestruct(taint), self.place(expr.span), &state);
                (State { is_dead: true, ..state }, Value::default())
            }
            "addmod" | "mulmod" | "gasleft" | "blobhash" | "type" => {
                let (state, values) = self.eval_args(args, state);
                (state, Value::made_of(Ty::Uint(256), &values))
            }
            _ => return (state, None),
        };
        (state, Some(value))
    }

    fn require(&mut self, expr: &'a Expr, args: &'a [Arg], state: State<'a>) -> (State<'a>, Value) {
        let Some((condition, rest)) = args.split_first() else { return (state, Value::default()) };
        let (mut state, value) = self.eval(&condition.value, state);
        // The message is built only when the condition fails, so what it reads does not matter.
        let message = rest.first().map(|arg| self.text(&arg.value));
        let text = self.text(&condition.value);
        self.because = None;
        self.fail(Some(text), message, expr.span);
        self.assume(&condition.value, &value, true, &mut state);
        if matches!(condition.value.peeled().kind, ExprKind::Bool(false)) {
            state.is_dead = true;
        }
        (state, Value::default())
    }
}
