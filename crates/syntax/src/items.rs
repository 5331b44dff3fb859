//! What a file declares.

use crate::{NatSpec, Span};
use serde::Serialize;

/// A contract, interface or library.
#[derive(Clone, Debug)]
pub struct ContractItem {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ContractKind,
    /// From `abstract` or its keyword to its closing brace.
    pub span: Span,
    /// The text between its braces.
    pub body: Span,
    /// What it inherits from, as written, in order.
    pub bases: Vec<String>,
    /// Its members in order.
    pub members: Vec<MemberItem>,
    /// The documentation above it.
    pub natspec: Option<Span>,
    /// Whether its braces are both there.
    pub is_closed: bool,
}

/// The kinds of contract.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
pub enum ContractKind {
    /// `contract`.
    Contract,
    /// `abstract contract`.
    Abstract,
    /// `interface`.
    Interface,
    /// `library`.
    Library,
}

/// One member of a contract.
#[derive(Clone, Debug)]
pub struct MemberItem {
    /// What it is.
    pub kind: MemberKind,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// All of it, without its documentation.
    pub span: Span,
    /// The documentation above it.
    pub natspec: Option<Span>,
}

/// The kinds of member.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[allow(missing_docs, reason = "each variant is the keyword of the language")]
pub enum MemberKind {
    Function,
    Constructor,
    Modifier,
    StateVariable,
    Event,
    Error,
    Struct,
    Enum,
    Using,
    TypeAlias,
    Fallback,
    Receive,
}

impl MemberKind {
    /// Whether it has a header and a body.
    pub fn is_function(self) -> bool {
        use MemberKind::{Constructor, Fallback, Function, Modifier, Receive};
        matches!(self, Function | Constructor | Modifier | Fallback | Receive)
    }
}

/// A function, constructor, `receive` or `fallback`.
#[derive(Clone, Debug)]
pub struct FunctionItem {
    /// Its name; `constructor`, `receive` and `fallback` for these.
    pub name: String,
    /// `Function`, `Constructor`, `Receive`, `Fallback` or `Modifier`.
    pub kind: MemberKind,
    /// The contract it is a member of; none for a function of the file.
    pub contract: Option<String>,
    /// All of it, without its documentation.
    pub span: Span,
    /// From its keyword to the last token before `{` or `;`.
    pub signature: Span,
    /// The body with its braces, as far as it is there.
    pub body: Option<Span>,
    /// Whether it ends as it should: in a `;` or in the brace that closes its body.
    pub is_complete: bool,
    /// The text between the parentheses of its parameters.
    pub parameters: Span,
    /// The text between the parentheses after `returns`.
    pub returns: Option<Span>,
    /// Its visibility, where it is written.
    pub visibility: Option<Visibility>,
    /// What it may do with the state.
    pub mutability: Mutability,
    /// Whether it is marked `virtual`.
    pub is_virtual: bool,
    /// Whether it is marked `override`.
    pub is_override: bool,
    /// The names of the modifiers and base constructors it invokes, without arguments.
    pub modifiers: Vec<String>,
    /// The documentation above it.
    pub natspec: Option<NatSpec>,
}

/// Who may call a function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[allow(missing_docs, reason = "each variant is the keyword of the language")]
pub enum Visibility {
    External,
    Public,
    Internal,
    Private,
}

impl Visibility {
    pub(crate) fn parse(word: &str) -> Option<Visibility> {
        Some(match word {
            "external" => Visibility::External,
            "public" => Visibility::Public,
            "internal" => Visibility::Internal,
            "private" => Visibility::Private,
            _ => return None,
        })
    }
}

/// What a function may do with the state and with ether.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize)]
#[allow(missing_docs, reason = "each variant is the keyword of the language")]
pub enum Mutability {
    #[default]
    NonPayable,
    Payable,
    View,
    Pure,
}

impl Mutability {
    pub(crate) fn parse(word: &str) -> Option<Mutability> {
        Some(match word {
            "payable" => Mutability::Payable,
            "view" | "constant" => Mutability::View,
            "pure" => Mutability::Pure,
            _ => return None,
        })
    }
}
