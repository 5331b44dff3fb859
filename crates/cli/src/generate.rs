//! `solwright generate`: the function of a stub, with its verdict.

use crate::{
    Outcome,
    args::{Format, Generate},
    explain_prompt, json, setup, text,
};
use anyhow::Context;
use solwright_analysis::project::{DiskFiles, Project};
use solwright_generate::{
    Cancel, Decoding, GenerateOptions, GenerateRequest, Progress, Proposal, generate, provenance,
};
use std::{
    io::{IsTerminal, Write, stderr, stdout},
    path::Path,
    sync::Arc,
};

pub fn run(command: &Generate) -> anyhow::Result<Outcome> {
    let (path, source) = setup::read(&command.file)?;
    let stub = setup::find_stub(&path, &source, command.function.as_deref(), command.line)?;
    let project = Arc::new(Project::discover(&path));
    if command.explain_prompt {
        let engine = setup::engine(&command.setup);
        return explain_prompt::run(&engine, &project, &path, &source, &stub, &DiskFiles, command.format);
    }
    let request = GenerateRequest {
        project: Arc::clone(&project),
        path: path.clone(),
        text: source.clone(),
        stub,
        files: Arc::new(DiskFiles),
        options: GenerateOptions {
            candidates: usize::from(command.candidates),
            repairs: usize::from(command.repairs),
            seed: command.seed,
            decoding: if command.greedy { Decoding::Greedy } else { Decoding::Mixed },
            ..GenerateOptions::default()
        },
    };
    let checker = setup::checker(&command.setup);
    let engine = setup::engine(&command.setup);
    let proposal = generate(&engine, &checker, &request, &progress, &Cancel::new())?;
    if stderr().is_terminal() {
        eprint!("\r\x1b[K");
    }
    for note in &proposal.notes {
        eprintln!("note: {}", text::clean(note));
    }
    let mut out = stdout().lock();
    match command.format {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(&json::proposal(&proposal, &source))?)?,
        Format::Text => text::proposal(&mut out, &proposal)?,
    }
    if command.write {
        write(&path, &source, project.root(), &proposal)?;
    }
    let passed = proposal.best().is_some_and(|best| best.verdict.is_safe() && best.verdict.format.is_passed());
    Ok(if passed { Outcome::Fine } else { Outcome::No })
}

/// Puts the best candidate into the file, whole or not at all, and keeps its provenance.
fn write(path: &Path, source: &str, root: &Path, proposal: &Proposal) -> anyhow::Result<()> {
    let (Some(edit), Some(best)) = (&proposal.edit, proposal.best()) else {
        eprintln!("note: nothing was written, for no candidate compiles");
        return Ok(());
    };
    let shown = path.display();
    let mut text = source.to_owned();
    text.replace_range(edit.span.range(), &edit.new_text);
    setup::replace(path, source, &text)?;
    let record = provenance::Record::of(proposal, best);
    provenance::save(root, &best.code, &record)
        .with_context(|| format!("provenance of `{}` cannot be kept", proposal.function))?;
    eprintln!("wrote `{}` into {shown}", proposal.function);
    Ok(())
}

/// One line that follows the work, where someone watches.
fn progress(progress: Progress) {
    if !stderr().is_terminal() {
        return;
    }
    let line = match progress {
        Progress::Waiting => "loading the model".to_owned(),
        Progress::Reasoning { candidate } => format!("candidate {candidate}: reasoning"),
        Progress::Thinking { .. } => return,
        Progress::Writing { candidate } => format!("candidate {candidate}: writing"),
        Progress::Judging { candidate, round: 0 } => format!("candidate {candidate}: judging"),
        Progress::Judging { candidate, round } => format!("candidate {candidate}: judging repair {round}"),
        Progress::Judged { candidate, compiles } => {
            format!("candidate {candidate}: {}", if compiles { "compiles" } else { "does not compile" })
        }
    };
    eprint!("\r\x1b[K{line}");
}
