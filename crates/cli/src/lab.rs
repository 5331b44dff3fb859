//! `solwright lab`: training data from the same prompt and the same analyser as the editor's.

use crate::{Outcome, args::Lab};
use anyhow::Context;
use serde::Deserialize;
use serde_json::{Value, json};
use solwright_analysis::{
    Program, facts,
    project::{SourceFile, Sources},
};
use solwright_checker::{Finding, Severity, detectors, splice};
use solwright_generate::{
    prompt,
    reasoning::{self, Facts},
};
use solwright_syntax::{Document, FunctionItem, FunctionStub, MemberKind};
use std::{
    io::{BufRead, Write, stdin, stdout},
    path::PathBuf,
};

/// The window of the bundled model, in tokens.
const WINDOW: usize = 1024;
/// Longer functions do not fit beside their prompt in that window.
const LONGEST_FUNCTION: usize = 1_200;
const LONGEST_REASONING: usize = 900;

/// One file to take samples from.
#[derive(Deserialize)]
struct Line {
    id: Value,
    source: String,
}

pub fn run(command: &Lab) -> anyhow::Result<Outcome> {
    let Lab::Samples { budget, judge } = command;
    let budget = budget.unwrap_or_else(|| prompt::budget(WINDOW));
    let mut out = stdout().lock();
    let (mut files, mut written) = (0, 0);
    for (number, line) in stdin().lock().lines().enumerate() {
        let line: Line = serde_json::from_str(&line?)
            .with_context(|| format!("standard input, line {}: not of the form {{\"id\",\"source\"}}", number + 1))?;
        files += 1;
        for sample in samples(&line, budget, *judge) {
            writeln!(out, "{sample}")?;
            written += 1;
        }
    }
    eprintln!("{written} samples from {files} files");
    Ok(Outcome::Fine)
}

fn samples(line: &Line, budget: usize, judge: bool) -> Vec<Value> {
    let sources = alone(&line.source);
    let document = Document::parse(line.source.as_str());
    let program = Program::build(&sources);
    let findings = detectors::run(&program, &detectors::Settings::default());
    let functions = document.functions();
    functions
        .iter()
        .filter_map(|function| {
            let sample = sample(line, &sources, &document, &program, &findings, function, budget)?;
            Some(if judge { judged(sample, line, function) } else { sample })
        })
        .collect()
}

/// The sample with what `score` asks for beside the answer.
fn judged(mut sample: Value, line: &Line, function: &FunctionItem) -> Value {
    sample["source"] = json!(line.source);
    sample["span"] = json!({ "start": function.span.start, "end": function.span.end });
    sample["reference"] = json!(function.body.map(|body| body.text(&line.source)));
    sample
}

/// A function whose body is clean becomes a prompt and the answer to it; without NatSpec its name must do.
fn sample(
    line: &Line,
    sources: &Sources,
    document: &Document,
    program: &Program,
    findings: &[Finding],
    function: &FunctionItem,
    budget: usize,
) -> Option<Value> {
    let (span, body) = (function.span, function.body?);
    let purpose = reasoning::purpose(function.natspec.as_ref(), &function.name)?;
    let bad = |finding: &&Finding| finding.severity >= Severity::Medium && span.contains_span(finding.span);
    let empty = body.text(document.text()).trim_matches(['{', '}', ' ', '\n', '\r', '\t']).is_empty();
    // Headings and rulers over groups of functions say nothing of the function below.
    if !purpose.starts_with(char::is_alphabetic) || purpose.contains("--") || purpose.contains("==") {
        return None;
    }
    if function.kind != MemberKind::Function
        || empty
        || span.len() > LONGEST_FUNCTION
        || findings.iter().any(|f| bad(&f))
    {
        return None;
    }
    let stub = FunctionStub::at_span(document, span)?;
    let known = facts::facts_of(program, program.function_at(body.start)?);
    if known.truncated {
        return None;
    }
    let think = reasoning::write(&Facts::of(program, &known, span), &purpose);
    if think.len() > LONGEST_REASONING {
        return None;
    }
    let prompt = prompt::prompt(sources, document, &stub, budget);
    let body = splice::indent(&format!("{{{}", &document.text()[body.start + 1..body.end]), "");
    Some(json!({
        "id": line.id,
        "function": format!("{}.{}", stub.contract, stub.name),
        "documented": function.natspec.is_some(),
        "messages": [
            { "role": "system", "content": prompt.system },
            { "role": "user", "content": prompt.user },
        ],
        "think": think,
        "answer": format!("{} {body}", stub.signature),
    }))
}

fn alone(source: &str) -> Sources {
    let path = PathBuf::from("/Source.sol");
    let file = SourceFile { name: "/Source.sol".into(), path, text: source.into(), imports: Vec::new() };
    Sources { files: vec![file], ..Sources::default() }
}
