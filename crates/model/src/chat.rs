//! The chat template inside of a GGUF, in the dialect that Hugging Face writes.

use minijinja::{Environment, Error, ErrorKind, Value, context};
use serde::Serialize;

use crate::ModelError;

/// What Qwen2.5 does with plain messages, for a file that has ChatML's tokens but no template.
pub(crate) const CHATML: &str = "{%- if messages[0].role != 'system' %}<|im_start|>system\n\
You are a helpful assistant.<|im_end|>\n{% endif %}\
{%- for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}\
{%- if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/// Steps that a template may take; Qwen2.5's own takes a few hundred for a short talk.
const FUEL: u64 = 10_000_000;

/// One turn of a talk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Who speaks: `system`, `user` or `assistant`.
    pub role: String,
    /// What is said.
    pub content: String,
}

impl Message {
    /// A turn of `role` that says `content`.
    pub fn new(role: impl Into<String>, content: impl Into<String>) -> Message {
        Message { role: role.into(), content: content.into() }
    }
}

/// A compiled chat template.
pub(crate) struct ChatTemplate {
    environment: Environment<'static>,
    bos: String,
    eos: String,
}

impl ChatTemplate {
    /// Compiles `source`; `bos` and `eos` are the texts that the template may name.
    pub(crate) fn compile(source: &str, bos: &str, eos: &str) -> Result<ChatTemplate, Error> {
        let mut environment = Environment::new();
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment.set_fuel(Some(FUEL));
        environment.set_unknown_method_callback(python_method);
        environment.add_function("raise_exception", |message: String| -> Result<Value, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, message))
        });
        environment.add_template_owned("chat", source.to_owned())?;
        Ok(ChatTemplate { environment, bos: bos.to_owned(), eos: eos.to_owned() })
    }

    /// The prompt for `messages`; with `add_generation_prompt` it ends where the model's turn starts.
    pub(crate) fn render(&self, messages: &[Message], add_generation_prompt: bool) -> crate::error::Result<String> {
        let variables = context! {
            messages, add_generation_prompt,
            bos_token => self.bos,
            eos_token => self.eos,
        };
        let rendered = self.environment.get_template("chat").and_then(|template| template.render(variables));
        rendered.map_err(|error| ModelError::Template(error.to_string()))
    }
}

/// The few string methods of Python that templates call.
fn python_method(
    _: &minijinja::State<'_, '_>,
    value: &Value,
    method: &str,
    arguments: &[Value],
) -> Result<Value, Error> {
    let (Some(text), argument) = (value.as_str(), arguments.first().and_then(Value::as_str)) else {
        return Err(ErrorKind::UnknownMethod.into());
    };
    let strip = |c: char| argument.map_or(c.is_whitespace(), |set| set.contains(c));
    Ok(match (method, argument) {
        ("strip", _) => text.trim_matches(strip).into(),
        ("lstrip", _) => text.trim_start_matches(strip).into(),
        ("rstrip", _) => text.trim_end_matches(strip).into(),
        ("upper", _) => text.to_uppercase().into(),
        ("lower", _) => text.to_lowercase().into(),
        ("startswith", Some(prefix)) => text.starts_with(prefix).into(),
        ("endswith", Some(suffix)) => text.ends_with(suffix).into(),
        ("split", Some(separator)) if !separator.is_empty() => {
            text.split(separator).map(Value::from).collect::<Vec<_>>().into()
        }
        _ => return Err(ErrorKind::UnknownMethod.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::QWEN25_TEMPLATE;

    const TALK: &str = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHo<|im_end|>\n";

    #[test]
    fn qwens_own_template_renders() {
        let standard =
            "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n";
        check(QWEN25_TEMPLATE, &talk(), false, &format!("{standard}{TALK}"));
        check(QWEN25_TEMPLATE, &talk(), true, &format!("{standard}{TALK}<|im_start|>assistant\n"));
        let mut with_system = talk();
        with_system.insert(0, Message::new("system", "Be brief"));
        check(QWEN25_TEMPLATE, &with_system, false, &format!("<|im_start|>system\nBe brief<|im_end|>\n{TALK}"));
    }

    #[test]
    fn chatml_stands_in_for_a_missing_template() {
        let system = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n";
        check(CHATML, &talk(), true, &format!("{system}{TALK}<|im_start|>assistant\n"));
    }

    #[test]
    fn a_template_may_call_pythons_string_methods() {
        let source =
            "{{ bos_token }}{{ ' a '.strip() }}{{ 'x/y'.split('/')[-1] }}{{ 'ab'.startswith('a') }}{{ eos_token }}";
        check(source, &talk(), false, "<s>ayTrue</s>");
    }

    #[test]
    fn a_template_that_refuses_or_never_ends_is_an_error() {
        let refused = render("{{ raise_exception('no system role') }}", &talk(), false).unwrap_err();
        assert!(refused.to_string().contains("no system role"), "{refused}");
        let endless = "{% for a in range(9999) %}{% for b in range(9999) %}{{ a * b }}{% endfor %}{% endfor %}";
        assert!(render(endless, &talk(), false).is_err());
        assert!(render(QWEN25_TEMPLATE, &[], false).is_err());
    }

    #[track_caller]
    fn check(source: &str, messages: &[Message], add_generation_prompt: bool, expected: &str) {
        assert_eq!(render(source, messages, add_generation_prompt).unwrap(), expected);
    }

    fn render(source: &str, messages: &[Message], add_generation_prompt: bool) -> crate::error::Result<String> {
        ChatTemplate::compile(source, "<s>", "</s>").unwrap().render(messages, add_generation_prompt)
    }

    fn talk() -> Vec<Message> {
        vec![Message::new("user", "Hi"), Message::new("assistant", "Ho")]
    }
}
