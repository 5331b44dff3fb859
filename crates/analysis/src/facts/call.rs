//! Calls: which function they reach, and whether they leave the contract.

use super::{
    CallKind, EffectKind, ExternalCall,
    guard::is_access,
    state::State,
    value::{Checks, Origin, Taint, Value},
    walk::Walker,
};
use crate::{
    ir::{Arg, Expr, ExprKind, Mutability, TypeNameKind},
    program::{FunctionId, Symbol, Ty, lookup::Callable},
};

/// Calls that one walk may write down.
const MAX_CALLS: usize = 512;
/// Gas with which nothing can be called back.
const HARMLESS_GAS: u128 = 5_000;

/// A call that leaves the contract, before it is written down.
pub(super) struct Outgoing<'v> {
    pub kind: CallKind,
    pub target: Value,
    pub target_text: String,
    pub function: Option<String>,
    pub is_view: bool,
    pub returns_bool: Option<bool>,
    pub args: &'v [Value],
    pub value: Option<(String, Taint)>,
    pub gas_limited: bool,
}

impl<'a> Walker<'a> {
    pub fn call(
        &mut self,
        expr: &'a Expr,
        callee: &'a Expr,
        options: &'a [(String, Expr)],
        args: &'a [Arg],
        state: State<'a>,
    ) -> (State<'a>, Value) {
        let callee = callee.peeled();
        match &callee.kind {
            ExprKind::Type(ty) => {
                let (state, values) = self.eval_args(args, state);
                let ty = self.program.ty(self.place(expr.span).file, self.home(), ty);
                let value = values.into_iter().next().unwrap_or_default();
                let is_number = matches!(ty, Ty::Uint(_)) && matches!(value.ty, Ty::FixedBytes(_));
                let from_block =
                    value.taint.has(Taint::BLOCK) || value.taint.has(Taint::HASH) && value.taint.has(Taint::TIME);
                if is_number && from_block {
                    self.notice_randomness(expr, value.taint);
                }
                (state, value.cast(ty))
            }
            ExprKind::Payable => {
                let (state, values) = self.eval_args(args, state);
                (state, values.into_iter().next().unwrap_or_default().cast(Ty::Address { payable: true }))
            }
            ExprKind::New(ty) => {
                let (state, values) = self.eval_args(args, state);
                let ty = self.program.ty(self.place(expr.span).file, self.home(), ty);
                if matches!(ty, Ty::Contract(_) | Ty::Unresolved(_)) {
                    self.record(EffectKind::Create, self.place(expr.span), &state);
                    return (state, Value::with_origin(ty, Taint::NONE, Origin::Created));
                }
                (state, Value::made_of(ty, &values))
            }
            ExprKind::Name(name) => self.call_name(expr, name, args, state),
            ExprKind::Member(base, name) => self.call_member(expr, base, name, options, args, state),
            _ => {
                let (state, target) = self.eval(callee, state);
                let (state, values) = self.eval_args(args, state);
                (state, Value::made_of(Ty::Unknown, values.iter().chain([&target])))
            }
        }
    }

    fn call_name(&mut self, expr: &'a Expr, name: &'a str, args: &'a [Arg], state: State<'a>) -> (State<'a>, Value) {
        let place = self.place(expr.span);
        let is_value = state.local(name).is_some() || self.variable_named(name).is_some();
        let (file, home) = (place.file, self.home());
        let symbol = if is_value { None } else { self.program.resolve_path(file, home, &[name.to_owned()]) };
        match symbol {
            Some(Symbol::Contract(id)) => return self.convert(Ty::Contract(id), args, state),
            Some(Symbol::Enum) => return self.convert(Ty::Enum, args, state),
            Some(Symbol::Struct(id)) => {
                let (state, values) = self.eval_args(args, state);
                return (state, Value::made_of(Ty::Struct(id), &values));
            }
            _ => {}
        }
        // A function of the contract may have the name of a builtin, as `require` never does and `transfer` may.
        let types = vec![Ty::Unknown; args.len()];
        let call = Callable { name, args: &types };
        let in_contract = self.internal(call);
        if in_contract.is_none() && self.program.find_free(file, call).is_none() {
            return match self.builtin(expr, name, args, state) {
                (state, Some(value)) => (state, value),
                (state, None) => self.unresolved_name(expr, name, args, state),
            };
        }
        let (state, values) = self.eval_args(args, state);
        let types: Vec<Ty> = values.iter().map(|value| value.ty.clone()).collect();
        let call = Callable { name, args: &types };
        let found = self.internal(call).or(in_contract).or_else(|| self.program.find_free(file, call));
        match found {
            Some(id) => self.go(id, args, values, expr, state),
            None => (state, Value::made_of(Ty::Unknown, &values)),
        }
    }

    fn internal(&self, call: Callable<'_>) -> Option<FunctionId> {
        let home = self.home();
        // A library's own functions are found in it, whoever runs it.
        let is_library = home.is_some_and(|home| self.program.is_library(home));
        let run = self.root.filter(|_| !is_library).and_then(|root| self.program.find_function(root, call));
        run.or_else(|| home.and_then(|home| self.program.find_function(home, call)))
    }

    fn convert(&mut self, ty: Ty, args: &'a [Arg], state: State<'a>) -> (State<'a>, Value) {
        let (state, values) = self.eval_args(args, state);
        (state, values.into_iter().next().unwrap_or_default().cast(ty))
    }

    /// A name that nothing declares, because an import or a base is missing.
    fn unresolved_name(
        &mut self,
        expr: &'a Expr,
        name: &'a str,
        args: &'a [Arg],
        state: State<'a>,
    ) -> (State<'a>, Value) {
        let (mut state, values) = self.eval_args(args, state);
        if name == "_msgSender" && values.is_empty() {
            return (state, Value::with_origin(Ty::Address { payable: true }, Taint::SENDER, Origin::Sender));
        }
        if is_access(name) && name.starts_with('_') {
            let place = self.place(expr.span);
            self.add_guard(super::GuardKind::Caller, self.program.snippet(place), place, &mut state);
        }
        // A conversion to a contract that is not at hand.
        if let (true, [value]) = (name.starts_with(char::is_uppercase), values.as_slice()) {
            return (state, value.clone().cast(Ty::Unresolved(name.to_owned())));
        }
        let mut value = Value::made_of(Ty::Unknown, &values);
        value.taint |= Taint::UNKNOWN | Taint::STORAGE;
        if values.iter().any(Value::is_sender) {
            value.holds = Checks::CALLER;
        }
        (state, value)
    }

    /// Runs a function of this contract.
    fn go(
        &mut self,
        id: FunctionId,
        args: &'a [Arg],
        values: Vec<Value>,
        expr: &Expr,
        state: State<'a>,
    ) -> (State<'a>, Value) {
        let values = self.in_order(id, args, values);
        let name = &self.program.function(id).name;
        // Signature checks are mathematics that no walk follows.
        let known = signature(name, &values);
        let asks_for_sender = values.iter().any(Value::is_sender) && is_question(name);
        let mut state = state;
        state.is_entitled |= known.is_some();
        let (end, mut value) = self.enter(id, values, self.place(expr.span), state);
        // Members of a set are often kept by their position in it, which is not zero.
        if asks_for_sender && value.ty == Ty::Bool && value.holds.has(Checks::OWN) {
            value.holds = value.holds | Checks::CALLER;
        }
        if let Some((origin, holds)) = known {
            value.origin = origin;
            value.holds = value.holds | holds;
        }
        match end {
            Some(state) => (state, value),
            None => (State { is_dead: true, ..State::default() }, value),
        }
    }

    /// Arguments in the order of the parameters, for `f({b: 1, a: 2})`.
    fn in_order(&self, id: FunctionId, args: &[Arg], values: Vec<Value>) -> Vec<Value> {
        if args.iter().all(|arg| arg.name.is_none()) {
            return values;
        }
        let offset = values.len().saturating_sub(args.len());
        let params = &self.program.function(id).params;
        let place = |param: &crate::ir::Variable| args.iter().position(|arg| arg.name.as_ref() == Some(&param.name));
        let ordered = params.iter().enumerate().map(|(at, param)| {
            let from = place(param).map_or(at, |found| found + offset);
            values.get(from).cloned().unwrap_or_default()
        });
        ordered.collect()
    }

    fn call_member(
        &mut self,
        expr: &'a Expr,
        base: &'a Expr,
        name: &'a str,
        options: &'a [(String, Expr)],
        args: &'a [Arg],
        state: State<'a>,
    ) -> (State<'a>, Value) {
        let (file, home) = (self.place(expr.span).file, self.home());
        if let Some(object) =
            base.name().filter(|object| state.local(object).is_none() && self.variable_named(object).is_none())
        {
            if (object, name) == ("block", "blockhash") {
                let (state, _) = self.eval_args(args, state);
                return (state, Value::tainted(Ty::FixedBytes(32), Taint::BLOCK));
            }
            if object == "abi" {
                let (state, values) = self.eval_args(args, state);
                return (state, Value::made_of(Ty::Bytes, &values));
            }
            let symbol = self.program.resolve_path(file, home, &[object.to_owned()]);
            let is_own = object == "super" || symbol.is_some();
            let is_missing = !is_own && object != "this" && object.starts_with(char::is_uppercase);
            if is_own || is_missing {
                let (mut state, values) = self.eval_args(args, state);
                let types: Vec<Ty> = values.iter().map(|value| value.ty.clone()).collect();
                if let Some(id) = self.qualified(object, symbol.as_ref(), Callable { name, args: &types }) {
                    return self.go(id, args, values, expr, state);
                }
                if let (Some(Symbol::ValueType(_)), [value]) = (&symbol, values.as_slice()) {
                    return (state, value.clone());
                }
                if is_access(name) {
                    let place = self.place(expr.span);
                    self.add_guard(super::GuardKind::Caller, self.program.snippet(place), place, &mut state);
                }
                let mut value = Value::made_of(Ty::Unknown, &values);
                value.taint |= Taint::UNKNOWN;
                if let Some((origin, holds)) = signature(name, &values) {
                    (value.origin, value.holds) = (origin, holds);
                }
                return (state, value);
            }
        }
        if matches!(base.peeled().kind, ExprKind::Type(_)) {
            let (state, values) = self.eval_args(args, state);
            return (state, Value::made_of(Ty::Bytes, &values));
        }
        let (state, target) = self.locate(base, state);
        let (state, values) = self.eval_args(args, state);
        self.call_on(expr, base, target, name, options, args, values, state)
    }

    /// The function that `super.f`, `Base.f`, `Library.f` or `file.f` means.
    fn qualified(&self, object: &str, symbol: Option<&Symbol>, call: Callable<'_>) -> Option<FunctionId> {
        match symbol {
            None if object == "super" => {
                let root = self.root?;
                self.program.find_super(root, self.home()?, call)
            }
            Some(Symbol::Contract(id)) => self.program.find_function(*id, call),
            Some(Symbol::Namespace(file)) => self.program.find_free(*file, call),
            _ => None,
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn call_on(
        &mut self,
        expr: &'a Expr,
        base: &'a Expr,
        target: Value,
        name: &'a str,
        options: &'a [(String, Expr)],
        args: &'a [Arg],
        values: Vec<Value>,
        mut state: State<'a>,
    ) -> (State<'a>, Value) {
        let place = self.place(expr.span);
        if matches!(target.ty, Ty::Array(_) | Ty::Bytes) && matches!(name, "push" | "pop") {
            if let Some(slot) = target.slot.clone() {
                let written = Value::made_of(Ty::Unknown, &values);
                let slot = super::Slot { is_element: true, ..slot };
                self.write(slot, &written, true, place, &mut state);
            }
            return (state, Value::default());
        }
        let low_level = matches!(target.ty, Ty::Address { .. } | Ty::Unknown)
            || matches!(target.ty, Ty::Contract(_) | Ty::Unresolved(_))
                && self.method(&target.ty, name, &values).is_none();
        let kind = match (name, values.len()) {
            ("call", _) if low_level => Some(CallKind::Call),
            ("delegatecall" | "callcode", _) if low_level => Some(CallKind::DelegateCall),
            ("staticcall", _) if low_level => Some(CallKind::StaticCall),
            ("send", 1) if low_level => Some(CallKind::Send),
            ("transfer", 1) if low_level => Some(CallKind::Transfer),
            _ => None,
        };
        if let Some(kind) = kind {
            return self.low_level(expr, base, target, kind, options, args, &values, state);
        }
        let target = self.consume(target, self.place(base.span), &mut state);
        let method = self.method(&target.ty, name, &values);
        if method.is_none() {
            let mut with_self = vec![target.clone()];
            with_self.extend(values.iter().cloned());
            let types: Vec<Ty> = with_self.iter().map(|value| value.ty.clone()).collect();
            if let Some(id) = self.program.find_attached(place.file, self.home(), Callable { name, args: &types }) {
                return self.go(id, args, with_self, expr, state);
            }
        }
        match &target.ty {
            Ty::Contract(_) | Ty::Unresolved(_) if !is_likely_attached(name, method) => {
                self.high_level(expr, base, target, name, method, options, &values, state)
            }
            _ => {
                let mut value = Value::made_of(Ty::Unknown, values.iter().chain([&target]));
                value.taint |= Taint::UNKNOWN;
                if let Some((origin, holds)) = signature(name, &values) {
                    (value.origin, value.holds) = (origin, holds);
                }
                (state, value)
            }
        }
    }

    /// The function of another contract that a call on a value of its type means.
    fn method(&self, ty: &Ty, name: &str, values: &[Value]) -> Option<FunctionId> {
        let Ty::Contract(id) = ty else { return None };
        let types: Vec<Ty> = values.iter().map(|value| value.ty.clone()).collect();
        let found = self.program.find_function(*id, Callable { name, args: &types })?;
        self.program.function(found).is_external().then_some(found)
    }

    #[allow(clippy::too_many_arguments)]
    fn low_level(
        &mut self,
        expr: &'a Expr,
        base: &'a Expr,
        target: Value,
        kind: CallKind,
        options: &'a [(String, Expr)],
        args: &'a [Arg],
        values: &[Value],
        mut state: State<'a>,
    ) -> (State<'a>, Value) {
        let target = self.consume(target, self.place(base.span), &mut state);
        let (mut state, mut value, gas_limited) = self.options(options, state);
        if let (CallKind::Send | CallKind::Transfer, [amount], [arg]) = (kind, values, args) {
            value = Some((self.text(&arg.value), amount.taint));
        }
        let out = Outgoing {
            kind,
            target,
            target_text: self.text(base),
            function: None,
            is_view: false,
            returns_bool: None,
            args: values,
            value,
            gas_limited,
        };
        // Tokens may be taken from the caller by hand, with the call put together from its parts.
        state.is_entitled |= values.iter().any(|value| value.taint.has(Taint::SENDER));
        self.leave(expr, out, &mut state);
        let ok = Value::tainted(Ty::Bool, Taint::RETURNED);
        let result = match kind {
            CallKind::Transfer => Value::default(),
            CallKind::Send => ok,
            _ => {
                let parts = vec![ok, Value::tainted(Ty::Bytes, Taint::RETURNED)];
                let mut tuple = Value::made_of(Ty::Tuple(vec![Ty::Bool, Ty::Bytes]), &parts);
                tuple.parts = parts;
                tuple
            }
        };
        (state, result)
    }

    #[allow(clippy::too_many_arguments)]
    fn high_level(
        &mut self,
        expr: &'a Expr,
        base: &'a Expr,
        target: Value,
        name: &'a str,
        method: Option<FunctionId>,
        options: &'a [(String, Expr)],
        values: &[Value],
        state: State<'a>,
    ) -> (State<'a>, Value) {
        let (mut state, value, gas_limited) = self.options(options, state);
        let promises = match method {
            Some(id) => matches!(self.program.function(id).mutability, Mutability::View | Mutability::Pure),
            None => self.is_getter(&target.ty, name, values.len()),
        };
        // Before 0.5 nothing held a contract to its promise to change nothing; one that the caller names need not keep it.
        let is_named = target.taint.has(Taint::PARAM | Taint::SENDER);
        let is_view = promises && !(is_named && self.program.allows_before(5));
        let kind = if target.origin == Origin::This { CallKind::ToItself } else { CallKind::HighLevel };
        let text = self.text(base);
        let function = Some(name.to_owned());
        let returns_bool = method.map(|id| {
            let returns = &self.program.function(id).returns;
            matches!(returns.as_slice(), [one] if matches!(one.ty.kind, TypeNameKind::Bool))
        });
        let out = Outgoing {
            kind,
            target,
            target_text: text,
            function,
            is_view,
            returns_bool,
            args: values,
            value,
            gas_limited,
        };
        self.leave(expr, out, &mut state);
        // Tokens taken from the caller pay for what follows.
        let takes =
            matches!(name, "transferFrom" | "safeTransferFrom" | "burn" | "burnFrom" | "redeem" | "permitTransferFrom");
        state.is_entitled |= takes && values.iter().any(Value::is_sender);
        let result = self.answer(method, values);
        (state, result)
    }

    /// What a call to another contract returns.
    fn answer(&self, method: Option<FunctionId>, values: &[Value]) -> Value {
        // What acts for the caller, as a transfer does, says nothing of who it is.
        let asks = method.is_none_or(|id| {
            let function = self.program.function(id);
            !function.is_mutating() || is_question(&function.name)
        });
        let about_sender = asks && values.iter().any(Value::is_sender);
        let own = if about_sender { Taint::OWN } else { Taint::NONE };
        let types: Vec<Ty> = match method {
            Some(id) => {
                let (file, home) = (self.program.function_file(id), self.program.function_contract(id));
                self.program.function(id).returns.iter().map(|result| self.program.ty(file, home, &result.ty)).collect()
            }
            None => Vec::new(),
        };
        // Who acts on the caller's behalf, as a token does, decides nothing about the caller.
        let judges = about_sender && method.is_some_and(|id| !self.program.function(id).is_mutating());
        let one = |ty: &Ty| {
            let mut value = Value::tainted(ty.clone(), Taint::RETURNED | own);
            if judges && *ty == Ty::Bool {
                value.holds = Checks::CALLER;
            }
            value
        };
        match types.as_slice() {
            [] => Value::tainted(Ty::Unknown, Taint::RETURNED | own),
            [ty] => one(ty),
            many => {
                let mut tuple = Value::tainted(Ty::Tuple(many.to_vec()), Taint::RETURNED | own);
                tuple.parts = many.iter().map(one).collect();
                tuple
            }
        }
    }

    /// Whether `x.name()` reads a public variable, or looks like a question when its declaration is missing.
    fn is_getter(&self, ty: &Ty, name: &str, count: usize) -> bool {
        match ty {
            Ty::Contract(id) if self.program.find_variable(*id, name).is_some() => true,
            Ty::Contract(id) if !self.program.has_missing_base(*id) => false,
            _ => {
                let asks = [
                    "get",
                    "is",
                    "has",
                    "balanceOf",
                    "allowance",
                    "ownerOf",
                    "totalSupply",
                    "decimals",
                    "latestRoundData",
                ];
                asks.iter().any(|ask| name.starts_with(ask))
                    || count == 0 && matches!(name, "owner" | "name" | "symbol" | "token")
            }
        }
    }

    /// The options of a call: what is sent, and whether the gas is harmless.
    fn options(
        &mut self,
        options: &'a [(String, Expr)],
        mut state: State<'a>,
    ) -> (State<'a>, Option<(String, Taint)>, bool) {
        let (mut value, mut gas_limited) = (None, false);
        for (name, expr) in options {
            let (after, evaluated) = self.eval(expr, state);
            state = after;
            match name.as_str() {
                "value" if evaluated.origin == Origin::Zero => {}
                "value" => value = Some((self.text(expr), evaluated.taint)),
                "gas" => gas_limited = matches!(expr.peeled().kind, ExprKind::Number(Some(gas)) if gas <= HARMLESS_GAS),
                _ => {}
            }
        }
        (state, value, gas_limited)
    }

    fn type_name(&self, ty: &Ty) -> String {
        match ty {
            Ty::Contract(id) => self.program.contract(*id).name.clone(),
            Ty::Unresolved(name) => name.clone(),
            _ => String::new(),
        }
    }

    /// Writes down that something was made to look random, when the value says so.
    pub fn notice_randomness(&mut self, expr: &Expr, taint: Taint) {
        let place = self.place(expr.span);
        // The widest computation stands for what it is made of.
        self.facts
            .randomness
            .retain(|known| known.place.file != place.file || !place.span.contains_span(known.place.span));
        let inside = self
            .facts
            .randomness
            .iter()
            .any(|known| known.place.file == place.file && known.place.span.contains_span(place.span));
        if !inside {
            let text = self.program.snippet(place);
            self.facts.randomness.push(super::Randomness { place, site: self.site_of(place), taint, text });
        }
    }

    /// Writes down a call that leaves the contract.
    pub fn leave(&mut self, expr: &Expr, out: Outgoing<'_>, state: &mut State<'a>) {
        let place = self.place(expr.span);
        if let Some(index) = self.known_call(place) {
            self.record(EffectKind::Call(index), place, state);
            let known = &mut self.facts.calls[index];
            let guards = state.guards();
            known.guards.retain(|guard| guards.contains(guard));
            known.is_entitled &= state.is_entitled;
            state.add_call(index);
            return;
        }
        if self.facts.calls.len() >= MAX_CALLS {
            self.facts.truncated = true;
            return;
        }
        let data_taint = out.args.iter().fold(Taint::NONE, |taint, arg| taint | arg.taint);
        let index = self.facts.calls.len();
        self.facts.calls.push(ExternalCall {
            kind: out.kind,
            target: out.target_text,
            target_taint: out.target.taint,
            target_checked: out.target.params & state.params_checked != 0,
            target_origin: out.target.origin,
            function: out.function,
            is_view: out.is_view,
            returns_bool: out.returns_bool,
            target_type: self.type_name(&out.target.ty),
            value_taint: out.value.as_ref().map_or(Taint::NONE, |(_, taint)| *taint),
            value: out.value.map(|(text, _)| text),
            gas_limited: out.gas_limited,
            data_taint,
            args: out.args.iter().map(|arg| (arg.taint, arg.origin.clone())).collect(),
            read_before: state.reads.clone(),
            is_entitled: state.is_entitled,
            place,
            site: self.site_of(place),
            text: self.program.snippet(place),
            guards: state.guards(),
            after: state.calls(),
            in_loop: self.loop_depth > 0,
        });
        self.record(EffectKind::Call(index), place, state);
        state.add_call(index);
    }
}

/// Whether a name asks whether someone belongs to something.
fn is_question(name: &str) -> bool {
    ["is", "has", "can", "contains", "_is", "_has", "_can", "_contains"].iter().any(|ask| name.starts_with(ask))
}

/// Names that only libraries for tokens have.
fn is_likely_attached(name: &str, method: Option<FunctionId>) -> bool {
    let attached =
        ["safeTransfer", "safeTransferFrom", "safeApprove", "forceApprove", "safeIncreaseAllowance", "sendValue"];
    method.is_none() && attached.contains(&name)
}

/// What the name of a function that checks signatures or proofs says of its result.
fn signature(name: &str, values: &[Value]) -> Option<(Origin, Checks)> {
    if values.is_empty() {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    if lower.contains("recover") {
        return Some((Origin::Signer, Checks::NONE));
    }
    let verifies = lower.contains("verify") || lower.contains("isvalidsignature") || lower.contains("checksignature");
    verifies.then_some((Origin::Other, Checks::SIGNATURE))
}
