//! What engines did, as a table and as JSON.

use super::completions;
use crate::bench::here;
use serde_json::{Map, Value, json};

/// One engine with one model on so many threads.
pub struct Row {
    pub model: String,
    pub quantization: String,
    pub bytes: u64,
    pub device: String,
    pub threads: usize,
    pub engine: &'static str,
    pub figures: Vec<Figure>,
}

/// What was measured in all rounds.
pub struct Figure {
    pub name: &'static str,
    pub best: f64,
    pub median: f64,
    /// Less is better.
    pub is_cost: bool,
}

/// One object, `commands.md`'s shape: rows, ratios, bandwidth.
pub fn json(rows: &[Row], bandwidth: &[(usize, f64)]) -> Value {
    let row = |row: &Row| {
        let mut value = Map::new();
        let facts = [("model", &row.model), ("quantization", &row.quantization), ("device", &row.device)];
        value.extend(facts.map(|(key, fact)| (key.to_owned(), json!(fact))));
        value.extend([("threads".to_owned(), json!(row.threads)), ("engine".to_owned(), json!(row.engine))]);
        value.extend(row.figures.iter().map(|figure| (figure.name.to_owned(), json!(figure.best))));
        let medians = row.figures.iter().map(|figure| (figure.name.to_owned(), json!(figure.median)));
        value.insert("median".to_owned(), Value::Object(medians.collect()));
        value.insert("decode_of_limit".to_owned(), json!(row.of_limit(bandwidth)));
        Value::Object(value)
    };
    let ratio = |(ours, theirs): (&Row, &Row)| {
        let mut value = json!({ "model": ours.model, "quantization": ours.quantization, "threads": ours.threads });
        for (ours, theirs) in ours.figures.iter().zip(&theirs.figures) {
            let name = ours.name.trim_end_matches("_tps").trim_end_matches("_ms");
            value[name] = json!(ours.ahead_of(theirs));
        }
        value
    };
    json!({
        "machine": here::machine(), "build": here::BUILD, "date": here::date(), "commit": here::commit(),
        "rows": rows.iter().map(row).collect::<Vec<_>>(),
        "ratios": pairs(rows).map(ratio).collect::<Vec<_>>(),
        "bandwidth_gbs": bandwidth.iter().map(|(threads, speed)| (threads.to_string(), json!(speed))).collect::<Map<_, _>>(),
    })
}

/// A table; the best of the rounds, with the medians behind, and how far ahead ours is by both.
pub fn markdown(rows: &[Row], bandwidth: &[(usize, f64)]) -> String {
    let mut table = format!("{}; {}; {}.", here::machine(), here::BUILD, here::date());
    for (threads, speed) in bandwidth {
        table += &format!(" {threads} thread(s) read {speed:.1} GB/s of memory.");
    }
    table += "\n\n| model | threads | engine |";
    let names: Vec<&str> = rows.first().map_or_else(Vec::new, |row| row.figures.iter().map(|f| f.name).collect());
    table += &names.iter().map(|name| format!(" {} |", label(name))).collect::<String>();
    table += " decode, of what memory allows |\n|---|--:|---|";
    table += &"--:|".repeat(names.len() + 1);
    for (at, row) in rows.iter().enumerate() {
        let cells = row.figures.iter().map(|f| format!(" {:.1} ({:.1}) |", f.best, f.median)).collect::<String>();
        let Row { model, quantization, threads, engine, .. } = row;
        let limit = row.of_limit(bandwidth).map_or_else(|| "–".to_owned(), |share| format!("{:.0} %", share * 100.0));
        table += &format!("\n| {model} {quantization} | {threads} | {engine} |{cells} {limit} |");
        if let Some((ours, theirs)) = pairs(rows).find(|(_, theirs)| std::ptr::eq(*theirs, &rows[at])) {
            let ratios = ours.figures.iter().zip(&theirs.figures);
            let ratios = ratios.map(|(ours, theirs)| format!(" **{:.2}** |", ours.ahead_of(theirs)));
            table += &format!("\n|  |  | ahead |{} |", ratios.collect::<String>());
        }
    }
    table
}

/// Completions with guesses and without.
pub fn completions(rows: &[completions::Row], as_json: bool) -> String {
    if as_json {
        let row = |row: &completions::Row| {
            json!({
                "greedy": row.greedy, "guesses": row.guess, "completions": row.completions, "tokens": row.tokens,
                "passes": row.passes, "seconds_after_first_tokens": row.seconds, "first_token_ms": row.first_token_ms,
            })
        };
        return format!(
            "{:#}",
            json!({ "machine": here::machine(), "completions": rows.iter().map(row).collect::<Vec<_>>() })
        );
    }
    let mut table = format!("{}; {}.\n\n", here::machine(), here::BUILD);
    table += "| tokens are | guessed | completions | tokens | passes | tokens/s after the first | first token, ms |\n|---|---|--:|--:|--:|--:|--:|";
    for row in rows {
        let (chosen, guessed) = (if row.greedy { "the best" } else { "drawn" }, if row.guess { "yes" } else { "no" });
        let speed = row.tokens.saturating_sub(row.completions) as f64 / row.seconds;
        let completions::Row { completions, tokens, passes, first_token_ms, .. } = row;
        table += &format!(
            "\n| {chosen} | {guessed} | {completions} | {tokens} | {passes} | {speed:.0} | {first_token_ms:.1} |"
        );
    }
    table
}

impl Row {
    /// Tokens decoded a second as a share of how often memory can be read for all weights in that time.
    fn of_limit(&self, bandwidth: &[(usize, f64)]) -> Option<f64> {
        let (_, speed) = bandwidth.iter().find(|(threads, _)| *threads == self.threads)?;
        let decode = self.figures.iter().find(|figure| figure.name == "decode_tps")?;
        Some(decode.best * self.bytes as f64 / (speed * 1e9))
    }
}

impl Figure {
    /// How many times as fast it is, by the best rounds.
    fn ahead_of(&self, other: &Figure) -> f64 {
        if self.is_cost { other.best / self.best } else { self.best / other.best }
    }
}

/// Each of ours beside what stands against it.
fn pairs(rows: &[Row]) -> impl Iterator<Item = (&Row, &Row)> {
    let same = |a: &Row, b: &Row| (&a.model, &a.quantization, a.threads) == (&b.model, &b.quantization, b.threads);
    rows.windows(2).filter(move |pair| same(&pair[0], &pair[1])).map(|pair| (&pair[0], &pair[1]))
}

fn label(name: &str) -> &str {
    match name {
        "prefill_tps" => "prefill, tok/s",
        "decode_tps" => "decode, tok/s",
        "batch8_tps" => "8 together, tok/s",
        "verify8_ms" => "8 verified, ms",
        "first_token_ms" => "first token of the long prompt, ms",
        "decode_far_tps" => "decode after it, tok/s",
        "warm_first_token_ms" => "32 new tokens after it, ms",
        "first_load_ms" => "first load, ms",
        "load_ms" => "load, ms",
        "resident_mb" => "resident, MB",
        "second_mb" => "a second process adds, MB",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(engine: &'static str, speed: f64, time: f64) -> Row {
        let figures = vec![
            Figure { name: "decode_tps", best: speed, median: speed, is_cost: false },
            Figure { name: "verify8_ms", best: time, median: time, is_cost: true },
        ];
        let (model, quantization, device) = ("m".to_owned(), "Q8_0".to_owned(), "cpu".to_owned());
        Row { model, quantization, bytes: 100_000_000, device, threads: 1, engine, figures }
    }

    #[test]
    fn more_a_second_and_less_time_are_both_ahead() {
        let rows = [row("Solwright", 30.0, 2.0), row("llama.cpp", 20.0, 5.0)];
        let value = json(&rows, &[(1, 10.0)]);
        assert_eq!(
            (value["ratios"][0]["decode"].as_f64(), value["ratios"][0]["verify8"].as_f64()),
            (Some(1.5), Some(2.5))
        );
        assert_eq!(value["rows"][1]["engine"], "llama.cpp");
        assert!(markdown(&rows, &[]).contains("| ahead | **1.50** | **2.50** |"));
        // 30 times 0.1 GB of 10 GB.
        assert!(markdown(&rows, &[(1, 10.0)]).contains("| 2.0 (2.0) | 30 % |"));
    }
}
