//! `solwright stubs`: what is there to write.

use crate::{
    Outcome,
    args::{Format, Stubs},
    setup,
};
use serde_json::json;
use solwright_syntax::{Document, PositionEncoding, stubs};
use std::io::{Write, stdout};

pub fn run(command: &Stubs) -> anyhow::Result<Outcome> {
    let (_, text) = setup::read(&command.file)?;
    let document = Document::parse(text.as_str());
    let line = |at: usize| document.lines().position(&text, at, PositionEncoding::Utf32).line + 1;
    let mut out = stdout().lock();
    let all = stubs(&document);
    match command.format {
        Format::Json => {
            let rows: Vec<_> = all
                .iter()
                .map(|stub| {
                    json!({
                        "name": stub.name,
                        "contract": stub.contract,
                        "line": line(stub.span.start),
                        "natspec": stub.natspec.as_ref().map(|natspec| natspec.raw.clone()),
                        "signature": stub.signature,
                    })
                })
                .collect();
            writeln!(out, "{}", serde_json::to_string_pretty(&rows)?)?;
        }
        Format::Text => {
            for stub in &all {
                writeln!(
                    out,
                    "{}:{}: {}.{}",
                    command.file.display(),
                    line(stub.span.start),
                    stub.contract,
                    stub.signature
                )?;
            }
            if all.is_empty() {
                eprintln!(
                    "`{}` has no stub, leave a function's body empty for Solwright to write",
                    command.file.display()
                );
            }
        }
    }
    Ok(Outcome::Fine)
}
