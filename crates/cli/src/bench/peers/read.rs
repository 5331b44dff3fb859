//! What the peers print, read: findings, and why there are none.

use crate::bench::tools::Found;
use serde_json::Value;

/// Findings, or the reason there are none.
pub type Said = Result<Vec<Found>, String>;

/// Slither's `--json -`. A finding lies where its statements do, or its first element.
pub fn slither(out: &str, err: &str) -> Said {
    let Ok(said) = serde_json::from_str::<Value>(out) else { return Err(reason(err)) };
    if said["success"] != Value::Bool(true) {
        return Err(reason(said["error"].as_str().unwrap_or(err)));
    }
    Ok(list(&said["results"]["detectors"]).iter().filter_map(slither_finding).collect())
}

fn slither_finding(said: &Value) -> Option<Found> {
    let elements = list(&said["elements"]);
    let statements: Vec<&Value> = elements.iter().filter(|element| element["type"] == "node").collect();
    let places = if statements.is_empty() { elements.iter().take(1).collect() } else { statements };
    let lines = || places.iter().flat_map(|place| list(&place["source_mapping"]["lines"])).filter_map(number);
    Some(Found::new(said["check"].as_str()?, lines().min()?, lines().max()?, said["impact"].as_str()?))
}

/// forge's `--json`: a diagnostic a line, among other output.
pub fn forge(out: &str, err: &str) -> Said {
    let mut found = Vec::new();
    for line in out.lines().chain(err.lines()) {
        let Ok(said) = serde_json::from_str::<Value>(line) else {
            if line.starts_with("Error") {
                return Err(reason(&line[line.find(':').map_or(0, |at| at + 1)..]));
            }
            continue;
        };
        let span = list(&said["spans"]).iter().find(|span| span["is_primary"] == Value::Bool(true));
        let (Some(rule), Some(span)) = (said["code"]["code"].as_str(), span) else { continue };
        if let (Some(first), Some(last)) = (number(&span["line_start"]), number(&span["line_end"])) {
            found.push(Found::new(rule, first, last, said["level"].as_str().unwrap_or_default()));
        }
    }
    Ok(found)
}

/// solhint's `-f json`: an array.
pub fn solhint(out: &str, err: &str) -> Said {
    let Ok(said) = serde_json::from_str::<Value>(out) else { return Err(reason(err)) };
    let mut found = Vec::new();
    for message in list(&said) {
        let (Some(line), Some(text)) = (number(&message["line"]), message["message"].as_str()) else { continue };
        if text.starts_with("Parse error") {
            return Err(reason(text));
        }
        if let Some(rule) = message["ruleId"].as_str() {
            found.push(Found::new(rule, line, line, message["severity"].as_str().unwrap_or_default()));
        }
    }
    Ok(found)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn number(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|number| u32::try_from(number).ok())
}

/// The line that says most: the first that speaks of an error, or the last.
fn reason(said: &str) -> String {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines().find(|line| line.contains("Error: ") || line.contains("Error ("));
    let line = error.or_else(|| lines().next_back()).unwrap_or("it does not say why");
    line.chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(said: &Said) -> Vec<(&str, u32, u32, &str)> {
        let row = |found: &'_ Found| (found.first, found.last);
        said.iter()
            .flatten()
            .map(|found| (found.rule.as_str(), row(found).0, row(found).1, found.severity.as_str()))
            .collect()
    }

    #[test]
    fn slither_points_at_statements() {
        let out = r#"{"success": true, "results": {"detectors": [{"check": "tx-origin", "impact": "Medium", "elements": [
            {"type": "function", "source_mapping": {"lines": [1, 9]}},
            {"type": "node", "source_mapping": {"lines": [3, 4]}}]}]}}"#;
        assert_eq!(shown(&slither(out, "")), [("tx-origin", 3, 4, "medium")]);
        let failed = slither(r#"{"success": false, "error": "x\nError: no\n"}"#, "").err();
        assert_eq!(failed.as_deref(), Some("Error: no"));
    }

    #[test]
    fn forge_says_a_diagnostic_a_line() {
        let err = r#"{"code": {"code": "tx-origin"}, "level": "warning", "spans": [{"is_primary": true, "line_start": 2, "line_end": 3}]}"#;
        assert_eq!(shown(&forge("", err)), [("tx-origin", 2, 3, "warning")]);
        assert_eq!(forge("", "Error: no solc").err().as_deref(), Some("no solc"));
    }

    #[test]
    fn solhint_says_an_array() {
        let out =
            r#"[{"line": 4, "message": "m", "ruleId": "avoid-tx-origin", "severity": "Warning"}, {"conclusion": "c"}]"#;
        assert_eq!(shown(&solhint(out, "")), [("avoid-tx-origin", 4, 4, "warning")]);
        assert!(solhint(r#"[{"line": 1, "message": "Parse error: x"}]"#, "").is_err());
    }
}
