use super::*;
use crate::{facts::facts_of, project::Sources};
use std::time::{Duration, Instant};

fn build(text: &str) -> Program {
    Program::build(&Sources::of_text("Main.sol", text))
}

fn linear(program: &Program, name: &str) -> Vec<String> {
    let id = program.contract_ids().find(|&id| program.contract(id).name == name).unwrap();
    program.linearized(id).iter().map(|&id| program.contract(id).name.clone()).collect()
}

#[test]
fn bases_are_ordered_as_solidity_orders_them() {
    let program = build("contract X {} contract A is X {} contract B is X {} contract C is A, B {}");
    assert_eq!(linear(&program, "C"), ["C", "B", "A", "X"]);
}

#[test]
fn an_inheritance_cycle_ends() {
    let program = build(
        "contract A is B { function f() external { g(); } } contract B is C { function g() public { super.g(); } } contract C is A {}",
    );
    assert_eq!(linear(&program, "A")[0], "A");
    for id in program.main_functions() {
        facts_of(&program, id);
    }
    let alone = build("contract A is A { function f() external { f(); } }");
    assert!(alone.has_missing_base(alone.contract_ids().next().unwrap()));
}

#[test]
fn a_missing_base_is_known_to_be_missing() {
    let program = build("import './None.sol'; contract A is None { function f() external onlyOwner {} }");
    assert!(program.has_missing_base(program.contract_ids().next().unwrap()));
}

#[test]
fn a_function_of_a_megabyte_is_walked_in_bounded_time() {
    let body = "require(x[msg.sender] > 1, 'a'); x[msg.sender] = y + 1; msg.sender.call(''); if (y > 2) { y += 1; } ";
    let text = format!(
        "contract A {{ mapping(address => uint) x; uint y; function f() external {{ {} }} }}",
        body.repeat(10_000)
    );
    let start = Instant::now();
    let program = build(&text);
    let facts = facts_of(&program, program.main_functions().next().unwrap());
    assert!(facts.truncated);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn calls_that_fan_out_are_walked_in_bounded_time() {
    let step = |at: usize| format!("function f{at}() internal {{ f{0}(); f{0}(); f{0}(); }}", at + 1);
    let steps: String = (0..40).map(step).collect();
    let text = format!(
        "contract A {{ uint y; {steps} function f40() internal {{ y++; }} function run() external {{ f0(); }} }}"
    );
    let start = Instant::now();
    let program = build(&text);
    let id = program.main_functions().find(|&id| program.function(id).name == "run").unwrap();
    assert!(facts_of(&program, id).truncated);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}
