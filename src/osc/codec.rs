//! OSC bytes of commands and bundles, and replies from bytes (rosc).
