//! Frames on their way in. The framework gives up at the first one that it cannot read, so that only those pass that it can.
//!
//! Editors that count in UTF-16 may cut a character in two and send half of it as a lone surrogate, which no JSON parser in Rust
//! takes. Half a character becomes U+FFFD, as the editor shows it.

use serde::{Deserialize, de::IgnoredAny};
use std::io;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

/// No message is longer than this; a header that says otherwise is damaged.
const MAX_MESSAGE_BYTES: usize = 256 * 1024 * 1024;

/// Copies frames until the input ends. `complain` hears of each message that was left out.
///
/// # Errors
/// When a stream breaks or the frames can no longer be told apart.
pub async fn copy_frames<I, O>(input: I, mut output: O, complain: impl Fn(String)) -> io::Result<()>
where
    I: AsyncRead + Unpin,
    O: AsyncWrite + Unpin,
{
    let mut input = BufReader::new(input);
    while let Some(length) = read_header(&mut input).await? {
        let mut body = vec![0; length];
        input.read_exact(&mut body).await?;
        let body = whole_characters(body);
        match serde_json::from_str::<Envelope>(&body) {
            Ok(envelope) if envelope.is_message() => {
                output.write_all(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes()).await?;
                output.write_all(body.as_bytes()).await?;
            }
            Ok(_) => complain("A message was ignored: it is neither a request nor a response".into()),
            Err(error) => complain(format!("A message was ignored: it is no JSON-RPC: {error}")),
        }
    }
    Ok(())
}

/// The body's length; `None` at the end of the input.
async fn read_header(input: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<usize>> {
    let mut length = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&line);
        match text.trim().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse().ok(),
            Some(_) => {}
            // Blank lines before a header are noise, the one after it ends it.
            None if text.trim().is_empty() => match length {
                Some(length) if length <= MAX_MESSAGE_BYTES => return Ok(Some(length)),
                Some(_) => return Err(io::Error::other("a message says that it is longer than 256 MiB")),
                None => {}
            },
            None => {}
        }
    }
}

/// What every message of JSON-RPC has.
#[derive(Deserialize)]
struct Envelope {
    jsonrpc: String,
    method: Option<String>,
    id: Option<IgnoredAny>,
}

impl Envelope {
    fn is_message(&self) -> bool {
        self.jsonrpc == "2.0" && (self.method.is_some() || self.id.is_some())
    }
}

/// The text with every broken piece of a character replaced by U+FFFD.
fn whole_characters(body: Vec<u8>) -> String {
    let mut text =
        String::from_utf8(body).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    for at in lone_surrogates(text.as_bytes()) {
        text.replace_range(at..at + 6, "\\ufffd");
    }
    text
}

/// Offsets of escapes such as `\ud83d` that lack their other half.
fn lone_surrogates(json: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = json.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == b'\\')) {
        at += next;
        match escaped_unit(json, at) {
            Some(0xd800..0xdc00) if matches!(escaped_unit(json, at + 6), Some(0xdc00..0xe000)) => at += 12,
            Some(0xd800..0xe000) => {
                found.push(at);
                at += 6;
            }
            // Any other escape, `\\` among them, is at least two bytes.
            _ => at += 2,
        }
    }
    found
}

/// The UTF-16 unit of the escape `\uXXXX` at `at`.
fn escaped_unit(json: &[u8], at: usize) -> Option<u32> {
    let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |unit, &digit| Some(unit * 16 + (digit as char).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[track_caller]
    fn check(json: &str, wanted: &str) {
        assert_eq!(whole_characters(json.into()), wanted);
    }

    #[test]
    fn half_a_character_becomes_the_replacement_character() {
        check(r#""\ud83e""#, r#""\ufffd""#);
        check(r#""\udd8a\ud83e\n""#, r#""\ufffd\ufffd\n""#);
        check(r#""\ud83e\udd8a""#, r#""\ud83e\udd8a""#);
        check(r#""\\ud83e \u00e9""#, r#""\\ud83e \u00e9""#);
        check("\"é", "\"é");
        assert_eq!(whole_characters(vec![b'a', 0xff]), "a\u{fffd}");
    }

    #[tokio::test]
    async fn what_is_no_message_is_left_out_and_named() {
        let frame = |body: &str| format!("Content-Length: {}\r\n\r\n{body}", body.len());
        let good = frame(r#"{"jsonrpc":"2.0","method":"exit"}"#);
        let bad = [frame("{"), frame("[]"), frame(r#"{"jsonrpc":"2.0"}"#), "X: y\r\n\r\n".into()].concat();
        let (complaints, mut output) = (Mutex::new(Vec::new()), Vec::new());
        let complain = |text| complaints.lock().unwrap().push(text);
        copy_frames(format!("{bad}{good}").as_bytes(), &mut output, complain).await.unwrap();
        assert_eq!(String::from_utf8(output).unwrap(), good);
        assert_eq!(complaints.lock().unwrap().len(), 3);
    }

    #[tokio::test]
    async fn a_message_cut_off_by_the_end_is_an_error() {
        let cut = copy_frames(&b"Content-Length: 9\r\n\r\n{"[..], Vec::new(), |_| {}).await;
        assert_eq!(cut.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
