//! `cargo xtask cuda`: Solwright with its pass for NVIDIA's GPUs, built on a machine that needs neither a GPU nor CUDA.
//!
//! The compiler for GPUs comes by pip. The libraries that only the driver and the runtime have are stood in for by empty ones of the same
//! names while the program is linked; where it runs, the real ones are found.

use crate::{
    setup::step,
    shell::{cache, cargo, command, read, run, target},
};
use anyhow::{Context, bail, ensure};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

/// The compiler with what it includes, of one release.
const WHEELS: [&str; 5] = [
    "nvidia-cuda-nvcc==13.0.88",
    "nvidia-cuda-crt==13.0.88",
    "nvidia-cuda-runtime==13.0.88",
    "nvidia-nvvm==13.0.88",
    "nvidia-cuda-cccl==13.0.85",
];
/// Libraries that are linked to: the file that cudarc declares them in, their names to the linker and to the loader.
const LIBRARIES: [(&str, &str, &str); 5] = [
    ("driver", "libcuda.so", "libcuda.so.1"),
    ("cublas", "libcublas.so", "libcublas.so.13"),
    ("cublaslt", "libcublasLt.so", "libcublasLt.so.13"),
    ("curand", "libcurand.so", "libcurand.so.10"),
    ("nvrtc", "libnvrtc.so", "libnvrtc.so.13"),
];
/// The H200's and H100's; `CUDA_COMPUTE_CAP` chooses another.
const COMPUTE_CAP: &str = "90";

/// Builds the program and leaves it where `solwright` looks for it. `--dev` takes over what other builds have made and is not optimised as far.
pub fn build(profile: Option<&str>) -> anyhow::Result<()> {
    ensure!(cfg!(target_os = "linux"), "CUDA is built for Linux alone");
    let (profile, built) = match profile {
        None => ("release", "release"),
        Some("--dev") => ("dev", "debug"),
        Some(other) => bail!("`{other}` is nothing that `cargo xtask cuda` knows, there is `--dev`"),
    };
    let folder = cache().join("cuda");
    let home = toolkit(&folder)?;
    stubs(&home.join("lib"))?;
    step("solwright with CUDA (half an hour on two cores, the first time)");
    let path = env::join_paths(
        std::iter::once(home.join("bin")).chain(env::split_paths(&env::var_os("PATH").unwrap_or_default())),
    )?;
    let mut build = cargo(&["build", "--profile", profile, "--package", "solwright-cli", "--features", "cuda"]);
    // Flags for rustc would have everything built anew.
    build.env("PATH", path).env("LIBRARY_PATH", home.join("lib"));
    for name in ["CUDA_HOME", "CUDA_PATH", "CUDA_ROOT", "CUDA_TOOLKIT_ROOT_DIR"] {
        build.env(name, &home);
    }
    if env::var_os("CUDA_COMPUTE_CAP").is_none() {
        build.env("CUDA_COMPUTE_CAP", COMPUTE_CAP);
    }
    run(&mut build)?;
    let program = folder.join("solwright-cuda");
    fs::copy(target().join(built).join("solwright"), &program).context("the program was not built")?;
    eprintln!("`{}` is there; `solwright` starts it where a GPU is", program.display());
    Ok(())
}

/// The folder that a CUDA installation would be.
fn toolkit(folder: &Path) -> anyhow::Result<PathBuf> {
    let (python, home) = (folder.join("wheels"), folder.join("wheels/nvidia/cu13"));
    if !home.join("bin/nvcc").exists() {
        step("NVIDIA's compiler, by pip");
        run(command("python3")
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"])
            .arg(&python)
            .args(WHEELS))?;
    }
    ensure!(home.join("bin/nvcc").exists(), "the wheels hold no `nvcc` in `{}`", home.display());
    let runtime = home.join("lib/libcudart.so");
    if !runtime.exists() {
        #[cfg(unix)]
        std::os::unix::fs::symlink("libcudart.so.13", &runtime)?;
    }
    let other = home.join("lib64");
    if !other.exists() {
        #[cfg(unix)]
        std::os::unix::fs::symlink("lib", &other)?;
    }
    Ok(home)
}

/// Empty libraries with the functions that cudarc calls.
fn stubs(folder: &Path) -> anyhow::Result<()> {
    let sources = cudarc()?.join("src");
    for (module, file, loaded) in LIBRARIES {
        let path = sources.join(module).join("sys/mod.rs");
        let text = fs::read_to_string(&path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        let names = declared(&text);
        ensure!(!names.is_empty(), "`{}` declares no function", path.display());
        let source = folder.join(format!("{module}-stub.c"));
        fs::write(&source, names.iter().map(|name| format!("void {name}(void) {{}}\n")).collect::<String>())?;
        let name = format!("-Wl,-soname,{loaded}");
        run(command("cc").args(["-shared", "-fPIC", &name, "-o"]).arg(folder.join(file)).arg(&source))?;
    }
    Ok(())
}

/// Where cargo has unpacked cudarc.
fn cudarc() -> anyhow::Result<PathBuf> {
    let flags = ["metadata", "--format-version", "1", "--locked", "--features", "solwright-cli/cuda"];
    let metadata: Value = serde_json::from_str(&read(&mut cargo(&flags))?)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let manifest = packages.filter(|package| package["name"] == "cudarc").find_map(|one| one["manifest_path"].as_str());
    let manifest = Path::new(manifest.context("cargo knows no `cudarc`")?);
    Ok(manifest.parent().context("a manifest has a folder")?.to_owned())
}

/// Names after `fn` that CUDA's libraries begin theirs with.
fn declared(source: &str) -> BTreeSet<&str> {
    let names =
        source.split("fn ").skip(1).filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next());
    names.filter(|name| name.starts_with("cu") || name.starts_with("nvrtc")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_declared_is_found_once() {
        let source =
            "pub unsafe fn cuInit(Flags: u32) -> CUresult;\nfn bitand(self) {}\n fn nvrtcVersion();fn cuInit(a: u8)";
        assert_eq!(declared(source).into_iter().collect::<Vec<_>>(), ["cuInit", "nvrtcVersion"]);
    }
}
