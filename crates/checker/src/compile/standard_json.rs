//! solc's standard JSON: the question built from [`Sources`], the answer mapped back onto them.
//!
//! Every text travels inline, and each import gets a remapping of its own (`context:prefix=target`, all three in full), so that
//! solc resolves names exactly as our loader did and never looks at the disk.

use super::{CompiledContract, Output};
use crate::verdict::{Diagnostic, Level};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use solwright_analysis::project::Sources;
use solwright_syntax::Span;
use std::borrow::Cow;

/// How often solc's optimiser expects code to run, when nobody says.
const DEFAULT_RUNS: u64 = 200;

/// The compiler's input.
pub(super) fn input(sources: &Sources, what: Output<'_>) -> String {
    let texts: Map<String, Value> =
        sources.files.iter().map(|file| (unit(&file.name).into_owned(), json!({ "content": &*file.text }))).collect();
    // Only the main file is asked for: its contracts alone are worth generating code for, and solc orders the sources of an import
    // cycle from the file that it is asked for, so that bases come before what derives from them.
    let code = json!(["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.methodIdentifiers"]);
    let (wanted, optimize) = match what {
        Output::TypeCheck => (json!({ "*": [] }), false),
        Output::Bytecode { optimize } => (json!({ "*": code }), optimize),
        Output::BytecodeOf(contracts) => (contracts.iter().map(|name| (name.clone(), code.clone())).collect(), false),
    };
    let main = sources.files.first().map(|file| unit(&file.name).into_owned()).unwrap_or_default();
    let project = &sources.settings;
    let runs = project.optimizer_runs.unwrap_or(DEFAULT_RUNS);
    let mut settings = json!({
        "remappings": remappings(sources),
        "outputSelection": { main: wanted },
        "optimizer": { "enabled": optimize || project.optimizer, "runs": runs },
    });
    if let Some(version) = &project.evm_version {
        settings["evmVersion"] = json!(version);
    }
    // Compilers before 0.7.5 refuse the key, whatever its value.
    if project.via_ir {
        settings["viaIR"] = json!(true);
    }
    json!({ "language": "Solidity", "sources": texts, "settings": settings }).to_string()
}

/// The compiler's output as diagnostics and contracts; an error when it is not standard JSON.
pub(super) fn output(sources: &Sources, text: &str) -> Result<(Vec<Diagnostic>, Vec<CompiledContract>), String> {
    let answer: Answer =
        serde_json::from_str(text).map_err(|error| format!("its output is no standard JSON: {error}"))?;
    let diagnostics = answer.errors.iter().map(|message| diagnostic(sources, message)).collect();
    let mut contracts = Vec::new();
    for (unit_name, compiled) in answer.contracts {
        let Some(file) = file_of(sources, &unit_name) else { continue };
        let path = &sources.files[file].path;
        contracts.extend(compiled.into_iter().map(|(name, contract)| CompiledContract {
            file: path.clone(),
            name,
            abi: contract.abi,
            bytecode: contract.evm.bytecode.object,
            deployed: contract.evm.deployed_bytecode.object,
            selectors: contract.evm.method_identifiers,
        }));
    }
    Ok((diagnostics, contracts))
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    errors: Vec<Message>,
    #[serde(default)]
    contracts: Keyed<Keyed<Contract>>,
}

/// A JSON object, in the order of its keys.
type Keyed<T> = std::collections::BTreeMap<String, T>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    severity: String,
    error_code: Option<String>,
    message: String,
    #[serde(rename = "type", default)]
    kind: String,
    source_location: Option<Location>,
}

#[derive(Deserialize)]
struct Location {
    file: String,
    start: i64,
    end: i64,
}

#[derive(Deserialize)]
struct Contract {
    #[serde(default)]
    abi: Value,
    #[serde(default)]
    evm: Evm,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Evm {
    bytecode: Object,
    deployed_bytecode: Object,
    method_identifiers: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Object {
    object: String,
}

/// The source unit's name for solc. A remapping ends its context at `:` and its prefix at `=`, and a path may hold both.
fn unit(name: &str) -> Cow<'_, str> {
    if name.contains([':', '=', '%']) {
        Cow::Owned(name.replace('%', "%25").replace(':', "%3A").replace('=', "%3D"))
    } else {
        Cow::Borrowed(name)
    }
}

fn file_of(sources: &Sources, unit_name: &str) -> Option<usize> {
    sources.files.iter().position(|file| unit(&file.name) == unit_name)
}

fn remappings(sources: &Sources) -> Vec<String> {
    let mut remappings = Vec::new();
    for file in &sources.files {
        let context = unit(&file.name);
        for import in &file.imports {
            let Some(target) = import.target.and_then(|target| sources.files.get(target)) else { continue };
            let (asked, target) = (asked_name(&context, &import.path), unit(&target.name));
            // An import that solc cannot be taught is left to fail there, with solc's own words.
            if asked != target && !asked.contains(['=', ':']) {
                remappings.push(format!("{context}:{asked}={target}"));
            }
        }
    }
    remappings.sort();
    remappings.dedup();
    remappings
}

/// The source unit name that solc asks for before remapping: relative paths are folded onto the importer's name.
fn asked_name<'a>(importer: &str, path: &'a str) -> Cow<'a, str> {
    if !path.starts_with("./") && !path.starts_with("../") {
        return Cow::Borrowed(path);
    }
    let mut parts: Vec<&str> = importer.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Cow::Owned(parts.join("/"))
}

/// Code of a diagnostic about the project's settings.
pub const SETTINGS: &str = "settings";
/// solc's code for an import that it was not given.
const SOURCE_NOT_FOUND: &str = "6275";

fn diagnostic(sources: &Sources, message: &Message) -> Diagnostic {
    if let Some(refused) = refused_setting(sources, message) {
        return refused;
    }
    let level = match message.severity.as_str() {
        "error" => Level::Error,
        "warning" => Level::Warning,
        _ => Level::Note,
    };
    let location = message.source_location.as_ref();
    let file = location.and_then(|location| file_of(sources, &location.file)).unwrap_or(0);
    let text = &sources.files[file].text;
    let span = location.and_then(|location| {
        let (start, end) = (usize::try_from(location.start).ok()?, usize::try_from(location.end).ok()?);
        // Offsets of solc count bytes, as ours do.
        (start <= end && end <= text.len()).then(|| Span::new(start, end))
    });
    let missing = || {
        let here = |missing: &&_| is_at(missing, file, span);
        sources.missing.iter().find(here).map(|missing| missing.reason.clone())
    };
    let told = if message.error_code.as_deref() == Some(SOURCE_NOT_FOUND) { missing() } else { None };
    Diagnostic {
        level,
        code: message.error_code.clone(),
        message: told.unwrap_or_else(|| one_line(&message.message, &message.kind)),
        file: sources.files[file].path.clone(),
        span,
    }
}

/// solc places a missing source at the whole directive, our loader at the path within it.
fn is_at(missing: &solwright_analysis::project::MissingImport, file: usize, span: Option<Span>) -> bool {
    missing.file == file && span.is_some_and(|span| span.contains_span(missing.span))
}

/// What is wrong with the question itself comes from the project's configuration, for all else in it is ours.
fn refused_setting(sources: &Sources, message: &Message) -> Option<Diagnostic> {
    let settings = &sources.settings;
    let file = settings.file.clone().filter(|_| message.kind == "JSONError")?;
    let said = one_line(&message.message, &message.kind);
    let message = match &settings.evm_version {
        Some(version) if said.contains("EVM version") => {
            format!("this solc does not know the EVM version `{version}`, choose another or a solc that knows it")
        }
        _ => format!("this solc refuses the settings: {said}; correct them or choose another solc"),
    };
    Some(Diagnostic { level: Level::Error, code: Some(SETTINGS.to_owned()), message, file, span: None })
}

/// The message in our voice: one line, no full stop.
fn one_line(message: &str, kind: &str) -> String {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.strip_suffix('.').unwrap_or(&line);
    if line.is_empty() { kind.to_owned() } else { line.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solwright_analysis::project::{Import, SourceFile};

    fn file(name: &str, text: &str, imports: &[(&str, Option<usize>)]) -> SourceFile {
        let import = |(path, target): &(&str, Option<usize>)| Import {
            span: Span::new(0, 0),
            path: (*path).to_owned(),
            target: *target,
        };
        SourceFile {
            path: name.into(),
            name: name.into(),
            text: text.into(),
            imports: imports.iter().map(import).collect(),
        }
    }

    #[test]
    fn an_import_is_remapped_for_its_own_file_alone() {
        let main =
            file("/p/src/A.sol", "", &[("@oz/T.sol", Some(1)), ("./B.sol", Some(2)), ("../../x/C.sol", Some(3))]);
        let files =
            vec![main, file("/p/lib/oz/T.sol", "", &[]), file("/p/src/B.sol", "", &[]), file("/other/C.sol", "", &[])];
        let sources = Sources { files, ..Sources::default() };
        assert_eq!(
            remappings(&sources),
            ["/p/src/A.sol:/x/C.sol=/other/C.sol", "/p/src/A.sol:@oz/T.sol=/p/lib/oz/T.sol"]
        );
    }

    #[test]
    fn a_name_that_would_break_a_remapping_is_escaped() {
        let sources = Sources { files: vec![file("C:/a=b/A.sol", "", &[("x.sol", Some(0))])], ..Sources::default() };
        assert_eq!(remappings(&sources), ["C%3A/a%3Db/A.sol:x.sol=C%3A/a%3Db/A.sol"]);
    }

    #[test]
    fn places_of_the_answer_are_bytes_and_clamped_to_the_text() {
        let sources = Sources { files: vec![file("/A.sol", "/* é */ x", &[])], ..Sources::default() };
        let answer = |start: i64, end: i64| {
            let location = json!({ "file": "/A.sol", "start": start, "end": end });
            let error = json!({ "severity": "error", "errorCode": "7576", "message": "Bad\n thing.", "sourceLocation": location });
            output(&sources, &json!({ "errors": [error] }).to_string()).unwrap().0.remove(0)
        };
        let found = answer(9, 10);
        assert_eq!(found.span.unwrap().text(&sources.main().text), "x");
        assert_eq!((found.message.as_str(), found.code.as_deref()), ("Bad thing", Some("7576")));
        assert_eq!(answer(-1, -1).span, None);
        assert_eq!(answer(5, 999).span, None);
    }

    #[test]
    fn an_answer_that_is_no_json_is_an_error() {
        let sources = Sources { files: vec![file("/A.sol", "", &[])], ..Sources::default() };
        assert!(output(&sources, "Segmentation fault").is_err());
    }
}
