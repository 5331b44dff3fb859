//! Trees by content, so that a keystroke in one file parses that file alone.

use super::{FileIr, parse};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

/// Bytes of text whose trees are kept.
const MAX_BYTES: usize = 96 << 20;

#[derive(Default)]
struct Cache {
    trees: HashMap<u64, (Arc<str>, Arc<FileIr>)>,
    bytes: usize,
}

static CACHE: LazyLock<Mutex<Cache>> = LazyLock::new(Mutex::default);

/// The trees of `texts`, in order, each with a hash of its text.
pub fn file_ir(texts: &[Arc<str>]) -> Vec<(Arc<FileIr>, u64)> {
    let keys: Vec<u64> = texts.iter().map(hash).collect();
    let mut found: Vec<Option<Arc<FileIr>>> = {
        let cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
        keys.iter().zip(texts).map(|(key, text)| cache.get(*key, text)).collect()
    };
    let missing: Vec<usize> = (0..texts.len()).filter(|&at| found[at].is_none()).collect();
    if !missing.is_empty() {
        let parsed = parse(&missing.iter().map(|&at| texts[at].as_ref()).collect::<Vec<_>>());
        let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
        for (&at, file) in missing.iter().zip(parsed) {
            let file = Arc::new(file);
            cache.insert(keys[at], texts[at].clone(), file.clone());
            found[at] = Some(file);
        }
    }
    found.into_iter().map(Option::unwrap_or_default).zip(keys).collect()
}

fn hash(text: &Arc<str>) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl Cache {
    fn get(&self, key: u64, text: &Arc<str>) -> Option<Arc<FileIr>> {
        let (known, tree) = self.trees.get(&key)?;
        (Arc::ptr_eq(known, text) || known == text).then(|| tree.clone())
    }

    /// A full cache is emptied: what is still in use comes back with the next keystroke.
    fn insert(&mut self, key: u64, text: Arc<str>, tree: Arc<FileIr>) {
        if self.bytes + text.len() > MAX_BYTES {
            *self = Self::default();
        }
        self.bytes += text.len();
        self.trees.insert(key, (text, tree));
    }
}
