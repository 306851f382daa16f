//! Graphs of unit generators, built by ordinary arithmetic.
//!
//! In: signals (constants, named controls, unit generators) joined by operators. Out: a
//! [`SynthDef`] with its bytes. A [`Signal`] owns what it depends on, so a graph needs no arena:
//! what no output reaches is never written, and an input always comes before what reads it.
//! Signals are made and dropped on one thread; the finished SynthDef may go anywhere.

use super::encode::encode;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::rc::Rc;
use std::sync::Arc;

/// The longest name of a SynthDef in bytes: one more kills supernova (engine facts, rule 8).
pub const MAX_NAME: usize = 127;

/// How often a unit computes. The order matters: a result is as fast as its fastest input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rate {
    /// Once, when the synth starts.
    Scalar,
    /// Once a block.
    Control,
    /// Every sample.
    Audio,
}

/// A unit generator in a graph.
#[derive(Debug)]
pub struct Unit {
    pub(super) name: &'static str,
    pub(super) rate: Rate,
    pub(super) inputs: Vec<Signal>,
    pub(super) outputs: usize,
    /// Which operator, for the operators' units; else 0.
    pub(super) special: i16,
}

/// A control: what `/s_new` and `/n_set` set by name.
#[derive(Debug, PartialEq)]
pub struct Control {
    pub(super) name: &'static str,
    pub(super) default: f32,
    /// Scalar controls are read once, when the synth starts; `/n_set` does not move them later.
    pub(super) rate: Rate,
}

/// One channel of a graph. Cloning is cheap and means the same unit.
#[derive(Clone, Debug)]
pub enum Signal {
    /// A number.
    Constant(f32),
    /// A control.
    Control(Rc<Control>),
    /// One output of a unit.
    Output(Rc<Unit>, usize),
}

impl Signal {
    /// A named control that is read once, when the synth starts. Arithmetic on it is then done
    /// once as well, which is what most of a voice's parameters want.
    pub fn scalar(name: &'static str, default: f32) -> Self {
        Self::Control(Rc::new(Control { name, default, rate: Rate::Scalar }))
    }

    /// A named control that `/n_set` may move while the synth runs.
    pub fn control(name: &'static str, default: f32) -> Self {
        Self::Control(Rc::new(Control { name, default, rate: Rate::Control }))
    }

    /// How often it changes.
    pub fn rate(&self) -> Rate {
        match self {
            Self::Constant(_) => Rate::Scalar,
            Self::Control(control) => control.rate,
            Self::Output(unit, _) => unit.rate,
        }
    }

    /// All outputs of a new unit.
    pub(super) fn units(name: &'static str, rate: Rate, inputs: Vec<Self>, outputs: usize) -> Vec<Self> {
        let unit = Rc::new(Unit { name, rate, inputs, outputs, special: 0 });
        (0..outputs).map(|n| Self::Output(Rc::clone(&unit), n)).collect()
    }

    /// The only output of a new unit.
    pub(super) fn unit(name: &'static str, rate: Rate, inputs: Vec<Self>) -> Self {
        Self::Output(Rc::new(Unit { name, rate, inputs, outputs: 1, special: 0 }), 0)
    }

    fn operator(name: &'static str, special: i16, inputs: Vec<Self>) -> Self {
        let rate = inputs.iter().map(Self::rate).max().unwrap_or(Rate::Scalar);
        Self::Output(Rc::new(Unit { name, rate, inputs, outputs: 1, special }), 0)
    }

    fn unary(&self, special: i16) -> Self {
        Self::operator("UnaryOpUGen", special, vec![self.clone()])
    }

    fn binary(&self, special: i16, other: impl Into<Self>) -> Self {
        Self::operator("BinaryOpUGen", special, vec![self.clone(), other.into()])
    }

    /// The absolute value.
    pub fn abs(&self) -> Self {
        self.unary(5)
    }

    /// -1, 0 or 1.
    pub fn sign(&self) -> Self {
        self.unary(11)
    }

    /// Times itself.
    pub fn squared(&self) -> Self {
        self.unary(12)
    }

    /// The natural logarithm.
    pub fn log(&self) -> Self {
        self.unary(25)
    }

    /// e to the power of it.
    pub fn exp(&self) -> Self {
        self.unary(15)
    }

    /// The sine of radians.
    pub fn sin(&self) -> Self {
        self.unary(28)
    }

    /// The cosine of radians.
    pub fn cos(&self) -> Self {
        self.unary(29)
    }

    /// The square root.
    pub fn sqrt(&self) -> Self {
        self.unary(14)
    }

    /// Straight up to a half, then ever flatter up to 1.
    pub fn softclip(&self) -> Self {
        self.unary(43)
    }

    /// Soft saturation.
    pub fn tanh(&self) -> Self {
        self.unary(36)
    }

    /// The smaller of both.
    pub fn min(&self, other: impl Into<Self>) -> Self {
        self.binary(12, other)
    }

    /// The larger of both.
    pub fn max(&self, other: impl Into<Self>) -> Self {
        self.binary(13, other)
    }

    /// What is left of it after as many whole `divisor`s as it holds.
    pub fn modulo(&self, divisor: impl Into<Self>) -> Self {
        self.binary(5, divisor)
    }

    /// Rounded to a multiple of `step`.
    pub fn round(&self, step: impl Into<Self>) -> Self {
        self.binary(19, step)
    }

    /// To the power of `exponent`.
    pub fn pow(&self, exponent: impl Into<Self>) -> Self {
        self.binary(25, exponent)
    }

    /// Limited to -`limit`..`limit`.
    pub fn clip2(&self, limit: impl Into<Self>) -> Self {
        self.binary(42, limit)
    }

    /// Wrapped into -`limit`..`limit`.
    pub fn wrap2(&self, limit: impl Into<Self>) -> Self {
        self.binary(45, limit)
    }

    /// 1 where it is above `other`, else 0.
    pub fn above(&self, other: impl Into<Self>) -> Self {
        self.binary(9, other)
    }
}

impl From<f32> for Signal {
    fn from(value: f32) -> Self {
        Self::Constant(value)
    }
}

impl From<&Signal> for Signal {
    fn from(signal: &Signal) -> Self {
        signal.clone()
    }
}

/// The four operators, for signals, borrowed signals and numbers. Numbers are folded and an
/// identity (plus 0, times 1) leaves no unit.
fn arithmetic(special: i16, a: Signal, b: Signal) -> Signal {
    match (special, &a, &b) {
        (0, Signal::Constant(x), Signal::Constant(y)) => Signal::Constant(x + y),
        (1, Signal::Constant(x), Signal::Constant(y)) => Signal::Constant(x - y),
        (2, Signal::Constant(x), Signal::Constant(y)) => Signal::Constant(x * y),
        (4, Signal::Constant(x), Signal::Constant(y)) => Signal::Constant(x / y),
        (0 | 1, _, Signal::Constant(0.0)) | (2 | 4, _, Signal::Constant(1.0)) => a,
        (0, Signal::Constant(0.0), _) | (2, Signal::Constant(1.0), _) => b,
        _ => a.binary(special, b),
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $special:literal) => {
        impl<T: Into<Signal>> $trait<T> for Signal {
            type Output = Signal;
            fn $method(self, other: T) -> Signal {
                arithmetic($special, self, other.into())
            }
        }
        impl<T: Into<Signal>> $trait<T> for &Signal {
            type Output = Signal;
            fn $method(self, other: T) -> Signal {
                arithmetic($special, self.clone(), other.into())
            }
        }
        impl $trait<Signal> for f32 {
            type Output = Signal;
            fn $method(self, other: Signal) -> Signal {
                arithmetic($special, self.into(), other)
            }
        }
        impl $trait<&Signal> for f32 {
            type Output = Signal;
            fn $method(self, other: &Signal) -> Signal {
                arithmetic($special, self.into(), other.clone())
            }
        }
    };
}
operator!(Add, add, 0);
operator!(Sub, sub, 1);
operator!(Mul, mul, 2);
operator!(Div, div, 4);

impl Neg for Signal {
    type Output = Signal;
    fn neg(self) -> Signal {
        self.unary(0)
    }
}

/// A unit that writes somewhere (a bus, a file): what makes a graph worth computing.
#[derive(Clone, Debug)]
pub struct Sink(pub(super) Rc<Unit>);

impl Sink {
    /// A new unit that is kept for what it does; its outputs, if it has any, are not read.
    pub(super) fn new(name: &'static str, rate: Rate, inputs: Vec<Signal>, outputs: usize) -> Self {
        Self(Rc::new(Unit { name, rate, inputs, outputs, special: 0 }))
    }
}

/// A finished SynthDef.
#[derive(Clone, Debug, PartialEq)]
pub struct SynthDef {
    /// Its name, at most [`MAX_NAME`] bytes.
    pub name: Arc<str>,
    /// Its controls with their defaults.
    pub controls: Vec<(Arc<str>, f32)>,
    /// SCgf, version 2: what `/d_recv` takes.
    pub bytes: Arc<[u8]>,
}

impl SynthDef {
    /// The graph that `sinks` reach, as bytes. A control's first appearance sets its default. A
    /// name above [`MAX_NAME`] bytes is cut (our own names are never that long: a test says so).
    pub fn new(name: &str, sinks: &[Sink]) -> Self {
        let end = (0..=MAX_NAME.min(name.len())).rev().find(|&at| name.is_char_boundary(at));
        let name = name.get(..end.unwrap_or(0)).unwrap_or_default();
        let (controls, bytes) = encode(name, sinks);
        Self { name: name.into(), controls, bytes: bytes.into() }
    }
}
