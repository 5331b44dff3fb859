//! # Two functions with one selector
//!
//! ## What it does
//! Looks for functions of a proxy whose selector, the first four bytes of the hash of their signature, is also that of another
//! function of a contract at hand, with another signature.
//!
//! ## Why it is bad
//! The proxy answers calls with that selector itself and never hands them on. Users who call the one function run the other, with
//! their arguments read as something else; who writes the proxy chooses such a name on purpose.
//!
//! ## Example
//! ```solidity
//! contract Proxy { function collate_propagate_storage(bytes16) external { … } }
//! contract Token { function burn(uint256 amount) external { … } }
//! ```
//! Give the function of the proxy another name:
//! ```solidity
//! contract Proxy { function collectStorage(bytes16) external { … } }
//! ```
//!
//! ## Known gaps
//! - One finding is made for a proxy. Where the type of its target does not name the logic, every contract at hand may be it.
//! - Functions that take structs or functions are left out, and so are contracts that are not imported.

use super::{
    Detector,
    context::{Context, Report},
    proxy_storage_collision::delegates,
    shape::{named_call, without_casts},
};
use crate::finding::{Confidence, Finding, Severity};
use alloy_primitives::keccak256;
use solwright_analysis::{
    Program,
    ir::{FunctionKind, TypeName, TypeNameKind},
    program::{ContractId, FunctionId, Place, Ty},
};

pub(super) const DETECTOR: Detector = Detector {
    id: "function-selector-collision",
    title: "a function of the proxy hides another of its logic",
    severity: Severity::High,
    confidence: Confidence::High,
    scwe: "SCWE-005",
    also: &[],
    swc: None,
    source: include_str!("function_selector_collision.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let program = context.program;
    for proxy in program.main_contracts().filter(|&id| delegates(context, id)) {
        let logic = logic(context, proxy);
        // Where the proxy does not say what it runs, it is any contract at hand.
        let others = program.contract_ids().filter(|&id| match logic {
            Some(logic) => program.inherits(logic, id),
            None => !program.inherits(proxy, id),
        });
        let others: Vec<_> = others.flat_map(|id| signatures(program, id)).collect();
        let own = program.linearized(proxy).iter().flat_map(|&id| signatures(program, id));
        let clash = own.into_iter().find_map(|own| {
            let is_hidden = |other: &&Signature| other.selector == own.selector && other.text != own.text;
            others.iter().find(is_hidden).map(|other| (own, other))
        });
        let Some((own, other)) = clash else { continue };
        let report = Report {
            severity: if logic.is_some() { Severity::High } else { Severity::Medium },
            message: format!("`{}` has the selector of `{}`", own.text, other.text),
            note: "calls of the one are answered by the other, with their arguments read as something else".to_owned(),
            help: "give it another name".to_owned(),
            trace: vec![
                (own.place, "the function of the proxy".to_owned()),
                (other.place, "the function that it hides".to_owned()),
            ],
            ..Report::of(&DETECTOR)
        };
        findings.push(context.finding(&DETECTOR, context.place(program.contract(proxy).name_span), report));
    }
}

/// The contract that the fallback of a proxy runs, when the type of its target says so.
fn logic(context: &Context<'_>, proxy: ContractId) -> Option<ContractId> {
    let fallbacks = context.views.iter().filter(|view| {
        view.function.kind == FunctionKind::Fallback
            && view.contract.is_some_and(|home| context.program.inherits(proxy, home))
    });
    fallbacks.into_iter().find_map(|view| {
        view.exprs().iter().find_map(|(expr, _)| {
            let call = named_call(expr).filter(|call| call.name == "delegatecall")?;
            match view.ty(without_casts(call.base?)) {
                Ty::Contract(id) => Some(id),
                _ => None,
            }
        })
    })
}

/// How a function is called from outside.
struct Signature {
    text: String,
    selector: [u8; 4],
    place: Place,
}

fn signatures(program: &Program, contract: ContractId) -> Vec<Signature> {
    let texts = program.functions_of(contract).iter().filter_map(|&id| Some((id, signature(program, id)?)));
    texts
        .map(|(id, text)| {
            let place = Place { file: program.function_file(id), span: program.function(id).name_span };
            Signature { selector: selector(&text), text, place }
        })
        .collect()
}

/// The signature of a function that may be called from outside, as its selector is made of.
fn signature(program: &Program, id: FunctionId) -> Option<String> {
    let function = program.function(id);
    let is_callable = function.is_external() && function.kind == FunctionKind::Function;
    let types = function.params.iter().map(|param| canonical(program, id, &param.ty));
    let types = types.collect::<Option<Vec<_>>>().filter(|_| is_callable)?;
    Some(format!("{}({})", function.name, types.join(",")))
}

fn canonical(program: &Program, id: FunctionId, name: &TypeName) -> Option<String> {
    let file = program.function_file(id);
    if let TypeNameKind::Array(element, length) = &name.kind {
        let length = length.as_ref().map_or(String::new(), |length| program.snippet(Place { file, span: length.span }));
        return Some(format!("{}[{length}]", canonical(program, id, element)?));
    }
    Some(match program.ty(file, program.function_contract(id), name) {
        Ty::Address { .. } | Ty::Contract(_) => "address".to_owned(),
        Ty::Bool => "bool".to_owned(),
        Ty::Uint(bits) => format!("uint{bits}"),
        Ty::Int(bits) => format!("int{bits}"),
        Ty::FixedBytes(bytes) => format!("bytes{bytes}"),
        Ty::Bytes => "bytes".to_owned(),
        Ty::String => "string".to_owned(),
        Ty::Enum => "uint8".to_owned(),
        _ => return None,
    })
}

fn selector(signature: &str) -> [u8; 4] {
    let hash = keccak256(signature);
    [hash[0], hash[1], hash[2], hash[3]]
}
