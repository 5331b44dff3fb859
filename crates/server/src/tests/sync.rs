//! The mirror of a document stays true, whatever the encoding and however fast the edits come.

use super::{Client, VAULT};
use serde_json::{Value, json};

const URI: &str = "untitled:Storm.sol";

fn encodings(names: &[&str]) -> Value {
    json!({"general": {"positionEncodings": names}})
}

#[tokio::test(flavor = "multi_thread")]
async fn the_handshake_is_answered_at_once_and_names_what_is_served() {
    let start = std::time::Instant::now();
    let (_, answer) = Client::new().connect(encodings(&["utf-16", "utf-8"]), Value::Null).await;
    assert!(start.elapsed().as_millis() < 1000, "{:?}", start.elapsed());
    let capabilities = &answer["capabilities"];
    assert_eq!(capabilities["positionEncoding"], "utf-8");
    assert_eq!(capabilities["textDocumentSync"]["change"], 2);
    assert_eq!(capabilities["inlineCompletionProvider"], true);
    assert_eq!(capabilities["executeCommandProvider"]["commands"][0], "solwright.generate");
    assert_eq!(answer["serverInfo"]["name"], "solwright");
}

/// Each edit puts a digit behind the one before, so that one inversion would show in the text. The planted finding sits behind
/// them: the column of its diagnostic tells whether the mirror is true.
#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_edits_in_a_row_arrive_in_order() {
    for (encoding, width) in [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)] {
        let (mut client, _) = Client::new().connect(encodings(&[encoding]), Value::Null).await;
        let before = "contract A { address o; function f() external { /*𝄞";
        client.open(URI, &format!("{before}*/ require(tx.origin == o); }} }}")).await;
        let start = before.chars().count() as u32 - 1 + width;
        for n in 0..300 {
            client.change(URI, n + 2, (0, start + n as u32), 0, &(n % 10).to_string()).await;
        }
        let published = client.hear("textDocument/publishDiagnostics", |p| p["version"] == 301).await;
        let found = published["diagnostics"].as_array().unwrap().iter().find(|d| d["code"] == "tx-origin").unwrap();
        let column = found["range"]["start"]["character"].as_u64().unwrap() as u32;
        let wanted = start + 300 + "*/ require(".len() as u32;
        assert!(column >= wanted - 8 && column <= wanted + 8, "{encoding}: {column}, not {wanted}");
        let hover = client.hover(URI, 0, column).await;
        assert!(hover["contents"]["value"].as_str().unwrap().contains("tx-origin"), "{hover}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_follow_the_text_and_go_with_the_document() {
    let (mut client, _) = Client::new().connect(json!({}), Value::Null).await;
    client.open(URI, VAULT).await;
    let first =
        client.hear("textDocument/publishDiagnostics", |p| !p["diagnostics"].as_array().unwrap().is_empty()).await;
    let found = first["diagnostics"].as_array().unwrap().iter().find(|d| d["code"] == "tx-origin").unwrap().clone();
    assert_eq!((&found["source"], &first["version"]), (&json!("solwright"), &json!(1)));
    assert!(found["message"].as_str().unwrap().contains("\nhelp: "), "{found}");

    let line = found["range"]["start"]["line"].as_u64().unwrap() as u32;
    client.change(URI, 2, (line, 16), "tx.origin".len() as u32, "msg.sender").await;
    let has_no_origin = |p: &Value| p["diagnostics"].as_array().unwrap().iter().all(|d| d["code"] != "tx-origin");
    client.hear("textDocument/publishDiagnostics", |p| p["version"] == 2 && has_no_origin(p)).await;

    client.notify("textDocument/didClose", json!({"textDocument": {"uri": URI}})).await;
    client
        .hear("textDocument/publishDiagnostics", |p| p.get("version").is_none() && p["diagnostics"] == json!([]))
        .await;
}
