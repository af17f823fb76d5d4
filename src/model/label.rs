use std::{fmt, sync::Arc};

/// A name for people beside an owner: who is behind a lock that will not come free.
///
/// It is never compared. The default is `host/pid/program`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Label(Arc<String>); // one word in each lock, where `Arc<str>` has two

impl Label {
    /// The longest label, in bytes; what is longer is cut at a character's end.
    pub const MAX_LEN: usize = 255;

    /// A label; control characters become `?`, so that it can stand in a log line.
    pub fn new(text: &str) -> Self {
        let mut end = text.len().min(Self::MAX_LEN);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let clean: String = text[..end].chars().map(|c| if c.is_control() { '?' } else { c }).collect();
        Self(Arc::new(clean))
    }

    /// This process: its host's name, its id and its program.
    pub fn of_this_process() -> Self {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname")
            .ok()
            .or_else(|| std::env::var("HOSTNAME").ok())
            .or_else(|| std::env::var("COMPUTERNAME").ok());
        let host = host.as_deref().map_or("localhost", str::trim);
        let program = std::env::current_exe().ok();
        let program = program.as_deref().and_then(std::path::Path::file_stem).unwrap_or_default();
        Self::new(&format!("{host}/{}/{}", std::process::id(), program.to_string_lossy()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Label({:?})", self.as_str())
    }
}

impl From<&str> for Label {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Label {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_cut_at_a_character_and_fit_for_a_log_line() {
        assert_eq!(Label::new(&"é".repeat(200)).as_str(), "é".repeat(127));
        assert_eq!(Label::new("a\nb\0").as_str(), "a?b?");
    }

    #[test]
    fn names_the_process() {
        assert!(Label::of_this_process().as_str().contains(&format!("/{}/lockproof", std::process::id())));
    }
}
