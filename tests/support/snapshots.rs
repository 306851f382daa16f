//! One place for all snapshots: the folder `snapshots/` at the root of the project.

/// Runs `check` with snapshots read from and written to `snapshots/`, under the names that are
/// given, whichever test asks.
pub fn in_one_folder(check: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(check);
}
