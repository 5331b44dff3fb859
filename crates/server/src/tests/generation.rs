//! Generation: what is refused, what a cancel does, and, where the build carries a model, the real thing.

use super::{Client, VAULT};
use crate::Options;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const URI: &str = "untitled:Vault.sol";

fn capabilities() -> Value {
    json!({
        "window": {"workDoneProgress": true},
        "workspace": {"applyEdit": true, "workspaceEdit": {"documentChanges": true, "changeAnnotationSupport": {}}},
        "textDocument": {"hover": {"contentFormat": ["markdown"]}},
    })
}

async fn open(client: Client) -> Client {
    let (mut client, _) = client.connect(capabilities(), json!({"candidates": 2, "repairs": 1})).await;
    client.open(URI, VAULT).await;
    client
}

/// A client of a server with the bundled model, or the one that `SOLWRIGHT_TEST_MODEL` names; `None` where there is none.
async fn with_model() -> Option<Client> {
    let mut client =
        open(Client::with(Options { model: std::env::var_os("SOLWRIGHT_TEST_MODEL").map(Into::into), solc: None }))
            .await;
    loop {
        let status = client.command("solwright.status", Value::Null).await;
        match status["engine"]["state"].as_str().unwrap() {
            "ready" => return Some(client),
            "failed" => return None,
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_generated_is_said_to_the_user() {
    let mut client = open(Client::new()).await;
    let outside =
        client.command("solwright.generate", json!({"uri": URI, "position": {"line": 0, "character": 0}})).await;
    assert_eq!(outside["applied"], false);
    let unknown = client.command("solwright.generate", json!({"uri": URI, "function": "fly"})).await;
    assert!(unknown["message"].as_str().unwrap().contains("No stub is called `fly`"), "{unknown}");
    let old = client.command("solwright.generate", json!({"uri": URI, "function": "isOwner", "version": 0})).await;
    assert!(old["message"].as_str().unwrap().contains("changed while"), "{old}");
    let no_model = client.command("solwright.generate", json!({"uri": URI, "function": "isOwner"})).await;
    assert!(no_model["message"].as_str().unwrap().contains("was not generated"), "{no_model}");
    for answer in [outside, unknown, old, no_model] {
        client.hear("window/showMessage", |p| p["message"] == answer["message"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_is_answered_within_a_tenth_of_a_second() {
    let Some(mut client) = with_model().await else { return };
    let target = json!({"command": "solwright.generate", "arguments": [{"uri": URI, "function": "isOwner"}]});

    let by_request = client.ask("workspace/executeCommand", target.clone()).await;
    client.hear("$/progress", |p| p["value"]["kind"] == "begin").await;
    let start = Instant::now();
    client.notify("$/cancelRequest", json!({"id": by_request})).await;
    let answer = client.answer(by_request).await;
    assert_eq!(answer["error"]["code"], -32800, "{answer}");
    assert!(start.elapsed() < Duration::from_millis(100), "{:?}", start.elapsed());
    let token = client.hear("$/progress", |p| p["value"]["kind"] == "end").await["token"].clone();

    let by_progress = client.ask("workspace/executeCommand", target).await;
    let begun = client.hear("$/progress", |p| p["value"]["kind"] == "begin" && p["token"] != token).await;
    let start = Instant::now();
    client.notify("window/workDoneProgress/cancel", json!({"token": begun["token"]})).await;
    let answer = client.answer(by_progress).await;
    assert_eq!(answer["error"]["code"], -32800, "{answer}");
    assert!(start.elapsed() < Duration::from_millis(100), "{:?}", start.elapsed());
    assert!(!client.heard.iter().any(|message| message["method"] == "workspace/applyEdit"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_during_a_generation_ends_it_with_a_message() {
    let Some(mut client) = with_model().await else { return };
    let id = client
        .ask(
            "workspace/executeCommand",
            json!({"command": "solwright.generate", "arguments": [{"uri": URI, "function": "isOwner"}]}),
        )
        .await;
    client.hear("$/progress", |p| p["value"]["kind"] == "begin").await;
    client.change(URI, 2, (0, 0), 0, "// typed meanwhile\n").await;
    let answer = client.answer(id).await;
    let message = answer["result"]["message"].as_str().unwrap();
    assert!(message.contains("`Vault.sol` changed while it was generated"), "{answer}");
    client.hear("window/showMessage", |p| p["message"] == message).await;
    assert!(!client.heard.iter().any(|message| message["method"] == "workspace/applyEdit"));
}

/// Whether this model can write this function is not asserted; what must hold either way is.
#[tokio::test(flavor = "multi_thread")]
async fn the_edit_is_versioned_and_the_hover_explains_it() {
    let Some(mut client) = with_model().await else { return };
    let id = client
        .ask(
            "workspace/executeCommand",
            json!({"command": "solwright.generate", "arguments": [{"uri": URI, "function": "isOwner"}]}),
        )
        .await;
    loop {
        let written = client.heard.iter().any(|message| message["method"] == "workspace/applyEdit");
        let refused = client.heard.iter().any(|message| message["method"] == "window/showMessage");
        if written || refused {
            break;
        }
        // Any answer moves the client on.
        client.command("solwright.status", Value::Null).await;
    }
    let edits: Vec<Value> = client.heard.iter().filter(|m| m["method"] == "workspace/applyEdit").cloned().collect();
    let Some(edit) = edits.first() else {
        assert_eq!(client.answer(id).await["result"]["applied"], false);
        return;
    };
    let change = &edit["params"]["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({"uri": URI, "version": 1}));
    let change = json!({"range": change["edits"][0]["range"], "text": change["edits"][0]["newText"]});
    client
        .notify(
            "textDocument/didChange",
            json!({"textDocument": {"uri": URI, "version": 2}, "contentChanges": [change]}),
        )
        .await;
    assert_eq!(client.answer(id).await["result"]["applied"], true);
    let line = VAULT.lines().position(|line| line.contains("isOwner")).unwrap() as u32;
    let hover = client.hover(URI, line, 16).await;
    assert!(hover["contents"]["value"].as_str().unwrap().contains("Solwright wrote `isOwner`: compiles"), "{hover}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_dies_during_a_generation_ends_the_server() {
    let Some(mut client) = with_model().await else { return };
    client
        .ask(
            "workspace/executeCommand",
            json!({"command": "solwright.generate", "arguments": [{"uri": URI, "function": "isOwner"}]}),
        )
        .await;
    client.hear("$/progress", |p| p["value"]["kind"] == "begin").await;
    let start = Instant::now();
    assert_eq!(client.hang_up().await, 1);
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}
