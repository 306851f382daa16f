//! One event of a pattern.

use super::Value;
use crate::source::Positions;
use crate::time::TimeSpan;
use std::fmt;

/// Short for [`Positions`]: the words of the set that made an event.
pub type Pos = Positions;

/// An event: a value over a span of cycle time.
#[derive(Clone, PartialEq)]
pub struct Hap {
    /// The span the event was meant to have; none for a sample of something continuous.
    pub whole: Option<TimeSpan>,
    /// The fragment of it that lies in the query.
    pub part: TimeSpan,
    /// What happens.
    pub value: Value,
    /// The words that made it, oldest first.
    pub positions: Positions,
}

impl Hap {
    /// True when the event begins inside the query: only then it is played.
    pub fn has_onset(&self) -> bool {
        self.whole.is_some_and(|w| w.begin == self.part.begin)
    }

    /// The whole where there is one, else the part.
    pub fn whole_or_part(&self) -> TimeSpan {
        self.whole.unwrap_or(self.part)
    }
}

impl fmt::Debug for Hap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.whole {
            Some(w) if w == self.part => write!(f, "{w:?} {:?}", self.value),
            Some(w) => write!(f, "{w:?} ({:?}) {:?}", self.part, self.value),
            None => write!(f, "~{:?} {:?}", self.part, self.value),
        }
    }
}
