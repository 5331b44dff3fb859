//! Sketches as candidates, and what the model thinks of every candidate.

use super::{Round, Task};
use crate::{
    draft::Draft,
    engine::EngineError,
    grammar::TypedScope,
    proposal::{Author, Candidate, Likelihood, Spent},
    reasoning,
    sketches::{Sketch, fit_of, sketches},
    weigh::FIT,
};
use solwright_analysis::Program;
use solwright_checker::{
    behaviour::EMPTY,
    splice::{self, splice},
};
use solwright_model::ModelError;

/// Sketches that are compiled.
const MOST_JUDGED: usize = 4;
/// A model of more is not asked what it thinks of a candidate: on a CPU that takes seconds.
const MOST_PARAMETERS: u64 = 100_000_000;

impl Task<'_> {
    /// Candidates out of names and types, those that the model finds likeliest. `first` is a draft with nothing written yet.
    pub(super) fn sketched(&self, first: &Draft) -> Result<Vec<Candidate>, EngineError> {
        let sketches = self.sketches();
        let codes: Vec<String> = sketches.iter().map(|sketch| self.code_of(sketch)).collect();
        let likelihoods = self.likelihoods(first, codes.iter().map(String::as_str))?;
        let mut weighed: Vec<_> = likelihoods.into_iter().zip(codes).collect();
        // Where the model is not asked they stay in the order in which they were suggested.
        let log = |(likelihood, code): &(Option<Likelihood>, String)| {
            likelihood.map_or(0.0, |likelihood| likelihood.log() + FIT * fit_of(&self.request.stub, code))
        };
        weighed.sort_by(|a, b| log(b).total_cmp(&log(a)));
        weighed.truncate(MOST_JUDGED);
        let judge = |(likelihood, code): (Option<Likelihood>, String)| Candidate {
            likelihood,
            author: Author::Names,
            ..self.stated(&code)
        };
        std::thread::scope(|scope| {
            let handles: Vec<_> = weighed.into_iter().map(|one| scope.spawn(|| judge(one))).collect();
            let bug = |_| EngineError::Panicked("the thread that judges a sketch panicked".to_owned());
            handles.into_iter().map(|handle| handle.join().map_err(bug)).collect()
        })
    }

    fn sketches(&self) -> Vec<Sketch> {
        let stub = &self.request.stub;
        let whole = splice(self.document, stub, &format!("{} {EMPTY}", stub.signature));
        let program = Program::build(&self.sources.with_main(&whole.text));
        let Some(function) = program.function_at(whole.span.start) else { return Vec::new() };
        sketches(&program, function, &TypedScope::of(&program, function), &self.scope, stub)
    }

    fn code_of(&self, sketch: &Sketch) -> String {
        let body: String = splice::indent(&format!("{{\n{}\n}}", sketch.body.trim_matches('\n')), "");
        format!("{} {body}", self.request.stub.signature)
    }

    /// The verdict on a function, whose reasoning is what the analyser proves of it.
    fn stated(&self, code: &str) -> Candidate {
        let answer = format!("<think>.</think>\n<answer>\n{code}\n</answer>");
        let judgement = self.checker.judge(self.sources, &self.request.stub, &answer, None);
        let (reasoning, is_composed) = self.explained(&judgement);
        let mean_log_probability = f64::NEG_INFINITY;
        self.finish(Round { judgement, reasoning, is_composed, mean_log_probability }, Vec::new(), 0, Spent::default())
    }

    /// What the analyser proves of the function, in the sentences that the model was taught.
    fn taught(&self, code: &str) -> String {
        let stub = &self.request.stub;
        let splice = splice(self.document, stub, code);
        let facts = reasoning::facts_at(&self.sources.with_main(&splice.text), splice.span).unwrap_or_default();
        reasoning::write(&facts, &reasoning::purpose(stub.natspec.as_ref(), &stub.name).unwrap_or_default())
    }

    /// Asks the model for every candidate that it was not asked for yet; where it is not asked for one, none keeps an answer.
    pub(super) fn weigh(&self, first: &Draft, candidates: &mut [Candidate]) -> Result<(), EngineError> {
        let mut unasked: Vec<&mut Candidate> = candidates.iter_mut().filter(|one| one.likelihood.is_none()).collect();
        let likelihoods = self.likelihoods(first, unasked.iter().map(|candidate| candidate.code.as_str()))?;
        for (candidate, likelihood) in unasked.iter_mut().zip(likelihoods) {
            candidate.likelihood = likelihood;
        }
        if candidates.iter().any(|candidate| candidate.likelihood.is_none()) {
            candidates.iter_mut().for_each(|candidate| candidate.likelihood = None);
        }
        Ok(())
    }

    /// How likely the model finds each function with the reasoning that is true of it; all `None` where it is not asked, or where one of
    /// them is too long for it, since what is not weighed cannot stand beside what is.
    fn likelihoods<'c>(
        &self,
        first: &Draft,
        codes: impl Iterator<Item = &'c str>,
    ) -> Result<Vec<Option<Likelihood>>, EngineError> {
        let codes: Vec<&str> = codes.collect();
        if !self.request.options.likelihood || self.desk.model.info().parameters > MOST_PARAMETERS {
            return Ok(vec![None; codes.len()]);
        }
        let mut likelihoods = Vec::with_capacity(codes.len());
        for code in &codes {
            let reasoning = format!("{}\n</think>\n<answer>\n", self.taught(code));
            match first.likelihood(&[&reasoning, code], self.cancel) {
                Ok(each) => likelihoods.push(Some(Likelihood {
                    reasoning: each[0].iter().sum(),
                    code: each[1].iter().sum(),
                    tokens: each[1].len(),
                })),
                Err(EngineError::Model(error)) if matches!(*error, ModelError::ContextFull { .. }) => {
                    return Ok(vec![None; codes.len()]);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(likelihoods)
    }
}
