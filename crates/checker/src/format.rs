//! Layer 0: the answer's form. `<think>…</think><answer>…</answer>` around exactly the asked function (SmartCoder-R1, arXiv
//! 2509.09942, section 3.2). The one parser of answers: editor, benchmark and training read them here.

use solwright_syntax::{Document, FunctionStub, MemberKind, Span, StubKind, without_comments};

/// An answer taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The text between `<think>` and `</think>`, trimmed.
    pub think: Option<String>,
    /// The text between `<answer>` and `</answer>`, trimmed; the whole rest where the tags are missing.
    pub code: String,
    /// Whether both pairs of tags stand where they should.
    pub tagged: bool,
}

/// What layer 0 says of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatReport {
    /// The answer taken apart.
    pub answer: Answer,
    /// What is wrong with its form, none when it has the asked one.
    pub errors: Vec<String>,
    /// The body is empty, always reverts, or is under 30 % of the reference's length.
    pub idle: bool,
}

/// Least share of the reference's length that a body must have (the guard of SecCoderX against reward hacking).
const LEAST_SHARE_OF_REFERENCE: f64 = 0.3;

/// Takes an answer apart and holds it against the stub it answers.
pub fn format(text: &str, stub: &FunctionStub, reference: Option<&str>) -> FormatReport {
    let answer = parse_answer(text);
    let mut errors = Vec::new();
    if !answer.tagged {
        errors.push("the answer lacks `<think>…</think><answer>…</answer>`".to_owned());
    }
    let body = match sole_function(&answer.code) {
        Ok(function) => {
            errors.extend(signature_error(&function, stub));
            function.body
        }
        Err(error) => {
            errors.push(error);
            String::new()
        }
    };
    let idle = is_idle(&body) || reference.is_some_and(|reference| is_too_short(&body, reference));
    if errors.is_empty() && idle {
        errors.push(format!("the body of `{}` does nothing", stub.name));
    }
    FormatReport { answer, errors, idle }
}

/// Splits an answer at its tags; without them the whole text is code, so that a model without reasoning can answer too.
pub fn parse_answer(text: &str) -> Answer {
    let (think, rest) = match text.split_once("</think>") {
        Some((head, rest)) => (head.split_once("<think>").map_or(head, |(_, think)| think), rest),
        None => ("", text),
    };
    let (code, closed) = match rest.split_once("<answer>") {
        Some((_, code)) => match code.split_once("</answer>") {
            Some((code, _)) => (code, true),
            None => (code, false),
        },
        None => (rest, false),
    };
    let think = think.trim();
    Answer {
        tagged: closed && !think.is_empty(),
        think: (!think.is_empty()).then(|| think.to_owned()),
        code: strip_fence(code.trim()).to_owned(),
    }
}

/// White space made canonical, so that two spellings of one signature are equal.
pub fn normalise(signature: &str) -> String {
    let mut out = String::with_capacity(signature.len());
    for word in signature.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    for sign in ["(", ")", ",", "[", "]", "=>"] {
        for spaced in [format!(" {sign}"), format!("{sign} ")] {
            out = out.replace(&spaced, sign);
        }
    }
    out
}

struct SoleFunction {
    name: String,
    signature: String,
    body: String,
}

fn strip_fence(code: &str) -> &str {
    let Some(rest) = code.strip_prefix("```") else { return code };
    let rest = rest.split_once('\n').map_or(rest, |(_, rest)| rest);
    rest.strip_suffix("```").unwrap_or(rest).trim()
}

fn sole_function(code: &str) -> Result<SoleFunction, String> {
    const HEAD: &str = "contract C {\n";
    if code.is_empty() {
        return Err("the answer holds no code".to_owned());
    }
    let document = Document::parse(format!("{HEAD}{code}\n}}\n"));
    let contracts = document.contracts();
    let [contract] = contracts.as_slice() else { return Err("the answer leaves its contract".to_owned()) };
    let [member] = contract.members.as_slice() else {
        return Err(format!("the answer holds {} members where one function is asked for", contract.members.len()));
    };
    if member.kind != MemberKind::Function {
        return Err("the answer is no function".to_owned());
    }
    let functions = document.functions();
    let Some(function) = functions.first() else { return Err("the answer is no function".to_owned()) };
    let leaves = contract.span.end < HEAD.len() + code.len() || !contract.span.contains_span(function.span);
    if leaves {
        return Err("the answer leaves its contract".to_owned());
    }
    let Some(body) = function.body else { return Err(format!("`{}` has no body", function.name)) };
    let text = document.text();
    Ok(SoleFunction {
        name: function.name.clone(),
        signature: normalise(function.signature.text(text)),
        body: Span::new(body.start + 1, body.end.saturating_sub(1)).text(text).to_owned(),
    })
}

fn signature_error(function: &SoleFunction, stub: &FunctionStub) -> Option<String> {
    if function.name != stub.name {
        return Some(format!("the answer writes `{}` where `{}` is asked for", function.name, stub.name));
    }
    // NatSpec alone names the function and leaves its signature to the model.
    let free = stub.kind == StubKind::NatSpecOnly;
    (!free && function.signature != normalise(&stub.signature))
        .then(|| format!("the signature of `{}` was changed to `{}`", stub.name, function.signature))
}

/// Whether a body has no effect: nothing in it, or a first statement that always reverts.
fn is_idle(body: &str) -> bool {
    let code = without_comments(body);
    let code = code.trim();
    code.is_empty()
        || ["revert(", "revert ", "revert;", "require(false", "assert(false"].iter().any(|head| code.starts_with(head))
}

fn is_too_short(body: &str, reference: &str) -> bool {
    let length = |text: &str| without_comments(text).chars().filter(|c| !c.is_whitespace()).count() as f64;
    let reference = reference.split_once('{').map_or(reference, |(_, body)| body.trim_end().trim_end_matches('}'));
    length(body) < LEAST_SHARE_OF_REFERENCE * length(reference)
}

#[cfg(test)]
mod tests {
    use super::*;
    use solwright_syntax::stubs;

    const CONTRACT: &str = "contract C {\n    uint256 x;\n    function set(uint256 value) external {}\n}\n";

    #[track_caller]
    fn errors(answer: &str) -> Vec<String> {
        let stub = stubs(&Document::parse(CONTRACT)).remove(0);
        format(answer, &stub, None).errors
    }

    fn tagged(code: &str) -> String {
        format!("<think>\nPurpose: sets x\n</think>\n<answer>\n{code}\n</answer>")
    }

    #[test]
    fn the_asked_function_in_its_tags_has_the_asked_form() {
        assert_eq!(errors(&tagged("function set(uint256 value) external { x = value; }")), [""; 0]);
    }

    #[test]
    fn white_space_in_the_signature_does_not_matter() {
        assert_eq!(errors(&tagged("function set( uint256 value )\n  external\n{ x = value; }")), [""; 0]);
    }

    #[test]
    fn missing_tags_are_an_error_and_the_code_is_still_read() {
        let stub = stubs(&Document::parse(CONTRACT)).remove(0);
        let report = format("function set(uint256 value) external { x = value; }", &stub, None);
        assert_eq!(report.errors, ["the answer lacks `<think>…</think><answer>…</answer>`"]);
        assert!(report.answer.code.starts_with("function set"));
    }

    #[test]
    fn another_function_another_signature_or_two_functions_are_refused() {
        assert_eq!(
            errors(&tagged("function get(uint256 value) external { x = value; }")),
            ["the answer writes `get` where `set` is asked for"]
        );
        assert_eq!(
            errors(&tagged("function set(uint256 value) public { x = value; }")),
            ["the signature of `set` was changed to `function set(uint256 value)public`"]
        );
        assert_eq!(
            errors(&tagged("function set(uint256 value) external { x = value; }\nfunction b() public { x = 1; }")),
            ["the answer holds 2 members where one function is asked for"]
        );
    }

    #[test]
    fn an_answer_that_closes_its_contract_is_refused() {
        let answer = tagged("function set(uint256 value) external { x = value; } } contract D { uint y;");
        assert!(!errors(&answer).is_empty());
    }

    #[test]
    fn idle_bodies_are_refused() {
        for body in [
            "",
            "// nothing",
            "revert();",
            "revert(); x = 1;",
            "revert(\"no\");",
            "require(false);",
            "/* a */ assert(false);",
        ] {
            assert_eq!(
                errors(&tagged(&format!("function set(uint256 value) external {{ {body}\n }}"))),
                ["the body of `set` does nothing"],
                "{body}"
            );
        }
    }

    #[test]
    fn a_body_far_shorter_than_its_reference_is_idle() {
        let stub = stubs(&Document::parse(CONTRACT)).remove(0);
        let answer = tagged("function set(uint256 value) external { x = 1; }");
        let reference =
            "function set(uint256 value) external { require(value > 0, \"zero\"); x = value; emit Set(value); }";
        assert!(format(&answer, &stub, Some(reference)).idle);
    }
}
