//! Values and reasons in words.

use alloy_dyn_abi::{DynSolType, DynSolValue};
use alloy_primitives::{U256, hex};

/// A value as Solidity would write it.
pub(super) fn value_text(value: &DynSolValue) -> String {
    let list = |values: &[DynSolValue]| values.iter().map(value_text).collect::<Vec<_>>().join(", ");
    match value {
        DynSolValue::Bool(value) => value.to_string(),
        DynSolValue::Int(value, _) => value.to_string(),
        DynSolValue::Uint(value, _) => value.to_string(),
        DynSolValue::FixedBytes(word, size) => hex::encode_prefixed(&word[..*size]),
        DynSolValue::Address(address) => address.to_string(),
        DynSolValue::Function(function) => function.to_string(),
        DynSolValue::Bytes(bytes) => hex::encode_prefixed(bytes),
        DynSolValue::String(text) => format!("{text:?}"),
        DynSolValue::Array(values) | DynSolValue::FixedArray(values) => format!("[{}]", list(values)),
        DynSolValue::Tuple(values) => format!("({})", list(values)),
    }
}

/// What a revert says.
pub(super) fn revert_text(data: &[u8]) -> String {
    match data.split_at_checked(4) {
        None => "nothing".into(),
        Some((&[0x08, 0xc3, 0x79, 0xa0], text)) => match DynSolType::String.abi_decode(text) {
            Ok(DynSolValue::String(text)) => format!("Error({text:?})"),
            _ => hex::encode_prefixed(data),
        },
        Some((&[0x4e, 0x48, 0x7b, 0x71], code)) if code.len() == 32 => {
            format!("Panic({:#04x})", U256::from_be_slice(code))
        }
        Some(_) => hex::encode_prefixed(data),
    }
}
