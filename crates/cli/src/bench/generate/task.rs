//! Tasks: functions to write, each with the body that is known to be right.

use crate::json::ByteRange;
use anyhow::{Context, ensure};
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use solwright_syntax::{Document, FunctionItem, FunctionStub, MemberKind, Span, StubKind};
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

/// The tasks that we wrote; `tests/generate/README.md` says how.
static OWN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../tests/generate/tasks");

/// One function to write.
#[derive(Clone, Debug)]
pub struct Task {
    /// Contract and function, and the file's name where that is not enough.
    pub id: String,
    /// Where the file lies; where it need not lie when it imports nothing.
    pub path: PathBuf,
    /// The file with the reference in its place.
    pub text: String,
    pub function: FunctionItem,
    pub body: Span,
}

/// A line of a task file, as `training/corpus.py` writes them.
#[derive(Deserialize)]
struct Line {
    id: String,
    source: String,
    /// The function in bytes, from its keyword to its closing brace.
    span: ByteRange,
}

impl Task {
    /// The task to write `function`; none when it has no body.
    pub fn of(id: String, path: PathBuf, text: &str, function: FunctionItem) -> Option<Self> {
        let body = function.body.filter(|_| function.kind == MemberKind::Function && function.is_complete)?;
        Some(Self { id, path, text: text.to_owned(), function, body })
    }

    /// The body that is known to be right, braces included.
    pub fn reference(&self) -> &str {
        self.body.text(&self.text)
    }

    /// The file with an empty body in the place of the reference.
    pub fn emptied(&self) -> Document {
        let mut text = self.text.clone();
        text.replace_range(self.body.range(), "{}");
        Document::parse(text)
    }

    /// The stub in the emptied file.
    pub fn stub(&self) -> Option<FunctionStub> {
        let end = self.function.span.end - self.body.len() + "{}".len();
        let stub = FunctionStub::at_span(&self.emptied(), Span::new(self.function.span.start, end))?;
        Some(FunctionStub { kind: StubKind::EmptyBody, ..stub })
    }
}

/// The tasks of this repository: every function with a `@notice`.
pub fn own() -> Vec<Task> {
    let mut files: Vec<_> = OWN.files().filter(|file| is_solidity(file.path())).collect();
    files.sort_by_key(|file| file.path());
    // They import nothing, so it does not matter where they lie.
    let text = |file: &include_dir::File<'_>| file.contents_utf8().unwrap_or_default().replace("\r\n", "\n");
    files.iter().flat_map(|file| documented(&std::env::temp_dir().join(file.path()), &text(file))).collect()
}

/// As [`own`], of a folder of the user's.
pub fn folder(folder: &Path) -> anyhow::Result<Vec<Task>> {
    let shown = folder.display();
    let entries =
        fs::read_dir(folder).with_context(|| format!("`{shown}` cannot be read, name a folder of contracts"))?;
    let mut paths: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_solidity(path)).collect();
    paths.sort();
    let mut tasks = Vec::new();
    for path in paths {
        let (path, text) = crate::setup::read(&path)?;
        tasks.extend(documented(&path, &text));
    }
    ensure!(!tasks.is_empty(), "`{shown}` has no `.sol` file with a function that has a `@notice` and a body");
    Ok(tasks)
}

/// Tasks of a file that `training/corpus.py` made. What is not a task is told with its line, and is left out.
pub fn file(path: &Path) -> anyhow::Result<(Vec<Task>, Vec<String>)> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .with_context(|| format!("`{shown}` cannot be read, name the file that `training/corpus.py` wrote"))?;
    let (mut tasks, mut notes) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match task_of(line) {
            Ok(task) => tasks.push(task),
            Err(why) => notes.push(format!("`{shown}`, line {}: {why:#}", number + 1)),
        }
    }
    ensure!(
        !tasks.is_empty(),
        "`{shown}` holds no task{}",
        notes.first().map_or(String::new(), |why| format!("; {why}"))
    );
    Ok((tasks, notes))
}

fn task_of(line: &str) -> anyhow::Result<Task> {
    let Line { id, source, span } =
        serde_json::from_str(line).context("not of the form {\"id\",\"source\",\"span\":{\"start\",\"end\"}}")?;
    let functions = Document::parse(source.as_str()).functions();
    let function = functions.into_iter().find(|function| function.span == Span::new(span.start, span.end));
    let function = function.with_context(|| format!("no function stands at bytes {} to {}", span.start, span.end))?;
    let path = std::env::temp_dir().join("Source.sol");
    Task::of(id, path, &source, function).context("the function has no body")
}

fn documented(path: &Path, text: &str) -> Vec<Task> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let functions = Document::parse(text).functions().into_iter();
    let asked = functions.filter(|function| function.natspec.as_ref().is_some_and(|spec| spec.notice.is_some()));
    let tasks = asked.filter_map(|function| {
        let mut id = format!("{}.{}", function.contract.as_deref().unwrap_or_default(), function.name);
        let overloads = seen.entry(id.clone()).or_default();
        *overloads += 1;
        if *overloads > 1 {
            id = format!("{id}#{overloads}");
        }
        Task::of(id, path.to_owned(), text, function)
    });
    tasks.collect()
}

fn is_solidity(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "sol")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "contract A {\n    /// @notice Adds.\n    function f(uint256 a, function(uint256, int256) external g) external {\n        a; g;\n    }\n}\n";

    fn line(start: usize, end: usize) -> String {
        serde_json::json!({ "id": "A.f", "source": SOURCE, "span": { "start": start, "end": end } }).to_string()
    }

    #[test]
    fn a_task_file_gives_its_tasks_and_names_the_lines_that_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tasks.jsonl");
        let (start, end) = (SOURCE.find("function").unwrap(), SOURCE.rfind("    }").unwrap() + 5);
        fs::write(&path, format!("{}\n\nnonsense\n{}\n", line(start, end), line(start, end - 1))).unwrap();
        let (tasks, notes) = file(&path).unwrap();
        let [task] = &tasks[..] else { panic!("{tasks:?}") };
        assert_eq!(task.reference(), "{\n        a; g;\n    }");
        assert!(task.emptied().text().contains("external {}\n"), "{}", task.emptied().text());
        assert!(notes.len() == 2 && notes[0].contains("line 3") && notes[1].contains("line 4"), "{notes:?}");
        fs::write(&path, "nonsense\n").unwrap();
        assert!(format!("{:#}", file(&path).unwrap_err()).contains("holds no task"));
        assert!(format!("{:#}", file(&folder.path().join("none")).unwrap_err()).contains("cannot be read"));
    }

    #[test]
    fn a_folder_gives_the_functions_that_are_documented_and_have_a_body() {
        let path = tempfile::tempdir().unwrap();
        let text = format!(
            "{SOURCE}contract B {{ /// @notice None.\n function g() external; }}\n{}",
            SOURCE.replace("Adds", "Again")
        );
        fs::write(path.path().join("A.sol"), text).unwrap();
        let ids: Vec<String> = folder(path.path()).unwrap().into_iter().map(|task| task.id).collect();
        assert_eq!(ids, ["A.f", "A.f#2"]);
        fs::write(path.path().join("A.sol"), "contract A {}").unwrap();
        assert!(folder(path.path()).is_err());
    }
}
