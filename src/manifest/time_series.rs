//! How a time series is shown: its channels, checked as the official SDK checks them (`encord` 0.1.211, `orm/storage.py`,
//! `TimeSeriesViewSettings`).

use serde_json::{Map, Value};

/// The most channels.
const MOST_CHANNELS: usize = 100;
/// The longest label, in characters.
const LONGEST_LABEL: usize = 1024;

/// Checks the settings of a time series: `{"channels": {"HEADER": {"style": "line", "lineWidth": 1.5, …}}}`. Keys may be written
/// as `lineWidth` or `line_width`.
///
/// # Errors
/// The first thing that Encord would not take, in a few words. Keys that it does not know are refused, since it would drop
/// their values without a word.
pub fn check_settings(settings: &Value) -> Result<(), String> {
    let object = settings.as_object().ok_or("settings must be an object with channels in it")?;
    if let Some(key) = object.keys().find(|key| *key != "channels") {
        return Err(format!("\"{key}\" is not known in the settings of a time series; they have only channels"));
    }
    let channels = object.get("channels").ok_or("channels is missing")?;
    let channels =
        channels.as_object().ok_or("channels must be an object with one entry for each column of the CSV")?;
    if channels.len() > MOST_CHANNELS {
        return Err(format!("{} channels are too many; Encord takes {MOST_CHANNELS}", channels.len()));
    }
    for (name, channel) in channels {
        let fault = |what: String| format!("channel \"{name}\": {what}");
        let channel = channel.as_object().ok_or_else(|| fault("it must be an object".to_owned()))?;
        check_channel(channel).map_err(fault)?;
    }
    Ok(())
}

fn check_channel(channel: &Map<String, Value>) -> Result<(), String> {
    let style = match channel.get("style") {
        None => None,
        Some(style) => match style.as_str() {
            Some(style @ ("line" | "points")) => Some(style),
            _ => return Err("style is \"line\" or \"points\"".to_owned()),
        },
    };
    for (key, value) in channel {
        let (ok, wanted) = match (key.as_str(), style) {
            ("style", _) => (true, ""),
            ("label", _) => {
                let fits = |label: &str| (1..=LONGEST_LABEL).contains(&label.chars().count());
                (value.is_null() || value.as_str().is_some_and(fits), "label is a text of 1 to 1,024 characters")
            }
            ("color", _) => {
                (value.is_null() || value.as_str().is_some_and(is_color), "color is #rgb, #rrggbb or #rrggbbaa")
            }
            ("hidden", _) => (value.is_boolean(), "hidden is true or false"),
            ("lineWidth" | "line_width", None | Some("line")) => {
                (between(value, 0.5, 6.0), "lineWidth is a number from 0.5 to 6")
            }
            ("pointRadius" | "point_radius", Some("points")) => {
                (between(value, 1.0, 8.0), "pointRadius is a number from 1 to 8")
            }
            ("lineWidth" | "line_width", _) => (false, "lineWidth is for style = \"line\""),
            ("pointRadius" | "point_radius", _) => (false, "pointRadius is for style = \"points\""),
            _ => return Err(unknown(key)),
        };
        if !ok {
            return Err(wanted.to_owned());
        }
    }
    Ok(())
}

fn unknown(key: &str) -> String {
    const KNOWN: [&str; 6] = ["label", "color", "hidden", "style", "lineWidth", "pointRadius"];
    let near = KNOWN.into_iter().max_by(|a, b| strsim::jaro_winkler(key, a).total_cmp(&strsim::jaro_winkler(key, b)));
    let near = near.filter(|near| strsim::jaro_winkler(key, near) > 0.75);
    match near {
        Some(near) => format!("\"{key}\" is not known; did you mean {near}?"),
        None => format!("\"{key}\" is not known; a channel has {}", KNOWN.join(", ")),
    }
}

fn between(value: &Value, least: f64, most: f64) -> bool {
    value.as_f64().is_some_and(|number| (least..=most).contains(&number))
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| matches!(digits.len(), 3 | 6 | 8) && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_sdk_takes_passes_and_the_rest_says_why_not() {
        let channel = |channel: Value| check_settings(&json!({ "channels": { "speed": channel } }));
        for good in [
            json!({}),
            json!({"style": "line", "lineWidth": 1.5, "hidden": false}),
            json!({"line_width": 6, "color": "#1af", "label": "Speed in m/s"}),
            json!({"style": "points", "pointRadius": 8, "color": "#11AAff80"}),
        ] {
            assert_eq!(channel(good.clone()), Ok(()), "{good}");
        }
        for (bad, part) in [
            (json!(1), "object"),
            (json!({"style": "bars"}), "\"points\""),
            (json!({"lineWidth": 7}), "0.5 to 6"),
            (json!({"style": "points", "lineWidth": 2}), "style = \"line\""),
            (json!({"pointRadius": 2}), "style = \"points\""),
            (json!({"color": "red"}), "#rgb"),
            (json!({"label": ""}), "1,024"),
            (json!({"hidden": "no"}), "true or false"),
            (json!({"linewidth": 2}), "did you mean lineWidth"),
        ] {
            let fault = channel(bad.clone()).unwrap_err();
            assert!(fault.contains(part) && fault.contains("speed"), "{bad}: {fault}");
        }
        let many: Map<String, Value> = (0..101).map(|n| (n.to_string(), json!({}))).collect();
        assert!(check_settings(&json!({ "channels": many })).unwrap_err().contains("101"));
        assert!(check_settings(&json!({"channel": {}})).unwrap_err().contains("channel"));
        assert!(check_settings(&json!({})).unwrap_err().contains("missing"));
    }
}
