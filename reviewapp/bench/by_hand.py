"""yangcheng-2023 `car` written out in plain Python, the way a programmer would without schemes: the baseline of
`rules`.

It judges a claim with one paper of each kind exactly as the scheme file does, with the same checks, clauses, values and
sentences to read; what it leaves out is all that makes the rules changeable. Numbers stand in the code on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from reviewapp.bench.hand_claim import NONE, Fields, Finding, HandClaim, parsed
from reviewapp.policy.checks.goods import emission_stage
from reviewapp.policy.identifiers import fold_vin, id_number_ok, uscc_ok
from reviewapp.policy.masks import masked_card_matches
from reviewapp.policy.money import fen_from_words, show_yuan, yuan_from_fen
from reviewapp.policy.names import same_name

_FIRM = re.compile(r"公司|集团|企业|商行|商店|经营部|服务部|合作社|委员会|事务所|中心|学校|医院|工厂|厂$|局$|政府")
_PAPERS = (
    ("id_card", "居民身份证"),
    ("vehicle_invoice", "机动车销售统一发票"),
    ("vehicle_licence", "行驶证"),
    ("vehicle_certificate", "整车出厂合格证"),
    ("bank_card", "银行借记卡"),
    ("pos_slip", "POS签购单"),
    ("car_photo", "车牌与汽车合照"),
)
_ROLES = {"claimant": "申领人", "dealer": "汽车经销商", "shop": "商家", "point": "便民回收点"}
_ENERGIES = {"new_energy": "新能源汽车", "fuel": "燃油汽车"}
_CLASSES = {"passenger": "乘用车", "mini_truck": "微型货车", "light_truck": "轻型货车", "other": "其他车辆"}
_NO_PAYMENT = ("撤销", "退货", "退款", "冲正", "作废", "预授权", "查询", "VOID", "REFUND", "REVERSAL", "PREAUTH")
_CARDS = {"debit": "借记卡", "credit": "信用卡"}
_OPEN = datetime.fromisoformat("2023-12-27T00:00:00+08:00")
_LAST_DAY = datetime.fromisoformat("2024-01-31T00:00:00+08:00")
_TIERS = {
    "fuel": ((20_000_000, 500_000), (10_000_000, 300_000), (6_000_000, 200_000), (3_000_000, 100_000)),
    "new_energy": ((20_000_000, 600_000), (10_000_000, 400_000), (6_000_000, 300_000), (3_000_000, 200_000)),
}
_FROM, _UNTIL = date(2023, 12, 27), date(2024, 1, 15)


def evaluate(facts: Mapping[str, Any]) -> tuple[str, int | None, list[str], list[Finding]]:
    """Outcome, award in fen, missing papers, findings. ValueError or KeyError for malformed facts."""
    papers = {paper["kind"]: parsed(paper.get("fields") or NONE) for paper in facts["papers"]}
    doubtful = {f"{paper['kind']}.{name}" for paper in facts["papers"] for name in paper.get("doubtful") or ()}
    claim = _Rules(facts, papers, doubtful)
    missing = [kind for kind, _ in _PAPERS if kind not in papers]
    for kind, title in _PAPERS:
        there = kind in papers
        text = f"{'已提供' if there else '缺少'}{title}"
        claim.say(f"paper_{kind}", "pass" if there else "fail", "八（二）2", text, {"kinds": kind})
    claim.judge()
    award = claim.award()
    outcomes = {finding[1] for finding in claim.findings}
    outcome = "fail" if "fail" in outcomes else "unsure" if "unsure" in outcomes else "pass"
    return outcome, award, missing, claim.findings


class _Rules(HandClaim):
    """The rules in the order of the scheme."""

    def judge(self) -> None:
        """The checks in the order of the scheme."""
        self.submission()
        self.dates()
        self.people()
        self.money()
        self.goods()
        self.place()
        self.identity()

    def submission(self) -> None:
        """八(二)2, 八(二)5."""
        role = (self.facts.get("submitter") or NONE).get("role")
        allowed = "申领人、汽车经销商"
        if role is None:
            self.say("submitted_by", "unsure", "八（二）2", "没有写明由谁提交，无法核对提交人", {"allowed": allowed})
        elif role in ("claimant", "dealer"):
            self.say("submitted_by", "pass", "八（二）2", f"由{_ROLES[role]}提交", {"role": role, "allowed": allowed})
        else:
            text = f"由{_ROLES[role]}提交，应由{allowed}提交"
            self.say("submitted_by", "fail", "八（二）2", text, {"role": role, "allowed": allowed})
        ends = {"from": "2023-12-27", "until": "2024-01-30"}
        if self.at is None:
            self.say("submitted_in_time", "unsure", "八（二）5", "没有提交时间，“在受理期内提交”无法核验", ends)
            return
        values, shown = ends | {"submitted_at": self.at.isoformat()}, f"提交时间 {self.at:%Y-%m-%d %H:%M:%S}"
        if self.at < _OPEN:
            self.say("submitted_in_time", "fail", "八（二）5", f"{shown}，早于材料受理开始日 2023-12-27", values)
        elif self.at < _LAST_DAY:
            self.say(
                "submitted_in_time", "pass", "八（二）5", f"{shown}，在材料受理 2023-12-27 至 2024-01-30 之内", values
            )
        elif self.statement:
            text = f"{shown}，晚于材料受理截止日 2024-01-30；已附特殊情况说明，转专项审核"
            self.say("submitted_in_time", "unsure", "八（二）5", text, values)
        else:
            self.say("submitted_in_time", "fail", "八（二）5", f"{shown}，晚于材料受理截止日 2024-01-30", values)

    def dates(self) -> None:
        """七(二), 八(二)2."""
        day, used = self.invoice.get("invoice_date"), "vehicle_invoice.invoice_date"
        if day is None:
            self.absent("invoice_in_window", "七（二）", "机动车销售统一发票的开票日期", "开票日期在活动期内")
        else:
            values = {"invoice_date": day.isoformat(), "from": "2023-12-27", "until": "2024-01-15"}
            where = "早于活动开始日 2023-12-27" if day < _FROM else "晚于活动截止日 2024-01-15"
            fits = _FROM <= day <= _UNTIL
            text = f"开票日期 {day}，{'在活动 2023-12-27 至 2024-01-15 之内' if fits else where}"
            self.say("invoice_in_window", "pass" if fits else "fail", "七（二）", text, values, used)
        begins, ends = self.card.get("valid_from"), self.card.get("valid_until")
        if ends is None:
            self.absent("id_card_valid", "八（二）2", "居民身份证的有效期止", "身份证在有效期内")
            return
        if self.at is None:
            self.say("id_card_valid", "unsure", "八（二）2", "没有提交时间，“身份证在有效期内”无法核验", {})
            return
        today, shown = self.at.date(), "长期" if ends == date.max else ends.isoformat()
        values = {"valid_until": shown, "submitted_on": today.isoformat()}
        if ends < today:
            text = f"证件有效期止 {shown}，早于提交日 {today}，已经过期"
            self.say("id_card_valid", "fail", "八（二）2", text, values, "id_card.valid_until")
        elif begins is not None and begins > today:
            text = f"证件有效期起 {begins}，晚于提交日 {today}，尚未生效"
            self.say("id_card_valid", "fail", "八（二）2", text, values, "id_card.valid_from", "id_card.valid_until")
        else:
            text = f"证件有效期止 {shown}，提交日 {today} 仍在有效期内"
            self.say("id_card_valid", "pass", "八（二）2", text, values, "id_card.valid_until")

    def people(self) -> None:
        """七(二), 八(二)1, 八(二)3."""
        name, number = self.invoice.get("buyer_name"), self.invoice.get("buyer_id")
        if name is None:
            self.absent("private_buyer", "七（二）", "机动车销售统一发票的购买方名称", "购车人是个人")
        else:
            firm = number is not None and (
                len(number) == 18 if number.startswith("9") else not id_number_ok(number) and uscc_ok(number)
            )
            firm = firm or _FIRM.search(name) is not None
            text = f"机动车销售统一发票的购买方名称 {name} 是{'单位，不是' if firm else ''}个人消费者"
            used = ("vehicle_invoice.buyer_name", "vehicle_invoice.buyer_id")
            self.say("private_buyer", "fail" if firm else "pass", "七（二）", text, {"buyer_name": name}, *used)
        names = (
            ("applicant.name", "申领人姓名", self.applicant.get("name"), True),
            ("id_card.name", "居民身份证的姓名", self.card.get("name"), True),
            ("vehicle_invoice.buyer_name", "机动车销售统一发票的购买方名称", name, True),
            ("vehicle_licence.owner", "行驶证的所有人", self.licence.get("owner"), True),
            ("tax_payment_proof.taxpayer_name", "车辆购置税完税证明的纳税人名称", self.tax.get("taxpayer_name"), False),
        )
        self.same("same_buyer", "八（二）1", "申领人、购车人、车主为同一人", names, text=True)
        numbers = (
            ("applicant.id_number", "申领人身份证号", self.applicant.get("id_number"), True),
            ("id_card.id_number", "居民身份证的公民身份号码", self.card.get("id_number"), True),
            ("vehicle_invoice.buyer_id", "机动车销售统一发票的购买方证件号码", number, False),
            ("tax_payment_proof.taxpayer_id", "车辆购置税完税证明的纳税人识别号", self.tax.get("taxpayer_id"), False),
        )
        self.same("same_id_number", "八（二）1", "身份证号一致", numbers)
        holder = (names[0], ("account.holder", "银行卡开户人", self.account.get("holder"), True))
        self.same("own_account", "八（二）3", "收款账户为购车人本人", holder, text=True)

    def money(self) -> None:
        """八(二)2, 八(二)3."""
        kind = self.account.get("kind")
        if kind is None:
            self.absent("debit_card", "八（二）3", "卡的种类", "收款账户为借记卡")
        else:
            fits = kind == "debit"
            text = f"卡的种类为{_CARDS.get(kind, kind)}，{'符合要求' if fits else '应为借记卡'}"
            self.say("debit_card", "pass" if fits else "fail", "八（二）3", text, {"kind": kind, "allowed": "debit"})
        number = self.account.get("card_number")
        cards = (
            ("account.card_number", "绑定银行卡号", number and number.replace(" ", ""), True),
            ("bank_card.card_number", "银行借记卡的银行卡号", self.bank.get("card_number"), True),
        )
        self.same("bound_card", "八（二）2", "银行卡与绑定账户一致", cards)
        self.payment(cards[0][2] or cards[1][2])

    def payment(self, card: str | None) -> None:
        """八(二)2: more than 10,000 yuan from the bound card."""
        slip, limit = self.slip, {"least": "大于 10,000.00"}
        if slip is None:
            self.say("card_payment", "unsure", "八（二）2", "没有 POS 签购单，“POS 刷卡金额大于 1 万元”无法核验", limit)
            return
        amount, kind = slip.get("amount"), slip.get("transaction_type")
        plain = (kind or "").upper().replace("预授权完成", "")
        if (amount or 1) <= 0 or any(word in plain for word in _NO_PAYMENT):
            self.say("card_payment", "fail", "八（二）2", "签购单均为撤销、退货或已被撤销，没有有效付款", limit)
            return
        masked, rank = slip.get("card_number_masked"), 0 if amount is not None else 1
        fits = masked_card_matches(masked, card) if masked and card else "unknown"
        rank = 2 if fits == "no" or (amount is not None and amount <= 1_000_000) else max(rank, fits == "unknown")
        read = ("card_number_masked", "transaction_type", "paid_at", "amount")
        if any(f"pos_slip.{name}" in self.doubtful for name in read):
            rank = 1
        shown = show_yuan(amount) if amount is not None else "没有金额"
        whose = {"yes": "与绑定银行卡相符", "no": "不是绑定银行卡", "unknown": "没有可比对的数字"}[fits]
        text = f"POS 刷卡 {shown}，大于 10,000.00，卡号 {masked} {whose}"
        values = limit | {"amount": yuan_from_fen(amount or 0), "together": yuan_from_fen(amount or 0)}
        self.say("card_payment", ("pass", "unsure", "fail")[rank], "八（二）2", text, values)

    def goods(self) -> None:
        """七(二), 四(二)."""
        seller, listed = self.invoice.get("seller_name"), self.context.get("listed_sellers")
        used = "vehicle_invoice.seller_name"
        if seller is None:
            self.absent("listed_dealer", "七（二）", "机动车销售统一发票的销货单位名称", "销售企业在名单内")
        elif any(same_name(seller, name) == "same" for name in self.context.get("excluded") or ()):
            self.say("listed_dealer", "fail", "七（二）", f"销货单位名称 {seller} 已列入失信或除名名单", {}, used)
        elif listed is None:
            self.say(
                "listed_dealer", "unsure", "七（二）", f"销货单位名称 {seller}，没有参与企业名单可供核对", {}, used
            )
        else:
            alike = {same_name(seller, name) for name in listed}
            outcome = "pass" if "same" in alike else "unsure" if "near" in alike else "fail"
            text = f"销货单位名称 {seller} {'在' if outcome == 'pass' else '不在'}参与企业名单之内"
            self.say("listed_dealer", outcome, "七（二）", text, {"seller_name": seller}, used)
        self.trait("energy", "四（二）1", "能源类型", _ENERGIES, ("new_energy", "fuel"))
        self.trait("vehicle_class", "七（二）", "车辆类别", _CLASSES, ("passenger", "mini_truck", "light_truck"))
        self.emission()

    def emission(self) -> None:
        """七(二): 国六."""
        text = self.certificate.get("emission_standard")
        stage = emission_stage(text) if text else None
        if stage is None and self.energy() == "new_energy":
            self.say("emission", "not_applicable", "七（二）", "新能源汽车，不核排放标准", {})
        elif stage is None:
            self.say("emission", "unsure", "七（二）", f"排放标准 {text}，看不出是第几阶段标准", {})
        else:
            said = f"排放标准 {text}，{'达到' if stage >= 6 else '未达到'}国六"
            used = "vehicle_certificate.emission_standard"
            self.say(
                "emission", "pass" if stage >= 6 else "fail", "七（二）", said, {"emission_standard": text or ""}, used
            )

    def place(self) -> None:
        """七(二): registered and taxed in the county."""
        plate, address = self.licence.get("plate"), self.licence.get("address")
        office = self.tax.get("tax_authority")
        sources = (("vehicle_licence.address", address), ("tax_payment_proof.tax_authority", office))
        if plate is not None and not plate.startswith("晋E"):
            text = f"号牌号码 {plate}，不是本地号牌（晋E）"
            self.say("registered_in_county", "fail", "七（二）", text, {"plate": plate}, "vehicle_licence.plate")
        else:
            self.in_county("registered_in_county", "在本县上户", sources)
        self.in_county("tax_in_county", "在本县缴纳购置税", sources[1:])

    def identity(self) -> None:
        """八(二)2, 八(一)2."""
        vins = (
            ("vehicle_invoice.vin", "机动车销售统一发票的车架号", self.invoice.get("vin"), True),
            ("vehicle_licence.vin", "行驶证的车辆识别代号", self.licence.get("vin"), True),
            ("vehicle_certificate.vin", "整车出厂合格证的车辆识别代号", self.certificate.get("vin"), False),
            ("tax_payment_proof.vin", "车辆购置税完税证明的车辆识别代号", self.tax.get("vin"), False),
        )
        self.same("same_vehicle", "八（二）2", "车架号一致", vins, vin=True)
        plates = (
            ("vehicle_licence.plate", "行驶证的号牌号码", self.licence.get("plate"), False),
            ("car_photo.plate", "车牌与汽车合照的车牌号", self.photo.get("plate"), False),
        )
        self.same("same_plate", "八（二）2", "合照车牌与行车证一致", plates, lone="not_applicable")
        self.words()
        self.claimed([field[2] for field in vins[:2] if field[2] is not None])

    def words(self) -> None:
        """八(二)2: 大写 and 小写."""
        words, total = self.invoice.get("total_in_words"), self.invoice.get("total")
        used = ("vehicle_invoice.total_in_words", "vehicle_invoice.total")
        if words is None or total is None:
            self.absent("total_in_words", "八（二）2", "价税合计大写", "发票金额大小写一致", "not_applicable")
            return
        fen = fen_from_words(words)
        values = {"total_in_words": words, "total": yuan_from_fen(total)}
        outcome = "unsure" if fen is None else "pass" if fen == total else "fail"
        text = f"价税合计 {show_yuan(total)}，与大写 {words} {'一致' if outcome == 'pass' else '不一致'}"
        self.say("total_in_words", outcome, "八（二）2", text, values, *used)

    def claimed(self, vins: list[str]) -> None:
        """八(一)2."""
        prior, number, code = (
            self.context.get("prior_claims"),
            self.invoice.get("invoice_number"),
            self.invoice.get("invoice_code"),
        )
        if prior is None:
            self.say("never_claimed", "unsure", "八（一）2", "没有查到以往申领记录，无法核对是否重复申领", {})
            return
        live = [claim for claim in prior if _counts(claim)]
        outcome, text = _clash(live, vins, code, number)
        used = (
            "vehicle_invoice.vin",
            "vehicle_licence.vin",
            "vehicle_invoice.invoice_code",
            "vehicle_invoice.invoice_number",
        )
        self.say("never_claimed", outcome, "八（一）2", text, {"invoice_number": number or ""}, *used)

    def award(self) -> int | None:
        """四(二)1, 四(二)2."""
        energy, total = self.energy(), self.invoice.get("total")
        clause = "四（二）2" if energy == "fuel" else "四（二）1"
        if energy is None or total is None:
            self.say("award", "unsure", clause, "消费券金额无法算出", {})
            return None
        used, amount = "vehicle_invoice.total", f"{_ENERGIES[energy]}，价税合计 {show_yuan(total)}"
        values = {"total": yuan_from_fen(total), "energy": energy}
        if total < 3_000_000:
            self.say("award", "fail", clause, f"{amount}，低于最低一档 30,000.00，没有补贴", values, used)
            return None
        fen = next(pays for least, pays in _TIERS[energy] if total >= least)
        text = f"{amount}，消费券金额 {show_yuan(fen)}"
        self.say("award", "pass", clause, text, values | {"award": yuan_from_fen(fen)}, used)
        return fen


def _counts(claim: Fields) -> bool:
    own = (claim.get("scheme") or "yangcheng-2023", claim.get("programme") or "car") == ("yangcheng-2023", "car")
    return own and claim.get("state") not in ("rejected", "withdrawn", "lapsed")


def _clash(live: list[Fields], vins: list[str], code: str | None, number: str | None) -> tuple[str, str]:
    outcome, text = "pass", "该车辆和发票没有申领记录"
    own = {fold_vin(vin) for vin in vins} if live else set()
    for claim in live:
        if claim.get("vin") and fold_vin(claim["vin"]) in own:
            return "fail", f"车架号 {claim['vin']} 已申领过"
        if number is not None and claim.get("invoice_number") == number:
            if claim.get("invoice_code") == code:
                return "fail", f"发票 {number} 已申领过"
            if not (claim.get("invoice_code") and code):
                outcome, text = "unsure", f"发票号码 {number} 已有申领，但发票代码不全，请核对是否同一张发票"
    if outcome == "pass" and live and not (vins and number):
        return "unsure", "车架号或发票号码不全，无法与以往申领核对"
    return outcome, text


def told(facts: Mapping[str, Any]) -> tuple[Any, ...]:
    """Outcome, award, missing papers and the outcome of each check."""
    outcome, award, missing, findings = evaluate(facts)
    return outcome, award, missing, {finding[0]: finding[1] for finding in findings}
