//! Picks the next token from logits.

/// How to pick. `Sampling::greedy()` takes the best token each time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// Divides the logits; 0 is greedy.
    pub temperature: f32,
    /// Keeps the fewest tokens whose probabilities sum to this; 1 keeps all.
    pub top_p: f32,
    /// Keeps this many tokens; 0 keeps all.
    pub top_k: usize,
    /// Drops tokens less likely than this share of the best one; 0 keeps all.
    pub min_p: f32,
    /// Divides the logits of recent tokens; 1 leaves them.
    pub repetition_penalty: f32,
    /// The same seed, logits and settings give the same tokens, on any machine.
    pub seed: u64,
}

impl Sampling {
    /// Takes the best token each time.
    pub fn greedy() -> Sampling {
        Sampling { temperature: 0.0, top_p: 1.0, top_k: 0, min_p: 0.0, repetition_penalty: 1.0, seed: 0 }
    }
}

impl Default for Sampling {
    fn default() -> Sampling {
        Sampling { temperature: 0.8, top_p: 0.95, top_k: 40, min_p: 0.05, repetition_penalty: 1.05, seed: 0 }
    }
}

/// Draws tokens; holds the state of the random numbers.
#[derive(Clone, Debug)]
pub struct Sampler {
    sampling: Sampling,
    random: SplitMix64,
}

impl Sampler {
    /// A sampler at the start of its seed's sequence.
    pub fn new(sampling: Sampling) -> Sampler {
        Sampler { sampling, random: SplitMix64(sampling.seed) }
    }

    /// Picks a token. The penalty for tokens in `recent` is applied to `logits` in place; a logit of negative infinity
    /// (a masked token) or NaN is never picked while another is left.
    pub fn sample(&mut self, logits: &mut [f32], recent: &[u32]) -> u32 {
        penalize(logits, recent, self.sampling.repetition_penalty);
        if self.sampling.temperature.is_nan() || self.sampling.temperature <= 0.0 {
            return best(logits);
        }
        let candidates = self.candidates(logits);
        draw(&candidates, self.random.next_unit()).unwrap_or_else(|| best(logits))
    }

    /// Tokens that may be drawn with their weights, likeliest first: temperature, then top-k, min-p, top-p.
    fn candidates(&self, logits: &[f32]) -> Vec<(u32, f32)> {
        let Sampling { temperature, top_p, top_k, min_p, .. } = self.sampling;
        let highest = logits.iter().copied().filter(|logit| !logit.is_nan()).fold(f32::NEG_INFINITY, f32::max);
        // What min-p drops below in any case need not be sorted; a shade more is kept, for rounding.
        let least = if min_p > 0.0 { highest + (min_p.ln() - 0.01) * temperature } else { f32::NEG_INFINITY };
        let mut candidates: Vec<(u32, f32)> = (0..)
            .zip(logits.iter().copied())
            .filter(|(_, logit)| *logit > f32::NEG_INFINITY && *logit >= least)
            .collect();
        let by_logit = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if (1..candidates.len()).contains(&top_k) {
            candidates.select_nth_unstable_by(top_k - 1, by_logit);
            candidates.truncate(top_k);
        }
        candidates.sort_unstable_by(by_logit);
        for (_, weight) in &mut candidates {
            *weight = ((*weight - highest) / temperature).exp();
        }
        candidates.retain(|(_, weight)| *weight >= min_p);
        let total: f32 = candidates.iter().map(|(_, weight)| weight).sum();
        let mut sum = 0.0;
        let nucleus = candidates.iter().position(|(_, weight)| {
            sum += weight;
            sum >= top_p * total
        });
        candidates.truncate(nucleus.map_or(candidates.len(), |last| last + 1));
        candidates
    }
}

/// The rule of CTRL (Keskar et al. 2019): divide positive logits, multiply negative ones, each token once.
fn penalize(logits: &mut [f32], recent: &[u32], penalty: f32) {
    if penalty == 1.0 || !penalty.is_finite() || penalty <= 0.0 {
        return;
    }
    let mut seen: Vec<u32> = recent.to_vec();
    seen.sort_unstable();
    seen.dedup();
    for token in seen {
        if let Some(logit) = logits.get_mut(token as usize) {
            *logit = if *logit > 0.0 { *logit / penalty } else { *logit * penalty };
        }
    }
}

fn best(logits: &[f32]) -> u32 {
    let numbers = (0..).zip(logits).filter(|(_, logit)| !logit.is_nan());
    numbers.reduce(|best, next| if next.1 > best.1 { next } else { best }).map_or(0, |(token, _)| token)
}

fn draw(candidates: &[(u32, f32)], unit: f32) -> Option<u32> {
    let total: f32 = candidates.iter().map(|(_, weight)| weight).sum();
    let mut left = unit * total;
    for (token, weight) in candidates {
        left -= weight;
        if left < 0.0 {
            return Some(*token);
        }
    }
    candidates.last().map(|(token, _)| *token)
}

/// Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014): five lines that never change under
/// us, where a library's generator may change with its version.
#[derive(Clone, Debug)]
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number in [0, 1) with 24 random bits, all that an `f32` holds.
    fn next_unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u32 << 24) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 5] = [1.0, 3.0, f32::NEG_INFINITY, 2.0, f32::NAN];

    #[test]
    fn greedy_takes_the_best_number() {
        assert_eq!(sample(Sampling::greedy(), &[]), 1);
        assert_eq!(Sampler::new(Sampling::greedy()).sample(&mut [f32::NAN; 3], &[]), 0);
        assert_eq!(Sampler::new(Sampling::greedy()).sample(&mut [], &[]), 0);
    }

    #[test]
    fn a_seed_repeats_its_tokens() {
        let draw = |seed| {
            let mut sampler = Sampler::new(Sampling { temperature: 5.0, seed, ..plain() });
            (0..50).map(|_| sampler.sample(&mut LOGITS.clone(), &[])).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert!(draw(1).iter().all(|token| [0, 1, 3].contains(token)));
    }

    #[test]
    fn draws_follow_the_probabilities() {
        let mut sampler = Sampler::new(plain());
        let mut counts = [0u32; 5];
        for _ in 0..10_000 {
            counts[sampler.sample(&mut LOGITS.clone(), &[]) as usize] += 1;
        }
        // The softmax of 1, 3, 2 is 0.090, 0.665, 0.245.
        for (token, expected) in [(0, 900), (1, 6652), (3, 2447)] {
            assert!(counts[token].abs_diff(expected) < 150, "{counts:?}");
        }
    }

    #[test]
    fn each_filter_can_leave_the_best_alone() {
        for sampling in [
            Sampling { top_k: 1, ..plain() },
            Sampling { top_p: 0.5, ..plain() },
            Sampling { top_p: 0.0, ..plain() },
            Sampling { min_p: 0.5, ..plain() },
            Sampling { min_p: 2.0, ..plain() },
            Sampling { temperature: f32::NAN, ..plain() },
            Sampling { temperature: 1e-30, ..plain() },
        ] {
            assert_eq!(sample(sampling, &[]), 1, "{sampling:?}");
        }
    }

    #[test]
    fn recent_tokens_lose_to_others() {
        let sampling = Sampling { repetition_penalty: 2.0, ..Sampling::greedy() };
        assert_eq!(sample(sampling, &[1, 1, 1, 99]), 3);
        let mut logits = [-1.0, 4.0];
        Sampler::new(sampling).sample(&mut logits, &[0, 1, 1]);
        assert_eq!(logits, [-2.0, 2.0]);
    }

    fn plain() -> Sampling {
        Sampling { temperature: 1.0, ..Sampling::greedy() }
    }

    fn sample(sampling: Sampling, recent: &[u32]) -> u32 {
        Sampler::new(sampling).sample(&mut LOGITS.clone(), recent)
    }
}
