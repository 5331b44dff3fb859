//! The weights where they run: by our kernels on a CPU, by candle on a GPU.

use crate::cancel::Cancel;
use crate::config::{Config, Family};
use crate::device::Chosen;
use crate::error::Result;
use crate::gguf::Gguf;
use crate::{Logits, candle, cpu, qwen2};

pub(crate) enum Network {
    Cpu(Box<qwen2::Qwen2>),
    Gpu(Box<candle::Qwen2>),
}

/// Keys and values of one sequence.
#[derive(Clone)]
pub(crate) enum KvCache {
    Cpu(cpu::KvCache),
    Gpu(candle::KvCache),
}

/// New tokens of one sequence, and what it knows already.
pub(crate) struct NewTokens<'a, Cache = KvCache> {
    pub(crate) tokens: &'a [u32],
    pub(crate) cache: &'a mut Cache,
    /// Whether the logits after each token are wanted, not only after the last.
    pub(crate) every: bool,
}

impl<Cache> NewTokens<'_, Cache> {
    /// How many of the last tokens logits are wanted after.
    pub(crate) fn wanted(&self) -> usize {
        if self.every { self.tokens.len() } else { 1 }
    }
}

impl Network {
    /// `shelf` holds weights for the CPU.
    pub(crate) fn load(
        gguf: &Gguf<'_>,
        config: Config,
        chosen: &Chosen,
        shelf: Option<&cpu::Shelf>,
    ) -> Result<Network> {
        Ok(match &chosen.device {
            _ if chosen.has_kernels => {
                let cpu = cpu::Cpu::new(candle_core::utils::get_num_threads());
                Network::Cpu(Box::new(qwen2::Qwen2::load(gguf, config, cpu, shelf)?))
            }
            device if config.family == Family::Qwen2 => {
                Network::Gpu(Box::new(candle::Qwen2::load(gguf, config, device)?))
            }
            _ => {
                let problem = format!("its architecture is `{}`, and GPUs run `qwen2` alone", config.family.name());
                return Err(gguf.unsupported(problem, "run it on the CPU"));
            }
        })
    }

    pub(crate) fn config(&self) -> &Config {
        match self {
            Network::Cpu(network) => network.config(),
            Network::Gpu(network) => network.config(),
        }
    }

    /// What runs it, beyond the device's name.
    pub(crate) fn describe(&self) -> Option<String> {
        match self {
            Network::Cpu(network) => Some(network.describe()),
            Network::Gpu(_) => None,
        }
    }

    pub(crate) fn cache(&self) -> KvCache {
        match self {
            Network::Cpu(_) => KvCache::Cpu(cpu::KvCache::default()),
            Network::Gpu(_) => KvCache::Gpu(candle::KvCache::default()),
        }
    }

    /// Reads the new tokens of every sequence; gives, for each, the logits after its last token or after every one. On an error
    /// the caches hold what they held before. The caches are this network's own.
    pub(crate) fn forward(&self, batch: Vec<NewTokens<'_>>, cancel: &Cancel) -> Result<Vec<Vec<Logits>>> {
        match self {
            Network::Cpu(network) => {
                let ours = batch.into_iter().filter_map(|NewTokens { tokens, cache, every }| match cache {
                    KvCache::Cpu(cache) => Some(NewTokens { tokens, cache, every }),
                    KvCache::Gpu(_) => None,
                });
                network.forward(&mut ours.collect::<Vec<_>>(), cancel)
            }
            Network::Gpu(network) => {
                let ours = batch.into_iter().filter_map(|NewTokens { tokens, cache, every }| match cache {
                    KvCache::Gpu(cache) => Some(NewTokens { tokens, cache, every }),
                    KvCache::Cpu(_) => None,
                });
                network.forward(&mut ours.collect::<Vec<_>>(), cancel)
            }
        }
    }
}

impl KvCache {
    /// Forgets all but the first `length` tokens.
    pub(crate) fn truncate(&mut self, length: usize) {
        match self {
            KvCache::Cpu(cache) => cache.truncate(length),
            KvCache::Gpu(cache) => cache.truncate(length),
        }
    }
}
