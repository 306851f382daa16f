//! Which engine, and how it is reached.
//!
//! In: words of the command line. Out: [`EngineChoice`] and [`Options`]. Plain values.

use super::ServerError;
use crate::bank::Layout;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::str::FromStr;

/// The engine that a set is played on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EngineChoice {
    /// supernova where it is installed, else scsynth, else the embedded engine.
    #[default]
    Auto,
    /// supernova, as a child process.
    Supernova,
    /// scsynth, as a child process.
    Scsynth,
    /// plyphon, in this process.
    Embedded,
    /// An engine that somebody else started. It is never quit.
    Osc(SocketAddr),
    /// SuperDirt, that somebody else started: events go there as `/dirt/play`.
    Dirt(SocketAddr),
}

/// The port that SuperDirt listens at, unless told otherwise.
const DIRT_PORT: u16 = 57_120;

impl FromStr for EngineChoice {
    type Err = ServerError;

    /// Reads `auto`, `supernova`, `scsynth`, `embedded`, `osc:HOST:PORT` or `dirt[:HOST[:PORT]]`.
    fn from_str(word: &str) -> Result<Self, ServerError> {
        let wrong = || ServerError::Choice(word.to_owned());
        match word {
            "auto" => Ok(Self::Auto),
            "supernova" => Ok(Self::Supernova),
            "scsynth" => Ok(Self::Scsynth),
            "embedded" => Ok(Self::Embedded),
            "dirt" => Ok(Self::Dirt((Ipv4Addr::LOCALHOST, DIRT_PORT).into())),
            _ => {
                let osc = word.strip_prefix("osc:").and_then(resolved).map(Self::Osc);
                let dirt = word.strip_prefix("dirt:").and_then(|place| {
                    resolved(place).or_else(|| resolved(&format!("{place}:{DIRT_PORT}"))).map(Self::Dirt)
                });
                osc.or(dirt).ok_or_else(wrong)
            }
        }
    }
}

/// The address of `HOST:PORT`. The engines listen on IPv4 unless told otherwise; `localhost` may give
/// both.
fn resolved(place: &str) -> Option<SocketAddr> {
    let found: Vec<SocketAddr> = place.to_socket_addrs().ok()?.collect();
    found.iter().find(|a| a.is_ipv4()).or(found.first()).filter(|a| a.port() != 0).copied()
}

impl fmt::Display for EngineChoice {
    /// The word of the command line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Supernova => f.write_str("supernova"),
            Self::Scsynth => f.write_str("scsynth"),
            Self::Embedded => f.write_str("embedded"),
            Self::Osc(address) => write!(f, "osc:{address}"),
            Self::Dirt(address) => write!(f, "dirt:{address}"),
        }
    }
}

/// How the engine's sound leaves the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AudioChoice {
    /// A running JACK, else PipeWire, else a sound card through a jackd of ours, else nothing at all.
    #[default]
    Auto,
    /// No device: a dummy jackd of ours, or the embedded engine's silent clock. For tests and
    /// measurements.
    Dummy,
}

/// How to start.
#[derive(Clone, Debug)]
pub struct Options {
    /// The engine.
    pub engine: EngineChoice,
    /// The way to the speakers.
    pub audio: AudioChoice,
    /// Buffers of the engine, at most 65,535: an engine of ours is started with so many; of one that
    /// others started, these are assumed and used from the top down.
    pub buffers: u16,
    /// The engine's UDP port; none: 57110 if it is free, else any free one. 0: any free one.
    pub port: Option<u16>,
    /// The program that is started as the watcher with the one argument `__watch`
    /// (see [`super::watcher`]); none: no watcher.
    pub watcher: Option<PathBuf>,
    /// How often an engine that died is started again before the embedded engine takes over.
    pub restarts: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            engine: EngineChoice::Auto,
            audio: AudioChoice::Auto,
            buffers: 4096,
            port: None,
            watcher: std::env::current_exe().ok(),
            restarts: 5,
        }
    }
}

impl Options {
    /// The nodes and buses to use: high ranges on an engine that others use too.
    pub fn layout(&self) -> Layout {
        match self.engine {
            EngineChoice::Osc(_) => Layout::SHARED,
            EngineChoice::Dirt(_) => Layout::DIRT,
            _ => Layout::OWN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_command_line() {
        for word in [
            "auto",
            "supernova",
            "scsynth",
            "embedded",
            "osc:127.0.0.1:57110",
            "osc:[::1]:57110",
            "dirt:127.0.0.1:57121",
        ] {
            assert_eq!(word.parse::<EngineChoice>().unwrap().to_string(), word);
        }
        let local: EngineChoice = "osc:localhost:57120".parse().unwrap();
        assert!(matches!(local, EngineChoice::Osc(a) if a.port() == 57120 && a.ip().is_loopback()));
        for word in ["dirt", "dirt:127.0.0.1", "dirt:localhost:57120"] {
            assert_eq!(word.parse::<EngineChoice>().unwrap().to_string(), "dirt:127.0.0.1:57120");
        }
        for word in [
            "dirt:",
            "dirt:127.0.0.1:0",
            "dirty",
            "",
            "supernovae",
            "osc:",
            "osc:localhost",
            "osc:127.0.0.1:0",
            "osc:1:2:3",
            "Auto",
        ] {
            let error = word.parse::<EngineChoice>().unwrap_err().to_string();
            assert!(
                error.contains("auto, supernova, scsynth, embedded, osc:HOST:PORT or dirt[:HOST[:PORT]]"),
                "{error}"
            );
        }
    }
}
