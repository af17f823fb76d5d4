//! Lists the files in `pass/` as modules, for `tests/passing.rs`.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs::{self, read_dir},
    path::Path,
};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("pass");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut modules = String::new();
    for area in read_dir(&root)? {
        let area = area?;
        writeln!(modules, "mod {} {{", area.file_name().display())?;
        for file in read_dir(area.path())? {
            let file = file?.path();
            let case = file.file_stem().ok_or("a file without a name")?;
            writeln!(modules, "    #[path = {file:?}]\n    mod {};", case.display())?;
        }
        modules.push_str("}\n");
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("passing.rs"), modules)?;
    Ok(())
}
