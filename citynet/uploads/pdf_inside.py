"""Look through one PDF, in a process of its own: ``python pdf_inside.py < file`` prints what it is.

The library that reads PDFs sets limits for single parts, but none for the time and memory of a
whole file. Here the system does. Imports nothing of the project, so that it starts quickly.
"""

import io
import resource
import sys

import pikepdf

CPU_SECONDS = 10
MEMORY = 1024**3  # bytes
# Bytes that one packed part may unpack to; what is larger counts as damaged.
MAX_STREAM = 32 * 1024**2
MAX_NESTING = 100

FINE, ACTIVE, PROTECTED, DAMAGED = "fine", "active", "protected", "damaged"

# Names of what runs when it is opened, of files within it, and of what sends or loads something.
NAMES = frozenset(
    f"/{name}"
    for name in (
        *("JavaScript", "JS", "Launch", "EmbeddedFile", "EmbeddedFiles", "FileAttachment"),
        *("RichMedia", "XFA", "SubmitForm", "ImportData", "GoToE", "OnInstantiate"),
    )
)
# Where a viewer goes by itself may be a place in the same document.
HARMLESS_ACTIONS = ("/GoTo", "/Named")


def look_into(content):
    """Return one of the words above for the bytes of a PDF."""
    exceeded = pikepdf.settings.qpdf_limit_errors()
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            is_active = any(map(_is_active, _objects(document)))
    except pikepdf.PasswordError:
        return PROTECTED
    except pikepdf.PdfError:
        return DAMAGED
    # Parts beyond a limit are passed over without an error, so nobody has looked at them.
    if pikepdf.settings.qpdf_limit_errors() > exceeded:
        return DAMAGED
    return ACTIVE if is_active else FINE


def _objects(document):
    """Yield every object; raises ``PdfError`` where some are packed and cannot be read."""
    for each in document.objects:
        if isinstance(each, pikepdf.Stream) and "/First" in each:
            each.read_bytes()
        yield each


def _is_active(value):
    """Return whether an object runs something or holds a file; what it refers to is not followed,
    because that is an object of its own."""
    if isinstance(value, pikepdf.Name):
        # Not as text: a name may be in any encoding.
        return value.unparse(resolved=True).decode("latin-1") in NAMES
    if isinstance(value, pikepdf.Array):
        return any(map(_is_active, _parts(value)))
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        keys = value.keys()
        return (
            not NAMES.isdisjoint(keys)
            or ("/EF" in keys and _has(value["/EF"], pikepdf.Stream))
            or ("/OpenAction" in keys and _acts(value["/OpenAction"]))
            or (
                "/AA" in keys and _is_table(value["/AA"]) and any(map(_acts, value["/AA"].values()))
            )
            or any(map(_is_active, _parts(value.values())))
        )
    return False


def _is_table(value):
    return isinstance(value, pikepdf.Dictionary | pikepdf.Stream)


def _has(value, kind):
    return _is_table(value) and any(isinstance(each, kind) for each in value.values())


def _acts(value):
    """Return whether a viewer that meets an action by itself leaves the document."""
    return _is_table(value) and "/S" in value and str(value["/S"]) not in HARMLESS_ACTIONS


def _parts(values):
    return (value for value in values if not getattr(value, "is_indirect", False))


def main():
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    pikepdf.settings.set_qpdf_limits(
        parser_max_nesting=MAX_NESTING,
        flate_max_memory=MAX_STREAM,
        png_max_memory=MAX_STREAM,
        run_length_max_memory=MAX_STREAM,
        tiff_max_memory=MAX_STREAM,
    )
    print(look_into(sys.stdin.buffer.read()))  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
