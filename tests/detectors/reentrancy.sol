// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

// The package is not installed here: its modifiers are known by their names.
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

interface IToken {
    function transfer(address to, uint256 amount) external returns (bool);
    function balanceOf(address account) external view returns (uint256);
}

interface IReceiver {
    function onReceived(address from, uint256 id) external returns (bytes4);
}

contract Bank {
    mapping(address => uint256) public balances;
    uint256 public total;
    address public owner = msg.sender;
    IToken public immutable token;

    constructor(IToken token_) {
        token = token_;
    }

    function deposit() external payable {
        balances[msg.sender] += msg.value;
        total += msg.value;
    }

    function withdrawLate() external {
        uint256 amount = balances[msg.sender];
        (bool ok, ) = msg.sender.call{value: amount}(""); //~ HIGH: `balances` is written after the call to `msg.sender`
        require(ok, "failed");
        balances[msg.sender] = 0;
    }

    function withdrawThroughHelper(uint256 amount) external {
        require(balances[msg.sender] >= amount);
        _pay(payable(msg.sender), amount);
        balances[msg.sender] -= amount;
    }

    function _pay(address payable to, uint256 amount) internal {
        (bool ok, ) = to.call{value: amount}(""); //~ HIGH: `balances` is written after the call to `to`
        require(ok);
    }

    // Checks, effects, interactions.
    function withdrawEarly() external {
        uint256 amount = balances[msg.sender];
        balances[msg.sender] = 0;
        (bool ok, ) = msg.sender.call{value: amount}("");
        require(ok);
    }

    // 2,300 gas are not enough to come back.
    function withdrawByTransfer() external {
        uint256 amount = balances[msg.sender];
        payable(msg.sender).transfer(amount);
        balances[msg.sender] = 0;
    }

    // The token was chosen at deployment.
    function withdrawToken(uint256 amount) external {
        require(balances[msg.sender] >= amount);
        require(token.transfer(msg.sender, amount));
        balances[msg.sender] -= amount;
    }

    // A view can change nothing.
    function sync(IToken other) external {
        uint256 before = total;
        total = before + other.balanceOf(address(this));
    }

    // Only the owner can begin, but whom it pays may be anyone.
    function sweep(address payable to) external {
        require(msg.sender == owner, "not owner");
        uint256 amount = total;
        (bool ok, ) = to.call{value: amount}(""); //~ LOW: `total` is written after the call to `to`
        require(ok);
        total = 0;
    }

    // The two ways never meet.
    function either(bool pay) external {
        uint256 amount = balances[msg.sender];
        if (pay) {
            (bool ok, ) = msg.sender.call{value: amount}("");
            require(ok);
            return;
        }
        balances[msg.sender] = 0;
    }
}

contract Minter {
    mapping(uint256 => address) public ownerOf;
    uint256 public nextId;

    function mintLate(address to) external {
        uint256 id = nextId;
        ownerOf[id] = to;
        IReceiver(to).onReceived(msg.sender, id); //~ MEDIUM: `nextId` is written after the call to `IReceiver(to)`
        nextId = id + 1;
    }

    function mintEarly(address to) external {
        uint256 id = nextId++;
        ownerOf[id] = to;
        IReceiver(to).onReceived(msg.sender, id);
    }
}

contract Guarded is ReentrancyGuard {
    mapping(address => uint256) public credit;

    function withdraw() external nonReentrant {
        uint256 amount = credit[msg.sender];
        (bool ok, ) = msg.sender.call{value: amount}("");
        require(ok);
        credit[msg.sender] = 0;
    }
}

contract OwnLock {
    mapping(address => uint256) public credit;
    uint256 private entered = 1;
    bool private busy;

    modifier once() {
        require(entered == 1, "entered");
        entered = 2;
        _;
        entered = 1;
    }

    function withdraw() external once {
        uint256 amount = credit[msg.sender];
        (bool ok, ) = msg.sender.call{value: amount}("");
        require(ok);
        credit[msg.sender] = 0;
    }

    function withdrawInline() external {
        require(!busy);
        busy = true;
        uint256 amount = credit[msg.sender];
        (bool ok, ) = msg.sender.call{value: amount}("");
        require(ok);
        credit[msg.sender] = 0;
        busy = false;
    }
}

// A lock on one function does not guard its neighbour.
contract Neighbours is ReentrancyGuard {
    mapping(address => uint256) public shares;

    function withdraw() external nonReentrant {
        uint256 amount = shares[msg.sender];
        (bool ok, ) = msg.sender.call{value: amount}(""); //~ MEDIUM: the lock on `withdraw` does not guard it
        require(ok);
        shares[msg.sender] = 0;
    }

    function move(address to) external {
        shares[to] += shares[msg.sender];
        shares[msg.sender] = 0;
    }
}

// A modifier that promises a lock and has none.
contract Pretender {
    mapping(address => uint256) public credit;

    modifier nonReentrant() {
        _;
    }

    function withdraw() external nonReentrant {
        uint256 amount = credit[msg.sender];
        (bool ok, ) = msg.sender.call{value: amount}(""); //~ HIGH: `credit` is written after the call
        require(ok);
        credit[msg.sender] = 0;
    }
}

// Payments by pull: each payee is cleared before it is paid.
contract Payouts {
    mapping(address => uint256) public owed;

    function payAll(address payable[] calldata payees) external {
        for (uint256 i = 0; i < payees.length; i++) {
            uint256 amount = owed[payees[i]];
            owed[payees[i]] = 0;
            (bool ok, ) = payees[i].call{value: amount}("");
            require(ok);
        }
    }
}

interface Supporter {
    function supports() external returns (bool);
}

contract Drop {
    mapping(address => uint256) public points;

    modifier onlyNew() {
        require(points[msg.sender] == 0, "not new");
        _;
    }

    modifier onlySupporter() {
        require(Supporter(msg.sender).supports(), "no support");
        _;
    }

    function claim() external onlyNew onlySupporter { //~ MEDIUM: `points` is written after the call to `Supporter(msg.sender)`
        points[msg.sender] += 20;
    }

    function claimInOrder() external onlySupporter onlyNew {
        points[msg.sender] += 20;
    }
}
