use std::{fs, path::Path};

use crate::program::{Place, program, run};

/// Three payments, one of them three times and one twice, and three lines that are none.
const MIXED: &str = r#"{"payment":"a","account":1,"kind":"charge","cents":500}
{"payment":"b","account":2,"kind":"refund","cents":70}
{"payment":"a","account":1,"kind":"charge","cents":500}

{"payment":"a","account":1,"kind":"char
{"payment":"c","account":2,"kind":"charge","cents":-1}
{"payment":"b","account":2,"kind":"refund","cents":70}
{"payment":"a","account":1,"kind":"charge","cents":500}
{"payment":"b","account":2,"kind":"refund","cents":71}
{"payment":"d","account":2,"kind":"charge","cents":1}"#;

const NO_FAULTS: [&str; 2] = ["--faults", "none"];

#[test]
fn the_committed_input_is_what_the_generator_makes() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("payments.jsonl");
    let committed = fs::read(committed).expect("payments.jsonl");
    assert!(committed.iter().filter(|&&byte| byte == b'\n').count() >= 20_000);
    let made = run(program().arg("generate"), "").stdout;
    assert!(made == committed, "run `payments generate` again");
}

#[test]
fn duplicates_are_counted_and_malformed_lines_are_kept() {
    let place = Place::new();
    let ran = place.run(NO_FAULTS, &place.file("mixed.jsonl", MIXED));
    ran.assert_status(0);
    assert_eq!(ran.row("lines"), 9, "a blank line is none");
    assert_eq!(ran.row("applied"), 3);
    assert_eq!(ran.row("duplicates skipped"), 3);
    assert_eq!(ran.row("malformed"), 3);
    assert_eq!(ran.row("balances right"), 2);

    let rejects = fs::read_to_string(place.path("mixed.rejects.jsonl")).expect("the rejects");
    let rejects: Vec<serde_json::Value> =
        rejects.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let lines: Vec<_> = rejects.iter().map(|reject| reject["line"].as_u64()).collect();
    assert_eq!(lines, [Some(5), Some(6), Some(9)]);
    assert!(
        rejects.iter().all(|reject| reject["file"].as_str().is_some_and(|it| it.contains("mixed.jsonl")))
    );
    assert_eq!(rejects[0]["text"], r#"{"payment":"a","account":1,"kind":"char"#);
    assert!(rejects[1]["why"].as_str().is_some_and(|why| why.contains("-1")), "{}", rejects[1]);
    assert!(rejects[2]["why"].as_str().is_some_and(|why| why.contains("came before")), "{}", rejects[2]);
}

#[test]
fn a_dash_is_standard_input() {
    let place = Place::new();
    let options = ["--faults", "none", "--rejects", "other.jsonl"];
    let ran = place.run_with_stdin(options, Path::new("-"), MIXED);
    ran.assert_status(0);
    assert_eq!(ran.row("applied"), 3);
    assert_eq!(fs::read_to_string(place.path("other.jsonl")).expect("the rejects").lines().count(), 3);
}

#[test]
fn rejects_do_not_overwrite_the_input() {
    let place = Place::new();
    let input = place.file("mixed.jsonl", MIXED);
    let ran = place.run(["--faults", "none", "--rejects", "mixed.jsonl"], &input);
    ran.assert_status(2);
    assert_eq!(fs::read_to_string(input).expect("the input"), MIXED);
}
