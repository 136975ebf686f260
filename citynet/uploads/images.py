"""Pictures that people send: checked, turned upright, stripped, and re-encoded in two sizes.

Only the pixels of the sent file are stored: no place, date, camera or colour profile, and no data
appended to the picture.
"""

import io
from dataclasses import dataclass
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, features

# What a file has to be, by its ending. A browser shows other formats too, but not all, or not safely.
FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
if features.check("avif"):
    FORMATS[".avif"] = "AVIF"
# Telephones append a second picture to a JPEG (MPO): the first one is the photo.
SAME_AS = {"MPO": "JPEG"}
# Pixels of the longer side.
LARGE = 1600
SMALL = 640
QUALITY = 82
CONTENT_TYPE = "image/webp"
SRGB = ImageCms.createProfile("sRGB")


@dataclass(frozen=True)
class Picture:
    """A picture ready to be stored: two WebP files, and the size in pixels of the larger one."""

    large: bytes
    small: bytes
    width: int
    height: int


def prepare(file, name):
    """Return the :class:`Picture` in a sent ``file`` with the cleaned ``name``.

    Raises ``ValidationError`` with the reason. What is cheap is looked at first, and the pixels
    are counted before any of them is decoded.
    """
    if not file.size:
        raise ValidationError(_("This file is empty."), code="empty")
    if file.size > settings.MAX_IMAGE_BYTES:
        raise ValidationError(
            _("This picture has %(size)s; at most %(most)s can be sent. Save it smaller first.")
            % {
                "size": filesizeformat(file.size),
                "most": filesizeformat(settings.MAX_IMAGE_BYTES),
            },
            code="too-large",
        )
    expected = FORMATS.get(PurePath(name).suffix.lower())
    if expected is None:
        raise ValidationError(
            _("Only pictures can be sent here: %(formats)s.") % {"formats": formats()},
            code="extension",
        )
    try:
        _check(file, expected)
        large, small = _resized(file)
        return Picture(_encoded(large), _encoded(small), *large.size)
    except ValidationError:
        raise
    # A decoder may raise anything for a broken picture.
    except Exception as error:
        raise _unreadable() from error


def formats():
    """Return the formats that can be sent, for people: "AVIF, JPEG, PNG, WebP"."""
    return ", ".join(sorted({each.replace("WEBP", "WebP") for each in FORMATS.values()}))


def _unreadable():
    return ValidationError(
        _("This file is no picture, or it is damaged. Open it on your computer and save it again."),
        code="unreadable",
    )


def _open(file):
    file.seek(0)
    return Image.open(file, formats=sorted(set(FORMATS.values())))


def _check(file, expected):
    """Look at the head of a picture only. Raises ``ValidationError``."""
    try:
        image = _open(file)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    with image:
        if SAME_AS.get(image.format, image.format) != expected:
            raise ValidationError(
                _("By its name this is %(expected)s, but inside it is %(found)s.")
                % {"expected": expected, "found": image.format},
                code="format",
            )
        if image.width * image.height > settings.MAX_IMAGE_PIXELS:
            raise _too_many_pixels()
        if image.format not in SAME_AS and getattr(image, "n_frames", 1) > 1:
            raise ValidationError(
                _("This picture moves. Send one that stands still."), code="animated"
            )
        image.verify()


def _too_many_pixels():
    return ValidationError(
        _("This picture has too many pixels; at most %(most)d million can be sent.")
        % {"most": settings.MAX_IMAGE_PIXELS // 1_000_000},
        code="pixels",
    )


def _resized(file):
    """Return the picture in its two sizes: upright, in sRGB, and with nothing but pixels."""
    # Verifying has used the first one up.
    with _open(file) as image:
        # A JPEG is decoded no larger than is needed.
        image.draft(None, (2 * LARGE, 2 * LARGE))
        image.load()
        large = _plain(image)
        large.thumbnail((LARGE, LARGE))
        large = _in_srgb(ImageOps.exif_transpose(large))
        large.info.clear()
    small = large.copy()
    small.thumbnail((SMALL, SMALL))
    return large, small


def _plain(image):
    """Return the picture in a mode that can be made smaller: palettes and 16 bits of grey
    cannot."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 256) + 0).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("RGB", "L", "CMYK") else image.convert("RGB")


def _in_srgb(image):
    """Return the picture as RGB or RGBA, its colours as its profile means them."""
    profile = image.info.get("icc_profile")
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colours = image.convert("RGB") if alpha else image
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            colours = ImageCms.profileToProfile(colours, source, SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            # A broken profile, or one for another kind of picture: the colours as they are.
            profile = None
    colours = colours.convert("RGB")
    if alpha:
        colours.putalpha(alpha)
    return colours


def _encoded(image):
    written = io.BytesIO()
    image.save(written, "WEBP", quality=QUALITY, method=4)
    return written.getvalue()
