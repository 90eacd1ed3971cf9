"""XML of a hostile file → its tree: no entities, no network, no enormous trees."""

from __future__ import annotations

from lxml import etree

from rag_core.parsing.frames import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element


def parse_xml(data: bytes) -> Element:
    """The root; raises Refused("broken")."""
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if "memory" in str(error).lower():
            raise MemoryError from None
        raise Refused("broken") from None
    if root is None:
        raise Refused("broken")
    return root


def name(element: Element) -> str:
    """The tag without its namespace, which differs between versions of a format."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def named(element: Element, wanted: str) -> Iterator[Element]:
    """All below an element with this tag, whatever its namespace."""
    return element.iter("{*}" + wanted)


def children(element: Element, wanted: str) -> Iterator[Element]:
    """Those right below an element with this tag, whatever its namespace."""
    return element.iterchildren("{*}" + wanted)
