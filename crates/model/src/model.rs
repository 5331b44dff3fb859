//! A model with its tokenizer and chat template, all from one GGUF.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::chat::{CHATML, ChatTemplate, Message};
use crate::config::{self, Config};
use crate::cpu::Shelf;
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
    sha256: OnceLock<std::result::Result<String, std::io::ErrorKind>>,
}

/// Where weights may be shared, and the age of the file that they come from.
struct Shelving<'a> {
    folder: Option<&'a Path>,
    modified: Option<SystemTime>,
}

impl Model {
    /// Checks the whole header, then loads the weights onto the device. Weights for a CPU are packed into memory of this process.
    pub fn load(source: ModelSource, device: DeviceChoice) -> Result<Model> {
        Model::load_from(source, device, None)
    }

    /// As [`Model::load`], with weights for a CPU that another process has left packed in `folder` by [`Model::share`], if one has.
    pub fn load_shared(source: ModelSource, device: DeviceChoice, folder: &Path) -> Result<Model> {
        Model::load_from(source, device, Some(folder))
    }

    /// Leaves the weights of a file packed for a CPU in `folder`, where other processes find and share them. That takes as long as the disk
    /// takes to write them, so it is for a process that lives long. Does nothing for the bundled model, or where they are there.
    ///
    /// # Errors
    /// When the file cannot be read any more, or the folder not be written to.
    pub fn share(&self, folder: &Path) -> Result<()> {
        let (Some(path), Network::Cpu(_)) = (&self.0.info.path, &*self.0.weights) else { return Ok(()) };
        let (map, modified) = open(path)?;
        let gguf = Gguf::parse(&path.display().to_string(), map.as_deref().unwrap_or_default())?;
        match Shelf::find(&gguf, modified, folder) {
            Some(_) => Ok(()),
            None => Shelf::fill(&gguf, modified, folder),
        }
    }

    fn load_from(source: ModelSource, device: DeviceChoice, folder: Option<&Path>) -> Result<Model> {
        match &source {
            ModelSource::Bytes(bytes) => {
                Model::read("bundled", bytes, source.clone(), device, Shelving { folder, modified: None })
            }
            ModelSource::Path(path) => {
                let (map, modified) = open(path)?;
                let name = path.display().to_string();
                let bytes = map.as_deref().unwrap_or_default();
                Model::read(&name, bytes, source.clone(), device, Shelving { folder, modified })
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
        let hash = || match &self.0.source {
            ModelSource::Bytes(bytes) => Ok(hexadecimal(&Sha256::digest(bytes))),
            ModelSource::Path(path) => hash_file(path).map(|digest| hexadecimal(&digest)).map_err(|error| error.kind()),
        };
        let failed = |kind: &std::io::ErrorKind| ModelError::Read {
            file: self.0.info.path.clone().unwrap_or_default(),
            source: (*kind).into(),
        };
        self.0.sha256.get_or_init(hash).as_deref().map_err(failed)
    }

    /// The same where it was read before, which can take a second; `None` before that.
    pub fn known_sha256(&self) -> Option<&str> {
        self.0.sha256.get().and_then(|digest| digest.as_deref().ok())
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
        source: ModelSource,
        device: DeviceChoice,
        Shelving { folder, modified }: Shelving<'_>,
    ) -> Result<Model> {
        let gguf = Gguf::parse(file, bytes)?;
        let config = Config::read(&gguf)?;
        let tokenizer = Tokenizer::read(&gguf)?;
        let template = read_template(&gguf, &tokenizer)?;
        let chosen = device::choose(device)?;
        let (context_length, vocabulary, family) = (config.context, config.vocabulary, config.family);
        let shelf = folder.filter(|_| chosen.has_kernels).and_then(|folder| Shelf::find(&gguf, modified, folder));
        let memory = if shelf.is_some() { "; weights shared" } else { "" };
        let weights = Arc::new(Network::load(&gguf, config, &chosen, shelf.as_ref())?);
        let how = weights.describe().map_or_else(String::new, |how| format!("; {how}"));
        let path = match &source {
            ModelSource::Path(path) => Some(path.clone()),
            ModelSource::Bytes(_) => None,
        };
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
            device_reason: chosen.reason + &how + memory,
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

/// A file's bytes and when it was modified.
fn open(path: &Path) -> Result<(Option<memmap2::Mmap>, Option<SystemTime>)> {
    let unreadable = |source| ModelError::Read { file: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let modified = file.metadata().and_then(|metadata| metadata.modified()).ok();
    Ok((map(&file).map_err(unreadable)?, modified))
}

/// `None` for an empty file, which can't be mapped.
fn map(file: &File) -> std::io::Result<Option<memmap2::Mmap>> {
    if file.metadata()?.len() == 0 {
        return Ok(None);
    }
    // SAFETY: the map is only read, and dropped when loading ends. Another program that cuts the file off meanwhile
    // could stop this one; every reader of mapped weights lives with that.
    unsafe { memmap2::Mmap::map(file) }.map(Some)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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
