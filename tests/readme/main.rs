//! The README is true: its programs are compiled as crates of their own, run, and say what it says they say.
#![cfg(all(feature = "macros", feature = "sqlite"))]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

#[cfg(all(unix, feature = "postgres"))]
mod accounts;

const README: &str = include_str!("../../README.md");

/// The code blocks of the README that begin with this fence, in order.
fn blocks(fence: &str) -> Vec<&'static str> {
    let opening = format!("\n```{fence}\n");
    README.split(&opening).skip(1).map(|rest| rest.split("```").next().expect("a closing fence")).collect()
}

fn only(fence: &str) -> &'static str {
    match blocks(fence)[..] {
        [block] => block,
        ref blocks => panic!("{} blocks of ```{fence} in the README", blocks.len()),
    }
}

/// The `cargo add` lines as dependencies of a manifest, the first one on this checkout.
fn dependencies() -> String {
    let console = blocks("console").into_iter().find(|block| block.contains("cargo add")).expect("cargo add");
    let adds = console.lines().filter_map(|line| line.strip_prefix("cargo add "));
    adds.map(|add| {
        let (name, features) = add.split_once(" --features ").expect("features");
        let features: Vec<_> = features.split(',').map(|feature| format!("{feature:?}")).collect();
        let place = match name {
            "lockproof" => format!("path = {:?}", env!("CARGO_MANIFEST_DIR")),
            _ => "version = \"1\"".to_owned(),
        };
        format!("{name} = {{ {place}, features = [{}] }}\n", features.join(", "))
    })
    .collect()
}

/// A crate of its own with these programs.
struct Project(PathBuf);

impl Project {
    fn new(programs: &[(&str, &str)]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("src/bin")).expect("a folder");
        let manifest = format!(
            "[package]\nname = \"shop\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{}",
            dependencies()
        );
        fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
        // The same versions as here, so that nothing is downloaded.
        let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
        fs::copy(lock, folder.join("Cargo.lock")).expect("a lock file");
        for (name, program) in programs {
            fs::write(folder.join(format!("src/{name}.rs")), program).expect("a program");
        }
        Self(folder)
    }

    fn cargo(&self, arguments: &[&str]) -> Output {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
        Command::new(env!("CARGO"))
            .args(arguments)
            .args(["--offline", "--quiet"])
            .current_dir(&self.0)
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_TERM_COLOR", "never")
            .output()
            .expect("cargo runs")
    }
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).replace("\r\n", "\n")
}

#[test]
fn the_programs_do_what_the_readme_says() {
    let example = blocks("rust")[0];
    let lines = |sign| {
        only("diff").lines().filter_map(move |line| line.strip_prefix(sign)).map(|line| format!("{line}\n"))
    };
    let (locked, unlocked): (String, String) = (lines('-').collect(), lines('+').collect());
    assert!(example.contains(&locked), "the diff is not one of the example");
    // What the example used with the lock is not used without it; warnings about that are not of interest.
    let without = format!("#![allow(dead_code, unused_imports)]\n{}", example.replace(&locked, &unlocked));
    let project =
        Project::new(&[("main", only("rust,no_run")), ("bin/example", example), ("bin/unlocked", &without)]);

    let [error, printed] = blocks("text")[..] else { panic!("an error and an output") };
    let own = project.cargo(&["run", "--bin", "shop"]);
    assert!(own.status.success(), "{}", text(&own.stderr));
    assert_eq!(text(&own.stdout), printed);
    assert_eq!(text(&own.stderr), "", "it compiles without a warning");

    let first = project.cargo(&["run", "--bin", "example"]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    assert_eq!(text(&first.stderr), "", "it compiles without a warning");

    let refused = project.cargo(&["check", "--bin", "unlocked"]);
    let words = plain(&text(&refused.stderr));
    assert!(!refused.status.success(), "saving without a lock compiles");
    assert_eq!(words.matches("error[").count(), 1, "one mistake is one error:\n{words}");
    assert!(words.starts_with(&plain(error)), "the README shows another error than this one:\n{words}");
}

/// An error without the numbers of its lines, which are those of another file.
fn plain(error: &str) -> String {
    let lines = error.lines().filter(|line| !line.trim_start().starts_with("--> "));
    lines
        .map(|line| match line.split_once('|') {
            Some((number, rest)) if number.trim().parse::<u32>().is_ok() || number.trim().is_empty() => {
                format!("|{}\n", rest.trim_end())
            }
            _ => format!("{}\n", line.trim()),
        })
        .collect()
}
