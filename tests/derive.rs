//! What the derives make, seen from a crate that uses them.
#![cfg(feature = "macros")]
#![deny(missing_docs, warnings, unreachable_pub, missing_debug_implementations)]

use lockproof::{InvalidKey, LockKey, LockKeyPart, Lockable, OpenMut};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, Hash, LockKeyPart)]
struct AccountId(Uuid);

#[derive(Clone, Debug, PartialEq, Eq, Hash, LockKeyPart)]
struct Name {
    text: String,
}

fn name(text: &str) -> Name {
    Name { text: text.into() }
}

#[track_caller]
fn assert_key<T: Lockable>(id: &T::Id, expected: &str) {
    assert_eq!(T::lock_key(id).as_ref().map(LockKey::as_str), Ok(expected));
}

/// These texts are in people's databases: they must never change.
mod lock_keys {
    use super::*;

    #[test]
    fn of_a_plain_entity() {
        #[derive(Lockable)]
        struct BankAccount {
            #[lock(id)]
            id: u64,
        }
        assert_key::<BankAccount>(&42, "bank_account:42");
        assert_eq!(
            (BankAccount { id: 7 }.id(), BankAccount::KIND, BankAccount::NAMESPACE),
            (7, "bank_account", None)
        );
    }

    #[test]
    fn of_an_entity_with_kind_and_namespace() {
        #[derive(Lockable)]
        #[lock(kind = "acct", namespace = "billing")]
        struct Account(#[lock(id)] AccountId);
        let id = AccountId(Uuid::from_u128(0x1234));
        assert_key::<Account>(&id, "billing/acct:00000000-0000-0000-0000-000000001234");
        assert_eq!(Account(id.clone()).id(), id);
        assert_eq!((Account::KIND, Account::NAMESPACE), ("acct", Some("billing")));
    }

    #[test]
    fn of_an_entity_with_a_tenant() {
        #[derive(Lockable)]
        struct Account {
            #[lock(id)]
            id: i32,
            #[lock(tenant)]
            bank: Name,
        }
        assert_eq!(Account { id: -1, bank: name("a") }.id(), (name("a"), -1));
        assert_key::<Account>(&(name("acme"), -1), "account:acme:-1");
    }

    #[test]
    fn of_an_entity_with_an_id_of_several_fields() {
        #[derive(Lockable)]
        #[lock(key(region, number))]
        struct Order {
            number: u64,
            region: &'static str,
            #[lock(tenant)]
            shop: char,
        }
        assert_eq!(Order { number: 42, region: "eu", shop: 'x' }.id(), ('x', "eu", 42));
        assert_key::<Order>(&('x', "eu", 42), "order:x:eu:42");

        #[derive(Lockable)]
        #[lock(key(1))]
        struct Numbered(bool, u8);
        assert_eq!(Numbered(true, 5).id(), 5);
        assert!(Numbered(true, 5).0);
        assert_key::<Numbered>(&5, "numbered:5");
    }

    #[test]
    fn of_a_text_that_needs_escapes() {
        #[derive(Lockable)]
        struct Topic {
            #[lock(id)]
            name: Name,
        }
        assert_key::<Topic>(&name("a:b/c%"), "topic:a%3Ab%2Fc%25");
        assert_eq!(Topic { name: name("a") }.id(), name("a"));
        assert!(matches!(Topic::lock_key(&name("")), Err(InvalidKey::EmptyPart { index: 1, .. })));
    }

    #[test]
    fn of_a_generic_newtype() {
        #[derive(LockKeyPart)]
        struct Id<'a, T: ?Sized>(&'a T);
        assert_eq!(LockKey::from_parts(&[&Id("a"), &Id(&1)]).as_ref().map(LockKey::as_str), Ok("a:1"));
    }
}

mod changes {
    use super::*;

    fn view<T: Lockable + OpenMut>(entity: &mut T) -> T::Mut<'_> {
        entity.view_mut()
    }

    #[test]
    fn of_an_open_entity_are_made_to_itself() {
        #[derive(Lockable)]
        struct Account {
            #[lock(id)]
            id: u64,
            balance: i64,
        }
        let mut account = Account { id: 1, balance: 2 };
        view(&mut account).balance += 3;
        assert_eq!((account.id, account.balance), (1, 5));
    }

    mod strict {
        /// An account.
        #[derive(Debug, lockproof::Lockable)]
        #[lock(strict)]
        pub(super) struct Account {
            #[lock(tenant)]
            pub(super) bank: &'static str,
            #[lock(id)]
            pub(super) id: u64,
            pub(super) balance: i64,
            pub(super) parents: Vec<Self>,
            #[cfg(any())]
            gone: NoSuchType,
            #[cfg(feature = "macros")]
            pub(super) r#type: u8,
            secret: u8,
        }

        impl Account {
            pub(super) fn new() -> Self {
                Self { bank: "acme", id: 1, balance: 2, parents: Vec::new(), r#type: 3, secret: 4 }
            }

            pub(super) fn secret(&self) -> u8 {
                self.secret
            }

            pub(super) fn set_secret(changes: &mut AccountMut<'_>) {
                *changes.secret = 9;
            }
        }
    }

    #[test]
    fn of_a_strict_entity_are_made_through_its_view() {
        use strict::{Account, AccountMut};

        let mut account = Account::new();
        let mut changes: AccountMut<'_> = account.view_mut();
        *changes.balance += 3;
        *changes.r#type += 1;
        changes.parents.push(Account::new());
        Account::set_secret(&mut changes);
        assert_eq!((account.bank, account.id, account.balance, account.r#type), ("acme", 1, 5, 4));
        assert_eq!((account.parents.len(), account.secret()), (1, 9));
        assert_eq!(account.id(), ("acme", 1));
    }

    #[test]
    fn of_a_strict_entity_that_is_all_id_are_none() {
        /// A tag.
        #[derive(Lockable)]
        #[lock(strict)]
        struct Tag {
            #[lock(id)]
            id: u64,
        }
        let mut tag = Tag { id: 1 };
        let _: TagMut<'_> = tag.view_mut();
        assert_eq!(tag.id(), 1);
    }
}

/// Nothing that the author has in scope is taken for what the derives mean.
mod hygiene {
    #![allow(dead_code, non_camel_case_types, reason = "the names are all there is to it")]

    mod shadowed {
        struct Result;
        struct Option;
        struct Some;
        struct String;
        struct LockKey;
        struct InvalidKey;
        struct PhantomData;
        struct str;
        trait Clone {}
        trait Eq {}
        trait Hash {}
        trait Lockable {}
        trait OpenMut {}
        trait LockKeyPart {}
        mod core {}
        mod std {}
        mod lockproof {}

        #[derive(
            ::core::clone::Clone,
            ::core::cmp::PartialEq,
            ::core::cmp::Eq,
            ::core::hash::Hash,
            ::lockproof::LockKeyPart,
        )]
        pub(super) struct Id(pub(super) u64);

        #[derive(::lockproof::Lockable)]
        #[lock(strict, namespace = "n")]
        pub(super) struct Strict {
            #[lock(id)]
            pub(super) id: Id,
            #[lock(tenant)]
            pub(super) r#type: u64,
            nothing: Option,
            #[deprecated]
            old: u64,
        }

        /// The names of the trait's own items.
        impl Strict {
            const KIND: u64 = 0;
            const NAMESPACE: u64 = 0;
            fn id(&self) {}
            fn lock_key() {}
            fn view_mut() {}
            fn clone() {}
        }

        #[derive(::lockproof::Lockable)]
        pub(super) struct r#type {
            #[lock(id)]
            pub(super) id: Id,
        }
    }

    /// Names, types and texts that come through the invisible groups of a macro.
    macro_rules! entity {
        ($name:ident, $id:ident: $ty:ty, $kind:literal, $namespace:expr) => {
            #[derive(lockproof::Lockable)]
            #[lock(kind = $kind, namespace = $namespace, key($id, other))]
            struct $name {
                $id: $ty,
                other: $ty,
            }
        };
    }
    entity!(FromMacro, id: u64, "k", "n");

    #[test]
    fn keys_are_right_all_the_same() {
        use shadowed::Id;

        super::assert_key::<shadowed::Strict>(&(3, Id(1)), "n/strict:3:1");
        super::assert_key::<shadowed::r#type>(&Id(1), "type:1");
        super::assert_key::<FromMacro>(&(1, 2), "n/k:1:2");
    }
}
