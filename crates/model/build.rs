//! Finds the GGUF that the feature `bundled` compiles into the program.

use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rustc-check-cfg=cfg(bundled_model)");
    // Paths are asked for now and watched relative to the package: a compiled script may be run for another checkout.
    let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let models = Path::new(&package).join("../../models");
    println!("cargo::rerun-if-changed=../../models");
    println!("cargo::rerun-if-env-changed=CARGO_MANIFEST_DIR");
    if std::env::var_os("CARGO_FEATURE_BUNDLED").is_none() {
        return;
    }
    match &ggufs(&models)[..] {
        [] => println!("cargo::warning=`models/` holds no GGUF; this build has no bundled model"),
        [model] => {
            let name = model.file_name().unwrap_or_default();
            println!("cargo::rerun-if-changed=../../models/{}", name.display());
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
