//! Where texts come from: the disk, or unsaved buffers above it.

use std::{
    collections::HashMap,
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Files above this size are refused: no contract is that long, and a parser would stall on it.
pub const MAX_FILE_BYTES: u64 = 10 * 1024 * 1024;

/// Something that can be asked for a file's text.
pub trait Files: Send + Sync {
    /// The text of the file at an absolute path.
    fn read(&self, path: &Path) -> Result<Arc<str>, ReadError>;
}

/// Why a file's text cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is no such file.
    #[error("the file does not exist")]
    NotFound,
    /// The bytes are no UTF-8.
    #[error("the file is not UTF-8 text, save it as UTF-8 without a byte order mark")]
    NotUtf8,
    /// The file is longer than [`MAX_FILE_BYTES`].
    #[error("the file has {0} bytes, more than the limit of 10 MiB, split it or leave it out of the project")]
    TooLarge(u64),
    /// The system would not give it.
    #[error("the file cannot be read: {0}")]
    Io(String),
}

/// The files as they are saved.
#[derive(Clone, Copy, Debug, Default)]
pub struct DiskFiles;

/// Unsaved texts, which win over the files below them.
pub struct Overlay<F> {
    /// Texts by absolute path.
    pub texts: HashMap<PathBuf, Arc<str>>,
    /// What lies below.
    pub below: F,
}

impl Files for DiskFiles {
    fn read(&self, path: &Path) -> Result<Arc<str>, ReadError> {
        let io = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => ReadError::NotFound,
            _ => ReadError::Io(error.kind().to_string()),
        };
        let file = std::fs::File::open(path).map_err(io)?;
        let meta = file.metadata().map_err(io)?;
        if !meta.is_file() {
            return Err(ReadError::NotFound);
        }
        // The length may change while we read, so the reader is bounded as well.
        let mut bytes = Vec::with_capacity(usize::try_from(meta.len().min(MAX_FILE_BYTES)).unwrap_or(0) + 1);
        file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(io)?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(ReadError::TooLarge(meta.len().max(bytes.len() as u64)));
        }
        String::from_utf8(bytes).map(Arc::from).map_err(|_| ReadError::NotUtf8)
    }
}

impl<F: Files> Files for Overlay<F> {
    fn read(&self, path: &Path) -> Result<Arc<str>, ReadError> {
        match self.texts.get(path) {
            Some(text) => Ok(text.clone()),
            None => self.below.read(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_utf8_is_refused_with_a_remedy() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("A.sol");
        std::fs::write(&path, b"contract \xff {}").unwrap();
        assert_eq!(DiskFiles.read(&path), Err(ReadError::NotUtf8));
        assert!(ReadError::NotUtf8.to_string().contains("save it as UTF-8"));
    }

    #[test]
    fn a_file_above_ten_megabytes_is_refused_with_its_size() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("A.sol");
        std::fs::write(&path, vec![b' '; 11 * 1024 * 1024]).unwrap();
        assert_eq!(DiskFiles.read(&path), Err(ReadError::TooLarge(11 * 1024 * 1024)));
    }

    #[test]
    fn a_folder_is_no_file() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(DiskFiles.read(dir.path()), Err(ReadError::NotFound));
    }

    #[test]
    fn an_unsaved_buffer_wins_over_the_disk() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("A.sol");
        std::fs::write(&path, "contract Saved {}").unwrap();
        let overlay =
            Overlay { texts: HashMap::from([(path.clone(), Arc::from("contract Typed {}"))]), below: DiskFiles };
        assert_eq!(overlay.read(&path).unwrap().as_ref(), "contract Typed {}");
    }
}
