//! Settings: what a client may send, checked key by key, so that one wrong value costs one default and names itself.

use serde_json::{Map, Value};
use solwright_checker::Confidence;
use std::{path::PathBuf, time::Duration};

/// Everything a user may set; the table in `editors/nvim/doc/solwright.txt` lists the same keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// `candidates`: how many bodies are drafted for one stub.
    pub candidates: usize,
    /// `repairs`: how often a candidate that fails is written anew from the failing statement on.
    pub repairs: usize,
    /// `seed`: where the sampler starts; the same seed gives the same bodies.
    pub seed: u64,
    /// `modelPath`: a GGUF to use instead of the bundled model.
    pub model_path: Option<PathBuf>,
    /// `device`: `auto`, `cpu`, `cuda` or `metal`.
    pub device: String,
    /// `solcPath`: a native `solc` to use before any other compiler.
    pub solc_path: Option<PathBuf>,
    /// `minConfidence`: findings below it stay silent, where the project's own configuration leaves that open.
    pub min_confidence: Confidence,
    /// `analysis.onType`: look for findings while the user types, not only on open and save.
    pub analysis_on_type: bool,
    /// `inlineCompletion.enable`: offer ghost text.
    pub inline_completion: bool,
    /// `debounce`: milliseconds of quiet before work starts on a change.
    pub debounce: Duration,
    /// `detailsInHover`: the client shows `<details>` folded instead of as raw text.
    pub details_in_hover: bool,
}

/// A setting that was not taken, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Nothing is called that; worth a line in the log.
    Unknown(String),
    /// The value does not fit; worth telling the user.
    Invalid(String),
}

impl Default for Config {
    fn default() -> Self {
        Self {
            candidates: 4,
            repairs: 8,
            seed: 1,
            model_path: None,
            device: "auto".into(),
            solc_path: None,
            min_confidence: Confidence::Low,
            analysis_on_type: true,
            inline_completion: true,
            debounce: Duration::from_millis(150),
            details_in_hover: false,
        }
    }
}

impl Config {
    /// Takes over the settings in `value`; what it does not name stays as it was.
    pub fn update(&mut self, value: &Value) -> Vec<Problem> {
        let value = value.get("solwright").unwrap_or(value);
        let mut problems = Vec::new();
        match value {
            Value::Null => {}
            Value::Object(settings) => {
                for (key, value) in flatten(settings, "") {
                    if let Err(problem) = self.set(&key, value) {
                        problems.push(problem);
                    }
                }
            }
            other => problems.push(invalid("solwright", "an object of settings", other)),
        }
        problems
    }

    /// Whether the checker must be built anew to get from `self` to `new`.
    pub fn needs_new_checker(&self, new: &Self) -> bool {
        (&self.solc_path, self.min_confidence) != (&new.solc_path, new.min_confidence)
    }

    /// Whether the engine must be started anew to get from `self` to `new`.
    pub fn needs_new_engine(&self, new: &Self) -> bool {
        (&self.model_path, &self.device) != (&new.model_path, &new.device)
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), Problem> {
        match key {
            "candidates" => self.candidates = number(key, value, 1, 16)? as usize,
            "repairs" => self.repairs = number(key, value, 0, 32)? as usize,
            "seed" => self.seed = number(key, value, 0, u64::MAX)?,
            "modelPath" => self.model_path = path(key, value)?,
            "device" => self.device = choice(key, value, &["auto", "cpu", "cuda", "metal"])?.into(),
            "solcPath" => self.solc_path = path(key, value)?,
            "minConfidence" => {
                let name = choice(key, value, &["low", "medium", "high"])?;
                self.min_confidence = name.parse().map_err(Problem::Invalid)?;
            }
            "analysis.onType" => self.analysis_on_type = boolean(key, value)?,
            "inlineCompletion.enable" => self.inline_completion = boolean(key, value)?,
            "debounce" => self.debounce = Duration::from_millis(number(key, value, 0, 10_000)?),
            "detailsInHover" => self.details_in_hover = boolean(key, value)?,
            unknown => {
                return Err(Problem::Unknown(format!("`{unknown}` is no setting of Solwright, it has no effect")));
            }
        }
        Ok(())
    }
}

/// Settings by dotted key: `{"analysis": {"onType": true}}` and `{"analysis.onType": true}` are the same.
fn flatten<'v>(settings: &'v Map<String, Value>, prefix: &str) -> Vec<(String, &'v Value)> {
    let mut flat = Vec::new();
    for (key, value) in settings {
        let key = format!("{prefix}{key}");
        match value {
            Value::Object(inner) => flat.extend(flatten(inner, &format!("{key}."))),
            _ => flat.push((key, value)),
        }
    }
    flat
}

fn number(key: &str, value: &Value, low: u64, high: u64) -> Result<u64, Problem> {
    let range = match high {
        u64::MAX => format!("a whole number from {low}"),
        _ => format!("a whole number from {low} to {high}"),
    };
    value.as_u64().filter(|n| (low..=high).contains(n)).ok_or_else(|| invalid(key, &range, value))
}

fn boolean(key: &str, value: &Value) -> Result<bool, Problem> {
    value.as_bool().ok_or_else(|| invalid(key, "`true` or `false`", value))
}

fn path(key: &str, value: &Value) -> Result<Option<PathBuf>, Problem> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => Ok(Some(text.into())),
        _ => Err(invalid(key, "a path", value)),
    }
}

fn choice<'v>(key: &str, value: &'v Value, names: &[&str]) -> Result<&'v str, Problem> {
    let wanted = || names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    value
        .as_str()
        .filter(|text| names.contains(text))
        .ok_or_else(|| invalid(key, &format!("one of {}", wanted()), value))
}

fn invalid(key: &str, wanted: &str, value: &Value) -> Problem {
    let mut shown = value.to_string();
    if shown.chars().count() > 60 {
        shown = shown.chars().take(60).chain(['…']).collect();
    }
    Problem::Invalid(format!("The setting `{key}` must be {wanted}, not `{shown}`; the value before stays in force"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(value: Value) -> (Config, Vec<Problem>) {
        let mut config = Config::default();
        let problems = config.update(&value);
        (config, problems)
    }

    #[test]
    fn nested_and_dotted_keys_and_a_section_mean_the_same() {
        let wanted = Config { analysis_on_type: false, candidates: 2, ..Config::default() };
        for value in [
            json!({"candidates": 2, "analysis": {"onType": false}}),
            json!({"candidates": 2, "analysis.onType": false}),
            json!({"solwright": {"candidates": 2, "analysis": {"onType": false}}}),
        ] {
            assert_eq!(parse(value), (wanted.clone(), vec![]));
        }
    }

    #[test]
    fn a_wrong_type_names_its_key_and_spares_the_others() {
        let (config, problems) = parse(json!({"candidates": "four", "seed": 7}));
        assert_eq!((config.candidates, config.seed), (4, 7));
        let [Problem::Invalid(message)] = problems.as_slice() else { panic!("{problems:?}") };
        assert!(message.contains("`candidates`") && message.contains("from 1 to 16"), "{message}");
    }

    #[test]
    fn an_unknown_key_is_named_and_harmless() {
        let (config, problems) = parse(json!({"telemetry": {"enable": true}}));
        assert_eq!(config, Config::default());
        assert_eq!(
            problems,
            [Problem::Unknown("`telemetry.enable` is no setting of Solwright, it has no effect".into())]
        );
    }

    #[test]
    fn null_settings_change_nothing_and_a_list_is_refused() {
        assert_eq!(parse(Value::Null), (Config::default(), vec![]));
        assert!(matches!(parse(json!([1])).1.as_slice(), [Problem::Invalid(_)]));
    }

    #[test]
    fn only_what_the_engine_stands_on_restarts_it() {
        let old = Config::default();
        assert!(!old.needs_new_engine(&Config { candidates: 9, ..old.clone() }));
        assert!(old.needs_new_engine(&Config { device: "cpu".into(), ..old.clone() }));
        assert!(old.needs_new_checker(&Config { min_confidence: Confidence::High, ..old.clone() }));
    }
}
