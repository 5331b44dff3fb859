//! One member on its own: where it breaks the grammar, remembered by its text, so that a keystroke parses one member again.

use crate::{Span, SyntaxError, document::parse};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};
use tree_sitter::{Node, Tree};

/// Members that are remembered; a larger project starts anew now and then.
const MAX_MEMBERS: usize = 50_000;
/// What stands before a member that is parsed alone.
const BEFORE: &str = "contract C {\n";

static KNOWN: LazyLock<Mutex<HashMap<u64, Arc<[SyntaxError]>>>> = LazyLock::new(Mutex::default);

/// Errors in `member`, followed by `body`, as the only member of a contract. Places count from the member's first byte.
pub(crate) fn errors_alone(member: &str, body: &str) -> Arc<[SyntaxError]> {
    let key = {
        let mut hasher = DefaultHasher::new();
        (member, body).hash(&mut hasher);
        hasher.finish()
    };
    if let Some(known) = KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return known.clone();
    }
    let contract = format!("{BEFORE}{member}{body}\n}}");
    let mut errors = errors_in(&parse(&contract, None), &contract);
    for error in &mut errors {
        let place = |offset: usize| offset.saturating_sub(BEFORE.len()).min(member.len());
        error.span = Span::new(place(error.span.start), place(error.span.end));
    }
    let errors: Arc<[SyntaxError]> = errors.into();
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= MAX_MEMBERS {
        known.clear();
    }
    known.insert(key, errors.clone());
    errors
}

/// Errors and missing tokens of a tree, the outermost of nested ones.
pub(crate) fn errors_in(tree: &Tree, text: &str) -> Vec<SyntaxError> {
    let mut errors = Vec::new();
    let mut cursor = tree.walk();
    'nodes: loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            errors.push(describe(node, text));
        } else if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                break 'nodes;
            }
        }
    }
    errors
}

fn describe(node: Node<'_>, text: &str) -> SyntaxError {
    let span = Span::new(node.start_byte(), node.end_byte());
    let message = if node.is_missing() {
        format!("expected `{}`", node.kind())
    } else {
        match crate::token::tokens(span.text(text)).next() {
            Some(token) => format!("unexpected `{}`", excerpt(token.span.text(span.text(text)))),
            None => "unexpected text".to_owned(),
        }
    };
    SyntaxError { span, message }
}

fn excerpt(token: &str) -> &str {
    let line = token.lines().next().unwrap_or("");
    &line[..line.floor_char_boundary(40)]
}
