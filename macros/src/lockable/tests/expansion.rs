use syn::{Field, File, ImplItem, ImplItemType, Item, ItemImpl, ItemStruct, Visibility};

use crate::{
    lockable::derive,
    testing::{expansion, text},
};

/// The generated items of a derive, taken apart.
struct Expansion {
    file: File,
}

impl Expansion {
    fn of(item: &str) -> Self {
        Self { file: expansion(derive, item) }
    }

    fn impls(&self) -> impl Iterator<Item = &ItemImpl> {
        self.file.items.iter().filter_map(|item| match item {
            Item::Impl(item) => Some(item),
            _ => None,
        })
    }

    fn traits(&self) -> Vec<String> {
        self.impls().map(|item| text(&item.trait_.as_ref().expect("an impl of a trait").0)).collect()
    }

    fn associated(&self, name: &str) -> String {
        let items = self.impls().next().expect("the impl of Lockable").items.iter();
        items
            .filter_map(|item| match item {
                ImplItem::Type(ImplItemType { ident, ty, .. }) if ident == name => Some(text(ty)),
                ImplItem::Const(item) if item.ident == name => Some(text(&item.expr)),
                _ => None,
            })
            .collect()
    }

    fn view(&self) -> Option<&ItemStruct> {
        self.file.items.iter().find_map(|item| match item {
            Item::Struct(item) => Some(item),
            _ => None,
        })
    }
}

#[test]
fn kind_and_namespace() {
    let plain = Expansion::of("struct HTTPServer2 { #[lock(id)] id: u64 }");
    assert_eq!(
        (plain.associated("KIND"), plain.associated("NAMESPACE")),
        ("\"http_server2\"".into(), String::new())
    );
    let raw = Expansion::of("struct r#type { #[lock(id)] id: u64 }");
    assert_eq!(raw.associated("KIND"), "\"type\"");
    let named =
        Expansion::of("#[lock(kind = \"acct\", namespace = \"billing\",)] struct Account(#[lock(id)] u64);");
    assert_eq!(named.associated("KIND"), "\"acct\"");
    assert_eq!(named.associated("NAMESPACE"), "::core::option::Option::Some(\"billing\")");
}

#[test]
fn id_types() {
    for (item, id) in [
        ("struct A { #[lock(id)] id: a::Id }", "a::Id"),
        ("struct A(i64, #[lock(id)] &'static str);", "&'staticstr"),
        ("struct A { #[lock(id)] id: Id, #[lock(tenant)] bank: Bank }", "(Bank,Id)"),
        ("#[lock(key(b))] struct A { a: X, b: Y }", "Y"),
        ("#[lock(key(b, a))] struct A { a: X, b: Y }", "(Y,X)"),
        ("#[lock(key(1, 0))] struct A(X, Y);", "(Y,X)"),
        ("#[lock(key(c, a))] struct A { a: X, #[lock(tenant)] b: Y, c: Z }", "(Y,Z,X)"),
    ] {
        assert_eq!(Expansion::of(item).associated("Id"), id, "{item}");
    }
}

#[test]
fn an_open_entity_gives_itself_out() {
    let open = Expansion::of("pub struct Account { #[lock(id)] id: u64, balance: i64 }");
    assert_eq!(open.traits(), ["::lockproof::Lockable", "::lockproof::OpenMut"]);
    assert_eq!(open.associated("Mut"), "&'lockmutSelf");
    assert!(open.view().is_none());
}

#[test]
fn a_strict_entity_gives_out_a_view_without_its_id() {
    let strict = Expansion::of(
        "#[lock(strict, key(region, number))]
         pub(crate) struct Account {
             #[lock(tenant)] bank: u8, region: u8, number: u64,
             pub balance: i64,
             #[deprecated] #[other] pub(super) parents: Vec<Self>,
             r#type: u8,
         }",
    );
    assert_eq!(strict.traits(), ["::lockproof::Lockable"]);
    assert_eq!(strict.associated("Mut"), "AccountMut<'lock>");
    let view = strict.view().expect("a view");
    assert_eq!((text(&view.vis).as_str(), text(&view.generics).as_str()), ("pub(crate)", "<'lock>"));
    let fields: Vec<_> =
        view.fields.iter().map(|field| (text(&field.vis), text(&field.ident), text(&field.ty))).collect();
    let expected = [
        ("pub", "balance", "&'lockmuti64"),
        ("pub(super)", "parents", "&'lockmutVec<Account>"),
        ("", "r#type", "&'lockmutu8"),
    ];
    assert_eq!(fields, expected.map(|(vis, name, ty)| (vis.into(), name.into(), ty.into())));
    let names =
        |field: &Field| field.attrs.iter().map(|attribute| text(attribute.path())).collect::<Vec<_>>();
    let attributes: Vec<_> = view.fields.iter().map(names).collect();
    assert_eq!(attributes, [vec!["doc"], vec!["doc", "deprecated"], vec!["doc"]]);
}

#[test]
fn a_view_of_nothing_has_its_lifetime() {
    let strict = Expansion::of("#[lock(strict)] pub struct Tag { #[lock(id)] pub id: u64 }");
    let fields: Vec<_> = strict.view().expect("a view").fields.iter().collect();
    assert!(matches!(fields[..], [field] if matches!(field.vis, Visibility::Inherited)));
}

#[test]
fn impls_are_marked_as_derived() {
    for item in ["struct A(#[lock(id)] u64);", "#[lock(strict)] struct A { #[lock(id)] id: u64 }"] {
        for generated in Expansion::of(item).impls() {
            assert!(
                generated.attrs.iter().any(|attribute| attribute.path().is_ident("automatically_derived"))
            );
        }
    }
}
