use super::assert_mistakes;

const ABOVE_STRUCT: &str =
    "above the struct `#[lock(..)]` takes `kind = \"..\"`, `namespace = \"..\"`, `key(..)` and `strict`";
const ON_FIELD: &str = "on a field `#[lock(..)]` takes `id` or `tenant`";

#[test]
fn unknown_above_the_struct() {
    assert_mistakes(
        "#[lock(ttl = 5, Kind = \"a\")] struct Order { #[lock(id)] id: u64 }",
        &[
            ("ttl", &format!("`ttl` is unknown: {ABOVE_STRUCT}")),
            ("Kind", &format!("`Kind` is unknown, did you mean `kind`? {ABOVE_STRUCT}")),
        ],
    );
    assert_mistakes(
        "#[lock(tennant)] struct Order { #[lock(id)] id: u64 }",
        &[("tennant", "`tennant` is unknown, did you mean `tenant` on a field? above the struct")],
    );
}

#[test]
fn unknown_on_a_field() {
    assert_mistakes(
        "struct Order { #[lock(id)] id: u64, #[lock(readonly)] a: u8, #[lock(tenent)] b: u8 }",
        &[
            ("readonly", &format!("`readonly` is unknown: {ON_FIELD}")),
            ("tenent", &format!("`tenent` is unknown, did you mean `tenant`? {ON_FIELD}")),
        ],
    );
}

#[test]
fn in_the_wrong_place() {
    assert_mistakes(
        "#[lock(id)] struct Order { #[lock(strict)] id: u64 }",
        &[("id", "`id` belongs on a field"), ("strict", "`strict` belongs above the struct")],
    );
}

/// That the id is missing follows from the mistake that is reported, and would only hide it.
#[test]
fn an_id_that_was_meant_is_not_missing() {
    assert_mistakes("struct Order { #[lock(idd)] id: u64 }", &[("idd", "did you mean `id`?")]);
    assert_mistakes("struct Order { #[lock(id = 5)] id: u64 }", &[("5", "`id` takes no value")]);
    assert_mistakes("#[lock(keys(a))] struct Order { a: u64 }", &[("keys", "did you mean `key`?")]);
    assert_mistakes("struct Order { #[lock] id: u64 }", &[("lock", "this says nothing")]);
}

#[test]
fn written_twice() {
    assert_mistakes(
        "#[lock(kind = \"a\", strict, kind = \"b\")] #[lock(strict)] struct Order { #[lock(id)] #[lock(id)] id: u64 }",
        &[
            ("kind", "`kind` is written twice: keep one"),
            ("strict", "`strict` is written twice: keep one"),
            ("id", "`id` is written twice: keep one"),
        ],
    );
    assert_mistakes("#[lock(key(a), key(b))] struct Order { a: u8, b: u8 }", &[("key", "written twice")]);
}

#[test]
fn no_arguments() {
    let nothing = format!("this says nothing: {ABOVE_STRUCT}");
    let id = "struct Order { #[lock(id)] id: u64 }";
    assert_mistakes(&format!("#[lock] {id}"), &[("lock", &nothing)]);
    assert_mistakes(&format!("#[lock()] {id}"), &[("lock()", &nothing)]);
    assert_mistakes(
        &format!("#[lock = \"order\"] {id}"),
        &[("lock = \"order\"", &format!("the arguments go in parentheses: {ABOVE_STRUCT}"))],
    );
}

#[test]
fn a_value_of_another_kind() {
    let kind = "`kind` takes a string: write `kind = \"account\"`";
    let namespace = "`namespace` takes a string: write `namespace = \"billing\"`";
    let id = "{ #[lock(id)] id: u64 }";
    for (argument, place, message) in [
        ("kind = 5", "5", kind),
        ("kind = b\"a\"", "b\"a\"", kind),
        ("kind = concat!(\"a\")", "concat!(\"a\")", kind),
        ("kind(\"a\")", "kind", kind),
        ("kind =", "kind", kind),
        ("kind", "kind", kind),
        ("namespace = billing", "billing", namespace),
        ("strict = true", "true", "`strict` takes no value: write `strict` alone"),
        ("strict()", "strict", "`strict` takes no value: write `strict` alone"),
    ] {
        assert_mistakes(&format!("#[lock({argument})] struct Order {id}"), &[(place, message)]);
    }
    assert_mistakes(
        "struct Order { #[lock(id(x))] id: u64, #[lock(tenant = \"t\")] t: u8 }",
        &[("x", "`id` takes no value"), ("\"t\"", "`tenant` takes no value")],
    );
}

#[test]
fn what_cannot_be_read() {
    assert_mistakes(
        "#[lock(, lock::kind = \"a\", \"b\", strict(a) b)] struct Order { #[lock(id)] id: u64 }",
        &[
            (",", "nothing stands before this comma"),
            ("lock::kind = \"a\"", "this cannot be read"),
            ("\"b\"", "this cannot be read"),
            ("strict(a) b", "this cannot be read"),
        ],
    );
}
