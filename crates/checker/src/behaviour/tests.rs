//! Contracts that the real compiler has compiled: a vault, its mutants, and rewrites of it that mean the same.

use super::*;
use crate::compile::{Compilers, CompilersConfig, Output};
use solwright_analysis::project::{DiskFiles, Project};
use std::sync::OnceLock;

const VAULT: &str = r#"contract Vault {
    error NotOwner(address who);
    event Deposited(address indexed who, uint256 amount);
    event Withdrawn(address indexed who, address indexed to, uint256 amount);
    address public immutable owner = msg.sender;
    IERC20 public immutable token;
    uint256 public fee;
    uint256 public total;
    uint256 public seen;
    mapping(address => uint256) public balanceOf;
    mapping(address => uint256) public unlocked;
    modifier onlyOwner() { if (msg.sender != owner) revert NotOwner(msg.sender); _; }
    constructor(IERC20 token_, uint256 fee_) { require(fee_ <= 100, "fee"); token = token_; fee = fee_; }
    function deposit() external payable {
        require(msg.value != 0, "nothing");
        uint256 cut = msg.value * fee / 1000;
        balanceOf[msg.sender] += msg.value - cut;
        balanceOf[owner] += cut;
        total += msg.value;
        seen = total;
        unlocked[msg.sender] = block.timestamp + 1 days;
        emit Deposited(msg.sender, msg.value);
    }
    function withdraw(address payable to, uint256 amount) external {
        require(to != address(0), "zero address");
        require(block.timestamp >= unlocked[msg.sender], "locked");
        balanceOf[msg.sender] -= amount;
        total -= amount;
        (bool ok,) = to.call{value: amount}("");
        require(ok, "refused");
        emit Withdrawn(msg.sender, to, amount);
    }
    function rescue(uint256 amount) external onlyOwner { require(token.transfer(owner, amount)); }
    function setFee(uint256 to) external onlyOwner { require(to <= 100, "fee"); fee = to; }
    function pay(address[] calldata who, uint256[] calldata amounts) external returns (uint256 paid) {
        require(who.length == amounts.length, "lengths");
        for (uint256 i = 0; i < who.length; i++) {
            balanceOf[msg.sender] -= amounts[i];
            balanceOf[who[i]] += amounts[i];
            paid += amounts[i];
        }
    }
    function share(uint256 a, uint256 b) external view returns (uint256) { return balanceOf[msg.sender] + a / (b + 1); }
}
"#;

/// What was done to the vault, and in which function.
const MUTANTS: &[(&str, &str, &str, &str)] = &[
    (
        "GuardRemoved",
        "setFee(uint256)",
        "function setFee(uint256 to) external onlyOwner {",
        "function setFee(uint256 to) external {",
    ),
    (
        "WritesSwapped",
        "deposit()",
        "total += msg.value;\n        seen = total;",
        "seen = total;\n        total += msg.value;",
    ),
    ("OffByOne", "setFee(uint256)", "require(to <= 100, \"fee\"); fee = to;", "require(to < 100, \"fee\"); fee = to;"),
    ("ShorterLoop", "pay(address[],uint256[])", "i < who.length", "i + 1 < who.length"),
    ("EventDropped", "withdraw(address,uint256)", "emit Withdrawn(msg.sender, to, amount);", ""),
    (
        "EventArgument",
        "withdraw(address,uint256)",
        "emit Withdrawn(msg.sender, to, amount);",
        "emit Withdrawn(to, to, amount);",
    ),
    ("WrongRecipient", "withdraw(address,uint256)", "= to.call{", "= payable(msg.sender).call{"),
    ("ZeroCheckMissing", "withdraw(address,uint256)", "require(to != address(0), \"zero address\");", ""),
    ("ResultIgnored", "withdraw(address,uint256)", "require(ok, \"refused\");", "ok;"),
    ("LockIgnored", "withdraw(address,uint256)", "block.timestamp >= unlocked[msg.sender]", "true"),
    ("LockTooShort", "deposit()", "+ 1 days", "+ 1 hours"),
    ("OtherTransfer", "rescue(uint256)", "token.transfer(owner, amount)", "token.transfer(address(this), amount)"),
    ("LengthsUnchecked", "pay(address[],uint256[])", "require(who.length == amounts.length, \"lengths\");", ""),
    ("RoundsUp", "deposit()", "msg.value * fee / 1000", "(msg.value * fee + 999) / 1000"),
    (
        "Precedence",
        "share(uint256,uint256)",
        "balanceOf[msg.sender] + a / (b + 1)",
        "(balanceOf[msg.sender] + a) / (b + 1)",
    ),
    ("OtherError", "rescue(uint256)", "revert NotOwner(msg.sender)", "revert()"),
    ("Reverting", "setFee(uint256)", "require(to <= 100, \"fee\"); fee = to;", "to; revert();"),
    ("Stub", "setFee(uint256)", "require(to <= 100, \"fee\"); fee = to;", ""),
    ("ConstructorTakesAll", "deposit()", "require(fee_ <= 100, \"fee\"); ", ""),
];

/// Rewrites that mean the same.
const EQUIVALENTS: &[(&str, &str, &str, &str)] = &[
    ("Commuted", "deposit()", "total += msg.value;", "total = msg.value + total;"),
    ("EarlyExit", "deposit()", "require(msg.value != 0, \"nothing\");", "if (msg.value == 0) { revert(\"nothing\"); }"),
    ("ProvenUnchecked", "withdraw(address,uint256)", "total -= amount;", "unchecked { total -= amount; }"),
    ("OtherLoop", "pay(address[],uint256[])", "uint256 i = 0; i < who.length; i++", "uint256 i; who.length > i; ++i"),
    (
        "Otherwise",
        "setFee(uint256)",
        "require(to <= 100, \"fee\"); fee = to;",
        "if (to < 101) { fee = to; return; } revert(\"fee\");",
    ),
    ("OtherText", "withdraw(address,uint256)", "\"locked\"", "\"too early\""),
];

const PRELUDE: &str = "// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
interface IERC20 { function transfer(address to, uint256 amount) external returns (bool); }
contract Empty { constructor() { revert(\"never\"); } }
contract Asks { uint256 n; function set(uint256 to) external { require(to > 9); } }
contract AsksNot { uint256 n; function set(uint256) external {} }
contract Sets { uint256 n; function set(uint256 to) external { require(to > 9); n = to; } }
contract Locked {
    address owner; address keeper; bool paused; mapping(address => bool) allowed; mapping(uint256 => address) slots;
    function set(address to) external { require(msg.sender == owner && !paused && allowed[msg.sender]); keeper = to; }
    function at(uint256 slot) external view returns (address) { require(slots[slot] != address(0)); return slots[slot]; }
}
contract LockedNot {
    address owner; address keeper; bool paused; mapping(address => bool) allowed; mapping(uint256 => address) slots;
    function set(address) external { require(msg.sender == owner && !paused && allowed[msg.sender]); }
    function at(uint256 slot) external view returns (address) { require(slots[slot] != address(0)); return owner; }
}
contract Spins { uint256 public n; function spin(uint256 times) external { for (uint256 i; i < times; i++) n = i; } }
contract SpinsLess { uint256 public n; function spin(uint256 times) external { if (times > 0) n = times - 1; } }
abstract contract Idea { function act() external virtual; }
";

fn compiled(name: &str) -> &'static CompiledContract {
    static ALL: OnceLock<Vec<CompiledContract>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let mut text = format!("{PRELUDE}{VAULT}");
        for (name, _, from, to) in MUTANTS.iter().chain(EQUIVALENTS) {
            assert!(VAULT.contains(from), "{name} changes nothing");
            text += &VAULT.replacen("contract Vault", &format!("contract {name}"), 1).replacen(from, to, 1);
        }
        let path = std::env::temp_dir().join("solwright-behaviour-tests/Main.sol");
        let sources = Project::discover(&path).load(&path, &text, &DiskFiles);
        let compilers = Compilers::new(CompilersConfig { deadline: Duration::from_secs(60), ..Default::default() });
        let report = compilers.compile(&sources, Output::Bytecode { optimize: true }).unwrap();
        assert!(!report.contracts.is_empty(), "run `cargo xtask setup`: {:?}", report.diagnostics);
        report.contracts
    });
    all.iter().find(|contract| contract.name == name).unwrap()
}

fn fuzz() -> Fuzz {
    Fuzz { seed: 7, deadline: Duration::from_secs(60), ..Fuzz::default() }
}

#[track_caller]
fn compare(fuzz: &Fuzz, candidate: &str, function: Option<&str>) -> Comparison {
    fuzz.compare(compiled("Vault"), compiled(candidate), function, &AtomicBool::new(false)).unwrap()
}

#[test]
fn a_contract_agrees_with_itself_and_every_function_succeeds_at_least_once() {
    let found = compare(&fuzz(), "Vault", None);
    assert_eq!((&found.difference, found.complete, found.agreed >= 2_000), (&None, true, true), "{found:#?}");
    let never: Vec<_> = found.functions.iter().filter(|(_, tally)| tally.succeeded < 5).collect();
    assert!(never.is_empty(), "{never:?}");
    assert_eq!(found.functions.len(), 14);
    assert!(found.reverted > 0 && found.reverted < found.agreed * 2 / 3, "{} of {}", found.reverted, found.agreed);
}

#[test]
fn half_of_the_calls_go_to_the_function_under_test() {
    let found = compare(&fuzz(), "Vault", Some("rescue(uint256)"));
    assert!(found.functions["rescue(uint256)"].agreed > found.agreed * 2 / 5, "{found:#?}");
}

#[test]
fn every_mutant_is_told_by_few_calls_that_replay() {
    for (name, function, ..) in MUTANTS {
        let found = compare(&fuzz(), name, Some(function));
        let difference = found.difference.unwrap_or_else(|| panic!("{name} is not told: {:#?}", found.functions));
        assert!(difference.calls.len() <= 5, "{name}: {difference:#?}");
        let again = fuzz().replay(compiled("Vault"), compiled(name), &difference.calls).unwrap();
        assert_eq!(again, Some(difference), "{name}");
    }
}

#[test]
fn every_mutant_is_told_under_other_seeds_too() {
    let told = |name, function, seed| compare(&Fuzz { seed, ..fuzz() }, name, Some(function)).difference.is_some();
    let seeds = || 100..105;
    let missed = |(name, function, ..): &(&'static str, &'static str, &str, &str)| {
        (*name, seeds().filter(|&seed| !told(name, function, seed)).count())
    };
    let missed: Vec<_> = MUTANTS.iter().map(missed).filter(|(_, count)| *count > 0).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn a_rewrite_that_means_the_same_is_not_told_apart() {
    for (name, function, ..) in EQUIVALENTS {
        let found = compare(&fuzz(), name, Some(function));
        assert_eq!((found.difference, found.complete), (None, true), "{name}");
        assert!(found.functions[*function].succeeded > 50, "{name}: {:#?}", found.functions);
    }
}

#[test]
fn drafts_that_behave_alike_form_a_group_and_those_that_do_nothing_do_not() {
    let as_vault = |name: &str| vec![CompiledContract { name: "Vault".into(), ..compiled(name).clone() }];
    let standings = |fuzz: &Fuzz, idle: &str, drafts: &[&str]| {
        let drafts: Vec<_> = drafts.iter().map(|name| as_vault(name)).collect();
        let drafts: Vec<&[CompiledContract]> = drafts.iter().map(Vec::as_slice).collect();
        fuzz.group("Vault", "setFee", &[(Reverts::Any, as_vault(idle))], &drafts, &AtomicBool::new(false))
    };
    let fuzz = Fuzz { reverts: Reverts::Any, ..fuzz() };
    let found = standings(&fuzz, "OffByOne", &["Vault", "GuardRemoved", "OffByOne", "OtherText", "GuardRemoved"]);
    let expected = [Standing::Group(0), Standing::Group(1), Standing::Idle, Standing::Group(0), Standing::Group(1)];
    assert_eq!(found.as_deref(), Some(&expected[..]));
    assert_eq!(standings(&fuzz, "Vault", &["Vault", "OtherText"]), None, "calls tell nothing");
    let late = Fuzz { deadline: Duration::ZERO, ..fuzz };
    assert_eq!(standings(&late, "OffByOne", &["Vault", "GuardRemoved"]), None);
}

#[test]
fn texts_of_reverts_count_only_when_they_are_asked_for() {
    let (exact, any) = (Fuzz { reverts: Reverts::Exact, ..fuzz() }, Fuzz { reverts: Reverts::Any, ..fuzz() });
    let difference = compare(&exact, "OtherText", Some("withdraw(address,uint256)")).difference.unwrap();
    let sides = (difference.aspect, difference.reference.as_str(), difference.candidate.as_str());
    assert_eq!(sides, (Aspect::Reason, "reverted with Error(\"locked\")", "reverted with Error(\"too early\")"));
    assert_eq!(compare(&any, "OtherError", Some("rescue(uint256)")).difference, None);
}

#[test]
fn a_body_that_only_asks_does_what_an_empty_one_does_where_reverts_are_left_open() {
    let difference = |reverts, one, two| {
        let fuzz = Fuzz { reverts, ..fuzz() };
        let (one, two) = (compiled(one), compiled(two));
        fuzz.compare(one, two, Some("set(uint256)"), &AtomicBool::new(false)).unwrap().difference
    };
    assert_eq!(difference(Reverts::Any, "Asks", "AsksNot").map(|found| found.aspect), Some(Aspect::Success));
    assert_eq!(difference(Reverts::Open, "Asks", "AsksNot"), None);
    assert_eq!(difference(Reverts::Open, "AsksNot", "Sets").map(|found| found.aspect), Some(Aspect::Storage));
}

#[test]
fn a_difference_names_the_calls_with_their_arguments() {
    let fuzz = Fuzz { reverts: Reverts::Any, ..fuzz() };
    let difference = compare(&fuzz, "GuardRemoved", Some("setFee(uint256)")).difference.unwrap();
    let [constructor, call] = &difference.calls[..] else { panic!("{difference:#?}") };
    assert_eq!((constructor.function.as_str(), constructor.arguments.len()), ("constructor", 2));
    assert_eq!((call.function.as_str(), call.value, call.wait), ("setFee(uint256)", U256::ZERO, 0));
    assert!(call.sender != constructor.sender && call.arguments[0].parse::<u64>().unwrap() <= 100);
    assert_eq!(difference.aspect, Aspect::Success);
}

#[test]
fn what_differs_is_named() {
    let aspect = |name, function| compare(&fuzz(), name, Some(function)).difference.unwrap().aspect;
    assert_eq!(aspect("EventDropped", "withdraw(address,uint256)"), Aspect::Logs);
    assert_eq!(aspect("OtherTransfer", "rescue(uint256)"), Aspect::Calls);
    assert_eq!(aspect("WritesSwapped", "deposit()"), Aspect::Storage);
    assert_eq!(aspect("Precedence", "share(uint256,uint256)"), Aspect::Returned);
    let difference = compare(&fuzz(), "ConstructorTakesAll", Some("deposit()")).difference.unwrap();
    assert_eq!((difference.aspect, difference.calls.len()), (Aspect::Success, 1));
}

#[test]
fn the_same_seed_gives_the_same_result() {
    let run = |seed| compare(&Fuzz { seed, ..fuzz() }, "LockIgnored", Some("withdraw(address,uint256)"));
    assert_eq!(run(3), run(3));
    assert_ne!(run(3).difference, run(4).difference);
}

#[test]
fn a_stop_and_a_deadline_end_it_and_say_so() {
    let vault = compiled("Vault");
    let stopped = fuzz().compare(vault, vault, None, &AtomicBool::new(true)).unwrap();
    assert_eq!((stopped.complete, stopped.agreed), (false, 0));
    let late = compare(&Fuzz { deadline: Duration::ZERO, ..fuzz() }, "Vault", None);
    assert_eq!((late.complete, late.agreed), (false, 0));
}

#[test]
fn a_loop_that_runs_out_of_gas_is_told_from_one_that_needs_none() {
    let never = AtomicBool::new(false);
    let difference =
        |one, two| fuzz().compare(compiled(one), compiled(two), Some("spin(uint256)"), &never).unwrap().difference;
    assert_eq!(difference("Spins", "Spins"), None);
    assert_eq!(difference("Spins", "SpinsLess").unwrap().aspect, Aspect::Success);
}

#[test]
fn drawn_storage_reaches_what_somebody_else_would_have_set_up() {
    let compare = |drawn_storage, candidate, function| {
        let fuzz = Fuzz { drawn_storage, ..fuzz() };
        let (one, two) = (compiled("Locked"), compiled(candidate));
        let found = fuzz.compare(one, two, Some(function), &AtomicBool::new(false)).unwrap();
        if let Some(difference) = &found.difference {
            assert_eq!(fuzz.replay(one, two, &difference.calls).unwrap().as_ref(), Some(difference));
        }
        found
    };
    for function in ["set(address)", "at(uint256)"] {
        assert_eq!(compare(false, "LockedNot", function).difference, None, "{function}");
        assert!(compare(true, "LockedNot", function).difference.is_some(), "{function}");
    }
    let itself = compare(true, "Locked", "set(address)");
    assert_eq!((&itself.difference, itself.complete), (&None, true));
    assert!(itself.functions["set(address)"].succeeded > 10, "{:?}", itself.functions);
}

#[test]
fn what_cannot_be_compared_is_an_error_that_says_what_to_do() {
    let (vault, never) = (compiled("Vault"), AtomicBool::new(false));
    let error = |one: &CompiledContract, function| fuzz().compare(one, vault, function, &never).unwrap_err();
    let broken = |bytecode: &str| CompiledContract { bytecode: bytecode.into(), ..vault.clone() };
    assert!(matches!(error(compiled("Idea"), None), BehaviourError::NoCode { .. }));
    assert!(matches!(error(&broken("60__$aa$__"), None), BehaviourError::Code { .. }));
    assert!(matches!(error(vault, Some("gone()")), BehaviourError::NoFunction { .. }));
    for abi in [
        "7",
        r#"[{"type":"function","name":"f","inputs":[{"name":"a","type":"what"}],"outputs":[],"stateMutability":"view"}]"#,
        r#"[{"type":"function","name":"f","inputs":[{"name":"a","type":"uint256[99999999999][99999999999]"}],"outputs":[],"stateMutability":"view"}]"#,
    ] {
        let contract = CompiledContract { abi: serde_json::from_str(abi).unwrap(), ..vault.clone() };
        assert!(matches!(error(&contract, None), BehaviourError::Abi { .. }), "{abi}");
    }
    let never_deploys = fuzz().compare(compiled("Empty"), compiled("Empty"), None, &never).unwrap_err();
    let text = never_deploys.to_string();
    assert!(text.contains("reverted with Error(\"never\")") && text.contains("Main.sol:Empty"), "{text}");
}

#[test]
fn code_that_is_no_contract_is_told_apart_without_a_panic() {
    let vault = compiled("Vault");
    for bytecode in ["00", "fe", "5b5b5b", "7f", "60006000fd"] {
        let candidate = CompiledContract { bytecode: bytecode.into(), ..vault.clone() };
        let found = fuzz().compare(vault, &candidate, None, &AtomicBool::new(false)).unwrap();
        assert!(found.difference.is_some(), "{bytecode}");
    }
}
