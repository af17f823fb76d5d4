//! Makes an input like `payments.jsonl`: the same options give the same lines.

use std::io::{self, BufWriter, Write, stdout};

use fastrand::Rng;

use crate::cli::Generate;

/// Lines of which some are in every queue.
const MALFORMED: [&str; 10] = [
    r#"{"payment":"p-0004"#,
    r#"{"account":7,"kind":"charge","cents":1250}"#,
    r#"{"payment":"p-900001","account":7,"kind":"charge"}"#,
    r#"{"payment":"p-900002","account":7,"kind":"refund","cents":-1250}"#,
    r#"{"payment":"p-900003","account":7,"kind":"charge","cents":0}"#,
    r#"{"payment":"p-900004","account":7,"kind":"charge","cents":12.5}"#,
    r#"{"payment":"p-900005","account":"seven","kind":"charge","cents":1250}"#,
    r#"{"payment":"p-900006","account":7,"kind":"chargeback","cents":1250}"#,
    r#"{"payment":"","account":7,"kind":"charge","cents":1250}"#,
    "<html><h1>502 Bad Gateway</h1></html>",
];

/// A payment that came before, with another amount.
const CHANGED: &str = r#"{"payment":"p-000000","account":1,"kind":"charge","cents":4294967295}"#;

/// Prints it.
pub(crate) fn generate(options: &Generate) -> io::Result<()> {
    let mut out = BufWriter::new(stdout().lock());
    for line in lines(options) {
        writeln!(out, "{line}")?;
    }
    out.flush()
}

fn lines(options: &Generate) -> Vec<String> {
    let mut random = Rng::with_seed(options.seed);
    // Each delivery with the place in the queue that it comes to.
    let mut queue: Vec<(usize, String)> = Vec::new();
    for nth in 0..options.payments {
        let text = payment(nth, options.accounts, &mut random);
        // Not even the first deliveries come in order.
        queue.push((nth + random.usize(..20), text.clone()));
        for _ in 1..deliveries(&mut random) {
            queue.push((nth + random.usize(20..600), text.clone()));
        }
    }
    queue.sort();
    let mut lines: Vec<String> = queue.into_iter().map(|(_, line)| line).collect();
    let every = lines.len() / (MALFORMED.len() + 1);
    for (nth, line) in MALFORMED.into_iter().enumerate().rev() {
        lines.insert((nth + 1) * every, line.into());
    }
    lines.push(CHANGED.into());
    lines
}

fn payment(nth: usize, accounts: u32, random: &mut Rng) -> String {
    let kind = if random.u8(..10) < 7 { "charge" } else { "refund" };
    let account = random.u32(1..=accounts);
    let cents = random.u32(100..=50_000);
    format!(r#"{{"payment":"p-{nth:06}","account":{account},"kind":"{kind}","cents":{cents}}}"#)
}

/// Of ten payments, five arrive once, three twice and two three times.
fn deliveries(random: &mut Rng) -> usize {
    match random.u8(..10) {
        0..5 => 1,
        5..8 => 2,
        _ => 3,
    }
}
