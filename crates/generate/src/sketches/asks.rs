//! Bodies of functions that only ask: `return balances[account];`.

use super::{
    Sketch,
    reach::{Asked, Reach},
    words::words,
};
use crate::grammar::{Callable, Type};

/// Words of a question about time.
const TIMES: &[&str] =
    &["expired", "ended", "end", "started", "start", "open", "active", "over", "deadline", "elapsed", "unlocked"];

/// Every body of one statement that returns what is asked for.
pub fn asks(asked: &Asked<'_>) -> Vec<Sketch> {
    let reaches = asked.reaches();
    let values = |ty: &Type| {
        let mut values = read(asked, &reaches, ty);
        values.extend(called(asked, ty));
        values.extend(reaches.iter().flat_map(|reach| asked_of(asked, reach, ty)));
        if *ty == Type::Bool {
            values.extend(reaches.iter().flat_map(|reach| compared(asked, reach)));
        }
        values
    };
    match &asked.scope.returns[..] {
        [] => Vec::new(),
        [(_, ty)] => {
            values(ty).into_iter().map(|Value { text, fit }| Sketch::new(format!("return {text};"), fit)).collect()
        }
        several => together(asked, &reaches, several).into_iter().collect(),
    }
}

/// An expression and how well it fits.
struct Value {
    text: String,
    fit: f64,
}

/// What the state holds.
fn read(asked: &Asked<'_>, reaches: &[Reach], ty: &Type) -> Vec<Value> {
    let fitting =
        reaches.iter().filter(|reach| asked.scope.converts(&reach.ty, ty) && !asked.scope.holds_mapping(&reach.ty));
    fitting.map(|reach| Value { text: reach.text.clone(), fit: fit(asked, reach) }).collect()
}

fn fit(asked: &Asked<'_>, reach: &Reach) -> f64 {
    let counts = asked.topic.is_named(&["length", "count", "number", "total", "size", "amount"]);
    let length = if reach.is_length && !counts { 0.3 } else { 0.0 };
    asked.topic.fit(&reach.words) - asked.burden(reach.used) - length
}

/// What a function of the contract answers.
fn called(asked: &Asked<'_>, ty: &Type) -> Vec<Value> {
    let answers =
        asked.callables().filter(|function| matches!(&function.returns[..], [one] if asked.scope.converts(one, ty)));
    answers
        .filter_map(|function| {
            let (args, used) = asked.arguments(&function.params, 0)?;
            let text = format!("{}({})", function.path.join("."), args.join(", "));
            Some(Value { text, fit: asked.topic.fit_of_act(&name_of(function)) - asked.burden(used) })
        })
        .collect()
}

/// What stands behind a value answers: a library that is used for its type, or the contract that it is.
fn asked_of(asked: &Asked<'_>, reach: &Reach, ty: &Type) -> Vec<Value> {
    let answer = |(function, params): (&Callable, &[(String, Type)])| {
        let [one] = &function.returns[..] else { return None };
        if !asked.scope.converts(one, ty) {
            return None;
        }
        let (args, used) = asked.arguments(params, reach.used)?;
        let text = format!("{}.{}({})", reach.text, function.path.last()?, args.join(", "));
        let fit = asked.topic.fit(&[reach.words.clone(), name_of(function)].concat());
        Some(Value { text, fit: fit - asked.burden(used) - 0.1 })
    };
    asked.callables_on(reach).filter_map(answer).collect()
}

/// Yes or no of a value: the same as a parameter, more than nothing, somebody, in the past.
fn compared(asked: &Asked<'_>, reach: &Reach) -> Vec<Value> {
    let fit = fit(asked, reach);
    let with = |bit: u32| fit + asked.burden(reach.used) - asked.burden(reach.used | bit);
    let mut values = Vec::new();
    for (bit, name, ty) in asked.unused(reach.used) {
        if *ty == reach.ty && reach.ty.is_value() && reach.ty != Type::Bool {
            values.push(Value { text: format!("{} == {name}", reach.text), fit: with(bit) - 0.05 });
        }
        if *ty == reach.ty && matches!(ty, Type::Uint(_)) {
            values.push(Value { text: format!("{} >= {name}", reach.text), fit: with(bit) - 0.2 });
        }
    }
    match &reach.ty {
        Type::Uint(_) => {
            values.push(Value { text: format!("{} > 0", reach.text), fit: fit - 0.15 });
            if asked.topic.says(TIMES) && asked.knows_sender {
                values.push(Value { text: format!("block.timestamp >= {}", reach.text), fit: fit - 0.05 });
                values.push(Value { text: format!("block.timestamp > {}", reach.text), fit: fit - 0.1 });
                values.push(Value { text: format!("block.timestamp < {}", reach.text), fit: fit - 0.1 });
            }
        }
        Type::Address => values.push(Value { text: format!("{} != address(0)", reach.text), fit: fit - 0.15 }),
        Type::Bool => values.push(Value { text: format!("!{}", reach.text), fit: fit - 0.3 }),
        Type::Enum(index) => {
            let held = &asked.scope.enums[*index];
            for member in &held.members {
                let said = [reach.words.clone(), words(member)].concat();
                let text = format!("{} == {}.{member}", reach.text, held.path.join("."));
                values.push(Value { text, fit: asked.topic.fit(&said) - asked.burden(reach.used) });
            }
        }
        _ => {}
    }
    values
}

/// Several values at once: each the one that its own name fits best, or the fields of one struct in their order.
fn together(asked: &Asked<'_>, reaches: &[Reach], returns: &[(String, Type)]) -> Option<Sketch> {
    let best = |(name, ty): &(String, Type)| {
        let wanted = words(name);
        let fitting = reaches.iter().filter(|reach| asked.scope.converts(&reach.ty, ty));
        let likeness = |reach: &Reach| {
            super::words::likeness(&wanted, &reach.words) + 0.2 * asked.topic.fit(&reach.words)
                - asked.burden(reach.used)
        };
        let fitting = fitting.map(|reach| (likeness(reach), reach));
        fitting.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(likeness, _)| *likeness > 0.3)
    };
    let found: Vec<(f64, &Reach)> = returns.iter().map(best).collect::<Option<_>>()?;
    let fit = found.iter().map(|(likeness, _)| likeness).sum::<f64>() / found.len() as f64;
    let texts: Vec<&str> = found.iter().map(|(_, reach)| reach.text.as_str()).collect();
    Some(Sketch::new(format!("return ({});", texts.join(", ")), fit))
}

/// Words of a function's name.
pub fn name_of(function: &Callable) -> Vec<String> {
    function.path.last().map(|name| words(name)).unwrap_or_default()
}
