//! What a process holds of the machine's memory, and whether that is flat.

/// Resident memory, KiB; none once the process has ended.
pub fn resident_kib(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Readings of a process over a run, evenly spaced.
#[derive(Clone, Debug, Default)]
pub struct Course(pub Vec<u64>);

impl Course {
    /// The middle reading of a part of the run, given in tenths of it.
    fn middle(&self, from: usize, to: usize) -> u64 {
        let at = |tenth: usize| self.0.len() * tenth / 10;
        let mut part = self.0.get(at(from)..at(to)).unwrap_or_default().to_vec();
        part.sort_unstable();
        part.get(part.len() / 2).copied().unwrap_or(0)
    }

    /// Growth from the fourth tenth of the run to the last one, KiB. By then every kind of voice has been
    /// made once and the samples have filled what they may take.
    pub fn growth_kib(&self) -> i64 {
        self.middle(9, 10) as i64 - self.middle(3, 4) as i64
    }

    /// First, greatest and last reading, MiB.
    pub fn shown(&self) -> String {
        let mib = |kib: Option<&u64>| kib.copied().unwrap_or(0) as f64 / 1024.0;
        let (first, most, last) = (mib(self.0.first()), mib(self.0.iter().max()), mib(self.0.last()));
        format!("{first:.1} MiB at first, {most:.1} at most, {last:.1} at last")
    }
}
