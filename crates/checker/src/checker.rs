//! The one judge: a file's report for the editor and the command line, a candidate's verdict for ranking, benchmark and reward.

use crate::{
    compile::{CompileError, CompileReport, CompiledContract, Compilers, CompilersConfig, Output},
    config::{self, Configuration, Settings},
    detectors,
    finding::{Finding, Severity},
    format::{self, Answer},
    resolve::{self, Resolution},
    reward::{Facts, Formula, WEIGHTS, Weights, reward},
    splice::{Splice, splice},
    suppress::Suppressions,
    verdict::{Diagnostic, Layer, Level, Timings, Verdict},
};
use solwright_analysis::{
    Program,
    project::{Files, Project, Sources},
};
use solwright_syntax::{Document, FunctionStub, Span};
use std::{
    cell::OnceCell,
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
    /// What of a project's own configuration counts when a file is checked. A verdict knows none.
    pub follow: Follow,
    /// Settings above the project's: the flags of a command.
    pub detectors: Settings,
    /// Settings for what the project leaves open: those of an editor.
    pub defaults: Settings,
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
            follow: Follow::default(),
            detectors: Settings::default(),
            defaults: Settings::default(),
            formula: Formula::default(),
            weights: WEIGHTS,
        }
    }
}

/// What of a project's configuration counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Follow {
    /// Nothing, as in a measurement.
    #[default]
    Nothing,
    /// Everything but what is excluded, for the user named the file.
    Settings,
    /// Everything: a file that is excluded has no findings.
    All,
}

/// How deep a file is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Syntax, imports and detectors: fit for every keystroke.
    Fast,
    /// All of that, and solc's check of types.
    Full,
    /// All of that, and solc's code, which takes several times as long and tells of `stack too deep`.
    Bytecode,
}

/// What the checker says of a whole file.
#[derive(Clone, Debug)]
pub struct FileReport {
    /// Errors and warnings of syntax, imports and solc.
    pub diagnostics: Vec<Diagnostic>,
    /// What the detectors found in the file.
    pub findings: Vec<Finding>,
    /// What is wrong with the configuration, at its place in the file that holds it.
    pub configuration: Vec<Diagnostic>,
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
    /// Whether the body says by its text that it does nothing, or far too little for its reference.
    pub idle: bool,
    /// What compiled, in the candidate's file and its imports.
    pub contracts: Vec<CompiledContract>,
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

    /// Which detectors run.
    pub fn detectors(&self) -> &Settings {
        &self.config.detectors
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
        diagnostics.extend(unknown_detectors(document.text(), path));
        let (settings, configuration) = self.settings(project, path);
        let findings = settings.map(|settings| detectors::run(&Program::build(&sources), &settings));
        clock.lap(|timings| &mut timings.security);
        let mut report = FileReport {
            diagnostics,
            findings: findings.unwrap_or_default(),
            configuration,
            compiler: None,
            unavailable: None,
            texts: Vec::new(),
            milliseconds: clock.timings,
        };
        let wanted = match depth {
            Depth::Fast => None,
            Depth::Full => Some(Output::TypeCheck),
            Depth::Bytecode => Some(Output::Bytecode { optimize: false }),
        };
        if let Some(wanted) = wanted {
            self.compile_file(&sources, wanted, well_formed, &mut report, &mut clock);
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
        let program = OnceCell::new();
        let program = || program.get_or_init(|| Program::build(&whole));
        // A file that does not parse has no names to resolve and nothing to compile.
        let (resolve, compile, contracts) = if syntax.is_failed() || report.answer.code.is_empty() {
            (Layer::skipped(), Layer::skipped(), Vec::new())
        } else {
            let resolve = self.resolve(&whole);
            clock.lap(|timings| &mut timings.resolve);
            // Type errors stop solc before it makes code; what it says only while making code, stack too deep above all, must be
            // heard before a candidate is offered.
            let homes = homes(program(), splice.span.start);
            let Compiled { layer, contracts, .. } = self.compile(&whole, code_of(&homes));
            (resolve, layer, contracts)
        };
        clock.lap(|timings| &mut timings.compile);

        let findings = if compile.is_failed() || syntax.is_failed() {
            None
        } else {
            // Neither a project's settings nor a candidate's own comments may make its score better.
            let found = detectors::all(program());
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
        Judgement { verdict, splice, answer: report.answer, idle: report.idle, contracts }
    }

    /// What solc makes of the file with a body, braces included, in the stub's place; nothing else is asked. `sources.main()` holds the
    /// stub.
    ///
    /// # Errors
    /// When there is no compiler, or it breaks down. That the body does not compile is in the report.
    pub fn compile_body(
        &self,
        sources: &Sources,
        stub: &FunctionStub,
        body: &str,
    ) -> Result<CompileReport, CompileError> {
        let document = Document::parse(&*sources.main().text);
        let splice = splice(&document, stub, &format!("{} {body}", stub.signature));
        let whole = sources.with_main(&splice.text);
        self.compilers.compile(&whole, code_of(&homes(&Program::build(&whole), splice.span.start)))
    }

    /// The settings by which findings of a file are told, `None` when it is excluded, and what is wrong with the project's.
    pub fn settings(&self, project: &Project, path: &Path) -> (Option<Settings>, Vec<Diagnostic>) {
        let CheckerConfig { follow, detectors, defaults, .. } = &self.config;
        if *follow == Follow::Nothing {
            return (Some(detectors.clone().or(defaults.clone())), Vec::new());
        }
        let configuration = Configuration::read(project.configuration());
        let excluded = *follow == Follow::All && configuration.excludes(path, false);
        let settings = detectors.clone().or(configuration.settings).or(defaults.clone());
        ((!excluded).then_some(settings), configuration.problems)
    }

    fn compile_file(
        &self,
        sources: &Sources,
        wanted: Output<'_>,
        well_formed: bool,
        report: &mut FileReport,
        clock: &mut Clock,
    ) {
        let Compiled { layer, compiler, .. } = self.compile(sources, wanted);
        clock.lap(|timings| &mut timings.compile);
        report.compiler = compiler;
        if layer.status == crate::verdict::Status::Unavailable {
            report.unavailable = layer.diagnostics.into_iter().next();
            return;
        }
        let is_import = |diagnostic: &Diagnostic| diagnostic.code.as_deref() == Some(IMPORT);
        // solc says the same of a broken file, in its own words and with its code.
        if !well_formed && layer.is_failed() {
            report.diagnostics.retain(is_import);
        }
        // A missing import is reported once, by us: we say where we looked.
        let ours = report.diagnostics.iter().any(is_import);
        report.diagnostics.extend(layer.diagnostics.into_iter().filter(|diagnostic| !(ours && is_import(diagnostic))));
    }

    fn resolve(&self, sources: &Sources) -> Layer {
        match resolve::resolve(sources, self.config.resolve_deadline) {
            Resolution::Diagnostics(diagnostics) => Layer::of(diagnostics),
            Resolution::Cycle(diagnostic) => Layer::of(vec![diagnostic]),
            Resolution::TimedOut | Resolution::GaveUp => Layer::skipped(),
        }
    }

    fn compile(&self, sources: &Sources, what: Output<'_>) -> Compiled {
        match self.compilers.compile(sources, what) {
            Ok(CompileReport { diagnostics, contracts, compiler, .. }) => {
                Compiled { layer: Layer::of(diagnostics), compiler: Some(compiler.version.to_string()), contracts }
            }
            Err(failure) => Compiled { layer: unavailable(&failure, sources), compiler: None, contracts: Vec::new() },
        }
    }
}

/// Contracts of the main file whose code holds the function at `at`, by its own or by inheritance; none where any may, for a library's is
/// anywhere. A published contract often stands in one file with all that it uses, and making code of that is most of a compilation.
fn homes(program: &Program, at: usize) -> Vec<String> {
    let home = program.function_at(at).and_then(|function| program.function_contract(function));
    let Some(home) = home.filter(|&home| !program.is_library(home)) else { return Vec::new() };
    let heirs = program.main_contracts().filter(|&id| program.inherits(id, home));
    heirs.map(|id| program.contract(id).name.clone()).collect()
}

fn code_of(homes: &[String]) -> Output<'_> {
    if homes.is_empty() { Output::Bytecode { optimize: false } } else { Output::BytecodeOf(homes) }
}

/// What solc made of a file.
struct Compiled {
    layer: Layer,
    /// Its version, when it was asked.
    compiler: Option<String>,
    contracts: Vec<CompiledContract>,
}

/// Code of a diagnostic about an import that was not found: solc's own, though we say it, with the places that were looked in.
pub const IMPORT: &str = "6275";
/// Code of a diagnostic about syntax.
pub const SYNTAX: &str = "syntax";
/// Code of a diagnostic about a comment that silences a detector that does not exist.
pub const UNKNOWN_DETECTOR: &str = "unknown-detector";

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

fn unknown_detectors(text: &str, path: &Path) -> Vec<Diagnostic> {
    let diagnostic = |(id, span): (String, Span)| Diagnostic {
        level: Level::Note,
        code: Some(UNKNOWN_DETECTOR.to_owned()),
        message: format!("this comment silences nothing: {}", config::no_detector(&id)),
        file: path.to_owned(),
        span: Some(span),
    };
    Suppressions::parse(text).unknown.into_iter().map(diagnostic).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use solwright_analysis::project::DiskFiles;
    use solwright_syntax::stubs;

    const STUB: &str = "pragma solidity ^0.8.20;\ncontract A {\n    address o;\n    /// @notice Whether o began it\n    \
                        function f() external view returns (bool) {}\n}\n";

    /// A folder that thinks little of `tx-origin` and excludes `B.sol`.
    fn project() -> (tempfile::TempDir, Project) {
        let folder = tempfile::tempdir().unwrap();
        let settings = "severity = { tx-origin = 'low' }\nmin_severity = 'medium'\nexclude = ['B.sol']\ncolour = 1\n";
        std::fs::write(folder.path().join("solwright.toml"), settings).unwrap();
        let project = Project::discover(folder.path());
        (folder, project)
    }

    /// Whether `tx-origin` is told of the file of that name, and how many problems the configuration has.
    fn told(config: CheckerConfig, name: &str) -> (bool, usize) {
        let (folder, project) = project();
        let text = STUB.replace("{}\n}", "{ return tx.origin == o; }\n}");
        let path = folder.path().join(name);
        let report = Checker::new(config).check_file(&project, &path, &text, &DiskFiles, Depth::Fast);
        (report.findings.iter().any(|finding| finding.detector == "tx-origin"), report.configuration.len())
    }

    #[test]
    fn a_project_s_configuration_counts_as_far_as_it_is_followed() {
        let follow = |follow| CheckerConfig { follow, ..CheckerConfig::default() };
        let all = Settings { min_severity: Some(Severity::Info), ..Settings::default() };
        let above = |follow| CheckerConfig { follow, detectors: all.clone(), ..CheckerConfig::default() };
        assert_eq!(told(follow(Follow::Nothing), "B.sol"), (true, 0));
        assert_eq!(told(follow(Follow::Settings), "B.sol"), (false, 1));
        assert_eq!(told(above(Follow::Settings), "B.sol"), (true, 1));
        assert_eq!(told(above(Follow::All), "B.sol"), (false, 1));
        assert_eq!(told(above(Follow::All), "A.sol"), (true, 1));
        let below = CheckerConfig { defaults: all.clone(), ..follow(Follow::Settings) };
        assert_eq!(told(below, "A.sol"), (false, 1));
    }

    #[test]
    fn a_verdict_hears_neither_settings_nor_comments() {
        let (folder, _) = project();
        let sources = Sources::of_text(folder.path().join("A.sol"), STUB);
        let stub = stubs(&Document::parse(STUB)).remove(0);
        let answer = "<think>\nPurpose: whether o began it\n</think>\n<answer>\nfunction f() external view returns (bool) {\n    \
                      // solwright-disable-next-line\n    return tx.origin == o;\n}\n</answer>";
        let lenient = Settings { disabled: Some(vec!["tx-origin".to_owned()]), ..Settings::default() };
        let config = CheckerConfig { follow: Follow::All, detectors: lenient, ..CheckerConfig::default() };
        let verdict = Checker::new(config).judge(&sources, &stub, answer, None).verdict;
        assert!(verdict.findings.iter().any(|finding| finding.detector == "tx-origin"), "{verdict:?}");
    }

    #[test]
    fn a_comment_for_no_detector_is_told() {
        let text = "contract A {} // solwright-disable-line tx-orign\n";
        let path = Path::new("/A.sol");
        let report = Checker::new(CheckerConfig::default()).check_file(
            &Project::discover(path),
            path,
            text,
            &DiskFiles,
            Depth::Fast,
        );
        let [told] = report.diagnostics.as_slice() else { panic!("{:?}", report.diagnostics) };
        assert_eq!((told.code.as_deref(), told.span.unwrap().text(text)), (Some(UNKNOWN_DETECTOR), "tx-orign"));
        assert!(told.message.contains("did you mean `tx-origin`?") && told.level == Level::Note);
    }
}
