//! What is allowed where.

use std::fmt;

use crate::{
    resolve::{Place, Resolver},
    tree::Tree,
    walk::walk,
};

/// Every module of the crate root with its floor. A module may use those of its own floor and below.
pub(crate) const FLOORS: &[(usize, &str)] = &[
    (0, "log"), // everybody logs
    (1, "model"),
    (2, "store"),
    (3, "lock"),
    (4, "proof"),
    (5, "repository"),
    (5, "error"), // gathers the errors of all floors; only the top floor gives it out
    (6, "config"),
    (6, "testing"),
];

/// Files that one rule does not hold for.
pub(crate) const EXEMPTIONS: &[Exemption] = &[
    Exemption {
        file: "src/model/clock.rs",
        rule: Rule::Clock,
        reason: "the one place where clocks are read, so that a suspend and a paused clock are right everywhere",
    },
    Exemption {
        file: "src/lock/tasks.rs",
        rule: Rule::Task,
        reason: "the one place where tasks are started, so that each is started again in the next runtime",
    },
    Exemption {
        file: "src/testing/tasks.rs",
        rule: Rule::Task,
        reason: "the one place where the conformance kit starts tasks, which are those of a test",
    },
    Exemption {
        file: "src/testing/conformance.rs",
        rule: Rule::Unclear,
        reason: "its macro is expanded in other people's tests, and a glob is how their harness comes in reach",
    },
    Exemption {
        file: "src/testing/storage/list.rs",
        rule: Rule::Unclear,
        reason: "as that of src/testing/list.rs",
    },
];

pub(crate) struct Exemption {
    pub(crate) file: &'static str,
    pub(crate) rule: Rule,
    pub(crate) reason: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// A floor uses a higher one.
    Upward,
    /// `crate::Locks` for `crate::lock::Locks`: that hides on which floor it is.
    RootName,
    /// A clock is read.
    Clock,
    /// A task or thread is started.
    Task,
    /// A name that cannot be followed: a glob, `#[path]`, `include!`, a root module without a floor.
    Unclear,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) rule: Rule,
    pub(crate) what: String,
}

/// Where a name stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site<'a> {
    pub(crate) file: &'a str,
    pub(crate) module: &'a [String],
    pub(crate) line: usize,
    /// In code that is only compiled for tests.
    pub(crate) test: bool,
    /// In a `#[macro_export]` macro: other crates expand it, so it must name what is public.
    pub(crate) exported: bool,
}

/// All violations in these files, given as (path, text).
pub(crate) fn check(files: &[(String, String)]) -> Vec<Violation> {
    let mut found = check_without_exemptions(files);
    found.retain(|violation| {
        !EXEMPTIONS.iter().any(|exempt| exempt.rule == violation.rule && exempt.file == violation.file)
    });
    found
}

pub(crate) fn check_without_exemptions(files: &[(String, String)]) -> Vec<Violation> {
    let tree = Tree::parse(files);
    let resolver = Resolver::new(&tree);
    let mut found = Vec::new();
    for file in &tree.files {
        walk(file, &resolver, &mut found);
    }
    for name in tree.root_modules() {
        if floor(name).is_none() {
            let what =
                format!("the module `{name}` has no floor: give it one in tests/architecture/rules.rs");
            found.push(Violation { file: "src/lib.rs".into(), line: 1, rule: Rule::Unclear, what });
        }
    }
    found.dedup();
    found
}

/// Looks at one path of the sources and at all that it leads through.
pub(crate) fn check_path(
    resolver: &Resolver<'_>,
    site: Site<'_>,
    written: &str,
    trail: &[Place],
) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut report = |rule, what: String| {
        let violation = Violation { file: site.file.into(), line: site.line, rule, what };
        if !found.contains(&violation) {
            found.push(violation);
        }
    };
    let own = site.module.first();
    for place in trail {
        match place {
            Place::Inside(path) => {
                let (Some(own), Some(target)) = (own, path.first()) else { continue };
                match (floor(own), floor(target)) {
                    (Some(from), Some(to)) if to > from => {
                        report(Rule::Upward, format!("`{written}`: {own} ({from}) uses {target} ({to})"));
                    }
                    (_, Some(_)) => {}
                    _ if resolver.tree.root_modules().any(|module| module == target) => {}
                    _ if site.test && resolver.tree.exported_macros.contains(target) => {}
                    _ if site.exported => {}
                    _ => report(Rule::RootName, format!("`{written}`: name the module that has `{target}`")),
                }
            }
            Place::Outside(path) if !site.test => {
                if reads_clock(path) {
                    report(Rule::Clock, format!("`{written}` reads a clock; use `model::clock`"));
                }
                if starts_task(path) {
                    report(Rule::Task, format!("`{written}` starts a task; use the `tasks` of your floor"));
                }
            }
            Place::Outside(_) => {}
        }
    }
    found
}

/// Looks at a method call; its receiver's type is not known.
pub(crate) fn check_method(site: Site<'_>, name: &str) -> Option<Violation> {
    let (rule, what) = match name {
        _ if site.test => return None,
        "elapsed" => (Rule::Clock, "`.elapsed()` reads a clock; use `BootInstant::since`".to_owned()),
        _ if name.starts_with("spawn") => {
            (Rule::Task, format!("`.{name}(..)` starts a task; use `lock::tasks`"))
        }
        _ => return None,
    };
    Some(Violation { file: site.file.into(), line: site.line, rule, what })
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().find(|(_, name)| *name == module).map(|(number, _)| *number)
}

fn reads_clock(path: &[String]) -> bool {
    const CLOCKS: &[&str] =
        &["Instant", "Local", "OffsetDateTime", "SystemTime", "Timestamp", "Utc", "Zoned"];
    const READS: &[&str] = &["elapsed", "now", "now_local", "now_utc"];
    match path {
        [.., last] if ["clock_gettime", "gettimeofday"].contains(&last.as_str()) => true,
        [.., clock, read] => CLOCKS.contains(&clock.as_str()) && READS.contains(&read.as_str()),
        _ => false,
    }
}

fn starts_task(path: &[String]) -> bool {
    const SETS: &[&str] = &["JoinMap", "JoinSet", "LocalSet", "TaskTracker"];
    path.len() > 1
        && (path.iter().any(|segment| SETS.contains(&segment.as_str()))
            || path.last().is_some_and(|last| last.starts_with("spawn")))
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {:?}: {}", self.file, self.line, self.rule, self.what)
    }
}
