"""Every error that a user can meet: its code, its sentence, what to do about it, and the exit code it leads to.

Two families, as in `contracts` of the hosted batch APIs:

* `RequestError`: the request was refused, nothing was started.
* `ItemError`: one document of a batch failed; the others go on.

Catch these classes, never their text. Any other exception is a bug of ours.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the command line ends with."""

    OK = 0
    """Every item ended completed or needs_review."""
    SOME_FAILED = 1
    BAD_REQUEST = 2
    """The request was wrong; nothing was started."""
    ALL_FAILED = 3
    STORAGE_UNAVAILABLE = 4
    INTERRUPTED = 130
    """Stopped by the user; the batch can be resumed."""


class ItemErrorCode(StrEnum):
    """Why one document of a batch failed. The words are a contract: scripts depend on them."""

    UNSUPPORTED_INPUT = "unsupported_input"
    DOCUMENT_TOO_LARGE = "document_too_large"
    PAGE_LIMIT_EXCEEDED = "page_limit_exceeded"
    PASSWORD_REQUIRED = "password_required"  # noqa: S105  (an error code, not a password)
    UPLOAD_MISSING = "upload_missing"
    EXTRACTION_FAILED = "extraction_failed"
    TIMEOUT = "timeout"
    OCR_PROVIDER_ERROR = "ocr_provider_error"
    PAYMENT_REQUIRED = "payment_required"
    INTERNAL_ERROR = "internal_error"

    @property
    def transient(self) -> bool:
        """Whether trying again may help; such items are tried up to three times."""
        return self in (ItemErrorCode.OCR_PROVIDER_ERROR, ItemErrorCode.INTERNAL_ERROR)


class DocuExtractError(Exception):
    """Base of all errors with a code.

    Attributes:
        code: the word that scripts switch on.
        message: one sentence for the user.
        hint: what the user can do, or an empty string.
        detail: for the log only; may name files and library errors.
    """

    code: str = "internal_error"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[ExitCode] = ExitCode.BAD_REQUEST
    default_hint: ClassVar[str] = ""

    def __init__(self, message: str, *, hint: str | None = None, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = self.default_hint if hint is None else hint
        self.detail = detail

    def __str__(self) -> str:
        """The sentence, followed by what to do where that is known."""
        return f"{self.message} {self.hint}".strip()


class RequestError(DocuExtractError):
    """A request was refused; nothing was started."""

    code = "request_invalid"
    http_status = 422


class NoDocumentsError(RequestError):
    """A batch without any file."""

    code = "no_documents"
    default_hint = "Name at least one PDF or picture, or a folder that holds some."


class TooManyDocumentsError(RequestError):
    """More files than the limit for one batch."""

    code = "too_many_documents"
    default_hint = "Split the files over several batches, or raise the limit in Settings."


class TemplateNotFoundError(RequestError):
    """No installed template and no template file of that name."""

    code = "template_not_found"
    http_status = 404
    default_hint = "See `docuextract templates list`."


class TemplateInvalidError(RequestError):
    """A template that breaks the rules; `problems` names each place."""

    code = "template_invalid"

    def __init__(
        self, message: str, *, problems: tuple[str, ...] = (), hint: str | None = None, detail: str = ""
    ) -> None:
        super().__init__(message, hint=hint, detail=detail)
        self.problems = problems


class BatchNotFoundError(RequestError):
    """No batch with that id."""

    code = "batch_not_found"
    http_status = 404
    default_hint = "See `docuextract batches list`."


class ResultNotReadyError(RequestError):
    """A result was asked for before its item had ended."""

    code = "result_not_ready"
    http_status = 409
    default_hint = "Wait until the batch has ended."


class PaymentRequiredError(RequestError):
    """The page allowance set in Settings would be exceeded."""

    code = "payment_required"
    http_status = 402
    default_hint = "Raise the page allowance in Settings, or wait for the next month."


class InputNotFoundError(RequestError):
    """A path that was named does not exist."""

    code = "file_not_found"
    http_status = 404
    default_hint = "Check the path."


class IdempotencyConflictError(RequestError):
    """The same idempotency key was used for another request."""

    code = "idempotency_conflict"
    http_status = 409
    default_hint = "Use a new key for a new request."


class ValueInvalidError(RequestError):
    """What was typed is no value of the field's type."""

    code = "value_invalid"


class StorageUnavailableError(DocuExtractError):
    """The database cannot be used: disk full, locked, damaged, or newer than the program."""

    code = "storage_unavailable"
    http_status = 503
    exit_code = ExitCode.STORAGE_UNAVAILABLE


class ItemError(DocuExtractError):
    """One document failed; carries an `ItemErrorCode`."""

    item_code: ClassVar[ItemErrorCode] = ItemErrorCode.INTERNAL_ERROR
    http_status = 422

    def __init__(self, message: str, *, hint: str | None = None, detail: str = "") -> None:
        super().__init__(message, hint=hint, detail=detail)
        self.code = self.item_code.value


class UnsupportedInputError(ItemError):
    """The bytes are no format that we read."""

    item_code = ItemErrorCode.UNSUPPORTED_INPUT


class DocumentTooLargeError(ItemError):
    """Over the size limit, in bytes or in pixels."""

    item_code = ItemErrorCode.DOCUMENT_TOO_LARGE


class PageLimitExceededError(ItemError):
    """Over the page limit."""

    item_code = ItemErrorCode.PAGE_LIMIT_EXCEEDED


class PasswordRequiredError(ItemError):
    """Encrypted, and no password was given."""

    item_code = ItemErrorCode.PASSWORD_REQUIRED


class UploadMissingError(ItemError):
    """Moved, deleted or changed between queueing and reading."""

    item_code = ItemErrorCode.UPLOAD_MISSING


class ExtractionFailedError(ItemError):
    """Damaged, or nothing legible in it."""

    item_code = ItemErrorCode.EXTRACTION_FAILED


class ItemTimeoutError(ItemError):
    """Over its time allowance."""

    item_code = ItemErrorCode.TIMEOUT


class OcrProviderError(ItemError):
    """The OCR engine failed or is not there."""

    item_code = ItemErrorCode.OCR_PROVIDER_ERROR


class ItemPaymentRequiredError(ItemError):
    """The page allowance was used up while the batch ran."""

    item_code = ItemErrorCode.PAYMENT_REQUIRED


class ItemInternalError(ItemError):
    """Our bug, or the worker process died."""

    item_code = ItemErrorCode.INTERNAL_ERROR


ITEM_ERRORS: dict[ItemErrorCode, type[ItemError]] = {
    cls.item_code: cls
    for cls in (
        UnsupportedInputError,
        DocumentTooLargeError,
        PageLimitExceededError,
        PasswordRequiredError,
        UploadMissingError,
        ExtractionFailedError,
        ItemTimeoutError,
        OcrProviderError,
        ItemPaymentRequiredError,
        ItemInternalError,
    )
}
