//! Expressions.

use super::{
    EffectKind, GuardKind, Slot,
    state::State,
    value::{Checks, Origin, Taint, Value},
    walk::Walker,
};
use crate::{
    ir::{Arg, BinaryOp, Expr, ExprKind, UnaryOp},
    program::{Place, Ty},
};

/// More sides than this and a remainder of the time is no die.
const MAX_SIDES: u128 = 256;

impl<'a> Walker<'a> {
    /// Evaluates an expression and writes down what it does.
    pub fn eval(&mut self, expr: &'a Expr, state: State<'a>) -> (State<'a>, Value) {
        if !self.step() {
            return (state, Value::tainted(Ty::Unknown, Taint::UNKNOWN));
        }
        match &expr.kind {
            ExprKind::Name(_) | ExprKind::Member(..) | ExprKind::Index(..) => {
                let (mut state, value) = self.locate(expr, state);
                let value = self.consume(value, self.place(expr.span), &mut state);
                (state, value)
            }
            ExprKind::Slice(base) => self.eval(base, state),
            ExprKind::Call { callee, options, args } => self.call(expr, callee, options, args, state),
            ExprKind::Assign { target, op, value } => self.assign(expr, target, *op, value, state),
            ExprKind::Binary(left, op, right) => self.binary(expr, left, *op, right, state),
            ExprKind::Unary(op, operand) => self.unary(expr, *op, operand, state),
            ExprKind::Conditional(condition, then, otherwise) => {
                let (state, condition) = self.eval(condition, state);
                self.ask_params(condition.params);
                let (state, then) = self.eval(then, state);
                let (state, otherwise) = self.eval(otherwise, state);
                (state, then.join(&otherwise))
            }
            ExprKind::Tuple(elements) => self.tuple(elements, state),
            ExprKind::Array(elements) => {
                let (state, values) = self.eval_all(elements, state);
                (state, Value::made_of(Ty::Unknown, &values))
            }
            ExprKind::Yul(name, args) => self.yul(expr, name, args, state),
            ExprKind::Number(number) => {
                let origin = if *number == Some(0) { Origin::Zero } else { Origin::Fixed };
                (state, Value::with_origin(Ty::Uint(256), Taint::NONE, origin))
            }
            ExprKind::Bool(is_true) => {
                // From what never happens everything follows.
                let (holds, fails) = if *is_true { (Checks::NONE, Checks::ALL) } else { (Checks::ALL, Checks::NONE) };
                (state, Value { holds, fails, ..Value::with_origin(Ty::Bool, Taint::NONE, Origin::Fixed) })
            }
            ExprKind::Text(_) => (state, Value::with_origin(Ty::String, Taint::NONE, Origin::Fixed)),
            ExprKind::Address => (state, Value::with_origin(Ty::Address { payable: true }, Taint::NONE, Origin::Fixed)),
            ExprKind::TypeInfo(_) | ExprKind::Type(_) | ExprKind::Payable | ExprKind::New(_) => {
                (state, Value::default())
            }
            ExprKind::Unknown => (state, Value::tainted(Ty::Unknown, Taint::UNKNOWN)),
        }
    }

    pub fn eval_all(&mut self, exprs: &'a [Expr], mut state: State<'a>) -> (State<'a>, Vec<Value>) {
        let mut values = Vec::with_capacity(exprs.len());
        for expr in exprs {
            let (after, value) = self.eval(expr, state);
            state = after;
            values.push(value);
        }
        (state, values)
    }

    pub fn eval_args(&mut self, args: &'a [Arg], mut state: State<'a>) -> (State<'a>, Vec<Value>) {
        let mut values = Vec::with_capacity(args.len());
        for arg in args {
            let (after, value) = self.eval(&arg.value, state);
            state = after;
            values.push(value);
        }
        (state, values)
    }

    /// Turns a place of storage into the value it holds, unless it is a reference that stays a place.
    pub fn consume(&mut self, mut value: Value, place: Place, state: &mut State<'a>) -> Value {
        let Some(slot) = value.slot.clone().filter(|slot| slot.variable.is_some()) else { return value };
        if matches!(value.ty, Ty::Mapping(..) | Ty::Array(_) | Ty::Struct(_)) {
            return value;
        }
        value.slots.push(slot.clone());
        self.record(EffectKind::Read(slot.clone()), place, state);
        state.add_read(slot);
        value.slot = None;
        value
    }

    fn tuple(&mut self, elements: &'a [Option<Expr>], mut state: State<'a>) -> (State<'a>, Value) {
        if let [Some(inner)] = elements {
            return self.eval(inner, state);
        }
        let mut parts = Vec::new();
        for element in elements {
            parts.push(match element {
                Some(element) => {
                    let (after, value) = self.eval(element, state);
                    state = after;
                    value
                }
                None => Value::default(),
            });
        }
        let mut value = Value::made_of(Ty::Tuple(parts.iter().map(|part| part.ty.clone()).collect()), &parts);
        value.parts = parts;
        (state, value)
    }

    fn assign(
        &mut self,
        expr: &'a Expr,
        target: &'a Expr,
        op: Option<BinaryOp>,
        value: &'a Expr,
        state: State<'a>,
    ) -> (State<'a>, Value) {
        let (mut state, value) = self.eval(value, state);
        if let ExprKind::Tuple(targets) = &target.kind
            && targets.len() != 1
        {
            for (at, target) in targets.iter().enumerate() {
                let Some(target) = target else { continue };
                let part = value.parts.get(at).cloned().unwrap_or_else(|| Value::made_of(Ty::Unknown, [&value]));
                state = self.store(expr, target, None, part, state);
            }
            return (state, value);
        }
        let state = self.store(expr, target.peeled(), op, value.clone(), state);
        (state, value)
    }

    /// Puts `value` where `target` points.
    fn store(
        &mut self,
        expr: &'a Expr,
        target: &'a Expr,
        op: Option<BinaryOp>,
        value: Value,
        state: State<'a>,
    ) -> State<'a> {
        let (mut state, known) = self.locate(target, state);
        let place = self.place(expr.span);
        let is_pointer_set =
            known.slot.is_some() && op.is_none() && target.name().is_some_and(|name| state.local(name).is_some());
        if is_pointer_set {
            if let Some(name) = target.name() {
                state.assign(name, value);
            }
            return state;
        }
        if let Some(slot) = known.slot.clone() {
            let mut written = value;
            if op.is_some() {
                // The value is read afresh for this write, so no later write can find it stale.
                let reads = std::mem::take(&mut state.reads);
                let old = self.consume(known, self.place(target.span), &mut state);
                state.reads = reads;
                written.absorb(&old);
            }
            self.write(slot, &written, op == Some(BinaryOp::Add), place, &mut state);
            return state;
        }
        self.store_local(target, op, value, &mut state);
        state
    }

    /// Changes a local variable, or a part of one.
    fn store_local(&mut self, target: &'a Expr, op: Option<BinaryOp>, mut value: Value, state: &mut State<'a>) {
        value.slot = None;
        match &target.peeled().kind {
            ExprKind::Name(name) => {
                if op.is_some() {
                    let old = state.local(name).cloned().unwrap_or_default();
                    value = Value::made_of(old.ty.clone(), [&old, &value]);
                }
                state.assign(name, value);
            }
            ExprKind::Member(base, _) | ExprKind::Index(base, _) | ExprKind::Slice(base) => {
                let mut root = &**base;
                while let ExprKind::Member(inner, _) | ExprKind::Index(inner, _) = &root.kind {
                    root = inner;
                }
                let Some(name) = root.name() else { return };
                if let Some(mut whole) = state.local(name).cloned() {
                    whole.absorb(&value);
                    state.assign(name, whole);
                }
            }
            _ => {}
        }
    }

    /// Writes down a write, and whether it takes or leaves a lock.
    pub fn write(&mut self, slot: Slot, value: &Value, is_credit: bool, place: Place, state: &mut State<'a>) {
        state.is_entitled |= slot.is_own && !is_credit;
        let scalar = slot.variable.filter(|_| !slot.is_element && slot.field.is_none());
        let is_flag = value.taint == Taint::NONE && !matches!(value.origin, Origin::Created);
        let is_checked = state.checked.contains(&slot) && is_flag && self.may_lock(&slot);
        let leaves = scalar.is_some_and(|variable| state.locked.contains(&variable));
        // What was saved before is put back, as a context that a call runs in.
        let restores = scalar.is_some_and(|variable| value.origin == Origin::Storage(variable));
        let takes = scalar.filter(|_| is_checked && !leaves);
        let is_lock = leaves || restores || takes.is_some();
        self.record(EffectKind::Write { slot: slot.clone(), taint: value.taint, is_lock }, place, state);
        if leaves {
            state.locked.retain(|known| Some(*known) != scalar);
            let facts = &self.facts;
            state.guards.retain(|&guard| facts.guards[guard].kind != GuardKind::Lock);
        } else if let Some(variable) = takes {
            state.locked.push(variable);
            self.add_guard(GuardKind::Lock, self.program.snippet(place), place, state);
        } else if is_checked {
            self.add_guard(GuardKind::Once, self.program.snippet(place), place, state);
        }
    }

    fn may_lock(&self, slot: &Slot) -> bool {
        use crate::ir::TypeNameKind::{Bool, FixedBytes, Named, Uint};
        let kind = slot.variable.map(|id| &self.program.variable(id).ty.kind);
        slot.is_element || slot.field.is_some() || matches!(kind, Some(Bool | Uint(_) | Named(_) | FixedBytes(_)))
    }

    fn unary(&mut self, expr: &'a Expr, op: UnaryOp, operand: &'a Expr, state: State<'a>) -> (State<'a>, Value) {
        if op.is_assignment() {
            let (state, old) = match op {
                UnaryOp::Delete => (state, Value::with_origin(Ty::Unknown, Taint::NONE, Origin::Zero)),
                _ => {
                    let reads = state.reads.clone();
                    let (state, old) = self.eval(operand, state);
                    (State { reads, ..state }, old)
                }
            };
            // `x++` is worth the old value, and writes another one.
            let new = Value { slot: None, origin: Origin::Other, ..old.clone() };
            let new = if op == UnaryOp::Delete { old.clone() } else { new };
            let state = self.store(expr, operand.peeled(), None, new, state);
            return (state, Value { slot: None, ..old });
        }
        let (state, value) = self.eval(operand, state);
        let mut made = Value::made_of(value.ty.clone(), [&value]);
        if op == UnaryOp::Not {
            (made.holds, made.fails) = (value.fails, value.holds);
        }
        (state, made)
    }

    fn binary(
        &mut self,
        expr: &'a Expr,
        left: &'a Expr,
        op: BinaryOp,
        right: &'a Expr,
        state: State<'a>,
    ) -> (State<'a>, Value) {
        let (state, a) = self.eval(left, state);
        let (state, b) = self.eval(right, state);
        // The time modulo a day is a clock; modulo a small number it is a die.
        let is_die = matches!(right.peeled().kind, ExprKind::Number(Some(sides)) if sides <= MAX_SIDES);
        let is_drawn = a.taint.has(Taint::BLOCK) || a.taint.has(Taint::TIME) && (is_die || a.taint.has(Taint::HASH));
        if op == BinaryOp::Rem && is_drawn {
            self.notice_randomness(expr, a.taint);
        }
        (state, compute(op, &a, &b))
    }
}

/// The value of `a op b`.
pub(super) fn compute(op: BinaryOp, a: &Value, b: &Value) -> Value {
    let ty =
        if op.is_comparison() || matches!(op, BinaryOp::And | BinaryOp::Or) { Ty::Bool } else { wider(&a.ty, &b.ty) };
    let mut value = Value::made_of(ty, [a, b]);
    match op {
        BinaryOp::And => (value.holds, value.fails) = (a.holds | b.holds, a.fails & b.fails),
        BinaryOp::Or => (value.holds, value.fails) = (either(a.holds, b.holds), a.fails | b.fails),
        BinaryOp::Eq => (value.holds, value.fails) = (equality(a, b), own_account(a, b)),
        BinaryOp::Ne => (value.holds, value.fails) = (own_account(a, b), equality(a, b)),
        BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
            (value.holds, value.fails) = (own_account(a, b), own_account(a, b));
        }
        // Shifts and masks move an address around in a word.
        BinaryOp::Shl | BinaryOp::Shr | BinaryOp::BitAnd | BinaryOp::BitOr => {
            value.holds = a.holds | b.holds;
            let kept = [a, b].into_iter().find(|side| side.origin != Origin::Other && side.origin != Origin::Fixed);
            value.origin = kept.map(|side| side.origin.clone()).unwrap_or_default();
        }
        _ => {}
    }
    let is_zero = |side: &Value| side.origin == Origin::Zero;
    if op.is_comparison() && (is_zero(a) || is_zero(b)) {
        value.params_asked |= value.params;
        value.params = 0;
    }
    value
}

/// What holds when one of two conditions holds. Acting on one's own is weaker than being chosen.
fn either(a: Checks, b: Checks) -> Checks {
    let any = Checks::CALLER | Checks::SIGNATURE | Checks::OWN;
    let both = a & b;
    if both == Checks::NONE && a.has(any) && b.has(any) {
        let chosen = |checks: Checks| checks.has(Checks::CALLER | Checks::SIGNATURE);
        return if chosen(a) && chosen(b) { Checks::SIGNATURE } else { Checks::OWN };
    }
    both
}

/// What `a == b` says of the caller.
fn equality(a: &Value, b: &Value) -> Checks {
    let pick = |wanted: fn(&Value) -> bool| {
        if wanted(a) {
            Some(b)
        } else if wanted(b) {
            Some(a)
        } else {
            None
        }
    };
    if let Some(other) = pick(|side| side.origin == Origin::Signer) {
        return if other.origin == Origin::Zero { Checks::NONE } else { Checks::SIGNATURE };
    }
    if let Some(other) = pick(|side| matches!(side.origin, Origin::Sender | Origin::TxOrigin)) {
        let chosen = other.taint.has(Taint::STORAGE | Taint::RETURNED | Taint::UNKNOWN);
        return match other.origin {
            Origin::Zero | Origin::Sender | Origin::TxOrigin => Checks::NONE,
            _ if other.taint.has(Taint::PARAM) && !chosen => Checks::OWN,
            _ => Checks::CALLER,
        };
    }
    // `sum == msg.value`: the caller brought what it chose to send.
    if pick(|side| side.taint == Taint::VALUE).is_some_and(|other| other.taint.has(Taint::PARAM)) {
        return Checks::OWN;
    }
    // `wards[msg.sender] == 1`
    let flagged = |side: &Value| side.taint.has(Taint::OWN);
    match (flagged(a), flagged(b)) {
        (true, false) if b.taint == Taint::NONE && b.origin != Origin::Zero => Checks::CALLER,
        (false, true) if a.taint == Taint::NONE && a.origin != Origin::Zero => Checks::CALLER,
        (false, false) => Checks::NONE,
        _ => Checks::OWN,
    }
}

/// What a comparison with something of the caller's own says of the caller.
fn own_account(a: &Value, b: &Value) -> Checks {
    if (a.taint | b.taint).has(Taint::OWN) { Checks::OWN } else { Checks::NONE }
}

fn wider(a: &Ty, b: &Ty) -> Ty {
    match (a, b) {
        (Ty::Uint(x), Ty::Uint(y)) => Ty::Uint(*x.max(y)),
        (Ty::Unknown, other) => other.clone(),
        (known, _) => known.clone(),
    }
}
