//! What was counted, and how it is told.

use super::change::Fate;
use serde_json::{Value, json};
use solwright_generate::reasoning::{Claim, ClaimStatus};
use std::{
    collections::BTreeMap,
    fmt::{self, Write},
};

/// All counts.
#[derive(Default)]
pub struct Tally {
    pub functions: usize,
    /// Mutants that solc refuses, which are left out.
    pub broken: usize,
    /// Claims about the functions as they are, and how many of them the check does not call true.
    as_they_are: (usize, usize),
    rows: BTreeMap<&'static str, Row>,
    misses: Vec<Miss>,
}

/// What came of one kind of change.
#[derive(Default)]
pub struct Row {
    counts: Counts,
    misses: Vec<Miss>,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    mutants: usize,
    made_false: usize,
    told_false: usize,
    stayed_true: usize,
    called_false: usize,
    open: usize,
}

/// A claim that the check got wrong.
pub struct Miss {
    task: String,
    change: &'static str,
    claim: String,
    code: String,
}

impl Miss {
    pub fn of(task: &str, change: &'static str, claim: &Claim, code: &str) -> Self {
        Self { task: task.to_owned(), change, claim: claim.to_string(), code: code.to_owned() }
    }
}

impl Row {
    /// One more mutant.
    pub fn begin(&mut self) {
        self.counts.mutants += 1;
    }

    /// A claim about it.
    pub fn count(&mut self, fate: Fate, status: ClaimStatus, miss: impl FnOnce() -> Miss) {
        let fails = status == ClaimStatus::Fails;
        let counts = &mut self.counts;
        match fate {
            Fate::Open => counts.open += 1,
            Fate::False => {
                counts.made_false += 1;
                counts.told_false += usize::from(fails);
            }
            Fate::True => {
                counts.stayed_true += 1;
                counts.called_false += usize::from(fails);
            }
        }
        if fate != Fate::Open && fails != (fate == Fate::False) {
            self.misses.push(miss());
        }
    }
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.mutants += other.mutants;
        self.made_false += other.made_false;
        self.told_false += other.told_false;
        self.stayed_true += other.stayed_true;
        self.called_false += other.called_false;
        self.open += other.open;
    }
}

impl Tally {
    pub fn row(&mut self, name: &'static str) -> &mut Row {
        self.rows.entry(name).or_default()
    }

    /// A claim about a function as it is.
    pub fn originals(&mut self, status: ClaimStatus, miss: impl FnOnce() -> Miss) {
        let holds = status == ClaimStatus::Holds;
        self.as_they_are.0 += 1;
        self.as_they_are.1 += usize::from(!holds);
        if !holds {
            self.misses.push(miss());
        }
    }

    pub fn add(&mut self, other: Self) {
        self.functions += other.functions;
        self.broken += other.broken;
        self.as_they_are.0 += other.as_they_are.0;
        self.as_they_are.1 += other.as_they_are.1;
        self.misses.extend(other.misses);
        for (name, row) in other.rows {
            let all = self.row(name);
            all.counts.add(row.counts);
            all.misses.extend(row.misses);
        }
    }

    #[cfg(test)]
    pub fn mutants(&self) -> usize {
        self.total().mutants
    }

    /// Whether nearly all that was made false is marked so, and nothing that stayed true.
    pub fn holds(&self, least: f64) -> bool {
        let total = self.total();
        total.made_false > 0 && total.told_false as f64 >= least * total.made_false as f64 && total.called_false == 0
    }

    /// A table, and so many of the misses.
    pub fn markdown(&self, examples: usize) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut out, examples);
        out
    }

    pub fn json(&self, machine: &str, date: &str, commit: &str) -> Value {
        let row = |name: &str, row: &Counts| {
            json!({ "change": name, "mutants": row.mutants, "made_false": row.made_false, "told_false": row.told_false,
                    "stayed_true": row.stayed_true, "called_false": row.called_false, "open": row.open })
        };
        let mut rows: Vec<Value> = self.rows.iter().map(|(name, one)| row(name, &one.counts)).collect();
        rows.push(row("all", &self.total()));
        json!({ "machine": machine, "date": date, "commit": commit, "functions": self.functions, "refused_by_solc": self.broken,
                "claims": self.as_they_are.0, "claims_not_held": self.as_they_are.1, "rows": rows })
    }

    fn write(&self, out: &mut String, examples: usize) -> fmt::Result {
        writeln!(out, "{} functions; {} changes that solc refuses are left out", self.functions, self.broken)?;
        writeln!(
            out,
            "of the functions as they are {} claims are made, {} of which the check does not call true\n",
            self.as_they_are.0, self.as_they_are.1
        )?;
        writeln!(
            out,
            "| change | mutants | claims made false | marked as failing | claims still true | marked as failing | not decided |"
        )?;
        writeln!(out, "|---|--:|--:|--:|--:|--:|--:|")?;
        for (name, row) in self.rows.iter().map(|(name, row)| (*name, row.counts)).chain([("all", self.total())]) {
            let Counts { mutants, made_false, told_false, stayed_true, called_false, open } = row;
            let share = 100.0 * told_false as f64 / made_false.max(1) as f64;
            writeln!(
                out,
                "| {name} | {mutants} | {made_false} | {told_false} ({share:.1} %) | {stayed_true} | {called_false} | {open} |"
            )?;
        }
        let misses = self.rows.values().flat_map(|row| &row.misses).chain(&self.misses);
        for Miss { task, change, claim, code } in misses.take(examples) {
            writeln!(out, "\n{task}, {change}: {claim}\n{code}")?;
        }
        Ok(())
    }

    fn total(&self) -> Counts {
        let mut total = Counts::default();
        self.rows.values().for_each(|row| total.add(row.counts));
        total
    }
}
