//! Tokens to logits: loads a GGUF of the Qwen2, Qwen3 or Llama family with its tokenizer and chat template, and runs it.
//!
//! Knows no Solidity. A [`Model`] is loaded once; a [`Session`] reads tokens and gives logits; a [`Sampler`] picks the next
//! token; a [`TokenStream`] turns tokens into text. Everything runs on the caller's thread, with helpers in the loops of a pass, and
//! stops at a [`Cancel`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod bandwidth;
mod bundled;
mod cancel;
mod candle;
mod chat;
mod config;
mod cpu;
mod device;
mod error;
#[cfg(test)]
mod fixture;
mod gguf;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod identity;
mod model;
mod network;
#[cfg(test)]
mod parity;
mod qwen2;
mod sampler;
mod session;
mod stream;
mod tokenizer;

pub use bandwidth::bandwidth;
pub use cancel::Cancel;
pub use chat::Message;
pub use device::DeviceChoice;
pub use error::ModelError;
pub use model::{Model, ModelInfo, ModelSource};
pub use sampler::{Sampler, Sampling};
pub use session::{Reading, Session};
pub use stream::TokenStream;
pub use tokenizer::{FimTokens, Tokenizer};

/// One number for each token of the vocabulary: the higher, the likelier it comes next.
pub type Logits = Vec<f32>;
