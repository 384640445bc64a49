"""What stands over and under a candidate is what the rules say, for whichever segments a page has."""

from __future__ import annotations

import random

import numpy as np
import pytest

from docuextract_desktop.documents.models import Page
from docuextract_desktop.extraction.candidates.find import Wanted, find_together
from docuextract_desktop.extraction.candidates.labels import match_labels
from docuextract_desktop.extraction.features.surroundings import first_line_height
from docuextract_desktop.extraction.features.verticals import over_and_under
from docuextract_desktop.extraction.words.tokens import NUMBER, Floats, TokenView, view_tokens
from docuextract_desktop.templates.models import Locale
from tests.extraction.printed import document_of


def _random_page(seed: int, index: int) -> Page:
    """Segments of a few words somewhere about a grid; some end exactly or nearly where others do."""
    draw = random.Random(f"{seed} {index}")  # noqa: S311
    texts, boxes, line_of, segment_of = [], [], [], []
    segment = 0
    for line in range(draw.choice([1, 4, 30])):
        for column in range(draw.randint(1, 5)):
            x, y = 0.05 + 0.18 * column + draw.choice([0, 0.004, 0.03]), 0.02 + 0.03 * line + draw.choice([0, 1e-7])
            for _ in range(draw.randint(1, 3)):
                texts.append(draw.choice(["Total", "Name", "12.50", "Berlin", "7"]))
                width = 0.01 * len(texts[-1])
                boxes.append((x, y, x + width, y + draw.choice([0.01, 0.02, 0.05])))
                line_of.append(line)
                segment_of.append(segment)
                x += width + 0.002
            segment += 1
    return Page(
        index=index,
        width=600.0,
        height=800.0,
        rotation=0,
        method="text_layer",
        texts=tuple(texts),
        boxes=np.array(boxes, np.float32),
        confidences=np.ones(len(texts), np.float32),
        line_of=np.array(line_of, np.int32),
        segment_of=np.array(segment_of, np.int32),
    )


def _by_the_rules(view: TokenView, box: Floats, height: np.float32, page: int) -> list[int]:
    """The nearest segment above, the next one, the nearest without digits, the nearest below."""
    others = view.segment_box
    on_page = view.page_of_line[view.line_of_segment] == page
    column = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0]) > -0.004
    middle = (others[:, 1] + others[:, 3]) / 2
    up, down = (box[1] - others[:, 3]) / height, (others[:, 1] - box[3]) / height
    wordless = np.ones(view.segment_count, np.bool_)
    wordless[view.token_segment[view.token_kind == NUMBER]] = False
    above = [at for at in np.argsort(up, kind="stable") if (on_page & column & (middle < box[1]) & (up > -0.6))[at]]
    below = [at for at in np.argsort(down, kind="stable") if (on_page & column & (middle > box[3]) & (down > -0.6))[at]]
    header = [at for at in above if wordless[at]]
    return [int(at) for at in ([*above, -1][0], [*above, -1, -1][1], [*header, -1][0], [*below, -1][0])]


@pytest.mark.parametrize("seed", range(8))
def test_the_nearest_segments_are_those_of_the_rules(seed: int) -> None:
    view = view_tokens(document_of(*[_random_page(seed, index) for index in range(1 + seed % 5)]))
    wanted = [Wanted("text"), Wanted("money")]
    found = find_together(view, wanted, match_labels(view, []), Locale()).every
    height = np.maximum(first_line_height(view, found), np.float32(1e-4))
    stack = over_and_under(view, found, height)
    rules = [_by_the_rules(view, *row) for row in zip(found.box, height, found.page.tolist(), strict=True)]
    assert stack.segments.T.tolist() == rules
