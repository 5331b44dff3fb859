//! What was measured, as Markdown for people and as the JSON of `commands.md`.

use super::{
    checker::{Measured, Run},
    count::Tally,
    here::{BUILD, commit, date, machine},
    tools::sorted,
    verdict::Verdicts,
};
use serde_json::{Value, json};
use std::fmt::Write;

/// Severities in the order of the columns.
const SEVERITIES: [&str; 4] = ["high", "medium", "low", "info"];

/// Tables: a line a tool and corpus, then a line a class, then speed.
pub fn markdown(measured: &Measured) -> String {
    let Measured { runs, keys, verdicts, notes } = measured;
    let mut out = String::from(
        "| Corpus | Tool | Found | Found by any rule | Mended code flagged | Precision | Recall | F1 | Recall, own classes \
         | In files not read | Recall in files read |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for run in runs.iter().filter(|run| !run.tallies.is_empty()) {
        let (total, own) = (run.total(false), share(run.total(true).recall()));
        let (cells, unread, read) = (cells(&total), total.unread, share(total.recall_where_read()));
        let _ = writeln!(out, "| {} | {} | {cells} | {own} | {unread} | {read} |", run.corpus, run.tool);
    }
    audited(&mut out, runs);
    speed(&mut out, runs);
    if let Some(verdicts) = verdicts {
        let _ = write!(out, "\n{}", verdicts.markdown());
    }
    let _ = write!(out, "\n{}", keys.markdown());
    let _ = writeln!(out, "Measured on {}, {}, {BUILD}.", machine(), date());
    by_class(&mut out, runs);
    let failed = runs.iter().flat_map(|run| run.failed.iter().map(move |why| format!("{}, {why}", run.tool)));
    for note in notes.iter().cloned().chain(failed) {
        let _ = write!(out, "\n- {}", note.replace('\n', " "));
    }
    out.push('\n');
    out
}

fn by_class(out: &mut String, runs: &[Run]) {
    out.push_str(
        "\n| Corpus | Class | Tool | Found | Found by any rule | Mended code flagged | Precision | Recall | F1 |\n\
         |---|---|---|--:|--:|--:|--:|--:|--:|\n",
    );
    let mut rows: Vec<_> = Vec::new();
    for run in runs.iter().filter(|run| !run.tool.starts_with("flag ")) {
        rows.extend(run.tallies.iter().map(|(class, tally)| (run.corpus, class, run.tool, tally)));
    }
    rows.sort_by_key(|(corpus, class, ..)| (*corpus, *class));
    for (corpus, class, tool, tally) in rows {
        let _ = writeln!(out, "| {corpus} | {class} | {tool} | {} |", cells(tally));
    }
}

fn cells(tally: &Tally) -> String {
    let Tally { vulnerable, flagged, any, fixed, silent, wrong, .. } = tally;
    // Of those that it read.
    let mended = if *fixed == 0 { "–".to_owned() } else { format!("{wrong} / {}", silent + wrong) };
    let (precision, recall) = (share(tally.precision()), share(tally.recall()));
    format!("{flagged} / {vulnerable} | {any} / {vulnerable} | {mended} | {precision} | {recall} | {:.2}", tally.f1())
}

fn share(part: Option<f64>) -> String {
    part.map_or_else(|| "–".to_owned(), |part| format!("{part:.2}"))
}

fn audited(out: &mut String, runs: &[Run]) {
    let audited: Vec<&Run> =
        runs.iter().filter(|run| run.corpus == "audited" && !run.tool.starts_with("flag ")).collect();
    if audited.is_empty() {
        return;
    }
    out.push_str("\n| Audited code, findings per 1,000 lines | Lines | High | Medium | Low | Info | Of no such severity |\n|---|--:|--:|--:|--:|--:|--:|\n");
    for run in audited {
        let _ = write!(out, "| {} | {} |", run.tool, run.lines);
        let count = |severity| run.severities.get(severity).copied().unwrap_or_default();
        let known = SEVERITIES.map(count);
        let others = run.severities.values().sum::<usize>() - known.iter().sum::<usize>();
        for count in known.into_iter().chain([others]) {
            let _ = write!(out, " {:.2} ({count}) |", count as f64 * 1000.0 / run.lines.max(1) as f64);
        }
        out.push('\n');
    }
}

fn speed(out: &mut String, runs: &[Run]) {
    out.push_str(
        "\n| Corpus | Tool | Files | Not read whole | Seconds | Least ms a file | Median ms a file | Times ours, least | Times ours, median |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for run in runs.iter().filter(|run| !run.tool.starts_with("flag ")) {
        let seconds = sorted(run.seconds.iter().copied().flatten());
        let ratios = ratios(run, runs);
        let (files, failed, total) = (run.seconds.len(), run.failed.len(), seconds.iter().sum::<f64>().abs());
        let [least, median] = ends(&seconds).map(|seconds| seconds.unwrap_or_default() * 1e3);
        let times = ends(&ratios).map(|ratio| ratio.map_or("–".to_owned(), |ratio| format!("{ratio:.0}")));
        let _ = writeln!(
            out,
            "| {} | {} | {files} | {failed} | {total:.2} | {least:.2} | {median:.2} | {} |",
            run.corpus,
            run.tool,
            times.join(" | ")
        );
    }
}

/// How many times our time another's is, in the same minute, of each file that both read.
fn ratios(run: &Run, runs: &[Run]) -> Vec<f64> {
    let ours = runs.iter().find(|ours| ours.tool == "solwright" && ours.corpus == run.corpus && ours.tool != run.tool);
    let pairs = ours.into_iter().flat_map(|ours| run.seconds.iter().zip(&ours.seconds));
    sorted(pairs.filter_map(|(theirs, ours)| Some((*theirs)? / (*ours)?)))
}

/// The least and the median.
fn ends(sorted: &[f64]) -> [Option<f64>; 2] {
    [sorted.first().copied(), sorted.get(sorted.len() / 2).copied()]
}

/// The object of `commands.md`; the class `*` is all of a corpus, `own` those that the tool has a rule for.
pub fn json(measured: &Measured) -> Value {
    let Measured { runs, keys, verdicts, notes } = measured;
    let rows = runs.iter().flat_map(|run| {
        let totals = [("*".to_owned(), run.total(false)), ("own".to_owned(), run.total(true))];
        let classes = run.tallies.iter().map(|(class, tally)| (class.clone(), *tally));
        let all = if run.tallies.is_empty() { Vec::new() } else { totals.into_iter().chain(classes).collect() };
        all.into_iter().map(move |(class, tally)| row(run, &class, &tally))
    });
    let speed = runs.iter().map(|run| {
        let seconds = sorted(run.seconds.iter().copied().flatten());
        let ([least, median], [least_ratio, median_ratio]) = (ends(&seconds), ends(&ratios(run, runs)));
        json!({ "tool": run.tool, "corpus": run.corpus, "files": run.seconds.len(), "seconds": seconds.iter().sum::<f64>().abs(),
                "least_seconds": least, "median_seconds": median,
                "times_ours_least": least_ratio, "times_ours_median": median_ratio, "failed": run.failed })
    });
    let audited = runs.iter().filter(|run| run.corpus == "audited");
    let audited = audited.map(|run| json!({ "tool": run.tool, "lines": run.lines, "findings": run.severities }));
    json!({
        "machine": machine(), "date": date(), "commit": commit(), "version": env!("CARGO_PKG_VERSION"), "build": BUILD,
        "rows": rows.collect::<Vec<_>>(), "speed": speed.collect::<Vec<_>>(),
        "audited": audited.collect::<Vec<_>>(), "keystrokes": keys.json(),
        "verdict": verdicts.as_ref().map(Verdicts::json), "notes": notes,
    })
}

fn row(run: &Run, class: &str, tally: &Tally) -> Value {
    json!({
        "tool": run.tool, "corpus": run.corpus, "class": class,
        "vulnerable": tally.vulnerable, "flagged": tally.flagged, "flagged_by_any": tally.any, "unread": tally.unread,
        "fixed": tally.fixed, "silent_on_fixed": tally.silent,
        "precision": tally.precision(), "recall": tally.recall(),
        "recall_where_read": tally.recall_where_read(), "f1": tally.f1(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_is_a_row_of_cells() {
        let tally = Tally { vulnerable: 4, flagged: 3, any: 4, unread: 0, fixed: 4, silent: 3, right: 3, wrong: 1 };
        assert_eq!(cells(&tally), "3 / 4 | 4 / 4 | 1 / 4 | 0.75 | 0.75 | 0.75");
        assert_eq!(cells(&Tally::default()), "0 / 0 | 0 / 0 | – | – | – | 0.00");
    }
}
