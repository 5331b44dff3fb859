//! Early correction: a draft that has just gone wrong is told so at the end of the statement, not at the end of the body (SafeThink's early
//! correction, with the checker's detectors as judge). They are asked only where a statement makes it possible.

use crate::statement::{close, statement_start};
use solwright_analysis::{Program, project::Sources};
use solwright_checker::detectors;
use solwright_syntax::{FunctionStub, code_tokens};

/// What is corrected: state written after a call, the wrong caller asked, a call whose result nobody takes.
const DETECTORS: [&str; 4] = ["reentrancy", "reentrancy-balance", "tx-origin", "unchecked-call"];

/// Members whose calls stay in the contract.
const INSIDE: [&str; 7] = ["push", "pop", "encode", "encodePacked", "encodeCall", "encodeWithSelector", "decode"];

/// Whether the last statement of `body`, which ends there, can have gone wrong.
pub fn is_doubtful(body: &str) -> bool {
    let start = statement_start(body, body.trim_end().len().saturating_sub(1));
    let (before, last) = body.split_at(start);
    let writes = || code_tokens(last).any(|sign| matches!(sign, "=" | "+=" | "-=" | "++" | "--" | "delete" | "push"));
    last.contains("origin") || leaves(last) || leaves(before) && writes()
}

/// Where in `body` the first statement stands that one of the detectors objects to, when nothing follows it.
pub fn slip(sources: &Sources, stub: &FunctionStub, body: &str) -> Option<usize> {
    let head = format!("{} {{\n", stub.signature);
    let whole = stub.splice(&sources.main().text, &close(&format!("{head}{body}")));
    let start = stub.span.start + whole.get(stub.span.start..)?.find(&head)? + head.len();
    let found = detectors::all(&Program::build(&sources.with_main(&whole)));
    let ours = found.iter().filter(|finding| DETECTORS.contains(&finding.detector)).filter_map(|finding| {
        let at = finding.span.start.checked_sub(start).filter(|at| *at < body.len())?;
        let statement = statement_start(body, at);
        // A result that a local holds can be asked for yet.
        let is_held = body[statement..].split(';').next().is_some_and(|text| text.contains('='));
        (finding.detector != "unchecked-call" || !is_held).then_some(statement)
    });
    ours.min()
}

/// Whether a call may leave the contract: `target.name(` or `target.name{`.
fn leaves(code: &str) -> bool {
    let signs: Vec<&str> = code_tokens(code).collect();
    signs.windows(3).any(|three| three[0] == "." && matches!(three[2], "(" | "{") && !INSIDE.contains(&three[1]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use solwright_syntax::{Document, stubs};

    const FILE: &str = "pragma solidity ^0.8.20;
contract Vault {
    mapping(address => uint256) balances;
    address owner;
    function withdraw(uint256 amount) external {}
}
";

    #[track_caller]
    fn slips_at(body: &str, expected: Option<&str>) {
        let sources = Sources::of_text("Vault.sol", FILE);
        let stub = stubs(&Document::parse(FILE)).remove(0);
        let at = slip(&sources, &stub, body);
        let said = at.map(|at| body[at..].trim_start().split_inclusive(';').next().unwrap());
        assert_eq!(said, expected);
        assert!(expected.is_none() || is_doubtful(body), "nobody would ask");
    }

    #[test]
    fn a_draft_is_told_of_its_slip_at_the_end_of_the_statement() {
        let call = "(bool ok,) = msg.sender.call{value: amount}(\"\");";
        slips_at(&format!("    balances[msg.sender] -= amount;\n    {call}"), None);
        slips_at(
            &format!(
                "    uint256 held = balances[msg.sender];\n    {call}\n    require(ok);\n    balances[msg.sender] = held - amount;"
            ),
            Some(call),
        );
        slips_at("    require(tx.origin == owner);", Some("require(tx.origin == owner);"));
        slips_at("    payable(msg.sender).send(amount);", Some("payable(msg.sender).send(amount);"));
        slips_at("    balances[msg.sender] = amount;", None);
    }

    #[test]
    fn plain_statements_are_not_looked_into() {
        assert!(!is_doubtful("balances[msg.sender] = amount;"));
        assert!(!is_doubtful("list.push(amount); total += amount;"));
        assert!(is_doubtful("token.mint(to); total += amount;"));
        assert!(!is_doubtful("token.mint(to); return true;"));
    }
}
