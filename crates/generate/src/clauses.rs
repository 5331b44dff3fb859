//! Clauses of ERC standards, in our own words: which of them a function is under, and whether its code keeps to them.

use crate::{
    reasoning::{ClaimStatus, Facts, MarkedClaim, Stage},
    sketches::words,
};
use serde::Deserialize;
use solwright_syntax::{Document, code_tokens};
use std::sync::LazyLock;

/// One thing that a standard asks of one function.
#[derive(Deserialize)]
struct Clause {
    /// Standard, function and number.
    id: String,
    /// Name and types of the parameters.
    function: String,
    text: String,
    /// What of it a program can decide.
    check: Option<String>,
}

static CLAUSES: LazyLock<Vec<Clause>> = LazyLock::new(|| {
    let lines = include_str!("clauses.jsonl").lines();
    lines.filter_map(|line| serde_json::from_str(line).ok()).collect()
});

/// Clauses of functions whose whole name is a part of this one, as lines of comment: `safeTransferFrom` is a `transferFrom`.
pub fn about(name: &str) -> Vec<String> {
    let asked = words(name);
    let is_named = |clause: &&Clause| {
        let named = words(clause.function.split('(').next().unwrap_or_default());
        named.iter().all(|word| asked.contains(word))
    };
    CLAUSES.iter().filter(is_named).map(|clause| format!("// {}: {}", clause.id, clause.text)).collect()
}

/// The clauses that a function of this signature is under, each held against the code where it can be; `None` where no standard speaks of it.
/// Two standards can ask for one signature, and then what both ask is named.
pub fn cited(signature: &str, facts: &Facts) -> Option<Stage> {
    let function = plain(signature)?;
    let claims: Vec<MarkedClaim> = CLAUSES
        .iter()
        .filter(|clause| clause.function == function)
        .map(|clause| MarkedClaim {
            text: format!("{}: {}", clause.id, clause.text),
            status: clause.check.as_deref().map_or(ClaimStatus::Untestable, |check| decided(check, facts)),
            at: None,
        })
        .collect();
    let text = claims.iter().map(|claim| claim.text.as_str()).collect::<Vec<_>>().join("; ");
    (!claims.is_empty()).then(|| Stage { name: "Standard".to_owned(), text: format!("{text}."), claims })
}

/// What functions that it calls ask and tell is in the facts as well, so that only what nothing does counts as missing.
fn decided(check: &str, facts: &Facts) -> ClaimStatus {
    let holds = match check.split_once(' ') {
        Some(("emits", names)) => names.split('|').any(|name| facts.events.iter().any(|event| event.name == name)),
        Some(("reads", name)) => facts.reads.iter().any(|read| read.name.to_lowercase().contains(name)),
        Some(("writes", _)) => facts.writes().next().is_none(),
        Some(("has", _)) => !facts.conditions.is_empty() || !facts.deeper_conditions.is_empty(),
        Some(("no", _)) => facts.conditions.is_empty() && facts.deeper_conditions.is_empty(),
        Some(("accepts", _)) => !facts.conditions.iter().any(|condition| asks_above_zero(&condition.asked.name, facts)),
        _ => return ClaimStatus::Untestable,
    };
    match (holds, facts.truncated) {
        (_, true) => ClaimStatus::Untestable,
        (true, _) => ClaimStatus::Holds,
        (false, _) => ClaimStatus::Fails,
    }
}

/// `amount > 0` or `amount != 0`, where the amount is the last parameter.
fn asks_above_zero(condition: &str, facts: &Facts) -> bool {
    let signs: Vec<&str> = code_tokens(condition).collect();
    let last = facts.parameters.last().map(String::as_str);
    matches!(signs[..], [name, ">" | "!=", "0"] if Some(name) == last)
}

/// `transfer(address,uint256)` of a signature.
fn plain(signature: &str) -> Option<String> {
    let document = Document::parse(format!("contract C {{ {signature} {{}} }}"));
    let functions = document.functions();
    let function = functions.first()?;
    let list = function.parameters.text(document.text()).trim_matches(['(', ')']);
    let types = list.split(',').filter_map(|part| part.split_whitespace().next()).map(|ty| match ty {
        "uint" => "uint256",
        ty => ty,
    });
    Some(format!("{}({})", function.name, types.collect::<Vec<_>>().join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reasoning::facts_at;
    use solwright_analysis::project::Sources;

    fn marks(function: &str) -> Vec<(String, ClaimStatus)> {
        let text = format!(
            "contract T {{ mapping(address => uint256) balanceOf; event Transfer(address indexed a, address indexed b, uint256 c); {function} }}"
        );
        let document = Document::parse(text.as_str());
        let span = document.functions()[0].span;
        let facts = facts_at(&Sources::of_text("T.sol", &text), span).unwrap();
        let stage = cited(document.functions()[0].signature.text(&text), &facts);
        stage
            .into_iter()
            .flat_map(|stage| stage.claims)
            .map(|claim| (claim.text[..17].to_owned(), claim.status))
            .collect()
    }

    #[test]
    fn every_clause_is_read() {
        assert_eq!(CLAUSES.len(), include_str!("clauses.jsonl").lines().count());
        let mut ids: Vec<&str> = CLAUSES.iter().map(|clause| clause.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), CLAUSES.len());
    }

    #[test]
    fn a_transfer_is_held_against_its_standard() {
        use ClaimStatus::{Fails, Holds, Untestable};
        let id = |n: usize| format!("ERC-20.transfer.{n}");
        let moves = "balanceOf[msg.sender] -= v; balanceOf[to] += v; ";
        assert_eq!(
            marks(&format!(
                "function transfer(address to, uint v) external returns (bool) {{ {moves} emit Transfer(msg.sender, to, v); return true; }}"
            )),
            [(id(1), Holds), (id(2), Holds), (id(3), Untestable)]
        );
        assert_eq!(
            marks(&format!(
                "function transfer(address to, uint256 v) external returns (bool) {{ require(v > 0); {moves} return true; }}"
            )),
            [(id(1), Fails), (id(2), Fails), (id(3), Untestable)]
        );
        assert_eq!(marks("function transfer(address to) external {}"), []);
    }
}
