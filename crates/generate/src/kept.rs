//! Prompts that were read lately. One that begins like another goes on from there: the next completion in a file, the next function.

use solwright_model::Session;
use std::collections::VecDeque;

/// Memory that prompts may hold when no request needs them.
const MOST_BYTES: usize = 128 << 20;
/// Tokens below which reading anew costs nothing worth keeping.
const LEAST_TOKENS: usize = 32;

/// The sessions of prompts, the last one used at the end.
pub struct Kept {
    sessions: VecDeque<Session>,
    most_bytes: usize,
}

impl Default for Kept {
    fn default() -> Self {
        Self { sessions: VecDeque::new(), most_bytes: MOST_BYTES }
    }
}

impl Kept {
    /// A session that has read the longest beginning of `prompt` that is known, but never its last token, whose logits are asked for.
    pub fn begin(&mut self, prompt: &[u32]) -> Option<Session> {
        let common = |session: &Session| session.tokens().iter().zip(prompt).take_while(|(a, b)| a == b).count();
        let best = (0..self.sessions.len()).max_by_key(|&at| common(&self.sessions[at]))?;
        let known = common(&self.sessions[best]).min(prompt.len().saturating_sub(1));
        if known < LEAST_TOKENS {
            return None;
        }
        let kept = self.sessions.remove(best)?;
        let mut session = kept.fork();
        self.sessions.push_back(kept);
        session.truncate(known);
        Some(session)
    }

    /// Keeps what a session has read, and lets go of what was not asked for the longest time.
    pub fn keep(&mut self, session: &Session) {
        if session.len() < LEAST_TOKENS {
            return;
        }
        self.sessions.retain(|kept| !session.tokens().starts_with(kept.tokens()));
        self.sessions.push_back(session.fork());
        while self.bytes() > self.most_bytes {
            self.sessions.pop_front();
        }
    }

    /// Bytes that are kept at most; what sessions share is counted for each.
    pub fn bytes(&self) -> usize {
        self.sessions.iter().map(Session::bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solwright_model::{Cancel, DeviceChoice, Model, ModelSource};

    fn model() -> Model {
        Model::load(ModelSource::Bytes(Model::bundled().unwrap()), DeviceChoice::Cpu).unwrap()
    }

    fn read(kept: &mut Kept, model: &Model, prompt: &[u32]) -> (usize, Vec<f32>) {
        let mut session = kept.begin(prompt).unwrap_or_else(|| model.session());
        let known = session.len();
        let logits = session.prefill(&prompt[known..], &Cancel::new()).unwrap();
        kept.keep(&session);
        (known, logits)
    }

    #[test]
    fn a_prompt_that_begins_like_another_says_the_same_bits() {
        let (model, mut kept) = (model(), Kept::default());
        let prompt =
            |length: u32, end: u32| (0..length).map(|at| at * 37 % 8_000).chain([end, 9, end]).collect::<Vec<_>>();
        let asked = [prompt(200, 5), prompt(200, 6), prompt(200, 6), prompt(130, 7), prompt(300, 8)];
        let known = asked.map(|prompt| {
            let (known, logits) = read(&mut kept, &model, &prompt);
            let alone = model.session().prefill(&prompt, &Cancel::new()).unwrap();
            assert!(logits == alone, "other logits after {known} known tokens");
            known
        });
        assert_eq!(known, [0, 200, 202, 130, 200]);
    }

    #[test]
    fn memory_is_bounded_and_the_last_used_stays() {
        let model = model();
        let prompt = |from: u32| (0..100).map(|at| from + at).collect::<Vec<u32>>();
        let mut kept = Kept::default();
        read(&mut kept, &model, &prompt(0));
        kept.most_bytes = 3 * kept.bytes();
        for from in [1_000, 2_000] {
            read(&mut kept, &model, &prompt(from));
        }
        // The first is asked for again, so that the second goes when a fourth comes.
        assert_eq!(read(&mut kept, &model, &prompt(0)).0, 99);
        read(&mut kept, &model, &prompt(3_000));
        assert!(kept.bytes() <= kept.most_bytes);
        let known = [0, 1_000, 2_000, 3_000].map(|from| kept.begin(&prompt(from)).map_or(0, |session| session.len()));
        assert_eq!(known, [99, 0, 99, 99]);
    }
}
