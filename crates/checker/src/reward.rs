//! The reward: one number for ranking, benchmark and reinforcement learning.
//!
//! SmartCoder-R1 (arXiv 2509.09942, section 3.3) publishes `R = 0.3 compile + 0.5 security + 0.2 format`, with independent parts.
//! There a bare `revert()` scores 1.0 and an answer that does not compile may score 0.7. Here security counts only when the
//! candidate compiles and, where it was run beside a reference, does the same; a body that does nothing scores 0. The published
//! formula stays available by name.

use crate::finding::{Finding, Severity};
use serde::{Deserialize, Serialize};

/// Weights of the parts; they sum to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Weights {
    /// Weight of compiling.
    pub compile: f64,
    /// Weight of being free of findings.
    pub security: f64,
    /// Weight of the answer's form.
    pub format: f64,
}

/// Weights as published for SmartCoder-R1.
pub const WEIGHTS: Weights = Weights { compile: 0.3, security: 0.5, format: 0.2 };

/// Which formula joins the parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Formula {
    /// Security counts only when it compiles, a body that does nothing scores 0.
    #[default]
    Gated,
    /// The sum of independent parts, as published.
    Published,
}

/// The score and its parts, each between 0 and 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reward {
    /// The joined score.
    pub total: f64,
    /// 1 when solc takes it.
    pub compile: f64,
    /// 1 when nothing was found; less by severity and confidence of the worst finding.
    pub security: f64,
    /// 1 when the answer has the asked form.
    pub format: f64,
    /// 1 when it does what the reference does, 0 when not, none where that was not asked or cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behaviour: Option<f64>,
}

impl Reward {
    /// The score once it is known whether the candidate does what the reference does. The gated formula grants security to those
    /// alone: code that is safe because it does something else is worth no more than code that compiles. It stays above code
    /// that does not, so that there is a slope to climb.
    pub fn with_behaviour(self, same: bool, formula: Formula, weights: Weights) -> Self {
        let lost = if formula == Formula::Gated && !same { weights.security * self.security } else { 0.0 };
        Self { total: (self.total - lost).max(0.0), behaviour: Some(f64::from(same)), ..self }
    }
}

/// What the layers saw, as far as the score asks.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The answer had the asked form.
    pub format: bool,
    /// solc took it; `None` when no compiler was there to ask.
    pub compiles: Option<bool>,
    /// The detectors ran, and this is what they found.
    pub findings: Option<&'a [Finding]>,
    /// The body is empty, always reverts, or is far shorter than the reference.
    pub idle: bool,
}

/// Joins what the layers saw into one score.
pub fn reward(facts: Facts<'_>, formula: Formula, weights: Weights) -> Reward {
    let compiles = facts.compiles == Some(true);
    let clean = facts.findings.map_or(0.0, security);
    let (format, compile) = (f64::from(facts.format), f64::from(compiles));
    let security = match formula {
        Formula::Gated if !compiles => 0.0,
        _ => clean,
    };
    let sum = weights.compile * compile + weights.security * security + weights.format * format;
    let total = if formula == Formula::Gated && facts.idle { 0.0 } else { sum };
    Reward { total, compile, security, format, behaviour: None }
}

/// The security part: the worst finding decides, for ten small remarks do not make one hole.
fn security(findings: &[Finding]) -> f64 {
    let loss = |finding: &Finding| match finding.severity {
        Severity::High => 1.0,
        Severity::Medium => 0.6,
        Severity::Low => 0.2,
        Severity::Info => 0.0,
    };
    1.0 - findings.iter().map(loss).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(compiles: bool, idle: bool) -> Facts<'static> {
        Facts { format: true, compiles: Some(compiles), findings: Some(&[]), idle }
    }

    #[test]
    fn a_clean_candidate_that_compiles_scores_one() {
        assert_eq!(reward(facts(true, false), Formula::Gated, WEIGHTS).total, 1.0);
    }

    #[test]
    fn an_answer_that_does_not_compile_earns_its_form_alone() {
        assert_eq!(reward(facts(false, false), Formula::Gated, WEIGHTS).total, 0.2);
        assert_eq!(reward(facts(false, false), Formula::Published, WEIGHTS).total, 0.7);
    }

    #[test]
    fn a_bare_revert_scores_zero_unless_the_published_formula_is_asked_for() {
        assert_eq!(reward(facts(true, true), Formula::Gated, WEIGHTS).total, 0.0);
        assert_eq!(reward(facts(true, true), Formula::Published, WEIGHTS).total, 1.0);
    }

    #[test]
    fn safe_code_that_does_something_else_loses_its_security_when_gated() {
        let score = |same, formula| reward(facts(true, false), formula, WEIGHTS).with_behaviour(same, formula, WEIGHTS);
        assert_eq!(score(true, Formula::Gated).total, 1.0);
        assert_eq!(score(false, Formula::Gated).total, 0.5);
        assert_eq!(score(false, Formula::Published).total, 1.0);
        assert_eq!(score(false, Formula::Published).behaviour, Some(0.0));
    }

    #[test]
    fn a_body_that_does_nothing_stays_at_zero_whatever_it_agrees_with() {
        for same in [true, false] {
            let idle = reward(facts(true, true), Formula::Gated, WEIGHTS);
            assert_eq!(idle.with_behaviour(same, Formula::Gated, WEIGHTS).total, 0.0);
        }
    }
}
