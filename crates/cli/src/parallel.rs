//! The same work on many inputs, on all cores, with the results in the order of the inputs.

use std::{
    collections::BTreeMap,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

/// A compiler at work takes some hundred megabytes, so not every core of a large machine gets one.
const MOST_THREADS: usize = 8;
/// As large as the main thread's: parsers recurse.
const STACK: usize = 8 << 20;

/// Threads that so many inputs are worth.
pub fn threads(inputs: usize) -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS).min(inputs).max(1)
}

/// Hands every input to `work` and, in order, what comes of it to `take`: `None` where the work panicked. The first error of `take`
/// ends it.
pub fn in_order<I: Sync, T: Send>(
    inputs: &[I],
    threads: usize,
    work: impl Fn(&I) -> T + Sync,
    mut take: impl FnMut(&I, Option<T>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let next = AtomicUsize::new(0);
    let (done, results) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (done, work, next) = (done.clone(), &work, &next);
            let run = move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(input) = inputs.get(at) else { return };
                    // Nobody listens any more once `take` has failed.
                    if done.send((at, catch_unwind(AssertUnwindSafe(|| work(input))).ok())).is_err() {
                        return;
                    }
                }
            };
            thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run)?;
        }
        drop(done);
        let mut early = BTreeMap::new();
        let mut results = results.into_iter();
        for (at, input) in inputs.iter().enumerate() {
            while !early.contains_key(&at) {
                let Some((at, result)) = results.next() else {
                    return Err(io::Error::other("no thread is left").into());
                };
                early.insert(at, result);
            }
            take(input, early.remove(&at).flatten())?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn results_come_in_the_order_of_the_inputs() {
        let inputs: Vec<u64> = (0..40).collect();
        let work = |input: &u64| {
            // Early inputs end last.
            thread::sleep(Duration::from_millis(4 - input % 5));
            input * 2
        };
        let mut taken = Vec::new();
        in_order(&inputs, 4, work, |input, result| {
            taken.push((*input, result));
            Ok(())
        })
        .unwrap();
        assert_eq!(taken, inputs.iter().map(|input| (*input, Some(input * 2))).collect::<Vec<_>>());
    }

    #[test]
    fn one_panic_costs_one_result() {
        let mut taken = Vec::new();
        let work = |input: &u32| assert_ne!(*input, 2);
        in_order(&[1, 2, 3], 2, work, |input, result| {
            taken.push((*input, result.is_some()));
            Ok(())
        })
        .unwrap();
        assert_eq!(taken, [(1, true), (2, false), (3, true)]);
    }

    #[test]
    fn an_error_of_the_taker_ends_the_work() {
        let count = AtomicUsize::new(0);
        let work = |_: &u32| count.fetch_add(1, Ordering::Relaxed);
        let result = in_order(&[0; 10_000], 2, work, |_, _| Err(anyhow::anyhow!("closed")));
        assert!(result.is_err());
    }
}
