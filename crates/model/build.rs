//! Finds the GGUF that the feature `bundled` compiles into the program.

use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rustc-check-cfg=cfg(bundled_model)");
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    println!("cargo::rerun-if-changed={}", models.display());
    if std::env::var_os("CARGO_FEATURE_BUNDLED").is_none() {
        return;
    }
    match &ggufs(&models)[..] {
        [] => println!("cargo::warning=`models/` holds no GGUF; this build has no bundled model"),
        [model] => {
            println!("cargo::rerun-if-changed={}", model.display());
            println!("cargo::rustc-env=SOLWRIGHT_BUNDLED_MODEL={}", model.display());
            println!("cargo::rustc-cfg=bundled_model");
        }
        many => println!("cargo::error=`models/` holds {} GGUFs, expected one: {many:?}", many.len()),
    }
}

fn ggufs(models: &Path) -> Vec<PathBuf> {
    let Ok(entries) = models.read_dir() else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "gguf")).collect()
}
