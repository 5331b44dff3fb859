//! Whether an answer does what its reference does: both run in revm, called alike.

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use solwright_analysis::project::Sources;
use solwright_checker::{
    Checker, Level,
    behaviour::{Call, Comparison, Difference, Fuzz, IDLE, Reverts, entry, subjects},
    compile::CompiledContract,
};
use solwright_syntax::FunctionStub;
use std::sync::atomic::AtomicBool;

/// What became of an answer that compiles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Behaviour {
    /// No call told it from the reference, though calls tell the reference from a body that does nothing.
    Same,
    /// A call told it from the reference, in words.
    Differs(String),
    /// Nothing can be said, and why.
    Untestable(String),
}

/// Compares answers with references.
pub struct Referee<'a> {
    pub checker: &'a Checker,
    /// How two contracts are called.
    pub fuzz: Fuzz,
}

/// A contract in which a function can be observed, with its reference in place.
pub struct Observed {
    reference: CompiledContract,
    /// The function's signature, where calls from outside can name it.
    function: Option<String>,
    /// Whether storage is drawn, for it shows nothing otherwise.
    drawn_storage: bool,
}

impl Referee<'_> {
    /// Runs an answer, what its file compiles to, beside the reference. Also what the calls that succeeded cost, as a share of what they
    /// cost the reference.
    pub fn compare(&self, observed: &Observed, answer: &[CompiledContract]) -> (Behaviour, Option<f64>) {
        let compared = named(answer, &observed.reference.name);
        let compared = compared.and_then(|candidate| self.run(observed, candidate, self.fuzz.reverts));
        match compared {
            Err(error) => (Behaviour::Untestable(format!("{error:#}")), None),
            Ok(Comparison { difference: Some(difference), .. }) => (Behaviour::Differs(in_words(&difference)), None),
            Ok(Comparison { complete: false, agreed, .. }) => {
                (Behaviour::Untestable(format!("time was up after {agreed} calls in which both agreed")), None)
            }
            Ok(comparison) => (Behaviour::Same, gas(&comparison, observed.function.as_deref())),
        }
    }

    /// Finds the contract to deploy: the function's own, or one that uses it when that is abstract or a library. Only one in which
    /// bodies that do nothing show is worth anything.
    ///
    /// # Errors
    /// Why the task cannot be judged.
    pub fn prepare(&self, sources: &Sources, stub: &FunctionStub, reference: &str) -> anyhow::Result<Observed> {
        let body = reference.find('{').map_or(reference, |at| &reference[at..]);
        let references = self.contracts(sources, stub, body).context("the reference does not compile")?;
        let controls = IDLE.iter().map(|body| self.contracts(sources, stub, body)).collect::<Result<Vec<_>, _>>()?;
        let mut why = "nothing that uses it can be deployed".to_owned();
        for drawn_storage in [false, true] {
            for reference in subjects(&references, &stub.contract) {
                let function = entry(reference, &stub.name);
                let observed = Observed { reference: reference.clone(), function, drawn_storage };
                match self.blind(&observed, &controls) {
                    Ok(None) => return Ok(observed),
                    Ok(Some(idle)) => why = format!("no call tells the reference from `{idle}`"),
                    Err(error) => why = format!("{error:#}"),
                }
            }
        }
        bail!(why)
    }

    /// The first idle body that no call tells from the reference.
    fn blind(&self, observed: &Observed, controls: &[Vec<CompiledContract>]) -> anyhow::Result<Option<&'static str>> {
        for (idle, contracts) in IDLE.into_iter().zip(controls) {
            let control = named(contracts, &observed.reference.name)?;
            // A text that `revert()` lacks is no proof that the function ever does its work.
            if self.run(observed, control, Reverts::Any)?.difference.is_none() {
                return Ok(Some(idle));
            }
        }
        Ok(None)
    }

    fn contracts(&self, sources: &Sources, stub: &FunctionStub, body: &str) -> anyhow::Result<Vec<CompiledContract>> {
        let report = self.checker.compile_body(sources, stub, body)?;
        if report.contracts.is_empty() {
            let error = report.diagnostics.iter().find(|said| said.level == Level::Error);
            let first = error.map_or("nothing to deploy", |error| &error.message);
            bail!("{first}");
        }
        Ok(report.contracts)
    }

    fn run(&self, observed: &Observed, candidate: &CompiledContract, reverts: Reverts) -> anyhow::Result<Comparison> {
        let fuzz = Fuzz { reverts, drawn_storage: observed.drawn_storage, ..self.fuzz.clone() };
        Ok(fuzz.compare(&observed.reference, candidate, observed.function.as_deref(), &AtomicBool::new(false))?)
    }
}

fn named<'a>(contracts: &'a [CompiledContract], name: &str) -> anyhow::Result<&'a CompiledContract> {
    let found = contracts.iter().find(|contract| contract.name == name);
    found.with_context(|| format!("`{name}` is gone from the file"))
}

/// The candidate's gas as a share of the reference's, over the calls of `function` that succeeded; over all without one.
fn gas(comparison: &Comparison, function: Option<&str>) -> Option<f64> {
    let counted = comparison.functions.iter().filter(|(name, _)| match function {
        Some(function) => *name == function,
        None => *name != "constructor",
    });
    let [reference, candidate] = counted.fold([0; 2], |sum, (_, tally)| [sum[0] + tally.gas[0], sum[1] + tally.gas[1]]);
    (reference > 0).then(|| candidate as f64 / reference as f64)
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
