//! Scratch.
#![allow(clippy::all, missing_docs)]
use solwright_checker::detectors::{Settings, run};
use solwright_analysis::{Program, project::{DiskFiles, Project}};
use std::{path::PathBuf, time::Instant};
fn main() {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let settings = Settings::default();
    for path in std::env::args().skip(2).map(PathBuf::from) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let project = Project::discover(&path);
        let t = Instant::now();
        let mut sources = project.load(&path, &text, &DiskFiles);
        let load = t.elapsed();
        let program = Program::build(&sources);
        let build = t.elapsed();
        let found = run(&program, &settings);
        let total = t.elapsed();
        if mode == "time" {
            println!("{} cold: load {:?} build {:?} total {:?} files {} missing {} damage {:?}", path.display(), load, build - load, total, sources.files.len(), sources.missing.len(), program.file(0).damage);
            for i in 0..8 { 
                let edited = format!("{text}\n// {i}"); 
                let t = Instant::now(); sources = sources.with_main(&edited); let a = t.elapsed(); let p = Program::build(&sources); let b = t.elapsed(); run(&p, &settings); println!("  warm: load {:?} build {:?} detect {:?} total {:?}", a, b - a, t.elapsed() - b, t.elapsed()); }
        }
        if mode == "facts" {
            for id in program.main_functions() { let f = solwright_analysis::facts::facts_of(&program, id); println!("{} access {:?}\n  guards {:?}", f.name, f.access, f.guards.iter().map(|g| (g.kind, &g.text)).collect::<Vec<_>>()); for c in &f.calls { println!("   call {} target {:?} {:?} checked {} entitled {} guards {:?}", c.text, c.target_taint, c.target_origin, c.target_checked, c.is_entitled, c.guards); } }
        }
        for (i, _) in program.file(0).damage.iter().enumerate() { let d = &program.file(0).damage[i]; println!("D\t{}\t{}\t{}", path.display(), text[..d.0.start.min(text.len())].lines().count(), d.1); }
        for f in found { let line = text[..f.span.start].matches('\n').count() + 1; let end = text[..f.span.end].matches('\n').count() + 1; println!("F\t{}\t{}\t{}\t{}\t{}\t{}\t{}", path.display(), line, end, f.detector, f.severity, f.confidence, f.message.replace('\n'," ")); }
        if total.as_millis() > 500 { println!("SLOW {} {:?}", path.display(), total); }
    }
}
