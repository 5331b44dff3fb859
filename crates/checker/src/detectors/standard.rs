//! Functions of a token standard, and those of the main file that answer otherwise than it says.

use super::{
    Detector,
    context::{Context, Report},
};
use crate::finding::Finding;
use solwright_analysis::ir::{Contract, Function, FunctionKind, Variable};

/// A function of a standard: name, types of the parameters, type of the result.
pub(super) type Signature = (&'static str, &'static [&'static str], &'static str);

/// Reports functions of contracts of the standard whose result is of another type.
pub(super) fn check(
    context: &Context<'_>,
    findings: &mut Vec<Finding>,
    detector: &Detector,
    (standard, signatures): (&str, &[Signature]),
) {
    let program = context.program;
    for id in program.main_contracts() {
        let named = |contract: &Contract| names_standard(&contract.name, standard);
        let written = program.contract(id).bases.iter().filter_map(|base| base.path.last());
        let inherits = written.into_iter().any(|name| names_standard(name, standard));
        if !inherits && !program.linearized(id).iter().any(|&base| named(program.contract(base))) {
            continue;
        }
        for function in &program.contract(id).functions {
            let Some(expected) = deviates(context, function, signatures) else { continue };
            let wanted = if expected.is_empty() { "nothing".to_owned() } else { format!("`{expected}`") };
            let report = Report {
                message: format!("`{}` of {standard} should return {wanted}", function.name),
                note: "callers that know the standard decode what it says, and revert on anything else".to_owned(),
                help: format!("let it return {wanted}"),
                ..Report::of(detector)
            };
            findings.push(context.finding(detector, context.place(function.name_span), report));
        }
    }
}

/// `ERC20`, `IERC20`, `ERC20Burnable`
fn names_standard(name: &str, standard: &str) -> bool {
    let bare = name.strip_prefix('I').unwrap_or(name);
    bare.strip_prefix(standard).is_some_and(|rest| !rest.starts_with(|char: char| char.is_ascii_digit()))
        && !["Receiver", "Holder", "Wrapper", "Permit"].iter().any(|word| name.contains(word))
}

/// What a function of the standard should return, when it returns something else.
fn deviates(context: &Context<'_>, function: &Function, signatures: &[Signature]) -> Option<&'static str> {
    let ty = |variable: &Variable| {
        let text = context.text(variable.ty.span);
        match text.as_str() {
            "uint" => "uint256".to_owned(),
            "address payable" => "address".to_owned(),
            _ => text,
        }
    };
    let params: Vec<String> = function.params.iter().map(ty).collect();
    let returns: Vec<String> = function.returns.iter().map(ty).collect();
    let is_public = function.kind == FunctionKind::Function && function.is_external();
    let mut same =
        signatures.iter().filter(|(name, expected, _)| is_public && function.name == *name && params == *expected);
    let (_, _, expected) = same.next()?;
    (returns.join(",") != *expected).then_some(*expected)
}
