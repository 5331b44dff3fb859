//! A grammar while it is made: alternatives by rule, pruned to what can be finished, and written in llguidance's dialect of Lark.
//!
//! In an alternative's text `@name` stands for another rule and `@name{expr}` for one whose parameter changes. The parameter has
//! 64 bits: which locals are visible, and the flags below.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::Write,
};

/// Most locals that have a bit of their own.
pub const MOST_LOCALS: usize = 58;
/// Inside of a loop.
pub const IN_LOOP: usize = 62;
/// Inside of `unchecked`.
pub const IN_UNCHECKED: usize = 63;
/// Never set: keeps llguidance from merging a rule of one parametric symbol with that symbol, which would lose the parameter.
pub(super) const NEVER: usize = 61;

/// When an alternative holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum When {
    Always,
    /// Where the local of this bit is visible.
    Local(usize),
    /// A condition as llguidance writes it.
    If(String),
}

/// One way to say a rule.
#[derive(Clone, Debug)]
pub(super) struct Alternative {
    pub(super) text: String,
    refs: Vec<String>,
    pub(super) when: When,
}

/// The rules so far.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub(super) rules: BTreeMap<String, Vec<Alternative>>,
    seen: HashSet<(String, String)>,
    terminals: BTreeMap<String, String>,
}

impl Rules {
    /// Adds an alternative.
    pub fn add(&mut self, rule: &str, text: impl Into<String>) {
        self.push(rule, text.into(), When::Always);
    }

    /// Adds an alternative that holds where the local of a bit is visible.
    pub fn add_local(&mut self, rule: &str, text: impl Into<String>, bit: usize) {
        self.push(rule, text.into(), When::Local(bit));
    }

    /// Adds an alternative under a condition.
    pub fn add_if(&mut self, rule: &str, text: impl Into<String>, condition: impl Into<String>) {
        self.push(rule, text.into(), When::If(condition.into()));
    }

    /// Names a pattern.
    pub fn terminal(&mut self, name: impl Into<String>, pattern: impl Into<String>) {
        self.terminals.insert(name.into(), pattern.into());
    }

    fn push(&mut self, rule: &str, text: String, when: When) {
        let key = format!("{text} {when:?}");
        if self.seen.insert((rule.to_owned(), key)) {
            self.rules.entry(rule.to_owned()).or_default().push(Alternative::new(text, when));
        }
    }

    /// The grammar, from `start`; none where nothing can be said at all.
    pub fn write(mut self) -> Option<String> {
        self.prune();
        self.rules.get("start")?;
        self.factor();
        let reachable = self.reachable();
        let parametric = self.parametric();
        let mut out = String::from(
            "%llguidance {\"ignore_once\": true, \"allow_initial_skip\": true}\n%ignore /([ \\t]{1,24}|([ \\t]{0,24}\\r?\\n){1,4}[ \\t]{0,80})/\n",
        );
        let mut used = HashSet::new();
        for (name, alternatives) in self.rules.iter().filter(|(name, _)| reachable.contains(name.as_str())) {
            let is_parametric = parametric.contains(name.as_str()) && name != "start";
            out.push_str(name);
            out.push_str(if is_parametric { "::_ :" } else { " :" });
            for (number, alternative) in alternatives.iter().enumerate() {
                out.push_str(if number > 0 { "\n  | " } else { " " });
                render(&mut out, &alternative.text, &parametric);
                words(&alternative.text, &mut used);
                if let Some(condition) = alternative.when.text() {
                    let _ = write!(out, " %if {condition}");
                }
            }
            if is_parametric && alternatives.len() == 1 {
                let _ = write!(out, "\n  | \"\\u0001\" %if bit_set({NEVER})");
            }
            out.push('\n');
        }
        for (name, pattern) in self.terminals.iter().filter(|(name, _)| used.contains(name.as_str())) {
            let _ = writeln!(out, "{name}: {pattern}");
        }
        Some(out)
    }

    /// Leaves out what can never be finished, and puts conditions on what only some locals can finish, so that there are no dead ends.
    fn prune(&mut self) {
        let with_all = self.finished(&|_| true);
        let without = self.finished(&|_| false);
        for alternatives in self.rules.values_mut() {
            alternatives.retain(|one| one.refs.iter().all(|name| with_all.contains(name)));
        }
        self.rules.retain(|_, alternatives| !alternatives.is_empty());
        let partial: Vec<String> = with_all.iter().filter(|name| !without.contains(*name)).cloned().collect();
        if partial.is_empty() {
            return;
        }
        let mut bits: HashMap<String, Vec<usize>> = HashMap::new();
        for bit in self.local_bits() {
            let finished = self.finished(&|local| local == bit);
            for name in partial.iter().filter(|name| finished.contains(*name)) {
                bits.entry(name.clone()).or_default().push(bit);
            }
        }
        let partial: HashSet<String> = partial.into_iter().collect();
        for alternatives in self.rules.values_mut() {
            alternatives.retain_mut(|one| one.limit(&partial, &bits));
        }
    }

    fn local_bits(&self) -> HashSet<usize> {
        let all = self.rules.values().flatten();
        all.filter_map(|one| if let When::Local(bit) = one.when { Some(bit) } else { None }).collect()
    }

    /// Rules that can be finished when the locals that `visible` takes can be seen.
    fn finished(&self, visible: &dyn Fn(usize) -> bool) -> HashSet<String> {
        let mut waiting: HashMap<&str, Vec<(usize, &str)>> = HashMap::new();
        let mut missing: Vec<usize> = Vec::new();
        let mut done: HashSet<&str> = HashSet::new();
        let mut ready: Vec<&str> = Vec::new();
        for (name, alternatives) in &self.rules {
            for one in alternatives {
                if matches!(one.when, When::Local(bit) if !visible(bit)) {
                    continue;
                }
                let distinct: HashSet<&str> = one.refs.iter().map(String::as_str).collect();
                if distinct.is_empty() {
                    ready.push(name);
                }
                for reference in &distinct {
                    waiting.entry(reference).or_default().push((missing.len(), name));
                }
                missing.push(distinct.len());
            }
        }
        while let Some(name) = ready.pop() {
            if !done.insert(name) {
                continue;
            }
            for &(at, owner) in waiting.get(name).into_iter().flatten() {
                missing[at] -= 1;
                if missing[at] == 0 {
                    ready.push(owner);
                }
            }
        }
        done.into_iter().map(str::to_owned).collect()
    }

    fn reachable(&self) -> HashSet<&str> {
        let (mut seen, mut open) = (HashSet::new(), vec!["start"]);
        while let Some(name) = open.pop() {
            if seen.insert(name) {
                let alternatives = self.rules.get(name).into_iter().flatten();
                open.extend(alternatives.flat_map(|one| one.refs.iter().map(String::as_str)));
            }
        }
        seen
    }

    /// Rules whose meaning depends on the parameter.
    fn parametric(&self) -> HashSet<String> {
        let mut found: HashSet<String> = HashSet::new();
        let mut users: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut open: Vec<&str> = Vec::new();
        for (name, alternatives) in &self.rules {
            for one in alternatives {
                if one.when != When::Always || one.text.contains("{set_") || one.text.contains("{bit_or") {
                    open.push(name);
                }
                one.refs.iter().for_each(|reference| users.entry(reference).or_default().push(name));
            }
        }
        while let Some(name) = open.pop() {
            if found.insert(name.to_owned()) {
                open.extend(users.get(name).into_iter().flatten());
            }
        }
        found
    }
}

impl Alternative {
    pub(super) fn new(text: String, when: When) -> Self {
        Self { refs: refs(&text), text, when }
    }

    /// Restricts it to where its rules can be finished; false where that is nowhere.
    fn limit(&mut self, partial: &HashSet<String>, bits: &HashMap<String, Vec<usize>>) -> bool {
        let mut conditions: Vec<String> = self.when.text().into_iter().collect();
        let plain = conditions.len();
        let mut names: Vec<&String> = self.refs.iter().filter(|name| partial.contains(*name)).collect();
        names.dedup();
        for name in names {
            let Some(bits) = bits.get(name) else { return false };
            let any = bits.iter().map(|bit| format!("bit_set({bit})")).reduce(|a, b| format!("or({a}, {b})"));
            if let Some(any) = any.filter(|any| !conditions.contains(any)) {
                conditions.push(any);
            }
        }
        if conditions.len() > plain
            && let Some(all) = conditions.into_iter().reduce(|a, b| format!("and({a}, {b})"))
        {
            self.when = When::If(all);
        }
        true
    }
}

impl When {
    fn text(&self) -> Option<String> {
        match self {
            Self::Always => None,
            Self::Local(bit) => Some(format!("bit_set({bit})")),
            Self::If(condition) => Some(condition.clone()),
        }
    }
}

/// Names after `@`.
fn refs(text: &str) -> Vec<String> {
    let parts = text.split('@').skip(1);
    parts.map(|part| part.chars().take_while(|sign| sign.is_ascii_alphanumeric() || *sign == '_').collect()).collect()
}

fn words(text: &str, used: &mut HashSet<String>) {
    let outside = text.split('"').step_by(2);
    for part in outside {
        for word in part.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_') {
            if word.starts_with(|sign: char| sign.is_ascii_uppercase()) {
                used.insert(word.to_owned());
            }
        }
    }
}

fn render(out: &mut String, text: &str, parametric: &HashSet<String>) {
    let mut parts = text.split('@');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').unwrap_or(part.len());
        let (name, mut rest) = part.split_at(end);
        out.push_str(name);
        let changed = rest.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        if let Some((expression, after)) = changed {
            rest = after;
            if parametric.contains(name) {
                let _ = write!(out, "::{expression}");
            }
        } else if parametric.contains(name) {
            out.push_str("::_");
        }
        out.push_str(rest);
    }
}

/// Literals between which white space may stand: `a.b` becomes `"a" "." "b"`.
pub fn path(parts: &[String]) -> String {
    let quoted: Vec<String> = parts.iter().map(|part| format!("\"{part}\"")).collect();
    quoted.join(" \".\" ")
}
