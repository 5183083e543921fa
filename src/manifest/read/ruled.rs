//! The user's rules, applied to items that a file brings.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::manifest::{
    finding::{Code, Finding, Origin},
    item::Item,
    kind::Kind,
    media::Media,
    rules::Rules,
    sink::Sink,
    skipped::{SkipReason, Skipped},
};

/// Which blobs URLs name, if they are of the container that the rules are for.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// The container's URL, with a final `/`; empty if it is not known.
    base: String,
    /// Of which one has to begin their names; none means that any name will do.
    prefixes: Vec<String>,
}

impl Names {
    /// `container_url` is the container as Encord is to see it.
    pub fn new(container_url: Option<&str>) -> Names {
        let base = container_url.map(|url| format!("{}/", url.trim_end_matches('/'))).unwrap_or_default();
        Names { base, prefixes: Vec::new() }
    }

    /// The same, but only what is below one of these prefixes is wanted; without any, all of it.
    #[must_use]
    pub fn below(self, prefixes: &[String]) -> Names {
        Names { prefixes: prefixes.to_vec(), ..self }
    }

    fn wants(&self, name: &str) -> bool {
        self.prefixes.is_empty() || self.prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()))
    }

    /// The name of the blob; `None` for a URL of another place, or one that is no URL.
    pub fn of<'a>(&self, url: &'a str) -> Option<Cow<'a, str>> {
        let name = url.strip_prefix(self.base.as_str()).filter(|_| !self.base.is_empty())?;
        percent_decode_str(name.split(['?', '#']).next()?).decode_utf8().ok().filter(|name| !name.is_empty())
    }
}

/// Applies rules to items on their way to a sink. An item counts as the blob of its first URL; to those of another container only the
/// constants apply. What an item says of itself goes before the rules' metadata.
#[derive(Debug)]
pub struct Ruled<'a, S> {
    /// The rules.
    pub rules: &'a Rules,
    /// Which blobs they are about.
    pub names: &'a Names,
    /// Where the items go.
    pub sink: &'a mut S,
}

/// The type of a URL by the rules, or else by its extension.
pub fn kind_by_rule(rules: &Rules, names: &Names, url: &str) -> Option<Kind> {
    names.of(url).and_then(|name| rules.kind(&name)).or_else(|| crate::manifest::read::kind_by_extension(url))
}

impl<S: Sink> Sink for Ruled<'_, S> {
    type Error = S::Error;

    fn item(&mut self, origin: &Origin<'_>, mut item: Item) -> Result<(), S::Error> {
        let name = item.urls.first().and_then(|url| self.names.of(url)).map(Cow::into_owned);
        if let Some(name) = &name {
            if !self.names.wants(name) || !self.rules.takes(name) {
                return self.sink.skipped(Skipped { name: name.clone(), reason: SkipReason::Excluded });
            }
            if let Some(kind) = self.rules.kind(name).filter(|kind| !kind.is_group() && !item.kind.is_group()) {
                retype(&mut item, kind);
            }
            if item.kind == Kind::TimeSeries && item.settings.is_none() {
                item.settings = self.rules.settings(name).cloned();
            }
            if self.rules.path_misses(name) {
                let message =
                    "its path does not fit the pattern in [manifest.metadata] path, so it gets no metadata from it";
                self.sink.finding(Finding::at(Code::MetadataPath, origin, message))?;
            }
        }
        for (key, value) in self.rules.metadata(name.as_deref().unwrap_or_default()) {
            item.client_metadata.entry(key).or_insert(value);
        }
        self.sink.item(origin, item)
    }

    fn skipped(&mut self, skipped: Skipped) -> Result<(), S::Error> {
        self.sink.skipped(skipped)
    }

    fn finding(&mut self, finding: Finding) -> Result<(), S::Error> {
        // The finding about what has no type names its URL. What is not wanted need not have one.
        if finding.code == Code::TypeUnknown
            && let Some(name) =
                self.names.of(&finding.item).filter(|name| !self.names.wants(name) || !self.rules.takes(name))
        {
            return self.sink.skipped(Skipped { name: name.into_owned(), reason: SkipReason::Excluded });
        }
        self.sink.finding(finding)
    }
}

/// Makes it an item of another type; what only the old one has goes.
fn retype(item: &mut Item, kind: Kind) {
    if item.kind == kind {
        return;
    }
    item.kind = kind;
    item.media = item.media.take().filter(|media| Media::block_of(kind) == Some(media.block()));
    item.scene = None;
    item.settings = None;
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use serde_json::json;

    use super::*;
    use crate::manifest::{finding::Position, read::urls, rules::RuleTexts};

    #[derive(Default)]
    struct Collected {
        items: Vec<Item>,
        skipped: Vec<Skipped>,
        findings: Vec<Code>,
    }

    impl Sink for Collected {
        type Error = Infallible;
        fn item(&mut self, _: &Origin<'_>, item: Item) -> Result<(), Infallible> {
            self.items.push(item);
            Ok(())
        }
        fn skipped(&mut self, skipped: Skipped) -> Result<(), Infallible> {
            self.skipped.push(skipped);
            Ok(())
        }
        fn finding(&mut self, finding: Finding) -> Result<(), Infallible> {
            self.findings.push(finding.code);
            Ok(())
        }
    }

    fn rules() -> Rules {
        Rules::new(&RuleTexts {
            exclude: vec!["tmp/**".into()],
            types: vec![("**/*.bin".into(), Kind::Video)],
            path: Some("{site}/{rest}".into()),
            constants: serde_json::from_value(json!({"project": "p"})).unwrap(),
            ..RuleTexts::default()
        })
        .unwrap()
    }

    #[test]
    fn names_are_those_of_the_container_decoded_once() {
        let names = Names::new(Some("https://acme.blob.core.windows.net/raw/"));
        let of = |rest: &str| names.of(rest).map(Cow::into_owned);
        assert_eq!(of("https://acme.blob.core.windows.net/raw/a%20b/%2520.jpg?sv=1"), Some("a b/%20.jpg".into()));
        for other in
            ["https://acme.blob.core.windows.net/raw2/a", "https://acme.blob.core.windows.net/raw/", "a.jpg", ""]
        {
            assert_eq!(of(other), None, "{other}");
        }
        assert_eq!(Names::new(None).of("https://acme.blob.core.windows.net/raw/a"), None);
    }

    #[test]
    fn rules_are_for_the_blobs_of_the_container() {
        let (rules, names) = (rules(), Names::new(Some("https://u/c")));
        let mut collected = Collected::default();
        let list = "https://u/c/leeds/a.bin\nhttps://u/c/tmp/b.jpg\nhttps://u/c/tmp/x.xyz\nhttps://u/c/c.jpg\n\
                    https://elsewhere/c/tmp/d.jpg\nhttps://u/c/e.xyz\n";
        let kind_of = |url: &str| kind_by_rule(&rules, &names, url);
        let mut sink = Ruled { rules: &rules, names: &names, sink: &mut collected };
        urls::read(list.as_bytes(), &kind_of, &mut sink).unwrap();
        let items: Vec<_> =
            collected.items.iter().map(|item| (item.kind, json!(item.client_metadata).to_string())).collect();
        assert_eq!(
            items,
            [
                (Kind::Video, r#"{"project":"p","site":"leeds"}"#.to_owned()),
                (Kind::Image, r#"{"project":"p"}"#.to_owned()),
                (Kind::Image, r#"{"project":"p"}"#.to_owned()),
            ]
        );
        let skipped: Vec<_> = collected.skipped.iter().map(|skipped| skipped.name.as_str()).collect();
        assert_eq!(skipped, ["tmp/b.jpg", "tmp/x.xyz"]);
        assert_eq!(collected.findings, [Code::MetadataPath, Code::TypeUnknown]);
    }

    #[test]
    fn what_an_item_says_of_itself_goes_before_the_rules() {
        let (rules, names) = (rules(), Names::new(Some("https://u/c")));
        let mut collected = Collected::default();
        let mut item = Item::new(Kind::Image, "t", vec!["https://u/c/leeds/clip.bin".into()]);
        item.client_metadata.insert("site".into(), json!("york"));
        item.media = Some(Media::Image { mime_type: "image/png".into(), file_size: 1, height: 1, width: 1 });
        let origin = Origin::file("t", Position { line: 1, column: 1 });
        Ruled { rules: &rules, names: &names, sink: &mut collected }.item(&origin, item).unwrap();
        let item = &collected.items[0];
        assert_eq!(json!(item.client_metadata), json!({"site": "york", "project": "p"}));
        assert_eq!((item.kind, &item.media), (Kind::Video, &None));
    }
}
