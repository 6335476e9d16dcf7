"""What is drawn and read of an OFD: text at its place, templates, pictures, seals; and what nobody can see."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageFont

from reviewapp.pages import PageImage, RefusedFile, inspect_file
from tests.pages import ofd
from tests.pages.samples import saved
from tests.pages.test_opening import near, opened, pixels

SCALE = 200 / 25.4
RED = (254, 0, 0)


def shown(folder: Path, *objects: str, **options: object) -> PageImage:
    (page,) = opened(folder, ofd.packed(ofd.package([ofd.page(ofd.layer(*objects))], **options))).pages  # type: ignore[arg-type]
    return page


def texts(page: PageImage) -> list[str]:
    return [line.text for line in page.text_lines]


def at(page: PageImage, x: float, y: float) -> tuple[int, ...]:
    return tuple(pixels(page).getpixel((round(x * SCALE), round(y * SCALE))))


def ink(image: Image.Image) -> tuple[int, int, int, int]:
    box = image.convert("L").point(lambda value: 255 * (value < 128)).getbbox()
    assert box is not None
    return box


def test_text_stands_where_it_says(tmp_path: Path) -> None:
    page = shown(tmp_path, ofd.text("价税合计128000.00", 50, 60, 5))
    assert (page.width, page.height) == (1654, 1103)
    (line,) = page.text_lines
    assert line.text == "价税合计128000.00"
    assert all(abs(a - b) <= 3 for a, b in zip(line.box, ink(pixels(page)), strict=True))
    assert abs(line.box[0] - 50 * SCALE) < 6
    assert line.box[1] > 60 * SCALE


def test_inspection_tells_pages_and_size(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(ofd.packed(ofd.package([ofd.page(box="0 0 100 50")] * 3)))
    info = inspect_file(path)
    assert (info.media_type, info.page_count, info.width, info.height) == ("application/ofd", 3, 788, 394)


def test_a_page_may_have_a_size_of_its_own(tmp_path: Path) -> None:
    document = opened(tmp_path, ofd.packed(ofd.package([ofd.page(), ofd.page(box="0 0 100 50")])))
    assert [(page.number, page.width, page.height) for page in document.pages] == [(1, 1654, 1103), (2, 788, 394)]


def test_steps_place_every_character(tmp_path: Path) -> None:
    page = shown(tmp_path, ofd.text("购买方", 20, 20, run='DeltaY="g 2 8"'), ofd.text("AB", 60, 20, run='DeltaX="30"'))
    assert texts(page) == ["购", "买", "方", "A", "B"]
    assert page.text_lines[4].box[0] - page.text_lines[3].box[0] == pytest.approx(30 * SCALE, abs=3)


def test_runs_of_one_object_follow_each_other(tmp_path: Path) -> None:
    runs = '<ofd:TextCode X="0" Y="4">发票</ofd:TextCode><ofd:TextCode>号码</ofd:TextCode>'
    page = shown(tmp_path, f'<ofd:TextObject ID="1" Boundary="20 20 90 6" Size="4">{runs}</ofd:TextObject>')
    assert texts(page) == ["发票号码"]


def test_a_matrix_and_a_stretch_are_followed(tmp_path: Path) -> None:
    wide, narrow = ofd.text("文字文字", 20, 20), ofd.text("文字文字", 20, 60, more='HScale="0.5" CTM="2 0 0 2 0 0"')
    first, second = (line.box for line in shown(tmp_path, wide, narrow).text_lines)
    assert second[2] - second[0] == pytest.approx(first[2] - first[0], abs=4)
    assert second[3] - second[1] == pytest.approx(2 * (first[3] - first[1]), abs=4)


def test_characters_beyond_the_first_plane_are_not_lost(tmp_path: Path) -> None:
    """A name that is short of a character would be another name."""
    assert texts(shown(tmp_path, ofd.text("王𬱖䶮", 20, 20))) == ["王〓䶮"]


@pytest.mark.parametrize(
    "hidden",
    [
        ofd.text("HIDDEN", 20, 20, more='Alpha="0"'),
        ofd.text("HIDDEN", 20, 20, more='Visible="false"'),
        ofd.text("HIDDEN", 20, 20, inside='<ofd:FillColor Value="255 255 255"/>'),
        ofd.text("HIDDEN", 900, 20),
    ],
)
def test_text_nobody_can_see_is_not_read(hidden: str, tmp_path: Path) -> None:
    assert texts(shown(tmp_path, hidden)) == []


def test_templates_lie_behind_and_before(tmp_path: Path) -> None:
    square = "M 0 0 L 40 0 L 40 40 L 0 40 C"
    colours = {"Doc_0/Back.xml": "0 0 254", "Doc_0/Front.xml": "0 200 0"}
    places = {"Doc_0/Back.xml": "20 20 40 40", "Doc_0/Front.xml": "100 20 40 40"}
    files = {name: ofd.page(ofd.layer(filled(square, places[name], colour))) for name, colour in colours.items()}
    common = '<ofd:TemplatePage ID="10" BaseLoc="Back.xml"/><ofd:TemplatePage ID="11" BaseLoc="Front.xml"/>'
    uses = '<ofd:Template TemplateID="10"/><ofd:Template TemplateID="11" ZOrder="Foreground"/>'
    own = ofd.layer(filled("M 0 0 L 140 0 L 140 10 L 0 10 C", "10 30 140 10", "254 0 0"))
    (page,) = opened(tmp_path, ofd.packed(ofd.package([ofd.page(own, uses=uses)], files, common=common))).pages
    assert near(at(page, 40, 25), (0, 0, 254))
    assert near(at(page, 40, 35), RED)
    assert near(at(page, 120, 35), (0, 200, 0))


def filled(data: str, box: str, colour: str, more: str = "") -> str:
    return ofd.path(data, box, f'Fill="true" Stroke="false" {more}', f'<ofd:FillColor Value="{colour}"/>')


def test_layers_lie_in_the_order_of_their_kinds(tmp_path: Path) -> None:
    square = "M 0 0 L 40 0 L 40 40 L 0 40 C"
    front = ofd.layer(filled(square, "20 20 40 40", "254 0 0"), kind="Foreground")
    back = ofd.layer(filled(square, "20 20 40 40", "0 0 254"), kind="Background")
    (page,) = opened(tmp_path, ofd.packed(ofd.package([ofd.page(front, back)]))).pages
    assert near(at(page, 40, 40), RED)


def test_drawing_parameters_are_inherited(tmp_path: Path) -> None:
    res = ofd.xml(
        "Res",
        '<ofd:DrawParams><ofd:DrawParam ID="1"><ofd:FillColor Value="254 0 0"/></ofd:DrawParam>'
        '<ofd:DrawParam ID="2" Relative="1"/></ofd:DrawParams>',
    )
    square = ofd.path("M 0 0 L 40 0 L 40 40 L 0 40 C", "20 20 40 40", 'Fill="true" DrawParam="2"')
    common = "<ofd:DocumentRes>Res.xml</ofd:DocumentRes>"
    page = shown(tmp_path, square, files={"Doc_0/Res.xml": res}, common=common)
    assert near(at(page, 40, 40), RED)


def test_curves_and_opacity(tmp_path: Path) -> None:
    round_one = "M 0 20 B 0 -6 40 -6 40 20 Q 40 40 20 40 Q 0 40 0 20 C"
    page = shown(tmp_path, filled(round_one, "20 20 40 40", "254 0 0", 'Alpha="128"'))
    assert near(at(page, 40, 40), (255, 127, 127), 6)
    assert near(at(page, 21, 21), (255, 255, 255))


def test_a_picture_is_drawn_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (20, 20), "white")
    image.paste((254, 0, 0), (0, 0, 20, 10))
    res = ofd.xml(
        "Res",
        '<ofd:MultiMedias><ofd:MultiMedia ID="5" Type="Image"><ofd:MediaFile>a.png</ofd:MediaFile></ofd:MultiMedia>'
        "</ofd:MultiMedias>",
        'BaseLoc="Res"',
    )
    files = {"Doc_0/PublicRes.xml": res, "Doc_0/Res/a.png": saved(image, "PNG")}
    common = "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"
    object_ = '<ofd:ImageObject ID="4" Boundary="20 20 40 40" CTM="40 0 0 40 0 0" ResourceID="5"/>'
    page = shown(tmp_path, object_, files=files, common=common)
    assert near(at(page, 40, 25), RED)
    assert near(at(page, 40, 55), (255, 255, 255))


def test_annotations_are_drawn_at_their_place(tmp_path: Path) -> None:
    look = f'<ofd:Appearance Boundary="50 20 90 40">{ofd.text("监制章", 5, 5)}</ofd:Appearance>'
    files = {
        "Doc_0/Annots/Annotations.xml": ofd.xml(
            "Annotations", '<ofd:Page PageID="1"><ofd:FileLoc>Page_0/Annot.xml</ofd:FileLoc></ofd:Page>'
        ),
        "Doc_0/Annots/Page_0/Annot.xml": ofd.xml("PageAnnot", f'<ofd:Annot ID="1" Type="Stamp">{look}</ofd:Annot>'),
    }
    page = shown(tmp_path, files=files, document="<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>")
    (line,) = page.text_lines
    assert line.text == "监制章"
    assert line.box[0] == pytest.approx(55 * SCALE, abs=6)


@pytest.mark.parametrize("kind", ["picture", "ofd"])
def test_the_seal_of_a_signature_is_drawn(kind: str, tmp_path: Path) -> None:
    if kind == "picture":
        seal = saved(Image.new("RGBA", (30, 30), (254, 0, 0, 255)), "PNG")
    else:
        square = filled("M 0 0 L 40 0 L 40 40 L 0 40 C", "0 0 40 40", "254 0 0")
        seal = ofd.packed(ofd.package([ofd.page(ofd.layer(square))], box="0 0 40 40"))
    signature = (
        '<ofd:SignedInfo><ofd:StampAnnot ID="1" PageRef="1" Boundary="100 50 30 30"/></ofd:SignedInfo>'
        "<ofd:SignedValue>SignedValue.dat</ofd:SignedValue>"
    )
    files = {
        "Doc_0/Signs/Signatures.xml": ofd.xml("Signatures", '<ofd:Signature ID="1" BaseLoc="Sign_0/Signature.xml"/>'),
        "Doc_0/Signs/Sign_0/Signature.xml": ofd.xml("Signature", signature),
        "Doc_0/Signs/Sign_0/SignedValue.dat": b"\x30\x82\x10\0\x02\x01\x04" + seal + b"\x04\x02ab",
    }
    page = shown(
        tmp_path,
        ofd.text("名称", 20, 20),
        files=files,
        body="<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>",
    )
    assert near(at(page, 115, 65), RED)
    assert near(at(page, 95, 65), (255, 255, 255))


def test_groups_used_twice_are_drawn_twice(tmp_path: Path) -> None:
    res = ofd.xml(
        "Res",
        '<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="7" Width="40" Height="40"><ofd:Content>'
        f"{ofd.text('壹', 0, 0)}</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits>",
    )
    uses = [f'<ofd:CompositeObject ID="{n}" Boundary="{x} 20 40 40" ResourceID="7"/>' for n, x in ((1, 20), (2, 80))]
    common = "<ofd:PublicRes>Res.xml</ofd:PublicRes>"
    assert texts(shown(tmp_path, *uses, files={"Doc_0/Res.xml": res}, common=common)) == ["壹", "壹"]


def test_other_spellings_of_paths_and_prefixes(tmp_path: Path) -> None:
    entries = ofd.package([ofd.page(ofd.layer(ofd.text("名称", 20, 20)))])
    plain = {name.upper().replace("/", "\\"): entry.replace(b"ofd:", b"") for name, entry in entries.items()}
    (page,) = opened(tmp_path, ofd.packed(plain)).pages
    assert texts(page) == ["名称"]


def test_an_archive_that_is_no_ofd_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(ofd.packed({"word/document.xml": b"<a/>"}))
    with pytest.raises(RefusedFile) as refused:
        inspect_file(path)
    assert refused.value.code == "not_allowed_type"
    assert refused.value.message.startswith("这个文件是压缩包或 Office 文档")


def test_an_embedded_font_is_drawn_by_its_own_glyphs(tmp_path: Path) -> None:
    """What the file's font draws is what a reader sees, whatever character the file says it is."""
    face = ImageFont.load_default(10)
    assert isinstance(face, ImageFont.FreeTypeFont)
    res = ofd.xml(
        "Res", '<ofd:Fonts><ofd:Font ID="3" FontName="E"><ofd:FontFile>e.ttf</ofd:FontFile></ofd:Font></ofd:Fonts>'
    )
    told = (
        '<ofd:CGTransform CodePosition="0" CodeCount="1" GlyphCount="1"><ofd:Glyphs>36</ofd:Glyphs></ofd:CGTransform>'
    )
    files = {"Doc_0/Res.xml": res, "Doc_0/e.ttf": face.font_bytes}
    page = shown(
        tmp_path, ofd.text("甲", 20, 20, inside=told), files=files, common="<ofd:PublicRes>Res.xml</ofd:PublicRes>"
    )
    other = shown(tmp_path, ofd.text("甲", 20, 20))
    assert texts(page) == ["甲"]
    assert ink(pixels(page)) != ink(pixels(other))


def test_the_copy_is_a_plain_picture(tmp_path: Path) -> None:
    (page,) = opened(tmp_path, ofd.small()).pages
    with Image.open(io.BytesIO(page.jpeg)) as copy:
        assert copy.format == "JPEG"
