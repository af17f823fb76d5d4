use super::{Account, Home, loaded, token};
use crate::{
    field,
    model::FencingToken,
    proof::Stored,
    repository::{Claimed, Inserted, Query, Storage, Written},
};

pub(super) async fn comes_back_as_it_went_in(home: Home<impl Storage<Account>>) {
    let account = Account::new("a", 7);
    assert_eq!(home.find("a").await, None);
    assert_eq!(home.claim("a", 9).await, Claimed::Gone);
    let version = home.inserted(&account).await;
    assert!(version > 1_700_000_000_000_000, "microseconds since 1970: {version}");
    assert_eq!(home.find("a").await, Some(Stored { entity: account.clone(), version }));
    assert_eq!(home.claim("a", 9).await, loaded(&account, version));
    let richer = Account { balance: 8, ..account };
    assert_eq!(home.update(&richer, 9, version..=version).await, Written::Done);
    assert_eq!(home.find("a").await, Some(Stored { entity: richer, version: version + 1 }));
    assert_eq!(home.delete("a", 9, version + 1..=version + 1).await, Written::Done);
    assert_eq!(home.find("a").await, None);
}

pub(super) async fn insert_never_writes_over(home: Home<impl Storage<Account>>) {
    let account = Account::new("a", 7);
    let version = home.inserted(&account).await;
    assert_eq!(home.insert(&Account::new("a", 0)).await, Inserted::Exists);
    assert_eq!(home.find("a").await, Some(Stored { entity: account.clone(), version }));
    home.claim("a", 9).await;
    assert_eq!(home.insert(&Account::new("a", 0)).await, Inserted::Exists);
    assert_eq!(home.claim("a", 8).await, Claimed::Fenced { by: token(9) }, "the fence stands");
}

pub(super) async fn a_claim_stamps_and_a_lower_one_is_fenced(home: Home<impl Storage<Account>>) {
    let account = Account::new("a", 7);
    let version = home.inserted(&account).await;
    assert_eq!(home.claim("a", 5).await, loaded(&account, version));
    assert_eq!(home.claim("a", 5).await, Claimed::Fenced { by: token(5) }, "a token claims a row once");
    assert_eq!(home.claim("a", 8).await, loaded(&account, version));
    assert_eq!(home.claim("a", 5).await, Claimed::Fenced { by: token(8) });
    assert_eq!(home.claim("a", FencingToken::MAX.get()).await, loaded(&account, version));
}

pub(super) async fn the_token_of_a_seat_claims_a_row_again(home: Home<impl Storage<Account>>) {
    let account = Account::new("a", 7);
    let version = home.inserted(&account).await;
    assert_eq!(home.claim_seat("a", 5).await, loaded(&account, version));
    assert_eq!(home.claim_seat("a", 5).await, loaded(&account, version), "its leases share a token");
    assert_eq!(home.claim("a", 5).await, Claimed::Fenced { by: token(5) });
    let richer = Account { balance: 8, ..account };
    assert_eq!(home.update(&richer, 5, version..=version).await, Written::Done);
    assert_eq!(home.claim_seat("a", 5).await, loaded(&richer, version + 1));
    home.claim("a", 8).await;
    assert_eq!(home.claim_seat("a", 5).await, Claimed::Fenced { by: token(8) });
    assert_eq!(home.claim_seat("a", FencingToken::MAX.get()).await, loaded(&richer, version + 1));
    assert_eq!(home.claim_seat("b", 5).await, Claimed::Gone);
}

pub(super) async fn updates_under_fence_and_version_only(home: Home<impl Storage<Account>>) {
    let account = Account::new("a", 7);
    let version = home.inserted(&account).await;
    let poorer = Account { balance: 0, ..account.clone() };
    assert_eq!(home.update(&poorer, 5, version..=version).await, Written::Gone, "never claimed under 5");
    home.claim("a", 5).await;
    assert_eq!(home.update(&poorer, 5, version + 1..=version + 2).await, Written::Stale { found: version });
    assert_eq!(home.update(&poorer, 5, version - 2..=version - 1).await, Written::Stale { found: version });
    home.claim("a", 8).await;
    assert_eq!(home.update(&poorer, 5, version..=version).await, Written::Fenced { by: token(8) });
    assert_eq!(home.find("a").await, Some(Stored { entity: account, version }), "nothing was changed");
    let missing = Account::new("b", 0);
    assert_eq!(home.update(&missing, 5, version..=version).await, Written::Gone);
    assert_eq!(home.find("b").await, None);
}

pub(super) async fn deletes_under_fence_and_version_only(home: Home<impl Storage<Account>>) {
    let account = Account::new("a", 7);
    let version = home.inserted(&account).await;
    home.claim("a", 5).await;
    assert_eq!(home.delete("a", 5, version + 1..=version + 1).await, Written::Stale { found: version });
    home.claim("a", 8).await;
    assert_eq!(home.delete("a", 5, version..=version).await, Written::Fenced { by: token(8) });
    assert_eq!(home.find("a").await, Some(Stored { entity: account, version }));
    assert_eq!(home.delete("a", 8, version - 1..=version).await, Written::Done);
    assert_eq!(home.delete("a", 8, version..=version).await, Written::Gone);
}

pub(super) async fn a_guard_from_before_a_delete_is_refused(home: Home<impl Storage<Account>>) {
    let account = Account::new("a", 7);
    let first = home.inserted(&account).await;
    home.claim("a", 5).await;
    assert_eq!(home.delete("a", 5, first..=first).await, Written::Done);
    let second = home.inserted(&account).await;
    assert!(second > first, "{second} after {first}");
    assert_eq!(home.update(&account, 5, first..=first).await, Written::Gone);
    assert_eq!(home.delete("a", 5, first..=first).await, Written::Gone);
    home.claim("a", 5).await;
    assert_eq!(home.update(&account, 5, first..=first).await, Written::Stale { found: second });
    assert_eq!(home.find("a").await, Some(Stored { entity: account, version: second }));
}

pub(super) async fn an_attempt_in_doubt_is_repeated_and_a_late_one_refused(
    home: Home<impl Storage<Account>>,
) {
    let account = Account::new("a", 7);
    let version = home.inserted(&account).await;
    home.claim("a", 5).await;
    let (first, second) = (Account { balance: 8, ..account.clone() }, Account { balance: 9, ..account });
    // The first attempt landed and its answer was lost: the second may follow it.
    assert_eq!(home.update(&first, 5, version..=version).await, Written::Done);
    assert_eq!(home.update(&second, 5, version..=version + 1).await, Written::Done);
    assert_eq!(home.find("a").await, Some(Stored { entity: second.clone(), version: version + 2 }));
    // The first attempt of the next save comes after the second.
    let base = version + 2;
    assert_eq!(home.update(&second, 5, base..=base + 1).await, Written::Done);
    assert_eq!(home.update(&first, 5, base..=base).await, Written::Stale { found: base + 2 });
    assert_eq!(home.find("a").await, Some(Stored { entity: second, version: base + 2 }));
}

pub(super) async fn only_one_of_many_updates_of_a_version_lands(home: Home<impl Storage<Account>>) {
    let version = home.inserted(&Account::new("a", 7)).await;
    home.claim("a", 5).await;
    let accounts: Vec<_> = (0..20).map(|n| Account::new("a", n)).collect();
    let all =
        futures::future::join_all(accounts.iter().map(|it| home.update(it, 5, version..=version))).await;
    assert_eq!(all.iter().filter(|written| **written == Written::Done).count(), 1, "{all:?}");
    assert_eq!(all.iter().filter(|it| **it == Written::Stale { found: version + 1 }).count(), 19, "{all:?}");
}

pub(super) async fn finds_all_by_filter_order_and_page(home: Home<impl Storage<Account>>) {
    for (id, balance) in [("d", 3), ("a", 1), ("c", 3), ("b", 2), ("e", 3)] {
        home.inserted(&Account::new(id, balance)).await;
    }
    let threes = || Query::from(field!(Account.balance).eq(3));
    let by_name = || field!(Account.name).ascending();
    assert_eq!(home.ids(Query::all()).await, ["d", "a", "c", "b", "e"], "as inserted");
    assert_eq!(home.ids(Query::all().offset(1).limit(2)).await, ["a", "c"]);
    assert_eq!(home.ids(threes()).await, ["d", "c", "e"]);
    assert_eq!(home.ids(threes().offset(1).limit(1)).await, ["c"]);
    assert_eq!(home.ids(threes().limit(0)).await, [""; 0]);
    assert_eq!(home.ids(threes().offset(3)).await, [""; 0]);
    assert_eq!(home.ids(Query::all().order_by(by_name())).await, ["a", "b", "c", "d", "e"]);
    assert_eq!(home.ids(Query::all().order_by(by_name()).offset(3).limit(9)).await, ["d", "e"]);
    let richest = Query::all().order_by(field!(Account.balance).descending()).order_by(by_name());
    assert_eq!(home.ids(richest.limit(2)).await, ["c", "d"]);
    assert_eq!(home.ids(Query::from(field!(Account.name).eq("nobody"))).await, [""; 0]);
}

pub(super) async fn unicode_and_big_and_empty_texts_survive(home: Home<impl Storage<Account>>) {
    let texts = ["", "ä \u{1F600} \"quoted\" \\ \n \0 '; --", &"é".repeat(500_000)];
    for (at, text) in texts.into_iter().enumerate() {
        let id = format!("{text:.9}{at}: %_/\u{1F600}").replace('\0', "");
        let account = Account { name: text.into(), ..Account::new(&id, i64::MIN) };
        let version = home.inserted(&account).await;
        assert_eq!(home.claim(&id, 5).await, loaded(&account, version));
        assert_eq!(home.update(&account, 5, version..=version).await, Written::Done);
        assert_eq!(home.find(&id).await, Some(Stored { entity: account, version: version + 1 }));
    }
    assert_eq!(home.ids(Query::all()).await.len(), 3);
}
