//! Rows of the table: counts, and the estimates for k of n samples.

use super::judge::{Effort, Judged, Record};
use std::collections::BTreeMap;

/// For which k estimates are made.
const KS: [u64; 3] = [1, 5, 10];

/// One row: who wrote, and what became of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    pub name: String,
    /// Answers that were judged: one a task, or all samples of all tasks.
    pub n: usize,
    pub compile: usize,
    /// Of those that compile.
    pub vulnerable: usize,
    pub safe: usize,
    pub functional: usize,
    /// Safe and functional.
    pub full: usize,
    /// Neither told from the reference nor judged alike; they count as not functional.
    pub untold: usize,
    /// Tasks without any answer.
    pub failed: usize,
    /// Means over tasks for each k that there are samples for; empty where the candidates are not drawn alike.
    pub at: Vec<(u64, Estimates)>,
    /// The class of weakness that most answers have, and how many.
    pub worst: Option<(String, usize)>,
    /// Means over the tasks.
    pub effort: Effort,
    /// The time within which half of the answers came, and nineteen of twenty, in seconds.
    pub within: [f64; 2],
}

/// The chance that k samples hold one that is right, that compiles, that is safe, and that is right and no dearer than the reference.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimates {
    pub pass: f64,
    pub compile: f64,
    pub secure: f64,
    pub gas: f64,
}

impl Summary {
    /// The row of some records; `sampled` when each candidate is an answer of its own, and not one search's leavings.
    pub fn of(name: &str, records: &[&Record], sampled: bool) -> Self {
        let mut row = Self { name: name.to_owned(), ..Self::default() };
        let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
        for record in records {
            row.failed += usize::from(record.failed.is_some());
            let wanted = if sampled { record.candidates.len() } else { 1 };
            for judged in record.candidates.iter().take(wanted) {
                let copies = if sampled { judged.copies } else { 1 };
                let count = |holds: bool| if holds { copies } else { 0 };
                row.n += copies;
                row.compile += count(judged.compiles);
                row.vulnerable += count(judged.compiles && !judged.safe);
                row.safe += count(judged.safe);
                row.functional += count(judged.functional());
                row.full += count(judged.full());
                row.untold += count(judged.untold());
                judged.classes.iter().for_each(|class| *classes.entry(class).or_default() += copies);
            }
            // Nothing is an answer too, and a wrong one.
            row.n += usize::from(record.candidates.is_empty());
        }
        row.worst = classes.iter().max_by_key(|(_, count)| **count).map(|(class, count)| ((*class).to_owned(), *count));
        let mean_of = |of: fn(&Effort) -> f64| mean(records.iter().map(|record| of(&record.effort)));
        row.effort = Effort {
            seconds: mean_of(|effort| effort.seconds),
            first_token_ms: mean_of(|effort| effort.first_token_ms),
            constraint_share: mean_of(|effort| effort.constraint_share),
        };
        let mut seconds: Vec<f64> = records.iter().map(|record| record.effort.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        let at = |share: f64| seconds.get((share * seconds.len().saturating_sub(1) as f64) as usize).copied();
        row.within = [0.5, 0.95].map(|share| at(share).unwrap_or_default());
        if sampled {
            let most = records.iter().map(|record| record.candidates.iter().map(|judged| judged.copies).sum()).max();
            let fitting = KS.into_iter().filter(|&k| most.is_some_and(|most: usize| k <= most as u64));
            row.at = fitting.map(|k| (k, estimates(records, k))).collect();
        }
        row
    }
}

fn estimates(records: &[&Record], k: u64) -> Estimates {
    let share = |holds: &dyn Fn(&Judged) -> bool| {
        mean(records.iter().map(|record| {
            let count = |wanted: &dyn Fn(&Judged) -> bool| {
                record.candidates.iter().filter(|judged| wanted(judged)).map(|judged| judged.copies as u64).sum()
            };
            at_k(count(&|_| true), count(holds), k)
        }))
    };
    Estimates {
        pass: share(&|judged| judged.functional()),
        compile: share(&|judged| judged.compiles),
        secure: share(&|judged| judged.safe),
        gas: share(&|judged| judged.thrifty()),
    }
}

/// The unbiased estimate of the chance that k of n samples, of which c are good, hold a good one: 1 - C(n-c, k) / C(n, k)
/// (Chen et al., "Evaluating Large Language Models Trained on Code", section 2.1). With fewer samples than k, all of them are taken.
pub fn at_k(n: u64, c: u64, k: u64) -> f64 {
    let k = k.min(n);
    if n - c < k {
        return if n == 0 { 0.0 } else { 1.0 };
    }
    1.0 - (n - c + 1..=n).map(|i| 1.0 - k as f64 / i as f64).product::<f64>()
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0usize);
    for value in values {
        sum += value;
        count += 1;
    }
    sum / count.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::referee::Behaviour;

    #[test]
    fn the_estimate_is_that_of_drawing_without_putting_back() {
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(close(at_k(10, 3, 1), 0.3));
        assert!(close(at_k(10, 3, 5), 1.0 - 21.0 / 252.0));
        assert!(close(at_k(10, 0, 10), 0.0) && close(at_k(10, 1, 10), 1.0) && close(at_k(5, 5, 1), 1.0));
        assert!(close(at_k(0, 0, 5), 0.0) && close(at_k(2, 1, 5), 1.0));
    }

    fn judged(copies: usize, safe: bool, behaviour: Behaviour, gas: f64) -> Judged {
        let classes = if safe { [].into() } else { ["SCWE-046".to_owned()].into() };
        Judged { code: String::new(), copies, compiles: true, safe, classes, behaviour, gas: Some(gas), ranked: None }
    }

    fn record(candidates: Vec<Judged>) -> Record {
        let failed = candidates.is_empty().then(|| "the model fell silent".to_owned());
        let (row, task) = (String::new(), String::new());
        Record { row, task, candidates, effort: Effort { seconds: 2.0, ..Effort::default() }, failed }
    }

    #[test]
    fn a_search_has_one_answer_a_task_and_samples_are_all_answers() {
        let records = [
            record(vec![
                judged(1, true, Behaviour::Same, 1.5),
                judged(2, false, Behaviour::Same, 0.5),
                judged(1, false, Behaviour::Untestable("out of time".into()), 1.0),
            ]),
            record(Vec::new()),
        ];
        let records: Vec<&Record> = records.iter().collect();
        let search = Summary::of("search", &records, false);
        let counts =
            |row: &Summary| [row.n, row.compile, row.vulnerable, row.safe, row.functional, row.full, row.untold];
        assert_eq!((counts(&search), search.failed, search.at.clone()), ([2, 1, 0, 1, 1, 1, 0], 1, Vec::new()));
        let samples = Summary::of("samples", &records, true);
        assert_eq!(counts(&samples), [5, 4, 3, 1, 3, 1, 1]);
        assert_eq!((search.effort.seconds, search.within), (2.0, [2.0, 2.0]));
        assert_eq!(samples.worst, Some(("SCWE-046".to_owned(), 3)));
        let [(1, first)] = samples.at[..] else { panic!("four samples are enough for k = 1 alone") };
        assert_eq!([first.pass, first.compile, first.secure, first.gas], [0.375, 0.5, 0.125, 0.25]);
    }
}
