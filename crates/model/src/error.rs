//! What can go wrong with a model, each with the file, the place and the remedy.

use std::path::PathBuf;

/// An error of loading or running a model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The file is missing or may not be read.
    #[error("cannot read the model `{}`: {source}; check the path and its permissions", file.display())]
    Read {
        /// The file asked for.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },

    /// The file is something else than a GGUF.
    #[error("`{file}` is not a GGUF file: {found}; give a model that ends in `.gguf`")]
    NotGguf {
        /// The file asked for.
        file: String,
        /// What stands at its start.
        found: String,
    },

    /// The file breaks off, or its header contradicts itself.
    #[error("the model `{file}` is damaged: {problem}; download or export it again")]
    Damaged {
        /// The file asked for.
        file: String,
        /// The first contradiction found.
        problem: String,
    },

    /// The file is sound, but this engine can't run it.
    #[error("the model `{file}` cannot run here: {problem}; {remedy}")]
    Unsupported {
        /// The file asked for.
        file: String,
        /// What is foreign about it.
        problem: String,
        /// What to do instead.
        remedy: &'static str,
    },

    /// Weights could not be packed into the file that processes share.
    #[error("`{}` cannot be written: {source}; check the disk and the folder's permissions", file.display())]
    Shelf {
        /// The file that was to be.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },

    /// The system has no memory for the weights.
    #[error("{megabytes} MB of memory for the weights are not there: {source}; choose a smaller model or quantization")]
    Memory {
        /// What one matrix needs.
        megabytes: usize,
        /// What the system said.
        source: std::io::Error,
    },

    /// The device asked for is not there.
    #[error("the device `{device}` is not available: {reason}; leave the choice to `auto` or ask for `cpu`")]
    Device {
        /// The device asked for.
        device: String,
        /// Why it can't be used.
        reason: String,
    },

    /// More tokens than the context window holds.
    #[error("{needed} tokens do not fit the model's context of {limit}; shorten the prompt or the answer's budget")]
    ContextFull {
        /// Tokens that the session would hold.
        needed: usize,
        /// Tokens that it can hold.
        limit: usize,
    },

    /// A token id outside of the vocabulary.
    #[error("token {id} is outside of the vocabulary of {vocabulary}; encode the text with this model's tokenizer")]
    UnknownToken {
        /// The id given.
        id: u32,
        /// The number of tokens known.
        vocabulary: usize,
    },

    /// A prompt without a single token.
    #[error("the prompt holds no token; give at least one")]
    EmptyPrompt,

    /// Sessions of several models in one batch.
    #[error("the sessions of a batch belong to several models; read each model's own together")]
    BatchMismatch,

    /// Another sequence of the same batch met an error, which this one shares.
    #[error("{0}")]
    Together(String),

    /// The caller raised its `Cancel`.
    #[error("the request was cancelled")]
    Cancelled,

    /// The chat template refused the messages.
    #[error("the model's chat template failed: {0}; check the roles and their order")]
    Template(String),

    /// The tensor library refused an operation.
    #[error("the tensor engine failed: {0}; report this with the model's name")]
    Engine(#[from] candle_core::Error),
}

/// What fails in this crate, fails with a [`ModelError`].
pub(crate) type Result<T, E = ModelError> = std::result::Result<T, E>;
