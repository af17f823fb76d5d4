//! Pays something into an account: `own-tables [URL]`, with a file in this directory if there is none.

use std::error::Error;

use lockproof::Error as LockproofError;
use own_tables::bank::Bank;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "sqlite:own-tables.db?mode=rwc".into());
    let bank = Bank::open(&url).await?;
    match bank.open_account(1, "Ada").await {
        // It is the second time that this runs.
        Ok(()) | Err(LockproofError::Insert(lockproof::InsertError::AlreadyExists { .. })) => {}
        Err(error) => return Err(error.into()),
    }
    let receipt = bank.pay_in(1, 500).await?;
    println!("receipt {}: {} cents", receipt.id, receipt.amount);
    println!("on the account: {:?}", bank.balance(1).await?);
    Ok(())
}
