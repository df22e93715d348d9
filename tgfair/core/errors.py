"""Every failure that a person can cause or meet, as a type that carries its data."""

from __future__ import annotations

from collections.abc import Sequence


class TgfairError(Exception):
    """An expected failure: `code` for programs, `message()` for the person in front of it."""

    code = "error"

    def message(self) -> str:
        """Return one Vietnamese sentence that says what is wrong and what to do."""
        return str(self) or "Có lỗi xảy ra. Hãy thử lại."


class UnavailableError(Exception):
    """The installation cannot do it now: no room, no lock, no database. Nothing was changed.

    Not a `TgfairError`: nobody did anything wrong, so no page may show it as a mistake in its form.
    It becomes the page that offers to send the same thing again.
    """

    code = "unavailable"

    def message(self) -> str:
        """Return one Vietnamese sentence that says what to do."""
        return "Máy chủ tạm thời không dùng được dữ liệu. Hãy thử lại sau ít phút."


class InvalidError(TgfairError):
    """Something typed cannot be used; `field` names where, when there is such a place."""

    code = "invalid"

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field

    def message(self) -> str:
        """Return the sentence it was raised with."""
        return self.sentence


class ForbiddenError(TgfairError):
    """The actor may see the thing but may not do this to it."""

    code = "forbidden"

    def message(self) -> str:
        """Return a sentence for the page."""
        return "Tài khoản này không được làm việc đó."


class OwnSubjectError(ForbiddenError):
    """The actor belongs to the subject: somebody else has to decide."""

    code = "own_subject"

    def message(self) -> str:
        """Return a sentence for the page."""
        return (
            "Đây là cơ sở của chính mình nên không tự quyết được. Hãy nhờ cán bộ khác làm việc này."
        )


class NotFoundError(TgfairError):
    """Missing, or not the actor's to see: one answer for both."""

    code = "not_found"

    def message(self) -> str:
        """Return a sentence for the page."""
        return "Không tìm thấy trang này."


class ConflictError(TgfairError):
    """Somebody else was faster, or the thing changed since it was shown."""

    code = "conflict"

    def message(self) -> str:
        """Return a sentence for the page."""
        return "Có người vừa sửa mục này. Hãy xem lại rồi làm tiếp."


class GoneError(ConflictError):
    """Somebody was faster and nothing is left of `name`; `alternatives` are the nearest others."""

    code = "gone"

    def __init__(self, name: str, alternatives: Sequence[str] = ()) -> None:
        super().__init__(name)
        self.name = name
        self.alternatives = tuple(alternatives)
