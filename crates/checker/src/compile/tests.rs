//! The real compiler, from the cache that `cargo xtask setup` fills.

use super::*;
use crate::verdict::Level;
use solwright_analysis::project::{DiskFiles, Project};

/// One for all tests, as one server has one.
fn compilers() -> &'static Compilers {
    static COMPILERS: OnceLock<Compilers> = OnceLock::new();
    COMPILERS.get_or_init(|| {
        let compilers =
            Compilers::new(CompilersConfig { deadline: Duration::from_secs(60), ..CompilersConfig::default() });
        let version = Version::parse(DEFAULT_SOLC).unwrap();
        let there = compilers
            .list(Path::new("/"))
            .iter()
            .any(|compiler| compiler.version == version && compiler.via == Via::Wasm);
        assert!(there, "solc {DEFAULT_SOLC} is not in {}: run `cargo xtask setup`", default_cache_dir().display());
        compilers
    })
}

fn sources(text: &str) -> Sources {
    let path = std::env::temp_dir().join("solwright-compile-tests/Main.sol");
    Project::discover(&path).load(&path, text, &DiskFiles)
}

#[track_caller]
fn check(text: &str, what: Output<'_>, expected: &[(&str, &str)]) -> CompileReport {
    let sources = sources(text);
    let report = compilers().compile(&sources, what).unwrap();
    let errors = report.diagnostics.iter().filter(|diagnostic| diagnostic.level == Level::Error);
    let place = |diagnostic: &Diagnostic| diagnostic.span.map(|span| span.text(text).to_owned()).unwrap_or_default();
    let told: Vec<_> = errors.map(|error| (error.code.clone().unwrap_or_default(), place(error))).collect();
    let expected: Vec<_> = expected.iter().map(|(code, at)| ((*code).to_owned(), (*at).to_owned())).collect();
    assert_eq!(told, expected, "{:?}", report.diagnostics);
    report
}

#[test]
fn a_compiler_from_before_0_8_speaks_through_the_same_door() {
    check("pragma solidity =0.7.6; contract A { uint x = missing; }", Output::TypeCheck, &[("7576", "missing")]);
    let text = COUNTER.replace("^0.8.20", "=0.7.6");
    let report = check(&text, Output::Bytecode { optimize: true }, &[]);
    assert_eq!((report.compiler.version.minor, report.contracts[0].name.as_str()), (7, "Counter"));
}

const COUNTER: &str = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\ncontract Counter { uint256 public n; function add(uint256 by) external { n += by; } }";

#[test]
fn an_error_is_placed_by_its_bytes() {
    check(
        "pragma solidity ^0.8.20; /* é */ contract A { uint x = missing; }",
        Output::TypeCheck,
        &[("7576", "missing")],
    );
}

#[test]
fn a_good_contract_has_bytecode_when_it_is_asked_for() {
    assert!(check(COUNTER, Output::TypeCheck, &[]).contracts.is_empty());
    let report = check(COUNTER, Output::Bytecode { optimize: true }, &[]);
    let counter = &report.contracts[0];
    assert_eq!((counter.name.as_str(), counter.selectors["add(uint256)"].as_str()), ("Counter", Some("1003e2d2")));
    assert!(counter.bytecode.starts_with("60") && counter.bytecode.len() > counter.deployed.len());
}

#[test]
fn the_same_compiler_answers_many_questions() {
    for _ in 0..5 {
        check(COUNTER, Output::TypeCheck, &[]);
        check(
            "pragma solidity ^0.8.20; contract A { function f() external pure returns (uint) { return true; } }",
            Output::TypeCheck,
            &[("6359", "true")],
        );
    }
}

#[test]
fn imports_resolve_as_the_loader_resolved_them() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("remappings.txt", "@lib/=deps/lib/\n");
    write("deps/lib/Base.sol", "pragma solidity ^0.8.0; import './deep/../Other.sol'; contract Base is Other {}");
    write("deps/lib/Other.sol", "pragma solidity ^0.8.0; import {Main} from '../../src/Main.sol'; contract Other {}");
    let path = dir.path().join("src/Main.sol");
    let text = "pragma solidity ^0.8.0; import {Base} from '@lib/Base.sol'; contract Main is Base {}";
    write("src/Main.sol", text);
    let loaded = Project::discover(&path).load(&path, text, &DiskFiles);
    let report = compilers().compile(&loaded, Output::TypeCheck).unwrap();
    let errors: Vec<_> = report.diagnostics.iter().filter(|diagnostic| diagnostic.level == Level::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn a_missing_import_is_told_in_the_loaders_words() {
    let report = check(
        "pragma solidity ^0.8.20; import './Nowhere.sol';",
        Output::TypeCheck,
        &[("6275", "import './Nowhere.sol';")],
    );
    let message = &report.diagnostics.iter().find(|diagnostic| diagnostic.level == Level::Error).unwrap().message;
    assert!(message.contains("correct the path"), "{message}");
}

#[test]
fn a_pragma_without_compiler_names_the_command() {
    let error = compilers().compile(&sources("pragma solidity =0.8.999;"), Output::TypeCheck).unwrap_err();
    assert!(matches!(error, CompileError::NoCompiler(_)), "{error}");
}

#[test]
fn a_runaway_compile_is_stopped_and_the_worker_lives() {
    let base = compilers().which(&sources(COUNTER)).unwrap();
    let config = CompilersConfig { workers: 1, deadline: Duration::from_millis(300), ..CompilersConfig::default() };
    let impatient = Compilers::new(config);
    impatient.warm(&base).unwrap();
    let functions: String =
        (0..3000).map(|n| format!("function f{n}(uint a) external {{ m[a] = {n}; emit E(a, {n}); }}\n")).collect();
    let long =
        format!("pragma solidity ^0.8.20; contract A {{ mapping(uint => uint) m; event E(uint, uint); {functions} }}");
    let start = Instant::now();
    let error = impatient.compile(&sources(&long), Output::Bytecode { optimize: true }).unwrap_err();
    assert!(matches!(error, CompileError::Deadline { .. }), "{error}");
    assert!(start.elapsed() < Duration::from_secs(10));
    let relaxed = impatient.compile(&sources("pragma solidity ^0.8.20;"), Output::TypeCheck);
    assert!(relaxed.is_ok(), "{relaxed:?}");
}

#[test]
fn a_deeply_nested_source_is_an_error_not_a_crash() {
    let nested =
        format!("pragma solidity ^0.8.20; contract A {{ uint x = {}1{}; }}", "(".repeat(5000), ")".repeat(5000));
    let report = compilers().compile(&sources(&nested), Output::TypeCheck).unwrap();
    assert!(report.diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error));
    check(COUNTER, Output::TypeCheck, &[]);
}

#[test]
fn two_threads_compile_at_once() {
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| check(COUNTER, Output::Bytecode { optimize: false }, &[]));
        }
    });
}

#[test]
fn the_projects_settings_reach_the_compiler() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("A.sol");
    let text = "pragma solidity ^0.8.20; contract A { function f() external view returns (uint r) { assembly { r := tload(0) } } }";
    let compile = |evm: &str| {
        let settings = format!("[profile.default]\nevm_version = '{evm}'\nvia_ir = true\noptimizer = true\n");
        std::fs::write(dir.path().join("foundry.toml"), settings).unwrap();
        let sources = Project::discover(&path).load(&path, text, &DiskFiles);
        compilers().compile(&sources, Output::TypeCheck).unwrap().diagnostics
    };
    assert!(!compile("cancun").iter().any(|diagnostic| diagnostic.level == Level::Error));
    let old = compile("paris");
    assert!(old.iter().any(|diagnostic| diagnostic.message.contains("tload")), "{old:?}");
    let unknown = compile("byzantine-ish");
    let told: Vec<_> = unknown.iter().map(|diagnostic| (diagnostic.code.as_deref(), &diagnostic.file)).collect();
    assert_eq!(told, [(Some(SETTINGS), &dir.path().join("foundry.toml"))]);
    assert!(unknown[0].message.contains("`byzantine-ish`"), "{}", unknown[0].message);
}

#[test]
fn a_chosen_compiler_that_is_none_is_named_instead_of_another_being_asked() {
    let config = CompilersConfig { solc_path: Some("/nowhere/solc".into()), ..CompilersConfig::default() };
    let error = Compilers::new(config).compile(&sources(COUNTER), Output::TypeCheck).unwrap_err();
    assert!(error.to_string().contains("`/nowhere/solc`"), "{error}");
}
