//! The macro that makes tests of the cases.

/// Makes each case a `#[test]` of a store, in a module of this name: `conformance!(my_store, MyHarness::new())`. The
/// expression is one empty place for locks, a [`Harness`](crate::testing::Harness), and is evaluated for each test.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance {
    ($store:ident, $harness:expr $(,)?) => {
        $crate::__each_conformance_case! { $crate::__conformance_tests; $store $harness }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_tests {
    (
        [$store:ident $harness:expr]
        $($subject:ident { $($name:ident $([$($need:ident)+])? $rule:literal,)* })*
    ) => {
        #[allow(non_snake_case, unused_imports)]
        mod $store {
            use super::*;

            $($(
                #[test]
                fn $name() {
                    $crate::testing::run_case(::core::stringify!($name), &$harness);
                }
            )*)*
        }
    };
}

pub use __conformance as conformance;
