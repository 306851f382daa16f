//! The embedded engine: plyphon in this process, for machines without SuperCollider.
//!
//! In: OSC packets on a UDP socket of this machine, from one sender. Out: the replies that supernova
//! would give, and sound: on a sound card, or on a silent clock where there is none. Three threads of
//! its own: *control* reads packets and applies them ([`commands`]); *decode* reads sound files, so
//! that a long one delays no note ([`decode`]); the sound card's callback, or the silent clock, renders
//! ([`output`]). Being reached like the other engines, it needs no second way for the player's packets,
//! and it can take over from a dead engine without the player noticing.
//!
//! It never prints: what libraries write on standard error while a sound card is opened is swallowed.

mod commands;
mod decode;
mod disk;
mod ntp;
pub(super) mod offline;
mod output;
mod quiet;

use super::process::Lines;
use super::{AudioChoice, ServerError};
use crate::osc::codec;
use commands::Interpreter;
use output::{Load, Output};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long the control thread waits for a packet before it looks after replies. Packets come ahead of
/// their time, so this only delays answers.
const WAIT: Duration = Duration::from_millis(2);
/// How often a lost sound card is looked for.
const RETRY: Duration = Duration::from_secs(5);
/// Nodes at most.
const NODES: usize = 8192;

/// The running engine, from outside.
#[derive(Debug)]
pub(super) struct Embedded {
    /// Where it listens.
    pub address: SocketAddr,
    /// How it reaches the speakers.
    pub audio: String,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    over: Option<oneshot::Receiver<String>>,
}

impl Embedded {
    /// Opens the sound card, if there is one, and starts the threads. Blocks until that is done. Only
    /// packets from `client` are read, and it alone is answered.
    ///
    /// # Errors
    /// When there is no socket or thread to be had.
    pub(super) fn start(
        client: SocketAddr,
        choice: AudioChoice,
        buffers: u16,
        lines: Lines,
    ) -> Result<Self, ServerError> {
        let failed = |e: std::io::Error| ServerError::Embedded(e.to_string());
        let socket = UdpSocket::bind("127.0.0.1:0").map_err(failed)?;
        socket.connect(client).map_err(failed)?;
        socket.set_read_timeout(Some(WAIT)).map_err(failed)?;
        // A smaller buffer works too.
        let _ = socket2::SockRef::from(&socket).set_recv_buffer_size(4 << 20);
        let address = socket.local_addr().map_err(failed)?;
        let stop = Arc::<AtomicBool>::default();
        let (ready, is_ready) = mpsc::channel();
        let (ended, over) = oneshot::channel();
        let control_stop = stop.clone();
        let thread = std::thread::Builder::new()
            .name("oiduna-embedded".into())
            .spawn(move || {
                let why = control(&socket, choice, buffers, &lines, &control_stop, &ready);
                // Nobody may be listening any more.
                let _ = ended.send(why);
            })
            .map_err(failed)?;
        let audio = is_ready.recv().map_err(|_| ServerError::Embedded("its control thread ended".into()))?;
        Ok(Self { address, audio, stop, thread: Some(thread), over: Some(over) })
    }

    /// Waits until it has ended by itself, which it does only by a fault; says how. May be dropped and
    /// called again.
    pub(super) async fn ended(&mut self) -> String {
        if let Some(over) = &mut self.over {
            let why = over.await.unwrap_or_else(|_| "the embedded engine's control thread broke".into());
            self.over = None;
            return why;
        }
        std::future::pending().await
    }

    /// Ends it and waits for its threads.
    pub(super) async fn stop(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A thread that broke has ended too.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// The control thread. Returns why it ended.
fn control(
    socket: &UdpSocket,
    choice: AudioChoice,
    buffers: u16,
    lines: &Lines,
    stop: &AtomicBool,
    ready: &mpsc::Sender<String>,
) -> String {
    let card = if choice == AudioChoice::Auto { output::find_card() } else { None };
    let rate = card.as_ref().map_or(48_000, output::Card::rate);
    let (controller, nrt, world) =
        plyphon::engine(plyphon::Options { sample_rate: f64::from(rate), ..options(buffers) });
    let load = Arc::<Load>::default();
    let mut output = Output::start(world, rate, card, lines.clone(), load.clone());
    let _ = ready.send(output.text().to_owned());
    let mut interpreter = Interpreter::new(controller, nrt, buffers, lines.clone(), load);
    let mut packet = vec![0; 65_536];
    let mut looked = Instant::now();
    while !stop.load(Ordering::Relaxed) && !interpreter.has_quit() {
        if let Ok(length) = socket.recv(&mut packet) {
            interpreter.packet(packet.get(..length).unwrap_or_default());
        }
        interpreter.look_after();
        for reply in interpreter.take_replies() {
            if let Ok(bytes) = rosc::encoder::encode(&reply) {
                // A client that is gone misses nothing.
                let _ = socket.send(&bytes);
            }
        }
        if looked.elapsed() > RETRY {
            looked = Instant::now();
            output.mend();
        }
    }
    String::from("the embedded engine was quit")
}

/// Room for what the other engines have room for.
fn options(buffers: u16) -> plyphon::Options {
    plyphon::Options {
        input_channels: 0,
        audio_bus_channels: 1024,
        max_nodes: NODES,
        max_buffers: usize::from(buffers).max(1),
        max_synthdefs: 8192,
        pool_bytes: 64 << 20,
        unit_pool_bytes: 256 << 20,
        command_capacity: 1 << 14,
        max_scheduled: 1 << 14,
        ..plyphon::Options::default()
    }
}

/// A line for the owner, as the other engines print them.
fn say(lines: &Lines, line: String) {
    tracing::debug!(target: "engine", "{line}");
    if lines.to.try_send(line).is_err() {
        lines.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

/// The longest buffer, samples.
const MAX_SAMPLES: u64 = codec::MAX_SAMPLES;

#[cfg(test)]
mod tests;
