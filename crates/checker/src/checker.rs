//! The one judge: a file's report for the editor and the command line, a candidate's verdict for ranking, benchmark and reward.

use crate::{
    compile::{CompileError, Compilers, CompilersConfig, Output},
    detectors::{self, Settings},
    finding::{Finding, Severity},
    format::{self, Answer},
    resolve::{self, Resolution},
    reward::{Facts, Formula, WEIGHTS, Weights, reward},
    splice::{Splice, splice},
    verdict::{Diagnostic, Layer, Level, Timings, Verdict},
};
use solwright_analysis::{
    Program,
    project::{Files, Project, Sources},
};
use solwright_syntax::{Document, FunctionStub};
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

/// How the checker works.
#[derive(Clone, Debug)]
pub struct CheckerConfig {
    /// Where compilers come from.
    pub compilers: CompilersConfig,
    /// Longest time that solar may take; it is a filter and may be abandoned.
    pub resolve_deadline: Duration,
    /// Which detectors run.
    pub detectors: Settings,
    /// How the score is joined.
    pub formula: Formula,
    /// Weights of the score.
    pub weights: Weights,
}

impl Default for CheckerConfig {
    fn default() -> Self {
        Self {
            compilers: CompilersConfig::default(),
            resolve_deadline: Duration::from_millis(500),
            detectors: Settings::default(),
            formula: Formula::default(),
            weights: WEIGHTS,
        }
    }
}

/// How deep a file is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Syntax, imports and detectors: fit for every keystroke.
    Fast,
    /// All of that, solar and solc.
    Full,
}

/// What the checker says of a whole file.
#[derive(Clone, Debug)]
pub struct FileReport {
    /// Errors and warnings of syntax, imports and solc.
    pub diagnostics: Vec<Diagnostic>,
    /// What the detectors found in the file.
    pub findings: Vec<Finding>,
    /// Version of the compiler that was asked.
    pub compiler: Option<String>,
    /// Why no compiler was asked, and what mends it.
    pub unavailable: Option<Diagnostic>,
    /// Texts of other files that messages name places in, as they were when they were read.
    pub texts: Vec<(PathBuf, Arc<str>)>,
    /// What each layer cost.
    pub milliseconds: Timings,
}

/// A verdict, with the file that was judged and the answer that was read.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// What the layers said.
    pub verdict: Verdict,
    /// The candidate in its contract.
    pub splice: Splice,
    /// The answer taken apart.
    pub answer: Answer,
}

/// The judge. Owns the compilers; share it by `Arc`.
pub struct Checker {
    compilers: Compilers,
    config: CheckerConfig,
}

impl Checker {
    /// A judge that works by `config`. Compilers start when they are first asked.
    pub fn new(config: CheckerConfig) -> Self {
        Self { compilers: Compilers::new(config.compilers.clone()), config }
    }

    /// The compilers it asks.
    pub fn compilers(&self) -> &Compilers {
        &self.compilers
    }

    /// Looks through the file at `path`, whose text is `text`, saved or not.
    pub fn check_file(
        &self,
        project: &Project,
        path: &Path,
        text: &str,
        files: &dyn Files,
        depth: Depth,
    ) -> FileReport {
        self.check_document(project, path, &Document::parse(text), files, depth)
    }

    /// As [`Checker::check_file`], for a text that is parsed already: an editor's, a keystroke after the last.
    pub fn check_document(
        &self,
        project: &Project,
        path: &Path,
        document: &Document,
        files: &dyn Files,
        depth: Depth,
    ) -> FileReport {
        let mut clock = Clock::start();
        let mut diagnostics = syntax_diagnostics(document, path);
        let well_formed = diagnostics.is_empty();
        clock.lap(|timings| &mut timings.syntax);
        let sources = project.load(path, document.text(), files);
        diagnostics.extend(missing_imports(&sources));
        let findings = detectors::run(&Program::build(&sources), &self.config.detectors);
        clock.lap(|timings| &mut timings.security);
        let mut report = FileReport {
            diagnostics,
            findings,
            compiler: None,
            unavailable: None,
            texts: Vec::new(),
            milliseconds: clock.timings,
        };
        if depth == Depth::Full {
            self.compile_file(&sources, well_formed, &mut report, &mut clock);
        }
        report.texts = named_texts(&sources, &report);
        report.milliseconds = clock.finish();
        report
    }

    /// Judges an answer to a stub: puts it back into the contract and asks layers 0 to 4.
    ///
    /// `sources.main()` holds the stub; `reference` is the body that is known to be right, where there is one.
    pub fn judge(&self, sources: &Sources, stub: &FunctionStub, answer: &str, reference: Option<&str>) -> Judgement {
        let mut clock = Clock::start();
        let path = &sources.main().path;
        let report = format::format(answer, stub, reference);
        let splice = splice(&Document::parse(&*sources.main().text), stub, &report.answer.code);
        let note = |message: &String| error(message.clone(), path);
        let form = Layer::of(report.errors.iter().map(note).collect());
        clock.lap(|timings| &mut timings.format);

        let syntax = Layer::of(syntax_diagnostics(&Document::parse(splice.text.as_str()), path));
        clock.lap(|timings| &mut timings.syntax);

        let whole = sources.with_main(&splice.text);
        // A file that does not parse has no names to resolve and nothing to compile.
        let (resolve, compile) = if syntax.is_failed() || report.answer.code.is_empty() {
            (Layer::skipped(), Layer::skipped())
        } else {
            let resolve = self.resolve(&whole);
            clock.lap(|timings| &mut timings.resolve);
            // Type errors stop solc before it makes code; what it says only while making code, stack too deep above all, must be
            // heard before a candidate is offered.
            (resolve, self.compile(&whole, Output::Bytecode { optimize: false }).0)
        };
        clock.lap(|timings| &mut timings.compile);

        let findings = if compile.is_failed() || syntax.is_failed() {
            None
        } else {
            let found = detectors::run(&Program::build(&whole), &self.config.detectors);
            Some(found.into_iter().filter(|f| splice.span.contains_span(f.span)).collect::<Vec<_>>())
        };
        let security = findings.as_deref().map_or_else(Layer::skipped, security_layer);
        clock.lap(|timings| &mut timings.security);

        let compiles = (compile.is_passed() || compile.is_failed()).then(|| compile.is_passed());
        let facts = Facts { format: form.is_passed(), compiles, findings: findings.as_deref(), idle: report.idle };
        let reward = reward(facts, self.config.formula, self.config.weights);
        let verdict = Verdict {
            format: form,
            syntax,
            resolve,
            compile,
            security,
            findings: findings.unwrap_or_default(),
            reward,
            milliseconds: clock.finish(),
        };
        Judgement { verdict, splice, answer: report.answer }
    }

    fn compile_file(&self, sources: &Sources, well_formed: bool, report: &mut FileReport, clock: &mut Clock) {
        let (layer, compiler) = self.compile(sources, Output::TypeCheck);
        clock.lap(|timings| &mut timings.compile);
        report.compiler = compiler;
        if layer.status == crate::verdict::Status::Unavailable {
            report.unavailable = layer.diagnostics.into_iter().next();
            return;
        }
        // solc says the same of a broken file, in its own words and with its code.
        if !well_formed && layer.is_failed() {
            report.diagnostics.retain(|diagnostic| diagnostic.code.as_deref() == Some(IMPORT));
        }
        // A missing import is reported once, by us: we say where we looked.
        let ours = report.diagnostics.iter().any(|diagnostic| diagnostic.code.as_deref() == Some(IMPORT));
        report
            .diagnostics
            .extend(layer.diagnostics.into_iter().filter(|d| !(ours && d.code.as_deref() == Some("6275"))));
    }

    fn resolve(&self, sources: &Sources) -> Layer {
        match resolve::resolve(sources, self.config.resolve_deadline) {
            Resolution::Diagnostics(diagnostics) => Layer::of(diagnostics),
            Resolution::Cycle(diagnostic) => Layer::of(vec![diagnostic]),
            Resolution::TimedOut | Resolution::GaveUp => Layer::skipped(),
        }
    }

    fn compile(&self, sources: &Sources, what: Output) -> (Layer, Option<String>) {
        match self.compilers.compile(sources, what) {
            Ok(report) => (Layer::of(report.diagnostics), Some(report.compiler.version.to_string())),
            Err(failure) => (unavailable(&failure, sources), None),
        }
    }
}

/// Code of a diagnostic about an import that was not found.
pub const IMPORT: &str = "import";
/// Code of a diagnostic about syntax.
pub const SYNTAX: &str = "syntax";

/// Wall time, layer by layer.
struct Clock {
    start: Instant,
    lap: Instant,
    timings: Timings,
}

impl Clock {
    fn start() -> Self {
        let now = Instant::now();
        Self { start: now, lap: now, timings: Timings::default() }
    }

    fn lap(&mut self, layer: impl Fn(&mut Timings) -> &mut f64) {
        let now = Instant::now();
        *layer(&mut self.timings) += (now - self.lap).as_secs_f64() * 1e3;
        self.lap = now;
    }

    fn finish(mut self) -> Timings {
        self.timings.total = self.start.elapsed().as_secs_f64() * 1e3;
        self.timings
    }
}

fn syntax_diagnostics(document: &Document, path: &Path) -> Vec<Diagnostic> {
    let diagnostic = |e: solwright_syntax::SyntaxError| Diagnostic {
        level: Level::Error,
        code: Some(SYNTAX.to_owned()),
        message: e.message,
        file: path.to_owned(),
        span: Some(e.span),
    };
    document.syntax_errors().into_iter().map(diagnostic).collect()
}

fn missing_imports(sources: &Sources) -> Vec<Diagnostic> {
    let diagnostic = |missing: &solwright_analysis::project::MissingImport| Diagnostic {
        level: Level::Error,
        code: Some(IMPORT.to_owned()),
        message: format!("import `{}` cannot be found: {}", missing.path, missing.reason),
        file: sources.files[missing.file].path.clone(),
        span: Some(missing.span),
    };
    sources.missing.iter().map(diagnostic).collect()
}

fn named_texts(sources: &Sources, report: &FileReport) -> Vec<(PathBuf, Arc<str>)> {
    let steps = report.findings.iter().flat_map(|finding| &finding.trace).map(|step| &step.file);
    let named: HashSet<&PathBuf> = report.diagnostics.iter().map(|diagnostic| &diagnostic.file).chain(steps).collect();
    let others = sources.files.iter().skip(1).filter(|file| named.contains(&file.path));
    others.map(|file| (file.path.clone(), Arc::clone(&file.text))).collect()
}

fn security_layer(found: &[Finding]) -> Layer {
    let diagnostic = |finding: &Finding| Diagnostic {
        level: if finding.severity >= Severity::Medium { Level::Error } else { Level::Warning },
        code: Some(finding.detector.to_owned()),
        message: finding.message.clone(),
        file: finding.file.clone(),
        span: Some(finding.span),
    };
    Layer::of(found.iter().map(diagnostic).collect())
}

/// A compiler that nobody installed is a remark; one that fails is an error.
fn unavailable(failure: &CompileError, sources: &Sources) -> Layer {
    Layer::unavailable(Diagnostic {
        level: if matches!(failure, CompileError::NoCompiler(_)) { Level::Note } else { Level::Error },
        code: None,
        message: failure.to_string(),
        file: sources.main().path.clone(),
        span: None,
    })
}

fn error(message: String, path: &Path) -> Diagnostic {
    Diagnostic { level: Level::Error, code: Some("format".to_owned()), message, file: path.to_owned(), span: None }
}
