//! A place among the tokens of a file, and the questions the outline asks there.

use crate::Span;
use crate::items::{ContractKind, MemberKind, Visibility};
use crate::token::{Token, TokenKind, tokens};

/// Code and comments apart, with a place in the code.
pub(super) struct Cursor<'a> {
    pub text: &'a str,
    code: Vec<Token>,
    /// Where on its line each code token stands.
    layout: Vec<Layout>,
    comments: Vec<Token>,
    /// Index of the current token.
    pub at: usize,
    /// A `}` first on its line with this indentation closes the contract, whatever else is open.
    pub closing_indent: Option<usize>,
    /// The indentation of the member that is being read.
    pub member_indent: usize,
}

#[derive(Clone, Copy)]
struct Layout {
    indent: usize,
    is_first: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Cursor<'a> {
        let mut cursor = Cursor {
            text,
            code: Vec::new(),
            layout: Vec::new(),
            comments: Vec::new(),
            at: 0,
            closing_indent: None,
            member_indent: 0,
        };
        let mut layout = Layout { indent: indent_at(text, 0), is_first: true };
        let mut end = 0;
        for token in tokens(text).filter(|token| !token.span.text(text).starts_with(is_blank)) {
            if let Some(at) = text[end..token.span.start].rfind(['\n', '\r']) {
                layout = Layout { indent: indent_at(text, end + at + 1), is_first: true };
            }
            end = token.span.end;
            if matches!(token.kind, TokenKind::Doc | TokenKind::Comment) {
                cursor.comments.push(token);
            } else {
                cursor.code.push(token);
                cursor.layout.push(layout);
            }
            layout.is_first = false;
        }
        cursor
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.code.len()
    }

    pub(super) fn advance(&mut self, count: usize) {
        self.at = (self.at + count).min(self.code.len());
    }

    /// The word `ahead` tokens on; empty when there is none.
    pub(super) fn word(&self, ahead: usize) -> &'a str {
        match self.code.get(self.at + ahead) {
            Some(token) if token.kind == TokenKind::Word => token.span.text(self.text),
            _ => "",
        }
    }

    /// The punctuation `ahead` tokens on; `0` when there is none.
    pub(super) fn punct(&self, ahead: usize) -> u8 {
        match self.code.get(self.at + ahead) {
            Some(Token { kind: TokenKind::Punct(byte), .. }) => *byte,
            _ => 0,
        }
    }

    pub(super) fn span(&self, ahead: usize) -> Span {
        self.span_at(self.at + ahead)
    }

    /// The span of token `index`; empty at the end of the text when there is none.
    pub(super) fn span_at(&self, index: usize) -> Span {
        self.code.get(index).map_or(Span::new(self.text.len(), self.text.len()), |token| token.span)
    }

    pub(super) fn previous_end(&self) -> usize {
        self.at.checked_sub(1).map_or(0, |index| self.span_at(index).end)
    }

    /// The number of bytes of white space at the start of the current token's line.
    pub(super) fn indent(&self) -> usize {
        self.layout.get(self.at).map_or(0, |layout| layout.indent)
    }

    /// Whether nothing stands before the current token on its line.
    pub(super) fn is_first_on_line(&self) -> bool {
        self.layout.get(self.at).is_some_and(|layout| layout.is_first)
    }

    /// The documentation comments between the previous token and this one, the one that counts last.
    pub(super) fn docs_above(&self) -> Vec<Span> {
        self.docs_above_token(self.at)
    }

    pub(super) fn docs_above_token(&self, index: usize) -> Vec<Span> {
        let previous = index.checked_sub(1).map_or(0, |index| self.span_at(index).end);
        let end = self.span_at(index).start;
        let first = self.comments.partition_point(|comment| comment.span.start < previous);
        let mut docs: Vec<Span> = Vec::new();
        let mut may_join = false;
        for comment in self.comments[first..].iter().take_while(|comment| comment.span.end <= end) {
            let has_line_end = |from, to| self.text[from..to].contains(['\n', '\r']);
            let is_trailing =
                index > 0 && !has_line_end(previous, comment.span.start) && has_line_end(comment.span.end, end);
            if comment.kind != TokenKind::Doc || is_trailing {
                may_join = false;
                continue;
            }
            let is_line = comment.span.text(self.text).starts_with("//");
            match docs.last_mut() {
                Some(last) if may_join && is_line && self.is_next_line(last.end, comment.span.start) => {
                    last.end = comment.span.end;
                }
                _ => docs.push(comment.span),
            }
            may_join = is_line;
        }
        docs
    }

    fn is_next_line(&self, end: usize, start: usize) -> bool {
        let gap = &self.text[end..start];
        gap.trim().is_empty() && gap.replace("\r\n", "\n").matches(['\n', '\r']).count() == 1
    }

    /// What contract the current token begins.
    pub(super) fn contract_kind(&self) -> Option<ContractKind> {
        let (kind, name) = match self.word(0) {
            "abstract" if self.word(1) == "contract" => (ContractKind::Abstract, 2),
            "contract" => (ContractKind::Contract, 1),
            "interface" => (ContractKind::Interface, 1),
            "library" => (ContractKind::Library, 1),
            _ => return None,
        };
        Some(kind).filter(|_| !self.word(name).is_empty())
    }

    /// Whether a contract begins here, where none may: the one around has lost its brace.
    pub(super) fn starts_nested_contract(&self) -> bool {
        let Some(kind) = self.contract_kind() else {
            return false;
        };
        let after = if kind == ContractKind::Abstract { 3 } else { 2 };
        self.punct(after) == b'{' || matches!(self.word(after), "is" | "layout")
    }

    /// What member the current token begins, judged by its first words.
    pub(super) fn member_kind(&self) -> Option<MemberKind> {
        Some(match self.word(0) {
            "" => return None,
            "function" => MemberKind::Function,
            "constructor" => MemberKind::Constructor,
            "modifier" => MemberKind::Modifier,
            "event" => MemberKind::Event,
            "error" if !self.word(1).is_empty() && self.punct(2) == b'(' => MemberKind::Error,
            "struct" => MemberKind::Struct,
            "enum" => MemberKind::Enum,
            "using" => MemberKind::Using,
            "type" if !self.word(1).is_empty() => MemberKind::TypeAlias,
            "fallback" if self.punct(1) == b'(' => MemberKind::Fallback,
            "receive" if self.punct(1) == b'(' => MemberKind::Receive,
            _ => MemberKind::StateVariable,
        })
    }

    /// Whether a member begins here beyond doubt, even in the middle of a body.
    pub(super) fn starts_member(&self) -> bool {
        let has_name = !self.word(1).is_empty();
        match self.word(0) {
            "function" => has_name && matches!(self.punct(2), b'('),
            "modifier" | "event" => has_name,
            "constructor" => self.punct(1) == b'(',
            "struct" | "enum" => has_name && self.punct(2) == b'{',
            "error" => has_name && self.punct(2) == b'(',
            "using" => (has_name || self.punct(1) == b'{') && !self.is_first_token(),
            "receive" | "fallback" => self.punct(1) == b'(' && self.punct(2) == b')' && self.has_visibility_ahead(),
            _ => false,
        }
    }

    fn is_first_token(&self) -> bool {
        self.at == 0
    }

    /// Whether `}` here is one too many: what follows can stand in a contract only.
    pub(super) fn continues_contract_after_brace(&self) -> bool {
        if self.closing_indent == Some(self.indent()) && self.is_first_on_line() {
            return false;
        }
        match self.word(1) {
            "" => false,
            "constructor" | "modifier" | "mapping" => true,
            "receive" | "fallback" => self.punct(2) == b'(',
            "function" => self.has_visibility_ahead(),
            word => is_elementary_type(word) && !self.next_is_constant(),
        }
    }

    fn next_is_constant(&self) -> bool {
        self.word(2) == "constant"
    }

    /// Whether a visibility stands before the next brace or semicolon.
    pub(super) fn has_visibility_ahead(&self) -> bool {
        (1..64)
            .take_while(|ahead| *ahead == 1 || !matches!(self.punct(*ahead), b'{' | b';'))
            .any(|ahead| Visibility::parse(self.word(ahead)).is_some())
    }

    /// Whether `}` here closes the contract in the eyes of a reader.
    pub(super) fn closes_contract(&self) -> bool {
        let Some(indent) = self.closing_indent else {
            return false;
        };
        let is_candidate = self.punct(0) == b'}' && self.member_indent > indent && self.is_first_on_line();
        is_candidate && self.indent() == indent
    }

    /// The names after `is`, up to the brace that opens the body.
    pub(super) fn bases(&mut self) -> Vec<String> {
        let mut bases = Vec::new();
        let mut is_new = false;
        while !self.is_at_end() && !matches!(self.punct(0), b'{' | b'}' | b';') && !self.starts_member() {
            match self.word(0) {
                "is" => is_new = true,
                "layout" => is_new = false,
                "contract" | "interface" | "library" | "abstract" => break,
                "" => match self.punct(0) {
                    b'(' => {
                        self.skip_parentheses();
                        continue;
                    }
                    b',' => is_new = !bases.is_empty(),
                    _ => {}
                },
                word if is_new => bases.push(word.to_owned()),
                word if self.at > 0 && self.code[self.at - 1].kind == TokenKind::Punct(b'.') => {
                    if let Some(base) = bases.last_mut() {
                        base.push('.');
                        base.push_str(word);
                    }
                }
                _ => {}
            }
            is_new &= self.word(0).is_empty() || self.word(0) == "is";
            self.advance(1);
        }
        bases
    }

    /// Goes behind the next semicolon, or to where something new begins.
    pub(super) fn skip_to_semicolon(&mut self) {
        self.advance(1);
        while !self.is_at_end() && !self.starts_member() && !self.starts_nested_contract() {
            let is_end = self.punct(0) == b';';
            self.advance(1);
            if is_end {
                return;
            }
        }
    }

    /// From `(` to behind its `)`, or to where no parameter list can go on. Whether it was closed.
    pub(super) fn skip_parentheses(&mut self) -> bool {
        let mut depth = 0usize;
        let mut braces = 0usize;
        while !self.is_at_end() && !self.starts_member() && !self.starts_nested_contract() {
            match self.punct(0) {
                b'(' => depth += 1,
                b')' => depth -= 1,
                b'{' if self.at > 0 && self.code[self.at - 1].kind == TokenKind::Punct(b'(') => braces += 1,
                b'}' if braces > 0 => braces -= 1,
                b'{' | b'}' | b';' => return false,
                _ => {}
            }
            self.advance(1);
            if depth == 0 {
                return true;
            }
        }
        false
    }

    /// From `{` to behind its `}`, or to where the next member shows that it is missing. Whether it was closed.
    pub(super) fn skip_block(&mut self) -> bool {
        let mut depth = 0usize;
        let mut assembly: Option<usize> = None;
        let mut is_assembly_next = false;
        while !self.is_at_end() && !self.starts_nested_contract() {
            match self.punct(0) {
                b'{' => {
                    depth += 1;
                    if is_assembly_next && assembly.is_none() {
                        assembly = Some(depth);
                    }
                    is_assembly_next = false;
                }
                b'}' if self.closes_contract() => return false,
                b'}' => {
                    depth -= 1;
                    assembly = assembly.filter(|outer| *outer <= depth);
                }
                b';' => is_assembly_next = false,
                _ if self.word(0) == "assembly" => is_assembly_next = true,
                _ if self.starts_member() => {
                    let is_yul = assembly.is_some() && self.word(0) == "function" && !self.has_visibility_ahead();
                    if !is_yul {
                        return false;
                    }
                }
                _ => {}
            }
            self.advance(1);
            if depth == 0 {
                return true;
            }
        }
        false
    }

    /// Reads a member that is no function, and its name.
    pub(super) fn declaration(&mut self, kind: MemberKind) -> Option<String> {
        let has_own_name = !matches!(kind, MemberKind::StateVariable | MemberKind::Using);
        let name = if has_own_name { Some(self.word(1)) } else { None };
        let is_block = matches!(kind, MemberKind::Struct | MemberKind::Enum);
        if is_block && self.punct(2) == b'{' {
            self.advance(2);
            self.skip_block();
        } else {
            let last = self.skip_statement();
            if kind == MemberKind::StateVariable {
                return last.map(str::to_owned);
            }
        }
        name.filter(|name| !name.is_empty()).map(str::to_owned)
    }

    /// Goes behind the `;` of a declaration, or to where something else begins. The last word before `=` or `;`.
    fn skip_statement(&mut self) -> Option<&'a str> {
        let mut name = None;
        let mut is_value = false;
        let start = self.at;
        while !self.is_at_end() && !self.starts_nested_contract() && (self.at == start || !self.starts_member()) {
            match self.punct(0) {
                b'(' => {
                    self.skip_parentheses();
                    continue;
                }
                b'{' if self.at > start => {
                    self.skip_block();
                    continue;
                }
                b'}' => return name,
                b';' => {
                    self.advance(1);
                    return name;
                }
                b'=' => is_value = true,
                _ if !is_value && !self.word(0).is_empty() => name = Some(self.word(0)),
                _ => {}
            }
            if self.at > start && self.begins_new_declaration() {
                return name;
            }
            self.advance(1);
        }
        name
    }

    /// Whether the current word starts a declaration of its own, after one that lacks its semicolon: it is documented, or
    /// a blank line and its indentation set it apart.
    pub(super) fn begins_new_declaration(&self) -> bool {
        let is_apart = || self.is_indented_as_member() && self.is_after_blank_line();
        !self.word(0).is_empty() && self.is_first_on_line() && (!self.docs_above().is_empty() || is_apart())
    }

    /// Whether the current token is not indented deeper than the member that is being read.
    pub(super) fn is_indented_as_member(&self) -> bool {
        self.indent() <= self.member_indent
    }

    fn is_after_blank_line(&self) -> bool {
        let gap = &self.text[self.previous_end()..self.span(0).start];
        let mut lines = gap.lines().skip(1).peekable();
        while let Some(line) = lines.next() {
            if line.trim().is_empty() && lines.peek().is_some() {
                return true;
            }
        }
        false
    }
}

/// The number of spaces and tabs at the offset.
fn indent_at(text: &str, offset: usize) -> usize {
    text[offset..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// White space beyond ASCII that the grammar skips, the byte order mark among it.
fn is_blank(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{2060}' | '\u{200b}' | '\u{a0}')
}

/// Whether the word is a type of the language itself.
pub(super) fn is_elementary_type(word: &str) -> bool {
    let is_sized =
        |prefix: &str| word.strip_prefix(prefix).is_some_and(|size| size.bytes().all(|byte| byte.is_ascii_digit()));
    matches!(word, "address" | "bool" | "string" | "mapping" | "byte")
        || ["uint", "int", "bytes"].into_iter().any(is_sized)
}
