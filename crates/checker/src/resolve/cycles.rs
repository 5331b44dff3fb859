//! Inheritance cycles, on which solar would loop for ever.

use solar::{
    ast::{ImportItems, Item, ItemContract, ItemKind},
    interface::{Span, Symbol},
    sema::{Sources, hir::SourceId},
};
use std::collections::{HashMap, HashSet};

/// A contract that inherits from itself.
pub(super) struct Cycle {
    /// The contract's name in its declaration.
    pub span: Span,
    /// The names along the way, from the contract to itself.
    pub path: Vec<String>,
}

/// Finds a cycle, if there is one. A base whose name cannot be followed leads nowhere.
pub(super) fn find(sources: &Sources<'_>) -> Option<Cycle> {
    let mut search = Search { sources, done: HashSet::new(), path: Vec::new() };
    for (id, source) in sources.iter_enumerated() {
        let contracts = source.ast.iter().flat_map(|unit| unit.items.iter()).filter_map(contract);
        for contract in contracts {
            if let Some(cycle) = search.visit((id, contract.name.name)) {
                return Some(cycle);
            }
        }
    }
    None
}

/// A contract: the file that declares it, and its name there.
type Node = (SourceId, Symbol);

struct Search<'a, 'ast> {
    sources: &'a Sources<'ast>,
    done: HashSet<Node>,
    path: Vec<Node>,
}

impl<'ast> Search<'_, 'ast> {
    /// Depth first with a stack of its own: a chain of inheritance may be as long as its author likes.
    fn visit(&mut self, start: Node) -> Option<Cycle> {
        let mut pending = HashMap::from([(start, self.bases(start))]);
        self.path = vec![start];
        while let Some(&node) = self.path.last() {
            let next = pending.get_mut(&node).and_then(Vec::pop);
            match next {
                None => {
                    self.done.insert(node);
                    self.path.pop();
                }
                Some(base) if self.done.contains(&base) => {}
                Some(base) => {
                    if let Some(at) = self.path.iter().position(|known| *known == base) {
                        return Some(self.cycle(at));
                    }
                    pending.insert(base, self.bases(base));
                    self.path.push(base);
                }
            }
        }
        None
    }

    fn cycle(&self, at: usize) -> Cycle {
        let nodes = &self.path[at..];
        let path = nodes.iter().chain(nodes.first()).map(|(_, name)| name.to_string()).collect();
        let span = self.declaration(nodes[0]).map_or(Span::DUMMY, |contract| contract.name.span);
        Cycle { span, path }
    }

    fn bases(&self, node: Node) -> Vec<Node> {
        let Some(contract) = self.declaration(node) else { return Vec::new() };
        let follow = |segments: &[Symbol]| self.follow(node.0, segments, &mut HashSet::new());
        let names =
            contract.bases.iter().map(|base| base.name.segments().iter().map(|part| part.name).collect::<Vec<_>>());
        names.filter_map(|segments| follow(&segments)).collect()
    }

    fn declaration(&self, (id, name): Node) -> Option<&ItemContract<'ast>> {
        let unit = self.sources.get(id)?.ast.as_ref()?;
        unit.items.iter().filter_map(contract).find(move |contract| contract.name.name == name)
    }

    /// The contract that a path (`Name`, `Module.Name`) means in a file.
    fn follow(&self, id: SourceId, segments: &[Symbol], seen: &mut HashSet<(SourceId, Vec<Symbol>)>) -> Option<Node> {
        let (&first, rest) = segments.split_first()?;
        if !seen.insert((id, segments.to_vec())) {
            return None;
        }
        if rest.is_empty() && self.declaration((id, first)).is_some() {
            return Some((id, first));
        }
        let source = self.sources.get(id)?;
        let unit = source.ast.as_ref()?;
        source.imports.iter().find_map(|(item, target)| {
            let ItemKind::Import(directive) = &unit.items.get(*item)?.kind else { return None };
            match &directive.items {
                ImportItems::Plain(None) => self.follow(*target, segments, seen),
                ImportItems::Plain(Some(alias)) | ImportItems::Glob(alias) if alias.name == first => {
                    self.follow(*target, rest, seen)
                }
                ImportItems::Aliases(names) => {
                    let named = names.iter().find(|(name, alias)| alias.unwrap_or(*name).name == first)?;
                    let path: Vec<Symbol> = std::iter::once(named.0.name).chain(rest.iter().copied()).collect();
                    self.follow(*target, &path, seen)
                }
                ImportItems::Plain(_) | ImportItems::Glob(_) => None,
            }
        })
    }
}

fn contract<'a, 'ast>(item: &'a Item<'ast>) -> Option<&'a ItemContract<'ast>> {
    match &item.kind {
        ItemKind::Contract(contract) => Some(contract),
        _ => None,
    }
}
