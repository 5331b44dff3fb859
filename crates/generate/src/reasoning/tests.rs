use super::{
    facts::{Condition, Effect, Place},
    *,
};
use solwright_syntax::Span;

fn place(name: &str) -> Place {
    Place { name: name.to_owned(), span: Span::new(1, 2) }
}

fn withdraw() -> Facts {
    let write = |name| Effect::Write { to: place(name), after: Vec::new() };
    Facts {
        parameters: vec!["amount".into()],
        reads: vec![place("balances")],
        effects: vec![
            write("balances"),
            write("totalDeposits"),
            Effect::Call { to: place("msg.sender"), id: 0, acts: true },
        ],
        events: vec![place("Withdrawn")],
        conditions: vec![Condition { asked: place("balances[msg.sender] >= amount"), error: None }],
        ..Facts::default()
    }
}

fn status(sentence: &str, facts: &Facts) -> ClaimStatus {
    read(&format!("State: {sentence}"), Some(facts))[0].claims[0].status
}

#[test]
fn what_is_written_from_facts_is_read_back_and_holds() {
    let text = write(&withdraw(), "Withdraws ether.");
    expect_test::expect![[r#"
        Purpose: Withdraws ether.
        Inputs: `amount` comes from the caller.
        Access: anyone may call it.
        State: reads `balances`; writes `balances` then `totalDeposits`; emits `Withdrawn`.
        Calls: calls `msg.sender`.
        Failures: requires `balances[msg.sender] >= amount`.
        Security: state is settled before any call leaves."#]]
    .assert_eq(&text);
    let stages = read(&text, Some(&withdraw()));
    assert_eq!(stages.iter().map(|stage| stage.name.as_str()).collect::<Vec<_>>(), STAGES);
    let claims = stages.iter().flat_map(|stage| &stage.claims);
    assert_eq!(claims.clone().count(), 8);
    for claim in claims {
        assert_eq!(claim.status, ClaimStatus::Holds, "{}", claim.text);
    }
}

#[test]
fn a_claim_that_the_code_contradicts_fails() {
    let mut facts = withdraw();
    facts.guards.push(place("onlyOwner"));
    facts.effects.reverse();
    for effect in &mut facts.effects {
        if let Effect::Write { after, .. } = effect {
            after.push(0);
        }
    }
    assert_eq!(status("anyone may call it", &facts), ClaimStatus::Fails);
    assert_eq!(status("guarded by `onlyAdmin`", &facts), ClaimStatus::Fails);
    assert_eq!(status("writes `balances` then `totalDeposits`", &facts), ClaimStatus::Fails);
    assert_eq!(status("state is settled before any call leaves", &facts), ClaimStatus::Fails);
    assert_eq!(status("no call leaves the contract", &facts), ClaimStatus::Fails);
    assert_eq!(status("requires `amount > 0`", &facts), ClaimStatus::Fails);
}

#[test]
fn a_modifier_that_asks_deeper_is_a_guard_by_its_own_name() {
    let mut facts = Facts { modifiers: vec![place("onlyOwner")], ..withdraw() };
    assert_eq!(status("guarded by `onlyOwner`", &facts), ClaimStatus::Fails);
    facts.guards.push(place("_checkOwner"));
    assert_eq!(status("guarded by `onlyOwner`", &facts), ClaimStatus::Holds);
}

#[test]
fn a_sentence_that_no_program_can_test_is_said_to_be_so() {
    assert_eq!(status("this is very safe", &withdraw()), ClaimStatus::Untestable);
    let stages = read("State: writes `balances`", None);
    assert_eq!(stages[0].claims[0].status, ClaimStatus::Untestable);
}

#[test]
fn text_without_stages_is_kept() {
    let stages = read("I think\nthis works", Some(&withdraw()));
    assert_eq!((stages[0].name.as_str(), stages[0].text.as_str()), ("Purpose", "I think this works"));
}

#[test]
fn white_space_in_a_condition_does_not_matter() {
    assert_eq!(status("requires `balances[msg.sender]>=amount`", &withdraw()), ClaimStatus::Holds);
}
