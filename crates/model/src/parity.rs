//! The forward pass against its references: candle-transformers on random weights, PyTorch on the shipped model.

use std::io::Cursor;
use std::path::Path;

use candle_core::quantized::gguf_file::Content;
use candle_core::{Device, Tensor};
use candle_transformers::models::{quantized_llama, quantized_qwen2, quantized_qwen3};

use crate::config::Config;
use crate::fixture::{Fixture, Quantization};
use crate::gguf::Gguf;
use crate::network::NewTokens;
use crate::{Cancel, DeviceChoice, Logits, Model, ModelSource, Reading, Session, candle, cpu, qwen2};

/// Largest difference of a logit, as a share of the largest logit, where weights are floats and only keys and values are rounded,
/// to half precision.
const HALF_CACHE: f32 = 1e-3;

/// The same where activations are rounded to 8 bits for the products. Random weights make flat logits, on which this noise shows most.
const ROUNDED: f32 = 6e-2;

/// Between the shipped model, its activations rounded, and PyTorch in f32; 1.1e-2 was the most when this was set.
const STORED: f32 = 3e-2;

const PROMPT: &str = "function deposit(uint256 amount) external { return balance + amount; }";

#[test]
fn prompts_agree_with_candle_transformers() {
    for quantization in Quantization::ALL {
        let fixture = Fixture::new(quantization);
        check_prompt(&fixture);
        check_prompt(&Fixture { tied: false, kv_heads: 4, ..fixture });
    }
    let odd = Fixture { hidden: 96, heads: 3, kv_heads: 1, feed_forward: 160, ..Fixture::new(Quantization::Q4_0) };
    check_prompt(&odd);
}

#[test]
fn relatives_agree_with_candle_transformers() {
    for family in ["qwen3", "llama"] {
        for quantization in Quantization::ALL {
            let fixture = Fixture { family, ..Fixture::new(quantization) };
            check_prompt(&fixture);
        }
        check_steps(&Fixture { family, ..Fixture::new(Quantization::F32) }, HALF_CACHE);
    }
}

#[test]
fn the_pass_for_gpus_agrees_with_the_one_for_cpus() {
    let never = Cancel::new();
    for quantization in [Quantization::F32, Quantization::Q8_0] {
        let bytes = Fixture::new(quantization).bytes();
        let gguf = Gguf::parse("fixture", &bytes).unwrap();
        let config = Config::read(&gguf).unwrap();
        let theirs = candle::Qwen2::load(&gguf, config.clone(), &Device::Cpu).unwrap();
        let ours = qwen2::Qwen2::load(&gguf, config, cpu::Cpu::new(1), None).unwrap();
        let (mut their_caches, mut our_caches): ([candle::KvCache; 2], [cpu::KvCache; 2]) = Default::default();
        // Two sequences of different lengths, twice, the second time with logits after every token.
        for every in [false, true] {
            let tokens: [&[u32]; 2] = [&[65, 3, 200], &[258, 65, 65, 9, 120]];
            let batch = their_caches.iter_mut().zip(tokens);
            let mut batch: Vec<_> = batch.map(|(cache, tokens)| NewTokens { tokens, cache, every }).collect();
            let expected = theirs.forward(&mut batch, &never).unwrap();
            let batch = our_caches.iter_mut().zip(tokens);
            let mut batch: Vec<_> = batch.map(|(cache, tokens)| NewTokens { tokens, cache, every }).collect();
            let actual = ours.forward(&mut batch, &never).unwrap();
            assert_eq!(expected.iter().map(Vec::len).collect::<Vec<_>>(), if every { [3, 5] } else { [1, 1] });
            let tolerance = if quantization == Quantization::F32 { HALF_CACHE } else { ROUNDED };
            for (actual, expected) in actual.concat().iter().zip(&expected.concat()) {
                assert_close(actual, expected, tolerance, &format!("{quantization:?}, every: {every}"));
            }
        }
    }
}

#[test]
fn steps_agree_with_candle_transformers() {
    for quantization in [Quantization::F32, Quantization::F16] {
        check_steps(&Fixture::new(quantization), HALF_CACHE);
    }
    for quantization in [Quantization::Q8_0, Quantization::Q4_0, Quantization::Q4KM] {
        check_steps(&Fixture::new(quantization), ROUNDED);
    }
    let odd = Fixture { hidden: 96, heads: 3, kv_heads: 1, feed_forward: 160, ..Fixture::new(Quantization::Q8_0) };
    check_steps(&odd, ROUNDED);
}

#[test]
fn a_prompt_of_several_chunks_agrees_with_reading_it_token_by_token() {
    let (model, tokens) = long_prompt();
    let whole = model.session().prefill(&tokens, &Cancel::new()).unwrap();
    let mut session = model.session();
    let single = tokens.iter().map(|&token| session.step(token).unwrap()).last().unwrap();
    assert_close(&single, &whole, ROUNDED, "token by token");
}

#[test]
fn truncating_and_reading_again_gives_the_same_logits() {
    let (model, tokens) = long_prompt();
    let mut session = model.session();
    let first = session.prefill(&tokens, &Cancel::new()).unwrap();
    session.truncate(100);
    session.prefill(&[1, 2, 3], &Cancel::new()).unwrap();
    session.truncate(100);
    assert_close(&session.prefill(&tokens[100..], &Cancel::new()).unwrap(), &first, ROUNDED, "after truncate");
    assert_close(&session.resume(&tokens, &Cancel::new()).unwrap(), &first, ROUNDED, "after resume");
    assert_eq!(session.tokens(), tokens);
}

#[test]
fn forks_go_their_own_way() {
    let (model, tokens) = long_prompt();
    let mut first = model.session();
    first.prefill(&tokens, &Cancel::new()).unwrap();
    let mut second = first.fork();
    let mut third = second.fork();
    for (session, token) in [(&mut first, 5), (&mut second, 6), (&mut third, 7)] {
        session.step(token).unwrap();
    }
    for (mut session, token) in [(first, 5), (second, 6), (third, 7)] {
        let alone = model.session().prefill(&[&tokens[..], &[token, 9]].concat(), &Cancel::new()).unwrap();
        assert_close(&session.step(9).unwrap(), &alone, ROUNDED, "a fork");
    }
}

#[test]
fn sessions_stepped_together_agree_with_sessions_stepped_alone() {
    let (model, tokens) = long_prompt();
    let mut sessions: Vec<Session> = [3, 60, 200].map(|length| read(&model, &tokens[..length])).into();
    let mut alone: Vec<Session> = sessions.iter().map(Session::fork).collect();
    for step in 0..4 {
        let tokens = [step, step + 10, step + 20];
        let reading = |(session, tokens)| Reading { session, tokens, every: false };
        let mut batch: Vec<_> = sessions.iter_mut().zip(tokens.chunks(1)).map(reading).collect();
        let together = Session::read_together(&mut batch, &Cancel::new()).unwrap().concat();
        for ((session, token), logits) in alone.iter_mut().zip(tokens).zip(&together) {
            assert!(logits == &session.step(token).unwrap(), "a batch says something else than its sequences alone");
        }
    }
}

/// `models/parity.json` holds what PyTorch computes in f32 from the same weights; here activations are rounded to 8 bits
/// in the products of short prompts.
#[test]
fn the_shipped_model_agrees_with_pytorch() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let files = folder.read_dir().unwrap().flatten().map(|entry| entry.path());
    let Some(path) = files.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "gguf"))
    else {
        eprintln!("`models/` holds no GGUF yet: nothing to compare with PyTorch");
        return;
    };
    let stored = std::fs::read_to_string(folder.join("parity.json"));
    let stored: serde_json::Value = serde_json::from_str(&stored.expect("a model needs its `parity.json`")).unwrap();
    let model = Model::load(ModelSource::Path(path), DeviceChoice::Cpu).unwrap();
    let kind = model.info().quantization.to_lowercase();
    assert_eq!(stored["sha256"][&kind], model.sha256().unwrap(), "`parity.json` was made for another file");
    let fixed: Vec<usize> = serde_json::from_value(stored["fixed"].clone()).unwrap();
    for prompt in stored["prompts"].as_array().unwrap() {
        let text = prompt["text"].as_str().unwrap();
        let ids: Vec<u32> = serde_json::from_value(prompt["ids"].clone()).unwrap();
        assert_eq!(model.tokenizer().encode(text, true), ids, "{text}");
        let top: Vec<(usize, f32)> = serde_json::from_value(prompt["logits"][&kind]["top"].clone()).unwrap();
        let rest: Vec<f32> = serde_json::from_value(prompt["logits"][&kind]["fixed"].clone()).unwrap();
        let (indices, expected): (Vec<usize>, Vec<f32>) =
            top.into_iter().chain(fixed.iter().copied().zip(rest)).unzip();

        let mut session = model.session();
        let logits = session.prefill(&ids, &Cancel::new()).unwrap();
        assert_close(&indices.iter().map(|&index| logits[index]).collect::<Vec<_>>(), &expected, STORED, text);
        session.truncate(0);
        let logits = ids.iter().map(|&id| session.step(id).unwrap()).last().unwrap();
        assert_close(&indices.iter().map(|&index| logits[index]).collect::<Vec<_>>(), &expected, STORED, text);
    }
}

/// The reference computes in f32 with the weights that the file holds.
#[track_caller]
fn check_prompt(fixture: &Fixture) {
    let mut reference = Reference::load(&Fixture { expanded: true, ..fixture.clone() });
    let model = load(fixture);
    let tokens = model.tokenizer().encode(PROMPT, false);
    let logits = model.session().prefill(&tokens, &Cancel::new()).unwrap();
    let tolerance = match fixture.quantization {
        Quantization::F32 | Quantization::F16 => HALF_CACHE,
        _ => ROUNDED,
    };
    assert_close(&logits, &reference.forward(&tokens, 0), tolerance, &format!("{:?}", fixture.quantization));
}

#[track_caller]
fn check_steps(fixture: &Fixture, tolerance: f32) {
    let mut reference = Reference::load(fixture);
    let mut session = load(fixture).session();
    for (step, token) in [65, 3, 200, 258, 65, 65, 9, 120].into_iter().enumerate() {
        let what = format!("{:?}, step {step}", fixture.quantization);
        assert_close(&session.step(token).unwrap(), &reference.forward(&[token], step), tolerance, &what);
    }
}

enum Reference {
    Qwen2(quantized_qwen2::ModelWeights),
    Qwen3(quantized_qwen3::ModelWeights),
    Llama(quantized_llama::ModelWeights),
}

impl Reference {
    fn load(fixture: &Fixture) -> Reference {
        let mut file = Cursor::new(fixture.bytes());
        let content = Content::read(&mut file).unwrap();
        let cpu = &Device::Cpu;
        match fixture.family {
            "qwen3" => {
                let weights = quantized_qwen3::ModelWeights::from_gguf(content, &mut file, cpu);
                Reference::Qwen3(weights.unwrap())
            }
            "llama" => {
                let weights = quantized_llama::ModelWeights::from_gguf(content, &mut file, cpu);
                Reference::Llama(weights.unwrap())
            }
            _ => Reference::Qwen2(quantized_qwen2::ModelWeights::from_gguf(content, &mut file, cpu).unwrap()),
        }
    }

    fn forward(&mut self, tokens: &[u32], position: usize) -> Logits {
        let tokens = Tensor::new(tokens, &Device::Cpu).unwrap().unsqueeze(0).unwrap();
        let logits = match self {
            Reference::Qwen2(weights) => weights.forward(&tokens, position),
            Reference::Qwen3(weights) => weights.forward(&tokens, position),
            Reference::Llama(weights) => weights.forward(&tokens, position),
        };
        logits.unwrap().squeeze(0).unwrap().to_vec1().unwrap()
    }
}

fn load(fixture: &Fixture) -> Model {
    Model::load(ModelSource::Bytes(fixture.leak()), DeviceChoice::Cpu).unwrap()
}

#[track_caller]
fn assert_close(actual: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    let largest = expected.iter().fold(0f32, |most, logit| most.max(logit.abs()));
    let difference = actual.iter().zip(expected).fold(0f32, |most, (a, b)| most.max((a - b).abs()));
    assert!(largest > 0.1, "{what}: the reference is flat");
    assert!(difference <= tolerance * largest, "{what}: logits differ by {difference}, the largest is {largest}");
}

fn long_prompt() -> (Model, Vec<u32>) {
    let model = load(&Fixture::new(Quantization::Q8_0));
    let tokens: Vec<u32> = (0..300).map(|index: u32| index * 31 % 256).collect();
    (model, tokens)
}

fn read(model: &Model, tokens: &[u32]) -> Session {
    let mut session = model.session();
    session.prefill(tokens, &Cancel::new()).unwrap();
    session
}
