//! How fast memory is read: no token can be decoded faster than the weights come from there.

use std::{hint::black_box, thread, time::Instant};

/// Far more than any cache holds.
const WORDS: usize = 1 << 26;
const ROUNDS: usize = 5;

/// Gigabytes a second that so many threads read together, the best of some rounds.
pub fn bandwidth(threads: usize) -> f64 {
    let threads = threads.max(1);
    let memory: Vec<u64> = (0..WORDS as u64).collect();
    let round = || {
        let start = Instant::now();
        thread::scope(|scope| {
            for part in memory.chunks(WORDS.div_ceil(threads)) {
                scope.spawn(|| black_box(sum(part)));
            }
        });
        size_of_val(&memory[..]) as f64 / start.elapsed().as_secs_f64() / 1e9
    };
    (0..ROUNDS).map(|_| round()).fold(0.0, f64::max)
}

/// Eight sums side by side, so that no addition waits for another.
fn sum(words: &[u64]) -> u64 {
    let mut sums = [0u64; 8];
    for words in words.as_chunks::<8>().0 {
        for (sum, word) in sums.iter_mut().zip(words) {
            *sum = sum.wrapping_add(*word);
        }
    }
    sums.iter().fold(0, |all, sum| all.wrapping_add(*sum))
}
