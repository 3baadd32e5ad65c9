"""The closed list of reasons for a refusal or a failure, each with its sentence in Dutch and in English.

The sentences live in `sentences/*.toml`, one file a subject, so that a board member can read and improve them. A
sentence says what happened, where, and what to do; `{name}` is filled from the error's details.
"""

import string
import tomllib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Literal

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")


class Reason(StrEnum):
    """Why something was refused or failed. The value is what stands on the wire, in logs and in audits."""

    # general
    INTERNAL = "internal"
    NOT_CANONICAL = "not_canonical"
    BAD_INSTANT = "bad_instant"
    BAD_FIELD = "bad_field"
    BAD_PERIOD = "bad_period"

    # what was typed
    USAGE_MISSING = "usage_missing"
    USAGE_NO_OPTION = "usage_no_option"
    USAGE_NO_COMMAND = "usage_no_command"
    USAGE_BAD_VALUE = "usage_bad_value"
    USAGE_WRONG = "usage_wrong"
    NOBODY_AT_TERMINAL = "nobody_at_terminal"

    # demonstration
    DEMO_HUB_SILENT = "demo_hub_silent"
    DEMO_FOLDER_IN_USE = "demo_folder_in_use"

    # keys and files of people
    KEY_FILE_EXISTS = "key_file_exists"
    NOT_A_ROOT_OR_KEY = "not_a_root_or_key"
    NOT_SIGNED = "not_signed"
    NOT_TO_BE_SIGNED = "not_to_be_signed"
    FILE_UNREADABLE = "file_unreadable"
    FILE_UNWRITABLE = "file_unwritable"
    RECEIPT_FOR_OTHER = "receipt_for_other"
    REFERENCE_OUT_OF_DATE = "reference_out_of_date"

    # codebook
    UNKNOWN_VARIABLE = "unknown_variable"
    UNKNOWN_CATEGORY = "unknown_category"
    UNKNOWN_BREAKDOWN = "unknown_breakdown"

    # signing and trust
    UNKNOWN_FIELD = "unknown_field"
    BAD_ENVELOPE = "bad_envelope"
    MESSAGE_TOO_LARGE = "message_too_large"
    WRONG_PAYLOAD_TYPE = "wrong_payload_type"
    BAD_SIGNATURE = "bad_signature"
    TOO_FEW_SIGNATURES = "too_few_signatures"
    UNKNOWN_SIGNER = "unknown_signer"
    REVOKED_KEY = "revoked_key"
    WRONG_SENDER = "wrong_sender"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    OTHER_PAYLOAD = "other_payload"
    WRONG_QUESTION = "wrong_question"
    BELOW_FLOOR = "below_floor"
    BAD_KEY = "bad_key"
    BAD_KEY_FILE = "bad_key_file"
    WRONG_PASSPHRASE = "wrong_passphrase"
    WRONG_FINGERPRINT = "wrong_fingerprint"
    DEMO_ROOT = "demo_root"
    ROLLED_BACK_ROOT = "rolled_back_root"
    REPLACED_ROOT = "replaced_root"
    SKIPPED_ROOT = "skipped_root"
    ROOT_EXPIRED = "root_expired"
    NO_DIRECTORY = "no_directory"
    ROLLED_BACK_DIRECTORY = "rolled_back_directory"
    REPLACED_DIRECTORY = "replaced_directory"
    DIRECTORY_EXPIRED = "directory_expired"
    KEY_IN_TWO_ROLES = "key_in_two_roles"
    UNKNOWN_COLLECTIVE = "unknown_collective"
    NOT_YET_ADMITTED = "not_yet_admitted"
    REVOKED_COLLECTIVE = "revoked_collective"
    WRONG_TOKEN = "wrong_token"
    WRONG_TOKEN_ALGORITHM = "wrong_token_algorithm"
    WRONG_TOKEN_TYPE = "wrong_token_type"
    WRONG_TOKEN_EXTENSION = "wrong_token_extension"
    WRONG_TOKEN_CLAIMS = "wrong_token_claims"
    WRONG_TOKEN_ISSUER = "wrong_token_issuer"
    WRONG_TOKEN_SIGNATURE = "wrong_token_signature"
    WRONG_TOKEN_AUDIENCE = "wrong_token_audience"
    WRONG_TOKEN_METHOD = "wrong_token_method"
    WRONG_TOKEN_PATH = "wrong_token_path"
    WRONG_TOKEN_BODY = "wrong_token_body"
    WRONG_TOKEN_LIFETIME = "wrong_token_lifetime"
    CLOCK_SKEW = "clock_skew"
    TOKEN_REPLAYED = "token_replayed"

    # storage
    DATABASE_ADDRESS = "database_address"
    DATABASE_LOCKED = "database_locked"
    DATABASE_READ_ONLY = "database_read_only"
    DATABASE_DAMAGED = "database_damaged"
    DATABASE_UNREACHABLE = "database_unreachable"
    DATABASE_RULE = "database_rule"
    DISK_FULL = "disk_full"
    DISK_FAILED = "disk_failed"
    SCHEMA_NEWER = "schema_newer"
    SCHEMA_OLDER = "schema_older"
    UNKNOWN_CODE = "unknown_code"
    HOUSEHOLD_UNKNOWN = "household_unknown"
    MEMBER_UNKNOWN = "member_unknown"
    MEMBER_KNOWN = "member_known"
    NAME_TWICE = "name_twice"
    NAME_EMPTY = "name_empty"
    EMAIL_FORM = "email_form"
    TEXT_NOT_CLEAN = "text_not_clean"
    TEXT_TOO_LONG = "text_too_long"
    DAY_IN_FUTURE = "day_in_future"
    LEFT_BEFORE_JOINED = "left_before_joined"
    CODE_FORM = "code_form"
    ERASE_NOT_CONFIRMED = "erase_not_confirmed"
    CONSENT_NOT_GIVEN = "consent_not_given"
    FACT_PERIOD = "fact_period"
    VALUE_OUTSIDE_BOUNDS = "value_outside_bounds"
    READINGS_OUT_OF_RANGE = "readings_out_of_range"
    READINGS_IN_FUTURE = "readings_in_future"
    READINGS_INTERVAL = "readings_interval"
    NO_SUCH_CODEBOOK = "no_such_codebook"
    CODEBOOK_FILE_TOO_LARGE = "codebook_file_too_large"
    CODEBOOK_NOT_TOML = "codebook_not_toml"
    CODEBOOK_UNKNOWN_TABLE = "codebook_unknown_table"
    CODEBOOK_EMPTY = "codebook_empty"
    CODEBOOK_MISSING = "codebook_missing"
    CODEBOOK_FIELD = "codebook_field"
    CODEBOOK_DUPLICATE = "codebook_duplicate"
    CODEBOOK_RESERVED_CODE = "codebook_reserved_code"
    CODEBOOK_UNKNOWN_NAME = "codebook_unknown_name"
    CODEBOOK_NOT_FINEST = "codebook_not_finest"
    CODEBOOK_NOT_NESTED = "codebook_not_nested"
    CODEBOOK_CODE_LEFT_OUT = "codebook_code_left_out"
    CODEBOOK_CROSSING_ONE_TREE = "codebook_crossing_one_tree"
    CODEBOOK_CROSSING_TOO_LARGE = "codebook_crossing_too_large"
    CODEBOOK_CROSSING_OTHER_TREE = "codebook_crossing_other_tree"
    CODEBOOK_WRONG_THEME = "codebook_wrong_theme"
    CODEBOOK_TOO_OPEN = "codebook_too_open"
    CODEBOOK_CLIP_EMPTY = "codebook_clip_empty"
    CODEBOOK_CENTRE = "codebook_centre"
    CODEBOOK_BINS_NOT_RISING = "codebook_bins_not_rising"
    CODEBOOK_BINS_TOO_NARROW = "codebook_bins_too_narrow"
    CODEBOOK_BINS_BETWEEN = "codebook_bins_between"
    CODEBOOK_SQUARES = "codebook_squares"
    CODEBOOK_NORM_UNIT = "codebook_norm_unit"
    CODEBOOK_NORM_BOUNDARY = "codebook_norm_boundary"
    CODEBOOK_NORM_OUTSIDE = "codebook_norm_outside"
    CODEBOOK_NORM_ROOM = "codebook_norm_room"

    # conversation
    CONVERSATION_NOT_NOW = "conversation_not_now"
    DECISION_WINDOW_CLOSED = "decision_window_closed"
    DECIDED_OTHERWISE = "decided_otherwise"
    ANSWERED_ALREADY = "answered_already"
    NOT_ACCEPTED = "not_accepted"
    ROUND_NOT_OPEN = "round_not_open"
    ROUND_CLOSED = "round_closed"
    ROUND_CHANGED = "round_changed"

    # hub
    HUB_KEY_EXISTS = "hub_key_exists"
    HUB_KEY_MISSING = "hub_key_missing"
    HUB_NOT_FOUNDED = "hub_not_founded"
    FIRST_ROOT_IS_ONE = "first_root_is_one"
    ROOT_WITHOUT_THIS_HUB = "root_without_this_hub"
    DRAFT_NOT_TOML = "draft_not_toml"
    INVITATION_UNKNOWN = "invitation_unknown"
    INVITATION_USED = "invitation_used"
    KEY_IN_USE = "key_in_use"
    ENROLMENT_UNKNOWN = "enrolment_unknown"
    COLLECTIVE_UNKNOWN = "collective_unknown"
    REVOKED_ALREADY = "revoked_already"
    QUESTION_UNKNOWN = "question_unknown"
    QUESTION_TOO_LATE = "question_too_late"
    ASKED_BEFORE = "asked_before"
    NOBODY_TO_ASK = "nobody_to_ask"
    ROUND_UNKNOWN = "round_unknown"
    OTHER_ADDRESS = "other_address"
    OTHER_LAYOUT = "other_layout"
    FILE_EXISTS = "file_exists"
    DIRECTORY_BEHIND = "directory_behind"
    ROUNDS_OVERDUE = "rounds_overdue"
    WRONG_MEDIA_TYPE = "wrong_media_type"
    RESULT_UNKNOWN = "result_unknown"
    TOKEN_MISSING = "token_missing"

    # web
    LINK_NOT_VALID = "link_not_valid"
    SIGN_IN_FIRST = "sign_in_first"
    NOT_PERMITTED = "not_permitted"
    FOREIGN_FORM = "foreign_form"
    BAD_REQUEST = "bad_request"
    NO_SUCH_PAGE = "no_such_page"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    BODY_TOO_BIG = "body_too_big"
    UPLOAD_GONE = "upload_gone"
    UPLOAD_NOT_KEPT = "upload_not_kept"

    # questions
    UNKNOWN_READING = "unknown_reading"
    QUESTION_OTHER_CODEBOOK = "question_other_codebook"
    QUESTION_OTHER_CODEBOOK_HASH = "question_other_codebook_hash"
    QUESTION_NOT_ABOUT_HOUSEHOLDS = "question_not_about_households"
    QUESTION_GRANULARITY = "question_granularity"
    QUESTION_PERIOD_NOT_OVER = "question_period_not_over"
    QUESTION_BREAKDOWN = "question_breakdown"
    QUESTION_STATISTIC_MISSING = "question_statistic_missing"
    QUESTION_STATISTIC_UNUSED = "question_statistic_unused"
    QUESTION_NAMED_TWICE = "question_named_twice"
    QUESTION_PLACE_ALONE = "question_place_alone"
    QUESTION_GROUP_TOO_SMALL = "question_group_too_small"
    QUESTION_ROUND_TOO_SMALL = "question_round_too_small"
    QUESTION_TOO_MANY_GROUPS = "question_too_many_groups"
    QUESTION_GROUP_CODE = "question_group_code"
    QUESTION_WINDOWS = "question_windows"
    DISTRIBUTION_TOO_VAGUE = "distribution_too_vague"
    NOTHING_TO_SHOW = "nothing_to_show"
    CELLS_DO_NOT_FIT = "cells_do_not_fit"
    TREND_DOES_NOT_FIT = "trend_does_not_fit"
    NO_PLACE_YET = "no_place_yet"
    POLICY_SMALLEST_GROUP = "policy_smallest_group"
    POLICY_CATEGORY = "policy_category"

    # files that are taken in
    IMPORT_EMPTY = "import_empty"
    IMPORT_TOO_LARGE = "import_too_large"
    IMPORT_COMPRESSED = "import_compressed"
    IMPORT_OLD_WORKBOOK = "import_old_workbook"
    IMPORT_BINARY = "import_binary"
    IMPORT_WRONG_ENCODING = "import_wrong_encoding"
    IMPORT_BROKEN_QUOTES = "import_broken_quotes"
    IMPORT_HALF_FILE = "import_half_file"
    IMPORT_OTHER_FORMAT = "import_other_format"
    IMPORT_UNKNOWN_FORMAT = "import_unknown_format"
    IMPORT_WRONG_SEPARATOR = "import_wrong_separator"
    IMPORT_TOO_MANY_REJECTED = "import_too_many_rejected"
    IMPORT_NO_READINGS = "import_no_readings"
    IMPORT_UNIT_DOUBT = "import_unit_doubt"
    IMPORT_UNIT_UNUSUAL = "import_unit_unusual"
    IMPORT_UNIT_CONTRADICTION = "import_unit_contradiction"
    IMPORT_UNIT_OF_REGISTER = "import_unit_of_register"
    IMPORT_CHANGED = "import_changed"
    IMPORT_UNREADABLE = "import_unreadable"
    IMPORT_NO_HOUSEHOLD = "import_no_household"
    IMPORT_WHICH_HOUSEHOLD = "import_which_household"
    IMPORT_NO_SUCH_METER = "import_no_such_meter"
    IMPORT_NOT_A_WORKBOOK = "import_not_a_workbook"
    IMPORT_WORKBOOK_DAMAGED = "import_workbook_damaged"
    IMPORT_WORKBOOK_TOO_LARGE = "import_workbook_too_large"
    IMPORT_WORKBOOK_SUPPORT = "import_workbook_support"
    IMPORT_MISSING_COLUMN = "import_missing_column"
    IMPORT_MAPPING_UNKNOWN = "import_mapping_unknown"
    IMPORT_NOT_A_NUMBER = "import_not_a_number"
    IMPORT_CELL_COUNT = "import_cell_count"
    IMPORT_BAD_TIME = "import_bad_time"
    IMPORT_TIME_SKIPPED = "import_time_skipped"
    IMPORT_TIME_TWICE = "import_time_twice"
    IMPORT_FUTURE = "import_future"
    IMPORT_TOO_OLD = "import_too_old"
    IMPORT_NEGATIVE = "import_negative"
    IMPORT_IMPLAUSIBLE = "import_implausible"
    IMPORT_COUNTER_BACK = "import_counter_back"
    IMPORT_COUNTER_RESET = "import_counter_reset"
    IMPORT_UNKNOWN_VALUE = "import_unknown_value"
    IMPORT_ROW_UNIT = "import_row_unit"
    IMPORT_CONTROL_CHARACTER = "import_control_character"
    IMPORT_TEXT_TOO_LONG = "import_text_too_long"
    IMPORT_FIELD_EMPTY = "import_field_empty"
    IMPORT_FIELD_FORM = "import_field_form"
    IMPORT_MEMBER_TWICE = "import_member_twice"
    IMPORT_ROWS_REPEATED = "import_rows_repeated"
    IMPORT_ROWS_EMPTY = "import_rows_empty"
    IMPORT_USE_DIFFERS = "import_use_differs"
    IMPORT_OLD_ENCODING = "import_old_encoding"
    IMPORT_LAST_LINE_OPEN = "import_last_line_open"
    IMPORT_SEEN_BEFORE = "import_seen_before"

    # node and its link to the hub
    BAD_SETTING = "bad_setting"
    UNSAFE_IN_PRODUCTION = "unsafe_in_production"
    HOME_EXISTS = "home_exists"
    HOME_UNWRITABLE = "home_unwritable"
    HOME_UNREADABLE = "home_unreadable"
    HOME_DAMAGED = "home_damaged"
    OTHER_INSTANCE = "other_instance"
    NO_NODE_HERE = "no_node_here"
    FILE_MISSING = "file_missing"
    EMPTY_SECRET_FILE = "empty_secret_file"
    PASSPHRASE_TOO_SHORT = "passphrase_too_short"
    NOT_JOINED = "not_joined"
    NOT_ADMITTED_YET = "not_admitted_yet"
    JOINED_ALREADY = "joined_already"
    BAD_INVITATION = "bad_invitation"
    INVITATION_EXPIRED = "invitation_expired"
    FINGERPRINT_NOT_CONFIRMED = "fingerprint_not_confirmed"
    NO_COMMON_PROTOCOL = "no_common_protocol"
    BAD_HUB_ADDRESS = "bad_hub_address"
    PLAIN_HTTP_REFUSED = "plain_http_refused"
    HUB_UNREACHABLE = "hub_unreachable"
    HUB_TLS = "hub_tls"
    HUB_TOO_SLOW = "hub_too_slow"
    HUB_REDIRECTS = "hub_redirects"
    HUB_COMPRESSED = "hub_compressed"
    HUB_ANSWER_TOO_LARGE = "hub_answer_too_large"
    HUB_BAD_ANSWER = "hub_bad_answer"
    HUB_SAID_NO = "hub_said_no"
    HUB_OTHER_COLLECTIVE = "hub_other_collective"
    HUB_WENT_BACK = "hub_went_back"
    CLOCK_OFF_BEHIND = "clock_off_behind"
    CLOCK_OFF_AHEAD = "clock_off_ahead"
    UNKNOWN_MESSAGE = "unknown_message"
    WRONG_RECEIPT = "wrong_receipt"
    UNKNOWN_ROUND = "unknown_round"
    ROUND_OF_OTHER_QUESTION = "round_of_other_question"
    QUESTION_REPLAYED = "question_replayed"
    QUESTION_EXPIRED = "question_expired"
    QUESTION_TOO_EARLY = "question_too_early"
    NOT_OUR_QUESTION = "not_our_question"
    CODEBOOK_NOT_LISTED = "codebook_not_listed"
    HELD_FOR_BOARD = "held_for_board"
    REFUSED_BY_BOARD = "refused_by_board"
    TOO_FEW_HOUSEHOLDS = "too_few_households"
    ANSWERED_OTHERWISE_BEFORE = "answered_otherwise_before"
    NO_RESULT_YET = "no_result_yet"
    NOT_A_DISTRIBUTION = "not_a_distribution"
    RESULT_DOES_NOT_FIT = "result_does_not_fit"
    OPEN_TO_OTHERS = "open_to_others"
    ROOT_EXPIRES_SOON = "root_expires_soon"
    NO_CONTACT_YET = "no_contact_yet"
    HUB_SILENT = "hub_silent"
    OUTBOX_WAITS = "outbox_waits"
    MESSAGES_NOT_BELIEVED = "messages_not_believed"
    QUESTIONS_WAIT = "questions_wait"


class _Filler(string.Formatter):
    """Fills a sentence: `{row}`, and `{rows:rij|rijen}` for a number with its noun; what is not known prints as `?`."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def get_value(self, key: int | str, args: Sequence[object], kwargs: Mapping[str, object]) -> object:  # noqa: ARG002 - the formatter's signature
        value = kwargs.get(str(key), "?")
        return term(str(key), value, self._language) if isinstance(value, str) else value

    def format_field(self, value: object, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if not bar:
            return str(format(value, format_spec))
        return f"{value} {one if value == 1 else many}"


@cache
def sentences() -> Mapping[str, Mapping[Language, str]]:
    """Read every sentence: reason value -> language -> text. A house test keeps it equal to the enum."""
    found: dict[str, Mapping[Language, str]] = {}
    for entry in sorted(resources.files("marke").joinpath("sentences").iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            for name, texts in tomllib.loads(entry.read_text("utf-8")).items():
                if name in found:
                    raise ValueError(f"two sentences for {name}")
                found[name] = {"nl": texts["nl"], "en": texts["en"]}
    return found


def sentence(reason: Reason, language: Language, details: Mapping[str, str | int]) -> str:
    """Return one reason in one language with its details filled in; a detail that is not known prints as `?`."""
    return fill(sentences()[reason.value][language], language, details)


def fill(text: str, language: Language, details: Mapping[str, str | int]) -> str:
    """Return a text with its places filled: details in people's words, a number with its noun in the right form."""
    return _Filler(language).vformat(text, (), details)


@cache
def _terms() -> Mapping[str, Mapping[str, Mapping[Language, str]]]:
    return tomllib.loads(resources.files("marke").joinpath("terms.toml").read_text("utf-8"))


def term(name: str, value: str, language: Language) -> str:
    """Return a detail in people's words, such as the name of a register; a value that has none comes back as it is.

    A value may carry one number or text after a bar, as in `at_least|5`.
    """
    code, _, rest = value.partition("|")
    words = _terms().get(name, {}).get(code)
    return value if words is None else words[language].replace("{}", rest)
