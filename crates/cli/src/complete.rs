//! `solwright complete`: one inline completion.

use crate::{
    Outcome,
    args::{Complete, Format},
    setup,
};
use solwright_analysis::project::{DiskFiles, Project};
use solwright_generate::{Bodies, Cancel, CompleteRequest, complete};
use std::{
    io::{Write, stdout},
    sync::Arc,
    time::Duration,
};

pub fn run(command: &Complete) -> anyhow::Result<Outcome> {
    let (path, text) = setup::read(&command.file)?;
    let offset = setup::offset(&path, &text, command.line, command.character)?;
    let engine = setup::engine(&command.setup);
    let sources = Project::discover(&path).load(&path, &text, &DiskFiles);
    let request = CompleteRequest::new(sources, offset, command.max_tokens, Duration::from_secs(30));
    // Any work waits for the model to load, so that the request's own time is what an editor's user feels.
    engine.desk(&Cancel::new())?;
    let completion = complete(&engine, &Arc::<Bodies>::default(), &request, &Cancel::new())?;
    let mut out = stdout().lock();
    match command.format {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(&completion)?)?,
        Format::Text => {
            writeln!(out, "{}", completion.text)?;
            eprintln!(
                "{} tokens, first after {:.0} ms, all after {:.0} ms (loading the model took {:.0} ms)",
                completion.tokens,
                completion.first_token_milliseconds,
                completion.milliseconds,
                engine.status().load_milliseconds.unwrap_or_default()
            );
        }
    }
    Ok(if completion.text.is_empty() { Outcome::No } else { Outcome::Fine })
}
