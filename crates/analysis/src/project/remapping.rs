//! Remappings: `context:prefix=target`.

use std::path::{Path, PathBuf};

/// A rule that sends imports with a prefix to a folder.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Remapping {
    /// Only importers below this path follow the rule.
    pub context: Option<PathBuf>,
    /// What the import begins with.
    pub prefix: String,
    /// What the prefix becomes; it keeps a closing `/`, for prefix and target are replaced as text.
    pub target: String,
}

impl Remapping {
    /// Reads `context:prefix=target`; context and target are relative to `base`.
    pub fn parse(text: &str, base: &Path) -> Option<Self> {
        let (left, target) = text.trim().split_once('=')?;
        let (context, prefix) = match left.split_once(':') {
            Some((context, prefix)) => (Some(context), prefix),
            None => (None, left),
        };
        if prefix.is_empty() {
            return None;
        }
        let context = context.filter(|context| !context.is_empty()).map(|context| super::absolute(&base.join(context)));
        Some(Self { context, prefix: prefix.to_owned(), target: below(base, target) })
    }

    /// The path that an import becomes under this rule.
    pub fn apply(&self, importer: &Path, import: &str) -> Option<PathBuf> {
        if self.context.as_ref().is_some_and(|context| !importer.starts_with(context)) {
            return None;
        }
        let rest = import.strip_prefix(&self.prefix)?;
        Some(super::absolute(Path::new(&format!("{}{rest}", self.target))))
    }

    /// How specific the rule is: the longest context wins, then the longest prefix, as in solc.
    pub fn weight(&self) -> (usize, usize) {
        (self.context.as_ref().map_or(0, |context| context.as_os_str().len()), self.prefix.len())
    }
}

/// `target` below `base`, its closing `/` kept.
pub(super) fn below(base: &Path, target: &str) -> String {
    let slash = if target.is_empty() || target.ends_with('/') { "/" } else { "" };
    format!("{}{slash}", super::absolute(&base.join(target)).to_string_lossy().trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rule: &str, importer: &str, import: &str, expected: Option<&str>) {
        let rule = Remapping::parse(rule, Path::new("/p")).unwrap();
        assert_eq!(rule.apply(Path::new(importer), import), expected.map(PathBuf::from));
    }

    #[test]
    fn a_prefix_is_replaced_by_its_target() {
        check("@oz/=lib/oz/contracts/", "/p/src/A.sol", "@oz/token/T.sol", Some("/p/lib/oz/contracts/token/T.sol"));
        check("@oz/=/elsewhere/", "/p/src/A.sol", "@oz/T.sol", Some("/elsewhere/T.sol"));
        check("@oz=lib/oz", "/p/src/A.sol", "@oz/T.sol", Some("/p/lib/oz/T.sol"));
        check("src/=./", "/p/src/A.sol", "src/T.sol", Some("/p/T.sol"));
        check("@oz/=lib/oz/", "/p/src/A.sol", "./T.sol", None);
    }

    #[test]
    fn a_context_limits_the_rule_to_importers_below_it() {
        check("lib/a:@oz/=lib/a/oz/", "/p/lib/a/A.sol", "@oz/T.sol", Some("/p/lib/a/oz/T.sol"));
        check("lib/a:@oz/=lib/a/oz/", "/p/src/A.sol", "@oz/T.sol", None);
        check("lib/a:@oz/=lib/a/oz/", "/p/lib/ab/A.sol", "@oz/T.sol", None);
    }

    #[test]
    fn a_line_without_a_rule_is_skipped() {
        assert_eq!(Remapping::parse("# comment", Path::new("/p")), None);
        assert_eq!(Remapping::parse("=lib/", Path::new("/p")), None);
    }
}
