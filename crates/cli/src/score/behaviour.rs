//! Whether an answer does what its reference does: both run in revm, called alike.

use anyhow::{Context, bail};
use solwright_analysis::project::Sources;
use solwright_checker::{
    Checker,
    behaviour::{Call, Comparison, Difference, Fuzz, Reverts},
    compile::{CompiledContract, Output},
    splice,
};
use solwright_syntax::{Document, FunctionStub, Span};
use std::{cmp::Reverse, sync::atomic::AtomicBool, time::Duration};

/// What became of an answer that compiles.
pub enum Behaviour {
    /// No call told it from the reference, though calls tell the reference from `revert()`.
    Same,
    /// A call told it from the reference, in words.
    Differs(String),
    /// Nothing can be said, and why.
    Untestable(String),
}

/// Compares answers with references. The answers to one task come one after the other, so the last reference is kept.
pub struct Referee<'a> {
    checker: &'a Checker,
    last: Option<(Key, Result<Bench, String>)>,
}

/// What tells tasks apart: the file, the function, the reference.
type Key = (String, Span, String);

/// A contract in which the function can be observed.
struct Bench {
    reference: CompiledContract,
    function: Option<String>,
}

/// A large file may hold many contracts; the largest ones are what it was written for.
const MOST_CONTRACTS: usize = 3;

impl<'a> Referee<'a> {
    pub fn new(checker: &'a Checker) -> Self {
        Self { checker, last: None }
    }

    /// Runs `whole`, the file with the answer in it, beside the file with the reference.
    pub fn compare(&mut self, sources: &Sources, stub: &FunctionStub, reference: &str, whole: &str) -> Behaviour {
        let key = (sources.main().text.to_string(), stub.span, reference.to_owned());
        if self.last.as_ref().is_none_or(|(known, _)| *known != key) {
            let bench = self.prepare(sources, stub, reference).map_err(|error| format!("{error:#}"));
            self.last = Some((key, bench));
        }
        match &self.last {
            Some((_, Ok(bench))) => self.run(bench, sources, whole),
            Some((_, Err(reason))) => Behaviour::Untestable(reason.clone()),
            None => Behaviour::Untestable("no reference was prepared".into()),
        }
    }

    fn run(&self, bench: &Bench, sources: &Sources, whole: &str) -> Behaviour {
        let compared = self.contracts(sources, whole).and_then(|contracts| {
            let name = &bench.reference.name;
            let candidate = contracts.iter().find(|contract| contract.name == *name);
            let candidate = candidate.with_context(|| format!("`{name}` is gone from the file"))?;
            self.fuzz(&bench.reference, candidate, bench.function.as_deref(), Reverts::Kind)
        });
        match compared {
            Err(error) => Behaviour::Untestable(format!("{error:#}")),
            Ok(Comparison { difference: Some(difference), .. }) => Behaviour::Differs(in_words(&difference)),
            Ok(Comparison { complete: false, agreed, .. }) => {
                Behaviour::Untestable(format!("time was up after {agreed} calls in which both agreed"))
            }
            Ok(_) => Behaviour::Same,
        }
    }

    /// Finds the contract to deploy: the function's own, or one that uses it when that is abstract or a library. Only one in which a
    /// body of `revert()` shows is worth anything.
    fn prepare(&self, sources: &Sources, stub: &FunctionStub, reference: &str) -> anyhow::Result<Bench> {
        let document = Document::parse(&*sources.main().text);
        let with = |body: &str| splice::splice(&document, stub, &format!("{} {body}", stub.signature)).text;
        let body = reference.find('{').map_or(reference, |at| &reference[at..]);
        let references =
            self.contracts(sources, &with(body)).context("untestable, for the reference does not compile")?;
        let controls = self.contracts(sources, &with("{ revert(); }")).context("untestable")?;
        let mut why = format!("untestable, for nothing that uses `{}` can be deployed", stub.name);
        for reference in by_promise(references, &stub.contract).into_iter().take(MOST_CONTRACTS) {
            let Some(control) = controls.iter().find(|control| control.name == reference.name) else { continue };
            let function = signature(&reference, stub);
            // A text that `revert()` lacks is no proof that the function ever does its work.
            match self.fuzz(&reference, control, function.as_deref(), Reverts::Any) {
                Ok(Comparison { difference: Some(_), .. }) => return Ok(Bench { reference, function }),
                Ok(_) => why = format!("untestable, for no call tells `{}` from `revert()`", stub.name),
                Err(error) => why = format!("untestable: {error:#}"),
            }
        }
        bail!(why)
    }

    fn contracts(&self, sources: &Sources, text: &str) -> anyhow::Result<Vec<CompiledContract>> {
        let whole = sources.with_main(text);
        let report = self.checker.compilers().compile(&whole, Output::Bytecode { optimize: false })?;
        if report.contracts.is_empty() {
            let first = report.diagnostics.first().map_or("nothing to deploy", |diagnostic| &diagnostic.message);
            bail!("{first}");
        }
        Ok(report.contracts)
    }

    fn fuzz(
        &self,
        reference: &CompiledContract,
        candidate: &CompiledContract,
        function: Option<&str>,
        reverts: Reverts,
    ) -> anyhow::Result<Comparison> {
        let fuzz = Fuzz { calls: 400, deadline: Duration::from_secs(2), reverts, ..Fuzz::default() };
        Ok(fuzz.compare(reference, candidate, function, &AtomicBool::new(false))?)
    }
}

/// What can be deployed: the function's own contract, then the largest.
fn by_promise(contracts: Vec<CompiledContract>, own: &str) -> Vec<CompiledContract> {
    let mut all: Vec<_> = contracts.into_iter().filter(|contract| !contract.bytecode.is_empty()).collect();
    all.sort_by_key(|contract| (contract.name != own, Reverse(contract.deployed.len())));
    all
}

/// The function's signature in the contract's interface; none where it has none or several, and then all are called.
fn signature(contract: &CompiledContract, stub: &FunctionStub) -> Option<String> {
    let mut named = contract
        .selectors
        .as_object()?
        .keys()
        .filter(|key| key.split_once('(').is_some_and(|(name, _)| name == stub.name));
    let first = named.next()?;
    named.next().is_none().then(|| first.clone())
}

fn in_words(difference: &Difference) -> String {
    let call =
        |call: &Call| format!("{}({})", call.function.split('(').next().unwrap_or_default(), call.arguments.join(", "));
    let calls: Vec<String> = difference.calls.iter().map(call).collect();
    let aspect = format!("{:?}", difference.aspect).to_lowercase();
    format!(
        "after `{}` {aspect} differs: the reference has {}, the answer {}",
        calls.join("; "),
        difference.reference,
        difference.candidate
    )
}
