//! A file and everything it imports.

use super::CompilerSettings;
use solwright_syntax::Span;
use std::{path::PathBuf, sync::Arc};

/// A main file with the closure of its imports.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The files; the first is the main one.
    pub files: Vec<SourceFile>,
    /// Imports that lead nowhere.
    pub missing: Vec<MissingImport>,
    /// What the project tells the compiler.
    pub settings: CompilerSettings,
}

/// One file of the closure.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Absolute path.
    pub path: PathBuf,
    /// Name of the source unit for solc: the absolute path with `/` between its parts.
    pub name: String,
    /// The text.
    pub text: Arc<str>,
    /// Import directives in the order of the text.
    pub imports: Vec<Import>,
}

/// One import directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Place of the path, with its quotes.
    pub span: Span,
    /// The path as written.
    pub path: String,
    /// Index of the imported file in [`Sources::files`].
    pub target: Option<usize>,
}

/// An import that could not be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingImport {
    /// Index of the importing file in [`Sources::files`].
    pub file: usize,
    /// Place of the path, with its quotes.
    pub span: Span,
    /// The path as written.
    pub path: String,
    /// Files that were looked for.
    pub tried: Vec<PathBuf>,
    /// Why, and what mends it.
    pub reason: String,
}

impl Sources {
    /// One text alone, whose imports lead nowhere.
    pub fn of_text(path: impl Into<PathBuf>, text: &str) -> Self {
        let path = path.into();
        let name = path.to_string_lossy().replace('\\', "/");
        let file = SourceFile { path, name, text: Arc::from(""), imports: Vec::new() };
        Self { files: vec![file], ..Self::default() }.with_main(text)
    }

    /// The main file.
    pub fn main(&self) -> &SourceFile {
        &self.files[0]
    }

    /// The same files with another main text. Imports that the old text had keep their targets, new ones have none.
    pub fn with_main(&self, text: &str) -> Self {
        let mut sources = self.clone();
        sources.missing.retain(|missing| missing.file != 0);
        let old = std::mem::take(&mut sources.files[0].imports);
        for found in super::scan::imports(text) {
            let known = old.iter().find(|import| import.path == found.path);
            let target = known.and_then(|import| import.target);
            if target.is_none() {
                sources.missing.push(self.still_missing(&found));
            }
            sources.files[0].imports.push(Import { span: found.span, path: found.path, target });
        }
        sources.files[0].text = Arc::from(text);
        sources
    }

    fn still_missing(&self, found: &super::scan::Found) -> MissingImport {
        let old = self.missing.iter().find(|missing| missing.file == 0 && missing.path == found.path);
        let reason =
            old.map_or_else(|| format!("`{}` was not loaded with this file", found.path), |m| m.reason.clone());
        let tried = old.map(|missing| missing.tried.clone()).unwrap_or_default();
        MissingImport { file: 0, span: found.span, path: found.path.clone(), tried, reason }
    }
}
