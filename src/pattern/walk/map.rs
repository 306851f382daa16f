//! Time maps: from a node's own time to the query's.
//!
//! A map is one scale and one offset for everything that begins in the cycle under way. Events that
//! reach in from an earlier cycle are mapped level by level instead, because a step that is squeezed
//! into a cycle maps an event by the cycle it began in, as Tidal does.

use crate::time::{Rational, TimeSpan};

/// One level of time maps.
#[derive(Clone, Copy)]
enum Level {
    /// `outer = inner * scale + offset`
    Affine(Rational, Rational),
    /// A cycle squeezed into `begin..begin + length` of it.
    Squeeze(Rational, Rational),
    /// The part of a cycle from `begin` on, `factor` times as long.
    Zoom(Rational, Rational),
}

impl Level {
    fn apply(self, arc: TimeSpan) -> TimeSpan {
        match self {
            Self::Affine(scale, offset) => ordered(arc.begin * scale + offset, arc.end * scale + offset),
            Self::Squeeze(begin, length) => {
                let cycle = arc.begin.cycle();
                let at = |t: Rational| cycle + begin + (t - cycle) * length;
                TimeSpan::new(at(arc.begin), at(arc.end))
            }
            Self::Zoom(begin, factor) => {
                let cycle = arc.begin.cycle();
                let at = |t: Rational| cycle + (t - cycle - begin) * factor;
                TimeSpan::new(at(arc.begin), at(arc.end))
            }
        }
    }
}

fn ordered(a: Rational, b: Rational) -> TimeSpan {
    if a <= b { TimeSpan::new(a, b) } else { TimeSpan::new(b, a) }
}

/// From a node's time to the query's.
pub(super) struct Map<'a> {
    scale: Rational,
    offset: Rational,
    reversed: bool,
    level: Level,
    up: Option<&'a Map<'a>>,
}

impl<'a> Map<'a> {
    pub(super) const IDENTITY: Self = Self {
        scale: Rational::ONE,
        offset: Rational::ZERO,
        reversed: false,
        level: Level::Affine(Rational::ONE, Rational::ZERO),
        up: None,
    };

    /// True for the query's own time.
    pub(super) fn is_identity(&self) -> bool {
        self.up.is_none()
    }

    /// The map of a child whose time is `outer = inner * scale + offset` of this node's.
    pub(super) fn affine(&'a self, scale: Rational, offset: Rational) -> Self {
        Map {
            scale: self.scale * scale,
            offset: self.offset + self.scale * offset,
            reversed: self.reversed || scale < Rational::ZERO,
            level: Level::Affine(scale, offset),
            up: Some(self),
        }
    }

    /// The map of a child whose cycle `cycle` is squeezed into `begin..begin + length` of it.
    pub(super) fn squeeze(&'a self, cycle: Rational, begin: Rational, length: Rational) -> Self {
        // outer = cycle + begin + (inner - cycle) * length
        let offset = cycle + begin - cycle * length;
        Map { level: Level::Squeeze(begin, length), ..self.affine(length, offset) }
    }

    /// The map of a child of which the part of cycle `cycle` from `begin` on is `factor` times as long.
    /// As in Tidal, wholes are stretched from the cycle that they began in.
    pub(super) fn zoom(&'a self, cycle: Rational, begin: Rational, factor: Rational) -> Self {
        let offset = cycle - (cycle + begin) * factor;
        Map { level: Level::Zoom(begin, factor), ..self.affine(factor, offset) }
    }

    pub(super) fn span(&self, s: TimeSpan) -> TimeSpan {
        if self.scale == Rational::ONE {
            if self.offset == Rational::ZERO {
                return s;
            }
            return TimeSpan::new(s.begin + self.offset, s.end + self.offset);
        }
        ordered(s.begin * self.scale + self.offset, s.end * self.scale + self.offset)
    }

    fn slow(&self, arc: TimeSpan) -> TimeSpan {
        let mut arc = self.level.apply(arc);
        let mut up = self.up;
        while let Some(map) = up {
            arc = map.level.apply(arc);
            up = map.up;
        }
        arc
    }

    pub(super) fn whole(&self, whole: TimeSpan, part: TimeSpan, mapped_part: TimeSpan) -> TimeSpan {
        if whole == part {
            mapped_part
        } else if whole.begin == part.begin && !self.reversed {
            TimeSpan::new(mapped_part.begin, whole.end * self.scale + self.offset)
        } else {
            self.slow(whole)
        }
    }
}
