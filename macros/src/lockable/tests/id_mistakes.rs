use super::assert_mistakes;

#[test]
fn no_id() {
    let message = "no field is marked as the id: write `#[lock(id)]` above it, or `#[lock(key(a, b))]` above the struct";
    assert_mistakes("struct Account { id: u64 }", &[("Account", message)]);
    assert_mistakes("struct Account(u64);", &[("Account", message)]);
    assert_mistakes("struct Account { #[lock(tenant)] bank: u64, id: u64 }", &[("Account", message)]);
}

#[test]
fn two_ids() {
    assert_mistakes(
        "struct Order { #[lock(id)] region: u8, #[lock(id)] number: u64, #[lock(id)] part: u64 }",
        &[("id", "a second id: for an id of several fields write `#[lock(key(region, number, part))]`")],
    );
    assert_mistakes("struct Order(#[lock(id)] u8, #[lock(id)] u64);", &[("id", "`#[lock(key(0, 1))]`")]);
}

#[test]
fn two_tenants() {
    assert_mistakes(
        "struct Order { #[lock(tenant)] a: u8, #[lock(tenant)] b: u8, #[lock(id)] id: u64 }",
        &[("tenant", "a second tenant beside `a`")],
    );
}

#[test]
fn id_and_tenant_on_one_field() {
    let expected = [("tenant", "a field is either the id or the tenant")];
    assert_mistakes("struct Order { #[lock(id, tenant)] id: u64 }", &expected);
    assert_mistakes("struct Order { #[lock(tenant)] #[lock(id)] id: u64 }", &expected);
}

#[test]
fn id_beside_key() {
    assert_mistakes(
        "#[lock(key(a, b))] struct Order { #[lock(id)] a: u8, b: u8 }",
        &[("id", "`key(..)` above the struct names the id already")],
    );
}

#[test]
fn a_type_that_is_no_key_part() {
    for ty in ["Option<u64>", "std::option::Option<u64>", "::core::option::Option<u64>", "(Option<u64>)"] {
        assert_mistakes(
            &format!("struct Order {{ #[lock(id)] id: {ty} }}"),
            &[(ty, "an id must not be an `Option`: an entity without an id has no lock; use `Transient`")],
        );
    }
    for ty in ["f32", "f64", "core::primitive::f64"] {
        assert_mistakes(
            &format!("struct Order {{ #[lock(id)] id: {ty} }}"),
            &[(ty, "an id must not be a float")],
        );
    }
    assert_mistakes(
        "#[lock(key(a, b))] struct Order { #[lock(tenant)] t: Option<u8>, a: f32, b: Option<u8>, c: f64 }",
        &[
            (
                "Option<u8>",
                "a tenant must not be an `Option`: give those that have none a tenant of their own",
            ),
            ("f32", "an id must not be a float"),
            ("Option<u8>", "an id must not be an `Option`"),
        ],
    );
}

#[test]
fn key_of_other_names() {
    assert_mistakes(
        "#[lock(key(regoin, ttl, a, a))] struct Order { region: u8, a: u8 }",
        &[
            ("regoin", "no field is called `regoin`: did you mean `region`?"),
            ("ttl", "no field is called `ttl`: name some of `region`, `a`"),
            ("a", "`a` is named twice"),
        ],
    );
    assert_mistakes(
        "#[lock(key(bank, id))] struct Order { #[lock(tenant)] bank: u8, id: u8 }",
        &[("bank", "`bank` is the tenant and stands before the key already")],
    );
    assert_mistakes("#[lock(key(0, 2))] struct Order(u8, u8);", &[("2", "no field is called `2`")]);
}

#[test]
fn key_without_names() {
    let usage = "`key` takes the fields of the id: write `key(region, number)`";
    for key in ["key", "key()", "key = \"region\""] {
        assert_mistakes(&format!("#[lock({key})] struct Order {{ region: u8 }}"), &[("key", usage)]);
    }
    assert_mistakes(
        "#[lock(key(\"region\", number + 1, ,))] struct Order { region: u8 }",
        &[
            (",", "nothing stands before this comma"),
            ("\"region\"", "this is not the name of a field"),
            ("number + 1", "this is not the name of a field"),
        ],
    );
}

#[test]
fn too_many_fields() {
    let names: Vec<_> = (0..13).map(|number| format!("f{number}")).collect();
    let (key, fields) = (names.join(", "), names.join(": u8, "));
    assert_mistakes(
        &format!("#[lock(key({key}))] struct Order {{ {fields}: u8 }}"),
        &[("Order", "an id has at most 12 fields, and this has 13")],
    );
}
