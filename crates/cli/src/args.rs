//! The command line, as `commands.md` of the design states it. Lines and characters count from 1.

use clap::{Args, Parser, Subcommand, ValueEnum};
use solwright_checker::{Confidence, Severity};
use std::path::PathBuf;

/// Writes secure Solidity: drafts, compiles, checks and explains functions, all on this machine.
#[derive(Parser)]
#[command(name = "solwright", version)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Serve an editor on standard input and output
    Lsp(Lsp),
    /// Write the function of a stub
    Generate(Generate),
    /// Complete at a place, in the middle of the text
    Complete(Complete),
    /// List what is there to write
    Stubs(Stubs),
    /// Report errors and vulnerabilities
    Check(Check),
    /// Print a detector's manual page
    Explain(Explain),
    /// Score answers, one JSON a line
    Score(Score),
    /// Show or check models
    #[command(subcommand)]
    Model(Model),
    /// List, install or look up compilers
    #[command(subcommand)]
    Solc(Solc),
    /// Say what works on this machine and what mends the rest
    Doctor(Setup),
    /// Measure against controls and others' tools
    #[command(subcommand)]
    Bench(Bench),
    /// Prepare training data
    #[command(subcommand)]
    Lab(Lab),
}

impl Command {
    /// Whether a model may run, on a GPU where there is one.
    pub fn runs_model(&self) -> bool {
        match self {
            Self::Lsp(_) | Self::Generate(_) | Self::Complete(_) | Self::Model(_) | Self::Doctor(_) => true,
            Self::Bench(bench) => matches!(bench, Bench::Generate(_) | Bench::Engine(_) | Bench::EngineWorker { .. }),
            _ => false,
        }
    }
}

/// Which model and which compiler.
#[derive(Args, Clone, Default)]
pub struct Setup {
    /// A GGUF file; without it the model in the binary
    #[arg(long, value_name = "PATH")]
    pub model: Option<PathBuf>,
    /// A native `solc` or an npm `soljson.js`
    #[arg(long, value_name = "PATH")]
    pub solc: Option<PathBuf>,
}

#[derive(Args)]
pub struct Lsp {
    #[command(flatten)]
    pub setup: Setup,
    /// Accepted for clients that pass it; standard input and output are always used
    #[arg(long)]
    pub stdio: bool,
}

#[derive(Args)]
pub struct Generate {
    /// The file with the stub
    pub file: PathBuf,
    /// The stub's name
    #[arg(long, value_name = "NAME", required_unless_present = "line", conflicts_with = "line")]
    pub function: Option<String>,
    /// A line of the stub
    #[arg(long, value_name = "N")]
    pub line: Option<u32>,
    /// Drafts to make, 1 to 16
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub candidates: u8,
    /// Most repairs of one draft
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u8).range(0..=64))]
    pub repairs: u8,
    /// The same seed gives the same proposal
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// One draft, each token the likeliest
    #[arg(long)]
    pub greedy: bool,
    /// Write the best candidate into the file
    #[arg(long)]
    pub write: bool,
    /// Print what the model would be told, what each part costs and what was left out, and write nothing
    #[arg(long, conflicts_with = "write")]
    pub explain_prompt: bool,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    #[command(flatten)]
    pub setup: Setup,
}

#[derive(Args)]
pub struct Complete {
    /// The file
    pub file: PathBuf,
    /// The cursor's line
    #[arg(long, value_name = "N")]
    pub line: u32,
    /// The cursor's character
    #[arg(long, value_name = "N")]
    pub character: u32,
    /// Most tokens to write
    #[arg(long, default_value_t = 96)]
    pub max_tokens: usize,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    #[command(flatten)]
    pub setup: Setup,
}

#[derive(Args)]
pub struct Stubs {
    /// The file
    pub file: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

#[derive(Args)]
pub struct Check {
    /// Files, or folders to look through
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,
    /// Report only findings of at least this confidence, whatever the project's configuration says
    #[arg(long, value_name = "low|medium|high")]
    pub min_confidence: Option<Confidence>,
    /// Report only findings of at least this severity; text counts `info` and shows it when it is asked for
    #[arg(long, value_name = "info|low|medium|high")]
    pub min_severity: Option<Severity>,
    /// Compile to bytecode as well, which takes several times as long and tells of `stack too deep`
    #[arg(long)]
    pub bytecode: bool,
    /// Exit with 1 when a finding is at least this severe
    #[arg(long, value_name = "low|medium|high")]
    pub fail_on: Option<Severity>,
    /// Mend what can be mended safely: each fix is checked and compiled before it is written
    #[arg(long)]
    pub fix: bool,
    /// With `--fix`: say what would be mended, and write nothing
    #[arg(long, requires = "fix")]
    pub dry_run: bool,
    /// Print what each layer cost, the first time and warm
    #[arg(long)]
    pub timings: bool,
    #[command(flatten)]
    pub setup: Setup,
}

#[derive(Args)]
pub struct Explain {
    /// The detector's id, for example `tx-origin`
    pub detector: Option<String>,
}

#[derive(Args)]
pub struct Score {
    /// Read JSON lines from standard input and write JSON lines to standard output
    #[arg(long, required = true)]
    pub jsonl: bool,
    /// How the parts are joined
    #[arg(long, value_enum, default_value_t)]
    pub formula: Formula,
    /// Run answers beside their `reference`, and tell whether they do the same
    #[arg(long)]
    pub behaviour: bool,
    #[command(flatten)]
    pub setup: Setup,
}

#[derive(Subcommand)]
pub enum Model {
    /// List the models that are at hand
    List,
    /// Show a model's facts
    Info(ModelPath),
    /// Load a model and read its checksum
    Verify(ModelPath),
}

#[derive(Args)]
pub struct ModelPath {
    /// A GGUF file; without it the model in the binary
    pub model: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

#[derive(Subcommand)]
pub enum Solc {
    /// List the compilers that are at hand
    List(Setup),
    /// Install a compiler through the npm client
    Install {
        /// For example 0.8.30; without it the newest that Solwright was tested with
        version: Option<String>,
    },
    /// Say which compiler a file gets
    Which {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        setup: Setup,
    },
    /// Stand in for a native solc, for tools that start one
    #[command(hide = true)]
    Run {
        /// The compiler that is to answer
        #[arg(long, value_name = "PATH")]
        solc: PathBuf,
        /// What native solc is given: `--version`, `--standard-json`, or `FILE --combined-json …`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
}

#[derive(Subcommand)]
pub enum Lab {
    /// Read {"id","source"} a line, write {"id","messages","think","answer"} a line for every function that is documented or whose name must do
    Samples {
        /// Bytes of context in a prompt; without it what suits a window of 1,024 tokens
        #[arg(long)]
        budget: Option<usize>,
        /// Add "source", "span" and "reference", which `score` asks for
        #[arg(long)]
        judge: bool,
    },
}

#[derive(Subcommand)]
pub enum Bench {
    /// What the checker finds, misses and flags without cause, and how fast
    Checker(BenchChecker),
    /// How often what is written compiles, is safe and does what was asked, beside three controls
    Generate(BenchGenerate),
    /// Whether what the typed constraint allows compiles, and whether it allows what people write
    Constraint(BenchConstraint),
    /// Whether claims that a change of the body makes false are marked as failing, and no others
    Reasoning(BenchReasoning),
    /// How fast the model reads and writes
    Engine(BenchEngine),
    /// Answer measurements that `bench engine` asks for
    #[command(hide = true)]
    EngineWorker {
        /// A GGUF file; without it the model in the binary
        model: Option<PathBuf>,
    },
}

#[derive(Args)]
pub struct BenchEngine {
    /// GGUF files; without them the model in the binary, or shapes when something stands against it
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub model: Vec<PathBuf>,
    /// Measure others' engines by turns with ours, on the same files
    #[arg(long, value_enum, value_delimiter = ',')]
    pub against: Vec<EnginePeer>,
    /// Models with random weights of these shapes, which are written into the cache
    #[arg(long, value_enum, value_delimiter = ',', conflicts_with = "model")]
    pub shapes: Vec<Shape>,
    /// The types of their weights
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Quantization::Q8_0, Quantization::Q4_0, Quantization::Q4KM])]
    pub quantizations: Vec<Quantization>,
    /// Instead: hold the logits of the device that is used against the CPU's; without a GPU, of what GPUs run
    #[arg(long, conflicts_with = "against")]
    pub agree: bool,
    /// Instead: complete every line of these files, with tokens guessed from the text and without
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub completions: Vec<PathBuf>,
    /// Numbers of threads
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2])]
    pub threads: Vec<usize>,
    /// Times that everything is measured; the best and the median are shown
    #[arg(long, default_value_t = 5, value_name = "N")]
    pub rounds: usize,
    /// Gigabytes a second that the device reads of its memory; without it the CPU's are measured
    #[arg(long, value_name = "GB/S")]
    pub bandwidth: Option<f64>,
    /// Where `cargo xtask peers` put them, when not in the cache
    #[arg(long, value_name = "DIR")]
    pub peers: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    pub format: BenchFormat,
}

/// Others' engines.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnginePeer {
    #[value(name = "llama.cpp")]
    LlamaCpp,
}

/// Sizes of a model.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The model in the binary
    Bundled,
    /// Qwen2.5-Coder-0.5B
    #[value(name = "0.5b")]
    HalfB,
    /// Qwen2.5-Coder-1.5B
    #[value(name = "1.5b")]
    OneHalfB,
    /// Qwen2.5-Coder-7B, which a GPU should have; the output is tied here
    #[value(name = "7b")]
    SevenB,
}

/// How weights are stored, by GGUF's names.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantization {
    #[value(name = "q8_0")]
    Q8_0,
    #[value(name = "q4_0")]
    Q4_0,
    #[value(name = "q4_k_m")]
    Q4KM,
}

#[derive(Args)]
pub struct BenchConstraint {
    /// Task files of `training/corpus.py`: bodies are drawn at random for their functions, and solc judges each
    #[arg(long, value_name = "FILE", num_args = 1.., required_unless_present_any = ["recall", "complete"])]
    pub soundness: Vec<PathBuf>,
    /// Task files of `training/corpus.py`: the bodies in them are put through the constraint
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub recall: Vec<PathBuf>,
    /// Task files of `training/corpus.py`: completions are asked for at each seventh byte of the bodies in them
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub complete: Vec<PathBuf>,
    /// Bodies to draw
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    pub drafts: usize,
    /// Functions to draw them for
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub stubs: usize,
    /// Bodies to put through, or places to complete at
    #[arg(long, default_value_t = 2_000, value_name = "N")]
    pub bodies: usize,
    /// In the place of a model, a tiny one of Qwen2.5-Coder's shape with random weights: 151,936 tokens
    #[arg(long, conflicts_with_all = ["model", "complete"])]
    pub shaped: bool,
    /// The same seed draws the same bodies
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Show so many of what is refused or does not compile
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub examples: usize,
    #[command(flatten)]
    pub setup: Setup,
}

#[derive(Args)]
pub struct BenchReasoning {
    /// Task files of `training/corpus.py`, instead of the tasks in the binary
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub file: Vec<PathBuf>,
    /// Take so many functions, evenly
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Show so many of the claims that are marked wrongly
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub examples: usize,
    #[arg(long, value_enum, default_value_t)]
    pub format: BenchFormat,
    /// The compiler, a `soljson.js` or an executable; without it the one that fits the pragma
    #[arg(long, value_name = "PATH")]
    pub solc: Option<PathBuf>,
}

#[derive(Args)]
pub struct BenchChecker {
    /// `docs/SCWE` of github.com/OWASP/owasp-scs
    #[arg(long, value_name = "DIR")]
    pub scwe: Option<PathBuf>,
    /// A clone of github.com/smartbugs/smartbugs-curated
    #[arg(long, value_name = "DIR")]
    pub smartbugs: Option<PathBuf>,
    /// `crates/lint/testdata` of github.com/foundry-rs/foundry
    #[arg(long, value_name = "DIR")]
    pub foundry_lint: Option<PathBuf>,
    /// Folders of audited code
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub audited: Vec<PathBuf>,
    /// Others' tools to run beside ours, each on the same files
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PEER,…")]
    pub against: Vec<PeerName>,
    /// Where others' tools lie, besides the PATH; without it where `cargo xtask peers` puts them
    #[arg(long, value_name = "DIR")]
    pub peers: Option<PathBuf>,
    /// Minutes after which others' tools are run on no more files
    #[arg(long, default_value_t = 120, value_name = "N")]
    pub minutes: u64,
    /// Take so many files of each corpus, evenly, for a quick look
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// A file whose whole verdict is timed, first and warm, and others' tools on it
    #[arg(long, value_name = "FILE")]
    pub verdict: Option<PathBuf>,
    /// Keys to type in the keystroke benchmark
    #[arg(long, default_value_t = 400)]
    pub keys: usize,
    /// A recorded session to type instead, an edit {"offset","delete","insert"} a line
    #[arg(long, value_name = "FILE")]
    pub session: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    pub format: BenchFormat,
}

#[derive(Args)]
pub struct BenchGenerate {
    /// Which functions to write
    #[arg(long, value_enum, default_value_t)]
    pub tasks: TaskSet,
    /// With `own`: a folder of contracts instead of those in the binary; with `onchain`: the task file of `training/corpus.py`
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,
    /// With `soleval`: a clone of github.com/pzy2000/SolEval
    #[arg(long, value_name = "DIR")]
    pub soleval: Option<PathBuf>,
    /// With `soleval`: a checkout of github.com/Vectorized/solady at cd5741206f38
    #[arg(long, value_name = "DIR")]
    pub solady: Option<PathBuf>,
    /// With `soleval`: a checkout of github.com/OpenZeppelin/openzeppelin-contracts at e8f24d6ba0c4
    #[arg(long, value_name = "DIR")]
    pub openzeppelin: Option<PathBuf>,
    /// With `soleval`: only what is longer than four lines and has no assembly
    #[arg(long)]
    pub plain: bool,
    /// With `soleval`: where forge lies, besides the PATH; without it where `cargo xtask peers` puts it
    #[arg(long, value_name = "DIR")]
    pub peers: Option<PathBuf>,
    /// GGUF files, each measured; without one the model in the binary
    #[arg(long, value_name = "PATH")]
    pub model: Vec<PathBuf>,
    /// How each model writes
    #[arg(long, value_enum, value_delimiter = ',', value_name = "METHOD,…", default_values = ["greedy", "samples", "search"])]
    pub methods: Vec<Method>,
    /// Measure the controls alone
    #[arg(long, conflicts_with_all = ["methods", "model"])]
    pub controls: bool,
    /// Samples a task for pass@k
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=16), value_name = "N")]
    pub samples: u8,
    /// Take so many tasks, evenly
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// The same seed draws the same drafts and the same calls
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Calls by which a body is compared with the reference
    #[arg(long, default_value_t = 2_000, value_name = "N")]
    pub calls: usize,
    /// Keep results.jsonl, table.md and rates.svg here, and go on from what is there
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The compiler, a `soljson.js` or an executable; without it the one that fits the pragma
    #[arg(long, value_name = "PATH")]
    pub solc: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    pub format: BenchFormat,
}

/// Functions to write.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TaskSet {
    /// Those that we wrote, which are in the binary
    #[default]
    Own,
    /// Verified contracts' functions that were held out of training
    Onchain,
    /// SolEval's functions of solady and OpenZeppelin, judged by those projects' tests
    Soleval,
}

/// How a model writes.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// One draft, each token the likeliest, neither constrained nor mended
    Greedy,
    /// Drafts drawn alike, neither constrained nor mended, for pass@k
    Samples,
    /// What the editor does
    Search,
    /// The search without its constraint on types and names
    NoConstraint,
    /// The search without a look at the code nearby
    NoNearby,
    /// The search without the bodies that names and types suggest
    NoSketches,
    /// The search without asking the model how likely it finds each candidate
    NoLikelihood,
    /// The search without repairs
    NoRepair,
    /// The search without correcting a draft at the end of the statement that goes wrong
    NoEarly,
    /// The search without writing a draft once more that contradicts its own reasoning
    NoSendBack,
    /// The search without comparing how its drafts behave
    NoBehaviour,
    /// The search with one candidate
    One,
}

/// Others' tools.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerName {
    Slither,
    ForgeLint,
    Solhint,
}

/// How a measurement is written.
#[derive(ValueEnum, Clone, Copy, Default, PartialEq, Eq)]
pub enum BenchFormat {
    /// Tables for people
    #[default]
    Markdown,
    /// For programs; stable and documented
    Json,
}

/// How output is written.
#[derive(ValueEnum, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// For programs; stable and documented
    Json,
}

/// How a report is written.
#[derive(ValueEnum, Clone, Copy, Default, PartialEq, Eq)]
pub enum ReportFormat {
    /// For people
    #[default]
    Text,
    /// For programs; stable and documented
    Json,
    /// For code-scanning services, SARIF 2.1.0
    Sarif,
}

/// How the parts of the score are joined.
#[derive(ValueEnum, Clone, Copy, Default, PartialEq, Eq)]
pub enum Formula {
    /// Security counts only when it compiles, a body that does nothing scores 0
    #[default]
    Gated,
    /// As published for SmartCoder-R1 (arXiv 2509.09942)
    Published,
}

impl TaskSet {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Onchain => "onchain",
            Self::Soleval => "soleval",
        }
    }
}

impl Lsp {
    /// What the server is told at its start; its client may say more.
    pub fn options(&self) -> solwright_server::Options {
        solwright_server::Options { model: self.setup.model.clone(), solc: self.setup.solc.clone() }
    }
}
