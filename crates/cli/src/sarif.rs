//! SARIF 2.1.0 (OASIS), the form that code-scanning services read, made from the findings' own JSON.

use serde_json::{Value, json};
use solwright_checker::detectors;

/// One run with every detector as a rule and every finding as a result.
pub fn log(findings: &[Value]) -> Value {
    let rules: Vec<Value> = detectors::ALL
        .iter()
        .map(|detector| {
            json!({
                "id": detector.id,
                "shortDescription": { "text": detector.title },
                "help": { "text": detectors::manual(detector.id).unwrap_or_default() },
                "properties": { "tags": [detector.scwe] },
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "solwright", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": findings.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

fn result(finding: &Value) -> Value {
    let level = match finding["severity"].as_str() {
        Some("high") => "error",
        Some("medium") => "warning",
        _ => "note",
    };
    let steps: Vec<Value> = finding["trace"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|step| {
            let mut location = location(step);
            location["message"] = json!({ "text": step["message"] });
            json!({ "location": location })
        })
        .collect();
    let mut result = json!({
        "ruleId": finding["detector"],
        "level": level,
        "message": { "text": message(finding) },
        "locations": [location(finding)],
    });
    if !steps.is_empty() {
        result["codeFlows"] = json!([{ "threadFlows": [{ "locations": steps }] }]);
    }
    result
}

fn message(finding: &Value) -> String {
    let parts = ["message", "note", "help"].map(|key| finding[key].as_str().unwrap_or_default());
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

fn location(place: &Value) -> Value {
    let file = place["file"].as_str().unwrap_or_default();
    let mut physical = json!({ "artifactLocation": { "uri": uri(file) } });
    if let Some(range) = place.get("range") {
        physical["region"] = json!({
            "startLine": range["start"]["line"],
            "startColumn": range["start"]["column"],
            "endLine": range["end"]["line"],
            "endColumn": range["end"]["column"],
        });
    }
    json!({ "physicalLocation": physical })
}

/// A file's URI (RFC 3986): what is neither unreserved nor a slash is written in hexadecimal.
fn uri(path: &str) -> String {
    let mut out = String::from("file://");
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
