use super::assert_mistakes;

#[test]
fn what_is_no_struct_with_fields() {
    assert_mistakes("enum Order { Open(#[lock(id)] u64) }", &[("enum", "an enum cannot be locked")]);
    assert_mistakes(
        "#[lock(key(a))] enum Order { Open { a: u64 } }",
        &[("enum", "an enum cannot be locked")],
    );
    assert_mistakes("#[lock(key(a))] struct Order;", &[("Order", "`Order` has no fields")]);
    assert_mistakes("union Order { id: u64 }", &[("union", "a union cannot be locked")]);
    for item in ["struct Order;", "struct Order {}", "struct Order();"] {
        assert_mistakes(item, &[("Order", "`Order` has no fields: an entity needs an id")]);
    }
}

#[test]
fn generics() {
    for (params, fields) in [
        ("T", "{ #[lock(id)] id: T }"),
        ("'a", "{ #[lock(id)] id: &'a str }"),
        ("const N: usize", "([u8; N], #[lock(id)] u64);"),
        ("'a, T: Clone + 'a", "{ #[lock(id)] id: &'a T }"),
    ] {
        assert_mistakes(
            &format!("struct Order<{params}> {fields}"),
            &[(params, "an entity must not be generic: every `Order<..>` would have the kind")],
        );
    }
}

#[test]
fn kinds() {
    let long = "k".repeat(65);
    for (kind, message) in [
        ("", "the kind must not be empty"),
        ("a:b", "the kind must be one part of a key, without ':'"),
        ("a/b", "without '/'"),
        ("a%b", "without '%'"),
        ("a\\0", "without '\\0'"),
        (&long, "the kind has 65 bytes and at most 64 are allowed: shorten it"),
    ] {
        let item = format!("#[lock(kind = \"{kind}\")] struct Order {{ #[lock(id)] id: u64 }}");
        assert_mistakes(&item, &[(&format!("\"{kind}\""), message)]);
    }
    let name = "K".to_owned() + &long;
    assert_mistakes(
        &format!("struct {name}(#[lock(id)] u64);"),
        &[(
            &name,
            "the kind has 66 bytes and at most 64 are allowed: write a short one: `#[lock(kind = \"..\")]`",
        )],
    );
}

#[test]
fn namespaces() {
    let long = "n".repeat(505);
    for (namespace, message) in [
        ("", "the namespace must not be empty"),
        ("a::b", "the namespace must not have an empty part"),
        ("a:", "the namespace must not have an empty part"),
        ("a\\0", "the namespace must not have a NUL character"),
        (&long, "the namespace leaves no room for an id in a key of 512 bytes"),
    ] {
        let item = format!("#[lock(namespace = \"{namespace}\")] struct Order {{ #[lock(id)] id: u64 }}");
        assert_mistakes(&item, &[(&format!("\"{namespace}\""), message)]);
    }
}

#[test]
fn strict_without_names() {
    assert_mistakes(
        "#[lock(strict)] struct Order(#[lock(id)] u64, i64);",
        &[("strict", "`strict` needs named fields, its view has the same: name them, or leave out `strict`")],
    );
}

#[test]
fn all_at_once() {
    assert_mistakes(
        "#[lock(kind = 5, strict, nothing)]
         #[lock(namespace = \"\")]
         struct Order<T>(#[lock(tenant)] Option<T>, #[lock(idd)] f64, #[lock(tenant)] u8);",
        &[
            ("5", "`kind` takes a string"),
            ("nothing", "`nothing` is unknown"),
            ("\"\"", "the namespace must not be empty"),
            ("T", "an entity must not be generic"),
            ("idd", "`idd` is unknown"),
            ("Option<T>", "a tenant must not be an `Option`"),
            ("tenant", "a second tenant"),
            ("strict", "`strict` needs named fields"),
        ],
    );
    assert_mistakes(
        "#[lock(kind = \"\")] enum Order { Open }",
        &[("\"\"", "the kind must not be empty"), ("enum", "an enum cannot be locked")],
    );
}
