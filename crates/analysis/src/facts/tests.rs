use super::*;
use crate::project::{DiskFiles, Project, Sources};
use expect_test::{Expect, expect};
use solwright_test_utils::repo_path;

/// What a function does, one line for each effect.
fn render(program: &Program, facts: &FunctionFacts) -> String {
    let mut out = String::new();
    let mut line = |text: String| out.push_str(&(text + "\n"));
    facts.access.iter().for_each(|guard| line(format!("access {}", guard.text)));
    facts.reentrancy_guard.iter().for_each(|guard| line(format!("lock {}", guard.text)));
    for effect in &facts.effects {
        let after: String = effect.after.iter().map(|call| format!(" after {}", facts.calls[*call].target)).collect();
        line(match &effect.kind {
            EffectKind::Read(slot) => format!("read {}", slot.name(program)),
            EffectKind::Write { slot, is_lock, .. } => {
                format!("{} {}{after}", if *is_lock { "lock-write" } else { "write" }, slot.name(program))
            }
            EffectKind::Call(index) => format!("call {:?} {}", facts.calls[*index].kind, facts.calls[*index].text),
            EffectKind::Emit(name) => format!("emit {name}{after}"),
            EffectKind::Create => "create".to_owned(),
            EffectKind::SelfDestruct(_) => "selfdestruct".to_owned(),
        });
    }
    for failure in &facts.failures {
        line(format!("fails unless {:?}: {:?}", failure.condition, failure.message));
    }
    out
}

#[track_caller]
fn check(text: &str, function: &str, expected: &Expect) {
    let program = Program::build(&Sources::of_text("Main.sol", text));
    check_in(&program, function, expected);
}

#[track_caller]
fn check_in(program: &Program, function: &str, expected: &Expect) {
    let id = program.main_functions().find(|&id| program.function(id).name == function).unwrap();
    expected.assert_eq(&render(program, &facts_of(program, id)));
}

#[test]
fn a_guarded_withdrawal_is_told_in_order() {
    let path = repo_path("tests/projects/foundry/src/Vault.sol");
    let text = std::fs::read_to_string(&path).unwrap();
    let program = Program::build(&Project::discover(&path).load(&path, &text, &DiskFiles));
    check_in(
        &program,
        "withdraw",
        &expect![[r#"
        lock nonReentrant
        read status
        lock-write status
        read deposits
        read deposits
        write deposits
        call Call msg.sender.call{value: amount}("")
        emit Withdrawn after msg.sender
        lock-write status after msg.sender
        fails unless Some("status != ENTERED"): Some("\"entered\"")
        fails unless Some("deposits[msg.sender] >= amount"): Some("TooMuch")
        fails unless Some("ok"): Some("\"payment failed\"")
    "#]],
    );
    check_in(
        &program,
        "rescue",
        &expect![[r#"
        access msg.sender == owner
        read owner
        call HighLevel token.transfer(to, amount)
        fails unless Some("msg.sender == owner"): Some("\"not owner\"")
        fails unless Some("to != address(0)"): Some("\"no receiver\"")
        fails unless Some("token.transfer(to, amount)"): Some("\"transfer failed\"")
    "#]],
    );
}

#[test]
fn branches_that_never_meet_do_not_follow_each_other() {
    let text = "contract A { uint x; function f(address a, bool b) external {
        if (b) { a.call(''); return; } x = 1;
        if (b) { a.call('1'); } else { x = 2; }
        x = 3;
    } }";
    check(
        text,
        "f",
        &expect![[r#"
        call Call a.call('')
        write x
        call Call a.call('1')
        write x
        write x after a
    "#]],
    );
}

#[test]
fn the_end_of_a_loop_lies_before_its_beginning() {
    let text =
        "contract A { uint x; function f(address a) external { for (uint i; i < 3; i++) { x = i; a.call(''); } } }";
    check(
        text,
        "f",
        &expect![[r#"
        write x after a
        call Call a.call('')
    "#]],
    );
}

#[test]
fn assembly_is_read_as_well() {
    let text = "contract A { address owner; uint x; function f(address a) external { assembly {
        if iszero(eq(caller(), sload(owner.slot))) { revert(0, 0) }
        sstore(x.slot, 1)
        pop(call(gas(), a, 1, 0, 0, 0, 0))
        log1(0, 0, 7)
    } } }";
    check(
        text,
        "f",
        &expect![[r#"
        access eq(caller(), sload(owner.slot))
        read owner
        write x
        call Call call(gas(), a, 1, 0, 0, 0, 0)
        emit log1 after a
        fails unless Some("eq(caller(), sload(owner.slot))"): None
    "#]],
    );
}

#[test]
fn either_of_two_checks_of_the_caller_is_one() {
    let text = "contract A { address a; address b; uint x;
        modifier m() { if (msg.sender != a) { check(); } _; }
        function check() internal view { require(msg.sender == b, 'b'); }
        function f() external m { x = 1; }
    }";
    check(
        text,
        "f",
        &expect![[r#"
        access msg.sender == b
        read a
        read b
        write x
        fails unless Some("msg.sender == b"): Some("'b'")
    "#]],
    );
}

#[test]
fn a_list_that_knows_the_caller_decides_and_a_token_that_moves_for_it_does_not() {
    let text = "interface I { function transfer(address, uint) external returns (bool); function knows(address) external view returns (bool); }
        contract A { I immutable i; uint x;
        function f() external { require(i.knows(msg.sender)); x = 1; }
        function g() external { require(i.transfer(msg.sender, 1)); x = 1; }
    }";
    let program = Program::build(&Sources::of_text("Main.sol", text));
    let is_closed = |name: &str| {
        let id = program.main_functions().find(|&id| program.function(id).name == name).unwrap();
        !facts_of(&program, id).access.is_empty()
    };
    assert_eq!(["f", "g"].map(is_closed), [true, false]);
}

#[test]
fn parameters_that_are_checked_are_told_from_those_that_are_not() {
    let text = "contract A { mapping(address => uint) x; function f(address a, uint b, uint c) external {
        require(a != address(0)); x[a] = b; } }";
    let program = Program::build(&Sources::of_text("Main.sol", text));
    let facts = facts_of(&program, program.main_functions().next().unwrap());
    let told: Vec<_> =
        facts.params.iter().map(|param| (param.name.as_str(), param.is_checked, param.is_used)).collect();
    assert_eq!(told, [("a", true, true), ("b", false, true), ("c", false, false)]);
}

#[test]
fn who_is_asked_about_is_known_and_who_is_paid_is_not() {
    let text = "interface IClub { function isMember(address who) external view returns (bool);
        function transfer(address to, uint256 amount) external returns (bool); }
        contract A { IClub club; uint256 total;
        function asks() external { require(club.isMember(msg.sender)); total = 1; }
        function pays() external { require(club.transfer(msg.sender, 1)); total = 1; } }";
    let program = Program::build(&Sources::of_text("Main.sol", text));
    let is_open = |name: &str| {
        let id = program.main_functions().find(|&id| program.function(id).name == name).unwrap();
        facts_of(&program, id).access.is_empty()
    };
    assert!(!is_open("asks"));
    assert!(is_open("pays"));
}
