//! Where code ends and where a statement begins, read from text that need not parse.

use solwright_syntax::without_comments;

/// Counts braces over text that arrives in pieces; strings and comments do not count.
#[derive(Clone, Debug, Default)]
pub struct Braces {
    depth: i64,
    state: State,
    last: char,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Code,
    Text(char),
    Escape(char),
    LineComment,
    BlockComment,
}

impl Braces {
    /// Braces of which `depth` are open already.
    pub fn open(depth: i64) -> Self {
        Self { depth, ..Self::default() }
    }

    /// Reads a piece; `Some` is the byte after the brace that closes the outermost one.
    pub fn read(&mut self, piece: &str) -> Option<usize> {
        for (at, sign) in piece.char_indices() {
            if self.step(sign) {
                return Some(at + sign.len_utf8());
            }
        }
        None
    }

    /// Braces that are still open.
    pub fn depth(&self) -> i64 {
        self.depth
    }

    fn in_code(&self) -> bool {
        self.state == State::Code
    }

    /// Whether `sign` closes the outermost brace.
    fn step(&mut self, sign: char) -> bool {
        let before = std::mem::replace(&mut self.last, sign);
        match self.state {
            State::Code => match sign {
                '"' | '\'' => self.state = State::Text(sign),
                '/' if before == '/' => self.state = State::LineComment,
                '*' if before == '/' => self.state = State::BlockComment,
                '{' => self.depth += 1,
                '}' => {
                    self.depth -= 1;
                    return self.depth <= 0;
                }
                _ => {}
            },
            State::Text(_) if sign == '\n' => self.state = State::Code,
            State::Text(quote) if sign == '\\' => self.state = State::Escape(quote),
            State::Text(quote) if sign == quote => self.state = State::Code,
            State::Escape(quote) => self.state = State::Text(quote),
            State::LineComment if sign == '\n' => self.state = State::Code,
            State::BlockComment if before == '*' && sign == '/' => self.state = State::Code,
            _ => {}
        }
        false
    }
}

/// The byte where the statement begins that holds byte `at` of `code`: after the last `;`, `{` or `}` before it.
pub fn statement_start(code: &str, at: usize) -> usize {
    let mut braces = Braces::default();
    let (mut start, mut parentheses) = (0, 0_i32);
    for (index, sign) in code.char_indices().take_while(|&(index, _)| index < at) {
        braces.step(sign);
        if !braces.in_code() {
            continue;
        }
        match sign {
            '(' => parentheses += 1,
            ')' => parentheses -= 1,
            // The semicolons of a `for` head end no statement, and a call's `{value: …}` opens no block.
            ';' if parentheses <= 0 => start = index + 1,
            '{' | '}' if parentheses <= 0 && !is_call_option(code, index) => start = index + 1,
            _ => {}
        }
    }
    start
}

/// The byte where a statement stands that says the same as the one before it, a `require` or `emit` that was there before, or `a = a`;
/// a weak model does all of these without end. Comments do not tell statements apart.
pub fn repeated_statement(code: &str) -> Option<usize> {
    let mut starts = vec![0];
    starts.extend(code.match_indices(';').map(|(at, _)| statement_start(code, at + 2)).filter(|&start| start > 0));
    starts.dedup();
    let solid = |pair: &[usize]| without_comments(&code[pair[0]..pair[1]]).split_whitespace().collect::<String>();
    let statements: Vec<(usize, String)> = starts.windows(2).map(|pair| (pair[0], solid(pair))).collect();
    let repeats = |(index, (_, text)): &(usize, &(usize, String))| {
        let before = &statements[..*index];
        before.last().is_some_and(|(_, last)| last == text)
            || (text.starts_with("require(") || text.starts_with("emit"))
                && before.iter().any(|(_, earlier)| earlier == text)
            || text.strip_suffix(';').and_then(|text| text.split_once('=')).is_some_and(|(to, from)| to == from)
    };
    statements.iter().enumerate().find(repeats).map(|(_, (start, _))| *start)
}

/// Whether the body has come to a `return` that nothing can follow; `code` ends after a statement of the function's own block.
pub fn has_returned(code: &str) -> bool {
    let last = without_comments(&code[statement_start(code, code.trim_end().len().saturating_sub(1))..]);
    last.trim_start()
        .strip_prefix("return")
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// Code that stops in the middle, cut after its last whole statement and closed.
pub fn close(code: &str) -> String {
    let mut braces = Braces::default();
    if let Some(end) = braces.read(code) {
        return code[..end].to_owned();
    }
    let mut out = code[..statement_start(code, code.len())].trim_end().to_owned();
    let mut left = Braces::default();
    left.read(&out);
    for depth in (0..left.depth()).rev() {
        out.push('\n');
        out.push_str(&"    ".repeat(depth as usize));
        out.push('}');
    }
    out
}

/// `target.call{value: x}(…)`: the brace stands right after a name, and a name or `}` stands inside.
fn is_call_option(code: &str, at: usize) -> bool {
    let before = code[..at].chars().next_back();
    if code[at..].starts_with('}') {
        return code[at + 1..].starts_with('(');
    }
    before.is_some_and(|sign| sign.is_alphanumeric() || sign == '_') && code[at + 1..].contains(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn starts_at(code: &str, expected: &str) {
        let at = code.find("/*here*/").expect("a mark");
        assert_eq!(code[statement_start(code, at)..].trim_start().lines().next(), Some(expected));
    }

    #[test]
    fn the_outermost_brace_ends_a_function_that_arrives_in_pieces() {
        let mut braces = Braces::open(1);
        assert_eq!(braces.read("    if (a) { b = \"}\"; // }\n"), None);
        assert_eq!(braces.read("    }\n"), None);
        assert_eq!(braces.read("} rest"), Some(1));
    }

    #[test]
    fn a_statement_begins_after_the_last_end() {
        starts_at("a = 1;\n b = /*here*/ c;", "b = /*here*/ c;");
        starts_at("if (a) {\n b = /*here*/ c;", "b = /*here*/ c;");
        starts_at("a = 1;\nfor (uint i; i < /*here*/ n; i++) {}", "for (uint i; i < /*here*/ n; i++) {}");
        starts_at("x;\n(bool ok,) = to.call{value: 1}(/*here*/);", "(bool ok,) = to.call{value: 1}(/*here*/);");
        starts_at("require(a, \"b; c\" /*here*/);", "require(a, \"b; c\" /*here*/);");
    }

    #[test]
    fn a_statement_that_is_said_twice_in_a_row_is_found() {
        let code = "\n  a = 1;\n  require(b, \"x\");\n  require(b,\n \"x\");\n";
        assert_eq!(repeated_statement(code).map(|at| code[..at].ends_with("\"x\");")), Some(true));
        assert_eq!(repeated_statement("a = 1; b = 2; a = 1;"), None);
        assert_eq!(repeated_statement("require(a); b = 2; require(a);"), Some(18));
        assert_eq!(repeated_statement("require(a); // one\n b = 2; // two\n require(a);"), Some(26));
        assert_eq!(repeated_statement("b = 2; a[i] = a[i]; c = a;"), Some(6));
        assert_eq!(repeated_statement("for (uint i; i < n; i++) { a += i; }"), None);
    }

    #[test]
    fn nothing_follows_a_return_of_the_block_itself() {
        assert!(has_returned("x = 1; return x;"));
        assert!(has_returned(" // so\n return (a, b); "));
        assert!(!has_returned("if (a) return x;"));
        assert!(!has_returned("returned = x;"));
        assert!(!has_returned("return x; y = 1;"));
    }

    #[test]
    fn code_that_stops_in_the_middle_is_closed_after_its_last_statement() {
        assert_eq!(
            close("function f() {\n    if (a) {\n        b = 1;\n        c ="),
            "function f() {\n    if (a) {\n        b = 1;\n    }\n}"
        );
        assert_eq!(close("function f() { a = 1; } junk"), "function f() { a = 1; }");
    }
}
