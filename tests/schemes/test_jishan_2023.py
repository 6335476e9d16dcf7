"""稷山 2023 from end to end: what the command prints, and that the cases are of invented people."""

import json
from typing import Any

from click.testing import CliRunner

from reviewapp import schemes
from reviewapp.cli.schemes import schemes as command
from tests.schemes.invented import wrong_identifiers

CODE = "jishan-2023"
SHOP = "稷山县样例特产店"


def evaluate(*given: dict[str, Any]) -> list[dict[str, Any]]:
    result = CliRunner().invoke(command, ["evaluate", CODE, "-"], input=json.dumps(given))
    assert result.exit_code == 0, result.stderr
    return list(json.loads(result.stdout))


def settled(*slips: dict[str, str]) -> dict[str, Any]:
    """A shop's claim with nothing but what decides."""
    return {
        "programme": "specialty-settlement",
        "submitted_at": "2023-07-05T09:30:00+08:00",
        "submitter": {"role": "shop"},
        "account": {"holder": SHOP},
        "papers": [{"kind": "voucher_slip", "fields": slip} for slip in slips],
        "context": {"listed_sellers": [SHOP], "prior_claims": []},
    }


def test_a_complete_claim_names_the_clause_of_everything_it_says() -> None:
    (result,) = evaluate(dict(schemes.cases(CODE)[0].facts))
    assert (result["outcome"], result["award"], result["pool"]) == ("pass", "6400.00", "car")
    assert (result["version"], result["missing"], result["special_review"]) == ("1", [], False)
    clauses = schemes.load(CODE).clauses
    assert all(finding["clause"] in clauses and finding["message"] for finding in result["findings"])
    award = next(finding for finding in result["findings"] if finding["check"] == "award")
    assert award["values"] == {"total": "128000.00", "rate": "5%", "award": "6400.00"}


def test_what_is_missing_is_told_beside_what_is_left() -> None:
    (result,) = evaluate({"programme": "car", "declared": {"energy": "fuel"}})
    assert (result["outcome"], result["award"]) == ("fail", None)
    assert result["missing"] == ["id_card", "bank_card", "vehicle_invoice", "vehicle_licence"]


def test_a_shop_settles_many_slips_at_once() -> None:
    slips = [{"face_value": f"{at}.00", "order_amount": f"{at * 10}.00"} for at in range(1, 101)]
    many, none = evaluate(settled(*slips), settled())
    assert (many["outcome"], many["award"], many["pool"]) == ("pass", "5050.00", "specialty")
    assert (none["outcome"], none["award"], none["missing"]) == ("fail", None, ["voucher_slip"])


def test_no_amount_caps_what_a_car_is_worth() -> None:
    programmes = schemes.load(CODE).programmes
    assert [programme.most_fen for programme in programmes.values()] == [None, None]
    assert "按比例，不封顶" in CliRunner().invoke(command, ["list"]).stdout


def test_the_cases_are_of_invented_people_with_right_check_digits() -> None:
    assert wrong_identifiers(CODE) == []
