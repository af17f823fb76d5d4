//! What is not usable: one line that says why, and exit status 2.

use std::path::Path;

use crate::program::Place;

const LINE: &str = r#"{"payment":"a","account":1,"kind":"charge","cents":500}"#;

#[track_caller]
fn refused<const N: usize>(place: &Place, options: [&str; N], input: impl AsRef<Path>, why: &str) {
    place.run(options, input.as_ref()).assert_refused(why);
}

#[test]
fn inputs() {
    let place = Place::new();
    refused(
        &place,
        [],
        "missing.jsonl",
        "missing.jsonl: there is no such file, and no such command; try `--help`",
    );
    refused(&place, [], ".", "this is a directory");
    refused(&place, [], place.file("empty.jsonl", "\n"), "there is no payment in it");
    let latin = [LINE.as_bytes(), b"\n{\"payment\":\"caf\xe9\"}\n"].concat();
    refused(&place, [], place.file("latin.jsonl", latin), "latin.jsonl:2: the line is not UTF-8");
    let few = place.file("few.jsonl", LINE);
    refused(&place, [], &few, "the faults need two accounts");
    let none = ["--faults", "none", "--rejects", "no/where.jsonl"];
    let malformed = place.file("malformed.jsonl", format!("{LINE}\n?\n"));
    refused(&place, none, malformed, "no/where.jsonl");
}

#[test]
fn stores() {
    let place = Place::new();
    let input = place.generated();
    refused(&place, ["--store", "redis"], &input, "there is `memory`, `sqlite`, `sqlite:PATH`");
    refused(&place, ["--store", "sqlite:"], &input, "the path is missing");
    let text = "This is a text, and long enough not to be taken for an empty database. ".repeat(20);
    place.file("text.db", &text);
    refused(&place, ["--store", "sqlite:text.db"], &input, "text.db: file is not a database");
    refused(&place, ["--store", "sqlite:no/where.db"], &input, "no/where.db");
}

#[test]
fn options() {
    let place = Place::new();
    let input = place.generated();
    refused(&place, ["--workers", "0"], &input, "0 is not in 1..=64");
    refused(&place, ["--workers", "1"], &input, "the faults need two workers");
    refused(&place, ["--store", "memory", "--faults", "default"], &input, "`--store memory` has no faults");
    refused(&place, ["--faults", "many"], &input, "invalid value 'many'");
}
