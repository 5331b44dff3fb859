//! Speed of one GGUF: `cargo run --release -p solwright-model --example bench -- MODEL.gguf [PROMPT_TOKENS]`.
//!
//! Threads are candle's: `RAYON_NUM_THREADS` sets them, and every figure is the best of several runs.

use std::path::PathBuf;
use std::time::Instant;

use solwright_model::{Cancel, DeviceChoice, Model, ModelError, ModelSource, Session};

const RUNS: usize = 5;
const STEPS: usize = 64;
const CANDIDATES: [usize; 3] = [4, 8, 16];

#[allow(clippy::print_stdout)]
fn main() -> Result<(), ModelError> {
    let mut arguments = std::env::args().skip(1);
    let source = match arguments.next() {
        Some(path) => ModelSource::Path(PathBuf::from(path)),
        None => ModelSource::Bytes(Model::bundled().unwrap_or_default()),
    };
    let prompt = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(500);

    let start = Instant::now();
    let model = Model::load(source, DeviceChoice::Auto)?;
    let load = start.elapsed().as_secs_f64();
    let info = model.info();
    println!(
        "{} {} {} parameters, on {} ({})",
        info.name, info.quantization, info.parameters, info.device, info.device_reason
    );
    println!("threads       {}", candle_core::utils::get_num_threads());
    println!("load          {:8.1} ms", load * 1e3);

    let prompt = prompt.min(info.context_length.saturating_sub(STEPS + 1)).max(1);
    let tokens: Vec<u32> = (0..prompt as u32).map(|index| index * 7919 % info.vocabulary as u32).collect();
    let mut read = model.session();
    let prefill = best(|| {
        read = model.session();
        read.prefill(&tokens, &Cancel::new()).map(drop)
    })?;
    println!("prefill       {:8.0} tokens/s ({prompt} tokens)", prompt as f64 / prefill);
    println!("first token   {:8.1} ms", prefill * 1e3);

    let decode = best(|| {
        let mut session = read.fork();
        (0..STEPS).try_for_each(|step| session.step(step as u32).map(drop))
    })?;
    println!("decode        {:8.0} tokens/s", STEPS as f64 / decode);
    for count in CANDIDATES {
        let seconds = best(|| decode_together(&read, count))?;
        println!("decode x {count:<2}   {:8.0} tokens/s together", (STEPS * count) as f64 / seconds);
    }
    Ok(())
}

fn decode_together(read: &Session, count: usize) -> Result<(), ModelError> {
    let mut sessions: Vec<Session> = (0..count).map(|_| read.fork()).collect();
    let tokens: Vec<u32> = (0..count as u32).collect();
    let mut sessions: Vec<&mut Session> = sessions.iter_mut().collect();
    (0..STEPS).try_for_each(|_| Session::step_batch(&mut sessions, &tokens).map(drop))
}

/// Seconds of the fastest of several runs; the first, which warms caches, seldom is.
fn best(mut run: impl FnMut() -> Result<(), ModelError>) -> Result<f64, ModelError> {
    let mut best = f64::INFINITY;
    for _ in 0..RUNS {
        let start = Instant::now();
        run()?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok(best)
}
