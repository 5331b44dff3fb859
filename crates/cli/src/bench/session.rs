//! A contract and an edit session in it: one that a seed gives, which is what a person types, key by key, with slips that are taken
//! back, or one that was recorded in an editor.

use anyhow::{Context, bail};
use serde::Deserialize;
use solwright_syntax::Span;
use std::{fs, path::Path};

/// One keystroke.
pub struct Key {
    pub span: Span,
    pub text: String,
}

/// What is typed into the functions; every prefix of it is a file half-written.
const TYPED: [&str; 6] = [
    "if (amount > fee) { fee = amount; }\n        ",
    "require(deposits[msg.sender] != 0, \"none\");\n        ",
    "(bool sent,) = vault.call{value: fee}(\"\");\n        require(sent);\n        ",
    "for (uint256 k = 0; k < 4; k++) { total += k; }\n        ",
    "emit Moved(msg.sender, fee);\n        ",
    "/* not yet */ uint256 share = total * fee / 10_000; total -= share;\n        ",
];

const HEAD: &str = "// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
contract Vault {
    mapping(address => uint256) public deposits;
    mapping(address => mapping(address => uint256)) public limits;
    uint256 public total;
    uint256 public fee;
    address public vault;
    address public owner = msg.sender;
    bool public open;
    event Moved(address indexed who, uint256 amount);
    error Bad(uint256 amount);
    modifier onlyOwner() { require(msg.sender == owner); _; }
";

const FUNCTIONS: [&str; 4] = [
    "    /// Moves a deposit.
    function move#(address to, uint256 amount) external {
        if (amount == 0) revert Bad(amount);
        require(deposits[msg.sender] >= amount, \"low\");
        deposits[msg.sender] -= amount;
        deposits[to] += amount * fee / 10_000;
        total = total - amount + limits[msg.sender][to];
        emit Moved(to, amount);
    }
",
    "    function pay#(uint256 amount) external {
        uint256 have = deposits[msg.sender];
        require(have >= amount);
        deposits[msg.sender] = have - amount;
        (bool ok,) = msg.sender.call{value: amount}(\"\");
        require(ok);
    }
",
    "    function set#(uint256 amount, address v) external onlyOwner {
        for (uint256 j = 0; j < 10; j++) {
            fee = amount + j;
            if (v != address(0)) vault = v; else open = !open;
        }
    }
",
    "    function inner#(address a, uint256 amount) internal returns (bool) {
        limits[a][msg.sender] = amount;
        if (amount > total) { total = amount; return true; }
        return false;
    }
",
];

/// A contract of at least so many lines.
pub fn contract(lines: usize) -> String {
    let (mut text, mut count) = (HEAD.to_owned(), HEAD.lines().count() + 1);
    for (number, function) in FUNCTIONS.iter().cycle().enumerate() {
        if count >= lines {
            break;
        }
        text.push_str(&function.replace('#', &number.to_string()));
        count += function.lines().count();
    }
    text + "}\n"
}

/// So many keystrokes in a text, one after the other.
pub fn keys(text: &str, seed: u64, count: usize) -> Vec<Key> {
    let mut random = Random(seed);
    // A function's first statement is where people begin to type.
    let mut places: Vec<usize> =
        text.match_indices("external {\n        ").map(|(at, found)| at + found.len()).collect();
    let mut keys = Vec::new();
    while keys.len() < count && !places.is_empty() {
        let place = random.below(places.len());
        let start = places[place];
        let mut at = start;
        for typed in TYPED[random.below(TYPED.len())].chars() {
            // One key in twelve is a slip, seen at once.
            if random.below(12) == 0 {
                keys.push(Key { span: Span::new(at, at), text: ";".to_owned() });
                keys.push(Key { span: Span::new(at, at + 1), text: String::new() });
            }
            keys.push(Key { span: Span::new(at, at), text: typed.to_string() });
            at += typed.len_utf8();
        }
        for later in places.iter_mut().filter(|later| **later > start) {
            *later += at - start;
        }
    }
    keys.truncate(count);
    keys
}

/// An edit of a recorded session, in bytes of the text before it.
#[derive(Deserialize)]
struct Edit {
    offset: usize,
    delete: usize,
    insert: String,
}

/// A recorded session, an edit a line, each of which must lie in the text as the ones before it left it.
pub fn recorded(text: &str, path: &Path) -> anyhow::Result<Vec<Key>> {
    let shown = path.display();
    let session = fs::read_to_string(path).with_context(|| format!("`--session {shown}` cannot be read"))?;
    let (mut text, mut keys) = (text.to_owned(), Vec::new());
    for (number, line) in (1..).zip(session.lines()) {
        let Edit { offset, delete, insert } = serde_json::from_str(line)
            .with_context(|| format!("`{shown}`, line {number}, is no edit as {{\"offset\",\"delete\",\"insert\"}}"))?;
        let span = Span::new(offset, offset.saturating_add(delete));
        if text.get(span.range()).is_none() {
            bail!("`{shown}`, line {number}, edits bytes that the contract does not have; it is of another contract");
        }
        text.replace_range(span.range(), &insert);
        keys.push(Key { span, text: insert });
    }
    Ok(keys)
}

/// SplitMix64: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound.max(1) as u64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solwright_syntax::Document;

    #[test]
    fn a_seed_gives_one_session_that_ends_in_a_whole_file() {
        let text = contract(1000);
        assert!((1000..1012).contains(&text.lines().count()));
        let typed = |seed| keys(&text, seed, 90).into_iter().map(|key| key.text).collect::<String>();
        assert_eq!(typed(1), typed(1));
        assert_ne!(typed(1), typed(2));
        assert_eq!(keys(&text, 1, 90).len(), 90);
        assert!(Document::parse(text.as_str()).syntax_errors().is_empty());
    }

    #[test]
    fn the_recorded_session_is_of_this_contract() {
        let path = solwright_test_utils::repo_path("benches/sessions/vault.jsonl");
        let (mut document, keys) =
            (Document::parse(contract(1000).as_str()), recorded(&contract(1000), &path).unwrap());
        assert!(keys.len() > 500, "{}", keys.len());
        keys.iter().for_each(|key| document.edit(key.span, &key.text));
        assert!(document.syntax_errors().is_empty());
    }

    fn read(session: &str) -> anyhow::Result<Vec<Key>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), session).unwrap();
        recorded("ab", file.path())
    }

    #[test]
    fn recorded_edits_follow_one_another() {
        let edits = "{\"offset\":2,\"delete\":0,\"insert\":\"c\"}\n{\"offset\":0,\"delete\":3,\"insert\":\"\"}\n";
        let keys = read(edits).unwrap();
        assert_eq!((keys.len(), keys[1].span), (2, Span::new(0, 3)));
    }

    #[test]
    fn an_edit_outside_of_the_text_is_told_with_its_line() {
        let told = |session: &str| format!("{:#}", read(session).err().unwrap());
        assert!(told("{\"offset\":3,\"delete\":0,\"insert\":\"\"}").contains("line 1, edits bytes"));
        assert!(told("{}").contains("line 1, is no edit"));
    }
}
