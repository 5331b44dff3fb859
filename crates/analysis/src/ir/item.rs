//! Declarations.

use super::{Block, Expr};
use solwright_syntax::{ContractKind, Span};

/// What one file declares.
#[derive(Clone, Debug, Default)]
pub struct FileIr {
    /// Import directives, in order.
    pub imports: Vec<ImportIr>,
    /// Contracts, interfaces and libraries.
    pub contracts: Vec<Contract>,
    /// Free functions.
    pub functions: Vec<Function>,
    /// Constants of the file.
    pub constants: Vec<Variable>,
    /// Structs of the file.
    pub structs: Vec<Struct>,
    /// Enums of the file.
    pub enums: Vec<Enum>,
    /// User-defined value types of the file, with what they wrap.
    pub value_types: Vec<(String, TypeName)>,
    /// Errors of the file.
    pub errors: Vec<ErrorType>,
    /// Events of the file.
    pub events: Vec<Event>,
    /// Places of `pragma` directives.
    pub pragmas: Vec<Span>,
    /// `using` directives of the file.
    pub usings: Vec<Using>,
    /// Places that did not parse and were left out, or why nothing was read at all.
    pub damage: Vec<(Span, String)>,
}

/// An import directive.
#[derive(Clone, Debug)]
pub struct ImportIr {
    /// The path as written.
    pub path: String,
    /// What it brings into scope.
    pub items: Imported,
}

/// What an import brings into scope.
#[derive(Clone, Debug)]
pub enum Imported {
    /// Everything the file sees.
    All,
    /// Everything, below one name.
    Namespace(String),
    /// Names, each with the name it gets here.
    Names(Vec<(String, String)>),
}

/// A contract, interface or library.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Its name.
    pub name: String,
    /// Place of the name.
    pub name_span: Span,
    /// Place of the whole.
    pub span: Span,
    /// Its kind.
    pub kind: ContractKind,
    /// Direct bases, as written.
    pub bases: Vec<Base>,
    /// `using` directives.
    pub usings: Vec<Using>,
    /// State variables and constants, in order.
    pub variables: Vec<Variable>,
    /// Functions, constructors, fallbacks and modifiers, in order.
    pub functions: Vec<Function>,
    /// Structs.
    pub structs: Vec<Struct>,
    /// Enums.
    pub enums: Vec<Enum>,
    /// User-defined value types, with what they wrap.
    pub value_types: Vec<(String, TypeName)>,
    /// Errors.
    pub errors: Vec<ErrorType>,
    /// Events.
    pub events: Vec<Event>,
}

/// A base in `contract A is B(x)`.
#[derive(Clone, Debug)]
pub struct Base {
    /// Name, by its parts.
    pub path: Vec<String>,
    /// Constructor arguments.
    pub args: Vec<Expr>,
    /// Its place.
    pub span: Span,
}

/// A `using` directive.
#[derive(Clone, Debug)]
pub struct Using {
    /// Libraries, or functions when they were named in braces.
    pub paths: Vec<Vec<String>>,
    /// The type it is for; `None` for `*`.
    pub ty: Option<TypeName>,
}

/// A struct.
#[derive(Clone, Debug)]
pub struct Struct {
    /// Its name.
    pub name: String,
    /// Its fields.
    pub fields: Vec<Variable>,
}

/// An enum.
#[derive(Clone, Debug)]
pub struct Enum {
    /// Its name.
    pub name: String,
    /// Its members, in order.
    pub members: Vec<String>,
}

/// An error that `revert` takes.
#[derive(Clone, Debug)]
pub struct ErrorType {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub params: Parameters,
}

/// An event.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub params: Parameters,
    /// Which of them are indexed.
    pub indexed: Vec<bool>,
    /// Its place.
    pub span: Span,
}

/// How a variable may change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VariableMutability {
    /// At any time.
    #[default]
    Mutable,
    /// Until the end of the constructor.
    Immutable,
    /// Never.
    Constant,
}

/// Where a value of reference type lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// `storage`
    Storage,
    /// `transient`
    Transient,
    /// `memory`
    Memory,
    /// `calldata`
    Calldata,
}

/// Who may see a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Visibility {
    /// This contract.
    Private,
    /// This contract and those derived from it.
    Internal,
    /// Everyone.
    Public,
    /// Everyone outside.
    External,
}

/// What a function may do to the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutability {
    /// Neither reads nor writes.
    Pure,
    /// Reads.
    View,
    /// Writes, and takes Ether.
    Payable,
    /// Writes.
    NonPayable,
}

/// A variable: of state, of a function, a parameter or a field.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name; empty for a parameter without one.
    pub name: String,
    /// Place of the whole declaration.
    pub span: Span,
    /// Its type.
    pub ty: TypeName,
    /// Visibility, when stated.
    pub visibility: Option<Visibility>,
    /// How it may change.
    pub mutability: VariableMutability,
    /// Data location, when stated.
    pub location: Option<Location>,
    /// Its first value.
    pub init: Option<Expr>,
}

/// A list of parameters.
pub type Parameters = Vec<Variable>;

/// Kind of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FunctionKind {
    /// `constructor`
    Constructor,
    /// `function`
    Function,
    /// `fallback`
    Fallback,
    /// `receive`
    Receive,
    /// `modifier`
    Modifier,
}

/// A function or modifier.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its kind.
    pub kind: FunctionKind,
    /// Its name; `constructor`, `fallback` and `receive` for those.
    pub name: String,
    /// Place of the name or keyword.
    pub name_span: Span,
    /// Place of the whole.
    pub span: Span,
    /// Parameters.
    pub params: Parameters,
    /// Returned values.
    pub returns: Parameters,
    /// Visibility; what Solidity takes for granted when it is not stated.
    pub visibility: Visibility,
    /// Whether the visibility is stated.
    pub states_visibility: bool,
    /// What it may do to the state.
    pub mutability: Mutability,
    /// Modifiers and base constructors, in order.
    pub modifiers: Vec<ModifierCall>,
    /// Whether it may be overridden.
    pub is_virtual: bool,
    /// Whether it overrides another.
    pub is_override: bool,
    /// Its body.
    pub body: Option<Block>,
}

/// A modifier on a function.
#[derive(Clone, Debug)]
pub struct ModifierCall {
    /// Name, by its parts.
    pub path: Vec<String>,
    /// Arguments.
    pub args: Vec<Expr>,
    /// Its place.
    pub span: Span,
}

/// A type as written.
#[derive(Clone, Debug)]
pub struct TypeName {
    /// What it is.
    pub kind: TypeNameKind,
    /// Its place.
    pub span: Span,
}

/// Kinds of types as written.
#[derive(Clone, Debug)]
pub enum TypeNameKind {
    /// `address`, `address payable`
    Address {
        /// Whether Ether may be sent to it by `transfer` and `send`.
        payable: bool,
    },
    /// `bool`
    Bool,
    /// `uint`, with its bits
    Uint(u16),
    /// `int`, with its bits
    Int(u16),
    /// `bytes1` to `bytes32`, with the number of bytes
    FixedBytes(u8),
    /// `bytes`
    Bytes,
    /// `string`
    String,
    /// `mapping(key => value)`
    Mapping(Box<TypeName>, Box<TypeName>),
    /// `element[]`, `element[length]`
    Array(Box<TypeName>, Option<Box<Expr>>),
    /// A function type.
    Function,
    /// A name, by its parts.
    Named(Vec<String>),
    /// Not understood.
    Unknown,
}

impl Function {
    /// Whether it may be called from outside.
    pub fn is_external(&self) -> bool {
        self.visibility >= Visibility::Public
            && self.kind != FunctionKind::Modifier
            && self.kind != FunctionKind::Constructor
    }

    /// Whether it may change the state.
    pub fn is_mutating(&self) -> bool {
        matches!(self.mutability, Mutability::Payable | Mutability::NonPayable)
    }
}
