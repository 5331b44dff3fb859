//! Text for hovers, as Markdown or as plain text, whichever the client shows.

/// A hover while it is written.
pub struct Markup {
    text: String,
    is_markdown: bool,
    folds: bool,
}

impl Markup {
    /// An empty hover. `folds` asks for `<details>`, which most clients show as raw text.
    pub fn new(is_markdown: bool, folds: bool) -> Self {
        Self { text: String::new(), is_markdown, folds: folds && is_markdown }
    }

    /// A line that stands out, after a rule when something stands before it.
    pub fn title(&mut self, text: &str) {
        let rule = if self.is_markdown { "---\n\n" } else { "\n" };
        if !self.text.is_empty() {
            self.text.push_str(rule);
        }
        match self.is_markdown {
            true => self.text.push_str(&format!("**{}**\n\n", text.replace('*', "\\*"))),
            false => self.push_plain(text, "\n"),
        }
    }

    /// A paragraph.
    pub fn text(&mut self, text: &str) {
        match self.is_markdown {
            true => self.text.push_str(&format!("{}\n\n", self.safe(text))),
            false => self.push_plain(text, "\n"),
        }
    }

    /// An entry of a list.
    pub fn item(&mut self, text: &str) {
        match self.is_markdown {
            true => self.text.push_str(&format!("- {}\n", self.safe(text).replace('\n', "\n  "))),
            false => self.push_plain(&format!("  {text}"), "\n"),
        }
    }

    /// Text that does not stand.
    pub fn struck(&self, text: &str) -> String {
        if self.is_markdown { format!("~~{text}~~") } else { text.to_owned() }
    }

    /// A part that is folded where the client can fold.
    pub fn fold(&mut self, title: &str, write: impl FnOnce(&mut Self)) {
        match (self.folds, self.is_markdown) {
            (true, _) => self.text.push_str(&format!("<details><summary>{title}</summary>\n\n")),
            (false, true) => self.text.push_str(&format!("**{title}**\n\n")),
            (false, false) => self.push_plain(&format!("{title}:"), "\n"),
        }
        write(self);
        if self.folds {
            self.text.push_str("\n</details>\n");
        }
    }

    /// The hover; `None` when nothing was written.
    pub fn finish(self) -> Option<String> {
        let text = self.text.trim_end();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A model's words must not become tags.
    fn safe(&self, text: &str) -> String {
        if self.folds { text.replace('<', "&lt;") } else { text.to_owned() }
    }

    fn push_plain(&mut self, text: &str, end: &str) {
        self.text.push_str(&text.replace('`', ""));
        self.text.push_str(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(is_markdown: bool, folds: bool) -> String {
        let mut markup = Markup::new(is_markdown, folds);
        markup.title("Wrote `f`");
        markup.text("Model `m`");
        markup.fold("Reasoning", |markup| markup.item("✓ <b>guarded</b>"));
        markup.finish().unwrap()
    }

    #[test]
    fn each_client_gets_what_it_shows() {
        assert_eq!(written(true, false), "**Wrote `f`**\n\nModel `m`\n\n**Reasoning**\n\n- ✓ <b>guarded</b>");
        assert_eq!(written(false, true), "Wrote f\nModel m\nReasoning:\n  ✓ <b>guarded</b>");
        let folded = written(true, true);
        assert!(
            folded.contains("<details><summary>Reasoning</summary>") && folded.contains("&lt;b>guarded&lt;/b>"),
            "{folded}"
        );
    }

    #[test]
    fn an_empty_hover_is_none() {
        assert_eq!(Markup::new(true, true).finish(), None);
    }
}
