//! Where the servers' programs are, and as whom they run.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The program, from these directories, the PATH or where Debian has those of the administrator.
///
/// # Panics
///
/// If it is not there: `package` is the Debian package to install.
pub(crate) fn find(program: &str, directories: &[PathBuf], package: &str) -> PathBuf {
    let search = env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin"].map(PathBuf::from);
    let mut places = directories.iter().cloned().chain(env::split_paths(&search)).chain(system);
    let found = places.find_map(|directory| Some(directory.join(program)).filter(|path| path.is_file()));
    found.unwrap_or_else(|| {
        panic!("there is no `{program}` here, which this test needs: install it (Debian: apt-get install {package})")
    })
}

/// The directories of PostgreSQL's programs on Debian, the newest first. Those in the PATH are wrappers in Perl.
pub(crate) fn of_postgres() -> Vec<PathBuf> {
    let Ok(versions) = fs::read_dir("/usr/lib/postgresql") else { return Vec::new() };
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let mut versions: Vec<_> = versions.flatten().map(|entry| entry.path()).collect();
    versions.sort_by_key(|path| number(path));
    versions.into_iter().rev().map(|version| version.join("bin")).collect()
}

pub(crate) fn are_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The program run as `user` if we are root, and as ourselves if not. The process stays the same.
pub(crate) fn as_user(user: &str, program: &Path) -> Command {
    if !are_root() {
        return neutral(program);
    }
    let mut command = neutral(&find("setpriv", &[], "util-linux"));
    command.args([format!("--reuid={user}"), format!("--regid={user}"), "--init-groups".into()]).arg(program);
    command
}

/// The program without what the user has set for it, and with messages in English.
pub(crate) fn neutral(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/").env("LC_ALL", "C");
    for (name, _) in env::vars_os() {
        if ["PG", "MYSQL", "MARIADB"].iter().any(|of| name.to_string_lossy().starts_with(of)) {
            command.env_remove(name);
        }
    }
    command
}

/// The same command, but it first writes its process id to a file, and does not begin if it cannot.
pub(crate) fn with_pid_file(file: &Path, command: &Command) -> Command {
    let mut words: Vec<OsString> = vec!["-c".into(), r#"echo $$ >"$0" && exec "$@""#.into(), file.into()];
    words.push(command.get_program().into());
    words.extend(command.get_args().map(OsString::from));
    let mut shell = Command::new("sh");
    shell.args(words);
    if let Some(directory) = command.get_current_dir() {
        shell.current_dir(directory);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

/// Runs it to its end.
///
/// # Panics
///
/// If it does not succeed.
pub(crate) fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let told = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{command:?}: {}: {}", output.status, String::from_utf8_lossy(&told));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "apt-get install such-a-package")]
    fn what_is_missing_is_named_with_its_package() {
        find("no-such-program", &of_postgres(), "such-a-package");
    }
}
