//! Bodies of functions that act: an assignment, a call or a payment, the event that tells of it, and what is returned.

use super::{
    Sketch,
    asks::name_of,
    reach::{Asked, Reach},
    tell::{Told, tell},
    words::{likeness, words},
};
use crate::grammar::{Callable, Place, Type};

/// Verbs that switch something on, and their opposites.
const ON: &[&str] = &[
    "add",
    "enable",
    "activate",
    "pause",
    "grant",
    "allow",
    "approve",
    "start",
    "open",
    "lock",
    "freeze",
    "whitelist",
    "blacklist",
    "register",
    "include",
    "exclude",
    "set",
];
const OFF: &[&str] = &[
    "remove",
    "disable",
    "deactivate",
    "unpause",
    "revoke",
    "disallow",
    "stop",
    "close",
    "unlock",
    "unfreeze",
    "unregister",
    "delete",
    "renounce",
    "end",
    "cancel",
];
const MORE: &[&str] = &["add", "increase", "deposit", "mint", "fund", "increment", "stake", "supply", "top"];
const LESS: &[&str] = &["sub", "decrease", "withdraw", "burn", "reduce", "decrement", "unstake", "remove", "redeem"];
const PAYS: &[&str] = &[
    "withdraw",
    "rescue",
    "recover",
    "claim",
    "sweep",
    "drain",
    "collect",
    "emergency",
    "eth",
    "ether",
    "bnb",
    "native",
];

/// What is done, before it is told of.
pub struct Deed {
    /// Statements.
    text: String,
    /// Words of what it is done to.
    pub words: Vec<String>,
    /// The place that is assigned to, and its type.
    pub changed: Option<(String, Type)>,
    /// What the function returns with it, when that is the call's own answer.
    returns: bool,
    fit: f64,
}

/// Every body of one deed, or of one for each element of an array that is given.
pub fn acts(asked: &Asked<'_>) -> Vec<Sketch> {
    let once = deeds(asked).into_iter().flat_map(|deed| told(asked, &deed));
    let each = asked.each().into_iter().flat_map(|(array, each)| {
        let deeds = deeds(&each).into_iter().filter(|deed| !deed.returns);
        let told = deeds.flat_map(move |deed| told(&each, &deed));
        told.map(move |one| {
            Sketch::new(format!("for (uint256 i = 0; i < {array}.length; i++) {{\n{}\n}}", one.body), one.fit)
        })
    });
    once.chain(each).filter_map(|sketch| returning(asked, sketch)).collect()
}

/// With what the function must return besides; none where that is not known.
fn returning(asked: &Asked<'_>, sketch: Sketch) -> Option<Sketch> {
    match &asked.scope.returns[..] {
        [] => Some(sketch),
        _ if sketch.body.starts_with("return ") => Some(sketch),
        [(_, Type::Bool)] => Some(Sketch::new(format!("{}\nreturn true;", sketch.body), sketch.fit)),
        _ => None,
    }
}

/// The deed with and without the event that fits it.
fn told(asked: &Asked<'_>, deed: &Deed) -> Vec<Sketch> {
    let mut sketches = vec![Sketch::new(deed.text.clone(), deed.fit)];
    if !deed.returns
        && let Some(Told { fit, before, statement }) = tell(asked, deed)
    {
        // Who has an event for it means it to be emitted.
        sketches.push(Sketch::new(format!("{before}{}\n{statement}", deed.text), deed.fit + 0.3 * fit));
    }
    sketches
}

fn deeds(asked: &Asked<'_>) -> Vec<Deed> {
    let reaches = asked.reaches();
    let mut deeds: Vec<Deed> =
        reaches.iter().filter(|reach| reach.writable).flat_map(|reach| assigned(asked, reach)).collect();
    deeds.extend(all_assigned(asked, &reaches));
    deeds.extend(asked.callables().filter_map(|function| called(asked, function)));
    deeds.extend(
        reaches
            .iter()
            .filter(|reach| !reach.ty.is_value() || matches!(reach.ty, Type::Contract(_)))
            .flat_map(|reach| called_on(asked, reach)),
    );
    deeds.extend(paid(asked));
    deeds
}

/// Assignments to one place.
fn assigned(asked: &Asked<'_>, reach: &Reach) -> Vec<Deed> {
    let fit = asked.topic.fit(&reach.words);
    let deed = |text: String, used: u32, fit: f64| Deed {
        text,
        words: reach.words.clone(),
        changed: Some((reach.text.clone(), reach.ty.clone())),
        returns: false,
        fit: fit - asked.burden(used),
    };
    let mut deeds = Vec::new();
    for (bit, name, ty) in asked.unused(reach.used) {
        if asked.scope.converts(ty, &reach.ty.at(Place::Memory)) && !asked.scope.holds_mapping(&reach.ty) {
            let alike = likeness(&words(name), &reach.words);
            deeds.push(deed(format!("{} = {name};", reach.text), reach.used | bit, fit + 0.2 * alike));
        }
        if let Type::Array(element, None, _) = &reach.ty
            && asked.scope.converts(ty, &element.at(Place::Memory))
        {
            deeds.push(deed(format!("{}.push({name});", reach.text), reach.used | bit, fit - 0.1));
        }
        if matches!((ty, &reach.ty), (Type::Uint(_), Type::Uint(_))) {
            for (sign, verbs) in [("+=", MORE), ("-=", LESS)] {
                if asked.topic.is_named(verbs) {
                    deeds.push(deed(format!("{} {sign} {name};", reach.text), reach.used | bit, fit));
                }
            }
        }
    }
    if reach.ty == Type::Bool {
        let off = asked.topic.is_named(OFF);
        let value = if off { "false" } else { "true" };
        let sure = if off || asked.topic.is_named(ON) { 0.0 } else { 0.15 };
        deeds.push(deed(format!("{} = {value};", reach.text), reach.used, fit - sure));
        if asked.topic.is_named(&["toggle", "flip", "switch"]) {
            deeds.push(deed(format!("{0} = !{0};", reach.text), reach.used, fit + 0.1));
        }
    }
    if asked.topic.is_named(&["delete", "remove", "clear", "reset", "revoke", "cancel"])
        && !asked.scope.holds_mapping(&reach.ty)
    {
        deeds.push(deed(format!("delete {};", reach.text), reach.used, fit - 0.15));
    }
    deeds
}

/// Each of several parameters to the variable of its own name.
fn all_assigned(asked: &Asked<'_>, reaches: &[Reach]) -> Option<Deed> {
    if asked.params.len() < 2 {
        return None;
    }
    let best = |(name, ty): &(String, Type)| {
        let wanted = words(name);
        let fitting = reaches
            .iter()
            .filter(|reach| reach.writable && reach.used == 0 && asked.scope.converts(ty, &reach.ty.at(Place::Memory)));
        let scored = fitting.map(|reach| (likeness(&wanted, &reach.words), reach));
        let (likeness, reach) = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
        (likeness >= 0.5).then(|| (likeness, format!("{} = {name};", reach.text), reach.words.clone()))
    };
    let found: Vec<(f64, String, Vec<String>)> = asked.params.iter().map(best).collect::<Option<_>>()?;
    let texts: Vec<&str> = found.iter().map(|(_, text, _)| text.as_str()).collect();
    let fit = found.iter().map(|(likeness, ..)| likeness).sum::<f64>() / found.len() as f64;
    let words = found.iter().flat_map(|(.., words)| words.clone()).collect();
    Some(Deed { text: texts.join("\n"), words, changed: None, returns: false, fit })
}

/// A call of a function of the contract.
fn called(asked: &Asked<'_>, function: &Callable) -> Option<Deed> {
    let name = name_of(function);
    let fit = asked.topic.fit_of_act(&name);
    let (args, used) = asked.arguments(&function.params, 0)?;
    let call = format!("{}({})", function.path.join("."), args.join(", "));
    deed_of(asked, function, call, name, used, fit)
}

/// A call of what is attached to a value, or of the contract that it is.
fn called_on(asked: &Asked<'_>, reach: &Reach) -> Vec<Deed> {
    let deed = |(function, params): (&Callable, &[(String, Type)])| {
        let said = [reach.words.clone(), name_of(function)].concat();
        let (args, used) = asked.arguments(params, reach.used)?;
        let call = format!("{}.{}({})", reach.text, function.path.last()?, args.join(", "));
        let fit = asked.topic.fit_of_act(&said);
        deed_of(asked, function, call, said, used, fit)
    };
    asked.callables_on(reach).filter_map(deed).collect()
}

/// A call as a deed; where the function returns what the call does, the call is returned.
fn deed_of(
    asked: &Asked<'_>,
    function: &Callable,
    call: String,
    words: Vec<String>,
    used: u32,
    fit: f64,
) -> Option<Deed> {
    let wanted: Vec<&Type> = asked.scope.returns.iter().map(|(_, ty)| ty).collect();
    let same = function.returns.len() == wanted.len()
        && function.returns.iter().zip(&wanted).all(|(have, want)| asked.scope.converts(have, want));
    let returns = same && !wanted.is_empty();
    let text = if returns { format!("return {call};") } else { format!("{call};") };
    (fit > 0.0).then(|| Deed { text, words, changed: None, returns, fit: fit - asked.burden(used) })
}

/// Ether to who is named, or to who calls.
fn paid(asked: &Asked<'_>) -> Vec<Deed> {
    if !asked.topic.is_named(PAYS) || asked.topic.says(&["token", "erc20", "nft"]) {
        return Vec::new();
    }
    let mut used = 0;
    let mut find = |wanted: fn(&Type) -> bool| {
        let found = asked.unused(used).find(|(_, _, ty)| wanted(ty)).map(|(bit, name, _)| (bit, name.to_owned()));
        found.map(|(bit, name)| {
            used |= bit;
            name
        })
    };
    let to = find(|ty| matches!(ty, Type::Address | Type::Payable)).unwrap_or_else(|| "msg.sender".to_owned());
    let amount = find(|ty| matches!(ty, Type::Uint(256))).unwrap_or_else(|| "address(this).balance".to_owned());
    let fit = 0.6 - asked.burden(used);
    let deed =
        |text: String, fit: f64| Deed { text, words: words("withdrawAmount"), changed: None, returns: false, fit };
    vec![
        deed(
            format!(
                "(bool success, ) = payable({to}).call{{value: {amount}}}(\"\");\nrequire(success, \"Transfer failed\");"
            ),
            fit,
        ),
        deed(format!("payable({to}).transfer({amount});"), fit - 0.05),
    ]
}
