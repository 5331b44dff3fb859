//! A client over in-memory streams: frames messages, keeps what the server says, answers what the server asks.

use crate::{Options, backend};
use serde_json::{Value, json};
use std::{path::PathBuf, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream},
    task::JoinHandle,
};

/// No test waits longer for one message.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Client {
    writer: Option<DuplexStream>,
    reader: BufReader<DuplexStream>,
    server: JoinHandle<i32>,
    ids: i64,
    /// Answers that nobody has taken yet.
    answers: Vec<Value>,
    /// Everything that the server said, in order, answers left out.
    pub heard: Vec<Value>,
    /// What `workspace/applyEdit` is answered with.
    pub edit_answer: Value,
}

impl Client {
    /// A client that has sent nothing yet.
    pub fn new() -> Self {
        // The model is named and missing, so that no test depends on what this build carries.
        Self::with(Options { model: Some(PathBuf::from("/nowhere/model.gguf")), solc: None })
    }

    pub fn with(options: Options) -> Self {
        let (client_out, server_in) = tokio::io::duplex(1 << 16);
        let (server_out, client_in) = tokio::io::duplex(1 << 16);
        let server = tokio::spawn(backend::serve(options, server_in, server_out));
        let edit_answer = json!({"applied": true});
        let reader = BufReader::new(client_in);
        Self { writer: Some(client_out), reader, server, ids: 0, answers: vec![], heard: vec![], edit_answer }
    }

    /// A client that has shaken hands, with these capabilities and settings.
    pub async fn connect(mut self, capabilities: Value, settings: Value) -> (Self, Value) {
        let params = json!({"processId": null, "rootUri": null, "capabilities": capabilities, "initializationOptions": settings});
        let answer = self.request("initialize", params).await;
        self.notify("initialized", json!({})).await;
        (self, answer)
    }

    pub async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({"jsonrpc": "2.0", "method": method, "params": params})).await;
    }

    /// Sends a request and returns its number.
    pub async fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.ids += 1;
        let id = self.ids;
        self.send(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})).await;
        id
    }

    /// Sends a request and waits for its answer, which must be no error.
    pub async fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params).await;
        let answer = self.answer(id).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The answer to the request with this number, an error or not.
    pub async fn answer(&mut self, id: i64) -> Value {
        loop {
            if let Some(at) = self.answers.iter().position(|answer| answer["id"] == id) {
                return self.answers.swap_remove(at);
            }
            self.receive().await;
        }
    }

    /// The parameters of the next message of this kind for which `fits` holds; what was heard before counts too.
    pub async fn hear(&mut self, method: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let is_it = |message: &Value| message["method"] == method && fits(&message["params"]);
        if let Some(message) = self.heard.iter().find(|message| is_it(message)) {
            return message["params"].clone();
        }
        loop {
            let message = self.receive().await;
            if is_it(&message) {
                return message["params"].clone();
            }
        }
    }

    pub async fn open(&mut self, uri: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": "solidity", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document})).await;
    }

    /// Replaces `length` columns at a position.
    pub async fn change(&mut self, uri: &str, version: i32, at: (u32, u32), length: u32, text: &str) {
        let range =
            json!({"start": {"line": at.0, "character": at.1}, "end": {"line": at.0, "character": at.1 + length}});
        let change = json!({"range": range, "text": text});
        self.notify(
            "textDocument/didChange",
            json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]}),
        )
        .await;
    }

    pub async fn command(&mut self, command: &str, argument: Value) -> Value {
        self.request("workspace/executeCommand", json!({"command": command, "arguments": [argument]})).await
    }

    pub async fn hover(&mut self, uri: &str, line: u32, character: u32) -> Value {
        let position = json!({"line": line, "character": character});
        self.request("textDocument/hover", json!({"textDocument": {"uri": uri}, "position": position})).await
    }

    pub async fn actions(&mut self, uri: &str, line: u32, character: u32) -> Vec<Value> {
        let position = json!({"line": line, "character": character});
        let range = json!({"start": position, "end": position});
        let params = json!({"textDocument": {"uri": uri}, "range": range, "context": {"diagnostics": []}});
        self.request("textDocument/codeAction", params).await.as_array().cloned().unwrap_or_default()
    }

    /// Closes the client's end and returns the server's exit code.
    pub async fn hang_up(mut self) -> i32 {
        self.writer = None;
        self.exit_code().await
    }

    /// Waits for the server to end by itself.
    pub async fn exit_code(self) -> i32 {
        tokio::time::timeout(PATIENCE, self.server).await.unwrap().unwrap()
    }

    pub async fn send(&mut self, message: Value) {
        self.send_text(&message.to_string()).await;
    }

    pub async fn send_text(&mut self, body: &str) {
        let frame = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        // The server may have left, which the test will see by its exit code.
        let _ = self.writer.as_mut().unwrap().write_all(frame.as_bytes()).await;
    }

    async fn receive(&mut self) -> Value {
        let message = tokio::time::timeout(PATIENCE, self.read()).await.expect("the server said nothing for a minute");
        if let (Some(id), Some(method)) = (message.get("id"), message["method"].as_str()) {
            let result = match method {
                "workspace/applyEdit" => self.edit_answer.clone(),
                "workspace/configuration" => json!([null]),
                _ => Value::Null,
            };
            self.send(json!({"jsonrpc": "2.0", "id": id, "result": result})).await;
        }
        if message.get("method").is_some() {
            self.heard.push(message.clone());
        } else {
            self.answers.push(message.clone());
        }
        message
    }

    async fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            let read = self.reader.read_line(&mut line).await.unwrap();
            assert!(read > 0, "the server closed its stream");
            match line.trim().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body).await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }
}
