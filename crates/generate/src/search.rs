//! The search: several drafts of one stub, each put back into its contract and judged, mended from the failing statement, ranked
//! by the verdict.

mod sketched;

use crate::{
    behaviour, clauses,
    draft::{Draft, End, Heard, LEAST_ALLOWED, Limits},
    early,
    engine::{Desk, Engine, EngineError, Priority},
    grammar::{Constraint, GrammarError, TypedScope, Vocabulary},
    names::{ClaimFilter, NameFilter, Scope, StageFilter},
    nearby::Nearby,
    prompt::{self, Prompt},
    proposal::{Author, Candidate, Edit, Proposal, Spent},
    reasoning::{self, ClaimStatus, Stage},
    sketches::fit_of,
    statement::{Braces, close, has_returned, repeated_statement, statement_start},
    weigh::{Failure, contradicted, failure, first_error, merit, rank, raw_offset},
};
use solwright_analysis::{
    Program,
    project::{Files, Project, Sources},
};
use solwright_checker::{
    Checker, Judgement,
    behaviour::{EMPTY, REVERT, Reverts},
    format::parse_answer,
    splice,
};
use solwright_model::{Cancel, Message, Sampling};
use solwright_syntax::{Document, FunctionStub, StubKind};
use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

/// What is asked for.
#[derive(Clone)]
pub struct GenerateRequest {
    /// Where the file's imports are found.
    pub project: Arc<Project>,
    /// The file.
    pub path: PathBuf,
    /// Its text, unsaved edits included.
    pub text: String,
    /// The stub to write.
    pub stub: FunctionStub,
    /// Reads the other files, unsaved ones included.
    pub files: Arc<dyn Files>,
    /// How drafts are made.
    pub options: GenerateOptions,
}

/// How drafts are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GenerateOptions {
    /// Number of drafts, 1 to 16.
    pub candidates: usize,
    /// Most repairs of one draft.
    pub repairs: usize,
    /// Seed of the first draft; the n-th has `seed + n`.
    pub seed: u64,
    /// How the first tokens of each draft are chosen.
    pub decoding: Decoding,
    /// Whether a draft may only say what its types allow.
    pub constrained: bool,
    /// Whether code nearby is mixed into what the model would write.
    pub nearby: bool,
    /// Whether bodies that names and types suggest stand beside the drafts.
    pub sketches: bool,
    /// Whether the model is asked how likely it finds each candidate; large ones are not.
    pub likelihood: bool,
    /// Whether a draft that goes wrong by what a detector knows is corrected at the end of the statement.
    pub early: bool,
    /// Whether a draft that contradicts its own reasoning is written once more.
    pub sends_back: bool,
    /// Whether drafts that compile are run beside each other.
    pub behaviour: bool,
    /// Wall-clock bound of the whole; what is there then is offered.
    pub deadline: Duration,
}

/// How tokens are chosen until a draft has to be mended; what is written anew is always sampled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decoding {
    /// One draft, each token the likeliest.
    Greedy,
    /// The first draft greedy, the others sampled.
    #[default]
    Mixed,
    /// All drafts sampled alike, as the estimate of pass@k wants it.
    Sampled,
}

impl Default for GenerateOptions {
    fn default() -> Self {
        let (decoding, deadline) = (Decoding::default(), Duration::from_secs(120));
        Self {
            candidates: 4,
            repairs: 8,
            seed: 1,
            decoding,
            constrained: true,
            nearby: true,
            sketches: true,
            likelihood: true,
            early: true,
            sends_back: true,
            behaviour: true,
            deadline,
        }
    }
}

/// How far the search is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The model loads or other work is before this one.
    Waiting,
    /// A draft's reasoning is being written.
    Reasoning {
        /// Number of the draft, from 1.
        candidate: usize,
    },
    /// A draft's reasoning goes on.
    Thinking {
        /// Number of the draft, from 1.
        candidate: usize,
        /// Its line as far as it is written.
        line: String,
    },
    /// A draft's code is being written.
    Writing {
        /// Number of the draft, from 1.
        candidate: usize,
    },
    /// A draft is with the checker.
    Judging {
        /// Number of the draft, from 1.
        candidate: usize,
        /// Repairs before this one.
        round: usize,
    },
    /// A draft is done.
    Judged {
        /// Number of the draft, from 1.
        candidate: usize,
        /// Whether solc took it.
        compiles: bool,
    },
}

/// Told of progress from several threads.
pub type OnProgress<'a> = &'a (dyn Fn(Progress) + Sync);

/// Longest reasoning and longest code, in tokens.
const THINK_TOKENS: usize = 256;
const CODE_TOKENS: usize = 384;
/// Tokens of one statement after which it should come to its end.
const STATEMENT_TOKENS: usize = 96;
const DRAFT_SAMPLING: Sampling =
    Sampling { temperature: 0.7, top_k: 0, top_p: 0.95, min_p: 0.05, repetition_penalty: 1.0, seed: 0 };
/// Times that a draft may go astray, and tries of one statement before the one before it is in doubt.
const MOST_STRAYS: usize = 12;
const TRIES_OF_A_STATEMENT: usize = 3;
/// Early corrections of one draft; what is wrong after that is for the repairs to see to.
const MOST_SLIPS: usize = 4;
const MOST_CANDIDATES: usize = 16;
/// Most repairs of one draft that the compiler takes as it is: each costs a compilation, and few of them make a draft better.
const MOST_POLISHING: usize = 2;
/// Models of these names were taught our stages; others may reason as they like.
const TAUGHT: &str = "solwright";
/// Tags that stand only where the form of the answer puts them.
const TAGS: [&str; 4] = ["<think>", "</think>", "<answer>", "</answer>"];

/// Writes, judges and ranks candidates for a stub. Blocks; call it from a worker thread.
///
/// # Errors
/// When the model is missing or broken, or the work is cancelled. That no candidate compiles is no error: the proposal has no edit.
pub fn generate(
    engine: &Engine,
    checker: &Checker,
    request: &GenerateRequest,
    progress: OnProgress<'_>,
    cancel: &Cancel,
) -> Result<Proposal, EngineError> {
    let start = Instant::now();
    progress(Progress::Waiting);
    let request = &GenerateRequest { stub: with_visibility(&request.stub), ..request.clone() };
    let sources = request.project.load(&request.path, &request.text, &*request.files);
    let document = Document::parse(request.text.as_str());
    let desk = engine.desk(cancel)?;
    let count = match request.options.decoding {
        Decoding::Greedy => 1,
        Decoding::Mixed | Decoding::Sampled => request.options.candidates.clamp(1, MOST_CANDIDATES),
    };
    let task = Task {
        desk: &desk,
        checker,
        sources: &sources,
        scope: Arc::new(Scope::of(&sources, &document, &request.stub)),
        document: &document,
        guides: OnceLock::new(),
        first_token: OnceLock::new(),
        start,
        request,
        progress,
        cancel,
        deadline: start + request.options.deadline,
    };
    let first = task.begin(engine)?;
    let writing = Instant::now();
    let drafts: Vec<Draft> = (0..count).map(|number| first.sibling(task.sampling(number, 0))).collect();
    let mut written: Vec<Candidate> = std::thread::scope(|scope| {
        let task = &task;
        // Made while the drafts still reason.
        scope.spawn(|| {
            task.guides();
            task.desk.facts();
        });
        let handles: Vec<_> = drafts
            .into_iter()
            .enumerate()
            .map(|(number, draft)| scope.spawn(move || task.candidate(number, draft)))
            .collect();
        let bug = |_| EngineError::Panicked("a candidate's thread panicked".to_owned());
        let sketched = if request.options.sketches { task.sketched(&first) } else { Ok(Vec::new()) };
        let written = handles.into_iter().map(|handle| handle.join().unwrap_or_else(|panic| Err(bug(panic))));
        let written: Vec<_> = written.collect();
        written.into_iter().chain(sketched?.into_iter().map(Ok)).collect::<Result<_, _>>()
    })?;
    let writing = writing.elapsed();
    let tokens: usize = written.iter().map(|candidate| candidate.tokens).sum();
    task.weigh(&first, &mut written)?;
    let mut candidates = rank(written);
    if request.options.behaviour {
        task.order_by_behaviour(&mut candidates);
    }
    let notes = notes(&task, candidates.first());
    Ok(Proposal {
        file: request.path.clone(),
        function: request.stub.name.clone(),
        contract: request.stub.contract.clone(),
        edit: candidates.first().filter(|best| best.verdict.compiles()).map(|best| edit(best, request)),
        candidates,
        model: desk.facts(),
        seed: request.options.seed,
        tokens_per_second: tokens as f64 / writing.as_secs_f64().max(1e-9),
        first_token_milliseconds: task.first_token.get().map_or(0.0, |time| time.as_secs_f64() * 1e3),
        milliseconds: start.elapsed().as_secs_f64() * 1e3,
        notes,
    })
}

/// The prompt for a stub, as the engine's model would get it.
pub fn prompt_for(sources: &Sources, document: &Document, stub: &FunctionStub, context_length: usize) -> Prompt {
    prompt::prompt(sources, document, stub, prompt::budget(context_length))
}

/// NatSpec that names a function seldom says who may see it, and solc wants to know: callers are outside unless it says otherwise.
fn with_visibility(stub: &FunctionStub) -> FunctionStub {
    const WORDS: [&str; 4] = ["external", "public", "internal", "private"];
    let said = stub.signature.split_whitespace().any(|word| WORDS.contains(&word));
    let mut stub = stub.clone();
    if stub.kind == StubKind::NatSpecOnly && !said {
        stub.signature.push_str(" external");
    }
    stub
}

struct Task<'a> {
    desk: &'a Arc<Desk>,
    checker: &'a Checker,
    sources: &'a Sources,
    scope: Arc<Scope>,
    document: &'a Document,
    guides: OnceLock<Guides>,
    /// From the request on.
    first_token: OnceLock<Duration>,
    start: Instant,
    request: &'a GenerateRequest,
    progress: OnProgress<'a>,
    cancel: &'a Cancel,
    deadline: Instant,
}

/// The best round of one draft so far.
struct Round {
    judgement: Judgement,
    reasoning: Vec<Stage>,
    is_composed: bool,
    mean_log_probability: f64,
}

/// How a stretch of code came to its end.
enum Stretch {
    /// The body is whole, or a limit was met.
    Ended,
    /// The types leave too little of what the model would write.
    Astray,
    /// The last statement may have gone wrong.
    Doubtful {
        /// Whether the body ends with it.
        is_last: bool,
    },
}

/// What leads the drafts' code.
struct Guides {
    /// What a body may say by its types, or by syntax alone where these are not known; none where nobody asked.
    constraint: Option<Constraint>,
    /// Whether names are read besides, since types are not known.
    reads_names: bool,
    nearby: Option<Arc<Nearby>>,
}

impl Guides {
    fn of(task: &Task<'_>) -> Self {
        let GenerateRequest { stub, options, .. } = task.request;
        let vocabulary = options.constrained.then(|| task.desk.vocabulary().ok()).flatten();
        let typed = vocabulary.clone().and_then(|all| Self::typed(task, all).ok());
        let nearby = || Arc::new(Nearby::of(task.sources, stub, task.desk.model.tokenizer()));
        Self {
            reads_names: options.constrained && typed.is_none(),
            constraint: typed.or_else(|| Constraint::untyped(vocabulary?).ok()),
            nearby: options.nearby.then(nearby),
        }
    }

    fn typed(task: &Task<'_>, vocabulary: Arc<Vocabulary>) -> Result<Constraint, GrammarError> {
        let stub = &task.request.stub;
        let whole = splice::splice(task.document, stub, &format!("{} {EMPTY}", stub.signature));
        let program = Program::build(&task.sources.with_main(&whole.text));
        let function = program
            .function_at(whole.span.start)
            .ok_or_else(|| GrammarError::Grammar("the function cannot be read where it stands".to_owned()))?;
        Constraint::new(vocabulary, Arc::new(TypedScope::of(&program, function)))
    }
}

impl Task<'_> {
    /// A draft after the prompt, with nothing written yet.
    fn begin(&self, engine: &Engine) -> Result<Draft, EngineError> {
        let model = &self.desk.model;
        let prompt = prompt_for(self.sources, self.document, &self.request.stub, model.info().context_length);
        let messages = [Message::new("system", prompt.system), Message::new("user", prompt.user)];
        let text = model.chat_prompt(&messages, true)?;
        let tokens = model.tokenizer().encode(&format!("{text}<think>\n"), true);
        Draft::begin(engine.reader(self.desk, Priority::Patient), &tokens, Sampling::default(), self.cancel)
    }

    fn guides(&self) -> &Guides {
        self.guides.get_or_init(|| Guides::of(self))
    }

    /// One draft from its first token to its last verdict.
    fn candidate(&self, number: usize, mut draft: Draft) -> Result<Candidate, EngineError> {
        (self.progress)(Progress::Reasoning { candidate: number + 1 });
        self.think(number, &mut draft)?;
        let Guides { constraint, nearby, .. } = self.guides();
        if let Some(constraint) = constraint {
            draft.constrain(constraint.fork());
        }
        if let Some(nearby) = nearby {
            draft.look_around(Arc::clone(nearby));
        }
        (self.progress)(Progress::Writing { candidate: number + 1 });
        self.code(&mut draft, self.sampling(number, 0))?;
        let mut text = draft.text();
        let head = self.head(&text);
        let mut best: Option<Round> = None;
        let mut repairs = Vec::new();
        let mut last_cut = usize::MAX;
        let (mut polishing, mut sent_back) = (0, !self.request.options.sends_back);
        for round in 0..=self.request.options.repairs {
            (self.progress)(Progress::Judging { candidate: number + 1, round });
            let judgement = self.judge(&text);
            let (reasoning, is_composed) = self.explained(&judgement);
            let mut failure = failure(&judgement);
            if failure.is_none() && !sent_back {
                failure = contradiction(&judgement, &reasoning);
                sent_back = true;
            }
            let mean_log_probability = draft.mean_log_probability();
            keep(&mut best, Round { judgement, reasoning, is_composed, mean_log_probability });
            let Some(failure) = failure else { break };
            polishing += usize::from(!failure.refused);
            let enough = round == self.request.options.repairs || polishing > MOST_POLISHING;
            if enough || Instant::now() > self.deadline {
                break;
            }
            // The same statement failing again means that what stands before it leads nowhere.
            let mut cut = head + statement_start(&text[head..], failure.at.min(text.len() - head));
            while cut >= last_cut && cut > head {
                cut = head + statement_start(&text[head..], cut - head - 1);
            }
            last_cut = if cut > head { cut } else { usize::MAX };
            // A draft that turns in circles is closed where the second circle begins.
            if failure.repeats && repairs.contains(&failure.message) {
                self.end(&mut draft, head + failure.at.min(text.len() - head))?;
            } else {
                self.rewrite(&mut draft, cut, self.sampling(number, round + 1))?;
            }
            text = draft.text();
            repairs.push(failure.message);
        }
        let Some(best) = best else { return Err(EngineError::Cancelled) };
        let candidate = self.finish(best, repairs, draft.written, draft.spent);
        (self.progress)(Progress::Judged { candidate: number + 1, compiles: candidate.verdict.compiles() });
        Ok(candidate)
    }

    /// Seeded by draft and round.
    fn sampling(&self, number: usize, round: usize) -> Sampling {
        let seed = self.request.options.seed.wrapping_add(number as u64).wrapping_add((round as u64) << 32);
        let greedy = round == 0 && number == 0 && self.request.options.decoding != Decoding::Sampled;
        let temperature = if greedy { 0.0 } else { DRAFT_SAMPLING.temperature + 0.02 * round as f32 };
        Sampling { temperature, seed, ..DRAFT_SAMPLING }
    }

    /// Writes the reasoning, and forces the asked signature after it.
    fn think(&self, number: usize, draft: &mut Draft) -> Result<(), EngineError> {
        let constrained = self.request.options.constrained;
        let is_taught = self.desk.model.info().name.starts_with(TAUGHT);
        let mut filters = Some((
            constrained.then(|| ClaimFilter::new(Arc::clone(&self.scope))),
            (constrained && is_taught).then(|| StageFilter::new(&self.scope)),
        ));
        let mut line = String::new();
        let listen = |piece: &str| {
            self.first_token.get_or_init(|| self.start.elapsed());
            let ends = piece.contains("</think>");
            let fits = takes(&mut filters, |(claims, stages)| {
                stages.as_mut().is_none_or(|stages| stages.read(piece))
                    && (ends || claims.as_mut().is_none_or(|claims| claims.read(piece)))
            });
            if !fits || !ends && TAGS.contains(&piece) {
                return Heard::Refused;
            }
            if ends {
                return Heard::Stop;
            }
            line.push_str(piece);
            let last = line.rfind('\n').map_or(0, |at| at + 1);
            if last < line.len() {
                line.drain(..last);
                (self.progress)(Progress::Thinking { candidate: number + 1, line: line.clone() });
            }
            Heard::Taken
        };
        let (tokens, deadline) = (THINK_TOKENS, self.deadline);
        let limits = Limits { tokens, deadline, may_end: false, statement: tokens, least_allowed: 0.0 };
        draft.write(limits, listen, self.cancel)?;
        if !draft.text().ends_with("</think>") {
            draft.force("\n</think>", self.cancel)?;
        }
        draft.force(&format!("\n<answer>\n{} {{\n", self.request.stub.signature), self.cancel)
    }

    /// Writes code until the function's own brace closes. Where the types do not allow what the model would say, and where a statement went
    /// wrong, it is written anew, and the one before it too when that does not help.
    fn code(&self, draft: &mut Draft, sampling: Sampling) -> Result<(), EngineError> {
        let head = self.head(&draft.text());
        let mut strays: Vec<usize> = Vec::new();
        let (mut slips, mut tokens) = (0, CODE_TOKENS);
        loop {
            let before = draft.written;
            let least_allowed = if strays.len() < MOST_STRAYS { LEAST_ALLOWED } else { 0.0 };
            let (deadline, statement) = (self.deadline, STATEMENT_TOKENS);
            let limits = Limits { tokens, deadline, may_end: false, statement, least_allowed };
            let stretch = self.stretch(draft, head, limits, self.request.options.early && slips < MOST_SLIPS)?;
            let body = draft.text().split_off(head);
            let mut start = match stretch {
                Stretch::Ended => break,
                Stretch::Astray => statement_start(&body, body.len()),
                Stretch::Doubtful { is_last } => match early::slip(self.sources, &self.request.stub, &body) {
                    None if is_last => break,
                    None => {
                        tokens = tokens.saturating_sub(draft.written - before);
                        continue;
                    }
                    Some(start) => {
                        slips += 1;
                        start
                    }
                },
            };
            if strays.iter().filter(|&&stray| stray == start).count() >= TRIES_OF_A_STATEMENT {
                start = statement_start(&body, start.saturating_sub(1));
            }
            strays.push(start);
            tokens = CODE_TOKENS;
            draft.cut(head + start)?;
            draft.sample_by(again(sampling, strays.len()));
        }
        // What is said twice is said, and the body ends before it; without a constraint that is for the repairs to see to.
        let circle = repeated_statement(&draft.text()[head..]);
        if let Some(at) = circle.filter(|_| draft.is_constrained()) {
            draft.cut(head + at)?;
        }
        draft.close(self.deadline, self.cancel)
    }

    /// Writes on until the body ends, leads astray, or comes, where that is looked for, to the end of a doubtful statement.
    fn stretch(&self, draft: &mut Draft, head: usize, limits: Limits, looks: bool) -> Result<Stretch, EngineError> {
        let mut body = draft.text().split_off(head);
        let mut braces = Braces::open(1);
        braces.read(&body);
        // Types say more than names do.
        let mut names = self.guides().reads_names.then(|| {
            let mut names = NameFilter::new(Arc::clone(&self.scope));
            names.read(&body);
            names
        });
        let (mut is_last, mut is_doubtful) = (false, false);
        let listen = |piece: &str| {
            if TAGS.contains(&piece) || !takes(&mut names, |names| names.read(piece)) {
                return Heard::Refused;
            }
            body.push_str(piece);
            let closes = braces.read(piece).is_some();
            let says = piece.contains(';');
            let returns = || braces.depth() == 1 && has_returned(&body);
            is_last = closes || says && (repeated_statement(&body).is_some() || returns());
            is_doubtful = looks && says && early::is_doubtful(&body);
            if is_last || is_doubtful { Heard::Stop } else { Heard::Taken }
        };
        Ok(match draft.write(limits, listen, self.cancel)? {
            End::Astray => Stretch::Astray,
            End::Ended if is_doubtful => Stretch::Doubtful { is_last },
            End::Ended => Stretch::Ended,
        })
    }

    fn rewrite(&self, draft: &mut Draft, cut: usize, sampling: Sampling) -> Result<(), EngineError> {
        draft.cut(cut)?;
        draft.sample_by(sampling);
        self.code(draft, sampling)
    }

    /// Cuts the draft and closes the function there.
    fn end(&self, draft: &mut Draft, cut: usize) -> Result<(), EngineError> {
        draft.cut(cut)?;
        let text = draft.text();
        let closed = close(&text);
        draft.force(closed.strip_prefix(text.trim_end()).unwrap_or("\n}"), self.cancel)
    }

    /// Where the body begins in the draft's text, right after the forced signature and brace.
    fn head(&self, text: &str) -> usize {
        let forced = format!("<answer>\n{} {{\n", self.request.stub.signature);
        text.rfind(&forced).map_or(text.len(), |at| at + forced.len())
    }

    fn judge(&self, text: &str) -> Judgement {
        let answer = parse_answer(&format!("<think>\n{text}"));
        let think = answer.think.unwrap_or_default();
        let whole = format!("<think>\n{think}\n</think>\n<answer>\n{}\n</answer>", close(&answer.code));
        self.checker.judge(self.sources, &self.request.stub, &whole, None)
    }

    /// Runs the candidates beside each other, where more than one compiles or the only one may do nothing.
    fn order_by_behaviour(&self, candidates: &mut [Candidate]) {
        if candidates.iter().any(|candidate| candidate.verdict.compiles()) && Instant::now() < self.deadline {
            let stub = &self.request.stub;
            let asks = stub.signature.split_whitespace().any(|word| matches!(word, "view" | "pure"));
            // Who is to act and only refuses does nothing; to refuse may be all that a question is for.
            let empty = if asks { Reverts::Any } else { Reverts::Open };
            let compiled = |body| self.checker.compile_body(self.sources, stub, body).map(|report| report.contracts);
            if let (Ok(refusing), Ok(doing_nothing)) = (compiled(REVERT), compiled(EMPTY)) {
                behaviour::order(candidates, stub, &[(Reverts::Any, refusing), (empty, doing_nothing)]);
            }
        }
    }

    /// The reasoning of a draft, marked by its code; a model that claims nothing gets an explanation all the same, from the facts alone.
    fn explained(&self, judgement: &Judgement) -> (Vec<Stage>, bool) {
        let Judgement { splice, answer, .. } = judgement;
        let facts = reasoning::facts_at(&self.sources.with_main(&splice.text), splice.span);
        let said = reasoning::read(answer.think.as_deref().unwrap_or_default(), facts.as_ref());
        let claims = said.iter().flat_map(|stage| &stage.claims).any(|claim| claim.status != ClaimStatus::Untestable);
        let standard = facts.as_ref().and_then(|facts| clauses::cited(&self.request.stub.signature, facts));
        let (mut stages, is_composed) = match &facts {
            Some(facts) if !claims => {
                let stub = &self.request.stub;
                let purpose = reasoning::purpose(stub.natspec.as_ref(), &stub.name).unwrap_or_default();
                (reasoning::read(&reasoning::explain(facts, &purpose), Some(facts)), true)
            }
            _ => (said, false),
        };
        stages.extend(standard);
        (stages, is_composed)
    }

    fn finish(&self, best: Round, repairs: Vec<String>, tokens: usize, spent: Spent) -> Candidate {
        let Round { judgement, reasoning, is_composed, mean_log_probability } = best;
        let Judgement { verdict, splice, answer, contracts, .. } = judgement;
        let code = splice::indent(&answer.code, "");
        let fit = fit_of(&self.request.stub, &code);
        Candidate {
            rank: 0,
            copies: 1,
            code,
            spliced: splice.text,
            span: splice.span,
            reasoning,
            is_composed,
            verdict,
            repairs,
            tokens,
            spent,
            contracts,
            behaviour: None,
            mean_log_probability,
            author: Author::Model,
            fit,
            likelihood: None,
        }
    }
}

/// Keeps the better of two rounds: by what the checker says, then by how much of its reasoning the code contradicts.
fn keep(best: &mut Option<Round>, round: Round) {
    let worth = |Round { judgement: Judgement { verdict, splice, answer, .. }, reasoning, .. }: &Round| {
        (merit(verdict, splice.span, &answer.code), -contradicted(reasoning))
    };
    if best.as_ref().is_none_or(|best| worth(&round) > worth(best)) {
        *best = Some(round);
    }
}

/// The first claim that the code contradicts, as something to mend where the code shows it.
fn contradiction(Judgement { splice, answer, .. }: &Judgement, reasoning: &[Stage]) -> Option<Failure> {
    let claim = reasoning.iter().flat_map(|stage| &stage.claims).find(|claim| claim.status == ClaimStatus::Fails)?;
    let head = answer.code.find('{').map_or(0, |at| at + 2);
    let in_code = claim.at.map_or(0, |at| at.start.saturating_sub(splice.span.start));
    let at = raw_offset(&answer.code, splice.span.text(&splice.text), in_code).saturating_sub(head);
    Some(Failure { at, message: format!("the code contradicts `{}`", claim.text), repeats: false, refused: false })
}

/// Whether a filter takes what it reads; without one everything is taken. One that refuses stays as it was.
fn takes<F: Clone>(filter: &mut Option<F>, read: impl FnOnce(&mut F) -> bool) -> bool {
    let Some(held) = filter else { return true };
    let mut tried = held.clone();
    let taken = read(&mut tried);
    if taken {
        *held = tried;
    }
    taken
}

/// Sampled, as `sampling` is at a later time; what was chosen before is not chosen for certain again.
fn again(sampling: Sampling, time: usize) -> Sampling {
    let seed = sampling.seed.wrapping_add((time as u64) << 48);
    Sampling { temperature: sampling.temperature.max(DRAFT_SAMPLING.temperature), seed, ..sampling }
}

fn edit(best: &Candidate, request: &GenerateRequest) -> Edit {
    let stub = &request.stub;
    let code = splice::indent(&best.code, &stub.indent);
    Edit { span: stub.span, new_text: stub.replacement(&request.text, &code) }
}

/// What no candidate could have mended: imports, and errors elsewhere in the file, which a body that only reverts meets too.
fn notes(task: &Task<'_>, best: Option<&Candidate>) -> Vec<String> {
    let missing = task.sources.missing.iter();
    let mut notes: Vec<String> =
        missing.map(|missing| format!("import `{}` cannot be found: {}", missing.path, missing.reason)).collect();
    if notes.is_empty() && best.is_some_and(|best| !best.verdict.compiles()) {
        let stub = &task.request.stub;
        let control = format!("<think>.</think><answer>{} {REVERT}</answer>", stub.signature);
        let control = task.checker.judge(task.sources, stub, &control, None);
        let error = first_error(&control.verdict);
        notes.extend(
            error.map(|error| format!("the file does not compile whatever stands here, mend this first: {error}")),
        );
    }
    if best.and_then(|best| best.behaviour).is_some_and(|behaviour| behaviour.idle) {
        notes.push("no call tells this body from one that does nothing".to_owned());
    }
    notes
}
