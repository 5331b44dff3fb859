//! `solwright bench generate`.

#![allow(dead_code, reason = "the benchmark that calls them comes next")]

mod forge;
mod memo;
mod soleval;
mod task;
