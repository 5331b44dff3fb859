use super::*;
use solwright_analysis::project::Sources;
use solwright_syntax::{Document, stubs};

const CONTRACT: &str = "interface IERC20 { function transfer(address to, uint256 value) external returns (bool); }
contract Base {
    uint256 internal base;
    uint256 private secret;
    function _move(address to) internal {}
}
contract C is Base {
    struct Deposit { uint256 amount; }
    mapping(address => uint256) public balances;
    event Moved(address to);
    error Empty();
    function outside() external {}
    function send(address payable to, uint256[] calldata amounts) external returns (bool done) {}
}
";

fn filter() -> NameFilter {
    let document = Document::parse(CONTRACT);
    let stub = stubs(&document).into_iter().find(|stub| stub.name == "send").unwrap();
    NameFilter::new(Arc::new(Scope::of(&Sources::of_text("C.sol", CONTRACT), &document, &stub)))
}

#[track_caller]
fn accepts(body: &str) {
    let mut filter = filter();
    for (at, sign) in body.char_indices() {
        assert!(filter.read(&sign.to_string()), "refused after: {}", &body[..=at]);
    }
}

#[track_caller]
fn refuses(body: &str) {
    assert!(!filter().read(body), "accepted: {body}");
}

#[test]
fn what_is_in_scope_may_be_used() {
    accepts("require(to != address(0), \"zero; nothing\");\n");
    accepts("balances[msg.sender] += amounts[0];\nbase = 1 ether;\n_move(to);\nemit Moved(to);\n");
    accepts("if (amounts.length == 0) revert Empty();\nreturn done;\n");
    accepts("// any words at all\nIERC20(address(this)).transfer(to, 0x12);\n");
    accepts("(bool ok, ) = to.call{value: 1}(\"\");\nrequire(ok);\n");
}

#[test]
fn locals_may_be_used_once_they_are_declared() {
    accepts(
        "uint256 n = type(uint256).max;\nIERC20 token = IERC20(to);\ntoken.transfer(to, n);\nn = address(this).balance;\n",
    );
    accepts("uint256 amount = amounts[0];\nDeposit memory deposit = Deposit(amount);\ndone = deposit.amount > 0;\n");
    accepts("for (uint256 i = 0; i < amounts.length; i++) {\n    base += amounts[i];\n}\n");
    refuses("amount = 1;");
}

#[test]
fn names_out_of_scope_are_refused_as_soon_as_they_cannot_become_right() {
    refuses("balanceOf");
    refuses("secret = 1;");
    refuses("outside();");
    refuses("emit Sent(");
    refuses("revert Full(");
    refuses("msg.origin");
    refuses("balances[to].admin");
    refuses("base(");
    refuses("uint256 x = 1; x(");
    refuses("selfdestruct(to);");
    refuses("send(to, amounts);");
    refuses("base owner");
}
