use super::*;
use solwright_test_utils::repo_path;
use std::collections::HashMap;

fn load(path: &Path) -> Sources {
    let text = std::fs::read_to_string(path).unwrap();
    Project::discover(path).load(path, &text, &DiskFiles)
}

fn below(sources: &Sources, root: &Path) -> Vec<String> {
    let name = |file: &SourceFile| file.path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
    sources.files.iter().map(name).collect()
}

/// A folder with these files, `Main.sol` first.
struct Folder {
    dir: tempfile::TempDir,
}

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self { dir }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    #[track_caller]
    fn check(&self, main: &str, expected: &[&str]) -> Sources {
        let sources = load(&self.path(main));
        assert_eq!(below(&sources, self.dir.path()), expected, "{:?}", sources.missing);
        sources
    }
}

#[test]
fn a_foundry_project_maps_its_imports() {
    let root = repo_path("tests/projects/foundry");
    let sources = load(&root.join("src/Vault.sol"));
    let expected = [
        "src/Vault.sol",
        "lib/tokens/src/IToken.sol",
        "lib/guards/contracts/utils/Guard.sol",
        "src/Owned.sol",
        "src/Errors.sol",
    ];
    assert_eq!(below(&sources, &root), expected);
    assert_eq!(sources.missing, []);
    assert_eq!(
        sources.main().imports.iter().map(|import| import.target).collect::<Vec<_>>(),
        [Some(1), Some(2), Some(3), Some(4)]
    );
}

#[test]
fn a_hardhat_project_finds_its_packages() {
    let root = repo_path("tests/projects/hardhat");
    let sources = load(&root.join("contracts/Coin.sol"));
    let package = "node_modules/@example/tokens";
    let expected =
        ["contracts/Coin.sol".to_owned(), format!("{package}/Token.sol"), format!("{package}/access/Administered.sol")];
    assert_eq!(below(&sources, &root), expected);
}

#[test]
fn a_package_of_a_monorepo_finds_what_is_installed_above_it() {
    let folder = Folder::new(&[
        (".git/HEAD", ""),
        ("packages/a/package.json", "{}"),
        ("packages/a/Main.sol", "import 'dep/D.sol'; import '../b/B.sol';"),
        ("packages/b/B.sol", ""),
        ("node_modules/dep/D.sol", ""),
    ]);
    folder.check("packages/a/Main.sol", &["packages/a/Main.sol", "node_modules/dep/D.sol", "packages/b/B.sol"]);
}

#[test]
fn the_longest_prefix_wins_and_a_context_beats_it() {
    let folder = Folder::new(&[
        ("remappings.txt", "x/=one/\nx/y/=two/\nsub:x/=three/\n"),
        ("Main.sol", "import 'x/A.sol'; import 'x/y/B.sol'; import './sub/S.sol';"),
        ("sub/S.sol", "import 'x/A.sol';"),
        ("one/A.sol", ""),
        ("two/B.sol", ""),
        ("three/A.sol", "// another"),
    ]);
    folder.check("Main.sol", &["Main.sol", "one/A.sol", "two/B.sol", "sub/S.sol", "three/A.sol"]);
}

#[test]
fn files_that_import_each_other_are_loaded_once() {
    let folder = Folder::new(&[
        ("package.json", ""),
        ("Main.sol", "import './B.sol';"),
        ("B.sol", "import './Main.sol'; import './B.sol';"),
    ]);
    let sources = folder.check("Main.sol", &["Main.sol", "B.sol"]);
    assert_eq!(sources.files[1].imports[0].target, Some(0));
}

#[cfg(unix)]
#[test]
fn a_loop_of_symlinks_ends() {
    let folder = Folder::new(&[("package.json", ""), ("Main.sol", "import './round/Main.sol';")]);
    std::os::unix::fs::symlink(folder.dir.path(), folder.path("round")).unwrap();
    let sources = folder.check("Main.sol", &["Main.sol"]);
    assert_eq!(sources.main().imports[0].target, Some(0));
}

#[test]
fn a_missing_import_says_where_it_was_looked_for_and_what_mends_it() {
    let folder =
        Folder::new(&[("package.json", ""), ("Main.sol", "import \"@vendor/pkg/A.sol\";\nimport './None.sol';")]);
    let sources = folder.check("Main.sol", &["Main.sol"]);
    let [package, relative] = sources.missing.as_slice() else { panic!("{:?}", sources.missing) };
    assert!(package.reason.contains("npm install @vendor/pkg"), "{}", package.reason);
    assert!(package.tried.contains(&folder.path("@vendor/pkg/A.sol")), "{:?}", package.tried);
    assert_eq!(package.span.text(&sources.main().text), "\"@vendor/pkg/A.sol\"");
    assert!(relative.reason.contains("None.sol"), "{}", relative.reason);
}

#[test]
fn an_import_that_leaves_the_workspace_is_reported() {
    let folder = Folder::new(&[("p/package.json", ""), ("p/Main.sol", "import '../Secret.sol';"), ("Secret.sol", "")]);
    let sources = load(&folder.path("p/Main.sol"));
    assert_eq!(sources.files.len(), 1);
    assert!(sources.missing[0].reason.contains("leaves the workspace"), "{}", sources.missing[0].reason);
}

#[test]
fn a_package_cannot_climb_out_of_its_folder() {
    let folder = Folder::new(&[
        ("p/package.json", ""),
        ("p/Main.sol", "import 'evil/E.sol'; import 'evil/../../../Secret.sol';"),
        ("node_modules/evil/E.sol", "import '../../Secret.sol';"),
        ("Secret.sol", ""),
    ]);
    let sources = load(&folder.path("p/Main.sol"));
    assert!(!sources.files.iter().any(|file| file.name.ends_with("Secret.sol")), "{:?}", sources.files);
    assert_eq!(sources.missing.len(), 2);
}

#[test]
fn an_imported_file_that_cannot_be_read_is_named() {
    let folder = Folder::new(&[("package.json", ""), ("Main.sol", "import './Bad.sol'; import './Big.sol';")]);
    std::fs::write(folder.path("Bad.sol"), b"\xff\xfe").unwrap();
    std::fs::write(folder.path("Big.sol"), vec![b' '; 11 << 20]).unwrap();
    let sources = load(&folder.path("Main.sol"));
    assert!(sources.missing[0].reason.contains("not UTF-8"), "{}", sources.missing[0].reason);
    assert!(sources.missing[1].reason.contains("10 MiB"), "{}", sources.missing[1].reason);
}

#[test]
fn unsaved_buffers_win() {
    let folder =
        Folder::new(&[("package.json", ""), ("Main.sol", "import './B.sol';"), ("B.sol", "contract Saved {}")]);
    let files =
        Overlay { texts: HashMap::from([(folder.path("B.sol"), Arc::from("contract Typed {}"))]), below: DiskFiles };
    let main = folder.path("Main.sol");
    let sources = Project::discover(&main).load(&main, "import './B.sol';", &files);
    assert_eq!(sources.files[1].text.as_ref(), "contract Typed {}");
}

#[test]
fn a_new_main_text_keeps_the_imports_it_still_has() {
    let folder = Folder::new(&[("package.json", ""), ("Main.sol", "import './B.sol';"), ("B.sol", "")]);
    let sources = load(&folder.path("Main.sol")).with_main("// moved\nimport './B.sol'; import './C.sol';");
    assert_eq!(sources.main().imports[0].target, Some(1));
    assert_eq!(sources.main().imports[1].target, None);
    assert_eq!(sources.missing.len(), 1);
}

#[test]
fn a_broken_configuration_is_read_as_far_as_it_goes() {
    let folder = Folder::new(&[
        ("foundry.toml", "[profile.default\nremappings = 3"),
        ("remappings.txt", "no rule\n\nx/=src/\n"),
        ("Main.sol", "import 'x/A.sol';"),
        ("src/A.sol", ""),
    ]);
    folder.check("Main.sol", &["Main.sol", "src/A.sol"]);
}

/// The settings' files for what lies in `of`, by their folders.
#[track_caller]
fn check_settings(folder: &Folder, of: &str, root: &str, files: &[&str]) {
    let found = configuration(&folder.path(of));
    assert_eq!(found.root, absolute(&folder.path(root)));
    assert_eq!(
        found.files.iter().map(|file| file.path.clone()).collect::<Vec<_>>(),
        files.iter().map(|file| folder.path(file)).collect::<Vec<_>>()
    );
}

#[test]
fn the_nearest_settings_of_each_kind_are_found() {
    let folder = Folder::new(&[
        ("solwright.toml", ""),
        ("foundry.toml", ""),
        ("src/solwright.toml", ""),
        ("packages/a/foundry.toml", ""),
    ]);
    check_settings(&folder, "src/deep", ".", &["src/solwright.toml", "foundry.toml"]);
    check_settings(&folder, "packages/a", "packages/a", &["solwright.toml", "packages/a/foundry.toml"]);
}

#[test]
fn a_dependency_answers_to_the_project_that_brought_it() {
    let folder = Folder::new(&[
        ("foundry.toml", ""),
        ("lib/a/foundry.toml", ""),
        ("lib/a/lib/b/solwright.toml", ""),
        ("node_modules/c/solwright.toml", ""),
        ("app/lib/own/foundry.toml", ""),
    ]);
    for dependency in ["lib/a/src", "lib/a/lib/b", "node_modules/c"] {
        check_settings(&folder, dependency, ".", &["foundry.toml"]);
    }
    // A folder of this name whose parent manages no libraries is an ordinary folder.
    check_settings(&folder, "app/lib/own", "app/lib/own", &["app/lib/own/foundry.toml"]);
}
