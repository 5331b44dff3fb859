//! `solwright solc run`: a compiler of ours in the clothes of a native one, as far as Slither and forge look.

use crate::{Outcome, setup};
use anyhow::{Context, bail};
use serde_json::{Map, Value, json};
use solwright_analysis::project::{DiskFiles, Project};
use solwright_checker::compile::{Compilers, CompilersConfig, Installed, Output, question};
use std::{
    collections::BTreeMap,
    io::{Write, read_to_string, stdin, stdout},
    path::Path,
    time::Duration,
};

/// Whoever starts us has a deadline of its own; code generation for a large closure takes long.
const DEADLINE: Duration = Duration::from_secs(120);

pub fn run(solc: &Path, arguments: &[String]) -> anyhow::Result<Outcome> {
    let config = CompilersConfig { solc_path: Some(solc.to_owned()), deadline: DEADLINE, ..CompilersConfig::default() };
    let compilers = Compilers::new(config);
    let compiler = compilers.chosen()?.context("`solwright solc run` was given no compiler")?;
    let asked = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let mut out = stdout().lock();
    if asked("--version") {
        writeln!(out, "solc, the solidity compiler commandline interface")?;
        writeln!(out, "Version: {}+commit.00000000.Linux.g++", compiler.version)?;
    } else if asked("--standard-json") {
        writeln!(out, "{}", compilers.ask(compiler, read_to_string(stdin())?)?)?;
    } else {
        let is_source = |argument: &&String| argument.ends_with(".sol");
        let file = arguments.iter().find(is_source).context("`solwright solc run` was given no `.sol` file")?;
        writeln!(out, "{}", combined_json(&compilers, compiler, Path::new(file))?)?;
    }
    Ok(Outcome::Fine)
}

fn combined_json(compilers: &Compilers, compiler: &Installed, file: &Path) -> anyhow::Result<Value> {
    let (path, source) = setup::read(file)?;
    let sources = Project::discover(&path).load(&path, &source, &DiskFiles);
    let mut input: Value = serde_json::from_str(&question(&sources, Output::Bytecode { optimize: false }))?;
    // Names of the parts are the compiler's; the tree of every file has none.
    let parts = json!(["abi", "evm.bytecode", "evm.deployedBytecode", "evm.methodIdentifiers", "userdoc", "devdoc"]);
    input["settings"]["outputSelection"] = json!({ "*": { "": ["ast"], "*": parts } });
    let answer: Value = serde_json::from_str(&compilers.ask(compiler, input.to_string())?)?;
    let messages = || answer["errors"].as_array().into_iter().flatten();
    messages().for_each(|message| eprintln!("{}", text(&message["formattedMessage"])));
    if messages().any(|message| message["severity"] == "error") {
        bail!("`{}` does not compile, solc said why", path.display());
    }
    Ok(combined(&answer, compiler))
}

/// Native solc's `--combined-json`, made of a standard answer.
fn combined(answer: &Value, compiler: &Installed) -> Value {
    let (mut contracts, mut sources, mut list) = (Map::new(), Map::new(), BTreeMap::new());
    // Before 0.8 what is JSON itself was given as text.
    let shown = |value: &Value| if compiler.version.minor < 8 { json!(value.to_string()) } else { value.clone() };
    for (file, of_file) in entries(&answer["contracts"]) {
        for (name, contract) in entries(of_file) {
            let (code, deployed) = (&contract["evm"]["bytecode"], &contract["evm"]["deployedBytecode"]);
            let parts = json!({
                "abi": shown(&contract["abi"]), "userdoc": shown(&contract["userdoc"]), "devdoc": shown(&contract["devdoc"]),
                "bin": code["object"], "bin-runtime": deployed["object"], "hashes": contract["evm"]["methodIdentifiers"],
                "srcmap": text(&code["sourceMap"]), "srcmap-runtime": text(&deployed["sourceMap"]),
            });
            contracts.insert(format!("{file}:{name}"), parts);
        }
    }
    for (file, source) in entries(&answer["sources"]) {
        list.insert(source["id"].as_u64(), file.as_str());
        sources.insert(file.clone(), json!({ "AST": source["ast"], "id": source["id"] }));
    }
    let list: Vec<&str> = list.into_values().collect();
    json!({ "contracts": contracts, "sources": sources, "sourceList": list, "version": compiler.version.to_string() })
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Empty where there is none: an interface has no code, and so no map of it.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use solwright_checker::compile::{Origin, Via};

    fn shown(version: &str) -> Value {
        let contract = json!({ "abi": [], "evm": { "bytecode": { "object": "60", "sourceMap": "1:2" } } });
        let answer = json!({
            "contracts": { "/b.sol": { "B": contract } },
            "sources": { "/a.sol": { "id": 1, "ast": { "x": 1 } }, "/b.sol": { "id": 0, "ast": {} } },
        });
        let version = version.parse().unwrap();
        combined(&answer, &Installed { version, path: "/solc".into(), via: Via::Wasm, origin: Origin::User })
    }

    #[test]
    fn an_answer_takes_the_form_of_native_solc() {
        let json = shown("0.8.37");
        assert_eq!(json["sourceList"], json!(["/b.sol", "/a.sol"]));
        assert_eq!(json["sources"]["/a.sol"], json!({ "AST": { "x": 1 }, "id": 1 }));
        let contract = &json["contracts"]["/b.sol:B"];
        assert_eq!(
            (&contract["bin"], &contract["srcmap-runtime"], &contract["abi"]),
            (&json!("60"), &json!(""), &json!([]))
        );
    }

    #[test]
    fn interfaces_are_text_before_0_8() {
        assert_eq!(shown("0.7.6")["contracts"]["/b.sol:B"]["abi"], "[]");
    }
}
