//! What the user should know of a manifest before it is sent.

use serde::{Deserialize, Serialize};

use crate::manifest::parts::Parts;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The manifest is not sent before it is mended.
    Error,
    /// Worth a look.
    Warning,
}

impl Severity {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// The table of all codes: each with its stable name, what it means, and what the user can do about it.
macro_rules! codes {
    ($($severity:ident { $($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $advice:literal;)+ })+) => {
        /// What kind of finding it is. Errors come first.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code {
            $($(
                $(#[doc = $doc])+
                #[serde(rename = $name)]
                $variant,
            )+)+
        }

        impl Code {
            /// Every code, errors first.
            pub const ALL: &[Code] = &[$($(Code::$variant,)+)+];

            /// As in JSON. Stable.
            pub fn name(self) -> &'static str {
                match self { $($(Code::$variant => $name,)+)+ }
            }

            /// How much it matters.
            pub fn severity(self) -> Severity {
                match self { $($(Code::$variant => Severity::$severity,)+)+ }
            }

            /// What it means.
            pub fn meaning(self) -> &'static str {
                match self { $($(Code::$variant => concat!($($doc,)+).trim_ascii(),)+)+ }
            }

            /// What the user can do about it.
            pub fn advice(self) -> &'static str {
                match self { $($(Code::$variant => $advice,)+)+ }
            }
        }
    };
}

codes! {
    Error {
        /// Bytes that are not UTF-8.
        Encoding = "file.encoding", "Save the file as UTF-8.";
        /// Text that is not JSON.
        JsonSyntax = "json.syntax", "Mend the JSON at this place.";
        /// JSON that ends too early.
        JsonTruncated = "json.truncated", "The end of the file is missing: make or copy it again.";
        /// A value of another JSON type than Encord takes there.
        JsonType = "json.type", "Write a value of the type that the message names.";
        /// A key at the top of a file that Encord does not know: it would drop the whole list without a word.
        UnknownList = "json.unknown-list", "Use the key that the message names, or take the list out.";
        /// A key of an item that Encord does not know: it would drop the value without a word.
        UnknownField = "json.unknown-field", "Use the key that the message names, or take it out.";
        /// A key that stands twice in one object: only one of the values would count.
        DuplicateField = "json.duplicate-field", "Keep one of the two.";
        /// A manifest without any item.
        ManifestEmpty = "manifest.empty", "Check where the file comes from: there is nothing to register in it.";
        /// More items than one JSON may have (docs.encord.com, "Register cloud data": 500,000).
        TooManyItems = "manifest.too-many-items", "Split it: manifest convert with --split writes files below the limits.";
        /// More URLs than one JSON may have (docs.encord.com, "Register cloud data": 1,000,000).
        TooManyUrls = "manifest.too-many-urls", "Split it: manifest convert with --split writes files below the limits.";
        /// No URL where there has to be one.
        UrlMissing = "url.missing", "Give the item its objectUrl.";
        /// An empty URL.
        UrlEmpty = "url.empty", "Give the item its objectUrl.";
        /// A URL without scheme and host.
        UrlRelative = "url.relative", "Write the whole address: https://ACCOUNT.blob.core.windows.net/CONTAINER/BLOB.";
        /// Another scheme than https.
        UrlScheme = "url.scheme", "Write https://…: Encord reads the files over TLS.";
        /// A host that is not the storage account of the integration.
        UrlHost = "url.host", "Use the storage account that the integration is for, or set account or object_url_base under [azure].";
        /// Another container than the config's.
        UrlContainer = "url.container", "Check the URL, or set container under [azure].";
        /// A URL that names no blob.
        UrlNoBlob = "url.no-blob", "Name a blob behind the container.";
        /// White space or a control character.
        UrlWhitespace = "url.whitespace", "Write a space as %20; take out what was pasted around the URL.";
        /// A raw character that a URL cannot hold: not ASCII, or one of `"<>\^`{|}`.
        UrlCharacter = "url.character", "Percent-encode each path segment once, as UTF-8.";
        /// A raw `#`: everything behind it would be cut off.
        UrlFragment = "url.fragment", "Write # as %23.";
        /// A `%` that is not followed by two hexadecimal digits.
        UrlPercent = "url.percent", "Write a literal % as %25.";
        /// A SAS token in the URL. It is a secret, and it would expire.
        UrlSas = "url.sas", "Take everything from the ? on out: Encord signs the URLs itself. Who has seen the file has seen the token: revoke it.";
        /// A query string.
        UrlQuery = "url.query", "Take everything from the ? on out; a literal ? is written %3F.";
        /// Longer than 16 KB (docs.encord.com, "Register cloud data").
        UrlTooLong = "url.too-long", "Rename the blob: Encord takes URLs of at most 16 KB.";
        /// A path segment `.` or `..`.
        UrlDotSegment = "url.dot-segment", "Rename the blob: clients remove such segments, so the URL would name another one.";
        /// No title where Encord asks for one: groups, series and scenes.
        TitleMissing = "title.missing", "Give the group, series or scene a title.";
        /// A title of more than 300 characters (docs.encord.com, "Getting started with Index").
        TitleTooLong = "title.too-long", "Shorten the title to 300 characters.";
        /// A control character in a title.
        TitleControl = "title.control", "Take the control character out of the title.";
        /// The same URL twice within a type.
        DuplicateUrl = "duplicate.url", "Keep one of them: skip_duplicate_urls does not see twins within one request.";
        /// The same URL under two types.
        DuplicateAcrossTypes = "duplicate.across-types", "A file is of one type: keep the item of the right one.";
        /// The same URL twice within one group.
        DuplicateInGroup = "duplicate.in-group", "Name each frame once.";
        /// A group without frames.
        GroupEmpty = "group.empty", "Give the group its files as objectUrl_0, objectUrl_1, … or take it out.";
        /// A frame's number that is missing.
        GroupGap = "group.gap", "Number the frames from objectUrl_0 without gaps.";
        /// A file in a group that is of another type than the others.
        GroupMixed = "group.mixed", "Leave the odd file out with [manifest] exclude, or narrow the group's match.";
        /// More frames than Encord handles (docs.encord.com, "Best practices").
        GroupTooLarge = "group.too-large", "Split the group, by a regular expression for example.";
        /// An image sequence under strict client-only access.
        StrictSequence = "strict.sequence", "Register the files as an image-group instead, or leave them out with [manifest] exclude.";
        /// No media metadata under strict client-only access.
        StrictMediaMetadata = "strict.media-metadata", "Supply it by a table or sidecars under [manifest.metadata], or leave such files out with [manifest] exclude; or switch strict client-only access off, in the integration in Encord and with strict_client_only = false under [encord].";
        /// A media block in which something is missing or of the wrong type.
        MediaIncomplete = "media.incomplete", "Supply every field of the block, or leave the block out.";
        /// A media block whose values cannot be right.
        MediaImplausible = "media.implausible", "Correct the value: Encord takes it as it is, without looking at the file.";
        /// A file from which media metadata was to be read, and could not be.
        MediaUnreadable = "media.unreadable", "Check whether the file is damaged; or supply its media metadata by a table.";
        /// Client metadata that is not an object.
        MetadataObject = "metadata.object", "Write an object: \"clientMetadata\": {\"key\": \"value\"}.";
        /// Client metadata of more than 10 MB (docs.encord.com, "Upload local data").
        MetadataTooLarge = "metadata.too-large", "Shorten it: Encord takes at most 10 MB for each item.";
        /// NaN or an infinity.
        MetadataNotFinite = "metadata.not-finite", "Use a number, or leave the key out: JSON has no NaN and no infinities.";
        /// A metadata value that is not of its key's type.
        MetadataType = "metadata.type", "Correct the value or its pattern under [manifest.metadata], or the key's type under [schema.keys]. coerce = true under [schema] changes values that can only be meant one way.";
        /// A metadata key that Encord keeps for itself.
        MetadataReserved = "metadata.reserved", "Rename the key: those that begin with $, and keyframes, are Encord's.";
        /// A malformed `$encord` block.
        MetadataEncord = "metadata.encord", "Write it as Encord's guide to custom metadata shows it.";
        /// A metadata key that Encord's rules do not allow.
        MetadataKey = "metadata.key", "Rename the key under [manifest.metadata], or where it comes from: letters, digits, spaces, '-', '_' and '.'.";
        /// A file beside a blob that was to hold its metadata, and does not.
        MetadataSidecar = "metadata.sidecar", "Mend the sidecar file: it has to hold one JSON object.";
        /// A row of the metadata table that cannot be told from another one.
        MetadataTableTwins = "metadata.table-twins", "Keep one row for each name in the table.";
        /// A header that is not known in a manifest as CSV.
        CsvHeader = "csv.header", "Use the headers that the message names.";
        /// A CSV whose fields something else than a comma separates.
        CsvSeparator = "csv.separator", "Save the file with commas between the fields: spreadsheets call that CSV (comma delimited).";
        /// A row with more or fewer fields than the header.
        CsvRagged = "csv.ragged", "Give the row as many fields as the header has; a comma within a field needs quotation marks around it.";
        /// More rows than Encord takes from a CSV.
        CsvTooManyRows = "csv.too-many-rows", "Split the file, or use JSON: manifest convert makes it.";
        /// A quotation mark in a CSV that is not closed, or closed too early.
        CsvQuote = "csv.quote", "Put quotation marks around the whole field, and write one within it twice.";
        /// A value that a CSV manifest cannot hold there.
        CsvValue = "csv.value", "Write a value that the message names.";
        /// A DICOM file that cannot be read.
        DicomUnreadable = "dicom.unreadable", "Check whether it is a DICOM file; leave it out with [manifest] exclude if it is not.";
        /// A rule of scenes that cannot be carried out for this group.
        SceneIncomplete = "scene.incomplete", "Check the rule's streams: a scene needs a point cloud or an image.";
        /// An item whose type is neither written nor told by its extension.
        TypeUnknown = "type.unknown", "Write its type: as \"type\" in JSON Lines, by [[manifest.types]] in a config; or leave it out with [manifest] exclude.";
    }
    Warning {
        /// A file that is larger than Encord advises for one JSON (docs.encord.com, "Best practices": 100 MB or 10,000 entries).
        ManifestLarge = "manifest.large", "Encord handles smaller files faster: manifest convert with --split cuts it.";
        /// A URL that looks as if it had been encoded twice.
        UrlDoubleEncoding = "url.double-encoding", "If the blob's name has no literal %, encode it only once.";
        /// A sequence where the credential that is known cannot write. A warning: the integration may have another one.
        SequenceNoWrite = "sequence.no-write", "If the integration in Encord has the same token, give it one with Write, Add and Create as well; or register an image-group, which needs no writing.";
        /// A group of one file.
        GroupSingle = "group.single", "If it is one file, register it by itself.";
        /// A scene whose streams do not go together one file for one.
        SceneUneven = "scene.uneven", "Check that no file is missing; timestamps = \"…(?<time>…)…\" in the rule puts each file at its own moment.";
        /// A type that the file's extension contradicts.
        TypeExtension = "type.extension", "Move the item to the list of its type, if the extension is right.";
        /// A metadata key that the schema does not have.
        MetadataUnknownKey = "metadata.unknown-key", "Add the key under [schema.keys], with its type, if people are to filter by it.";
        /// A metadata value that was changed to fit its key's type.
        MetadataCoerced = "metadata.coerced", "Check that the new value is what was meant; coerce = false under [schema] changes nothing.";
        /// A path that does not have the shape of the pattern that metadata is read by.
        MetadataPath = "metadata.path", "Change path under [manifest.metadata] if such blobs should get metadata too.";
        /// A metadata header or index tag in which the files of a group differ.
        MetadataFrames = "metadata.frames", "Give the files of a group the same value; or write the group's own into a table under [manifest.metadata], by its key.";
        /// Items that the metadata table says nothing of.
        MetadataNoRow = "metadata.no-row", "Add rows for them to the table, or check how join matches names.";
        /// Rows of the metadata table for which there is no item.
        MetadataUnusedRow = "metadata.unused-row", "Check how join matches names; the files may also be missing from the container.";
        /// A suffix of sidecar files that no blob's name ends in.
        MetadataNoSidecar = "metadata.no-sidecar", "Check sidecar under [manifest.metadata], and whether [manifest] prefixes let the sidecar files in; case matters.";
        /// Files beside blobs that were to hold their metadata, without such a blob.
        MetadataOrphan = "metadata.orphan-sidecar", "Check how the sidecar files are named: x.jpg.metadata.json or x.metadata.json for x.jpg. The files may also be missing from the container.";
        /// Extension and content type contradict each other.
        TypeDisagreement = "type.disagreement", "Give the blob its type with [[manifest.types]] if the extension is wrong.";
        /// An inventory of which Azure says that it is not complete, or that holds another number of rows than Azure counted.
        InventoryPartial = "inventory.partial", "Blobs may be missing: wait for the next inventory, name the folder of an earlier one, or list the container.";
        /// A CSV of one column, which Encord takes for videos.
        CsvSingleColumn = "csv.single-column", "Add a title column to say which type the files are.";
        /// Only a header.
        CsvHeaderOnly = "csv.header-only", "Add rows below the header.";
        /// An image group in a CSV that does not say whether Encord makes a video of it.
        CsvCreateVideo = "csv.create-video", "Write true or false under Create video: as far as is known, Encord makes a video where nothing is written.";
    }
}

/// One thing to know of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How much it matters; that of the code.
    pub severity: Severity,
    /// What kind it is.
    pub code: Code,
    /// The blob's name, or the group's; in a file the item's title or URL.
    pub item: String,
    /// The metadata key that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The line of the file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The column, from 1, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// What was seen.
    pub message: String,
    /// How many items it stands for: more than one where a fact about a key is told once, with its first item.
    pub items: u64,
}

impl Finding {
    /// A finding about one item.
    pub fn new(code: Code, item: impl Into<String>, message: impl Into<String>) -> Finding {
        let (item, message) = (item.into(), message.into());
        Finding { severity: code.severity(), code, item, key: None, line: None, column: None, message, items: 1 }
    }

    /// A finding about what comes from there.
    pub fn at(code: Code, origin: &Origin<'_>, message: impl Into<String>) -> Finding {
        let place = origin.place;
        let (line, column) = (place.map(|place| place.line), place.map(|place| place.column));
        Finding { line, column, ..Finding::new(code, origin.name, message) }
    }

    /// About one of its metadata keys.
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Finding {
        Finding { key: Some(key.into()), ..self }
    }
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1, in characters.
    pub column: u64,
}

/// Where an item comes from, for what has to be said about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Origin<'a> {
    /// The blob's name, or the group's; in a file the item's title or URL.
    pub name: &'a str,
    /// Where it stands in a file.
    pub place: Option<Position>,
    /// Where its parts stand, if that is known more exactly.
    pub parts: Option<Parts<'a>>,
}

impl<'a> Origin<'a> {
    /// From a listing.
    pub fn blob(name: &'a str) -> Origin<'a> {
        Origin { name, place: None, parts: None }
    }

    /// From a place in a file.
    pub fn file(name: &'a str, place: Position) -> Origin<'a> {
        Origin { name, place: Some(place), parts: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_written_as_they_are_named_and_errors_come_first() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
            assert!(code.advice().ends_with('.'), "{}", code.name());
        }
        assert!(Code::ALL.is_sorted() && Code::ALL.iter().map(|code| code.severity()).is_sorted());
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
