//! What a scene is made of (`encord` 0.1.211, `InputScene`): the URL of a point cloud, a URL with a format, or streams of events.

use crate::manifest::{
    data_items::scene_format,
    finding::Code,
    read::{
        element::{ElementError, Reading},
        json::spanned::{Json, SpannedValue},
    },
};

/// The formats of point clouds that the SDK's model names.
const FORMATS: [&str; 8] = ["pcd", "ply", "las", "laz", "e57", "mcap", "bag", "db3"];

impl<'a> Reading<'a> {
    pub(super) fn scene(&mut self, node: &'a SpannedValue<'a>) {
        let members = match &node.value {
            Json::Text(_) => {
                self.url("scene", node);
                return;
            }
            Json::Object(members) => members,
            _ => return self.faults.push(ElementError::of_type("scene", node, "a URL or an object")),
        };
        let get = |key: &str| members.iter().find(|member| member.key == key).map(|member| &member.node);
        let Some(url) = get("url") else {
            self.events(node);
            if self.item.urls.is_empty() {
                let message = "the scene names no file: none of its streams has an event with a uri";
                self.faults.push(ElementError::new(Code::SceneIncomplete, node.at, message));
            }
            self.item.scene = Some(node.value.to_value());
            return;
        };
        self.url("url", url);
        let by_extension = self.item.urls.first().map(|url| scene_format(url)).unwrap_or_default();
        let Some(format) = get("format") else { return };
        let Json::Text(name) = &format.value else {
            return self.faults.push(ElementError::of_type("format", format, "a text"));
        };
        if !FORMATS.contains(&name.as_ref()) {
            self.faults.push(ElementError::of_type("format", format, &format!("one of {}", FORMATS.join(", "))));
        }
        if *name != by_extension || members.len() > 2 {
            self.item.scene = Some(node.value.to_value());
        }
    }

    /// The files of all streams, however deep they lie.
    fn events(&mut self, node: &'a SpannedValue<'a>) {
        match &node.value {
            Json::Object(members) => {
                for member in members {
                    match (member.key.as_ref(), &member.node.value) {
                        ("uri" | "url", Json::Text(_)) => {
                            self.url("uri", &member.node);
                        }
                        ("content", Json::Text(_)) => {
                            self.url("content", &member.node);
                        }
                        _ => self.events(&member.node),
                    }
                }
            }
            Json::List(items) => items.iter().for_each(|item| self.events(item)),
            _ => {}
        }
    }
}
