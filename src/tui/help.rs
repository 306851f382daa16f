//! The help page: keys and commands.

use crate::session::COMMANDS;

/// Lines of the page.
pub(super) fn length() -> usize {
    COMMANDS.len()
}
