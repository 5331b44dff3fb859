//! The event that tells of a deed.

use super::{
    acts::Deed,
    asks::name_of,
    reach::Asked,
    words::{likeness, words},
};
use crate::grammar::{Callable, Type};

/// How well the event's name must fit.
const LEAST_FIT: f64 = 0.4;

/// An event that is emitted.
pub struct Told {
    /// How well it fits, 0 to 1.
    pub fit: f64,
    /// What must be kept before the deed is done.
    pub before: String,
    /// `emit …;`
    pub statement: String,
}

/// The event that fits the deed best.
pub fn tell(asked: &Asked<'_>, deed: &Deed) -> Option<Told> {
    let told = asked.scope.events.iter().filter_map(|event| announced(asked, deed, event));
    told.max_by(|a, b| a.fit.total_cmp(&b.fit))
}

fn announced(asked: &Asked<'_>, deed: &Deed, event: &Callable) -> Option<Told> {
    let name = name_of(event);
    let of_deed = [deed.words.clone(), words("setUpdatedChanged")].concat();
    let fit = asked.topic.fit(&name).max(likeness(&name, &of_deed));
    if fit < LEAST_FIT {
        return None;
    }
    let (mut before, mut args) = (String::new(), Vec::new());
    for (param, ty) in &event.params {
        let arg = argument(asked, deed, &words(param), ty, &args, &mut before)?;
        args.push(arg);
    }
    Some(Told { fit, before, statement: format!("emit {}({});", event.path.join("."), args.join(", ")) })
}

/// What an event's parameter is about: the old or the new value, a parameter of the like name that is not told yet, or who calls.
fn argument(
    asked: &Asked<'_>,
    deed: &Deed,
    wanted: &[String],
    ty: &Type,
    told: &[String],
    before: &mut String,
) -> Option<String> {
    let converts = |have: &Type| asked.scope.converts(have, ty);
    let says = |any: &[&str]| wanted.iter().any(|word| any.contains(&word.as_str()));
    let changed = deed.changed.as_ref().filter(|(_, held)| converts(held));
    if let Some((place, held)) = changed.filter(|(_, held)| held.is_value())
        && says(&["old", "previous", "prev", "before", "from"])
    {
        *before = format!("{} previous = {place};\n", written(asked, held)?);
        return Some("previous".to_owned());
    }
    let fitting = asked.params.iter().filter(|(name, have)| converts(have) && !told.contains(name));
    let scored = fitting.map(|(name, _)| (likeness(&words(name), wanted), name));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0));
    let sender = (*ty == Type::Address && asked.knows_sender && !told.iter().any(|arg| arg == "msg.sender"))
        .then(|| "msg.sender".to_owned());
    let is_caller = says(&["sender", "caller", "by", "operator", "admin"]);
    match best {
        Some((likeness, name)) if likeness > 0.0 || !is_caller => Some(name.clone()),
        _ if is_caller => sender,
        _ => changed.map(|(place, _)| place.clone()).or(sender),
    }
}

/// How a value type is written.
fn written(asked: &Asked<'_>, ty: &Type) -> Option<String> {
    Some(match ty {
        Type::Bool => "bool".to_owned(),
        Type::Address => "address".to_owned(),
        Type::Payable => "address payable".to_owned(),
        Type::Uint(bits) => format!("uint{bits}"),
        Type::Int(bits) => format!("int{bits}"),
        Type::Fixed(bytes) => format!("bytes{bytes}"),
        Type::Enum(index) => asked.scope.enums[*index].path.join("."),
        Type::Wrapped(index) => asked.scope.wrapped[*index].path.join("."),
        Type::Contract(index) => asked.scope.contracts[*index].path.join("."),
        _ => return None,
    })
}
