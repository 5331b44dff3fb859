use super::*;
use solwright_analysis::project::Sources;
use solwright_syntax::{Document, stubs};

const CONTRACT: &str = r#"// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IERC20 {
    function transfer(address to, uint256 value) external returns (bool);
    function balanceOf(address owner) external view returns (uint256);
}

library Sets {
    struct Set { address[] all; mapping(address => bool) has; }
    function contains(Set storage set, address one) internal view returns (bool) { return set.has[one]; }
    function remove(Set storage set, address one) internal returns (bool) { set.has[one] = false; return true; }
}

contract Market {
    using Sets for Sets.Set;
    struct Order { address maker; uint256 price; bool open; }
    event BuyFeeUpdated(uint256 oldFee, uint256 newFee);
    event SellFeeUpdated(uint256 oldFee, uint256 newFee);
    event Paused(address account);
    address public owner;
    uint256 public buyFee;
    uint256 public sellFee;
    bool public paused;
    uint256 public closesAt;
    mapping(uint256 => Order) public orders;
    mapping(address => mapping(address => uint256)) private _allowances;
    mapping(address => bool) public minters;
    address[] public holders;
    Sets.Set private keepers;
    IERC20 public token;
    modifier onlyOwner() { require(msg.sender == owner); _; }
    function addMinter(address minter) external onlyOwner {
        require(minter != address(0), "zero");
        minters[minter] = true;
    }
    function _mint(address to, uint256 amount) internal { minters[to] = amount > 0; }
    STUB
}
"#;

/// Asserts that the body is among the first `most` sketches of the stub.
#[track_caller]
fn check(stub: &str, most: usize, body: &str) {
    let text = CONTRACT.replace("STUB", stub);
    let sources = Sources::of_text("Market.sol", &text);
    let document = Document::parse(text.as_str());
    let stub = stubs(&document).pop().unwrap();
    let signature = &stub.signature;
    let program = Program::build(&sources);
    let function = program.function_at(stub.span.start).unwrap();
    let scope = TypedScope::of(&program, function);
    let names = Names::of(&sources, &document, &stub);
    let found = sketches(&program, function, &scope, &names, &stub);
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let bodies: Vec<String> =
        found.iter().take(most).map(|sketch| format!("{:.2} {}", sketch.fit, flat(&sketch.body))).collect();
    assert!(bodies.iter().any(|found| found.ends_with(&format!(" {}", flat(body)))), "{signature}: {bodies:#?}");
}

#[test]
fn a_getter_returns_what_its_name_says() {
    check("function getSellFee() external view returns (uint256) {}", 1, "return sellFee;");
    check(
        "function allowance(address from, address to) external view returns (uint256) {}",
        1,
        "return _allowances[from][to];",
    );
    check("function orderPrice(uint256 id) external view returns (uint256) {}", 1, "return orders[id].price;");
    check("function getOrder(uint256 id) external view returns (Order memory) {}", 1, "return orders[id];");
    check("function holderCount() external view returns (uint256) {}", 1, "return holders.length;");
    check(
        "/// @notice The maker and the price of an order\nfunction orderOf(uint256 id) external view returns (address maker, uint256 price) {}",
        1,
        "return (orders[id].maker, orders[id].price);",
    );
}

#[test]
fn a_question_compares() {
    check("function isOwner(address account) external view returns (bool) {}", 1, "return owner == account;");
    check("function isMinter(address account) external view returns (bool) {}", 1, "return minters[account];");
    check("function isKeeper(address account) external view returns (bool) {}", 3, "return keepers.contains(account);");
    check(
        "/// @notice Whether the market is over\nfunction isClosed() external view returns (bool) {}",
        4,
        "return block.timestamp >= closesAt;",
    );
    check(
        "function tokenBalanceOf(address account) external view returns (uint256) {}",
        1,
        "return token.balanceOf(account);",
    );
}

#[test]
fn a_setter_assigns_and_tells() {
    let told = "uint256 previous = sellFee; sellFee = fee; emit SellFeeUpdated(previous, fee);";
    check("function setSellFee(uint256 fee) external onlyOwner {}", 2, told);
    check("function setOwner(address account) external onlyOwner {}", 2, "owner = account;");
    check("function pause() external onlyOwner {}", 2, "paused = true; emit Paused(msg.sender);");
    check(
        "function setFees(uint256 _buyFee, uint256 _sellFee) external onlyOwner {}",
        2,
        "buyFee = _buyFee; sellFee = _sellFee;",
    );
}

#[test]
fn an_action_is_passed_on() {
    check("function mint(address to, uint256 amount) external onlyOwner {}", 1, "_mint(to, amount);");
    check("function removeKeeper(address keeper) external onlyOwner {}", 2, "keepers.remove(keeper);");
}

#[test]
fn what_is_done_to_one_is_done_to_each() {
    let body = "for (uint256 i = 0; i < accounts.length; i++) { minters[accounts[i]] = true; }";
    check("function addMinters(address[] calldata accounts) external onlyOwner {}", 2, body);
}

#[test]
fn what_a_neighbour_does_is_told_again() {
    let body = "require(minter != address(0), \"zero\"); minters[minter] = false;";
    check("function removeMinter(address minter) external onlyOwner {}", 4, body);
}

#[test]
fn ether_is_paid_out() {
    let body = "(bool success, ) = payable(to).call{value: amount}(\"\"); require(success, \"Transfer failed\");";
    check("function withdrawEther(address payable to, uint256 amount) external onlyOwner {}", 2, body);
}

#[test]
fn no_stub_panics_whatever_stands_in_it() {
    for stub in [
        "function f() external {}",
        "function () external {}",
        "function f(uint256, address) public pure returns (uint256, bool) {}",
    ] {
        let text = CONTRACT.replace("STUB", stub);
        let sources = Sources::of_text("Market.sol", &text);
        let document = Document::parse(text.as_str());
        for stub in stubs(&document) {
            let program = Program::build(&sources);
            let Some(function) = program.function_at(stub.span.start) else { continue };
            let names = Names::of(&sources, &document, &stub);
            sketches(&program, function, &TypedScope::of(&program, function), &names, &stub);
        }
    }
}

#[test]
fn a_body_fits_by_the_best_of_its_names() {
    let text = CONTRACT.replace("STUB", "function getSellFee(uint256 id) external view returns (uint256) {}");
    let stub = stubs(&Document::parse(text.as_str())).pop().unwrap();
    let fit = |body: &str| fit_of(&stub, &format!("{} {{ {body} }}", stub.signature));
    assert_eq!((fit("return state.sellFee;"), fit("return id;"), fit("revert(\"sell fee\");")), (1.0, 0.0, 0.0));
    assert!(fit("return buyFee;") < 1.0);
}
