//! Where the embedded engine's sound goes: a sound card, or a silent clock.
//!
//! In: the engine's world. Out: its blocks, in time. The card's callback and the clock's thread render;
//! the world is behind a lock that only one of them holds at a time, and which the callback only tries:
//! it never waits. A card that is lost hands over to the silent clock (the music goes on, unheard) and
//! is looked for again.

use super::ntp::FrameClock;
use super::quiet::Quiet;
use super::say;
use crate::osc::Timetag;
use crate::server::link::ntp_now;
use crate::server::process::Lines;
use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, ErrorKind, FromSample, SampleFormat, SizedSample, SupportedBufferSize};
use plyphon::World;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The engine computes so many frames at a time.
const BLOCK: usize = 64;
/// Asked of the card: 5 to 10 ms. A card that cannot gives what it has.
const CARD_FRAMES: u32 = 512;
/// The silent clock renders so many frames at a time.
const SILENT_FRAMES: usize = 256;
/// A clock that is late by more has slept: it goes on from now.
const ASLEEP: Duration = Duration::from_millis(500);
/// For the screen.
const NOTHING: &str = "no audio device (silent clock)";

/// The default sound card as it wants to be used.
pub(super) struct Card {
    device: cpal::Device,
    config: cpal::StreamConfig,
    format: SampleFormat,
    name: String,
}

impl Card {
    /// Frames per second.
    pub(super) fn rate(&self) -> u32 {
        self.config.sample_rate
    }
}

/// The default output, if there is one that answers.
pub(super) fn find_card() -> Option<Card> {
    let _quiet = Quiet::start();
    let device = cpal::default_host().default_output_device()?;
    let config = device.default_output_config().ok()?;
    let name = device.description().map_or_else(|_| "the default".into(), |d| d.name().to_owned());
    let format = config.sample_format();
    let buffer_size = match config.buffer_size() {
        SupportedBufferSize::Range { min, max } => {
            BufferSize::Fixed(CARD_FRAMES.clamp(*min, (*max).max(*min)))
        }
        SupportedBufferSize::Unknown => BufferSize::Default,
    };
    let config = cpal::StreamConfig { buffer_size, ..config.config() };
    (config.channels > 0 && config.sample_rate > 0).then_some(Card { device, config, format, name })
}

/// How much of the time rendering takes, in hundredths of a percent of one core: plyphon itself does
/// not measure it. Written by the rendering thread, read by the control thread.
#[derive(Debug, Default)]
pub(super) struct Load {
    average: AtomicU32,
    peak: AtomicU32,
}

impl Load {
    /// Average and peak, percent.
    pub(super) fn percent(&self) -> (f32, f32) {
        let read = |a: &AtomicU32| a.load(Ordering::Relaxed) as f32 / 100.0;
        (read(&self.average), read(&self.peak))
    }

    /// A block took `spent` to render and `length` to play.
    fn note(&self, spent: Duration, length: Duration) {
        let now = (spent.as_secs_f64() / length.as_secs_f64().max(1e-6) * 10_000.0) as u32;
        let average = self.average.load(Ordering::Relaxed);
        let peak = self.peak.load(Ordering::Relaxed);
        // Both fade with a time constant of some 100 blocks.
        self.average.store(average - average / 100 + now / 100, Ordering::Relaxed);
        self.peak.store(now.max(peak - peak / 100), Ordering::Relaxed);
    }
}

/// Renders blocks of the world into buffers of any length.
pub(super) struct Renderer {
    world: World,
    clock: FrameClock,
    rate: f64,
    load: Arc<Load>,
    /// The block being handed out: stereo, interleaved.
    block: [f32; BLOCK * 2],
    /// Frames of it that are gone.
    used: usize,
}

impl Renderer {
    pub(super) fn new(world: World, rate: u32, load: Arc<Load>) -> Self {
        let rate = f64::from(rate.max(1));
        Self { world, clock: FrameClock::new(rate), rate, load, block: [0.0; BLOCK * 2], used: BLOCK }
    }

    /// Hands `frames` stereo frames to `put`, the first of which is heard at about `measured`.
    pub(super) fn render(&mut self, frames: usize, measured: Timetag, mut put: impl FnMut(usize, f32, f32)) {
        let (start, begun) = (self.clock.at(measured, frames), Instant::now());
        for n in 0..frames {
            if self.used >= BLOCK {
                let time = start.plus_s(n as f64 / self.rate);
                self.world.fill_at(&mut self.block, 2, time.0);
                self.used = 0;
            }
            if let Some([left, right]) = self.block.get(self.used * 2..self.used * 2 + 2) {
                put(n, *left, *right);
            }
            self.used += 1;
        }
        self.load.note(begun.elapsed(), Duration::from_secs_f64(frames as f64 / self.rate));
    }
}

type Shared = Arc<Mutex<Renderer>>;

enum Way {
    /// Kept for its drop, which ends the callbacks.
    Card {
        _stream: cpal::Stream,
        lost: Arc<AtomicBool>,
    },
    Silent {
        stop: Arc<AtomicBool>,
        thread: Option<std::thread::JoinHandle<()>>,
    },
}

/// See the module. Lives on the control thread.
pub(super) struct Output {
    renderer: Shared,
    rate: u32,
    way: Way,
    text: String,
    lines: Lines,
    wants_card: bool,
}

impl Output {
    /// On the card, else in silence.
    pub(super) fn start(world: World, rate: u32, card: Option<Card>, lines: Lines, load: Arc<Load>) -> Self {
        let renderer = Arc::new(Mutex::new(Renderer::new(world, rate, load)));
        let wants_card = card.is_some();
        let opened = card.map(|card| (card.name.clone(), open(&card, &renderer, &lines)));
        let (way, text) = match opened {
            Some((name, Ok(way))) => (way, format!("the sound card {name}")),
            Some((name, Err(error))) => {
                say(
                    &lines,
                    format!("error: the sound card {name} could not be opened ({error}): playing in silence"),
                );
                (silent(&renderer), NOTHING.to_owned())
            }
            None => (silent(&renderer), NOTHING.to_owned()),
        };
        Self { renderer, rate, way, text, lines, wants_card }
    }

    /// For the screen.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Leaves a card that is lost, and takes one that is back. To be called now and then.
    pub(super) fn mend(&mut self) {
        match &self.way {
            Way::Card { lost, .. } if lost.load(Ordering::Relaxed) => {
                // First the stream ends, then the clock starts: never two that render.
                self.way = Way::Silent { stop: Arc::default(), thread: None };
                self.way = silent(&self.renderer);
                say(&self.lines, "error: the sound card is gone: playing in silence until it is back".into());
            }
            Way::Silent { .. } if self.wants_card => {
                let Some(card) = find_card().filter(|card| card.rate() == self.rate) else { return };
                self.way.end();
                match open(&card, &self.renderer, &self.lines) {
                    Ok(way) => {
                        self.way = way;
                        say(
                            &self.lines,
                            format!("no error any more: playing on the sound card {}", card.name),
                        );
                    }
                    Err(_) => self.way = silent(&self.renderer),
                }
            }
            _ => {}
        }
    }
}

impl Way {
    fn end(&mut self) {
        if let Self::Silent { stop, thread } = self {
            stop.store(true, Ordering::Relaxed);
            if let Some(thread) = thread.take() {
                let _ = thread.join();
            }
        }
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.end();
    }
}

/// Renders in real time for nobody: time goes on, voices end, queries are answered.
fn silent(renderer: &Shared) -> Way {
    let (stop, renderer) = (Arc::<AtomicBool>::default(), renderer.clone());
    let stopped = stop.clone();
    let thread = std::thread::Builder::new()
        .name("oiduna-silent".into())
        .spawn(move || {
            let mut next = Instant::now();
            while !stopped.load(Ordering::Relaxed) {
                let now = Instant::now();
                if now < next {
                    std::thread::sleep(next - now);
                } else if now - next > ASLEEP {
                    next = now;
                }
                let Ok(mut renderer) = renderer.lock() else { return };
                renderer.render(SILENT_FRAMES, ntp_now(), |_, _, _| {});
                next += Duration::from_secs_f64(SILENT_FRAMES as f64 / renderer.rate);
            }
        })
        .ok();
    Way::Silent { stop, thread }
}

fn open(card: &Card, renderer: &Shared, lines: &Lines) -> Result<Way, cpal::Error> {
    let _quiet = Quiet::start();
    let lost = Arc::<AtomicBool>::default();
    let stream = match card.format {
        SampleFormat::F64 => stream::<f64>(card, renderer, lines, &lost),
        SampleFormat::I32 => stream::<i32>(card, renderer, lines, &lost),
        SampleFormat::I16 => stream::<i16>(card, renderer, lines, &lost),
        SampleFormat::U16 => stream::<u16>(card, renderer, lines, &lost),
        // What most cards take, or convert from.
        _ => stream::<f32>(card, renderer, lines, &lost),
    }?;
    stream.play()?;
    Ok(Way::Card { _stream: stream, lost })
}

fn stream<T: SizedSample + FromSample<f32>>(
    card: &Card,
    renderer: &Shared,
    lines: &Lines,
    lost: &Arc<AtomicBool>,
) -> Result<cpal::Stream, cpal::Error> {
    let channels = usize::from(card.config.channels).max(1);
    let (renderer, lines, lost) = (renderer.clone(), lines.clone(), lost.clone());
    let fill = move |data: &mut [T], info: &cpal::OutputCallbackInfo| {
        let timestamp = info.timestamp();
        let delay = timestamp.playback.duration_since(timestamp.callback);
        let heard = ntp_now().plus_s(delay.as_secs_f64());
        // Taken only while the card is being left.
        let Ok(mut renderer) = renderer.try_lock() else {
            data.fill(T::from_sample(0.0));
            return;
        };
        renderer.render(data.len() / channels, heard, |n, left, right| {
            let Some(frame) = data.get_mut(n * channels..(n + 1) * channels) else { return };
            match frame {
                [mono] => *mono = T::from_sample((left + right) * 0.5),
                [l, r, others @ ..] => {
                    (*l, *r) = (T::from_sample(left), T::from_sample(right));
                    others.fill(T::from_sample(0.0));
                }
                [] => {}
            }
        });
    };
    let trouble = move |error: cpal::Error| match error.kind() {
        ErrorKind::Xrun => say(&lines, "xrun".into()),
        ErrorKind::DeviceNotAvailable | ErrorKind::StreamInvalidated => lost.store(true, Ordering::Relaxed),
        _ => say(&lines, format!("the sound card says: {error}")),
    };
    card.device.build_output_stream(card.config, fill, trouble, Some(Duration::from_secs(2)))
}
