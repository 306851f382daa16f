//! More of chance and of what is continuous: weights, fades, noise, signals from -1 to 1.

use super::arithmetic::{Op, between};
use super::time::segmented;
use super::{Args, Entry, MAX_COPIES, as_list, entry, pat};
use crate::pattern::{Env, Join, Pattern, Signal, Structure, Value, random};
use crate::time::Rational;
use std::sync::Arc;

fn signal(s: Signal) -> Pattern {
    Pattern::signal(s)
}

/// A signal from -1 to 1.
fn bipolar(p: &Pattern) -> Option<Value> {
    pat(p.map(|x| Some(Value::Num(x.as_f64()? * 2.0 - 1.0))))
}

/// The value of a list of pairs of values and weights that a number from 0 to 1 points to.
fn weighted(list: &[Value], x: f64) -> Option<Value> {
    let pairs: Vec<(Value, f64)> = list
        .iter()
        .map(|pair| {
            let pair = as_list(pair)?;
            Some((pair.first()?.clone(), pair.get(1)?.as_f64()?))
        })
        .collect::<Option<_>>()?;
    let total: f64 = pairs.iter().map(|(_, w)| w).sum();
    let mut sum = 0.0;
    pairs.into_iter().find_map(|(v, w)| {
        sum += w;
        (sum > x * total).then_some(v)
    })
}

fn choose_weighted(places: &Pattern, list: Arc<[Value]>) -> Pattern {
    places.map(move |x| weighted(&list, x.as_f64()?))
}

/// Events that fade: the chance to fall out follows an envelope.
fn faded(a: &Args, envelope: Signal, from: bool) -> Option<Value> {
    let (start, time) = if from { (a.ratio(0)?, 1) } else { (Rational::ZERO, 0) };
    let (length, p) = (a.ratio(time)?, a.pattern(time + 1)?);
    let chance = signal(envelope).slow(length).late(start);
    pat(p.by(&chance, |x, p, _| Some(p.degrade(x.as_f64()?, Rational::ZERO, false))))
}

/// Smooth noise at the places of a pattern.
fn noise(places: &Pattern) -> Pattern {
    places.map(|x| Some(Value::Num(crate::pattern::signal::perlin(x.as_f64()?))))
}

fn curve(x: f64) -> f64 {
    6.0 * x.powi(5) - 15.0 * x.powi(4) + 10.0 * x.powi(3)
}

/// Smooth noise over two dimensions, 0 to 1.
fn noise2(x: f64, y: f64) -> f64 {
    let (left, low) = (x.floor(), y.floor());
    let (u, v) = (x - left, y - low);
    let dot = |a: f64, b: f64, dx: f64, dy: f64| {
        let angle = std::f64::consts::TAU * random::unit(random::seed(a + 0.0001 * b));
        angle.cos() * dx + angle.sin() * dy
    };
    let lower = [dot(left, low, u, v), dot(left + 1.0, low, u - 1.0, v)];
    let upper = [dot(left, low + 1.0, u, v - 1.0), dot(left + 1.0, low + 1.0, u - 1.0, v - 1.0)];
    let (s, t) = (curve(u), curve(v));
    let mix = |[a, b]: [f64; 2]| (1.0 - s) * a + s * b;
    f64::midpoint((1.0 - t) * mix(lower) + t * mix(upper), 1.0)
}

fn noise_over(x: &Pattern, y: &Pattern) -> Pattern {
    let f = |x: Value, y: Value, _: &Env| Some(Value::Num(noise2(x.as_f64()?, y.as_f64()?)));
    x.apply(Structure::Both, y, Arc::new(f))
}

fn truth_below(x: &Value) -> Option<Pattern> {
    let x = x.as_f64()?;
    Some(signal(Signal::Rand).map(move |r| Some(Value::Bool(r.as_f64()? < x))))
}

/// Chances that repeat every `n` cycles, with a chance that is patterned over `n` cycles.
fn degrade_over(a: &Args) -> Option<Value> {
    let (n, chance, p) = (a.int(0)?, a.pattern(1)?, a.pattern(2)?);
    if !(1..=MAX_COPIES).contains(&n) {
        return None;
    }
    let drawn = signal(Signal::Rand).each_cycle(move |c, r, _| r.late(Rational::int(c - c.div_euclid(n))));
    pat(p.by_join(Join::Both, &chance.slow(Rational::int(n)), move |x, p, _| {
        let x = x.as_f64()?;
        let keep = move |v: Value, r: Value, _: &Env| (r.as_f64()? > x).then_some(v);
        Some(p.apply(Structure::Left, &drawn, Arc::new(keep)))
    }))
}

/// Numbers through a function, whatever holds them.
fn each_number(v: &Value, f: &Arc<dyn Fn(f64) -> f64 + Send + Sync>) -> Option<Value> {
    match v {
        Value::Pattern(p) => {
            let f = f.clone();
            pat(p.map(move |v| each_number(v, &f)))
        }
        Value::List(l) => {
            l.iter().map(|v| each_number(v, f)).collect::<Option<Vec<_>>>().map(|l| Value::List(l.into()))
        }
        v => Some(Value::Num(f(v.as_f64()?))),
    }
}

fn quantised(a: &Args, round: fn(f64) -> f64) -> Option<Value> {
    let n = a.number(0)?;
    each_number(a.value(1)?, &(Arc::new(move |x: f64| round(x * n) / n) as _))
}

macro_rules! wave {
    ($name:literal, $meaning:literal, $pattern:expr) => {
        entry($name, "Fractional a => Pattern a", $meaning, concat!("d1 $ s \"hh*8\" # pan ", $name), |_| {
            $pattern
        })
    };
}

macro_rules! envelope {
    ($name:literal, $meaning:literal, $signal:expr) => {
        entry($name, "Pattern Double", $meaning, concat!("d1 $ s \"hh*8\" # gain ", $name), |_| {
            pat(signal($signal))
        })
    };
}

pub(super) const TABLE: &[Entry] = &[
    wave!("sine2", "a sine wave from -1 to 1", bipolar(&signal(Signal::Sine))),
    wave!("cosine2", "a cosine wave from -1 to 1", bipolar(&signal(Signal::Cosine))),
    wave!("saw2", "rises from -1 to 1, once a cycle", bipolar(&signal(Signal::Saw))),
    wave!("isaw2", "falls from 1 to -1, once a cycle", bipolar(&signal(Signal::ISaw))),
    wave!("square2", "-1, then 1, once a cycle", bipolar(&signal(Signal::Square))),
    wave!("tri2", "rises from -1 to 1 and falls, once a cycle", bipolar(&super::random::triangle())),
    envelope!("envLR", "falls from 1 to 0 over cycle 0, then stays at 0", Signal::EnvLR),
    envelope!("envEq", "falls from 1 to 0 over cycle 0, of equal power with envEqR", Signal::EnvEq),
    envelope!("envEqR", "rises from 0 to 1 over cycle 0, of equal power with envEq", Signal::EnvEqR),
    entry(
        "sig",
        "(Time -> a) -> Pattern a",
        "a function of time, continuous",
        "d1 $ s \"hh*8\" # pan (sig (\\t -> fromRational t * 0.1))",
        |a| {
            let f = a.function(0)?;
            pat(Pattern::from_time(move |t, env| super::call(&f, &Value::Ratio(t), env)))
        },
    ),
    entry("brand", "Pattern Bool", "random truths", "d1 $ struct (segment 8 brand) $ s \"hh\"", |_| {
        pat(truth_below(&Value::Num(0.5))?)
    }),
    entry(
        "brandBy",
        "Pattern Double -> Pattern Bool",
        "random truths, true with a chance",
        "d1 $ struct (segment 8 $ brandBy 0.3) $ s \"hh\"",
        |a| pat(a.pattern(0)?.join(Join::Inner, truth_below)),
    ),
    entry(
        "perlinWith",
        "Fractional a => Pattern Double -> Pattern a",
        "smooth random numbers at the places a pattern gives",
        "d1 $ s \"hh*8\" # pan (perlinWith (saw * 4))",
        |a| pat(noise(&a.pattern(0)?)),
    ),
    entry(
        "perlin2",
        "Pattern Double -> Pattern Double",
        "smooth random numbers over the time and a pattern",
        "d1 $ s \"hh*8\" # pan (perlin2 (sine * 4))",
        |a| pat(noise_over(&signal(Signal::Time), &a.pattern(0)?)),
    ),
    entry(
        "perlin2With",
        "Pattern Double -> Pattern Double -> Pattern Double",
        "smooth random numbers over two patterns",
        "d1 $ s \"hh*8\" # pan (perlin2With (cosine * 2) (sine * 2))",
        |a| pat(noise_over(&a.pattern(0)?, &a.pattern(1)?)),
    ),
    entry(
        "wchoose",
        "[(a, Double)] -> Pattern a",
        "a random value of a list with weights, at every moment",
        "d1 $ s \"hh*8\" # n (wchoose [(0, 1), (2, 0.5)])",
        |a| pat(choose_weighted(&signal(Signal::Rand), a.list(0)?)),
    ),
    entry(
        "wchooseBy",
        "Pattern Double -> [(a, Double)] -> Pattern a",
        "the value of a list with weights at the place a pattern points to",
        "d1 $ s \"hh*8\" # n (wchooseBy sine [(0, 1), (2, 0.5)])",
        |a| pat(choose_weighted(&a.pattern(0)?, a.list(1)?)),
    ),
    entry(
        "wrandcat",
        "[(Pattern a, Double)] -> Pattern a",
        "a random pattern of a list with weights, each cycle",
        "d1 $ wrandcat [(s \"bd*2\", 1), (s \"sn\", 0.5)]",
        |a| {
            let places = segmented(Rational::ONE, &signal(Signal::Rand));
            pat(choose_weighted(&places, a.list(0)?).flatten(Join::Both))
        },
    ),
    entry(
        "degradeOverBy",
        "Int -> Pattern Double -> Pattern a -> Pattern a",
        "drops events by chance, the same ones every n cycles",
        "d1 $ degradeOverBy 4 0.3 $ s \"hh*16\"",
        degrade_over,
    )
    .at_most(0, MAX_COPIES, "cycles"),
    entry(
        "fadeOut",
        "Time -> Pattern a -> Pattern a",
        "more and more events fall out over n cycles",
        "d1 $ fadeOut 8 $ s \"hh*8\"",
        |a| faded(a, Signal::EnvL, false),
    ),
    entry(
        "fadeOutFrom",
        "Time -> Time -> Pattern a -> Pattern a",
        "fadeOut from a cycle on",
        "d1 $ fadeOutFrom 4 8 $ s \"hh*8\"",
        |a| faded(a, Signal::EnvL, true),
    ),
    entry(
        "fadeIn",
        "Time -> Pattern a -> Pattern a",
        "more and more events come in over n cycles",
        "d1 $ fadeIn 8 $ s \"hh*8\"",
        |a| faded(a, Signal::EnvLR, false),
    ),
    entry(
        "fadeInFrom",
        "Time -> Time -> Pattern a -> Pattern a",
        "fadeIn from a cycle on",
        "d1 $ fadeInFrom 4 8 $ s \"hh*8\"",
        |a| faded(a, Signal::EnvLR, true),
    ),
    entry(
        "rangex",
        "(Functor f, Floating b) => b -> b -> f b -> f b",
        "scales 0 to 1 to another range along a curve, for frequencies",
        "d1 $ s \"hh*8\" # lpf (rangex 200 5000 sine)",
        |a| {
            let (from, to) = (a.number(0)?.ln(), a.number(1)?.ln());
            each_number(a.value(2)?, &(Arc::new(move |x: f64| (x * (to - from) + from).exp()) as _))
        },
    ),
    entry(
        "quantise",
        "(Functor f, RealFrac b) => b -> f b -> f b",
        "numbers rounded to n-ths",
        "d1 $ s \"hh*8\" # pan (quantise 4 sine)",
        |a| quantised(a, f64::round_ties_even),
    ),
    entry(
        "qround",
        "(Functor f, RealFrac b) => b -> f b -> f b",
        "numbers rounded to n-ths",
        "d1 $ s \"hh*8\" # pan (qround 4 sine)",
        |a| quantised(a, f64::round_ties_even),
    ),
    entry(
        "qfloor",
        "(Functor f, RealFrac b) => b -> f b -> f b",
        "numbers rounded down to n-ths",
        "d1 $ s \"hh*8\" # pan (qfloor 4 sine)",
        |a| quantised(a, f64::floor),
    ),
    entry(
        "qceiling",
        "(Functor f, RealFrac b) => b -> f b -> f b",
        "numbers rounded up to n-ths",
        "d1 $ s \"hh*8\" # pan (qceiling 4 sine)",
        |a| quantised(a, f64::ceil),
    ),
    entry(
        "timeToRand",
        "(RealFrac a, Fractional b) => a -> b",
        "the random number of a time",
        "d1 $ s \"hh*8\" # pan (sig timeToRand)",
        |a| Some(Value::Num(random::unit(random::seed(a.number(0)?)))),
    ),
    entry(
        "timeToRands",
        "(RealFrac a, Fractional b) => a -> Int -> [b]",
        "random numbers of a time, one after the other",
        "d1 $ s \"hh*4\" # pan (listToPat $ timeToRands 0.5 4)",
        |a| {
            let n = usize::try_from(a.int(1)?.clamp(0, MAX_COPIES)).ok()?;
            Some(Value::List(random::rands(a.number(0)?, n).into_iter().map(Value::Num).collect()))
        },
    )
    .at_most(1, MAX_COPIES, "numbers"),
    entry(
        "offadd",
        "Num a => Pattern Time -> Pattern a -> Pattern a -> Pattern a",
        "lays a copy over the pattern, later and with a number added",
        "d1 $ n (offadd 0.125 12 \"0 3\") # s \"pluck\"",
        |a| {
            let by = a.pattern(1)?;
            pat(a.pattern(2)?.by(&a.pattern(0)?, move |t, p, _| {
                let copy = between(Op::Add, Structure::Both, &p.late(t.as_ratio()?), &by);
                Some(Pattern::stack(vec![p.clone(), copy]))
            }))
        },
    ),
];
