//! Bad input is data: a clear sentence, and the server lives on.

use super::{Client, VAULT};
use serde_json::{Value, json};

async fn client() -> Client {
    Client::new().connect(json!({"window": {"workDoneProgress": true}}), Value::Null).await.0
}

/// The server still does its work.
async fn lives(client: &mut Client) {
    client.open("untitled:Alive.sol", VAULT).await;
    client.hear("textDocument/publishDiagnostics", |p| p["uri"] == "untitled:Alive.sol").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_documents_and_foreign_schemes_are_answered_with_nothing() {
    let mut client = client().await;
    client.open("git:/Vault.sol?ref=main", VAULT).await;
    assert_eq!(client.hover("git:/Vault.sol?ref=main", 12, 20).await, Value::Null);
    for uri in ["file:///never/opened.sol", "not an address", ""] {
        assert_eq!(client.hover(uri, 0, 0).await, Value::Null);
        assert_eq!(client.actions(uri, 0, 0).await, Vec::<Value>::new());
        client.change(uri, 7, (0, 0), 0, "x").await;
    }
    client.hear("window/logMessage", |p| p["message"].as_str().unwrap().contains("never opened")).await;
    lives(&mut client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_out_of_range_are_moved_inside() {
    let mut client = client().await;
    client.open("untitled:A.sol", VAULT).await;
    let far = u32::MAX - 8;
    client.hover("untitled:A.sol", far, far).await;
    client.actions("untitled:A.sol", far, far).await;
    client.change("untitled:A.sol", 2, (far, 0), 5, "// end").await;
    client.change("untitled:A.sol", 3, (0, far), 8, "!").await;
    lives(&mut client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_of_ten_megabytes_is_refused_once_and_kept_in_step() {
    let mut client = client().await;
    client.open("untitled:Long.sol", &"// long\n".repeat(10 * 1024 * 1024 / 8)).await;
    for version in 2..6 {
        client.change("untitled:Long.sol", version, (0, 0), 0, "x").await;
    }
    client.hear("window/showMessage", |p| p["message"].as_str().unwrap().contains("is not analysed")).await;
    let refused = client
        .ask(
            "workspace/executeCommand",
            json!({"command": "solwright.checkFile", "arguments": [{"uri": "untitled:Long.sol"}]}),
        )
        .await;
    let refused = client.answer(refused).await;
    assert!(refused["error"]["message"].as_str().unwrap().contains("more than the limit"), "{refused}");
    let said = client.heard.iter().filter(|m| m["method"] == "window/showMessage").count();
    assert_eq!(said, 1, "{:?}", client.heard);
    lives(&mut client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_are_named_and_the_others_hold() {
    let settings = json!({"candidates": "four", "telemetry": true, "debounce": 1});
    let (mut client, _) = Client::new().connect(json!({}), settings).await;
    client.hear("window/showMessage", |p| p["message"].as_str().unwrap().contains("`candidates` must be")).await;
    client.hear("window/logMessage", |p| p["message"].as_str().unwrap().contains("`telemetry` is no setting")).await;
    client.notify("workspace/didChangeConfiguration", json!({"settings": {"solwright": {"device": "abacus"}}})).await;
    client.hear("window/showMessage", |p| p["message"].as_str().unwrap().contains("`device` must be one of")).await;
    lives(&mut client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_commands_and_arguments_are_errors_of_the_request_alone() {
    let mut client = client().await;
    for (command, arguments) in
        [("solwright.fly", json!([])), ("solwright.generate", json!([])), ("solwright.checkFile", json!([7]))]
    {
        let id = client.ask("workspace/executeCommand", json!({"command": command, "arguments": arguments})).await;
        let answer = client.answer(id).await;
        assert_eq!(answer["error"]["code"], -32602, "{command}: {answer}");
    }
    lives(&mut client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_is_no_message_is_ignored_and_named() {
    let mut client = client().await;
    client.send(Value::String("no request".into())).await;
    client.hear("window/logMessage", |p| p["message"].as_str().unwrap().starts_with("A message was ignored")).await;
    lives(&mut client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_character_is_text_too() {
    let mut client = client().await;
    client.open("untitled:A.sol", VAULT).await;
    let text = r#"{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"untitled:A.sol","version":2},
        "contentChanges":[{"text":"// \ud83e\ncontract A { address o; function f() external { require(tx.origin == o); } }"}]}}"#;
    client.send_text(text).await;
    let found = client.hear("textDocument/publishDiagnostics", |p| p["version"] == 2).await;
    assert!(found["diagnostics"].as_array().unwrap().iter().any(|d| d["code"] == "tx-origin"), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_tells_whether_the_client_said_goodbye() {
    let mut polite = client().await;
    polite.request("shutdown", Value::Null).await;
    polite.notify("exit", Value::Null).await;
    assert_eq!(polite.exit_code().await, 0);

    let mut rude = client().await;
    rude.notify("exit", Value::Null).await;
    assert_eq!(rude.exit_code().await, 1);

    assert_eq!(client().await.hang_up().await, 1);
}
