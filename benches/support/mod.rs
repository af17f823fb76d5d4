//! Something that locks by name against its floor, the same work done bare: both in turn, so that whatever else the
//! machine does hits both, and what counts is the ratio.

pub(crate) mod ours;
pub(crate) mod work;

use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

use criterion::Criterion;
use tokio::runtime::{Builder, Handle, Runtime};

pub(crate) use self::{
    ours::{Dropped, Released},
    work::Work,
};

/// Something that locks by name.
pub(crate) trait Locker: Clone + Send + Sync + 'static {
    type Guard: Send;

    fn acquire(&self, key: &str) -> impl Future<Output = Self::Guard> + Send;
    fn release(&self, guard: Self::Guard) -> impl Future<Output = ()> + Send;
}

pub(crate) fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// Measures, and prints all ratios at the end.
pub(crate) struct Comparisons<'a> {
    criterion: &'a mut Criterion,
    runtime: Handle,
    lines: Vec<String>,
}

impl<'a> Comparisons<'a> {
    pub(crate) fn new(criterion: &'a mut Criterion, runtime: &Runtime) -> Self {
        Self { criterion, runtime: runtime.handle().clone(), lines: Vec::new() }
    }

    /// Criterion shows what our part took; the ratio is the median over all samples of both.
    pub(crate) fn compare(&mut self, name: &str, work: Work, floor: &impl Locker, ours: &impl Locker) {
        let Self { criterion, runtime, lines } = self;
        let samples = RefCell::new(Vec::new());
        criterion.bench_function(name, |bencher| {
            bencher.iter_custom(|rounds| {
                let of_floor = took(runtime, work, floor, rounds);
                let of_ours = took(runtime, work, ours, rounds);
                samples.borrow_mut().push((of_floor, of_ours, rounds));
                of_ours
            });
        });
        let samples = samples.into_inner();
        if samples.is_empty() {
            return; // left out by a filter
        }
        let pair = |took: fn(&(Duration, Duration, u64)) -> Duration| {
            let each = samples.iter().map(|sample| took(sample).as_secs_f64() / work.pairs(sample.2) as f64);
            median(each.collect()) * 1e6
        };
        let ratio = median(samples.iter().map(|(floor, ours, _)| floor.div_duration_f64(*ours)).collect());
        lines.push(format!(
            "{name:44} {:9.3} µs {:9.3} µs  {ratio:5.2} x floor",
            pair(|sample| sample.0),
            pair(|sample| sample.1),
        ));
    }
}

impl Drop for Comparisons<'_> {
    fn drop(&mut self) {
        println!("\n{:44} {:>12} {:>12}", "a round of acquire and release", "floor", "lockproof");
        self.lines.iter().for_each(|line| println!("{line}"));
    }
}

/// On a task of its own: what is driven by `block_on` pays for other wake-ups.
fn took(runtime: &Handle, work: Work, locker: &impl Locker, rounds: u64) -> Duration {
    let locker = locker.clone();
    let task = runtime.spawn(async move {
        let begin = Instant::now();
        work.run(&locker, rounds).await;
        begin.elapsed()
    });
    runtime.block_on(task).expect("no panic")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
