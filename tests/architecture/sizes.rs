//! A file is one idea.

use crate::sources::sources;

const LIB: usize = 120;
const FILE: usize = 350;

/// Files that may be longer, with the reason.
const LONGER: &[(&str, usize, &str)] = &[("src/testing/list.rs", 600, "the one list of cases, a line each")];

fn lines(file: &str) -> usize {
    let files = sources("src");
    files.iter().find(|(path, _)| path == file).map_or(0, |(_, text)| text.lines().count())
}

#[test]
fn the_crate_root_fits_on_two_pages() {
    assert!(lines("src/lib.rs") <= LIB, "src/lib.rs has {} lines, more than {LIB}", lines("src/lib.rs"));
}

#[test]
fn no_file_is_long() {
    for (path, text) in sources("src").into_iter().chain(sources("macros/src")) {
        let limit = LONGER.iter().find(|(file, ..)| *file == path).map_or(FILE, |(_, limit, _)| *limit);
        let length = text.lines().count();
        assert!(length <= limit, "{path} has {length} lines, more than {limit}: split it by ideas");
    }
}
