"""What staff wrote into a form and posted, as plain texts."""

from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.messages import row_number
from bot.web.guards import with_limited_body

WORD_FIELDS = (
    *("words", "text", "reason", "source", "number", "matter", "goal", "staff_needed", "name"),
)
"""The fields of all forms in which somebody writes; in the others she chooses."""
MOST_BYTES = 512 * 1024
MOST_FIELDS = 1000
MOST_CHARS = 5000
"""Of one text: more is no reply any more, and a resident would get it in many messages."""


class TooLong(Exception):
    """A text of a form is longer than it may be.

    Attributes:
        field: the name of the field.
        most: how many characters it may have.
    """

    def __init__(self, field: str, most: int) -> None:
        super().__init__(f"{field}: longer than {most}")
        self.field = field
        self.most = most


class Form:
    """The fields of a posted form; a field that is not there is empty."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self._fields = fields

    @classmethod
    def of(cls, posted: FormData) -> "Form":
        """The texts of a posted form; files are left out."""
        fields: dict[str, list[str]] = {}
        for name, value in posted.multi_items():
            if isinstance(value, str):
                # Browsers send line breaks as CRLF (HTML, "encoding of form data").
                text = value.replace("\r\n", "\n").replace("\0", "").strip()
                fields.setdefault(name, []).append(text)
        return cls(fields)

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def text(self, name: str, *, most: int = MOST_CHARS) -> str:
        """A text.

        Raises:
            TooLong: it has more than `most` characters.
        """
        text = self.all(name)[-1] if name in self else ""
        if len(text) > most:
            raise TooLong(name, most)
        return text

    def kept(self, name: str) -> str:
        """A text of whatever length, to be shown in its field again."""
        return self.all(name)[-1] if name in self else ""

    def all(self, name: str) -> list[str]:
        """All texts of this name."""
        return self._fields.get(name, [])

    def with_text(self, name: str, text: str) -> "Form":
        """The same form with another text in a field."""
        return Form({**self._fields, name: [text]})

    def number(self, name: str) -> int:
        """A row's number, or -1."""
        return row_number(self.kept(name))

    def written(self) -> list[str]:
        """What somebody wrote, and did not choose."""
        return [text for name in WORD_FIELDS for text in self.all(name) if text]


NOTHING = Form({})
"""A form in which nothing stands."""


async def read_form(request: Request) -> Form:
    """What was posted.

    Raises:
        HTTPException: 413 if it is too large, 400 if it is no form.
    """
    limited = with_limited_body(request, max_bytes=MOST_BYTES)
    kind = request.headers.get("content-type", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        raise HTTPException(400)
    async with limited.form(max_files=0, max_fields=MOST_FIELDS) as posted:
        return Form.of(posted)
