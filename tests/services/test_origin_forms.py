"""The printed form: known again by its code when it comes back, whoever made or altered it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import segno
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reviewapp.db import transaction
from reviewapp.errors import IllegalMove, InvalidValue, NotFound
from reviewapp.models import Actor, Claim, Event, Fact, OriginForm, OriginScan, Paper, Upload, User
from reviewapp.queries import origin_codes
from reviewapp.services import intake, origin_forms, origin_scans, queue, reading
from reviewapp.signing import Signer
from reviewapp.storage import Storage, storage_from_url
from tests import factories
from tests.factories import NOW
from tests.factories import collection as made
from tests.services.paperwork import SIGNER, ScriptedReader, picture, seen
from tests.support.both import both_databases

VALUES = {"villager_name": "测试甲", "vin": "LXX12345678900001", "engine_number": "157FMI000001", "village": "样例村"}


@pytest.fixture
def clerk(session: Session) -> User:
    return made.clerk(session)


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    return storage_from_url(f"file:{tmp_path / 'uploads'}")


def _form(session: Session, claim: Claim, **values: str) -> OriginForm:
    return origin_forms.make(session, Actor.of(claim.entered_by), NOW, claim.id, VALUES | values)


def _address(form: OriginForm, signer: Signer = SIGNER) -> str:
    return f"https://example.org/claims/origin/{form.public_id}/{origin_forms.signature(signer, form)}"


def _photograph(code: str) -> bytes:
    """A page with that square code on it."""
    drawn, page, out = io.BytesIO(), Image.new("RGB", (900, 1200), "white"), io.BytesIO()
    segno.make_qr(code, error="m").save(drawn, kind="png", scale=5, border=4)
    page.paste(Image.open(drawn), (60, 700))
    page.save(out, "JPEG")
    return out.getvalue()


def _upload(session: Session, store: Storage, claim: Claim, content: bytes, reader: ScriptedReader) -> Upload:
    received = intake.receive(store, io.BytesIO(content), "照片.jpg")
    with transaction(session):
        upload = intake.add_upload(session, Actor.of(claim.entered_by), NOW, claim.id, received)
        upload_id = upload.id
    reading.read_upload(session, store, reader, SIGNER, upload_id, NOW)
    return session.get_one(Upload, upload_id, populate_existing=True)


def _said(session: Session, claim: Claim) -> list[str]:
    return [code.text for code in origin_codes.of_claim(session, claim).values()]


@both_databases
def test_printed_again_unchanged_it_is_the_same_form(session: Session, clerk: User) -> None:
    claim = made.draft(session, clerk)
    known = origin_forms.proposed(session, claim)
    assert (known["vin"], known["village"], known["plate"]) == (made.frame_number(0), "", "")
    form = _form(session, claim)
    assert _form(session, claim) is form
    assert _form(session, claim, plate="晋E12345") is not form
    assert origin_forms.proposed(session, claim)["village"] == "样例村", "as last time"
    assert session.scalar(select(func.count(Event.id)).where(Event.action == "print_origin_form")) == 2
    with pytest.raises(InvalidValue, match="车架号太长"):
        _form(session, claim, vin="L" * 31)
    with pytest.raises(NotFound):
        origin_forms.make(session, Actor.of(made.clerk(session, 2)), NOW, claim.id, VALUES)
    queue.submit(session, Actor.of(clerk), NOW, claim.id, claim.revision)
    with pytest.raises(IllegalMove, match="不能再改"):
        _form(session, claim, plate="无")


def test_a_programme_without_the_paper(session: Session) -> None:
    claim = factories.claim(session, pool=factories.pool(session, scheme_code="yangcheng-2023"))
    with pytest.raises(IllegalMove, match="不用车辆合法来源证明"):
        _form(session, claim)


def test_codes_nobody_here_signed(session: Session, clerk: User) -> None:
    form, other = _form(session, made.draft(session, clerk)), _form(session, made.draft(session, clerk, 1))
    assert origin_forms.find(session, SIGNER, _address(form)) is form
    stolen = _address(form).replace(form.public_id, other.public_id)
    for code in (_address(form, Signer(b"1" * 32)), stolen, _address(form)[:-1], "https://example.org/", ""):
        assert origin_forms.find(session, SIGNER, code) is None


@both_databases
def test_the_code_says_what_the_page_is(session: Session, clerk: User, store: Storage) -> None:
    claim = made.draft(session, clerk)
    reader, form = ScriptedReader(), _form(session, claim)
    fields = {"vin": VALUES["vin"], "engine_number": "157FM1000001", "plate": "晋E1"}
    reader.script[900] = seen("other", {})
    content = _photograph(_address(form))
    session.commit()
    real = reader.read
    reader.read = lambda page, kind=None: (  # type: ignore[method-assign]
        [seen("origin_certificate", fields, ("vin", "engine_number"))] if kind else real(page)
    )
    _upload(session, store, claim, content, reader)
    (paper,) = session.scalars(select(Paper).where(Paper.claim_id == claim.id, Paper.kind == "origin_certificate"))
    facts = {row.field: row for row in session.scalars(select(Fact).where(Fact.paper_id == paper.id))}
    assert not facts["vin"].doubtful, "borne out by what was printed"
    assert (facts["engine_number"].doubtful, facts["engine_number"].alternatives) == (True, ["157FMI000001"])
    assert not facts["plate"].doubtful, "nothing was printed there: as it was read"
    assert _said(session, claim) == ["二维码与本申请一致，由本系统打印。"]


@both_databases
def test_whose_form_it_is_is_told(session: Session, clerk: User, store: Storage) -> None:
    claim, own, far = (
        made.draft(session, clerk), made.draft(session, clerk, 1), made.draft(session, made.clerk(session, 4), 2),
    )  # fmt: skip
    codes = [_address(_form(session, one)) for one in (own, far)]
    codes.append(_address(_form(session, claim), Signer(b"1" * 32)))
    session.commit()
    reader = ScriptedReader({900: seen("origin_certificate", {})})
    for code in codes:
        _upload(session, store, claim, _photograph(code), reader)
    another, elsewhere, forged = _said(session, claim)
    assert "本点另一份申请（尚未提交的一份）" in another
    assert made.POINTS[4] in elsewhere
    assert "不是本系统签发" in forged
    assert {code.outcome for code in origin_codes.of_claim(session, claim).values()} == {"fail"}
    _upload(session, store, claim, picture(640), ScriptedReader({640: seen("origin_certificate", {})}))
    assert len(_said(session, claim)) == 3, "a form without a code is taken as ever"


@both_databases
def test_a_photograph_finds_its_claim(session: Session, clerk: User, store: Storage) -> None:
    claim, far = made.draft(session, clerk), made.draft(session, made.clerk(session, 4), 2)
    form, foreign = _form(session, claim), _form(session, far)
    put_in = made.draft(session, clerk, 3)
    late = _form(session, put_in)
    queue.submit(session, Actor.of(clerk), NOW, put_in.id, put_in.revision)
    session.commit()
    codes = (
        _address(form),
        _address(foreign),
        _address(form, Signer(b"1" * 32)),
        "https://example.org",
        _address(late),
    )
    scans = [_scan(session, store, clerk, _photograph(code)) for code in codes]
    assert [scan.state for scan in scans] == ["filed", *["refused"] * 4]
    assert scans[0].claim_id == claim.id
    for scan, said in zip(scans[1:], (made.POINTS[4], "不是本系统签发", "没有读到二维码", "不能再改"), strict=True):
        assert said in (scan.refusal or "")
    (upload,) = session.scalars(select(Upload).where(Upload.claim_id == claim.id))
    assert (upload.sha256, upload.state) == (scans[0].sha256, "waiting")
    again = _scan(session, store, clerk, _photograph(_address(form)))
    assert (again.id, session.query(Upload).count()) == (scans[0].id, 1), "the same photograph is filed once"


def _scan(session: Session, store: Storage, clerk: User, content: bytes) -> OriginScan:
    received = intake.receive(store, io.BytesIO(content), "照片.jpg")
    with transaction(session):
        scan_id = origin_scans.receive(session, Actor.of(clerk), NOW, received).id
    origin_scans.find(session, store, SIGNER, scan_id, NOW)
    return session.get_one(OriginScan, scan_id, populate_existing=True)
