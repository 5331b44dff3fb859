//! Instructions of inline assembly.

use super::{
    CallKind, EffectKind, Slot,
    call::Outgoing,
    eval::compute,
    state::State,
    value::{Checks, Origin, Taint, Value},
    walk::Walker,
};
use crate::{
    ir::{BinaryOp, Expr, ExprKind},
    program::Ty,
};

impl<'a> Walker<'a> {
    pub fn yul(&mut self, expr: &'a Expr, name: &str, args: &'a [Expr], state: State<'a>) -> (State<'a>, Value) {
        // The key of `sload` and `sstore` is a place, not a value.
        if let ("sload" | "sstore" | "tload" | "tstore", Some((key, rest))) = (name, args.split_first()) {
            return self.storage(expr, name, key, rest, state);
        }
        let (mut state, values) = self.eval_all(args, state);
        let word = |taint| Value::tainted(Ty::Uint(256), taint);
        let address = |taint, origin| Value::with_origin(Ty::Address { payable: true }, taint, origin);
        let value = match (name, values.as_slice()) {
            ("caller", _) => {
                self.asked_caller = true;
                address(Taint::SENDER, Origin::Sender)
            }
            ("origin", _) => address(Taint::ORIGIN, Origin::TxOrigin),
            ("address", _) => address(Taint::NONE, Origin::This),
            ("callvalue", _) => word(Taint::VALUE),
            ("calldataload" | "calldatasize", _) => word(Taint::PARAM),
            ("timestamp" | "number", _) => word(Taint::TIME),
            ("prevrandao" | "difficulty" | "coinbase" | "blockhash" | "gaslimit", _) => word(Taint::BLOCK),
            ("selfbalance", _) => word(Taint::BALANCE),
            ("calldatacopy", _) => {
                self.memory |= Taint::PARAM;
                word(Taint::NONE)
            }
            ("mstore" | "mstore8", [_, stored]) => {
                self.memory |= stored.taint;
                word(Taint::NONE)
            }
            ("mload", _) => word(self.memory | values.first().map_or(Taint::NONE, |value| value.taint)),
            ("keccak256", _) => word(self.memory | Taint::HASH),
            ("returndatasize", _) => word(Taint::RETURNED),
            ("eq", [a, b]) => compute(BinaryOp::Eq, a, b),
            ("sub" | "xor", [a, b]) => {
                let differs = compute(BinaryOp::Ne, a, b);
                Value { ty: Ty::Uint(256), ..differs }
            }
            ("and", [a, b]) => truth(compute(BinaryOp::BitAnd, a, b)),
            ("or", [a, b]) => compute(BinaryOp::Or, a, b).cast(Ty::Uint(256)),
            ("shl" | "shr", [a, b]) => compute(BinaryOp::Shl, a, b),
            ("lt" | "gt" | "slt" | "sgt", [a, b]) => compute(BinaryOp::Lt, a, b),
            ("mod" | "smod", [a, b]) => compute(BinaryOp::Rem, a, b),
            ("iszero", [a]) => {
                let mut made = Value::made_of(Ty::Bool, [a]);
                (made.holds, made.fails) = (a.fails, a.holds);
                (made.params_asked, made.params) = (made.params_asked | made.params, 0);
                made
            }
            ("call" | "callcode" | "delegatecall" | "staticcall", _) => {
                self.yul_call(expr, name, args, &values, &mut state)
            }
            ("create" | "create2", _) => {
                self.record(EffectKind::Create, self.place(expr.span), &state);
                address(Taint::NONE, Origin::Created)
            }
            ("selfdestruct", _) => {
                let taint = values.first().map_or(Taint::NONE, |value| value.taint);
                self.record(EffectKind::SelfDestruct(taint), self.place(expr.span), &state);
                state.is_dead = true;
                word(Taint::NONE)
            }
            ("revert" | "invalid", _) => {
                self.fail(None, None, expr.span);
                state.is_dead = true;
                word(Taint::NONE)
            }
            ("return" | "stop", _) => {
                state.is_dead = true;
                word(Taint::NONE)
            }
            ("log0" | "log1" | "log2" | "log3" | "log4", _) => {
                self.record(EffectKind::Emit(name.to_owned()), self.place(expr.span), &state);
                word(Taint::NONE)
            }
            _ => Value::made_of(Ty::Uint(256), &values),
        };
        (state, value)
    }

    fn storage(
        &mut self,
        expr: &'a Expr,
        name: &str,
        key: &'a Expr,
        rest: &'a [Expr],
        state: State<'a>,
    ) -> (State<'a>, Value) {
        let (state, at) = self.locate(key, state);
        let (mut state, values) = self.eval_all(rest, state);
        let place = self.place(expr.span);
        let constant = key.name().and_then(|name| self.variable_named(name));
        let slot = at.slot.clone().unwrap_or(Slot {
            variable: constant,
            field: None,
            is_element: constant.is_none(),
            is_own: at.taint.has(Taint::SENDER),
        });
        if let (true, Some(value)) = (name.ends_with("store"), values.first()) {
            // A stored address of this contract is how assembly marks a lock.
            let value = Value { taint: value.taint, origin: value.origin.clone(), ..Value::default() };
            self.write(slot, &value, false, place, &mut state);
            return (state, Value::default());
        }
        let mut value = Value::tainted(Ty::Uint(256), Taint::STORAGE);
        if slot.is_own {
            value.taint |= Taint::OWN;
        }
        if at.taint.has(Taint::PARAM) {
            value.taint |= Taint::KEYED;
        }
        if let (Some(variable), false) = (slot.variable, slot.is_element) {
            value.slots.push(slot.clone());
            value.origin = Origin::Storage(variable);
        }
        self.record(EffectKind::Read(slot.clone()), place, &state);
        state.add_read(slot);
        (state, truth(value))
    }

    fn yul_call(
        &mut self,
        expr: &'a Expr,
        name: &str,
        args: &'a [Expr],
        values: &[Value],
        state: &mut State<'a>,
    ) -> Value {
        let kind = match name {
            "call" => CallKind::Call,
            "staticcall" => CallKind::StaticCall,
            _ => CallKind::DelegateCall,
        };
        let Some(target) = values.get(1).cloned() else { return Value::default() };
        let value = match (name, args.get(2), values.get(2)) {
            ("call" | "callcode", Some(text), Some(value)) if value.origin != Origin::Zero => {
                Some((self.text(text), value.taint))
            }
            _ => None,
        };
        let is_precompile = matches!(args[1].kind, ExprKind::Number(Some(number)) if number < 0x100);
        let gas_limited = matches!(args[0].kind, ExprKind::Number(Some(gas)) if gas <= 5_000);
        let data = Value::tainted(Ty::Bytes, self.memory);
        if !is_precompile {
            let target_text = self.text(&args[1]);
            let args = std::slice::from_ref(&data);
            let out = Outgoing {
                kind,
                target,
                target_text,
                function: None,
                is_view: false,
                returns_bool: None,
                args,
                value,
                gas_limited,
            };
            self.leave(expr, out, state);
        }
        self.memory |= Taint::RETURNED;
        let mut value = Value::tainted(Ty::Uint(256), Taint::RETURNED);
        // `staticcall` to the recovery precompile answers with a signer.
        if is_precompile {
            value.origin = Origin::Signer;
        }
        value
    }
}

/// A word of the caller's own record speaks for the caller when it is not zero.
fn truth(mut value: Value) -> Value {
    if value.taint.has(Taint::OWN) && value.taint.has(Taint::STORAGE) {
        value.holds = value.holds | Checks::CALLER;
    }
    value
}
