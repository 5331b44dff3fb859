//! Edits that several fixes are made of. Where it is not certain what to write, there is no fix.

use super::{context::Context, shape::called, view::View};
use crate::{finding::Fix, fix::Edit};
use solwright_analysis::{
    ir::{Block, Expr, ExprKind, Function, Stmt, StmtKind},
    program::FunctionId,
};
use solwright_syntax::Span;

/// A fix of these edits; `None` when there are none.
pub(super) fn fix(title: impl Into<String>, edits: Vec<Edit>) -> Option<Fix> {
    (!edits.is_empty()).then(|| Fix { title: title.into(), edits })
}

/// Text at a place where nothing is taken away.
pub(super) fn insert(at: usize, text: impl Into<String>) -> Edit {
    (Span::new(at, at), text.into())
}

/// Another last name for `f` or `a.f`.
pub(super) fn rename(context: &Context<'_>, expr: &Expr, old: &str, new: &str) -> Option<Edit> {
    let end = expr.peeled().span.end;
    let place = Span::new(end.checked_sub(old.len())?, end);
    (place.text(context.program.text(0)) == old).then(|| (place, new.to_owned()))
}

/// A statement at the top of a function's body.
pub(super) fn at_top(context: &Context<'_>, function: &Function, code: &str) -> Option<Edit> {
    let text = context.program.text(0);
    let body = function.body.as_ref()?;
    let (open, first) = (body.span?.start + 1, body.stmts.first()?.span.start);
    Some(match text.get(open..first)?.find('\n') {
        Some(line) => insert(open + line + 1, format!("{}{code}{}", indent(text, first), end_of_line(text))),
        None => insert(open, format!(" {code}")),
    })
}

/// A statement after another one that stands in a block.
pub(super) fn after(context: &Context<'_>, view: &View<'_>, stmt: &Stmt, code: &str) -> Option<Edit> {
    let text = context.program.text(0);
    let rest = text.get(stmt.span.end..)?.lines().next().unwrap_or_default();
    // A remark on the statement stays with it.
    let (at, separator) = match rest.trim_start().starts_with("//") {
        true => (stmt.span.end + rest.len(), format!("{}{}", end_of_line(text), indent(text, stmt.span.start))),
        false => (stmt.span.end, separator(text, stmt.span.start)),
    };
    is_in_block(view, stmt).then(|| insert(at, separator + code))
}

/// A statement before the one that a place lies in.
pub(super) fn before(context: &Context<'_>, view: &View<'_>, place: Span, code: &str) -> Option<Edit> {
    let is_around = |stmt: &Stmt| stmt.span.contains_span(place) && is_in_block(view, stmt);
    let stmt = view.stmts().iter().rev().map(|(stmt, _)| *stmt).find(|stmt| is_around(stmt))?;
    let separator = separator(context.program.text(0), stmt.span.start);
    Some(insert(stmt.span.start, format!("{code}{separator}")))
}

/// The statement that puts the first result of a call into a variable, and that variable's name.
pub(super) fn holder<'a>(view: &View<'a>, call: Span) -> Option<(&'a Stmt, &'a str)> {
    view.stmts().iter().find_map(|(stmt, _)| match &stmt.kind {
        StmtKind::Expr(Expr { kind: ExprKind::Assign { target, value, .. }, .. }) if value.span == call => {
            let first = match &target.kind {
                ExprKind::Tuple(targets) => targets.first()?.as_ref()?,
                _ => target,
            };
            Some((*stmt, first.name()?))
        }
        StmtKind::Declare { variables, init: Some(init) } if init.span == call => {
            Some((*stmt, variables.first()?.as_ref()?.name.as_str()))
        }
        _ => None,
    })
}

/// `onlyOwner` on a function of the main file, where its contract has that modifier.
pub(super) fn only_owner(context: &Context<'_>, id: FunctionId) -> Option<Fix> {
    let program = context.program;
    let function = program.function(id);
    let modifier = program.find_modifier(program.function_contract(id)?, "onlyOwner")?;
    if program.function_file(id) != 0 || !program.function(modifier).params.is_empty() {
        return None;
    }
    let text = program.text(0);
    let (start, end) = (after_params(context, function)?, function.body.as_ref()?.span?.start);
    let head = text.get(start..end)?;
    let head = head.split("returns").next().unwrap_or(head).trim_end();
    fix("Add `onlyOwner`", vec![insert(start + head.len(), " onlyOwner")])
}

/// The place after the parameters of a function.
pub(super) fn after_params(context: &Context<'_>, function: &Function) -> Option<usize> {
    let from = function.params.last().map_or(function.name_span.end, |param| param.span.end);
    let rest = context.program.text(0).get(from..)?;
    Some(from + rest.find(')')? + 1)
}

/// What requires that a call succeeds whose success nothing looks at. A low-level call returns data too, since 0.5.
pub(super) fn require_success(context: &Context<'_>, call: Span, is_low: bool) -> Option<Fix> {
    let view = context.view_at(context.place(call))?;
    let is_old = context.program.allows_before(5);
    let require = |stmt, name: &str| after(context, view, stmt, &format!("require({name});"));
    let is_it = |stmt: &&Stmt| matches!(&stmt.kind, StmtKind::Expr(expr) if expr.span == call);
    let alone = view.stmts().iter().map(|(stmt, _)| *stmt).find(is_it);
    let edits = match (alone, holder(view, call)) {
        (_, Some((stmt, name))) => vec![require(stmt, name)?],
        (Some(_), _) if !is_low || is_old => vec![insert(call.start, "require("), insert(call.end, ")")],
        (Some(stmt), _) => {
            let name = free_name(view, stmt)?;
            vec![insert(call.start, format!("(bool {name}, ) = ")), require(stmt, &name)?]
        }
        _ => return None,
    };
    fix("Require that it succeeds", edits)
}

/// A name for the success of a call: `ok`, or a numbered one where several calls of a function get one.
fn free_name(view: &View<'_>, stmt: &Stmt) -> Option<String> {
    let is_low = |expr: &Expr| called(expr).is_some_and(|(name, _)| matches!(name, "call" | "delegatecall"));
    let is_before =
        |other: &Stmt| other.span < stmt.span && matches!(&other.kind, StmtKind::Expr(expr) if is_low(expr));
    let number = view.stmts().iter().filter(|(other, _)| is_before(other)).count() + 1;
    let name = if number == 1 { "ok".to_owned() } else { format!("ok{number}") };
    let is_free = view.scope().local(&name).is_none() && view.scope().variable(&name).is_none();
    is_free.then_some(name)
}

/// Whether a statement may have a neighbour: the branch of an `if` without braces may not.
fn is_in_block(view: &View<'_>, stmt: &Stmt) -> bool {
    let holds = |block: &Block| block.stmts.iter().any(|one| one.span == stmt.span);
    view.function.body.as_ref().is_some_and(holds)
        || view.stmts().iter().any(|(outer, _)| match &outer.kind {
            StmtKind::Block(block) | StmtKind::Unchecked(block) => holds(block),
            StmtKind::Try { clauses, .. } => clauses.iter().any(|clause| holds(&clause.block)),
            _ => false,
        })
}

/// What goes between a statement and its new neighbour: a line of its own where the statement has one.
fn separator(text: &str, start: usize) -> String {
    let line = &text[line_start(text, start)..start];
    if line.trim().is_empty() { format!("{}{line}", end_of_line(text)) } else { " ".to_owned() }
}

fn indent(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

fn end_of_line(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}
