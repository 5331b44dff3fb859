//! What detectors look at: every function of the main file, and every way into its contracts.

use super::{Detector, roles, view::View, words::Words};
use crate::finding::{Confidence, Finding, Fix, Severity, TraceStep};
use solwright_analysis::{
    Program,
    facts::{FactsCache, FunctionFacts},
    ir::{ContractKind, FunctionKind},
    program::{ContractId, FunctionId, Place, VariableId},
};
use solwright_syntax::Span;
use std::{cell::OnceCell, collections::HashSet};

/// Functions that one contract may have before the rest is left out.
const MAX_ENTRIES: usize = 600;

/// What detectors look at.
pub(super) struct Context<'a> {
    pub program: &'a Program,
    /// Contracts of the main file with their ways in, their own and the inherited ones.
    pub contracts: Vec<ContractRun>,
    /// Functions of the main file that are no way into a contract: internal ones, libraries, constructors, free functions.
    pub others: Vec<FunctionFacts>,
    /// Functions and modifiers of the main file in the order of the text, for detectors that look at the shape of code.
    pub views: Vec<View<'a>>,
    discarded: OnceCell<HashSet<Place>>,
    words: OnceCell<Words>,
}

/// A contract as it runs.
pub(super) struct ContractRun {
    pub contract: ContractId,
    deciding: OnceCell<HashSet<VariableId>>,
    pub entries: Vec<FunctionFacts>,
}

/// What a detector says of one place. Begin with [`Report::of`].
pub(super) struct Report {
    pub severity: Severity,
    pub confidence: Confidence,
    pub message: String,
    pub note: String,
    pub help: String,
    pub trace: Vec<(Place, String)>,
    /// The entry of the OWASP enumeration that fits best, one of the detector's own.
    pub scwe: &'static str,
    /// Edits of the main file that mend it, with the name of the whole.
    pub fix: Option<Fix>,
}

impl Report {
    /// A report with the detector's own severity, confidence and ids, and nothing said yet.
    pub fn of(detector: &Detector) -> Self {
        Self {
            severity: detector.severity,
            confidence: detector.confidence,
            message: String::new(),
            note: String::new(),
            help: String::new(),
            trace: Vec::new(),
            scwe: detector.scwe,
            fix: None,
        }
    }
}

impl ContractRun {
    /// The state variables of the main file that say who may do what in this contract.
    pub fn deciding(&self, context: &Context<'_>) -> &HashSet<VariableId> {
        self.deciding.get_or_init(|| roles::deciding(context, self.contract))
    }
}

impl<'a> Context<'a> {
    pub fn new(program: &'a Program) -> Self {
        let facts = FactsCache::new(program);
        let mut seen = HashSet::new();
        let mut contracts = Vec::new();
        for contract in program.main_contracts() {
            let kind = program.contract(contract).kind;
            if matches!(kind, ContractKind::Interface | ContractKind::Library) {
                continue;
            }
            let entries = entries(program, contract);
            seen.extend(entries.iter().copied());
            let entries = entries.into_iter().map(|id| facts.facts_in(Some(contract), id)).collect();
            contracts.push(ContractRun { contract, deciding: OnceCell::new(), entries });
        }
        let others = program.main_functions().filter(|id| {
            let function = program.function(*id);
            !seen.contains(id) && function.body.is_some() && function.kind != FunctionKind::Modifier
        });
        let others = others.map(|id| facts.facts_in(program.function_contract(id), id)).collect();
        let views = program.main_functions().map(|id| View::new(program, id)).collect();
        Self { program, contracts, others, views, discarded: OnceCell::new(), words: OnceCell::new() }
    }

    /// Facts of all functions, ways in first.
    pub fn all(&self) -> impl Iterator<Item = &FunctionFacts> {
        self.contracts.iter().flat_map(|run| &run.entries).chain(&self.others)
    }

    /// The shape of a function, when the main file declares it.
    pub fn view(&self, id: FunctionId) -> Option<&View<'a>> {
        self.views.iter().find(|view| view.id == id)
    }

    /// The function of the main file around a place.
    pub fn view_at(&self, place: Place) -> Option<&View<'a>> {
        self.views.iter().find(|view| place.file == 0 && view.function.span.contains_span(place.span))
    }

    /// Calls of the main file whose first result nothing looks at.
    pub fn is_discarded(&self, place: Place) -> bool {
        self.discarded.get_or_init(|| super::discarded::discarded(self.program)).contains(&place)
    }

    /// How often each word stands in the main file.
    pub fn words(&self) -> &Words {
        self.words.get_or_init(|| Words::of(self.program.text(0)))
    }

    /// A place of the main file.
    pub fn place(&self, span: Span) -> Place {
        Place { file: 0, span }
    }

    /// What the main file says there, on one line.
    pub fn text(&self, span: Span) -> String {
        self.program.snippet(self.place(span))
    }

    /// The first of these places that lies in the main file.
    pub fn in_main(&self, places: &[Place]) -> Option<Place> {
        places.iter().copied().find(|place| place.file == 0)
    }

    /// The finding of a detector at a place of the main file.
    pub fn finding(&self, detector: &Detector, place: Place, report: Report) -> Finding {
        let step = |(place, message): (Place, String)| TraceStep {
            file: self.program.path(place.file).to_path_buf(),
            span: place.span,
            message,
        };
        Finding {
            detector: detector.id,
            severity: report.severity,
            confidence: report.confidence,
            message: report.message,
            note: report.note,
            help: report.help,
            file: self.program.path(place.file).to_path_buf(),
            span: place.span,
            trace: report.trace.into_iter().map(step).collect(),
            scwe: report.scwe,
            swc: detector.swc,
            fix: report.fix,
        }
    }
}

/// Functions of a contract, its own and inherited, that anyone may call. Of several overrides the most derived one counts.
fn entries(program: &Program, contract: ContractId) -> Vec<FunctionId> {
    let mut found: Vec<FunctionId> = Vec::new();
    let mut seen: HashSet<(&str, Vec<String>)> = HashSet::new();
    for &base in program.linearized(contract) {
        if program.contract(base).kind == ContractKind::Interface {
            continue;
        }
        for &id in program.functions_of(base) {
            let function = program.function(id);
            if !function.is_external() || function.body.is_none() || found.len() >= MAX_ENTRIES {
                continue;
            }
            let file = program.function_file(id);
            let params = function.params.iter().map(|param| program.snippet(Place { file, span: param.ty.span }));
            if seen.insert((&function.name, params.collect())) {
                found.push(id);
            }
        }
    }
    found
}
