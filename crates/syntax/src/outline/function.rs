//! The header and body of a function.

use super::cursor::{Cursor, is_elementary_type};
use super::trimmed;
use crate::Span;
use crate::items::{FunctionItem, MemberKind, Mutability, Visibility};

impl Cursor<'_> {
    /// Reads a function; goes back and answers `None` when it is a variable of a function type.
    pub(super) fn function(&mut self, kind: MemberKind) -> Option<FunctionItem> {
        let before = self.at;
        let start = self.span(0).start;
        let is_nameless = kind == MemberKind::Function && self.punct(1) == b'(';
        let mut function = blank_function(if is_nameless { MemberKind::Fallback } else { kind }, start);
        function.name = match kind {
            MemberKind::Function | MemberKind::Modifier if !is_nameless && !self.name_is_missing() => {
                self.word(1).to_owned()
            }
            MemberKind::Function if is_nameless => "fallback".to_owned(),
            MemberKind::Function | MemberKind::Modifier => String::new(),
            _ => self.word(0).to_owned(),
        };
        let has_name =
            matches!(kind, MemberKind::Function | MemberKind::Modifier) && !function.name.is_empty() && !is_nameless;
        self.advance(if has_name { 2 } else { 1 });
        if self.punct(0) == b'(' {
            function.parameters = self.parenthesized();
        }
        self.header(&mut function);
        if is_nameless && self.punct(0) != b'{' {
            self.at = before;
            return None;
        }
        function.signature = Span::new(start, self.previous_end());
        self.ending(&mut function);
        function.span = Span::new(start, self.previous_end());
        Some(function)
    }

    /// Whether the word after `function` already belongs to the next member.
    fn name_is_missing(&self) -> bool {
        matches!(self.word(1), "function" | "constructor" | "modifier" | "event" | "struct" | "enum" | "mapping")
            || is_elementary_type(self.word(1))
    }

    fn ending(&mut self, function: &mut FunctionItem) {
        match self.punct(0) {
            b';' => {
                self.advance(1);
                function.is_complete = true;
            }
            b'{' => {
                let open = self.span(0).start;
                function.is_complete = self.skip_block();
                function.body = Some(Span::new(open, self.previous_end()));
            }
            _ => {}
        }
    }

    /// Reads what stands between the parameters and the body.
    fn header(&mut self, function: &mut FunctionItem) {
        while !self.is_at_end() && !self.header_ends(function) {
            let word = self.word(0);
            match word {
                "" if self.punct(0) == b'(' => {
                    self.skip_parentheses();
                    continue;
                }
                "" => {}
                "returns" => {
                    self.advance(1);
                    function.returns = (self.punct(0) == b'(').then(|| self.parenthesized());
                    continue;
                }
                "virtual" => function.is_virtual = true,
                "override" => function.is_override = true,
                _ => read_specifier(function, word, self.follows_dot()),
            }
            self.advance(1);
        }
    }

    /// Whether the header is over: at its brace or semicolon, or where the next member begins without either.
    fn header_ends(&self, function: &FunctionItem) -> bool {
        if matches!(self.punct(0), b'{' | b'}' | b';' | b'=') || self.starts_member() || self.starts_nested_contract() {
            return true;
        }
        let word = self.word(0);
        if word.is_empty() || is_specifier(word) {
            return false;
        }
        is_elementary_type(word) || self.begins_new_declaration() || self.looks_like_variable(function)
    }

    /// Whether a variable of a declared type begins here: a second word follows on a line that is not indented deeper.
    fn looks_like_variable(&self, function: &FunctionItem) -> bool {
        let next = self.word(1);
        let may_follow = !next.is_empty()
            && (!is_specifier(next) || (function.visibility.is_some() && Visibility::parse(next).is_some()));
        may_follow && self.is_first_on_line() && self.is_indented_as_member()
    }

    fn follows_dot(&self) -> bool {
        self.text[..self.span(0).start].trim_end().ends_with('.')
    }

    /// Goes behind `( … )` and returns what is between.
    fn parenthesized(&mut self) -> Span {
        let start = self.span(0).end;
        let is_closed = self.skip_parentheses();
        let end = self.previous_end() - usize::from(is_closed);
        trimmed(self.text, Span::new(start, end))
    }
}

fn blank_function(kind: MemberKind, start: usize) -> FunctionItem {
    let empty = Span::new(start, start);
    FunctionItem {
        name: String::new(),
        kind,
        contract: None,
        span: empty,
        signature: empty,
        body: None,
        is_complete: false,
        parameters: empty,
        returns: None,
        visibility: None,
        mutability: Mutability::NonPayable,
        is_virtual: false,
        is_override: false,
        modifiers: Vec::new(),
        natspec: None,
    }
}

fn read_specifier(function: &mut FunctionItem, word: &str, follows_dot: bool) {
    if let Some(visibility) = Visibility::parse(word) {
        function.visibility = Some(visibility);
    } else if let Some(mutability) = Mutability::parse(word) {
        function.mutability = mutability;
    } else if let (true, Some(last)) = (follows_dot, function.modifiers.last_mut()) {
        last.push('.');
        last.push_str(word);
    } else {
        function.modifiers.push(word.to_owned());
    }
}

fn is_specifier(word: &str) -> bool {
    matches!(word, "virtual" | "override" | "returns")
        || Visibility::parse(word).is_some()
        || Mutability::parse(word).is_some()
}
