//! Layer 2: solar reads names, inheritance and types, in about a millisecond.
//!
//! It is a filter that orders the work, never a verdict. Of 49 broken contracts it finds 35; it misses wrong or missing return
//! values, calls to private or external functions, `pure` and `view` violations, `msg.value` where nothing is payable, arguments
//! of base constructors, division by the constant zero, uninitialised storage pointers, `stack too deep` and pragmas. It also
//! reports errors that are none: on 14 of OpenZeppelin 5.7's 248 files. Only solc's word (layer 3) fails a candidate for good.
//!
//! solar loops for ever on `contract A is B {} contract B is A {}`, so such cycles are refused before it looks at inheritance, and
//! it runs on a thread that is abandoned at a deadline.

mod cycles;

use crate::verdict::{Diagnostic, Level};
use solar::{
    ast::ItemKind,
    config::CompileOpts,
    interface::{
        Session,
        diagnostics::{Diag, DiagCtxt, InMemoryEmitter, Level as SolarLevel},
        source_map::{FileName, SourceMap},
    },
    sema::{Compiler, CompilerRef, hir::SourceId},
};
use solwright_analysis::project::Sources;
use solwright_syntax::Span;
use std::{
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

/// Time after which solar is not waited for; its slowest honest answers take a tenth of it.
pub const DEADLINE: Duration = Duration::from_millis(500);

/// solar recurses over the source.
const STACK: usize = 256 << 20;
/// Brackets that may be open at once; a text that nests deeper could exhaust even that stack, and would take the process along.
const MAX_NESTING: usize = 1000;
/// Threads that ran away and still run. Each occupies a processor, so after this many solar is not asked again.
const MAX_ABANDONED: usize = 2;

/// States of one run, so that its end and its abandonment are counted once.
const RUNNING: u8 = 0;
const LEFT: u8 = 1;
const ENDED: u8 = 2;

static ABANDONED: AtomicUsize = AtomicUsize::new(0);

/// What solar made of some sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// It came to an end and said this.
    Diagnostics(Vec<Diagnostic>),
    /// Contracts inherit from themselves, so it was not asked.
    Cycle(Diagnostic),
    /// It did not come to an end in time.
    TimedOut,
    /// It stopped at this source, or was not asked because the source nests too deeply for it.
    GaveUp,
}

impl Resolution {
    /// The messages there are.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        match self {
            Self::Diagnostics(diagnostics) => diagnostics,
            Self::Cycle(diagnostic) => vec![diagnostic],
            Self::TimedOut | Self::GaveUp => Vec::new(),
        }
    }
}

/// Resolves names and types of the sources, for no longer than `deadline`.
pub fn resolve(sources: &Sources, deadline: Duration) -> Resolution {
    if ABANDONED.load(Ordering::Relaxed) >= MAX_ABANDONED {
        return Resolution::TimedOut;
    }
    if sources.files.is_empty() || sources.files.iter().any(|file| nesting(&file.text) > MAX_NESTING) {
        return Resolution::GaveUp;
    }
    let sources = sources.clone();
    let (reply, result) = mpsc::channel();
    let run_state = Arc::new(AtomicU8::new(RUNNING));
    let state = Arc::clone(&run_state);
    let work = move || {
        let resolution = catch_unwind(AssertUnwindSafe(|| run(&sources))).unwrap_or(Resolution::GaveUp);
        // Whoever asked may have gone; then this thread no longer counts as one that runs away.
        let _ = reply.send(resolution);
        if state.swap(ENDED, Ordering::AcqRel) == LEFT {
            ABANDONED.fetch_sub(1, Ordering::Relaxed);
        }
    };
    if std::thread::Builder::new().name("solar".to_owned()).stack_size(STACK).spawn(work).is_err() {
        return Resolution::GaveUp;
    }
    result.recv_timeout(deadline).unwrap_or_else(|_| {
        if run_state.compare_exchange(RUNNING, LEFT, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            ABANDONED.fetch_add(1, Ordering::Relaxed);
        }
        Resolution::TimedOut
    })
}

fn run(sources: &Sources) -> Resolution {
    let (emitter, said) = InMemoryEmitter::new();
    let mut options = CompileOpts::default();
    options.unstable.typeck = true;
    let map = Arc::new(SourceMap::default());
    let session = Session::builder().dcx(DiagCtxt::new(Box::new(emitter))).source_map(Arc::clone(&map)).opts(options);
    let mut compiler = Compiler::new(session.single_threaded().build());
    let cycle = compiler.enter_mut(|compiler| {
        parse(compiler, sources);
        connect_imports(compiler, sources);
        if let Some(cycle) = cycles::find(compiler.sources()) {
            return Some(cycle);
        }
        if matches!(compiler.lower_asts(), Ok(ControlFlow::Continue(()))) {
            // Its errors are among the diagnostics.
            let _ = compiler.analysis();
        }
        None
    });
    let place = |span| place(&map, sources, span);
    if let Some(cycle) = cycle {
        let (file, span) = place(Some(cycle.span));
        let message = format!("`{}` inherits from itself: {}", cycle.path[0], cycle.path.join(" is "));
        let file = sources.files[file].path.clone();
        return Resolution::Cycle(Diagnostic { level: Level::Error, code: None, message, file, span });
    }
    let missing = sources.missing.iter().map(|missing| Diagnostic {
        level: Level::Error,
        code: None,
        message: missing.reason.clone(),
        file: sources.files[missing.file].path.clone(),
        span: Some(missing.span),
    });
    let told = said.read();
    let told = told.iter().map(|message| {
        let (file, span) = place(message.span.primary_span());
        diagnostic(message, sources.files[file].path.clone(), span)
    });
    Resolution::Diagnostics(missing.chain(told).collect())
}

/// Parses our texts; solar itself reads no file, for the editor's text may differ from the disk's.
fn parse(compiler: &mut CompilerRef<'_>, sources: &Sources) {
    let mut parsing = compiler.parse();
    parsing.set_resolve_imports(false);
    for file in &sources.files {
        let name = FileName::real(file.path.clone());
        if let Ok(file) = parsing.sess.source_map().new_source_file(name, &*file.text) {
            parsing.add_file(file);
        }
    }
    parsing.parse();
}

/// Tells solar where imports lead, as our loader found it.
fn connect_imports(compiler: &mut CompilerRef<'_>, sources: &Sources) {
    let parsed = compiler.sources_mut();
    let known = parsed.len();
    let ids: Vec<SourceId> = parsed.indices().collect();
    for (id, file) in ids.iter().zip(&sources.files) {
        let Some(unit) = &parsed[*id].ast else { continue };
        let start = parsed[*id].file.start_pos.0;
        let mut imports = Vec::new();
        for (item, node) in unit.items.iter_enumerated() {
            let ItemKind::Import(directive) = &node.kind else { continue };
            let at = (directive.path.span.lo().0 - start) as usize;
            let import = file.imports.iter().find(|import| import.span.contains(at));
            let target = import.and_then(|import| import.target).filter(|target| *target < known);
            imports.extend(target.map(|target| (item, ids[target])));
        }
        parsed[*id].imports = imports;
    }
}

fn diagnostic(message: &Diag, file: std::path::PathBuf, span: Option<Span>) -> Diagnostic {
    let level = match message.level() {
        SolarLevel::Bug | SolarLevel::Fatal | SolarLevel::Error => Level::Error,
        SolarLevel::Warning => Level::Warning,
        _ => Level::Note,
    };
    let text = message.label().split_whitespace().collect::<Vec<_>>().join(" ");
    Diagnostic { level, code: message.id().map(str::to_owned), message: text, file, span }
}

/// The index of the file, and the place in it.
fn place(map: &SourceMap, sources: &Sources, span: Option<solar::interface::Span>) -> (usize, Option<Span>) {
    let Some(span) = span.filter(|span| !span.is_dummy()) else { return (0, None) };
    let source = map.lookup_source_file(span.lo());
    let path = source.name.as_real();
    let Some(file) = sources.files.iter().position(|file| Some(file.path.as_path()) == path) else { return (0, None) };
    let offset =
        |position: u32| (position.saturating_sub(source.start_pos.0) as usize).min(sources.files[file].text.len());
    (file, Some(Span::new(offset(span.lo().0), offset(span.hi().0))))
}

/// The most brackets open at once; those in strings and comments count too, which only makes us more careful.
fn nesting(text: &str) -> usize {
    let (mut open, mut most) = (0usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

#[cfg(test)]
mod tests;
