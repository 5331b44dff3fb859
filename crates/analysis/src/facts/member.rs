//! Names, members and elements.

use super::{
    Slot,
    state::State,
    value::{Checks, Origin, Taint, Value},
    walk::Walker,
};
use crate::{
    ir::{Expr, ExprKind, VariableMutability},
    program::{Symbol, Ty, VariableId},
};

impl<'a> Walker<'a> {
    /// The place or value an expression names, without reading it.
    pub fn locate(&mut self, expr: &'a Expr, state: State<'a>) -> (State<'a>, Value) {
        match &expr.kind {
            ExprKind::Name(name) => {
                let value = self.named(name, &state);
                (state, value)
            }
            ExprKind::Member(base, name) => self.member(expr, base, name, state),
            ExprKind::Index(base, index) => self.element(base, index.as_deref(), state),
            ExprKind::Tuple(elements) if matches!(elements.as_slice(), [Some(_)]) => self.locate(expr.peeled(), state),
            _ => self.eval(expr, state),
        }
    }

    fn named(&mut self, name: &str, state: &State<'a>) -> Value {
        if let Some(value) = state.local(name) {
            let value = value.clone();
            self.use_params(value.params);
            return value;
        }
        if let Some(id) = self.variable_named(name) {
            return self.variable(id);
        }
        match name {
            "this" => {
                let ty = self.root.map_or(Ty::Unknown, Ty::Contract);
                Value::with_origin(ty, Taint::NONE, Origin::This)
            }
            "now" => Value::tainted(Ty::Uint(256), Taint::TIME),
            _ => Value::default(),
        }
    }

    /// The state variable or constant that a name means here.
    pub fn variable_named(&self, name: &str) -> Option<VariableId> {
        let home = self.home();
        // Private variables of the declaring contract come first, then those of the contract that runs.
        let own = home.and_then(|home| self.program.find_variable(home, name));
        let run = || self.root.and_then(|root| self.program.find_variable(root, name));
        own.or_else(run).or_else(|| {
            let file = self.frames.last()?.file;
            self.program.lookup(file, name).into_iter().find_map(|symbol| match symbol {
                Symbol::Variable(id) => Some(id),
                _ => None,
            })
        })
    }

    pub fn variable(&self, id: VariableId) -> Value {
        let variable = self.program.variable(id);
        let ty = self.program.ty(self.program.variable_place(id).file, self.home(), &variable.ty);
        if variable.mutability != VariableMutability::Mutable {
            return Value::with_origin(ty, Taint::NONE, Origin::Fixed);
        }
        let slot = Slot { variable: Some(id), field: None, is_element: false, is_own: false };
        Value { slot: Some(slot), ..Value::with_origin(ty, Taint::STORAGE, Origin::Storage(id)) }
    }

    fn use_params(&mut self, params: u32) {
        for (at, param) in self.facts.params.iter_mut().enumerate().take(32) {
            param.is_used |= params >> at & 1 == 1;
        }
    }

    fn member(&mut self, expr: &'a Expr, base: &'a Expr, name: &'a str, state: State<'a>) -> (State<'a>, Value) {
        if let Some(object) = base.name().filter(|object| state.local(object).is_none())
            && let Some(value) = self.global(object, name)
        {
            let place = self.place(expr.span);
            if self.loop_depth > 0 && value.taint == Taint::VALUE && !self.facts.values_in_loops.contains(&place) {
                self.facts.values_in_loops.push(place);
            }
            return (state, value);
        }
        let (mut state, object) = self.locate(base, state);
        let mut value = match (&object.ty, name) {
            (_, "slot" | "offset") if object.slot.is_some() => object,
            (Ty::Address { .. } | Ty::Contract(_), "balance") => match object.origin {
                Origin::This => Value::tainted(Ty::Uint(256), Taint::BALANCE),
                _ => Value::made_of(Ty::Uint(256), [&object]),
            },
            (Ty::Address { .. }, "code" | "codehash") => Value::made_of(Ty::Bytes, [&object]),
            (_, "length") => {
                let mut length = Value::made_of(Ty::Uint(256), [&object]);
                length.slot = object.slot.clone();
                length
            }
            (Ty::Struct(id), field) => self.field(&object, *id, field),
            _ => Value::made_of(Ty::Unknown, [&object]),
        };
        // A bool of the caller's own record speaks for the caller.
        if value.ty == Ty::Bool && value.slot.as_ref().is_some_and(|slot| slot.is_own) {
            value.holds = Checks::CALLER;
        }
        if name == "length" {
            value = self.consume(value, self.place(expr.span), &mut state);
        }
        (state, value)
    }

    fn field(&self, object: &Value, id: crate::program::StructId, name: &str) -> Value {
        let field = self.program.structure(id).fields.iter().find(|field| field.name == name);
        let (file, home) = (self.program.structure_file(id), self.program.structure_home(id));
        let ty = field.map_or(Ty::Unknown, |field| self.program.ty(file, home, &field.ty));
        let mut value = Value::made_of(ty, [object]);
        value.slot =
            object.slot.clone().map(|slot| Slot { field: slot.field.or_else(|| Some(name.to_owned())), ..slot });
        if let Origin::Storage(variable) = object.origin {
            value.origin = Origin::Storage(variable);
        }
        value
    }

    fn element(&mut self, base: &'a Expr, index: Option<&'a Expr>, state: State<'a>) -> (State<'a>, Value) {
        let (state, object) = self.locate(base, state);
        let (state, key) = match index {
            Some(index) => self.eval(index, state),
            None => (state, Value::default()),
        };
        let ty = match &object.ty {
            Ty::Mapping(_, value) => (**value).clone(),
            Ty::Array(element) => (**element).clone(),
            Ty::Bytes | Ty::FixedBytes(_) => Ty::FixedBytes(1),
            _ => Ty::Unknown,
        };
        let mut value = Value::made_of(ty, [&object, &key]);
        if let Some(slot) = &object.slot {
            let is_own = slot.is_own || key.taint.has(Taint::SENDER) || key.is_sender();
            // What lies in storage was not chosen by who chose the key; only where it lies was.
            value.taint = object.taint | Taint::STORAGE;
            if is_own {
                value.taint |= Taint::OWN;
            }
            if key.taint.has(Taint::PARAM) {
                value.taint |= Taint::KEYED;
            }
            value.origin = slot.variable.map_or(Origin::Other, Origin::Storage);
            value.slot = Some(Slot { is_element: true, is_own, ..slot.clone() });
            if is_own && value.ty == Ty::Bool {
                value.holds = Checks::CALLER;
            }
        }
        (state, value)
    }

    /// `msg.sender` and its like, enum members, constants of other contracts.
    fn global(&mut self, object: &str, name: &str) -> Option<Value> {
        let address = |payable| Ty::Address { payable };
        Some(match (object, name) {
            ("msg", "sender") => Value::with_origin(address(true), Taint::SENDER, Origin::Sender),
            ("msg", "value") => Value::tainted(Ty::Uint(256), Taint::VALUE),
            ("msg", "data") => Value::tainted(Ty::Bytes, Taint::PARAM),
            ("msg", "sig") => Value::tainted(Ty::FixedBytes(4), Taint::NONE),
            ("tx", "origin") => Value::with_origin(address(true), Taint::ORIGIN, Origin::TxOrigin),
            ("block", "timestamp" | "number") => Value::tainted(Ty::Uint(256), Taint::TIME),
            ("block", "coinbase") => Value::tainted(address(true), Taint::BLOCK),
            ("block", "prevrandao" | "difficulty" | "gaslimit") => Value::tainted(Ty::Uint(256), Taint::BLOCK),
            ("msg" | "tx" | "block", _) => Value::of(Ty::Uint(256)),
            ("super" | "this", _) => return None,
            _ => {
                if self.variable_named(object).is_some() {
                    return None;
                }
                let file = self.frames.last()?.file;
                match self.program.resolve_path(file, self.home(), &[object.to_owned()])? {
                    Symbol::Enum => Value::with_origin(Ty::Enum, Taint::NONE, Origin::Fixed),
                    Symbol::Contract(id) => match self.program.find_variable(id, name) {
                        Some(variable) => self.variable(variable),
                        None => Value::with_origin(Ty::Unknown, Taint::NONE, Origin::Fixed),
                    },
                    Symbol::Namespace(target) => {
                        self.program.lookup(target, name).into_iter().find_map(|symbol| match symbol {
                            Symbol::Variable(id) => Some(self.variable(id)),
                            _ => None,
                        })?
                    }
                    _ => return None,
                }
            }
        })
    }
}
