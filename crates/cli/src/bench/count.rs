//! Counting: what a tool said of a corpus, against what is known of it.

use super::{
    classes,
    corpora::{Label, Sample, Truth},
    tools::{Found, Report},
};
use std::collections::BTreeMap;

/// How far from a labelled line a finding may be: a statement may break over lines.
const SLACK: u32 = 1;

/// Counts of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Vulnerable files, or labelled places.
    pub vulnerable: u32,
    /// Of these, found by a rule of the class.
    pub flagged: u32,
    /// Of these, found by any rule.
    pub any: u32,
    /// Of these, in files that the tool could not read.
    pub unread: u32,
    /// Mended files.
    pub fixed: u32,
    /// Of these, read and without a finding of the class.
    pub silent: u32,
    /// Findings of the class that are right.
    pub right: u32,
    /// Findings of the class that are wrong.
    pub wrong: u32,
}

impl Tally {
    /// Adds another's counts.
    pub fn add(&mut self, other: Self) {
        self.vulnerable += other.vulnerable;
        self.flagged += other.flagged;
        self.any += other.any;
        self.unread += other.unread;
        self.fixed += other.fixed;
        self.silent += other.silent;
        self.right += other.right;
        self.wrong += other.wrong;
    }

    /// The part of its findings that is right; none where it finds nothing.
    pub fn precision(&self) -> Option<f64> {
        part(self.right, self.right + self.wrong)
    }

    /// The part that it finds.
    pub fn recall(&self) -> Option<f64> {
        part(self.flagged, self.vulnerable)
    }

    /// The part that it finds in files that it can read.
    pub fn recall_where_read(&self) -> Option<f64> {
        part(self.flagged, self.vulnerable - self.unread)
    }

    /// The harmonic mean of both, 0 for who finds nothing.
    pub fn f1(&self) -> f64 {
        let (precision, recall) = (self.precision().unwrap_or(0.0), self.recall().unwrap_or(0.0));
        if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
    }
}

fn part(some: u32, all: u32) -> Option<f64> {
    (all > 0).then(|| f64::from(some) / f64::from(all))
}

/// Counts one tool's report on a file, class by class.
pub fn count(tool: &str, corpus: &str, sample: &Sample, report: &Report, tallies: &mut BTreeMap<String, Tally>) {
    let is_of = |found: &Found, class: &str| classes::is_of(tool, &found.rule, corpus, class);
    match &sample.truth {
        Truth::Audited => {}
        Truth::Whole { class, vulnerable } => {
            let hit = report.findings.iter().any(|found| is_of(found, class));
            let tally = tallies.entry(class.clone()).or_default();
            tally.add(whole(*vulnerable, hit, report));
        }
        Truth::Lines { classes, labels } => {
            for label in labels {
                let near = || report.findings.iter().filter(|found| touches(found, label));
                let hit = near().any(|found| is_of(found, &label.class));
                let tally = tallies.entry(label.class.clone()).or_default();
                let any = u32::from(near().next().is_some());
                tally.add(Tally { right: 0, any, ..whole(true, hit, report) });
            }
            for class in classes {
                let tally = tallies.entry(class.clone()).or_default();
                for found in report.findings.iter().filter(|found| is_of(found, class)) {
                    let right = labels.iter().any(|label| label.class == *class && touches(found, label));
                    tally.right += u32::from(right);
                    tally.wrong += u32::from(!right);
                }
            }
        }
    }
}

fn whole(vulnerable: bool, hit: bool, report: &Report) -> Tally {
    let (v, h, u) = (u32::from(vulnerable), u32::from(hit), u32::from(report.is_unread()));
    let fixed = 1 - v;
    let (right, wrong) = (v * h, fixed * h);
    let any = v * u32::from(!report.findings.is_empty());
    Tally { vulnerable: v, flagged: right, any, unread: v * u, fixed, silent: fixed * (1 - h) * (1 - u), right, wrong }
}

fn touches(found: &Found, label: &Label) -> bool {
    label.lines.iter().any(|line| found.first.saturating_sub(SLACK) <= *line && *line <= found.last + SLACK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn tally(truth: Truth, rules: &[(&str, u32)]) -> Tally {
        tally_of(truth, rules, None)
    }

    fn tally_of(truth: Truth, rules: &[(&str, u32)], failed: Option<String>) -> Tally {
        let sample = Sample { path: PathBuf::new(), text: String::new(), truth };
        let found = |(rule, line): &(&str, u32)| Found::new(rule, *line, *line, "high");
        let report = Report { findings: rules.iter().map(found).collect(), failed, seconds: 0.0 };
        let mut tallies = BTreeMap::new();
        count("solwright", "scwe", &sample, &report, &mut tallies);
        tallies.remove("SCWE-018").unwrap()
    }

    fn lines() -> Truth {
        let label = Label { class: "SCWE-018".to_owned(), lines: vec![4] };
        Truth::Lines { classes: ["SCWE-018".to_owned()].into(), labels: vec![label] }
    }

    fn page(vulnerable: bool) -> Truth {
        Truth::Whole { class: "SCWE-018".to_owned(), vulnerable }
    }

    #[test]
    fn a_place_is_found_by_a_rule_of_its_class_near_it() {
        let one = Tally { vulnerable: 1, ..Tally::default() };
        assert_eq!(tally(lines(), &[("tx-origin", 5)]), Tally { flagged: 1, any: 1, right: 1, ..one });
        assert_eq!(tally(lines(), &[("tx-origin", 6)]), Tally { wrong: 1, ..one });
        assert_eq!(tally(lines(), &[("reentrancy", 4)]), Tally { any: 1, ..one });
        assert_eq!(tally(lines(), &[]).f1(), 0.0);
    }

    #[test]
    fn mended_code_is_to_be_silent_of_its_class() {
        assert_eq!(tally(page(false), &[("tx-origin", 1)]), Tally { fixed: 1, wrong: 1, ..Tally::default() });
        assert_eq!(tally(page(false), &[("reentrancy", 1)]), Tally { fixed: 1, silent: 1, ..Tally::default() });
        assert_eq!(tally(page(true), &[("tx-origin", 1)]).recall(), Some(1.0));
        assert_eq!(tally(page(true), &[]).precision(), None);
    }

    #[test]
    fn a_file_that_was_not_read_is_neither_found_nor_silent() {
        let failed = |truth| tally_of(truth, &[], Some("no".to_owned()));
        let (bad, mended) = (failed(page(true)), failed(page(false)));
        assert_eq!((bad.recall(), bad.recall_where_read()), (Some(0.0), None));
        assert_eq!((mended.fixed, mended.silent), (1, 0));
        assert_eq!(failed(lines()).unread, 1);
        let half = tally_of(page(true), &[("tx-origin", 1)], Some("half".to_owned()));
        assert_eq!(half.recall_where_read(), Some(1.0));
    }
}
