//! For authors of stores: what the library's own stores are tested with.

pub mod model;
