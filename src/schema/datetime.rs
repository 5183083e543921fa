//! Points in time as people write them.

use time::{
    Date, PrimitiveDateTime, Time, UtcOffset,
    format_description::{BorrowedFormatItem, well_known::Rfc3339},
    macros::format_description,
    parsing::Parsed,
};

/// What a text says about a point in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    /// This one; in the form that Encord takes.
    Point(String),
    /// Day and month, in an order that differs from country to country.
    DayOrMonth,
    /// Nothing.
    Unreadable,
}

type DateForm = &'static [BorrowedFormatItem<'static>];

/// Date and time in the extended format, the time down to minutes or fractions of a second, with an offset or without.
const ISO: DateForm = format_description!(
    version = 2,
    "[year]-[month]-[day][optional [T[hour]:[minute][optional [:[second][optional [.[subsecond]]]]]\
     [optional [[first [Z] [[offset_hour sign:mandatory][optional [:[offset_minute]]]]]]]]]"
);

const TIME: DateForm = format_description!(
    version = 2,
    "[optional [,]][first [T] [t] [ ]][hour padding:none]:[minute]\
     [optional [:[second][optional [[first [.] [,]][subsecond]]]]]"
);

const COMPACT_TIME: DateForm = format_description!(
    version = 2,
    "[optional [[first [T] [ ]]]][hour][minute][optional [[second][optional [.[subsecond]]]]]"
);

const OFFSET: DateForm = format_description!(
    version = 2,
    "[optional [ ]][offset_hour sign:mandatory][optional [[optional [:]][offset_minute]]]"
);

/// Dates that can be read in one way only, with the form of the time that follows.
const FORMS: [(DateForm, DateForm); 4] = [
    (
        format_description!(
            version = 2,
            "[year][first [-] [/] [.] [:]][month padding:none][first [-] [/] [.] [:]][day padding:none]"
        ),
        TIME,
    ),
    // DICOM, and the basic format of ISO 8601.
    (format_description!(version = 2, "[year][month][day]"), COMPACT_TIME),
    (
        format_description!(
            version = 2,
            "[optional [[weekday repr:short case_sensitive:false], ]][day padding:none][first [-] [ ]]\
             [first [[month repr:long case_sensitive:false]] [[month repr:short case_sensitive:false]]]\
             [first [-] [ ]][year]"
        ),
        TIME,
    ),
    (
        format_description!(
            version = 2,
            "[first [[month repr:long case_sensitive:false]] [[month repr:short case_sensitive:false]]] \
             [day padding:none][optional [,]] [year]"
        ),
        TIME,
    ),
];

/// Years that eight digits in a row may begin with to be a date rather than a number.
const COMPACT_YEARS: std::ops::RangeInclusive<i32> = 1850..=2150;

const DAY: DateForm = format_description!(version = 2, "[year]-[month]-[day]");
const LOCAL: DateForm = format_description!(version = 2, "[year]-[month]-[day]T[hour]:[minute]:[second]");
const LOCAL_FRACTION: DateForm =
    format_description!(version = 2, "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond]");

struct Point {
    date: Date,
    time: Option<(Time, Option<UtcOffset>)>,
}

/// Whether a text is a date, or a date with a time, in the extended format of ISO 8601.
pub(super) fn is_iso(text: &str) -> bool {
    let mut parsed = Parsed::new();
    parsed.parse_items(text.as_bytes(), ISO).is_ok_and(<[u8]>::is_empty) && Point::new(parsed, false).is_some()
}

/// Reads the common ways to write a date, with or without a time and an offset.
pub(super) fn read(text: &str) -> Reading {
    let text = text.trim();
    let zones = ["Z", "z", " UTC", " GMT", "UTC"];
    let utc = zones.iter().find_map(|zone| text.strip_suffix(zone));
    let bare = utc.unwrap_or(text);
    for (form, time) in FORMS {
        let mut parsed = Parsed::new();
        let Ok(rest) = parsed.parse_items(bare.as_bytes(), form) else { continue };
        let compact = time == COMPACT_TIME;
        if compact && !parsed.year().is_some_and(|year| COMPACT_YEARS.contains(&year)) {
            continue;
        }
        let mut rest = rest;
        for further in [time, OFFSET] {
            if !rest.is_empty() {
                rest = parsed.parse_items(rest, further).unwrap_or(rest);
            }
        }
        // An offset needs a time.
        let has_time = parsed.hour_24().is_some();
        if rest.is_empty()
            && (has_time || (utc.is_none() && parsed.offset_hour().is_none()))
            && let Some(text) = Point::new(parsed, utc.is_some()).and_then(|point| point.iso())
        {
            return Reading::Point(text);
        }
    }
    if is_day_or_month_first(text) { Reading::DayOrMonth } else { Reading::Unreadable }
}

impl Point {
    /// `None` when there is no such day, time or offset.
    fn new(parsed: Parsed, utc: bool) -> Option<Point> {
        let date = Date::try_from(parsed).ok()?;
        if parsed.hour_24().is_none() {
            return Some(Point { date, time: None });
        }
        let time = Time::try_from(parsed).ok()?;
        let offset = match parsed.offset_hour() {
            Some(_) => Some(UtcOffset::try_from(parsed).ok()?),
            None => utc.then_some(UtcOffset::UTC),
        };
        Some(Point { date, time: Some((time, offset)) })
    }

    fn iso(&self) -> Option<String> {
        let Some((time, offset)) = self.time else { return self.date.format(DAY).ok() };
        let local = PrimitiveDateTime::new(self.date, time);
        match offset {
            Some(offset) => local.assume_offset(offset).format(&Rfc3339).ok(),
            None if time.nanosecond() == 0 => local.format(LOCAL).ok(),
            None => local.format(LOCAL_FRACTION).ok(),
        }
    }
}

/// `05/03/2024` and the like. `25/03/2024` as well: its neighbours may be `05/03/2024`.
fn is_day_or_month_first(text: &str) -> bool {
    let date = text.split([' ', 'T', ',']).next().unwrap_or_default();
    let parts: Vec<&str> = date.split(['/', '-', '.']).collect();
    parts.len() == 3
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
        && (1..=2).contains(&parts[0].len())
        && (1..=2).contains(&parts[1].len())
        && matches!(parts[2].len(), 2 | 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_8601_is_what_encord_takes() {
        for text in [
            "2024-03-05",
            "2024-02-29",
            "2024-03-05T10:15",
            "2024-03-05T10:15:59",
            "2024-03-05T10:15:59.123456",
            "2024-03-05T10:15:59Z",
            "2024-03-05T10:15Z",
            "2024-03-05T10:15:59.5+05:30",
            "2024-03-05T10:15:59-08",
        ] {
            assert!(is_iso(text), "{text}");
        }
        for text in [
            "",
            "2024",
            "2024-3-5",
            "2023-02-29",
            "2024-13-01",
            "2024-03-05 10:15:59",
            "2024-03-05T25:00",
            "2024-03-05T10:61",
            "2024-03-05T",
            "2024-03-05Z",
            "2024-03-05T10:15:59+99:00",
            "2024-03-05T10:15:59Zulu",
            " 2024-03-05",
            "20240305",
            "05/03/2024",
        ] {
            assert!(!is_iso(text), "{text}");
        }
    }

    #[test]
    fn common_forms_are_read_and_what_is_read_is_iso_8601() {
        for (text, expected) in [
            (" 2024-03-05 ", "2024-03-05"),
            ("2024-3-5", "2024-03-05"),
            ("2024/03/05", "2024-03-05"),
            ("2024.03.05 7:05", "2024-03-05T07:05:00"),
            ("2024-03-05 10:15:59", "2024-03-05T10:15:59"),
            ("2024-03-05 10:15:59,25", "2024-03-05T10:15:59.25"),
            ("2024-03-05 10:15:59 UTC", "2024-03-05T10:15:59Z"),
            ("2024-03-05 10:15:59+0100", "2024-03-05T10:15:59+01:00"),
            ("2024-03-05 10:15:59 +01", "2024-03-05T10:15:59+01:00"),
            ("2024-03-05t10:15:59z", "2024-03-05T10:15:59Z"),
            ("2024:03:05 10:15:59", "2024-03-05T10:15:59"),
            ("20240305", "2024-03-05"),
            ("20240305101559.123456", "2024-03-05T10:15:59.123456"),
            ("20240305101559+0000", "2024-03-05T10:15:59Z"),
            ("20240305T101559Z", "2024-03-05T10:15:59Z"),
            ("5 March 2024", "2024-03-05"),
            ("05-Mar-2024", "2024-03-05"),
            ("5 mar 2024 10:15", "2024-03-05T10:15:00"),
            ("March 5, 2024", "2024-03-05"),
            ("Mar 5 2024, 10:15", "2024-03-05T10:15:00"),
            ("Tue, 05 Mar 2024 10:15:59 GMT", "2024-03-05T10:15:59Z"),
            ("Tue, 05 Mar 2024 10:15:59 -0330", "2024-03-05T10:15:59-03:30"),
        ] {
            assert_eq!(read(text), Reading::Point(expected.to_owned()), "{text}");
            assert!(is_iso(expected), "{expected}");
        }
    }

    #[test]
    fn nothing_is_guessed() {
        for text in ["05/03/2024", "25/03/2024", "3-5-24", "05.03.2024 10:15", "5/3/2024T10:15"] {
            assert_eq!(read(text), Reading::DayOrMonth, "{text}");
        }
        for text in [
            "",
            "soon",
            "12",
            "2024",
            "12345678",
            "99999999",
            "1709633759",
            "2023-02-29",
            "2024-03-05 UTC",
            "10:15",
            "1/2",
        ] {
            assert_eq!(read(text), Reading::Unreadable, "{text}");
        }
    }
}
