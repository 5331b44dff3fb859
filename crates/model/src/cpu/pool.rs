//! Threads that share the loops of a forward pass.
//!
//! A pass has dozens of loops a token, each of some microseconds. Helpers look for the next loop for a while before they sleep, and
//! join one only while it is open: the caller waits for those that have joined, never for one that the system has not woken yet, which
//! on a busy machine would cost a time slice for each loop.

use std::any::Any;
use std::cell::UnsafeCell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread::{JoinHandle, Thread};

/// Looks at an empty desk before a helper sleeps: about a tenth of a millisecond.
const LOOKS: usize = 2000;

/// Bit of [`Shared::door`] that lets helpers in; the other bits count those inside.
const OPEN: usize = 1;
const ONE_INSIDE: usize = 2;

pub(super) struct Pool {
    shared: Arc<Shared>,
    helpers: Vec<Thread>,
    handles: Vec<JoinHandle<()>>,
    /// One loop at a time; who finds another one under way runs alone.
    turn: Mutex<()>,
}

struct Shared {
    door: AtomicUsize,
    job: UnsafeCell<Option<Job>>,
    asleep: Vec<AtomicBool>,
    ended: AtomicBool,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

/// A loop; the references live until the caller has closed the door and everyone is out.
#[derive(Clone, Copy)]
struct Job {
    body: *const (dyn Fn(Range<usize>) + Sync),
    next: *const AtomicUsize,
    total: usize,
    chunk: usize,
}

// SAFETY: `job` is written only while the door is closed and nobody is inside.
unsafe impl Sync for Shared {}
// SAFETY: the pointers of a job are to things that threads may share.
unsafe impl Send for Shared {}

impl Pool {
    /// As many threads as asked for, the caller's own included.
    pub(super) fn new(threads: usize) -> Pool {
        let count = threads.max(1) - 1;
        let shared = Arc::new(Shared {
            door: AtomicUsize::new(0),
            job: UnsafeCell::new(None),
            asleep: (0..count).map(|_| AtomicBool::new(false)).collect(),
            ended: AtomicBool::new(false),
            panic: Mutex::new(None),
        });
        let spawn = |number: usize| {
            let shared = shared.clone();
            // Where the system gives no more threads the caller works alone.
            std::thread::Builder::new().name(format!("model-{number}")).spawn(move || shared.help(number)).ok()
        };
        let handles: Vec<JoinHandle<()>> = (0..count).map_while(spawn).collect();
        let helpers = handles.iter().map(|handle| handle.thread().clone()).collect();
        Pool { shared, helpers, handles, turn: Mutex::new(()) }
    }

    pub(super) fn threads(&self) -> usize {
        self.helpers.len() + 1
    }

    /// Runs the body over all of `0..total`, in chunks that threads take as they come. A panic of any of them is the caller's.
    pub(super) fn run(&self, total: usize, chunk: usize, body: &(dyn Fn(Range<usize>) + Sync)) {
        let alone = self.helpers.is_empty() || total <= chunk;
        let turn = match self.turn.try_lock() {
            _ if alone => None,
            Ok(turn) => Some(turn),
            // A loop that panicked has left nothing behind.
            Err(TryLockError::Poisoned(turn)) => Some(turn.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        let Some(_turn) = turn else { return body(0..total) };
        let next = AtomicUsize::new(0);
        // SAFETY: the lifetime is cut off, but the job is not read after this call: see `Job`.
        let body: *const (dyn Fn(Range<usize>) + Sync) = unsafe { std::mem::transmute(body) };
        let job = Job { body, next: &raw const next, total, chunk: chunk.max(1) };
        // SAFETY: the door is closed and nobody is inside, for the last caller has waited for that.
        unsafe { *self.shared.job.get() = Some(job) };
        self.shared.door.store(OPEN, Ordering::SeqCst);
        for (helper, asleep) in self.helpers.iter().zip(&self.shared.asleep) {
            if asleep.swap(false, Ordering::SeqCst) {
                helper.unpark();
            }
        }
        // SAFETY: the references live in this frame.
        let own = catch_unwind(AssertUnwindSafe(|| unsafe { job.work() }));
        self.shared.door.fetch_and(!OPEN, Ordering::SeqCst);
        let mut looks = 0;
        while self.shared.door.load(Ordering::Acquire) != 0 {
            pause(&mut looks);
        }
        let others = self.shared.panic.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(panic) = own.err().or(others) {
            resume_unwind(panic);
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        for handle in self.handles.drain(..) {
            handle.thread().unpark();
            // A helper catches what its loops throw.
            let _ = handle.join();
        }
    }
}

impl Shared {
    fn help(&self, number: usize) {
        let mut looks = 0;
        while !self.ended.load(Ordering::Acquire) {
            if self.enter() {
                // SAFETY: whoever is inside keeps the job alive.
                if let Some(job) = unsafe { *self.job.get() }
                    && let Err(panic) = catch_unwind(AssertUnwindSafe(|| unsafe { job.work() }))
                {
                    *self.panic.lock().unwrap_or_else(PoisonError::into_inner) = Some(panic);
                }
                self.door.fetch_sub(ONE_INSIDE, Ordering::Release);
                // The same loop is seen again until its caller closes it, and holds nothing more.
                looks = 0;
                while self.door.load(Ordering::Acquire) & OPEN != 0 && looks < LOOKS {
                    pause(&mut looks);
                }
                looks = 0;
            } else if looks < LOOKS {
                pause(&mut looks);
            } else {
                self.asleep[number].store(true, Ordering::SeqCst);
                // A door that was opened in between has perhaps not seen this one asleep.
                if self.door.load(Ordering::SeqCst) & OPEN == 0 && !self.ended.load(Ordering::SeqCst) {
                    std::thread::park();
                }
                self.asleep[number].store(false, Ordering::SeqCst);
                looks = 0;
            }
        }
    }

    fn enter(&self) -> bool {
        let mut door = self.door.load(Ordering::Acquire);
        while door & OPEN != 0 {
            match self.door.compare_exchange_weak(door, door + ONE_INSIDE, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return true,
                Err(now) => door = now,
            }
        }
        false
    }
}

impl Job {
    /// # Safety
    /// The references live.
    unsafe fn work(&self) {
        // SAFETY: the caller's.
        let (body, next) = unsafe { (&*self.body, &*self.next) };
        loop {
            let start = next.fetch_add(self.chunk, Ordering::Relaxed);
            if start >= self.total {
                return;
            }
            body(start..(start + self.chunk).min(self.total));
        }
    }
}

/// Lets another thread have the processor now and then.
fn pause(looks: &mut usize) {
    *looks += 1;
    if looks.is_multiple_of(64) { std::thread::yield_now() } else { std::hint::spin_loop() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_loop_runs_once() {
        let pool = Pool::new(3);
        for total in [0, 1, 7, 1000] {
            for _ in 0..50 {
                let counts: Vec<AtomicUsize> = (0..total).map(|_| AtomicUsize::new(0)).collect();
                pool.run(total, 3, &|range| range.for_each(|index| add(&counts[index], 1)));
                assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == 1));
            }
        }
    }

    #[test]
    fn helpers_that_sleep_are_woken() {
        let pool = Pool::new(2);
        for _ in 0..3 {
            std::thread::sleep(std::time::Duration::from_millis(20));
            let sum = AtomicUsize::new(0);
            pool.run(100, 1, &|range| add(&sum, range.start));
            assert_eq!(sum.into_inner(), 4950);
        }
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_pool_lives_on() {
        let pool = Pool::new(3);
        for _ in 0..20 {
            let result =
                catch_unwind(AssertUnwindSafe(|| pool.run(64, 1, &|range| assert!(range.start != 40, "part 40"))));
            assert!(result.is_err());
            pool.run(64, 1, &|_| {});
        }
    }

    #[test]
    fn two_callers_at_once_both_finish() {
        let pool = Pool::new(2);
        let sum = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    (0..100).for_each(|_| pool.run(50, 1, &|range| add(&sum, range.len())));
                });
            }
        });
        assert_eq!(sum.into_inner(), 4 * 100 * 50);
    }

    fn add(sum: &AtomicUsize, more: usize) {
        sum.fetch_add(more, Ordering::Relaxed);
    }
}
