use super::*;
use llguidance::toktrie::ApproximateTokEnv;
use solwright_analysis::{Program, project::Sources};
use std::sync::{Arc, LazyLock};

const CONTRACT: &str = r#"// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IERC20 {
    function transfer(address to, uint256 value) external returns (bool);
    function balanceOf(address owner) external view returns (uint256);
    function pair() external view returns (uint112 a, uint112 b, uint32 at);
}

library Sums {
    error TooLarge(uint256 value);
    function half(uint256 value) internal pure returns (uint256) { return value / 2; }
    function capped(uint256 value, uint256 cap) internal pure returns (uint256) { return value > cap ? cap : value; }
}

contract Base {
    address public owner;
    uint256 private secret;
    error NotOwner(address who);
    modifier onlyOwner() { if (msg.sender != owner) revert NotOwner(msg.sender); _; }
    function _touch(address who) internal virtual returns (uint256) { owner = who; return 1; }
}

contract Vault is Base {
    using Sums for uint256;
    enum Phase { Open, Closed }
    struct Deposit { uint128 amount; uint64 since; address by; uint256[] marks; }
    event Deposited(address indexed by, uint256 amount);
    error Empty();
    uint256 public constant CAP = 1e24;
    uint256 public total;
    uint8 public small;
    Phase public phase;
    IERC20 public immutable token;
    bytes32 public root;
    string public label;
    address[] public holders;
    mapping(address => Deposit) public deposits;
    mapping(address => mapping(uint256 => bool)) public seen;
    constructor(IERC20 token_) { token = token_; }
    function _touch(address who) internal override returns (uint256) { return super._touch(who); }
    function act(address to, uint256 amount, bytes32[] calldata proof) external {}
    function look(address who) public view returns (uint256) {}
    function sum(uint256 a, uint256 b) public pure returns (uint256 c) {}
    function pay(address payable to) external payable {}
}
"#;

fn scope(name: &str) -> Arc<TypedScope> {
    let program = Program::build(&Sources::of_text("Vault.sol", CONTRACT));
    let id = program.main_functions().find(|&id| program.function(id).name == name).unwrap();
    Arc::new(TypedScope::of(&program, id))
}

/// Each byte is a token.
static BYTES: LazyLock<Arc<Vocabulary>> = LazyLock::new(|| {
    let single = ApproximateTokEnv::single_byte();
    let trie = llguidance::toktrie::TokenizerEnv::tok_trie(&single);
    let words: Vec<Vec<u8>> = (0..trie.vocab_size() as u32).map(|id| trie.token(id).to_vec()).collect();
    Vocabulary::new(&words, trie.eos_token()).unwrap()
});

/// Puts a body through the constraint; where it stops otherwise.
fn put(function: &str, body: &str) -> Result<(), String> {
    let mut constraint = Constraint::new(Arc::clone(&BYTES), scope(function)).unwrap();
    for (at, byte) in body.bytes().enumerate() {
        if !constraint.push(u32::from(byte)) {
            let (before, after) = body.as_bytes().split_at(at);
            return Err(format!("{} >>> {}", String::from_utf8_lossy(before), String::from_utf8_lossy(after)));
        }
    }
    if constraint.is_whole() { Ok(()) } else { Err(format!("{body} is not whole")) }
}

#[track_caller]
fn accepts(function: &str, body: &str) {
    put(function, &format!("{body}}}")).unwrap();
}

#[track_caller]
fn refuses(function: &str, body: &str) {
    assert!(put(function, &format!("{body}}}")).is_err(), "accepted: {body}");
}

#[test]
fn what_people_write_is_accepted() {
    accepts(
        "act",
        "\n    require(to != address(0), \"zero\");\n    total += amount;\n    emit Deposited(to, amount);\n",
    );
    accepts(
        "act",
        "Deposit storage held = deposits[msg.sender]; held.amount += uint128(amount); held.marks.push(amount * 2);",
    );
    accepts(
        "act",
        "for (uint256 i = 0; i < proof.length; i++) { root = keccak256(abi.encodePacked(root, proof[i])); }",
    );
    accepts("act", "if (amount == 0) revert Empty(); else { delete deposits[to]; }");
    accepts("act", "(bool done, bytes memory data) = to.call{value: amount}(\"\"); require(done && data.length == 0);");
    accepts("act", "(uint112 a, , ) = token.pair(); total = a;");
    accepts(
        "act",
        "try token.transfer(to, amount) returns (bool done) { require(done); } catch { revert(\"failed\"); }",
    );
    accepts("act", "seen[to][amount] = true; phase = Phase.Closed; holders.push(to); small++;");
    accepts("act", "unchecked { total -= amount; } token.transfer({to: to, value: amount.half()});");
    accepts(
        "act",
        "uint256 part = amount > CAP ? CAP : amount.capped(total); if (part > CAP) revert Sums.TooLarge(part);",
    );
    accepts("act", "address[] memory all = new address[](2); all[0] = to; holders = all;");
    accepts(
        "act",
        "deposits[to] = Deposit({amount: 1, since: uint64(block.timestamp), by: to, marks: new uint256[](0)});",
    );
    accepts("act", "_touch(to); IERC20(to).transfer(owner, type(uint256).max);");
    accepts("look", "if (who == address(0)) { return 0; }\n return deposits[who].amount + token.balanceOf(who);");
    accepts("sum", "c = a + b; // checked\n");
    accepts("pay", "require(msg.value > 1 ether); to.transfer(msg.value / 2);");
    accepts("act", "{ uint256 x = 1; total = x; } { uint256 x = 2; total = x; } { bool x = true; require(x); }");
}

#[test]
fn short_names_of_types_and_chosen_constants_are_accepted() {
    accepts(
        "act",
        "uint part = uint(amount) / 2; uint[] memory all = new uint[](1); all[0] = part; total = type(uint).max;",
    );
    accepts("act", "total = amount / 2 + (amount % 2 == 0 ? 0 : 1); label = amount > 1 ? \"many\" : \"one\";");
    accepts(
        "act",
        "if (amount >> 128 > 0) { total = 10**64; } for (uint256 bit = 1 << 254; bit > 0; bit >>= 3) { total = bit; }",
    );
    accepts("act", "if (root <= proof[0]) { bytes32 error = root; root = proof[0]; require(error != root); }");
    accepts("act", "total = block.difficulty + block.prevrandao;");
    accepts("act", "/* why */ total = 1; // and so\n");
    refuses("act", "small = (amount % 2 == 0 ? 0 : 300);");
    refuses("act", "if (root <= amount) { total = 1; }");
    refuses("act", &format!("/* {} */ total = 1;", "x".repeat(500)));
    refuses("act", "total = 1; // one\u{2028}\n");
}

#[test]
fn what_does_not_compile_is_refused() {
    refuses("act", "totals = 1;");
    refuses("act", "total = to;");
    refuses("act", "total = true;");
    refuses("act", "small = amount;");
    refuses("act", "secret = 1;");
    refuses("act", "_touch();");
    refuses("act", "_touch(to, to);");
    refuses("act", "token = IERC20(to);");
    refuses("act", "emit Deposited(amount, to);");
    refuses("act", "revert NotOwner();");
    refuses("act", "{ uint256 x = 1; } total = x;");
    refuses("act", "uint256 x = 1; uint256 x = 2;");
    refuses("act", "uint256 x = 1; bool x = true;");
    refuses("act", "break;");
    refuses("act", "total = msg.value;");
    refuses("act", "deposits[amount].amount = 1;");
    refuses("act", "proof[0] = root;");
    refuses("look", "total = 1; return 1;");
    refuses("look", "emit Deposited(who, 1); return 1;");
    refuses("look", "_touch(who); return 1;");
    refuses("look", "total;");
    refuses("sum", "c = total;");
    refuses("sum", "c = block.timestamp;");
    refuses("look", "return look(who);");
}

#[test]
fn narrow_numbers_stand_where_wide_ones_are_wanted_and_not_the_other_way() {
    accepts("act", "total = small + amount * deposits[to].since; total = small * amount + deposits[to].amount;");
    accepts("act", "total = small * 2; deposits[to].amount = deposits[to].since;");
    accepts("act", "small = uint8(amount % deposits[to].since);");
    refuses("act", "small = small + deposits[to].since;");
    refuses("act", "deposits[to].since = deposits[to].amount;");
}

#[test]
fn a_file_that_names_every_width_has_no_grammar_of_a_megabyte() {
    let casts: String = (1..=32)
        .map(|bytes| {
            format!("function to{0}(uint256 a) public pure returns (uint{0}) {{ return uint{0}(a); }}\n", bytes * 8)
        })
        .collect();
    let program = Program::build(&Sources::of_text("Cast.sol", &format!("library Cast {{\n{casts}}}")));
    let scope = TypedScope::of(&program, program.main_functions().next().unwrap());
    let length = Build::grammar(&scope, &Locals::default()).unwrap().len();
    assert!(length < 150_000, "{length} bytes");
}

#[test]
fn a_body_may_be_taken_back_and_written_on_otherwise() {
    let mut constraint = Constraint::new(Arc::clone(&BYTES), scope("act")).unwrap();
    let text = "uint256 x = 1; total = x;";
    assert!(text.bytes().all(|byte| constraint.push(u32::from(byte))));
    constraint.truncate("uint256 ".len()).unwrap();
    assert!("y = 2; total = y; }".bytes().all(|byte| constraint.push(u32::from(byte))));
    assert!(constraint.is_whole());
}

#[test]
fn what_is_not_taken_changes_nothing() {
    let mut constraint = Constraint::new(Arc::clone(&BYTES), scope("act")).unwrap();
    assert!("total = ".bytes().all(|byte| constraint.push(u32::from(byte))));
    let fork = constraint.fork();
    assert!(!constraint.push(u32::from(b'}')));
    assert!("amount;}".bytes().all(|byte| constraint.push(u32::from(byte))));
    assert_eq!(fork.text(), "total = ");
}

#[test]
fn random_bodies_parse() {
    for (seed, function) in (1..).zip(["act", "look", "sum", "pay"]) {
        let fresh = Constraint::new(Arc::clone(&BYTES), scope(function)).unwrap();
        let mut drawer = Drawer::new(seed);
        (drawer.soft, drawer.hard) = (100, 300);
        for _ in 0..3 {
            let drawn = drawer.draw(&BYTES, &mut fresh.fork());
            assert!(!drawn.is_dead, "{}", drawn.text);
            if drawn.is_whole {
                let text = format!("contract C {{ function f() public {{{}\n }}", drawn.text);
                let program = Program::build(&Sources::of_text("C.sol", &text));
                assert!(program.file(0).damage.is_empty(), "{text}");
            }
        }
    }
}

#[test]
fn a_body_goes_on_where_somebody_has_stopped() {
    let fresh = Constraint::new(Arc::clone(&BYTES), scope("act")).unwrap();
    let mut constraint = fresh.after("uint256 x = 1; assembly { x := 2 } total = ").unwrap();
    assert!("x;}".bytes().all(|byte| constraint.push(u32::from(byte))));
    assert!(constraint.is_whole());
    assert!(fresh.after("total = unknown.").is_none());
}

#[test]
fn what_follows_decides_what_may_stand_before_it() {
    let fresh = Constraint::new(Arc::clone(&BYTES), scope("act")).unwrap();
    assert!(fresh.joins("uint256 x", " = 1;", " total = x; }"));
    assert!(fresh.joins("uint256 x", " = 1;", " total = unknown; }"));
    assert!(!fresh.joins("uint256 x", " = 1; }", " total = x; }"));
    assert!(!fresh.joins("total = ", "amount", " amount; }"));
}

#[test]
fn the_syntax_alone_takes_what_the_types_do_not() {
    let fresh = Constraint::untyped(Arc::clone(&BYTES)).unwrap();
    let reads = |body: &str| {
        let mut constraint = fresh.fork();
        body.bytes().all(|byte| constraint.push(u32::from(byte))) && constraint.is_whole()
    };
    assert!(reads(
        "unknown.thing(1, [2, 3]).more{value: 1 ether}(\"\")[0]++; (bool ok, ) = a.call(b); return (ok, c);}"
    ));
    assert!(reads(
        "for (uint i; i < n; ++i) { try this.f() returns (uint256 a) { a -= 1; } catch { revert X({a: 1}); } }}"
    ));
    assert!(!reads("a b c;}"));
    assert!(!reads("if (a { b; }}"));
}
