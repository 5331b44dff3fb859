//! Work-done progress: one task per piece of work talks to the client, so that no worker ever waits for it.

use crate::{
    backend::{Client, lsp},
    state::State,
};
use solwright_generate::Cancel;
use std::{sync::Arc, time::Duration};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Clients redraw on each report, so reports come no faster than this.
const BETWEEN_REPORTS: Duration = Duration::from_millis(80);

/// A client that does not answer `workDoneProgress/create` gets no progress.
const PATIENCE: Duration = Duration::from_secs(5);

/// Progress of one piece of work. It ends when it is dropped.
#[derive(Clone)]
pub struct Progress(UnboundedSender<Event>);

/// What the user reads.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Event {
    Report { message: String, percentage: Option<u32> },
    End(String),
}

impl Progress {
    /// Opens progress under the client's own token, or under a new one where the client allows that.
    /// A cancel by the user raises `cancel`.
    pub fn begin(state: &Arc<State>, token: Option<lsp::ProgressToken>, title: String, cancel: Cancel) -> Self {
        let (sender, events) = unbounded_channel();
        let shows = state.session().shows_progress;
        let is_new = token.is_none();
        if is_new && !shows {
            return Self(sender);
        }
        let token = token.unwrap_or_else(|| state.new_token());
        state.running.insert(token.clone(), cancel);
        let state = Arc::clone(state);
        tokio::spawn(async move {
            if !is_new || create(&state.client, &token).await {
                narrate(&state.client, &token, title, events).await;
            }
            state.running.remove(&token);
        });
        Self(sender)
    }

    /// Says where the work stands.
    pub fn report(&self, message: String, percentage: Option<u32>) {
        // The task may be gone because the client wants no progress.
        let _ = self.0.send(Event::Report { message, percentage });
    }

    /// Says how the work ended.
    pub fn end(&self, message: impl Into<String>) {
        let _ = self.0.send(Event::End(message.into()));
    }
}

async fn create(client: &Client, token: &lsp::ProgressToken) -> bool {
    let create = client.create_work_done_progress(token.clone());
    matches!(tokio::time::timeout(PATIENCE, create).await, Ok(Ok(())))
}

async fn narrate(client: &Client, token: &lsp::ProgressToken, title: String, mut events: UnboundedReceiver<Event>) {
    let begin = lsp::WorkDoneProgressBegin { title, cancellable: Some(true), message: None, percentage: Some(0) };
    send(client, token, "begin", &begin).await;
    let mut end = String::new();
    while let Some(event) = events.recv().await {
        match newest(event, &mut events) {
            Event::Report { message, percentage } => {
                let report =
                    lsp::WorkDoneProgressReport { cancellable: Some(true), message: Some(message), percentage };
                send(client, token, "report", &report).await;
                tokio::time::sleep(BETWEEN_REPORTS).await;
            }
            Event::End(message) => {
                end = message;
                break;
            }
        }
    }
    send(client, token, "end", &lsp::WorkDoneProgressEnd { message: Some(end).filter(|text| !text.is_empty()) }).await;
}

/// The last of the events that wait; the end counts as last.
fn newest(mut event: Event, events: &mut UnboundedReceiver<Event>) -> Event {
    while !matches!(event, Event::End(_)) {
        match events.try_recv() {
            Ok(next) => event = next,
            Err(_) => break,
        }
    }
    event
}

async fn send<T: serde::Serialize>(client: &Client, token: &lsp::ProgressToken, kind: &str, content: &T) {
    let Ok(mut value) = serde_json::to_value(content) else { return };
    value["kind"] = kind.into();
    client.send_notification::<lsp::ProgressNotification>(lsp::ProgressParams { token: token.clone(), value }).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(message: &str) -> Event {
        Event::Report { message: message.into(), percentage: None }
    }

    #[test]
    fn old_reports_are_skipped_and_the_end_is_not() {
        let (sender, mut events) = unbounded_channel();
        for event in [report("2"), report("3")] {
            sender.send(event).unwrap();
        }
        assert_eq!(newest(report("1"), &mut events), report("3"));
        for event in [report("4"), Event::End("done".into()), report("late")] {
            sender.send(event).unwrap();
        }
        assert_eq!(newest(report("3"), &mut events), Event::End("done".into()));
    }
}
