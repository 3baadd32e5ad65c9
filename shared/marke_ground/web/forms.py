"""Forms become frozen values, or a list of what is wrong by field. What was typed is never repeated in an error."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.datastructures import MultiDict

from marke_ground.web.security import FORM_FIELD


class Form(BaseModel):
    """What a page sends. Unknown fields are refused; text is trimmed."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)


F = TypeVar("F", bound=Form)


@dataclass(frozen=True)
class FormErrors:
    """What is wrong: the key of a message in the catalogue, by field."""

    by_field: Mapping[str, str]


_MESSAGES = {
    "missing": "form.missing",
    "string_too_short": "form.missing",
    "string_too_long": "form.too_long",
    "literal_error": "form.choose",
    "enum": "form.choose",
    "extra_forbidden": "form.unknown",
}


def parse(form: type[F], given: MultiDict[str, str]) -> F | FormErrors:
    """Read a form; a field given twice counts as wrong."""
    fields = {name: values for name, values in given.to_dict(flat=False).items() if name != FORM_FIELD}
    twice = {name: "form.unknown" for name, values in fields.items() if len(values) > 1}
    if twice:
        return FormErrors(twice)
    try:
        return form.model_validate({name: values[0] for name, values in fields.items()})
    except ValidationError as error:
        return FormErrors(
            {
                ".".join(str(part) for part in entry["loc"]): _MESSAGES.get(entry["type"], "form.wrong")
                for entry in error.errors(include_url=False, include_input=False, include_context=False)
            }
        )
