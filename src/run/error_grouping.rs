//! Why units failed: Encord's words without what names single files, so that a hundred thousand failures are a handful of
//! causes, and what to do about each that is known.

/// A cause is no longer than this, in characters.
const LONGEST: usize = 240;
/// Stands for what was normalize away.
const FOLDED: char = '…';
/// The cause of a failure that came without a word.
pub const NO_REASON: &str = "Encord gave no reason";

/// HTTP statuses tell causes apart; all other numbers only tell files apart.
const STATUSES: [&str; 19] = [
    "400", "401", "403", "404", "405", "408", "409", "410", "412", "413", "415", "416", "422", "429", "500", "501",
    "502", "503", "504",
];

/// The text without what names single files: addresses, paths, names with an extension, ids and numbers, each replaced by `…`.
/// HTTP statuses and content types stay, since they tell causes apart. `urls` are those of the unit, which are normalize away
/// even where they hold blanks. At most 240 characters.
pub fn normalize(text: &str, urls: &[String]) -> String {
    let mut text = text.replace(char::is_control, " ");
    for url in urls.iter().filter(|url| !url.is_empty()) {
        text = text.replace(url.as_str(), "…");
    }
    let text = fold_quoted(&text);
    let mut cause = String::new();
    for word in text.split_whitespace() {
        let word = fold_word(word);
        // Several in a row are one: how many files a message names is no cause of its own.
        if word.starts_with(FOLDED) && cause.trim_end_matches([',', ';']).ends_with(FOLDED) {
            let kept = cause.trim_end_matches([',', ';', FOLDED]).len();
            cause.truncate(kept);
            cause.push_str(&word);
            continue;
        }
        if !cause.is_empty() {
            cause.push(' ');
        }
        cause.push_str(&word);
    }
    let cause = cause.trim_end_matches(['.', ' ']);
    match cause.chars().any(char::is_alphanumeric) {
        false => NO_REASON.to_owned(),
        true if cause.chars().count() > LONGEST => cause.chars().take(LONGEST - 1).chain([FOLDED]).collect(),
        true => cause.to_owned(),
    }
}

/// Folds what stands in quotation marks, where it looks like the name of a file and not like that of a field.
fn fold_quoted(text: &str) -> String {
    let mut normalize = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\'', '"', '`']) {
        let (before, from) = rest.split_at(at);
        let mut chars = from.chars();
        let quote = chars.next().unwrap_or('"');
        let inside = chars.as_str();
        // An apostrophe stands behind a letter.
        let opens = !before.chars().next_back().is_some_and(char::is_alphanumeric);
        normalize.push_str(before);
        match inside.find(quote).filter(|_| opens) {
            Some(end) => {
                let (inside, after) = inside.split_at(end);
                match names_a_file(inside) || (inside.contains(' ') && inside.contains('.')) {
                    true => normalize.push(FOLDED),
                    false => normalize.extend([quote.to_string().as_str(), inside, quote.to_string().as_str()]),
                }
                rest = after.strip_prefix(quote).unwrap_or(after);
            }
            None => {
                normalize.push(quote);
                rest = inside;
            }
        }
    }
    normalize + rest
}

fn fold_word(word: &str) -> String {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    if !names_a_file(bare) {
        return word.to_owned();
    }
    let is_mark = |c: &char| matches!(c, ':' | ',' | ';' | '.' | ')');
    let mut marks: Vec<char> = word.chars().rev().take_while(is_mark).collect();
    // The brackets of what is normalize away go with it, unless they hold more.
    if word.starts_with('(') {
        marks.retain(|c| *c != ')');
    }
    std::iter::once(FOLDED).chain(marks.into_iter().rev()).collect()
}

/// Whether this is about one file: an address, a path, a name with an extension, an id or a number.
fn names_a_file(word: &str) -> bool {
    if STATUSES.contains(&word) || is_content_type(word) {
        return false;
    }
    word.contains(['/', '\\', '.']) || word.chars().any(|c| c.is_ascii_digit())
}

fn is_content_type(word: &str) -> bool {
    let Some((kind, of)) = word.split_once('/') else { return false };
    matches!(kind, "image" | "video" | "audio" | "text" | "application" | "model")
        && !of.is_empty()
        && of.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+'))
}

/// Words that are all in a cause, in small letters, and what to do about it. The first that fits counts.
const HINTS: [(&[&[&str]], &str); 15] = [
    (
        &[&["archive", "tier"], &["archived"], &["blobarchived"], &["offline", "blob"]],
        "The blob is in the Archive tier, which cannot be read: move it to Hot or Cool, wait until it is rehydrated, then retry.",
    ),
    (
        &[
            &["sas", "expired"],
            &["signature", "expired"],
            &["token", "expired"],
            &["signature not valid in the specified time"],
        ],
        "The SAS of the integration has expired: put a new one into the integration in Encord, then retry.",
    ),
    (
        &[&["studyinstanceuid"], &["seriesinstanceuid"], &["dicom", "consistent"], &["dicom", "same series"]],
        "The files of one series differ in a tag that has to be the same: regroup them by StudyInstanceUID and \
         SeriesInstanceUID and take out the strays.",
    ),
    (
        &[&["cors"], &["cross-origin"]],
        "The storage account's CORS rules do not let Encord's site read: `azure-to-encord check CONFIG --fix` shows and \
         makes the rule.",
    ),
    (
        &[
            &["strict", "client"],
            &["metadata", "required"],
            &["missing", "metadata"],
            &["metadata", "must be provided"],
        ],
        "The integration is strictly client-only, so Encord does not look into files: every item needs its media metadata \
         ([manifest] probe_media reads it).",
    ),
    (
        &[&["whitespace"], &["unescaped"], &["not a url"], &["invalid url"], &["malformed", "url"]],
        "The URL is not escaped as it must be: a blank is %20. Build the manifest from the container, or correct the entry.",
    ),
    (
        &[
            &["publicaccessnotpermitted"],
            &["network", "denied"],
            &["firewall"],
            &["ip", "not allowed"],
            &["authorizationfailure"],
            &["not authorized to perform this operation using this network"],
        ],
        "The storage account's firewall turns Encord away: allow Encord's addresses or the private endpoint, then retry.",
    ),
    (
        &[
            &["forbidden"],
            &["403"],
            &["401"],
            &["permission"],
            &["access denied"],
            &["not authorized"],
            &["authenticationfailed"],
        ],
        "The integration may not read the blob: its SAS or role needs Read and List on this container, and must not have expired.",
    ),
    (
        &[&["not found"], &["404"], &["does not exist"], &["blobnotfound"], &["no such"]],
        "No blob is at this URL any more: it was moved, renamed or deleted since it was listed. List again, or leave it out.",
    ),
    (
        &[
            &["expected a"],
            &["not an image"],
            &["not a video"],
            &["wrong type"],
            &["file type"],
            &["content type"],
            &["mime"],
            &["file of type"],
        ],
        "The file is not of the type that it was registered as: correct [[manifest.types]] or the entry, or mend the file.",
    ),
    (
        &[&["too large"], &["exceeds"], &["size limit"], &["longer than"], &["413"]],
        "It is beyond one of Encord's limits: make it smaller or split it.",
    ),
    (
        &[
            &["is empty"],
            &["empty file"],
            &["zero bytes"],
            &["truncated"],
            &["corrupt"],
            &["cannot decode"],
            &["could not decode"],
            &["failed to decode"],
            &["invalid data"],
        ],
        "The file itself is empty or damaged: upload it to the container again, or leave it out.",
    ),
    (
        &[&["codec"], &["unsupported"], &["not supported"], &["frame rate"]],
        "Encord does not support this sort of file: re-encode it (H.264 in MP4 for videos), then retry.",
    ),
    (
        &[&["write", "container"], &["re-encod"]],
        "Encord has to write the re-encoded file beside the first one: give the integration Write, Add and Create.",
    ),
    (
        &[
            &["timeout"],
            &["timed out"],
            &["could not be reached"],
            &["connection"],
            &["could not read"],
            &["503"],
            &["500"],
            &["502"],
            &["504"],
            &["429"],
            &["throttl"],
            &["server busy"],
        ],
        "The storage did not answer in time or was busy: this often passes, so retry; lower [upload] jobs_in_flight if it \
         happens again.",
    ),
];

/// What to do about a cause, where it is a known one.
pub fn hint(cause: &str) -> Option<&'static str> {
    let cause = cause.to_lowercase();
    let fits = |words: &[&str]| words.iter().all(|word| cause.contains(word));
    HINTS.iter().find(|(choices, _)| choices.iter().any(|words| fits(words))).map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_a_file_is_folded_away_and_the_cause_stays() {
        for (text, cause, known) in [
            ("Object not found: https://a.blob.core.windows.net/x/1.jpg", "Object not found: …", Some("No blob")),
            ("Object not found: https://a.blob/y/2%20b.jpg (id 77)", "Object not found: … (id …)", Some("No blob")),
            ("Cannot read 'cam/left one.png'.", "Cannot read …", None),
            ("Unit 17 failed (c0ffee00-0000-4000-8000-000000000001)", "Unit … failed …", None),
            ("403 Forbidden for https://a/1", "403 Forbidden for …", Some("may not read")),
            ("HTTP 404 for https://a/1", "HTTP 404 for …", Some("No blob")),
            (
                "Expected a video, got a file of type image/jpeg",
                "Expected a video, got a file of type image/jpeg",
                Some("type"),
            ),
            (
                "The value of DICOM tag 'StudyInstanceUID' should be consistent across files in a series: https://u/1.dcm, https://u/2.dcm",
                "The value of DICOM tag 'StudyInstanceUID' should be consistent across files in a series: …",
                Some("regroup"),
            ),
            (
                "This operation is not permitted on an archived blob.",
                "This operation is not permitted on an archived blob",
                Some("Archive"),
            ),
            (
                "Signature not valid in the specified time frame: Start [Mon, 01 Jan 2026]",
                "Signature not valid in the specified time frame: Start [Mon, … Jan …",
                Some("SAS"),
            ),
            (
                "strict client-only access: image_metadata is required for a/1.png",
                "strict client-only access: image_metadata is required for …",
                Some("probe"),
            ),
            ("can't open 'a b.png' and won't", "can't open … and won't", None),
            ("line\nbreak", "line break", None),
            ("", NO_REASON, None),
            ("https://a/1.jpg", NO_REASON, None),
        ] {
            let found = normalize(text, &[]);
            assert_eq!(found, cause, "{text}");
            let hint = hint(&found);
            assert_eq!(hint.is_some(), known.is_some(), "{text}: {hint:?}");
            assert!(hint.unwrap_or_default().contains(known.unwrap_or_default()), "{text}: {hint:?}");
        }
    }

    #[test]
    fn the_units_own_urls_go_even_with_blanks_in_them() {
        let urls = ["https://a/my holiday/on the beach.jpg".to_owned()];
        let text = format!("Object URL contains whitespace: {}", urls[0]);
        assert_eq!(normalize(&text, &urls), "Object URL contains whitespace: …");
        assert!(hint(&normalize(&text, &urls)).unwrap().contains("%20"));
    }

    #[test]
    fn different_reasons_stay_apart_and_none_is_endless() {
        for (one, other) in [("403 for https://a/1", "404 for https://a/1"), ("Not a video", "Not an image")] {
            assert_ne!(normalize(one, &[]), normalize(other, &[]));
        }
        assert_eq!(normalize(&"é ".repeat(10_000), &[]).chars().count(), LONGEST);
    }
}
