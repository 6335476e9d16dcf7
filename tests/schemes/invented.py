"""Whether the people, cards and cars of a scheme's cases are invented and hold together."""

import tomllib
from collections.abc import Iterator

from reviewapp import schemes
from reviewapp.policy.identifiers import card_ok, id_number_ok, phone_ok, vin_check_digit_ok

INVENTED = ("测试", "样例", "试制", "范例", "模拟")
_TESTS = {"id_number": id_number_ok, "card_number": card_ok, "phone": phone_ok, "vin": vin_check_digit_ok}


def wrong_identifiers(code: str) -> list[str]:
    """Names that are not plainly invented and identifiers that do not hold, in the complete claims of cases.toml."""
    return list(_wrong(code))


def _wrong(code: str) -> Iterator[str]:
    bases = tomllib.loads(schemes.texts(code).cases)["bases"]
    for name, facts in bases.items():
        sections = [facts["applicant"], facts["account"], *(paper["fields"] for paper in facts["papers"])]
        for key, value in [entry for section in sections for entry in section.items()]:
            if key in _TESTS and not _TESTS[key](value):
                yield f"{name}: {key} {value}"
            if key in ("name", "holder", "owner", "buyer_name", "seller_name") and not any(
                word in value for word in INVENTED
            ):
                yield f"{name}: {key} {value}"
