"""One collective of the demonstration: a real node in a folder of its own, with synthetic members."""

import io
import secrets
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from marke.codebook.builtin import read_builtin
from marke.codebook.model import Purpose
from marke.governance.mode import Standing
from marke.questions.reference import Known
from marke.vocabulary.actor import Actor, ActorKind
from marke.vocabulary.ids import content_hash
from marke_deploy.demo.consortium import DemoConsortium, present
from marke_deploy.demo.population import FED_IN, GAS, POWER, YEARS, SyntheticCollective, SyntheticHousehold
from marke_deploy.demo_files import dsmr_reader, econobis_members
from marke_ground.store.engine import Session, open_engine, transaction
from marke_ground.web import links
from marke_node.app import make_agent
from marke_node.config import NodeConfig
from marke_node.hub_link.address import HubAddress
from marke_node.hub_link.link import HubLink
from marke_node.jobs.agent import Agent
from marke_node.jobs.join_hub import Wish, join_hub
from marke_node.services import (
    add_household,
    commit_import,
    derive_facts,
    give_consent,
    import_members,
    record_fact,
    register_member,
)
from marke_node.services.decide_question import approve_question, refuse_question
from marke_node.services.give_consent import ConsentText, Yes
from marke_node.services.import_members import MembersRequest
from marke_node.services.node import make_node
from marke_node.services.read_import import ImportRequest
from marke_node.services.record_fact import DirectFact, FactSheet
from marke_node.services.register_member import NewMember
from marke_node.services.standing_rules import set_standing
from marke_node.store.access import ACCESS
from marke_node.store.facts import Origin

BOARD = Actor(ActorKind.BOARD, "demo")
FOUNDED = date(2020, 1, 1)
_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_TEXT = ConsentText(text_hash=content_hash(b"demonstration: synthetic members"), channel="import")
_NEWCOMERS = 4
"""Members who came in by the member list and have not been asked for consent yet."""


class Village:
    """A node at work in this process; its folder could be served by `marke node serve` as it stands."""

    def __init__(self, homes: SyntheticCollective, folder: Path, port: int) -> None:
        self.homes = homes
        environ = {"MARKE_HOME": str(folder), "MARKE_ENV": "demo", "MARKE_LISTEN": f"127.0.0.1:{port}"}
        self.config = NodeConfig.from_environ(environ)
        self.node = make_node(self.config, None, secrets.token_bytes, now=present())
        self.collective = ""

    @cached_property
    def engine(self) -> Engine:
        """The node's own database."""
        return open_engine(self.config.database_url)

    @cached_property
    def agent(self) -> Agent:
        """The node's agent, once it has joined."""
        return make_agent(self.node, self.engine)

    def join(self, consortium: DemoConsortium) -> str:
        """Join by invitation over HTTP; the board compares the six words of the root. Returns the key's six words."""
        wish = Wish(consortium.invite(self.homes.name), self.homes.name, self.node.key, allow_demo=True)
        expected = wish.invitation.fingerprint
        with closing(HubLink(HubAddress.parse(consortium.url))) as link:
            return join_hub(self.engine, link, wish, confirm=lambda words: words == expected, by=BOARD, now=present())

    def close(self) -> None:
        """Let go of the hub and of the database."""
        if "agent" in self.__dict__:
            self.agent.close()
        self.engine.dispose()

    def settle(self, *, with_meter_file: bool) -> None:
        """Fill the node: members, consents, yearly totals, and one home by the hourly file of its meter."""
        codebook, now = read_builtin(), present()
        homes = self.homes.households
        with transaction(self.engine) as session:
            new = [add_household.NewHousehold(FOUNDED, one.codes) for one in homes]
            ids = add_household.add_many(session, households=new, codebook=codebook, by=BOARD, now=now)
            people = [
                NewMember(household=id_, name=f"Synthetisch lid {one.number}", joined=FOUNDED)
                for id_, one in zip(ids, homes, strict=True)
            ]
            members = register_member.register_many(session, members=people, by=BOARD, now=now)
            self._consents(session, members, now)
            metered = self._first_metered() if with_meter_file else None
            self._yearly_totals(session, dict(zip(ids, homes, strict=True)), metered, now)
            self._member_list(session, now)
            if metered is not None:
                self._meter_file(session, ids[metered.number - 1], metered, now)
            for year in YEARS:
                derive_facts.derive(session, codebook=codebook, period=str(year), by=BOARD, now=now)

    def _consents(self, session: Session, members: Sequence[str], now: datetime) -> None:
        yes = [
            Yes(member, Purpose.BENCHMARK, None)
            for member, one in zip(members, self.homes.households, strict=True)
            if one.consents
        ]
        give_consent.give(session, given=yes, text=_TEXT, by=BOARD, now=now)

    def _first_metered(self) -> SyntheticHousehold | None:
        wanted = {(variable, METERED_YEAR) for variable in (GAS, POWER, FED_IN)}
        return next((one for one in self.homes.households if one.consents and wanted <= set(one.values)), None)

    def _yearly_totals(
        self,
        session: Session,
        homes: Mapping[str, SyntheticHousehold],
        metered: SyntheticHousehold | None,
        now: datetime,
    ) -> None:
        for variable, year in sorted({key for one in homes.values() for key in one.values}):
            facts = [
                DirectFact(id_, one.values[variable, year])
                for id_, one in homes.items()
                if (variable, year) in one.values and not (one is metered and year == METERED_YEAR)
            ]
            sheet = FactSheet(variable, str(year), Origin.YEARLY_TOTAL, facts)
            record_fact.record(session, sheet=sheet, codebook=read_builtin(), by=BOARD, now=now)

    def _member_list(self, session: Session, now: datetime) -> None:
        people = [
            {
                "voornaam": "Synthetisch",
                "achternaam": f"Nieuwkomer {number}",
                "straat": "Brinkweg",
                "huisnummer": str(number),
                "postcode": "9999ZZ",
                "woonplaats": "Nergens",
            }
            for number in range(1, _NEWCOMERS + 1)
        ]
        request = MembersRequest(io.BytesIO(econobis_members(people)), self.node.pseudonym_secret)
        import_members.commit(session, request=request, by=BOARD, now=now)

    def _meter_file(self, session: Session, household: str, one: SyntheticHousehold, now: datetime) -> None:
        start = datetime(METERED_YEAR, 1, 1, tzinfo=_AMSTERDAM).astimezone(UTC)
        after = datetime(METERED_YEAR + 1, 1, 1, tzinfo=_AMSTERDAM).astimezone(UTC)
        hours = int((after - start) / timedelta(hours=1))
        power, fed_in, gas = (
            spread_over(one.values[variable, METERED_YEAR] * 1000, hours) for variable in (POWER, FED_IN, GAS)
        )
        rows = ((0, power[hour], 0, fed_in[hour], gas[hour]) for hour in range(hours))
        request = ImportRequest(io.BytesIO(dsmr_reader(start, rows)), self.node.pseudonym_secret, household=household)
        commit_import.commit(session, request=request, by=BOARD, now=now)

    def hold_everything(self) -> None:
        """Let the board of this collective look at every question before it is answered."""
        with transaction(self.engine) as session:
            set_standing(session, standing=Standing(purposes=frozenset()), by=BOARD, now=present())

    def board_decides(self, round_id: str, *, agrees: bool) -> None:
        """Approve or refuse a held question, as the board does on its page."""
        with transaction(self.engine) as session:
            point = self.node.standpoint(session)
            if agrees:
                approve_question(session, round_id=round_id, standpoint=point, by=BOARD, now=present())
            else:
                refuse_question(
                    session,
                    round_id=round_id,
                    standpoint=point,
                    by=BOARD,
                    now=present(),
                    why="eerst bespreken op de ledenvergadering",
                )

    def known(self, variable: str, year: int) -> list[Known]:
        """Return the consenting homes with a value, from the drawing and not from the database."""
        return [
            Known(one.codes, value)
            for one in self.homes.households
            if one.consents and (value := one.known(variable, year)) is not None
        ]

    def sign_in_link(self) -> str:
        """Return a one-time link for the board."""
        with transaction(self.engine) as session:
            token = links.issue(session, ACCESS, actor=BOARD, chance=secrets.token_bytes, now=present())
        return f"{self.config.site_url}{links.PATH}{token}"


METERED_YEAR = 2025


def spread_over(total: int, hours: int) -> list[int]:
    """Split a yearly total over hours in whole numbers that add up to it exactly."""
    each, rest = divmod(total, hours)
    return [each + (1 if hour * rest // hours != (hour + 1) * rest // hours else 0) for hour in range(hours)]
