//! The sources of this repository, for the tests that read them.

use std::{fs, path::Path};

/// All Rust files below a folder of this repository, as (path, text).
pub(crate) fn sources(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).expect("below the root").to_str().expect("UTF-8");
                let text = fs::read_to_string(&path).expect("a readable file");
                files.push((name.replace('\\', "/"), text));
            }
        }
    }
    files.sort();
    files
}
