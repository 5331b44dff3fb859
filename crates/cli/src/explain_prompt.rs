//! `solwright generate --explain-prompt`: what the model would be told, what each part of it costs, and what did not fit.

use crate::{Outcome, args::Format, text::clean};
use serde_json::json;
use solwright_analysis::project::{Files, Project};
use solwright_generate::{Cancel, Engine, prompt_for};
use solwright_model::Message;
use solwright_syntax::{Document, FunctionStub};
use std::{
    io::{Write, stdout},
    path::Path,
};

pub fn run(
    engine: &Engine,
    project: &Project,
    path: &Path,
    source: &str,
    stub: &FunctionStub,
    files: &dyn Files,
    format: Format,
) -> anyhow::Result<Outcome> {
    let desk = engine.desk(&Cancel::new())?;
    let (model, info) = (&desk.model, desk.model.info());
    let sources = project.load(path, source, files);
    let prompt = prompt_for(&sources, &Document::parse(source), stub, info.context_length);
    let messages = [Message::new("system", prompt.system.as_str()), Message::new("user", prompt.user.as_str())];
    let whole = model.chat_prompt(&messages, true)?;
    let count = |text: &str| model.tokenizer().encode(text, true).len();
    let mut parts = vec![("system", prompt.system.as_str())];
    parts.extend(split(&prompt.user));
    let all = count(&whole);
    let mut costs: Vec<(&str, usize)> = parts.iter().map(|(name, text)| (*name, count(text))).collect();
    costs.push(("the model's template", all.saturating_sub(costs.iter().map(|(_, cost)| cost).sum())));
    let mut out = stdout().lock();
    if format == Format::Json {
        let parts: Vec<_> = costs.iter().map(|(name, tokens)| json!({ "part": name, "tokens": tokens })).collect();
        let told = json!({ "prompt": whole, "tokens": all, "context_length": info.context_length, "parts": parts, "left_out": prompt.left_out });
        writeln!(out, "{told:#}")?;
        return Ok(Outcome::Fine);
    }
    writeln!(out, "{}\n", whole.lines().map(clean).collect::<Vec<_>>().join("\n"))?;
    for (name, tokens) in costs {
        writeln!(out, "{tokens:>7}  {}", clean(name))?;
    }
    writeln!(out, "{all:>7}  tokens in all; {} sees {} at once", info.name, info.context_length)?;
    let lines = prompt.left_out.len();
    writeln!(out, "{lines:>7}  {} left out for want of room", if lines == 1 { "line" } else { "lines" })?;
    for line in &prompt.left_out {
        writeln!(out, "         {}", clean(line))?;
    }
    Ok(Outcome::Fine)
}

/// The parts of a prompt by their names: contracts with what they declare, NatSpec, signature.
fn split(user: &str) -> Vec<(&str, &str)> {
    const INHERITED: &str = "// inherited from ";
    let (context, asked) = user.split_once("\n\n").unwrap_or(("", user));
    let mut starts: Vec<usize> = context.match_indices(INHERITED).map(|(at, _)| at).collect();
    starts.insert(0, 0);
    starts.push(context.len());
    let mut parts: Vec<(&str, &str)> = starts
        .windows(2)
        .map(|ends| &context[ends[0]..ends[1]])
        .map(|part| (part.lines().next().unwrap_or_default().trim_start_matches("// "), part))
        .collect();
    let signature = asked.rfind('\n').map_or(0, |at| at + 1);
    parts.extend([("NatSpec", &asked[..signature]), ("signature", &asked[signature..])]);
    parts.retain(|(_, text)| !text.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_falls_into_its_parts_and_nothing_is_lost() {
        let user = "contract A is B\nuint256 x;\n// inherited from B\nuint256 y;\n\n/// @notice Adds.\nfunction add() external";
        let parts = split(user);
        let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["contract A is B", "inherited from B", "NatSpec", "signature"]);
        assert_eq!(parts.iter().map(|(_, text)| text.len()).sum::<usize>() + 2, user.len());
        assert_eq!(split("function f() external"), [("signature", "function f() external")]);
    }
}
