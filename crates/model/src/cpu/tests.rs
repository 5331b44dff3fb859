//! Every kernel of every instruction set against sums in double precision.

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};

use super::tiles::Format;
use super::*;
use crate::fixture::Random;

const TYPES: [GgmlDType; 13] = [
    GgmlDType::Q8_0,
    GgmlDType::Q4_0,
    GgmlDType::Q4_1,
    GgmlDType::Q5_0,
    GgmlDType::Q5_1,
    GgmlDType::Q4K,
    GgmlDType::Q5K,
    GgmlDType::Q6K,
    GgmlDType::Q2K,
    GgmlDType::Q3K,
    GgmlDType::F16,
    GgmlDType::BF16,
    GgmlDType::F32,
];

#[test]
fn products_equal_sums_in_double_precision() {
    let mut random = Random(1);
    for dtype in TYPES {
        for _ in 0..8 {
            let (rows, m) = (1 + random.below(70), 1 + random.below(27));
            let columns = (1 + random.below(5)) * dtype.block_size().max(if dtype.block_size() > 1 { 32 } else { 7 });
            let (tiles, weights) = matrix(dtype, rows, columns, &mut random);
            check(
                &tiles,
                &weights,
                &random.floats(m * columns),
                &format!("{dtype:?} ({rows}, {columns}) with {m} rows"),
            );
        }
    }
}

#[test]
fn extreme_numbers_stay_exact() {
    let mut random = Random(2);
    for dtype in TYPES {
        let columns = dtype.block_size().max(32) * 2;
        let (tiles, weights) = matrix(dtype, 16, columns, &mut random);
        for scale in [0.0, 1e-30, 1e-6, 1e4, 1e15] {
            let x: Vec<f32> = (0..3 * columns).map(|_| [-scale, scale, 0.0][random.below(3)]).collect();
            check(&tiles, &weights, &x, &format!("{dtype:?}, activations of {scale}"));
        }
    }
}

/// The largest codes with the largest activations of one sign must not run over in 16 bits.
#[test]
fn the_largest_codes_do_not_saturate() {
    for code in [0x80u8, 0x81, 0x7f, 0xff] {
        let one = half::f16::from_f32(1.0).to_le_bytes();
        let block: Vec<u8> = one.into_iter().chain([code; 32]).collect();
        let bytes = block.repeat(16 * 4);
        let tiles = Tiles::pack(Format::Q8_0, 16, 128, &bytes).unwrap();
        let weights = vec![f64::from(code as i8); 16 * 128];
        for x in [1.0, -1.0] {
            check(&tiles, &weights, &[x; 128], &format!("code {code}"));
        }
    }
}

#[test]
fn a_row_is_read_back_as_it_was() {
    let mut random = Random(3);
    for dtype in TYPES {
        let columns = dtype.block_size().max(32) * 3;
        let (tiles, weights) = matrix(dtype, 21, columns, &mut random);
        let mut row = vec![0f32; columns];
        for (index, expected) in weights.chunks(columns).enumerate() {
            tiles.row(index, &mut row);
            let largest = expected.iter().fold(0f64, |most, x| most.max(x.abs()));
            for (actual, expected) in row.iter().zip(expected) {
                assert!(
                    (f64::from(*actual) - expected).abs() <= 1e-6 * largest,
                    "{dtype:?} row {index}: {actual}, {expected}"
                );
            }
        }
    }
}

#[test]
fn attention_equals_sums_in_double_precision() {
    let mut random = Random(4);
    for (heads, groups, size, past, m) in
        [(4, 2, 64, 0, 1), (4, 2, 64, 130, 1), (6, 1, 32, 63, 5), (14, 2, 64, 200, 30), (3, 3, 20, 64, 3)]
    {
        let shape = Shape { layers: 2, groups, size };
        let tokens = past + m;
        let (keys, values) = (random.halves(tokens * groups * size), random.halves(tokens * groups * size));
        let queries = random.floats(m * heads * size);
        let mut cache = KvCache::default();
        cache.reserve(shape, tokens);
        let bits = |x: &[f32]| x.iter().map(|x| half::f16::from_f32(*x).to_bits()).collect::<Vec<u16>>();
        for token in 0..tokens {
            for group in 0..groups {
                let part = (token * groups + group) * size..(token * groups + group + 1) * size;
                cache.write(shape, 1, group, token, &bits(&keys[part.clone()]), &bits(&values[part]));
            }
        }
        for cpu in Cpu::every() {
            let mut out = Rows::default();
            let sequence = Sequence { cache: &cache, past, first: 0, rows: m };
            cpu.attend(shape, 1, heads, &queries, &[sequence], &mut out);
            for row in 0..m {
                for head in 0..heads {
                    let at = (row * heads + head) * size;
                    let group = head / (heads / groups);
                    let of = |x: &[f32], token: usize, i: usize| f64::from(x[(token * groups + group) * size + i]);
                    let score =
                        |token| (0..size).map(|i| f64::from(queries[at + i]) * of(&keys, token, i)).sum::<f64>();
                    let weights: Vec<f64> =
                        (0..past + row + 1).map(|token| (score(token) / (size as f64).sqrt()).exp()).collect();
                    let total: f64 = weights.iter().sum();
                    for i in 0..size {
                        let expected: f64 =
                            weights.iter().enumerate().map(|(t, w)| w * of(&values, t, i)).sum::<f64>() / total;
                        let actual = f64::from(out.0.floats[at + i]);
                        let what = cpu.kernels.name;
                        assert!(
                            (actual - expected).abs() < 1e-5,
                            "{what}, row {row}, head {head}: {actual}, {expected}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn norms_and_gates_equal_double_precision() {
    let mut random = Random(5);
    for width in [7, 16, 33, 896] {
        let (x, y) = (random.floats(3 * width), random.floats(3 * width));
        let gates: Vec<f32> = x.iter().map(|x| x * 120.0).collect();
        for cpu in Cpu::every() {
            let (mut normed, mut gated) = (Rows::default(), Rows::default());
            cpu.norm(&x, &y[..width], 1e-6, &mut normed);
            cpu.gate(&gates, &y, width, &mut gated);
            for at in 0..3 * width {
                let row = &x[at / width * width..][..width];
                let mean = row.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / width as f64;
                let expected = f64::from(x[at]) / (mean + 1e-6).sqrt() * f64::from(y[at % width]);
                close(normed.0.floats[at], expected, cpu.kernels.name);
                let gate = f64::from(gates[at]);
                close(gated.0.floats[at], gate / (1.0 + (-gate).exp()) * f64::from(y[at]), cpu.kernels.name);
            }
        }
    }
}

#[track_caller]
fn close(actual: f32, expected: f64, what: &str) {
    assert!(
        (f64::from(actual) - expected).abs() <= 1e-6 + 1e-5 * expected.abs(),
        "{what}: {actual} instead of {expected}"
    );
}

/// As many codes as a block has must not run over in 16 bits, however large they and the activations are.
#[test]
fn the_largest_small_codes_do_not_run_over() {
    let one = half::f16::from_f32(1.0).to_le_bytes();
    let blocks: [(Format, f64, Vec<u8>); 2] =
        [(Format::Q4_0, 7.0, [&one[..], &[0xff; 16]].concat()), (Format::Q5_0, 15.0, [&one[..], &[0xff; 20]].concat())];
    for (format, weight, block) in blocks {
        let tiles = Tiles::pack(format, 16, 256, &block.repeat(16 * 8)).unwrap();
        for x in [1.0, -1.0] {
            check(&tiles, &[weight; 16 * 256], &[x; 256 * 9], &format!("{format:?}, {x}"));
        }
    }
    // Scales of one, codes of 63, which stand for 31.
    let nest = [&[0xff; 192][..], &[1; 16], &one].concat();
    let tiles = Tiles::pack(Format::Q6K, 16, 256, &nest.repeat(16)).unwrap();
    for x in [1.0, -1.0] {
        check(&tiles, &[31.0; 16 * 256], &[x; 256 * 9], &format!("Q6_K, {x}"));
    }
}

/// One model says the same on every processor that multiplies and adds in one step.
#[test]
fn instruction_sets_agree_to_the_last_bit() {
    let mut random = Random(6);
    let sets: Vec<Cpu> = Cpu::every().into_iter().filter(|cpu| cpu.kernels.name != "portable").collect();
    for dtype in TYPES {
        let columns = dtype.block_size().max(32) * 4;
        let (tiles, _) = matrix(dtype, 40, columns, &mut random);
        let x = random.floats(13 * columns);
        let products: Vec<Vec<f32>> = sets.iter().map(|cpu| product(cpu, &tiles, &x)).collect();
        for other in products.iter().skip(1) {
            assert!(other == &products[0], "{dtype:?}");
        }
    }
}

#[track_caller]
fn check(tiles: &Tiles, weights: &[f64], x: &[f32], what: &str) {
    let columns = tiles.columns;
    for cpu in Cpu::every() {
        let out = product(&cpu, tiles, x);
        for (row, x) in x.chunks(columns).enumerate() {
            for (number, weights) in weights.chunks(columns).enumerate() {
                let exact: f64 = x.iter().zip(weights).map(|(x, w)| f64::from(*x) * w).sum();
                // Each block of activations is off by at most half a step, a 254th of its largest number.
                let rounding: f64 = x
                    .chunks(32)
                    .zip(weights.chunks(32))
                    .map(|(x, w)| {
                        f64::from(x.iter().fold(0f32, |a, b| a.max(b.abs()))) * w.iter().map(|w| w.abs()).sum::<f64>()
                            / 254.0
                    })
                    .sum();
                let size: f64 = x.iter().zip(weights).map(|(x, w)| (f64::from(*x) * w).abs()).sum();
                let is_float = tiles.format.is_float();
                let allowed = if is_float { 0.0 } else { rounding } + 2e-6 * size + 1e-37;
                let actual = f64::from(out[row * tiles.rows + number]);
                let set = cpu.kernels.name;
                assert!((actual - exact).abs() <= allowed, "{what}, {set}: {actual} instead of {exact} +- {allowed}");
            }
        }
    }
}

fn product(cpu: &Cpu, tiles: &Tiles, x: &[f32]) -> Vec<f32> {
    let mut rows = Rows::default();
    rows.0.resize(x.len() / tiles.columns, tiles.columns);
    rows.0.floats[..x.len()].copy_from_slice(x);
    cpu.fill(&mut rows.0, &|_, _| {});
    let mut out = Vec::new();
    cpu.products(&rows, &mut [Product { weights: tiles, out: &mut out }]);
    out
}

/// Random weights of a type, packed and as the numbers they stand for.
fn matrix(dtype: GgmlDType, rows: usize, columns: usize, random: &mut Random) -> (Tiles, Vec<f64>) {
    let numbers = Tensor::from_vec(random.floats(rows * columns), (rows, columns), &Device::Cpu).unwrap();
    let tensor = QTensor::quantize(&numbers, dtype).unwrap();
    let exact: Vec<f32> = tensor.dequantize(&Device::Cpu).unwrap().flatten_all().unwrap().to_vec1().unwrap();
    let tiles = match dtype {
        GgmlDType::Q2K | GgmlDType::Q3K => Tiles::of_numbers(&exact, rows, columns),
        _ => Tiles::pack(Format::of(dtype).unwrap(), rows, columns, &tensor.data().unwrap()),
    }
    .unwrap();
    let numbers = match dtype {
        GgmlDType::Q2K | GgmlDType::Q3K => {
            let mut all = vec![0f32; rows * columns];
            all.chunks_mut(columns).enumerate().for_each(|(row, out)| tiles.row(row, out));
            let worst = all.iter().zip(&exact).fold(0f32, |most, (a, b)| most.max((a - b).abs()));
            assert!(worst <= 6e-3, "{dtype:?} as Q8_0 is off by {worst}");
            all
        }
        _ => exact,
    };
    (tiles, numbers.into_iter().map(f64::from).collect())
}
