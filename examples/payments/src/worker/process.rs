//! A worker as a process: where to work and then orders on standard input, reports on standard output.

use std::{
    io::{Write, stdout},
    sync::Arc,
};

use anyhow::Result;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines, Stdin, stdin},
    sync::mpsc::{UnboundedSender, unbounded_channel},
};

use super::{Reporter, work};
use crate::{
    home::{Home, Workplace},
    protocol::{Order, Report},
};

pub(crate) async fn run() {
    let mut lines = BufReader::new(stdin()).lines();
    let Ok(Some(first)) = lines.next_line().await else { return };
    let report: Reporter = Arc::new(print);
    match open(&first, Arc::clone(&report)).await {
        Ok(home) => {
            let (orders, given) = unbounded_channel();
            tokio::join!(read(lines, orders), work(home, given, report));
        }
        Err(error) => report(Report::Failed { why: error.to_string() }),
    }
}

async fn open(workplace: &str, report: Reporter) -> Result<Home> {
    let workplace: Workplace = serde_json::from_str(workplace)?;
    Ok(workplace.open(Some(report)).await?)
}

/// Reads orders to the end of the input.
async fn read(mut lines: Lines<BufReader<Stdin>>, orders: UnboundedSender<Order>) {
    while let Ok(Some(line)) = lines.next_line().await {
        let Ok(order) = serde_json::from_str(&line) else {
            eprintln!("payments: a worker was given what is no order: {line}");
            return;
        };
        if orders.send(order).is_err() {
            return;
        }
    }
}

/// Writes a line and flushes it. Whoever does not get it has gone, and closes our input too.
fn print(report: Report) {
    let line = serde_json::to_string(&report).unwrap_or_else(|error| error.to_string());
    let mut stdout = stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}
