//! Types as a body sees them: with the data location of what is referred to, and the identity of what is declared.

/// Where a value of reference type lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// `storage`
    Storage,
    /// `memory`
    Memory,
    /// `calldata`
    Calldata,
}

/// A type. Declared types are named by their index in the scope.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// `bool`
    Bool,
    /// `address`
    Address,
    /// `address payable`
    Payable,
    /// `uint` of so many bits
    Uint(u16),
    /// `int` of so many bits
    Int(u16),
    /// `bytes1` to `bytes32`
    Fixed(u8),
    /// `bytes`
    Bytes(Place),
    /// `string`
    Text(Place),
    /// `element[]` and `element[length]`
    Array(Box<Type>, Option<String>, Place),
    /// `mapping(key => value)`, always in storage
    Mapping(Box<Type>, Box<Type>),
    /// A struct of the scope.
    Struct(usize, Place),
    /// An enum of the scope.
    Enum(usize),
    /// A user-defined value type of the scope.
    Wrapped(usize),
    /// A contract or interface of the scope.
    Contract(usize),
}

impl Type {
    /// The same type at another place, its parts too; value types stay as they are.
    pub fn at(&self, place: Place) -> Self {
        match self {
            Self::Bytes(_) => Self::Bytes(place),
            Self::Text(_) => Self::Text(place),
            Self::Struct(index, _) => Self::Struct(*index, place),
            Self::Array(element, length, _) => Self::Array(Box::new(element.at(place)), length.clone(), place),
            other => other.clone(),
        }
    }

    /// Where it lies; none for value types.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Bytes(place) | Self::Text(place) | Self::Struct(_, place) | Self::Array(_, _, place) => Some(*place),
            Self::Mapping(..) => Some(Place::Storage),
            _ => None,
        }
    }

    /// Bits of a number or of fixed bytes, narrower ones of which convert to wider ones.
    pub fn width(&self) -> Option<u16> {
        match self {
            Self::Uint(bits) | Self::Int(bits) => Some(*bits),
            Self::Fixed(bytes) => Some(u16::from(*bytes) * 8),
            _ => None,
        }
    }

    /// Whether it is copied when it is assigned.
    pub fn is_value(&self) -> bool {
        self.place().is_none()
    }

    /// Whether a value of this type stands where `target` is wanted, without a cast. Bases of contracts are the scope's to know.
    pub fn converts_to(&self, target: &Self) -> bool {
        match (self, target) {
            (a, b) if a == b => true,
            (Self::Uint(a), Self::Uint(b)) | (Self::Int(a), Self::Int(b)) => a <= b,
            (Self::Fixed(a), Self::Fixed(b)) => a <= b,
            (Self::Payable, Self::Address) => true,
            (a, b) if a.place().is_some() && b.place() == Some(Place::Memory) => {
                !matches!(a, Self::Mapping(..)) && a.at(Place::Memory) == *b
            }
            _ => false,
        }
    }
}
