//! Hostile texts (`tests/generate/injections`): whatever stands in comments, strings, NatSpec, imports and file names is data.
#![allow(clippy::unwrap_used)]

use solwright_analysis::project::{DiskFiles, Files, Project, ReadError, Sources};
use solwright_checker::{Checker, CheckerConfig, Judgement};
use solwright_generate::{
    Cancel, DeviceChoice, Engine, GenerateOptions, GenerateRequest, ModelChoice, generate, prompt_for,
};
use solwright_model::{Message, Model, ModelSource};
use solwright_syntax::{Document, FunctionStub, stubs};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/generate/injections");
const GOOD: &str =
    "balances[msg.sender] -= amount; total -= amount; (bool ok,) = msg.sender.call{value: amount}(\"\"); require(ok);";
const BAD: &str = "require(balances[msg.sender] >= amount); (bool ok,) = msg.sender.call{value: amount}(\"\"); require(ok); balances[msg.sender] -= amount; total -= amount;";

/// A text and what it is called.
struct Text {
    name: String,
    text: String,
}

fn texts() -> Vec<Text> {
    let all = fs::read_to_string(Path::new(FOLDER).join("texts.jsonl")).unwrap();
    let text = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        Text { name: value["name"].as_str().unwrap().into(), text: value["text"].as_str().unwrap().into() }
    };
    all.lines().map(text).collect()
}

fn paths(kind: &str) -> Vec<String> {
    let all = fs::read_to_string(Path::new(FOLDER).join("paths.json")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&all).unwrap();
    value[kind].as_array().unwrap().iter().map(|path| path.as_str().unwrap().to_owned()).collect()
}

/// The contract with a text wherever one may stand, written as its author must write it there.
fn contract(text: &str, import: &str) -> String {
    let one_line: String = text.chars().map(|sign| if matches!(sign, '\n' | '\r') { ' ' } else { sign }).collect();
    let escaped = |sign: char| match sign {
        '"' | '\\' => format!("\\{sign}"),
        '\n' => "\\n".to_owned(),
        _ if sign.is_control() => format!("\\x{:02x}", sign as u32),
        _ => sign.to_string(),
    };
    let prefix = if text.is_ascii() { "" } else { "unicode" };
    let literal = format!("{prefix}\"{}\"", text.chars().map(escaped).collect::<String>());
    let file = fs::read_to_string(Path::new(FOLDER).join("Vault.sol")).unwrap();
    file.replace("@@COMMENT@@", &one_line.replace("*/", "* /"))
        .replace("@@NATSPEC@@", &one_line)
        .replace("@@STRING@@", &literal)
        .replace("@@IMPORT@@", import)
}

fn stub(text: &str) -> FunctionStub {
    stubs(&Document::parse(text)).into_iter().find(|stub| stub.name == "withdraw").unwrap()
}

fn sources(path: &Path, text: &str) -> Sources {
    Project::discover(path).load(path, text, &DiskFiles)
}

fn judge(checker: &Checker, path: &Path, text: &str, body: &str) -> Judgement {
    let stub = stub(text);
    let answer = format!("<think>.</think><answer>{} {{ {body} }}</answer>", stub.signature);
    checker.judge(&sources(path, text), &stub, &answer, None)
}

/// What a verdict comes to; `None` where solc refuses the file.
fn verdict(judgement: &Judgement) -> Option<(Vec<&'static str>, f64)> {
    let found = judgement.verdict.findings.iter().map(|finding| finding.detector).collect();
    judgement.verdict.compiles().then_some((found, judgement.verdict.reward.total))
}

/// A checker, and what it says of the bad body in the harmless file.
struct Judge {
    checker: Checker,
    expected: Option<(Vec<&'static str>, f64)>,
}

impl Judge {
    fn new() -> Self {
        let checker = Checker::new(CheckerConfig::default());
        let (path, harmless) = (Path::new("/nowhere/Vault.sol"), contract("Nothing of note", ""));
        let [good, bad] = [GOOD, BAD].map(|body| verdict(&judge(&checker, path, &harmless, body)).unwrap());
        assert!(!good.0.contains(&"reentrancy") && bad.0.contains(&"reentrancy"), "{good:?} {bad:?}");
        Self { checker, expected: Some(bad) }
    }

    /// Checks that the bad body's verdict is the same in this file, or that solc refuses it; says which.
    #[track_caller]
    fn check(&self, path: &Path, text: &str, name: &str) -> bool {
        let judged = judge(&self.checker, path, text, BAD);
        let said = verdict(&judged);
        assert!(said.is_none() || said == self.expected, "{name:?}: {:?}", judged.verdict);
        said.is_some()
    }
}

#[test]
fn no_text_changes_a_verdict() {
    let (judge, path) = (Judge::new(), Path::new("/nowhere/Vault.sol"));
    let refused: Vec<String> = texts()
        .into_iter()
        .filter(|Text { name, text }| !judge.check(path, &contract(text, ""), name))
        .map(|text| text.name)
        .collect();
    // To solc a line ends there, and what follows is code.
    assert_eq!(refused, ["end of the comment in Unicode"]);
}

#[test]
fn no_text_becomes_a_control_token() {
    let Some(bytes) = Model::bundled() else { return };
    let model = Model::load(ModelSource::Bytes(bytes), DeviceChoice::Cpu).unwrap();
    for Text { name, text } in texts() {
        let file = contract(&text, "");
        let (document, stub) = (Document::parse(file.as_str()), stub(&file));
        let sources = sources(Path::new("/nowhere/Vault.sol"), &file);
        let prompt = prompt_for(&sources, &document, &stub, 4096);
        assert!(prompt.user.ends_with("function withdraw(uint256 amount) external"), "{name}: {}", prompt.user);
        let messages = [Message::new("system", prompt.system), Message::new("user", prompt.user.as_str())];
        let whole = model.chat_prompt(&messages, true).unwrap();
        let count = |text: &str| {
            let tokens = model.tokenizer().encode(text, true);
            tokens.into_iter().filter(|token| model.tokenizer().is_control(*token)).count()
        };
        assert_eq!(count(&whole), count(&whole.replace(&prompt.user, "Nothing")), "{name}: {}", prompt.user);
    }
}

/// Notes what it reads.
#[derive(Default)]
struct Spy(Mutex<Vec<PathBuf>>);

impl Files for Spy {
    fn read(&self, path: &Path) -> Result<Arc<str>, ReadError> {
        let read = DiskFiles.read(path);
        if read.is_ok() {
            self.0.lock().unwrap().push(path.to_owned());
        }
        read
    }
}

#[test]
fn no_path_leads_out_of_the_project() {
    let judge = Judge::new();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("project");
    fs::create_dir(&root).unwrap();
    // With and without a project, which bounds imports more tightly.
    for round in 0..2 {
        for import in paths("imports") {
            let file = contract("Nothing of note", &format!("import \"{import}\";"));
            let (path, spy) = (root.join("Vault.sol"), Spy::default());
            let loaded = Project::discover(&path).load(&path, &file, &spy);
            let read = spy.0.into_inner().unwrap();
            assert!(read.iter().all(|path| path.starts_with(&root)), "round {round}, {import:?} read {read:?}");
            assert_eq!(loaded.files.len(), 1, "{import:?}");
            assert_eq!(verdict(&judge.checker.judge(&loaded, &stub(&file), "", None)), None, "{import:?}");
        }
        fs::write(root.join("foundry.toml"), "[profile.default]\n").unwrap();
    }
    for name in paths("names") {
        let path = root.join(&name);
        assert!(judge.check(&path, &contract("Nothing of note", ""), &name), "{name:?}");
    }
    let made: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(made, ["project"]);
}

/// What the bundled model writes beside hostile texts may be poor; it is one function all the same.
#[test]
fn what_is_written_is_the_asked_function_and_nothing_else() {
    const AT_ONCE: usize = 6;
    if Model::bundled().is_none() {
        return;
    }
    let (checker, engine) =
        (Checker::new(CheckerConfig::default()), Engine::start(ModelChoice::Bundled, DeviceChoice::Cpu));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Vault.sol");
    for texts in texts().chunks(AT_ONCE) {
        let together: String = texts.iter().map(|text| text.text.as_str()).collect::<Vec<_>>().join(" ");
        let file = contract(&together, "");
        let asked = stub(&file);
        let options = GenerateOptions {
            candidates: 1,
            repairs: 1,
            deadline: Duration::from_secs(20),
            ..GenerateOptions::default()
        };
        let request = GenerateRequest {
            project: Arc::new(Project::discover(&path)),
            path: path.clone(),
            text: file.clone(),
            stub: asked.clone(),
            files: Arc::new(DiskFiles),
            options,
        };
        let proposal = generate(&engine, &checker, &request, &|_| {}, &Cancel::new()).unwrap();
        let best = proposal.best().unwrap();
        let alone = Document::parse(format!("contract C {{\n{}\n}}", best.code));
        let contracts = alone.contracts();
        assert_eq!(contracts.iter().map(|contract| contract.members.len()).collect::<Vec<_>>(), [1], "{}", best.code);
        assert!(best.code.starts_with("function withdraw(uint256 amount) external"), "{}", best.code);
        let around = [&file[..asked.span.start], &file[asked.span.end..]];
        assert!(best.spliced.starts_with(around[0]) && best.spliced.ends_with(around[1]));
        assert!(proposal.edit.is_none_or(|edit| edit.span == asked.span));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
