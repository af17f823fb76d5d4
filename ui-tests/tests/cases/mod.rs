//! Where the cases are.

use std::{
    collections::BTreeMap,
    fs::read_dir,
    path::{Path, PathBuf},
};

/// The folder of this crate.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files with this extension below `fail` or `pass`, each by the name of its case: `proof/default_locked`.
pub(crate) fn cases(folder: &str, extension: &str) -> BTreeMap<String, PathBuf> {
    let mut cases = BTreeMap::new();
    for area in read_dir(root().join(folder)).expect("the folder of the cases") {
        let area = area.expect("an area").path();
        for file in read_dir(&area).expect("the folder of an area") {
            let file = file.expect("a file").path();
            if file.extension().is_some_and(|found| found == extension) {
                let name = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
                cases.insert(format!("{}/{}", name(&area), name(&file)), file);
            }
        }
    }
    cases
}
