//! What a group formed by rules is checked for.

use crate::manifest::{
    finding::{Code, Finding, Origin},
    groups::frames::Frame,
    kind::Kind,
    sink::Sink,
};

/// The most frames of one item that Encord handles (docs.encord.com, "Best practices").
const MOST_FRAMES: usize = 200_000;
/// So many names are told of files that do not belong.
const TOLD: usize = 3;

/// Tells the sink what is wrong with a group of files.
pub(super) fn group<S: Sink>(
    kind: Kind,
    origin: &Origin<'_>,
    members: &[Frame],
    names: &[String],
    sink: &mut S,
) -> Result<(), S::Error> {
    if let Some(message) = mixed(kind, members, names) {
        sink.finding(Finding::at(Code::GroupMixed, origin, message))?;
    }
    if members.len() > MOST_FRAMES {
        let message = format!("it has {} files; Encord handles at most 200,000 in one {kind}", members.len());
        sink.finding(Finding::at(Code::GroupTooLarge, origin, message))?;
    }
    // A DICOM file is never an item of its own, so a series of one is as it should be.
    if members.len() == 1 && kind != Kind::DicomSeries {
        let message = format!("only {} is in this {kind}", names.first().map_or("one file", String::as_str));
        sink.finding(Finding::at(Code::GroupSingle, origin, message))?;
    }
    Ok(())
}

/// Whether a file may be in such a group. A DICOM file need not look like one: many have no extension.
fn fits(group: Kind, file: Option<Kind>) -> bool {
    match group {
        Kind::DicomSeries => matches!(file, None | Some(Kind::DicomSeries)),
        _ => matches!(file, Some(Kind::Image | Kind::ImageGroup | Kind::ImageSequence)),
    }
}

/// Which files do not belong, if any; told from the side of the fewer.
fn mixed(kind: Kind, members: &[Frame], names: &[String]) -> Option<String> {
    let odd = || members.iter().zip(names).filter(|(frame, _)| !fits(kind, frame.kind));
    let count = odd().count();
    if count == 0 {
        return None;
    }
    let told: Vec<String> = odd().take(TOLD).map(|(frame, name)| describe(frame.kind, name)).collect();
    let more = count.saturating_sub(TOLD);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let wanted = if kind == Kind::DicomSeries { "DICOM files" } else { "images" };
    let (told, total) = (told.join(", "), members.len());
    Some(match (count == total, count * 2 > total) {
        (true, _) => {
            format!("none of its {total} files are {wanted}, as a group of the type {kind} needs: {told}{more}")
        }
        (false, true) => {
            let few: Vec<&str> = members
                .iter()
                .zip(names)
                .filter(|(frame, _)| fits(kind, frame.kind))
                .take(TOLD)
                .map(|(_, name)| name.as_str())
                .collect();
            let fitting = total - count;
            format!(
                "only {fitting} of its {total} files are {wanted} ({}{}); the others are not: {told}{more}",
                few.join(", "),
                if fitting > TOLD { ", …" } else { "" }
            )
        }
        (false, false) => format!("among {} {wanted} it has {told}{more}", total - count),
    })
}

fn describe(kind: Option<Kind>, name: &str) -> String {
    kind.map_or_else(|| name.to_owned(), |kind| format!("{name} ({kind})"))
}
