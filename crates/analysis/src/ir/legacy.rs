//! Words of Solidity before 0.6 in the place of those that took over, letter for letter as long, so that every place stays.

use super::{ExprKind, Stmt, StmtKind};

/// What `throw` becomes for the parser; [`restored`] makes it a `revert`.
const THROW: &str = "thr0w";
/// What `var` becomes for the parser: the name of a type that nobody declares.
pub(super) const VAR: &str = "v4r";

/// What `byte` becomes for the parser: a name for `bytes1`.
pub(super) const BYTE: &str = "b1te";

/// `text` with older words replaced.
pub(super) fn modernised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_header = false;
    let mut rest = text;
    while !rest.is_empty() {
        let token = token_length(rest);
        let (word, after) = rest.split_at(token);
        let follows = after.trim_start();
        if matches!(word, "function" | "modifier") {
            in_header = true;
        } else if matches!(word, "{" | ";") {
            in_header = false;
        }
        out.push_str(match word {
            "throw" if follows.starts_with(';') => THROW,
            "var" if follows.starts_with('(') => "   ",
            "var" => VAR,
            "years" => "weeks",
            // Amounts of another size: nothing asks how much Ether a number is.
            "finney" => "ether ",
            "szabo" => "gwei ",
            "byte" => BYTE,
            "constant" if in_header => "view    ",
            "function" if follows.starts_with('(') && follows[1..].trim_start().starts_with(')') => "fallback",
            other => other,
        });
        rest = after;
    }
    out
}

/// A `revert` for a `throw`.
pub(super) fn restored(stmt: Stmt) -> Stmt {
    match &stmt.kind {
        StmtKind::Expr(expr) if matches!(&expr.kind, ExprKind::Name(name) if name == THROW) => {
            Stmt { kind: StmtKind::Revert { path: Vec::new(), args: Vec::new() }, span: stmt.span }
        }
        _ => stmt,
    }
}

/// Bytes of the first word, comment, string or sign.
fn token_length(text: &str) -> usize {
    let until = |end: &str| text[2..].find(end).map(|at| at + 2);
    let is_word = |char: char| char.is_alphanumeric() || char == '_' || char == '$';
    let first = text.chars().next().unwrap_or(' ');
    if text.starts_with("//") {
        return until("\n").unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return until("*/").map_or(text.len(), |at| at + 2);
    }
    if first == '"' || first == '\'' {
        let end = text.char_indices().skip(1).scan(false, |escaped, (at, char)| {
            let was = std::mem::replace(escaped, char == '\\' && !*escaped);
            Some((at, char, was))
        });
        let mut end = end.filter(|(_, char, escaped)| *char == '\n' || *char == first && !escaped);
        return end.next().map_or(text.len(), |(at, _, _)| at + 1);
    }
    if is_word(first) {
        return text.find(|char| !is_word(char)).unwrap_or(text.len());
    }
    first.len_utf8()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let modern = modernised(text);
        assert_eq!(modern, expected);
        assert_eq!(modern.len(), text.len());
    }

    #[test]
    fn older_words_give_way_to_newer_ones_of_the_same_length() {
        check("function () payable { throw; }", "fallback () payable { thr0w; }");
        check("function f() constant returns (uint) {", "function f() view     returns (uint) {");
        check("var x = 1 years; var (a, b) = f();", "v4r x = 1 weeks;     (a, b) = f();");
        check("byte b; uint x = 5 finney + 2 szabo;", "b1te b; uint x = 5 ether  + 2 gwei ;");
    }

    #[test]
    fn comments_strings_and_newer_code_stay() {
        check(
            "// throw; var\n/* var */ string s = \"var \\\" throw;\"; uint constant X = 1;",
            "// throw; var\n/* var */ string s = \"var \\\" throw;\"; uint constant X = 1;",
        );
        check("function(uint) external f; é", "function(uint) external f; é");
    }
}
