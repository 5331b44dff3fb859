//! The table, for people and as the JSON of `commands.md`.

use super::{judge::Effort, summary::Summary};
use crate::{
    args::TaskSet,
    bench::here::{BUILD, commit, date, machine},
};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Everything that one command measured.
pub struct Measured {
    pub set: TaskSet,
    /// Tasks that can be judged, of so many.
    pub tasks: usize,
    pub of: usize,
    /// The controls, then the models.
    pub rows: Vec<Summary>,
    pub notes: Vec<String>,
}

/// One line a row; then the estimates for k of n samples.
pub fn markdown(measured: &Measured) -> String {
    let Measured { set, tasks, of, rows, notes } = measured;
    let mut out = format!(
        "Tasks: {}, {tasks} of {of}.\n\n\
         | Row | Answers | ComPass | VulRate | SafeAval | FuncRate | FullRate | Not judged | Worst class | Seconds a function |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|---|--:|\n",
        set.name()
    );
    for row in rows {
        let Summary { name, n, compile, vulnerable, safe, functional, full, untold, worst, effort, .. } = row;
        let [compiled, safe, functional, full] = [*compile, *safe, *functional, *full].map(|count| share(count, *n));
        let vulnerable = share(*vulnerable, *compile);
        let worst = worst.as_ref().map_or("–".to_owned(), |(class, count)| format!("{class} ({count})"));
        let _ = writeln!(
            out,
            "| {name} | {n} | {compiled} | {vulnerable} | {safe} | {functional} | {full} | {untold} | {worst} | {:.2} |",
            effort.seconds
        );
    }
    out.push_str(
        "\nComPass, SafeAval, FuncRate and FullRate are shares of the answers; VulRate is of those that compile.\n",
    );
    estimates(&mut out, rows);
    efforts(&mut out, rows);
    let _ = writeln!(out, "\nMeasured on {}, {}, {BUILD}.", machine(), date());
    for note in notes {
        let _ = write!(out, "\n- {}", note.replace('\n', " "));
    }
    out.push('\n');
    out
}

fn estimates(out: &mut String, rows: &[Summary]) {
    if rows.iter().all(|row| row.at.is_empty()) {
        return;
    }
    out.push_str("\n| Row | k | pass@k | compile@k | secure@k | gas@k |\n|---|--:|--:|--:|--:|--:|\n");
    for row in rows {
        for (k, at) in &row.at {
            let [pass, compile, secure, gas] = [at.pass, at.compile, at.secure, at.gas].map(|share| share * 100.0);
            let _ = writeln!(out, "| {} | {k} | {pass:.1} % | {compile:.1} % | {secure:.1} % | {gas:.1} % |", row.name);
        }
    }
}

fn efforts(out: &mut String, rows: &[Summary]) {
    let written: Vec<&Summary> = rows.iter().filter(|row| row.effort != Effort::default()).collect();
    if written.is_empty() {
        return;
    }
    out.push_str(
        "\n| Row | first token, ms | half within, s | 95 % within, s | constraint, of the model's passes |\n|---|--:|--:|--:|--:|\n",
    );
    for Summary { name, effort, within: [half, most], .. } in written {
        let (first, share) = (effort.first_token_ms, effort.constraint_share * 100.0);
        let _ = writeln!(out, "| {name} | {first:.0} | {half:.2} | {most:.2} | {share:.1} % |");
    }
}

fn share(count: usize, of: usize) -> String {
    if of == 0 {
        return "–".to_owned();
    }
    format!("{count} ({:.1} %)", count as f64 * 100.0 / of as f64)
}

/// The object of `commands.md`.
pub fn json(measured: &Measured) -> Value {
    let row = |row: &Summary| {
        let at = |value: fn(&super::summary::Estimates) -> f64| -> Map<String, Value> {
            row.at.iter().map(|(k, at)| (k.to_string(), json!(value(at)))).collect()
        };
        json!({
            "name": row.name, "n": row.n, "compile": row.compile, "vulnerable": row.vulnerable, "safe": row.safe,
            "functional": row.functional, "full": row.full, "untold": row.untold, "failed": row.failed,
            "pass": at(|at| at.pass), "compile_at": at(|at| at.compile), "secure_at": at(|at| at.secure), "gas_at": at(|at| at.gas),
            "worst": row.worst.as_ref().map(|(class, count)| json!({ "class": class, "count": count })),
            "seconds_per_function": row.effort.seconds, "seconds_within": { "50": row.within[0], "95": row.within[1] },
            "first_token_ms": row.effort.first_token_ms, "constraint_share": row.effort.constraint_share,
        })
    };
    json!({
        "machine": machine(), "date": date(), "commit": commit(), "version": env!("CARGO_PKG_VERSION"), "build": BUILD,
        "set": measured.set.name(), "tasks": measured.tasks, "of": measured.of,
        "rows": measured.rows.iter().map(row).collect::<Vec<_>>(), "notes": measured.notes,
    })
}
