"""The first tables: audit, vault (households, members, consents, facts, rosters), meters, readings, imports."""

import sqlalchemy as sa
from alembic import op

from marke_ground.store.append_only import append_only_statements

revision = "v0001_vault"
down_revision = None


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger(), nullable=False, comment="order of writing"),
        sa.Column("at", sa.Text(), nullable=False, comment="when, UTC"),
        sa.Column("actor_kind", sa.Text(), nullable=False, comment="in what capacity somebody acted"),
        sa.Column("actor_id", sa.Text(), nullable=False, comment="pseudonym of who acted"),
        sa.Column("verb", sa.Text(), nullable=False, comment="the service that was used"),
        sa.Column("subject", sa.Text(), nullable=False, comment="id of what it was done to"),
        sa.Column(
            "details", sa.Text(), nullable=False, comment="counts and ids as canonical JSON; never people's data"
        ),
        sa.CheckConstraint("length(details) <= 4000", name="ck_audit_details"),
        sa.CheckConstraint("length(verb) BETWEEN 1 AND 60", name="ck_audit_verb"),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
        comment="who did what to what, and when; grows only",
        sqlite_strict=True,
    )


def _create_households() -> None:
    op.create_table(
        "households",
        sa.Column("number", sa.BigInteger(), nullable=False, comment="key inside this database"),
        sa.Column("id", sa.Text(), nullable=False, comment="hh_ and 80 random bits; a pseudonym"),
        sa.Column("joined", sa.Text(), nullable=False, comment="day the household joined"),
        sa.Column("left_on", sa.Text(), nullable=True, comment="day it left; from then on it is in no tally"),
        sa.CheckConstraint("length(id) = 19 AND substr(id, 1, 3) = 'hh_'", name="ck_households_id"),
        sa.CheckConstraint("left_on IS NULL OR left_on >= joined", name="ck_households_left_on"),
        sa.PrimaryKeyConstraint("number", name="pk_households"),
        sa.UniqueConstraint("id", name="uq_households_id"),
        comment="households of the collective",
        sqlite_strict=True,
    )


def _create_import_runs() -> None:
    op.create_table(
        "import_runs",
        sa.Column("id", sa.Text(), nullable=False, comment="imp_ and 80 random bits"),
        sa.Column(
            "file_hash",
            sa.Text(),
            nullable=False,
            comment="sha256 of the file's bytes; says whether a file came in before",
        ),
        sa.Column("format", sa.Text(), nullable=False, comment="name of the importer that read it"),
        sa.Column("rows_read", sa.Integer(), nullable=False, comment="data rows seen"),
        sa.Column(
            "rows_rejected", sa.Integer(), nullable=False, comment="rows left out, each reported with its reason"
        ),
        sa.Column("added", sa.Integer(), nullable=False, comment="new readings or rows"),
        sa.Column("unchanged", sa.Integer(), nullable=False, comment="already known with the same value"),
        sa.Column(
            "changed", sa.Integer(), nullable=False, comment="already known with another value; the new one was kept"
        ),
        sa.Column("imported_by", sa.Text(), nullable=False, comment="kind and pseudonym of who did it"),
        sa.Column("imported_at", sa.Text(), nullable=False, comment="when, UTC"),
        sa.CheckConstraint("rows_read >= 0", name="ck_import_runs_rows_read"),
        sa.CheckConstraint("rows_rejected >= 0", name="ck_import_runs_rows_rejected"),
        sa.CheckConstraint("added >= 0", name="ck_import_runs_added"),
        sa.CheckConstraint("unchanged >= 0", name="ck_import_runs_unchanged"),
        sa.CheckConstraint("changed >= 0", name="ck_import_runs_changed"),
        sa.PrimaryKeyConstraint("id", name="pk_import_runs"),
        comment="one line per committed import; rejected rows themselves are never kept",
        sqlite_strict=True,
    )
    op.create_index("ix_import_runs_file_hash", "import_runs", ["file_hash"], unique=False)


def _create_rosters() -> None:
    op.create_table(
        "rosters",
        sa.Column("number", sa.BigInteger(), nullable=False, comment="key inside this database"),
        sa.Column("variable", sa.Text(), nullable=False, comment="variable of the codebook"),
        sa.Column("period", sa.Text(), nullable=False, comment="closed period"),
        sa.Column("revision", sa.Integer(), nullable=False, comment="revision of the facts it holds"),
        sa.Column("codebook", sa.Text(), nullable=False, comment="version of the codebook at freezing"),
        sa.Column("size", sa.Integer(), nullable=False, comment="households at freezing"),
        sa.Column("frozen", sa.Text(), nullable=False, comment="when it was frozen, UTC"),
        sa.CheckConstraint(
            "length(variable) BETWEEN 3 AND 72 AND length(period) BETWEEN 4 AND 10 AND revision >= 1",
            name="ck_rosters_key",
        ),
        sa.CheckConstraint("size >= 0", name="ck_rosters_size"),
        sa.PrimaryKeyConstraint("number", name="pk_rosters"),
        sa.UniqueConstraint("variable", "period", "revision", name="uq_rosters_variable_period_revision"),
        comment="who was there when a variable of a period was first asked; never changed, only emptied by erasure",
        sqlite_strict=True,
    )


def _create_saved_mappings() -> None:
    op.create_table(
        "saved_mappings",
        sa.Column("name", sa.Text(), nullable=False, comment="chosen by the board"),
        sa.Column(
            "document",
            sa.Text(),
            nullable=False,
            comment="canonical JSON of the mapping: columns, units, dates, registers",
        ),
        sa.Column("saved_by", sa.Text(), nullable=False, comment="kind and pseudonym of who saved it"),
        sa.Column("saved_at", sa.Text(), nullable=False, comment="when, UTC"),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 60", name="ck_saved_mappings_name"),
        sa.PrimaryKeyConstraint("name", name="pk_saved_mappings"),
        comment="how to read files of a kind the node has no importer of its own for; reusable by name",
        sqlite_strict=True,
    )


def _create_facts() -> None:
    op.create_table(
        "facts",
        sa.Column("household", sa.BigInteger(), nullable=False, comment="the household"),
        sa.Column("variable", sa.Text(), nullable=False, comment="variable of the codebook, such as energy.gas_use"),
        sa.Column("period", sa.Text(), nullable=False, comment="closed period, such as 2025 or 2025-07"),
        sa.Column(
            "revision", sa.Integer(), nullable=False, comment="1; one more for corrections after a roster was frozen"
        ),
        sa.Column(
            "value", sa.BigInteger(), nullable=False, comment="whole steps of the variable; a missing fact has no row"
        ),
        sa.Column(
            "coverage", sa.Integer(), nullable=True, comment="permille of the expected days present, if measured"
        ),
        sa.Column("quality", sa.Integer(), nullable=False, comment="bits of Quality (see the readings)"),
        sa.Column(
            "origin", sa.Text(), nullable=False, comment="readings, survey, registration, yearly_total or computed"
        ),
        sa.Column("method", sa.Text(), nullable=False, comment="name and version of how it was made"),
        sa.Column("recorded", sa.Text(), nullable=False, comment="when it was written down, UTC"),
        sa.CheckConstraint(
            "origin IN ('readings', 'survey', 'registration', 'yearly_total', 'computed')", name="ck_facts_origin"
        ),
        sa.CheckConstraint("coverage IS NULL OR coverage BETWEEN 0 AND 1000", name="ck_facts_coverage"),
        sa.CheckConstraint(
            "length(variable) BETWEEN 3 AND 72 AND length(period) BETWEEN 4 AND 10 AND revision >= 1",
            name="ck_facts_key",
        ),
        sa.CheckConstraint("quality >= 0", name="ck_facts_quality"),
        sa.ForeignKeyConstraint(
            ["household"], ["households.number"], name="fk_facts_household_households", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("household", "variable", "period", "revision", name="pk_facts"),
        comment="one value per household, variable, period and revision, in steps of the codebook",
        sqlite_strict=True,
    )
    op.create_index("ix_facts_variable_period", "facts", ["variable", "period"], unique=False)


def _create_household_codes() -> None:
    op.create_table(
        "household_codes",
        sa.Column("household", sa.BigInteger(), nullable=False, comment="the household"),
        sa.Column("category", sa.Text(), nullable=False, comment="category of the codebook, such as dwelling_type"),
        sa.Column("code", sa.Text(), nullable=False, comment="code of that category"),
        sa.Column("recorded", sa.Text(), nullable=False, comment="when it was written down, UTC"),
        sa.CheckConstraint(
            "length(category) BETWEEN 1 AND 41 AND length(code) BETWEEN 1 AND 41", name="ck_household_codes_lengths"
        ),
        sa.ForeignKeyConstraint(
            ["household"], ["households.number"], name="fk_household_codes_household_households", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("household", "category", name="pk_household_codes"),
        comment="how a household is classified, as far as known",
        sqlite_strict=True,
    )


def _create_members() -> None:
    op.create_table(
        "members",
        sa.Column("number", sa.BigInteger(), nullable=False, comment="key inside this database"),
        sa.Column("id", sa.Text(), nullable=False, comment="mem_ and 80 random bits; a pseudonym"),
        sa.Column("household", sa.BigInteger(), nullable=False, comment="the household"),
        sa.Column(
            "adult", sa.Integer(), nullable=False, comment="1 when eighteen or older: consents are asked of adults"
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="full name; never leaves the members' list"),
        sa.Column("email", sa.Text(), nullable=True, comment="e-mail address; never leaves the members' list"),
        sa.Column("telephone", sa.Text(), nullable=True, comment="telephone number; never leaves the members' list"),
        sa.Column(
            "address", sa.Text(), nullable=True, comment="street and house number; never leaves the members' list"
        ),
        sa.Column("postcode", sa.Text(), nullable=True, comment="postcode; never leaves the members' list"),
        sa.Column("town", sa.Text(), nullable=True, comment="town; never leaves the members' list"),
        sa.Column("relation_number", sa.Text(), nullable=True, comment="number in the collective's administration"),
        sa.Column("joined", sa.Text(), nullable=False, comment="day of joining"),
        sa.Column("left_on", sa.Text(), nullable=True, comment="day of leaving"),
        sa.CheckConstraint("length(id) = 20 AND substr(id, 1, 4) = 'mem_'", name="ck_members_id"),
        sa.CheckConstraint("adult IN (0, 1)", name="ck_members_adult"),
        sa.CheckConstraint("left_on IS NULL OR left_on >= joined", name="ck_members_left_on"),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name="ck_members_name"),
        sa.ForeignKeyConstraint(
            ["household"], ["households.number"], name="fk_members_household_households", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_members"),
        sa.UniqueConstraint("id", name="uq_members_id"),
        sa.UniqueConstraint("relation_number", name="uq_members_relation_number"),
        comment="people of the collective, each in one household",
        sqlite_strict=True,
    )
    op.create_index("ix_members_household", "members", ["household"], unique=False)


def _create_meters() -> None:
    op.create_table(
        "meters",
        sa.Column("number", sa.BigInteger(), nullable=False, comment="key inside this database"),
        sa.Column("household", sa.BigInteger(), nullable=False, comment="the household it measures"),
        sa.Column(
            "pseudonym", sa.Text(), nullable=False, comment="keyed hash of the meter's number, which is never kept"
        ),
        sa.CheckConstraint("length(pseudonym) BETWEEN 16 AND 100", name="ck_meters_pseudonym"),
        sa.ForeignKeyConstraint(
            ["household"], ["households.number"], name="fk_meters_household_households", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_meters"),
        sa.UniqueConstraint("household", "pseudonym", name="uq_meters_household_pseudonym"),
        comment="meters, under a pseudonym",
        sqlite_strict=True,
    )


def _create_roster_rows() -> None:
    op.create_table(
        "roster_rows",
        sa.Column("roster", sa.BigInteger(), nullable=False, comment="the roster"),
        sa.Column("household", sa.BigInteger(), nullable=False, comment="the household"),
        sa.Column(
            "codes",
            sa.Text(),
            nullable=False,
            comment="the household's codes at freezing, as category=code",
        ),
        sa.Column(
            "value", sa.BigInteger(), nullable=True, comment="the fact at freezing, in steps; empty when there was none"
        ),
        sa.ForeignKeyConstraint(
            ["household"], ["households.number"], name="fk_roster_rows_household_households", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["roster"], ["rosters.number"], name="fk_roster_rows_roster_rosters", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("roster", "household", name="pk_roster_rows"),
        comment="one household of a frozen roster; goes only when the household is erased",
        sqlite_strict=True,
    )
    op.create_index("ix_roster_rows_household", "roster_rows", ["household"], unique=False)


def _create_consents() -> None:
    op.create_table(
        "consents",
        sa.Column("number", sa.BigInteger(), nullable=False, comment="key inside this database"),
        sa.Column("member", sa.BigInteger(), nullable=False, comment="the adult who gave it"),
        sa.Column(
            "category",
            sa.Text(),
            nullable=False,
            comment="heap of data, such as energy; ordinary is every ordinary heap",
        ),
        sa.Column("purpose", sa.Text(), nullable=False, comment="what it may be used for, such as benchmark"),
        sa.Column("given", sa.Text(), nullable=False, comment="when it was given, UTC"),
        sa.Column("withdrawn", sa.Text(), nullable=True, comment="when it was withdrawn, UTC; it counts no more"),
        sa.Column("expires", sa.Text(), nullable=True, comment="when it ends by itself, UTC"),
        sa.Column("text_hash", sa.Text(), nullable=False, comment="sha256 of the text that was agreed to"),
        sa.Column("language", sa.Text(), nullable=False, comment="language of that text"),
        sa.Column(
            "channel", sa.Text(), nullable=False, comment="web, paper, helper (somebody typed it for them) or import"
        ),
        sa.CheckConstraint("expires IS NULL OR expires > given", name="ck_consents_expires"),
        sa.CheckConstraint("channel IN ('web', 'paper', 'helper', 'import')", name="ck_consents_channel"),
        sa.CheckConstraint("language IN ('nl', 'en')", name="ck_consents_language"),
        sa.CheckConstraint(
            "length(text_hash) = 71 AND substr(text_hash, 1, 7) = 'sha256:'", name="ck_consents_text_hash"
        ),
        sa.CheckConstraint("withdrawn IS NULL OR withdrawn >= given", name="ck_consents_withdrawn"),
        sa.ForeignKeyConstraint(["member"], ["members.number"], name="fk_consents_member_members", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name="pk_consents"),
        comment="consent per adult, heap of data and purpose; history stays until the household is erased",
        sqlite_strict=True,
    )
    op.create_index(
        "uq_consents_in_force",
        "consents",
        ["member", "category", "purpose"],
        unique=True,
        sqlite_where=sa.text("withdrawn IS NULL"),
        postgresql_where=sa.text("withdrawn IS NULL"),
    )
    op.create_index("ix_consents_member_purpose", "consents", ["member", "purpose"])


def _create_series() -> None:
    op.create_table(
        "series",
        sa.Column("number", sa.BigInteger(), nullable=False, comment="key inside this database"),
        sa.Column("household", sa.BigInteger(), nullable=False, comment="the household it measures"),
        sa.Column(
            "meter", sa.BigInteger(), nullable=True, comment="the meter; empty for the household's own daily use"
        ),
        sa.Column(
            "quantity",
            sa.Text(),
            nullable=False,
            comment="what flows, whichever tariff: electricity_delivered, gas, ...",
        ),
        sa.Column(
            "register",
            sa.Text(),
            nullable=False,
            comment="counting wheel of the meter; the quantity itself for daily use",
        ),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="counter (as read), use (per interval) or daily (per household)"
        ),
        sa.Column(
            "interval_s", sa.Integer(), nullable=False, comment="length of a slot in seconds; 86,400 is a local day"
        ),
        sa.Column("unit", sa.Text(), nullable=False, comment="smallest unit the whole numbers count: Wh or dm3"),
        sa.Column("method", sa.Text(), nullable=False, comment="delivered, or name and version of how it was derived"),
        sa.Column(
            "empty",
            sa.Text(),
            nullable=False,
            comment="what an absent reading means: missing, or unchanged since the last",
        ),
        sa.CheckConstraint("(kind = 'daily') = (meter IS NULL)", name="ck_series_meter"),
        sa.CheckConstraint("empty IN ('missing', 'unchanged')", name="ck_series_empty"),
        sa.CheckConstraint("kind IN ('counter', 'use', 'daily')", name="ck_series_kind"),
        sa.CheckConstraint(
            "interval_s IN (60, 300, 600, 900, 1800, 3600, 86400, 2678400)", name="ck_series_interval_s"
        ),
        sa.ForeignKeyConstraint(
            ["household"], ["households.number"], name="fk_series_household_households", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["meter"], ["meters.number"], name="fk_series_meter_meters", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name="pk_series"),
        sa.UniqueConstraint("meter", "register", "kind", "interval_s", name="uq_series_meter_register_kind_interval_s"),
        comment="one register of one meter at one interval, or what was derived from it",
        sqlite_strict=True,
    )
    op.create_index("ix_series_meter", "series", ["meter"], unique=False)
    op.create_index("ix_series_quantity", "series", ["quantity", "kind", "household"], unique=False)
    op.create_index(
        "uq_series_daily",
        "series",
        ["household", "quantity"],
        unique=True,
        sqlite_where=sa.text("kind = 'daily'"),
        postgresql_where=sa.text("kind = 'daily'"),
    )


def _create_blocks() -> None:
    op.create_table(
        "blocks",
        sa.Column("number", sa.BigInteger(), nullable=False, comment="key inside this database"),
        sa.Column("series", sa.BigInteger(), nullable=False, comment="the series"),
        sa.Column("month", sa.Integer(), nullable=False, comment="local calendar month as 202507 (Europe/Amsterdam)"),
        sa.Column(
            "counted", sa.Integer(), nullable=False, comment="0 when another source of the same month counts instead"
        ),
        sa.Column(
            "slots",
            sa.Integer(),
            nullable=False,
            comment="slots of the month; hours of summer time make it more or fewer",
        ),
        sa.Column("present", sa.Integer(), nullable=False, comment="slots that hold a reading"),
        sa.Column(
            "total", sa.BigInteger(), nullable=False, comment="sum of the readings; for counters a check sum only"
        ),
        sa.Column("minimum", sa.Integer(), nullable=False, comment="smallest reading"),
        sa.Column("maximum", sa.Integer(), nullable=False, comment="largest reading"),
        sa.Column("quality", sa.Integer(), nullable=False, comment="bits of Quality (see the readings)"),
        sa.Column(
            "revision", sa.Integer(), nullable=False, comment="1, and one more each time known readings were changed"
        ),
        sa.Column(
            "data", sa.LargeBinary(), nullable=False, comment="int32 little-endian, a slot each; -2147483648 is missing"
        ),
        sa.CheckConstraint("counted IN (0, 1)", name="ck_blocks_counted"),
        sa.CheckConstraint("length(data) = slots * 4", name="ck_blocks_data"),
        sa.CheckConstraint("minimum BETWEEN 0 AND maximum", name="ck_blocks_minimum"),
        sa.CheckConstraint("month BETWEEN 190001 AND 299912 AND month % 100 BETWEEN 1 AND 12", name="ck_blocks_month"),
        sa.CheckConstraint("present BETWEEN 1 AND slots", name="ck_blocks_present"),
        sa.CheckConstraint("quality >= 0 AND revision >= 1", name="ck_blocks_marks"),
        sa.CheckConstraint("total BETWEEN minimum AND 6400000000000000", name="ck_blocks_total"),
        sa.ForeignKeyConstraint(["series"], ["series.number"], name="fk_blocks_series_series", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name="pk_blocks"),
        sa.UniqueConstraint("series", "month", name="uq_blocks_series_month"),
        comment="one month of one series: stored totals, and the readings in one piece",
        sqlite_strict=True,
    )
    op.create_index(
        "ix_blocks_totals", "blocks", ["series", "month", "counted", "present", "slots", "total"], unique=False
    )


def upgrade() -> None:
    _create_audit()
    _create_households()
    _create_import_runs()
    _create_rosters()
    _create_saved_mappings()
    _create_facts()
    _create_household_codes()
    _create_members()
    _create_meters()
    _create_roster_rows()
    _create_consents()
    _create_series()
    _create_blocks()
    if op.get_bind().dialect.name == "postgresql":
        # readings hardly compress and are read whole: PostgreSQL must not try, and not unpack them at each scan
        op.execute("ALTER TABLE blocks ALTER COLUMN data SET STORAGE EXTERNAL")
    for statement in append_only_statements("audit", op.get_bind().dialect.name):
        op.execute(statement)
