//! Patterns: events as a function of cycle time.
//!
//! In: combinators called by `notation` and `language`, and queries by whoever plays. Out:
//! [`Hap`]s. Pure; user text cannot make it panic, and every query has a budget.
//!
//! A [`Pattern`] is a tree of plain data over one [`Value`] type; types live in `language`. The
//! walker ([`query`]) carries one composed time map down the tree and writes each hap once, at the
//! leaf. Data rather than closures, because the tree can then be budgeted, compared, inspected,
//! folded while it is built, and dropped without recursion running away; and because a walked tree
//! answers several times faster than nested closures. Semantics are TidalCycles' (1.7 to 1.9, with
//! the mended faults of later versions), including its random numbers.

pub mod hap;
pub mod value;

pub use hap::{Hap, Pos};
pub use value::{ControlMap, Value};
