//! Drops a future at each of its polls in turn.

use std::{
    any::Any,
    collections::BTreeMap,
    fmt::Write as _,
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use futures::{FutureExt, future::LocalBoxFuture};

use crate::{
    faulty::Fault,
    slow::Pace,
    world::{Company, Home, Key, Moment, Place, Setting, World},
};

/// A situation in which a future is dropped, and what is to be said of it besides.
pub(crate) struct Case {
    /// The future, as the sources call it, and others that this is the same for.
    pub(crate) covers: &'static [&'static str],
    name: &'static str,
    key: &'static str,
    wants: bool,
    alone: bool,
    /// In fewer settings.
    briefly: bool,
    /// Several futures are dropped in a row, each at each poll of those before: that is a lot.
    many: bool,
    trouble: Option<Fault>,
    run: Box<dyn Run>,
}

trait Run {
    fn run<'a>(&'a self, world: &'a World) -> LocalBoxFuture<'a, ()>;
}

impl<F: AsyncFn(&World)> Run for F {
    fn run<'a>(&'a self, world: &'a World) -> LocalBoxFuture<'a, ()> {
        Box::pin(self(world))
    }
}

/// A case of a future that is about a lock that is there.
pub(crate) fn case(
    covers: &'static [&'static str],
    name: &'static str,
    run: impl AsyncFn(&World) + 'static,
) -> Case {
    Case {
        covers,
        name,
        key: "k",
        wants: false,
        alone: false,
        briefly: false,
        many: false,
        trouble: None,
        run: Box::new(run),
    }
}

/// A case of a future that takes a lock: also while others have it.
pub(crate) fn wants(
    covers: &'static [&'static str],
    name: &'static str,
    run: impl AsyncFn(&World) + 'static,
) -> Case {
    Case { wants: true, ..case(covers, name, run) }
}

impl Case {
    /// It is about this key and not about `k`.
    pub(crate) fn on(self, key: &'static str) -> Self {
        Self { key, ..self }
    }

    /// Nobody else is about: it is not about a lock, or cannot say what others make of it.
    pub(crate) fn alone(self) -> Self {
        Self { alone: true, ..self }
    }

    /// Something goes wrong with the store besides.
    pub(crate) fn troubled(self, trouble: Fault) -> Self {
        Self { trouble: Some(trouble), ..self }
    }

    /// It is another form of one that is driven in all settings.
    pub(crate) fn briefly(self) -> Self {
        Self { briefly: true, ..self }
    }

    /// It drops several in a row.
    pub(crate) fn many(self) -> Self {
        Self { briefly: true, many: true, ..self }
    }

    /// In a file each run takes its time: there are fewer of them.
    fn settings(&self, home: Home) -> Vec<Setting> {
        let in_memory = matches!(home, Home::Memory(_));
        if !in_memory && (self.many || self.trouble.is_some()) {
            return Vec::new();
        }
        let briefly = self.briefly || !in_memory;
        let keys: &[Key] = match self.wants {
            false => &[Key::Free],
            true if !briefly => &Key::EACH,
            true => &[Key::Free, Key::HeldHere, Key::HeldElsewhere],
        };
        let companies: &[Company] = match () {
            () if self.alone => &[Company::Nobody],
            () if briefly => &[Company::Nobody, Company::After],
            () => &[Company::Nobody, Company::Before, Company::After],
        };
        let moments: &[Moment] = match !briefly && !self.alone {
            true => &[Moment::AtOnce, Moment::WhenWoken],
            false => &[Moment::AtOnce],
        };
        let mut settings = Vec::new();
        for key in keys {
            for company in companies {
                for moment in moments {
                    let (key, company, moment, trouble) = (*key, *company, *moment, self.trouble);
                    settings.push(Setting { key, company, moment, trouble });
                }
            }
        }
        settings
    }

    /// How many polls the future takes in each setting, and how many runs that were.
    async fn drive(&self, home: Home) -> Result<Counted, String> {
        let mut counted = Counted::default();
        let place = Place::new(home).await;
        for setting in self.settings(home) {
            let polls = self.drive_in(&place, setting, &mut counted.runs).await?;
            let most = counted.polls.entry(format!("{:?}", setting.key)).or_default();
            *most = polls.max(*most);
        }
        Ok(counted)
    }

    /// Drops it after no poll, after one, and so on until it is done; where a case drops several in a row, each of
    /// them at each poll of those before.
    async fn drive_in(&self, place: &Place, setting: Setting, runs: &mut usize) -> Result<usize, String> {
        /// Who needs more does not come to an end.
        const POLLS: usize = 500;

        let mut polls = Vec::new();
        let mut most = 0;
        loop {
            let what =
                || format!("{} ({}) in {setting:?}, polled {polls:?} times", self.covers[0], self.name);
            let world = World::new(place, setting, self.key, polls.clone()).await;
            *runs += 1;
            let run = async {
                world.occupy().await;
                self.run.run(&world).await;
                world.check().await
            };
            let run = AssertUnwindSafe(run).catch_unwind();
            match tokio::time::timeout(Duration::from_secs(100), run).await {
                Ok(Ok(checked)) => checked.map_err(|error| format!("{}: {error}", what()))?,
                Ok(Err(panic)) => return Err(format!("{}: panics: {}", what(), text(&*panic))),
                Err(_) => return Err(format!("{}: does not end", what())),
            }
            let mut plan = world.into_plan();
            if plan.done.first() == Some(&true) {
                most = plan.polls[0].max(most);
            }
            // The next plan: one poll more for the last one that is not done, and those after it from the start.
            while plan.done.last() == Some(&true) {
                plan.done.pop();
            }
            if plan.done.is_empty() {
                return Ok(most);
            }
            plan.polls.truncate(plan.done.len());
            if let Some(last) = plan.polls.last_mut() {
                *last += 1;
                if *last > POLLS {
                    return Err(format!("{}: not done by then", what()));
                }
            }
            polls = plan.polls;
        }
    }
}

#[derive(Default)]
struct Counted {
    /// The most polls that it took, by who had the key.
    polls: BTreeMap<String, usize>,
    runs: usize,
}

/// Drives all cases, prints how often each future was polled, and tells what is wrong.
pub(crate) async fn drive_all(cases: &[Case], home: Home) -> Result<(), String> {
    let mut wrong = String::new();
    let mut most: BTreeMap<&str, usize> = BTreeMap::new();
    println!("\n{home:?}: the polls until it is done, by who has the key");
    for case in cases {
        let begun = Instant::now();
        let (future, name) = (case.covers[0], case.name);
        match case.drive(home).await {
            Ok(Counted { runs: 0, .. }) => {}
            Ok(Counted { polls, runs }) => {
                for covered in case.covers {
                    let most = most.entry(covered).or_default();
                    *most = polls.values().copied().fold(*most, usize::max);
                }
                let polls: Vec<_> = polls.iter().map(|(key, polls)| format!("{key} {polls}")).collect();
                let (took, polls) = (begun.elapsed().as_millis(), polls.join(", "));
                println!("{future:<32} {name:<40} {runs:>6} runs {took:>5} ms   {polls}");
            }
            Err(error) => {
                println!("{future:<32} {name:<40} FAILED");
                let _ = writeln!(wrong, "{error}");
            }
        }
    }
    // One that is done at once was not dropped half-way.
    let is_slow = matches!(home, Home::Memory(pace) if pace != Pace::AsItIs);
    let at_once = most.iter().filter(|(_, polls)| **polls < 2 && is_slow);
    for (future, _) in at_once {
        let _ = writeln!(wrong, "{future}: no case takes more than one poll");
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn text(panic: &(dyn Any + Send)) -> String {
    let literal = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    literal.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}
