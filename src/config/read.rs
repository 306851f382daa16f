//! The file's text to values.
//!
//! In: a TOML text. Out: a [`Config`], or the first thing that is wrong with its line. Pure.

use super::{Config, ConfigError, places};
use crate::server::EngineChoice;
use crate::session::FirstHit;
use crate::source::{frame, nearest};
use std::path::{Path, PathBuf};
use toml_edit::{Document, Item};

/// A key of the file, as it is documented.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it has when it is left out, as it would be written.
    pub default: &'static str,
    /// What it can be.
    pub wanted: &'static str,
    /// What it does.
    pub meaning: &'static str,
}

/// All keys.
pub const KEYS: &[Key] = &[
    Key {
        name: "samples",
        default: "[]",
        wanted: "a list of folders: [\"~/samples\"]",
        meaning: "folders of samples, the first wins; ~ is the home, a relative path starts at this file",
    },
    Key {
        name: "memory_mib",
        default: "1024",
        wanted: "a whole number from 1 to 65536",
        meaning: "most memory for samples, MiB; what no pattern names is let go first, the least recently used first",
    },
    Key {
        name: "first_hit",
        default: "\"skip\"",
        wanted: "\"skip\" or \"late\"",
        meaning: "an event whose sample has not arrived: left out, or played when it comes (within a second); counted either way",
    },
    Key {
        name: "polyphony",
        default: "256",
        wanted: "a whole number from 1 to 2048",
        meaning: "voices that may sound at once",
    },
    Key {
        name: "latency_ms",
        default: "100",
        wanted: "a number from 0 to 10000",
        meaning: "what is added to onsets, as --latency",
    },
    Key {
        name: "engine",
        default: "\"auto\"",
        wanted: "\"auto\", \"supernova\", \"scsynth\", \"embedded\", \"osc:HOST:PORT\" or \"dirt\"",
        meaning: "the engine, as --engine",
    },
];

/// Reads the text of the file at `path`.
pub(super) fn read(path: &Path, text: &str) -> Result<Config, ConfigError> {
    let line = |at: usize| frame::line_column(text, at).line;
    let document = Document::parse(text).map_err(|e| ConfigError::Syntax {
        path: path.to_owned(),
        line: line(e.span().map_or(0, |s| s.start)),
        reason: e.message().lines().collect::<Vec<_>>().join(", "),
    })?;
    let mut config = Config::default();
    for (name, item) in document.as_table() {
        let at = document.get_key_value(name).and_then(|(k, _)| k.span()).map_or(0, |s| s.start);
        let Some(key) = KEYS.iter().find(|k| k.name == name) else {
            let near = nearest(name, KEYS.iter().map(|k| k.name), 1);
            let all = || KEYS.iter().map(|k| k.name).collect::<Vec<_>>().join(", ");
            let help = near
                .first()
                .map_or_else(|| format!("the keys are {}", all()), |n| format!("did you mean {n}?"));
            return Err(ConfigError::Unknown {
                path: path.to_owned(),
                line: line(at),
                key: name.to_owned(),
                help,
            });
        };
        take(&mut config, key.name, item, path).ok_or_else(|| ConfigError::Value {
            path: path.to_owned(),
            line: line(item.span().map_or(at, |s| s.start)),
            key: key.name,
            wanted: key.wanted.to_owned(),
        })?;
    }
    Ok(config)
}

/// Puts a value in its place; none when it is not of the key's kind.
fn take(config: &mut Config, key: &str, item: &Item, path: &Path) -> Option<()> {
    let whole = |most: i64| item.as_integer().filter(|n| (1..=most).contains(n));
    match key {
        "samples" => {
            let list = item.as_array()?;
            config.samples =
                list.iter().map(|v| v.as_str().map(|s| folder(s, path))).collect::<Option<_>>()?;
        }
        "memory_mib" => config.memory = (whole(65_536)? as u64) << 20,
        "first_hit" => {
            config.first_hit = match item.as_str()? {
                "skip" => FirstHit::Skip,
                "late" => FirstHit::Late,
                _ => return None,
            }
        }
        "polyphony" => config.polyphony = usize::try_from(whole(2048)?).ok()?,
        "latency_ms" => {
            let ms = item.as_float().or_else(|| item.as_integer().map(|n| n as f64))?;
            config.latency_ms = Some(ms).filter(|ms| (0.0..=10_000.0).contains(ms));
            config.latency_ms?;
        }
        "engine" => config.engine = Some(item.as_str()?.parse::<EngineChoice>().ok()?),
        _ => return None,
    }
    Some(())
}

/// A folder as it is written in the file at `path`.
pub(super) fn folder(text: &str, path: &Path) -> PathBuf {
    let written = places::expanded(Path::new(text));
    path.parent().unwrap_or(Path::new(".")).join(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, words: &str) {
        let error = read(Path::new("c.toml"), text).unwrap_err().to_string();
        assert!(error.contains(words), "{text:?}: {error}");
    }

    #[test]
    fn every_key_is_read() {
        let text = "# mine\nsamples = [\"/a b\", \"here\"]\nmemory_mib = 2\nfirst_hit = \"late\"\npolyphony = 64\nlatency_ms = 50\nengine = \"scsynth\"\n";
        let read = read(Path::new("/etc/x/c.toml"), text).unwrap();
        let expected = Config {
            samples: vec!["/a b".into(), "/etc/x/here".into()],
            memory: 2 << 20,
            first_hit: FirstHit::Late,
            polyphony: 64,
            latency_ms: Some(50.0),
            engine: Some(EngineChoice::Scsynth),
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn the_documented_defaults_are_the_defaults() {
        let lines: Vec<String> = KEYS.iter().map(|k| format!("{} = {}", k.name, k.default)).collect();
        let text = lines.join("\n");
        let written = read(Path::new("c.toml"), &text).unwrap();
        let left_out = read(Path::new("c.toml"), "").unwrap();
        assert_eq!(left_out, Config::default());
        assert_eq!(written.latency_ms, Some(crate::player::LATENCY_S * 1000.0));
        assert_eq!(written.engine, Some(EngineChoice::default()));
        assert_eq!(Config { latency_ms: None, engine: None, ..written }, left_out);
    }

    #[test]
    fn the_page_tells_every_key() {
        let page = include_str!("../../docs/samples.md");
        for k in KEYS {
            let row = format!("| `{}` | `{}` | {} | {} |", k.name, k.default, k.wanted, k.meaning);
            assert!(page.contains(&row), "docs/samples.md lacks: {row}");
        }
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        check("\nsample = []", "c.toml:2: there is no key sample; did you mean samples?");
        check("[server]\nbuffers = 1", "c.toml:1: there is no key server; the keys are samples, memory_mib");
        check("# x\n\nfirst_hit = \"never\"", "c.toml:3: first_hit must be \"skip\" or \"late\"");
        check("polyphony = 0", "c.toml:1: polyphony must be a whole number from 1 to 2048");
        check("memory_mib = 9223372036854775807", "c.toml:1: memory_mib must be");
        check("latency_ms = nan", "c.toml:1: latency_ms must be");
        check("engine = \"supernoca\"", "c.toml:1: engine must be \"auto\"");
        check("samples = \"~/samples\"", "c.toml:1: samples must be a list of folders");
        check("samples = [3]", "c.toml:1: samples must be");
        check("polyphony = 1\n\npolyphony 3\n", "c.toml:3: ");
        check("polyphony = 1\npolyphony = 2\n", "c.toml:2: ");
    }
}
