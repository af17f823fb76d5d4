//! The second reading of the input: what the balances must be. It shares no code with the workers, nor with the first
//! reading.

use std::{
    collections::{BTreeMap, HashMap},
    fs, io,
    path::Path,
};

use serde_json::Value;

/// What an account must have come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Books {
    /// In cents.
    pub(crate) balance: i64,
    /// How many payments made it so.
    pub(crate) payments: usize,
}

/// The books of every account, by the input alone: of the lines that say the same payment, the first one counts.
pub(crate) fn expected(path: &Path) -> io::Result<BTreeMap<u64, Books>> {
    let text = fs::read_to_string(path)?;
    let mut first = HashMap::new();
    for line in text.lines() {
        if let Some((payment, account, amount)) = amount(line) {
            first.entry(payment).or_insert((account, amount));
        }
    }
    let mut accounts: BTreeMap<u64, Books> = BTreeMap::new();
    for (account, amount) in first.into_values() {
        let books = accounts.entry(account).or_default();
        books.balance += amount;
        books.payments += 1;
    }
    Ok(accounts)
}

/// Payment, account and what is to be added to it, if the line is a payment.
fn amount(line: &str) -> Option<(String, u64, i64)> {
    let line: Value = serde_json::from_str(line).ok()?;
    let payment = line["payment"].as_str().filter(|payment| !payment.is_empty())?;
    let account = line["account"].as_u64().filter(|account| *account <= u64::from(u32::MAX))?;
    let cents = line["cents"].as_i64().filter(|cents| (1..=i64::from(u32::MAX)).contains(cents))?;
    let amount = match line["kind"].as_str()? {
        "charge" => cents,
        "refund" => -cents,
        _ => return None,
    };
    Some((payment.to_owned(), account, amount))
}
