//! Keeps the tasks in `tests/generate/tasks` true: each is a stub once its body is taken out, and its reference is good.

use super::{
    judge::Bench,
    rows::Control,
    task::{self, Task},
};
use crate::referee::{Behaviour, Referee};
use solwright_analysis::project::{DiskFiles, Project};
use solwright_checker::{Checker, CheckerConfig, Depth, FileReport, Level, Severity, format::format, splice::splice};
use solwright_syntax::{Document, FunctionItem, MemberKind, StubKind, stubs};
use std::collections::{BTreeMap, HashSet};

const IDLE: [Control; 2] = [Control::Revert, Control::Stub];

/// How many names stand in a list; no type in the tasks holds a comma.
fn count(list: &str) -> usize {
    list.split(',').filter(|name| !name.trim().is_empty()).count()
}

/// The first task of each file.
fn files() -> BTreeMap<String, Task> {
    let named = |task: Task| (task.path.file_stem().unwrap().to_str().unwrap().to_owned(), task);
    task::own().into_iter().rev().map(named).collect()
}

fn check(checker: &Checker, task: &Task, text: &str) -> FileReport {
    checker.check_file(&Project::discover(&task.path), &task.path, text, &DiskFiles, Depth::Bytecode)
}

#[test]
fn there_are_many_tasks_and_no_two_have_one_id_or_one_body() {
    let tasks = task::own();
    assert!(tasks.len() >= 100, "{} tasks", tasks.len());
    let ids: HashSet<_> = tasks.iter().map(|task| &task.id).collect();
    assert_eq!(ids.len(), tasks.len());
    let words = |task: &Task| task.reference().split_whitespace().collect::<String>();
    let mut bodies = HashSet::new();
    for task in &tasks {
        assert!(bodies.insert(words(task)), "{}: another task has this body", task.id);
        let lines = task.reference().lines().count();
        assert!((3..=15).contains(&lines), "{}: {lines} lines", task.id);
    }
}

#[test]
fn a_task_without_its_body_is_a_stub_and_the_reference_restores_the_file() {
    for task in task::own() {
        let (stub, id) = (task.stub().unwrap(), &task.id);
        assert_eq!(format!("{}.{}", stub.contract, stub.name), *id);
        assert_eq!([&stub], &stubs(&task.emptied()).iter().collect::<Vec<_>>()[..], "{id}");
        assert_eq!(stub.kind, StubKind::EmptyBody, "{id}");
        let whole = task.function.span.text(&task.text);
        assert!(whole.starts_with(&stub.signature), "{id}: the signature takes more than its line");
        let natspec = stub.natspec.as_ref().unwrap();
        assert_eq!(natspec.params.len(), count(task.function.parameters.text(&task.text)), "{id}: @param");
        let returns = task.function.returns.map_or(0, |list| count(list.text(&task.text)));
        assert_eq!(natspec.returns.len(), returns, "{id}: @return");
        assert!(splice(&task.emptied(), &stub, whole).text == task.text, "{id}: the file is another");
    }
}

#[test]
fn a_file_of_tasks_compiles_without_a_word_and_names_the_contract_to_deploy() {
    let checker = Checker::new(CheckerConfig::default());
    for (name, task) in files() {
        let report = check(&checker, &task, &task.text);
        assert!(report.compiler.is_some(), "{:?}", report.unavailable);
        assert_eq!(report.diagnostics, [], "{name}");
        let loud: Vec<_> = report.findings.iter().filter(|finding| finding.severity > Severity::Info).collect();
        assert!(loud.is_empty(), "{name}: {loud:?}");
        let document = Document::parse(task.text.as_str());
        assert!(document.contracts().iter().any(|contract| contract.name == name), "{name}: no such contract");
        let wants_arguments = |function: &FunctionItem| {
            function.kind == MemberKind::Constructor && count(function.parameters.text(&task.text)) > 0
        };
        assert!(!document.functions().iter().any(wants_arguments), "{name}: the constructor takes arguments");
    }
}

#[test]
fn a_reference_has_the_form_of_an_answer_and_a_control_is_idle() {
    for task in task::own() {
        let (id, stub) = (&task.id, task.stub().unwrap());
        let form = |body: &str| {
            let answer = format!("<think>By the documentation.</think><answer>{} {body}</answer>", stub.signature);
            format(&answer, &stub, Some(task.reference()))
        };
        assert_eq!(form(task.reference()).errors, [""; 0], "{id}");
        for control in IDLE {
            assert!(form(control.body("")).idle, "{id} {control:?}");
        }
    }
}

/// Of all tasks of a file at once: no body asks whether another is there.
#[test]
fn the_controls_compile() {
    let checker = Checker::new(CheckerConfig::default());
    let tasks = task::own();
    for (name, file) in files() {
        for control in IDLE {
            let mut text = file.text.clone();
            let bodies = tasks.iter().filter(|task| task.path == file.path).map(|task| task.body);
            bodies.rev().for_each(|body| text.replace_range(body.range(), control.body("")));
            let report = check(&checker, &file, &text);
            let errors: Vec<_> = report.diagnostics.iter().filter(|said| said.level == Level::Error).collect();
            assert!(report.compiler.is_some() && errors.is_empty(), "{name} {control:?}: {errors:?}");
        }
    }
}

/// The first task of each file; the benchmark itself asks it of all.
#[test]
fn the_judge_tells_a_revert_from_the_reference_and_not_the_reference_from_itself() {
    let checker = Checker::new(CheckerConfig::default());
    let referee = Referee { checker: &checker, fuzz: super::fuzz(1, 2_000) };
    let mut costly = 0;
    for (name, task) in files() {
        let bench = Bench::new(&task, None, &referee).unwrap();
        let reference = bench.body(task.reference());
        assert_eq!((&reference.behaviour, reference.full()), (&Behaviour::Same, true), "{name}");
        assert!(reference.gas.is_none_or(|share| share == 1.0), "{name}: {:?}", reference.gas);
        costly += usize::from(reference.gas.is_some());
        assert!(!bench.body("{ revert(); }").functional(), "{name}");
        assert!(!bench.body("{ nonsense; }").compiles, "{name}");
    }
    // Of a function that only its helper reaches, no call from outside succeeds.
    assert!(costly >= 15, "gas is known of {costly} tasks");
}
