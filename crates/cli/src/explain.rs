//! `solwright explain`: a detector's manual page.

use crate::{Outcome, args::Explain};
use anyhow::bail;
use solwright_checker::detectors;
use std::io::{Write, stdout};

pub fn run(command: &Explain) -> anyhow::Result<Outcome> {
    let mut out = stdout().lock();
    let Some(id) = &command.detector else {
        for detector in detectors::ALL {
            writeln!(out, "{:<26} {:<7} {}", detector.id, detector.severity, detector.title)?;
        }
        return Ok(Outcome::Fine);
    };
    let Some(manual) = detectors::manual(id) else {
        let ids: Vec<&str> = detectors::ALL.iter().map(|detector| detector.id).collect();
        bail!("there is no detector `{id}`, there are {}", ids.join(", "));
    };
    writeln!(out, "{manual}")?;
    Ok(Outcome::Fine)
}
