//! What a user sees: actions, hovers, completions, status.

use super::{Client, VAULT};
use serde_json::{Value, json};

const URI: &str = "untitled:Vault.sol";

async fn open(capabilities: Value) -> Client {
    let (mut client, _) = Client::new().connect(capabilities, Value::Null).await;
    client.open(URI, VAULT).await;
    client.hear("textDocument/publishDiagnostics", |p| p["diagnostics"] != json!([])).await;
    client
}

/// The action of this title, which comes once its check is done: a busy machine may need longer than one menu waits.
async fn offered(client: &mut Client, at: (u32, u32), title: &str) -> Value {
    for _ in 0..20 {
        let actions = client.actions(URI, at.0, at.1).await;
        if let Some(action) = actions.into_iter().find(|action| action["title"] == title) {
            return action;
        }
    }
    panic!("`{title}` is never offered");
}

/// Line of the first text that holds `needle`.
fn line(needle: &str) -> u32 {
    VAULT.lines().position(|line| line.contains(needle)).unwrap() as u32
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stub_offers_to_be_written_and_the_offer_is_marked_as_a_model_s() {
    let mut client = open(json!({"textDocument": {"codeAction": {"tagSupport": {"valueSet": [1]}}}})).await;
    let actions = client.actions(URI, line("isOwner"), 20).await;
    let action = actions.iter().find(|a| a["kind"] == "refactor.rewrite").unwrap();
    assert_eq!(action["title"], "Generate secure function `isOwner`");
    assert_eq!(action["tags"], json!([1]));
    let target = &action["command"]["arguments"][0];
    assert_eq!((&target["uri"], &target["version"]), (&json!(URI), &json!(1)));
    assert_eq!(client.request("codeAction/resolve", action.clone()).await, *action);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_can_be_silenced_and_nothing_is_offered_elsewhere() {
    let mut client = open(json!({})).await;
    let actions = client.actions(URI, line("tx.origin"), 18).await;
    let action = actions.iter().find(|a| a["title"] == "Suppress `tx-origin` on this line").unwrap();
    let edit = &action["edit"]["changes"][URI][0];
    assert_eq!(edit["newText"], "        // solwright-disable-next-line tx-origin\n");
    assert_eq!(client.actions(URI, line("address public owner"), 8).await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fix_is_offered_that_the_compiler_has_seen() {
    let edits = json!({"workspace": {"workspaceEdit": {"documentChanges": true, "changeAnnotationSupport": {}}}});
    let mut client = open(edits).await;
    let action = offered(&mut client, (line("tx.origin"), 18), "Use `msg.sender`").await;
    let edit = &action["edit"]["documentChanges"][0]["edits"][0];
    assert_eq!((&edit["newText"], &edit["range"]["start"]["character"]), (&json!("msg.sender"), &json!(16)));
    assert_eq!((&action["isPreferred"], &action["kind"]), (&json!(true), &json!("quickfix")));
    let label = action["edit"]["changeAnnotations"]["solwright"]["description"].as_str().unwrap();
    assert!(!label.contains("not asked"), "{label}");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_a_kind_are_fixed_at_once_and_a_fix_that_does_harm_is_not_offered() {
    const LIST: &str = "pragma solidity ^0.8.20;
contract Pay {
    address payable[] to;
    address owner = msg.sender;
    function a() external view { require(tx.origin == owner); }
    function b() external view { require(tx.origin == owner); }
    function c() external { for (uint256 i; i < 3; i++) { to[i].send(1); } }
}
";
    let (mut client, _) = Client::new().connect(json!({}), Value::Null).await;
    client.open(URI, LIST).await;
    client.hear("textDocument/publishDiagnostics", |p| p["diagnostics"] != json!([])).await;
    let titles = |actions: &[Value]| actions.iter().map(|action| action["title"].to_string()).collect::<String>();
    let all = offered(&mut client, (4, 42), "Fix all `tx-origin` in this file (2)").await;
    assert_eq!(all["edit"]["changes"][URI].as_array().unwrap().len(), 2);
    let said = titles(&client.actions(URI, 6, 60).await);
    assert!(said.contains("Suppress `unchecked-call`") && !said.contains("Require that it succeeds"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hover_on_a_finding_is_in_the_form_that_the_client_shows() {
    for (format, kind) in [("markdown", "markdown"), ("plaintext", "plaintext")] {
        let mut client = open(json!({"textDocument": {"hover": {"contentFormat": [format]}}})).await;
        let hover = client.hover(URI, line("tx.origin"), 18).await;
        let value = hover["contents"]["value"].as_str().unwrap();
        assert_eq!(hover["contents"]["kind"], kind);
        assert!(value.contains("tx-origin") && value.contains("solwright explain tx-origin"), "{value}");
        assert_eq!(value.contains("**"), kind == "markdown", "{value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_model_completions_are_empty_and_the_status_says_why() {
    let mut client = open(json!({})).await;
    let position = json!({"line": 8, "character": 4});
    let params = json!({"textDocument": {"uri": URI}, "position": position, "context": {"triggerKind": 1}});
    assert_eq!(client.request("textDocument/inlineCompletion", params).await, json!([]));
    client
        .hear("window/logMessage", |p| p["message"].as_str().unwrap().starts_with("Nothing can be generated: "))
        .await;
    let status = client.command("solwright.status", Value::Null).await;
    assert_eq!((&status["engine"]["state"], &status["documents"]), (&json!("failed"), &json!(1)));
    assert!(status["engine"]["last_error"].as_str().is_some_and(|text| !text.is_empty()), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_checked_on_command() {
    let mut client = open(json!({})).await;
    let answer = client.command("solwright.checkFile", json!({"uri": URI})).await;
    let found = answer["findings"].as_array().unwrap();
    assert!(found.iter().any(|finding| finding["detector"] == "tx-origin"), "{answer}");
}
