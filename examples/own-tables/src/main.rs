//! Pays something into an account: `own-tables [URL]`, with a file in this directory if there is none.

use std::error::Error;

use lockproof::Error as LockproofError;
use own_tables::bank::Bank;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "sqlite:own-tables.db?mode=rwc".into());
    let bank = Bank::open(&url).await?;
    match bank.open_account(1, "Ada", 100_000).await {
        // It is the second time that this runs.
        Ok(()) | Err(LockproofError::Insert(lockproof::InsertError::AlreadyExists { .. })) => {}
        Err(error) => return Err(error.into()),
    }
    match bank.pay_in(1, 500).await? {
        Some(receipt) => println!("receipt {}: {} cents", receipt.id, receipt.amount),
        None => println!("no more can be paid in"),
    }
    println!("on the account: {:?}", bank.balance(1).await?);
    Ok(())
}
