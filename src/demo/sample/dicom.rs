//! CT slices in the DICOM file format, explicit VR little endian.
//!
//! They carry the tags that Encord needs of a series (Rows, Columns, the study, series and SOP instance UIDs, PatientID, and
//! for a volume the image's position, orientation, slice thickness and pixel spacing) and those that the CT image module of
//! DICOM PS3.3 requires. Nobody was scanned: the picture is a disc in a square.

/// Rows and columns of a slice.
const SIDE: u16 = 64;
/// Millimetres from a slice to the next.
const THICKNESS: u32 = 5;
const CT_IMAGE_STORAGE: &str = "1.2.840.10008.5.1.4.1.1.2";
const EXPLICIT_LITTLE_ENDIAN: &str = "1.2.840.10008.1.2.1";
/// UIDs of the form 2.25.NUMBER need no registration.
const IMPLEMENTATION: &str = "2.25.94310617220415";

/// What tells a slice from others.
pub(crate) struct Slice<'a> {
    pub(crate) patient: &'a str,
    /// Any number; it becomes the StudyInstanceUID.
    pub(crate) study: u32,
    /// Any number; it becomes the SeriesInstanceUID.
    pub(crate) series: u32,
    /// Counted from 1; with the series it becomes the SOPInstanceUID.
    pub(crate) number: u32,
}

impl Slice<'_> {
    /// The file's bytes.
    pub(crate) fn write(&self) -> Vec<u8> {
        let instance = format!("2.25.8{:06}{:06}", self.series, self.number);
        let mut meta = Elements::default();
        meta.bytes(0x0002, 0x0001, b"OB", &[0, 1]);
        meta.uid(0x0002, 0x0002, CT_IMAGE_STORAGE);
        meta.uid(0x0002, 0x0003, &instance);
        meta.uid(0x0002, 0x0010, EXPLICIT_LITTLE_ENDIAN);
        meta.uid(0x0002, 0x0012, IMPLEMENTATION);
        let mut head = Elements::default();
        let meta_length = u32::try_from(meta.0.len()).unwrap_or(u32::MAX);
        head.bytes(0x0002, 0x0000, b"UL", &meta_length.to_le_bytes());

        let mut file = vec![0; 128];
        file.extend_from_slice(b"DICM");
        file.extend_from_slice(&head.0);
        file.extend_from_slice(&meta.0);
        file.extend_from_slice(&self.data_set(&instance).0);
        file
    }

    fn data_set(&self, instance: &str) -> Elements {
        let mut set = Elements::default();
        set.text(0x0008, 0x0008, b"CS", "ORIGINAL\\PRIMARY\\AXIAL");
        set.uid(0x0008, 0x0016, CT_IMAGE_STORAGE);
        set.uid(0x0008, 0x0018, instance);
        set.text(0x0008, 0x0020, b"DA", "20260401");
        set.text(0x0008, 0x0030, b"TM", "060000");
        set.text(0x0008, 0x0050, b"SH", "");
        set.text(0x0008, 0x0060, b"CS", "CT");
        set.text(0x0008, 0x0070, b"LO", "Demo");
        set.text(0x0008, 0x0090, b"PN", "");
        set.text(0x0010, 0x0010, b"PN", "Demo^Patient");
        set.text(0x0010, 0x0020, b"LO", self.patient);
        set.text(0x0010, 0x0030, b"DA", "");
        set.text(0x0010, 0x0040, b"CS", "O");
        set.text(0x0018, 0x0050, b"DS", &THICKNESS.to_string());
        set.text(0x0018, 0x0060, b"DS", "120");
        set.uid(0x0020, 0x000D, &format!("2.25.6{:06}", self.study));
        set.uid(0x0020, 0x000E, &format!("2.25.7{:06}", self.series));
        set.text(0x0020, 0x0010, b"SH", "1");
        set.text(0x0020, 0x0011, b"IS", "1");
        set.text(0x0020, 0x0012, b"IS", "1");
        set.text(0x0020, 0x0013, b"IS", &self.number.to_string());
        set.text(0x0020, 0x0032, b"DS", &format!("-32\\-32\\{}", (self.number - 1) * THICKNESS));
        set.text(0x0020, 0x0037, b"DS", "1\\0\\0\\0\\1\\0");
        set.uid(0x0020, 0x0052, &format!("2.25.5{:06}", self.study));
        set.text(0x0020, 0x1040, b"LO", "");
        set.number(0x0028, 0x0002, 1);
        set.text(0x0028, 0x0004, b"CS", "MONOCHROME2");
        set.number(0x0028, 0x0010, SIDE);
        set.number(0x0028, 0x0011, SIDE);
        set.text(0x0028, 0x0030, b"DS", "1\\1");
        set.number(0x0028, 0x0100, 16);
        set.number(0x0028, 0x0101, 16);
        set.number(0x0028, 0x0102, 15);
        set.number(0x0028, 0x0103, 1);
        set.text(0x0028, 0x1050, b"DS", "40");
        set.text(0x0028, 0x1051, b"DS", "400");
        set.text(0x0028, 0x1052, b"DS", "0");
        set.text(0x0028, 0x1053, b"DS", "1");
        set.bytes(0x7FE0, 0x0010, b"OW", &self.pixels());
        set
    }

    /// Air around a disc of soft tissue, which grows and shrinks along the series.
    fn pixels(&self) -> Vec<u8> {
        let radius = 12 + i32::try_from(self.number.min(12).abs_diff(6)).map_or(0, |distance| 12 - 2 * distance);
        let middle = i32::from(SIDE / 2);
        let mut pixels = Vec::with_capacity(usize::from(SIDE) * usize::from(SIDE) * 2);
        for y in 0..i32::from(SIDE) {
            for x in 0..i32::from(SIDE) {
                let distance = (x - middle).pow(2) + (y - middle).pow(2);
                let hounsfield: i16 = if distance <= radius.pow(2) { 40 } else { -1000 };
                pixels.extend_from_slice(&hounsfield.to_le_bytes());
            }
        }
        pixels
    }
}

/// Data elements one after another; they must be added in the order of their tags.
#[derive(Default)]
struct Elements(Vec<u8>);

impl Elements {
    fn text(&mut self, group: u16, element: u16, kind: &[u8; 2], text: &str) {
        self.padded(group, element, kind, text.as_bytes(), b' ');
    }

    fn uid(&mut self, group: u16, element: u16, uid: &str) {
        self.padded(group, element, b"UI", uid.as_bytes(), 0);
    }

    fn number(&mut self, group: u16, element: u16, number: u16) {
        self.bytes(group, element, b"US", &number.to_le_bytes());
    }

    fn bytes(&mut self, group: u16, element: u16, kind: &[u8; 2], value: &[u8]) {
        self.padded(group, element, kind, value, 0);
    }

    /// Values have an even length.
    fn padded(&mut self, group: u16, element: u16, kind: &[u8; 2], value: &[u8], padding: u8) {
        let odd = value.len() % 2 == 1;
        let length = value.len() + usize::from(odd);
        self.0.extend_from_slice(&group.to_le_bytes());
        self.0.extend_from_slice(&element.to_le_bytes());
        self.0.extend_from_slice(kind);
        if matches!(kind, b"OB" | b"OW") {
            self.0.extend_from_slice(&[0, 0]);
            self.0.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
        } else {
            self.0.extend_from_slice(&u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes());
        }
        self.0.extend_from_slice(value);
        if odd {
            self.0.push(padding);
        }
    }
}
