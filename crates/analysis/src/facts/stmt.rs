//! Statements, in the order of control.

use super::{
    EffectKind, Failure,
    state::{State, join},
    value::{Taint, Value},
    walk::{Walker, storage_pointer},
};
use crate::{
    ir::{Block, CatchClause, Expr, Stmt, StmtKind, Variable},
    program::Ty,
};

impl<'a> Walker<'a> {
    /// Runs a block; `None` when control does not leave it at its end.
    pub fn block(&mut self, block: &'a Block, mut state: State<'a>) -> Option<State<'a>> {
        let scope = state.locals.len();
        for stmt in &block.stmts {
            state = self.stmt(stmt, state)?;
        }
        state.locals.truncate(scope);
        Some(state)
    }

    fn stmt(&mut self, stmt: &'a Stmt, state: State<'a>) -> Option<State<'a>> {
        self.alive(stmt, state).filter(|state| !state.is_dead)
    }

    fn scoped(&mut self, stmt: &'a Stmt, state: State<'a>) -> Option<State<'a>> {
        let scope = state.locals.len();
        let mut end = self.stmt(stmt, state)?;
        end.locals.truncate(scope);
        Some(end)
    }

    fn alive(&mut self, stmt: &'a Stmt, state: State<'a>) -> Option<State<'a>> {
        if !self.step() {
            return Some(state);
        }
        match &stmt.kind {
            StmtKind::Declare { variables, init } => Some(self.declare(variables, init.as_ref(), state)),
            StmtKind::Expr(expr) => Some(self.eval(expr, state).0),
            StmtKind::If { condition, then, otherwise } => self.branch(condition, then, otherwise.as_deref(), state),
            StmtKind::Loop { init, condition, next, body } => {
                self.facts.loops.push(self.place(stmt.span));
                self.repeat(init.as_deref(), condition.as_ref(), next.as_deref(), body, state)
            }
            StmtKind::Block(block) | StmtKind::Unchecked(block) => self.block(block, state),
            StmtKind::Assembly(block) => {
                self.memory = Taint::NONE;
                self.block(block, state)
            }
            StmtKind::Return(value) => {
                self.give_back(stmt, value.as_ref(), state);
                None
            }
            StmtKind::Emit { path, args } => {
                let (state, _) = self.eval_all(args, state);
                let name = path.last().cloned().unwrap_or_default();
                self.record(EffectKind::Emit(name), self.place(stmt.span), &state);
                Some(state)
            }
            StmtKind::Revert { path, args } => {
                let (state, _) = self.eval_all(args, state);
                let message = path.join(".");
                self.fail(None, Some(message), stmt.span);
                drop(state);
                None
            }
            StmtKind::Try { call, clauses } => self.attempt(call, clauses, state),
            StmtKind::Break => {
                self.leave_loop(state);
                None
            }
            // What follows in the round is skipped; the next round begins with what is known here.
            StmtKind::Continue => {
                self.leave_loop(state);
                None
            }
            StmtKind::Placeholder => self.placeholder(state),
            StmtKind::Unknown => Some(state),
        }
    }

    fn declare(&mut self, variables: &'a [Option<Variable>], init: Option<&'a Expr>, state: State<'a>) -> State<'a> {
        let (mut state, value) = match init {
            Some(init) => self.eval(init, state),
            None => (state, Value::default()),
        };
        let (file, home) = (self.place(solwright_syntax::Span::new(0, 0)).file, self.home());
        for (at, variable) in variables.iter().enumerate() {
            let Some(variable) = variable else { continue };
            let part = match value.parts.get(at) {
                Some(part) => part.clone(),
                None if variables.len() == 1 => value.clone(),
                None => Value { slot: None, ..Value::made_of(Ty::Unknown, [&value]) },
            };
            let ty = self.program.ty(file, home, &variable.ty);
            // Before 0.5 a struct without a location pointed into storage, and `var` took the type of its value.
            let is_legacy = variable.location.is_none() && matches!(ty, Ty::Struct(_) | Ty::Unknown);
            let pointer = storage_pointer(variable).or_else(|| part.slot.clone().filter(|_| is_legacy));
            let mut part = if ty == Ty::Unknown { part } else { part.cast(ty) };
            part.slot = if pointer.is_some() { part.slot.or(pointer) } else { None };
            state.declare(&variable.name, part);
        }
        state
    }

    fn branch(
        &mut self,
        condition: &'a Expr,
        then: &'a Stmt,
        otherwise: Option<&'a Stmt>,
        state: State<'a>,
    ) -> Option<State<'a>> {
        let (state, value) = self.eval(condition, state);
        if state.is_dead {
            return None;
        }
        let mut yes = state.clone();
        self.assume(condition, &value, true, &mut yes);
        self.because = Some(self.negated(condition));
        let yes = self.scoped(then, yes);
        self.because = None;
        let mut no = state;
        self.assume(condition, &value, false, &mut no);
        let no = match otherwise {
            Some(otherwise) => self.scoped(otherwise, no),
            None => Some(no),
        };
        let mut access = [&yes, &no].map(|way| way.as_ref().map(|state| state.access));
        access.sort();
        let mut end = join(yes, no)?;
        // `if (!open) checkRole()`: what the contract's own settings leave open is not for anyone to open.
        let is_setting =
            value.taint.has(Taint::STORAGE) && !value.taint.has(Taint::PARAM | Taint::SENDER | Taint::VALUE);
        if let ([Some(None), Some(Some(guard))], true) = (access, is_setting) {
            end.access = Some(guard);
        }
        Some(end)
    }

    fn repeat(
        &mut self,
        init: Option<&'a Stmt>,
        condition: Option<&'a Expr>,
        next: Option<&'a Stmt>,
        body: &'a Stmt,
        state: State<'a>,
    ) -> Option<State<'a>> {
        let scope = state.locals.len();
        let mut state = match init {
            // The variables of `init` live as long as the loop; in assembly `init` is a block of its own.
            Some(Stmt { kind: StmtKind::Block(block), .. }) => {
                block.stmts.iter().try_fold(state, |state, stmt| self.stmt(stmt, state))?
            }
            Some(init) => self.stmt(init, state)?,
            None => state,
        };
        if let Some(condition) = condition {
            state = self.eval(condition, state).0;
        }
        let mut end = self.round(next, body, state.clone());
        if let Some(first) = end.clone().filter(|_| !self.is_second_round) {
            self.is_second_round = true;
            let again = match condition {
                Some(condition) => self.eval(condition, first).0,
                None => first,
            };
            end = join(end, self.round(next, body, again));
            self.is_second_round = false;
        }
        let mut end = join(Some(state), end)?;
        end.locals.truncate(scope);
        Some(end)
    }

    fn round(&mut self, next: Option<&'a Stmt>, body: &'a Stmt, state: State<'a>) -> Option<State<'a>> {
        self.loop_depth += 1;
        if let Some(frame) = self.frames.last_mut() {
            frame.breaks.push(None);
        }
        let end = self.scoped(body, state);
        let left = self.frames.last_mut().and_then(|frame| frame.breaks.pop()).flatten();
        let end = join(end, left);
        let end = match (end, next) {
            (Some(end), Some(next)) => self.scoped(next, end),
            (end, _) => end,
        };
        self.loop_depth -= 1;
        end
    }

    fn leave_loop(&mut self, state: State<'a>) {
        if let Some(left) = self.frames.last_mut().and_then(|frame| frame.breaks.last_mut()) {
            *left = join(left.take(), Some(state));
        } else if let Some(frame) = self.frames.last_mut() {
            // `leave` in assembly.
            frame.returned = join(frame.returned.take(), Some(state));
        }
    }

    fn give_back(&mut self, stmt: &'a Stmt, value: Option<&'a Expr>, state: State<'a>) {
        let (state, results) = match value {
            None => (state, Vec::new()),
            Some(value) => {
                let (state, value) = self.eval(value, state);
                let results = if value.parts.is_empty() { vec![value] } else { value.parts };
                (state, results)
            }
        };
        let is_root = self.frames.last().is_some_and(|frame| frame.site.is_none());
        if let (true, Some(value)) = (is_root, value) {
            let place = self.place(value.span);
            let text = self.program.snippet(place);
            self.facts.returns.push((self.place(stmt.span), text));
        }
        let Some(frame) = self.frames.last_mut() else { return };
        if frame.results.is_empty() {
            frame.results = results;
        } else {
            let old = std::mem::take(&mut frame.results);
            let both = old.into_iter().enumerate().map(|(at, value)| match results.get(at) {
                Some(other) => value.join(other),
                None => value,
            });
            frame.results = both.collect();
        }
        frame.returned = join(frame.returned.take(), Some(state));
    }

    fn attempt(&mut self, call: &'a Expr, clauses: &'a [CatchClause], state: State<'a>) -> Option<State<'a>> {
        let (state, _) = self.eval(call, state);
        let mut end = None;
        for clause in clauses {
            let mut inside = state.clone();
            let scope = inside.locals.len();
            let (file, home) = (self.place(call.span).file, self.home());
            for param in &clause.params {
                let ty = self.program.ty(file, home, &param.ty);
                inside.declare(&param.name, Value::tainted(ty, Taint::RETURNED));
            }
            let left = self.block(&clause.block, inside).map(|mut state| {
                state.locals.truncate(scope);
                state
            });
            end = join(end, left);
        }
        end
    }

    /// Writes down that the function stops here.
    pub fn fail(&mut self, condition: Option<String>, message: Option<String>, span: solwright_syntax::Span) {
        let place = self.place(span);
        let condition = condition.or_else(|| self.because.take());
        let failure = Failure { condition, message, place, site: self.site_of(place) };
        if !self.facts.failures.iter().any(|known| known.place == place && known.site == failure.site) {
            self.facts.failures.push(failure);
        }
    }
}
