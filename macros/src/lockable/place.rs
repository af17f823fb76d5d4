use proc_macro2::Ident;

use super::similar;
use crate::errors::Errors;

/// Where a `#[lock(..)]` stands; each place takes its own arguments.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Struct,
    Field,
}

impl Place {
    /// Where this is, after "belongs".
    fn location(self) -> &'static str {
        match self {
            Self::Struct => "above the struct",
            Self::Field => "on a field",
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Struct => &["kind", "namespace", "key", "strict"],
            Self::Field => &["id", "tenant"],
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Struct => Self::Field,
            Self::Field => Self::Struct,
        }
    }

    /// What to write here, for the end of a message.
    pub(super) fn usage(self) -> &'static str {
        match self {
            Self::Struct => {
                "above the struct `#[lock(..)]` takes `kind = \"..\"`, `namespace = \"..\"`, `key(..)` and `strict`"
            }
            Self::Field => "on a field `#[lock(..)]` takes `id` or `tenant`",
        }
    }

    /// Reports an argument that this place does not take. Gives back the one that was probably meant.
    pub(super) fn refuse(self, name: &Ident, errors: &mut Errors) -> Option<&'static str> {
        let text = name.to_string();
        let (here, there) = (self.names(), self.other().names());
        let location = self.other().location();
        let (meant, message) = if let Some(known) = there.iter().find(|known| text == **known) {
            (Some(*known), format!("`{text}` belongs {location}: {}", self.usage()))
        } else if let Some(near) = similar::nearest(&text, here.iter().copied()) {
            (Some(near), format!("`{text}` is unknown, did you mean `{near}`? {}", self.usage()))
        } else if let Some(near) = similar::nearest(&text, there.iter().copied()) {
            (Some(near), format!("`{text}` is unknown, did you mean `{near}` {location}? {}", self.usage()))
        } else {
            (None, format!("`{text}` is unknown: {}", self.usage()))
        };
        errors.at(name, message);
        meant
    }
}
