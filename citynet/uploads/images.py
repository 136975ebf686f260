"""Pictures that people send: checked, turned upright, stripped, and re-encoded in two sizes.

Only the pixels of the sent file are stored: no place, date, camera or colour profile, and no data
appended to the picture. What a picture is, its content decides: telephones and web sites name HEIC
and WebP ".jpg".
"""

import io
from dataclasses import dataclass
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from pi_heif import register_heif_opener
from PIL import Image, ImageCms, ImageOps, features

# Of a HEIC file the photo alone is read. This library decodes only: that of the same authors which
# writes too brings an encoder under the GPL.
register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)

# What a picture may be, by what people call it. A browser shows other formats too, but not all, or
# not safely.
FORMATS = {"AVIF": "AVIF", "HEIC": "HEIF", "JPEG": "JPEG", "PNG": "PNG", "WebP": "WEBP"}
if not features.check("avif"):
    del FORMATS["AVIF"]
# Endings of pictures; which of them a file has says nothing about its content. A name without any
# is that of a picture as well as of anything else.
ENDINGS = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".jfi", ".pjpeg", ".pjp", ".png"),
    *(".webp", ".avif", ".heic", ".heif", ".hif"),
)
# Formats in which telephones save further pictures beside the photo, and that photo comes first.
WITH_MORE = ("MPO", "HEIF")
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
    if PurePath(name).suffix.lower() not in ("", *ENDINGS):
        raise ValidationError(
            _("Only pictures can be sent here: %(formats)s.") % {"formats": formats()},
            code="extension",
        )
    try:
        _check(file)
        large, small = _resized(file)
        return Picture(_encoded(large), _encoded(small), *large.size)
    except ValidationError:
        raise
    # A decoder may raise anything for a broken picture.
    except Exception as error:
        raise _unreadable() from error


def formats():
    """Return the formats that can be sent, for people: "AVIF, HEIC, JPEG, PNG, WebP"."""
    return ", ".join(FORMATS)


def _unreadable():
    return ValidationError(
        _(
            "This is no picture of a kind that can be read here (%(formats)s), or it is damaged. "
            "Open it on your computer and save it as JPEG."
        )
        % {"formats": formats()},
        code="unreadable",
    )


def _open(file):
    file.seek(0)
    return Image.open(file, formats=list(FORMATS.values()))


def _check(file):
    """Look at the head of a picture only. Raises ``ValidationError``."""
    try:
        image = _open(file)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    with image:
        _count_pixels(image)
        if image.format not in WITH_MORE and getattr(image, "n_frames", 1) > 1:
            raise ValidationError(
                _("This picture moves. Send one that stands still."), code="animated"
            )
        image.verify()


def _count_pixels(image):
    if image.width * image.height > settings.MAX_IMAGE_PIXELS:
        raise _too_many_pixels()


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
        # Of some formats only the decoder knows how large the picture is.
        _count_pixels(image)
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
