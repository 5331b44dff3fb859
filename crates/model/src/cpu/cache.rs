//! Keys and values of one sequence, in blocks that sequences with the same beginning share.

use std::sync::Arc;

use super::tiles::TILE;

/// Tokens of a block.
pub(super) const TOKENS: usize = 64;

/// What the sizes of a block follow from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) layers: usize,
    /// KV heads.
    pub(crate) groups: usize,
    /// Numbers of a head.
    pub(crate) size: usize,
}

/// Clones share their blocks; a block is copied when one of its owners writes into it.
#[derive(Clone, Default)]
pub(crate) struct KvCache {
    blocks: Vec<Arc<Block>>,
    length: usize,
}

/// Half precision, for each layer and group. Keys are tiles of 16 tokens, `(4, S, 16)`; values are tiles of 16 of their numbers,
/// `(S / 16, 64, 16)`: both as the kernels of products read weights.
#[derive(Clone)]
struct Block {
    keys: Box<[u16]>,
    values: Box<[u16]>,
}

impl Shape {
    fn keys(self) -> usize {
        self.size * TOKENS
    }

    fn values(self) -> usize {
        self.size.next_multiple_of(TILE) * TOKENS
    }
}

impl KvCache {
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Forgets all but the first `length` tokens.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
        self.blocks.truncate(self.length.div_ceil(TOKENS));
    }

    /// Makes room for `more` tokens in blocks that no other cache reads.
    pub(crate) fn reserve(&mut self, shape: Shape, more: usize) {
        let count = shape.layers * shape.groups;
        let needed = (self.length + more).div_ceil(TOKENS);
        for block in self.blocks.iter_mut().skip(self.length / TOKENS) {
            Arc::make_mut(block);
        }
        while self.blocks.len() < needed {
            let zeros = |size: usize| vec![0u16; size * count].into_boxed_slice();
            self.blocks.push(Arc::new(Block { keys: zeros(shape.keys()), values: zeros(shape.values()) }));
        }
    }

    /// Counts tokens whose keys and values were written.
    pub(crate) fn advance(&mut self, more: usize) {
        self.length += more;
    }

    /// Writes one token's key and value of a layer and group, both `(S,)` in half precision. Room was reserved.
    pub(crate) fn write(&mut self, shape: Shape, layer: usize, group: usize, token: usize, key: &[u16], value: &[u16]) {
        let Some(block) = Arc::get_mut(&mut self.blocks[token / TOKENS]) else { unreachable!("room was reserved") };
        let (index, token) = (layer * shape.groups + group, token % TOKENS);
        let keys = &mut block.keys[index * shape.keys()..][token / TILE * shape.size * TILE + token % TILE..];
        for (place, &key) in keys.iter_mut().step_by(TILE).zip(key) {
            *place = key;
        }
        let values = &mut block.values[index * shape.values()..][..shape.values()];
        for (values, part) in values.chunks_exact_mut(TOKENS * TILE).zip(value.chunks(TILE)) {
            values[token * TILE..][..part.len()].copy_from_slice(part);
        }
    }

    /// Keys and values of a layer and group in a block.
    pub(super) fn block(&self, shape: Shape, layer: usize, group: usize, block: usize) -> (&[u16], &[u16]) {
        let (index, block) = (layer * shape.groups + group, &self.blocks[block]);
        (&block.keys[index * shape.keys()..][..shape.keys()], &block.values[index * shape.values()..][..shape.values()])
    }
}
