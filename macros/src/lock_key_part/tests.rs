use syn::Item;

use super::derive;
use crate::testing::{assert_mistakes, expansion, text};

#[track_caller]
fn mistakes(item: &str, expected: &[(&str, &str)]) {
    assert_mistakes(derive, item, expected);
}

#[test]
fn what_is_no_newtype() {
    mistakes(
        "enum State { A }",
        &[("enum", "implement `LockKeyPart` by hand, with texts that never change")],
    );
    mistakes("union Id { a: u64 }", &[("union", "a union cannot be part of a lock key")]);
    for item in ["struct Id;", "struct Id();", "struct Id {}"] {
        mistakes(item, &[("Id", "`Id` has no field to take the text from: write `struct Id(u64);`")]);
    }
    let several = "only a struct with one field can derive `LockKeyPart`: for an id of several fields write \
                   `#[lock(key(a, b))]`";
    mistakes("struct Id(u8, pub u64, u8);", &[("pub u64", several)]);
    mistakes("struct Id { region: u8, number: u64 }", &[("number: u64", several)]);
}

#[test]
fn fields_that_are_no_key_part() {
    mistakes("struct Id(f64);", &[("f64", "an id must not be a float")]);
    mistakes("struct Id { id: Option<u64> }", &[("Option<u64>", "an id must not be an `Option`")]);
    mistakes(
        "struct Id(f32, Option<u8>);",
        &[
            ("f32", "an id must not be a float"),
            ("Option<u8>", "an id must not be an `Option`"),
            ("Option<u8>", "only a struct with one field"),
        ],
    );
}

#[test]
fn delegates_to_the_field() {
    for (item, header, field) in [
        ("struct Id(u64);", "impl::lockproof::LockKeyPartforId", "&self.0"),
        ("struct Id { r#type: u64 }", "impl::lockproof::LockKeyPartforId", "&self.r#type"),
        (
            "struct Id<'a, T: Clone + 'a, const N: usize>(&'a [T; N]) where T: Eq;",
            "impl<'a,T:Clone+'a,constN:usize>::lockproof::LockKeyPartforId<'a,T,N>\
             whereT:Eq,&'a[T;N]:::lockproof::LockKeyPart",
            "&self.0",
        ),
    ] {
        let file = expansion(derive, item);
        let [Item::Impl(generated)] = &file.items[..] else { panic!("{item}: one impl") };
        let generated = text(generated);
        assert!(generated.contains(header), "{item}: {generated}");
        assert!(generated.contains(field), "{item}: {generated}");
    }
}
