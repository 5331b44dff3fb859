//! Puts a candidate back into its contract, and closes the other stubs, so that the compiler judges the candidate alone.

use solwright_syntax::{Document, FunctionStub, Span, StubKind, stubs};

/// A contract with a candidate in the place of a stub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splice {
    /// The whole file.
    pub text: String,
    /// Where the candidate stands in it.
    pub span: Span,
}

/// The file with `code` in the place of `stub`; other stubs without a body get an empty one.
pub fn splice(document: &Document, stub: &FunctionStub, code: &str) -> Splice {
    let code = indent(code, &stub.indent);
    let replacement = stub.replacement(document.text(), &code);
    // NatSpec above nothing gets a line of its own, so that the code does not begin where the replacement does.
    let offset = replacement.find(&code).unwrap_or(0);
    let mut edits = closing(document);
    edits.retain(|(span, _)| *span != stub.span);
    edits.push((stub.span, replacement));
    edits.sort_by_key(|(span, _)| span.start);
    let (mut text, mut at, mut placed) = (String::new(), 0, stub.span);
    for (span, new_text) in edits {
        text.push_str(Span::new(at, span.start).text(document.text()));
        if span == stub.span {
            let start = text.len() + offset;
            placed = Span::new(start, start + code.len());
        }
        text.push_str(&new_text);
        at = span.end;
    }
    text.push_str(Span::new(at, document.text().len()).text(document.text()));
    Splice { text, span: placed }
}

/// The text with every stub that lacks a body closed, for who looks at the rest of it.
pub fn closed(document: &Document) -> String {
    let mut text = document.text().to_owned();
    closing(document).into_iter().rev().for_each(|(span, closed)| text.replace_range(span.range(), &closed));
    text
}

fn closing(document: &Document) -> Vec<(Span, String)> {
    let open = stubs(document).into_iter().filter(|stub| stub.kind == StubKind::MissingBody);
    let mut edits: Vec<_> = open.map(|stub| (stub.span, format!("{} {{}}", stub.signature))).collect();
    edits.sort_by_key(|(span, _)| span.start);
    edits
}

/// The code with its common indentation replaced by that of the stub; the first line stands where the stub began.
pub fn indent(code: &str, indent: &str) -> String {
    let lines: Vec<&str> = code.trim().lines().collect();
    let width = |line: &&str| line.len() - line.trim_start().len();
    let common = lines.iter().skip(1).filter(|line| !line.trim().is_empty()).map(width).min().unwrap_or(0);
    let mut out = String::with_capacity(code.len());
    for (number, line) in lines.iter().enumerate() {
        if number == 0 {
            out.push_str(line.trim_start());
            continue;
        }
        out.push('\n');
        if !line.trim().is_empty() {
            out.push_str(indent);
            out.push_str(line.get(common..).unwrap_or(line).trim_end());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_candidate_takes_the_place_and_the_indentation_of_its_stub() {
        let document = Document::parse("contract C {\n    uint256 x;\n    function set(uint256 v) external {}\n}\n");
        let stub = stubs(&document).remove(0);
        let splice = splice(&document, &stub, "function set(uint256 v) external {\n    x = v;\n}");
        assert_eq!(
            splice.text,
            "contract C {\n    uint256 x;\n    function set(uint256 v) external {\n        x = v;\n    }\n}\n"
        );
        assert!(splice.span.text(&splice.text).ends_with("x = v;\n    }"));
    }

    #[test]
    fn other_stubs_without_a_body_are_closed() {
        let document = Document::parse(
            "contract C {\n    uint256 x;\n    function a() external\n\n    function set(uint256 v) external {}\n}\n",
        );
        let all = stubs(&document);
        let stub = all.iter().find(|stub| stub.name == "set").unwrap();
        let splice = splice(&document, stub, "function set(uint256 v) external { x = v; }");
        assert!(splice.text.contains("function a() external {}"), "{}", splice.text);
        assert!(Document::parse(splice.text).syntax_errors().is_empty());
    }
}
