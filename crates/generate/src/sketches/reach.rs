//! What an expression can reach from the state with what the function is given: `orders[id].owner`, `allowance[msg.sender][spender]`.

use super::words::{Topic, words};
use crate::grammar::{Callable, Place, Type, TypedScope};

/// Steps from a variable: more are rare, and their number grows with each.
const MOST_STEPS: usize = 4;
/// Expressions in all: a large contract has hundreds of variables.
const MOST_REACHES: usize = 1_500;

/// What a stub asks for, in words and types.
pub struct Asked<'a> {
    pub scope: &'a TypedScope,
    pub topic: Topic,
    /// Parameters with a name.
    pub params: Vec<(String, Type)>,
    /// Whether the body may ask who calls.
    pub knows_sender: bool,
}

/// An expression, its type, and what it took to get there.
#[derive(Clone, Debug)]
pub struct Reach {
    pub text: String,
    pub ty: Type,
    /// Words of the names on the way.
    pub words: Vec<String>,
    /// Parameters that it uses, as bits.
    pub used: u32,
    /// Whether it may be assigned to.
    pub writable: bool,
    /// Whether it is a length, which nothing but a count asks for.
    pub is_length: bool,
}

impl Asked<'_> {
    /// Every expression over the state that the parameters lead to.
    pub fn reaches(&self) -> Vec<Reach> {
        let is_param = |name: &String| self.params.iter().any(|(param, _)| param == name);
        let is_returned = |name: &String| self.scope.returns.iter().any(|(returned, _)| returned == name);
        let state = self.scope.values.iter().filter(|value| !is_param(&value.path[0]) && !is_returned(&value.path[0]));
        let mut all: Vec<Reach> = state
            .map(|value| Reach {
                text: value.path.join("."),
                ty: value.ty.clone(),
                words: value.path.last().map(|name| words(name)).unwrap_or_default(),
                used: 0,
                writable: value.writable,
                is_length: false,
            })
            .collect();
        let mut from = 0;
        for _ in 0..MOST_STEPS {
            let end = all.len();
            for at in from..end {
                if all.len() < MOST_REACHES {
                    let steps = self.steps(&all[at]);
                    all.extend(steps);
                }
            }
            from = end;
        }
        all
    }

    fn steps(&self, reach: &Reach) -> Vec<Reach> {
        match &reach.ty {
            Type::Mapping(key, value) => {
                let by = self.keys(key, reach.used);
                by.into_iter().map(|(key, used)| reach.at(&key, value.at(Place::Storage), used)).collect()
            }
            Type::Array(element, _, place) => {
                let by = self.keys(&Type::Uint(256), reach.used);
                let mut steps: Vec<Reach> = by
                    .into_iter()
                    .filter(|(key, _)| key != "msg.sender")
                    .map(|(key, used)| reach.at(&key, element.at(*place), used))
                    .collect();
                let mut length = reach.member("length", Type::Uint(256));
                length.words = [reach.words.clone(), words("lengthCountNumberTotal")].concat();
                (length.writable, length.is_length) = (false, true);
                steps.push(length);
                steps
            }
            Type::Struct(index, _) => {
                let fields = self.scope.structs[*index].fields.iter();
                fields.map(|(name, ty)| reach.member(name, ty.clone())).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What may stand for a key: parameters that are not used yet, and the caller where no address is given.
    fn keys(&self, key: &Type, used: u32) -> Vec<(String, u32)> {
        let mut keys: Vec<(String, u32)> = self
            .unused(used)
            .filter(|(_, _, ty)| self.scope.converts(ty, key))
            .map(|(bit, name, _)| (name.to_owned(), bit))
            .collect();
        if keys.is_empty() && *key == Type::Address && self.knows_sender {
            keys.push(("msg.sender".to_owned(), 0));
        }
        keys
    }

    /// Parameters that are not among `used`, each with its bit.
    pub fn unused(&self, used: u32) -> impl Iterator<Item = (u32, &str, &Type)> {
        let params = self.params.iter().take(32).enumerate();
        params.map(|(at, (name, ty))| (1 << at, name.as_str(), ty)).filter(move |(bit, ..)| used & bit == 0)
    }

    /// Arguments for `wanted` out of the parameters, by name and then by order, with the caller where an address is missing; and the
    /// parameters that are used then.
    pub fn arguments(&self, wanted: &[(String, Type)], used: u32) -> Option<(Vec<String>, u32)> {
        let (mut given, mut used) = (Vec::new(), used);
        for (place, (name, ty)) in wanted.iter().enumerate() {
            let fits: Vec<(u32, &str)> = self
                .unused(used)
                .filter(|(_, _, have)| self.scope.converts(have, ty))
                .map(|(bit, name, _)| (bit, name))
                .collect();
            let same = fits.iter().find(|(_, have)| words(have) == words(name));
            // An address too many before the others is the caller's.
            let addresses = wanted[place..].iter().filter(|(_, ty)| *ty == Type::Address).count();
            let is_caller = *ty == Type::Address && self.knows_sender && same.is_none() && addresses > fits.len();
            match same.or(fits.first()) {
                Some((bit, have)) if !is_caller => {
                    given.push((*have).to_owned());
                    used |= bit;
                }
                _ if is_caller => given.push("msg.sender".to_owned()),
                _ => return None,
            }
        }
        Some((given, used))
    }

    /// Functions that can be called by a plain name; `super.f` and `C.f` say the same of those.
    pub fn callables(&self) -> impl Iterator<Item = &Callable> {
        let known = |path: &[String]| self.scope.functions.iter().any(|other| other.path == path[path.len() - 1..]);
        self.scope.functions.iter().filter(move |function| function.path.len() == 1 || !known(&function.path))
    }

    /// What can be called on a value, with the parameters that are left to give: a library's functions that are attached to its type, and
    /// those of the contract that it is.
    pub fn callables_on(&self, reach: &Reach) -> impl Iterator<Item = (&Callable, &[(String, Type)])> {
        let attached = self.scope.attached.iter().filter(|attached| attached.receivers.as_ref() == Some(&reach.ty));
        let attached = attached.filter_map(|one| Some((&one.function, one.function.params.get(1..)?)));
        let own = match reach.ty {
            Type::Contract(index) => &self.scope.contracts[index].functions[..],
            _ => &[],
        };
        attached.chain(own.iter().map(|function| (function, &function.params[..])))
    }

    /// What is asked of each element, where an array is given: its name, and the same with one element in its place.
    pub fn each(&self) -> Option<(String, Self)> {
        let is_array = |ty: &Type| matches!(ty, Type::Array(..));
        let (array, _) = self.params.iter().find(|(_, ty)| is_array(ty))?;
        let element = |(name, ty): &(String, Type)| match ty {
            Type::Array(element, ..) => (format!("{name}[i]"), (**element).clone()),
            _ => (name.clone(), ty.clone()),
        };
        let params = self.params.iter().map(element).collect();
        Some((
            array.clone(),
            Self { scope: self.scope, topic: self.topic.clone(), params, knows_sender: self.knows_sender },
        ))
    }

    /// Parameters that are left over, as a burden on how well something fits.
    pub fn burden(&self, used: u32) -> f64 {
        0.3 * self.unused(used).count() as f64
    }
}

impl Reach {
    fn at(&self, key: &str, ty: Type, used: u32) -> Self {
        Self { text: format!("{}[{key}]", self.text), ty, used: self.used | used, ..self.clone() }
    }

    fn member(&self, name: &str, ty: Type) -> Self {
        Self {
            text: format!("{}.{name}", self.text),
            ty,
            words: [self.words.clone(), words(name)].concat(),
            ..self.clone()
        }
    }
}
