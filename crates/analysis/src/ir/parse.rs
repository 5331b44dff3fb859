//! A text into a tree, with whatever does not parse left out.

use super::{FileIr, Function, legacy, lower::Lower, nesting};
use solar::{
    interface::{
        Session,
        diagnostics::{DiagCtxt, InMemoryEmitter},
        source_map::FileName,
    },
    parse::{PResult, Parser},
};
use solwright_syntax::{Document, Span, loose_statements};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Members that may be left out before the file is given up.
const MAX_ATTEMPTS: usize = 24;
/// Stack of a parsing thread: the parser recurses, and the caller's stack is not ours to use up.
const STACK: usize = 256 << 20;

/// Parses `texts` on a thread with a large stack.
pub fn parse(texts: &[&str]) -> Vec<FileIr> {
    let work = || texts.iter().map(|text| guarded(text)).collect::<Vec<_>>();
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        thread.ok().and_then(|thread| thread.join().ok())
    })
    .unwrap_or_else(|| texts.iter().map(|text| given_up(text, "the parser could not be run".to_owned())).collect())
}

fn guarded(text: &str) -> FileIr {
    if let Some(reason) = nesting::too_deep(text) {
        return given_up(text, reason);
    }
    catch_unwind(AssertUnwindSafe(|| recovering(text)))
        .unwrap_or_else(|_| given_up(text, "the parser stopped at this file, it is not analysed".to_owned()))
}

/// First the text as it is; when that fails, with the words of older versions replaced and with statements outside of
/// any function read apart; then without its damaged members.
fn recovering(text: &str) -> FileIr {
    let first = attempt(text);
    if let Ok((file, true)) = first {
        return file;
    }
    let modern = legacy::modernised(text);
    if modern != text
        && let Ok((file, _)) = attempt(&modern)
    {
        return file;
    }
    if let Ok((file, _)) = first {
        return file;
    }
    let Some((snippet, rest)) = without_snippet(&modern) else { return without_damage(&modern) };
    let mut file = without_damage(&rest);
    file.functions.push(snippet);
    file
}

/// What stands outside of any function as a function of its own, and the text without it; when it parses.
fn without_snippet(text: &str) -> Option<(Function, String)> {
    let loose = loose_statements(text);
    let whole = Span::new(loose.first()?.start, loose.last()?.end);
    let mut is_loose = vec![false; text.len()];
    for span in &loose {
        is_loose[span.range()].fill(true);
    }
    let rest = blanked(text, |at| is_loose[at]);
    let alone = blanked(text, |at| !is_loose[at]);
    let snippet = run(&alone, |parser| {
        let mut stmts = Vec::new();
        while !parser.token.is_eof() {
            stmts.push(parser.parse_stmt()?);
        }
        Ok(Lower::snippet(&stmts, whole))
    });
    Some((snippet.ok()?.0, rest))
}

/// Without its damaged members; then without each member that still stops the parser.
fn without_damage(text: &str) -> FileIr {
    let document = Document::parse(text);
    let mut current = document.with_damage_blanked();
    let mut damage: Vec<(Span, String)> =
        document.damaged_members().into_iter().map(|span| (span, "this member does not parse".to_owned())).collect();
    let mut failure = (Span::new(0, text.len()), "this file does not parse".to_owned());
    for _ in 0..MAX_ATTEMPTS {
        match attempt(&current) {
            Ok((mut file, _)) => {
                file.damage = damage;
                return file;
            }
            Err(next) => failure = next,
        }
        let Some(member) = member_around(&document, &current, failure.0) else { break };
        damage.push((member, failure.1.clone()));
        current = blanked(&current, |at| member.contains(at));
    }
    let mut file = given_up(text, failure.1);
    file.damage[0].0 = failure.0;
    file
}

/// The member at the error that is not blank yet; when the error lies between members, the first one after it.
fn member_around(document: &Document, current: &str, error: Span) -> Option<Span> {
    let members = document.contracts().into_iter().flat_map(|contract| contract.members).map(|member| member.span);
    let outside =
        document.functions().into_iter().filter(|function| function.contract.is_none()).map(|function| function.span);
    let mut spans: Vec<Span> = members.chain(outside).filter(|span| !span.text(current).trim().is_empty()).collect();
    spans.sort();
    let inside = spans.iter().rev().find(|span| span.start <= error.start && error.start < span.end);
    // The parser names the token after the fault, which may be the next member's first.
    inside.or_else(|| spans.iter().rev().find(|span| span.end <= error.start)).copied()
}

/// The text with spaces, and its line ends, where `is_blank` says so of an offset.
fn blanked(text: &str, is_blank: impl Fn(usize) -> bool) -> String {
    let blank = |(at, char): (usize, char)| {
        let inside = is_blank(at) && char != '\n' && char != '\r';
        let (copy, blanks) = if inside { (None, char.len_utf8()) } else { (Some(char), 0) };
        copy.into_iter().chain(std::iter::repeat_n(' ', blanks))
    };
    text.char_indices().flat_map(blank).collect()
}

fn attempt(text: &str) -> Result<(FileIr, bool), (Span, String)> {
    run(text, |parser| parser.parse_file().map(|unit| Lower::file(&unit)))
}

/// One run of the parser: what it made and whether it read all as it stands, or the first error's place and words.
fn run<T>(
    text: &str,
    parse: impl for<'s, 'a> FnOnce(&mut Parser<'s, 'a, '_>) -> PResult<'s, T>,
) -> Result<(T, bool), (Span, String)> {
    let (emitter, diagnostics) = InMemoryEmitter::new();
    let session = Session::builder().dcx(DiagCtxt::new(Box::new(emitter))).single_threaded().build();
    session.enter_sequential(|| {
        let arena = solar::ast::Arena::new();
        let mut parser =
            Parser::from_source_code(&session, &arena, FileName::Custom("file".to_owned()), text.to_owned())
                .map_err(|_| (Span::new(0, 0), "the file is too long to be parsed".to_owned()))?;
        let made = parse(&mut parser).map_err(|error| {
            error.emit();
            let diagnostics = diagnostics.read();
            let last = diagnostics.last();
            let place = last.and_then(|diagnostic| diagnostic.span.primary_span());
            let message = last.map_or_else(|| "syntax error".to_owned(), |diagnostic| diagnostic.label().into_owned());
            (place.map_or(Span::new(0, 0), super::lower::span), message)
        })?;
        Ok((made, session.dcx.has_errors().is_ok()))
    })
}

fn given_up(text: &str, reason: String) -> FileIr {
    FileIr { damage: vec![(Span::new(0, text.len()), reason)], ..FileIr::default() }
}
