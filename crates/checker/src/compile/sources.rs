//! Where compilers come from: the user's path, the project's `node_modules`, native ones, and our own cache.

use super::{Installed, Origin, Via, native};
use semver::Version;
use std::path::{Path, PathBuf};

/// The folder of Solwright's own files: `SOLWRIGHT_CACHE`, or `solwright` in the user's cache folder.
pub fn default_cache_dir() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(own) = variable("SOLWRIGHT_CACHE") {
        return own;
    }
    let home = || variable("HOME").or_else(|| variable("USERPROFILE"));
    let cache =
        variable("XDG_CACHE_HOME").or_else(|| variable("LOCALAPPDATA")).or_else(|| Some(home()?.join(".cache")));
    cache.unwrap_or_else(std::env::temp_dir).join("solwright")
}

/// The file that `solwright solc install` fills for a version.
pub(super) fn cached_soljson(cache_dir: &Path, version: &str) -> PathBuf {
    cache_dir.join("solc").join(version).join("soljson.js")
}

/// Every compiler that a source near `near` may use, in order of preference, besides the one that the user chose.
pub(super) fn installed(cache_dir: &Path, near: &Path) -> Vec<Installed> {
    let mut found: Vec<Installed> = in_node_modules(near).into_iter().collect();
    found.extend(native::installed());
    found.extend(in_cache(cache_dir));
    found
}

/// The compiler at a path that the user gave: a `soljson.js` or an executable. What is wrong with it, and what mends it, when it is none.
pub(super) fn at_path(path: &Path) -> Result<Installed, &'static str> {
    if !path.is_file() {
        return Err("there is no such file, correct the path");
    }
    let (via, version) = if path.extension().is_some_and(|extension| extension == "js") {
        (Via::Wasm, version_of_soljson(path).ok_or("its version is unknown, name it as `soljson-v0.8.30.js`"))
    } else {
        (
            Via::Native,
            native::version(path).ok_or("`--version` is not answered as solc does, name a solc that runs here"),
        )
    };
    Ok(Installed { version: version?, path: path.to_owned(), via, origin: Origin::User })
}

/// The package `solc` that Node would find from `near`.
fn in_node_modules(near: &Path) -> Option<Installed> {
    let soljson =
        near.ancestors().map(|folder| folder.join("node_modules/solc/soljson.js")).find(|path| path.is_file())?;
    let version = version_of_soljson(&soljson)?;
    Some(Installed { version, path: soljson, via: Via::Wasm, origin: Origin::NodeModules })
}

fn in_cache(cache_dir: &Path) -> Vec<Installed> {
    let entries = std::fs::read_dir(cache_dir.join("solc")).into_iter().flatten().flatten();
    let compiler = |entry: std::fs::DirEntry| {
        let version = Version::parse(entry.file_name().to_str()?).ok()?;
        let path = entry.path().join("soljson.js");
        path.is_file().then_some(Installed { version, path, via: Via::Wasm, origin: Origin::Cache })
    };
    let mut found: Vec<Installed> = entries.filter_map(compiler).collect();
    found.sort_by(|left, right| right.version.cmp(&left.version));
    found
}

/// The version of a `soljson.js`: its package says, or its own name (`soljson-v0.8.30+commit.….js`), or its folder's.
fn version_of_soljson(path: &Path) -> Option<Version> {
    let folder = path.parent()?;
    let package = std::fs::read_to_string(folder.join("package.json")).ok();
    let package: Option<serde_json::Value> = package.and_then(|text| serde_json::from_str(&text).ok());
    let stated =
        package.as_ref().filter(|package| package["name"] == "solc").and_then(|package| package["version"].as_str());
    let named = || path.file_stem()?.to_str()?.strip_prefix("soljson-v")?.split('+').next();
    let version = stated.or_else(named).or_else(|| folder.file_name()?.to_str())?;
    Version::parse(version).ok()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Compilers, CompilersConfig},
        *,
    };

    #[track_caller]
    fn write(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn compilers_are_found_above_the_source_and_in_the_cache() {
        let dir = tempfile::tempdir().unwrap();
        let modules = dir.path().join("project/node_modules/solc");
        write(&modules.join("soljson.js"), "");
        write(&modules.join("package.json"), r#"{"name": "solc", "version": "0.8.24"}"#);
        let cache_dir = dir.path().join("cache");
        write(&cached_soljson(&cache_dir, "0.8.9"), "");
        write(&cached_soljson(&cache_dir, "0.8.30"), "");
        write(&cached_soljson(&cache_dir, ".half-written"), "");
        let own = dir.path().join("soljson-v0.8.19+commit.7dd6d404.js");
        write(&own, "");
        let config = CompilersConfig { solc_path: Some(own), cache_dir, ..CompilersConfig::default() };
        let found = Compilers::new(config).list(&dir.path().join("project/contracts/deep/A.sol"));
        let found: Vec<_> = found.iter().filter(|compiler| compiler.origin != Origin::Native).collect();
        let told: Vec<String> =
            found.iter().map(|compiler| format!("{:?} {}", compiler.origin, compiler.version)).collect();
        assert_eq!(told, ["User 0.8.19", "NodeModules 0.8.24", "Cache 0.8.30", "Cache 0.8.9"]);
    }

    #[test]
    fn a_chosen_compiler_that_is_none_says_what_is_wrong_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let said = |name: &str| at_path(&dir.path().join(name)).unwrap_err();
        assert!(said("nowhere").contains("no such file"));
        write(&dir.path().join("soljson.js"), "");
        assert!(said("soljson.js").contains("soljson-v0.8.30.js"));
        write(&dir.path().join("solc"), "");
        assert!(said("solc").contains("--version"));
    }
}
