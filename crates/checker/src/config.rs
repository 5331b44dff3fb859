//! What a project says of how it is checked: `solwright.toml`, and the table `[solwright]` of `foundry.toml`.
//!
//! Read key by key, so that one wrong value costs one default and is told at its place. `docs/configuration.md` is the manual.

use crate::{
    detectors::ALL,
    finding::{Confidence, Finding, Severity},
    suppress,
    verdict::{Diagnostic, Level},
};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use solwright_analysis::project::{ConfigurationFile, ConfigurationFiles, FOUNDRY_FILE};
use solwright_syntax::Span;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    str::FromStr,
    sync::LazyLock,
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Code of a diagnostic about the configuration.
pub const CONFIGURATION: &str = "configuration";

/// What is left out unless a project says otherwise: dependencies, tests, scripts and what tools write. Lines of a `.gitignore`.
pub const EXCLUDED: [&str; 12] = [
    "node_modules/",
    "/lib/",
    "/dependencies/",
    "test/",
    "tests/",
    "*.t.sol",
    "script/",
    "*.s.sol",
    "/out/",
    "/artifacts/",
    "/cache/",
    "/target/",
];

/// Names of the keys, in the order of [`Settings`].
const KEYS: [&str; 5] = ["min_confidence", "min_severity", "disabled", "severity", "exclude"];

/// Settings as one source states them; `None` where it says nothing.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Findings below this confidence are not told.
    pub min_confidence: Option<Confidence>,
    /// Findings below this severity are not told.
    pub min_severity: Option<Severity>,
    /// Ids of detectors whose findings are not told.
    pub disabled: Option<Vec<String>>,
    /// Severity of a detector's findings, by its id.
    pub severity: Option<BTreeMap<String, Severity>>,
    /// Files without findings, besides [`EXCLUDED`].
    pub exclude: Option<Excluded>,
}

/// Lines of a `.gitignore` that count from a folder.
#[derive(Clone, Debug)]
pub struct Excluded {
    folder: PathBuf,
    lines: Gitignore,
}

/// A project's settings, and what is wrong with the files that state them.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// The settings, those of `solwright.toml` above those of `foundry.toml`.
    pub settings: Settings,
    /// Each at its place in the file that it is about.
    pub problems: Vec<Diagnostic>,
    root: PathBuf,
}

impl Settings {
    /// These settings, and the weaker ones for every key on which these say nothing.
    pub fn or(self, weaker: Self) -> Self {
        Self {
            min_confidence: self.min_confidence.or(weaker.min_confidence),
            min_severity: self.min_severity.or(weaker.min_severity),
            disabled: self.disabled.or(weaker.disabled),
            severity: self.severity.or(weaker.severity),
            exclude: self.exclude.or(weaker.exclude),
        }
    }

    /// The finding as it is told under these settings; `None` when it is not.
    pub fn weigh(&self, mut finding: Finding) -> Option<Finding> {
        let remapped = self.severity.as_ref().and_then(|severity| severity.get(finding.detector));
        finding.severity = remapped.copied().unwrap_or(finding.severity);
        let disabled = self.disabled.iter().flatten().any(|id| id == finding.detector);
        let reaches = finding.confidence >= self.min_confidence.unwrap_or(Confidence::Low)
            && finding.severity >= self.min_severity.unwrap_or(Severity::Info);
        (reaches && !disabled).then_some(finding)
    }
}

impl Configuration {
    /// Reads the settings' files of a place.
    pub fn read(files: &ConfigurationFiles) -> Self {
        let (mut settings, mut problems) = (Settings::default(), Vec::new());
        for file in &files.files {
            let mut reader = Reader { file, problems: Vec::new() };
            settings = settings.or(reader.read());
            // A table knows its keys by their names, its reader goes from top to bottom.
            reader.problems.sort_by_key(|problem| problem.span);
            problems.append(&mut reader.problems);
        }
        Self { settings, problems, root: files.root.clone() }
    }

    /// Whether a file has no findings, or a folder no file that has, unless it is named by its user.
    pub fn excludes(&self, path: &Path, is_dir: bool) -> bool {
        static DEFAULT: LazyLock<Gitignore> =
            LazyLock::new(|| gitignore(EXCLUDED).unwrap_or_else(|_| Gitignore::empty()));
        let own = self.settings.exclude.as_ref().map(|own| (own.folder.as_path(), &own.lines));
        let said = own.into_iter().chain([(self.root.as_path(), &*DEFAULT)]).find_map(|(folder, lines)| {
            let below = path.strip_prefix(folder).ok().filter(|below| *below != Path::new(""))?;
            Some(lines.matched_path_or_any_parents(below, is_dir)).filter(|said| !said.is_none())
        });
        said.is_some_and(|said| said.is_ignore())
    }
}

/// What is said of an id that is no detector's: what it may have meant, or where the ids are listed.
pub(crate) fn no_detector(id: &str) -> String {
    let theirs = suppress::ours(id).find(|ours| ALL.iter().any(|detector| detector.id == *ours));
    match theirs.or_else(|| nearest(id, ALL.iter().map(|detector| detector.id))) {
        Some(near) => format!("there is no detector `{id}`, did you mean `{near}`?"),
        None => format!("there is no detector `{id}`, `solwright explain` lists them"),
    }
}

fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Less alike than that is another word.
    const ALIKE: f64 = 0.75;
    let alike = names.map(|name| (strsim::jaro(word, name), name)).filter(|(alike, _)| *alike > ALIKE);
    alike.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

fn gitignore<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Gitignore, ignore::Error> {
    let mut builder = GitignoreBuilder::new("");
    for line in lines {
        builder.add_line(None, line)?;
    }
    builder.build()
}

/// Reads one file.
struct Reader<'a> {
    file: &'a ConfigurationFile,
    problems: Vec<Diagnostic>,
}

type Value<'i> = Spanned<DeValue<'i>>;

impl Reader<'_> {
    fn read(&mut self) -> Settings {
        let mut settings = Settings::default();
        let text = match &self.file.text {
            Ok(text) => text,
            Err(error) => {
                self.problem(None, error.to_string());
                return settings;
            }
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let message = format!("this is not TOML: {}; correct it, the default stands until then", error.message());
            self.problem(error.span(), message);
        }
        let table = table.into_inner();
        if !self.file.path.ends_with(FOUNDRY_FILE) {
            self.settings(&table, &mut settings);
        } else if let Some(value) = table.get("solwright")
            && let Some(table) = self.table("solwright", value)
        {
            self.settings(table, &mut settings);
        }
        settings
    }

    fn settings(&mut self, table: &DeTable<'_>, settings: &mut Settings) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "min_confidence" => settings.min_confidence = self.word(value),
                "min_severity" => settings.min_severity = self.word(value),
                "disabled" => settings.disabled = self.disabled(value),
                "severity" => settings.severity = self.severity(value),
                "exclude" => settings.exclude = self.exclude(value),
                other => {
                    let hint = match nearest(other, KEYS.into_iter()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("there are `{}`", KEYS.join("`, `")),
                    };
                    self.problem(Some(key.span()), format!("`{other}` is no setting of Solwright, {hint}"));
                }
            }
        }
    }

    fn disabled(&mut self, value: &Value<'_>) -> Option<Vec<String>> {
        let mut ids = self.strings("disabled", "detector ids", value)?;
        ids.retain(|(id, span)| self.is_detector(id, span));
        Some(ids.into_iter().map(|(id, _)| id).collect())
    }

    fn severity(&mut self, value: &Value<'_>) -> Option<BTreeMap<String, Severity>> {
        let mut severities = BTreeMap::new();
        for (key, value) in self.table("severity", value)? {
            let id = key.get_ref().as_ref();
            if self.is_detector(id, &key.span())
                && let Some(severity) = self.word(value)
            {
                severities.insert(id.to_owned(), severity);
            }
        }
        Some(severities)
    }

    fn exclude(&mut self, value: &Value<'_>) -> Option<Excluded> {
        let mut lines = self.strings("exclude", "paths as in a `.gitignore`", value)?;
        lines.retain(|(line, span)| match gitignore([line.as_str()]) {
            Ok(_) => true,
            Err(error) => {
                self.problem(Some(span.clone()), format!("`{line}` is no line of a `.gitignore`, correct it: {error}"));
                false
            }
        });
        let folder = self.file.path.parent()?.to_path_buf();
        let lines = gitignore(lines.iter().map(|(line, _)| line.as_str())).ok()?;
        Some(Excluded { folder, lines })
    }

    fn is_detector(&mut self, id: &str, span: &std::ops::Range<usize>) -> bool {
        let known = ALL.iter().any(|detector| detector.id == id);
        if !known {
            self.problem(Some(span.clone()), no_detector(id));
        }
        known
    }

    /// A severity or a confidence.
    fn word<T: FromStr<Err = String>>(&mut self, value: &Value<'_>) -> Option<T> {
        let word = value.get_ref().as_str().unwrap_or(value.get_ref().type_str());
        word.parse().map_or_else(|message| self.refuse(value, message), Some)
    }

    fn strings(&mut self, key: &str, what: &str, value: &Value<'_>) -> Option<Vec<(String, std::ops::Range<usize>)>> {
        let string = |item: &Value<'_>| Some((item.get_ref().as_str()?.to_owned(), item.span()));
        let strings = value.get_ref().as_array().and_then(|items| items.iter().map(string).collect());
        strings.or_else(|| self.refuse(value, format!("`{key}` must be a list of {what}, each in quotes")))
    }

    fn table<'v, 'i>(&mut self, key: &str, value: &'v Value<'i>) -> Option<&'v DeTable<'i>> {
        value.get_ref().as_table().or_else(|| self.refuse(value, format!("`{key}` must be a table, write `[{key}]`")))
    }

    fn refuse<T>(&mut self, value: &Value<'_>, message: String) -> Option<T> {
        self.problem(Some(value.span()), message);
        None
    }

    fn problem(&mut self, span: Option<std::ops::Range<usize>>, message: String) {
        self.problems.push(Diagnostic {
            level: Level::Error,
            code: Some(CONFIGURATION.to_owned()),
            message,
            file: self.file.path.clone(),
            span: span.map(|span| Span::new(span.start, span.end)),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solwright_analysis::project::CONFIGURATION_FILE;
    use solwright_test_utils::repo_path;
    use std::sync::Arc;

    /// The configuration of a project at `/p`, from files by name.
    fn read(files: &[(&str, &str)]) -> Configuration {
        let file = |(name, text): &(&str, &str)| ConfigurationFile {
            path: Path::new("/p").join(name),
            text: Ok(Arc::from(*text)),
        };
        Configuration::read(&ConfigurationFiles { root: "/p".into(), files: files.iter().map(file).collect() })
    }

    /// Every problem of a file, by the text at its place and a part of its message.
    #[track_caller]
    fn check(name: &str, text: &str, expected: &[(&str, &str)]) -> Settings {
        let Configuration { settings, problems, .. } = read(&[(name, text)]);
        let place = |problem: &Diagnostic| problem.span.map(|span| span.text(text).to_owned()).unwrap_or_default();
        assert_eq!(problems.len(), expected.len(), "{problems:#?}");
        for (problem, (at, message)) in problems.iter().zip(expected) {
            assert_eq!(place(problem), *at, "{problem:?}");
            assert!(problem.message.contains(message), "{problem:?}");
        }
        settings
    }

    fn finding(severity: Severity, confidence: Confidence) -> Finding {
        Finding {
            detector: "tx-origin",
            severity,
            confidence,
            message: String::new(),
            note: String::new(),
            help: String::new(),
            file: PathBuf::new(),
            span: Span::new(0, 0),
            trace: Vec::new(),
            scwe: "",
            swc: None,
            fix: None,
        }
    }

    #[track_caller]
    fn check_excluded(configuration: &Configuration, excluded: &[&str], kept: &[&str]) {
        let is_out = |path: &&&str| configuration.excludes(Path::new(path), false);
        assert_eq!(excluded.iter().find(|path| !is_out(path)), None);
        assert_eq!(kept.iter().find(is_out), None);
    }

    #[test]
    fn findings_are_told_as_the_settings_weigh_them() {
        let high = || finding(Severity::High, Confidence::Medium);
        let told = |text: &str| check(CONFIGURATION_FILE, text, &[]).weigh(high()).map(|finding| finding.severity);
        assert_eq!(told(""), Some(Severity::High));
        assert_eq!(told("severity = { tx-origin = 'low' }"), Some(Severity::Low));
        assert_eq!(told("severity = { tx-origin = 'low' }\nmin_severity = 'medium'"), None);
        assert_eq!(told("severity = { reentrancy = 'low' }\nmin_severity = 'high'"), Some(Severity::High));
        assert_eq!(told("min_confidence = 'medium'"), Some(Severity::High));
        assert_eq!(told("min_confidence = 'high'"), None);
        assert_eq!(told("disabled = ['reentrancy']"), Some(Severity::High));
        assert_eq!(told("disabled = ['reentrancy', 'tx-origin']"), None);
    }

    #[test]
    fn the_own_file_wins_over_the_table_of_forge_s_key_by_key() {
        let own = "disabled = ['reentrancy']";
        let forge = "[solwright]\nmin_confidence = 'high'\ndisabled = ['tx-origin', 'rtlo']";
        let settings = read(&[(CONFIGURATION_FILE, own), (FOUNDRY_FILE, forge)]).settings;
        assert_eq!(settings.disabled, Some(vec!["reentrancy".to_owned()]));
        assert_eq!(settings.min_confidence, Some(Confidence::High));
    }

    #[test]
    fn other_tables_of_forge_s_file_are_its_own() {
        let settings = check(FOUNDRY_FILE, "min_severity = 'high'\n[profile.default]\nexclude = 3\n[lint]\nx = 1", &[]);
        assert!(settings.min_severity.is_none() && settings.exclude.is_none());
    }

    #[test]
    fn a_wrong_value_is_told_at_its_place_and_costs_one_default() {
        let text = "min-confidence = 'high'\nmin_severity = 'critical'\ndisabled = ['tx-orign', 'rtlo']\nexclude = 'lib'\n\
                    colour = 1\n[severity]\nweak-prng = 'low'\nrtlo = 3\nreentrancy = 'info'\n";
        let settings = check(
            CONFIGURATION_FILE,
            text,
            &[
                ("min-confidence", "did you mean `min_confidence`?"),
                ("'critical'", "`critical` is no severity, use `info`"),
                ("'tx-orign'", "did you mean `tx-origin`?"),
                ("'lib'", "`exclude` must be a list of "),
                ("colour", "there are `min_confidence`, "),
                ("weak-prng", "did you mean `weak-randomness`?"),
                ("3", "use `info`"),
            ],
        );
        assert_eq!(settings.disabled, Some(vec!["rtlo".to_owned()]));
        assert_eq!(settings.severity, Some(BTreeMap::from([("reentrancy".to_owned(), Severity::Info)])));
        check(CONFIGURATION_FILE, "disabled = ['qqq']", &[("'qqq'", "`solwright explain` lists them")]);
        check(CONFIGURATION_FILE, "exclude = ['src/{a', 'b']", &[("'src/{a'", "no line of a `.gitignore`")]);
        check(FOUNDRY_FILE, "solwright = 1", &[("1", "write `[solwright]`")]);
    }

    #[test]
    fn what_is_not_toml_is_told_at_its_place_and_the_rest_is_read() {
        let settings =
            check(CONFIGURATION_FILE, "min_severity = high\nmin_confidence = 'high'\n", &[("high", "not TOML")]);
        assert_eq!(settings.min_confidence, Some(Confidence::High));
    }

    #[test]
    fn dependencies_tests_and_scripts_are_left_out() {
        let out = [
            "/p/lib/token/src/Token.sol",
            "/p/packages/a/node_modules/b/B.sol",
            "/p/test/Vault.sol",
            "/p/src/test/Vault.sol",
            "/p/src/Vault.t.sol",
            "/p/script/Deploy.s.sol",
        ];
        let kept = ["/p/src/Vault.sol", "/p/src/lib/Math.sol", "/p/contracts/latest/A.sol", "/elsewhere/test/A.sol"];
        check_excluded(&read(&[]), &out, &kept);
    }

    #[test]
    fn a_project_leaves_out_more_and_takes_back() {
        let own = read(&[(CONFIGURATION_FILE, "exclude = ['src/mocks/', '!script/', '!*.t.sol']")]);
        let kept = ["/p/script/Deploy.s.sol", "/p/src/Vault.t.sol", "/p/other/src/mocks/A.sol"];
        check_excluded(&own, &["/p/src/mocks/A.sol", "/p/test/A.sol"], &kept);
        assert!(own.excludes(Path::new("/p/lib"), true) && !own.excludes(Path::new("/p"), true));
    }

    #[test]
    fn the_manual_is_true() {
        let manual = std::fs::read_to_string(repo_path("docs/configuration.md")).unwrap().replace("\r\n", "\n");
        let blocks: Vec<&str> =
            manual.split("```toml\n# ").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert_eq!(blocks.len(), 2);
        for block in blocks {
            let (name, text) = block.split_once('\n').unwrap();
            let settings = check(name, text, &[]);
            assert!(settings.disabled.is_some() && settings.severity.is_some(), "{name}");
        }
        assert!(manual.contains(&format!("```\n{}\n```", EXCLUDED.join("\n"))));
        for key in KEYS {
            assert!(manual.contains(&format!("\n| `{key}` | ")), "{key}");
        }
        let comments = manual.split("```solidity\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        assert_eq!(suppress::Suppressions::parse(comments).unknown, []);
    }
}
