//! The model that is compiled into the program.

/// Puts bytes at an address from which tensors can be read in place.
#[cfg(bundled_model)]
#[repr(C, align(64))]
struct Aligned<T: ?Sized>(T);

#[cfg(bundled_model)]
static MODEL: &Aligned<[u8]> = &Aligned(*include_bytes!(env!("SOLWRIGHT_BUNDLED_MODEL")));

/// The GGUF in `models/`, when the feature `bundled` is on and there is one.
#[cfg(bundled_model)]
pub(crate) const BYTES: Option<&[u8]> = Some(&MODEL.0);

/// The GGUF in `models/`, when the feature `bundled` is on and there is one.
#[cfg(not(bundled_model))]
pub(crate) const BYTES: Option<&[u8]> = None;
