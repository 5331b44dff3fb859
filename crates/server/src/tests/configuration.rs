//! A project's configuration: obeyed, read anew when it changes, and told in its own file when it is wrong.

use super::{Client, VAULT};
use crate::convert::uri_from_path;
use serde_json::{Value, json};

/// A folder with a configuration and the vault in it, opened by a client that watches files.
async fn open(configuration: &str, name: &str) -> (tempfile::TempDir, Client) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("solwright.toml"), configuration).unwrap();
    let watches = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
    let (mut client, _) = Client::new().connect(watches, Value::Null).await;
    client.open(&uri(&folder, name), VAULT).await;
    (folder, client)
}

fn uri(folder: &tempfile::TempDir, name: &str) -> String {
    uri_from_path(&folder.path().join(name)).0
}

/// The severities of a published `tx-origin`.
fn severities(params: &Value) -> Vec<u64> {
    let found = params["diagnostics"].as_array().unwrap().iter().filter(|d| d["code"] == "tx-origin");
    found.filter_map(|d| d["severity"].as_u64()).collect()
}

async fn change(client: &mut Client, folder: &tempfile::TempDir, configuration: Option<&str>) {
    let path = folder.path().join("solwright.toml");
    match configuration {
        Some(text) => std::fs::write(&path, text).unwrap(),
        None => std::fs::remove_file(&path).unwrap(),
    }
    client.heard.clear();
    let kind = if configuration.is_some() { 2 } else { 3 };
    let changes = json!({"changes": [{"uri": uri(folder, "solwright.toml"), "type": kind}]});
    client.notify("workspace/didChangeWatchedFiles", changes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn severities_are_the_project_s_and_follow_its_file() {
    let (folder, mut client) = open("severity = { tx-origin = 'info' }", "Vault.sol").await;
    let vault = uri(&folder, "Vault.sol");
    client.hear("textDocument/publishDiagnostics", |p| p["uri"] == *vault && severities(p) == [4]).await;
    let asked = client.hear("client/registerCapability", |_| true).await;
    assert_eq!(asked["registrations"][0]["registerOptions"]["watchers"][0]["globPattern"], "**/solwright.toml");
    change(&mut client, &folder, Some("severity = { tx-origin = 'low' }")).await;
    client.hear("textDocument/publishDiagnostics", |p| p["uri"] == *vault && severities(p) == [3]).await;
    change(&mut client, &folder, Some("disabled = ['tx-origin']")).await;
    client.hear("textDocument/publishDiagnostics", |p| p["uri"] == *vault && severities(p).is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_configuration_is_told_in_its_file_and_the_rest_holds() {
    let text = "severity = { tx-origin = 'info' }\ndisabled = ['reentrncy']\n";
    let (folder, mut client) = open(text, "Vault.sol").await;
    let (vault, toml) = (uri(&folder, "Vault.sol"), uri(&folder, "solwright.toml"));
    let told = client.hear("textDocument/publishDiagnostics", |p| p["uri"] == *toml).await;
    let problem = &told["diagnostics"][0];
    let range = json!({"start": {"line": 1, "character": 12}, "end": {"line": 1, "character": 23}});
    assert_eq!((&problem["range"], &problem["severity"]), (&range, &json!(1)));
    assert!(problem["message"].as_str().unwrap().contains("did you mean `reentrancy`?"), "{problem}");
    client.hear("textDocument/publishDiagnostics", |p| p["uri"] == *vault && severities(p) == [4]).await;
    change(&mut client, &folder, Some("disabled = ['reentrancy']")).await;
    client.hear("textDocument/publishDiagnostics", |p| p["uri"] == *toml && p["diagnostics"] == json!([])).await;
    change(&mut client, &folder, Some("nonsense = 1")).await;
    client.hear("textDocument/publishDiagnostics", |p| p["uri"] == *toml && p["diagnostics"] != json!([])).await;
    change(&mut client, &folder, None).await;
    client.hear("textDocument/publishDiagnostics", |p| p["uri"] == *toml && p["diagnostics"] == json!([])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_excluded_has_no_findings() {
    let (folder, mut client) = open("", "Vault.t.sol").await;
    let vault = uri(&folder, "Vault.t.sol");
    let answer = client.command("solwright.checkFile", json!({"uri": vault})).await;
    assert_eq!(answer["findings"], json!([]));
    change(&mut client, &folder, Some("exclude = ['!*.t.sol']")).await;
    client.hear("textDocument/publishDiagnostics", |p| p["uri"] == *vault && severities(p) == [2]).await;
}
