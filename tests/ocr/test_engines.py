"""Engines by name, what is said when one is missing, and recorded output played back."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from reviewapp.ocr.engines import MAKERS, EngineMissing, Pixels, Recognised, engine_named, rapid
from reviewapp.ocr.engines.replay import NotRecorded, RecordingEngine, ReplayEngine, seen_from, told_by
from reviewapp.ocr.lines import box_quad, make_line


class Scripted:
    """An engine that sees the same two lines on every picture."""

    name = "scripted"
    scores_tell = False

    def warm_up(self) -> None:
        """Nothing to load."""

    def recognise(self, image: Pixels) -> Recognised:
        scores = [0.98765, 0.4, 1.0, 0.12345, 0.8, 0.7]
        places = [0.1, 0.2, 0.45, 0.6, 0.8, 0.95]
        lines = (
            make_line("价税合计12", [(10.25, 20.5), (300, 22), (300, 60), (10, 58)], places=places, scores=scores),
            make_line("湘", [(5, 5), (25, 5), (25, 25), (5, 25)]),
        )
        return Recognised(lines, 90, (image.shape[0], image.shape[1]))


@pytest.fixture
def page() -> Pixels:
    return np.arange(60 * 40, dtype=np.uint8).reshape(60, 40)


def test_what_was_recorded_is_played_back_to_the_last_score(tmp_path: Path, page: Pixels) -> None:
    seen = RecordingEngine(Scripted(), tmp_path / "seen").recognise(page)
    replay = ReplayEngine(tmp_path / "seen")
    again = replay.recognise(page.copy())
    assert (replay.name, replay.scores_tell) == ("scripted", False)
    assert (again.rotation, again.size) == (seen.rotation, seen.size)
    for one, other in zip(again.lines, seen.lines, strict=True):
        assert one.text == other.text
        assert np.allclose(one.quad, other.quad, atol=0.01)
        assert one.places == pytest.approx(other.places, abs=1e-5)
        assert one.scores == pytest.approx(other.scores, abs=1e-4)


def test_one_other_pixel_is_another_picture(tmp_path: Path, page: Pixels) -> None:
    RecordingEngine(Scripted(), tmp_path).recognise(page)
    page[0, 0] ^= 1
    with pytest.raises(NotRecorded, match="重新录制"):
        ReplayEngine(tmp_path).recognise(page)


def test_a_folder_that_holds_no_recording_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotRecorded, match="--record"):
        ReplayEngine(tmp_path)


def test_a_short_recording_keeps_whole_numbers_and_leaves_out_what_is_certain(page: Pixels) -> None:
    told = told_by(Scripted().recognise(page))
    assert told["lines"][0][1][:2] == [10, 20]
    assert told["lines"][1][2:] == [None, None]
    assert seen_from(told, page.shape).lines[1].scores == (1.0,)


@pytest.mark.parametrize("name", ["rapidocr", "openvino"])
def test_a_runtime_that_is_not_installed_is_named_with_what_to_do(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rapid, "find_spec", lambda package: None if package == rapid_package(name) else object())
    engine = MAKERS[name](1)
    assert engine.name == name
    with pytest.raises(EngineMissing, match=f"{rapid_package(name)}.*改用") as raised:
        engine.warm_up()
    assert raised.value.code == "engine_missing"


def rapid_package(name: str) -> str:
    return "onnxruntime" if name == "rapidocr" else name


def test_an_engine_is_made_once_a_process() -> None:
    assert engine_named("tesseract", 1) is engine_named("tesseract", 1)


class Spelled:
    """rapidocr's recogniser, which reads a picture's width and height and notes how many it is shown at once."""

    def __init__(self) -> None:
        self.shown: list[int] = []

    def crop_text_regions(self, image: Pixels, boxes: np.ndarray) -> list[Pixels]:
        return [image[int(box[0][1]) : int(box[2][1]), int(box[0][0]) : int(box[2][0])] for box in boxes]

    def recognize_txt(self, crops: list[Pixels]) -> SimpleNamespace:
        self.shown.append(len(crops))
        words = SimpleNamespace(word_cols=[], confs=[], line_txt_len=0)
        texts = [f"{crop.shape[1]}x{crop.shape[0]}" for crop in crops]
        return SimpleNamespace(txts=texts, scores=[0.9] * len(crops), word_results=[words] * len(crops))


def test_very_wide_lines_are_shown_one_by_one_and_all_stay_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    spelled = Spelled()
    monkeypatch.setattr(rapid, "_load", lambda runtime, threads: spelled)
    widths = [100, 900, 200, 800]
    boxes = np.array([box_quad((0, 20 * row, width, 20 * row + 20)) for row, width in enumerate(widths)], np.float32)
    lines = rapid.RapidEngine(1)._read(np.zeros((80, 1000, 3), np.uint8), boxes)
    assert [line.text for line in lines] == ["100x20", "900x20", "200x20", "800x20"]
    assert [line.quad[1][0] for line in lines] == widths
    assert spelled.shown == [2, 1, 1]


def test_openvino_sees_few_widths_and_its_answer_is_cut_to_the_line() -> None:
    seen: list[tuple[int, ...]] = []

    def session(batch: np.ndarray) -> np.ndarray:
        seen.append(batch.shape)
        return np.arange(batch.shape[-1] // 8, dtype=np.float32).reshape(1, -1, 1).repeat(len(batch), 0)

    cut = rapid._WidthsInSteps(session)
    for width, columns in ((320, 40), (321, 41), (384, 48)):
        answer = cut(np.zeros((2, 3, 48, width), np.float32))
        assert answer[1, :, 0].tolist() == list(range(columns))
    assert [shape[-1] for shape in seen] == [320, 384, 384]
