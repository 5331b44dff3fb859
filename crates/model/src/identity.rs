//! The shipped model writes one text, whichever instructions with a fused multiply-add the processor has, alone or in a batch, with tokens
//! guessed beforehand or not.

use std::sync::Arc;

use crate::config::Config;
use crate::cpu::Cpu;
use crate::gguf::Gguf;
use crate::network::Network;
use crate::{Cancel, Model, Reading, Sampler, Sampling, Session, Tokenizer, qwen2};

const PROMPTS: [&str; 3] = [
    "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n\ncontract Token {\n    mapping(address => uint256) public balanceOf;\n",
    "    function transfer(address to, uint256 amount) external returns (bool) {\n",
    "contract Vault {\n    address public owner;\n    modifier onlyOwner() {\n",
];

/// Tokens written after each prompt.
const WRITTEN: usize = 96;

/// How far below the best one a token may lie that plain Rust finds second where others find it best, as a share of the largest logit.
const TIE: f32 = 3e-2;

#[test]
fn every_instruction_set_writes_the_same_text() {
    let (prompts, texts) = written();
    for cpu in Cpu::every() {
        let name = cpu.describe();
        let model = shipped(cpu);
        for (prompt, text) in prompts.iter().zip(&texts) {
            if name.starts_with("portable") {
                assert_near(&model, prompt, text);
            } else {
                assert_eq!(&alone(&model, prompt), text, "{name}");
            }
        }
    }
}

/// Plain Rust does not fuse multiplication and addition, and decides otherwise where two tokens are as good as equal: so it did after 91
/// tokens of one of these prompts. Each token of the text must be nearly the best.
fn assert_near(model: &Arc<Network>, prompt: &[u32], text: &[u32]) {
    let mut session = Session::new(model.clone());
    let first = session.prefill(prompt, &Cancel::new()).unwrap();
    let after = session.verify(&text[..text.len() - 1], &Cancel::new()).unwrap();
    for (at, (&token, mut logits)) in text.iter().zip(std::iter::once(first).chain(after)).enumerate() {
        let first = best(&mut logits) as usize;
        let largest = logits.iter().fold(0f32, |most, logit| most.max(logit.abs()));
        let behind = logits[first] - logits[token as usize];
        assert!(behind <= TIE * largest, "token {at} is behind by {behind}, the largest logit is {largest}");
    }
}

#[test]
fn sequences_together_write_what_they_write_alone() {
    let (prompts, texts) = written();
    let model = shipped(Cpu::new(2));
    let mut sessions: Vec<Session> = prompts.iter().map(|_| Session::new(model.clone())).collect();
    let mut next: Vec<Vec<u32>> = prompts;
    let mut together: Vec<Vec<u32>> = vec![Vec::new(); next.len()];
    for _ in 0..WRITTEN {
        let reading = sessions.iter_mut().zip(&next).map(|(session, tokens)| Reading { session, tokens, every: false });
        let logits = Session::read_together(&mut reading.collect::<Vec<_>>(), &Cancel::new()).unwrap().concat();
        next = logits.into_iter().map(|mut logits| vec![best(&mut logits)]).collect();
        together.iter_mut().zip(&next).for_each(|(text, token)| text.extend(token));
    }
    assert_eq!(together, texts);
}

/// Guesses are right, wrong from the middle on, or wrong at once.
#[test]
fn tokens_that_were_guessed_change_nothing() {
    let (prompts, texts) = written();
    let model = shipped(Cpu::new(2));
    for (prompt, text) in prompts.iter().zip(&texts) {
        let mut session = Session::new(model.clone());
        let mut token = best(&mut session.prefill(prompt, &Cancel::new()).unwrap());
        let mut actual = vec![token];
        while actual.len() < WRITTEN {
            let at = actual.len();
            let mut tokens: Vec<u32> = [&[token], &text[at..(at + 7).min(WRITTEN - 1)]].concat();
            let wrong = 1 + at % 9;
            tokens.iter_mut().skip(wrong).for_each(|token| *token += 1);
            let length = session.len();
            for (read, mut logits) in session.verify(&tokens, &Cancel::new()).unwrap().into_iter().enumerate() {
                token = best(&mut logits);
                actual.push(token);
                if tokens.get(read + 1) != Some(&token) {
                    session.truncate(length + read + 1);
                    break;
                }
            }
        }
        assert_eq!(&actual[..WRITTEN], text);
    }
}

/// The prompts, and what follows each of them, in tokens.
fn written() -> (Vec<Vec<u32>>, Vec<Vec<u32>>) {
    let gguf = Gguf::parse("bundled", Model::bundled().unwrap()).unwrap();
    let tokenizer = Tokenizer::read(&gguf).unwrap();
    let prompts: Vec<Vec<u32>> = PROMPTS.iter().map(|prompt| tokenizer.encode(prompt, false)).collect();
    let model = shipped(Cpu::new(1));
    let texts = prompts.iter().map(|prompt| alone(&model, prompt)).collect();
    (prompts, texts)
}

fn alone(model: &Arc<Network>, prompt: &[u32]) -> Vec<u32> {
    let mut session = Session::new(model.clone());
    let mut token = best(&mut session.prefill(prompt, &Cancel::new()).unwrap());
    let mut text = vec![token];
    while text.len() < WRITTEN {
        token = best(&mut session.step(token).unwrap());
        text.push(token);
    }
    text
}

fn best(logits: &mut [f32]) -> u32 {
    Sampler::new(Sampling::greedy()).sample(logits, &[])
}

fn shipped(cpu: Cpu) -> Arc<Network> {
    let gguf = Gguf::parse("bundled", Model::bundled().unwrap()).unwrap();
    let config = Config::read(&gguf).unwrap();
    Arc::new(Network::Cpu(Box::new(qwen2::Qwen2::load(&gguf, config, cpu, None).unwrap())))
}
