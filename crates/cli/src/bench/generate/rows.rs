//! Who writes: the controls, and a model under the search with parts of it on or off.

use crate::args::Method;
use solwright_checker::behaviour::{EMPTY, REVERT};
use solwright_generate::{Decoding, GenerateOptions};

/// A control: what it puts in the place of every body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// The body that is known to be right.
    Reference,
    /// `{ revert(); }`
    Revert,
    /// An empty body, as the stub has it.
    Stub,
}

impl Control {
    pub const ALL: [Self; 3] = [Self::Reference, Self::Revert, Self::Stub];

    pub fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Revert => "revert",
            Self::Stub => "stub",
        }
    }

    pub fn body(self, reference: &str) -> &str {
        match self {
            Self::Reference => reference,
            Self::Revert => REVERT,
            Self::Stub => EMPTY,
        }
    }
}

impl Method {
    /// How it reads in a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Greedy => "greedy",
            Self::Samples => "samples",
            Self::Search => "search",
            Self::NoConstraint => "search, no constraint",
            Self::NoNearby => "search, no code nearby",
            Self::NoSketches => "search, no sketches",
            Self::NoLikelihood => "search, no likelihood",
            Self::NoRepair => "search, no repair",
            Self::NoEarly => "search, no early correction",
            Self::NoSendBack => "search, no sending back",
            Self::NoBehaviour => "search, no behaviour",
            Self::One => "search, one candidate",
        }
    }

    /// Whether each of its candidates is an answer of its own.
    pub fn is_sampled(self) -> bool {
        self == Self::Samples
    }

    /// The search with the parts that this leaves on.
    pub fn options(self, samples: usize, seed: u64) -> GenerateOptions {
        let search = GenerateOptions { seed, ..GenerateOptions::default() };
        let bare = GenerateOptions {
            constrained: false,
            nearby: false,
            sketches: false,
            likelihood: false,
            early: false,
            sends_back: false,
            repairs: 0,
            ..search
        };
        match self {
            Self::Greedy => GenerateOptions { decoding: Decoding::Greedy, ..bare },
            Self::Samples => GenerateOptions { decoding: Decoding::Sampled, candidates: samples, ..bare },
            Self::Search => search,
            Self::NoConstraint => GenerateOptions { constrained: false, ..search },
            Self::NoNearby => GenerateOptions { nearby: false, ..search },
            Self::NoSketches => GenerateOptions { sketches: false, ..search },
            Self::NoLikelihood => GenerateOptions { likelihood: false, ..search },
            Self::NoRepair => GenerateOptions { repairs: 0, ..search },
            Self::NoEarly => GenerateOptions { early: false, ..search },
            Self::NoSendBack => GenerateOptions { sends_back: false, ..search },
            Self::NoBehaviour => GenerateOptions { behaviour: false, ..search },
            Self::One => GenerateOptions { decoding: Decoding::Greedy, sketches: false, ..search },
        }
    }
}
