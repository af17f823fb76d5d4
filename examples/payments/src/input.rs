//! The input, line by line.

use std::{
    collections::{BTreeSet, HashMap},
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::domain::{AccountId, Payment, PaymentId};

/// A file that can be read twice.
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// The copy of an input that cannot.
    copy: Option<NamedTempFile>,
}

/// What stands in it.
pub(crate) struct Input {
    pub(crate) lines: usize,
    /// In the order of the lines; many come more than once.
    pub(crate) payments: Vec<Payment>,
    pub(crate) rejects: Vec<Reject>,
}

/// A line that is no payment.
#[derive(Serialize)]
pub(crate) struct Reject {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) why: String,
    text: String,
}

impl Source {
    /// A path, or `-` for standard input. What is no regular file is copied first.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        if path == Path::new("-") {
            return Self::copy("standard input".into(), &mut io::stdin().lock());
        }
        let name = shown(path);
        let mut file = match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                bail!("{name}: there is no such file, and no such command; try `--help`")
            }
            file => file.with_context(|| name.clone())?,
        };
        match file.metadata().with_context(|| name.clone())?.file_type() {
            kind if kind.is_file() => Ok(Self { name, path: path.into(), copy: None }),
            kind if kind.is_dir() => bail!("{name}: this is a directory"),
            _ => Self::copy(name, &mut file),
        }
    }

    fn copy(name: String, from: &mut impl io::Read) -> Result<Self> {
        let mut copy = NamedTempFile::new().context("a temporary copy of the input")?;
        io::copy(from, &mut copy).with_context(|| name.clone())?;
        Ok(Self { name, path: copy.path().into(), copy: Some(copy) })
    }

    /// Where its rejects go unless the user says otherwise: beside it.
    pub(crate) fn rejects(&self) -> PathBuf {
        match self.copy {
            Some(_) => "stdin.rejects.jsonl".into(),
            None => self.path.with_extension("rejects.jsonl"),
        }
    }

    /// Reads it all. Blank lines do not count.
    pub(crate) fn read(&self) -> Result<Input> {
        let Self { name, path, .. } = self;
        let file = File::open(path).with_context(|| name.clone())?;
        let mut known = HashMap::new();
        let mut input = Input { lines: 0, payments: Vec::new(), rejects: Vec::new() };
        for (nth, text) in (1..).zip(BufReader::new(file).lines()) {
            let text = match text {
                Err(error) if error.kind() == ErrorKind::InvalidData => {
                    bail!("{name}:{nth}: the line is not UTF-8")
                }
                text => text.with_context(|| format!("{name}:{nth}"))?,
            };
            if text.trim().is_empty() {
                continue;
            }
            input.lines += 1;
            match parse(&text, &mut known) {
                Ok(payment) => input.payments.push(payment),
                Err(why) => input.rejects.push(Reject { file: name.clone(), line: nth, why, text }),
            }
        }
        ensure!(!input.payments.is_empty(), "{name}: there is no payment in it ({} lines)", input.lines);
        Ok(input)
    }
}

/// A path as the user would type it here.
pub(crate) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}

/// One line. A payment that comes again must be what it was the first time.
fn parse(text: &str, known: &mut HashMap<PaymentId, Payment>) -> Result<Payment, String> {
    // By way of a value: of a key that comes twice the last one counts, as most readers of JSON have it.
    let line: Value =
        serde_json::from_str(text).map_err(|error| error.to_string().replace("line 1 column", "column"))?;
    let payment: Payment = serde_json::from_value(line).map_err(|error| error.to_string())?;
    let first = known.entry(payment.id.clone()).or_insert_with(|| payment.clone());
    if *first == payment {
        Ok(payment)
    } else {
        Err(format!("{} came before with another account, kind or amount", payment.id))
    }
}

impl Input {
    /// Whose payments these are, each once.
    pub(crate) fn accounts(&self) -> BTreeSet<AccountId> {
        self.payments.iter().map(|payment| payment.account).collect()
    }

    /// Writes the rejects, if there are any.
    pub(crate) fn keep_rejects(&self, source: &Source, path: &Path) -> Result<()> {
        if self.rejects.is_empty() {
            return Ok(());
        }
        let context = || format!("the rejects file {} (`--rejects` names another one)", path.display());
        if let (Ok(a), Ok(b)) = (fs::canonicalize(path), fs::canonicalize(&source.path)) {
            ensure!(a != b, "{}: this is the input itself", context());
        }
        let mut file = BufWriter::new(File::create(path).with_context(context)?);
        for reject in &self.rejects {
            serde_json::to_writer(&mut file, reject).with_context(context)?;
            writeln!(file).with_context(context)?;
        }
        file.flush().with_context(context)
    }
}
