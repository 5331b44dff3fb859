//! Bodies drawn at random under the constraint: what compiles of these is due to the constraint alone.

use super::{constraint::Constraint, vocabulary::Vocabulary};
use std::time::{Duration, Instant};

/// Draws bodies; the same seed draws the same.
#[derive(Debug)]
pub struct Drawer {
    state: u64,
    /// Tokens after which what closes is preferred.
    pub soft: usize,
    /// Tokens after which a body is given up.
    pub hard: usize,
}

/// A body drawn at random.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The body, from after its opening brace.
    pub text: String,
    /// Whether it came to its end.
    pub is_whole: bool,
    /// Whether it found no end and was closed after its last statement.
    pub is_closed: bool,
    /// Whether there was a place where nothing could follow.
    pub is_dead: bool,
    /// Tokens.
    pub tokens: usize,
    /// Time of each mask.
    pub masks: Vec<Duration>,
    /// Time of each token that made the grammar anew.
    pub builds: Vec<Duration>,
}

impl Drawer {
    /// A drawer with a seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, soft: 50, hard: 120 }
    }

    /// Draws the rest of a body.
    pub fn draw(&mut self, vocabulary: &Vocabulary, constraint: &mut Constraint) -> Drawn {
        let mut drawn = Drawn {
            text: String::new(),
            is_whole: false,
            is_closed: false,
            is_dead: false,
            tokens: 0,
            masks: Vec::new(),
            builds: Vec::new(),
        };
        let mut since = 0;
        let leaves = constraint.leaves();
        while drawn.tokens < self.hard && !constraint.is_finished() {
            let start = Instant::now();
            let mask = constraint.mask();
            drawn.masks.push(start.elapsed());
            let Ok(mask) = mask else {
                drawn.is_dead = !constraint.is_whole();
                break;
            };
            let text = constraint.text();
            let word = text.rfind(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_');
            let word = word.map_or(&*text, |at| {
                text[at..].trim_start_matches(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_')
            });
            let (late, long) = (drawn.tokens > self.soft, since > 12);
            let pressure = Pressure { late, long, word, leaves: &leaves };
            let end = vocabulary.trie().eos_token();
            let mut candidates: Vec<(u32, f64)> = Vec::new();
            mask.iter_set_entries(|id| candidates.push((id as u32, 0.0)));
            for (id, weight) in &mut candidates {
                *weight = if *id == end { 1e12 } else { pressure.weight(vocabulary.trie().token(*id)) };
            }
            let Some(token) = self.pick(&candidates) else {
                drawn.is_dead = true;
                break;
            };
            if token == end {
                break;
            }
            let (start, builds) = (Instant::now(), constraint.builds);
            if !constraint.push(token) {
                drawn.is_dead = true;
                break;
            }
            if constraint.builds > builds {
                drawn.builds.push(start.elapsed());
            }
            let bytes = vocabulary.trie().token(token);
            since = if bytes.iter().any(|byte| b";{}".contains(byte)) { 0 } else { since + 1 };
            drawn.tokens += 1;
        }
        drawn.is_whole = constraint.is_whole();
        drawn.text = constraint.text();
        if !drawn.is_whole
            && !drawn.is_dead
            && let Some(closed) = constraint.closed()
        {
            (drawn.text, drawn.is_whole, drawn.is_closed) = (closed, true, true);
        }
        drawn
    }

    fn pick(&mut self, candidates: &[(u32, f64)]) -> Option<u32> {
        let total: f64 = candidates.iter().map(|(_, weight)| weight).sum();
        let mut left = self.uniform() * total;
        let found = candidates.iter().find(|(_, weight)| {
            left -= weight;
            left <= 0.0
        });
        found.or(candidates.last()).map(|(id, _)| *id)
    }

    fn uniform(&mut self) -> f64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// How much a body should come to its end.
struct Pressure<'a> {
    late: bool,
    long: bool,
    /// The word that is being written.
    word: &'a str,
    leaves: &'a [String],
}

impl Pressure<'_> {
    /// Whether the token leads to a name of a value, which needs nothing after it.
    fn is_leaf(&self, separate: bool, token: &[u8]) -> bool {
        let Ok(token) = std::str::from_utf8(token) else { return false };
        let word = if separate { token.to_owned() } else { format!("{}{token}", self.word) };
        self.leaves.iter().any(|leaf| leaf.starts_with(&word))
    }

    fn weight(&self, bytes: &[u8]) -> f64 {
        let closing = self.late || self.long;
        let blank = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let token = &bytes[blank..];
        if token.starts_with(b"/*") || token.ends_with(b"/*") {
            return 0.0;
        }
        if token.starts_with(b"//") {
            return if closing { 0.0 } else { 0.02 };
        }
        let Some(first) = token.first() else { return if closing { 1e-6 } else { 0.002 } };
        match first {
            b')' | b']' | b';' | b':' => {
                if closing {
                    1e6
                } else {
                    3.0
                }
            }
            b',' | b'?' if closing => 1e5,
            b'"' if token.len() == 1 => {
                if closing {
                    1e5
                } else {
                    0.5
                }
            }
            b'}' => {
                if self.late {
                    1e6
                } else {
                    0.3
                }
            }
            b'0'..=b'9' if closing => 1e3,
            b'r' if self.late && (token.starts_with(b"return") || token.starts_with(b"revert")) => 1e4,
            _ if closing && self.is_leaf(blank > 0, token) => 1e4,
            b'=' if closing && token.len() == 1 => 1e2,
            b'<' | b'>' if closing && token.len() > 1 && token[1] == token[0] => 1e-3,
            b'=' | b'!' | b'<' | b'>' | b'+' | b'-' | b'*' | b'/' | b'&' | b'|' if closing => 1.0,
            b'(' | b'[' if closing => 1.0,
            sign if sign.is_ascii_punctuation() && *sign != b'_' && closing => 1e-3,
            sign if sign.is_ascii_punctuation() && *sign != b'_' => 0.3,
            _ => 1.0,
        }
    }
}
