//! Which rule of which tool is of which class. All of it is data, for a reader to check; where a rule might be of a class, it is.

use super::tools::EVERY;
use solwright_checker::{detectors::ALL, suppress};

/// Classes of smartbugs-curated, in OWASP SCWE's terms.
const SMARTBUGS: &[(&str, &[&str])] = &[
    (
        "access_control",
        &["SCWE-005", "SCWE-016", "SCWE-018", "SCWE-035", "SCWE-038", "SCWE-049", "SCWE-050", "SCWE-057", "SCWE-070"],
    ),
    ("arithmetic", &["SCWE-041", "SCWE-047"]),
    ("bad_randomness", &["SCWE-024", "SCWE-031", "SCWE-065", "SCWE-084", "SCWE-153"]),
    ("denial_of_service", &["SCWE-032", "SCWE-036", "SCWE-058", "SCWE-059", "SCWE-079", "SCWE-109", "SCWE-148"]),
    ("front_running", &["SCWE-037", "SCWE-052", "SCWE-103", "SCWE-142"]),
    ("other", &["SCWE-010", "SCWE-044", "SCWE-057", "SCWE-069", "SCWE-071"]),
    ("reentrancy", &["SCWE-046", "SCWE-102", "SCWE-137", "SCWE-138"]),
    ("short_addresses", &["SCWE-122", "SCWE-154"]),
    ("time_manipulation", &["SCWE-031", "SCWE-065"]),
    ("unchecked_low_level_calls", &["SCWE-048"]),
];

/// Rules of others in OWASP SCWE's terms; a rule that begins so is meant too.
const RULES: &[(&str, &str, &[&str])] = &[
    ("slither", "reentrancy-", &["SCWE-046", "SCWE-102", "SCWE-137", "SCWE-138"]),
    ("slither", "arbitrary-send-", &["SCWE-016", "SCWE-049"]),
    ("slither", "suicidal", &["SCWE-016", "SCWE-038", "SCWE-050", "SCWE-117"]),
    ("slither", "unprotected-upgrade", &["SCWE-005", "SCWE-092", "SCWE-098"]),
    ("slither", "controlled-delegatecall", &["SCWE-035", "SCWE-042"]),
    ("slither", "delegatecall-loop", &["SCWE-035", "SCWE-128"]),
    ("slither", "msg-value-loop", &["SCWE-128"]),
    ("slither", "controlled-array-length", &["SCWE-057"]),
    ("slither", "tx-origin", &["SCWE-018"]),
    ("slither", "weak-prng", &["SCWE-024", "SCWE-031", "SCWE-065", "SCWE-084", "SCWE-153"]),
    ("slither", "timestamp", &["SCWE-024", "SCWE-031", "SCWE-065"]),
    ("slither", "unchecked-", &["SCWE-048", "SCWE-078"]),
    ("slither", "unused-return", &["SCWE-048"]),
    ("slither", "calls-loop", &["SCWE-032", "SCWE-058", "SCWE-079", "SCWE-109", "SCWE-148"]),
    ("slither", "costly-loop", &["SCWE-032", "SCWE-058", "SCWE-109"]),
    ("slither", "return-bomb", &["SCWE-120"]),
    ("slither", "low-level-calls", &["SCWE-042", "SCWE-134"]),
    ("slither", "divide-before-multiply", &["SCWE-047", "SCWE-124"]),
    ("slither", "incorrect-exp", &["SCWE-066"]),
    ("slither", "incorrect-shift", &["SCWE-066"]),
    ("slither", "encode-packed-collision", &["SCWE-011", "SCWE-074"]),
    ("slither", "mapping-deletion", &["SCWE-053"]),
    ("slither", "locked-ether", &["SCWE-140"]),
    ("slither", "incorrect-equality", &["SCWE-075"]),
    ("slither", "missing-zero-check", &["SCWE-143", "SCWE-145"]),
    ("slither", "events-", &["SCWE-063"]),
    ("slither", "shadowing-", &["SCWE-010", "SCWE-069"]),
    ("slither", "uninitialized-storage", &["SCWE-044", "SCWE-071"]),
    ("slither", "uninitialized-", &["SCWE-083"]),
    ("slither", "assembly", &["SCWE-039"]),
    ("slither", "assert-state-change", &["SCWE-067"]),
    ("slither", "deprecated-standards", &["SCWE-009", "SCWE-072"]),
    ("slither", "pragma", &["SCWE-060"]),
    ("slither", "solc-version", &["SCWE-060", "SCWE-061"]),
    ("slither", "dead-code", &["SCWE-062"]),
    ("slither", "unused-state", &["SCWE-007"]),
    ("slither", "rtlo", &["SCWE-076"]),
    ("slither", "cyclomatic-complexity", &["SCWE-002"]),
    ("slither", "too-many-digits", &["SCWE-008"]),
    ("slither", "domain-separator-collision", &["SCWE-105"]),
    ("slither", "chronicle-unchecked-price", &["SCWE-086"]),
    ("slither", "pyth-unchecked-", &["SCWE-086"]),
    ("slither", "protected-vars", &["SCWE-016"]),
    ("slither", "incorrect-modifier", &["SCWE-045"]),
    ("slither", "multiple-constructors", &["SCWE-070"]),
    ("slither", "name-reused", &["SCWE-006", "SCWE-064"]),
    ("slither", "reused-constructor", &["SCWE-006", "SCWE-064"]),
    ("slither", "missing-inheritance", &["SCWE-006"]),
    ("slither", "enum-conversion", &["SCWE-041", "SCWE-080"]),
    ("slither", "pyth-deprecated-functions", &["SCWE-009"]),
    ("slither", "optimism-deprecation", &["SCWE-009"]),
    ("slither", "chainlink-feed-registry", &["SCWE-028"]),
    ("slither", "gelato-unprotected-randomness", &["SCWE-024", "SCWE-115"]),
    ("slither", "unindexed-event-address", &["SCWE-063"]),
    ("slither", "erc20-indexed", &["SCWE-063"]),
    ("slither", "incorrect-return", &["SCWE-039"]),
    ("slither", "return-leave", &["SCWE-039"]),
    ("slither", "redundant-statements", &["SCWE-062"]),
    ("slither", "write-after-write", &["SCWE-062"]),
    ("slither", "variable-scope", &["SCWE-083"]),
    ("forge-lint", "reentrancy-", &["SCWE-046", "SCWE-102", "SCWE-137", "SCWE-138"]),
    ("forge-lint", "arbitrary-send-", &["SCWE-016", "SCWE-049"]),
    ("forge-lint", "controlled-delegatecall", &["SCWE-035", "SCWE-042"]),
    ("forge-lint", "delegatecall-loop", &["SCWE-035", "SCWE-128"]),
    ("forge-lint", "msg-value-loop", &["SCWE-128"]),
    ("forge-lint", "protected-vars", &["SCWE-016"]),
    ("forge-lint", "unprotected-initializer", &["SCWE-005", "SCWE-092", "SCWE-098"]),
    ("forge-lint", "tx-origin", &["SCWE-018"]),
    ("forge-lint", "weak-prng", &["SCWE-024", "SCWE-031", "SCWE-065", "SCWE-084", "SCWE-153"]),
    ("forge-lint", "block-timestamp", &["SCWE-024", "SCWE-031", "SCWE-065"]),
    ("forge-lint", "unchecked-call", &["SCWE-048", "SCWE-078"]),
    ("forge-lint", "erc20-unchecked-transfer", &["SCWE-048"]),
    ("forge-lint", "unused-return", &["SCWE-048"]),
    ("forge-lint", "calls-loop", &["SCWE-032", "SCWE-058", "SCWE-079", "SCWE-109", "SCWE-148"]),
    ("forge-lint", "costly-loop", &["SCWE-032", "SCWE-058", "SCWE-109"]),
    ("forge-lint", "require-revert-in-loop", &["SCWE-032", "SCWE-058"]),
    ("forge-lint", "return-bomb", &["SCWE-120"]),
    ("forge-lint", "low-level-calls", &["SCWE-042", "SCWE-134"]),
    ("forge-lint", "divide-before-multiply", &["SCWE-047", "SCWE-124"]),
    ("forge-lint", "unsafe-typecast", &["SCWE-041", "SCWE-080"]),
    ("forge-lint", "incorrect-exp", &["SCWE-066"]),
    ("forge-lint", "incorrect-shift", &["SCWE-066"]),
    ("forge-lint", "ecrecover", &["SCWE-019", "SCWE-054", "SCWE-056"]),
    ("forge-lint", "encode-packed-collision", &["SCWE-011", "SCWE-074"]),
    ("forge-lint", "mapping-deletion", &["SCWE-053"]),
    ("forge-lint", "locked-ether", &["SCWE-140"]),
    ("forge-lint", "incorrect-strict-equality", &["SCWE-075"]),
    ("forge-lint", "missing-zero-check", &["SCWE-143", "SCWE-145"]),
    ("forge-lint", "missing-events-", &["SCWE-063"]),
    ("forge-lint", "incorrect-modifier", &["SCWE-045"]),
    ("forge-lint", "uninitialized-", &["SCWE-083"]),
    ("forge-lint", "inline-assembly", &["SCWE-039"]),
    ("forge-lint", "assert-state-change", &["SCWE-067"]),
    ("forge-lint", "deprecated-oz-function", &["SCWE-009", "SCWE-089"]),
    ("forge-lint", "pragma-inconsistent", &["SCWE-060"]),
    ("forge-lint", "unused-state-variables", &["SCWE-007"]),
    ("forge-lint", "rtlo", &["SCWE-076"]),
    ("forge-lint", "cyclomatic-complexity", &["SCWE-002"]),
    ("forge-lint", "literal-instead-of-constant", &["SCWE-008"]),
    ("forge-lint", "event-fields", &["SCWE-063"]),
    ("forge-lint", "missing-inheritance", &["SCWE-006"]),
    ("forge-lint", "payable-loop", &["SCWE-128"]),
    ("forge-lint", "solmate-safe-transfer-lib", &["SCWE-134"]),
    ("forge-lint", "write-after-write", &["SCWE-062"]),
    ("solhint", "reentrancy", &["SCWE-046", "SCWE-102"]),
    ("solhint", "avoid-call-value", &["SCWE-042", "SCWE-046"]),
    ("solhint", "avoid-low-level-calls", &["SCWE-035", "SCWE-042", "SCWE-048", "SCWE-134"]),
    ("solhint", "avoid-sha3", &["SCWE-009", "SCWE-072"]),
    ("solhint", "avoid-suicide", &["SCWE-009", "SCWE-038", "SCWE-050", "SCWE-072"]),
    ("solhint", "avoid-throw", &["SCWE-009", "SCWE-072"]),
    ("solhint", "avoid-tx-origin", &["SCWE-018"]),
    ("solhint", "check-send-result", &["SCWE-048", "SCWE-078"]),
    ("solhint", "no-unchecked-calls", &["SCWE-048", "SCWE-078"]),
    ("solhint", "multiple-sends", &["SCWE-058", "SCWE-079"]),
    ("solhint", "compiler-version", &["SCWE-060", "SCWE-061"]),
    ("solhint", "func-visibility", &["SCWE-016", "SCWE-070", "SCWE-097"]),
    ("solhint", "state-visibility", &["SCWE-068"]),
    ("solhint", "no-complex-fallback", &["SCWE-043"]),
    ("solhint", "payable-fallback", &["SCWE-043"]),
    ("solhint", "no-inline-assembly", &["SCWE-039"]),
    ("solhint", "not-rely-on-block-hash", &["SCWE-024", "SCWE-031", "SCWE-084"]),
    ("solhint", "not-rely-on-time", &["SCWE-024", "SCWE-031", "SCWE-065"]),
    ("solhint", "code-complexity", &["SCWE-002"]),
    ("solhint", "function-max-lines", &["SCWE-002"]),
    ("solhint", "max-states-count", &["SCWE-002"]),
    ("solhint", "no-unused-vars", &["SCWE-007", "SCWE-093"]),
];

/// Names that two rules for the same bear, besides those that suppressions know.
const SAME: &[(&str, &str)] = &[
    ("block-timestamp", "timestamp"),
    ("block-timestamp", "not-rely-on-time"),
    ("tx-origin", "avoid-tx-origin"),
    ("unchecked-call", "unchecked-lowlevel"),
    ("unchecked-call", "unchecked-send"),
    ("unchecked-call", "no-unchecked-calls"),
    ("unchecked-call", "check-send-result"),
    ("erc20-unchecked-transfer", "unchecked-transfer"),
    ("incorrect-strict-equality", "incorrect-equality"),
    ("missing-events-access-control", "events-access"),
    ("missing-events-arithmetic", "events-maths"),
    ("incorrect-erc20-interface", "erc20-interface"),
    ("incorrect-erc721-interface", "erc721-interface"),
    ("type-based-tautology", "tautology"),
    ("could-be-constant", "constable-states"),
    ("could-be-immutable", "immutable-states"),
    ("unused-state-variables", "unused-state"),
    ("pragma-inconsistent", "pragma"),
    ("inline-assembly", "assembly"),
    ("inline-assembly", "no-inline-assembly"),
    ("low-level-calls", "avoid-low-level-calls"),
    ("dangerous-unary-operator", "incorrect-unary"),
    ("empty-block", "no-empty-blocks"),
    ("custom-errors", "gas-custom-errors"),
    ("cyclomatic-complexity", "code-complexity"),
    ("reentrancy-eth", "reentrancy"),
    ("event-fields", "unindexed-event-address"),
];

/// Whether a tool's finding by `rule` counts for a class of a corpus.
pub fn is_of(tool: &str, rule: &str, corpus: &str, class: &str) -> bool {
    if rule == EVERY {
        return true;
    }
    match corpus {
        "foundry-lint" => {
            rule == class || SAME.contains(&(class, rule)) || suppress::ours(class).any(|ours| ours == rule)
        }
        "smartbugs" => {
            let entries = SMARTBUGS.iter().find(|(name, _)| *name == class).map_or(&[][..], |(_, entries)| entries);
            entries.iter().any(|scwe| finds(tool, rule, scwe))
        }
        _ => finds(tool, rule, class),
    }
}

/// Whether a tool has any rule for a class.
pub fn covers(tool: &str, corpus: &str, class: &str) -> bool {
    let theirs = || RULES.iter().filter(|(name, ..)| *name == tool).map(|(_, rule, _)| *rule);
    match tool {
        "solwright" => ALL.iter().any(|detector| is_of(tool, detector.id, corpus, class)),
        // The lints are its own.
        "forge-lint" if corpus == "foundry-lint" => true,
        "slither" | "forge-lint" | "solhint" => {
            theirs().any(|rule| is_of(tool, rule, corpus, class) || (rule.ends_with('-') && class.starts_with(rule)))
                || (corpus == "foundry-lint" && SAME.iter().any(|(name, rule)| *name == class && knows(tool, rule)))
        }
        _ => true,
    }
}

/// Rules named in [`SAME`] alone: solhint's are the ones that avoid, check or rely.
fn knows(tool: &str, rule: &str) -> bool {
    const SOLHINT: [&str; 5] = ["no-", "avoid-", "not-", "check-", "gas-"];
    SOLHINT.iter().any(|start| rule.starts_with(start)) == (tool == "solhint")
}

fn finds(tool: &str, rule: &str, scwe: &str) -> bool {
    if tool == "solwright" {
        let detector = ALL.iter().find(|detector| detector.id == rule);
        return detector.is_some_and(|detector| detector.scwe == scwe || detector.also.contains(&scwe));
    }
    let meant = |name: &str| name == rule || (name.ends_with('-') && rule.starts_with(name));
    RULES.iter().any(|(of, name, entries)| *of == tool && meant(name) && entries.contains(&scwe))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_of_the_classes_that_the_tables_give_it() {
        assert!(is_of("solwright", "reentrancy", "scwe", "SCWE-046"));
        assert!(is_of("solwright", "reentrancy", "smartbugs", "reentrancy"));
        assert!(is_of("solwright", "weak-randomness", "foundry-lint", "weak-prng"));
        assert!(is_of("slither", "reentrancy-no-eth", "smartbugs", "reentrancy"));
        assert!(is_of("slither", "timestamp", "foundry-lint", "block-timestamp"));
        assert!(!is_of("solwright", "reentrancy", "smartbugs", "arithmetic"));
        assert!(is_of("flag everything", EVERY, "scwe", "SCWE-001"));
    }

    #[test]
    fn a_class_without_a_rule_is_not_covered() {
        assert!(covers("solwright", "scwe", "SCWE-046"));
        assert!(!covers("solhint", "scwe", "SCWE-101"));
        assert!(covers("flag nothing", "scwe", "SCWE-101"));
    }
}
