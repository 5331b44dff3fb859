//! What the peers print, read: findings, and why there are none.

use crate::bench::tools::Found;
use serde_json::Value;
use std::path::Path;

/// Findings, or the reason there are none.
pub type Said = Result<Vec<Found>, String>;

/// Slither's file of `--json`, and why there is none. A finding lies where its statements do, or its first element; those in imported files are left out.
pub fn slither(json: &str, log: &str, file: &Path) -> Said {
    let Ok(said) = serde_json::from_str::<Value>(json) else { return Err(reason(log)) };
    if said["success"] != Value::Bool(true) {
        return Err(reason(said["error"].as_str().unwrap_or(log)));
    }
    Ok(list(&said["results"]["detectors"]).iter().filter_map(|said| slither_finding(said, file)).collect())
}

fn slither_finding(said: &Value, file: &Path) -> Option<Found> {
    let here = |element: &&Value| is_file(&element["source_mapping"]["filename_absolute"], file);
    let elements = || list(&said["elements"]).iter().filter(here);
    let statements: Vec<&Value> = elements().filter(|element| element["type"] == "node").collect();
    let places = if statements.is_empty() { elements().take(1).collect() } else { statements };
    let lines = || places.iter().flat_map(|place| list(&place["source_mapping"]["lines"])).filter_map(number);
    let severity = match said["impact"].as_str()? {
        "Informational" | "Optimization" => "info",
        impact => impact,
    };
    Some(Found::new(said["check"].as_str()?, lines().min()?, lines().max()?, severity))
}

/// forge's `--json`: a diagnostic a line, among other output.
pub fn forge(out: &str, err: &str, file: &Path) -> Said {
    let mut found = Vec::new();
    for line in out.lines().chain(err.lines()) {
        let Ok(said) = serde_json::from_str::<Value>(line) else {
            if line.starts_with("Error:") {
                return Err(reason(err));
            }
            continue;
        };
        let here = |span: &&Value| span["is_primary"] == Value::Bool(true) && is_file(&span["file_name"], file);
        let span = list(&said["spans"]).iter().find(here);
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

/// Whether a path that a tool printed, whole or from its own folder, is the file's.
fn is_file(said: &Value, file: &Path) -> bool {
    said.as_str().is_some_and(|said| Path::new(said).ends_with(file))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn number(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|number| u32::try_from(number).ok())
}

/// The line that says most: the first that speaks of an error and does not only announce one, or the last.
fn reason(said: &str) -> String {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines().find(|line| (line.contains("Error: ") || line.contains("Error (")) && !line.ends_with(':'));
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
            {"type": "function", "source_mapping": {"filename_absolute": "/r/d/A.sol", "lines": [1, 9]}},
            {"type": "node", "source_mapping": {"filename_absolute": "/r/d/B.sol", "lines": [7]}},
            {"type": "node", "source_mapping": {"filename_absolute": "/r/d/A.sol", "lines": [3, 4]}}]}]}}"#;
        assert_eq!(shown(&slither(out, "", Path::new("d/A.sol"))), [("tx-origin", 3, 4, "medium")]);
        assert_eq!(shown(&slither(out, "", Path::new("d/C.sol"))), []);
        let failed = slither(r#"{"success": false, "error": "x\nError: no\n"}"#, "", Path::new("A.sol")).err();
        assert_eq!(failed.as_deref(), Some("Error: no"));
    }

    #[test]
    fn forge_says_a_diagnostic_a_line() {
        let err = r#"{"code": {"code": "tx-origin"}, "level": "warning", "spans": [{"file_name": "A.sol", "is_primary": true, "line_start": 2, "line_end": 3}]}"#;
        assert_eq!(shown(&forge("", err, Path::new("A.sol"))), [("tx-origin", 2, 3, "warning")]);
        assert_eq!(forge("", "Error: no solc", Path::new("A.sol")).err().as_deref(), Some("Error: no solc"));
        let failed = forge("", "Error: Compiler run failed:\nError (1): Bad thing.\n", Path::new("A.sol")).err();
        assert_eq!(failed.as_deref(), Some("Error (1): Bad thing."));
    }

    #[test]
    fn solhint_says_an_array() {
        let out =
            r#"[{"line": 4, "message": "m", "ruleId": "avoid-tx-origin", "severity": "Warning"}, {"conclusion": "c"}]"#;
        assert_eq!(shown(&solhint(out, "")), [("avoid-tx-origin", 4, 4, "warning")]);
        assert!(solhint(r#"[{"line": 1, "message": "Parse error: x"}]"#, "").is_err());
    }
}
