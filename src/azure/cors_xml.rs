//! The CORS rules in the properties of a Blob service.
//!
//! Not by the official model: a rule that is written back must be what was read to the byte, and an element that this
//! program does not know must be noticed, not dropped.

use std::fmt::Write as _;

use crate::{azure::walk::Visitor, endpoints::cors::Rule};

/// The root element of the properties.
pub(super) const ROOT: &str = "StorageServiceProperties";

/// Collects the rules of Get Blob Service Properties.
#[derive(Default)]
pub(super) struct Rules {
    pub(super) rules: Vec<Rule>,
    open: Rule,
}

impl Visitor for Rules {
    fn visit(&mut self, place: &str, text: &str) -> Result<(), &'static str> {
        let list = || match text {
            "" => Vec::new(),
            _ => text.split(',').map(str::to_owned).collect(),
        };
        match place {
            "Cors/CorsRule" => self.rules.push(std::mem::take(&mut self.open)),
            "Cors/CorsRule/AllowedOrigins" => self.open.origins = list(),
            "Cors/CorsRule/AllowedMethods" => self.open.methods = list(),
            "Cors/CorsRule/AllowedHeaders" => self.open.allowed_headers = list(),
            "Cors/CorsRule/ExposedHeaders" => self.open.exposed_headers = list(),
            "Cors/CorsRule/MaxAgeInSeconds" => {
                self.open.max_age = text.trim().parse().map_err(|_| "the age in a CORS rule is not a number")?;
            }
            _ if place.starts_with("Cors/") => {
                return Err("a CORS rule has an element that this program does not know");
            }
            _ => {}
        }
        Ok(())
    }
}

/// The body of Set Blob Service Properties that replaces the CORS rules and nothing else: Azure leaves alone what is not in
/// the body.
pub(super) fn body(rules: &[Rule]) -> String {
    let mut out = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><{ROOT}><Cors>");
    for rule in rules {
        let list = |parts: &[String]| escape(&parts.join(","));
        let _ = write!(
            out,
            "<CorsRule><AllowedOrigins>{}</AllowedOrigins><AllowedMethods>{}</AllowedMethods>\
             <MaxAgeInSeconds>{}</MaxAgeInSeconds><ExposedHeaders>{}</ExposedHeaders>\
             <AllowedHeaders>{}</AllowedHeaders></CorsRule>",
            list(&rule.origins),
            list(&rule.methods),
            rule.max_age,
            list(&rule.exposed_headers),
            list(&rule.allowed_headers),
        );
    }
    let _ = write!(out, "</Cors></{ROOT}>");
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::walk::{Walk, WalkError};

    fn read(xml: &str) -> Result<Vec<Rule>, &'static str> {
        let mut walk = Walk::new(ROOT, Rules::default());
        let said = |fault| match fault {
            WalkError::Truncated => "truncated",
            WalkError::Malformed(why) => why,
        };
        // In pieces, as it may arrive.
        for chunk in xml.as_bytes().chunks(7) {
            walk.feed(chunk).map_err(said)?;
        }
        walk.finish().map(|found| found.rules).map_err(said)
    }

    #[test]
    fn rules_are_written_as_they_were_read() {
        let rule = |origins: &[&str], headers: &[&str]| Rule {
            origins: origins.iter().map(|part| (*part).to_owned()).collect(),
            methods: vec!["GET".into(), " PUT".into()],
            allowed_headers: headers.iter().map(|part| (*part).to_owned()).collect(),
            exposed_headers: Vec::new(),
            max_age: 7,
        };
        let rules =
            vec![rule(&["https://a.example", " https://b.example"], &["x-ms-*", "", "a&<b>"]), rule(&["*"], &[])];
        assert_eq!(read(&body(&rules)), Ok(rules));
        assert_eq!(read(&body(&[])), Ok(vec![]));
    }

    #[test]
    fn the_rest_of_the_properties_is_passed_over() {
        let xml = "\u{feff}<?xml version=\"1.0\"?><StorageServiceProperties><Logging><Version>1.0</Version></Logging>\n\
            <Cors>\n  <CorsRule>\n <AllowedMethods>GET</AllowedMethods><AllowedOrigins>*</AllowedOrigins>\n\
            <AllowedHeaders />  <ExposedHeaders/><MaxAgeInSeconds> 5 </MaxAgeInSeconds></CorsRule></Cors>\
            <DeleteRetentionPolicy><Enabled>true</Enabled><Days>7</Days></DeleteRetentionPolicy></StorageServiceProperties>";
        let rule = Rule { origins: vec!["*".into()], methods: vec!["GET".into()], max_age: 5, ..Rule::default() };
        assert_eq!(read(xml), Ok(vec![rule]));
    }

    #[test]
    fn what_would_be_lost_or_is_no_answer_is_refused() {
        let unknown = "<StorageServiceProperties><Cors><CorsRule><AllowNothing>x</AllowNothing></CorsRule></Cors></StorageServiceProperties>";
        assert!(read(unknown).is_err_and(|why| why.contains("does not know")));
        assert_eq!(read("<html></html>"), Err("it begins with another element"));
        assert_eq!(read("<StorageServiceProperties><Cors>"), Err("truncated"));
    }
}
