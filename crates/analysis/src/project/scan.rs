//! Import directives of a text that need not parse: comments and strings are skipped, nothing else is understood.

use solwright_syntax::Span;

/// An import directive as written.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// Place of the path, with its quotes.
    pub span: Span,
    /// The path.
    pub path: String,
}

/// Every import directive of `text`, in order.
pub fn imports(text: &str) -> Vec<Found> {
    let mut tokens = Tokens { text, at: 0 };
    let mut found = Vec::new();
    while let Some(token) = tokens.next() {
        if token == Token::Word("import") {
            found.extend(path_of(&mut tokens));
        }
    }
    found
}

/// The first string of the directive. A word that cannot stand in one means that the directive was never finished.
fn path_of(tokens: &mut Tokens<'_>) -> Option<Found> {
    loop {
        let before = tokens.at;
        match tokens.next()? {
            Token::Text(span) => {
                let path = Span::new(span.start + 1, span.end - 1).text(tokens.text).to_owned();
                return Some(Found { span, path });
            }
            Token::Word("import" | "contract" | "interface" | "library" | "abstract" | "function" | "pragma")
            | Token::Other(b';') => {
                tokens.at = before;
                return None;
            }
            Token::Word(_) | Token::Other(_) => {}
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Text(Span),
    Other(u8),
}

struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let bytes = self.text.as_bytes();
        loop {
            let start = self.at;
            let byte = *bytes.get(start)?;
            let rest = &bytes[start..];
            if rest.starts_with(b"//") {
                self.at = start + until(rest, |window| window[0] == b'\n' || window[0] == b'\r');
            } else if rest.starts_with(b"/*") {
                self.at = (start + 2 + until(&rest[2..], |window| window.starts_with(b"*/")) + 2).min(bytes.len());
            } else if byte == b'"' || byte == b'\'' {
                match string_end(bytes, start) {
                    Some(end) => {
                        self.at = end;
                        return Some(Token::Text(Span::new(start, end)));
                    }
                    // A quote that is never closed ends with its line.
                    None => self.at = start + until(rest, |window| window[0] == b'\n'),
                }
            } else if is_word(byte) {
                self.at = start + until(rest, |window| !is_word(window[0]));
                return Some(Token::Word(&self.text[start..self.at]));
            } else {
                self.at = start + 1;
                if !byte.is_ascii_whitespace() && byte.is_ascii() {
                    return Some(Token::Other(byte));
                }
            }
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$'
}

/// Bytes before the first place where `stop` holds, or all of them.
fn until(bytes: &[u8], stop: impl Fn(&[u8]) -> bool) -> usize {
    (0..bytes.len()).find(|&at| stop(&bytes[at..])).unwrap_or(bytes.len())
}

fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match *bytes.get(at)? {
            b'\n' | b'\r' => return None,
            b'\\' => at += 2,
            quote if quote == bytes[start] => return Some(at + 1),
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = imports(text);
        let paths: Vec<_> = found.iter().map(|found| found.path.as_str()).collect();
        assert_eq!(paths, expected);
        for found in &found {
            assert_eq!(found.span.text(text).trim_matches(['"', '\'']), found.path);
        }
    }

    #[test]
    fn every_form_of_import_is_seen() {
        check("import \"a.sol\"; import 'b.sol' as B; import * as C from \"c.sol\";", &["a.sol", "b.sol", "c.sol"]);
        check("import {\n  A,\n  B as C\n} from \"d.sol\";", &["d.sol"]);
    }

    #[test]
    fn comments_and_strings_hold_no_imports() {
        check("// import \"a.sol\";\n/* import \"b.sol\"; */ string s = 'import \"c.sol\"'; // x", &[]);
        check("string s = \"\\\" import 'x';\"; /* never closed import 'y.sol';", &[]);
    }

    #[test]
    fn a_file_that_does_not_parse_still_has_imports() {
        check(
            "contract A { function f( {{ \nimport \"a.sol\"; ) é \" never closed\nimport 'b.sol';",
            &["a.sol", "b.sol"],
        );
    }

    #[test]
    fn an_unfinished_import_does_not_eat_the_next_one() {
        check("import\nimport \"a.sol\";", &["a.sol"]);
        check("import {A} from ;\ncontract B { string s = \"x\"; }", &[]);
        check("import {A}\ncontract B { string s = \"x\"; }", &[]);
    }
}
