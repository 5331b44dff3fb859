//! Types, as far as facts ask for them.

use super::{ContractId, Program, StructId, Symbol};
use crate::ir::{TypeName, TypeNameKind};
use std::sync::Arc;

/// A type.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Ty {
    /// Not known.
    #[default]
    Unknown,
    /// A name whose declaration was not found.
    Unresolved(String),
    /// `address`
    Address {
        /// Whether it is `address payable`.
        payable: bool,
    },
    /// `bool`
    Bool,
    /// `uint`, with its bits
    Uint(u16),
    /// `int`, with its bits
    Int(u16),
    /// `bytes1` to `bytes32`
    FixedBytes(u8),
    /// `bytes`
    Bytes,
    /// `string`
    String,
    /// `mapping(key => value)`
    Mapping(Arc<Ty>, Arc<Ty>),
    /// `element[]`
    Array(Arc<Ty>),
    /// A contract or an interface.
    Contract(ContractId),
    /// A struct.
    Struct(StructId),
    /// An enum.
    Enum,
    /// A function type.
    Function,
    /// Several values.
    Tuple(Vec<Ty>),
}

impl Ty {
    /// A type that needs no declaration.
    pub(super) fn elementary(kind: &TypeNameKind) -> Option<Self> {
        Some(match kind {
            TypeNameKind::Address { payable } => Self::Address { payable: *payable },
            TypeNameKind::Bool => Self::Bool,
            TypeNameKind::Uint(bits) => Self::Uint(*bits),
            TypeNameKind::Int(bits) => Self::Int(*bits),
            TypeNameKind::FixedBytes(bytes) => Self::FixedBytes(*bytes),
            TypeNameKind::Bytes => Self::Bytes,
            TypeNameKind::String => Self::String,
            TypeNameKind::Function => Self::Function,
            _ => return None,
        })
    }

    /// Whether it is one word that is no reference.
    pub fn is_value(&self) -> bool {
        matches!(
            self,
            Self::Address { .. }
                | Self::Bool
                | Self::Uint(_)
                | Self::Int(_)
                | Self::FixedBytes(_)
                | Self::Contract(_)
                | Self::Enum
        )
    }
}

impl Program {
    /// The type that a name of a type stands for, seen from a contract or from the top of a file.
    pub fn ty(&self, file: usize, contract: Option<ContractId>, name: &TypeName) -> Ty {
        let deeper = |inner: &TypeName| Arc::new(self.ty(file, contract, inner));
        match &name.kind {
            TypeNameKind::Mapping(key, value) => Ty::Mapping(deeper(key), deeper(value)),
            TypeNameKind::Array(element, _) => Ty::Array(deeper(element)),
            TypeNameKind::Named(path) => match self.resolve_path(file, contract, path) {
                Some(Symbol::Contract(id)) => Ty::Contract(id),
                Some(Symbol::Struct(id)) => Ty::Struct(id),
                Some(Symbol::Enum) => Ty::Enum,
                Some(Symbol::ValueType(inner)) => inner,
                _ => Ty::Unresolved(path.join(".")),
            },
            other => Ty::elementary(other).unwrap_or_default(),
        }
    }
}
