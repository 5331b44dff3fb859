//! What is shown whole to a model with room for it: functions of the project that are like the one that is asked for, and what standards
//! ask of such a function.

use crate::{clauses, retrieve::Index};
use solwright_analysis::project::Sources;
use solwright_syntax::{Document, FunctionStub};

/// Of each kind.
const MOST: usize = 3;
/// Of the best one's score: what has `function` and `external` in common with the question, as all have, has far less.
const LEAST_SHARE: f64 = 0.3;
/// Longer functions show more than one thing.
const LONGEST: usize = 1_500;

/// Pieces of a prompt, each with its heading, the more useful first. `query` is what is asked, in words.
pub fn examples(sources: &Sources, document: &Document, stub: &FunctionStub, query: &str) -> Vec<String> {
    let others: Vec<Document> = sources.files.iter().skip(1).map(|file| Document::parse(&*file.text)).collect();
    let written = |document: &Document, avoided: Option<&FunctionStub>| {
        let functions = document.functions().into_iter();
        let functions = functions.filter(|function| function.body.is_some_and(|body| body.len() > "{}".len()));
        let functions = functions.filter(|function| avoided.is_none_or(|stub| !stub.span.contains_span(function.span)));
        functions.map(|function| function.span.text(document.text()).to_owned()).collect::<Vec<_>>()
    };
    let mut functions = written(document, Some(stub));
    functions.extend(others.iter().flat_map(|other| written(other, None)));
    functions.retain(|text| text.len() <= LONGEST);
    let kinds = [
        ("// The project has written these:", functions),
        ("// Standards ask of such functions:", clauses::about(&stub.name)),
    ];
    let shown = kinds.into_iter().filter_map(|(heading, texts)| {
        let best = best(&texts, query);
        (!best.is_empty()).then(|| format!("\n{heading}\n{}\n", best.join("\n")))
    });
    shown.collect()
}

/// The few texts that speak most of what is asked.
fn best<'t>(texts: &'t [String], query: &str) -> Vec<&'t str> {
    let scores = Index::of(texts.iter().map(String::as_str)).scores(query);
    let least = scores.iter().copied().fold(f64::MIN_POSITIVE, f64::max) * LEAST_SHARE;
    let mut scored: Vec<(f64, &str)> = scores.into_iter().zip(texts.iter().map(String::as_str)).collect();
    scored.retain(|(score, _)| *score >= least);
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().take(MOST).map(|(_, text)| text).collect()
}
