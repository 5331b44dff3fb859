//! A model with its tokenizer and chat template, all from one GGUF.

use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::chat::{CHATML, ChatTemplate, Message};
use crate::config::{self, Config};
use crate::device::{self, DeviceChoice};
use crate::error::{ModelError, Result};
use crate::gguf::Gguf;
use crate::network::Network;
use crate::session::Session;
use crate::{Tokenizer, bundled};

/// Where the GGUF is.
#[derive(Clone, Debug)]
pub enum ModelSource {
    /// A file, which is mapped while it is loaded.
    Path(PathBuf),
    /// Bytes inside of the program, such as [`Model::bundled`].
    Bytes(&'static [u8]),
}

/// What is known about a loaded model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelInfo {
    /// The name in the header, else the file's.
    pub name: String,
    /// The file; `None` for the bundled model.
    pub path: Option<PathBuf>,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// The family: `qwen2`.
    pub architecture: String,
    /// `F16`, `Q8_0`, `Q4_0`, `Q4_K_M` and so on.
    pub quantization: String,
    /// Number of weights.
    pub parameters: u64,
    /// Tokens that a session can hold.
    pub context_length: usize,
    /// Number of tokens known.
    pub vocabulary: usize,
    /// `cpu`, `cuda:0` or `metal:0`.
    pub device: String,
    /// Why that device.
    pub device_reason: String,
    /// The licence in the header.
    pub license: Option<String>,
}

/// A loaded model. Cheap to clone; sessions and clones share the weights.
#[derive(Clone)]
pub struct Model(Arc<Inner>);

struct Inner {
    weights: Arc<Network>,
    tokenizer: Tokenizer,
    template: Option<ChatTemplate>,
    info: ModelInfo,
    source: ModelSource,
    sha256: OnceLock<String>,
}

impl Model {
    /// Checks the whole header, then loads the weights onto the device.
    pub fn load(source: ModelSource, device: DeviceChoice) -> Result<Model> {
        match &source {
            ModelSource::Bytes(bytes) => Model::read("bundled", bytes, None, source.clone(), device),
            ModelSource::Path(path) => {
                let name = path.display().to_string();
                let map = map(path).map_err(|error| ModelError::Read { file: path.clone(), source: error })?;
                Model::read(&name, map.as_deref().unwrap_or_default(), Some(path.clone()), source.clone(), device)
            }
        }
    }

    /// The model that was compiled into this program, when there is one.
    pub fn bundled() -> Option<&'static [u8]> {
        bundled::BYTES
    }

    /// What is known about the model.
    pub fn info(&self) -> &ModelInfo {
        &self.0.info
    }

    /// The tokenizer that the file describes.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.0.tokenizer
    }

    /// The SHA-256 of the file in hexadecimal digits; read on the first call.
    pub fn sha256(&self) -> Result<&str> {
        if let Some(digest) = self.0.sha256.get() {
            return Ok(digest);
        }
        let digest = match &self.0.source {
            ModelSource::Bytes(bytes) => Sha256::digest(bytes),
            ModelSource::Path(path) => {
                hash_file(path).map_err(|source| ModelError::Read { file: path.clone(), source })?
            }
        };
        let digest = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(self.0.sha256.get_or_init(|| digest))
    }

    /// The prompt for a talk, by the template in the file. Encode it with `parse_special`, after making sure that no
    /// content comes from a stranger, or encode the parts by themselves.
    pub fn chat_prompt(&self, messages: &[Message], add_generation_prompt: bool) -> Result<String> {
        let missing = || ModelError::Template("the file has no chat template and no ChatML tokens".into());
        self.0.template.as_ref().ok_or_else(missing)?.render(messages, add_generation_prompt)
    }

    /// The prompt that asks for the text between `prefix` and `suffix`; `None` when the model has no tokens for that.
    pub fn fim_prompt(&self, prefix: &str, suffix: &str) -> Option<Vec<u32>> {
        let fim = self.tokenizer().fim()?;
        let mut prompt = vec![fim.prefix];
        prompt.extend(self.tokenizer().encode(prefix, false));
        prompt.push(fim.suffix);
        prompt.extend(self.tokenizer().encode(suffix, false));
        prompt.push(fim.middle);
        Some(prompt)
    }

    /// A session that has read nothing yet.
    pub fn session(&self) -> Session {
        Session::new(self.0.weights.clone())
    }

    fn read(
        file: &str,
        bytes: &[u8],
        path: Option<PathBuf>,
        source: ModelSource,
        device: DeviceChoice,
    ) -> Result<Model> {
        let gguf = Gguf::parse(file, bytes)?;
        let config = Config::read(&gguf)?;
        let tokenizer = Tokenizer::read(&gguf)?;
        let template = read_template(&gguf, &tokenizer)?;
        let chosen = device::choose(device)?;
        let (context_length, vocabulary, family) = (config.context, config.vocabulary, config.family);
        let weights = Arc::new(Network::load(&gguf, config, &chosen.device)?);
        let how = weights.describe().map_or_else(String::new, |how| format!("; {how}"));
        let info = ModelInfo {
            name: gguf.text("general.name").map_or_else(|| file.to_owned(), str::to_owned),
            path,
            bytes: bytes.len() as u64,
            architecture: family.name().into(),
            quantization: config::quantization(&gguf),
            parameters: config::parameters(&gguf),
            context_length,
            vocabulary,
            device: chosen.name,
            device_reason: chosen.reason + &how,
            license: gguf.text("general.license").map(str::to_owned),
        };
        Ok(Model(Arc::new(Inner { weights, tokenizer, template, info, source, sha256: OnceLock::new() })))
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Model").field(&self.0.info).finish()
    }
}

/// `None` for an empty file, which can't be mapped.
fn map(path: &PathBuf) -> std::io::Result<Option<memmap2::Mmap>> {
    let file = File::open(path)?;
    if file.metadata()?.len() == 0 {
        return Ok(None);
    }
    // SAFETY: the map is only read, and dropped when loading ends. Another program that cuts the file off meanwhile
    // could stop this one; every reader of mapped weights lives with that.
    unsafe { memmap2::Mmap::map(&file) }.map(Some)
}

fn hash_file(path: &PathBuf) -> std::io::Result<sha2::digest::Output<Sha256>> {
    let mut digest = Sha256::new();
    std::io::copy(&mut File::open(path)?, &mut digest)?;
    Ok(digest.finalize())
}

pub(crate) fn read_template(gguf: &Gguf<'_>, tokenizer: &Tokenizer) -> Result<Option<ChatTemplate>> {
    let chatml = tokenizer.token_id("<|im_start|>").and(tokenizer.token_id("<|im_end|>")).map(|_| CHATML);
    let Some(source) = gguf.text("tokenizer.chat_template").or(chatml) else { return Ok(None) };
    let token = |key| gguf.unsigned(key).map_or_else(String::new, |id| tokenizer.decode(&[id as u32]));
    let (bos, eos) = (token("tokenizer.ggml.bos_token_id"), token("tokenizer.ggml.eos_token_id"));
    let template = ChatTemplate::compile(source, &bos, &eos);
    template.map(Some).map_err(|error| gguf.damaged(format!("its chat template does not compile: {error}")))
}
