use super::*;
use crate::engine::ModelChoice;
use solwright_model::DeviceChoice;

const VAULT: &str = include_str!("../../../../examples/Vault.sol");

fn request(text: &str, offset: usize, max_tokens: usize) -> CompleteRequest {
    CompleteRequest::new(Sources::of_text("A.sol", text), offset, max_tokens, Duration::from_secs(60))
}

#[test]
fn the_prefix_begins_with_a_whole_line_and_cuts_no_character() {
    let text = format!("{}é\nlast line |after", "é".repeat(2000));
    let request = request(&text, text.find('|').unwrap(), 1);
    let cursor = Cursor::of(&request, 1024);
    assert_eq!((cursor.prefix, cursor.begun), ("last line", " "));
    assert!(cursor.suffix.starts_with("|after"));
}

#[test]
fn a_word_that_the_cursor_cuts_is_written_again() {
    let text = "x = bal";
    let request = request(text, text.len(), 1);
    let cursor = Cursor::of(&request, 1024);
    assert_eq!((cursor.prefix, cursor.begun), ("x =", " bal"));
}

#[test]
fn the_prefix_begins_at_the_same_place_for_some_keys() {
    let text = "uint256 x;\n".repeat(1000);
    let begins = |offset: usize| {
        let request = request(&text, offset, 1);
        let cursor = Cursor::of(&request, 1024);
        offset - cursor.prefix.len() - cursor.begun.len()
    };
    let places: std::collections::HashSet<usize> = (5_000..5_100).map(begins).collect();
    assert!(places.len() <= 2, "{places:?}");
}

#[test]
fn guesses_change_no_text_and_save_passes() {
    let engine = Engine::start(ModelChoice::Bundled, DeviceChoice::Cpu);
    let mut passes = [0, 0];
    for sampling in [Sampling::greedy(), Sampling::default()] {
        for (line, _) in VAULT.match_indices("\n        ").step_by(4) {
            let request = CompleteRequest { sampling, constrained: false, ..request(VAULT, line + 9, 48) };
            let texts = [false, true].map(|guess| {
                let request = CompleteRequest { guess: Some(guess), ..request.clone() };
                let done = complete(&engine, &Arc::default(), &request, &Cancel::new()).unwrap();
                passes[usize::from(guess)] += done.passes;
                (done.text, done.tokens)
            });
            assert_eq!(texts[0], texts[1], "at byte {line}");
        }
    }
    assert!(passes[1] < passes[0], "{passes:?}");
}

#[test]
fn the_next_key_finds_the_text_before_it_known() {
    let engine = Engine::start(ModelChoice::Bundled, DeviceChoice::Cpu);
    let (head, tail) = VAULT.split_at(VAULT.find("msg.sender.call").unwrap());
    let typed = |keys: &str| {
        let request =
            CompleteRequest { constrained: false, ..request(&[head, keys, tail].concat(), head.len() + keys.len(), 8) };
        let before = engine.status().known_tokens;
        let text = complete(&engine, &Arc::default(), &request, &Cancel::new()).unwrap().text;
        let fresh = Engine::start(ModelChoice::Bundled, DeviceChoice::Cpu);
        assert_eq!(text, complete(&fresh, &Arc::default(), &request, &Cancel::new()).unwrap().text);
        engine.status().known_tokens - before
    };
    assert_eq!(typed(""), 0);
    let known = typed("b");
    assert!(known > 100, "{known} tokens were known");
}
