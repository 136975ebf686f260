"""Pictures: which are refused and why, and what is left of those that are taken."""

import io
import tracemalloc

import pytest
from django.core.exceptions import ValidationError
from PIL import Image, ImageCms

from citynet.uploads import images
from tests import uploads
from tests.uploads import picture, sent


def prepare(name, content):
    return images.prepare(sent(name, content), name)


def opened(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("bus.jpg", "JPEG"),
        ("bus.JPEG", "JPEG"),
        ("bus.jpe", "JPEG"),
        ("bus.jfif", "JPEG"),
        ("bus.pjp", "JPEG"),
        ("IMG_4711", "JPEG"),
        ("bus.png", "PNG"),
        ("bus.webp", "WEBP"),
        ("bus.avif", "AVIF"),
        # What is inside decides.
        ("bus.jpg", "PNG"),
        ("bus.jpg", "WEBP"),
        ("bus.png", "JPEG"),
        ("bus.heic", "JPEG"),
        ("bus.jpeg", "AVIF"),
    ],
)
def test_picture_becomes_two_of_webp(name, form):
    taken = prepare(name, picture(form, (2000, 100)))
    large, small = opened(taken.large), opened(taken.small)
    assert (large.format, large.size) == ("WEBP", (1600, 80))
    assert (small.format, small.size) == ("WEBP", (640, 32))
    assert (taken.width, taken.height) == (1600, 80)


def test_small_picture_is_not_made_larger():
    taken = prepare("bus.png", picture("PNG", (300, 200)))
    assert opened(taken.large).size == opened(taken.small).size == (300, 200)


@pytest.mark.parametrize(
    ("form", "mode", "result"),
    [
        ("PNG", "1", "RGB"),
        ("PNG", "L", "RGB"),
        ("PNG", "LA", "RGBA"),
        ("PNG", "P", "RGB"),
        ("PNG", "RGBA", "RGBA"),
        ("PNG", "I;16", "RGB"),
        ("JPEG", "L", "RGB"),
        ("JPEG", "CMYK", "RGB"),
    ],
)
def test_every_mode_becomes_colours_of_a_screen(form, mode, result):
    taken = prepare(f"bus.{form.lower()}", picture(form, (64, 48), mode))
    assert opened(taken.large).mode == result


def test_palette_with_a_transparent_colour_stays_transparent():
    taken = prepare("bus.png", picture("PNG", (20, 20), "P", transparency=0))
    assert opened(taken.large).convert("RGBA").getpixel((5, 5))[3] == 0


def test_sixteen_bits_of_grey_keep_their_brightness():
    taken = prepare("bus.png", picture("PNG", (20, 20), "I;16", 0x8000))
    assert opened(taken.large).getpixel((5, 5)) == pytest.approx((128, 128, 128), abs=3)


def test_photo_of_a_telephone_is_turned_and_tells_nothing():
    taken = prepare("IMG_1.jpg", uploads.telephone_photo())
    for content in (taken.large, taken.small):
        image = opened(content)
        assert image.size == (200, 300)
        assert dict(image.getexif()) == {}
        assert sorted(image.info) == ["background", "loop"]
        assert b"Secret" not in content
        assert b"EXIF" not in content
        top, bottom = image.convert("RGB").getpixel((100, 20)), image.getpixel((100, 280))
        assert top == pytest.approx((254, 0, 0), abs=12)
        assert bottom == pytest.approx((0, 0, 254), abs=12)


def test_orientation_of_a_png_counts_too():
    exif = Image.Exif()
    exif[uploads.ORIENTATION] = 8
    taken = prepare("bus.png", picture("PNG", (300, 200), exif=exif))
    assert (taken.width, taken.height) == (200, 300)


@pytest.mark.parametrize("name", ["IMG_1.HEIC", "bus.heif", "bus.hif", "bus.jpg"])
def test_photo_of_a_newer_telephone_is_read(name):
    taken = prepare(name, uploads.HEIC)
    image = opened(taken.large)
    assert (image.format, image.size) == ("WEBP", (64, 48))
    assert image.getpixel((5, 5)) == pytest.approx((254, 0, 0), abs=12)
    assert b"Secret" not in taken.large + taken.small


def heic_that_claims(width, height):
    """A small HEIC whose head promises many pixels."""
    place = uploads.HEIC.index(b"ispe") + 8
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    # Without the box that crops it.
    whole = uploads.HEIC.replace(b"clap", b"free")
    return whole[:place] + head + whole[place + 8 :]


def profile_with_red_and_blue_changed():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"____").replace(b"bXYZ", b"rXYZ").replace(b"____", b"bXYZ")


@pytest.mark.parametrize(("mode", "colour"), [("RGB", "#ff0000"), ("RGBA", "#ff0000cc")])
def test_colour_profile_is_applied_and_left_out(mode, colour):
    profile = profile_with_red_and_blue_changed()
    content = picture("PNG", (20, 20), mode, colour, icc_profile=profile)
    image = opened(prepare("bus.png", content).large)
    assert "icc_profile" not in image.info
    assert image.mode == mode
    assert image.getpixel((5, 5))[:3] == pytest.approx((0, 0, 254), abs=8)


def test_broken_colour_profile_leaves_the_colours():
    content = picture("PNG", (20, 20), colour="#808080", icc_profile=b"no profile")
    image = opened(prepare("bus.png", content).large)
    assert image.getpixel((5, 5)) == pytest.approx((128, 128, 128), abs=3)


def test_second_picture_behind_a_jpeg_is_dropped():
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green")]
    written = io.BytesIO()
    frames[0].save(written, "MPO", save_all=True, append_images=frames[1:])
    assert opened(written.getvalue()).format == "MPO"
    image = opened(prepare("bus.jpg", written.getvalue()).large)
    assert image.getpixel((5, 5)) == pytest.approx((254, 0, 0), abs=8)


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", uploads.GOOD["report.docx"]])
def test_what_hangs_behind_a_picture_is_dropped(tail):
    taken = prepare("bus.jpg", picture() + tail)
    assert tail[:8] not in taken.large + taken.small
    assert taken.width == 800


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("bus.png", b"", "empty"),
        ("bus.svg", uploads.SVG, "extension"),
        ("bus.gif", uploads.GIF, "extension"),
        ("bus.html", uploads.HTML, "extension"),
        ("bus.png.exe", picture("PNG"), "extension"),
        ("bus.png", uploads.SVG, "unreadable"),
        ("bus.png", uploads.HTML, "unreadable"),
        ("bus.png", uploads.GIF, "unreadable"),
        ("bus.jpg", uploads.EXECUTABLE, "unreadable"),
        ("bus.jpg", uploads.pdf(), "unreadable"),
        ("bus.webp", uploads.archive([("a", "b")]), "unreadable"),
        ("bus.jpg", picture("TIFF"), "unreadable"),
        ("bus.heic", uploads.HEIC[:200], "unreadable"),
        ("bus.heic", uploads.HEIC[:-60], "unreadable"),
        ("bus.heic", heic_that_claims(20_000, 20_000), "pixels"),
        ("bus.webp", uploads.animation(), "animated"),
        ("bus.png", uploads.animation("PNG"), "animated"),
        ("bus.avif", uploads.animation("AVIF"), "animated"),
        ("bus.png", uploads.png_that_claims(20_000, 20_000), "pixels"),
        ("bus.png", uploads.png_that_claims(10_000, 9_500), "pixels"),
        ("bus.png", uploads.png_that_claims(8_001, 8_000), "pixels"),
        ("bus.png", uploads.png_that_claims(100, 100), "unreadable"),
        ("bus.png", picture("PNG")[:-30], "unreadable"),
        ("bus.jpg", picture(size=(1200, 900))[:2000], "unreadable"),
        ("bus.webp", picture("WEBP")[:40], "unreadable"),
        ("bus.avif", picture("AVIF")[:100], "unreadable"),
    ],
)
def test_picture_is_refused_with_its_reason(name, content, code):
    with pytest.raises(ValidationError) as refusal:
        prepare(name, content)
    assert refusal.value.code == code
    assert refusal.value.message.endswith(".")


def test_limit_of_bytes(settings):
    content = picture()
    settings.MAX_IMAGE_BYTES = len(content)
    assert prepare("bus.jpg", content).width == 800
    settings.MAX_IMAGE_BYTES -= 1
    with pytest.raises(ValidationError, match=r"at most .* can be sent") as refusal:
        prepare("bus.jpg", content)
    assert refusal.value.code == "too-large"


def test_limit_of_pixels(settings):
    settings.MAX_IMAGE_PIXELS = 800 * 600
    assert prepare("bus.jpg", picture()).width == 800
    settings.MAX_IMAGE_PIXELS -= 1
    with pytest.raises(ValidationError) as refusal:
        prepare("bus.jpg", picture())
    assert refusal.value.code == "pixels"


def test_many_pixels_cost_no_memory():
    content = uploads.png_that_claims(20_000, 20_000)
    tracemalloc.start()
    with pytest.raises(ValidationError):
        prepare("bus.png", content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
