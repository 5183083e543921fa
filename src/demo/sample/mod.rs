//! What lies in the demo's container: a traffic study of three sites, with the troubles that real containers have.
//!
//! All of it is made anew on every start and always the same, to the byte. Besides what registers without a word there are:
//!
//! - blobs that are **left out**, since Encord knows no such type: `.DS_Store`, `Thumbs.db`, a `.log` and a `.parquet`; and the
//!   empty blob `site-hull`, with which a tool marked a folder (`hdi_isfolder`);
//! - blobs that **fail**, each for a reason that can be told in advance or from the error: see [`Expected::failing`];
//! - two blobs whose **type contradicts** their name: `mislabelled/not-a-video.mp4` is a JPEG, says so in its Content-Type and
//!   fails as a video; `mislabelled/really-a-picture.jpg` is the JPEG that its name says, although its Content-Type is
//!   `video/mp4`, so reading it works and only a warning is due;
//! - under `odd-names/`, **names that need care** in a URL or a table; they all register. One is longer as a whole than the 300
//!   characters that Encord allows for titles, so its title has to be cut or made from its last part.

pub(crate) mod dicom;
mod media;

#[cfg(test)]
mod tests;

use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use crate::demo::azure::{Server, store::StoredBlob};

/// The container that [`fill`] fills.
pub const CONTAINER: &str = "traffic-study";

/// How the sample is made up. The kinds are told by the names' extensions and count failing blobs too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// All blobs, folder marks included.
    pub blobs: usize,
    /// `.jpg`, `.png`, `.webp`, `.bmp`.
    pub images: usize,
    /// `.mp4`, `.webm`.
    pub videos: usize,
    /// `.wav`, `.mp3`, `.flac`.
    pub audio: usize,
    /// `.pdf`.
    pub documents: usize,
    /// `.txt`, `.html`, `.json`, `.md`.
    pub texts: usize,
    /// `.dcm`: one series of 12 in `ct/patient-007/`, one of 4 in `ct/patient-008/`.
    pub slices: usize,
    /// `.pcd`, `.ply`.
    pub point_clouds: usize,
    /// `.nii`.
    pub volumes: usize,
    /// Blobs of no type that Encord knows, and folder marks.
    pub left_out: &'static [&'static str],
    /// Blobs that cannot be registered, with the reason.
    pub failing: &'static [Failing],
}

/// A blob that cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failing {
    /// The blob's name.
    pub name: &'static str,
    /// Why, in a few words.
    pub why: &'static str,
}

const LEFT_OUT: &[&str] = &[
    "exports/counts.parquet",
    "site-hull",
    "site-leeds/.DS_Store",
    "site-leeds/cam01/recorder.log",
    "site-york/Thumbs.db",
];

const ARCHIVED: &str = "archive/2025/frame_0001.jpg";
const EMPTY: &str = "site-leeds/cam02/2026-04-01/frame_0041.jpg";
const NO_VIDEO: &str = "mislabelled/not-a-video.mp4";
const OTHER_STUDY: &str = "ct/patient-008/slice_003.dcm";

const FAILING: &[Failing] = &[
    Failing { name: ARCHIVED, why: "the blob is in the Archive tier and cannot be read" },
    Failing { name: EMPTY, why: "the blob is empty" },
    Failing { name: NO_VIDEO, why: "the content is a JPEG" },
    Failing {
        name: OTHER_STUDY,
        why: "its StudyInstanceUID differs from that of the other slices, so the whole series of four fails",
    },
];

/// What [`fill`] puts into an empty service.
pub fn expected() -> Expected {
    Expected {
        blobs: 299,
        images: 220,
        videos: 20,
        audio: 12,
        documents: 8,
        texts: 14,
        slices: 16,
        point_clouds: 3,
        volumes: 1,
        left_out: LEFT_OUT,
        failing: FAILING,
    }
}

/// Puts the sample into the container [`CONTAINER`] of `server`.
pub fn fill(server: &Server) {
    for blob in blobs() {
        server.put_blob(CONTAINER, blob);
    }
}

fn blobs() -> Vec<StoredBlob> {
    let mut sample = Sample::default();
    sample.cameras();
    sample.odd_names();
    sample.recordings();
    sample.documents();
    sample.scans();
    sample.troubles();
    sample.blobs
}

#[derive(Default)]
struct Sample {
    blobs: Vec<StoredBlob>,
}

impl Sample {
    /// A number that no other blob has, to tell contents apart.
    fn seed(&self) -> usize {
        self.blobs.len() + 1
    }

    fn put(&mut self, name: impl Into<String>, content_type: &str, content: impl Into<Vec<u8>>) -> &mut StoredBlob {
        let start: OffsetDateTime = datetime!(2026-04-01 06:00 UTC);
        let minutes = i64::try_from(self.blobs.len()).unwrap_or(0);
        let at = self.blobs.len();
        let mut blob = StoredBlob::new(name, content.into(), content_type);
        blob.last_modified = start + Duration::minutes(minutes);
        self.blobs.push(blob);
        &mut self.blobs[at]
    }

    fn cameras(&mut self) {
        for (site, camera, day, frames) in [
            ("leeds", "cam01", "2026-04-01", 60),
            ("leeds", "cam01", "2026-04-02", 30),
            ("leeds", "cam02", "2026-04-01", 40),
            ("york", "cam01", "2026-04-02", 35),
        ] {
            for frame in 1..=frames {
                let content = media::jpeg(self.seed());
                let name = format!("site-{site}/{camera}/{day}/frame_{frame:04}.jpg");
                let weather = if frame % 3 == 0 { "rain" } else { "dry" };
                self.put(name, "image/jpeg", content).metadata =
                    vec![("site".into(), site.into()), ("weather".into(), weather.into())];
            }
        }
        for still in 1..=20 {
            let content = media::png(self.seed());
            self.put(format!("site-york/cam02/2026-04-02/still_{still:03}.png"), "image/png", content);
        }
        for still in 1..=15 {
            let content = media::webp(self.seed());
            self.put(format!("site-hull/cam01/2026-04-03/still_{still:03}.webp"), "image/webp", content);
        }
        for board in 1..=5 {
            let content = media::bmp(board);
            self.put(format!("site-hull/calibration/board_{board}.bmp"), "image/bmp", content);
        }
        for (site, clips) in [("leeds", 10), ("york", 6)] {
            for clip in 1..=clips {
                let content = media::mp4(self.seed());
                self.put(format!("site-{site}/cam01/clips/clip_{clip:02}.mp4"), "video/mp4", content);
            }
        }
        for clip in 1..=3 {
            let content = media::webm(self.seed());
            self.put(format!("site-hull/cam01/clips/clip_{clip:02}.webm"), "video/webm", content);
        }
    }

    fn odd_names(&mut self) {
        let long = format!("{}{}.jpg", "a very long folder name/".repeat(8), "and a long file name ".repeat(7).trim());
        for name in [
            "a b#1 %20 é.jpg",
            "plus+plus.jpg",
            "this & that.jpg",
            "which one?.jpg",
            "it's \"quoted\".jpg",
            "comma, semicolon;.jpg",
            "<angle> [square] {curly}.jpg",
            "交通/路口 三.jpg",
            "🚦 lights 🚗.jpg",
            "double//slash.jpg",
            "UPPER CASE.JPG",
            &long,
        ] {
            let content = media::jpeg(self.seed());
            self.put(format!("odd-names/{name}"), "image/jpeg", content);
        }
    }

    fn recordings(&mut self) {
        for at in 1..=5 {
            self.put(format!("recordings/leeds-{at:02}.wav"), "audio/wav", media::wav(at));
        }
        for at in 1..=4 {
            self.put(format!("recordings/york-{at:02}.mp3"), "audio/mpeg", media::mp3(at));
        }
        for at in 1..=3 {
            self.put(format!("recordings/hull-{at:02}.flac"), "audio/flac", media::flac(at));
        }
    }

    fn documents(&mut self) {
        for at in 1..=8 {
            let content = media::pdf(&format!("Traffic report {at}"), 1 + at % 3);
            self.put(format!("reports/report-{at:02}.pdf"), "application/pdf", content);
        }
        for at in 1..=5 {
            let text = format!("Interview {at}\n\nThe crossing is too short for the green light.\n");
            self.put(format!("notes/interview-{at:02}.txt"), "text/plain; charset=utf-8", text);
        }
        for at in 1..=3 {
            let text = format!("<!DOCTYPE html><title>Survey {at}</title><p>Cars counted: <b>{}</b></p>\n", 120 * at);
            self.put(format!("notes/survey-{at:02}.html"), "text/html", text);
            let text = format!("{{\"survey\": {at}, \"cars\": {}, \"site\": \"leeds\"}}\n", 120 * at);
            self.put(format!("notes/survey-{at:02}.json"), "application/json", text);
            let text = format!("# Survey {at}\n\n- cars: {}\n- site: Leeds\n", 120 * at);
            self.put(format!("notes/survey-{at:02}.md"), "text/markdown", text);
        }
    }

    fn scans(&mut self) {
        for number in 1..=12 {
            let slice = dicom::Slice { patient: "patient-007", study: 7, series: 7, number };
            self.put(format!("ct/patient-007/slice_{number:03}.dcm"), "application/dicom", slice.write());
        }
        for number in 1..=4 {
            let name = format!("ct/patient-008/slice_{number:03}.dcm");
            let slice = dicom::Slice {
                patient: "patient-008",
                study: if name == OTHER_STUDY { 9 } else { 8 },
                series: 8,
                number,
            };
            self.put(name, "application/dicom", slice.write());
        }
        self.put("mri/phantom.nii", "application/octet-stream", media::nifti());
        self.put("lidar/junction-a.pcd", "application/octet-stream", media::pcd_ascii());
        self.put("lidar/junction-b.pcd", "application/octet-stream", media::pcd_binary());
        self.put("lidar/junction-c.ply", "application/octet-stream", media::ply());
    }

    fn troubles(&mut self) {
        let picture = media::jpeg(self.seed());
        self.put(ARCHIVED, "image/jpeg", picture).tier = "Archive".to_owned();
        self.put(EMPTY, "image/jpeg", []);
        let picture = media::jpeg(self.seed());
        self.put(NO_VIDEO, "image/jpeg", picture);
        let picture = media::jpeg(self.seed());
        self.put("mislabelled/really-a-picture.jpg", "video/mp4", picture);

        let unknown = "application/octet-stream";
        self.put("site-hull", unknown, []).metadata = vec![("hdi_isfolder".into(), "true".into())];
        self.put("site-leeds/.DS_Store", unknown, *b"\0\0\0\x01Bud1\0\0\x10\0");
        self.put("site-york/Thumbs.db", unknown, *b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
        self.put("site-leeds/cam01/recorder.log", unknown, *b"06:00:00 started\n06:00:01 recording\n");
        self.put("exports/counts.parquet", unknown, *b"PAR1\x15\0PAR1");
    }
}
