//! Silence on standard error while a sound card is opened.
//!
//! ALSA and the plug-ins it loads write there by themselves, over whatever is on the terminal. There is
//! no other way to stop all of them. As long as a [`Quiet`] lives, what any thread of this program
//! writes on standard error is lost; it lives for the time of a few calls.

#[expect(unsafe_code, reason = "dup, dup2 and close take and return plain numbers")]
mod raw {
    pub(super) fn duplicate(fd: i32) -> i32 {
        // F_DUPFD_CLOEXEC: a child that is started meanwhile must not inherit it.
        unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 3) }
    }

    pub(super) fn replace(with: i32, fd: i32) -> bool {
        unsafe { libc::dup2(with, fd) >= 0 }
    }

    pub(super) fn close(fd: i32) {
        unsafe {
            libc::close(fd);
        }
    }
}

const STDERR: i32 = 2;

/// Swallows standard error until it is dropped.
pub(super) struct Quiet {
    saved: i32,
}

impl Quiet {
    /// None when the system refuses: then there may be noise.
    pub(super) fn start() -> Option<Self> {
        use std::os::fd::AsRawFd;
        let null = std::fs::OpenOptions::new().write(true).open("/dev/null").ok()?;
        let saved = raw::duplicate(STDERR);
        if saved < 0 {
            return None;
        }
        let quiet = Self { saved };
        raw::replace(null.as_raw_fd(), STDERR).then_some(quiet)
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        raw::replace(self.saved, STDERR);
        raw::close(self.saved);
    }
}
