//! What can be claimed of a function: each claim is one sentence, said and read in the same form.

use std::fmt;

/// What can be claimed of a function and tested on its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// These are its parameters.
    Inputs(Vec<String>),
    /// It has no parameters.
    NoInputs,
    /// No guard stands before the body.
    AnyoneMayCall,
    /// Nobody outside can see it.
    OnlyInside,
    /// A guard stands before the body.
    Guard(String),
    /// A lock holds off reentrant calls.
    Locked(String),
    /// No state is written.
    WritesNothing,
    /// A state variable is read.
    Reads(String),
    /// State variables are written, in this order.
    Writes(Vec<String>),
    /// A state variable is written before a call leaves, and not after it.
    WrittenBefore {
        /// The variable.
        name: String,
        /// Whom the call reaches.
        call: String,
    },
    /// No call leaves the contract.
    CallsNothing,
    /// A call leaves the contract.
    Calls(String),
    /// Nothing makes it revert.
    NeverFails,
    /// A condition without which it reverts.
    Requires(String),
    /// A condition without which it reverts, and with which error.
    RevertsUnless {
        /// The error's name.
        error: String,
        /// The condition.
        condition: String,
    },
    /// What it calls inside of the contract asks conditions of its own.
    FailsWith(String),
    /// An event is emitted.
    Emits(String),
    /// Every write comes before the first call that leaves.
    SettledBeforeCalls,
    /// A write comes after a call that leaves.
    WritesAfterCall(String),
    /// No arithmetic in the body wraps around.
    OverflowReverts,
    /// An operation in the body wraps around.
    Wraps(String),
}

const NO_INPUTS: &str = "nothing is passed in";
const ANYONE: &str = "anyone may call it";
const ONLY_INSIDE: &str = "only the contract itself may call it";
const WRITES_NOTHING: &str = "no state is written";
const CALLS_NOTHING: &str = "no call leaves the contract";
const NEVER_FAILS: &str = "no condition is asked";
const SETTLED: &str = "state is settled before any call leaves";
const OVERFLOW_REVERTS: &str = "arithmetic that overflows reverts";

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inputs(names) => {
                let verb = if names.len() == 1 { "comes" } else { "come" };
                write!(f, "{} {verb} from the caller", quoted(names, ", "))
            }
            Self::NoInputs => f.write_str(NO_INPUTS),
            Self::AnyoneMayCall => f.write_str(ANYONE),
            Self::OnlyInside => f.write_str(ONLY_INSIDE),
            Self::Guard(guard) => write!(f, "guarded by `{guard}`"),
            Self::Locked(lock) => write!(f, "reentrant calls are held off by `{lock}`"),
            Self::WritesNothing => f.write_str(WRITES_NOTHING),
            Self::Reads(name) => write!(f, "reads `{name}`"),
            Self::Writes(names) => write!(f, "writes {}", quoted(names, " then ")),
            Self::WrittenBefore { name, call } => write!(f, "`{name}` is written before `{call}` is called"),
            Self::CallsNothing => f.write_str(CALLS_NOTHING),
            Self::Calls(target) => write!(f, "calls `{target}`"),
            Self::NeverFails => f.write_str(NEVER_FAILS),
            Self::Requires(condition) => write!(f, "requires `{condition}`"),
            Self::RevertsUnless { error, condition } => write!(f, "reverts with `{error}` unless `{condition}`"),
            Self::FailsWith(callee) => write!(f, "fails where `{callee}` fails"),
            Self::Emits(event) => write!(f, "emits `{event}`"),
            Self::SettledBeforeCalls => f.write_str(SETTLED),
            Self::WritesAfterCall(name) => write!(f, "`{name}` is written after a call left"),
            Self::OverflowReverts => f.write_str(OVERFLOW_REVERTS),
            Self::Wraps(operation) => write!(f, "`{operation}` may wrap around"),
        }
    }
}

impl Claim {
    /// The claim that a sentence makes, where it is one that can be tested.
    pub fn read(sentence: &str) -> Option<Self> {
        let sentence = sentence.trim().trim_end_matches('.');
        let (words, names): (Vec<_>, Vec<_>) = sentence.split('`').enumerate().partition(|(at, _)| at % 2 == 0);
        let words: Vec<&str> = words.into_iter().map(|(_, words)| words.trim()).collect();
        let names: Vec<String> = names.into_iter().map(|(_, name)| name.to_owned()).collect();
        if names.iter().any(String::is_empty) {
            return None;
        }
        let mut each = names.iter().cloned();
        Some(match words[..] {
            [NO_INPUTS] => Self::NoInputs,
            [ANYONE] => Self::AnyoneMayCall,
            [ONLY_INSIDE] => Self::OnlyInside,
            [WRITES_NOTHING] => Self::WritesNothing,
            [CALLS_NOTHING] => Self::CallsNothing,
            [NEVER_FAILS] => Self::NeverFails,
            [SETTLED] => Self::SettledBeforeCalls,
            [OVERFLOW_REVERTS] => Self::OverflowReverts,
            ["", "is written before", "is called"] => Self::WrittenBefore { name: each.next()?, call: each.next()? },
            ["reverts with", "unless", ""] => Self::RevertsUnless { error: each.next()?, condition: each.next()? },
            ["", .., "come from the caller" | "comes from the caller"] => Self::Inputs(names),
            ["", "is written after a call left"] => Self::WritesAfterCall(each.next()?),
            ["", "may wrap around"] => Self::Wraps(each.next()?),
            ["guarded by", ..] => Self::Guard(each.next()?),
            ["reentrant calls are held off by", ..] => Self::Locked(each.next()?),
            ["reads", ..] => Self::Reads(each.next()?),
            ["writes", _, ..] => Self::Writes(names),
            ["calls", ..] => Self::Calls(each.next()?),
            ["requires", ..] => Self::Requires(each.next()?),
            ["fails where", ..] => Self::FailsWith(each.next()?),
            ["emits", ..] => Self::Emits(each.next()?),
            _ => return None,
        })
    }
}

fn quoted(names: &[String], between: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(between)
}
