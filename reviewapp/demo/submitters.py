"""What claimants and dealers do: hand files in, look at what was read, put the claim in. Honest, and a little tired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from reviewapp import clock
from reviewapp.demo.office import Office
from reviewapp.demo.rendering import Renderer
from reviewapp.demo.scenario_model import Plan, PlannedFile
from reviewapp.errors import ReviewError
from reviewapp.models import Actor, Claim
from reviewapp.services import facts, fields, intake, payouts, queue
from reviewapp.services.facts import CurrentFact, CurrentFacts, CurrentPaper
from reviewapp.services.grouping import same_value
from reviewapp.services.intake import FactChange
from reviewapp.services.values import BadValue, normalise

#: Read off a seal; nobody types it.
_SEALS = frozenset({"seal_authority"})


@dataclass
class Submitter:
    """One claim in the hands of the person who puts it in; `refusal` is the first submission's error, if any."""

    office: Office
    renderer: Renderer
    plan: Plan
    actor: Actor
    claim_id: int = 0
    refusal: str | None = None

    def start(self) -> None:
        """Open a draft."""
        with self.office.writing() as session:
            claim = intake.create_draft(
                session,
                self.actor,
                clock.now(),
                scheme_code=self.plan.scheme,
                programme="car",
                form_key=f"demo-{self.plan.id}",
            )
            self.claim_id = claim.id

    def hand_in(self, file: PlannedFile) -> None:
        """Upload one file; the workers begin to read it."""
        path = self.renderer.wait(file)
        with path.open("rb") as stream:
            received = intake.receive(self.office.app.extensions["storage"], stream, path.name)
        with self.office.writing() as session:
            intake.add_upload(session, self.actor, clock.now(), self.claim_id, received)

    def look_through(self) -> None:
        """Compare what was read with the papers: name wrong kinds, confirm or correct values, fill in the rest."""
        self.office.wait_read([self.claim_id])
        if self._name_kinds():
            self.office.wait_read([self.claim_id])
        with self.office.writing() as session:
            present = facts.current(session, session.get_one(Claim, self.claim_id))
            self._enter(session, list(self._on_papers(present)))
            present = facts.current(session, session.get_one(Claim, self.claim_id))
            self._enter(session, list(self._in_sections(session.get_one(Claim, self.claim_id), present)))

    def submit(self) -> bool:
        """Put the claim in; False when it is refused, which is remembered."""
        try:
            with self.office.writing() as session:
                claim = session.get_one(Claim, self.claim_id)
                put_in = queue.resubmit if claim.state == "returned" else queue.submit
                put_in(session, self.actor, clock.now(), claim.id, claim.revision)
        except ReviewError as error:
            self.refusal = error.code
            return False
        return True

    def supply(self) -> None:
        """Hand in what was asked for; where it takes the place of a paper, that one is taken out first."""
        for kind in self.plan.swaps:
            self._take_out(kind)
        for file in self.plan.later:
            self.hand_in(file)
        self.look_through()

    def give_new_card(self) -> None:
        """After a failed payout: another card of one's own."""
        card = self.plan.new_card
        if card is None:
            raise ValueError(f"{self.plan.id} has no other card")
        given = payouts.NewCard(self.plan.purchase.buyer.name, card.number, card.bank)
        with self.office.writing() as session:
            revision = session.get_one(Claim, self.claim_id).revision
            payouts.give_new_card(session, self.actor, clock.now(), self.claim_id, revision, given)

    # --- papers -------------------------------------------------------------------------------------------------------

    def _file_of(self, paper: CurrentPaper) -> PlannedFile:
        name = paper.paper.pages[0].upload.name
        return next(file for file in self.plan.all_files if file.name == name)

    def _name_kinds(self) -> bool:
        with self.office.writing() as session:
            papers = facts.current(session, session.get_one(Claim, self.claim_id)).papers
            wrong = [(paper.paper.public_id, self._file_of(paper).kind) for paper in papers if self._is_other(paper)]
            for public_id, kind in wrong:
                intake.set_kind(session, self.actor, clock.now(), self.claim_id, public_id, kind)
        return bool(wrong)

    def _is_other(self, paper: CurrentPaper) -> bool:
        return self._file_of(paper).kind != paper.paper.kind

    def _take_out(self, kind: str) -> None:
        with self.office.writing() as session:
            present = facts.current(session, session.get_one(Claim, self.claim_id))
            for paper in present.of_kind(kind):
                intake.remove_paper(session, self.actor, clock.now(), self.claim_id, paper.paper.public_id)

    # --- values -------------------------------------------------------------------------------------------------------

    def _on_papers(self, present: CurrentFacts) -> Iterator[FactChange]:
        for paper in present.papers:
            truth = self._file_of(paper).values
            for known in fields.of_kind(paper.paper.kind):
                change = FactChange("paper", paper.paper.public_id, known.name, truth.get(known.name, ""))
                if _needs(known, paper.facts.get(known.name), change.value):
                    yield change

    def _in_sections(self, claim: Claim, present: CurrentFacts) -> Iterator[FactChange]:
        for section, values in self._own_words().items():
            for name, value in values.items():
                known = fields.find(claim, section, name)
                if known is not None and _needs(known, present.sections[section].get(name), value):
                    yield FactChange(section, None, name, value)

    def _own_words(self) -> dict[str, dict[str, str]]:
        """What the submitter knows of applicant, account and car."""
        bought = self.plan.purchase
        buyer = bought.buyer
        return {
            "applicant": {"name": buyer.name, "id_number": buyer.id_number, "phone": buyer.phone},
            "account": {"holder": buyer.name, "card_number": bought.card.number, "kind": "debit"},
            "declared": {"energy": bought.vehicle.energy, "vehicle_class": self.plan.vehicle_class},
        }

    def _enter(self, session: Session, changes: list[FactChange]) -> None:
        if changes:
            intake.set_facts(session, self.actor, clock.now(), self.claim_id, None, changes)


def _needs(known: fields.Field, now: CurrentFact | None, truth: object) -> bool:
    """Does an honest person touch this field: it is in doubt, wrong, or not there though the paper says it?"""
    if now is None or now.value is None:
        return truth != "" and known.name not in _SEALS
    return now.row.doubtful or not _agrees(known, now.value, truth)


def _agrees(known: fields.Field, value: object, truth: object) -> bool:
    try:
        meant = normalise(known.form, truth)
    except BadValue:
        return False
    return meant is not None and same_value(value, meant)
