//! An inline picture of a Word file (ECMA-376 part 1, 20.4.2.8).

use super::Names;
use crate::template::picture::Checked;
use crate::template::tree::{Element, Node};

const MAIN: &str = "http://schemas.openxmlformats.org/drawingml/2006/main";
const PICTURE: &str = "http://schemas.openxmlformats.org/drawingml/2006/picture";
const PLACE: &str = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing";
const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
/// Far above the numbers that editors give to what they draw.
const FIRST_ID: usize = 900_000;

/// The drawing that shows the picture behind `relationship`.
pub(super) fn drawing(names: &Names, size: &Checked, number: usize, relationship: &str) -> Element {
    let (width, height) = (size.width_emu.to_string(), size.height_emu.to_string());
    let (id, title) = ((FIRST_ID + number).to_string(), format!("qishu{number}"));
    let sized = |name: &str| {
        let element = Element::new(name).with("cx", width.as_str());
        element.with("cy", height.as_str())
    };
    let named = |name: &str| {
        let element = Element::new(name).with("id", id.as_str());
        element.with("name", title.as_str())
    };
    let blip = Element::new("a:blip")
        .with("xmlns:r", LINKS)
        .with("r:embed", relationship);
    let fill = around(
        "pic:blipFill",
        [blip, around("a:stretch", [Element::new("a:fillRect")])],
    );
    let origin = Element::new("a:off").with("x", "0").with("y", "0");
    let frame = around("a:xfrm", [origin, sized("a:ext")]);
    let shape = around("a:prstGeom", [Element::new("a:avLst")]).with("prst", "rect");
    let about = around("pic:nvPicPr", [named("pic:cNvPr"), Element::new("pic:cNvPicPr")]);
    let picture = around("pic:pic", [about, fill, around("pic:spPr", [frame, shape])]);
    let data = around("a:graphicData", [picture.with("xmlns:pic", PICTURE)]).with("uri", PICTURE);
    let graphic = around("a:graphic", [data]).with("xmlns:a", MAIN);
    let inline = around("wp:inline", [sized("wp:extent"), named("wp:docPr"), graphic]);
    let inline = ["distT", "distB", "distL", "distR"]
        .into_iter()
        .fold(inline, |inline, side| inline.with(side, "0"));
    around(&names.drawing, [inline.with("xmlns:wp", PLACE)])
}

fn around<const N: usize>(name: &str, children: [Element; N]) -> Element {
    Element::new(name).holding(children.map(Node::Element))
}
