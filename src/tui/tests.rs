//! Keys typed and screens drawn.
