//! The judge by a project's own tests: forge runs those of one file, in a copy of what they import with the candidate in its place.
//!
//! The copy holds the test file's imports and nothing else, so that nothing else is compiled, and it is a folder of its own, so that
//! nobody's checkout is touched and runs cannot meet. solc's optimizer is off, which halves the time; where the reference does not compile
//! without it, it is on.

use super::memo::{Memo, digest};
use crate::bench::peers::{self, compilers::Shims, process};
use anyhow::{Context, anyhow, bail, ensure};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use solwright_analysis::project::{DiskFiles, Project, Sources};
use solwright_checker::compile::default_cache_dir;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, OnceLock, PoisonError, atomic::AtomicBool},
    time::Duration,
};
use tempfile::TempDir;

/// Seeds of fuzzed tests: the first is every candidate's, the second tells which tests of the reference hang on luck.
const SEEDS: [&str; 2] = ["1", "2"];

/// What forge is told in the project's stead. It keeps its number of fuzz runs within bounds, cannot start programs, and lets
/// `expectRevert` see internal calls, as it did when the projects' tests were written.
const SETTINGS: [(&str, &str); 3] =
    [("FOUNDRY_FUZZ_RUNS", "256"), ("FOUNDRY_FFI", "false"), ("FOUNDRY_ALLOW_INTERNAL_EXPECT_REVERT", "true")];

/// Files that say how a project is built.
const PROJECT_FILES: [&str; 2] = ["foundry.toml", "remappings.txt"];

/// The tests that judge a function.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tests {
    /// The project's folder.
    pub root: PathBuf,
    /// The test file, from `root`.
    pub file: PathBuf,
    /// The profile of `foundry.toml` that they are made for.
    pub profile: &'static str,
}

/// What the tests say of a candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Every test that passes with the reference does.
    Passes { tests: usize },
    /// The first test that does not, and why; or that it does not compile.
    Fails(String),
}

/// What the tests say of the reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// Whether it takes the optimizer to compile them.
    pub optimize: bool,
    /// Tests that pass, whatever the seed.
    pub passing: BTreeSet<String>,
    /// Tests that fail, are skipped or hang on the seed: they count for nobody.
    pub left_out: BTreeSet<String>,
}

/// forge, and what it has said.
pub struct Forge {
    program: PathBuf,
    version: String,
    shims: Shims,
    scratch: PathBuf,
    deadline: Duration,
    memo: Mutex<Memo>,
    suites: Mutex<HashMap<Tests, Prepared>>,
}

/// A test file that is ready to judge, or why it cannot be; empty while somebody prepares it.
type Prepared = Arc<OnceLock<Result<Suite, String>>>;

/// A test file that is ready to judge.
struct Suite {
    sources: Sources,
    solc: PathBuf,
    /// Files that are not Solidity and that tests may read, from the root.
    data: Vec<PathBuf>,
    baseline: Baseline,
}

/// One run: a file's text or the reference, a seed, and whether to optimize.
struct Asked<'a> {
    candidate: Option<(&'a Path, &'a str)>,
    seed: &'a str,
    optimize: bool,
}

/// What forge prints for each contract with tests.
#[derive(Deserialize)]
struct Printed {
    test_results: BTreeMap<String, Said>,
}

#[derive(Deserialize)]
struct Said {
    status: String,
    reason: Option<String>,
}

/// Why each test did not pass; none for one that did.
type Results = BTreeMap<String, Option<String>>;

/// A run that came to an end.
#[derive(Debug, PartialEq)]
enum Ran {
    Tests(Results),
    DoesNotCompile(String),
}

impl Forge {
    /// forge as `cargo xtask peers` or the user has installed it. What it said in earlier runs is read from `memo`, and what it says now is
    /// added there.
    pub fn find(peers: Option<&Path>, scratch: &Path, memo: Option<&Path>, deadline: Duration) -> anyhow::Result<Self> {
        let folder = peers.map_or_else(|| default_cache_dir().join("peers"), Path::to_path_buf);
        let program = peers::program("forge", &folder).with_context(|| {
            format!("forge is neither on the PATH nor below `{}`, run `cargo xtask peers`", folder.display())
        })?;
        let shims = Shims::write(&folder.join("npm/node_modules"), scratch)?;
        let version = process::run(Command::new(&program).arg("--version"), deadline)
            .map_err(|why| anyhow!("`{}` cannot be used: {why}", program.display()))?;
        let (memo, suites) = (Mutex::new(Memo::open(memo)?), Mutex::default());
        Ok(Self { program, version: version.0, shims, scratch: scratch.to_owned(), deadline, memo, suites })
    }

    /// What the tests say of the reference; asked once.
    #[cfg(test)]
    pub fn baseline(&self, tests: &Tests, stop: &AtomicBool) -> anyhow::Result<Baseline> {
        self.with_suite(tests, stop, |suite| Ok(suite.baseline.clone()))
    }

    /// What the tests say of `text` in the place of `file`. Whatever keeps forge from an answer is an error, and no fault of the candidate's.
    pub fn judge(&self, tests: &Tests, file: &Path, text: &str, stop: &AtomicBool) -> anyhow::Result<Verdict> {
        self.with_suite(tests, stop, |suite| {
            let imported = suite.sources.files.iter().any(|source| source.path == file);
            ensure!(imported, "`{}` is not imported by `{}`", file.display(), tests.file.display());
            let optimize = suite.baseline.optimize;
            let asked = Asked { candidate: Some((file, text)), seed: SEEDS[0], optimize };
            self.once(&self.key("judge", tests, suite, &asked), || {
                let ran = self.run(tests, suite, &asked, stop)?;
                Ok(verdict(&suite.baseline.passing, ran))
            })
        })
    }

    fn with_suite<T>(
        &self,
        tests: &Tests,
        stop: &AtomicBool,
        then: impl FnOnce(&Suite) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let suite = Arc::clone(lock(&self.suites).entry(tests.clone()).or_default());
        // Whoever comes first prepares it, the others wait.
        let prepared = suite.get_or_init(|| self.prepare(tests, stop).map_err(|error| format!("{error:#}")));
        then(prepared.as_ref().map_err(|why| anyhow!("{why}"))?)
    }

    fn prepare(&self, tests: &Tests, stop: &AtomicBool) -> anyhow::Result<Suite> {
        let path = tests.root.join(&tests.file);
        let text = fs::read_to_string(&path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        let sources = Project::discover(&path).load(&path, &text, &DiskFiles);
        if let Some(missing) = sources.missing.first() {
            let (file, import) = (sources.files[missing.file].path.display(), &missing.path);
            bail!(
                "`{import}`, which `{file}` imports, is not there: run `git submodule update --init` in the checkout"
            );
        }
        let (solc, lifted) = self.shims.choose(&sources, &text).context("no compiler satisfies its pragmas")?;
        ensure!(lifted == text, "no compiler satisfies its pragmas, `solwright solc install VERSION` brings one");
        let data = data(&tests.root, &tests.file)?;
        let baseline = Baseline { optimize: false, passing: BTreeSet::new(), left_out: BTreeSet::new() };
        let mut suite = Suite { solc: solc.to_owned(), sources, data, baseline };
        let asked = Asked { candidate: None, seed: "", optimize: false };
        let key = self.key("baseline", tests, &suite, &asked);
        suite.baseline = self.once(&key, || self.measure(tests, &suite, stop))?;
        ensure!(
            !suite.baseline.passing.is_empty(),
            "none of the tests in `{}` passes with the reference",
            path.display()
        );
        Ok(suite)
    }

    /// Tests that pass with both seeds, without the optimizer where it goes without.
    fn measure(&self, tests: &Tests, suite: &Suite, stop: &AtomicBool) -> anyhow::Result<Baseline> {
        let run = |seed, optimize| self.run(tests, suite, &Asked { candidate: None, seed, optimize }, stop);
        let plain = run(SEEDS[0], false)?;
        let optimize = matches!(plain, Ran::DoesNotCompile(_));
        let first = if optimize { run(SEEDS[0], true)? } else { plain };
        match (first, run(SEEDS[1], optimize)?) {
            (Ran::Tests(first), Ran::Tests(second)) => {
                let passes = |name: &String| passed(&first, name) && passed(&second, name);
                let (passing, left_out) = first.keys().chain(second.keys()).cloned().partition(passes);
                Ok(Baseline { optimize, passing, left_out })
            }
            (Ran::DoesNotCompile(why), _) | (_, Ran::DoesNotCompile(why)) => {
                bail!("`{}` does not compile with the reference: {why}", tests.file.display())
            }
        }
    }

    /// What is known under a key, or is found out and kept. Errors are not kept: another day they may be none.
    fn once<T: Serialize + DeserializeOwned>(
        &self,
        key: &str,
        ask: impl FnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        if let Some(known) = lock(&self.memo).get(key) {
            return Ok(known);
        }
        let said = ask()?;
        lock(&self.memo).keep(key, &said)?;
        Ok(said)
    }

    /// All that an answer depends on.
    fn key(&self, question: &str, tests: &Tests, suite: &Suite, asked: &Asked<'_>) -> String {
        let solc = suite.solc.file_name().unwrap_or_default().to_string_lossy();
        let settings = format!("{SETTINGS:?} {SEEDS:?} {} {}", tests.profile, asked.optimize);
        let mut parts = vec![question.to_owned(), self.version.clone(), solc.into_owned(), settings];
        for file in PROJECT_FILES {
            parts.push(fs::read_to_string(tests.root.join(file)).unwrap_or_default());
        }
        for (file, text) in files(suite, asked) {
            let inside = file.strip_prefix(&tests.root).unwrap_or(file);
            parts.extend([inside.display().to_string(), text.to_owned()]);
        }
        digest(&parts)
    }

    fn run(&self, tests: &Tests, suite: &Suite, asked: &Asked<'_>, stop: &AtomicBool) -> anyhow::Result<Ran> {
        let stage = self.stage(tests, suite, asked).context("the tests cannot be copied, make room on the disk")?;
        let mut command = Command::new(&self.program);
        command.current_dir(stage.path()).args([
            "test",
            "--json",
            "--offline",
            "--threads",
            "1",
            "--fuzz-seed",
            asked.seed,
        ]);
        command.arg("--use").arg(&suite.solc);
        // What the user has set for projects of theirs is none of this one's business.
        env::vars_os().filter(|(name, _)| is_forges(&name.to_string_lossy())).for_each(|(name, _)| {
            command.env_remove(name);
        });
        command.envs(SETTINGS).env("FOUNDRY_PROFILE", tests.profile);
        if !asked.optimize {
            command.env("FOUNDRY_OPTIMIZER", "false");
        }
        let (out, err) = process::run_until(&mut command, self.deadline, stop)
            .map_err(|why| anyhow!("forge on `{}`: {why}", tests.file.display()))?;
        read(&out, &err, &tests.file).map_err(|why| anyhow!("forge on `{}`: {why}", tests.file.display()))
    }

    /// The test file with what it imports and may read, at their places in the project.
    fn stage(&self, tests: &Tests, suite: &Suite, asked: &Asked<'_>) -> anyhow::Result<TempDir> {
        let stage = TempDir::new_in(&self.scratch)?;
        let place = |inside: &Path| -> anyhow::Result<PathBuf> {
            let place = stage.path().join(inside);
            fs::create_dir_all(place.parent().unwrap_or(stage.path()))?;
            Ok(place)
        };
        for (file, text) in files(suite, asked) {
            let inside =
                file.strip_prefix(&tests.root).map_err(|_| anyhow!("`{}` lies outside the project", file.display()))?;
            fs::write(place(inside)?, text)?;
        }
        for inside in &suite.data {
            fs::copy(tests.root.join(inside), place(inside)?)?;
        }
        Ok(stage)
    }
}

/// The files of a run, the candidate in its place.
fn files<'a>(suite: &'a Suite, asked: &'a Asked<'_>) -> impl Iterator<Item = (&'a Path, &'a str)> {
    suite.sources.files.iter().map(|source| match asked.candidate {
        Some((file, text)) if file == source.path => (file, text),
        _ => (source.path.as_path(), &*source.text),
    })
}

/// The project's settings, and all that is not Solidity in the folder of the tests.
fn data(root: &Path, test: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> =
        PROJECT_FILES.iter().map(PathBuf::from).filter(|file| root.join(file).is_file()).collect();
    let mut folders: Vec<PathBuf> =
        test.parent().and_then(|folder| folder.iter().next()).map(PathBuf::from).into_iter().collect();
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(root.join(&folder)).with_context(|| format!("`{}` cannot be read", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let (path, kind) = (folder.join(entry.file_name()), entry.file_type()?);
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() && path.extension().is_none_or(|extension| extension != "sol" && extension != "js")
            {
                found.push(path);
            }
        }
    }
    Ok(found)
}

fn is_forges(name: &str) -> bool {
    ["FOUNDRY_", "FORGE_", "DAPP_"].iter().any(|prefix| name.starts_with(prefix))
}

/// forge's `--json`, an object of contracts; or what it says instead when there is none.
fn read(out: &str, err: &str, test: &Path) -> Result<Ran, String> {
    let printed = out.lines().find_map(|line| serde_json::from_str::<BTreeMap<String, Printed>>(line).ok());
    let Some(printed) = printed else {
        let said = || err.lines().chain(out.lines()).map(str::trim);
        let error = said().find(|line| line.starts_with("Error") && !line.ends_with(':'));
        let why = error.or_else(|| said().rfind(|line| !line.is_empty())).unwrap_or("it does not say why").to_owned();
        return if is_compilers(&why) && err.contains("Compiler run failed") {
            Ok(Ran::DoesNotCompile(why))
        } else {
            Err(why)
        };
    };
    let mut results = Results::new();
    for (contract, printed) in printed {
        // Tests of imported files are other tasks' business.
        let Some((file, contract)) = contract.rsplit_once(':') else { continue };
        if Path::new(file) != test {
            continue;
        }
        for (name, said) in printed.test_results {
            let failed = || said.reason.clone().unwrap_or_else(|| said.status.to_lowercase());
            results.insert(format!("{contract}.{name}"), (said.status != "Success").then(failed));
        }
    }
    if results.is_empty() { Err("it ran no test".to_owned()) } else { Ok(Ran::Tests(results)) }
}

/// `Error (1234): …` is solc's, all others are forge's.
fn is_compilers(line: &str) -> bool {
    line.strip_prefix("Error (").is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_digit()))
}

fn passed(results: &Results, name: &str) -> bool {
    matches!(results.get(name), Some(None))
}

fn verdict(passing: &BTreeSet<String>, ran: Ran) -> Verdict {
    let results = match ran {
        Ran::Tests(results) => results,
        Ran::DoesNotCompile(why) => return Verdict::Fails(format!("it does not compile: {why}")),
    };
    let Some(failed) = passing.iter().find(|name| !passed(&results, name)) else {
        return Verdict::Passes { tests: passing.len() };
    };
    let why = match results.get(failed) {
        Some(Some(why)) => why.as_str(),
        // What comes before all tests has failed, and forge ran none.
        _ => "it did not run",
    };
    Verdict::Fails(format!("{failed}: {why}"))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// With forge itself, where it is at hand.
#[cfg(all(test, unix))]
mod runs {
    use super::*;
    use crate::bench::peers::compilers::own;

    const LIBRARY: &str = "library Half { function half(uint x) internal pure returns (uint y) { y = x / 2; } }";
    const TESTS: &str = "import { Half } from '../src/Half.sol';
        contract HalfTest {
            function testHalf() public pure { require(Half.half(7) == 3, 'seven'); }
            function testHalfOfAny(uint x) public pure { assert(Half.half(x) <= x); }
            function testWrong() public pure { require(Half.half(7) == 4, 'not with the reference either'); }
        }
        contract Unrelated { function testNothing() public pure {} }";

    /// A project of two files.
    fn project(folder: &Path) -> Tests {
        for (file, text) in [
            ("foundry.toml", "[profile.default]\n"),
            ("src/Half.sol", LIBRARY),
            ("test/Half.t.sol", TESTS),
            ("test/no.sol", "?"),
        ] {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Tests { root: folder.to_owned(), file: "test/Half.t.sol".into(), profile: "default" }
    }

    /// forge in a folder, where it is at hand; a run without it says so.
    fn forge(folder: &Path, memo: Option<&Path>, deadline: Duration) -> Option<Forge> {
        let found = Forge::find(None, folder, memo, deadline);
        if !own().unwrap().is_file() {
            eprintln!("not tried: `cargo build` makes the program that stands in for solc");
            return None;
        }
        found.map_err(|error| eprintln!("not tried: {error:#}")).ok()
    }

    #[test]
    fn tests_that_pass_with_the_reference_judge() {
        let (folder, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (tests, memo) = (project(folder.path()), scratch.path().join("forge.jsonl"));
        let Some(forge) = forge(scratch.path(), Some(&memo), Duration::from_secs(120)) else { return };
        let (stop, file) = (AtomicBool::new(false), folder.path().join("src/Half.sol"));
        let baseline = forge.baseline(&tests, &stop).unwrap();
        let names = ["HalfTest.testHalf()", "HalfTest.testHalfOfAny(uint256)", "Unrelated.testNothing()"];
        assert_eq!(baseline.passing, names.map(str::to_owned).into());
        assert_eq!(baseline.left_out, ["HalfTest.testWrong()".to_owned()].into());
        let judge = |body: &str| forge.judge(&tests, &file, &LIBRARY.replace("y = x / 2;", body), &stop).unwrap();
        assert_eq!(judge("return x >> 1;"), Verdict::Passes { tests: 3 });
        assert_eq!(
            judge("y = 3;"),
            Verdict::Fails("HalfTest.testHalfOfAny(uint256): panic: assertion failed (0x01)".to_owned())
        );
        assert_eq!(judge("revert();"), Verdict::Fails("HalfTest.testHalf(): EvmError: Revert".to_owned()));
        let Verdict::Fails(why) = judge("y = z;") else { panic!("it compiled") };
        assert!(why.starts_with("it does not compile: Error (7576): Undeclared identifier"), "{why}");
        assert_eq!(fs::read_to_string(&file).unwrap(), LIBRARY);
        // Known answers take no forge.
        let again = Forge { program: PathBuf::new(), memo: Mutex::new(Memo::open(Some(&memo)).unwrap()), ..forge };
        again.suites.lock().unwrap().clear();
        let text = LIBRARY.replace("y = x / 2;", "return x >> 1;");
        assert_eq!(again.judge(&tests, &file, &text, &stop).unwrap(), Verdict::Passes { tests: 3 });
        assert!(again.judge(&tests, &file, "", &stop).is_err());
    }

    #[test]
    fn a_judge_that_is_late_or_cannot_judge_is_an_error() {
        let (folder, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let tests = project(folder.path());
        let Some(late) = forge(scratch.path(), None, Duration::from_secs(120)) else { return };
        let late = Forge { deadline: Duration::ZERO, ..late };
        let error = late.baseline(&tests, &AtomicBool::new(false)).unwrap_err();
        assert_eq!(error.to_string(), "forge on `test/Half.t.sol`: stopped after 0 s");
        fs::write(folder.path().join("test/Half.t.sol"), "import 'forge-std/Test.sol';").unwrap();
        let other = forge(scratch.path(), None, Duration::from_secs(120)).unwrap();
        let error = other.baseline(&tests, &AtomicBool::new(false)).unwrap_err();
        assert!(error.to_string().contains("run `git submodule update --init` in the checkout"), "{error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(out: &str, err: &str, expected: Result<&str, &str>) {
        let ran = read(out, err, Path::new("test/A.t.sol"));
        let ran = ran.map(|ran| format!("{ran:?}"));
        assert_eq!(ran.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn forge_says_an_object_of_contracts() {
        let said = |status: &str, reason: &str| format!(r#"{{"status": "{status}", "reason": {reason}, "logs": []}}"#);
        let (good, bad, skipped) = (said("Success", "null"), said("Failure", "\"why\""), said("Skipped", "null"));
        let out = format!(
            r#"{{"test/A.t.sol:A": {{"duration": "1ms", "test_results": {{"testA()": {good}, "testB()": {bad}, "testC()": {skipped}}}}},
                "test/B.t.sol:B": {{"test_results": {{"testA()": {bad}}}}}}}"#
        );
        let results = r#"Tests({"A.testA()": None, "A.testB()": Some("why"), "A.testC()": Some("skipped")})"#;
        check(&format!("Compiling\n{}\n", out.replace('\n', "")), "", Ok(results));
        check("{}", "", Err("it ran no test"));
        check(
            "",
            "Error: Compiler run failed:\nWarning (1): x\n\nError (7): Bad thing.\n",
            Ok(r#"DoesNotCompile("Error (7): Bad thing.")"#),
        );
        check("", "Error: \nno such profile\n", Err("no such profile"));
        check("", "Error: solc exited with signal 9\n", Err("Error: solc exited with signal 9"));
        check("", "", Err("it does not say why"));
    }

    #[test]
    fn every_test_that_passes_with_the_reference_must_pass() {
        let passing = ["A.a()".to_owned(), "A.b()".to_owned()].into();
        let verdict = |results: &[(&str, Option<&str>)]| {
            let result = |(name, why): &(&str, Option<&str>)| ((*name).to_owned(), why.map(str::to_owned));
            verdict(&passing, Ran::Tests(results.iter().map(result).collect()))
        };
        assert_eq!(verdict(&[("A.a()", None), ("A.b()", None), ("A.c()", Some("x"))]), Verdict::Passes { tests: 2 });
        assert_eq!(verdict(&[("A.a()", None), ("A.b()", Some("x"))]), Verdict::Fails("A.b(): x".to_owned()));
        assert_eq!(verdict(&[("A.setUp()", Some("x"))]), Verdict::Fails("A.a(): it did not run".to_owned()));
    }
}
