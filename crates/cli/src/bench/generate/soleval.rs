//! SolEval (Peng et al., EMNLP 2025): documented functions of real projects, judged by the projects' own tests.
//!
//! Its own harness keys functions by name and so loses overloads; here a function is where its line and its text say. Only solady and
//! OpenZeppelin are read, whose commits are known: the data names no others.

use super::{
    forge::{Forge, Tests, Verdict},
    task::Task,
};
use crate::parallel;
use anyhow::{Context, anyhow, bail, ensure};
use serde::Deserialize;
use solwright_analysis::project::absolute;
use solwright_checker::behaviour::REVERT;
use solwright_syntax::{Document, FunctionItem};
use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

/// Functions by the paths of their files.
const DATA: &str = "data/dataset.json";
/// The fewest lines of a plain function.
const PLAIN_LINES: usize = 5;
/// Tasks between two lines of progress.
const PROGRESS: usize = 20;

/// Where the checkouts are.
pub struct Checkouts<'a> {
    pub soleval: &'a Path,
    pub solady: &'a Path,
    pub openzeppelin: &'a Path,
}

/// A task and the tests that judge it.
pub struct Tested {
    pub task: Task,
    pub tests: Tests,
}

/// A function of the data set.
#[derive(Deserialize)]
struct Entry {
    identifier: String,
    /// The whole function, from its keyword.
    body: String,
    /// Its first line, from 1.
    start: String,
    human_labeled_comment: String,
}

/// One of the two projects.
struct Project {
    name: &'static str,
    /// What paths of the data set have before the path in the project.
    mark: &'static str,
    root: PathBuf,
    commit: &'static str,
    /// The profile for a test file.
    profile: fn(&Path) -> &'static str,
}

/// What did not become a task, and why.
#[derive(Default)]
struct Lost {
    elsewhere: BTreeMap<String, usize>,
    untested: BTreeMap<String, usize>,
    bodiless: Vec<String>,
    missing: Vec<String>,
    mended: Vec<String>,
}

/// The tasks that have tests, and sentences about those that have none.
pub fn read(checkouts: &Checkouts<'_>) -> anyhow::Result<(Vec<Tested>, Vec<String>)> {
    let path = checkouts.soleval.join(DATA);
    let shown = path.display();
    let json = fs::read_to_string(&path)
        .with_context(|| format!("`{shown}` cannot be read, name a clone of github.com/pzy2000/SolEval"))?;
    let entries: BTreeMap<String, Vec<Entry>> =
        serde_json::from_str(&json).with_context(|| format!("`{shown}` is not of the form that SolEval's data has"))?;
    let projects = [
        Project {
            name: "solady",
            mark: "/solady/",
            root: absolute(checkouts.solady),
            commit: "cd5741206f38",
            profile: of_solady,
        },
        Project {
            name: "OpenZeppelin",
            mark: "/openzeppelin-contracts/",
            root: absolute(checkouts.openzeppelin),
            commit: "e8f24d6ba0c4",
            profile: |_| "default",
        },
    ];
    let all: usize = entries.values().map(Vec::len).sum();
    let (mut found, mut lost) = (Vec::new(), Lost::default());
    let mut tests = HashMap::new();
    for project in &projects {
        tests.insert(project.name, test_files(project)?);
    }
    for (path, entries) in entries {
        let split = |project: &&Project| path.contains(project.mark);
        let Some(project) = projects.iter().find(split) else {
            let name = path.trim_start_matches('/').split('/').nth(1).unwrap_or(&path);
            *lost.elsewhere.entry(name.to_owned()).or_default() += entries.len();
            continue;
        };
        let inside = path.rsplit_once(project.mark).map_or(path.as_str(), |(_, inside)| inside);
        let stem = Path::new(inside).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match tests[project.name].get(&stem) {
            Some(test) => of_file(project, inside, test, &entries, &mut found, &mut lost)?,
            None => *lost.untested.entry(inside.to_owned()).or_default() += entries.len(),
        }
    }
    ensure!(!found.is_empty(), "none of the functions of `{shown}` is in the checkouts");
    let notes = lost.notes(all, found.len());
    Ok((found, notes))
}

/// The tasks whose tests notice a body that only reverts, and sentences about the others. What forge has been asked before costs nothing.
pub fn with_power(
    found: Vec<Tested>,
    forge: &Forge,
    threads: usize,
    stop: &AtomicBool,
) -> anyhow::Result<(Vec<Tested>, Vec<String>)> {
    let (all, mut done) = (found.len(), 0);
    let (mut blind, mut failed, mut powerful) = (Vec::new(), Vec::new(), Vec::new());
    let judge = |tested: &Tested| forge.judge(&tested.tests, &tested.task.path, &tested.reverting(), stop);
    parallel::in_order(&found, threads, judge, |tested, verdict| {
        if stop.load(Ordering::Relaxed) {
            bail!("stopped after {done} of {all} tasks, the same command goes on from there");
        }
        done += 1;
        if done % PROGRESS == 0 {
            eprintln!("SolEval: the tests of {done} of {all} tasks are tried");
        }
        match verdict.unwrap_or_else(|| Err(anyhow!("the judge panicked"))) {
            Ok(Verdict::Fails(_)) => powerful.push(tested.task.id.clone()),
            Ok(Verdict::Passes { .. }) => blind.push(tested.task.id.clone()),
            Err(error) => failed.push(format!("{}: {error:#}", tested.task.id)),
        }
        Ok(())
    })?;
    let mut notes = vec![format!("SolEval: the tests of {} of {all} tasks notice `{REVERT}`", powerful.len())];
    if !blind.is_empty() {
        notes.push(format!(
            "SolEval: {} tasks are dropped, their tests accept `{REVERT}`: {}",
            blind.len(),
            blind.join(", ")
        ));
    }
    if !failed.is_empty() {
        notes.push(format!(
            "SolEval: {} tasks are dropped, they cannot be judged: {}",
            failed.len(),
            failed.join("; ")
        ));
    }
    let kept = found.into_iter().filter(|tested| powerful.contains(&tested.task.id)).collect();
    Ok((kept, notes))
}

impl Tested {
    /// The file with a body that only reverts.
    fn reverting(&self) -> String {
        let Task { text, body, .. } = &self.task;
        format!("{}{REVERT}{}", &text[..body.start], &text[body.end..])
    }
}

/// Not a line of assembly, and long enough to have to think of.
pub fn is_plain(task: &Task) -> bool {
    let text = task.function.span.text(&task.text);
    !text.contains("assembly") && text.lines().count() >= PLAIN_LINES
}

/// The newest rules that its tests are written for.
fn of_solady(test: &Path) -> &'static str {
    if test.starts_with("test/ext/ithaca") { "ithaca" } else { "post_cancun" }
}

/// The test files of a project by their names before `.t.sol`, from its root.
fn test_files(project: &Project) -> anyhow::Result<HashMap<String, PathBuf>> {
    let (root, mut folders, mut found) = (&project.root, vec![PathBuf::from("test")], HashMap::new());
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(root.join(&folder)).with_context(|| {
            let (shown, name, commit) = (root.display(), project.name, project.commit);
            format!("`{shown}` has no readable folder `{}`, name a checkout of {name} at {commit}", folder.display())
        })?;
        for entry in entries {
            let entry = entry?;
            let (path, name) = (folder.join(entry.file_name()), entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if let Some(stem) = name.to_string_lossy().strip_suffix(".t.sol") {
                found.insert(stem.to_owned(), path);
            }
        }
    }
    Ok(found)
}

/// The tasks of one file.
fn of_file(
    project: &Project,
    inside: &str,
    test: &Path,
    entries: &[Entry],
    found: &mut Vec<Tested>,
    lost: &mut Lost,
) -> anyhow::Result<()> {
    let path = project.root.join(inside);
    let text = fs::read_to_string(&path).with_context(|| {
        format!("`{}` cannot be read, name a checkout of {} at {}", path.display(), project.name, project.commit)
    })?;
    let functions = Document::parse(text.as_str()).functions();
    let tests = Tests { root: project.root.clone(), file: test.to_owned(), profile: (project.profile)(test) };
    for entry in entries {
        let is_it = |function: &&FunctionItem| stands_at(entry, function, &text);
        let contract = |function: &FunctionItem| function.contract.clone().unwrap_or_default();
        let task = functions.iter().find(is_it).and_then(|function| {
            let id = format!("{}/{}.{}:{}", project.name, contract(function), entry.identifier, entry.start);
            let (label, mended) = label(&entry.human_labeled_comment);
            if mended {
                lost.mended.push(id.clone());
            }
            documented(id, &path, &text, function, &label)
        });
        let name = || format!("{inside}:{} {}", entry.start, entry.identifier);
        match task {
            Some(task) => found.push(Tested { task, tests: tests.clone() }),
            None if entry.is_function() => lost.missing.push(name()),
            None => lost.bodiless.push(name()),
        }
    }
    Ok(())
}

impl Entry {
    /// The data holds structs, modifiers, constructors and promises of functions too.
    fn is_function(&self) -> bool {
        self.body.starts_with("function ") && self.body.ends_with('}')
    }
}

fn stands_at(entry: &Entry, function: &FunctionItem, text: &str) -> bool {
    let line = || text[..function.span.start].matches('\n').count() + 1;
    function.name == entry.identifier && function.span.text(text) == entry.body && line().to_string() == entry.start
}

/// A label as a comment that compiles, and whether that took a change. Some go on after their end, with the function; one has a tag that
/// is none.
fn label(written: &str) -> (String, bool) {
    let end = written.find("*/").map_or(written.len(), |end| end + "*/".len());
    let label = written[..end].replace("* @solidity ", "* @custom:solidity ");
    let mended = label != written.trim_end();
    (label, mended)
}

/// The task whose function has this documentation in the place of its own.
fn documented(id: String, path: &Path, text: &str, function: &FunctionItem, label: &str) -> Option<Task> {
    let start = function.span.start;
    let indent = &text[text[..start].rfind('\n').map_or(0, |line| line + 1)..start];
    let before = function.natspec.as_ref().map_or(start, |natspec| natspec.span.start);
    let label = label.lines().map(str::trim_end).collect::<Vec<_>>().join(&format!("\n{indent}"));
    let text = format!("{}{label}\n{indent}{}", &text[..before], &text[start..]);
    let start = before + label.len() + 1 + indent.len();
    let function =
        Document::parse(text.as_str()).functions().into_iter().find(|function| function.span.start == start)?;
    Task::of(id, path.to_owned(), &text, function)
}

impl Lost {
    fn notes(&self, all: usize, found: usize) -> Vec<String> {
        let list = |counts: &BTreeMap<String, usize>| {
            counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
        };
        let sum = |counts: &BTreeMap<String, usize>| counts.values().sum::<usize>();
        let mut notes =
            vec![format!("SolEval: {found} of {all} entries are functions that are found and have a test file")];
        if !self.elsewhere.is_empty() {
            let (count, names) = (sum(&self.elsewhere), list(&self.elsewhere));
            notes.push(format!("SolEval: {count} functions are of projects whose commit is not known: {names}"));
        }
        if !self.untested.is_empty() {
            notes.push(format!(
                "SolEval: {} functions have no test file: {}",
                sum(&self.untested),
                list(&self.untested)
            ));
        }
        if !self.bodiless.is_empty() {
            let (count, names) = (self.bodiless.len(), self.bodiless.join(", "));
            notes.push(format!("SolEval: {count} entries are no function with a body: {names}"));
        }
        if !self.missing.is_empty() {
            let (count, names) = (self.missing.len(), self.missing.join(", "));
            notes.push(format!("SolEval: {count} functions are not where the data says: {names}"));
        }
        if !self.mended.is_empty() {
            let (count, names) = (self.mended.len(), self.mended.join(", "));
            notes.push(format!(
                "SolEval: {count} labels hold more than a comment or a tag that is none, and were cut: {names}"
            ));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::time::{Duration, Instant};

    const LIBRARY: &str = "library L {\n    /// Old.\n    function f(uint x) internal pure returns (uint) {\n        return x;\n    }\n\n    function f(int x) internal pure returns (int) {\n        return x;\n    }\n}\n";

    /// A checkout of each, with one file in solady; its data is of `entries`.
    fn checkouts(folder: &Path, path: &str, entries: &serde_json::Value) -> anyhow::Result<(Vec<Tested>, Vec<String>)> {
        let [soleval, solady, openzeppelin] = ["soleval", "solady", "openzeppelin"].map(|name| folder.join(name));
        for made in ["soleval/data", "solady/test", "solady/src", "openzeppelin/test"] {
            fs::create_dir_all(folder.join(made)).unwrap();
        }
        fs::write(solady.join("src/L.sol"), LIBRARY).unwrap();
        fs::write(solady.join("test/L.t.sol"), "").unwrap();
        fs::write(soleval.join(DATA), json!({ path: entries }).to_string()).unwrap();
        read(&Checkouts { soleval: &soleval, solady: &solady, openzeppelin: &openzeppelin })
    }

    fn entry(start: &str, of: &str, label: &str) -> serde_json::Value {
        let at = LIBRARY.find(&format!("function f({of} x)")).unwrap();
        let body = LIBRARY[at..].split_inclusive("    }").next().unwrap();
        json!({ "identifier": "f", "body": body, "start": start, "human_labeled_comment": label })
    }

    #[test]
    fn overloads_are_told_apart_by_their_lines_and_labels_take_the_place_of_comments() {
        let folder = tempfile::tempdir().unwrap();
        let label = "/**\n * @notice New.\n */";
        let entries = json!([entry("3", "uint", label), entry("7", "int", label)]);
        let (found, notes) = checkouts(folder.path(), "/data/solady/lib/solady/src/L.sol", &entries).unwrap();
        assert_eq!(notes, ["SolEval: 2 of 2 entries are functions that are found and have a test file"]);
        let ids: Vec<_> = found.iter().map(|tested| tested.task.id.as_str()).collect();
        assert_eq!(ids, ["solady/L.f:3", "solady/L.f:7"]);
        let shown =
            |at: usize| (found[at].task.text.as_str(), found[at].task.function.parameters.text(&found[at].task.text));
        let label = "    /**\n     * @notice New.\n     */\n";
        assert_eq!(shown(0), (LIBRARY.replace("    /// Old.\n", label).as_str(), "uint x"));
        let second = LIBRARY.replace("    function f(int", &format!("{label}    function f(int"));
        assert_eq!(shown(1), (second.as_str(), "int x"));
        assert_eq!(found[0].reverting(), shown(0).0.replacen("{\n        return x;\n    }", REVERT, 1));
        assert!(found.iter().all(|tested| !is_plain(&tested.task) && tested.tests.profile == "post_cancun"));
    }

    #[test]
    fn what_is_no_task_is_counted_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let mut entries =
            json!([entry("3", "uint", "/** a */ function f() { answer }"), entry("4", "int", "/** a */")]);
        let modifier =
            json!({ "identifier": "m", "body": "modifier m() {}", "start": "9", "human_labeled_comment": "/** a */" });
        entries.as_array_mut().unwrap().push(modifier);
        let notes = |path: &str| checkouts(folder.path(), path, &entries).map(|(_, notes)| notes[1..].join("; "));
        let here = notes("/data/solady/lib/solady/src/L.sol").unwrap();
        assert!(here.starts_with("SolEval: 1 entries are no function with a body: src/L.sol:9 m; "), "{here}");
        assert!(here.contains("SolEval: 1 functions are not where the data says: src/L.sol:4 f; "), "{here}");
        assert!(here.ends_with("and were cut: solady/L.f:3"), "{here}");
        let elsewhere = notes("/data/ethernaut/contracts/L.sol").unwrap_err();
        assert!(format!("{elsewhere:#}").starts_with("none of the functions"), "{elsewhere:#}");
    }

    #[test]
    fn a_checkout_that_is_none_is_told_with_what_to_name() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("nowhere");
        let checkouts = Checkouts { soleval: &nowhere, solady: &nowhere, openzeppelin: &nowhere };
        let error = read(&checkouts).err().unwrap();
        assert!(format!("{error:#}").contains("name a clone of github.com/pzy2000/SolEval"), "{error:#}");
    }

    #[test]
    fn a_label_ends_where_its_comment_does() {
        assert_eq!(label("/** a */\nfunction f() {}"), ("/** a */".to_owned(), true));
        assert_eq!(label("/**\n * @solidity x\n */"), ("/**\n * @custom:solidity x\n */".to_owned(), true));
        assert_eq!(label("/** a */\n"), ("/** a */".to_owned(), false));
    }

    /// What SolEval holds: checkouts `SolEval`, `solady` and `openzeppelin-contracts` below the folder `SOLEVAL`, answers in `forge.jsonl` there.
    #[test]
    #[ignore = "takes hours and needs checkouts: SOLEVAL=FOLDER, and EVERY=N for each N-th task"]
    fn soleval_as_it_is() {
        let folder = PathBuf::from(std::env::var("SOLEVAL").unwrap());
        let every = std::env::var("EVERY").map_or(1, |every| every.parse().unwrap());
        let [soleval, solady, openzeppelin] =
            ["SolEval", "solady", "openzeppelin-contracts"].map(|name| folder.join(name));
        let checkouts = Checkouts { soleval: &soleval, solady: &solady, openzeppelin: &openzeppelin };
        let (found, notes) = read(&checkouts).unwrap();
        let plain = found.iter().filter(|tested| is_plain(&tested.task)).count();
        eprintln!("{}\n{plain} of them are plain", notes.join("\n"));
        let sample: Vec<Tested> =
            found.into_iter().enumerate().filter(|(at, _)| at % every == 0).map(|(_, tested)| tested).collect();
        let (scratch, tasks) = (tempfile::tempdir().unwrap(), sample.len());
        let memo = folder.join("forge.jsonl");
        let forge = Forge::find(None, scratch.path(), Some(&memo), Duration::from_secs(600)).unwrap();
        let (start, stop) = (Instant::now(), AtomicBool::new(false));
        let (kept, notes) = with_power(sample, &forge, 2, &stop).unwrap();
        let plain = kept.iter().filter(|tested| is_plain(&tested.task)).count();
        eprintln!(
            "{}\n{} kept, {plain} of them plain; {:?} for {tasks} tasks",
            notes.join("\n"),
            kept.len(),
            start.elapsed()
        );
        let judge = |tested: &Tested| forge.judge(&tested.tests, &tested.task.path, &tested.task.text, &stop).unwrap();
        let mut right = 0;
        let count = |tested: &Tested, verdict: Option<Verdict>| {
            match verdict.unwrap() {
                Verdict::Passes { .. } => right += 1,
                Verdict::Fails(why) => eprintln!("{}: the reference fails, {why}", tested.task.id),
            }
            Ok(())
        };
        parallel::in_order(&kept, 2, judge, count).unwrap();
        eprintln!("{right} of {} references pass; {:?} in all", kept.len(), start.elapsed());
        assert_eq!(right, kept.len());
        assert!(kept.len() * 2 > tasks);
    }
}
