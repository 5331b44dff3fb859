//! What is known of a value: its type, where it comes from, and what it proves when it is true.

use crate::program::{Ty, VariableId};
use std::ops::{BitAnd, BitOr, BitOrAssign};

/// Where a value comes from, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Taint(pub u16);

impl Taint {
    /// From nowhere: a constant.
    pub const NONE: Self = Self(0);
    /// A parameter of the called function, or its raw data.
    pub const PARAM: Self = Self(1);
    /// `msg.sender`
    pub const SENDER: Self = Self(2);
    /// `msg.value`
    pub const VALUE: Self = Self(4);
    /// `tx.origin`
    pub const ORIGIN: Self = Self(8);
    /// `block.timestamp`, `block.number`
    pub const TIME: Self = Self(16);
    /// Values of the block that look random: `blockhash`, `prevrandao`, `difficulty`, `coinbase`, `gaslimit`
    pub const BLOCK: Self = Self(32);
    /// State that may change.
    pub const STORAGE: Self = Self(64);
    /// What a call to another contract returned.
    pub const RETURNED: Self = Self(128);
    /// State that belongs to the caller: `balances[msg.sender]`
    pub const OWN: Self = Self(256);
    /// State that belongs to the one a parameter names: `balances[account]`
    pub const KEYED: Self = Self(512);
    /// A hash.
    pub const HASH: Self = Self(1024);
    /// The contract's own balance.
    pub const BALANCE: Self = Self(2048);
    /// Something the walk could not follow.
    pub const UNKNOWN: Self = Self(4096);

    /// Whether one of `other` is in it.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The set without `other`.
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl BitOr for Taint {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Taint {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// What a true condition proves, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Checks(pub u8);

impl Checks {
    /// Nothing about the caller.
    pub const NONE: Self = Self(0);
    /// The caller is one who was chosen: an owner, a member of a list.
    pub const CALLER: Self = Self(1);
    /// One who was chosen signed.
    pub const SIGNATURE: Self = Self(2);
    /// The caller acts on what is its own.
    pub const OWN: Self = Self(4);

    /// Everything.
    pub const ALL: Self = Self(7);

    /// Whether one of `other` is in it.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for Checks {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for Checks {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// What a value is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Origin {
    /// Nothing more is known.
    #[default]
    Other,
    /// A constant or immutable.
    Fixed,
    /// `msg.sender`
    Sender,
    /// `tx.origin`
    TxOrigin,
    /// This contract.
    This,
    /// The zero address, or zero.
    Zero,
    /// A parameter of the function under analysis, by index, unchanged.
    Param(usize),
    /// What lies in storage.
    Storage(VariableId),
    /// An address that a signature was made by.
    Signer,
    /// A contract that was created here.
    Created,
}

/// A value.
#[derive(Clone, Debug, Default)]
pub(super) struct Value {
    pub ty: Ty,
    pub taint: Taint,
    pub origin: Origin,
    /// What it proves when it is true.
    pub holds: Checks,
    /// What it proves when it is false.
    pub fails: Checks,
    /// The storage it refers to, for a value that can be written through.
    pub slot: Option<super::Slot>,
    /// Parameters that went into it, as a set of indices.
    pub params: u32,
    /// Parameters that were compared with zero and no more.
    pub params_asked: u32,
    /// State that went into it, for a condition that may be a lock.
    pub slots: Vec<super::Slot>,
    /// The values of a tuple.
    pub parts: Vec<Value>,
}

impl Value {
    pub fn of(ty: Ty) -> Self {
        Self { ty, ..Self::default() }
    }

    pub fn tainted(ty: Ty, taint: Taint) -> Self {
        Self { ty, taint, ..Self::default() }
    }

    pub fn with_origin(ty: Ty, taint: Taint, origin: Origin) -> Self {
        Self { ty, taint, origin, ..Self::default() }
    }

    /// A value made of `parts`: tainted by all of them.
    pub fn made_of<'v>(ty: Ty, parts: impl IntoIterator<Item = &'v Self>) -> Self {
        let mut made = Self::of(ty);
        for part in parts {
            made.absorb(part);
        }
        made
    }

    /// Adds where `part` comes from.
    pub fn absorb(&mut self, part: &Self) {
        self.taint |= part.taint;
        self.params |= part.params;
        self.params_asked |= part.params_asked;
        for slot in &part.slots {
            if !self.slots.contains(slot) {
                self.slots.push(slot.clone());
            }
        }
    }

    /// The same value as another type.
    pub fn cast(mut self, ty: Ty) -> Self {
        self.ty = ty;
        self
    }

    /// Whether it is the caller.
    pub fn is_sender(&self) -> bool {
        matches!(self.origin, Origin::Sender)
    }

    /// One value for two ways to get there.
    pub fn join(mut self, other: &Self) -> Self {
        self.absorb(other);
        if self.origin != other.origin {
            self.origin = Origin::Other;
        }
        if self.slot != other.slot {
            self.slot = self.slot.or_else(|| other.slot.clone());
        }
        self.holds = self.holds & other.holds;
        self.fails = self.fails & other.fails;
        if self.ty == Ty::Unknown {
            self.ty = other.ty.clone();
        }
        self
    }
}
