//! Guards that are known by their names, because their text is not at hand or too clever to follow.

use super::{
    GuardKind,
    state::State,
    value::{Checks, Taint, Value},
    walk::Walker,
};
use crate::{
    ir::{Block, StmtKind},
    program::{FunctionId, Place, Ty},
};

impl<'a> Walker<'a> {
    /// Adds what the name of a modifier says; the index of a lock, which ends with the modifier.
    pub fn guard_by_name(
        &mut self,
        found: Option<FunctionId>,
        name: &str,
        place: Place,
        site: Option<Place>,
        state: &mut State<'a>,
    ) -> Option<usize> {
        let body = found.and_then(|id| self.program.function(id).body.as_ref());
        let text = self.program.snippet(place);
        let place = site.unwrap_or(place);
        if is_lock(name) && body.is_none_or(works_before_placeholder) {
            return Some(self.add_guard(GuardKind::Lock, text, place, state));
        }
        if is_initializer(name) {
            self.add_guard(GuardKind::Initializer, text, place, state);
        } else if body.is_none() && is_access(name) {
            self.add_guard(GuardKind::Caller, text, place, state);
        }
        None
    }

    /// What a function whose body is not at hand returns, and what its name says it checks.
    pub fn assumed(
        &mut self,
        id: FunctionId,
        args: &[Value],
        place: Place,
        mut state: State<'a>,
    ) -> (Option<State<'a>>, Value) {
        let function = self.program.function(id);
        if function.body.is_none() && is_access(&function.name) {
            let text = self.program.snippet(place);
            self.add_guard(GuardKind::Caller, text, place, &mut state);
        }
        let (file, home) = (self.program.function_file(id), self.program.function_contract(id));
        let types: Vec<Ty> = function.returns.iter().map(|result| self.program.ty(file, home, &result.ty)).collect();
        let mut value = Value::made_of(Ty::Unknown, args);
        value.taint |= Taint::UNKNOWN | Taint::STORAGE;
        if types == [Ty::Bool] && args.iter().any(Value::is_sender) {
            value.holds = Checks::CALLER;
        }
        value.parts =
            if types.len() > 1 { types.iter().map(|ty| value.clone().cast(ty.clone())).collect() } else { Vec::new() };
        value.ty = types.into_iter().next().unwrap_or_default();
        (Some(state), value)
    }
}

/// Whether something happens before `_`.
fn works_before_placeholder(body: &Block) -> bool {
    body.stmts.first().is_some_and(|stmt| !matches!(stmt.kind, StmtKind::Placeholder))
}

/// Whether a name promises a lock against reentrancy.
pub(super) fn is_lock(name: &str) -> bool {
    let name = name.trim_start_matches('_').to_ascii_lowercase();
    if name.contains("view") || name.contains("readonly") || name.contains("nonread") {
        return false;
    }
    name.starts_with("nonreentran")
        || name.starts_with("noreentran")
        || name.starts_with("reentrancyguard")
        || name.starts_with("preventreentran")
        || matches!(name.as_str(), "lock" | "mutex" | "locked" | "guarded" | "globallock")
}

/// Whether a name promises that the caller is checked.
pub(super) fn is_access(name: &str) -> bool {
    let name = name.trim_start_matches('_').to_ascii_lowercase();
    let about_caller =
        ["owner", "role", "auth", "admin", "access", "caller", "governance", "permission", "cancall", "operator"];
    let asks = ["check", "require", "enforce", "ensure", "assert", "validate", "verify"];
    name.starts_with("only")
        && !name.contains("proxy")
        && !name.contains("initializing")
        && !name.contains("delegatecall")
        || name.starts_with("auth")
        || matches!(
            name.as_str(),
            "requiresauth" | "restricted" | "isowner" | "isadmin" | "adminonly" | "owneronly" | "ifadmin"
        )
        || asks.iter().any(|ask| name.starts_with(ask)) && about_caller.iter().any(|word| name.contains(word))
}

fn is_initializer(name: &str) -> bool {
    matches!(name, "initializer" | "reinitializer" | "onlyInitializing")
}
