//! The embedded engine without real time.
//!
//! In: a score file. Out: a file of samples. The same interpreter that plays live applies the bundles,
//! each just before the block that its time falls into, and the world counts its own frames, so the
//! outcome is the same every time. Files that the score loads are decoded before it goes on. It runs on
//! the thread that calls; only the decoder has one of its own.

use super::ServerError;
use super::commands::Interpreter;
use crate::osc::codec::MAX_PACKET;
use crate::server::Run;
use crate::server::offline::Troubles;
use crate::server::process::Lines;
use rosc::{OscPacket, OscType};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The engine computes so many frames at a time.
const BLOCK: usize = 64;
/// Between two looks at a file that is being decoded.
const LOOK: Duration = Duration::from_millis(1);
/// Progress is told once in so many blocks.
const TELL: u64 = 512;

/// See [`crate::server::Offline::run`].
pub(in crate::server) fn render(
    run: &Run<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<Vec<String>, ServerError> {
    let channels = usize::from(run.channels.max(2));
    let (controller, nrt, mut world) = plyphon::engine(plyphon::Options {
        sample_rate: f64::from(run.rate),
        output_channels: channels,
        ..super::options(run.buffers)
    });
    // Nobody reads its lines: late bundles and xruns do not exist here.
    let (to, _) = tokio::sync::mpsc::channel(1);
    let lines = Lines { to, dropped: Arc::default() };
    let mut interpreter = Interpreter::new(controller, nrt, run.buffers, lines, Arc::default());
    interpreter.without_real_time();

    let mut score = BufReader::new(File::open(run.score)?);
    let mut out = BufWriter::with_capacity(1 << 18, File::create(run.out)?);
    let mut next = read_bundle(&mut score)?;
    let mut troubles = Troubles::default();
    let mut block = vec![0.0_f32; BLOCK * channels];
    let mut bytes = Vec::with_capacity(block.len() * 4);
    // The world's own count of time (plyphon's `nominal_increment`).
    let step = (BLOCK as f64 * 4_294_967_296.0 / f64::from(run.rate.max(1))) as u64;
    let (mut now, mut frames, mut blocks) = (0_u64, 0_u64, 0_u64);
    while frames < run.frames {
        while let Some((_, packet)) = next.as_ref().filter(|(tag, _)| *tag <= now.saturating_add(step)) {
            interpreter.packet(packet);
            while interpreter.is_loading() && !run.stop.load(Ordering::Relaxed) {
                std::thread::sleep(LOOK);
                interpreter.look_after();
            }
            next = read_bundle(&mut score)?;
        }
        world.fill(&mut block, channels);
        interpreter.look_after();
        hear(&mut interpreter, &mut troubles);
        bytes.clear();
        block.iter().for_each(|x| bytes.extend_from_slice(&x.to_le_bytes()));
        out.write_all(&bytes)?;
        (now, frames, blocks) = (now.saturating_add(step), frames + BLOCK as u64, blocks + 1);
        if blocks.is_multiple_of(TELL) {
            progress(frames);
            if run.stop.load(Ordering::Relaxed) {
                return Err(ServerError::Stopped);
            }
        }
    }
    out.flush()?;
    Ok(troubles.told())
}

/// What it refused.
fn hear(interpreter: &mut Interpreter, troubles: &mut Troubles) {
    for reply in interpreter.take_replies() {
        let OscPacket::Message(message) = reply else { continue };
        if message.addr != "/fail" {
            continue;
        }
        let words: Vec<&str> = message
            .args
            .iter()
            .filter_map(|a| if let OscType::String(s) = a { Some(s.as_str()) } else { None })
            .collect();
        troubles.hear(&format!("failed: {}", words.join(": ")));
    }
}

/// The next bundle and its time; none at the end, or where the score is torn.
fn read_bundle(score: &mut impl Read) -> io::Result<Option<(u64, Vec<u8>)>> {
    let mut length = [0; 4];
    if let Err(e) = score.read_exact(&mut length) {
        return if e.kind() == io::ErrorKind::UnexpectedEof { Ok(None) } else { Err(e) };
    }
    let length = u32::from_be_bytes(length) as usize;
    if !(16..=MAX_PACKET).contains(&length) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("a bundle of {length} bytes in a score"),
        ));
    }
    let mut bundle = vec![0; length];
    score.read_exact(&mut bundle)?;
    let tag = bundle.get(8..16).and_then(|t| t.try_into().ok()).map_or(0, u64::from_be_bytes);
    Ok(Some((tag, bundle)))
}
