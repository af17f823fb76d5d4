//! The same application in each database.

use std::collections::BTreeSet;

use own_tables::bank::Bank;

/// Many pay in at once: nothing is lost, no more than the quota comes in, and every receipt has a number of its own.
async fn nothing_is_lost(url: &str) {
    let bank = Bank::open(url).await.expect("opens");
    bank.open_account(1, "Ada", 210).await.expect("a new account");
    bank.open_account(1, "Bob", 10).await.expect_err("there is one");
    // Another process, as far as locks are concerned.
    let branch = Bank::open(url).await.expect("opens");
    let paying: Vec<_> = (1..=20)
        .map(|amount| {
            let bank = if amount % 2 == 0 { bank.clone() } else { branch.clone() };
            tokio::spawn(
                async move { *bank.pay_in(1, amount).await.expect("answered").expect("paid in").id() },
            )
        })
        .collect();
    let mut numbers = BTreeSet::new();
    for paid in paying {
        numbers.insert(paid.await.expect("no panic"));
    }
    assert_eq!(bank.balance(1).await.expect("found"), Some(210));
    assert_eq!(numbers.len(), 20);
    assert!(branch.pay_in(1, 1).await.expect("answered").is_none(), "the quota is used up");
    let last = bank.last_receipts(1, 3).await.expect("found");
    let last: Vec<_> = last.iter().map(|receipt| receipt.id).collect();
    assert_eq!(last, numbers.iter().rev().take(3).copied().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn in_sqlite() {
    let folder = tempfile::tempdir().expect("a directory");
    nothing_is_lost(&format!("sqlite:{}?mode=rwc", folder.path().join("bank.db").display())).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn in_postgresql() {
    nothing_is_lost(&lockproof_test_servers::Postgres::shared().database()).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn in_mysql_or_mariadb() {
    nothing_is_lost(&lockproof_test_servers::mysql_database()).await;
}

#[tokio::test]
async fn another_url_is_refused() {
    let refused = Bank::open("mongodb://127.0.0.1").await.err().expect("no such database");
    assert!(refused.to_string().contains("sqlite:"), "{refused}");
}
