"""Every bad input is refused in one line that names it, and leaves no file behind."""

import io
import os
import stat
import struct
import zipfile
import zlib

import pytest
from faces import jpeg, numbered, signs, write_archive, write_celeba, write_table
from PIL import Image

import fuel_compat
from fuel_compat import FileError, InputError, zips
from fuel_compat.cli import main

ARCHIVE, TABLE = "img_align_celeba.zip", "list_attr_celeba.txt"
THIRD = "img_align_celeba/000003.jpg"


@pytest.fixture
def folder(tmp_path):
    """A folder with 4 faces and their table."""
    write_celeba(tmp_path, 4)
    return tmp_path


def refused(folder, message, error=FileError, source=None, **options):
    with pytest.raises(error, match=message) as caught:
        fuel_compat.convert_celeba(source or folder, folder / "out", **options)
    assert not (folder / "out").exists() or not list((folder / "out").iterdir())
    assert "\n" not in str(caught.value)


def png(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def huge_png(side):
    """A PNG of side x side pixels in a few bytes, as far as its header goes."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "content, options, message",
    [
        (jpeg(0)[:3000], {}, "000003.jpg cannot be decoded .*truncated"),
        (b"<html>404</html>", {}, "000003.jpg cannot be decoded .no picture"),
        (b"", {}, "000003.jpg cannot be decoded"),
        (jpeg(0, size=(178, 217)), {}, "000003.jpg is 178 x 217 pixels, not the 178 x 218 .*--fit"),
        (jpeg(0, size=(218, 178)), {"size": None}, "000003.jpg is 218 x 178 pixels"),
        (jpeg(0, mode="L"), {}, "000003.jpg has mode L, not RGB; --fit"),
        (jpeg(0, mode="CMYK"), {}, "000003.jpg has mode CMYK"),
        (png(Image.new("I;16", (90, 90))), {"fit": True}, "000003.jpg has mode I;16.*8 bits"),
        (huge_png(30000), {"fit": True}, "000003.jpg has implausibly many pixels .*900000000"),
        (huge_png(8193), {"fit": True}, "000003.jpg has implausibly many pixels .*8193 x 8193"),
    ],
)
def test_a_bad_picture_is_named(folder, content, options, message):
    write_archive(folder / ARCHIVE, {**numbered(4), THIRD: content})
    refused(folder, message, **options)


def test_pictures_in_a_folder_are_named_too(tmp_path):
    for name, content in (("a.jpg", jpeg(0)), ("b.jpg", jpeg(0)[:500])):
        (tmp_path / name).write_bytes(content)
    refused(tmp_path, r"b\.jpg cannot be decoded", targets=False)
    os.truncate(tmp_path / "b.jpg", 2**26 + 1)
    refused(tmp_path, r"b\.jpg has 67,108,865 bytes", targets=False)


def test_a_worker_names_the_bad_picture(tmp_path):
    pictures = {f"{seed:02d}.jpg": jpeg(seed) for seed in range(20)}
    write_archive(tmp_path / ARCHIVE, {**pictures, "13.jpg": jpeg(13)[:900]})
    refused(tmp_path, r"13\.jpg cannot be decoded", size=None, targets=False, workers=2)


def without(name):
    return {key: content for key, content in numbered(4).items() if key != name}


@pytest.mark.parametrize(
    "pictures, message",
    [
        (without(THIRD), "picture 000003 is missing.*--limit 2"),
        (without("img_align_celeba/000001.jpg"), "picture 000001 is missing"),
        ({**numbered(4), "more/000002.jpg": b""}, "more/000002.jpg: its number comes twice"),
        ({**numbered(4), "000000.jpg": b""}, "number 000000 is not CelebA's"),
        ({**numbered(4), "stranger.jpg": jpeg(9)}, f"{TABLE}: has no row for stranger.jpg"),
        (numbered(5), f"{TABLE}: has no row for img_align_celeba/000005.jpg"),
        ({"readme.txt": b""}, "holds no pictures"),
    ],
)
def test_missing_and_surplus_pictures_are_named(folder, pictures, message):
    write_archive(folder / ARCHIVE, pictures)
    refused(folder, message)


def changed(line, text):
    def change(lines):
        return [*lines[:line], text, *lines[line + 1 :]]

    return change


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda lines: lines[:-1], "announces 4 rows but has 3"),
        (lambda lines: [*lines, lines[-1]], "announces 4 rows but has 5"),
        (changed(3, "000002.jpg " + "1 " * 39), "line 4 is not a name and 40 times 1 or -1: '000002.jpg"),
        (changed(3, "000002.jpg " + "1 " * 39 + "0"), "line 4 is not"),
        (changed(3, "000001.jpg " + "1 " * 40), "line 4 is a second row for 000001.jpg"),
        (changed(3, "000009.jpg " + "1 " * 40), "has no row for img_align_celeba/000002.jpg"),
        (changed(3, ""), "line 4 is not"),
        (changed(1, "Only three names"), "and 3 names"),
        (lambda lines: lines[1:], "first line must be the number"),
        (lambda _: [], "first line must be the number"),
        (changed(0, "9" * 5000), "announces 9{40} rows but has 4"),  # int() takes 4,300 digits
        (changed(0, "\u0664"), "first line must be the number"),  # a four, but not CelebA's
        (changed(0, "\xff"), "first line must be"),
    ],
)
def test_a_bad_table_is_named(folder, change, message):
    table = folder / TABLE
    table.write_text("\n".join(change(table.read_text().splitlines())), encoding="utf-8")
    refused(folder, f"{TABLE}.*{message}")


def test_a_missing_table_is_named_and_can_do_without(folder):
    (folder / TABLE).unlink()
    refused(folder, f"{TABLE} does not exist.*--no-targets")
    assert fuel_compat.convert_celeba(folder, folder / "out", targets=False).is_file()


def test_a_table_of_more_pictures_serves_a_partial_archive(folder):
    write_table(folder, signs(9))
    assert fuel_compat.convert_celeba(folder, folder / "out").is_file()


def damage(content, at):
    return content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :]


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda content: b"<html>404</html>", "is not a whole zip archive"),
        (lambda content: content[:-300], "is not a whole zip archive"),
        (lambda content: b"", "is not a whole zip archive"),
        (lambda content: damage(content, 2000), "000001.jpg is damaged"),
        (lambda content: damage(content, 0), "000001.jpg is not where the table of contents says"),
    ],
)
def test_a_damaged_archive_is_named(folder, change, message):
    path = folder / ARCHIVE
    path.write_bytes(change(path.read_bytes()))
    refused(folder, f"{ARCHIVE}.*{message}")


@pytest.mark.parametrize(
    "name",
    ["/etc/000001.jpg", "../000001.jpg", "a/../../b.jpg", "C:/a.jpg", "..\\a.jpg", "a\x1b[2J.jpg", "../notes.txt"],
)
def test_names_with_tricks_are_refused(tmp_path, name):
    write_archive(tmp_path / ARCHIVE, {name: jpeg(0)})
    refused(tmp_path, f"{ARCHIVE}: member .* points outside of the archive", targets=False)


def test_backslashes_of_windows_are_folders(tmp_path):
    write_archive(tmp_path / ARCHIVE, {name.replace("/", "\\"): content for name, content in numbered(2).items()})
    write_table(tmp_path, signs(2))
    assert fuel_compat.convert_celeba(tmp_path, tmp_path / "out").is_file()


def member(**fields):
    """Entry `a.jpg` of an archive, with these fields."""
    info = zipfile.ZipInfo("a.jpg")
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def test_bombs_links_and_secrets_are_refused(tmp_path):
    path = tmp_path / ARCHIVE
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jpg", bytes(2**26 + 1))
    assert path.stat().st_size < 100_000
    refused(tmp_path, "a.jpg claims 67,108,865 bytes", targets=False)
    content = path.read_bytes()
    entry = content.index(b"PK\1\2")
    lying = content[: entry + 24] + struct.pack("<I", 1000) + content[entry + 28 :]  # declares 1,000 bytes
    path.write_bytes(lying)
    refused(tmp_path, "a.jpg is damaged .its size", targets=False)
    for fields, message in [
        ({"external_attr": (stat.S_IFLNK | 0o777) << 16}, "a.jpg is a symbolic link"),
        ({"compress_type": zipfile.ZIP_LZMA}, "a.jpg is packed by method 14"),
    ]:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(member(**fields), b"/etc/passwd")
        refused(tmp_path, message, targets=False)
    content = path.read_bytes()
    entry = content.index(b"PK\1\2")
    path.write_bytes(content[: entry + 8] + b"\1" + content[entry + 9 :])
    refused(tmp_path, "a.jpg is encrypted", targets=False)


def test_an_offset_beyond_all_files_is_refused(tmp_path):
    path = tmp_path / ARCHIVE
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member(extra=struct.pack("<HHQ", 1, 8, 2**63)), b"content")
    content = path.read_bytes()
    offset = content.index(b"PK\1\2") + 42
    path.write_bytes(content[:offset] + b"\xff" * 4 + content[offset + 4 :])  # the 64 bits of the extra field hold
    refused(tmp_path, f"{ARCHIVE} is not a whole zip archive .*; fetch it again", targets=False)


def test_members_are_counted_before_anything_is_made_of_them(tmp_path, monkeypatch):
    write_archive(tmp_path / ARCHIVE, numbered(4))
    monkeypatch.setattr(zipfile, "ZipInfo", None)
    monkeypatch.setattr(zips, "_MOST_MEMBERS", 3)
    refused(tmp_path, f"{ARCHIVE} has more than 3 members; unpack it", targets=False)
    monkeypatch.setattr(zips, "_LARGEST_TABLE", 99)
    refused(tmp_path, f"{ARCHIVE}: its table of contents has .* bytes; unpack it", targets=False)


def test_a_table_of_absurd_size_is_not_read(folder):
    os.truncate(folder / TABLE, 2**26 + 1)
    refused(folder, f"{TABLE} has 67,108,865 bytes")


def test_where_the_pictures_are_is_said(tmp_path):
    refused(tmp_path, "nowhere does not exist", source=tmp_path / "nowhere")
    refused(tmp_path, "holds no pictures")
    write_archive(tmp_path / "one.zip", {"a.jpg": jpeg(0)})
    assert fuel_compat.convert_celeba(tmp_path, tmp_path / "elsewhere", targets=False).is_file()
    write_archive(tmp_path / "two.zip", {"a.jpg": jpeg(0)})
    refused(tmp_path, r"several zip archives \(one.zip, two.zip\)")


@pytest.mark.parametrize(
    "options, message",
    [
        ({"split": (2, 1, 0)}, "--split 2,1,0: .* add up to the 4 pictures"),
        ({"split": (5, -1, 0)}, "--split 5,-1,0"),
        ({"split": (3, 1)}, "--split 3,1"),
        ({"limit": 0}, "--limit 0"),
        ({"workers": -1}, "--workers -1"),
        ({"size": 0}, "size 0"),
        ({"size": 179}, "size 179: must be from 1 to 178"),
    ],
)
def test_bad_options_are_named(folder, options, message):
    refused(folder, message, InputError, **options)


def test_of_an_endless_path_the_ends_are_shown(capsys):
    assert main(["info", "begin/" + "x/" * 2000 + "end.hdf5"]) == 2
    error = capsys.readouterr().err
    assert len(error) < 400 and "begin/x/x" in error and "..." in error and "end.hdf5" in error


def test_the_command_line_says_one_line_and_exits_with_2(folder, capsys):
    os.truncate(folder / ARCHIVE, 5000)
    assert main(["convert", "celeba", "64", "-d", str(folder), "-o", str(folder)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and error.startswith("error: ") and ARCHIVE in error


@pytest.mark.parametrize("arguments", [[], ["convert"], ["convert", "celeba", "big"], ["convert", "lsun"]])
def test_mistakes_on_the_command_line(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2 and "error" in capsys.readouterr().err


def test_the_command_line_says_what_was_done(folder, capsys):
    arguments = ["convert", "celeba", "64", "-d", str(folder), "-o", str(folder), "-r", "small", "--split", "2,1,1"]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "4 pictures of" in said and "train 2, valid 1, test 1" in said and "small.hdf5" in said
    assert main(["info", str(folder / "small.hdf5")]) == 0
    assert "features: uint8 [4, 3, 64, 64]" in capsys.readouterr().out
    assert ARCHIVE in said and TABLE in said
