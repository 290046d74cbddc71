"""A terminal's screen as a picture: every cell drawn, blocks and lines without seams."""

from __future__ import annotations

from pathlib import Path

import pyte
from PIL import Image, ImageDraw, ImageFont

CELL_WIDTH, CELL_HEIGHT, FONT_SIZE = 10, 20, 16
MARGIN = 14
_FONTS = (
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"),
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf"),
)
_SIXTEEN = {
    "black": "#1e1e1e",
    "red": "#e05561",
    "green": "#8cc265",
    "brown": "#d18f52",
    "blue": "#4aa5f0",
    "magenta": "#c162de",
    "cyan": "#42b3c2",
    "white": "#d7dae0",
    "brightblack": "#6b727f",
    "brightred": "#ff616e",
    "brightgreen": "#a5e075",
    "brightbrown": "#f0a45d",
    "brightblue": "#4dc4ff",
    "brightmagenta": "#de73ff",
    "brightcyan": "#4cd1e0",
    "brightwhite": "#ffffff",
}
_EIGHTHS = "▁▂▃▄▅▆▇█"


def fonts() -> tuple[ImageFont.FreeTypeFont, ImageFont.FreeTypeFont]:
    """DejaVu Sans Mono, regular and bold (Debian: fonts-dejavu-core)."""
    for path in _FONTS:
        if not path.is_file():
            raise SystemExit(f"{path} is missing: install fonts-dejavu-core")
    regular, bold = (ImageFont.truetype(str(path), FONT_SIZE) for path in _FONTS)
    return regular, bold


def render(screen: pyte.Screen, *, foreground: str, background: str) -> Image.Image:
    """The picture of a screen; the two colours stand where the program set none."""
    regular, bold = fonts()
    size = (
        screen.columns * CELL_WIDTH + 2 * MARGIN,
        screen.lines * CELL_HEIGHT + 2 * MARGIN,
    )
    image = Image.new("RGB", size, background)
    draw = ImageDraw.Draw(image)
    for y in range(screen.lines):
        for x in range(screen.columns):
            cell = screen.buffer[y][x]
            fore = _colour(cell.fg, foreground)
            back = _colour(cell.bg, background)
            if cell.reverse:
                fore, back = back, fore
            left, top = MARGIN + x * CELL_WIDTH, MARGIN + y * CELL_HEIGHT
            box = (left, top, left + CELL_WIDTH - 1, top + CELL_HEIGHT - 1)
            draw.rectangle(box, fill=back)
            if cell.data.strip() and not _block(draw, cell.data, box, fore, back):
                font = bold if cell.bold else regular
                draw.text((left, top + 1), cell.data, font=font, fill=fore)
            if cell.underscore:
                draw.line((left, box[3] - 1, box[2], box[3] - 1), fill=fore)
    return image


def _colour(name: str, default: str) -> str:
    if name == "default":
        return default
    return _SIXTEEN.get(name) or f"#{name}"


def _block(
    draw: ImageDraw.ImageDraw, char: str, box: tuple[int, int, int, int], fore: str, back: str
) -> bool:
    """Glyphs that must meet their neighbours are drawn, not typed."""
    left, _, right, bottom = box
    if char in _EIGHTHS:
        height = round((_EIGHTHS.index(char) + 1) * CELL_HEIGHT / 8)
        draw.rectangle((left, bottom - height + 1, right, bottom), fill=fore)
    elif char == "░":
        mixed = Image.blend(Image.new("RGB", (1, 1), back), Image.new("RGB", (1, 1), fore), 0.35)
        draw.rectangle(box, fill=mixed.getpixel((0, 0)))  # type: ignore[arg-type]
    elif char in "─━═│╭╮╰╯┤":
        _line(draw, char, box, fore)
    elif "⠀" <= char <= "⣿":
        _dots(draw, ord(char) - 0x2800, box, fore)
    else:
        return False
    return True


def _line(draw: ImageDraw.ImageDraw, char: str, box: tuple[int, int, int, int], fore: str) -> None:
    left, top, right, bottom = box
    x, y = left + CELL_WIDTH // 2, top + CELL_HEIGHT // 2
    if char in "─━":
        draw.line((left, y, right, y), fill=fore, width=1 if char == "─" else 3)
    elif char == "═":
        draw.line((left, y - 2, right, y - 2), fill=fore, width=2)
        draw.line((left, y + 2, right, y + 2), fill=fore, width=2)
    elif char in "│┤":
        draw.line((x, top, x, bottom), fill=fore)
        if char == "┤":
            draw.line((left, y, x, y), fill=fore)
    else:
        radius = CELL_WIDTH // 2
        rightwards, downwards = char in "╭╰", char in "╭╮"
        end_x = right if rightwards else left
        end_y = bottom if downwards else top
        near_x = x + radius if rightwards else x - radius
        near_y = y + radius if downwards else y - radius
        draw.line((near_x, y, end_x, y), fill=fore)
        draw.line((x, near_y, x, end_y), fill=fore)
        corner = (min(x, x + 2 * (near_x - x)), min(y, y + 2 * (near_y - y)))
        start = {"╭": 180, "╮": 270, "╯": 0, "╰": 90}[char]
        draw.arc(
            (*corner, corner[0] + 2 * radius, corner[1] + 2 * radius), start, start + 90, fill=fore
        )


def _dots(draw: ImageDraw.ImageDraw, bits: int, box: tuple[int, int, int, int], fore: str) -> None:
    left, top, _, _ = box
    places = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
    for bit, (column, row) in enumerate(places):
        if bits >> bit & 1:
            x = left + column * CELL_WIDTH // 2
            y = top + row * CELL_HEIGHT // 4
            draw.rectangle((x, y, x + CELL_WIDTH // 2 - 2, y + CELL_HEIGHT // 4 - 2), fill=fore)
