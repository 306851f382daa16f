//! What makes a sound rough. `swing` shows what a shaper makes of each value from -1 to 1; where a shaper
//! has a memory, a sine goes through the formula here as well.

use super::case::{Case, Heard, case};
use super::measure::{correlation, frequency, held, mean, partial, response, rms};
use super::signals::{FAINT, LEVEL, LONG_S};
use std::f64::consts::{FRAC_PI_2, TAU};

/// What `swing` was at a moment.
fn swing(seconds: f64) -> f64 {
    2.0 * seconds / LONG_S - 1.0
}

/// The curve of a shaper at values all over its range.
fn curve(heard: &mut Heard, formula: impl Fn(f64) -> f64, within: f64) {
    for n in 1..18 {
        let at = f64::from(n) * 0.025;
        heard.near(&format!("at {:.3}", swing(at)), heard.at(at), formula(swing(at)), within);
    }
}

/// `tone` at a frequency, through a formula, without what is constant.
fn shaped(hz: f64, level: f64, formula: impl Fn(f64) -> f64) -> Vec<f64> {
    let sound: Vec<f64> =
        (0..4800).map(|n| formula(level * (TAU * hz * f64::from(n) / 48_000.0).sin())).collect();
    let level = mean(&sound);
    sound.into_iter().map(|x| x - level).collect()
}

/// The sound from 0.2 s on, a tenth of a second, without what is constant: whole periods.
fn settled(heard: &Heard) -> Vec<f64> {
    let part = heard.span(0.2, 0.3);
    let level = mean(&part);
    part.into_iter().map(|x| x - level).collect()
}

/// The partials of the settled sound are those of the other.
fn partials(heard: &mut Heard, wanted: &[f64], at: &[f64]) {
    let sound = settled(heard);
    for hz in at {
        heard.near(&format!("partial {hz:.0}"), partial(&sound, *hz), partial(wanted, *hz), 0.003);
    }
}

/// From dry (0) to wet (1) at equal power.
fn crossed(dry: f64, wet: f64, amount: f64) -> f64 {
    let angle = amount.min(1.0) * FRAC_PI_2;
    dry * angle.cos() + wet * angle.sin()
}

/// Sonic Pi's formula.
fn krushed(x: f64, amount: f64) -> f64 {
    (x * x + amount * x) / (x * x + x.abs() * (amount - 1.0) + 1.0)
}

/// `crush`: each value is a whole number of steps, and the nearest.
fn steps(heard: &mut Heard, bits: f64) {
    let step = 0.5_f64.powf(bits - 1.0);
    let worst = |of: &dyn Fn(f64, f64) -> f64| {
        (100..21_000).map(|n| f64::from(n) / 48_000.0).fold(0.0_f64, |w, at| w.max(of(heard.at(at), at)))
    };
    let between = worst(&|x, _| (x / step - (x / step).round()).abs());
    let away = worst(&|x, at| (x - swing(at)).abs());
    heard.below("off a step", between, 0.005);
    heard.near("farthest from the sound", away, step / 2.0, step * 0.02);
}

/// For how many samples each value of `swing` is held.
fn mean_held(heard: &Heard) -> f64 {
    let held = held(&heard.span(0.05, 0.4));
    held.iter().sum::<usize>() as f64 / held.len().max(1) as f64
}

/// `low`, heard and not heard for so many waves each.
fn gated(waves: u32) -> Vec<f64> {
    let sound = (0..19_200).map(|n| {
        let wave = f64::from(n) * 100.0 / 48_000.0;
        let open = (wave as u32 / waves).is_multiple_of(2);
        if open { LEVEL * (TAU * wave).sin() } else { 0.0 }
    });
    sound.collect()
}

pub const CASES: &[Case] = &[
    case("shape", &["shape"], r#"s "swing" # shape 0.5"#, |h| {
        curve(h, |x| 3.0 * x / (1.0 + 2.0 * x.abs()), 0.001);
    }),
    case("a little shape", &["shape"], r#"s "swing" # shape 0.2"#, |h| {
        curve(h, |x| 1.5 * x / (1.0 + 0.5 * x.abs()), 0.001);
    }),
    case("crush 3", &["crush"], r#"s "swing" # crush 3"#, |h| steps(h, 3.0)),
    case("crush 5", &["crush"], r#"s "swing" # crush 5"#, |h| steps(h, 5.0)),
    case("crush between", &["crush"], r#"s "swing" # crush 4.5"#, |h| steps(h, 4.5)),
    case("coarse", &["coarse"], r#"s "swing" # coarse 8"#, |h| {
        let longest = held(&h.span(0.05, 0.4)).into_iter().max().unwrap_or(0);
        h.near("samples held", mean_held(h), 8.0, 0.01);
        h.near("the most", longest as f64, 8.0, 1.0);
    }),
    case("coarse, more", &["coarse"], r#"s "swing" # coarse 100"#, |h| {
        h.near("samples held", mean_held(h), 100.0, 0.1);
    }),
    case("coarse of 1", &["coarse"], r#"s "swing" # coarse 1"#, |h| {
        h.near("samples held", mean_held(h), 1.0, 0.001);
    }),
    case("triode", &["triode"], r#"s "tone" # triode 0.5"#, |h| {
        let drive = 5.001;
        let wanted = shaped(1000.0, LEVEL, |x| x.max(0.0) + (x.min(0.0) * drive).tanh() / drive);
        partials(h, &wanted, &[1000.0, 2000.0, 3000.0, 4000.0]);
    }),
    case("krush", &["krush"], r#"s "swing" # krush 0.8 # kcutoff 10000"#, |h| {
        // The low-pass follows so slow a sound.
        curve(h, |x| krushed(x, 0.8), 0.01);
    }),
    case("a little krush", &["krush"], r#"s "swing" # krush 0.25 # kcutoff 10000"#, |h| {
        curve(h, |x| crossed(x, krushed(x, 0.25), 0.5), 0.01);
    }),
    case("kcutoff", &["kcutoff"], r#"s "faint" # krush 1 # kcutoff 1000"#, |h| {
        // So little is only made softer or louder.
        let click = krushed(FAINT, 1.0);
        for hz in [100.0, 1000.0, 2000.0] {
            let r = hz / 1000.0;
            let low = 1.0 / (1.0_f64 - r * r).hypot(r);
            h.db(&format!("at {hz} Hz"), response(&h.left, hz) / click, low, 0.4);
        }
    }),
    case("distort", &["distort"], r#"s "tone" # distort 0.5"#, |h| {
        let hard = |x: f64| (x * 18_f64.sqrt()).tanh() * 0.8;
        let wanted = shaped(1000.0, LEVEL, |x| crossed(x, hard(x), 0.5));
        partials(h, &wanted, &[1000.0, 3000.0, 5000.0]);
    }),
    case("octer", &["octer"], r#"s "low" # octer 1"#, |h| {
        // The rectified sound, twice as loud, alone.
        let wanted = shaped(100.0, LEVEL, |x| 2.0 * x.abs());
        partials(h, &wanted, &[100.0, 200.0, 400.0]);
    }),
    case("octersub", &["octersub"], r#"s "low" # octersub 1"#, |h| {
        let wanted = gated(1);
        let sound = h.span(0.04, 0.44);
        // An octave below, beside the sound itself.
        for hz in [50.0, 150.0] {
            h.near(&format!("partial {hz}"), partial(&sound, hz), partial(&wanted, hz), 0.003);
        }
        h.below("two octaves below", partial(&sound, 25.0), 0.01);
    }),
    case("octersubsub", &["octersubsub"], r#"s "low" # octersubsub 1"#, |h| {
        let wanted = gated(2);
        let sound = h.span(0.04, 0.44);
        for hz in [25.0, 75.0, 125.0] {
            h.near(&format!("partial {hz}"), partial(&sound, hz), partial(&wanted, hz), 0.003);
        }
        h.below("an octave below", partial(&sound, 50.0), 0.02);
    }),
    case("ring", &["ring", "ringf"], r#"s "tone" # ring 0.8 # ringf 300"#, |h| {
        let sound = settled(h);
        for (hz, level) in [(700.0, 0.4), (1000.0, 1.0), (1300.0, 0.4), (1600.0, 0.0)] {
            h.near(&format!("partial {hz}"), partial(&sound, hz) / LEVEL, level, 0.01);
        }
    }),
    case("ringdf", &["ringdf"], r#"s "level" # ring 1 # ringf 400 # ringdf 1200"#, |h| {
        // Exponentially from 400 to 1600 Hz in a second.
        for at in [0.1, 0.25, 0.4] {
            let part: Vec<f64> = h.span(at - 0.02, at + 0.02).iter().map(|x| x - LEVEL).collect();
            h.part_of(&format!("at {at} s"), frequency(&part), 400.0 * 4_f64.powf(at), 0.01);
        }
    }),
    case("waveloss", &["waveloss"], r#"s "high" # waveloss 30"#, |h| {
        // Of 2,150 waves: a hundredth is one standard deviation.
        let waves: Vec<Vec<f64>> =
            (20..2170).map(|n| h.span(f64::from(n) / 5000.0, f64::from(n + 1) / 5000.0)).collect();
        let lost = waves.iter().filter(|w| rms(w) < 0.3 * LEVEL).count();
        h.near("part that is lost", lost as f64 / waves.len() as f64, 0.3, 0.05);
    }),
    case("squiz", &["squiz"], r#"s "tone" # squiz 3"#, |h| {
        let sound = settled(h);
        h.part_of("partial 3000", partial(&sound, 3000.0), LEVEL, 0.06);
        h.below("partial 1000", partial(&sound, 1000.0), 0.05);
    }),
    case("squiz of 1", &["squiz"], r#"s "tone" # squiz 1"#, |h| {
        let wanted = shaped(1000.0, LEVEL, |x| x);
        let later = h.span(0.2, 0.3);
        h.near("likeness", correlation(&later, &wanted), 1.0, 0.02);
    }),
];
