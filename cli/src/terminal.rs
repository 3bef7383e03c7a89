//! The terminal: colour, questions and progress, each only where there is somebody to see it.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;

use crate::error::{Error, Result};

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Colour {
    /// Makes this the choice for everything that is printed.
    pub(crate) fn apply(self) {
        let choice = match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// Something good.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Something that stops.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Something to look at.
pub(crate) const LOOK: Style = AnsiColor::Yellow.on_default().bold();
/// A heading.
pub(crate) const HEADING: Style = Style::new().bold();
/// Something beside the point.
pub(crate) const FAINT: Style = Style::new().dimmed();

/// Text in a style; without colour where there is none.
pub(crate) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Prints to standard output, without colour where there is no terminal. A reader that has gone is no error.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = anstream::stdout().lock();
    written(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Writes bytes to standard output as they are.
pub(crate) fn write_bytes(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    written(out.write_all(bytes).and_then(|()| out.flush()))
}

fn written(result: io::Result<()>) -> Result<()> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::new("output_failed", format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Says something on standard error that is neither the answer nor an error.
pub(crate) fn note(text: &str) {
    // Where standard error is gone there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Whether somebody can be asked.
pub(crate) fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a line, with what is taken where it is empty.
pub(crate) fn ask(question: &str, default: &str) -> Result<String> {
    let _ = if default.is_empty() {
        write!(anstream::stderr(), "{question}: ")
    } else {
        write!(anstream::stderr(), "{question} [{default}]: ")
    };
    let _ = anstream::stderr().flush();
    let mut line = String::new();
    let length = io::stdin().lock().read_line(&mut line);
    let length = length.map_err(|error| Error::new("input_failed", format!("standard input: {error}")))?;
    if length == 0 {
        return Err(Error::new("input_failed", "standard input ended"));
    }
    let answer = line.trim();
    Ok(if answer.is_empty() { default } else { answer }.to_owned())
}

/// Asks for leave; without a terminal only `--yes` gives it.
pub(crate) fn confirm(question: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !is_interactive() {
        return Err(Error::new("confirmation_required", "there is no terminal to ask on"));
    }
    match ask(&format!("{question} (yes/no)"), "no")?.to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Error::new("not_confirmed", "nothing was signed").hint("answer yes to sign")),
    }
}

/// How far some bytes are, on standard error where that is a terminal.
pub(crate) struct Progress {
    total: u64,
    done: u64,
    shown: Option<Instant>,
    visible: bool,
}

impl Progress {
    /// Nothing is shown for the first moments, so that quick work shows nothing at all.
    const PAUSE: Duration = Duration::from_millis(150);

    /// Progress through `total` bytes.
    pub(crate) fn new(total: u64) -> Self {
        Self { total, done: 0, shown: None, visible: io::stderr().is_terminal() }
    }

    /// So many bytes more are done.
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.done = self.done.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        let due = self.shown.get_or_insert_with(Instant::now);
        if self.visible && due.elapsed() >= Self::PAUSE {
            *due = Instant::now();
            let percent = u128::from(self.done) * 100 / u128::from(self.total.max(1));
            let (done, total) = (size(self.done), size(self.total));
            let _ = write!(io::stderr(), "\r\x1b[2Khashing: {percent} % ({done} of {total})");
            let _ = io::stderr().flush();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.visible && self.shown.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }
}

/// Bytes in words, in units of 1000.
pub(crate) fn size(bytes: u64) -> String {
    let units = [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => {
            let tenths = u128::from(bytes) * 10 / u128::from(unit);
            format!("{}.{} {name}", tenths / 10, tenths % 10)
        }
        None => format!("{bytes} bytes"),
    }
}
