//! Bodies by analogy: `removeMinter` is to `addMinter` what its name says, and a project is full of such pairs. The body of the likest
//! function is told again in the words of the stub.

use super::{
    Sketch,
    reach::Asked,
    words::{likeness, spans, words},
};
use crate::names::Scope as Names;
use solwright_analysis::{
    Program,
    ir::{self, FunctionKind},
    program::FunctionId,
};
use solwright_syntax::without_comments;

/// Functions that are told again.
const MOST: usize = 4;
/// Pairs of verbs, one of which undoes the other.
const OPPOSITES: &[(&str, &str)] = &[
    ("add", "remove"),
    ("add", "delete"),
    ("enable", "disable"),
    ("pause", "unpause"),
    ("grant", "revoke"),
    ("allow", "disallow"),
    ("allow", "deny"),
    ("start", "stop"),
    ("open", "close"),
    ("lock", "unlock"),
    ("include", "exclude"),
    ("register", "unregister"),
    ("activate", "deactivate"),
    ("freeze", "unfreeze"),
    ("increase", "decrease"),
    ("increment", "decrement"),
    ("deposit", "withdraw"),
    ("mint", "burn"),
    ("stake", "unstake"),
];

/// Bodies of the functions most like the stub, in its words.
pub fn analogies(asked: &Asked<'_>, program: &Program, own: FunctionId, names: &Names) -> Vec<Sketch> {
    let stub = program.function(own);
    let all = program.function_ids().filter(|&id| id != own);
    let mut likest: Vec<(f64, FunctionId)> =
        all.filter_map(|id| Some((alike(asked, program, stub, own, id)?, id))).collect();
    likest.sort_by(|a, b| b.0.total_cmp(&a.0));
    likest.truncate(MOST);
    likest.into_iter().flat_map(|(fit, id)| retold(asked, program, stub, id, names, fit)).collect()
}

/// How much a function with a body is like the stub, 0 to 1; none where too little is.
fn alike(asked: &Asked<'_>, program: &Program, stub: &ir::Function, own: FunctionId, id: FunctionId) -> Option<f64> {
    let other = program.function(id);
    let home = program.function_contract(id);
    if other.kind != FunctionKind::Function || other.body.is_none() {
        return None;
    }
    let kinds = |list: &ir::Parameters, file: usize| -> Vec<String> {
        list.iter().map(|variable| variable.ty.span.text(program.text(file)).to_owned()).collect()
    };
    let (mine, theirs) = (program.function_file(own), program.function_file(id));
    let same = |a: &ir::Parameters, b: &ir::Parameters| f64::from(kinds(a, mine) == kinds(b, theirs));
    let names = likeness(&asked.topic.name, &words(&other.name));
    let acts = f64::from(stub.is_mutating() == other.is_mutating());
    let near = f64::from(home == program.function_contract(own));
    let like = 0.5 * names
        + 0.2 * same(&stub.params, &other.params)
        + 0.15 * same(&stub.returns, &other.returns)
        + 0.1 * acts
        + 0.05 * near;
    (names > 0.0 && like > 0.5 && acts > 0.0).then_some(like)
}

/// The body in the words of the stub; where its verb undoes the other's, also with what it does undone.
fn retold(
    asked: &Asked<'_>,
    program: &Program,
    stub: &ir::Function,
    id: FunctionId,
    names: &Names,
    fit: f64,
) -> Vec<Sketch> {
    let other = program.function(id);
    let text = program.text(program.function_file(id));
    let Some(body) = other.body.as_ref().and_then(|body| body.span).map(|span| span.text(text)) else {
        return Vec::new();
    };
    let clean = without_comments(body);
    let Some(inside) = clean.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return Vec::new();
    };
    let swap = Swap::of(asked, stub, other);
    let told = swap.retell(inside, names);
    let mut sketches = Vec::new();
    if undoes(&asked.topic.name, &words(&other.name)) {
        sketches.push(Sketch::new(undone(&told), fit));
        sketches.push(Sketch::new(told, fit - 0.15));
    } else {
        sketches.push(Sketch::new(told, fit));
    }
    sketches
}

/// What is exchanged for what.
struct Swap {
    /// Parameters by their names.
    params: Vec<(String, String)>,
    /// The words of the other's name that the stub's has not, and those that it has in their place.
    words: Option<(Vec<String>, Vec<String>)>,
}

impl Swap {
    fn of(asked: &Asked<'_>, stub: &ir::Function, other: &ir::Function) -> Self {
        let pairs = other.params.iter().zip(&stub.params).chain(other.returns.iter().zip(&stub.returns));
        let named = pairs.filter(|(a, b)| !a.name.is_empty() && !b.name.is_empty() && a.name != b.name);
        let params = named.map(|(a, b)| (a.name.clone(), b.name.clone())).collect();
        let (mine, theirs) = (&asked.topic.name, words(&other.name));
        let before = theirs.iter().zip(mine).take_while(|(a, b)| a == b).count();
        let rest = theirs.len().min(mine.len()) - before;
        let after = theirs.iter().rev().zip(mine.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
        let from = theirs[before..theirs.len() - after].to_vec();
        let to = mine[before..mine.len() - after].to_vec();
        Self { params, words: (!from.is_empty() && !to.is_empty()).then_some((from, to)) }
    }

    /// Every identifier in the stub's words, where that is something that the file knows.
    fn retell(&self, code: &str, names: &Names) -> String {
        let mut out = String::new();
        let mut rest = code;
        while let Some(sign) = rest.chars().next() {
            if sign.is_ascii_alphabetic() || sign == '_' || sign == '$' {
                let end =
                    rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
                let (name, tail) = rest.split_at(end);
                out.push_str(&self.renamed(name, names).unwrap_or_else(|| name.to_owned()));
                rest = tail;
            } else {
                let end = if sign == '"' || sign == '\'' { text_end(rest, sign) } else { sign.len_utf8() };
                out.push_str(&rest[..end]);
                rest = &rest[end..];
            }
        }
        out
    }

    fn renamed(&self, name: &str, names: &Names) -> Option<String> {
        if let Some((_, to)) = self.params.iter().find(|(from, _)| from == name) {
            return Some(to.clone());
        }
        let (from, to) = self.words.as_ref()?;
        let spans = spans(name);
        let said = words(name);
        let at = (0..=said.len().checked_sub(from.len())?).find(|&at| said[at..].starts_with(from))?;
        let (start, end) = (spans[at].0, spans[at + from.len() - 1].1);
        let plural = if name[start..end].ends_with('s') && !from.last()?.ends_with('s') { "s" } else { "" };
        let style = Style::of(name, start);
        let told = [&name[..start], &style.join(to), plural, &name[end..]].concat();
        let bare = [&name[..start], &style.join(to), &name[end..]].concat();
        [told, bare].into_iter().find(|told| names.knows(told))
    }
}

/// How words are joined to a name.
enum Style {
    /// `likeThis`
    Small,
    /// `LikeThis`
    Capital,
    /// `LIKE_THIS`
    Loud,
}

impl Style {
    fn of(name: &str, start: usize) -> Self {
        let first = name.as_bytes()[start];
        if name.len() > 1 && !name.bytes().any(|byte| byte.is_ascii_lowercase()) {
            Self::Loud
        } else if first.is_ascii_uppercase() {
            Self::Capital
        } else {
            Self::Small
        }
    }

    fn join(&self, words: &[String]) -> String {
        let capital = |word: &String| word[..1].to_ascii_uppercase() + &word[1..];
        match self {
            Self::Loud => words.join("_").to_ascii_uppercase(),
            Self::Capital => words.iter().map(capital).collect(),
            Self::Small => words[0].clone() + &words[1..].iter().map(capital).collect::<String>(),
        }
    }
}

fn text_end(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, sign) in rest.char_indices().skip(1) {
        if sign == quote && !escaped {
            return at + sign.len_utf8();
        }
        escaped = sign == '\\' && !escaped;
    }
    rest.len()
}

/// Whether one of the names has a verb that undoes one of the other's.
fn undoes(a: &[String], b: &[String]) -> bool {
    let has = |words: &[String], verb: &str| words.iter().any(|word| word == verb);
    OPPOSITES.iter().any(|(on, off)| has(a, on) && has(b, off) || has(a, off) && has(b, on))
}

/// What switched on is switched off, and what added subtracts.
fn undone(code: &str) -> String {
    const PAIRS: [(&str, &str); 3] = [("= true", "= false"), (" += ", " -= "), (", true)", ", false)")];
    let mut out = code.to_owned();
    for (on, off) in PAIRS {
        const MARK: &str = "\u{0}";
        out = out.replace(on, MARK).replace(off, on).replace(MARK, off);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn swap(from: &str, to: &str) -> Swap {
        Swap { params: vec![("a".to_owned(), "b".to_owned())], words: Some((words(from), words(to))) }
    }

    fn known(names: &[&str]) -> Names {
        Names { names: names.iter().map(|name| (*name).to_owned()).collect(), ..Names::default() }
    }

    #[test]
    fn names_are_told_in_the_words_of_the_stub_where_the_file_knows_them() {
        let names = known(&["sellFee", "SellFeeSet", "MAX_SELL_FEE", "_sellFees"]);
        let told = swap("buy", "sell")
            .retell("buyFee = a; emit BuyFeeSet(a, \"buyFee a\"); MAX_BUY_FEE; _buyFees; buyer;", &names);
        assert_eq!(told, "sellFee = b; emit SellFeeSet(b, \"buyFee a\"); MAX_SELL_FEE; _sellFees; buyer;");
    }

    #[test]
    fn what_a_verb_undoes_is_undone() {
        assert!(
            undoes(&words("removeMinter"), &words("addMinter")) && !undoes(&words("addBurner"), &words("addMinter"))
        );
        assert_eq!(undone("m[a] = true; n += 1;"), "m[a] = false; n -= 1;");
    }
}
