//! What only the screen knows: the line being typed, history's place, the page shown, scrolling.
//!
//! In: [`Input`]s and `&State`. Out: [`Action`]s. Runs on the thread that draws. It changes nothing
//! that plays: that is what actions are for.

use super::complete::Completion;
use super::keys::{Input, Kind};
use super::{Action, help, text};
use crate::session::State;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tui_input::{Input as Line, InputRequest};

/// Characters of the longest line that may be typed or pasted: a page or two of a set. Beyond that
/// it belongs into the set's file.
const LONGEST: usize = 8192;
/// Messages that a page key scrolls by.
const PAGE: usize = 5;
/// Lines of the set, or of help, that a key scrolls by.
const STEP: usize = 3;

/// The screen's own part of what is shown.
#[derive(Debug, Default)]
pub struct Ui {
    pub(super) line: Line,
    /// How far back in the history the line was taken from: 1 is the newest.
    back: Option<usize>,
    /// What was being typed before history was looked at.
    draft: String,
    pub(super) completion: Option<Completion>,
    /// Help is shown, from this line on.
    pub(super) help: Option<usize>,
    /// The number of the last message shown, of all there have been; none follows the newest.
    last_message: Option<u64>,
    /// The first line of the set that is shown; none follows what plays.
    pub(super) text_top: Option<usize>,
    /// A word about the last key, until the next.
    pub(super) note: Option<String>,
}

impl Ui {
    /// Nothing typed, nothing scrolled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an input in; the screen is to be drawn again after each, whatever comes back.
    pub fn key(&mut self, input: &Input, state: &State) -> Option<Action> {
        match &input.0 {
            Kind::Lost => Some(Action::Quit),
            Kind::Event(Event::Key(key)) if key.kind != KeyEventKind::Release => self.pressed(*key, state),
            Kind::Event(Event::Paste(text)) => {
                self.forget();
                self.paste(text);
                None
            }
            Kind::Event(Event::Resize(..)) => Some(Action::Redraw),
            Kind::Event(_) => None,
        }
    }

    /// The line as it stands.
    pub fn line(&self) -> &str {
        self.line.value()
    }

    /// Ends what lasts only until the next key.
    fn forget(&mut self) {
        self.completion = None;
        self.note = None;
    }

    fn pressed(&mut self, key: KeyEvent, state: &State) -> Option<Action> {
        let strong = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
        match key.code {
            KeyCode::Tab if strong.is_empty() => {
                self.complete(state, true);
                return None;
            }
            KeyCode::BackTab => {
                self.complete(state, false);
                return None;
            }
            KeyCode::Esc => {
                self.escape();
                return None;
            }
            _ => self.forget(),
        }
        // Windows reports AltGr as Ctrl+Alt, with the character that it makes.
        if strong == KeyModifiers::CONTROL {
            self.control(key.code, state)
        } else if strong == KeyModifiers::ALT {
            self.alt(key.code, state)
        } else {
            self.plain(key, state)
        }
    }

    fn plain(&mut self, key: KeyEvent, state: &State) -> Option<Action> {
        use InputRequest as R;
        match key.code {
            KeyCode::Char(c) => self.insert(c),
            KeyCode::Enter => return self.enter(),
            KeyCode::F(1) => self.help = if self.help.is_some() { None } else { Some(0) },
            KeyCode::F(5) => return Some(Action::Typed(":play".into())),
            KeyCode::F(12) => return Some(Action::Hush),
            KeyCode::Backspace => self.edit(R::DeletePrevChar),
            KeyCode::Delete => self.edit(R::DeleteNextChar),
            KeyCode::Left => self.edit(R::GoToPrevChar),
            KeyCode::Right => self.edit(R::GoToNextChar),
            KeyCode::Home => self.edit(R::GoToStart),
            KeyCode::End => self.edit(R::GoToEnd),
            KeyCode::Up => self.older(state),
            KeyCode::Down => self.newer(state),
            KeyCode::PageUp => self.page(state, true),
            KeyCode::PageDown => self.page(state, false),
            _ => {}
        }
        None
    }

    fn control(&mut self, code: KeyCode, state: &State) -> Option<Action> {
        use InputRequest as R;
        let code = match code {
            KeyCode::Char(c) => KeyCode::Char(c.to_ascii_lowercase()),
            other => other,
        };
        match code {
            KeyCode::Char('c') => return Some(Action::Quit),
            KeyCode::Char('.' | 'o') => return Some(Action::Hush),
            KeyCode::Char('l') => return Some(Action::Redraw),
            // A newline that is not a carriage return: what some programs send for Enter.
            KeyCode::Char('j' | 'm') | KeyCode::Enter => return self.enter(),
            KeyCode::Char('a') => self.edit(R::GoToStart),
            KeyCode::Char('e') => self.edit(R::GoToEnd),
            KeyCode::Char('b') => self.edit(R::GoToPrevChar),
            KeyCode::Char('f') => self.edit(R::GoToNextChar),
            KeyCode::Char('h') => self.edit(R::DeletePrevChar),
            KeyCode::Char('d') => self.edit(R::DeleteNextChar),
            KeyCode::Char('k') => self.edit(R::DeleteTillEnd),
            KeyCode::Char('u') => self.edit(R::DeleteFromStart),
            KeyCode::Char('w') | KeyCode::Backspace => self.edit(R::DeletePrevWord),
            KeyCode::Char('y') => self.edit(R::Yank),
            KeyCode::Left => self.edit(R::GoToPrevWord),
            KeyCode::Right => self.edit(R::GoToNextWord),
            KeyCode::Delete => self.edit(R::DeleteNextWord),
            KeyCode::Char('p') => self.older(state),
            KeyCode::Char('n') => self.newer(state),
            _ => {}
        }
        None
    }

    fn alt(&mut self, code: KeyCode, state: &State) -> Option<Action> {
        use InputRequest as R;
        match code {
            KeyCode::Char('0') => return Some(Action::Typed("unmuteAll".into())),
            KeyCode::Char(c @ '1'..='9') => {
                let verb = if state.score.is_muted(&format!("d{c}")) { "unmute" } else { "mute" };
                return Some(Action::Typed(format!("{verb} {c}")));
            }
            KeyCode::Enter => return self.enter(),
            KeyCode::Char('b') | KeyCode::Left => self.edit(R::GoToPrevWord),
            KeyCode::Char('f') | KeyCode::Right => self.edit(R::GoToNextWord),
            KeyCode::Char('d') => self.edit(R::DeleteNextWord),
            KeyCode::Backspace => self.edit(R::DeletePrevWord),
            KeyCode::Up => {
                let top = self.text_top.unwrap_or_else(|| text::anchor(state));
                self.text_top = Some(top.saturating_sub(STEP));
            }
            KeyCode::Down => {
                let top = self.text_top.unwrap_or_else(|| text::anchor(state));
                let last = state.set.text.lines().count().saturating_sub(1);
                self.text_top = Some((top + STEP).min(last));
            }
            _ => {}
        }
        None
    }

    fn edit(&mut self, request: InputRequest) {
        self.line.handle(request);
    }

    fn insert(&mut self, c: char) {
        if self.line.value().chars().count() < LONGEST {
            self.edit(InputRequest::InsertChar(c));
        } else {
            self.note = Some("the line is full: a text of this length belongs into the set".into());
        }
    }

    /// Takes a pasted text in, its line ends kept: statements of several lines are understood.
    fn paste(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "    ");
        let text: String =
            text.trim_end_matches('\n').chars().filter(|c| *c == '\n' || !c.is_control()).collect();
        let (old, cursor) = (self.line.value(), self.line.cursor());
        let length = text.chars().count();
        if old.chars().count() + length > LONGEST {
            let note = format!("not pasted: {length} characters; a text of this length belongs into the set");
            self.note = Some(note);
            return;
        }
        let before: String = old.chars().take(cursor).collect();
        let after: String = old.chars().skip(cursor).collect();
        self.line = Line::new(before + &text + &after).with_cursor(cursor + length);
    }

    fn enter(&mut self) -> Option<Action> {
        let line = self.line.value_and_reset();
        self.back = None;
        self.draft.clear();
        let line = line.trim();
        if line.is_empty() {
            return None;
        }
        if matches!(line, ":help" | ":h" | ":?") {
            self.help = Some(0);
        }
        self.last_message = None;
        Some(Action::Typed(line.to_owned()))
    }

    /// Goes back one step: the list of names, help, scrolling, then the line.
    fn escape(&mut self) {
        self.note = None;
        if self.completion.take().is_some() || self.help.take().is_some() {
            return;
        }
        if self.line.value().is_empty() {
            self.last_message = None;
            self.text_top = None;
        }
        self.line.reset();
        self.back = None;
    }

    fn older(&mut self, state: &State) {
        let back = self.back.map_or(1, |b| b + 1);
        let Some(entry) = state.history.len().checked_sub(back).and_then(|i| state.history.get(i)) else {
            return;
        };
        if self.back.is_none() {
            self.draft = self.line.value().to_owned();
        }
        self.back = Some(back);
        self.line = Line::new(entry.clone());
    }

    fn newer(&mut self, state: &State) {
        let Some(back) = self.back else { return };
        self.back = Some(back - 1).filter(|b| *b > 0);
        let entry = self
            .back
            .and_then(|b| state.history.len().checked_sub(b))
            .and_then(|i| state.history.get(i).cloned());
        self.line = Line::new(entry.unwrap_or_else(|| std::mem::take(&mut self.draft)));
    }

    fn page(&mut self, state: &State, up: bool) {
        if let Some(top) = self.help {
            let last = help::length().saturating_sub(1);
            self.help = Some(if up { top.saturating_sub(PAGE) } else { (top + PAGE).min(last) });
            return;
        }
        let most = state.messages.len().saturating_sub(1);
        let behind = self.messages_behind(state);
        let behind = if up { (behind + PAGE).min(most) } else { behind.saturating_sub(PAGE) };
        self.last_message = (behind > 0).then(|| state.said.saturating_sub(behind as u64));
    }

    /// Messages that are newer than the last one shown.
    pub(super) fn messages_behind(&self, state: &State) -> usize {
        let behind = self.last_message.map_or(0, |last| state.said.saturating_sub(last));
        usize::try_from(behind).unwrap_or(usize::MAX).min(state.messages.len().saturating_sub(1))
    }

    fn complete(&mut self, state: &State, forward: bool) {
        self.note = None;
        match &mut self.completion {
            Some(c) => c.turn(forward),
            None => {
                self.completion = Completion::of(self.line.value(), self.line.cursor(), state);
            }
        }
        match &self.completion {
            Some(c) => {
                let (line, cursor) = c.apply();
                self.line = Line::new(line).with_cursor(cursor);
            }
            None => self.note = Some("no name begins so".into()),
        }
    }
}
