//! The changes that are made to a function, one at a time.

use super::{
    change::{Change, Mutant},
    original::{Original, Place, computes},
};
use solwright_analysis::ir::{BinaryOp, Expr, ExprKind, Stmt, StmtKind, UnaryOp};
use solwright_syntax::Span;

/// A statement that does nothing may stand wherever one stands.
const NOTHING: &str = "{}";

/// All mutants of a function; some of them may not compile.
pub fn mutants(original: &Original<'_>) -> Vec<Mutant> {
    let mut all = of_head(original);
    for place in original.statements() {
        all.extend(of_statement(original, place));
    }
    for block in original.blocks() {
        all.extend(of_block(original, &block));
    }
    all
}

fn of_head(original: &Original<'_>) -> Vec<Mutant> {
    let modifiers = original.function().modifiers.iter().filter_map(|call| {
        let change = Change::ModifierDropped(call.path.last()?.clone());
        Some(Mutant::of(original, change, vec![(call.span, String::new())]))
    });
    let head = original.head();
    let visibility = ["external", "public"].into_iter().find_map(|word| {
        let at = head.start + original.text(head).find(&format!(" {word}"))? + 1;
        Some(Mutant::of(original, Change::Hidden, vec![(Span::new(at, at + word.len()), "internal".to_owned())]))
    });
    modifiers.chain(visibility).collect()
}

fn of_statement(original: &Original<'_>, Place { stmt, span, is_unchecked }: Place<'_>) -> Vec<Mutant> {
    let mut all = Vec::new();
    let mut dropped = |change, with: &str| all.push(Mutant::of(original, change, vec![(span, with.to_owned())]));
    if let StmtKind::Emit { path, .. } = &stmt.kind
        && let Some(event) = path.last()
    {
        dropped(Change::EventDropped(event.clone()), NOTHING);
    }
    if let Some(name) = original.written(stmt) {
        dropped(Change::WriteDropped(name), NOTHING);
    }
    if let Some(target) = original.called(stmt) {
        let with = match &stmt.kind {
            StmtKind::Declare { variables, .. } => {
                let ok = variables.first().and_then(Option::as_ref).map_or("ok", |variable| variable.name.as_str());
                format!("bool {ok} = true;")
            }
            _ => NOTHING.to_owned(),
        };
        dropped(Change::CallDropped(target.to_owned()), &with);
    }
    if let StmtKind::Expr(expr) = &stmt.kind
        && computes(expr)
        && !is_unchecked
        && !original.is_old()
    {
        dropped(Change::Unchecked, &format!("unchecked {{ {} }}", original.text(span)));
    }
    if let Some(Check { condition, asked }) = check(original, stmt).filter(|check| is_alone(original, check)) {
        dropped(Change::CheckDropped(asked.clone()), NOTHING);
        let contrary = format!("!({})", original.text(condition));
        all.push(Mutant::of(original, Change::CheckNegated(asked), vec![(condition, contrary)]));
    }
    all
}

/// Statements of one block that change places.
fn of_block(original: &Original<'_>, block: &[Place<'_>]) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (at, write) in block.iter().enumerate() {
        let Some(name) = original.written(write.stmt) else { continue };
        let text = original.text(write.span);
        if let Some(next) = block.get(at + 1)
            && let Some(second) = original.written(next.stmt).filter(|second| *second != name)
        {
            let edits = vec![(write.span, original.text(next.span).to_owned()), (next.span, text.to_owned())];
            all.push(Mutant::of(original, Change::WritesSwapped(name.clone(), second), edits));
        }
        for later in &block[at + 1..] {
            let Some(call) = original.called(later.stmt) else { continue };
            let change = Change::WrittenLate { name: name.clone(), call: call.to_owned() };
            let after = format!("{} {text}", original.text(later.span));
            all.push(Mutant::of(original, change, vec![(write.span, String::new()), (later.span, after)]));
        }
    }
    all
}

/// A statement that reverts unless a condition holds.
struct Check {
    /// What is between the parentheses.
    condition: Span,
    /// What must hold.
    asked: String,
}

fn check(original: &Original<'_>, stmt: &Stmt) -> Option<Check> {
    match &stmt.kind {
        StmtKind::Expr(Expr { kind: ExprKind::Call { callee, args, .. }, .. }) => {
            let condition = args.first().filter(|_| callee.name() == Some("require"))?.value.span;
            Some(Check { condition, asked: original.text(condition).to_owned() })
        }
        StmtKind::If { condition, then, otherwise: None } if only_reverts(then) => {
            Some(Check { condition: condition.span, asked: contrary(original, condition) })
        }
        _ => None,
    }
}

/// Whether no other check asks for the same.
fn is_alone(original: &Original<'_>, one: &Check) -> bool {
    let statements = original.statements();
    let all = statements.iter().filter_map(|place| check(original, place.stmt));
    all.filter(|other| other.asked == one.asked).count() == 1
}

fn only_reverts(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Block(block) => matches!(&block.stmts[..], [only] if only_reverts(only)),
        StmtKind::Revert { .. } => true,
        StmtKind::Expr(Expr { kind: ExprKind::Call { callee, .. }, .. }) => callee.name() == Some("revert"),
        _ => false,
    }
}

/// What holds when the condition does not, as one would write it.
fn contrary(original: &Original<'_>, condition: &Expr) -> String {
    let condition = condition.peeled();
    let text = |expr: &Expr| original.text(expr.span).to_owned();
    match &condition.kind {
        ExprKind::Unary(UnaryOp::Not, inner) => text(inner.peeled()),
        ExprKind::Binary(left, op, right) => {
            let sign = match op {
                BinaryOp::Eq => "!=",
                BinaryOp::Ne => "==",
                BinaryOp::Lt => ">=",
                BinaryOp::Ge => "<",
                BinaryOp::Gt => "<=",
                BinaryOp::Le => ">",
                _ => return format!("!({})", text(condition)),
            };
            format!("{} {sign} {}", text(left), text(right))
        }
        _ => format!("!{}", text(condition)),
    }
}
