//! Keeps the tasks in `tests/generate/tasks` true: each is a stub once its body is taken out, and its reference is good.
#![allow(clippy::unwrap_used)]

use solwright_analysis::project::{DiskFiles, Project};
use solwright_checker::{Checker, CheckerConfig, Depth, FileReport, Level, Severity, format::format, splice::splice};
use solwright_syntax::{Document, FunctionItem, FunctionStub, MemberKind, Span, StubKind, stubs};
use solwright_test_utils::repo_path;
use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

/// Bodies that a judge of behaviour must tell from the reference.
const CONTROLS: [&str; 2] = ["{}", "{ revert(); }"];

struct Task {
    path: PathBuf,
    text: String,
    function: FunctionItem,
}

impl Task {
    fn id(&self) -> String {
        format!("{}.{}", self.function.contract.as_deref().unwrap_or_default(), self.function.name)
    }

    fn reference(&self) -> &str {
        self.function.span.text(&self.text)
    }

    fn body(&self) -> &str {
        self.function.body.unwrap().text(&self.text)
    }

    /// The file with an empty body in the place of the reference.
    fn emptied(&self) -> Document {
        let mut text = self.text.clone();
        text.replace_range(self.function.body.unwrap().range(), "{}");
        Document::parse(text)
    }

    fn stub(&self) -> FunctionStub {
        let [stub] = <[FunctionStub; 1]>::try_from(stubs(&self.emptied())).unwrap();
        stub
    }
}

fn files() -> Vec<(PathBuf, String)> {
    let folder = fs::read_dir(repo_path("tests/generate/tasks")).unwrap();
    let mut paths: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sol"));
    paths.sort();
    let read = |path: &PathBuf| fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    paths.iter().map(|path| (path.clone(), read(path))).collect()
}

/// The functions with a `@notice`.
fn tasks() -> Vec<Task> {
    let is_task = |function: &FunctionItem| {
        function.kind == MemberKind::Function
            && function.natspec.as_ref().is_some_and(|natspec| natspec.notice.is_some())
    };
    let of_file = |(path, text): (PathBuf, String)| {
        let functions = Document::parse(text.as_str()).functions().into_iter().filter(is_task);
        functions.map(move |function| Task { path: path.clone(), text: text.clone(), function }).collect::<Vec<_>>()
    };
    files().into_iter().flat_map(of_file).collect()
}

/// How many names stand in a list; no type in the tasks holds a comma.
fn count(list: Span, text: &str) -> usize {
    let list = list.text(text);
    list.split(',').filter(|name| !name.trim().is_empty()).count()
}

fn check(checker: &Checker, path: &Path, text: &str) -> FileReport {
    checker.check_file(&Project::discover(path), path, text, &DiskFiles, Depth::Bytecode)
}

#[test]
fn there_are_many_tasks_and_no_two_have_one_id_or_one_body() {
    let tasks = tasks();
    assert!(tasks.len() >= 100, "{} tasks", tasks.len());
    let ids: HashSet<_> = tasks.iter().map(Task::id).collect();
    assert_eq!(ids.len(), tasks.len());
    let words = |task: &Task| task.body().split_whitespace().collect::<String>();
    let mut bodies = HashSet::new();
    for task in &tasks {
        assert!(bodies.insert(words(task)), "{}: another task has this body", task.id());
        let lines = task.body().lines().count();
        assert!((3..=15).contains(&lines), "{}: {lines} lines", task.id());
    }
}

#[test]
fn a_task_without_its_body_is_a_stub_and_the_reference_restores_the_file() {
    for task in tasks() {
        let (stub, id) = (task.stub(), task.id());
        assert_eq!(format!("{}.{}", stub.contract, stub.name), id);
        assert_eq!(stub.kind, StubKind::EmptyBody, "{id}");
        assert!(task.reference().starts_with(&stub.signature), "{id}: the signature takes more than its line");
        let natspec = stub.natspec.as_ref().unwrap();
        assert_eq!(natspec.params.len(), count(task.function.parameters, &task.text), "{id}: @param");
        let returns = task.function.returns.map_or(0, |list| count(list, &task.text));
        assert_eq!(natspec.returns.len(), returns, "{id}: @return");
        assert!(splice(&task.emptied(), &stub, task.reference()).text == task.text, "{id}: the file is another");
    }
}

#[test]
fn a_file_of_tasks_compiles_without_a_word_and_names_the_contract_to_deploy() {
    let checker = Checker::new(CheckerConfig::default());
    for (path, text) in files() {
        let report = check(&checker, &path, &text);
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(report.compiler.is_some(), "{:?}", report.unavailable);
        assert_eq!(report.diagnostics, [], "{name}");
        let loud: Vec<_> = report.findings.iter().filter(|finding| finding.severity > Severity::Info).collect();
        assert!(loud.is_empty(), "{name}: {loud:?}");
        let document = Document::parse(text.as_str());
        assert!(document.contracts().iter().any(|contract| contract.name == name), "{name}: no such contract");
        let wants_arguments = |f: &FunctionItem| f.kind == MemberKind::Constructor && count(f.parameters, &text) > 0;
        assert!(!document.functions().iter().any(wants_arguments), "{name}: the constructor takes arguments");
    }
}

#[test]
fn a_reference_has_the_form_of_an_answer_and_a_control_is_idle() {
    for task in tasks() {
        let (id, stub) = (task.id(), task.stub());
        let form = |body: &str| {
            let answer = format!("<think>By the documentation.</think><answer>{} {body}</answer>", stub.signature);
            format(&answer, &stub, Some(task.body()))
        };
        assert_eq!(form(task.body()).errors, [""; 0], "{id}");
        for control in CONTROLS {
            assert!(form(control).idle, "{id} {control}");
        }
    }
}

/// Of all tasks of a file at once: no body asks whether another is there.
#[test]
fn the_controls_compile() {
    let checker = Checker::new(CheckerConfig::default());
    for (path, text) in files() {
        let bodies: Vec<_> =
            tasks().into_iter().filter(|task| task.path == path).map(|task| task.function.body).collect();
        for control in CONTROLS {
            let mut text = text.clone();
            bodies.iter().rev().for_each(|body| text.replace_range(body.unwrap().range(), control));
            let report = check(&checker, &path, &text);
            let errors: Vec<_> = report.diagnostics.iter().filter(|said| said.level == Level::Error).collect();
            assert!(report.compiler.is_some() && errors.is_empty(), "{} {control}: {errors:?}", path.display());
        }
    }
}
