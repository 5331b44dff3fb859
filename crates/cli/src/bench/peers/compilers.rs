//! Compilers for peers that want a `solc` to start: ours, each behind a script, and npm's oldest behind Node.

use super::process::write_program;
use anyhow::Context;
use solwright_analysis::project::Sources;
use solwright_checker::compile::{Compilers, CompilersConfig, Installed, Origin, VersionRange, Via};
use std::{
    borrow::Cow,
    env, fs,
    path::{Path, PathBuf},
};

/// npm's solc as Solwright speaks to a native one; `MODULE` is its folder.
const NODE: &str = "#!/usr/bin/env node
const flags = process.argv.slice(2);
if (flags.includes('--version')) {
  console.log('Version: ' + require('MODULE/package.json').version);
} else {
  const solc = require('MODULE');
  const compile = solc.compileStandardWrapper || solc.compile;
  process.stdout.write(compile(require('fs').readFileSync(0, 'utf8')));
}
";

/// Programs that look like native compilers, the newest first.
#[derive(Default)]
pub struct Shims(Vec<(Installed, PathBuf)>);

impl Shims {
    /// Every compiler of this machine and of a `node_modules`, with scripts for them in `scratch`.
    pub fn write(modules: &Path, scratch: &Path) -> anyhow::Result<Self> {
        let mut shims: Vec<(Installed, PathBuf)> = Vec::new();
        for compiler in installed(modules) {
            if shims.iter().all(|(other, _)| other.version != compiler.version) {
                let program = shim(&compiler, scratch)
                    .with_context(|| format!("solc {} cannot be made ready for others' tools", compiler.version))?;
                shims.push((compiler, program));
            }
        }
        Ok(Self(shims))
    }

    /// A compiler for a file, and the file's text as that compiler takes it: where none satisfies the pragma, one of the same series
    /// must do, and the pragma names it.
    pub fn choose<'a>(&self, sources: &Sources, text: &'a str) -> Option<(&Path, Cow<'a, str>)> {
        let range = VersionRange::of(sources);
        if let Some((_, program)) = self.0.iter().find(|(compiler, _)| range.matches(&compiler.version)) {
            return Some((program, Cow::Borrowed(text)));
        }
        let own = VersionRange::of(&Sources::of_text("", text)).suggestion();
        let same = |compiler: &Installed| own.as_ref().is_none_or(|own| own.minor == compiler.version.minor);
        let (compiler, program) = self.0.iter().find(|(compiler, _)| same(compiler))?;
        Some((program, Cow::Owned(lifted(text, &compiler.version.to_string()))))
    }
}

fn installed(modules: &Path) -> Vec<Installed> {
    let mut found = Compilers::new(CompilersConfig::default()).list(Path::new("."));
    let packages = fs::read_dir(modules).into_iter().flatten().flatten();
    for folder in packages.filter(|entry| entry.file_name().to_string_lossy().starts_with("solc")) {
        let solc_path = Some(folder.path().join("soljson.js"));
        let compilers = Compilers::new(CompilersConfig { solc_path, ..CompilersConfig::default() });
        found.extend(compilers.list(modules).into_iter().find(|compiler| compiler.origin == Origin::User));
    }
    found.sort_by(|left, right| right.version.cmp(&left.version));
    found
}

/// The program to start for a compiler; one that runs in our process is made ready, which may take its time the first time.
fn shim(compiler: &Installed, scratch: &Path) -> anyhow::Result<PathBuf> {
    if compiler.via == Via::Native {
        return Ok(compiler.path.clone());
    }
    let mut answering = compiler.path.clone();
    if compiler.is_readable() {
        Compilers::new(CompilersConfig::default()).warm(compiler)?;
    } else {
        let module = answering.parent().unwrap_or(&answering).to_string_lossy().into_owned();
        answering = scratch.join(format!("node-solc-{}", compiler.version));
        write_program(&answering, &NODE.replace("MODULE", &module))?;
    }
    let program = scratch.join(format!("solc-{}", compiler.version));
    let (own, answering) = (own()?, answering.display());
    write_program(&program, &format!("#!/bin/sh\nexec '{}' solc run --solc '{answering}' -- \"$@\"\n", own.display()))?;
    Ok(program)
}

/// This program; that of tests lies in a folder beside it and is another.
pub fn own() -> std::io::Result<PathBuf> {
    let program = env::current_exe()?;
    let folders = if cfg!(test) { 2 } else { 0 };
    let beside =
        program.ancestors().nth(folders).unwrap_or(&program).join(format!("solwright{}", env::consts::EXE_SUFFIX));
    Ok(if cfg!(test) { beside } else { program })
}

/// The text with another version in its pragmas, on the lines where they are.
fn lifted(text: &str, version: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix("pragma solidity") {
        Some(rest) => format!("pragma solidity {version};{}", rest.split_once(';').map_or("", |(_, rest)| rest)),
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(text: &str) -> Option<(String, String)> {
        let solc = |version: &str| {
            let (path, via, origin) = (PathBuf::from(version), Via::Native, Origin::Native);
            (Installed { version: version.parse().unwrap(), path: path.clone(), via, origin }, path)
        };
        let shims = Shims(["0.8.37", "0.8.20", "0.4.26"].map(solc).into());
        let (program, text) = shims.choose(&Sources::of_text("A.sol", text), text)?;
        Some((program.display().to_string(), text.into_owned()))
    }

    #[track_caller]
    fn check(text: &str, version: &str, lifted: &str) {
        assert_eq!(choose(text), Some((version.to_owned(), lifted.to_owned())));
    }

    #[test]
    fn a_compiler_that_the_pragma_allows_takes_the_text_as_it_is() {
        check("contract A {}", "0.8.37", "contract A {}");
        check("pragma solidity 0.8.20;", "0.8.20", "pragma solidity 0.8.20;");
        check("pragma solidity ^0.4.2;", "0.4.26", "pragma solidity ^0.4.2;");
    }

    #[test]
    fn another_of_the_series_takes_it_with_its_own_version_where_the_pragma_stands() {
        check("a\n pragma solidity 0.4.9; // b\nc", "0.4.26", "a\npragma solidity 0.4.26; // b\nc");
        check("pragma solidity =0.8.3;", "0.8.37", "pragma solidity 0.8.37;");
    }

    #[test]
    fn without_a_compiler_of_the_series_there_is_none() {
        assert_eq!(choose("pragma solidity ^0.5.0;"), None);
    }
}
