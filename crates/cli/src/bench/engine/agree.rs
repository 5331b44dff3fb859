//! Whether a GPU says what the CPU says: the logits of both after the same tokens.

use crate::{Outcome, setup};
use solwright_model::{Cancel, DeviceChoice, Logits, Model};
use std::{
    io::{Write, stdout},
    path::PathBuf,
};

/// Tokens of the prompt, then so many times eight that are read at once, as candidates and guesses are.
const PROMPT: usize = 64;
const AT_ONCE: usize = 8;
const TIMES: usize = 16;

/// Rounding activations to 8 bits moves logits by some hundredths of their spread, on random weights more than on learnt ones.
const MOST_APART: f64 = 0.1;

/// What became of one model on two devices.
struct Agreement {
    positions: usize,
    /// Where both find the same token the best.
    same_best: usize,
    /// Root mean square of the differences, as a share of the logits' deviation.
    apart: f64,
    /// The largest difference, likewise.
    most: f64,
}

/// A row for each model; the answer is no where one is further apart than rounding explains.
pub fn run(models: &[Option<PathBuf>]) -> anyhow::Result<Outcome> {
    let mut agree = true;
    let mut out = stdout().lock();
    writeln!(out, "| model | device | positions | same best token | apart, of the logits' deviation | at most |")?;
    writeln!(out, "|---|---|--:|--:|--:|--:|")?;
    for path in models {
        let load = |device| anyhow::Ok(Model::load(setup::model_source(path.as_deref())?, device)?);
        let cpu = load(DeviceChoice::Cpu)?;
        let auto = load(DeviceChoice::Auto)?;
        let other = if auto.info().device == "cpu" { load(DeviceChoice::Reference)? } else { auto };
        let held = Agreement::of(&logits(&cpu)?, &logits(&other)?);
        let (info, Agreement { positions, same_best, apart, most }) = (other.info(), &held);
        writeln!(
            out,
            "| {} {} | {} | {positions} | {same_best} | {apart:.4} | {most:.3} |",
            info.name, info.quantization, info.device
        )?;
        agree &= held.apart <= MOST_APART;
    }
    Ok(if agree { Outcome::Fine } else { Outcome::No })
}

/// Logits after the prompt, and after every token behind it.
fn logits(model: &Model) -> anyhow::Result<Vec<Logits>> {
    let never = Cancel::new();
    let known = (model.info().vocabulary as u32).min(8_000);
    let tokens: Vec<u32> = (0..PROMPT + AT_ONCE * TIMES).map(|at| (at as u32 * 7_919 + 13) % known).collect();
    let mut session = model.session();
    let mut logits = vec![session.prefill(&tokens[..PROMPT], &never)?];
    for eight in tokens[PROMPT..].chunks(AT_ONCE) {
        logits.extend(session.verify(eight, &never)?);
    }
    Ok(logits)
}

impl Agreement {
    fn of(ours: &[Logits], theirs: &[Logits]) -> Self {
        let best = |logits: &Logits| (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
        let pairs = || ours.iter().zip(theirs).flat_map(|(a, b)| a.iter().zip(b));
        let all = || pairs().map(|(a, b)| (f64::from(*a), f64::from(*b)));
        let count = all().count().max(1) as f64;
        let mean = all().map(|(a, _)| a).sum::<f64>() / count;
        let deviation = (all().map(|(a, _)| (a - mean).powi(2)).sum::<f64>() / count).sqrt();
        Self {
            positions: ours.len(),
            same_best: ours.iter().zip(theirs).filter(|(a, b)| best(a) == best(b)).count(),
            apart: (all().map(|(a, b)| (a - b).powi(2)).sum::<f64>() / count).sqrt() / deviation,
            most: all().map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / deviation,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_is_not_apart_and_what_is_not_is() {
        let ours = vec![vec![1.0, -1.0], vec![-1.0, 1.0]];
        let same = Agreement::of(&ours, &ours);
        assert_eq!((same.positions, same.same_best, same.apart, same.most), (2, 2, 0.0, 0.0));
        let other = Agreement::of(&ours, &[vec![1.0, -1.0], vec![1.0, -1.0]]);
        assert_eq!((other.same_best, other.most), (1, 2.0));
        assert!(other.apart > MOST_APART);
        assert!(Agreement::of(&ours, &[vec![f32::NAN; 2], vec![f32::NAN; 2]]).apart.is_nan());
    }

    #[test]
    fn the_bundled_model_says_the_same_by_what_gpus_run() {
        assert!(matches!(run(&[None]).unwrap(), Outcome::Fine));
    }
}
