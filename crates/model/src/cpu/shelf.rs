//! Packed weights in a file that processes share: a second one on the same model packs nothing, and next to no memory is added.
//!
//! The file holds the tiles of every matrix one after the other, and behind them a checksum of each, so that what a crash or a full disk
//! left unfinished is known and made again. Its name is a hash of what the tiles are made from and of how they are laid out.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use memmap2::Mmap;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::tiles::{LAYOUT, Tiles};
use crate::error::{ModelError, Result};
use crate::gguf::Gguf;

/// What nobody has loaded for so long is deleted when another model is packed.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Nobody writes for so long.
const WRITTEN: Duration = Duration::from_secs(60 * 60);
const EXTENSION: &str = "tiles";
const UNFINISHED: &str = ".new-";

/// The tiles of one model.
pub(crate) struct Shelf {
    map: Arc<Mmap>,
    places: HashMap<String, Range<usize>>,
}

impl Shelf {
    /// The shelf of a model in `folder`, if it was filled. `modified` is when the model's file was.
    pub(crate) fn find(gguf: &Gguf<'_>, modified: Option<SystemTime>, folder: &Path) -> Option<Shelf> {
        let path = path_of(gguf, modified, folder);
        let shelf = Shelf::read(gguf, &matrices(gguf), &path)?;
        // Only to be kept longer.
        let _ = File::options().write(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        Some(shelf)
    }

    /// Packs every matrix and writes it at once, so that no more than one is in memory.
    ///
    /// # Errors
    /// When the folder cannot be written to, or a tensor cannot be packed.
    pub(crate) fn fill(gguf: &Gguf<'_>, modified: Option<SystemTime>, folder: &Path) -> Result<()> {
        let path = path_of(gguf, modified, folder);
        let failed = |source| ModelError::Shelf { file: path.clone(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        prune(folder);
        let mut fresh = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder).map_err(failed)?;
        let mut sums = Vec::new();
        for name in matrices(gguf) {
            let tiles = Tiles::load(gguf, name, None)?;
            sums.extend(crc32fast::hash(tiles.bytes()).to_le_bytes());
            fresh.write_all(tiles.bytes()).map_err(failed)?;
        }
        fresh.write_all(&sums).map_err(failed)?;
        fresh.persist(&path).map(drop).map_err(|error| failed(error.error))
    }

    /// `None` where there is no file, or not a whole one.
    fn read(gguf: &Gguf<'_>, names: &[&str], path: &Path) -> Option<Shelf> {
        let mut places = Vec::with_capacity(names.len());
        let mut end = 0;
        for name in names {
            let start = end;
            end += Tiles::size(gguf.tensor_info(name)?);
            places.push(start..end);
        }
        let file = File::open(path).ok()?;
        if file.metadata().ok()?.len() != (end + size_of::<u32>() * names.len()) as u64 {
            return None;
        }
        // SAFETY: only `fill` writes there, whole files by rename, into the user's own cache folder, and nobody writes to them again.
        let map = unsafe { Mmap::map(&file) }.ok()?;
        let sums = map[end..].as_chunks::<4>().0;
        let is_whole =
            |(place, sum): (&Range<usize>, &[u8; 4])| crc32fast::hash(&map[place.clone()]).to_le_bytes() == *sum;
        if !places.par_iter().zip(sums).all(is_whole) {
            return None;
        }
        let names = names.iter().map(|name| (*name).to_owned());
        Some(Shelf { places: names.zip(places).collect(), map: Arc::new(map) })
    }

    /// Where a matrix's tiles are.
    pub(super) fn place(&self, name: &str) -> Option<(Arc<Mmap>, Range<usize>)> {
        Some((Arc::clone(&self.map), self.places.get(name)?.clone()))
    }
}

/// Names of the tensors that become tiles, in the order in which they lie on the shelf.
fn matrices<'a>(gguf: &Gguf<'a>) -> Vec<&'a str> {
    let matrices = gguf.tensors().filter(|(_, info)| info.shape.len() == 2);
    let mut names: Vec<&str> = matrices.map(|(name, _)| name).collect();
    names.sort_unstable();
    names
}

fn path_of(gguf: &Gguf<'_>, modified: Option<SystemTime>, folder: &Path) -> PathBuf {
    folder.join(name_of(gguf, modified)).with_extension(EXTENSION)
}

/// A hash of the header, of the beginning of every tensor, of the file's length and age, and of the layout.
fn name_of(gguf: &Gguf<'_>, modified: Option<SystemTime>) -> String {
    const BEGINNING: usize = 4096;
    let mut hash = Sha256::new();
    hash.update(LAYOUT.to_le_bytes());
    let age = modified.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    hash.update(age.unwrap_or_default().as_nanos().to_le_bytes());
    hash.update(gguf.header());
    let mut tensors: Vec<_> = gguf.tensors().collect();
    tensors.sort_unstable_by_key(|(name, _)| *name);
    for (name, _) in tensors {
        let Ok((_, bytes)) = gguf.tensor_bytes(name) else { continue };
        hash.update(bytes.len().to_le_bytes());
        hash.update(&bytes[..bytes.len().min(BEGINNING)]);
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Deletes shelves that nobody has used for long, and what was left unfinished. What cannot be deleted stays.
fn prune(folder: &Path) {
    let is_done_with = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let most = match path.extension() {
            _ if name.starts_with(UNFINISHED) => WRITTEN,
            Some(extension) if extension == EXTENSION => KEPT,
            _ => return false,
        };
        let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
        modified.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > most))
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(is_done_with).for_each(|path| drop(fs::remove_file(path)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Fixture, Quantization};

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    fn files(folder: &Path) -> Vec<PathBuf> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    #[test]
    fn a_shelf_holds_what_packing_gives() {
        let (bytes, folder) = (Fixture::new(Quantization::Q4KM).bytes(), folder());
        let gguf = Gguf::parse("fixture", &bytes).unwrap();
        assert!(Shelf::find(&gguf, None, folder.path()).is_none());
        for _ in 0..2 {
            Shelf::fill(&gguf, None, folder.path()).unwrap();
            let shelf = Shelf::find(&gguf, None, folder.path()).unwrap();
            for name in matrices(&gguf) {
                let (own, shared) =
                    (Tiles::load(&gguf, name, None).unwrap(), Tiles::load(&gguf, name, Some(&shelf)).unwrap());
                assert_eq!(own.bytes(), shared.bytes(), "{name}");
            }
            assert_eq!(files(folder.path()).len(), 1);
        }
    }

    #[test]
    fn what_is_damaged_is_not_found_and_made_again() {
        let (bytes, folder) = (Fixture::new(Quantization::Q4KM).bytes(), folder());
        let gguf = Gguf::parse("fixture", &bytes).unwrap();
        Shelf::fill(&gguf, None, folder.path()).unwrap();
        let path = files(folder.path()).remove(0);
        let whole = fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        flipped[100] ^= 1;
        for damaged in [&whole[..whole.len() - 1], &flipped, &[]] {
            fs::write(&path, damaged).unwrap();
            assert!(Shelf::find(&gguf, None, folder.path()).is_none());
            Shelf::fill(&gguf, None, folder.path()).unwrap();
            assert_eq!(fs::read(&path).unwrap(), whole);
        }
    }

    #[test]
    fn what_nobody_uses_is_deleted_and_nothing_else() {
        let (bytes, folder) = (Fixture::new(Quantization::Q8_0).bytes(), folder());
        let old = SystemTime::now() - 2 * KEPT;
        for name in ["old.tiles", "new.tiles", ".new-unfinished", "other.txt"] {
            let file = File::create(folder.path().join(name)).unwrap();
            if name != "new.tiles" {
                file.set_modified(old).unwrap();
            }
        }
        Shelf::fill(&Gguf::parse("fixture", &bytes).unwrap(), None, folder.path()).unwrap();
        let mut left: Vec<_> =
            files(folder.path()).into_iter().filter_map(|path| path.file_name().map(|name| name.to_owned())).collect();
        left.sort();
        assert_eq!(left.len(), 3, "{left:?}");
        assert!(left.contains(&"new.tiles".into()) && left.contains(&"other.txt".into()), "{left:?}");
    }

    #[test]
    fn another_model_or_age_has_a_shelf_of_its_own() {
        let bytes = Fixture::new(Quantization::Q8_0).bytes();
        let mut other = bytes.clone();
        let gguf = Gguf::parse("fixture", &bytes).unwrap();
        other[gguf.header().len() + 8] ^= 1;
        let changed = Gguf::parse("fixture", &other).unwrap();
        let later = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1));
        let names = [name_of(&gguf, None), name_of(&changed, None), name_of(&gguf, later)];
        assert!(names[0] != names[1] && names[0] != names[2] && names[1] != names[2], "{names:?}");
    }

    #[test]
    fn a_folder_that_cannot_be_is_an_error_with_its_name() {
        let (bytes, folder) = (Fixture::new(Quantization::Q4KM).bytes(), folder());
        let gguf = Gguf::parse("fixture", &bytes).unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Shelf::fill(&gguf, None, &file.join("below")).unwrap_err();
        assert!(error.to_string().contains("below"), "{error}");
    }
}
