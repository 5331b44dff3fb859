//! Tasks: functions to write, each with the body that is known to be right.

use solwright_syntax::{FunctionItem, MemberKind, Span};
use std::path::PathBuf;

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

impl Task {
    /// The task to write `function`; none when it has no body.
    pub fn of(id: String, path: PathBuf, text: &str, function: FunctionItem) -> Option<Self> {
        let body = function.body.filter(|_| function.kind == MemberKind::Function && function.is_complete)?;
        Some(Self { id, path, text: text.to_owned(), function, body })
    }
}
